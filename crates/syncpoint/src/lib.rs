//! The mathematics of syncpoints: which second of a recording belongs to which place in the notation.
//!
//! | module | holds |
//! | --- | --- |
//! | [`fraction`] | exact lengths in whole notes |
//! | [`structure`] | the written bars with their repeats, endings, markers and jumps |
//! | [`grid`] | how long each written bar is and how it is counted |
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod fraction;
pub mod grid;
pub mod structure;

pub use fraction::Fraction;
pub use grid::{BarGrid, GridBar, Metre, MetrePart};
pub use structure::{
    Ending, EndingStop, Jump, JumpKind, Marker, MarkerKind, Place, RepeatEnd, RepeatStart, Structure,
    WrittenBar,
};
