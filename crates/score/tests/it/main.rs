//! The readers from the outside.

mod repeats;
