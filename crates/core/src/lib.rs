#![doc = include_str!("../README.md")]
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
