#![doc = env!("CARGO_PKG_DESCRIPTION")]
#![forbid(unsafe_code)]

mod assemble;
mod diagnostic;
mod draft;
mod error;
pub mod musicxml;
mod options;
mod score;
mod span;
mod words;
mod xml;

pub use diagnostic::{Diagnostic, DiagnosticKind};
pub use error::{Error, Limit, Position};
pub use options::{Limits, Options};
pub use score::{DEFAULT_TEMPO, Format, Onset, Part, Score, Section, Tempo};
