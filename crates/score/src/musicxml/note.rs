//! Notes: their lengths, and their onsets on request.

use segno_syncpoint::Fraction;

use super::Reader;
use crate::diagnostic::DiagnosticKind;
use crate::error::{Error, Limit};
use crate::score::Onset;
use crate::span::Span;
use crate::xml::{Element, Token, XmlSource};

/// What a `note` element says.
#[derive(Default)]
struct Note {
    /// In divisions.
    duration: Option<Span>,
    /// The length that type, dots and tuplet name; read only where there are no divisions.
    written: Option<Span>,
    /// A rest that fills its bar, however long that is.
    whole: bool,
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

impl<S: XmlSource> Reader<'_, S> {
    pub(super) fn note(&mut self, part: usize, bar: usize) -> Result<(), Error> {
        let offset = self.cursor.offset();
        let mut note = Note::default();
        let onsets = self.options.onsets;
        let undivided = self.states.get(part).is_some_and(|state| !state.divided);
        let (mut dots, mut tuplet) = (0, Span::ratio(1, 1));
        while let Token::Open(element) = self.cursor.next()? {
            match element {
                Element::Duration => {
                    note.duration = self.duration()?;
                    continue;
                }
                Element::Type if undivided => {
                    note.written = Span::of_type(self.cursor.text()?);
                    continue;
                }
                Element::Dot if undivided => dots += 1,
                Element::TimeModification if undivided => {
                    tuplet = self.time_modification()?;
                    continue;
                }
                Element::Pitch if onsets => {
                    note.key = self.pitch()?;
                    continue;
                }
                Element::Chord => note.chord = true,
                Element::Grace => note.grace = true,
                Element::Rest => {
                    note.rest = true;
                    note.whole = self.cursor.flag("measure")? == Some(true);
                }
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
        note.written = note.written.and_then(|written| written.dotted(dots)?.times(tuplet?));
        let measured = if note.grace { Some(Span::ZERO) } else { self.measured(part, bar, offset, &note) };
        let Some(state) = self.states.get_mut(part) else { return Ok(()) };
        let length = measured.unwrap_or(Span::ZERO);
        let begin = if note.chord { state.latest } else { state.here };
        let end = begin.add(length);
        if let Some(end) = end {
            if !note.chord {
                state.latest = begin;
                state.here = end;
            }
            if note.rest && note.whole {
                let bar = state.nominal.and_then(|nominal| state.base.add(nominal));
                state.rest = state.rest.max(bar.map_or(end, |bar| if end > bar { bar } else { end }));
            } else {
                state.reach = state.reach.max(end);
            }
        }
        if end.is_none() || measured.is_none() {
            let message = "a note without a usable duration takes no time";
            self.draft.diagnose(DiagnosticKind::BadValue, bar, offset, message);
        }
        if onsets && !note.rest && !note.cue { self.strike(part, bar, begin, length, &note) } else { Ok(()) }
    }

    /// How long a note is. Without divisions its duration says nothing, and its type counts.
    fn measured(&mut self, part: usize, bar: usize, offset: u64, note: &Note) -> Option<Span> {
        let state = self.states.get_mut(part)?;
        if state.divided {
            return note.duration?.of_quarter(state.divisions);
        }
        if !core::mem::replace(&mut self.told_divisions, true) {
            let message =
                "the part states no divisions of a quarter note; lengths come from the types of the notes";
            self.draft.diagnose(DiagnosticKind::BadValue, bar, offset, message);
        }
        let state = self.states.get_mut(part)?;
        if let (Some(written), Some(duration)) = (note.written, note.duration)
            && !core::mem::replace(&mut state.inferred, true)
        {
            // What has no type (a backup, a rest) is measured by the first note that has both.
            state.divisions = duration.divisions(written).unwrap_or(state.divisions);
        }
        if note.rest && note.whole && note.written.is_none() {
            return state.nominal;
        }
        note.written.or_else(|| note.duration?.of_quarter(state.divisions))
    }

    /// How much shorter than written the notes of a tuplet are.
    fn time_modification(&mut self) -> Result<Option<Span>, Error> {
        let (mut actual, mut normal) = (1, 1);
        while let Token::Open(element) = self.cursor.next()? {
            match element {
                Element::ActualNotes => actual = self.cursor.text()?.parse().unwrap_or(0_u16),
                Element::NormalNotes => normal = self.cursor.text()?.parse().unwrap_or(0_u16),
                _ => self.cursor.skip()?,
            }
        }
        Ok(Span::ratio(normal.into(), actual.into()))
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
