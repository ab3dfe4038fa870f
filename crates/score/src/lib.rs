#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod assemble;
mod diagnostic;
mod draft;
mod error;
pub mod midi;
pub mod musicxml;
pub mod mxl;
mod options;
mod score;
mod sniff;
mod span;
mod timing;
mod words;
mod xml;

pub use diagnostic::{Diagnostic, DiagnosticKind};
pub use error::{Error, Limit, Position};
pub use options::{Limits, Options};
pub use score::{DEFAULT_TEMPO, Format, Onset, Part, Score, Section, Tempo};
pub use sniff::{read_any, sniff};
pub use timing::Stretch;
