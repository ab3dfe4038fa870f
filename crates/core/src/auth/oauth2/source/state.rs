//! What a token source knows of its login at a moment.

use std::sync::Arc;
use std::time::{Duration, Instant};

use http::HeaderValue;
use tokio::sync::watch;

use super::{Config, TokenKind};
use crate::auth::AuthError;
use crate::auth::store::Token;
use crate::time::Clock;
use crate::{Secret, Timestamp};

/// The pause after the first failure in a row, and the longest: 45 requests in twelve hours at most.
const COUNTED_REQUEST_BACKOFF: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(20 * 60));

#[derive(Default)]
pub(super) struct State {
    pub(super) session: Session,
    /// The refresh under way, for those who wait for it.
    pub(super) in_flight: Option<watch::Receiver<Option<Outcome>>>,
    /// A new token that could not be saved yet. Nobody uses it before it is.
    pub(super) unsaved: Option<Unsaved>,
    /// The refresh token with which a request failed last: the server may have taken it, and its successor be lost.
    pub(super) refresh_lost: Option<Secret>,
    /// After refreshes whose responses could not be used.
    pub(super) refresh_backoff: Option<Backoff>,
    /// After requests for a token of the client itself that failed though they count.
    pub(super) issue_backoff: Option<Backoff>,
    /// How many logins and logouts there were: what was read from the store before the last of them is old.
    pub(super) logins: u64,
    /// How many different tokens were in use.
    pub(super) version: u64,
    /// When a server last issued a token here.
    pub(super) refreshed_at: Option<Timestamp>,
    /// What failed last, and when.
    pub(super) last_error: Option<(Timestamp, AuthError)>,
}

/// The login.
#[derive(Default)]
pub(super) enum Session {
    /// The store was not read yet, or has nothing to use.
    #[default]
    Unknown,
    /// A token is in use. It stays while it is refreshed.
    Active(ActiveToken),
    /// Nothing can be done with this token of the store, and why.
    Revoked { stored: Option<Token>, error: AuthError },
}

/// A token in use. From here on the monotonic clock decides.
#[derive(Clone)]
pub(super) struct ActiveToken {
    pub(super) token: Arc<Token>,
    pub(super) header: HeaderValue,
    pub(super) version: u64,
    /// When to refresh it; `None` if never.
    pub(super) refresh_at: Option<Instant>,
    /// When it expires; `None` if that is not known.
    pub(super) expires_at: Option<Instant>,
}

pub(super) type Outcome = Result<ActiveToken, AuthError>;

/// A token that could not be saved, and the one that was spent for it.
pub(super) struct Unsaved {
    pub(super) before: Option<Token>,
    pub(super) token: Token,
}

impl State {
    pub(super) fn active(&self) -> Option<&ActiveToken> {
        match &self.session {
            Session::Active(active) => Some(active),
            Session::Unknown | Session::Revoked { .. } => None,
        }
    }

    /// The token in use if it works by the clock, due or not, and is not the one that the service rejected.
    pub(super) fn valid(&self, now: Instant, rejected: Option<u64>) -> Option<&ActiveToken> {
        self.active().filter(|active| !active.is_expired(now) && rejected != Some(active.version))
    }

    /// What a caller gets without a look into the store; `None` if it takes one.
    pub(super) fn outcome(&self) -> Option<Outcome> {
        match &self.session {
            Session::Active(active) => Some(Ok(active.clone())),
            Session::Revoked { error, .. } => Some(Err(error.clone())),
            Session::Unknown => None,
        }
    }

    /// Takes the token out of use.
    pub(super) fn deactivate(&mut self) -> Option<ActiveToken> {
        match std::mem::take(&mut self.session) {
            Session::Active(active) => Some(active),
            other => {
                self.session = other;
                None
            }
        }
    }

    /// Does not refresh a token that still works before `until`.
    pub(super) fn refresh_not_before(&mut self, until: Option<Instant>) {
        if let Session::Active(active) = &mut self.session {
            active.refresh_at = active.refresh_at.max(active.refresh_at.and(until));
        }
    }

    /// Puts a token in use.
    pub(super) fn activate(&mut self, token: Token, config: &Config, clock: &dyn Clock) -> Outcome {
        let header = config.header(&token.access)?;
        if self.active().is_none_or(|active| active.token.access != token.access) {
            self.version += 1;
        }
        let (now, wall) = (clock.now(), clock.wall());
        let left = token.remaining(wall);
        let wait = match left {
            Some(left) => {
                let early = config.margin + config.jitter.mul_f64(clock.random() as f64 / u64::MAX as f64);
                Some(left.saturating_sub(early.min(half_life(&token))))
            }
            None => token.renew.map(|renew| renew.since(wall)),
        };
        // What cannot be refreshed is used as long as it works.
        let wait = wait.filter(|_| config.is_renewable(&token));
        let active = ActiveToken {
            header,
            version: self.version,
            refresh_at: wait.and_then(|wait| now.checked_add(wait)),
            expires_at: left.and_then(|left| now.checked_add(left)),
            token: token.into(),
        };
        self.session = Session::Active(active.clone());
        Ok(active)
    }
}

impl ActiveToken {
    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.refresh_at.is_some_and(|at| now >= at)
    }

    pub(super) fn is_expired(&self, now: Instant) -> bool {
        self.expires_at.is_some_and(|at| now >= at)
    }
}

impl Config {
    /// Whether there is a way to a successor.
    pub(super) fn is_renewable(&self, token: &Token) -> bool {
        token.refresh.is_some() || self.kind == TokenKind::App
    }

    fn header(&self, access: &Secret) -> Result<HeaderValue, AuthError> {
        let mut header =
            HeaderValue::try_from(format!("{} {}", self.scheme, access.expose())).map_err(|_| {
                let reason =
                    "invalid access token: expected characters that a header can carry, found others";
                AuthError::BadToken(reason.into())
            })?;
        header.set_sensitive(true);
        Ok(header)
    }
}

/// Half of what a token lived when it was new: the earliest that it is refreshed.
pub(super) fn half_life(token: &Token) -> Duration {
    token.lifetime.map_or(Duration::MAX, |lifetime| lifetime / 2)
}

/// Failures in a row: how many, until when no request is sent, and why.
pub(super) struct Backoff {
    pub(super) failures: u32,
    until: Instant,
    pub(super) reason: String,
}

impl Backoff {
    pub(super) fn new(failures: u32, pause: Duration, now: Instant, reason: String) -> Self {
        Self { failures, until: now.checked_add(pause).unwrap_or(now), reason }
    }

    /// How long no request is sent yet; `None` if one may be sent.
    pub(super) fn remaining(&self, now: Instant) -> Option<Duration> {
        Some(self.until.saturating_duration_since(now)).filter(|wait| !wait.is_zero())
    }

    /// The pause after so many earlier failures: 1 s, 2 s, 4 s, … 20 min.
    pub(super) fn pause(failures: u32) -> Duration {
        let (first, longest) = COUNTED_REQUEST_BACKOFF;
        first.saturating_mul(1 << failures.min(16)).min(longest)
    }
}
