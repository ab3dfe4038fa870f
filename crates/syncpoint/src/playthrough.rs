//! The bars as they are played, each with where it comes from.

mod diagnostic;
mod musical;
mod passes;
mod performed;
mod remap;
mod step;

use alloc::vec::Vec;

pub use diagnostic::{Diagnostic, DiagnosticKind};
pub use passes::PassChoice;
pub use remap::{RemappedBars, UnmappedBar, UnmappedReason};
pub use step::Step;

/// A bar as it is played, and the written bar that it is a playing of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct PlayedBar {
    /// The zero-based index of the written bar.
    pub written: usize,
    /// The how-many-th playing of this written bar it is, from 1.
    pub pass: u32,
    /// The number of the ending under which the bar is played, if it stands under one.
    pub ending: Option<u32>,
    /// The reason why this bar follows the one before.
    pub step: Step,
}

impl PlayedBar {
    /// A playing of a written bar (zero-based): its pass from 1, its ending, and why it follows the bar before.
    #[must_use]
    pub const fn new(written: usize, pass: u32, ending: Option<u32>, step: Step) -> Self {
        Self { written, pass, ending, step }
    }
}

/// The play order of a [`Structure`](crate::Structure), with provenance both ways.
#[derive(Clone, Debug, PartialEq, Eq)]
#[doc(alias("play order", "unfold", "expand repeats"))]
pub struct Playthrough {
    bars: Vec<PlayedBar>,
    /// The played indexes grouped by written bar.
    by_written: Vec<usize>,
    /// Where the group of each written bar begins in `by_written`; one more than there are written bars.
    offsets: Vec<usize>,
    diagnostics: Vec<Diagnostic>,
}

impl Playthrough {
    /// Builds the way back from written to played bars.
    pub(crate) fn new(
        written: usize,
        played: impl Iterator<Item = (usize, Step, Option<u32>)>,
        diagnostics: Vec<Diagnostic>,
    ) -> Self {
        let mut counts = alloc::vec![0_u32; written];
        let mut bars = Vec::new();
        for (bar, step, ending) in played {
            counts[bar] = counts[bar].saturating_add(1);
            bars.push(PlayedBar { written: bar, pass: counts[bar], ending, step });
        }
        let mut offsets = Vec::with_capacity(written + 1);
        let mut sum = 0;
        for &count in &counts {
            offsets.push(sum);
            sum += count as usize;
        }
        offsets.push(sum);
        let mut by_written = alloc::vec![0; bars.len()];
        for (index, bar) in bars.iter().enumerate() {
            by_written[offsets[bar.written] + bar.pass as usize - 1] = index;
        }
        Self { bars, by_written, offsets, diagnostics }
    }

    /// The played bars in order.
    #[must_use]
    pub fn bars(&self) -> &[PlayedBar] {
        &self.bars
    }

    /// The number of played bars.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bars.len()
    }

    /// True if nothing is played at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bars.is_empty()
    }

    /// The number of written bars.
    #[must_use]
    pub fn written_len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// The written bars in played order, zero-based.
    pub fn order(&self) -> impl ExactSizeIterator<Item = usize> + DoubleEndedIterator {
        self.bars.iter().map(|bar| bar.written)
    }

    /// Every sign that was ignored, repaired or never reached, by bar.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }
}
