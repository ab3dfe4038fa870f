#![doc = include_str!("../README.md")]
//! # Modules
//!
//! | module | holds |
//! | --- | --- |
//! | [`musicxml`] | MusicXML 4.0 and older, from a slice or a stream |
//! | [`mxl`] | MusicXML in a ZIP archive |
//! | [`midi`] | Standard MIDI Files, also damaged ones |
//! | `guitar_pro` | Guitar Pro 3 to 8 (feature `guitar-pro`) |
//! | `musescore` | MuseScore's own files, versions 1 to 4 (feature `musescore`) |
//! | `alphatex` | alphaTex, the text format of alphaTab (feature `alphatex`) |
//!
//! What comes out stands at the root: [`Score`] with its parts, bars, tempos and notes; [`Diagnostic`] for what is wrong with
//! a file that was read all the same; [`Error`] for one that was not. [`Options`] say what to read, [`Limits`] how much of it.
//!
//! The private modules follow the way of a file: `xml` (elements within limits) and `musicxml` or `midi` gather a `draft`,
//! with `words` for what directions say; `assemble` makes a score of it, and `timing` seconds of the score. The readers of other
//! formats gather an `outline`, which states its form and needs no `assemble`.
//!
//! # Errors
//!
//! What cannot be read at all is an error with its place; everything else is read, and what had to be guessed or left out is a
//! diagnostic beside the result. There is no I/O, so nothing is tried again.
//!
//! # Cancel safety
//!
//! Nothing waits: reading takes time linear or nearly linear in the input.
//!
//! # Stability
//!
//! Versions follow semantic versioning; before 1.0 a break raises the minor version. What may grow is `#[non_exhaustive]`. Types of `segno_syncpoint` stand in the
//! interface. Reading a file better than before is no break.
//!
//! # Limits
//!
//! [`Limits`] bounds what a file may hold and unpack to; entities of XML do not grow.
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]

#[cfg(feature = "alphatex")]
pub mod alphatex;
mod archive;
mod assemble;
mod diagnostic;
#[cfg(any(feature = "guitar-pro", feature = "alphatex"))]
mod directions;
mod draft;
mod error;
#[cfg(feature = "guitar-pro")]
pub mod guitar_pro;
#[cfg(any(feature = "guitar-pro", feature = "alphatex"))]
mod harmonic;
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
