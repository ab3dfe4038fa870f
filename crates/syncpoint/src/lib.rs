#![doc = include_str!("../README.md")]
//! # Modules
//!
//! | module | holds |
//! | --- | --- |
//! | [`position`], [`point`] | a place in the music; a place tied to a second, as value and as read |
//! | [`map`] | the whole map: bars to seconds and back, options, cursor, segments |
//! | [`curve`] | what a map calculates with: an increasing line through knots, and its inverse |
//! | [`validate`], [`repair`] | what is wrong with a list of points; the least change that mends it |
//! | [`edit`] | maps made of maps: moved, merged, spliced, averaged, renumbered, quantised |
//! | [`simplify`] | the fewest points within a tolerance, with proof |
//! | [`tempo`], [`hide`], [`looping`], [`crop`] | beats a minute; hidden playhead; loops; crops, all of a map |
//! | [`fraction`] | exact lengths in whole notes |
//! | [`structure`] | the written bars with their repeats, endings, markers and jumps |
//! | [`policy`] | whose rules decide the play order |
//! | [`unroll`] | from written bars to played bars |
//! | [`playthrough`] | the played bars, where each comes from, and what was odd on the page |
//! | [`variants`] | which repeats a performer took |
//! | [`grid`] | how long each bar is and how it is counted, written and played |
//! | [`wire`] | syncpoints as the JSON of Soundslice |
//! | [`formats`] | syncpoints in the formats of other software, and as a drawing |
//!
//! What is wrong is always a *diagnostic*: [`validate::Diagnostic`] for a list of points, [`playthrough::Diagnostic`] for
//! the signs on a page. What cannot be read or done is an error.
//!
//! # Errors
//!
//! There is no I/O, so nothing is tried again. An error names the point, bar or byte that is wrong, counted from 0, and what was
//! expected. What can be mended is a diagnostic with a place ([`validate`]), and [`repair`] mends it.
//!
//! # Cancel safety
//!
//! Nothing waits: all functions return, in time linear or nearly linear in their input.
//!
//! # Features
//!
//! | feature | default | |
//! | --- | --- | --- |
//! | `serde` | no | `Serialize` and `Deserialize` for the plain values |
//! | `svg` | no | draws a map as a self-contained SVG text |
//!
//! `no_std` with `alloc`, with or without them.
//!
//! # Stability
//!
//! Versions follow semantic versioning; before 1.0 a break raises the minor version. What may grow is `#[non_exhaustive]`. A different played order for the
//! same input is a break, unless the old one was wrong by the rules of its [`Policy`]; then it is a fix, and the changelog says so.
//!
//! # Limits
//!
//! Seconds and positions are `f64`, lengths exact fractions. A playthrough has an upper bound on its bars ([`unroll`]), so no page of
//! repeats runs for ever.
#![cfg_attr(docsrs, feature(doc_cfg))]
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod crop;
pub mod curve;
pub mod edit;
mod float;
pub mod formats;
pub mod fraction;
pub mod grid;
pub mod hide;
pub mod looping;
pub mod map;
pub mod playthrough;
pub mod point;
pub mod policy;
pub mod position;
pub mod repair;
#[cfg(feature = "serde")]
mod serial;
pub mod simplify;
pub mod structure;
pub mod tempo;
pub mod unroll;
pub mod validate;
pub mod variants;
pub mod wire;

pub use crop::{Crop, CropError, CropView};
pub use curve::{Curve, CurveError};
pub use edit::{Affine, Average, EditError, PlaceGrid, Ripple, SimplifiedMap, TimeGrid, metronome};
pub use fraction::Fraction;
pub use grid::{BarGrid, BeatPlace, GridBar, GridError, Metre, MetrePart, PlayedGrid};
pub use hide::HideSpan;
pub use looping::{Loop, LoopError};
pub use map::{Extrapolation, Interpolation, MapCursor, MapError, Options, Outside, Segment, Side, SyncMap};
pub use playthrough::{PassChoice, PlayedBar, Playthrough, RemappedBars, Step, UnmappedBar, UnmappedReason};
pub use point::{RawPoint, RawValue, Syncpoint};
pub use policy::Policy;
pub use position::{Offset, Position, PositionError};
pub use repair::{Repair, Repaired};
pub use structure::{
    Ending, EndingStop, Jump, JumpKind, Marker, MarkerKind, Place, RepeatEnd, RepeatStart, Structure,
    WrittenBar,
};
pub use tempo::{BarTempo, BeatUnit};
pub use unroll::UnrollError;
