#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod aligned;
mod aligner;
mod analyzer;
mod assemble;
mod coarse;
#[cfg(feature = "decode")]
pub mod decode;
mod delivery;
mod error;
mod features;
mod fine;
mod graph;
mod music;
mod onset;
mod signal;
pub mod svg;
mod template;

pub use aligned::{Aligned, Bar, Basis, Break, Note};
pub use aligner::Aligner;
pub use analyzer::{Analyzer, RateError};
pub use delivery::Delivery;
pub use error::Error;
pub use features::Features;
