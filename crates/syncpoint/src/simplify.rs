//! The fewest points that keep a map within a tolerance, with proof.
//!
//! A map is a line through points (position, time). [`minimum`] leaves out as many points as it can without moving the
//! line by more than a tolerance at any of the given positions; between them both lines are straight, so the bound
//! holds everywhere. [`best`] is the other way round: the smallest error that a number of points allows.
//!
//! | mode | the new points are | method |
//! | --- | --- | --- |
//! | [`Mode::Keep`] | some of the given ones | shortest path over legal chords (Imai and Iri, 1988), all comparisons exact |
//! | [`Mode::Move`] | at some of the given positions, at any time within the tolerance | sets of times that k points can reach, position by position |
//!
//! For `Keep`, positions and times are rounded once: times to nanoseconds, positions to a grid of 1/480 of a unit or as much
//! finer as they need, by no more than 2⁻⁵¹ of the largest. From there on it calculates in whole numbers. So an error that
//! `Keep` reports, or a tolerance that it keeps, is that of the given numbers but for 1 ns, and 2⁻⁴⁹ of the largest position
//! times the slope of the steepest chord. `Move` calculates in floating point on the given numbers.

mod chords;
mod error;
mod grid;
mod hull;
mod moving;
mod result;
mod window;

pub use error::SimplifyError;
pub use result::{Certificate, Point, Simplified};
pub use window::Window;

use grid::Grid;

/// Where the points of a simplified map may lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// On given points, whose times stay as they are.
    Keep,
    /// At given positions, at any time within the tolerance. Time still grows by at least a microsecond a position
    /// unit (or half of what the given map grows at its slowest, if that is less).
    Move,
}

/// What a simplified map must look like.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    /// Where points may lie.
    pub mode: Mode,
    /// Indexes of given points whose positions must stay, in any order: changes of the hide flag, starts of sections.
    /// First and last always stay.
    pub forced: &'a [usize],
}

impl Rules<'_> {
    /// Points are kept or left out; none is forced but first and last.
    pub const KEEP: Self = Self { mode: Mode::Keep, forced: &[] };
    /// Points are kept, moved or left out; none is forced but first and last.
    pub const MOVE: Self = Self { mode: Mode::Move, forced: &[] };
}

/// The fewest points that stay within `tolerance` seconds of every given point.
///
/// `x` are positions (bars or any other unit), `t` times in seconds; both must increase.
/// Among the smallest maps it is one of least maximum error, and among those one of least squared error.
///
/// `Keep` costs O(n) times how far the chords of a point stay within the tolerance, or, where that is far, how few points
/// have such chords: about linear for rough maps and for steady ones, O(n² log n) at worst. `Move` costs about a hundred
/// times as much as `Keep` does on a rough map.
///
/// # Errors
///
/// See [`SimplifyError`]; none comes up for increasing numbers, a sensible tolerance and forced points that exist.
pub fn minimum(x: &[f64], t: &[f64], tolerance: f64, rules: &Rules<'_>) -> Result<Simplified, SimplifyError> {
    let grid = Grid::new(x, t, rules.forced)?;
    let nanoseconds = nanoseconds(tolerance)?;
    Ok(match rules.mode {
        Mode::Keep => chords::minimum(&grid, t, nanoseconds),
        Mode::Move => moving::minimum(&grid, x, t, nanoseconds),
    })
}

/// How many points [`minimum`] needs in the mode `Keep`, without looking for the best of the smallest maps.
///
/// # Errors
///
/// As [`minimum`].
pub fn minimum_count(x: &[f64], t: &[f64], tolerance: f64, forced: &[usize]) -> Result<usize, SimplifyError> {
    let grid = Grid::new(x, t, forced)?;
    let nanoseconds = nanoseconds(tolerance)?;
    Ok(chords::count(&grid, nanoseconds))
}

/// The map of at most `points` points with the smallest maximum error (to a nanosecond in `Keep`, to a microsecond in
/// `Move`), and among those of the fewest points one of least squared error.
///
/// Costs some 40 runs of [`minimum`].
///
/// # Errors
///
/// As [`minimum`], and [`SimplifyError::TooFew`] if more points must stay.
pub fn best(x: &[f64], t: &[f64], points: usize, rules: &Rules<'_>) -> Result<Simplified, SimplifyError> {
    let grid = Grid::new(x, t, rules.forced)?;
    let least = grid.forced.len();
    if points < least {
        return Err(SimplifyError::TooFew { least });
    }
    Ok(match rules.mode {
        Mode::Keep => chords::best(&grid, t, points),
        Mode::Move => moving::best(&grid, x, t, points),
    })
}

/// A tolerance as whole nanoseconds.
fn nanoseconds(tolerance: f64) -> Result<i64, SimplifyError> {
    grid::nanoseconds(tolerance).filter(|&ns| ns >= 0).ok_or(SimplifyError::Tolerance)
}
