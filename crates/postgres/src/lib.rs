#![doc = include_str!("../README.md")]
//!
//! # Errors and retries
//!
//! [`PostgresError`] is one line: which database, what it said, what to do. A store or a memory of deliveries passes it on as the `source()` of
//! the client's error. What may pass by itself ([`PostgresError::is_passing`]) is asked again with growing pauses for 5 to 7 s, so that a request
//! comes back within about 10 s; a statement that is sent twice changes a row once. Everything else is told at once.
//!
//! # Cancel safety
//!
//! Every future may be dropped at any time. A statement that had been sent may have been carried out; a lease that is not given back ends
//! by itself after 45 s.
//!
//! # Stability
//!
//! Versions follow semantic versioning; before 1.0 a break raises the minor version. Types of `segno_core`, and the error of `tokio_postgres` behind
//! ours, stand in the interface, and so do the tables, which workers of several versions share. They change by new files of the folder `migrations`
//! only; one that was released stays as it is.
//!
//! # Limits
//!
//! 8 connections for each process ([`PostgresBuilder::connections`]), 3 s for a connection and for the response to a
//! statement; more for those of the queue that look at every job. [`Postgres::migrate`] waits as long as it takes.
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
