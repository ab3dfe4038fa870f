//! What a user of the crate would notice.

mod performances;
mod provenance;
mod random;
mod random_structure;
mod repeats;
mod rivals;
mod simplifying;
mod skeleton;
mod unrolling;
