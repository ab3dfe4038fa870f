//! The renewal itself: lease, look into the store, ask the server, save, use.

use std::time::Duration;

use http::HeaderValue;

use super::{Grant, Held, Outcome, Shared, State, Times, TokenKind};
use crate::Error;
use crate::auth::AuthError;
use crate::auth::oauth2::{Meaning, Token, TokenError, TokenErrorCode, TokenResponse, meaning};
use crate::auth::store::{Record, StoreError, Swapped};

/// The pause before a second request, at most.
const PAUSE: Duration = Duration::from_secs(1);
/// How long a token that still works is used unrenewed after a failure.
const REST: Duration = Duration::from_secs(5);
/// How often saving is tried.
const SAVES: u32 = 3;

/// What a request to the server came to.
enum Asked {
    /// A new token, not saved yet.
    New(Box<Token>),
    /// Somebody else changed the store meanwhile.
    Elsewhere(Record),
}

impl Shared {
    /// Gets a token that is better than the held one, and puts it in use.
    pub(super) async fn renew(&self, refused: Option<u64>) -> Outcome {
        let result = self.renewed(refused).await;
        let mut state = self.state();
        match result {
            Ok(token) => {
                state.rest = None;
                state.dead = None;
                self.hold(&mut state, token)
            }
            Err(error) => {
                if matches!(error, AuthError::LoginNeeded(_)) {
                    state.held = None;
                } else {
                    state.rest = Some(self.clock.now() + REST);
                }
                tracing::warn!(%error, "the token could not be renewed");
                Err(error)
            }
        }
    }

    async fn renewed(&self, refused: Option<u64>) -> Result<Token, AuthError> {
        // Held until the new token is saved: other processes wait here and then find it.
        let _lease = self.store.lease().await.map_err(unavailable)?;
        let unsaved = self.state().unsaved.take();
        if let Some(unsaved) = unsaved {
            return self.save(unsaved).await;
        }
        let record = self.store.load().await.map_err(unavailable)?;
        if let Some(token) = self.found(&record, refused)? {
            return Ok(token);
        }
        let asked = match record.token.as_ref().and_then(|token| token.refresh.clone()) {
            Some(_) => self.refresh(record.clone()).await?,
            None if self.kind == TokenKind::App => self.issue(record.clone()).await?,
            None => return Err(self.die(&record, login_needed(&record))),
        };
        match asked {
            Asked::New(token) => {
                // Whatever was saved on the way (a counted request) is in the store by now.
                let record = match self.store.load().await {
                    Ok(now) if self.kind == TokenKind::App => now,
                    _ => record,
                };
                self.save(record.with(Some(*token))).await
            }
            Asked::Elsewhere(record) => self.adopt(record),
        }
    }

    /// The token in the store, if it is one that we need not ask the server for.
    fn found(&self, record: &Record, refused: Option<u64>) -> Result<Option<Token>, AuthError> {
        let state = self.state();
        if let Some((version, error)) = &state.dead
            && *version == record.version
        {
            return Err(error.clone());
        }
        let Some(token) = &record.token else { return Ok(None) };
        let same = state.held.as_ref().filter(|held| held.token.access == token.access);
        let usable = match same {
            Some(held) if refused == Some(held.generation) => false,
            Some(held) => held.times.is_none_or(|times| self.clock.now() < times.due),
            // Another process's token, or the first look into the store. Its due time is ours to choose.
            None => {
                token.remaining(self.clock.wall()).is_none_or(|left| left > self.margin.min(left_half(token)))
            }
        };
        Ok(usable.then(|| token.clone()))
    }

    /// Asks for a successor, twice at most. An answer that was lost may have spent the refresh token, so before asking
    /// again the store is read again.
    async fn refresh(&self, mut record: Record) -> Result<Asked, AuthError> {
        let mut lost = false;
        loop {
            let Some(refresh_token) = record.token.as_ref().and_then(|token| token.refresh.clone()) else {
                return Err(self.die(&record, login_needed(&record)));
            };
            let error = match self.server.refresh(&refresh_token).await {
                Ok(response) => return Ok(self.received(response, Some(&refresh_token))),
                Err(error) => error,
            };
            match meaning(&error) {
                // The program is known, so what is refused is this way to a token: there is another one.
                Meaning::Refused if self.kind == TokenKind::App && !is_stranger(&error) => {
                    return self.issue(record).await;
                }
                Meaning::Refused => return Err(AuthError::Refused(words(&error))),
                Meaning::Later if lost => return Err(AuthError::Unavailable(error.to_string())),
                Meaning::Later => self.pause().await,
                Meaning::Spent => {}
            }
            let now = self.store.load().await.map_err(unavailable)?;
            if now.version != record.version {
                return Ok(Asked::Elsewhere(now));
            }
            if meaning(&error) == Meaning::Spent {
                if self.kind == TokenKind::App {
                    return self.issue(record).await;
                }
                let why = if lost {
                    "the answer to a refresh was lost, and the refresh token does not work a second time"
                } else {
                    "the refresh token is no longer valid (invalid_grant)"
                };
                return Err(self.die(&record, AuthError::LoginNeeded(why.into())));
            }
            lost = true;
            record = now;
        }
    }

    /// Asks for a token of the program itself, if the quota has room.
    async fn issue(&self, record: Record) -> Result<Asked, AuthError> {
        let mut counted = record.with(record.token.clone());
        self.quota.take(&mut counted.issued, self.clock.wall())?;
        // Counted before it is sent: one whose answer is lost counts with the service too.
        if counted.issued != record.issued {
            match self.store.swap(counted).await.map_err(unavailable)? {
                Swapped::Done => {}
                Swapped::Conflict(now) => return Ok(Asked::Elsewhere(now)),
            }
        }
        match self.server.client_credentials().await {
            Ok(response) => Ok(self.received(response, None)),
            Err(error) => Err(match meaning(&error) {
                Meaning::Spent | Meaning::Refused => AuthError::Refused(words(&error)),
                Meaning::Later => AuthError::Unavailable(error.to_string()),
            }),
        }
    }

    fn received(&self, response: TokenResponse, before: Option<&crate::Secret>) -> Asked {
        Asked::New(Box::new(Token::received(response, before, self.clock.wall())))
    }

    /// Saves the successor of a record. Until that is done nobody sees it; if it cannot be done, it is kept for the next
    /// try, because the token before it is spent.
    async fn save(&self, next: Record) -> Result<Token, AuthError> {
        let mut tries = 1;
        loop {
            match self.store.swap(next.clone()).await {
                Ok(Swapped::Done) => {
                    return next.token.ok_or_else(|| AuthError::LoginNeeded("signed out".into()));
                }
                // Somebody logged in or out meanwhile: that is newer than what a refresh brought.
                Ok(Swapped::Conflict(now)) => return self.adopt(now),
                Err(error) if tries >= SAVES => {
                    self.state().unsaved = Some(next);
                    return Err(unavailable(error));
                }
                Err(_) => self.pause().await,
            }
            tries += 1;
        }
    }

    /// Takes what somebody else put into the store.
    fn adopt(&self, record: Record) -> Result<Token, AuthError> {
        match &record.token {
            Some(token) if token.remaining(self.clock.wall()) != Some(Duration::ZERO) => Ok(token.clone()),
            Some(_) => Err(AuthError::Unavailable("the store changed while the token was renewed".into())),
            None => Err(self.die(&record, login_needed(&record))),
        }
    }

    /// Remembers that with this record nothing can be done any more.
    fn die(&self, record: &Record, error: AuthError) -> AuthError {
        self.state().dead = Some((record.version, error.clone()));
        error
    }

    /// Puts a token in use. From here on the monotonic clock decides.
    pub(super) fn hold(&self, state: &mut State, token: Token) -> Outcome {
        let mut header = HeaderValue::try_from(format!("{} {}", self.scheme, token.access.expose()))
            .map_err(|_| AuthError::Unusable("access token"))?;
        header.set_sensitive(true);
        let same = state.held.as_ref().is_some_and(|held| held.token.access == token.access);
        if !same {
            state.generation += 1;
        }
        let now = self.clock.now();
        let times = token.remaining(self.clock.wall()).map(|left| {
            let early = self.margin + self.jitter.mul_f64(self.clock.random() as f64 / u64::MAX as f64);
            Times { due: now + left.saturating_sub(early.min(left_half(&token))), over: now + left }
        });
        let held = Held { token: token.into(), header, generation: state.generation, times };
        state.held = Some(held.clone());
        Ok(held)
    }

    /// A pause of random length, so that many processes do not come back together.
    async fn pause(&self) {
        let part = self.clock.random() as f64 / u64::MAX as f64;
        self.clock.sleep(PAUSE.mul_f64(part)).await;
    }
}

impl Grant {
    /// Puts a token, or none, into the store and in use, whatever was there. Goes on if the caller is dropped.
    pub(super) async fn put(&self, token: Option<Token>) -> Result<(), AuthError> {
        let shared = std::sync::Arc::clone(&self.0);
        let runtime = tokio::runtime::Handle::try_current()
            .map_err(|_| AuthError::Unavailable("there is no tokio runtime".into()))?;
        let task = runtime.spawn(async move {
            let _lease = shared.store.lease().await.map_err(unavailable)?;
            let mut record = shared.store.load().await.map_err(unavailable)?;
            let version = loop {
                let next = record.with(token.clone());
                let version = next.version;
                match shared.store.swap(next).await.map_err(unavailable)? {
                    Swapped::Done => break version,
                    Swapped::Conflict(now) => record = now,
                }
            };
            let mut state = shared.state();
            (state.rest, state.unsaved) = (None, None);
            match token {
                Some(token) => {
                    state.dead = None;
                    shared.hold(&mut state, token).map(drop)
                }
                None => {
                    state.held = None;
                    state.dead = Some((version, login_needed(&Record { version, ..Record::default() })));
                    Ok(())
                }
            }
        });
        task.await.unwrap_or_else(|_| Err(AuthError::Unavailable("the work was interrupted".into())))
    }
}

/// Half of what a token lived when it was new: the earliest that it is renewed.
fn left_half(token: &Token) -> Duration {
    token.lifetime.map_or(Duration::MAX, |lifetime| lifetime / 2)
}

/// Whether the server does not know the program, or its secret is wrong.
fn is_stranger(error: &Error<TokenError>) -> bool {
    error.api().is_none_or(|api| api.code == TokenErrorCode::InvalidClient)
}

fn login_needed(record: &Record) -> AuthError {
    AuthError::LoginNeeded(
        match (&record.token, record.version) {
            (Some(_), _) => "the token has expired and cannot be renewed",
            (None, 0) => "nobody has logged in",
            (None, _) => "signed out",
        }
        .into(),
    )
}

fn unavailable(error: StoreError) -> AuthError {
    AuthError::Unavailable(format!("the token store: {error}"))
}

fn words(error: &Error<TokenError>) -> String {
    error.api().map_or_else(|| error.to_string(), ToString::to_string)
}
