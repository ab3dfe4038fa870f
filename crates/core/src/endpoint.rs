//! An endpoint is a value; sending it is one call.

use bytes::Bytes;
use http::{Method, Response, StatusCode};

use crate::client::error::{ApiError, BuildError};
use crate::decode::{Content, DecodeError};
use crate::request::RequestWriter;
use crate::url::SecretUrl;

/// One operation of a service with its arguments: knows how to write the request and to read the answer.
///
/// Implement it for an operation that a service crate lacks; every client sends any endpoint.
///
/// ```
/// use bytes::Bytes;
/// use http::{Method, Response};
/// use segno_core::{BuildError, DecodeError, Endpoint, PlainApiError, Replay, RequestWriter, read_json};
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
pub trait Endpoint: Send + Sync {
    /// What a success means.
    type Output;
    /// The service's own error.
    type ApiError: ApiError;
    /// `service.resource.operation`, such as `soundslice.slices.create`: names errors, spans, fixtures, snapshots.
    const NAME: &'static str;
    /// The verb.
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

    /// Reads an accepted answer.
    ///
    /// # Errors
    /// [`DecodeError`] if the body is not what the service documents or was seen to send.
    fn read(response: Response<Bytes>) -> Result<Self::Output, DecodeError>;

    /// Whether an answer with this status is for [`read`](Endpoint::read) rather than an error: every 2xx, unless an
    /// endpoint knows better (a documented redirect, a 404 that means "none").
    fn accepts(status: StatusCode) -> bool {
        status.is_success()
    }
}

/// The URL that a response came from, after redirects: [`Endpoint::read`] finds it among the extensions of the response.
/// Relative links are resolved against it, and what a service left out of its response may stand in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResponseUrl(pub SecretUrl);

impl ResponseUrl {
    /// The URL of a response, unless it was made by hand, as in a test.
    #[must_use]
    pub fn of<T>(response: &Response<T>) -> Option<&SecretUrl> {
        response.extensions().get().map(|Self(url)| url)
    }
}

/// What a second delivery of a request would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Replay {
    /// Nothing: the request only reads.
    Safe,
    /// Nothing more than the first: the request sets a state (rename, delete, replace).
    Idempotent,
    /// Something again: the request creates or counts. Sent again only if it certainly had no effect.
    Unsafe,
    /// Something again, and it is so large (the upload of a file) that nobody should send it twice unasked. Sent again only
    /// if it certainly never left; a 429 is told to the caller, and so is a 401, with which better credentials are not tried.
    /// [`RequestWriter::replay`] lets a value wish otherwise.
    Once,
}
