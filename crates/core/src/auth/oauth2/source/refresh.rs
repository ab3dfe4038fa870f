//! The refresh itself: look into the store, lease, reserve, ask the server, save, use.

use std::time::{Duration, Instant};

use super::state::{Backoff, Outcome, Session, Unsaved, half_life};
use super::{Inner, TokenKind};
use crate::auth::oauth2::{FailureKind, Success, TokenError, TokenErrorCode, TokenResponse, failure_kind};
use crate::auth::store::{Lease, Record, Swapped, Token};
use crate::auth::{AuthError, Reason};
use crate::{Error, Secret};

/// How long a token that still works is used after a failure before the next try.
const REFRESH_BACKOFF: Duration = Duration::from_secs(5);

/// What a request to the server came to.
enum RefreshOutcome {
    /// A new token for the one of this record, not saved yet.
    New(Record, Box<Token>),
    /// An access token that cannot be used, with a refresh token that must not be lost, not saved yet.
    Unusable(Record, Box<Token>, AuthError),
    /// Another process changed the store meanwhile.
    StoreChanged(Record),
}

impl Inner {
    /// Gets a token that is better than the one in use, and puts it in use.
    pub(super) async fn refresh(&self, rejected: Option<u64>, lease: &mut Option<Lease>) -> Outcome {
        let logins = self.state().logins;
        let obtained = self.obtain(rejected, logins, lease).await;
        let mut state = self.state();
        if state.logins != logins
            && let Some(newer) = state.outcome()
        {
            return newer;
        }
        let outcome = obtained.and_then(|token| state.activate(token, &self.config, &*self.clock));
        if let Err(error) = &outcome {
            if matches!(error, AuthError::LoginNeeded(_)) {
                state.deactivate();
            } else {
                state.refresh_not_before(self.clock.now().checked_add(REFRESH_BACKOFF));
            }
            state.last_error = Some((self.clock.wall(), error.clone()));
            drop(state);
            tracing::warn!(%error, "the token could not be refreshed");
        }
        outcome
    }

    /// `logins` is how many there were when the refresh began.
    async fn obtain(
        &self,
        rejected: Option<u64>,
        logins: u64,
        lease: &mut Option<Lease>,
    ) -> Result<Token, AuthError> {
        if self.state().unsaved.is_none() {
            // A token that works needs neither the lease nor a place that can be written.
            let record = self.load().await?;
            if let Some(token) = self.usable(&record, rejected)? {
                return Ok(token);
            }
            self.activate_meanwhile(&record, rejected, logins);
        }
        // Held until the new token is saved: other processes wait here and then find it.
        let until = self.lease_to_refresh(rejected, lease).await?;
        let record = self.load().await?;
        let unsaved = self.state().unsaved.take();
        if let Some(Unsaved { before, token }) = unsaved {
            // A login or logout meanwhile is newer.
            let is_current = record.token == before;
            return if is_current { self.save(record, token).await } else { self.adopt(record) };
        }
        if let Some(token) = self.usable(&record, rejected)? {
            return Ok(token);
        }
        let is_refreshable = record.token.as_ref().is_some_and(|token| token.refresh.is_some());
        let outcome = if is_refreshable || self.config.kind == TokenKind::User {
            self.ask_to_refresh(record, until).await?
        } else {
            self.ask_to_issue(record, until).await?
        };
        match outcome {
            RefreshOutcome::New(record, token) => self.save(record, *token).await,
            RefreshOutcome::Unusable(record, token, error) => self.save(record, *token).await.and(Err(error)),
            RefreshOutcome::StoreChanged(record) => self.adopt(record),
        }
    }

    /// The token in the store, if it is one that the server need not be asked for.
    fn usable(&self, record: &Record, rejected: Option<u64>) -> Result<Option<Token>, AuthError> {
        let state = self.state();
        if let Session::Revoked { stored, error } = &state.session
            && *stored == record.token
        {
            return Err(error.clone());
        }
        let Some(token) = &record.token else {
            // Nothing can come of a lease then, and an empty store may stand where none can be had.
            let is_user = self.config.kind == TokenKind::User;
            return if is_user { Err(self.login_needed(record)) } else { Ok(None) };
        };
        if token.secret.is_some() {
            return Err(AuthError::Store("it holds a login of OAuth 1.0a; give this client another".into()));
        }
        let is_renewable = self.config.is_renewable(token);
        let is_usable = match state.active().filter(|active| active.token.access == token.access) {
            Some(active) => {
                let now = self.clock.now();
                rejected != Some(active.version) && !active.is_due(now) && !active.is_expired(now)
            }
            // Another process's token, or the first look into the store. When it is due is ours to choose.
            None => {
                let wall = self.clock.wall();
                let early =
                    if is_renewable { self.config.margin.min(half_life(token)) } else { Duration::ZERO };
                let is_fresh = token.remaining(wall).is_none_or(|left| left > early);
                is_fresh && (!is_renewable || token.renew.is_none_or(|renew| renew > wall))
            }
        };
        drop(state);
        if is_usable && !token.access.is_empty() {
            return Ok(Some(token.clone()));
        }
        if is_renewable {
            Ok(None)
        } else {
            Err(self.revoke(record.token.clone(), self.login_needed(record)))
        }
    }

    /// Puts a token of the store in use that still works, for the case that it cannot be refreshed.
    fn activate_meanwhile(&self, record: &Record, rejected: Option<u64>, logins: u64) {
        let Some(token) = record.token.as_ref().filter(|token| !token.access.is_empty()) else { return };
        let mut state = self.state();
        let is_valid = token.remaining(self.clock.wall()) != Some(Duration::ZERO);
        let is_other = state.active().is_none_or(|active| active.token.access != token.access);
        let is_newest = state.logins == logins;
        if is_newest && is_valid && is_other && (rejected.is_none() || state.active().is_some()) {
            // One that a header cannot carry is found out when it is needed.
            let _ = state.activate(token.clone(), &self.config, &*self.clock);
        }
    }

    /// Asks for a successor, twice at most. A response that was lost may have spent the refresh token, so before asking
    /// again the store is read again.
    async fn ask_to_refresh(&self, record: Record, until: Instant) -> Result<RefreshOutcome, AuthError> {
        self.check_refresh_backoff()?;
        let mut record = match self.reserve(record.clone()).await? {
            reserved if reserved.token == record.token => reserved,
            other => return Ok(RefreshOutcome::StoreChanged(other)),
        };
        let mut was_lost = false;
        loop {
            let Some(refresh_token) = record.token.as_ref().and_then(|token| token.refresh.clone()) else {
                return Ok(RefreshOutcome::StoreChanged(record));
            };
            let left = until.saturating_duration_since(self.clock.now());
            let error = match self.config.server.within(left).refresh(&refresh_token).await {
                Ok(response) => return Ok(self.received(record, response, Some(&refresh_token))),
                Err(error) => error,
            };
            let is_app = self.config.kind == TokenKind::App;
            let is_client_unknown = error.api().is_none_or(|api| api.code == TokenErrorCode::InvalidClient);
            let kind = failure_kind(&error);
            match kind {
                FailureKind::UnusableSuccess => return self.unusable_success(record, error, until).await,
                // The client is known, so what is refused is this way to a token: there is another one.
                FailureKind::ClientRefused if is_app && !is_client_unknown => {
                    return self.ask_to_issue(record, until).await;
                }
                FailureKind::ClientRefused => return Err(AuthError::Refused(reason(error))),
                // One that had its response is not asked for again.
                FailureKind::Transient
                    if was_lost || error.status().is_some_and(|status| status.is_success()) =>
                {
                    return Err(AuthError::Unavailable(Reason::from_error(error)));
                }
                FailureKind::Transient => self.pause().await,
                FailureKind::InvalidGrant => {}
            }
            let now = self.load().await?;
            if now.token != record.token {
                return Ok(RefreshOutcome::StoreChanged(now));
            }
            if kind == FailureKind::InvalidGrant {
                if is_app {
                    return self.ask_to_issue(now, until).await;
                }
                let why = if self.state().refresh_lost.as_ref() == Some(&refresh_token) {
                    "the response to a refresh was lost, and the refresh token does not work a second time; log in again"
                } else {
                    "the refresh token is no longer valid (invalid_grant); log in again"
                };
                let reason = Reason::new(why).caused_by(error);
                return Err(self.revoke(now.token, AuthError::LoginNeeded(reason)));
            }
            self.state().refresh_lost = Some(refresh_token);
            // Where there is no time left for a second request, nothing is known to be lost.
            if until.saturating_duration_since(self.clock.now()) < Duration::from_secs(1) {
                return Err(AuthError::Unavailable(Reason::from_error(error)));
            }
            was_lost = true;
            record = now;
        }
    }

    /// What to do about a success that cannot be used as it is. The refresh token is not sent again for it: it may be
    /// spent, and a server that sees it twice may end the login.
    async fn unusable_success(
        &self,
        record: Record,
        error: Error<TokenError>,
        until: Instant,
    ) -> Result<RefreshOutcome, AuthError> {
        let wall = self.clock.wall();
        match Success::read(error.body().map_or(&[][..], |body| &body[..])) {
            Success::Tokens { response, lost } => {
                if let Some(lost) = lost {
                    tracing::warn!(%lost, "the new refresh token cannot be read; the access token is used until it ends");
                }
                Ok(RefreshOutcome::New(record, Token::received(response, None, wall).into()))
            }
            Success::Unusable { refresh, error } => {
                self.back_off_refresh(error.to_string(), 1);
                let bad = AuthError::BadToken(Reason::from_error(error));
                let Some(refresh) = refresh else { return Err(bad) };
                // Expired from the beginning: the next refresh uses the refresh token.
                let mut token = Token::new("");
                (token.refresh, token.expires) = (Some(refresh), Some(wall));
                token.lifetime = Some(Duration::ZERO);
                Ok(RefreshOutcome::Unusable(record, token.into(), bad))
            }
            Success::Unreadable { .. } | Success::Refused(_) if self.config.kind == TokenKind::App => {
                self.ask_to_issue(record, until).await
            }
            Success::Unreadable { error, is_from_server: true } => {
                let why = format!(
                    "the token server granted a refresh, but its response cannot be read ({error}), and the refresh token \
                     may be spent by it; log in again"
                );
                let reason = Reason::new(why).caused_by(error);
                Err(self.revoke(record.token, AuthError::LoginNeeded(reason)))
            }
            Success::Unreadable { is_from_server: false, .. } | Success::Refused(_) => {
                // It says nothing of the token, and the second caller need not wait.
                self.back_off_refresh(error.to_string(), 0);
                Err(AuthError::Unavailable(Reason::from_error(error)))
            }
        }
    }

    /// Sends no refresh yet after successes that could not be used.
    fn check_refresh_backoff(&self) -> Result<(), AuthError> {
        let state = self.state();
        let Some(backoff) = &state.refresh_backoff else { return Ok(()) };
        let Some(wait) = backoff.remaining(self.clock.now()) else { return Ok(()) };
        let (why, seconds) = (&backoff.reason, wait.as_secs_f64().ceil());
        let reason = format!("the last response could not be used ({why}); the next try is in {seconds} s");
        Err(AuthError::Unavailable(reason.into()))
    }

    /// Notes a response that could not be used: the next request is sent after 0 or 1 s, then after 1 s, 2 s, 4 s, …
    fn back_off_refresh(&self, reason: String, first: u32) {
        let mut state = self.state();
        let failures = state.refresh_backoff.as_ref().map_or(first, |backoff| backoff.failures + 1);
        let pause = failures.checked_sub(1).map_or(Duration::ZERO, Backoff::pause);
        state.refresh_backoff = Some(Backoff::new(failures, pause, self.clock.now(), reason));
    }

    /// Asks for a token of the client itself, if the quota has room.
    async fn ask_to_issue(&self, record: Record, until: Instant) -> Result<RefreshOutcome, AuthError> {
        self.check_issue_backoff()?;
        let mut counted = record.with(record.token.clone());
        self.config.quota.take(&mut counted.issued, self.clock.wall())?;
        // Counted before it is sent: one whose response is lost counts with the service too.
        let record = if counted.issued == record.issued {
            record
        } else {
            match self.store.swap(counted.clone()).await? {
                Swapped::Done => counted,
                Swapped::Conflict(now) => return Ok(RefreshOutcome::StoreChanged(now)),
            }
        };
        let left = until.saturating_duration_since(self.clock.now());
        match self.config.server.within(left).client_credentials().await {
            Ok(response) => {
                self.state().issue_backoff = None;
                Ok(self.received(record, response, None))
            }
            Err(error) => {
                self.back_off_issue(&error);
                Err(match failure_kind(&error) {
                    FailureKind::InvalidGrant | FailureKind::ClientRefused => {
                        AuthError::Refused(reason(error))
                    }
                    FailureKind::UnusableSuccess if error.body().is_some_and(|body| is_unusable(body)) => {
                        AuthError::BadToken(Reason::from_error(error))
                    }
                    FailureKind::UnusableSuccess | FailureKind::Transient => {
                        AuthError::Unavailable(Reason::from_error(error))
                    }
                })
            }
        }
    }

    /// Sends no request that counts after one that failed: an outage of an hour must not use up the quota.
    fn check_issue_backoff(&self) -> Result<(), AuthError> {
        let state = self.state();
        let Some(backoff) = &state.issue_backoff else { return Ok(()) };
        let Some(wait) = backoff.remaining(self.clock.now()) else { return Ok(()) };
        let reason = format!("requests for tokens are counted, and the last one failed ({})", backoff.reason);
        Err(AuthError::Quota { reason, wait })
    }

    fn back_off_issue(&self, error: &Error<TokenError>) {
        if self.config.quota.is_none() {
            return;
        }
        let mut state = self.state();
        let failures = state.issue_backoff.as_ref().map_or(0, |backoff| backoff.failures);
        let pause = Backoff::pause(failures).max(error.retry_after().unwrap_or_default());
        let backoff = Backoff::new(failures + 1, pause, self.clock.now(), error.to_string());
        state.issue_backoff = Some(backoff);
    }

    fn received(&self, record: Record, response: TokenResponse, before: Option<&Secret>) -> RefreshOutcome {
        let wall = self.clock.wall();
        let mut state = self.state();
        (state.refreshed_at, state.refresh_backoff) = (Some(wall), None);
        RefreshOutcome::New(record, Token::received(response, before, wall).into())
    }
}

/// What the server says of itself, where it says something.
fn reason(error: Error<TokenError>) -> Reason {
    let text = error.api().map_or_else(|| error.to_string(), ToString::to_string);
    Reason::new(text).caused_by(error)
}

fn is_unusable(body: &[u8]) -> bool {
    matches!(Success::read(body), Success::Unusable { .. })
}
