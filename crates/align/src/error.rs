//! Why a recording is not aligned.

use std::fmt;

use segno_syncpoint::UnrollError;

/// Why a score and a recording are not aligned.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum Error {
    /// Nothing is heard in the recording, or in the part of it that was asked for.
    Silent,
    /// The score has no pitched notes to listen for, or was read without them.
    NoNotes,
    /// The recording does not sound like the score.
    Unlike {
        /// How far what sounds is from what is written on average: 0 for the same, 1 for nothing in common.
        match_: f64,
        /// The share of what is heard, 0..=1, that some bar of the score explains.
        explained: f64,
        /// The transposition in semitones at which the score is nearest to the recording.
        best_transposition: i32,
    },
    /// Several ways to play the score fit the recording equally well. [`Aligner::order`](crate::Aligner::order) chooses one.
    Ambiguous {
        /// The written bars of each, best first; at least two.
        orders: Vec<Vec<usize>>,
    },
    /// The recording, or the score at the recording's tempo, is too long.
    TooLong {
        /// Its length in seconds.
        seconds: f64,
        /// The limit in seconds.
        limit: f64,
    },
    /// The part of the recording that was asked for is empty or lies outside of it.
    NoSuchPart,
    /// The order that was asked for is empty or names a bar that the score does not have.
    NoSuchBar,
    /// The score has no play order.
    Unroll(UnrollError),
}

impl fmt::Debug for Error {
    // The line for people, as a program prints it that ends with this error.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Silent => f.write_str("the recording is silent"),
            Self::NoNotes => f.write_str("the score has no pitched notes, or was read without them"),
            Self::Unlike { match_, explained, best_transposition } => {
                write!(
                    f,
                    "this recording does not sound like this score: distance {match_:.2}, {:.0} % explained",
                    100.0 * explained
                )?;
                if *best_transposition == 0 {
                    Ok(())
                } else {
                    write!(f, ", nearest at {best_transposition:+} semitones")
                }
            }
            Self::Ambiguous { orders } => write!(
                f,
                "{} ways to play the score fit the recording equally well; choose one of them",
                orders.len()
            ),
            Self::TooLong { seconds, limit } => {
                write!(f, "{seconds:.0} s of music must be at most {limit:.0} s")
            }
            Self::NoSuchPart => {
                f.write_str("the part of the recording must not be empty and must lie within it")
            }
            Self::NoSuchBar => {
                f.write_str("the play order must not be empty and must name bars of the score")
            }
            Self::Unroll(fault) => fault.fmt(f),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Unroll(fault) => Some(fault),
            _ => None,
        }
    }
}

impl From<UnrollError> for Error {
    fn from(fault: UnrollError) -> Self {
        Self::Unroll(fault)
    }
}
