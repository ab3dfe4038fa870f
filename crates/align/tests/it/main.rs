//! The crate from the outside, on music that is made here: no recording is stored.

mod anything;
#[cfg(feature = "decode")]
mod decoding;
mod delivery;
mod material;
mod orders;
mod pauses;
mod picture;
mod plain;
mod refusals;
mod studio;
