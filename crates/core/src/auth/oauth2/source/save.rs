//! Keeping tokens: the lease, the reservation, the swap, and what is held in memory.

use std::time::{Duration, Instant};

use http::HeaderValue;

use super::{Held, Outcome, Shared, State, TokenKind, TokenSource, Unsaved, signed_out};
use crate::Secret;
use crate::auth::AuthError;
use crate::auth::oauth2::LoginError;
use crate::auth::store::{LEASE, Lease, Record, StoreError, Swapped, Token};
use crate::time::within;

/// What of a lease is left for saving, when the server is asked for as long as it lasts.
const SAVING: Duration = Duration::from_secs(15);
/// How long a lease is waited for by who has a token that works yet.
const IMPATIENT: Duration = Duration::from_secs(10);
/// The pause before a second request or a second try to save, at most.
const PAUSE: Duration = Duration::from_secs(1);
/// How often saving is tried.
const SAVES: u32 = 3;

impl Shared {
    pub(super) async fn load(&self) -> Result<Record, AuthError> {
        self.store.load().await.map_err(store)
    }

    /// Takes the lease. Gives the moment until which the server may be asked.
    pub(super) async fn take(&self, lease: &mut Option<Lease>) -> Result<Instant, AuthError> {
        *lease = Some(self.store.lease().await.map_err(store)?);
        Ok(self.clock.now() + (LEASE - SAVING))
    }

    /// Takes the lease for a renewal: who holds a token that works does not wait long for whoever hangs with the lease.
    pub(super) async fn take_to_renew(
        &self,
        refused: Option<u64>,
        lease: &mut Option<Lease>,
    ) -> Result<Instant, AuthError> {
        let works = self.working(&self.state(), refused).is_some();
        if !works {
            return self.take(lease).await;
        }
        let busy = || AuthError::Store(format!("its lease was not free within {} s", IMPATIENT.as_secs()));
        within(self.take(lease), self.clock.sleep(IMPATIENT)).await.unwrap_or_else(|| Err(busy()))
    }

    /// Takes the lease and makes sure that what comes can be kept.
    pub(super) async fn take_and_reserve(
        &self,
        lease: &mut Option<Lease>,
    ) -> Result<(Record, Instant), AuthError> {
        let until = self.take(lease).await?;
        let record = self.load().await?;
        Ok((self.reserve(record).await?, until))
    }

    /// Makes sure that a successor can be kept.
    pub(super) async fn reserve(&self, record: Record) -> Result<Record, AuthError> {
        let reserved = self.store.reserve(record).await;
        reserved.map_err(|error| AuthError::Store(format!("{error}; nothing was asked of the server")))
    }

    /// Saves a token that was had for the one of `record`. Until that is done nobody sees it; if it cannot be done, it is
    /// kept for the next try, because the token before it is spent.
    pub(super) async fn save(
        &self,
        record: Record,
        before: Option<Token>,
        token: Token,
    ) -> Result<Token, AuthError> {
        let (mut record, mut tries) = (record, 1);
        loop {
            match self.store.swap(record.with(Some(token.clone()))).await {
                Ok(Swapped::Done) => return Ok(token),
                // Another process counted a request or made a reservation: ours is the successor all the same.
                Ok(Swapped::Conflict(now)) if now.token == before => record = now,
                // Somebody logged in or out meanwhile: that is newer than what a refresh brought.
                Ok(Swapped::Conflict(now)) => return self.adopt(now),
                Err(error) if tries >= SAVES => {
                    self.state().unsaved = Some(Unsaved { before, token });
                    return Err(store(error));
                }
                Err(_) => {
                    tries += 1;
                    self.pause().await;
                }
            }
        }
    }

    /// Keeps a token, or none, whatever is kept now. A token that cannot be kept waits for the next try.
    async fn overwrite(&self, record: Record, token: Option<&Token>) -> Result<(), AuthError> {
        let (mut record, mut tries) = (record, 1);
        loop {
            match self.store.swap(record.with(token.cloned())).await {
                Ok(Swapped::Done) => return Ok(()),
                Ok(Swapped::Conflict(now)) => record = now,
                Err(error) if tries >= SAVES => {
                    if let Some(token) = token.cloned() {
                        let mut state = self.state();
                        (state.held, state.unsaved) = (None, Some(Unsaved { before: record.token, token }));
                    }
                    return Err(store(error));
                }
                Err(_) => {
                    tries += 1;
                    self.pause().await;
                }
            }
        }
    }

    /// Takes what somebody else put into the store.
    pub(super) fn adopt(&self, record: Record) -> Result<Token, AuthError> {
        match &record.token {
            Some(token) if token.remaining(self.clock.wall()) != Some(Duration::ZERO) => Ok(token.clone()),
            Some(_) => Err(AuthError::Unavailable("the store changed while the token was renewed".into())),
            None => Err(self.login_needed(&record)),
        }
    }

    /// Remembers that with this token of the store nothing can be done any more.
    pub(super) fn die(&self, token: Option<Token>, error: AuthError) -> AuthError {
        self.state().dead = Some((token, error.clone()));
        error
    }

    pub(super) fn login_needed(&self, record: &Record) -> AuthError {
        match (&record.token, record.version) {
            (Some(_), _) => AuthError::LoginNeeded(
                "the token has expired and there is no refresh token; log in again".into(),
            ),
            (None, 0) => AuthError::LoginNeeded(format!("nobody has logged in: {}", self.how)),
            (None, _) => signed_out(),
        }
    }

    /// Whether there is a way to a successor.
    pub(super) fn renewable(&self, token: &Token) -> bool {
        token.refresh.is_some() || self.kind == TokenKind::App
    }

    /// Puts a token in use. From here on the monotonic clock decides.
    pub(super) fn hold(&self, state: &mut State, token: Token) -> Outcome {
        let header = header(self.scheme, &token.access)?;
        let same = state.held.as_ref().is_some_and(|held| held.token.access == token.access);
        if !same {
            state.generation += 1;
        }
        let (now, wall) = (self.clock.now(), self.clock.wall());
        let left = token.remaining(wall);
        // What cannot be renewed is used as long as it works.
        let due = match left {
            Some(left) => {
                let early = self.margin + self.jitter.mul_f64(self.clock.random() as f64 / u64::MAX as f64);
                Some(left.saturating_sub(early.min(left_half(&token))))
            }
            None => token.renew.map(|renew| renew.since(wall)),
        };
        let due = due.filter(|_| self.renewable(&token)).and_then(|wait| now.checked_add(wait));
        let over = left.and_then(|left| now.checked_add(left));
        let held = Held { token: token.into(), header, generation: state.generation, due, over };
        state.held = Some(held.clone());
        Ok(held)
    }

    /// A pause of random length, so that many processes do not come back together.
    pub(super) async fn pause(&self) {
        let part = self.clock.random() as f64 / u64::MAX as f64;
        self.clock.sleep(PAUSE.mul_f64(part)).await;
    }

    /// Takes a token, or none, in use: the store has it.
    fn installed(&self, token: Option<Token>) -> Result<(), AuthError> {
        let mut state = self.state();
        (state.rest, state.unsaved, state.odd) = (None, None, None);
        match token {
            Some(token) => {
                (state.dead, state.renewed) = (None, Some(self.clock.wall()));
                self.hold(&mut state, token).map(drop)
            }
            None => {
                (state.held, state.dead) = (None, Some((None, signed_out())));
                Ok(())
            }
        }
    }
}

impl TokenSource {
    /// Puts a token, or none, into the store and in use, whatever was there. Goes on if the caller is dropped.
    pub(super) async fn put(&self, token: Option<Token>) -> Result<(), AuthError> {
        self.task(|shared| async move {
            let mut lease = None;
            let work = async {
                shared.take(&mut lease).await?;
                let record = shared.load().await?;
                shared.overwrite(record, token.as_ref()).await?;
                shared.installed(token)
            };
            let outcome = work.await;
            (outcome, lease)
        })
        .await
    }

    /// Trades the code of a login for tokens and keeps them. The code works once, so it is sent only when the store can
    /// keep what it brings.
    pub(in crate::auth::oauth2) async fn exchange_code(
        &self,
        code: Secret,
        verifier: Secret,
        redirect_uri: String,
    ) -> Result<(), LoginError> {
        self.task(|shared| async move {
            let mut lease = None;
            let work = async {
                let (record, until) = shared.take_and_reserve(&mut lease).await?;
                let left = until.saturating_duration_since(shared.clock.now());
                let response =
                    shared.server.exchange_within(&code, &verifier, &redirect_uri, Some(left)).await;
                let token =
                    Token::received(response.map_err(LoginError::Exchange)?, None, shared.clock.wall());
                shared.overwrite(record, Some(&token)).await?;
                Ok::<(), LoginError>(shared.installed(Some(token))?)
            };
            let outcome = work.await;
            (outcome, lease)
        })
        .await
    }
}

/// Half of what a token lived when it was new: the earliest that it is renewed.
pub(super) fn left_half(token: &Token) -> Duration {
    token.lifetime.map_or(Duration::MAX, |lifetime| lifetime / 2)
}

pub(super) fn store(error: StoreError) -> AuthError {
    AuthError::Store(error.to_string())
}

fn header(scheme: &str, access: &Secret) -> Result<HeaderValue, AuthError> {
    let mut header = HeaderValue::try_from(format!("{scheme} {}", access.expose())).map_err(|_| {
        AuthError::BadToken("invalid access token: it has characters that a header cannot carry".into())
    })?;
    header.set_sensitive(true);
    Ok(header)
}
