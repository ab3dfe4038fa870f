//! What calls do, told while they do it: for metrics, audits, progress of one's own.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::{Method, StatusCode};

use super::error::Cause;
use crate::request::Prepared;
use crate::transport::TransportErrorKind;

/// Is told what calls do. Set with [`ClientBuilder::observer`](crate::ClientBuilder::observer).
///
/// It is called on the task of the call, between its steps: count and return; what takes long belongs elsewhere. Nothing that it is
/// told is secret: a path is told as its template, a query not at all.
///
/// ```
/// use segno_core::client::{Event, EventKind};
///
/// let observer = |event: &Event<'_>| {
///     if let EventKind::Ended { status, elapsed, .. } = event.kind {
///         println!("{} {}: {status:?} after {elapsed:?}", event.method, event.template);
///     }
/// };
/// let client = segno_core::Client::builder("https://api.example.com/").observer(observer).build()?;
/// # Ok::<(), segno_core::client::ClientError>(())
/// ```
pub trait Observer: Send + Sync + 'static {
    /// Something happened.
    fn observe(&self, event: &Event<'_>);
}

impl<F: Fn(&Event<'_>) + Send + Sync + 'static> Observer for F {
    fn observe(&self, event: &Event<'_>) {
        self(event);
    }
}

impl<T: Observer + ?Sized> Observer for Arc<T> {
    fn observe(&self, event: &Event<'_>) {
        (**self).observe(event);
    }
}

/// One thing that happened to a call.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Event<'a> {
    /// The endpoint, such as `soundslice.slices.create`.
    pub endpoint: &'static str,
    /// The HTTP method of the request.
    pub method: &'a Method,
    /// The template of the path, such as `slices/{scorehash}/`.
    pub template: &'static str,
    /// The host that the request is for.
    pub host: &'a str,
    /// Which attempt of the call, from 1; 0 before the first.
    pub attempt: u32,
    /// What happened.
    pub kind: EventKind,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EventKind {
    /// An attempt begins.
    Started,
    /// An attempt is over.
    Ended {
        /// The status of the response; `None` if there was none, or its body was lost.
        status: Option<StatusCode>,
        /// What kind of failure it was, in a few words that do not vary (`timeout`, `connect`, `server_error`); `None` for a success.
        error: Option<&'static str>,
        /// How long it took: of a response that is streamed, to its head.
        elapsed: Duration,
    },
    /// The call pauses.
    Waiting {
        /// For how long.
        wait: Duration,
        /// Why.
        reason: Wait,
    },
    /// There will be another attempt.
    Retried,
    /// The service did not accept the credentials, and there are better ones now: another attempt follows.
    Refreshed,
}

/// Why a call pauses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Wait {
    /// The client's rate limiter.
    RateLimiter,
    /// An attempt failed, and the next one does not follow at once.
    Retry,
}

/// What every event of a call has.
pub(crate) struct Observed {
    observer: Arc<dyn Observer>,
    endpoint: &'static str,
    method: Method,
    template: &'static str,
    host: String,
}

impl Observed {
    pub(crate) fn new(observer: Option<&Arc<dyn Observer>>, prepared: &Prepared) -> Option<Self> {
        Some(Self {
            observer: Arc::clone(observer?),
            endpoint: prepared.endpoint,
            method: prepared.method.clone(),
            template: prepared.template,
            host: prepared.uri.host().unwrap_or_default().to_owned(),
        })
    }

    pub(crate) fn tell(&self, attempt: u32, kind: EventKind) {
        let Self { observer, endpoint, method, template, host } = self;
        observer.observe(&Event { endpoint, method, template, host, attempt, kind });
    }
}

impl<A> Cause<A> {
    /// What kind of failure it is, in words that do not vary: `error.type` of OpenTelemetry.
    pub(crate) fn error_type(&self) -> &'static str {
        match self {
            Self::Build(_) => "build",
            Self::Auth(_) => "auth",
            Self::Transport(error) => match error.kind() {
                TransportErrorKind::Connect => "connect",
                TransportErrorKind::Exhausted => "exhausted",
                TransportErrorKind::Untrusted => "tls",
                TransportErrorKind::Proxy => "proxy",
                TransportErrorKind::Runtime => "runtime",
                TransportErrorKind::Protocol => "protocol",
                TransportErrorKind::Coding => "coding",
                TransportErrorKind::Source => "source",
                TransportErrorKind::Timeout(_) => "timeout",
                TransportErrorKind::Broken => "broken",
            },
            Self::Deadline(_) => "deadline",
            Self::Limited(_) => "limited",
            Self::LimitUnavailable(_) => "limit_unavailable",
            Self::Redirect(_) => "redirect",
            Self::Api { status, .. } if status.is_server_error() => "server_error",
            Self::Api { status, .. } if *status == StatusCode::TOO_MANY_REQUESTS => "too_many_requests",
            Self::Api { .. } => "refused",
            Self::Decode { .. } => "decode",
            Self::Source(_) => "source",
            Self::Sink(_) => "sink",
            Self::Changed { .. } => "changed",
            Self::Pages(_) => "pages",
        }
    }
}

impl fmt::Debug for dyn Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Observer")
    }
}
