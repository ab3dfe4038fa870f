//! An endpoint is a value; sending it is one call.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::header::HeaderMap;
use http::{Method, Response, StatusCode};

use crate::decode::{Content, DecodeError, Excerpt};
use crate::request::{BuildError, Replay, RequestWriter};
use crate::time::Timestamp;

/// One operation of a service with its arguments: knows how to write the request and to read the response.
///
/// Implement it for an operation that a service crate lacks; every client sends any endpoint.
///
/// ```
/// use bytes::Bytes;
/// use http::{Method, Response};
/// use segno_core::{BuildError, DecodeError, Endpoint, Replay, RequestWriter, endpoint::PlainApiError, decode::read_json};
///
/// /// `GET /tags/{tag}`
/// struct GetTag<'a> {
///     tag: &'a str,
/// }
///
/// #[derive(serde::Deserialize)]
/// struct Tag {
///     name: String,
/// }
///
/// impl Endpoint for GetTag<'_> {
///     type Output = Tag;
///     type ApiError = PlainApiError;
///     const NAME: &'static str = "example.tags.get";
///     const METHOD: Method = Method::GET;
///     const REPLAY: Replay = Replay::Safe;
///
///     fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
///         request.path("tags/{tag}", &[&self.tag])
///     }
///
///     fn read(response: Response<Bytes>) -> Result<Tag, DecodeError> {
///         read_json(&response)
///     }
/// }
/// ```
#[doc(alias("raw request", "custom endpoint"))]
pub trait Endpoint: Send + Sync {
    /// What a success means.
    type Output;
    /// The service's own error.
    type ApiError: ApiError;
    /// `service.resource.operation`, such as `soundslice.slices.create`: names errors, spans, fixtures, snapshots.
    const NAME: &'static str;
    /// The method.
    const METHOD: Method;
    /// Whether the request may be sent again after it perhaps arrived. Every author decides; there is no default.
    const REPLAY: Replay;
    /// What the body of a success holds. An endpoint that gives a file says which kind of file, so that the page of a
    /// captive portal or an error with status 200 is not taken for it.
    const CONTENT: Content = Content::Document;

    /// Writes path, query, headers and body.
    ///
    /// # Errors
    /// [`BuildError`] if the arguments cannot be expressed as a request.
    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError>;

    /// Reads an accepted response.
    ///
    /// # Errors
    /// [`DecodeError`] if the body is not what the service documents or was seen to send.
    fn read(response: Response<Bytes>) -> Result<Self::Output, DecodeError>;

    /// Whether a response with this status is for [`read`](Endpoint::read) rather than an error: every 2xx, unless an
    /// endpoint knows better (a documented redirect, a 404 that means "none").
    fn accepts(status: StatusCode) -> bool {
        status.is_success()
    }
}

/// The error that a service itself responds with.
pub trait ApiError: fmt::Debug + fmt::Display + Send + Sync + 'static {
    /// Reads the response. It must accept anything: HTML from a gateway, an empty body, truncated JSON.
    ///
    /// Its `Display` gives the service's words; the status stands before it already.
    fn read(status: StatusCode, headers: &HeaderMap, body: &Bytes) -> Self;

    /// The error in a response whose status says success, for a service that was seen to send one. `None`, unless
    /// overridden and unless the body is the service's error document and nothing else.
    fn in_success(response: &Response<Bytes>) -> Option<Self>
    where
        Self: Sized,
    {
        let _ = response;
        None
    }

    /// How long the service asks to wait in the words of this error, `now` being the client's wall clock. `Retry-After` is
    /// read anyway; if both are given, the longer wait holds.
    fn retry_after(&self, now: Timestamp) -> Option<Duration> {
        let _ = now;
        None
    }
}

/// An error response of which nothing is known but its first words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlainApiError(Excerpt);

impl ApiError for PlainApiError {
    fn read(_: StatusCode, _: &HeaderMap, body: &Bytes) -> Self {
        Self(Excerpt::of(body))
    }
}

impl fmt::Display for PlainApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
