//! What a user of the crate would notice, against peers that misbehave on purpose.

mod attempts;
mod blocking;
mod bodies;
mod bulk;
mod cache;
mod canary;
mod coding;
mod connect;
mod content;
mod credentials;
mod debug;
#[cfg(unix)]
mod descriptors;
mod download;
mod dropped;
#[cfg(all(feature = "oauth1", feature = "oauth2"))]
mod dropped_logins;
mod early;
mod example;
mod expect;
mod faults;
#[cfg(all(feature = "oauth1", feature = "oauth2"))]
mod forgotten;
#[cfg(feature = "oauth2")]
mod heard;
#[cfg(feature = "http2")]
mod http2;
mod json_stream;
mod late;
mod observer;
mod page;
mod peer;
#[cfg(feature = "oauth2")]
mod places;
mod poll;
mod presigned;
#[cfg(unix)]
mod programs;
mod proxy;
mod raw;
#[cfg(target_os = "linux")]
mod resume;
mod runtime;
mod source;
mod success;
mod tls;
#[cfg(feature = "tower")]
mod tower;
mod whole_call;
mod wire;
mod words;
