//! A top-level JSON array, decoded item by item while it arrives: memory stays at one item and one chunk.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use http::response::Parts;
use http_body::Body as _;
use serde::de::DeserializeOwned;

use crate::client::Client;
use crate::client::call::{Call, unsent};
use crate::client::error::{Cause, Error};
use crate::client::exchange::Streamed;
use crate::client::strike::Private;
use crate::decode::DecodeError;
use crate::decode::ResponseUrl;
use crate::endpoint::{ApiError as _, Endpoint};
use crate::request::Kind;
use crate::transport::body::ResponseBody;

mod splitter;

use splitter::Splitter;

/// An endpoint that responds with a JSON array of items.
pub trait StreamEndpoint: Endpoint {
    /// What the array is of.
    type Item: DeserializeOwned;

    /// The largest item that is taken, in bytes of JSON. Default 1 MiB.
    const ITEM_CAP: usize = 1024 * 1024;
}

/// The items of a JSON array as they arrive. Made by [`Client::stream`](crate::Client::stream).
#[must_use = "items are read when next() is called"]
pub struct JsonArrayStream<E: StreamEndpoint> {
    body: ResponseBody,
    head: Parts,
    attempts: u32,
    splitter: Splitter,
    chunk: Bytes,
    ended: bool,
    endpoint: std::marker::PhantomData<fn() -> E>,
}

impl Client {
    /// Sends an endpoint and gives the items of its array as they arrive. Memory does not grow with their number.
    ///
    /// # Errors
    /// See [`Error`]; the items have errors of their own.
    pub async fn stream<E: StreamEndpoint>(
        &self,
        endpoint: &E,
    ) -> Result<JsonArrayStream<E>, Error<E::ApiError>> {
        self.call(endpoint).stream().await
    }
}

impl<E: StreamEndpoint> Call<'_, E> {
    /// Sends it and gives the items of its array as they arrive.
    ///
    /// # Errors
    /// See [`Error`]; the items have errors of their own.
    pub async fn stream(self) -> Result<JsonArrayStream<E>, Error<E::ApiError>> {
        let mut prepared = self.client.prepare(self.endpoint).map_err(unsent::<E>)?;
        prepared.kind = Kind::Transfer;
        let mut retry = self.retry_loop(&prepared);
        let response = self.attempt(&prepared, Streamed).run(&mut retry).await?;
        Ok(JsonArrayStream::new(response, retry.attempts))
    }
}

type Next<E> = Option<Result<<E as StreamEndpoint>::Item, Error<<E as Endpoint>::ApiError>>>;

impl<E: StreamEndpoint> JsonArrayStream<E> {
    pub(crate) fn new(response: http::Response<ResponseBody>, attempts: u32) -> Self {
        let (parts, body) = response.into_parts();
        Self {
            body,
            head: parts,
            attempts,
            splitter: Splitter::new(E::ITEM_CAP),
            chunk: Bytes::new(),
            ended: false,
            endpoint: std::marker::PhantomData,
        }
    }

    /// The next item; `None` after the last. A call that is dropped before it is done loses nothing.
    ///
    /// # Errors
    /// An item that cannot be read or is larger than [`ITEM_CAP`](StreamEndpoint::ITEM_CAP), with its index and the path of
    /// the field; [`Error::body`] has it as it came, and the next call goes on with the item behind it. After any other
    /// error (the response broke off, is no array, ends in the middle) the array is at its end.
    pub async fn next(&mut self) -> Next<E> {
        poll_fn(|cx| self.poll_item(cx)).await
    }

    fn poll_item(&mut self, cx: &mut Context<'_>) -> Poll<Next<E>> {
        while !self.ended {
            match self.splitter.split(&mut self.chunk) {
                Ok(Some(index)) => {
                    let item = self.splitter.item().and_then(|item| self.decode(index, item));
                    let collected = || Bytes::copy_from_slice(self.splitter.collected());
                    let item = item.map_err(|error| self.wrong(error, collected()));
                    return Poll::Ready(Some(item));
                }
                Ok(None) => {}
                Err(error) => {
                    self.ended = true;
                    return Poll::Ready(Some(Err(self.no_array(error))));
                }
            }
            match ready!(Pin::new(&mut self.body).poll_frame(cx)) {
                Some(Ok(frame)) => self.chunk = frame.into_data().unwrap_or_default(),
                Some(Err(error)) => {
                    self.ended = true;
                    return Poll::Ready(Some(Err(match error.coding() {
                        Some(error) => self.wrong(error, Bytes::new()),
                        None => self.error(Cause::Transport(error)),
                    })));
                }
                None => {
                    self.ended = true;
                    if let Err(error) = self.splitter.finish() {
                        return Poll::Ready(Some(Err(self.no_array(error))));
                    }
                }
            }
        }
        Poll::Ready(None)
    }

    /// Reads one item; what is wrong is told with the item's index.
    fn decode(&self, index: u64, item: &[u8]) -> Result<E::Item, DecodeError> {
        let base = self.head.extensions.get().map(|ResponseUrl(url)| url);
        crate::decode::item(item, base).map_err(|error| match error {
            DecodeError::Shape { path, message } => {
                let dot = if path.is_empty() || path.starts_with('[') { "" } else { "." };
                DecodeError::Shape { path: format!("[{index}]{dot}{path}"), message }
            }
            // Inside an item that was found to be whole, this is a bracket that does not fit.
            DecodeError::Truncated { .. } => {
                DecodeError::Syntax { message: format!("item {index}: the brackets do not match") }
            }
            DecodeError::Empty => DecodeError::Syntax { message: format!("item {index} is empty") },
            other => DecodeError::Syntax { message: format!("item {index}: {other}") },
        })
    }

    /// A response that is not an array, or not a whole one: it may be the service's error.
    fn no_array(&self, error: DecodeError) -> Error<E::ApiError> {
        let body = Bytes::copy_from_slice(self.splitter.collected());
        let response = http::Response::from_parts(self.head.clone(), body);
        let may_say = self.splitter.is_other() && self.head.status.is_success();
        let said = if may_say { E::ApiError::in_success(&response) } else { None };
        match said {
            Some(error) => {
                let (parts, body) = response.into_parts();
                self.error(Cause::Api { status: parts.status, error, headers: parts.headers, body })
            }
            None => self.wrong(error, response.into_body()),
        }
    }

    fn wrong(&self, error: DecodeError, body: Bytes) -> Error<E::ApiError> {
        let (status, headers) = (self.head.status, self.head.headers.clone());
        let error = Private::of_parts(&self.head).strike_error(error);
        self.error(Cause::Decode { status, headers, error, body })
    }

    fn error(&self, cause: Cause<E::ApiError>) -> Error<E::ApiError> {
        Error::of_call(E::NAME, self.attempts, Duration::ZERO, cause)
    }
}

impl<E: StreamEndpoint> fmt::Debug for JsonArrayStream<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JsonArrayStream").field("endpoint", &E::NAME).finish_non_exhaustive()
    }
}

impl<E: StreamEndpoint> Stream for JsonArrayStream<E> {
    type Item = Result<E::Item, Error<E::ApiError>>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_item(cx)
    }
}
