//! How fast the music goes, in beats of its metre or in quarters.

use alloc::vec::Vec;

use crate::float;
use crate::grid::PlayedGrid;
use crate::map::{Side, SyncMap};

/// What is counted per minute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum BeatUnit {
    /// The beats of the metre, as [`Metre::beats`](crate::Metre::beats) counts them: two in 6/8.
    #[default]
    Beat,
    /// Quarters, whatever the metre: what MIDI and MusicXML count.
    Quarter,
}

/// The tempo of one played bar.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct BarTempo {
    /// The played bar, from 0.
    pub bar: u32,
    /// When it begins, in seconds.
    pub time: f64,
    /// How long it lasts, in seconds.
    pub seconds: f64,
    /// How many beats (or quarters) its true length has.
    pub beats: f64,
    /// Beats (or quarters) per minute.
    pub bpm: f64,
}

impl PlayedGrid {
    /// Beats or quarters from the start of the piece to a place, given as a number of bars. `None` outside the grid.
    /// Cost: O(beats of the bar).
    #[must_use]
    pub fn count_before(&self, bars: f64, unit: BeatUnit) -> Option<f64> {
        match unit {
            BeatUnit::Beat => self.beats_before(bars),
            BeatUnit::Quarter => self.quarters_before(bars),
        }
    }

    /// The number of beats or quarters in the true length of a played bar. Cost: O(1).
    #[must_use]
    pub fn count_of(&self, bar: usize, unit: BeatUnit) -> Option<f64> {
        match unit {
            BeatUnit::Beat => self.beats(bar),
            BeatUnit::Quarter => self.quarters(bar),
        }
    }
}

impl SyncMap {
    /// The mean tempo between two places, given as numbers of bars. `None` if one is outside map or grid, or they are the
    /// same. Partial bars count by their true length. Cost: as [`SyncMap::time_at`].
    #[must_use]
    pub fn mean_bpm(&self, from: f64, to: f64, grid: &PlayedGrid, unit: BeatUnit) -> Option<f64> {
        let seconds = self.time_at(to).ok()? - self.time_at(from).ok()?;
        let beats = grid.count_before(to, unit)? - grid.count_before(from, unit)?;
        let bpm = beats * 60.0 / seconds;
        bpm.is_finite().then_some(bpm)
    }

    /// The tempo of a played bar. `None` if map or grid do not hold all of it. Cost: as [`SyncMap::time_at`].
    #[must_use]
    pub fn bar_tempo(&self, bar: u32, grid: &PlayedGrid, unit: BeatUnit) -> Option<BarTempo> {
        let from = f64::from(bar);
        let time = self.time_at(from).ok()?;
        let seconds = self.time_at(from + 1.0).ok()? - time;
        let beats = grid.count_of(bar as usize, unit)?;
        Some(BarTempo { bar, time, seconds, beats, bpm: beats * 60.0 / seconds })
    }

    /// The tempo of each played bar that map and grid hold whole. Cost: O(bars + points).
    #[must_use]
    pub fn tempo_per_bar(&self, grid: &PlayedGrid, unit: BeatUnit) -> Vec<BarTempo> {
        let bars = u32::try_from(grid.len()).unwrap_or(u32::MAX);
        (0..bars).filter_map(|bar| self.bar_tempo(bar, grid, unit)).collect()
    }

    /// The mean tempo of a segment. `None` if there is no such segment or the grid does not hold it.
    /// Cost: O(beats of a bar).
    #[must_use]
    pub fn segment_bpm(&self, index: usize, grid: &PlayedGrid, unit: BeatUnit) -> Option<f64> {
        let segment = self.segment(index)?;
        let beats = grid.count_before(segment.to_bars, unit)? - grid.count_before(segment.from_bars, unit)?;
        Some(beats * 60.0 / (segment.to_time - segment.from_time))
    }

    /// The tempo at an instant: the speed through the bar there, times the beats of that bar. At a syncpoint or a bar line, the
    /// tempo on `side`. `None` outside map or grid. Cost: as [`SyncMap::bars_at`].
    #[must_use]
    pub fn bpm_at(&self, time: f64, side: Side, grid: &PlayedGrid, unit: BeatUnit) -> Option<f64> {
        let segment = self.segment_at_time(time, side)?;
        let bars = self.bars_at(time).ok()?;
        let floor = float::floor(bars);
        // On a bar line, seen from the left, the bar before is still going on.
        let bar = if bars == floor && side == Side::Left { floor - 1.0 } else { floor };
        if bar < 0.0 {
            return None;
        }
        let beats = grid.count_of(bar as usize, unit)?;
        Some(beats * 60.0 / segment.seconds_per_bar())
    }
}
