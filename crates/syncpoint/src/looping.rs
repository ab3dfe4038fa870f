//! A part of a recording that is played again and again.

use core::fmt;
use core::ops::Range;

use crate::float;
use crate::map::{Outside, SyncMap};
use crate::position::Position;

/// A loop in seconds of the recording.
///
/// Soundslice reports loops as `[start, end]` in seconds (`ssLoopChange`).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Loop {
    start: f64,
    end: f64,
    /// The length of a lap as a number and what rounding took from it.
    lap: f64,
    lap_rest: f64,
}

/// Why there is no loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LoopError {
    /// The end is not after the start, or a number is not finite.
    Empty,
    /// A place is outside the map.
    Outside(Outside),
}

impl fmt::Display for LoopError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("a loop must end after it starts"),
            Self::Outside(outside) => write!(f, "an end of the loop is {outside}"),
        }
    }
}

impl core::error::Error for LoopError {}

impl Loop {
    /// A loop between two times in seconds.
    ///
    /// # Errors
    /// If a number is not finite or the end is not after the start.
    pub fn new(start: f64, end: f64) -> Result<Self, LoopError> {
        let lap = end - start;
        if !start.is_finite() || !lap.is_finite() || lap <= 0.0 {
            return Err(LoopError::Empty);
        }
        Ok(Self { start, end, lap, lap_rest: difference_rest(end, start) })
    }

    /// Where the loop begins, in seconds.
    #[must_use]
    pub fn start(&self) -> f64 {
        self.start
    }

    /// Where the loop ends and begins again, in seconds.
    #[must_use]
    pub fn end(&self) -> f64 {
        self.end
    }

    /// The length of a lap in seconds.
    #[must_use]
    pub fn duration(&self) -> f64 {
        self.lap
    }

    /// Where a player is that has run for `clock` seconds: up to the loop's end that is the time in the recording itself,
    /// afterwards it goes round. Computed from the beginning each time, with the rounding of the lap carried along, so that
    /// nothing adds up: after any number of laps the place is off by no more than one step of `clock` as an `f64`.
    /// Cost: O(1).
    #[must_use]
    pub fn wrap(&self, clock: f64) -> f64 {
        self.laps_and_place(clock).1
    }

    /// How often a player that has run for `clock` seconds has gone back to the start. Cost: O(1).
    #[must_use]
    pub fn laps(&self, clock: f64) -> u64 {
        // The cast saturates, and NaN becomes 0.
        self.laps_and_place(clock).0 as u64
    }

    fn laps_and_place(&self, clock: f64) -> (f64, f64) {
        let played = clock - self.start;
        if played < self.lap || !clock.is_finite() {
            return (0.0, clock);
        }
        // The remainder of a division of floats is exact; what the two subtractions lost is put back.
        let remainder = played % self.lap;
        let mut laps = float::round((played - remainder) / self.lap);
        let mut place = remainder + (difference_rest(clock, self.start) - laps * self.lap_rest);
        if place < 0.0 {
            laps -= 1.0;
            place += self.lap;
        } else if place >= self.lap {
            laps += 1.0;
            place -= self.lap;
        }
        if laps < 1.0 {
            (0.0, clock.min(self.end))
        } else {
            (laps, (self.start + place).clamp(self.start, self.end))
        }
    }
}

/// `a - b` exactly is the rounded difference plus this (Knuth's TwoSum).
fn difference_rest(a: f64, b: f64) -> f64 {
    let difference = a - b;
    let b_used = a - difference;
    let a_used = difference + b_used;
    (b_used - b) + (a - a_used)
}

impl SyncMap {
    /// The loop over a range of played bars; it may reach across repeats. Cost: as [`SyncMap::time_at`].
    ///
    /// # Errors
    /// If the range is empty or reaches outside the map.
    pub fn loop_over(&self, range: Range<Position>) -> Result<Loop, LoopError> {
        let time = |position| self.time_of(position).map_err(LoopError::Outside);
        Loop::new(time(range.start)?, time(range.end)?)
    }

    /// The played bars of a loop. Cost: as [`SyncMap::position_at`].
    ///
    /// # Errors
    /// If the loop reaches outside the map.
    pub fn loop_positions(&self, range: &Loop) -> Result<Range<Position>, LoopError> {
        let place = |time| self.position_at(time).map_err(LoopError::Outside);
        Ok(place(range.start)?..place(range.end)?)
    }

    /// The smallest loop of whole bars that contains a loop. Cost: as [`SyncMap::time_at`].
    ///
    /// # Errors
    /// If the bars reach outside the map.
    pub fn snap_to_bars(&self, range: &Loop) -> Result<Loop, LoopError> {
        let bars = |time| self.bars_at(time).map_err(LoopError::Outside);
        let (from, to) = (float::floor(bars(range.start)?), -float::floor(-bars(range.end)?));
        let time = |bars| self.time_at(bars).map_err(LoopError::Outside);
        Loop::new(time(from)?, time(to)?)
    }
}
