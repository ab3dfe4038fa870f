#![doc = include_str!("../README.md")]
//! # Modules
//!
//! | module | holds |
//! | --- | --- |
//! | [`musicxml`] | MusicXML 4.0 and older, from a slice or a stream |
//! | [`mxl`] | MusicXML in a ZIP archive |
//! | [`midi`] | Standard MIDI Files, also damaged ones |
//!
//! What comes out stands at the root: [`Score`] with its parts, bars, tempos and notes; [`Diagnostic`] for what is wrong with
//! a file that was read all the same; [`Error`] for one that was not. [`Options`] say what to read, [`Limits`] how much of it.
//!
//! The private modules follow the way of a file: `xml` (elements within limits) and `musicxml` or `midi` gather a `draft`,
//! with `words` for what directions say; `assemble` makes a score of it, and `timing` seconds of the score.
#![forbid(unsafe_code)]

mod archive;
mod assemble;
mod diagnostic;
mod draft;
mod error;
#[cfg(feature = "guitar-pro")]
pub mod guitar_pro;
pub mod midi;
#[cfg(feature = "musescore")]
pub mod musescore;
pub mod musicxml;
pub mod mxl;
mod options;
#[cfg(any(feature = "guitar-pro", feature = "musescore", feature = "alphatex"))]
mod outline;
mod recording;
mod score;
mod sniff;
mod span;
mod timing;
mod words;
mod xml;

pub use diagnostic::{Diagnostic, DiagnosticKind};
pub use error::{Error, Limit, Position};
pub use options::{Limits, Options};
pub use recording::{Recording, RecordingPoint};
pub use score::{DEFAULT_TEMPO, Format, Onset, Part, Pause, Score, Section, Tempo};
pub use sniff::{read_any, sniff};
pub use timing::TempoSegment;
