//! Which times a map of few points can reach.

use alloc::vec::Vec;

/// The times in which a map of `points` points can stand at one position.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Window {
    /// So many points, this one included.
    pub points: u32,
    /// The given point at whose position it lies.
    pub index: usize,
    /// The earliest time, in seconds.
    pub from: f64,
    /// The latest time, in seconds.
    pub to: f64,
}

/// What rounding may do to a time, in seconds.
const SLACK: f64 = 1e-13;

/// The lines that leave a window and have stayed near every point so far: a convex polygon of (time at the start,
/// slope), as its corners in order.
#[derive(Debug, Default)]
pub(super) struct Lines {
    corners: Vec<(f64, f64)>,
    spare: Vec<(f64, f64)>,
}

impl Lines {
    /// All lines of times `from..=to` at the start and slopes `flat..=steep`.
    pub(super) fn begin(&mut self, from: f64, to: f64, flat: f64, steep: f64) {
        self.corners.clear();
        if from <= to && flat <= steep {
            self.corners.extend([(from, flat), (to, flat), (to, steep), (from, steep)]);
        }
    }

    /// Keeps the lines that pass between two times after `run` position units, and gives the times at which they do;
    /// `None` if no line does. O(corners).
    pub(super) fn pass(&mut self, run: f64, from: f64, to: f64) -> Option<(f64, f64)> {
        self.clip(run, 1.0, to);
        self.clip(run, -1.0, -from);
        let mut reach: Option<(f64, f64)> = None;
        for &(start, slope) in &self.corners {
            let time = start + slope * run;
            let (low, high) = reach.unwrap_or((time, time));
            reach = Some((low.min(time), high.max(time)));
        }
        reach.map(|(low, high)| (low.max(from), high.min(to)))
    }

    /// Keeps the corners with `sign * (start + slope * run) <= bound`.
    fn clip(&mut self, run: f64, sign: f64, bound: f64) {
        let excess = |&(start, slope): &(f64, f64)| sign * (start + slope * run) - bound;
        let Some(&last) = self.corners.last() else { return };
        self.spare.clear();
        let (mut before, mut before_excess) = (last, excess(&last));
        for &corner in &self.corners {
            let corner_excess = excess(&corner);
            if (before_excess > SLACK && corner_excess < -SLACK)
                || (before_excess < -SLACK && corner_excess > SLACK)
            {
                // Both shares are positive and known to a few bits, so that a corner of a slope far out, as neighbours close to
                // each other bring, leaves no error of its own size behind, which `a + part * (b - a)` would.
                let apart = before_excess - corner_excess;
                let (near, far) = (-corner_excess / apart, before_excess / apart);
                let between = |a: f64, b: f64| near * a + far * b;
                self.spare.push((between(before.0, corner.0), between(before.1, corner.1)));
            }
            if corner_excess <= SLACK {
                self.spare.push(corner);
            }
            (before, before_excess) = (corner, corner_excess);
        }
        core::mem::swap(&mut self.corners, &mut self.spare);
    }
}

/// Times covered by windows, as disjoint intervals in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Cover(Vec<(f64, f64)>);

impl Cover {
    /// Adds an interval; false if it was covered already.
    pub(super) fn add(&mut self, from: f64, to: f64) -> bool {
        if self.0.iter().any(|&(low, high)| low - SLACK <= from && to <= high + SLACK) {
            return false;
        }
        let (mut low, mut high) = (from, to);
        self.0.retain(|&(other_low, other_high)| {
            let apart = other_high < from - SLACK || other_low > to + SLACK;
            if !apart {
                low = low.min(other_low);
                high = high.max(other_high);
            }
            apart
        });
        self.0.push((low, high));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn covered_times_are_joined_where_they_touch_and_nowhere_else() {
        let mut cover = Cover::default();
        assert!(cover.add(0.0, 1.0) && !cover.add(0.25, 0.75) && !cover.add(0.0, 1.0));
        assert!(cover.add(3.0, 4.0), "far from the first");
        assert!(cover.add(1.5, 2.0), "the gap between them is not covered");
        assert!(cover.add(0.5, 1.75), "partly new");
        assert!(!cover.add(0.0, 2.0), "joined to one");
        assert!(cover.add(1.0, 3.5) && !cover.add(0.0, 4.0));
        // What rounding may do is no gap.
        assert!(!cover.add(-SLACK / 2.0, 4.0 + SLACK / 2.0));
        assert!(cover.add(4.0 + SLACK / 2.0, 5.0) && !cover.add(0.0, 5.0));
        assert!(cover.add(-1.0, -SLACK / 2.0) && !cover.add(-1.0, 5.0));
    }

    #[test]
    fn no_line_leaves_an_empty_window() {
        let passes = |from, to, flat, steep| {
            let mut lines = Lines::default();
            lines.begin(from, to, flat, steep);
            lines.pass(2.0, -100.0, 100.0)
        };
        assert_eq!(passes(1.0, 2.0, 0.5, 3.0), Some((2.0, 8.0)));
        assert_eq!(passes(1.0, 1.0, 0.5, 0.5), Some((2.0, 2.0)));
        assert_eq!(passes(2.0, 1.0, 0.5, 3.0), None);
        assert_eq!(passes(1.0, 2.0, 3.0, 0.5), None);
    }
}
