//! From written bars to played bars.

mod diagnostic;
mod endings;
mod jumps;
mod layout;
mod leaps;
mod loose;
mod passes;
mod reach;
mod walk;

use alloc::vec::Vec;
use core::fmt;

pub use diagnostic::{Diagnostic, Finding};

use crate::Structure;
use crate::playthrough::Playthrough;
use crate::policy::Policy;

/// Why a structure has no playthrough under a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnrollError {
    /// More bars would be played than [`Policy::max_bars`] allows, or finding out would cost too much.
    TooManyBars {
        /// The limit.
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
                write!(
                    f,
                    "more than {limit} bars would be played; check the play counts or raise Policy::max_bars"
                )
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

impl Structure {
    /// The order in which the bars are played under a policy, with the reason for each step.
    ///
    /// It always ends: a jump is taken once, a repeat as often as it says, and [`Policy::max_bars`] bounds the rest.
    /// The cost is proportional to written plus played bars, and for each repeat sign, jump, fine or to-coda that is
    /// passed, to the number of backward repeats of its passage.
    ///
    /// # Errors
    ///
    /// [`UnrollError::TooManyBars`] beyond the limit of the policy, [`UnrollError::MissingTarget`] if the policy wants
    /// missing targets to be errors.
    pub fn unroll(&self, policy: &Policy) -> Result<Playthrough, UnrollError> {
        let mut diagnostics = Vec::new();
        let layout = layout::Layout::new(self, policy, &mut diagnostics);
        let played = walk::Walk::new(self, policy, &layout, &mut diagnostics).run()?;
        Ok(Playthrough::new(
            self.bars.len(),
            played.into_iter().map(|bar| (bar.bar, bar.step, bar.ending)),
            diagnostics,
        ))
    }
}
