//! What reaches from one place to another: endings, octave lines, gradual changes of tempo.

use std::collections::HashMap;

use segno_syncpoint::{Ending, EndingStop};

use super::Reader;
use super::measure::Measure;
use super::staff::Staff;
use super::tempo::Gradual;
use crate::diagnostic::DiagnosticKind;
use crate::error::{Error, Limit};
use crate::span::Span;
use crate::xml::{Token, XmlSource};

/// The spanners of a score.
#[derive(Default)]
pub(super) struct Spanners {
    voltas: Vec<Volta>,
    /// Version 2: the voltas that are open, by id.
    open: HashMap<String, usize>,
    octaves: Vec<Octave>,
    open_octaves: HashMap<String, usize>,
    pub(super) graduals: Vec<Gradual>,
}

/// An ending.
struct Volta {
    numbers: Vec<u32>,
    closed: bool,
    begin: Mark,
    end: Option<Mark>,
    offset: u64,
}

/// An octave line: notes under it sound higher or lower.
struct Octave {
    staff: u32,
    keys: i32,
    begin: Mark,
    end: Option<Mark>,
}

/// A place: in a bar, or in version 1 from the beginning of the piece.
#[derive(Clone, Copy)]
enum Mark {
    /// A bar, and how far from its beginning.
    Bar(usize, Span),
    Ticks(Span),
}

impl Spanners {
    /// How many keys higher a note sounds than it is written.
    pub(super) fn octaves(&self, staff: u32, bar: usize, place: Span) -> i32 {
        let over = |octave: &&Octave| {
            let begun = matches!(octave.begin, Mark::Bar(first, from) if (first, from) <= (bar, place));
            let ended = matches!(octave.end, Some(Mark::Bar(last, to)) if (last, to) <= (bar, place));
            octave.staff == staff && begun && !ended
        };
        self.octaves.iter().filter(over).map(|octave| octave.keys).sum()
    }
}

impl<S: XmlSource> Reader<'_, S> {
    /// Reads the beginning or the end of a spanner that stands in a voice.
    pub(super) fn spanner(&mut self, staff: &Staff, measure: &Measure) -> Result<(), Error> {
        let here = Mark::Bar(measure.bar, measure.place);
        match self.cursor.name() {
            "Volta" => {
                let id = self.cursor.attribute("id")?;
                let mut volta = self.volta(here)?;
                volta.begin = here;
                let index = self.add_volta(volta)?;
                self.spanners.open.extend(id.map(|id| (id, index)));
            }
            "Ottava" => {
                let id = self.cursor.attribute("id")?;
                let keys = self.ottava()?;
                self.add_octave(Octave { staff: staff.id, keys, begin: here, end: None })?;
                let index = self.spanners.octaves.len().saturating_sub(1);
                self.spanners.open_octaves.extend(id.map(|id| (id, index)));
            }
            "endSpanner" => {
                let id = self.cursor.attribute("id")?.unwrap_or_default();
                self.cursor.skip()?;
                if let Some(index) = self.spanners.open.remove(&id)
                    && let Some(volta) = self.spanners.voltas.get_mut(index)
                {
                    volta.end = Some(here);
                }
                if let Some(index) = self.spanners.open_octaves.remove(&id)
                    && let Some(octave) = self.spanners.octaves.get_mut(index)
                {
                    octave.end = Some(here);
                }
            }
            _ => match self.cursor.attribute("type")?.as_deref() {
                Some("Volta") => {
                    let (volta, end) = self.body(measure, Self::volta)?;
                    if let (Some(volta), Some(end)) = (volta, end) {
                        self.add_volta(Volta { end: Some(end), ..volta })?;
                    }
                }
                Some("Ottava") => {
                    let (keys, end) = self.body(measure, |reader, _| reader.ottava())?;
                    if let (Some(keys), Some(end)) = (keys, end) {
                        let end = self.settled(end);
                        self.add_octave(Octave { staff: staff.id, keys, begin: here, end: Some(end) })?;
                    }
                }
                Some("GradualTempoChange") => {
                    let (change, end) = self.body(measure, |reader, _| reader.gradual(measure))?;
                    if let (Some(Some(mut change)), Some(Mark::Bar(bar, place))) = (change, end) {
                        change.end = (bar, place);
                        self.spanners.graduals.push(change);
                        self.check_spanners(self.spanners.graduals.len())?;
                    }
                }
                _ => self.cursor.skip()?,
            },
        }
        Ok(())
    }

    /// A spanner of versions 3 and 4: what it is, and where it ends, if it begins here.
    fn body<T>(
        &mut self,
        measure: &Measure,
        read: impl Fn(&mut Self, Mark) -> Result<T, Error>,
    ) -> Result<(Option<T>, Option<Mark>), Error> {
        let (mut what, mut end) = (None, None);
        while let Token::Open(_) = self.cursor.next()? {
            match self.cursor.name() {
                "Volta" | "Ottava" | "GradualTempoChange" => {
                    what = Some(read(self, Mark::Bar(measure.bar, measure.place))?);
                }
                "next" => {
                    while let Token::Open(_) = self.cursor.next()? {
                        if self.cursor.name() == "location" {
                            let (measures, fractions) = self.location()?;
                            let bar =
                                i64::try_from(measure.bar).ok().and_then(|bar| bar.checked_add(measures));
                            let bar = bar.and_then(|bar| usize::try_from(bar).ok());
                            end = bar
                                .zip(measure.place.add(fractions))
                                .map(|(bar, place)| Mark::Bar(bar, place));
                        } else {
                            self.cursor.skip()?;
                        }
                    }
                }
                _ => self.cursor.skip()?,
            }
        }
        Ok((what, end))
    }

    /// A mark within its bar, as far as the bars before it are known.
    fn settled(&self, mark: Mark) -> Mark {
        let Mark::Bar(mut bar, mut place) = mark else { return mark };
        while let Some(length) = self.outline.bars.get(bar).map(|bar| Span::from(bar.written.length()))
            && place >= length
            && let Some(rest) = place.sub(length).filter(|_| length.is_positive())
        {
            (bar, place) = (bar + 1, rest);
        }
        Mark::Bar(bar, place)
    }

    fn volta(&mut self, here: Mark) -> Result<Volta, Error> {
        let offset = self.cursor.offset();
        let (mut numbers, mut closed) = (Vec::new(), false);
        let (mut from, mut to) = (None, None);
        while let Token::Open(_) = self.cursor.next()? {
            match self.cursor.name() {
                "endings" => {
                    let text = self.cursor.text()?;
                    let stated = text.split(',').filter(|number| !number.trim().is_empty());
                    numbers = self.outline.passes(stated, offset);
                }
                "endHookType" | "endHook" => closed = self.cursor.text()? == "1",
                "tick" => from = self.number::<i64>()?,
                "tick2" => to = self.number::<i64>()?,
                _ => self.cursor.skip()?,
            }
        }
        let ticks = |tick: Option<i64>| tick.map(|tick| Mark::Ticks(self.ticks(tick.into())));
        Ok(Volta { numbers, closed, begin: ticks(from).unwrap_or(here), end: ticks(to), offset })
    }

    fn ottava(&mut self) -> Result<i32, Error> {
        let mut keys = 0;
        while let Token::Open(_) = self.cursor.next()? {
            if self.cursor.name() == "subtype" {
                keys = match self.cursor.text()? {
                    "8va" | "0" => 12,
                    "8vb" | "2" => -12,
                    "15ma" | "1" => 24,
                    "15mb" | "3" => -24,
                    "22ma" | "4" => 36,
                    "22mb" | "5" => -36,
                    _ => 0,
                };
            } else {
                self.cursor.skip()?;
            }
        }
        Ok(keys)
    }

    /// Version 1: a spanner before the staves, with its place in ticks.
    pub(super) fn tick_spanner(&mut self) -> Result<(), Error> {
        if self.cursor.name() == "Volta" {
            let volta = self.volta(Mark::Ticks(Span::ZERO))?;
            self.add_volta(volta)?;
        } else {
            let offset = self.cursor.offset();
            self.cursor.skip()?;
            let message = "an octave line of version 1: the notes under it are listed as they are written";
            self.outline.note(DiagnosticKind::Unsupported, offset, message);
        }
        Ok(())
    }

    fn add_volta(&mut self, volta: Volta) -> Result<usize, Error> {
        self.spanners.voltas.push(volta);
        self.check_spanners(self.spanners.voltas.len())?;
        Ok(self.spanners.voltas.len() - 1)
    }

    fn add_octave(&mut self, octave: Octave) -> Result<(), Error> {
        // Those that are over count for no note to come.
        if let Mark::Bar(bar, _) = octave.begin {
            let goes_on = |old: &Octave| !matches!(old.end, Some(Mark::Bar(last, _)) if last < bar);
            self.spanners.octaves.retain(|old| old.staff == octave.staff && goes_on(old));
        }
        self.spanners.octaves.push(octave);
        self.check_spanners(self.spanners.octaves.len())
    }

    fn check_spanners(&self, count: usize) -> Result<(), Error> {
        let allowed = self.options.limits.signs;
        if count > allowed { Err(self.cursor.exceeded(Limit::Signs, allowed)) } else { Ok(()) }
    }

    /// Puts the endings onto the bars that they cover.
    pub(super) fn place_voltas(&mut self) {
        let starts = self.starts();
        let mut seen: Vec<(usize, usize)> = Vec::new();
        let mut fuel = self.outline.bars.len().saturating_mul(64);
        for volta in core::mem::take(&mut self.spanners.voltas) {
            let Some((first, last)) = reach(&volta, &starts) else {
                let message = "an ending outside of the piece: left out";
                self.outline.note(DiagnosticKind::Ending, volta.offset, message);
                continue;
            };
            // A copy on another staff.
            if seen.contains(&(first, last)) {
                continue;
            }
            seen.push((first, last));
            if volta.numbers.is_empty() {
                let message =
                    "an ending without a number, which MuseScore leaves out: played as if it had no bracket";
                self.outline.diagnose(DiagnosticKind::Ending, first, volta.offset, message);
            }
            fuel = fuel.saturating_sub(last - first);
            let last = if fuel == 0 { first } else { last };
            let stop = if volta.closed { EndingStop::Stop } else { EndingStop::Discontinue };
            for (index, bar) in self.outline.bars.iter_mut().enumerate().take(last + 1).skip(first) {
                bar.written.endings.push(Ending {
                    numbers: volta.numbers.clone(),
                    id: None,
                    start: index == first,
                    stop: Some(stop).filter(|_| index == last),
                    staff: None,
                });
            }
        }
    }

    /// Where each bar begins, from the beginning of the piece, and at last the end.
    pub(super) fn starts(&self) -> Vec<Span> {
        let mut now = Span::ZERO;
        let mut starts = vec![now];
        for bar in &self.outline.bars {
            now = now.add(bar.written.length().into()).unwrap_or(now);
            starts.push(now);
        }
        starts
    }
}

/// The first and last bar under an ending.
fn reach(volta: &Volta, starts: &[Span]) -> Option<(usize, usize)> {
    let bars = starts.len().checked_sub(1)?;
    let from_start = |mark: Mark| match mark {
        Mark::Bar(bar, place) => starts.get(bar).and_then(|start| start.add(place)),
        Mark::Ticks(ticks) => Some(ticks),
    };
    let begin = from_start(volta.begin)?;
    let first =
        starts.partition_point(|start| *start <= begin).checked_sub(1).filter(|first| *first < bars)?;
    let end = match volta.end {
        // Without an end it lasts until the piece is over.
        None => bars,
        Some(mark) => from_start(mark).map_or(bars, |end| starts.partition_point(|start| *start < end)),
    };
    Some((first, end.clamp(first + 1, bars) - 1))
}
