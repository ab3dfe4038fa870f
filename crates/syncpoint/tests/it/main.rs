//! What users of the crate notice, by concern.

mod exact;
mod map;
mod maps;
