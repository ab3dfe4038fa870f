//! The crate from the outside, on music that is made here: no recording is stored.

mod orders;
mod plain;
mod studio;
