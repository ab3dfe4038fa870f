//! How fast the music goes: tempo marks, gradual changes, fermatas.

use std::collections::{BTreeMap, BTreeSet};

use super::Reader;
use super::measure::Measure;
use crate::error::Error;
use crate::outline::OutlineTempo;
use crate::score::DEFAULT_TEMPO;
use crate::span::Span;
use crate::xml::{Token, XmlSource};

/// A gradual change has at least so many steps; longer ones have a step a quarter.
const STEPS: u32 = 8;

/// No gradual change has more steps than this.
const MAX_STEPS: u32 = 4_096;

/// A place: a bar, and how far from its beginning.
type At = (usize, Span);

/// A hold: the tempo is divided by its stretch until the next chord or rest of any staff.
#[derive(Clone, Copy)]
pub(super) struct Fermata {
    at: At,
    stretch: f64,
    offset: u64,
}

impl Fermata {
    /// `None` if it changes nothing.
    pub(super) fn new(bar: usize, place: Span, stretch: Option<f64>, offset: u64) -> Option<Self> {
        let stretch = stretch.filter(|stretch| stretch.is_finite() && *stretch > 0.0 && *stretch != 1.0)?;
        Some(Self { at: (bar, place), stretch, offset })
    }
}

/// A gradual change of tempo.
#[derive(Clone, Copy)]
pub(super) struct Gradual {
    begin: At,
    pub(super) end: At,
    factor: f64,
    easing: Easing,
    offset: u64,
}

/// How a gradual change goes on: the share of the change at each share of its length.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Easing {
    Even,
    In,
    Out,
    InOut,
    Exponential,
}

impl Easing {
    fn share(self, x: f64) -> f64 {
        match self {
            Self::Even => x,
            Self::In => 1.0 - (1.0 - x * x).max(0.0).sqrt(),
            Self::Out => (1.0 - (x - 1.0) * (x - 1.0)).max(0.0).sqrt(),
            Self::InOut if x < 0.5 => (1.0 - (1.0 - 4.0 * x * x).max(0.0).sqrt()) / 2.0,
            Self::InOut => ((1.0 - (2.0 - 2.0 * x) * (2.0 - 2.0 * x)).max(0.0).sqrt() + 1.0) / 2.0,
            Self::Exponential if x >= 1.0 => 1.0,
            Self::Exponential => 1.0 - (-10.0 * x).exp2(),
        }
    }
}

/// A mark that goes back to an earlier tempo.
#[derive(Clone, Copy)]
pub(super) struct Return {
    at: At,
    /// To the first tempo of the piece, not only to the one before the gradual change.
    primo: bool,
}

impl<S: XmlSource> Reader<'_, S> {
    pub(super) fn gradual(&mut self, measure: &Measure) -> Result<Option<Gradual>, Error> {
        let offset = self.cursor.offset();
        let (mut kind, mut factor, mut easing, mut played) = (String::new(), None, Easing::Even, true);
        while let Token::Open(_) = self.cursor.next()? {
            match self.cursor.name() {
                "tempoChangeType" => kind = self.cursor.text()?.to_ascii_lowercase(),
                "tempoChangeFactor" => factor = self.number::<f64>()?,
                "tempoEasingMethod" => {
                    easing = match self.cursor.text()? {
                        "ease-in" => Easing::In,
                        "ease-out" => Easing::Out,
                        "ease-in-out" => Easing::InOut,
                        "exponential" => Easing::Exponential,
                        _ => Easing::Even,
                    };
                }
                "play" => played = self.cursor.text()? != "0",
                _ => self.cursor.skip()?,
            }
        }
        let usual = match kind.as_str() {
            "accelerando" => 1.33,
            "allargando" | "lentando" | "rallentando" | "ritardando" => 0.75,
            "calando" | "morendo" | "smorzando" => 0.5,
            "precipitando" => 1.15,
            "sostenuto" => 0.95,
            "stringendo" => 1.5,
            _ => 1.0,
        };
        let factor = factor.unwrap_or(usual);
        let begin = (measure.bar, measure.place);
        let usable = played && factor.is_finite() && factor > 0.0;
        Ok(usable.then_some(Gradual { begin, end: begin, factor, easing, offset }))
    }

    /// Notes that the tempo just read goes back to an earlier one.
    pub(super) fn note_return(&mut self, bar: usize, place: Span, kind: &str) {
        match kind {
            "atempo" | "a tempo" | "a-tempo" | "a_tempo" => {
                self.returns.push(Return { at: (bar, place), primo: false })
            }
            "tempoprimo" | "tempo primo" | "tempo-primo" | "tempo_primo" => {
                self.returns.push(Return { at: (bar, place), primo: true });
            }
            _ => {}
        }
    }

    /// Version 1: puts the tempos that are given in ticks into their bars.
    pub(super) fn place_tick_tempos(&mut self) -> Result<(), Error> {
        let starts = self.starts();
        let mut marks = core::mem::take(&mut self.tick_tempos);
        marks.sort_by_key(|(tick, _)| *tick);
        let stated = self.outline.settled_tempos();
        for (tick, value) in marks {
            let at = self.ticks(tick);
            let bar = starts.partition_point(|start| *start <= at).saturating_sub(1);
            let Some(place) = starts.get(bar).and_then(|start| at.sub(*start)) else { continue };
            // A tempo text at the same place says the same.
            if bar < self.outline.bars.len()
                && !stated.iter().any(|mark| (mark.bar, mark.place) == (bar, place))
            {
                self.outline.add_tempo(OutlineTempo { bar, place, quarter_bpm: value * 60.0, offset: 0 })?;
            }
        }
        Ok(())
    }

    /// Works out gradual changes, returns and fermatas.
    pub(super) fn settle_tempos(&mut self) -> Result<(), Error> {
        let stated = self.outline.settled_tempos();
        let mut marks: Marks = stated.into_iter().map(|mark| ((mark.bar, mark.place), mark)).collect();
        self.pickup(&mut marks);
        let starts = self.starts();
        self.returns(&mut marks);
        let mut graduals = core::mem::take(&mut self.spanners.graduals);
        graduals.sort_by_key(|change| change.begin);
        for change in &graduals {
            staircase(&mut marks, change, &starts);
            self.check_ticks(marks.len())?;
        }
        self.leave_voltas(&mut marks);
        let mut fermatas = core::mem::take(&mut self.fermatas);
        // Of several at one place the longest.
        fermatas.sort_by(|a, b| a.at.cmp(&b.at).then(b.stretch.total_cmp(&a.stretch)));
        fermatas.dedup_by_key(|fermata| fermata.at);
        let unheld = if fermatas.is_empty() { Marks::new() } else { marks.clone() };
        for fermata in fermatas {
            self.hold(&mut marks, &unheld, fermata);
            self.check_ticks(marks.len())?;
        }
        self.outline.set_tempos(marks.into_values().collect())
    }

    /// In version 4 a pickup goes at the tempo of the measure behind it.
    fn pickup(&self, marks: &mut Marks) {
        let pickup = self.version >= 4.0 && self.outline.bars.first().is_some_and(|bar| bar.written.implicit);
        let next = marks.first_key_value().filter(|(at, _)| pickup && **at == (1, Span::ZERO));
        if let Some((_, &next)) = next {
            marks.insert((0, Span::ZERO), OutlineTempo { bar: 0, ..next });
        }
    }

    /// Behind an ending that closes with a repeat the tempo is again the one before it.
    fn leave_voltas(&self, marks: &mut Marks) {
        let mut first = 0;
        for (index, bar) in self.outline.bars.iter().enumerate() {
            if bar.written.endings.iter().any(|ending| ending.start) {
                first = index;
            }
            let ends = bar.written.endings.iter().any(|ending| ending.stop.is_some());
            if ends && bar.written.repeat_end.is_some() && index + 1 < self.outline.bars.len() {
                let before = marks.range(..(first, Span::ZERO)).next_back();
                let quarter_bpm = before.map_or(DEFAULT_TEMPO, |(_, mark)| mark.quarter_bpm);
                let place = Span::ZERO;
                marks.entry((index + 1, place)).or_insert(OutlineTempo {
                    bar: index + 1,
                    place,
                    quarter_bpm,
                    offset: bar.offset,
                });
            }
        }
    }

    /// Gives the marks that go back to an earlier tempo that tempo.
    fn returns(&mut self, marks: &mut Marks) {
        let mut begins: Vec<At> = self.spanners.graduals.iter().map(|change| change.begin).collect();
        begins.sort();
        let returns = core::mem::take(&mut self.returns);
        let backs: BTreeSet<At> = returns.iter().map(|back| back.at).collect();
        let first = marks.iter().find(|(at, _)| !backs.contains(at)).map(|(_, mark)| mark.quarter_bpm);
        for back in &returns {
            let before = begins.partition_point(|begin| *begin < back.at).checked_sub(1);
            let before = before.and_then(|index| begins.get(index)).map(|begin| in_force(marks, *begin));
            if let (Some(tempo), Some(mark)) =
                (if back.primo { first } else { before }, marks.get_mut(&back.at))
            {
                mark.quarter_bpm = tempo;
            }
        }
    }

    /// Slows the tempo from a fermata to the next chord or rest. `unheld` are the tempos without fermatas.
    fn hold(&self, marks: &mut Marks, unheld: &Marks, fermata: Fermata) {
        let (bar, place) = fermata.at;
        let length = self.bar_length(bar);
        if bar >= self.outline.bars.len() || place.is_negative() || place >= length {
            return;
        }
        let places = self.places.get(bar).map(Vec::as_slice).unwrap_or_default();
        let next = places.get(places.partition_point(|other| *other <= place)).copied();
        let end = next.filter(|next| *next < length).map_or((bar + 1, Span::ZERO), |next| (bar, next));
        let offset = fermata.offset;
        if end.0 < self.outline.bars.len() {
            let quarter_bpm = in_force(unheld, end);
            marks.entry(end).or_insert(OutlineTempo { bar: end.0, place: end.1, quarter_bpm, offset });
        }
        let quarter_bpm = in_force(unheld, fermata.at);
        marks.entry(fermata.at).or_insert(OutlineTempo { bar, place, quarter_bpm, offset });
        for (at, mark) in marks.range_mut(fermata.at..end) {
            mark.quarter_bpm = in_force(unheld, *at) / fermata.stretch;
        }
    }
}

/// Tempos by their places.
type Marks = BTreeMap<At, OutlineTempo>;

/// The tempo in force at a place.
fn in_force(marks: &Marks, at: At) -> f64 {
    marks.range(..=at).next_back().map_or(DEFAULT_TEMPO, |(_, mark)| mark.quarter_bpm)
}

/// Adds the steps of a gradual change. None replaces a mark that stands at its place.
fn staircase(marks: &mut Marks, change: &Gradual, starts: &[Span]) {
    let absolute = |(bar, place): At| starts.get(bar).and_then(|start| start.add(place));
    let (Some(begin), Some(end)) = (absolute(change.begin), absolute(change.end)) else { return };
    let Some(length) = end.sub(begin).filter(|length| length.is_positive()) else { return };
    let steps = (length.quarters() as u32).clamp(STEPS, MAX_STEPS);
    let before = in_force(marks, change.begin);
    let over = starts.last().copied().unwrap_or(Span::ZERO);
    for step in 0..=steps {
        let share = Span::ratio(step.into(), steps.into()).and_then(|share| length.times(share));
        let Some(at) = share.and_then(|share| begin.add(share)) else { continue };
        // Nothing holds behind the end of the piece, however far the change is said to go.
        if at >= over {
            break;
        }
        let bar = starts.partition_point(|start| *start <= at).saturating_sub(1);
        let Some(place) = starts.get(bar).and_then(|start| at.sub(*start)) else { continue };
        let share = change.easing.share(f64::from(step) / f64::from(steps));
        let quarter_bpm = before + (before * change.factor - before) * share;
        let mark = OutlineTempo { bar, place, quarter_bpm, offset: change.offset };
        marks.entry((bar, place)).or_insert(mark);
    }
}
