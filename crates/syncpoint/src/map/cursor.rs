//! Lookups that follow each other closely, as in playback.

use super::{Outside, SyncMap};
use crate::curve::{Backward, CurveCursor, Forward};

/// Remembers where the last lookup was, in each direction.
#[derive(Clone, Debug)]
pub struct MapCursor<'a> {
    map: &'a SyncMap,
    forward: CurveCursor<'a, Forward>,
    backward: CurveCursor<'a, Backward>,
}

impl<'a> MapCursor<'a> {
    pub(crate) fn new(map: &'a SyncMap) -> Self {
        Self { map, forward: map.curve.cursor(), backward: map.curve.cursor() }
    }

    /// As [`SyncMap::time_at`]. Cost: O(1) near the last lookup, O(log distance) otherwise.
    ///
    /// # Errors
    /// As [`SyncMap::time_at`].
    #[inline]
    pub fn time_at(&mut self, bars: f64) -> Result<f64, Outside> {
        match self.forward.at(bars) {
            Some(time) => Ok(time),
            None => self.map.outside::<Forward>(bars),
        }
    }

    /// As [`SyncMap::bars_at`]. Cost: O(1) near the last lookup, O(log distance) otherwise.
    ///
    /// # Errors
    /// As [`SyncMap::bars_at`].
    #[inline]
    pub fn bars_at(&mut self, time: f64) -> Result<f64, Outside> {
        match self.backward.at(time) {
            Some(bars) => Ok(bars),
            None => self.map.outside::<Backward>(time),
        }
    }
}
