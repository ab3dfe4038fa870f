//! The crate from the outside, on music that is made here: no recording is stored.

#[cfg(feature = "decode")]
mod decoding;
mod orders;
mod plain;
mod studio;
