//! What users of the crate notice, by concern.

mod exact;
mod map;
mod maps;
mod provenance;
mod random_structure;
mod repeats;
mod skeleton;
mod unrolling;
