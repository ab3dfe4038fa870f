//! The head of a file: titles, tempo, MIDI channels, signs, and the bars with their metres and repeats.

use segno_syncpoint::{Ending, Fraction, Metre, RepeatEnd, RepeatStart, WrittenBar};

use super::Reader;
use crate::diagnostic::DiagnosticKind;
use crate::directions::Direction;
use crate::error::Error;
use crate::outline::OutlineBar;
use crate::span::Span;

/// MIDI channels of all ports.
const CHANNELS: usize = 64;

const FEEL: &str = "triplet feel: notes are listed as they are written";

/// No ending has a number above this.
const MAX_ENDING: u8 = 64;

impl Reader<'_> {
    /// Reads all up to the measures.
    pub(super) fn head(&mut self) -> Result<(), Error> {
        self.titles()?;
        let swing = !self.is(500) && self.bytes.byte()? != 0;
        if self.is(400) {
            self.bytes.int()?;
            for _ in 0..5 {
                self.bytes.int()?;
                self.bytes.int_text()?;
            }
        }
        if self.is(510) {
            self.bytes.skip(19)?;
        }
        if self.is(500) {
            // The page, and what is printed on it.
            self.bytes.skip(7 * 4 + 2)?;
            for _ in 0..10 {
                self.bytes.long_text()?;
            }
            self.bytes.long_text()?;
        }
        let tempo = self.bytes.int()?;
        if self.is(510) {
            self.bytes.skip(1)?;
        }
        // The key, and from version 4 on the octave.
        self.bytes.skip(if self.is(400) { 5 } else { 4 })?;
        for _ in 0..CHANNELS {
            let program = self.bytes.int()?;
            self.bytes.skip(8)?;
            self.programs.push(program);
        }
        let mut directions = Vec::new();
        if self.is(500) {
            for direction in Direction::all() {
                directions.push((direction, self.bytes.short()?));
            }
            self.bytes.skip(4)?;
        }
        self.bars = self.bytes.count("bars")?;
        let tracks = self.bytes.count("tracks")?;
        self.bar_headers()?;
        self.directions(&directions)?;
        self.tempo(0, Span::ZERO, tempo)?;
        if swing {
            self.tell(|told| &mut told.feel, 0, FEEL);
        }
        self.read_tracks(tracks)
    }

    fn titles(&mut self) -> Result<(), Error> {
        let named = |text: String| Some(text).filter(|text| !text.is_empty());
        self.outline.title = named(self.bytes.long_text()?);
        self.bytes.long_text()?;
        let artist = named(self.bytes.long_text()?);
        self.bytes.long_text()?;
        let words = named(self.bytes.long_text()?);
        let music = if self.is(500) { named(self.bytes.long_text()?) } else { words };
        self.outline.composer = music.or(artist);
        for _ in 0..3 {
            self.bytes.long_text()?;
        }
        for _ in 0..self.bytes.count("lines of a notice")? {
            self.bytes.long_text()?;
        }
        Ok(())
    }

    fn bar_headers(&mut self) -> Result<(), Error> {
        let (mut beats, mut unit) = (4, 4);
        // Up to version 4 an ending names its last pass, and has those that no ending of its repeat before it has.
        let mut taken = 0_u64;
        for index in 0..self.bars {
            self.outline.check_bars(index)?;
            self.bytes.inside = Some((index, 0));
            if self.is(500) && index > 0 {
                self.bytes.skip(1)?;
            }
            let offset = self.bytes.place();
            let flags = self.bytes.byte()?;
            if flags & 0x01 != 0 {
                beats = u32::from(self.bytes.byte()?);
            }
            if flags & 0x02 != 0 {
                unit = u32::from(self.bytes.byte()?);
            }
            let close = if flags & 0x08 != 0 { Some(u32::from(self.bytes.byte()?)) } else { None };
            let mut ending = 0;
            if flags & 0x10 != 0 && !self.is(500) {
                ending = self.bytes.byte()?;
            }
            let mut section = String::new();
            if flags & 0x20 != 0 {
                section = self.bytes.long_text()?;
                self.bytes.skip(4)?;
            }
            if flags & 0x40 != 0 {
                self.bytes.skip(2)?;
            }
            let mut feel = 0;
            if self.is(500) {
                if flags & 0x03 != 0 {
                    self.bytes.skip(4)?;
                }
                ending = self.bytes.byte()?;
                feel = self.bytes.byte()?;
            }
            let (own_beats, own_unit) = self.metre(beats, unit, offset);
            let nominal = Fraction::new(own_beats, own_unit).unwrap_or(Fraction::ZERO);
            let mut written = WrittenBar::new((index + 1).to_string(), nominal);
            if flags & 0x04 != 0 {
                written.repeat_start = Some(RepeatStart::Printed);
            }
            // Version 5 counts plays, the older ones how often one goes back.
            let plays = close.map(|close| if self.is(500) { close } else { close + 1 });
            written.repeat_end = plays.map(|plays| RepeatEnd { plays, after_jump: None });
            let mask = if self.is(500) { u64::from(ending) } else { passes(ending, &mut taken) };
            // An ending in the bar that opens a repeat is the last one of the repeat before it.
            if written.repeat_start.is_some() {
                taken = 0;
            }
            if mask != 0 {
                let numbers =
                    (1..=u32::from(MAX_ENDING)).filter(|number| mask >> (number - 1) & 1 == 1).collect();
                written.endings.push(Ending { numbers, id: None, start: true, stop: None, staff: None });
            }
            self.outline.add_bar(OutlineBar {
                written,
                metre: Metre::simple(own_beats, own_unit),
                offset,
            })?;
            self.outline.add_section(index, Span::ZERO, &section)?;
            if feel != 0 {
                self.tell(|told| &mut told.feel, index, FEEL);
            }
        }
        self.bytes.inside = None;
        Ok(())
    }

    /// The metre, or common time where there can be none.
    fn metre(&mut self, beats: u32, unit: u32, offset: u64) -> (u32, u32) {
        if beats > 0 && unit > 0 {
            return (beats, unit);
        }
        let message = format!("invalid time signature {beats}/{unit}: taken as 4/4");
        self.outline.note(DiagnosticKind::BadValue, offset, message);
        (4, 4)
    }

    fn directions(&mut self, directions: &[(Direction, i16)]) -> Result<(), Error> {
        for &(direction, bar) in directions.iter().filter(|(_, bar)| *bar != -1) {
            self.outline.count_sign()?;
            let index = usize::try_from(i32::from(bar) - 1).ok();
            match index.and_then(|index| self.outline.bars.get_mut(index)) {
                Some(bar) => direction.place(&mut bar.written),
                None => {
                    let message = format!("a direction at bar {bar}, which is not there: left out");
                    self.outline.note(DiagnosticKind::MissingTarget, self.bytes.place(), message);
                }
            }
        }
        Ok(())
    }
}

/// The passes of an ending that names its last one. Those of the endings before it are taken; if all are, a new repeat has
/// begun.
fn passes(last: u8, taken: &mut u64) -> u64 {
    if last == 0 {
        return 0;
    }
    let up_to = u64::MAX >> (64 - u32::from(last.min(MAX_ENDING)));
    let mut own = up_to & !*taken;
    if own == 0 {
        *taken = 0;
        own = up_to;
    }
    *taken |= own;
    own
}

#[cfg(test)]
mod tests {
    use super::passes;

    #[test]
    fn endings_that_name_their_last_pass() {
        let mut taken = 0;
        let masks: Vec<u64> = [1, 4, 1, 2, 3].into_iter().map(|last| passes(last, &mut taken)).collect();
        assert_eq!(masks, [0b1, 0b1110, 0b1, 0b10, 0b100]);
        assert_eq!(passes(255, &mut 0), u64::MAX);
        assert_eq!(passes(0, &mut 0), 0);
    }
}
