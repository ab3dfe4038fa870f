//! What is sent to a player that has an order of its own.
//!
//! Soundslice counts the bars of syncpoints as its slice plays them, by the slice's own repeats and jumps. A performer who left
//! a repeat out, or took one that the slice does not have, plays another order. Bars that the slice plays and the performer
//! does not are passed in a thousandth of a second, which every player can do. Where the performer goes back and the slice does
//! not, bar numbers have to go back too: such points are called nonsequential, and are not accepted everywhere.

use std::ops::Range;

use segno_syncpoint::simplify::Rules;
use segno_syncpoint::{EditError, MapError, Offset, Playthrough, Position, SyncMap, Syncpoint};

use crate::aligned::{Aligned, STEP};

/// Syncpoints in the played bars of a slice.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Delivery {
    /// The points, by time. `segno_syncpoint::wire::write` makes text of them.
    pub points: Vec<Syncpoint>,
    /// Played bars of the slice that do not sound. The playhead passes them in a thousandth of a second.
    pub skipped: Vec<Range<usize>>,
    /// The points, as indexes into [`points`](Self::points), at which the performer goes back and the slice does not. If there
    /// are some, the points are nonsequential: [`Self::is_sequential`].
    pub back: Vec<usize>,
    /// Bars that were performed and that the slice does not play at all, as indexes into [`Aligned::bars`]. The playhead is
    /// hidden while they sound.
    pub foreign: Vec<Range<usize>>,
}

impl Delivery {
    /// Whether bars and times rise together, as every player accepts it. If not, a slice whose repeats and jumps are those of
    /// the performance is the safer way.
    #[must_use]
    pub fn is_sequential(&self) -> bool {
        self.back.is_empty()
    }

    /// The points as a map.
    ///
    /// # Errors
    /// If they are not sequential.
    pub fn map(&self) -> Result<SyncMap, MapError> {
        SyncMap::new(self.points.clone())
    }
}

/// The price of leaving out bars of the slice, of going back, and of a bar that the slice does not have.
const SKIP: u32 = 1;
const BACK: u32 = 1000;
const FOREIGN: u32 = 10_000;

impl Aligned {
    /// The syncpoints for a slice that plays its bars in the order `slice`: as few as stay within `tolerance` seconds of all
    /// notes. `slice` is the unrolled order of the same written bars, under the policy of the player.
    ///
    /// # Errors
    /// [`EditError`] if the tolerance is not a number above 0 or the times were changed so that they are not a map.
    pub fn delivery(&self, slice: &Playthrough, tolerance: f64) -> Result<Delivery, EditError> {
        let map = self.map()?;
        let places = self.places(slice);
        // Runs of bars that follow each other in both orders.
        let mut runs: Vec<Range<usize>> = Vec::new();
        for (bar, place) in places.iter().enumerate() {
            match runs.last_mut() {
                Some(run) if follows(places.get(bar.wrapping_sub(1)).copied().flatten(), *place) => {
                    run.end = bar + 1
                }
                _ => runs.push(bar..bar + 1),
            }
        }
        let starts = |run: &Range<usize>, point: &Syncpoint| point.position.bars() == run.start as f64;
        let forced: Vec<usize> =
            runs.iter().filter_map(|run| map.points().iter().position(|point| starts(run, point))).collect();
        let map = map.simplified(tolerance, &Rules { forced: &forced, ..Rules::KEEP })?.map;
        let mut out =
            Delivery { points: Vec::new(), skipped: Vec::new(), back: Vec::new(), foreign: Vec::new() };
        let mut next = 0;
        for run in &runs {
            let end = if run.end == self.bars.len() { f64::INFINITY } else { run.end as f64 };
            let own =
                map.points().iter().filter(|point| (run.start as f64..end).contains(&point.position.bars()));
            let begin = own.clone().next().map_or(0.0, |point| point.time);
            let Some(place) = places.get(run.start).copied().flatten() else {
                out.foreign.push(run.clone());
                out.hide(begin);
                continue;
            };
            out.turn(next, place, begin);
            out.points.extend(own.filter_map(|point| {
                let bar = point.position.bar().checked_sub(run.start as u32)?.checked_add(place as u32)?;
                let position = Position::new(bar, point.position.offset()).ok()?;
                Some(Syncpoint { position, ..*point })
            }));
            next = place + run.len();
        }
        if next < slice.len() {
            out.skipped.push(next..slice.len());
        }
        out.rise();
        Ok(out)
    }

    /// For each performed bar its place in the slice: with few steps back, then with few bars left out.
    fn places(&self, slice: &Playthrough) -> Vec<Option<usize>> {
        let mut of: Vec<Vec<Option<usize>>> = Vec::with_capacity(self.bars.len());
        for bar in &self.bars {
            let passes = slice.passes_of(bar.written);
            of.push(if passes.is_empty() { vec![None] } else { passes.iter().copied().map(Some).collect() });
        }
        let price = |before: Option<usize>, place: Option<usize>| match (before, place) {
            (_, None) => FOREIGN,
            (Some(before), Some(place)) if place == before + 1 => 0,
            (Some(before), Some(place)) if place <= before => BACK,
            (None, Some(0)) => 0,
            _ => SKIP,
        };
        let mut ways: Vec<Vec<(u32, usize)>> = Vec::with_capacity(of.len());
        for (bar, choices) in of.iter().enumerate() {
            let way = choices.iter().map(|place| {
                let Some((before, last)) = bar.checked_sub(1).and_then(|bar| of.get(bar).zip(ways.get(bar)))
                else {
                    return (price(None, *place), 0);
                };
                let each = before.iter().zip(last).enumerate().map(|(index, (from, (so_far, _)))| {
                    // A bar that the slice does not have is no reason to begin anew.
                    (so_far.saturating_add(price(*from, *place)), index)
                });
                each.min().unwrap_or((0, 0))
            });
            ways.push(way.collect());
        }
        let mut out = vec![None; of.len()];
        let mut choice =
            ways.last().and_then(|last| (0..last.len()).min_by_key(|index| last[*index])).unwrap_or(0);
        for bar in (0..of.len()).rev() {
            out[bar] = of.get(bar).and_then(|choices| choices.get(choice)).copied().flatten();
            choice = ways.get(bar).and_then(|way| way.get(choice)).map_or(0, |(_, before)| *before);
        }
        out
    }
}

fn follows(before: Option<usize>, place: Option<usize>) -> bool {
    match (before, place) {
        (Some(before), Some(place)) => place == before + 1,
        (None, None) => true,
        _ => false,
    }
}

impl Delivery {
    /// From the end of what was played last, before `next`, to a place of the slice that sounds from `time` on.
    fn turn(&mut self, next: usize, place: usize, time: f64) {
        if place == next {
            return;
        }
        let end = (time - STEP).max(0.0);
        // Where there is no room the next point follows the last one directly, but the first of all is that of bar 0.
        if self.points.last().is_none_or(|last| last.time < end) {
            self.points.push(Syncpoint::bar_line(next as u32, end));
        }
        if place > next {
            self.skipped.push(next..place);
        } else {
            self.back.push(self.points.len());
        }
    }

    /// Hides the playhead from a time on, where it stands then.
    fn hide(&mut self, time: f64) {
        let Some(last) = self.points.last().copied().filter(|last| last.time < time) else { return };
        let offset = Offset::float(0.5 * (last.position.offset().value() + 480.0));
        if let Some(position) = offset.ok().and_then(|offset| Position::new(last.position.bar(), offset).ok())
        {
            self.points.push(Syncpoint::new(position, time).hidden(true));
        }
    }

    /// Keeps times apart.
    fn rise(&mut self) {
        let mut least = 0.0_f64;
        for point in &mut self.points {
            point.time = point.time.max(least);
            least = point.time + 0.1 * STEP;
        }
    }
}
