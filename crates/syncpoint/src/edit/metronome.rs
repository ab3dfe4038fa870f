//! Maps of a steady beat.

use alloc::vec::Vec;

use super::{EditError, above_zero, finite};
use crate::grid::PlayedGrid;
use crate::map::{Options, SyncMap};
use crate::point::Syncpoint;
use crate::tempo::BeatUnit;

/// The map of a piece played at a steady tempo from `start` seconds on: a point at the first bar line, at the end, and
/// wherever the length of bars changes. Cost: O(bars).
///
/// # Errors
/// If the tempo is not finite and above 0, the start is negative, the grid is empty or has a bar without beats.
pub fn metronome(grid: &PlayedGrid, bpm: f64, unit: BeatUnit, start: f64) -> Result<SyncMap, EditError> {
    let seconds_per_beat = above_zero(60.0 / above_zero(bpm, "the tempo")?, "the tempo")?;
    finite(start, "the start")?;
    if grid.is_empty() {
        return Err(EditError::NothingLeft);
    }
    let length = |bar: usize| match unit {
        BeatUnit::Beat => grid.beats(bar),
        BeatUnit::Quarter => grid.quarters(bar),
    };
    let bars = u32::try_from(grid.len()).map_err(|_| EditError::BadNumber { what: "a bar" })?;
    let mut points: Vec<Syncpoint> = Vec::new();
    for bar in 0..=bars {
        let index = bar as usize;
        let changes = index.checked_sub(1).is_none_or(|before| length(before) != length(index));
        if changes && let Some(beats) = grid.count_before(f64::from(bar), unit) {
            points.push(Syncpoint::bar_line(bar, start + beats * seconds_per_beat));
        }
    }
    Ok(SyncMap::with(points, Options { bar_count: Some(bars), ..Options::default() })?)
}
