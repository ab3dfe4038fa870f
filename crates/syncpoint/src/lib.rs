//! The mathematics of syncpoints: which second of a recording belongs to which place in the notation.
//!
//! | module | holds |
//! | --- | --- |
//! | [`fraction`] | exact lengths in whole notes |
//! | [`structure`] | the written bars with their repeats, endings, markers and jumps |
//! | [`grid`] | how long each written bar is and how it is counted |
//! | [`policy`] | whose rules decide the play order |
//! | [`unroll`] | from written bars to played bars |
//! | [`simplify`] | the fewest points within a tolerance, with proof |
//! | [`variants`] | which repeats a performer took |
//! | [`playthrough`] | the played bars and where each comes from |
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod fraction;
pub mod grid;
pub mod playthrough;
pub mod policy;
pub mod simplify;
pub mod structure;
pub mod unroll;
pub mod variants;

pub use fraction::Fraction;
pub use grid::{BarGrid, GridBar, Metre, MetrePart};
pub use playthrough::{Carried, Lost, LostReason, PassChoice, PlayedBar, Playthrough, Step};
pub use policy::Policy;
pub use structure::{
    Ending, EndingStop, Jump, JumpKind, Marker, MarkerKind, Place, RepeatEnd, RepeatStart, Structure,
    WrittenBar,
};
pub use unroll::{Diagnostic, Finding, UnrollError};
