#![doc = include_str!("../README.md")]
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
