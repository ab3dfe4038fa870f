//! Single points: put in, moved, taken out.

use alloc::vec::Vec;

use super::{EditError, finite};
use crate::float;
use crate::grid::PlayedGrid;
use crate::map::{Side, SyncMap};
use crate::point::Syncpoint;
use crate::position::Position;

/// What a moved point does to the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Ripple {
    /// Nothing: the segments on both sides stretch.
    #[default]
    Neighbours,
    /// All later points move by as much: only the segment before stretches.
    Following,
}

impl SyncMap {
    /// The map with one more point; a point at the same place is replaced. The segments on both sides stretch. Cost: O(points).
    ///
    /// # Errors
    /// If the time does not lie between those of the neighbours.
    pub fn with_point(&self, point: Syncpoint) -> Result<Self, EditError> {
        let mut points = self.points().to_vec();
        let index = points.partition_point(|other| other.position < point.position);
        match points.get_mut(index) {
            Some(same) if same.position == point.position => *same = point,
            _ => points.insert(index, point),
        }
        Ok(self.rebuilt(points)?)
    }

    /// The map with a point on its own line: at the place, with the time and hide state that it has there already, ready to
    /// be moved. Cost: O(points).
    ///
    /// # Errors
    /// If the place is outside the map.
    pub fn with_point_at(&self, position: Position) -> Result<Self, EditError> {
        if self.points().binary_search_by(|point| point.position.cmp(&position)).is_ok() {
            return Ok(self.clone());
        }
        let time = self.time_of(position)?;
        self.with_point(Syncpoint { position, time, hide: self.hidden_at(time, Side::Right) })
    }

    /// The map with a point at another time. Cost: O(points).
    ///
    /// # Errors
    /// If there is no such point, or the time does not lie between those of the neighbours.
    pub fn with_point_moved(&self, index: usize, time: f64, ripple: Ripple) -> Result<Self, EditError> {
        finite(time, "the time")?;
        let mut points = self.points().to_vec();
        let Some(point) = points.get_mut(index) else { return Err(EditError::NoSuchPoint { index }) };
        let shift = time - point.time;
        point.time = time;
        if ripple == Ripple::Following {
            points.iter_mut().skip(index + 1).for_each(|later| later.time += shift);
        }
        Ok(self.rebuilt(points)?)
    }

    /// The map without a point; the segments on both sides become one. If the point changed the hide state, the change is gone
    /// with it. Cost: O(points).
    ///
    /// # Errors
    /// If there is no such point, or the map cannot be without it: the start of the first bar must stay.
    pub fn without_point(&self, index: usize) -> Result<Self, EditError> {
        if index >= self.points().len() {
            return Err(EditError::NoSuchPoint { index });
        }
        let mut points = self.points().to_vec();
        points.remove(index);
        Ok(self.rebuilt(points)?)
    }

    /// The map without the points before a place, except the first one. Cost: O(points).
    ///
    /// # Errors
    /// None for a valid map; the result is checked like any other.
    pub fn cleared_before(&self, position: Position) -> Result<Self, EditError> {
        let mut points = alloc::vec![*self.first()];
        points.extend(self.points().iter().skip(1).filter(|point| point.position >= position));
        Ok(self.rebuilt(points)?)
    }

    /// The map without the points after a place, except the first one. Cost: O(points).
    ///
    /// # Errors
    /// None for a valid map; the result is checked like any other.
    pub fn cleared_after(&self, position: Position) -> Result<Self, EditError> {
        let mut points = alloc::vec![*self.first()];
        points.extend(self.points().iter().skip(1).filter(|point| point.position <= position));
        Ok(self.rebuilt(points)?)
    }

    /// The same map with a point on every bar line between the first and the last point, for software that does not
    /// interpolate. Cost: O(points + bars).
    ///
    /// # Errors
    /// If bars are shorter than times can tell.
    pub fn per_bar(&self) -> Result<Self, EditError> {
        let first = -float::floor(-self.first().position.bars());
        let last = float::floor(self.last().position.bars());
        let bars = (first as u32..=last as u32).map(f64::from);
        self.with_places(bars)
    }

    /// The same map with a point on every beat between the first and the last point. Cost: O(points + beats).
    ///
    /// # Errors
    /// If beats are shorter than times can tell.
    pub fn per_beat(&self, grid: &PlayedGrid) -> Result<Self, EditError> {
        let last = (float::floor(self.last().position.bars()) as u32)
            .min(u32::try_from(grid.len()).unwrap_or(u32::MAX));
        let mut beats: Vec<f64> = (self.first().position.bar()..last.saturating_add(1))
            .flat_map(|bar| grid.beats_of(bar))
            .collect();
        if grid.len() as f64 <= self.last().position.bars() {
            beats.push(grid.len() as f64);
        }
        self.with_places(beats.into_iter())
    }

    /// `places` ascend.
    fn with_places(&self, places: impl Iterator<Item = f64>) -> Result<Self, EditError> {
        let mut points: Vec<Syncpoint> = Vec::new();
        let mut ours = self.points().iter().peekable();
        let mut cursor = self.curve().cursor::<crate::curve::Forward>();
        for bars in places {
            while let Some(point) = ours.next_if(|ours| ours.position.bars() <= bars) {
                points.push(*point);
            }
            let on_point = points.last().is_some_and(|before| before.position.bars() >= bars);
            if let Some(time) = cursor.at(bars)
                && !on_point
            {
                let position = Position::from_bars(bars).map_err(crate::Outside::NoPosition)?;
                let hide = points.last().is_some_and(|before| before.hide);
                points.push(Syncpoint { position, time, hide });
            }
        }
        points.extend(ours);
        Ok(self.rebuilt(points)?)
    }
}
