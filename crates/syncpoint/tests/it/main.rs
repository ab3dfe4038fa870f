//! What a user of the crate would notice.

mod repeats;
mod skeleton;
