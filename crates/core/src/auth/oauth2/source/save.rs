//! The way of a token into the store and into use: lease, reservation, swap.

use std::time::{Duration, Instant};

use super::state::{Session, Unsaved};
use super::{Inner, TokenSource, signed_out};
use crate::Secret;
use crate::auth::AuthError;
use crate::auth::oauth2::LoginError;
use crate::auth::store::{self, LEASE, Lease, Record, Token};
use crate::time::timeout;

/// What of a lease is left for saving, when the server is asked for as long as it lasts.
const TIME_TO_SAVE: Duration = Duration::from_secs(15);
/// How long a caller who has a token that still works waits for the lease.
const LEASE_TIMEOUT_WITH_TOKEN: Duration = Duration::from_secs(10);
/// The longest pause before a second request or a second try to save.
const RETRY_PAUSE: Duration = Duration::from_secs(1);

impl Inner {
    pub(super) async fn load(&self) -> Result<Record, AuthError> {
        Ok(self.store.load().await?)
    }

    /// Takes the lease. Returns the moment until which the server may be asked.
    pub(super) async fn lease(&self, lease: &mut Option<Lease>) -> Result<Instant, AuthError> {
        *lease = Some(self.store.lease().await?);
        Ok(self.clock.now() + (LEASE - TIME_TO_SAVE))
    }

    /// Takes the lease for a refresh: who has a token that works does not wait long for a process that hangs with it.
    pub(super) async fn lease_to_refresh(
        &self,
        rejected: Option<u64>,
        lease: &mut Option<Lease>,
    ) -> Result<Instant, AuthError> {
        let is_valid = self.state().valid(self.clock.now(), rejected).is_some();
        if !is_valid {
            return self.lease(lease).await;
        }
        let limit = self.clock.sleep(LEASE_TIMEOUT_WITH_TOKEN);
        timeout(self.lease(lease), limit).await.unwrap_or_else(|| {
            let seconds = LEASE_TIMEOUT_WITH_TOKEN.as_secs();
            Err(AuthError::Store(format!("its lease was not free within {seconds} s").into()))
        })
    }

    /// Takes the lease and makes sure that what comes can be kept.
    pub(super) async fn lease_and_reserve(
        &self,
        lease: &mut Option<Lease>,
    ) -> Result<(Record, Instant), AuthError> {
        let until = self.lease(lease).await?;
        let record = self.load().await?;
        Ok((self.reserve(record).await?, until))
    }

    /// Makes sure that a successor can be kept.
    pub(super) async fn reserve(&self, record: Record) -> Result<Record, AuthError> {
        self.store.reserve(record).await.map_err(AuthError::not_reserved)
    }

    /// Saves the token that was issued for the one of `record`. Until that is done nobody uses it; if it cannot be done,
    /// it is kept for the next try, because the token before it is spent.
    pub(super) async fn save(&self, record: Record, token: Token) -> Result<Token, AuthError> {
        let before = record.token.clone();
        // Another process may count a request or make a reservation: ours is the successor all the same. A login or logout
        // meanwhile is newer than what a refresh brought.
        let saved =
            store::replace(&*self.store, record, Some(&token), |now| now.token == before, || self.pause());
        match saved.await {
            Ok(None) => Ok(token),
            Ok(Some(now)) => self.adopt(now),
            Err((_, error)) => {
                self.state().unsaved = Some(Unsaved { before, token });
                Err(error.into())
            }
        }
    }

    /// Saves a token, or none, whatever is stored now. A token that cannot be saved waits for the next try.
    async fn overwrite(&self, record: Record, token: Option<&Token>) -> Result<(), AuthError> {
        let saved = store::replace(&*self.store, record, token, |_| true, || self.pause()).await;
        saved.map(drop).map_err(|(record, error)| {
            if let Some(token) = token.cloned() {
                let mut state = self.state();
                state.deactivate();
                state.unsaved = Some(Unsaved { before: record.token, token });
            }
            error.into()
        })
    }

    /// Takes what another process put into the store.
    pub(super) fn adopt(&self, record: Record) -> Result<Token, AuthError> {
        match &record.token {
            Some(token) if token.remaining(self.clock.wall()) != Some(Duration::ZERO) => Ok(token.clone()),
            Some(_) => Err(AuthError::Unavailable("the store changed while the token was refreshed".into())),
            None => Err(self.login_needed(&record)),
        }
    }

    pub(super) fn login_needed(&self, record: &Record) -> AuthError {
        match record.token {
            Some(_) => AuthError::LoginNeeded(
                "the token has expired and there is no refresh token; log in again".into(),
            ),
            None => AuthError::no_login(record.version, self.config.login_hint),
        }
    }

    /// A pause of random length, so that many processes do not come back together.
    pub(super) async fn pause(&self) {
        let part = self.clock.random() as f64 / u64::MAX as f64;
        self.clock.sleep(RETRY_PAUSE.mul_f64(part)).await;
    }

    /// Puts a token of a login, or none, in use: the store has it.
    fn install(&self, token: Option<Token>) -> Result<(), AuthError> {
        let Some(token) = token else {
            self.sign_out(None);
            return Ok(());
        };
        let mut state = self.state();
        state.logins += 1;
        (state.unsaved, state.refresh_backoff) = (None, None);
        state.refreshed_at = Some(self.clock.wall());
        state.activate(token, &self.config, &*self.clock).map(drop)
    }

    /// Uses nothing any more, nor what the store still holds.
    pub(super) fn sign_out(&self, stored: Option<Token>) {
        let mut state = self.state();
        state.logins += 1;
        (state.unsaved, state.refresh_backoff) = (None, None);
        state.session = Session::Revoked { stored, error: signed_out() };
    }
}

impl TokenSource {
    /// Puts a token, or none, into the store and in use, whatever was there. Goes on if the caller is dropped.
    pub(super) async fn replace(&self, token: Option<Token>) -> Result<(), AuthError> {
        self.task(|inner| async move {
            let mut lease = None;
            let work = async {
                inner.lease(&mut lease).await?;
                let record = inner.load().await?;
                inner.overwrite(record, token.as_ref()).await?;
                inner.install(token)
            };
            let outcome = work.await;
            (outcome, lease)
        })
        .await
    }

    /// Exchanges the code of a login for tokens and keeps them. The code works once, so it is sent only when the store can
    /// keep what it brings.
    pub(in crate::auth::oauth2) async fn exchange_code(
        &self,
        code: Secret,
        verifier: Secret,
        redirect_uri: String,
    ) -> Result<(), LoginError> {
        self.task(|inner| async move {
            let mut lease = None;
            let work = async {
                let (record, until) = inner.lease_and_reserve(&mut lease).await?;
                let left = until.saturating_duration_since(inner.clock.now());
                let server = inner.config.server.within(left);
                let response = server.exchange(&code, &verifier, &redirect_uri).await;
                let token =
                    Token::received(response.map_err(LoginError::Exchange)?, None, inner.clock.wall());
                inner.overwrite(record, Some(&token)).await?;
                Ok::<(), LoginError>(inner.install(Some(token))?)
            };
            let outcome = work.await;
            (outcome, lease)
        })
        .await
    }
}
