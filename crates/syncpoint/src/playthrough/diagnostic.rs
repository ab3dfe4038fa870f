//! What is odd on the page: signs that were ignored, repaired or never reached.

use core::fmt;

/// What is odd about the signs of one written bar, and what was made of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Diagnostic {
    /// The zero-based index of the written bar.
    pub bar: usize,
    /// Which sign, and what was made of it.
    pub kind: DiagnosticKind,
}

impl Diagnostic {
    /// A diagnostic about a written bar, zero-based.
    #[must_use]
    pub const fn new(bar: usize, kind: DiagnosticKind) -> Self {
        Self { bar, kind }
    }
}

/// What a [`Diagnostic`] says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum DiagnosticKind {
    /// A forward repeat without a backward repeat of its own; ignored.
    RepeatStartWithoutEnd,
    /// A backward repeat without a forward repeat of its own; it goes back to this bar.
    RepeatEndWithoutStart {
        /// The bar that was inferred.
        goes_to: usize,
    },
    /// A backward repeat that asks for fewer than two plays.
    RepeatEndWithoutRepeat {
        /// The plays that it asks for.
        plays: u32,
    },
    /// A backward repeat that never sent the music back.
    RepeatEndNotTaken,
    /// An ending that names no pass; ignored.
    EndingWithoutNumbers,
    /// An ending that goes on here but began nowhere; taken to begin here.
    EndingWithoutStart,
    /// Several endings cover the bar.
    EndingsOverlap,
    /// The bar, the first under these endings, was never played.
    EndingNeverPlayed,
    /// No pass reaches the ending by its numbers, or they contradict those of another ending of its repeat.
    EndingRenumbered {
        /// The first pass on which it is played instead.
        pass: u32,
    },
    /// An ending without a repeat that it could belong to.
    EndingWithoutRepeat,
    /// A copy of a sign on another staff; ignored.
    StaffCopy,
    /// A jump to a sign that does not exist.
    JumpTargetMissing,
    /// A jump that plays until a sign that does not exist.
    JumpUntilMissing,
    /// A jump that goes on at a coda that does not exist.
    JumpCodaMissing,
    /// A jump that was never taken.
    JumpNotTaken,
    /// A segno, coda, to-coda or fine that had no effect.
    MarkerWithoutEffect,
    /// A bar that no pass reaches under the policy.
    BarNeverPlayed,
}

impl DiagnosticKind {
    /// A stable name: that of the variant, such as `BarNeverPlayed`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::RepeatEndWithoutStart { .. } => "RepeatEndWithoutStart",
            Self::RepeatEndWithoutRepeat { .. } => "RepeatEndWithoutRepeat",
            Self::RepeatStartWithoutEnd => "RepeatStartWithoutEnd",
            Self::RepeatEndNotTaken => "RepeatEndNotTaken",
            Self::EndingWithoutNumbers => "EndingWithoutNumbers",
            Self::EndingWithoutStart => "EndingWithoutStart",
            Self::EndingsOverlap => "EndingsOverlap",
            Self::EndingNeverPlayed => "EndingNeverPlayed",
            Self::EndingRenumbered { .. } => "EndingRenumbered",
            Self::EndingWithoutRepeat => "EndingWithoutRepeat",
            Self::StaffCopy => "StaffCopy",
            Self::JumpTargetMissing => "JumpTargetMissing",
            Self::JumpUntilMissing => "JumpUntilMissing",
            Self::JumpCodaMissing => "JumpCodaMissing",
            Self::JumpNotTaken => "JumpNotTaken",
            Self::MarkerWithoutEffect => "MarkerWithoutEffect",
            Self::BarNeverPlayed => "BarNeverPlayed",
        }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "bar {}: {}", self.bar, self.kind)
    }
}

impl fmt::Display for DiagnosticKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RepeatStartWithoutEnd => f.write_str("forward repeat without a backward repeat, ignored"),
            Self::RepeatEndWithoutStart { goes_to } => {
                write!(f, "backward repeat without a forward repeat, goes back to bar {goes_to}")
            }
            Self::RepeatEndWithoutRepeat { plays } => write!(f, "backward repeat with {plays} plays"),
            Self::RepeatEndNotTaken => f.write_str("backward repeat is never taken"),
            Self::EndingWithoutNumbers => f.write_str("ending without numbers, ignored"),
            Self::EndingWithoutStart => f.write_str("ending has no first bar, taken to begin here"),
            Self::EndingsOverlap => f.write_str("several endings over one bar"),
            Self::EndingNeverPlayed => f.write_str("ending is never played"),
            Self::EndingRenumbered { pass } => {
                write!(f, "ending that no pass reaches by its numbers, played on pass {pass}")
            }
            Self::EndingWithoutRepeat => f.write_str("ending without a repeat"),
            Self::StaffCopy => f.write_str("copy of a sign on another staff, ignored"),
            Self::JumpTargetMissing => f.write_str("jump to a sign that does not exist"),
            Self::JumpUntilMissing => f.write_str("jump that ends at a sign that does not exist"),
            Self::JumpCodaMissing => f.write_str("jump that goes on at a coda that does not exist"),
            Self::JumpNotTaken => f.write_str("jump is never taken"),
            Self::MarkerWithoutEffect => f.write_str("sign has no effect"),
            Self::BarNeverPlayed => f.write_str("bar is never played"),
        }
    }
}
