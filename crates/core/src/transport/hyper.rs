//! The default transport: hyper's connection pool over HTTP/1.1.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use http::{Request, Response};
use http_body_util::BodyExt as _;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use super::{Phase, Timeouts, Transport, TransportError, TransportErrorKind};
use crate::BoxFuture;
use crate::body::Outgoing;
use crate::client::ClientError;
use crate::response::Incoming;

/// How long an idle connection is kept.
const IDLE: Duration = Duration::from_secs(60);

/// A pool of HTTP/1.1 connections.
#[derive(Clone)]
pub struct Hyper {
    pool: Client<HttpConnector, Outgoing>,
}

impl Hyper {
    /// A pool with the connect deadline of `timeouts`.
    ///
    /// # Errors
    /// If TLS cannot be set up.
    pub fn new(timeouts: Timeouts) -> Result<Self, ClientError> {
        let mut connector = HttpConnector::new();
        connector.set_connect_timeout(Some(timeouts.connect));
        connector.set_nodelay(true);
        let mut builder = Client::builder(TokioExecutor::new());
        builder.pool_timer(TokioTimer::new()).pool_idle_timeout(IDLE);
        Ok(Self { pool: builder.build(connector) })
    }
}

impl Transport for Hyper {
    fn send(&self, request: Request<Outgoing>) -> BoxFuture<'_, Result<Response<Incoming>, TransportError>> {
        Box::pin(async move {
            let response = self.pool.request(request).await.map_err(|error| lost(&error))?;
            Ok(response.map(|body| {
                Incoming::new(body.map_err(|error| {
                    TransportError::new(Phase::ReadingBody, TransportErrorKind::Broken, &error)
                }))
            }))
        })
    }
}

/// How far a request got that hyper could not complete.
fn lost(error: &hyper_util::client::legacy::Error) -> TransportError {
    if error.is_connect() {
        return TransportError::new(Phase::NotSent, TransportErrorKind::Connect, below(error));
    }
    let inner = error.source().and_then(|source| source.downcast_ref::<hyper::Error>());
    let kind = match inner {
        Some(inner) if inner.is_user() => TransportErrorKind::Source,
        Some(inner) if inner.is_parse() => TransportErrorKind::Protocol,
        _ => TransportErrorKind::Broken,
    };
    TransportError::new(Phase::MaybeSent, kind, below(error))
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
