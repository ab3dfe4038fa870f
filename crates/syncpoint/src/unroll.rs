//! From written bars to played bars.

mod endings;
mod error;
mod jumps;
mod layout;
mod loose;
mod passes;
mod reach;
mod section_jump;
mod walk;

use alloc::vec::Vec;

pub use error::UnrollError;

use crate::Structure;
use crate::playthrough::Playthrough;
use crate::policy::Policy;

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
