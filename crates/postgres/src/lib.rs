#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]

mod deliveries;
mod error;
mod migrations;
mod postgres;
pub mod queue;
#[cfg(feature = "tls")]
mod tls;
mod tokens;

pub use deliveries::PostgresSeen;
pub use error::PostgresError;
pub use postgres::{Postgres, PostgresBuilder};
pub use segno_core as core;
pub use tokens::PostgresStore;
