//! Responses of the hosts.

use std::ops::Range;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use http::{HeaderMap, Method, StatusCode};
use http_body::{Body, Frame, SizeHint};
use serde::Serialize;

use super::python_json;
use super::spool::Spool;

/// Files are sent in pieces of this size.
const PIECE: usize = 64 * 1024;

/// One response: status, headers, body. Length, `Date` and `Connection` are added when it is sent.
pub(crate) struct Response {
    pub(crate) status: StatusCode,
    /// Boxed so that a `Result` with a response as its error stays small.
    pub(crate) headers: Box<HeaderMap>,
    pub(crate) body: ResponseBody,
}

/// What a response carries.
pub(crate) enum ResponseBody {
    Bytes(Bytes),
    /// A part of stored bytes.
    Stored(Spool, Range<u64>),
    /// Pieces made one by one as the client takes them; sent chunked.
    Pieces(Box<dyn Iterator<Item = Bytes> + Send>),
}

/// A response that ends the way of a request.
pub(crate) struct ErrorResponse(pub(crate) Response);

/// What a handler gives, in every service: a response, or what ended the way of the request early. A service whose errors get
/// their form last has an error type of its own in its place, under the same name.
pub(crate) type Result<T = Response> = std::result::Result<T, ErrorResponse>;

impl ErrorResponse {
    pub(crate) fn header(self, name: HeaderName, value: &str) -> Self {
        Self(self.0.header(name, value))
    }
}

impl From<Response> for ErrorResponse {
    fn from(response: Response) -> Self {
        Self(response)
    }
}

impl ResponseBody {
    /// Whether there is nothing to send.
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Self::Bytes(bytes) => bytes.is_empty(),
            Self::Stored(_, range) => range.is_empty(),
            Self::Pieces(_) => false,
        }
    }

    /// The whole body in memory.
    pub(crate) fn collect(self) -> std::io::Result<Bytes> {
        match self {
            Self::Bytes(bytes) => Ok(bytes),
            Self::Stored(spool, range) => spool.slice(range).bytes(usize::MAX).map(Option::unwrap_or_default),
            Self::Pieces(pieces) => Ok(pieces.flatten().collect::<Vec<u8>>().into()),
        }
    }
}

impl Response {
    /// The response in either case.
    pub(crate) fn of(result: Result) -> Self {
        result.unwrap_or_else(|ErrorResponse(response)| response)
    }

    /// A response without body and without `Content-Type`.
    pub(crate) fn empty(status: StatusCode) -> Self {
        Self { status, headers: Box::default(), body: ResponseBody::Bytes(Bytes::new()) }
    }

    /// A response with a body of this type.
    pub(crate) fn new(status: StatusCode, content_type: &str, body: impl Into<Bytes>) -> Self {
        Self::empty(status).header(CONTENT_TYPE, content_type).with(ResponseBody::Bytes(body.into()))
    }

    /// JSON as Python writes it.
    pub(crate) fn python_json(status: StatusCode, value: &(impl Serialize + ?Sized)) -> Self {
        Self::new(status, "application/json", python_json::to_vec(value))
    }

    /// JSON without any white space.
    pub(crate) fn compact_json(status: StatusCode, value: &(impl Serialize + ?Sized)) -> Self {
        match serde_json::to_vec(value) {
            Ok(json) => Self::new(status, "application/json", json),
            Err(error) => Self::new(StatusCode::INTERNAL_SERVER_ERROR, "text/plain", error.to_string()),
        }
    }

    /// Sets a header. A value that cannot be one is left out.
    pub(crate) fn header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }

    pub(crate) fn with(mut self, body: ResponseBody) -> Self {
        self.body = body;
        self
    }

    pub(crate) fn into_http(self) -> http::Response<OutgoingBody> {
        let mut response = http::Response::new(OutgoingBody(self.body));
        *response.status_mut() = self.status;
        *response.headers_mut() = *self.headers;
        response
    }
}

/// The value of an `Allow` header.
pub(crate) fn allow(methods: &[Method]) -> String {
    methods.iter().map(Method::as_str).collect::<Vec<_>>().join(", ")
}

/// The body as the connection takes it.
pub(crate) struct OutgoingBody(ResponseBody);

impl Body for OutgoingBody {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<std::io::Result<Frame<Bytes>>>> {
        let next = match &mut self.0 {
            ResponseBody::Bytes(bytes) if bytes.is_empty() => None,
            ResponseBody::Bytes(bytes) => Some(Ok(std::mem::take(bytes))),
            ResponseBody::Stored(_, range) if range.is_empty() => None,
            ResponseBody::Stored(spool, range) => {
                let max = usize::try_from(range.end - range.start).unwrap_or(PIECE).min(PIECE);
                let piece = spool.read_at(range.start, max);
                if let Ok(piece) = &piece {
                    range.start += piece.len() as u64;
                }
                Some(piece)
            }
            ResponseBody::Pieces(pieces) => pieces.next().map(Ok),
        };
        Poll::Ready(next.map(|piece| piece.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            ResponseBody::Bytes(bytes) => SizeHint::with_exact(bytes.len() as u64),
            ResponseBody::Stored(_, range) => SizeHint::with_exact(range.end.saturating_sub(range.start)),
            ResponseBody::Pieces(_) => SizeHint::new(),
        }
    }
}
