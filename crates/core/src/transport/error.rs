//! What is lost on the way, and how far it had come.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::decode::DecodeError;
use crate::one_line::Seconds;
use crate::time::RuntimeError;
use crate::url::Origin;

/// How far a request got before it failed: the one fact that a retry needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Phase {
    /// Not one byte was sent. Will be repeated whatever the request does.
    NotSent,
    /// The service may have it. Will be repeated only if the request is safe or idempotent.
    MaybeSent,
    /// The response began and broke off. Will be repeated only if the request is safe or idempotent.
    ReadingBody,
}

/// A request or a response that was lost.
#[derive(Clone, Debug)]
pub struct TransportError {
    phase: Phase,
    kind: TransportErrorKind,
    detail: String,
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
    stale: bool,
    given_back: bool,
    to: Option<Origin>,
}

/// What kind of loss it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// No connection: refused, no route, no such name, a certificate that is not trusted.
    Connect,
    /// No connection: this process or this computer has no file descriptor left for one. Nothing is wrong with the
    /// service.
    Exhausted,
    /// No connection: the certificate of the service is not trusted, or its TLS cannot be used. Trying again is no use.
    Untrusted,
    /// No connection: the proxy refuses this client, such as for its credentials. Trying again is no use.
    Proxy,
    /// Nothing can be sent here: there is no Tokio runtime, or its timers or sockets are off.
    Runtime,
    /// The connection broke.
    Broken,
    /// The peer does not speak HTTP.
    Protocol,
    /// The body of the response is not in the coding that its `Content-Encoding` names, or ends in the middle of it.
    Coding,
    /// The body to send could not be read; the fault is on this side.
    Source,
    /// A deadline ran out.
    Timeout(Timeout),
}

/// Which deadline ran out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Timeout {
    /// No connection within this time, name resolution and TLS included.
    Connect(Duration),
    /// The request was sent and no response began within this time.
    Head(Duration),
    /// Nothing moved in either direction for this time.
    Silence(Duration),
}

impl TransportError {
    /// An error with what is behind it, of which the line tells every cause.
    pub fn new(
        phase: Phase,
        kind: TransportErrorKind,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        let source = source.into();
        Self::described(phase, kind, in_one_line(&*source), source)
    }

    /// An error that tells what is behind it in words of its own.
    pub(crate) fn described(
        phase: Phase,
        kind: TransportErrorKind,
        detail: String,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self {
            phase,
            kind,
            detail,
            source: Some(source.into().into()),
            stale: false,
            given_back: false,
            to: None,
        }
    }

    /// The same error of a connection that had served before and broke without a word: the service had closed it in the
    /// meantime. A request that may be repeated is, at once and at no cost.
    #[must_use]
    pub fn stale(self) -> Self {
        Self { stale: true, ..self }
    }

    /// The same error of a connection to this origin, which is named where there was none.
    #[must_use]
    pub fn to(self, origin: Option<Origin>) -> Self {
        Self { to: origin, ..self }
    }

    /// The same error of a connection that gave the request back unseen, as the service shuts it down (`GOAWAY` of HTTP/2). It is
    /// sent again, at once and at no cost, whatever it does, up to 16 times.
    #[must_use]
    pub fn given_back(self) -> Self {
        Self { given_back: true, ..self }
    }

    pub(crate) fn is_given_back(&self) -> bool {
        self.given_back && self.phase == Phase::NotSent
    }

    pub(crate) fn is_stale(&self) -> bool {
        self.stale && self.phase == Phase::MaybeSent
    }

    /// A deadline that ran out.
    #[must_use]
    pub fn timeout(phase: Phase, timeout: Timeout) -> Self {
        Self {
            phase,
            kind: TransportErrorKind::Timeout(timeout),
            detail: String::new(),
            source: None,
            stale: false,
            given_back: false,
            to: None,
        }
    }

    /// This loss, and where it was.
    #[cfg(feature = "hyper")]
    pub(crate) fn detailed(mut self, detail: String) -> Self {
        self.detail = detail;
        self
    }

    /// What is wrong with the coding of a response, if that is the loss.
    pub(crate) fn coding(&self) -> Option<DecodeError> {
        (self.kind == TransportErrorKind::Coding).then(|| DecodeError::Coding(self.detail.clone()))
    }

    /// How far the request got.
    #[must_use]
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// What kind of loss it was.
    #[must_use]
    pub fn kind(&self) -> TransportErrorKind {
        self.kind
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let to = || self.to.as_ref().map(|origin| format!(" to {origin}")).unwrap_or_default();
        let what = match (self.kind, self.phase) {
            (TransportErrorKind::Connect | TransportErrorKind::Untrusted | TransportErrorKind::Proxy, _) => {
                return write!(f, "no connection{}: {}", to(), self.detail);
            }
            (TransportErrorKind::Exhausted, _) => {
                "no connection: too many open files in this process; raise its limit (ulimit -n) or lower \
                 ClientBuilder::connections"
            }
            (TransportErrorKind::Runtime, _) => "nothing can be sent",
            (TransportErrorKind::Protocol, _) => "the response is not HTTP",
            (TransportErrorKind::Coding, _) => "the response cannot be decoded",
            (TransportErrorKind::Source, _) => "the body to send cannot be read",
            (TransportErrorKind::Timeout(Timeout::Connect(limit)), _) => {
                write!(f, "no connection{} within {}", to(), Seconds(limit))?;
                return if self.detail.is_empty() { Ok(()) } else { write!(f, " {}", self.detail) };
            }
            (TransportErrorKind::Timeout(Timeout::Head(limit)), _) => {
                return write!(f, "the request was sent, but no response came within {}", Seconds(limit));
            }
            (TransportErrorKind::Timeout(Timeout::Silence(limit)), Phase::ReadingBody) => {
                return write!(f, "the response stopped in the middle for {}", Seconds(limit));
            }
            (TransportErrorKind::Timeout(Timeout::Silence(limit)), _) => {
                return write!(f, "sending stopped in the middle for {}", Seconds(limit));
            }
            (_, Phase::NotSent) => "the connection broke before anything was sent",
            (_, Phase::MaybeSent) => {
                "the connection broke before a response came; the request may have arrived"
            }
            (_, Phase::ReadingBody) => "the response broke off",
        };
        f.write_str(what)?;
        if self.detail.is_empty() { Ok(()) } else { write!(f, ": {}", self.detail) }
    }
}

impl std::error::Error for TransportError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

/// The words of an error and of all its causes, each once: for messages about drivers that leave out what is behind an error.
#[must_use]
pub fn in_one_line(error: &(dyn std::error::Error + 'static)) -> String {
    let mut line = String::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let words = error.to_string();
        // Wrappers often repeat the words of what they wrap.
        if !line.contains(&words) {
            if !line.is_empty() {
                line.push_str(": ");
            }
            line.push_str(&words);
        }
        next = error.source();
    }
    line
}

impl From<RuntimeError> for TransportError {
    fn from(error: RuntimeError) -> Self {
        Self::new(Phase::NotSent, TransportErrorKind::Runtime, error)
    }
}

/// TLS that cannot be set up: this build has none, or there is nothing that it could trust.
#[derive(Clone, Debug)]
pub struct TlsError {
    reason: String,
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

impl TlsError {
    #[cfg(any(feature = "hyper", feature = "_tls"))]
    pub(crate) fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), source: None }
    }

    #[cfg(feature = "_tls")]
    pub(crate) fn from_rustls(reason: impl Into<String>, error: rustls::Error) -> Self {
        Self { reason: reason.into(), source: Some(Arc::new(error)) }
    }
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TLS cannot be set up: {}", self.reason)
    }
}

impl std::error::Error for TlsError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
