//! One error for every call: which endpoint, what happened, how often it was tried.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::header::{HeaderMap, HeaderName};
use http::{Response, StatusCode};

use crate::auth::AuthError;
use crate::client::pages::PageError;
use crate::client::retry::is_passing;
use crate::decode::{DecodeError, Excerpt};
use crate::endpoint::Replay;
use crate::time::Timestamp;
use crate::transport::{Phase, TransportError, TransportErrorKind};

mod display;

pub use display::OneLine;
pub(crate) use display::Seconds;

/// A request that cannot be built from its arguments. Nothing was sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// An argument of the path would address another resource.
    #[error("{name} is {value:?}, which is no path segment")]
    Segment {
        /// The name of the argument in the path template.
        name: &'static str,
        /// What was given.
        value: String,
    },
    /// A path template and its arguments do not fit: a defect of the endpoint.
    #[error("the path template {0:?} does not fit its arguments")]
    Template(&'static str),
    /// The client has no base URL of that name: a defect of the endpoint or the client.
    #[error("this client has no base URL named {0:?}")]
    Base(&'static str),
    /// The parts do not make a URL.
    #[error("no URL can be made of it: {0}")]
    Url(String),
    /// A link that leads to another host than the client's and to no path that it could have there. Nothing is sent to it.
    #[error("the link leads to {origin}, another host; nothing is sent there")]
    Foreign {
        /// Where it leads.
        origin: String,
    },
    /// A link of the service that leads above its base URL, where credentials have no business.
    #[error("the link leads out of the base URL; nothing is sent there")]
    Outside,
    /// A URL of its own, such as a presigned one, that an https service gave and that is not https.
    #[error("the service gave a URL at {origin}, which is not https; nothing is sent there")]
    Insecure {
        /// Where it leads.
        origin: String,
    },
    /// A URL of its own, such as a presigned one, at a host that is not among those of the client.
    #[error(
        "the service gave a URL at {origin}, which is none of the hosts that this client was given; nothing is sent there"
    )]
    Unpinned {
        /// Where it leads.
        origin: String,
    },
    /// A header value with characters that a header cannot carry.
    #[error("the value for the header {0} has characters that a header cannot carry")]
    Header(HeaderName),
    /// A value that JSON cannot express.
    #[error("the body cannot be written as JSON: {0}")]
    Json(String),
    /// A value that the service would refuse.
    #[error("{field}: {reason}")]
    Value {
        /// Which argument.
        field: &'static str,
        /// What is wrong with it, with the allowed range.
        reason: String,
    },
}

impl BuildError {
    /// A value that the service would refuse.
    pub fn value(field: &'static str, reason: impl Into<String>) -> Self {
        Self::Value { field, reason: reason.into() }
    }
}

/// The error that a service itself answers with.
pub trait ApiError: fmt::Debug + fmt::Display + Send + Sync + 'static {
    /// Reads the answer. It must accept anything: HTML from a gateway, an empty body, truncated JSON.
    ///
    /// Its `Display` gives the service's words; the status stands before it already.
    fn read(status: StatusCode, headers: &HeaderMap, body: &Bytes) -> Self;

    /// The error in a response whose status says success, for a service that was seen to send one. `None`, unless
    /// overridden and unless the body is the service's error document and nothing else.
    fn in_success(response: &Response<Bytes>) -> Option<Self>
    where
        Self: Sized,
    {
        let _ = response;
        None
    }

    /// How long the service asks to wait in the words of this error, `now` being the client's wall clock. `Retry-After` is
    /// read anyway; if both are given, the longer wait holds.
    fn retry_after(&self, now: Timestamp) -> Option<Duration> {
        let _ = now;
        None
    }
}

/// An error answer of which nothing is known but its first words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlainApiError(Excerpt);

impl ApiError for PlainApiError {
    fn read(_: StatusCode, _: &HeaderMap, body: &Bytes) -> Self {
        Self(Excerpt::of(body))
    }
}

impl fmt::Display for PlainApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What went wrong with a call.
#[non_exhaustive]
pub enum Cause<A> {
    /// The request could not be built; nothing was sent.
    Build(BuildError),
    /// The request could not be authorized; nothing was sent.
    Auth(AuthError),
    /// The request or the answer was lost on the way.
    Transport(TransportError),
    /// The whole call took longer than its deadline.
    Deadline(Duration),
    /// The rate limit of this client leaves no room before the deadline; nothing was sent.
    Limited(Duration),
    /// The service redirected to where this client does not follow.
    Redirect(RedirectError),
    /// The service answered with an error.
    Api {
        /// The status of the answer.
        status: StatusCode,
        /// The service's own error.
        error: A,
        /// The headers of the answer.
        headers: HeaderMap,
        /// The body of the answer, at most 64 KiB of it.
        body: Bytes,
    },
    /// The service answered with a success that cannot be read.
    Decode {
        /// The status of the answer.
        status: StatusCode,
        /// The headers of the response: media type and coding tell why a body may be unreadable.
        headers: HeaderMap,
        /// What is wrong with the body.
        error: DecodeError,
        /// The body of the answer.
        body: Bytes,
    },
    /// The body to send could not be read.
    Source(std::io::Error),
    /// The writer of a download failed.
    Sink(std::io::Error),
    /// The file became another one while it was downloaded, and what was written cannot be taken back.
    Changed {
        /// How many bytes of the old file were written.
        written: u64,
    },
    /// A list does not end as lists do.
    Pages(PageError),
}

/// A redirect that is not followed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RedirectError {
    /// More than five in a row.
    #[error("redirected more than 5 times")]
    TooMany,
    /// From https to http.
    #[error("redirected from https to http, which is not followed")]
    Insecure,
    /// A redirect without a usable `Location`.
    #[error("redirected without a usable Location")]
    NoLocation,
    /// A redirect of a request that is not GET or HEAD: following it could lose or double the work.
    #[error("redirected, which is followed for GET and HEAD only")]
    Method,
}

/// A call that failed. `{}` is one line and enough; nothing that it prints is secret.
pub struct Error<A>(Box<Inner<A>>);

struct Inner<A> {
    endpoint: &'static str,
    attempts: u32,
    retry_after: Option<Duration>,
    cause: Cause<A>,
    /// What else there is to say of it.
    note: Option<String>,
    /// How far the attempts before the last one got.
    before: Before,
    /// Whether the request does more than read.
    writes: bool,
}

/// How far attempts got.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Before {
    /// Nothing was sent.
    #[default]
    Unsent,
    /// Something was sent, without effect.
    Sent,
    /// Something was sent that may have taken effect.
    Arrived,
}

/// In place of a service's error that is not read yet.
pub(crate) struct Raw;

impl fmt::Display for Raw {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl<A> Error<A> {
    pub(crate) fn new(
        endpoint: &'static str,
        attempts: u32,
        retry_after: Option<Duration>,
        cause: Cause<A>,
    ) -> Self {
        let (note, before, writes) = (None, Before::default(), true);
        Self(Box::new(Inner { endpoint, attempts, retry_after, cause, note, before, writes }))
    }

    /// With how long the service asked to wait.
    pub(crate) fn asking(mut self, retry_after: Option<Duration>) -> Self {
        self.0.retry_after = retry_after;
        self
    }

    /// With something else to say.
    pub(crate) fn noting(mut self, note: impl Into<String>) -> Self {
        self.0.note = Some(note.into());
        self
    }

    /// Of a request of this kind.
    pub(crate) fn of(mut self, replay: Replay) -> Self {
        self.0.writes = replay != Replay::Safe;
        self
    }

    /// After other attempts.
    pub(crate) fn after(mut self, before: Before) -> Self {
        self.0.before = self.0.before.max(before);
        self
    }

    /// After this many more attempts.
    pub(crate) fn counting(mut self, attempts: u32) -> Self {
        self.0.attempts += attempts;
        self
    }

    /// How far the attempts before the last one got.
    pub(crate) fn before(&self) -> Before {
        self.0.before
    }

    /// A request of `endpoint` that cannot be built; for jobs that check before their first step.
    pub fn build(endpoint: &'static str, error: BuildError) -> Self {
        Self::new(endpoint, 0, None, Cause::Build(error))
    }

    /// What went wrong.
    #[must_use]
    pub fn cause(&self) -> &Cause<A> {
        &self.0.cause
    }

    /// What went wrong, taken out.
    #[must_use]
    pub fn into_cause(self) -> Cause<A> {
        self.0.cause
    }

    /// The same error under another name for the service's own part.
    #[must_use]
    pub fn map_api<B>(self, map: impl FnOnce(A) -> B) -> Error<B> {
        self.read(|_, _, _, error| map(error))
    }

    /// The same error with the service's own part read from its response.
    pub(crate) fn read<B>(self, read: impl FnOnce(StatusCode, &HeaderMap, &Bytes, A) -> B) -> Error<B> {
        let Inner { endpoint, attempts, retry_after, cause, note, before, writes } = *self.0;
        let cause = match cause {
            Cause::Api { status, error, headers, body } => {
                let error = read(status, &headers, &body, error);
                Cause::Api { status, error, headers, body }
            }
            Cause::Build(error) => Cause::Build(error),
            Cause::Auth(error) => Cause::Auth(error),
            Cause::Transport(error) => Cause::Transport(error),
            Cause::Deadline(limit) => Cause::Deadline(limit),
            Cause::Limited(wait) => Cause::Limited(wait),
            Cause::Redirect(error) => Cause::Redirect(error),
            Cause::Decode { status, headers, error, body } => Cause::Decode { status, headers, error, body },
            Cause::Source(error) => Cause::Source(error),
            Cause::Sink(error) => Cause::Sink(error),
            Cause::Changed { written } => Cause::Changed { written },
            Cause::Pages(error) => Cause::Pages(error),
        };
        Error(Box::new(Inner { endpoint, attempts, retry_after, cause, note, before, writes }))
    }

    /// The name of the endpoint, such as `soundslice.slices.create`.
    #[must_use]
    pub fn endpoint(&self) -> &'static str {
        self.0.endpoint
    }

    /// How many requests were sent or begun; 0 if the request could not even be built.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// How long the service asked to wait, where it said so.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// The status of the answer, if there was one.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        match &self.0.cause {
            Cause::Api { status, .. } | Cause::Decode { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// The service's own error, if it answered with one.
    #[must_use]
    pub fn api(&self) -> Option<&A> {
        match &self.0.cause {
            Cause::Api { error, .. } => Some(error),
            _ => None,
        }
    }

    /// The body of an answer that was an error or could not be read. It may hold what must not be logged.
    #[must_use]
    pub fn body(&self) -> Option<&Bytes> {
        match &self.0.cause {
            Cause::Api { body, .. } | Cause::Decode { body, .. } => Some(body),
            _ => None,
        }
    }

    /// The identifier that the service gave the request, for its support.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        match &self.0.cause {
            Cause::Api { headers, .. } | Cause::Decode { headers, .. } => {
                ["x-request-id", "x-amz-request-id", "request-id"]
                    .iter()
                    .find_map(|name| headers.get(*name)?.to_str().ok())
            }
            _ => None,
        }
    }

    /// True if the request could not be built from its arguments; nothing was sent.
    ///
    /// # Troubleshooting
    /// The text names the argument and its allowed range. Sending again will not help.
    #[must_use]
    pub fn is_build(&self) -> bool {
        matches!(self.0.cause, Cause::Build(_))
    }

    /// True if a deadline ran out: connecting, waiting for the answer, silence, or the whole call.
    ///
    /// # Troubleshooting
    /// The text says which one. Raise that one with `Client::builder().timeouts(…)`; if the request was not
    /// `Replay::Safe` or `Idempotent`, look whether it took effect before you send it again.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        match &self.0.cause {
            Cause::Deadline(_) => true,
            Cause::Transport(error) => matches!(error.kind(), TransportErrorKind::Timeout(_)),
            _ => false,
        }
    }

    /// True if no connection came about in any attempt; nothing was sent.
    ///
    /// # Troubleshooting
    /// Check the base URL, name resolution, proxies and certificates; the text has the system's words.
    #[must_use]
    pub fn is_connect(&self) -> bool {
        let connected = !matches!(&self.0.cause, Cause::Transport(error) if error.phase() == Phase::NotSent);
        !connected && self.0.before == Before::Unsent
    }

    /// True if the service does not accept the credentials (401, 403) or they could not be had.
    ///
    /// # Troubleshooting
    /// Check that the key belongs to this service and account and has the right that the endpoint needs. Some services
    /// answer 403 also for a thing that does not exist.
    #[must_use]
    pub fn is_auth(&self) -> bool {
        matches!(self.0.cause, Cause::Auth(_))
            || matches!(self.status(), Some(StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN))
    }

    /// True if there were too many requests (429), or the client's own limit left no room.
    ///
    /// # Troubleshooting
    /// Wait for [`retry_after`](Error::retry_after); give the client a rate limit so that it does not come to this.
    #[must_use]
    pub fn is_rate_limited(&self) -> bool {
        matches!(self.0.cause, Cause::Limited(_)) || self.status() == Some(StatusCode::TOO_MANY_REQUESTS)
    }

    /// True if there is no such thing (404, 410).
    ///
    /// # Troubleshooting
    /// Check the identifier and that it belongs to this service; letters of identifiers are case-sensitive.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        matches!(self.status(), Some(StatusCode::NOT_FOUND | StatusCode::GONE))
    }

    /// True if the answer was a success that cannot be read.
    ///
    /// # Troubleshooting
    /// The text names the field. The work is done on the service's side, so do not repeat a request that creates. The
    /// whole answer is in [`body`](Error::body): please report it, without what is private in it.
    #[must_use]
    pub fn is_decode(&self) -> bool {
        matches!(self.0.cause, Cause::Decode { .. })
    }

    /// True if the same request may succeed later without anything being changed: the network, a deadline, too many
    /// requests, an outage, the page of a gateway.
    ///
    /// # Troubleshooting
    /// Try again later, unless the request [may have taken effect](Error::may_have_taken_effect) and is not to be doubled.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match &self.0.cause {
            Cause::Transport(error) => !matches!(
                error.kind(),
                TransportErrorKind::Source | TransportErrorKind::Untrusted | TransportErrorKind::Runtime
            ),
            Cause::Deadline(_) | Cause::Limited(_) => true,
            Cause::Auth(error) => matches!(error, AuthError::Unavailable(_)),
            Cause::Api { status, .. } => is_passing(*status),
            Cause::Decode { error, .. } => {
                matches!(error, DecodeError::Html { .. } | DecodeError::Empty | DecodeError::Truncated { .. })
            }
            _ => false,
        }
    }

    /// True if the request may have taken effect although the call failed: look before you send it again. It speaks of all
    /// attempts: one whose response was lost may have done the work before another was refused.
    #[must_use]
    pub fn may_have_taken_effect(&self) -> bool {
        self.0.before == Before::Arrived || self.0.cause.may_have_arrived()
    }
}

impl<A> Cause<A> {
    /// How far the attempt got that ended so; `sent` is whether anything left.
    pub(crate) fn reached(&self, sent: bool) -> Before {
        match self {
            Self::Deadline(_) if sent => Before::Arrived,
            _ if self.may_have_arrived() => Before::Arrived,
            Self::Transport(error) if error.phase() == Phase::NotSent => Before::Unsent,
            _ if sent => Before::Sent,
            _ => Before::Unsent,
        }
    }

    fn may_have_arrived(&self) -> bool {
        match self {
            Self::Transport(error) => error.phase() != Phase::NotSent,
            Self::Decode { .. } | Self::Sink(_) | Self::Redirect(RedirectError::Method) => true,
            Self::Api { status, .. } => {
                // What a redirect means after a request that writes, nobody says: the work may well be done.
                status.is_server_error()
                    || status.is_success()
                    || status.is_redirection()
                    || *status == StatusCode::REQUEST_TIMEOUT
            }
            _ => false,
        }
    }
}
