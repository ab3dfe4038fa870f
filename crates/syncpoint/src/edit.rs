//! Maps made of maps. Every operation gives a new, validated map and keeps the options of the one it starts from.

use core::fmt;

use crate::curve::CurveError;
use crate::map::{MapError, Outside};
use crate::simplify::SimplifyError;

mod average;
mod compose;
mod fit;
mod join;
mod metronome;
mod points;
mod quantise;
mod renumber;
mod simplified;

pub use average::{Average, Averaged};
pub use fit::Affine;
pub use join::Merged;
pub use metronome::metronome;
pub use points::Ripple;
pub use quantise::{PlaceGrid, Rounding, TimeGrid};
pub use simplified::SimplifiedMap;

/// Why an edit gives no map.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum EditError {
    /// The result would not be a valid map.
    Map(MapError),
    /// A place is outside the map.
    Outside(Outside),
    /// The two have no common part.
    Curve(CurveError),
    /// The map cannot be simplified so.
    Simplify(SimplifyError),
    /// Nothing of the map would be left.
    NothingLeft,
    /// There is no point with this index.
    NoSuchPoint {
        /// The index that was asked for, from 0.
        index: usize,
    },
    /// A number that must be finite, and mostly above 0, is not.
    BadNumber {
        /// The name of the number, as in "a bar".
        what: &'static str,
    },
}

impl fmt::Display for EditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Map(error) => write!(f, "the result makes no map: {error}"),
            Self::Outside(outside) => write!(f, "{outside}"),
            Self::Curve(error) => write!(f, "{error}"),
            Self::Simplify(error) => write!(f, "{error}"),
            Self::NothingLeft => f.write_str("nothing of the map would be left"),
            Self::NoSuchPoint { index } => write!(f, "invalid point {index}: it does not exist"),
            Self::BadNumber { what } => write!(f, "{what} must be a finite number within range"),
        }
    }
}

impl core::error::Error for EditError {}

impl From<MapError> for EditError {
    fn from(error: MapError) -> Self {
        Self::Map(error)
    }
}

impl From<Outside> for EditError {
    fn from(outside: Outside) -> Self {
        Self::Outside(outside)
    }
}

impl From<SimplifyError> for EditError {
    fn from(error: SimplifyError) -> Self {
        Self::Simplify(error)
    }
}

impl From<CurveError> for EditError {
    fn from(error: CurveError) -> Self {
        Self::Curve(error)
    }
}

/// A number that is finite and above 0.
fn above_zero(value: f64, what: &'static str) -> Result<f64, EditError> {
    if value.is_finite() && value > 0.0 { Ok(value) } else { Err(EditError::BadNumber { what }) }
}

/// A finite number.
fn finite(value: f64, what: &'static str) -> Result<f64, EditError> {
    if value.is_finite() { Ok(value) } else { Err(EditError::BadNumber { what }) }
}
