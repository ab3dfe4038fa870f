//! What a user of the crate would notice, against peers that misbehave on purpose.

mod attempts;
mod bodies;
mod canary;
mod coding;
mod content;
mod credentials;
mod download;
mod example;
mod faults;
mod json_stream;
mod page;
mod peer;
mod poll;
mod success;
mod tls;
mod wire;
