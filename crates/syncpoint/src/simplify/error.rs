//! Why a map cannot be simplified.

use core::fmt;

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
        /// Index of the point, from 0.
        index: usize,
    },
    /// A position or time is not greater than the one before, after rounding.
    NotIncreasing {
        /// Index of the point, from 0.
        index: usize,
    },
    /// The tolerance is not a number from 0 to 10⁶ seconds.
    Tolerance,
    /// A forced point does not exist.
    Forced {
        /// The index that was asked for.
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
