//! What is contradictory, incomplete or not understood in a file that can be read.

use core::fmt;

/// Something contradictory, incomplete or not understood in a file that was read all the same.
///
/// ```
/// use segno_score::{DiagnosticKind, Options, read_any};
///
/// let xml = b"<score-partwise><part id='P1'><measure number='7'><sound dalsegno='segno'/></measure></part></score-partwise>";
/// let score = read_any(xml, &Options::new())?;
/// let missing = &score.diagnostics[0];
/// assert_eq!((missing.kind, missing.bar), (DiagnosticKind::MissingTarget, Some(0)));
/// assert!(missing.to_string().starts_with("measure 7 (byte "));
/// # Ok::<(), segno_score::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Diagnostic {
    /// Which kind of thing, for code to act on.
    pub kind: DiagnosticKind,
    /// The written bar, zero-based, if it is about one.
    pub bar: Option<usize>,
    /// The printed number of that bar.
    pub measure: String,
    /// Bytes before the markup in question (after conversion to UTF-8, after decompression).
    pub offset: u64,
    /// What is there and what was made of it, as a sentence for the user.
    pub message: String,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.bar.is_some() {
            write!(f, "measure {} (byte {}): {}", self.measure, self.offset, self.message)
        } else {
            write!(f, "byte {}: {}", self.offset, self.message)
        }
    }
}

/// Which kind of thing a [`Diagnostic`] tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DiagnosticKind {
    /// Two parts, or two signs, say different things; the message says which was taken.
    Contradiction,
    /// A value that the format does not allow was replaced or left out.
    BadValue,
    /// A jump or sign refers to another that is not there.
    MissingTarget,
    /// An ending that does not begin, does not end, or has no number.
    Ending,
    /// A bar is longer or shorter than its metre says without being a pickup, or parts differ in it.
    Length,
    /// The meaning was inferred because the file does not state it.
    Inferred,
    /// Something that cannot be expressed was left out.
    Unsupported,
    /// Bytes of a damaged MIDI file were passed over, or read as they were meant.
    Damage,
    /// Bars that [`Policy::CLASSICAL`](segno_syncpoint::Policy::CLASSICAL) never comes to.
    NeverPlayed,
}

impl DiagnosticKind {
    /// A stable name: that of the variant, such as `Inferred`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Contradiction => "Contradiction",
            Self::BadValue => "BadValue",
            Self::MissingTarget => "MissingTarget",
            Self::Ending => "Ending",
            Self::Length => "Length",
            Self::Inferred => "Inferred",
            Self::Unsupported => "Unsupported",
            Self::Damage => "Damage",
            Self::NeverPlayed => "NeverPlayed",
        }
    }
}
