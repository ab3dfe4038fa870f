//! What simplifying gives, and the proof that comes with it.

use alloc::vec::Vec;

use super::window::Window;

/// A simplified map and the proof that it is the smallest.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Simplified {
    /// The points that are left.
    pub points: Vec<Point>,
    /// The largest distance in time from a given point, in seconds.
    ///
    /// Among the smallest maps this is the least possible: exactly in `Keep`, to a microsecond in `Move`.
    pub max_error: f64,
    /// The sum of the squared distances, in seconds squared.
    ///
    /// In `Keep` the least possible among the smallest maps of least `max_error`; in `Move` the result of a descent.
    pub squared_error: f64,
    /// Why fewer points do not suffice.
    pub certificate: Certificate,
}

/// One point of a simplified map.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Point {
    /// The given point at whose position it lies.
    pub index: usize,
    /// Its time in seconds; in `Keep` the given one.
    pub time: f64,
}

/// A lower bound for the number of points that can be checked without trusting the search.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Certificate {
    /// For each given point a number. The first is 1, the last is the number of points of the result, and along a
    /// chord that stays within the tolerance and passes over no forced point the number grows by 1 at most: so no
    /// chain of chords is shorter.
    Depths {
        /// The tolerance in nanoseconds.
        tolerance: u64,
        /// The number of each given point, in order.
        depths: Vec<u32>,
    },
    /// The times at which a map of so many points can stand. The windows of 1 point are the whole tolerance at the
    /// first position; a line that leaves a window of fewer points than the result has, k say, and stays within the
    /// tolerance arrives in windows of at most k + 1; and at the last position there is no window of fewer points
    /// than the result has.
    Windows {
        /// The tolerance in seconds.
        tolerance: f64,
        /// Windows in layers of equal numbers of points, each layer by position.
        windows: Vec<Window>,
    },
}
