//! Why a structure has no play order.

use core::fmt;

/// Why a structure has no playthrough under a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnrollError {
    /// More bars would be played than [`Policy::max_bars`](crate::Policy::max_bars) allows, or finding out would cost too much.
    TooManyBars {
        /// The limit of the policy, in played bars.
        limit: usize,
    },
    /// A jump has no target, and the policy is [`MissingTarget::Error`](crate::policy::MissingTarget::Error).
    MissingTarget {
        /// The written bar of the jump, zero-based.
        bar: usize,
    },
}

impl fmt::Display for UnrollError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooManyBars { limit } => {
                write!(f, "more than {limit} bars would be played; check the play counts, or allow more bars")
            }
            Self::MissingTarget { bar } => {
                write!(
                    f,
                    "the jump at bar {bar} goes to a sign that does not exist; add the sign or choose another policy"
                )
            }
        }
    }
}

impl core::error::Error for UnrollError {}
