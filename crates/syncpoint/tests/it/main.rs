//! What users of the crate notice, by concern.

mod algebra;
mod exact;
mod map;
mod maps;
mod validation;
