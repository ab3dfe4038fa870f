//! The stretches between points, and what changes at them.

use super::SyncMap;
use crate::curve::Forward;
use crate::point::Syncpoint;

/// Which of the two segments that meet at a breakpoint is meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Side {
    /// The one that ends there: the limit from the left.
    Left,
    /// The one that begins there: the limit from the right.
    #[default]
    Right,
}

/// A stretch of a map with one speed.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Segment {
    /// Which stretch, from 0. Counts the knots of [`SyncMap::curve`].
    pub index: usize,
    /// Where it begins, in bars.
    pub from_bars: f64,
    /// Where it ends, in bars.
    pub to_bars: f64,
    /// When it begins, in seconds.
    pub from_time: f64,
    /// When it ends, in seconds.
    pub to_time: f64,
}

impl Segment {
    /// How long a whole bar lasts at the tempo of this segment, in seconds.
    #[must_use]
    pub fn seconds_per_bar(&self) -> f64 {
        (self.to_time - self.from_time) / (self.to_bars - self.from_bars)
    }
}

impl SyncMap {
    /// The number of segments: 0 for a map of one point.
    #[must_use]
    pub fn segment_count(&self) -> usize {
        self.curve().len() - 1
    }

    /// A segment by its index. Cost: O(1).
    #[must_use]
    pub fn segment(&self, index: usize) -> Option<Segment> {
        let knots = self.curve().all();
        let (a, b) = (knots.get(index)?, knots.get(index + 1)?);
        Some(Segment { index, from_bars: a.x, to_bars: b.x, from_time: a.y, to_time: b.y })
    }

    /// The segments between neighbouring points, in order; none for a map of one point.
    pub fn segments(&self) -> impl Iterator<Item = Segment> + '_ {
        (0..self.segment_count()).filter_map(|index| self.segment(index))
    }

    /// The segment at a place; at a breakpoint the one on `side`. `None` before the first breakpoint and after the
    /// last. Cost: O(1) where points are about even, O(log points) at worst.
    #[must_use]
    pub fn segment_at(&self, bars: f64, side: Side) -> Option<Segment> {
        let curve = self.curve();
        if !(bars >= curve.first().0 && bars <= curve.last().0) {
            return None;
        }
        let index = curve.locate::<Forward>(bars);
        let on_breakpoint = curve.all().get(index).is_some_and(|knot| knot.x == bars);
        if on_breakpoint && side == Side::Left {
            self.segment(index.checked_sub(1)?)
        } else {
            self.segment(index)
        }
    }

    /// The segment at a time, as [`Self::segment_at`]. Cost: as [`Self::segment_at`].
    #[must_use]
    pub fn segment_at_time(&self, time: f64, side: Side) -> Option<Segment> {
        let curve = self.curve();
        if !(time >= curve.first().1 && time <= curve.last().1) {
            return None;
        }
        let index = curve.locate::<crate::curve::Backward>(time);
        let on_breakpoint = curve.all().get(index).is_some_and(|knot| knot.y == time);
        if on_breakpoint && side == Side::Left {
            self.segment(index.checked_sub(1)?)
        } else {
            self.segment(index)
        }
    }

    /// The first point after a time, with its index. Cost: O(log points).
    #[must_use]
    pub fn next_point(&self, time: f64) -> Option<(usize, &Syncpoint)> {
        let index = self.points().partition_point(|point| point.time <= time);
        Some((index, self.points().get(index)?))
    }

    /// The last point before a time, with its index. Cost: O(log points).
    #[must_use]
    pub fn previous_point(&self, time: f64) -> Option<(usize, &Syncpoint)> {
        let index = self.points().partition_point(|point| point.time < time).checked_sub(1)?;
        Some((index, self.points().get(index)?))
    }
}
