//! What users of the crate notice, by concern.

mod algebra;
mod bridges;
mod exact;
mod map;
mod maps;
#[cfg(feature = "svg")]
mod svg;
mod validation;
