#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

use std::future::Future;
use std::pin::Pin;

pub mod auth;
mod body;
mod call;
mod client;
mod coding;
mod decode;
mod endpoint;
mod environment;
mod error;
mod json_stream;
pub mod lenient;
mod limit;
mod multipart;
mod page;
mod path;
mod query;
mod redirect;
mod request;
mod response;
mod retry;
mod secret;
mod strike;
mod time;
mod transfer;
pub mod transport;
mod url;
mod vocabulary;

#[cfg(feature = "testing")]
pub mod testing;

pub use body::{Body, OnConnected, Reader, RequestBody, Source};
pub use call::Call;
pub use client::{Client, ClientBuilder, ClientError, Pace, Undelivered, Unfinished};
pub use decode::{Content, DecodeError, Excerpt, from_json, from_value, read_json, read_list, read_unit};
pub use endpoint::{Endpoint, Replay, ResponseUrl};
pub use environment::{EnvironmentError, env_var, env_var_if_set};
pub use error::{ApiError, BuildError, Cause, Error, OneLine, PlainApiError, RedirectError};
pub use json_stream::{JsonArrayStream, StreamEndpoint};
pub use limit::RateLimiter;
pub use multipart::Multipart;
pub use page::{Cursor, Items, Page, PageError, Paged, Pages};
pub use query::FormPairs;
pub use redirect::resolve;
pub use request::{Kind, Prepared, RequestWriter};
pub use response::ResponseBody;
pub use retry::{Retry, retry_after};
pub use secret::Secret;
pub use time::{Clock, SystemClock, Timestamp, TimestampError};
pub use transfer::progress::{OnProgress, Progress};
pub use transfer::{Downloaded, Sink};
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
