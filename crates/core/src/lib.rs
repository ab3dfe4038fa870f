#![doc = include_str!("../README.md")]
//!
//! # Errors and retries
//!
//! [`Error`] says which endpoint failed, how, after how many attempts; [`Cause`] is the whole of it. What is tried again is decided by one pure
//! function of the attempt, the endpoint's [`Replay`], how far the request got, and the response; [`Retry`] has its numbers. The methods
//! `is_*` each have an example and say what to do.
//!
//! # Cancel safety
//!
//! Every future may be dropped at any time. A call closes its connection, a download removes its unfinished file.
//! A token that is being renewed is renewed to the end in a task of its own, for the old one may have been spent. A
//! stream of items or pages that is dropped between two items loses none; the item that was being read is read again after
//! `resume`.
//!
//! # Stability
//!
//! Versions follow semantic versioning; before 1.0 a break raises the minor version. What may grow is `#[non_exhaustive]`. Types of `bytes`,
//! `http`, `http_body`, `futures_core`, `serde`, `serde_json` and `tokio`'s reading and writing stand in the interface, with the feature
//! `tower` its `Service`; `hyper` does not. The chain behind
//! `source()` may change with any release.
//!
//! # Limits
//!
//! A body is read up to 32 MiB ([`ClientBuilder::body_cap`]), an error up to 64 KiB, an item of a streamed array up to 1 MiB, a list up to 10,000
//! pages. 64 requests are under way at once, 5 redirects are followed, errors are 400 characters long.
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]

use std::future::Future;
use std::pin::Pin;

pub mod auth;
pub mod client;
pub mod decode;
pub mod endpoint;
pub mod environment;
pub mod lenient;
mod one_line;
pub mod request;
mod secret;
pub mod time;
pub mod transport;
pub mod url;
pub mod vocabulary;
pub mod webhook;

#[cfg(feature = "testing")]
pub mod testing;

pub use client::error::{Cause, Error};
pub use client::pages::{Page, Pages};
pub use client::retry::Retry;
pub use client::{Client, ClientBuilder, blocking};
pub use decode::DecodeError;
pub use endpoint::{ApiError, Endpoint};
pub use request::{Body, BuildError, Replay, RequestWriter};
pub use secret::Secret;
pub use time::Timestamp;
pub use transport::Timeouts;
pub use url::SecretUrl;

/// A boxed future that can be sent between threads.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

// The vocabulary of the public interface, so that an endpoint needs no further dependency.
pub use bytes::Bytes;
pub use http::{self, HeaderMap, Method, Response, StatusCode};
