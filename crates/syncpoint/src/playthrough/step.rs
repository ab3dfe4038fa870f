//! Why a bar is played.

/// Why a bar is played after the one before. Bars are zero-based written bars.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Step {
    /// It is the first.
    Start,
    /// It stands next on the page.
    Next,
    /// It stands next after endings (or a passage of zero plays) that are left out.
    Skip,
    /// The backward repeat at the end of bar `end` goes back to it.
    Repeat {
        /// The bar of the sign.
        end: usize,
    },
    /// A da capo or dal segno goes to it.
    Jump {
        /// The bar of the jump.
        from: usize,
    },
    /// A to-coda goes to it, or the piece goes on with it when the part is over that a da capo brings again.
    Coda {
        /// The bar of the to-coda, or the last of the part.
        from: usize,
    },
    /// It begins the next section.
    Section,
    /// The performance goes on where the score does not lead: a cut, or a new start.
    Break {
        /// The bar played before.
        from: usize,
    },
}

impl Step {
    /// A jump or to-coda.
    #[must_use]
    pub const fn is_jump(self) -> bool {
        matches!(self, Self::Jump { .. } | Self::Coda { .. })
    }
}
