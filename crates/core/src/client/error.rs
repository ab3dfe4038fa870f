//! One error for every call: which endpoint, what happened, how often it was tried.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use http::header::HeaderMap;

use crate::auth::AuthError;
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
    /// More pages than [`Pages::cap`] allows.
    #[error("the list has more than {cap} pages, the most that this program reads")]
    TooMany {
        /// The cap.
        cap: u32,
    },
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
