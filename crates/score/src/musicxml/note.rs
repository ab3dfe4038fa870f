//! Notes: their lengths, and their onsets on request.

use segno_syncpoint::Fraction;

use super::Reader;
use crate::diagnostic::DiagnosticKind;
use crate::error::{Error, Limit};
use crate::score::Onset;
use crate::span::Span;
use crate::xml::{Element, Source, Token};

/// What a `note` element says.
#[derive(Default)]
struct Note {
    duration: Option<Span>,
    chord: bool,
    grace: bool,
    rest: bool,
    cue: bool,
    tie_start: bool,
    tie_stop: bool,
    key: Option<i32>,
    unpitched: bool,
    instrument: Option<u8>,
}

impl<S: Source> Reader<'_, S> {
    pub(super) fn note(&mut self, part: usize, bar: usize) -> Result<(), Error> {
        let offset = self.cursor.offset();
        let mut note = Note::default();
        let onsets = self.options.onsets;
        while let Token::Open(element) = self.cursor.next()? {
            match element {
                Element::Duration => {
                    note.duration = self.duration(part)?;
                    continue;
                }
                Element::Pitch if onsets => {
                    note.key = self.pitch()?;
                    continue;
                }
                Element::Chord => note.chord = true,
                Element::Grace => note.grace = true,
                Element::Rest => note.rest = true,
                Element::Cue => note.cue = true,
                Element::Unpitched => note.unpitched = true,
                Element::Tie if onsets => match self.cursor.attribute("type")?.as_deref() {
                    Some("start") => note.tie_start = true,
                    Some("stop") => note.tie_stop = true,
                    _ => {}
                },
                Element::Instrument if onsets => {
                    note.instrument =
                        self.cursor.attribute("id")?.and_then(|id| self.drums.get(&id).copied());
                }
                _ => {}
            }
            self.cursor.skip()?;
        }
        let Some(state) = self.states.get_mut(part) else { return Ok(()) };
        let length = if note.grace { Span::ZERO } else { note.duration.unwrap_or(Span::ZERO) };
        let begin = if note.chord { state.latest } else { state.here };
        let end = begin.add(length);
        if let Some(end) = end {
            if !note.chord {
                state.latest = begin;
                state.here = end;
            }
            state.reach = state.reach.max(end);
        }
        if end.is_none() || (note.duration.is_none() && !note.grace) {
            let message = "a note without a usable duration takes no time";
            self.draft.remark(DiagnosticKind::BadValue, bar, offset, message);
        }
        if onsets && !note.rest && !note.cue { self.strike(part, bar, begin, length, &note) } else { Ok(()) }
    }

    fn pitch(&mut self) -> Result<Option<i32>, Error> {
        let (mut step, mut alter, mut octave) = (None, 0.0, None);
        while let Token::Open(element) = self.cursor.next()? {
            match element {
                Element::Step => {
                    step = match self.cursor.text()? {
                        "C" => Some(0),
                        "D" => Some(2),
                        "E" => Some(4),
                        "F" => Some(5),
                        "G" => Some(7),
                        "A" => Some(9),
                        "B" => Some(11),
                        _ => None,
                    }
                }
                Element::Alter => alter = self.cursor.text()?.parse::<f64>().unwrap_or(0.0),
                Element::Octave => {
                    octave = self.cursor.text()?.parse::<i32>().ok().filter(|n| (-1..=10).contains(n))
                }
                _ => self.cursor.skip()?,
            }
        }
        let alter = alter.clamp(-12.0, 12.0).round() as i32;
        Ok(step.zip(octave).map(|(step, octave)| 12 * (octave + 1) + step + alter))
    }

    /// Adds a note to the onsets, or lengthens the one it is tied to.
    fn strike(
        &mut self,
        part: usize,
        bar: usize,
        begin: Span,
        length: Span,
        note: &Note,
    ) -> Result<(), Error> {
        let Some(state) = self.states.get_mut(part) else { return Ok(()) };
        let key = if note.unpitched {
            note.instrument
        } else {
            match note.key.and_then(|key| u8::try_from(key.checked_add(state.transpose)?).ok()) {
                Some(key) if key < 128 => Some(key),
                _ => return Ok(()),
            }
        };
        let (Some(offset), Some(duration)) = (begin.fraction(), length.fraction()) else { return Ok(()) };
        if let Some(key) = key.filter(|_| note.tie_stop) {
            let tied = if note.tie_start { state.ties.get(&key).copied() } else { state.ties.remove(&key) };
            if let Some(onset) = tied.and_then(|onset| self.draft.onsets.get_mut(onset)) {
                onset.duration = onset.duration.checked_add(duration).unwrap_or(onset.duration);
                return Ok(());
            }
        }
        if self.draft.onsets.len() >= self.options.limits.onsets {
            return Err(self.cursor.exceeded(Limit::Onsets, self.options.limits.onsets));
        }
        if let Some(key) = key.filter(|_| note.tie_start && !note.grace) {
            state.ties.insert(key, self.draft.onsets.len());
        }
        let duration = if note.grace { Fraction::ZERO } else { duration };
        self.draft.onsets.push(Onset { part, bar, offset, key, duration, grace: note.grace });
        Ok(())
    }
}
