//! Where the playhead is hidden: a step function of time that changes at syncpoints.

use crate::map::{Side, SyncMap};
use crate::point::Syncpoint;

/// A stretch in which the playhead is hidden.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct HideSpan {
    /// The point that hides it.
    pub from: Syncpoint,
    /// The point that shows it again; `None` if it stays hidden.
    pub to: Option<Syncpoint>,
}

/// Iterates over the hidden stretches.
#[derive(Clone, Debug)]
pub struct HideSpans<'a> {
    points: core::slice::Iter<'a, Syncpoint>,
}

impl Iterator for HideSpans<'_> {
    type Item = HideSpan;

    fn next(&mut self) -> Option<HideSpan> {
        let from = *self.points.find(|point| point.hide)?;
        let to = self.points.find(|point| !point.hide).copied();
        Some(HideSpan { from, to })
    }
}

impl SyncMap {
    /// The stretches in which the playhead is hidden, first to last. Cost: O(points) for all of them.
    #[must_use]
    pub fn hide_spans(&self) -> HideSpans<'_> {
        HideSpans { points: self.points().iter() }
    }

    /// True if the playhead is hidden at a time; at the moment of a change, the state on `side`. Before the first point it
    /// is shown, after the last point it stays as it is. Cost: O(log changes).
    #[must_use]
    pub fn hidden_at(&self, time: f64, side: Side) -> bool {
        // Each change turns the state, which begins as shown.
        self.hide_changes_until(time, side) % 2 == 1
    }

    /// The first point after a time at which the playhead changes. Cost: O(log changes).
    #[must_use]
    pub fn next_hide_change(&self, time: f64) -> Option<&Syncpoint> {
        let next = self.hide_changes().get(self.hide_changes_until(time, Side::Right))?;
        self.points().get(*next)
    }

    /// How many changes come before a time.
    fn hide_changes_until(&self, time: f64, side: Side) -> usize {
        self.hide_changes().partition_point(|&index| match (self.points().get(index), side) {
            (Some(point), Side::Right) => point.time <= time,
            (Some(point), Side::Left) => point.time < time,
            (None, _) => false,
        })
    }
}
