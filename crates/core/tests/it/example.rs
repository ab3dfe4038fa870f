//! A small service and the clients that the tests drive against it.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use http::Uri;
use http_body_util::BodyExt as _;
use segno_core::endpoint::PlainApiError;
use segno_core::request::RequestBody;
use segno_core::testing::ManualClock;
use segno_core::transport::{Phase, ResponseBody, Transport, TransportError, TransportErrorKind};
use segno_core::url::BaseUrl;
use segno_core::{
    Body, BoxFuture, BuildError, Bytes, Client, ClientBuilder, DecodeError, Endpoint, HeaderMap, Method,
    Replay, RequestWriter, Response, Timestamp,
};

/// `GET /thing`
#[derive(Clone)]
pub(crate) struct Get;

/// `POST /thing`
pub(crate) struct Post;

/// `PUT /thing`; with an empty body it is as good as a `GET`.
#[derive(Clone)]
pub(crate) struct Put(pub(crate) Body);

impl Endpoint for Get {
    type Output = Bytes;
    type ApiError = PlainApiError;
    const NAME: &'static str = "example.get";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("thing", &[])
    }

    fn read(response: Response<Bytes>) -> Result<Bytes, DecodeError> {
        Ok(response.into_body())
    }
}

impl Endpoint for Post {
    type Output = Bytes;
    type ApiError = PlainApiError;
    const NAME: &'static str = "example.post";
    const METHOD: Method = Method::POST;
    const REPLAY: Replay = Replay::Unsafe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("thing", &[])
    }

    fn read(response: Response<Bytes>) -> Result<Bytes, DecodeError> {
        Ok(response.into_body())
    }
}

impl Endpoint for Put {
    type Output = Bytes;
    type ApiError = PlainApiError;
    const NAME: &'static str = "example.put";
    const METHOD: Method = Method::PUT;
    const REPLAY: Replay = Replay::Idempotent;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.body(self.0.clone());
        request.transfer();
        request.path("thing", &[])
    }

    fn read(response: Response<Bytes>) -> Result<Bytes, DecodeError> {
        Ok(response.into_body())
    }
}

pub(crate) fn base() -> BaseUrl {
    "https://api.example/v1/".parse().unwrap()
}

pub(crate) fn clock() -> Arc<ManualClock> {
    ManualClock::new(moment())
}

pub(crate) fn moment() -> Timestamp {
    "2026-11-21T20:00:00Z".parse().unwrap()
}

/// A response in the making: status, headers, and a body in pieces that may break off.
pub(crate) struct Reply {
    head: http::response::Builder,
    pieces: VecDeque<Result<Bytes, TransportError>>,
    stalls: bool,
}

impl Reply {
    pub(crate) fn new(status: u16) -> Self {
        Self { head: Response::builder().status(status), pieces: VecDeque::new(), stalls: false }
    }

    pub(crate) fn ok() -> Self {
        Self::new(200)
    }

    pub(crate) fn header(mut self, name: &str, value: impl ToString) -> Self {
        self.head = self.head.header(name, value.to_string());
        self
    }

    pub(crate) fn body(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.pieces.push_back(Ok(Bytes::copy_from_slice(bytes.as_ref())));
        self
    }

    /// The connection breaks here.
    pub(crate) fn breaks(mut self) -> Self {
        self.pieces.push_back(Err(lost(Phase::ReadingBody)));
        self
    }
}

impl Reply {
    /// The connection stays open and nothing more comes.
    pub(crate) fn stalls(mut self) -> Self {
        self.stalls = true;
        self
    }
}

/// A lost connection.
pub(crate) fn lost(phase: Phase) -> TransportError {
    let reset = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
    TransportError::new(phase, TransportErrorKind::Broken, reset)
}

struct Pieces {
    pieces: VecDeque<Result<Bytes, TransportError>>,
    stalls: bool,
}

impl http_body::Body for Pieces {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, TransportError>>> {
        match self.pieces.pop_front() {
            None if self.stalls => Poll::Pending,
            piece => Poll::Ready(piece.map(|piece| piece.map(http_body::Frame::data))),
        }
    }
}

/// What a service saw of one request.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

type Respond = dyn Fn(&Seen, usize) -> Result<Reply, TransportError> + Send + Sync;

/// A service in memory: responds to the n-th request (from 0) with what a function returns, and remembers all of them.
#[derive(Clone)]
pub(crate) struct Service {
    respond: Arc<Respond>,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Service {
    pub(crate) fn new(
        respond: impl Fn(&Seen, usize) -> Result<Reply, TransportError> + Send + Sync + 'static,
    ) -> Self {
        Self { respond: Arc::new(respond), seen: Arc::default() }
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// A client of this service on a clock that stands still, for tests that read files: those take real time.
    pub(crate) fn patient_client(&self) -> Client {
        let clock = ManualClock::stopped(moment());
        Client::builder(base()).transport(self.clone()).clock(clock).build().unwrap()
    }

    /// A client of this service on a clock that jumps.
    pub(crate) fn client(&self) -> (ClientBuilder, Arc<ManualClock>) {
        let clock = clock();
        let builder = Client::builder(base()).transport(self.clone()).clock(Arc::clone(&clock) as _);
        (builder, clock)
    }
}

impl Transport for Service {
    fn send(
        &self,
        request: http::Request<RequestBody>,
    ) -> BoxFuture<'_, Result<Response<ResponseBody>, TransportError>> {
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let body = body
                .collect()
                .await
                .map_err(|error| TransportError::new(Phase::MaybeSent, TransportErrorKind::Source, error))?;
            let seen =
                Seen { method: parts.method, uri: parts.uri, headers: parts.headers, body: body.to_bytes() };
            let number = {
                let mut all = self.seen.lock().unwrap();
                all.push(seen.clone());
                all.len() - 1
            };
            let Reply { head, pieces, stalls } = (self.respond)(&seen, number)?;
            Ok(head.body(ResponseBody::new(Pieces { pieces, stalls })).unwrap())
        })
    }
}
