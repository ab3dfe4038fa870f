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
//! For `Keep`, positions and times are rounded once: times to nanoseconds, positions to 1/480 of a unit where that is
//! exact and otherwise to about 2⁻⁵² of the largest position. From there on it calculates in whole numbers. So an error
//! that `Keep` reports, or a tolerance that it keeps, is that of the given numbers but for 1 ns and 2⁻⁵⁰ of the largest
//! position times the slope of the steepest chord. `Move` calculates in floating point on the given numbers.

mod chords;
mod grid;
mod hull;
mod moving;
mod window;

use alloc::vec::Vec;
use core::fmt;

pub use window::Window;

use grid::Grid;

/// Where the points of a simplified map may lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// On given points.
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

/// A simplified map and the proof that it is the smallest.
#[derive(Clone, Debug, PartialEq)]
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
pub struct Point {
    /// The given point at whose position it lies.
    pub index: usize,
    /// Its time in seconds; in `Keep` the given one.
    pub time: f64,
}

/// A lower bound for the number of points that can be checked without trusting the search.
#[derive(Clone, Debug, PartialEq)]
pub enum Certificate {
    /// For each given point a number. The first is 1, the last is the number of points of the result, and along a
    /// chord that stays within the tolerance and passes over no forced point the number grows by 1 at most: so no
    /// chain of chords is shorter.
    Depths {
        /// The tolerance in nanoseconds.
        tolerance: u64,
        /// The numbers.
        depths: Vec<u32>,
    },
    /// The times at which a map of so many points can stand. The windows of 1 point are the whole tolerance at the
    /// first position; a line that leaves a window of fewer points than the result has, k say, and stays within the
    /// tolerance arrives in windows of at most k + 1; and at the last position there is no window of fewer points
    /// than the result has.
    Windows {
        /// The tolerance in seconds.
        tolerance: f64,
        /// The windows.
        windows: Vec<Window>,
    },
}

/// Why a map cannot be simplified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SimplifyError {
    /// There are no points.
    Empty,
    /// There are not as many times as positions.
    LengthsDiffer,
    /// A position or time is not a number below 10⁶ in size.
    OutOfRange {
        /// The point.
        index: usize,
    },
    /// A position or time is not greater than the one before, after rounding.
    NotIncreasing {
        /// The point.
        index: usize,
    },
    /// The tolerance is not a number from 0 to 10⁶ seconds.
    Tolerance,
    /// A forced point does not exist.
    Forced {
        /// Its index.
        index: usize,
    },
    /// Fewer points are wanted than must stay.
    TooFew {
        /// How many must stay.
        least: usize,
    },
}

impl fmt::Display for SimplifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("there are no points"),
            Self::LengthsDiffer => f.write_str("there must be one time for each position"),
            Self::OutOfRange { index } => write!(f, "point {index} is not a number below a million"),
            Self::NotIncreasing { index } => {
                write!(
                    f,
                    "point {index} does not come after the one before in position and time; repair the map first"
                )
            }
            Self::Tolerance => f.write_str("the tolerance must be 0 to 1000000 seconds"),
            Self::Forced { index } => write!(f, "forced point {index} does not exist"),
            Self::TooFew { least } => {
                write!(f, "at least {least} points must stay: first, last and the forced ones")
            }
        }
    }
}

impl core::error::Error for SimplifyError {}

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
    let nanoseconds = grid::nanoseconds(tolerance).filter(|&ns| ns >= 0).ok_or(SimplifyError::Tolerance)?;
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
    let nanoseconds = grid::nanoseconds(tolerance).filter(|&ns| ns >= 0).ok_or(SimplifyError::Tolerance)?;
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
