//! One error for every call: which endpoint, what happened, how often it was tried.

use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use http::header::HeaderMap;

use crate::client::authorize::{AuthError, Reason};
use crate::client::redirect::RedirectError;
use crate::client::retry::is_passing;
use crate::decode::DecodeError;
use crate::request::{BuildError, Replay};
use crate::transport::{Phase, TransportError, TransportErrorKind};

mod display;

/// What went wrong with a call.
#[non_exhaustive]
pub enum Cause<A> {
    /// The request could not be built; nothing was sent.
    Build(BuildError),
    /// The request could not be authorized; nothing was sent.
    Auth(AuthError),
    /// The request or the response was lost on the way.
    Transport(TransportError),
    /// The whole call took longer than its deadline.
    Deadline(Duration),
    /// The rate limit of this client leaves no room before the deadline; nothing was sent.
    Limited(Duration),
    /// What keeps the rate limit of this client cannot be asked; nothing was sent.
    LimitUnavailable(Reason),
    /// The service redirected to where this client does not follow.
    Redirect(RedirectError),
    /// The service responded with an error.
    Api {
        /// The status of the response.
        status: StatusCode,
        /// The service's own error.
        error: A,
        /// The headers of the response.
        headers: HeaderMap,
        /// The body of the response, at most 64 KiB of it.
        body: Bytes,
    },
    /// The service responded with a success that cannot be read.
    Decode {
        /// The status of the response.
        status: StatusCode,
        /// The headers of the response: media type and coding tell why a body may be unreadable.
        headers: HeaderMap,
        /// What is wrong with the body.
        error: DecodeError,
        /// The body of the response.
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

/// A list that does not end as lists do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PageError {
    /// A page names as its next one a page that was read already.
    #[error("page {page} of the list leads back to a page that was read already")]
    Circle {
        /// Which page, from 1.
        page: u32,
    },
    /// More pages than [`Pages::cap`](super::Pages::cap) allows.
    #[error("the list has more than {cap} pages, the most that are read")]
    TooMany {
        /// The cap.
        cap: u32,
    },
}

/// A call that failed. `{}` is one line of at most 400 characters and enough; nothing that it prints is secret. With a
/// precision (`{:.200}`) the line is shorter, and still ends in what there is to say of attempts and waits.
///
/// [`source`](std::error::Error::source) leads to what is behind it: the [`TransportError`] or
/// [`AuthError`](crate::client::authorize::AuthError), behind that the [`io::Error`](std::io::Error) of a connection or the alert of a TLS
/// handshake, none of which holds a secret. The line says what they say, so print one or the other. Which types stand in the
/// chain, and how deep, may change with any release: look for one that you know, and do not rely on it.
pub struct Error<A>(Box<Inner<A>>);

struct Inner<A> {
    endpoint: &'static str,
    attempts: u32,
    elapsed: Duration,
    retry_after: Option<Duration>,
    cause: Cause<A>,
    /// What else there is to say of it.
    note: Option<String>,
    /// How far the attempts before the last one got.
    before: Reached,
    /// Whether the request does more than read.
    writes: bool,
}

/// How far attempts got.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reached {
    /// Nothing was sent.
    #[default]
    Unsent,
    /// Something was sent, without effect.
    Sent,
    /// Something was sent that may have taken effect.
    Arrived,
}

impl<A> Error<A> {
    /// An error of `endpoint` beside a call.
    pub(crate) fn new(endpoint: &'static str, cause: Cause<A>) -> Self {
        Self::of_call(endpoint, 0, Duration::ZERO, cause)
    }

    /// The error of a call after so many attempts and so long a time.
    pub(crate) fn of_call(endpoint: &'static str, attempts: u32, elapsed: Duration, cause: Cause<A>) -> Self {
        let (retry_after, note, before, writes) = (None, None, Reached::default(), true);
        Self(Box::new(Inner { endpoint, attempts, elapsed, retry_after, cause, note, before, writes }))
    }

    /// With how long the service asked to wait.
    pub(crate) fn asking(mut self, retry_after: Option<Duration>) -> Self {
        self.0.retry_after = retry_after;
        self
    }

    /// With something else to say.
    pub(crate) fn noting(mut self, note: impl Into<String>) -> Self {
        let note = note.into();
        self.0.note = Some(match self.0.note {
            Some(first) => format!("{first}; {note}"),
            None => note,
        });
        self
    }

    /// Of a request of this kind.
    pub(crate) fn of(mut self, replay: Replay) -> Self {
        self.0.writes = replay != Replay::Safe;
        self
    }

    /// After other attempts.
    pub(crate) fn after(mut self, before: Reached) -> Self {
        self.0.before = self.0.before.max(before);
        self
    }

    /// How far the attempts before the last one got.
    pub(crate) fn before(&self) -> Reached {
        self.0.before
    }

    /// A request of `endpoint` that cannot be built; for jobs that check before their first step.
    pub fn build(endpoint: &'static str, error: BuildError) -> Self {
        Self::new(endpoint, Cause::Build(error))
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
        let Inner { endpoint, attempts, elapsed, retry_after, cause, note, before, writes } = *self.0;
        let cause = cause.map_api(map);
        Error(Box::new(Inner { endpoint, attempts, elapsed, retry_after, cause, note, before, writes }))
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

    /// How long the call took, all its attempts and pauses together.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed
    }

    /// How long the service asked to wait, where it said so.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// The status of the response, if there was one.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        match &self.0.cause {
            Cause::Api { status, .. } | Cause::Decode { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// The service's own error, if it responded with one.
    #[must_use]
    pub fn api(&self) -> Option<&A> {
        match &self.0.cause {
            Cause::Api { error, .. } => Some(error),
            _ => None,
        }
    }

    /// The body of a response that was an error or could not be read. It may hold what must not be logged.
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
    ///
    /// ```
    /// # fn example(error: segno_core::Error<segno_core::endpoint::PlainApiError>) {
    /// if error.is_build() {
    ///     println!("a mistake in the arguments, nothing was sent: {error}");
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn is_build(&self) -> bool {
        matches!(self.0.cause, Cause::Build(_))
    }

    /// True if a deadline ran out: connecting, waiting for the response, silence, or the whole call.
    ///
    /// # Troubleshooting
    /// The text says which one. Raise that one with `Client::builder().timeouts(…)`; if the request was not
    /// `Replay::Safe` or `Idempotent`, look whether it took effect before you send it again.
    ///
    /// ```
    /// # fn example(error: segno_core::Error<segno_core::endpoint::PlainApiError>) {
    /// if error.is_timeout() && error.may_have_taken_effect() {
    ///     println!("look whether it was done before you send it again: {error}");
    /// }
    /// # }
    /// ```
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
    ///
    /// ```
    /// # fn example(error: segno_core::Error<segno_core::endpoint::PlainApiError>) {
    /// if error.is_connect() {
    ///     println!("is the base URL right, and the network there? {error}");
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn is_connect(&self) -> bool {
        let connected = !matches!(&self.0.cause, Cause::Transport(error) if error.phase() == Phase::NotSent);
        !connected && self.0.before == Reached::Unsent
    }

    /// True if the service does not accept the credentials (401, 403) or they could not be had.
    ///
    /// # Troubleshooting
    /// Check that the key belongs to this service and account and has the right that the endpoint needs. Some services
    /// respond with 403 also for a thing that does not exist.
    ///
    /// ```
    /// # fn example(error: segno_core::Error<segno_core::endpoint::PlainApiError>) {
    /// if error.is_auth() {
    ///     println!("the key is wrong, or lacks a right: {error}");
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn is_auth(&self) -> bool {
        matches!(self.0.cause, Cause::Auth(_))
            || matches!(self.status(), Some(StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN))
    }

    /// True if there were too many requests (429), or the client's own limit left no room.
    ///
    /// # Troubleshooting
    /// Wait for [`retry_after`](Error::retry_after); give the client a rate limit so that it does not come to this.
    ///
    /// ```
    /// # fn example(error: segno_core::Error<segno_core::endpoint::PlainApiError>) {
    /// if error.is_rate_limited() {
    ///     println!("again in {:?}", error.retry_after());
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn is_rate_limited(&self) -> bool {
        matches!(self.0.cause, Cause::Limited(_)) || self.status() == Some(StatusCode::TOO_MANY_REQUESTS)
    }

    /// True if there is no such thing (404, 410).
    ///
    /// # Troubleshooting
    /// Check the identifier and that it belongs to this service; letters of identifiers are case-sensitive.
    ///
    /// ```
    /// # fn example(error: segno_core::Error<segno_core::endpoint::PlainApiError>) {
    /// let gone = if error.is_not_found() { None } else { Some(error) };
    /// # let _ = gone;
    /// # }
    /// ```
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        matches!(self.status(), Some(StatusCode::NOT_FOUND | StatusCode::GONE))
    }

    /// True if the response was a success that cannot be read.
    ///
    /// # Troubleshooting
    /// The text names the field. The work is done on the service's side, so do not repeat a request that creates. The
    /// whole response is in [`body`](Error::body): please report it, without what is private in it.
    ///
    /// ```
    /// # fn example(error: segno_core::Error<segno_core::endpoint::PlainApiError>) {
    /// if error.is_decode() {
    ///     println!("it was done; {} bytes of the response for a report", error.body().map_or(0, |body| body.len()));
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn is_decode(&self) -> bool {
        matches!(self.0.cause, Cause::Decode { .. })
    }

    /// True if the same request may succeed later without anything being changed: the network, a deadline, too many
    /// requests, an outage, the page of a gateway.
    ///
    /// # Troubleshooting
    /// Try again later, unless the request [may have taken effect](Error::may_have_taken_effect) and is not to be doubled.
    ///
    /// ```
    /// # fn example(error: segno_core::Error<segno_core::endpoint::PlainApiError>) {
    /// if error.is_transient() && !error.may_have_taken_effect() {
    ///     println!("put it back into the queue: {error}");
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match &self.0.cause {
            Cause::Transport(error) => !matches!(
                error.kind(),
                TransportErrorKind::Source
                    | TransportErrorKind::Untrusted
                    | TransportErrorKind::Proxy
                    | TransportErrorKind::Runtime
            ),
            Cause::Deadline(_) | Cause::Limited(_) | Cause::LimitUnavailable(_) => true,
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
    ///
    /// ```
    /// # fn example(error: segno_core::Error<segno_core::endpoint::PlainApiError>) {
    /// if error.may_have_taken_effect() {
    ///     println!("look for it before you create it again");
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn may_have_taken_effect(&self) -> bool {
        self.0.before == Reached::Arrived || self.0.cause.may_have_arrived()
    }
}

impl<A> Cause<A> {
    fn map_api<B>(self, map: impl FnOnce(A) -> B) -> Cause<B> {
        match self {
            Self::Api { status, error, headers, body } => {
                Cause::Api { status, error: map(error), headers, body }
            }
            Self::Build(error) => Cause::Build(error),
            Self::Auth(error) => Cause::Auth(error),
            Self::Transport(error) => Cause::Transport(error),
            Self::Deadline(limit) => Cause::Deadline(limit),
            Self::Limited(wait) => Cause::Limited(wait),
            Self::LimitUnavailable(reason) => Cause::LimitUnavailable(reason),
            Self::Redirect(error) => Cause::Redirect(error),
            Self::Decode { status, headers, error, body } => Cause::Decode { status, headers, error, body },
            Self::Source(error) => Cause::Source(error),
            Self::Sink(error) => Cause::Sink(error),
            Self::Changed { written } => Cause::Changed { written },
            Self::Pages(error) => Cause::Pages(error),
        }
    }

    /// What is behind the words of the cause.
    pub(super) fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Build(error) => Some(error),
            Self::Auth(error) => Some(error),
            Self::Transport(error) => Some(error),
            Self::LimitUnavailable(reason) => Some(reason),
            Self::Redirect(error) => Some(error),
            Self::Decode { error, .. } => Some(error),
            Self::Source(error) | Self::Sink(error) => Some(error),
            Self::Pages(error) => Some(error),
            Self::Deadline(_) | Self::Limited(_) | Self::Api { .. } | Self::Changed { .. } => None,
        }
    }

    /// How far the attempt got that ended so; `sent` is whether anything left.
    pub(crate) fn reached(&self, sent: bool) -> Reached {
        match self {
            Self::Deadline(_) if sent => Reached::Arrived,
            _ if self.may_have_arrived() => Reached::Arrived,
            Self::Transport(error) if error.phase() == Phase::NotSent => Reached::Unsent,
            _ if sent => Reached::Sent,
            _ => Reached::Unsent,
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
