//! Times that a map of few points can reach.

/// The times in which a map of `points` points can stand at one position.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    /// So many points, this one included.
    pub points: u32,
    /// The given point at whose position it lies.
    pub index: usize,
    /// The earliest time, in seconds.
    pub from: f64,
    /// The latest time, in seconds.
    pub to: f64,
}
