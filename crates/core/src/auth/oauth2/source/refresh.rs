//! The renewal itself: look into the store, lease, reserve, ask the server, save, use.

use std::time::{Duration, Instant};

use super::save::{left_half, store};
use super::{Failed, Outcome, Shared, TokenKind, Unsaved};
use crate::auth::AuthError;
use crate::auth::oauth2::{Meaning, Success, TokenError, TokenErrorCode, TokenResponse, meaning};
use crate::auth::store::{Lease, Record, Swapped, Token};
use crate::{Error, Secret};

/// How long a token that still works is used unrenewed after a failure.
const REST: Duration = Duration::from_secs(5);
/// The pause after the first request that failed and must not be repeated often, and the longest: 45 requests in twelve
/// hours at most.
const SPARING: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(20 * 60));

/// What a request to the server came to.
enum Asked {
    /// A new token for the one of this record, not saved yet.
    New(Record, Box<Token>),
    /// An access token that cannot be used, with a refresh token that must not be lost, not saved yet.
    Successor(Record, Box<Token>, AuthError),
    /// Somebody else changed the store meanwhile.
    Elsewhere(Record),
}

impl Shared {
    /// Gets a token that is better than the held one, and puts it in use.
    pub(super) async fn renew(&self, refused: Option<u64>, lease: &mut Option<Lease>) -> Outcome {
        let result = self.renewed(refused, lease).await;
        let mut state = self.state();
        let outcome = result.and_then(|token| self.hold(&mut state, token));
        match &outcome {
            Ok(_) => (state.rest, state.dead) = (None, None),
            Err(error) => {
                if matches!(error, AuthError::LoginNeeded(_)) {
                    state.held = None;
                } else {
                    state.rest = self.clock.now().checked_add(REST);
                }
                state.error = Some((self.clock.wall(), error.clone()));
                tracing::warn!(%error, "the token could not be renewed");
            }
        }
        outcome
    }

    async fn renewed(&self, refused: Option<u64>, lease: &mut Option<Lease>) -> Result<Token, AuthError> {
        if self.state().unsaved.is_none() {
            // A token that works needs neither the lease nor a place that can be written.
            let record = self.load().await?;
            if let Some(token) = self.found(&record, refused)? {
                return Ok(token);
            }
            self.fall_back(&record, refused);
        }
        // Held until the new token is saved: other processes wait here and then find it.
        let until = self.take_to_renew(refused, lease).await?;
        let record = self.load().await?;
        let unsaved = self.state().unsaved.take();
        if let Some(Unsaved { before, token }) = unsaved {
            // Somebody logged in or out meanwhile: that is newer.
            return if record.token == before {
                self.save(record, before, token).await
            } else {
                self.adopt(record)
            };
        }
        if let Some(token) = self.found(&record, refused)? {
            return Ok(token);
        }
        let refreshable = record.token.as_ref().is_some_and(|token| token.refresh.is_some());
        let asked = if refreshable || self.kind == TokenKind::User {
            self.refresh(record, until).await?
        } else {
            self.issue(record, until).await?
        };
        match asked {
            Asked::New(record, token) => {
                let before = record.token.clone();
                self.save(record, before, *token).await
            }
            Asked::Successor(record, token, error) => {
                let before = record.token.clone();
                self.save(record, before, *token).await.and(Err(error))
            }
            Asked::Elsewhere(record) => self.adopt(record),
        }
    }

    /// The token in the store, if it is one that we need not ask the server for.
    fn found(&self, record: &Record, refused: Option<u64>) -> Result<Option<Token>, AuthError> {
        let state = self.state();
        if let Some((token, error)) = &state.dead
            && *token == record.token
        {
            return Err(error.clone());
        }
        let Some(token) = &record.token else {
            // Nothing can come of a lease then, and an empty store may stand where none can be had.
            return if self.kind == TokenKind::User { Err(self.login_needed(record)) } else { Ok(None) };
        };
        if token.secret.is_some() {
            return Err(AuthError::Store("it holds a login of OAuth 1.0a; give this client another".into()));
        }
        let same = state.held.as_ref().filter(|held| held.token.access == token.access);
        let usable = match same {
            Some(held) if refused == Some(held.generation) => false,
            Some(held) => {
                let now = self.clock.now();
                held.due.is_none_or(|due| now < due) && held.over.is_none_or(|over| now < over)
            }
            // Another process's token, or the first look into the store. Its due time is ours to choose.
            None => {
                let wall = self.clock.wall();
                let early =
                    if self.renewable(token) { self.margin.min(left_half(token)) } else { Duration::ZERO };
                let fresh = token.remaining(wall).is_none_or(|left| left > early);
                fresh && (!self.renewable(token) || token.renew.is_none_or(|renew| renew > wall))
            }
        };
        drop(state);
        if usable && !token.access.is_empty() {
            return Ok(Some(token.clone()));
        }
        if self.renewable(token) {
            Ok(None)
        } else {
            Err(self.die(Some(token.clone()), self.login_needed(record)))
        }
    }

    /// Holds a token of the store that still works, for the case that it cannot be renewed.
    fn fall_back(&self, record: &Record, refused: Option<u64>) {
        let mut state = self.state();
        let Some(token) = record.token.as_ref().filter(|token| !token.access.is_empty()) else { return };
        let works = token.remaining(self.clock.wall()) != Some(Duration::ZERO);
        let held = state.held.as_ref().is_some_and(|held| held.token.access == token.access);
        if works && !held && (refused.is_none() || state.held.is_some()) {
            // One that a header cannot carry is found out when it is needed.
            let _ = self.hold(&mut state, token.clone());
        }
    }

    /// Asks for a successor, twice at most. A response that was lost may have spent the refresh token, so before asking
    /// again the store is read again.
    async fn refresh(&self, record: Record, until: Instant) -> Result<Asked, AuthError> {
        self.calm()?;
        let mut record = match self.reserve(record.clone()).await? {
            reserved if reserved.token == record.token => reserved,
            other => return Ok(Asked::Elsewhere(other)),
        };
        let mut lost = false;
        loop {
            let Some(refresh_token) = record.token.as_ref().and_then(|token| token.refresh.clone()) else {
                return Ok(Asked::Elsewhere(record));
            };
            let left = until.saturating_duration_since(self.clock.now());
            let error = match self.server.refresh_within(&refresh_token, Some(left)).await {
                Ok(response) => return Ok(self.received(record, response, Some(&refresh_token))),
                Err(error) => error,
            };
            let meaning = meaning(&error);
            let stranger = error.api().is_none_or(|api| api.code == TokenErrorCode::InvalidClient);
            match meaning {
                Meaning::Odd => return self.odd(record, &error, until).await,
                // The client is known, so what is refused is this way to a token: there is another one.
                Meaning::Refused if self.kind == TokenKind::App && !stranger => {
                    return self.issue(record, until).await;
                }
                Meaning::Refused => return Err(AuthError::Refused(words(&error))),
                // One that had its response is not asked for again.
                Meaning::Later if lost || error.status().is_some_and(|status| status.is_success()) => {
                    return Err(AuthError::Unavailable(error.to_string()));
                }
                Meaning::Later => self.pause().await,
                Meaning::Spent => {}
            }
            let now = self.load().await?;
            if now.token != record.token {
                return Ok(Asked::Elsewhere(now));
            }
            if meaning == Meaning::Spent {
                if self.kind == TokenKind::App {
                    return self.issue(now, until).await;
                }
                let why = if lost {
                    "the response to a refresh was lost, and the refresh token does not work a second time; log in again"
                } else {
                    "the refresh token is no longer valid (invalid_grant); log in again"
                };
                return Err(self.die(now.token, AuthError::LoginNeeded(why.into())));
            }
            // Where there is no time left for a second request, nothing is known to be lost.
            if until.saturating_duration_since(self.clock.now()) < Duration::from_secs(1) {
                return Err(AuthError::Unavailable(error.to_string()));
            }
            lost = true;
            record = now;
        }
    }

    /// What to do about a success that cannot be used as it is. The refresh token is not sent again for it: it may be
    /// spent, and a server that sees it twice may end the login.
    async fn odd(
        &self,
        record: Record,
        error: &Error<TokenError>,
        until: Instant,
    ) -> Result<Asked, AuthError> {
        let wall = self.clock.wall();
        match Success::read(error.body().map_or(&[][..], |body| &body[..])) {
            Success::Tokens { response, lost } => {
                if let Some(lost) = lost {
                    tracing::warn!(%lost, "the new refresh token cannot be read; the access token is used until it ends");
                }
                Ok(Asked::New(record, Token::received(response, None, wall).into()))
            }
            Success::Unusable { refresh, error } => {
                self.note_odd(error.to_string(), 1);
                let bad = AuthError::BadToken(error.to_string());
                let Some(refresh) = refresh else { return Err(bad) };
                // Expired from the beginning: the next renewal uses the refresh token.
                let mut token = Token::new("");
                (token.refresh, token.expires) = (Some(refresh), Some(wall));
                token.lifetime = Some(Duration::ZERO);
                Ok(Asked::Successor(record, token.into(), bad))
            }
            Success::Unreadable { .. } | Success::Refused(_) if self.kind == TokenKind::App => {
                self.issue(record, until).await
            }
            Success::Unreadable { error, spoken: true } => {
                let why = format!(
                    "the token server granted a refresh, but its response cannot be read ({error}), and the refresh token \
                     may be spent by it; log in again"
                );
                Err(self.die(record.token, AuthError::LoginNeeded(why)))
            }
            Success::Unreadable { spoken: false, .. } | Success::Refused(_) => {
                // It says nothing of the token, and the second caller need not wait.
                self.note_odd(error.to_string(), 0);
                Err(AuthError::Unavailable(error.to_string()))
            }
        }
    }

    /// Refuses while the server is left alone after successes that could not be used.
    fn calm(&self) -> Result<(), AuthError> {
        let state = self.state();
        let Some(Failed { until, why, .. }) = &state.odd else { return Ok(()) };
        let wait = until.saturating_duration_since(self.clock.now());
        if wait.is_zero() {
            return Ok(());
        }
        let seconds = wait.as_secs_f64().ceil();
        Err(AuthError::Unavailable(format!(
            "the last response could not be used ({why}); the next try is in {seconds} s"
        )))
    }

    /// Notes a response that could not be used: the next request is sent after 0 or 1 s, then after 1 s, 2 s, 4 s, …
    fn note_odd(&self, why: String, first: u32) {
        let mut state = self.state();
        let times = state.odd.as_ref().map_or(first, |odd| odd.times + 1);
        let pause = times.checked_sub(1).map_or(Duration::ZERO, sparing);
        let now = self.clock.now();
        state.odd = Some(Failed { times, until: now.checked_add(pause).unwrap_or(now), why });
    }

    /// Asks for a token of the client itself, if the quota has room.
    async fn issue(&self, record: Record, until: Instant) -> Result<Asked, AuthError> {
        self.spared()?;
        let mut counted = record.with(record.token.clone());
        self.quota.take(&mut counted.issued, self.clock.wall())?;
        // Counted before it is sent: one whose response is lost counts with the service too.
        let record = if counted.issued == record.issued {
            record
        } else {
            match self.store.swap(counted.clone()).await.map_err(store)? {
                Swapped::Done => counted,
                Swapped::Conflict(now) => return Ok(Asked::Elsewhere(now)),
            }
        };
        let left = until.saturating_duration_since(self.clock.now());
        match self.server.client_credentials_within(Some(left)).await {
            Ok(response) => {
                self.state().failed = None;
                Ok(self.received(record, response, None))
            }
            Err(error) => {
                self.spare(&error);
                Err(match meaning(&error) {
                    Meaning::Spent | Meaning::Refused => AuthError::Refused(words(&error)),
                    Meaning::Odd if error.body().is_some_and(|body| is_unusable(body)) => {
                        AuthError::BadToken(error.to_string())
                    }
                    Meaning::Odd | Meaning::Later => AuthError::Unavailable(error.to_string()),
                })
            }
        }
    }

    /// Refuses as long as the quota is spared.
    fn spared(&self) -> Result<(), AuthError> {
        let state = self.state();
        let Some(Failed { until, why, .. }) = &state.failed else { return Ok(()) };
        let wait = until.saturating_duration_since(self.clock.now());
        if wait.is_zero() {
            return Ok(());
        }
        Err(AuthError::Quota {
            reason: format!("requests for tokens are counted, and the last one failed ({why})"),
            wait,
        })
    }

    /// Spares the quota after a request that counts and failed: an outage of an hour must not use it up.
    fn spare(&self, error: &Error<TokenError>) {
        if self.quota.is_none() {
            return;
        }
        let mut state = self.state();
        let times = state.failed.as_ref().map_or(0, |failed| failed.times);
        let pause = sparing(times).max(error.retry_after().unwrap_or_default());
        let until = self.clock.now().checked_add(pause).unwrap_or(self.clock.now());
        state.failed = Some(Failed { times: times + 1, until, why: error.to_string() });
    }

    fn received(&self, record: Record, response: TokenResponse, before: Option<&Secret>) -> Asked {
        let wall = self.clock.wall();
        let mut state = self.state();
        (state.renewed, state.odd) = (Some(wall), None);
        Asked::New(record, Token::received(response, before, wall).into())
    }
}

/// The pause after so many failures in a row.
fn sparing(times: u32) -> Duration {
    SPARING.0.saturating_mul(1 << times.min(16)).min(SPARING.1)
}

fn words(error: &Error<TokenError>) -> String {
    error.api().map_or_else(|| error.to_string(), ToString::to_string)
}

fn is_unusable(body: &[u8]) -> bool {
    matches!(Success::read(body), Success::Unusable { .. })
}
