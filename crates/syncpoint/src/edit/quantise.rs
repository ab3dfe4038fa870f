//! Times and places rounded to what another program can hold.

use alloc::vec::Vec;

use super::{EditError, above_zero};
use crate::float;
use crate::grid::PlayedGrid;
use crate::map::SyncMap;
use crate::point::Syncpoint;
use crate::position::{Offset, Position};

/// To what times are rounded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TimeGrid {
    /// Whole milliseconds from the start of the recording.
    Milliseconds,
    /// Whole steps, so many a second: video frames (25.0, 30000.0 / 1001.0) or samples (44100.0).
    PerSecond(f64),
}

/// To what places are rounded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PlaceGrid<'a> {
    /// So many equal parts of a bar, whatever its metre; 480 gives whole offsets, 1 bar lines.
    Parts(u32),
    /// The nearest beat of the metre in force.
    Beats(&'a PlayedGrid),
}

/// What rounding did.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Rounding {
    /// The largest change, in seconds for times and in bars for places.
    pub largest: f64,
    /// The mean size of a change, over all points, in the unit of `largest`.
    pub mean: f64,
    /// How many points changed.
    pub changed: usize,
}

impl Rounding {
    fn of(changes: impl Iterator<Item = f64>) -> Self {
        let (mut rounding, mut sum, mut count) = (Self::default(), 0.0, 0_usize);
        for change in changes.map(f64::abs) {
            rounding.largest = rounding.largest.max(change);
            rounding.changed += usize::from(change > 0.0);
            sum += change;
            count += 1;
        }
        rounding.mean = sum / count.max(1) as f64;
        rounding
    }
}

impl SyncMap {
    /// Each time rounded to the grid. Each is rounded by itself, so that errors do not add up. Cost: O(points).
    ///
    /// # Errors
    /// If the grid is not finite and above 0, or two points come to lie on one time.
    pub fn with_times_rounded(&self, grid: TimeGrid) -> Result<(Self, Rounding), EditError> {
        let rate = match grid {
            TimeGrid::Milliseconds => 1000.0,
            TimeGrid::PerSecond(rate) => above_zero(rate, "the rate")?,
        };
        let points: Vec<Syncpoint> = self
            .points()
            .iter()
            .map(|point| Syncpoint { time: float::round(point.time * rate) / rate, ..*point })
            .collect();
        let rounding = Rounding::of(points.iter().zip(self.points()).map(|(new, old)| new.time - old.time));
        Ok((self.rebuilt(points)?, rounding))
    }

    /// Each place rounded to the grid. Cost: O(points x beats of a bar).
    ///
    /// # Errors
    /// If the bar is divided into no parts, a place is outside the grid, or two points come to lie on one place.
    pub fn with_places_rounded(&self, grid: PlaceGrid<'_>) -> Result<(Self, Rounding), EditError> {
        let mut points = Vec::with_capacity(self.points().len());
        for point in self.points() {
            let position = match grid {
                PlaceGrid::Parts(parts) => {
                    let parts = above_zero(f64::from(parts), "the number of parts")?;
                    let part = float::round(point.position.offset().share() * parts);
                    let offset =
                        Offset::shortest((part * f64::from(crate::position::BAR_PARTS) / parts).min(480.0));
                    let exact = Position::new(point.position.bar(), offset);
                    let exact = exact.map_err(|_| EditError::BadNumber { what: "a bar" })?;
                    // A place that was on the grid already stays as it was written.
                    if exact == point.position { point.position } else { exact.normalised() }
                }
                PlaceGrid::Beats(grid) => nearest_beat(point.position, grid)?,
            };
            points.push(Syncpoint { position, ..*point });
        }
        let moves =
            points.iter().zip(self.points()).map(|(new, old)| new.position.bars() - old.position.bars());
        let rounding = Rounding::of(moves);
        Ok((self.rebuilt(points)?, rounding))
    }
}

fn nearest_beat(position: Position, grid: &PlayedGrid) -> Result<Position, EditError> {
    let bars = position.bars();
    if bars > grid.len() as f64 {
        return Err(EditError::BadNumber { what: "a place outside the grid" });
    }
    let bar = position.normalised().bar();
    let next = f64::from(bar.saturating_add(1)).min(grid.len() as f64);
    let beats = grid.beats_of(bar).into_iter().chain([next]);
    let nearest = beats.min_by(|a, b| (a - bars).abs().total_cmp(&(b - bars).abs())).unwrap_or(bars);
    if nearest == bars {
        return Ok(position);
    }
    Position::from_bars(nearest).map_err(|_| EditError::BadNumber { what: "a bar" })
}
