//! The default transport: hyper's connection pool over HTTP/1.1.

use std::error::Error as StdError;
use std::fmt;
use std::future::{Future as _, poll_fn};
use std::panic::{AssertUnwindSafe, UnwindSafe};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Poll;
use std::time::Duration;

use http::{Request, Response};
use http_body_util::BodyExt as _;
use hyper_util::client::legacy::connect::{HttpConnector, capture_connection};
use hyper_util::client::legacy::{Client, Error as LegacyError};
use hyper_util::rt::{TokioExecutor, TokioTimer};

use super::error::in_one_line;
use super::{Phase, Timeout, Timeouts, TlsError, Transport, TransportError, TransportErrorKind};
use crate::BoxFuture;
use crate::request::body::RequestBody;
use crate::time::{Clock, RuntimeError, SystemClock};
use crate::transport::body::ResponseBody;
use crate::url::Origin;

mod connect;

use connect::{ConnectError, Connector, Served};

/// How long an idle connection is kept: shorter than the patience of the usual gateways, so that a request seldom meets
/// a connection that is just being closed.
const IDLE: Duration = Duration::from_secs(20);

/// More headers than any service sends, and few enough to be no attack.
const HEADERS: usize = 500;

/// A pool of HTTP/1.1 connections.
#[derive(Clone)]
pub struct Hyper {
    pool: Client<Connector, RequestBody>,
    #[cfg(feature = "_tls")]
    tls: Arc<super::tls::Lazy>,
}

/// A pool in the making.
#[derive(Debug)]
#[must_use = "a builder does nothing until build() is called"]
pub struct HyperBuilder {
    connect: Duration,
    headers: usize,
    clock: Arc<dyn Clock>,
    #[cfg(feature = "_tls")]
    roots: super::tls::Roots,
}

impl Hyper {
    /// A pool with the connect deadline of `timeouts` and the usual roots. TLS is set up by the first connection that needs it.
    #[must_use]
    pub fn new(timeouts: Timeouts) -> Self {
        Self::builder().connect_timeout(timeouts.connect).build()
    }

    /// A pool with other settings.
    pub fn builder() -> HyperBuilder {
        HyperBuilder {
            connect: Timeouts::default().connect,
            headers: HEADERS,
            clock: Arc::new(SystemClock),
            #[cfg(feature = "_tls")]
            roots: super::tls::Roots::usual(),
        }
    }

    /// Sets TLS up now instead of with the first connection.
    ///
    /// # Errors
    /// If there is no TLS in this build, or nothing that it could trust.
    pub fn prepare_tls(&self) -> Result<(), TlsError> {
        #[cfg(feature = "_tls")]
        return self.tls.get().map(drop);
        #[cfg(not(feature = "_tls"))]
        return Err(TlsError::new(
            "this build has none; turn the feature \"rustls-ring\" or \"rustls-aws-lc-rs\" on",
        ));
    }
}

impl HyperBuilder {
    /// The deadline for a connection, name resolution and TLS included. Default 10 s.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect = limit;
        self
    }

    /// How many headers a response may have. Default 500.
    pub fn max_headers(mut self, headers: usize) -> Self {
        self.headers = headers;
        self
    }

    /// Another clock for that deadline.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Whose certificates are trusted.
    #[cfg(feature = "_tls")]
    pub fn roots(mut self, roots: super::tls::Roots) -> Self {
        self.roots = roots;
        self
    }

    /// The pool.
    #[must_use]
    pub fn build(self) -> Hyper {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        #[cfg(feature = "_tls")]
        let tls = Arc::new(super::tls::Lazy::new(self.roots));
        let connector = Connector {
            tcp,
            #[cfg(feature = "_tls")]
            tls: Arc::clone(&tls),
            limit: self.connect,
            clock: self.clock,
        };
        let mut builder = Client::builder(TokioExecutor::new());
        builder.pool_timer(TokioTimer::new()).pool_idle_timeout(IDLE).http1_max_headers(self.headers);
        Hyper {
            pool: builder.build(connector),
            #[cfg(feature = "_tls")]
            tls,
        }
    }
}

impl Transport for Hyper {
    fn send(
        &self,
        mut request: Request<RequestBody>,
    ) -> BoxFuture<'_, Result<Response<ResponseBody>, TransportError>> {
        Box::pin(async move {
            if tokio::runtime::Handle::try_current().is_err() {
                return Err(TransportError::from(RuntimeError::NO_RUNTIME));
            }
            let on_connected = request.body().on_connected();
            let origin = Origin::of(request.uri());
            let connection = capture_connection(&mut request);
            let mut waiting = connection.clone();
            let mut exchange = pin!(self.pool.request(request));
            let mut connecting = pin!(async {
                if waiting.wait_for_connection_metadata().await.is_some() {
                    on_connected.tell();
                }
            });
            let mut connected = false;
            let response = poll_fn(|cx| {
                let exchange = AssertUnwindSafe(|| exchange.as_mut().poll(cx));
                if let Poll::Ready(response) = without_sockets(exchange)? {
                    return Poll::Ready(Ok::<_, TransportError>(response));
                }
                connected = connected || connecting.as_mut().poll(cx).is_ready();
                Poll::Pending
            })
            .await?;
            match response {
                Ok(response) => {
                    if let Some(served) = response.extensions().get::<Served>() {
                        served.0.store(true, Ordering::Relaxed);
                    }
                    Ok(response.map(|body| ResponseBody::new(body.map_err(broken_off))))
                }
                Err(error) => {
                    let mut extras = http::Extensions::new();
                    if let Some(connection) = &*connection.connection_metadata() {
                        connection.get_extras(&mut extras);
                    }
                    let has_served =
                        extras.get::<Served>().is_some_and(|served| served.0.load(Ordering::Relaxed));
                    let error = lost(error).to(origin);
                    // A service that closes an idle connection may do so just when the next request is on its way.
                    let silent = error.kind() == TransportErrorKind::Broken;
                    Err(if has_served && silent { error.stale() } else { error })
                }
            }
        })
    }
}

/// The value of `poll`. Tokio panics where a socket is opened on a runtime without them, and tells nobody beforehand; that
/// panic is an error.
fn without_sockets<T>(poll: impl FnOnce() -> T + UnwindSafe) -> Result<T, TransportError> {
    std::panic::catch_unwind(poll).map_err(|panic| {
        let text =
            panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
        if !text.is_some_and(|text| text.contains("Tokio 1.x context")) {
            std::panic::resume_unwind(panic);
        }
        TransportError::from(RuntimeError::NO_SOCKETS)
    })
}

/// How far a request got that hyper could not complete.
fn lost(error: LegacyError) -> TransportError {
    use TransportErrorKind::{Broken, Connect, Exhausted, Protocol, Source, Untrusted};
    let (phase, kind) = if error.is_connect() {
        let kind = match find::<ConnectError>(&error) {
            Some(ConnectError::TimedOut(limit)) => {
                return TransportError::timeout(Phase::NotSent, Timeout::Connect(*limit));
            }
            #[cfg(feature = "_tls")]
            Some(ConnectError::Untrusted { .. }) => Untrusted,
            #[cfg(not(feature = "_tls"))]
            Some(ConnectError::NoTls) => Untrusted,
            _ if find::<std::io::Error>(&error).is_some_and(is_exhausted) => Exhausted,
            _ => Connect,
        };
        (Phase::NotSent, kind)
    } else {
        match find::<hyper::Error>(&error) {
            // Given back before its first byte was written.
            Some(inner) if inner.is_canceled() => (Phase::NotSent, Broken),
            Some(inner) if inner.is_user() => (Phase::MaybeSent, Source),
            Some(inner) if inner.is_parse() => (Phase::MaybeSent, Protocol),
            _ => (Phase::MaybeSent, Broken),
        }
    };
    // The outermost words ("client error (SendRequest)", "error from user's Body stream") tell nothing; those below do.
    let detail = match (find::<ConnectError>(&error), find::<hyper::Error>(&error)) {
        _ if kind == Exhausted => String::new(),
        #[cfg(feature = "_tls")]
        (Some(ConnectError::Untrusted { reason, .. }), _) => reason.clone(),
        (None, Some(inner)) => in_one_line(if kind == Source { below(inner) } else { inner }),
        _ => in_one_line(below(&error)),
    };
    TransportError::described(phase, kind, detail, error)
}

/// Whether this process (EMFILE) or this computer (ENFILE) has no file descriptor left.
fn is_exhausted(error: &std::io::Error) -> bool {
    let codes: &[i32] = if cfg!(windows) { &[10024] } else { &[23, 24] };
    error.raw_os_error().is_some_and(|code| codes.contains(&code))
}

/// A response that began and did not end.
fn broken_off(error: hyper::Error) -> TransportError {
    // A malformed chunk arrives as an I/O error about invalid input or data.
    let malformed = find::<std::io::Error>(&error).is_some_and(|error| {
        matches!(error.kind(), std::io::ErrorKind::InvalidData | std::io::ErrorKind::InvalidInput)
    });
    let kind =
        if malformed || error.is_parse() { TransportErrorKind::Protocol } else { TransportErrorKind::Broken };
    TransportError::new(Phase::ReadingBody, kind, error)
}

/// The first error of type `T` among an error and its causes.
fn find<'a, T: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        next = error.source();
    }
    None
}

/// hyper-util's outermost words ("client error (SendRequest)") tell nothing; those below do.
fn below<'a>(error: &'a (dyn StdError + 'static)) -> &'a (dyn StdError + 'static) {
    error.source().unwrap_or(error)
}

impl fmt::Debug for Hyper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hyper")
    }
}
