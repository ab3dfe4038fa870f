//! Which bars are played, roughly when: the cheapest path through the score for the whole recording at once.

mod decoded;
mod path;
mod plan;
mod sound;

pub(crate) use decoded::Decoded;
pub(crate) use path::Path;
pub(crate) use plan::Plan;
pub(crate) use sound::Sound;

/// Frames a second: one for three slow ones.
pub(crate) const RATE: f64 = 25.0 / 3.0;
