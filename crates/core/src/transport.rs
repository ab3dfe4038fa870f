//! The seam to the network: one call that sends a request and says how far it got when it fails.

use std::sync::Arc;
use std::time::Duration;

use http::{Request, Response};

use crate::BoxFuture;
use crate::request::body::RequestBody;

pub(crate) mod body;
pub(crate) mod coding;
pub(crate) mod deadline;
mod error;
#[cfg(feature = "hyper")]
pub mod hyper;
#[cfg(feature = "hyper")]
pub mod proxy;
#[cfg(all(feature = "hyper", feature = "_tls"))]
pub mod tls;
#[cfg(feature = "tower")]
pub mod tower;

pub use body::ResponseBody;
pub use error::{Phase, Timeout, TlsError, TransportError, TransportErrorKind, in_one_line};

/// Sends one request once.
///
/// An implementation neither retries nor follows redirects nor adds headers; the client does. It streams the body, and
/// its error tells whether the request can have arrived.
#[doc(alias("middleware", "tower", "mock"))]
pub trait Transport: Send + Sync + 'static {
    /// Sends the request and returns as soon as the head of the response is there.
    fn send(
        &self,
        request: Request<RequestBody>,
    ) -> BoxFuture<'_, Result<Response<ResponseBody>, TransportError>>;
}

impl<T: Transport + ?Sized> Transport for Arc<T> {
    fn send(
        &self,
        request: Request<RequestBody>,
    ) -> BoxFuture<'_, Result<Response<ResponseBody>, TransportError>> {
        (**self).send(request)
    }
}

/// How long a client waits for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timeouts {
    /// For a connection, name resolution and TLS included. Default 10 s.
    pub connect: Duration,
    /// For the head of the response once the request is sent. Default 30 s, and more after a slow upload, of which the last
    /// megabytes are still in buffers when the transport has taken them.
    pub head: Duration,
    /// For anything to move while a body is sent or received. Default 30 s.
    pub silence: Duration,
    /// For a whole call with all its attempts and pauses, unless it transfers a file. Default 60 s.
    pub call: Duration,
}

impl Timeouts {
    /// The defaults.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            connect: Duration::from_secs(10),
            head: Duration::from_secs(30),
            silence: Duration::from_secs(30),
            call: Duration::from_secs(60),
        }
    }

    /// Sets the time for a connection.
    #[must_use]
    pub const fn connect(mut self, connect: Duration) -> Self {
        self.connect = connect;
        self
    }

    /// Sets the time for the head of the response.
    #[must_use]
    pub const fn head(mut self, head: Duration) -> Self {
        self.head = head;
        self
    }

    /// Sets how long nothing may move.
    #[must_use]
    pub const fn silence(mut self, silence: Duration) -> Self {
        self.silence = silence;
        self
    }

    /// Sets the time for a whole call.
    #[must_use]
    pub const fn call(mut self, call: Duration) -> Self {
        self.call = call;
        self
    }
}

impl Default for Timeouts {
    fn default() -> Self {
        Self::new()
    }
}
