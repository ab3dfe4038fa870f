//! Makes a valid list of points out of one that is not, with the least change, and says what it changed.

use alloc::vec::Vec;

use crate::point::{RawPoint, Syncpoint};
use crate::position::Position;
use crate::validate::{self, Context, DiagnosticKind, Suggestion};

/// How to repair, and what is known of the score and the recording.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Repair {
    /// Which of several points on one place stays.
    pub duplicates: Duplicates,
    /// The least time between two points that have to be moved apart, in seconds. Points that are already in order are not
    /// moved, however close they are.
    pub minimum_gap: f64,
    /// The number of played bars: a missing end point is appended at the tempo of the last segment, and points after the
    /// end are dropped.
    pub bar_count: Option<u32>,
    /// The length of the recording in seconds: an appended end point is not put after it.
    pub duration: Option<f64>,
}

/// Which of several points on one place stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Duplicates {
    /// The one that stands first in the list.
    #[default]
    First,
    /// The one that stands last.
    Last,
    /// One with the mean of their times, and the hide flag of the last.
    Mean,
}

/// Changes up to this are the rounding of the sums, in seconds.
const NOISE: f64 = 1e-12;

impl Default for Repair {
    fn default() -> Self {
        Self { duplicates: Duplicates::First, minimum_gap: 0.001, bar_count: None, duration: None }
    }
}

/// A repaired list and what was done to it.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Repaired {
    /// The points, which [`SyncMap::new`](crate::SyncMap::new) accepts; empty if none could be kept.
    pub points: Vec<Syncpoint>,
    /// The points that were dropped because their values mean nothing or lie after the end, by index.
    pub dropped: Vec<usize>,
    /// How many points were merged into others.
    pub merged: usize,
    /// True if the points were not sorted.
    pub sorted: bool,
    /// True if a start point was put in.
    pub start_added: bool,
    /// True if an end point was appended.
    pub end_added: bool,
    /// How many times were changed.
    pub moved: usize,
    /// The sum of all changes of times, in seconds.
    pub total_change: f64,
    /// The largest change of a time, in seconds.
    pub largest_change: f64,
}

impl Repaired {
    /// True if the list was valid as it was and nothing was changed.
    #[must_use]
    pub fn is_unchanged(&self) -> bool {
        self.dropped.is_empty()
            && self.merged == 0
            && !self.sorted
            && !self.start_added
            && !self.end_added
            && self.moved == 0
    }
}

impl Repair {
    /// Repairs points. Dropped are points without a finite time. Negative times count as times before 0 and are moved to it.
    /// An empty list stays empty: there is nothing to keep. Cost: O(points log points).
    #[must_use]
    pub fn points(&self, points: &[Syncpoint]) -> Repaired {
        let kept = points
            .iter()
            .copied()
            .enumerate()
            .map(|(index, point)| (index, if point.time.is_finite() { Some(point) } else { None }));
        self.run(kept)
    }

    /// Repairs points as read. Dropped are points whose values mean nothing. Cost: O(points log points).
    #[must_use]
    pub fn raw(&self, points: &[RawPoint]) -> Repaired {
        self.run(points.iter().enumerate().map(|(index, raw)| (index, validate::point(index, raw).ok())))
    }

    fn run(&self, points: impl Iterator<Item = (usize, Option<Syncpoint>)>) -> Repaired {
        let mut repaired = Repaired::default();
        let inside =
            |point: &Syncpoint| self.bar_count.is_none_or(|bars| point.position.bars() <= f64::from(bars));
        let mut good: Vec<Syncpoint> = Vec::new();
        for (index, point) in points {
            match point {
                Some(point) if inside(&point) => good.push(point),
                _ => repaired.dropped.push(index),
            }
        }
        repaired.sorted = !good.is_sorted_by_key(|point| point.position);
        // Stable, so that first and last keep their meaning.
        good.sort_by_key(|point| point.position);
        let good = self.merge(&good, &mut repaired);
        let mut points = self.spread(&good, &mut repaired);
        start(&mut points, &mut repaired);
        self.end(&mut points, &mut repaired);
        repaired.points = points;
        repaired
    }

    fn merge(&self, sorted: &[Syncpoint], repaired: &mut Repaired) -> Vec<Syncpoint> {
        let mut merged: Vec<Syncpoint> = Vec::with_capacity(sorted.len());
        for group in sorted.chunk_by(|a, b| b.position.bars() <= a.position.bars()) {
            let (Some(first), Some(last)) = (group.first(), group.last()) else { continue };
            repaired.merged += group.len() - 1;
            merged.push(match self.duplicates {
                _ if group.len() == 1 => *first,
                Duplicates::First => *first,
                Duplicates::Last => *last,
                Duplicates::Mean => {
                    let time = group.iter().map(|point| point.time).sum::<f64>() / group.len() as f64;
                    Syncpoint { time, ..*last }
                }
            });
        }
        merged
    }

    /// The times nearest to the given ones, by least squares, that increase by the gap: with the gaps taken off this is
    /// isotonic regression, solved by pooling adjacent violators. A pair that increases by less than the gap keeps its own
    /// distance as gap, so that an increasing list is its own solution.
    fn spread(&self, points: &[Syncpoint], repaired: &mut Repaired) -> Vec<Syncpoint> {
        let least = if self.minimum_gap.is_finite() { self.minimum_gap.max(0.0) } else { 0.001 };
        let mut lifted = Vec::with_capacity(points.len());
        let mut lift = 0.0;
        let mut before: Option<f64> = None;
        for point in points {
            if let Some(before) = before {
                let distance = point.time - before;
                lift += if distance > 0.0 { distance.min(least) } else { least };
            }
            lifted.push(lift);
            before = Some(point.time);
        }
        // Pools of (sum, count): their means increase.
        let mut pools: Vec<(f64, usize)> = Vec::with_capacity(points.len());
        for (point, lift) in points.iter().zip(&lifted) {
            let mut pool = (point.time - lift, 1);
            while let Some(&(sum, count)) = pools.last()
                && sum / count as f64 > pool.0 / pool.1 as f64
            {
                pool = (pool.0 + sum, pool.1 + count);
                pools.pop();
            }
            pools.push(pool);
        }
        let mut moved = Vec::with_capacity(points.len());
        let mut source = points.iter().zip(&lifted);
        let mut last: Option<f64> = None;
        for (sum, count) in pools {
            for (point, lift) in source.by_ref().take(count) {
                // A pool of one is a point that is right as it is; the bound at 0 keeps the order and the least change.
                let level = sum / count as f64;
                let mut time = if count == 1 { point.time } else { level + lift };
                if level < 0.0 {
                    time = *lift;
                }
                if (time - point.time).abs() <= NOISE && point.time >= 0.0 {
                    time = point.time;
                }
                if let Some(last) = last.filter(|last| time <= *last) {
                    // Rounding, or a gap of 0.
                    time = last.next_up();
                }
                last = Some(time);
                let change = (time - point.time).abs();
                repaired.total_change += change;
                repaired.largest_change = repaired.largest_change.max(change);
                repaired.moved += usize::from(change > 0.0);
                moved.push(Syncpoint { time, ..*point });
            }
        }
        moved
    }

    fn end(&self, points: &mut Vec<Syncpoint>, repaired: &mut Repaired) {
        let context = Context { bar_count: self.bar_count, duration: self.duration, ..Context::default() };
        let diagnostics = validate::points(points, &context);
        for diagnostic in diagnostics {
            if let (DiagnosticKind::MissingEndPoint { .. }, Suggestion::Insert { point, .. }) =
                (diagnostic.kind, diagnostic.suggestion)
                && points.last().is_some_and(|last| point.time > last.time)
            {
                points.push(point);
                repaired.end_added = true;
            }
        }
    }
}

/// Puts a start point in: on the line through the first two points if the recording is long enough before them, else as far
/// before the first point as there is room.
fn start(points: &mut Vec<Syncpoint>, repaired: &mut Repaired) {
    let Some(first) = points.first().copied() else { return };
    if first.position == Position::START {
        return;
    }
    let bars = first.position.bars();
    let slope = points.get(1).map(|second| (second.time - first.time) / (second.position.bars() - bars));
    let by_line = slope.map(|slope| first.time - bars * slope);
    let mut time = by_line.filter(|time| *time >= 0.0 && *time < first.time).unwrap_or(0.0);
    if first.time <= 0.0 {
        // No room before the first point: it becomes the start itself.
        if let Some(first) = points.first_mut() {
            first.position = Position::START;
            repaired.merged += 1;
            repaired.start_added = true;
        }
        return;
    }
    if time >= first.time {
        time = 0.0;
    }
    points.insert(0, Syncpoint::new(Position::START, time));
    repaired.start_added = true;
}
