//! What stands in one bar of one part.

use std::collections::HashMap;

use segno_syncpoint::{Metre, RepeatStart};

use super::Reader;
use crate::diagnostic::DiagnosticKind;
use crate::draft::DraftEnding;
use crate::error::Error;
use crate::span::Span;
use crate::xml::{Element, Token, XmlSource};

/// Where a part stands.
#[derive(Debug)]
pub(super) struct PartState {
    /// Divisions of a quarter note.
    pub(super) divisions: Span,
    /// The divisions are stated.
    pub(super) divided: bool,
    /// They are not, but inferred from a note that has a type and a duration.
    pub(super) inferred: bool,
    pub(super) metre: Metre,
    /// The length that the metre promises.
    pub(super) nominal: Option<Span>,
    /// Some of its measures do not share their bar lines with the other parts.
    pub(super) free: bool,
    /// The current bar's metre was stated.
    pub(super) metre_seen: bool,
    /// Semitones from written to sounding.
    pub(super) transpose: i32,
    /// Where in the bar the next note begins.
    pub(super) here: Span,
    /// How far the bar reaches.
    pub(super) reach: Span,
    /// How far whole-measure rests reach in it, which fit any bar.
    pub(super) rest: Span,
    /// Where the measure begins in the bar: at 0, unless it goes on with one.
    pub(super) base: Span,
    /// Where the latest note begins.
    pub(super) latest: Span,
    /// A forward repeat and endings that stand at the end of a bar and count for the next one.
    pub(super) next_repeat: bool,
    pub(super) next_endings: Vec<DraftEnding>,
    /// Notes that are tied on, by key: their place among the onsets.
    pub(super) ties: HashMap<u8, usize>,
}

impl Default for PartState {
    fn default() -> Self {
        Self {
            divisions: Span::decimal("1").unwrap_or(Span::ZERO),
            divided: false,
            inferred: false,
            metre: Metre::simple(4, 4),
            nominal: Span::ratio(1, 1),
            free: false,
            metre_seen: false,
            transpose: 0,
            here: Span::ZERO,
            reach: Span::ZERO,
            rest: Span::ZERO,
            base: Span::ZERO,
            latest: Span::ZERO,
            next_repeat: false,
            next_endings: Vec::new(),
            ties: HashMap::new(),
        }
    }
}

impl<S: XmlSource> Reader<'_, S> {
    /// Reads the contents of a measure of a part, up to its closing tag. It may go on with the bar of the one before.
    pub(super) fn measure(&mut self, part: usize, bar: usize, goes_on: bool) -> Result<(), Error> {
        let start = self.cursor.offset();
        if let Some(state) = self.states.get_mut(part) {
            state.base = if goes_on { state.reach.max(state.rest) } else { Span::ZERO };
            state.here = state.base;
            state.reach = state.base;
            state.rest = state.base;
            state.latest = state.base;
            state.metre_seen = goes_on;
            if let Some(draft) = self.draft.bars.get_mut(bar) {
                if core::mem::take(&mut state.next_repeat) {
                    draft.repeat_start = Some(RepeatStart::Printed);
                }
                for ending in state.next_endings.drain(..) {
                    draft.endings.retain(|other| other.edge != ending.edge);
                    draft.endings.push(ending);
                }
            }
        }
        while let Token::Open(element) = self.cursor.next()? {
            match element {
                Element::Note => self.note(part, bar)?,
                Element::Backup => self.skip_time(part, bar, true)?,
                Element::Forward => self.skip_time(part, bar, false)?,
                Element::Attributes => self.attributes(part, bar)?,
                Element::Direction => self.direction(part, bar)?,
                Element::Barline => self.barline(part, bar)?,
                Element::Sound => self.lone_sound(part, bar)?,
                _ => self.cursor.skip()?,
            }
            self.check_marks()?;
        }
        let Some(state) = self.states.get(part) else { return Ok(()) };
        let Some(draft) = self.draft.bars.get_mut(bar) else { return Ok(()) };
        // A part in a metre of its own says nothing about the bars of the others.
        if state.free && draft.lead != part && (draft.filled || draft.rest.is_positive()) {
            return Ok(());
        }
        draft.rest = draft.rest.max(state.rest);
        if state.reach.is_positive() {
            let shorter = draft.filled && draft.lead != part && draft.length != state.reach;
            draft.filled = true;
            draft.length = draft.length.max(state.reach);
            if shorter {
                let message = "the parts differ in the length of this bar; the longest counts";
                self.draft.diagnose(DiagnosticKind::Length, bar, start, message);
            }
        }
        Ok(())
    }

    /// Reads a `backup` or `forward`.
    fn skip_time(&mut self, part: usize, bar: usize, back: bool) -> Result<(), Error> {
        let offset = self.cursor.offset();
        let mut duration = None;
        while let Token::Open(element) = self.cursor.next()? {
            if element == Element::Duration {
                duration = self.duration()?;
            } else {
                self.cursor.skip()?;
            }
        }
        let moved = self.states.get_mut(part).and_then(|state| {
            let duration = duration?.of_quarter(state.divisions)?;
            let here = if back { state.here.sub(duration)? } else { state.here.add(duration)? };
            state.here = here.max(state.base);
            state.reach = if back { state.reach } else { state.reach.max(state.here) };
            Some(here >= state.base)
        });
        if moved != Some(true) {
            let message = if moved.is_none() { "no usable duration" } else { "goes back to before the bar" };
            self.draft.diagnose(DiagnosticKind::BadValue, bar, offset, message);
        }
        Ok(())
    }

    /// The value of the `duration` just opened, in divisions.
    pub(super) fn duration(&mut self) -> Result<Option<Span>, Error> {
        Ok(Span::decimal(self.cursor.text()?).filter(|duration| !duration.is_negative()))
    }
}
