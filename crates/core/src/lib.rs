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
pub use client::{Client, ClientBuilder};
pub use decode::DecodeError;
pub use endpoint::{ApiError, Endpoint};
pub use request::{Body, BuildError, Replay, RequestWriter};
pub use secret::Secret;
pub use time::Timestamp;
pub use transport::Timeouts;
pub use url::SecretUrl;

// Where they were before; to go when nobody imports them from here any more.
#[doc(hidden)]
pub use {
    client::{
        Call, ClientError, Cursor, Downloaded, Items, JsonArrayStream, OneLine, Pace, PageError, Paged,
        RateLimiter, RedirectError, Sink, StreamEndpoint, Undelivered, Unfinished, retry_after,
    },
    decode::{
        Content, Excerpt, ResponseUrl, between_notices, from_json, from_value, is_html, json_length,
        read_json, read_list, read_unit,
    },
    endpoint::PlainApiError,
    environment::{EnvironmentError, env_var, env_var_if_set},
    request::{
        FormPairs, Multipart, OnConnected, OnProgress, Prepared, Progress, Reader, RequestBody, Source,
    },
    time::{Clock, SystemClock, TimestampError},
    transport::{Phase, ResponseBody, Timeout, Transport, TransportError, TransportErrorKind},
    url::{BaseUrl, Origin, UrlError, resolve},
    vocabulary::{IdError, IntoParameter, Paging},
};

/// A boxed future that can be sent between threads.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

// The vocabulary of the public interface, so that an endpoint needs no further dependency.
pub use bytes::Bytes;
pub use http::{self, HeaderMap, Method, Response, StatusCode};
