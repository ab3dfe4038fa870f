#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

use std::future::Future;
use std::pin::Pin;

pub mod auth;
mod client;
mod decode;
mod endpoint;
mod environment;
pub mod lenient;
mod request;
mod secret;
mod time;
pub mod transport;
mod url;
mod vocabulary;

#[cfg(feature = "testing")]
pub mod testing;

pub use client::call::Call;
pub use client::download::{Downloaded, Sink};
pub use client::error::{ApiError, BuildError, Cause, Error, OneLine, PlainApiError, RedirectError};
pub use client::json_stream::{JsonArrayStream, StreamEndpoint};
pub use client::pages::{Cursor, Items, Page, PageError, Paged, Pages};
pub use client::rate_limiter::RateLimiter;
pub use client::redirect::resolve;
pub use client::retry::{Retry, retry_after};
pub use client::{Client, ClientBuilder, ClientError, Pace, Undelivered, Unfinished};
pub use decode::{
    Content, DecodeError, Excerpt, between_notices, from_json, from_value, is_html, json_length, read_json,
    read_list, read_unit,
};
pub use endpoint::{Endpoint, Replay, ResponseUrl};
pub use environment::{EnvironmentError, env_var, env_var_if_set};
pub use request::body::{Body, OnConnected, Reader, RequestBody, Source};
pub use request::form::FormPairs;
pub use request::multipart::Multipart;
pub use request::progress::{OnProgress, Progress};
pub use request::{Kind, Prepared, RequestWriter};
pub use secret::Secret;
pub use time::{Clock, SystemClock, Timestamp, TimestampError};
pub use transport::body::ResponseBody;
pub use transport::{Phase, Timeout, Timeouts, Transport, TransportError, TransportErrorKind};
pub use url::{BaseUrl, Origin, SecretUrl, UrlError};
#[doc(hidden)]
pub use vocabulary::__private;
pub use vocabulary::{IdError, IntoParameter};

/// A boxed future that can be sent between threads.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

// The vocabulary of the public interface, so that an endpoint needs no further dependency.
pub use bytes::Bytes;
pub use http::{self, HeaderMap, Method, Response, StatusCode};
