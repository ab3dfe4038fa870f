#![doc = include_str!("../README.md")]
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod curve;
pub mod fault;
mod float;
pub mod fraction;
pub mod grid;
mod json;
pub mod map;
pub mod playthrough;
pub mod point;
pub mod policy;
pub mod position;
pub mod problem;
#[cfg(feature = "serde")]
mod serial;
pub mod structure;
pub mod unroll;
pub mod validate;
pub mod wire;

pub use curve::{Curve, CurveError};
pub use fault::{Cause, Fault};
pub use fraction::Fraction;
pub use grid::{BarGrid, BeatPlace, GridBar, GridError, Metre, MetrePart, PlayedGrid};
pub use map::{Extrapolation, Interpolation, MapCursor, MapError, Options, Outside, Segment, Side, SyncMap};
pub use playthrough::{Carried, Lost, LostReason, PassChoice, PlayedBar, Playthrough, Step};
pub use point::{RawPoint, RawValue, Syncpoint};
pub use policy::Policy;
pub use position::{Offset, Position, PositionError};
pub use problem::{NotIncreasing, Problem, ProblemKind, Severity, Suggestion};
pub use structure::{
    Ending, EndingStop, Jump, JumpKind, Marker, MarkerKind, Place, RepeatEnd, RepeatStart, Structure,
    WrittenBar,
};
pub use unroll::{Diagnostic, Finding, UnrollError};
