#![doc = include_str!("../README.md")]
//!
//! # Errors
//!
//! An error says what is wrong with the score or the recording, and what would do. What is uncertain is no error: each bar has its
//! uncertainty. There is no I/O, so nothing is tried again.
//!
//! # Cancel safety
//!
//! Nothing waits. Aligning computes for some time: in an async program, run it by `spawn_blocking`.
//!
//! # Stability
//!
//! Versions follow semantic versioning; before 1.0 a break raises the minor version. What may grow is `#[non_exhaustive]`. Better times for the same
//! recording are no break. Types of `segno_score` and `segno_syncpoint` stand in the interface.
//!
//! # Limits
//!
//! A recording lasts three hours at most ([`Error::TooLong`]), at 8 to 384 kHz. Memory grows with its length, to 58 MB for 20 minutes
//! and at most 245 MB for an hour.
#![cfg_attr(docsrs, feature(doc_cfg))]
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
