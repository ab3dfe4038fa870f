//! What is lost on the way, and how far it had come.

use std::fmt;
use std::time::Duration;

use crate::decode::DecodeError;
use crate::one_line::Seconds;
use crate::time::RuntimeError;
use crate::url::Origin;

/// How far a request got before it failed: the one fact that a retry needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Not one byte was sent. Will be repeated whatever the request does.
    NotSent,
    /// The service may have it. Will be repeated only if the request is safe or idempotent.
    MaybeSent,
    /// The answer began and broke off. Will be repeated only if the request is safe or idempotent.
    ReadingBody,
}

/// A request or an answer that was lost.
#[derive(Clone, Debug)]
pub struct TransportError {
    phase: Phase,
    kind: TransportErrorKind,
    detail: String,
    stale: bool,
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
    /// The request was sent and no answer began within this time.
    Head(Duration),
    /// Nothing moved in either direction for this time.
    Silence(Duration),
}

impl TransportError {
    /// An error; `source` is flattened into one line of text with all its causes.
    pub fn new(phase: Phase, kind: TransportErrorKind, source: &(dyn std::error::Error + 'static)) -> Self {
        let mut detail = String::new();
        let mut next = Some(source);
        while let Some(error) = next {
            let words = error.to_string();
            // Wrappers often repeat the words of what they wrap.
            if !detail.contains(&words) {
                if !detail.is_empty() {
                    detail.push_str(": ");
                }
                detail.push_str(&words);
            }
            next = error.source();
        }
        Self { phase, kind, detail, stale: false, to: None }
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
            stale: false,
            to: None,
        }
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
            (TransportErrorKind::Connect | TransportErrorKind::Untrusted, _) => {
                return write!(f, "no connection{}: {}", to(), self.detail);
            }
            (TransportErrorKind::Exhausted, _) => {
                "no connection: too many open files in this process; raise its limit (ulimit -n) or lower \
                 ClientBuilder::connections"
            }
            (TransportErrorKind::Runtime, _) => "nothing can be sent",
            (TransportErrorKind::Protocol, _) => "the answer is not HTTP",
            (TransportErrorKind::Coding, _) => "the response cannot be decoded",
            (TransportErrorKind::Source, _) => "the body to send cannot be read",
            (TransportErrorKind::Timeout(Timeout::Connect(limit)), _) => {
                return write!(f, "no connection{} within {}", to(), Seconds(limit));
            }
            (TransportErrorKind::Timeout(Timeout::Head(limit)), _) => {
                return write!(f, "the request was sent, but no answer came within {}", Seconds(limit));
            }
            (TransportErrorKind::Timeout(Timeout::Silence(limit)), Phase::ReadingBody) => {
                return write!(f, "the answer stopped in the middle for {}", Seconds(limit));
            }
            (TransportErrorKind::Timeout(Timeout::Silence(limit)), _) => {
                return write!(f, "sending stopped in the middle for {}", Seconds(limit));
            }
            (_, Phase::NotSent) => "the connection broke before anything was sent",
            (_, Phase::MaybeSent) => {
                "the connection broke before an answer came; the request may have arrived"
            }
            (_, Phase::ReadingBody) => "the answer broke off",
        };
        f.write_str(what)?;
        if self.detail.is_empty() { Ok(()) } else { write!(f, ": {}", self.detail) }
    }
}

impl std::error::Error for TransportError {}

impl From<RuntimeError> for TransportError {
    fn from(error: RuntimeError) -> Self {
        Self::new(Phase::NotSent, TransportErrorKind::Runtime, &error)
    }
}

/// TLS that cannot be set up: this build has none, or there is nothing that it could trust.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("TLS cannot be set up: {0}")]
pub struct TlsError(pub(crate) String);
