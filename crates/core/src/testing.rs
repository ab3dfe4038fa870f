//! For tests of endpoints: a transport that is a function, a clock that only moves when told, and the exact bytes of a
//! request.

mod recorder;

pub use recorder::{Fixtures, Recorder, answer};

use std::fmt::Write as _;
use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body_util::BodyExt as _;

use crate::auth::Attempt;
use crate::body::Outgoing;
use crate::response::Incoming;
use crate::time::{Clock, Timestamp};
use crate::transport::{Phase, Transport, TransportError, TransportErrorKind};
use crate::{BoxFuture, BuildError, Client, Endpoint};

/// A transport that hands every request, its body read whole, to a function.
pub struct FnTransport<F>(F);

impl<F> FnTransport<F>
where
    F: Fn(Request<Bytes>) -> Result<Response<Bytes>, TransportError> + Send + Sync + 'static,
{
    /// A transport that answers with what `answer` returns.
    pub fn new(answer: F) -> Self {
        Self(answer)
    }
}

impl<F> Transport for FnTransport<F>
where
    F: Fn(Request<Bytes>) -> Result<Response<Bytes>, TransportError> + Send + Sync + 'static,
{
    fn send(&self, request: Request<Outgoing>) -> BoxFuture<'_, Result<Response<Incoming>, TransportError>> {
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let body = body
                .collect()
                .await
                .map_err(|error| TransportError::new(Phase::MaybeSent, TransportErrorKind::Source, &error))?;
            let response = (self.0)(Request::from_parts(parts, body.to_bytes()))?;
            Ok(response.map(Incoming::from_bytes))
        })
    }
}

/// A clock that stands still but for sleeps: each passes at once and moves the clock by its length. Random numbers
/// count up from 1.
#[derive(Debug)]
pub struct ManualClock {
    start: Instant,
    wall: Timestamp,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    passed: Duration,
    random: u64,
    slept: Vec<Duration>,
}

impl ManualClock {
    /// A clock that stands at `wall`.
    #[must_use]
    pub fn new(wall: Timestamp) -> Arc<Self> {
        Arc::new(Self { start: Instant::now(), wall, state: Arc::default() })
    }

    /// Moves the clock.
    pub fn advance(&self, duration: Duration) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).passed += duration;
    }

    /// The sleeps that were asked for and passed, first to last.
    #[must_use]
    pub fn slept(&self) -> Vec<Duration> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).slept.clone()
    }

    fn passed(&self) -> Duration {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).passed
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Instant {
        self.start + self.passed()
    }

    fn wall(&self) -> Timestamp {
        self.wall.plus(self.passed())
    }

    /// Passes when it is polled for the second time, so that what is ready goes first.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        let state = Arc::clone(&self.state);
        let mut polled = false;
        Box::pin(std::future::poll_fn(move |cx| {
            if polled {
                let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
                state.passed += duration;
                state.slept.push(duration);
                return Poll::Ready(());
            }
            polled = true;
            cx.waker().wake_by_ref();
            Poll::Pending
        }))
    }

    fn random(&self) -> u64 {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.random += 1;
        state.random
    }
}

/// The request of an endpoint as it goes over the wire, credentials included but not shown: what is sensitive reads
/// `[redacted]`, a body that is not text is told by length and SHA-256.
///
/// # Errors
/// If the endpoint cannot write its request.
///
/// # Panics
/// If the credentials of the client need the network: a test gives them ready-made.
pub fn wire<E: Endpoint>(client: &Client, endpoint: &E) -> Result<String, BuildError> {
    let mut prepared = client.prepare(endpoint)?;
    let origin = crate::Origin::of(&prepared.uri);
    let bound = client.0.credentials.iter().find(|(bound, _)| Some(bound) == origin.as_ref());
    if let (true, Some((_, credentials))) = (prepared.credentials, bound) {
        let attempt = Attempt {
            method: &prepared.method,
            uri: &mut prepared.uri,
            headers: &mut prepared.headers,
            body: &mut prepared.body,
            clock: &*client.0.clock,
        };
        now(credentials.authorize(attempt)).unwrap_or_else(|error| panic!("cannot authorize: {error}"));
    }
    let target = prepared.uri.path_and_query().map_or("/", |target| target.as_str());
    let mut text = format!("{} {target} HTTP/1.1\n", prepared.method);
    write_headers(&mut text, &prepared.headers);
    text.push('\n');
    for piece in prepared.body.peek() {
        match piece.map(|bytes| (bytes, std::str::from_utf8(bytes))) {
            Ok((_, Ok(words))) => text.push_str(&words.replace("\r\n", "\n")),
            Ok((bytes, Err(_))) => {
                let _ = write!(text, "[{} bytes, SHA-256 {}]", bytes.len(), hex(bytes));
            }
            Err(length) => {
                let _ = write!(text, "[{length} bytes from a source]");
            }
        }
    }
    Ok(text)
}

fn write_headers(text: &mut String, headers: &HeaderMap) {
    for (name, value) in headers {
        let shown = if value.is_sensitive() {
            "[redacted]".into()
        } else {
            String::from_utf8_lossy(value.as_bytes())
        };
        let _ = writeln!(text, "{name}: {shown}");
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    sha2::Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The value of a future that needs no waiting.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the credentials need the network; give the test ready-made ones"),
    }
}
