//! Divisions, metre and transposition.

use segno_syncpoint::{Metre, MetrePart};

use super::Reader;
use crate::assemble;
use crate::diagnostic::DiagnosticKind;
use crate::error::Error;
use crate::span::Span;
use crate::xml::{Element, Token, XmlSource};

/// A metre with more terms than this is a mistake.
const MAX_TERMS: usize = 16;

impl<S: XmlSource> Reader<'_, S> {
    pub(super) fn attributes(&mut self, part: usize, bar: usize) -> Result<(), Error> {
        while let Token::Open(element) = self.cursor.next()? {
            match element {
                Element::Divisions => {
                    let offset = self.cursor.offset();
                    match Span::decimal(self.cursor.text()?).filter(|divisions| divisions.is_positive()) {
                        Some(divisions) => {
                            if let Some(state) = self.states.get_mut(part) {
                                state.divisions = divisions;
                                state.divided = true;
                            }
                        }
                        None => {
                            let message = "divisions are not a positive number; the value before stays";
                            self.draft.diagnose(DiagnosticKind::BadValue, bar, offset, message);
                        }
                    }
                }
                Element::Time => self.time(part, bar)?,
                Element::Key => {
                    while let Token::Open(element) = self.cursor.next()? {
                        if element != Element::Fifths {
                            self.cursor.skip()?;
                            continue;
                        }
                        let fifths = self.cursor.text()?.parse::<i8>().ok();
                        // Of several keys in a bar, or of several parts, the first counts.
                        if let Some(draft) = self.draft.bars.get_mut(bar) {
                            draft.key = draft.key.or(fifths);
                        }
                    }
                }
                Element::Transpose => {
                    let mut semitones = 0;
                    while let Token::Open(element) = self.cursor.next()? {
                        let unit = match element {
                            Element::Chromatic => 1.0,
                            Element::OctaveChange => 12.0,
                            _ => {
                                self.cursor.skip()?;
                                continue;
                            }
                        };
                        let number = self.cursor.text()?.parse::<f64>().unwrap_or(0.0);
                        // Saturating: absurd values give keys that are out of range and are left out.
                        semitones += (number * unit).round() as i32;
                    }
                    if let Some(state) = self.states.get_mut(part) {
                        state.transpose = semitones;
                    }
                }
                _ => self.cursor.skip()?,
            }
        }
        Ok(())
    }

    fn time(&mut self, part: usize, bar: usize) -> Result<(), Error> {
        let offset = self.cursor.offset();
        let (mut parts, mut senza, mut good) = (Vec::new(), false, true);
        let mut terms = 0;
        let mut beats: Option<Vec<u32>> = None;
        while let Token::Open(element) = self.cursor.next()? {
            match element {
                Element::Beats => {
                    beats = groups(self.cursor.text()?);
                    good &= beats.is_some();
                }
                Element::BeatType => {
                    let unit =
                        self.cursor.text()?.parse::<u32>().ok().filter(|unit| (1..=1024).contains(unit));
                    match (beats.take(), unit) {
                        (Some(groups), Some(unit)) if terms + groups.len() <= MAX_TERMS => {
                            terms += groups.len();
                            parts.push(MetrePart { groups, unit });
                        }
                        _ => good = false,
                    }
                }
                Element::SenzaMisura => {
                    senza = true;
                    self.cursor.skip()?;
                }
                _ => self.cursor.skip()?,
            }
        }
        if !good || (parts.is_empty() && !senza) {
            let message = "the time signature is not understood; the one before stays";
            self.draft.diagnose(DiagnosticKind::BadValue, bar, offset, message);
            return Ok(());
        }
        let metre = Metre { parts };
        let Some(state) = self.states.get_mut(part) else { return Ok(()) };
        state.metre = metre.clone();
        state.nominal = assemble::nominal(&metre).map(Span::from);
        if state.here.is_positive() || core::mem::replace(&mut state.metre_seen, true) {
            // A change inside a bar holds from the next one on; a second signature is for another staff.
            return Ok(());
        }
        let Some(draft) = self.draft.bars.get_mut(bar) else { return Ok(()) };
        if draft.lead == part {
            draft.metre = metre;
        } else if draft.metre != metre {
            let message = "the parts have different time signatures; the first one counts";
            self.draft.diagnose(DiagnosticKind::Contradiction, bar, offset, message);
        }
        Ok(())
    }
}

/// The groups of an upper number: `3+2` is 3 and 2.
fn groups(text: &str) -> Option<Vec<u32>> {
    let mut groups = Vec::new();
    for term in text.split('+') {
        let beats = term.trim().parse::<u32>().ok().filter(|beats| (1..=1024).contains(beats))?;
        if groups.len() == MAX_TERMS {
            return None;
        }
        groups.push(beats);
    }
    Some(groups)
}
