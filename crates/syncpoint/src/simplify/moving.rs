//! stub
use super::Simplified;
use super::grid::Grid;
pub(super) fn minimum(grid: &Grid, _x: &[f64], t: &[f64], tolerance: i64) -> Simplified {
    super::chords::minimum(grid, t, tolerance)
}
pub(super) fn best(grid: &Grid, _x: &[f64], t: &[f64], points: usize) -> Simplified {
    super::chords::best(grid, t, points)
}
