//! Responses as they arrive, and reading them whole up to a cap.

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use http_body::{Body as _, Frame, SizeHint};

use super::error::TransportError;
use crate::decode::DecodeError;
use crate::time::timeout;

/// The most bytes that a length alone makes room for: a service may announce what it never sends, and more than there is memory.
const RESERVED: usize = 1024 * 1024;

/// The body of a response, arriving.
pub struct ResponseBody(Pin<Box<dyn http_body::Body<Data = Bytes, Error = TransportError> + Send>>);

impl ResponseBody {
    /// Wraps the body of a transport.
    pub fn new(body: impl http_body::Body<Data = Bytes, Error = TransportError> + Send + 'static) -> Self {
        Self(Box::pin(body))
    }

    /// A body that is already here.
    pub fn from_bytes(bytes: impl Into<Bytes>) -> Self {
        use http_body_util::BodyExt;
        Self::new(http_body_util::Full::new(bytes.into()).map_err(|never| match never {}))
    }

    /// The next bytes; `None` at the end.
    pub async fn chunk(&mut self) -> Option<Result<Bytes, TransportError>> {
        loop {
            let frame = poll_fn(|cx| self.0.as_mut().poll_frame(cx)).await?;
            match frame.map(Frame::into_data) {
                Ok(Ok(bytes)) if bytes.is_empty() => {}
                Ok(Ok(bytes)) => return Some(Ok(bytes)),
                Ok(Err(_trailers)) => {}
                Err(error) => return Some(Err(error)),
            }
        }
    }

    /// The first bytes, until `enough` is content with them or there are no more, and the body with them still in it. One
    /// that breaks before that is as if it had broken before its first byte.
    pub(crate) async fn peek(mut self, enough: impl Fn(&[u8]) -> bool) -> (Bytes, Self) {
        let mut start = Bytes::new();
        while let Some(chunk) = self.chunk().await {
            let chunk = match chunk {
                Ok(chunk) => chunk,
                Err(error) => {
                    return (Bytes::new(), Self::new(Ahead { first: Some(Err(error)), rest: self }));
                }
            };
            start = if start.is_empty() { chunk } else { [start, chunk].concat().into() };
            if enough(&start) {
                break;
            }
        }
        (start.clone(), Self::new(Ahead { first: Some(Ok(start)), rest: self }))
    }

    /// All of it, if it is not larger than `cap` bytes.
    pub(crate) async fn collect(mut self, cap: usize) -> Result<Bytes, CollectError> {
        let too_large = || CollectError::Unreadable(DecodeError::TooLarge { cap });
        let announced = usize::try_from(self.0.size_hint().lower()).unwrap_or(usize::MAX);
        if announced > cap {
            return Err(too_large());
        }
        let mut whole = BytesMut::with_capacity(announced.min(RESERVED));
        while let Some(chunk) = self.chunk().await {
            let chunk = chunk?;
            if chunk.len() > cap - whole.len() {
                return Err(too_large());
            }
            whole.extend_from_slice(&chunk);
        }
        Ok(whole.freeze())
    }

    /// The beginning of it, as far as it comes before `limit`: an error is worth reading even if it breaks off.
    pub(crate) async fn beginning(mut self, cap: usize, limit: impl Future<Output = ()>) -> Bytes {
        let mut whole = BytesMut::new();
        let reading = async {
            while let Some(Ok(chunk)) = self.chunk().await {
                let room = cap - whole.len();
                whole.extend_from_slice(&chunk[..chunk.len().min(room)]);
                if whole.len() == cap {
                    break;
                }
            }
        };
        let _ = timeout(reading, limit).await;
        whole.freeze()
    }

    /// The same, with something that is let go of when the body ends or is dropped.
    pub(crate) fn holding(self, held: impl Send + Unpin + 'static) -> Self {
        Self::new(Holding { body: self, held: Some(held) })
    }
}

/// A body that is not there whole.
pub(crate) enum CollectError {
    /// It arrived and is of no use.
    Unreadable(DecodeError),
    /// It was lost on the way.
    Transport(TransportError),
}

impl From<TransportError> for CollectError {
    fn from(error: TransportError) -> Self {
        error.coding().map_or(Self::Transport(error), Self::Unreadable)
    }
}

impl http_body::Body for ResponseBody {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        self.0.as_mut().poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.size_hint()
    }
}

/// A body that keeps something until its end.
struct Holding<T> {
    body: ResponseBody,
    held: Option<T>,
}

impl<T: Unpin> http_body::Body for Holding<T> {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        if !matches!(frame, Some(Ok(_))) || self.body.is_end_stream() {
            self.held = None;
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A body of which something was read already.
struct Ahead {
    first: Option<Result<Bytes, TransportError>>,
    rest: ResponseBody,
}

impl http_body::Body for Ahead {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        match self.first.take() {
            Some(first) => Poll::Ready(Some(first.map(Frame::data))),
            None => self.rest.0.as_mut().poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.first.is_none() && self.rest.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let mut hint = self.rest.size_hint();
        if let Some(Ok(first)) = &self.first {
            let more = first.len() as u64;
            if let Some(upper) = hint.upper() {
                hint.set_upper(upper.saturating_add(more));
            }
            hint.set_lower(hint.lower().saturating_add(more));
        }
        hint
    }
}

impl fmt::Debug for ResponseBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ResponseBody")
    }
}
