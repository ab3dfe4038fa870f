//! Measures: their lengths, repeats and breaks, and what their voices hold.

use segno_syncpoint::{Fraction, RepeatEnd, RepeatStart, WrittenBar};

use super::chord::Note;
use super::staff::{Staff, whole};
use super::tempo::Fermata;
use super::{Reader, fraction};
use crate::diagnostic::DiagnosticKind;
use crate::error::Error;
use crate::outline::{OutlineBar, OutlineTempo, one_line};
use crate::span::Span;
use crate::xml::{Token, XmlSource};

/// No bar has more places than this that fermatas look at.
const MAX_PLACES: usize = 4_096;

/// What is known while a measure is read.
pub(super) struct Measure {
    pub(super) bar: usize,
    pub(super) offset: u64,
    /// Where the next chord, rest or mark stands.
    pub(super) place: Span,
    pub(super) voice: u32,
    /// Versions 3 and 4: how much shorter the notes of the open tuplets are, outermost first.
    pub(super) tuplets: Vec<Span>,
    /// Grace notes that sound behind the next chord.
    pub(super) after: Vec<Note>,
    /// The length that the file states.
    len: Option<Span>,
}

impl<S: XmlSource> Reader<'_, S> {
    pub(super) fn measure(&mut self, staff: &mut Staff) -> Result<(), Error> {
        let offset = self.cursor.offset();
        let len = self.cursor.attribute("len")?.as_deref().and_then(fraction).filter(|len| len.is_positive());
        let bar = staff.bar;
        let mut measure =
            Measure { bar, offset, place: Span::ZERO, voice: 0, tuplets: Vec::new(), after: Vec::new(), len };
        if let Some(&(_, beats, unit)) = self.tick_metre(staff) {
            self.set_metre(staff, beats, unit, offset);
        }
        let existed = self.outline.bars.get(bar).is_some();
        if !existed {
            let number = staff.number.to_string();
            let nominal = staff.nominal().fraction().or(Fraction::new(4, 4)).unwrap_or(Fraction::ZERO);
            let written = WrittenBar::new(number, nominal);
            self.outline.add_bar(OutlineBar { written, metre: staff.counted(), offset })?;
            self.places.push(Vec::new());
            self.size(staff, &measure);
            if !staff.leads {
                let message = "a measure that the first staff does not have";
                self.outline.diagnose(DiagnosticKind::Contradiction, bar, offset, message);
            }
        }
        let (mut shift, mut irregular) = (0, false);
        while let Token::Open(_) = self.cursor.next()? {
            match self.cursor.name() {
                "multiMeasureRest" => {
                    // It draws the measures that follow in the file.
                    let drawn = self.number::<u32>()?.is_some_and(|count| count > 0);
                    if drawn {
                        while let Token::Open(_) = self.cursor.next()? {
                            self.cursor.skip()?;
                        }
                        if !existed {
                            self.outline.bars.pop();
                            self.places.pop();
                        }
                        return Ok(());
                    }
                }
                "irregular" => irregular = self.cursor.text()? != "0",
                "noOffset" => shift = self.number::<i64>()?.unwrap_or(0),
                "startRepeat" => {
                    self.cursor.skip()?;
                    if let Some(bar) = self.outline.bars.get_mut(bar) {
                        bar.written.repeat_start = Some(RepeatStart::Printed);
                    }
                }
                "endRepeat" => {
                    let offset = self.cursor.offset();
                    let stated = one_line(self.cursor.text()?);
                    let plays = if stated.is_empty() { 2 } else { self.outline.plays(&stated, bar, offset) };
                    if let Some(bar) = self.outline.bars.get_mut(bar) {
                        bar.written.repeat_end = Some(RepeatEnd { plays, after_jump: None });
                    }
                }
                "LayoutBreak" => self.layout_break(staff, bar)?,
                "voice" => {
                    measure.place = Span::ZERO;
                    measure.tuplets.clear();
                    while let Token::Open(_) = self.cursor.next()? {
                        self.element(staff, &mut measure)?;
                    }
                    measure.voice += 1;
                }
                _ => self.element(staff, &mut measure)?,
            }
        }
        if staff.leads
            && let Some(bar) = self.outline.bars.get_mut(bar)
        {
            bar.written.implicit = irregular;
            bar.written.number =
                if irregular { String::new() } else { staff.number.saturating_add(shift).to_string() };
        }
        staff.number = staff.number.saturating_add(shift);
        if !irregular {
            staff.number = staff.number.saturating_add(1);
        }
        staff.begin_numbering();
        let length = self.outline.bars.get(bar).map_or_else(whole, |bar| bar.written.length().into());
        staff.begin = staff.begin.add(length).unwrap_or(staff.begin);
        staff.bar += 1;
        Ok(())
    }

    /// Version 1: the time signature that is new where a measure begins.
    fn tick_metre(&self, staff: &Staff) -> Option<&(i128, u32, u32)> {
        let next = self.tick_metres.partition_point(|(tick, ..)| self.ticks(*tick) <= staff.begin);
        self.tick_metres.get(next.checked_sub(1)?).filter(|&&(_, beats, unit)| (beats, unit) != staff.metre)
    }

    fn set_metre(&mut self, staff: &mut Staff, beats: u32, unit: u32, offset: u64) {
        if (1..=1_024).contains(&beats) && (1..=1_024).contains(&unit) {
            staff.metre = (beats, unit);
        } else {
            let message = format!("invalid time signature {beats}/{unit}: the one before goes on");
            self.outline.diagnose(DiagnosticKind::BadValue, staff.bar, offset, message);
        }
    }

    /// Gives the bar of the first staff its metre and length.
    fn size(&mut self, staff: &Staff, measure: &Measure) {
        let Some(bar) = self.outline.bars.get_mut(measure.bar) else { return };
        let Some(nominal) = Fraction::new(staff.metre.0, staff.metre.1) else { return };
        bar.metre = staff.counted();
        bar.written.nominal = nominal;
        let actual = measure.len.and_then(Span::fraction);
        bar.written.actual = actual.filter(|actual| Span::from(*actual) != Span::from(nominal));
    }

    /// The length of the bar being read.
    pub(super) fn bar_length(&self, bar: usize) -> Span {
        self.outline.bars.get(bar).map_or_else(whole, |bar| bar.written.length().into())
    }

    /// Reads one element of a voice, or of a measure without voices.
    fn element(&mut self, staff: &mut Staff, measure: &mut Measure) -> Result<(), Error> {
        match self.cursor.name() {
            "Chord" => self.chord(staff, measure, true)?,
            "Rest" => self.chord(staff, measure, false)?,
            "location" => {
                let (_, fractions) = self.location()?;
                measure.place = measure.place.add(fractions).unwrap_or(measure.place);
            }
            // Versions 1 and 2: the place from the beginning of the piece.
            "tick" | "move" => {
                if let Some(tick) = self.number()? {
                    let tick: i128 = i64::into(tick);
                    measure.place = self.ticks(tick).sub(staff.begin).unwrap_or(measure.place);
                }
            }
            "TimeSig" => self.time_signature(staff, measure)?,
            "Tuplet" => self.tuplet(staff, measure)?,
            "endTuplet" => {
                self.cursor.skip()?;
                measure.tuplets.pop();
            }
            "Tempo" => self.tempo(staff, measure)?,
            "Fermata" => self.fermata(measure)?,
            "Breath" => {
                while let Token::Open(_) = self.cursor.next()? {
                    if self.cursor.name() == "pause" {
                        let seconds = self.number()?.unwrap_or(0.0);
                        self.outline.add_pause(measure.bar, measure.place, seconds)?;
                    } else {
                        self.cursor.skip()?;
                    }
                }
            }
            "Marker" => self.marker(measure)?,
            "Jump" => self.jump(measure)?,
            "RehearsalMark" => {
                while let Token::Open(_) = self.cursor.next()? {
                    if self.cursor.name() == "text" {
                        let text = self.cursor.text()?;
                        self.outline.add_section(measure.bar, measure.place, text)?;
                    } else {
                        self.cursor.skip()?;
                    }
                }
            }
            "Spanner" | "Volta" | "Ottava" | "endSpanner" => self.spanner(staff, measure)?,
            "RepeatMeasure" | "MeasureRepeat" => {
                self.cursor.skip()?;
                self.reach(measure.bar, measure.place);
                measure.place = measure.place.add(self.bar_length(measure.bar)).unwrap_or(measure.place);
                if !core::mem::replace(&mut self.told_repeats, true) {
                    let message = "a sign that repeats measures: the notes of these are not listed again";
                    self.unsupported(measure.bar, measure.offset, message);
                }
            }
            _ => self.cursor.skip()?,
        }
        Ok(())
    }

    /// Notes that a staff has a chord or rest at a place.
    pub(super) fn reach(&mut self, bar: usize, place: Span) {
        if let Some(places) = self.places.get_mut(bar)
            && places.len() < MAX_PLACES
            && let Err(at) = places.binary_search(&place)
        {
            places.insert(at, place);
        }
    }

    fn time_signature(&mut self, staff: &mut Staff, measure: &Measure) -> Result<(), Error> {
        let offset = self.cursor.offset();
        let (mut beats, mut unit, mut common, mut stretch) = (None, None, None, (1_u32, 1_u32));
        while let Token::Open(_) = self.cursor.next()? {
            match self.cursor.name() {
                "sigN" | "nom1" => beats = self.number::<u32>()?,
                "nom2" | "nom3" | "nom4" => {
                    beats = Some(self.number::<u32>()?.unwrap_or(0).saturating_add(beats.unwrap_or(0)));
                }
                "sigD" | "den" => unit = self.number::<u32>()?,
                "subtype" => common = self.number::<u32>()?,
                "stretchN" => stretch.0 = self.number()?.unwrap_or(1),
                "stretchD" => stretch.1 = self.number()?.unwrap_or(1),
                _ => self.cursor.skip()?,
            }
        }
        // Version 1.1 and older state common time and cut time by a number alone.
        let (beats, unit) = match (beats, unit, common) {
            (Some(beats), Some(unit), _) => (beats, unit),
            (_, _, Some(1)) => (4, 4),
            (_, _, Some(2)) => (2, 2),
            _ => return Ok(()),
        };
        if !self.tick_metres.is_empty() {
            return Ok(());
        }
        let ratio = Span::ratio(stretch.1.into(), stretch.0.into()).filter(|ratio| ratio.is_positive());
        let own = ratio.and_then(|ratio| Some((ratio, shared(beats, unit, ratio)?)));
        match own {
            Some((ratio, (beats, unit))) => {
                staff.stretch = ratio;
                self.set_metre(staff, beats, unit, offset);
            }
            None => {
                staff.stretch = whole();
                self.set_metre(staff, 0, unit, offset);
            }
        }
        // A time signature at the end of a bar announces the next one.
        if staff.leads && measure.place == Span::ZERO {
            self.size(staff, measure);
        }
        Ok(())
    }

    /// Where something ends: whole measures, and a length.
    pub(super) fn location(&mut self) -> Result<(i64, Span), Error> {
        let (mut measures, mut fractions) = (0, Span::ZERO);
        while let Token::Open(_) = self.cursor.next()? {
            match self.cursor.name() {
                "measures" => measures = self.number()?.unwrap_or(0),
                "fractions" => fractions = fraction(self.cursor.text()?).unwrap_or(Span::ZERO),
                _ => self.cursor.skip()?,
            }
        }
        Ok((measures, fractions))
    }

    pub(super) fn layout_break(&mut self, staff: &mut Staff, bar: usize) -> Result<(), Error> {
        let (mut section, mut pause, mut restart) = (false, None, true);
        while let Token::Open(_) = self.cursor.next()? {
            match self.cursor.name() {
                "subtype" => section = self.cursor.text()? == "section",
                "pause" => pause = self.number::<f64>()?,
                "startWithMeasureOne" => restart = self.cursor.text()? != "0",
                _ => self.cursor.skip()?,
            }
        }
        if !section {
            return Ok(());
        }
        staff.restart |= restart;
        if let Some(bar) = self.outline.bars.get_mut(bar) {
            bar.written.section_break = true;
        }
        if self.breaks.last().is_none_or(|(last, _)| *last != bar) {
            self.breaks.push((bar, pause.unwrap_or(self.section_pause)));
        }
        Ok(())
    }

    fn fermata(&mut self, measure: &Measure) -> Result<(), Error> {
        let mut stretch = None;
        let mut played = true;
        while let Token::Open(_) = self.cursor.next()? {
            match self.cursor.name() {
                "timeStretch" => stretch = self.number::<f64>()?,
                "play" => played = self.cursor.text()? != "0",
                _ => self.cursor.skip()?,
            }
        }
        if played {
            self.fermatas.extend(Fermata::new(measure.bar, measure.place, stretch, measure.offset));
        }
        Ok(())
    }

    fn tempo(&mut self, staff: &Staff, measure: &Measure) -> Result<(), Error> {
        let offset = self.cursor.offset();
        let (mut value, mut follows, mut played, mut kind) = (None, false, true, String::new());
        let mut place = measure.place;
        while let Token::Open(_) = self.cursor.next()? {
            match self.cursor.name() {
                "tempo" => value = self.number::<f64>()?,
                "followText" => follows = self.cursor.text()? != "0",
                "play" => played = self.cursor.text()? != "0",
                "type" | "tempoType" => kind = self.cursor.text()?.to_ascii_lowercase(),
                "tick" => {
                    if let Some(tick) = self.number::<i64>()? {
                        place = self.ticks(tick.into()).sub(staff.begin).unwrap_or(place);
                    }
                }
                _ => self.cursor.skip()?,
            }
        }
        let Some(value) = value.filter(|_| played) else { return Ok(()) };
        let quarter_bpm = value * 60.0;
        if self.version >= 4.0 && follows {
            self.note_return(measure.bar, place, &kind);
        }
        self.outline.add_tempo(OutlineTempo { bar: measure.bar, place, quarter_bpm, offset })
    }
}

/// The time signature of the score where a staff has its own one: 12/8, of which 3/2 are as long as a whole note, is 4/4.
fn shared(beats: u32, unit: u32, ratio: Span) -> Option<(u32, u32)> {
    if ratio == whole() {
        return Some((beats, unit));
    }
    let length = Span::ratio(beats.into(), unit.into())?.times(ratio)?.fraction()?.lowest();
    let factor = 4_u32.checked_div(length.denominator()).filter(|factor| *factor > 1).unwrap_or(1);
    Some((length.numerator().checked_mul(factor)?, length.denominator().checked_mul(factor)?))
}
