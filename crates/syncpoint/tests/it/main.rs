//! What a user of the crate would notice.

mod provenance;
mod random_structure;
mod repeats;
mod skeleton;
mod unrolling;
