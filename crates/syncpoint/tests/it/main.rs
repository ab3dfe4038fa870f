//! What users of the crate notice, by concern.

mod algebra;
mod exact;
mod map;
mod maps;
mod provenance;
mod random;
mod random_structure;
mod repeats;
mod rivals;
mod simplifying;
mod skeleton;
mod unrolling;
mod validation;
