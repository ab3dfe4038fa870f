//! Tokens that refresh themselves: one refresh for any number of waiters, in a task of its own.
//!
//! A refresh token may work once, so a refresh that was sent must be finished and its result saved, whatever becomes of
//! the caller who needed it. Therefore:
//!
//! * One refresh serves all who wait. It runs in a task of its own; dropping a caller does not stop it.
//! * A refresh token is sent only when the store has said, under its lease, that it can keep the successor.
//! * The store has the new token before anybody uses it, and before a refresh the store is asked whether another process
//!   was faster: once without the lease, because a token that works needs no more of the store than to be read, and once
//!   under it.
//! * A refresh that fails leaves a token that still works, and the next caller tries again. One that succeeded is never
//!   sent again, however odd its response.
//! * `invalid_grant` is final until somebody logs in again, here or in another process.
//! * Requests that count towards a quota and fail are followed by a pause: 1 s, 2 s, 4 s, … 20 min.
//! * A refresh begins before the token expires, at a moment that differs from process to process.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::header::AUTHORIZATION;
use tokio::runtime::Handle;
use tokio::sync::{oneshot, watch};

use super::{Login, Quota, TokenResponse, TokenServer, is_sendable};
use crate::auth::store::{Lease, Token, TokenStore};
use crate::auth::{AuthError, AuthRequest, Authorize, CredentialVersion};
use crate::time::Clock;
use crate::time::timeout;
use crate::{BoxFuture, Secret};

mod refresh;
mod save;
mod state;
mod status;

use state::{Outcome, Session, State};
pub use status::TokenStatus;

/// How long the release of a lease may take; after that the lease ends by itself.
const LEASE_RELEASE_TIMEOUT: Duration = Duration::from_secs(10);

/// Whose rights a token has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// Those of a user who logged in.
    User,
    /// Those of the client alone.
    App,
}

/// Holds a login and keeps its token fresh. Clones share it.
#[derive(Clone)]
pub struct TokenSource(Arc<Inner>);

struct Inner {
    config: Config,
    store: Arc<dyn TokenStore>,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
    /// How many tasks are at work.
    tasks: watch::Sender<usize>,
}

#[derive(Debug)]
struct Config {
    server: TokenServer,
    kind: TokenKind,
    scheme: &'static str,
    margin: Duration,
    jitter: Duration,
    quota: Quota,
    login_hint: &'static str,
}

/// Sets up a [`TokenSource`].
#[derive(Debug)]
#[must_use = "a builder does nothing until build() is called"]
pub struct TokenSourceBuilder(Config);

impl TokenSourceBuilder {
    /// The word before the token in `Authorization`. Default `Bearer`.
    pub fn scheme(mut self, scheme: &'static str) -> Self {
        self.0.scheme = scheme;
        self
    }

    /// How long before it expires a token is refreshed: `margin` plus a random part of `jitter`, at most half its
    /// lifetime. Default 60 s and 30 s.
    pub fn refresh_margin(mut self, margin: Duration, jitter: Duration) -> Self {
        (self.0.margin, self.0.jitter) = (margin, jitter);
        self
    }

    /// How many tokens of its own the client may ask for. Default: no limit.
    pub fn quota(mut self, quota: Quota) -> Self {
        self.0.quota = quota;
        self
    }

    /// What to call for a login, for the error that says that nobody has logged in. Default
    /// `call TokenSource::begin_login`.
    pub fn login_hint(mut self, hint: &'static str) -> Self {
        self.0.login_hint = hint;
        self
    }

    /// The source, with its tokens in `store`.
    pub fn build(self, store: impl TokenStore) -> TokenSource {
        TokenSource(Arc::new(Inner {
            clock: Arc::clone(self.0.server.client().clock()),
            config: self.0,
            store: Arc::new(store),
            state: Mutex::default(),
            tasks: watch::Sender::new(0),
        }))
    }
}

impl TokenSource {
    fn builder(server: TokenServer, kind: TokenKind) -> TokenSourceBuilder {
        TokenSourceBuilder(Config {
            server,
            kind,
            scheme: "Bearer",
            margin: Duration::from_secs(60),
            jitter: Duration::from_secs(30),
            quota: Quota::none(),
            login_hint: "call TokenSource::begin_login",
        })
    }

    /// The rights of a user, who logs in with [`begin_login`](TokenSource::begin_login) unless the store has a token
    /// already.
    pub fn user(server: TokenServer) -> TokenSourceBuilder {
        Self::builder(server, TokenKind::User)
    }

    /// The rights of the client alone (client credentials). The first token is asked for when it is needed.
    pub fn app(server: TokenServer) -> TokenSourceBuilder {
        Self::builder(server, TokenKind::App)
    }

    /// Whose rights these are.
    #[must_use]
    pub fn kind(&self) -> TokenKind {
        self.0.config.kind
    }

    /// The server that issues the tokens.
    #[must_use]
    pub fn server(&self) -> &TokenServer {
        &self.0.config.server
    }

    /// Begins a login (authorization code with PKCE). `redirect_uri` must be registered for the client, letter by
    /// letter.
    ///
    /// # Errors
    /// [`AuthError::Unusable`] if the redirect URI is not a URI.
    pub fn begin_login(&self, redirect_uri: &str) -> Result<Login, AuthError> {
        Login::new(self.clone(), &*self.0.clock, redirect_uri)
    }

    pub(super) fn clock(&self) -> &dyn Clock {
        &*self.0.clock
    }

    /// Takes tokens that a server issued, as after a login: the store has them when this returns. Ends what was before.
    ///
    /// # Errors
    /// [`AuthError::BadToken`] if a header cannot carry the access token. [`AuthError::Store`] if the store fails: the
    /// tokens wait in memory then, and the next call that needs one tries to save them again.
    pub async fn install(&self, response: TokenResponse) -> Result<(), AuthError> {
        if !is_sendable(&response.access_token) {
            let reason = "invalid access token: expected visible ASCII characters, found others or none";
            return Err(AuthError::BadToken(reason.into()));
        }
        let token = Token::received(response, None, self.0.clock.wall());
        self.replace(Some(token)).await
    }

    /// Makes sure that the store can keep a login, before somebody goes through one.
    ///
    /// # Errors
    /// [`AuthError::Store`] if it cannot: a full disk, a folder that cannot be written.
    pub async fn check_store(&self) -> Result<(), AuthError> {
        self.task(|inner| async move {
            let mut lease = None;
            let outcome = inner.lease_and_reserve(&mut lease).await;
            (outcome.map(drop), lease)
        })
        .await
    }

    /// Forgets the tokens, here and in the store. Returns the access token, so that the server can be told, and whether
    /// the store could forget it too: [`AuthError::Store`] if not. This source is signed out in either case.
    pub async fn forget(&self) -> (Option<Secret>, Result<(), AuthError>) {
        let record = self.0.store.load().await.unwrap_or_default();
        let (unsaved, active) = {
            let mut state = self.0.state();
            (state.unsaved.take(), state.deactivate())
        };
        // The newest comes first: what could not be saved yet, then what perhaps another process has refreshed.
        let newest = unsaved.map(|unsaved| unsaved.token).or(record.token.clone()).map(|token| token.access);
        let token =
            newest.or(active.map(|active| active.token.access.clone())).filter(|token| !token.is_empty());
        let stored = self.replace(None).await;
        if stored.is_err() {
            self.0.sign_out(record.token);
        }
        (token, stored)
    }

    /// A token that works by the clock, refreshed if need be.
    ///
    /// # Errors
    /// [`AuthError::LoginNeeded`] if a user must log in, [`AuthError::Quota`], [`AuthError::Refused`],
    /// [`AuthError::Store`] if a new token could not be kept, [`AuthError::BadToken`], or [`AuthError::Unavailable`] if
    /// this time none could be obtained.
    pub async fn token(&self) -> Result<Secret, AuthError> {
        Ok(self.current(None).await?.token.access.clone())
    }

    /// How the login is: for dashboards and health checks. Sends nothing and waits for nothing.
    #[must_use]
    pub fn status(&self) -> TokenStatus {
        TokenStatus::of(self.0.config.kind, &self.0.state())
    }

    /// Waits until no refresh and no login is under way and every lease is released. A process that is about to end
    /// calls this, so that it does not lose a token that is on its way.
    pub async fn settle(&self) {
        // An error means that no task can be at work any more.
        let _ = self.0.tasks.subscribe().wait_for(|tasks| *tasks == 0).await;
    }

    /// The token in use, or the result of the refresh that this starts or joins. `rejected` is the version that the
    /// service did not accept.
    async fn current(&self, rejected: Option<u64>) -> Outcome {
        let mut in_flight = {
            let mut state = self.0.state();
            let now = self.0.clock.now();
            if let Some(active) = state.valid(now, rejected).filter(|active| !active.is_due(now)) {
                return Ok(active.clone());
            }
            match &state.in_flight {
                Some(in_flight) => in_flight.clone(),
                None => self.spawn_refresh(&mut state, rejected)?,
            }
        };
        // Copied out at once: a watch's borrow must not live across anything else.
        let outcome = match in_flight.wait_for(Option::is_some).await {
            Ok(outcome) => (*outcome).clone(),
            Err(_) => None,
        };
        let outcome = outcome.unwrap_or_else(|| {
            Err(AuthError::Unavailable("the refresh of the token was interrupted".into()))
        });
        match outcome {
            Err(error) if !matches!(error, AuthError::LoginNeeded(_)) => {
                self.0.state().valid(self.0.clock.now(), rejected).cloned().ok_or(error)
            }
            outcome => outcome,
        }
    }

    /// Starts a refresh in a task of its own.
    fn spawn_refresh(
        &self,
        state: &mut State,
        rejected: Option<u64>,
    ) -> Result<watch::Receiver<Option<Outcome>>, AuthError> {
        // First, because the guard of a task that cannot be spawned would want the state, which the caller has locked.
        let runtime = runtime()?;
        let (sender, receiver) = watch::channel(None);
        let guard = RefreshGuard { inner: Arc::clone(&self.0), sender };
        let refresh = move |inner: Arc<Inner>| async move {
            let mut lease = None;
            (inner.refresh(rejected, &mut lease).await, lease)
        };
        self.spawn(&runtime, refresh, move |outcome| guard.finish(outcome));
        state.in_flight = Some(receiver.clone());
        Ok(receiver)
    }

    /// Does something in a task of its own and waits for it.
    async fn task<T, E, F>(&self, work: impl FnOnce(Arc<Inner>) -> F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<AuthError> + Send + 'static,
        F: Future<Output = (Result<T, E>, Option<Lease>)> + Send + 'static,
    {
        let (sender, receiver) = oneshot::channel();
        // Where nobody waits any more, the work was done all the same.
        self.spawn(&runtime()?, work, move |outcome| drop(sender.send(outcome)));
        receiver
            .await
            .unwrap_or_else(|_| Err(AuthError::Unavailable("the task was interrupted".into()).into()))
    }

    /// Spawns a task, which goes on if its caller is dropped. `finish` gets the result; then the lease that the work took
    /// is released.
    fn spawn<T, F>(
        &self,
        runtime: &Handle,
        work: impl FnOnce(Arc<Inner>) -> F,
        finish: impl FnOnce(T) + Send + 'static,
    ) where
        T: Send + 'static,
        F: Future<Output = (T, Option<Lease>)> + Send + 'static,
    {
        let (count, work) = (TaskCount::new(&self.0), work(Arc::clone(&self.0)));
        runtime.spawn(async move {
            let (outcome, lease) = work.await;
            finish(outcome);
            if let Some(lease) = lease {
                timeout(lease.release(), count.0.clock.sleep(LEASE_RELEASE_TIMEOUT)).await;
            }
        });
    }
}

impl Inner {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers that with this token of the store nothing can be done any more.
    fn revoke(&self, stored: Option<Token>, error: AuthError) -> AuthError {
        self.state().session = Session::Revoked { stored, error: error.clone() };
        error
    }
}

fn runtime() -> Result<Handle, AuthError> {
    Handle::try_current().map_err(|_| AuthError::no_runtime())
}

fn signed_out() -> AuthError {
    AuthError::LoginNeeded("signed out; log in again".into())
}

/// One of the tasks that [`TokenSource::settle`] waits for.
struct TaskCount(Arc<Inner>);

impl TaskCount {
    fn new(inner: &Arc<Inner>) -> Self {
        inner.tasks.send_modify(|tasks| *tasks += 1);
        Self(Arc::clone(inner))
    }
}

impl Drop for TaskCount {
    fn drop(&mut self) {
        self.0.tasks.send_modify(|tasks| *tasks = tasks.saturating_sub(1));
    }
}

/// Ends a refresh even if its task panics: the waiters wake and the next caller can start another.
struct RefreshGuard {
    inner: Arc<Inner>,
    sender: watch::Sender<Option<Outcome>>,
}

impl RefreshGuard {
    fn finish(self, outcome: Outcome) {
        // Before the waiters wake, so that none of them joins what is over.
        self.inner.state().in_flight = None;
        self.sender.send_replace(Some(outcome));
    }
}

impl Drop for RefreshGuard {
    fn drop(&mut self) {
        let mut state = self.inner.state();
        // After an end that nobody was told; another refresh may be under way since.
        if self.sender.borrow().is_none() {
            state.in_flight = None;
        }
    }
}

impl Authorize for TokenSource {
    fn authorize<'a>(
        &'a self,
        request: AuthRequest<'a>,
    ) -> BoxFuture<'a, Result<CredentialVersion, AuthError>> {
        Box::pin(async {
            let active = self.current(None).await?;
            request.headers.insert(AUTHORIZATION, active.header);
            Ok(CredentialVersion(active.version))
        })
    }

    fn secrets(&self) -> Vec<Secret> {
        let active = self.0.state().active().map(|active| Arc::clone(&active.token));
        let refresh = active.and_then(|token| token.refresh.clone());
        refresh.into_iter().chain(self.server().app().secret.clone()).collect()
    }

    /// Refreshes the token unless a newer one is in use already. `false` if there is no way to a better one: the token is
    /// a user's and has no refresh token.
    fn rejected(&self, version: CredentialVersion) -> BoxFuture<'_, Result<bool, AuthError>> {
        Box::pin(async move {
            let is_last = {
                let state = self.0.state();
                let same = state.active().filter(|active| active.version == version.0);
                same.is_some_and(|active| !self.0.config.is_renewable(&active.token))
            };
            if is_last {
                return Ok(false);
            }
            let active = self.current(Some(version.0)).await?;
            Ok(active.version != version.0)
        })
    }
}

impl fmt::Debug for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenSource").field("kind", &self.kind()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
