//! Parts of two maps in one.

use alloc::vec::Vec;

use super::EditError;
use crate::map::{Options, SyncMap};
use crate::point::Syncpoint;
use crate::position::Position;

/// Two maps merged by priority.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Merged {
    /// The points of both, with the options of the first.
    pub map: SyncMap,
    /// The points of the second map that did not fit between those of the first, by index.
    pub dropped: Vec<usize>,
}

impl SyncMap {
    /// This map, with the part between two places taken from another. The other map's times hold at both seams, so that the
    /// segments of this map that meet them change their slope. Cost: O(points of both).
    ///
    /// # Errors
    /// If the other map does not cover the range, or times would run backwards at a seam.
    pub fn spliced(&self, other: &Self, from: Position, to: Position) -> Result<Self, EditError> {
        let (start, end) = (other.time_of(from)?, other.time_of(to)?);
        if from > to {
            return Err(EditError::NothingLeft);
        }
        let mut middle = other.points_between(start.max(other.first().time), end.min(other.last().time))?;
        if let Some(first) = middle.first_mut() {
            first.position = from;
        }
        if let [_, .., last] = middle.as_mut_slice() {
            last.position = to;
        }
        let mut points: Vec<Syncpoint> =
            self.points().iter().filter(|point| point.position < from).copied().collect();
        points.append(&mut middle);
        let after = self.points().iter().filter(|point| point.position > to);
        // The hide state after the seam is that of this map again.
        let hide =
            self.points().iter().rev().find(|point| point.position <= to).is_some_and(|point| point.hide);
        if let Some(last) = points.last_mut()
            && self.last().position > to
        {
            last.hide = hide;
        }
        points.extend(after);
        Ok(self.rebuilt(points)?)
    }

    /// All points of this map, and those of another that fit between them: neither at a place of this map nor at a time out of
    /// order. As far as this map reaches, the playhead is hidden where this map hides it, and the other's flags do not
    /// count. Cost: O(points of both).
    ///
    /// # Errors
    /// If the result breaks the options of this map, such as its number of bars.
    pub fn merged(&self, other: &Self) -> Result<Merged, EditError> {
        let mut points: Vec<Syncpoint> = Vec::with_capacity(self.points().len() + other.points().len());
        let mut dropped = Vec::new();
        let mut ours = self.points().iter().peekable();
        for (index, theirs) in other.points().iter().enumerate() {
            while let Some(point) = ours.next_if(|ours| ours.position <= theirs.position) {
                points.push(*point);
            }
            let fits = |before: &Syncpoint, after: &Syncpoint| {
                before.time < after.time && before.position.bars() < after.position.bars()
            };
            let after_last = points.last().is_none_or(|before| fits(before, theirs));
            if after_last && ours.peek().is_none_or(|next| fits(theirs, next)) {
                let between = ours.peek().and_then(|_| points.last());
                points.push(between.map_or(*theirs, |before| theirs.hidden(before.hide)));
            } else {
                dropped.push(index);
            }
        }
        points.extend(ours);
        Ok(Merged { map: self.rebuilt(points)?, dropped })
    }

    /// The part between two places as a map of its own, with points at both ends. Bars and times keep their numbers; the
    /// result is a fragment. Cost: O(points).
    ///
    /// # Errors
    /// If a place is outside the map or the range is empty.
    pub fn excerpt(&self, from: Position, to: Position) -> Result<Self, EditError> {
        let (start, end) = (self.time_of(from)?, self.time_of(to)?);
        if end < start || start < self.first().time || end > self.last().time {
            return Err(EditError::NothingLeft);
        }
        let points = self.points_between(start, end)?;
        Ok(Self::with(points, Options { fragment: true, ..self.options().clone() })?)
    }
}
