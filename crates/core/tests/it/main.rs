//! What a user of the crate would notice, against peers that misbehave on purpose.

mod attempts;
mod credentials;
mod download;
mod example;
mod json_stream;
mod page;
