#![doc = include_str!("../README.md")]
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

pub mod bridge;
pub mod crop;
pub mod curve;
pub mod edit;
pub mod fault;
mod float;
pub mod fraction;
pub mod grid;
pub mod hide;
mod json;
pub mod looping;
pub mod map;
pub mod playthrough;
pub mod point;
pub mod policy;
pub mod position;
pub mod problem;
pub mod repair;
#[cfg(feature = "serde")]
mod serial;
pub mod simplify;
pub mod structure;
#[cfg(feature = "svg")]
pub mod svg;
pub mod tempo;
pub mod unroll;
pub mod validate;
pub mod variants;
pub mod wire;

pub use crop::{Crop, CropError, CropView};
pub use curve::{Curve, CurveError};
pub use edit::{Affine, Average, EditError, PlaceGrid, Ripple, SimplifiedMap, TimeGrid, metronome};
pub use fault::{Cause, Fault};
pub use fraction::Fraction;
pub use grid::{BarGrid, BeatPlace, GridBar, GridError, Metre, MetrePart, PlayedGrid};
pub use hide::HideSpan;
pub use looping::{Loop, LoopError};
pub use map::{Extrapolation, Interpolation, MapCursor, MapError, Options, Outside, Segment, Side, SyncMap};
pub use playthrough::{Carried, Lost, LostReason, PassChoice, PlayedBar, Playthrough, Step};
pub use point::{RawPoint, RawValue, Syncpoint};
pub use policy::Policy;
pub use position::{Offset, Position, PositionError};
pub use problem::{NotIncreasing, Problem, ProblemKind, Severity, Suggestion};
pub use repair::{Repair, Repaired};
pub use structure::{
    Ending, EndingStop, Jump, JumpKind, Marker, MarkerKind, Place, RepeatEnd, RepeatStart, Structure,
    WrittenBar,
};
pub use tempo::{BarTempo, BeatUnit};
pub use unroll::{Diagnostic, Finding, UnrollError};
