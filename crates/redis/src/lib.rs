#![doc = include_str!("../README.md")]
//!
//! # Errors and retries
//!
//! [`RedisError`] is one line: which server, what it said, what to do. A store, a limit or a memory of deliveries passes it on as the
//! `source()` of the client's error. What may pass by itself ([`RedisError::is_passing`]) is asked again with growing pauses for 7 s, so that a
//! request comes back within about 10 s. A script that is sent twice changes a record once; under a limit it may take a
//! place that nobody uses. Everything else is told at once.
//!
//! # Cancel safety
//!
//! Every future may be dropped at any time. A script that had been sent may have been carried out; a lease that is not given back ends by itself
//! after 45 s.
//!
//! # Stability
//!
//! Versions follow semantic versioning; before 1.0 a break raises the minor version. Types of `segno_core`, and the error of `redis` behind ours, stand
//! in the interface, and so do the keys and what is in them, which workers of several versions share.
//!
//! # Limits
//!
//! One server, one connection for each process, one key for each script. A command waits 4 s at most before it is asked again. A rate is
//! at least one place, and times are counted in microseconds.
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]

mod deliveries;
mod error;
mod limit;
mod redis;
mod tokens;

pub use deliveries::RedisSeen;
pub use error::RedisError;
pub use limit::RedisLimit;
pub use redis::{Redis, RedisBuilder};
pub use segno_core as core;
pub use tokens::RedisStore;
