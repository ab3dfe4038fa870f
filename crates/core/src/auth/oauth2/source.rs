//! Tokens that renew themselves: one refresh for any number of waiters, in a task of its own.
//!
//! A refresh token may work once, so a refresh that was sent must be finished and its result saved, whatever becomes of
//! the caller who needed it. Therefore:
//!
//! * One refresh serves all who wait. It runs in a task of its own; dropping a caller does not stop it.
//! * A refresh token is spent only when the store has said, under its lease, that it can keep the successor.
//! * The store has the new token before anybody uses it, and before a refresh the store is asked whether another process
//!   was faster.
//! * A token that works needs no more of the store than to be read.
//! * A refresh that fails leaves a token that still works, and the next caller tries again. One that succeeded is never
//!   sent again, however odd its response.
//! * `invalid_grant` is final until somebody logs in again, here or in another process.
//! * Requests that are counted and fail are spared: the next is sent after 1 s, 2 s, 4 s, … 20 min.
//! * A refresh begins before the token expires, at a moment that differs from process to process.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use http::HeaderValue;
use http::header::AUTHORIZATION;
use tokio::sync::watch;

use super::{Login, Quota, TokenResponse, TokenServer, is_sendable};
use crate::auth::store::{Lease, Token, TokenStore};
use crate::auth::{AuthError, AuthRequest, Authorize, CredentialVersion};
use crate::time::{Clock, Timestamp, within};
use crate::{BoxFuture, Secret};

mod refresh;
mod save;
mod status;

pub use status::TokenStatus;

/// How long is waited for a lease to be given back; after that it ends by itself.
const RELEASE: Duration = Duration::from_secs(10);

/// Whose rights a token has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// Those of a person who logged in.
    User,
    /// Those of the program alone.
    App,
}

/// Holds a login and keeps it fresh. Clones share it.
#[derive(Clone)]
pub struct TokenSource(Arc<Shared>);

struct Shared {
    server: TokenServer,
    store: Arc<dyn TokenStore>,
    clock: Arc<dyn Clock>,
    kind: TokenKind,
    scheme: &'static str,
    margin: Duration,
    jitter: Duration,
    quota: Quota,
    how: &'static str,
    state: Mutex<State>,
    /// How many tasks are at work.
    working: watch::Sender<usize>,
}

#[derive(Default)]
struct State {
    /// The token in use. It stays while it is renewed.
    held: Option<Held>,
    /// The renewal under way.
    flight: Option<watch::Receiver<Option<Outcome>>>,
    /// The token of the store with which nothing can be done, and why.
    dead: Option<(Option<Token>, AuthError)>,
    /// Before this a token that still works is not renewed: the last try failed.
    rest: Option<Instant>,
    /// Requests for a token of the client itself that failed though they count.
    failed: Option<Failed>,
    /// Refreshes whose responses could not be used.
    odd: Option<Failed>,
    /// A new token that could not be saved yet. Nobody has seen it.
    unsaved: Option<Unsaved>,
    generation: u64,
    /// When a server last gave a token here.
    renewed: Option<Timestamp>,
    /// What failed last, and when.
    error: Option<(Timestamp, AuthError)>,
}

/// Failures in a row: how many, when the next request may be sent, and why.
struct Failed {
    times: u32,
    until: Instant,
    why: String,
}

/// A token that could not be saved, and the one that was spent for it.
struct Unsaved {
    before: Option<Token>,
    token: Token,
}

type Outcome = Result<Held, AuthError>;

/// A token in use.
#[derive(Clone)]
struct Held {
    token: Arc<Token>,
    header: HeaderValue,
    generation: u64,
    /// When it should be renewed, by the monotonic clock; `None` if never.
    due: Option<Instant>,
    /// When it is over; `None` if that is not known.
    over: Option<Instant>,
}

/// A source in the making.
#[derive(Debug)]
#[must_use = "a builder does nothing until build() is called"]
pub struct TokenSourceBuilder {
    server: TokenServer,
    kind: TokenKind,
    scheme: &'static str,
    margin: Duration,
    jitter: Duration,
    quota: Quota,
    how: &'static str,
}

impl TokenSourceBuilder {
    /// The word before the token in `Authorization`. Default `Bearer`.
    pub fn scheme(mut self, scheme: &'static str) -> Self {
        self.scheme = scheme;
        self
    }

    /// How long before its end a token is renewed: `margin` plus a random part of `jitter`, at most half its lifetime.
    /// Default 60 s and 30 s.
    pub fn refresh_margin(mut self, margin: Duration, jitter: Duration) -> Self {
        (self.margin, self.jitter) = (margin, jitter);
        self
    }

    /// How many tokens the program may ask for by itself. Default: no limit.
    pub fn quota(mut self, quota: Quota) -> Self {
        self.quota = quota;
        self
    }

    /// What to call for a login, for the error that says that nobody has logged in. Default `call TokenSource::begin_login`.
    pub fn login_hint(mut self, how: &'static str) -> Self {
        self.how = how;
        self
    }

    /// The source, its tokens kept in `store`.
    pub fn build(self, store: impl TokenStore) -> TokenSource {
        let clock = Arc::clone(self.server.client().clock());
        TokenSource(Arc::new(Shared {
            server: self.server,
            store: Arc::new(store),
            clock,
            kind: self.kind,
            scheme: self.scheme,
            margin: self.margin,
            jitter: self.jitter,
            quota: self.quota,
            how: self.how,
            state: Mutex::default(),
            working: watch::Sender::new(0),
        }))
    }
}

impl TokenSource {
    fn builder(server: TokenServer, kind: TokenKind) -> TokenSourceBuilder {
        let (margin, jitter) = (Duration::from_secs(60), Duration::from_secs(30));
        let (scheme, how) = ("Bearer", "call TokenSource::begin_login");
        TokenSourceBuilder { server, kind, scheme, margin, jitter, quota: Quota::none(), how }
    }

    /// The rights of a person, who logs in with [`begin_login`](TokenSource::begin_login) unless the store has a token already.
    pub fn user(server: TokenServer) -> TokenSourceBuilder {
        Self::builder(server, TokenKind::User)
    }

    /// The rights of the program alone (client credentials). The first token is asked for when it is needed.
    pub fn app(server: TokenServer) -> TokenSourceBuilder {
        Self::builder(server, TokenKind::App)
    }

    /// Whose rights these are.
    #[must_use]
    pub fn kind(&self) -> TokenKind {
        self.0.kind
    }

    /// The server that gives the tokens.
    #[must_use]
    pub fn server(&self) -> &TokenServer {
        &self.0.server
    }

    /// Begins a login (authorization code with PKCE). `redirect_uri` must be registered for the program, letter by
    /// letter.
    ///
    /// # Errors
    /// [`AuthError::Unusable`] if the redirect URI is none.
    pub fn begin_login(&self, redirect_uri: &str) -> Result<Login, AuthError> {
        Login::new(self.clone(), &*self.0.clock, redirect_uri)
    }

    pub(super) fn clock(&self) -> &dyn Clock {
        &*self.0.clock
    }

    /// Takes tokens that a server gave, as after a login: the store has them when this returns. Ends what was before.
    ///
    /// # Errors
    /// [`AuthError::BadToken`] if a header cannot carry the access token. [`AuthError::Store`] if the store fails: the
    /// tokens wait in memory then, and the next call that needs one tries to save them again.
    pub async fn install(&self, response: TokenResponse) -> Result<(), AuthError> {
        if !is_sendable(&response.access_token) {
            let words = "invalid access token: expected visible ASCII characters, found others or none";
            return Err(AuthError::BadToken(words.into()));
        }
        let token = Token::received(response, None, self.0.clock.wall());
        self.put(Some(token)).await
    }

    /// Makes sure that the store can keep a login, before somebody goes through one.
    ///
    /// # Errors
    /// [`AuthError::Store`] if it cannot: a full disk, a folder that cannot be written.
    pub async fn check_store(&self) -> Result<(), AuthError> {
        self.task(|shared| async move {
            let mut lease = None;
            let outcome = shared.take_and_reserve(&mut lease).await;
            (outcome.map(drop), lease)
        })
        .await
    }

    /// Forgets the tokens, here and in the store. Gives the access token, so that the server can be told, and whether the
    /// store could forget it too: [`AuthError::Store`] if not. This source is signed out in either case.
    pub async fn forget(&self) -> (Option<Secret>, Result<(), AuthError>) {
        let record = self.0.store.load().await.unwrap_or_default();
        let (unsaved, held) = {
            let mut state = self.0.state();
            (state.unsaved.take(), state.held.take())
        };
        // The newest comes first: what could not be saved yet, then what perhaps another process has renewed.
        let newest = unsaved.map(|unsaved| unsaved.token).or(record.token.clone()).map(|token| token.access);
        let token = newest.or(held.map(|held| held.token.access.clone())).filter(|token| !token.is_empty());
        let stored = self.put(None).await;
        if stored.is_err() {
            self.0.die(record.token, signed_out());
        }
        (token, stored)
    }

    /// A token that works by the clock, renewed if need be.
    ///
    /// # Errors
    /// [`AuthError::LoginNeeded`] if a user must log in, [`AuthError::Quota`], [`AuthError::Refused`],
    /// [`AuthError::Store`] if a new token could not be kept, [`AuthError::BadToken`], or [`AuthError::Unavailable`] if
    /// this time none could be had.
    pub async fn token(&self) -> Result<Secret, AuthError> {
        Ok(self.held(None).await?.token.access.clone())
    }

    /// How the login is: for dashboards and health checks. Asks nobody and waits for nothing.
    #[must_use]
    pub fn status(&self) -> TokenStatus {
        TokenStatus::of(self.0.kind, &self.0.state())
    }

    /// Waits until no renewal and no login is under way and no lease has to be given back. A process that is about to end
    /// calls this, so that it does not lose a token that is on its way.
    pub async fn settle(&self) {
        // An error means that nobody can be at work any more.
        let _ = self.0.working.subscribe().wait_for(|working| *working == 0).await;
    }

    /// The token in use, or the result of the renewal that this starts or joins. `refused` is the generation that the
    /// service did not accept.
    async fn held(&self, refused: Option<u64>) -> Outcome {
        let mut flight = {
            let mut state = self.0.state();
            if let Some(held) = self.0.serving(&state, refused) {
                return Ok(held);
            }
            match &state.flight {
                Some(flight) => flight.clone(),
                None => self.take_off(&mut state, refused)?,
            }
        };
        // Copied out at once: a watch's borrow must not live across anything else.
        let outcome = match flight.wait_for(Option::is_some).await {
            Ok(outcome) => (*outcome).clone(),
            Err(_) => None,
        };
        let outcome = outcome.unwrap_or_else(|| {
            Err(AuthError::Unavailable("the renewal of the token was interrupted".into()))
        });
        match outcome {
            Err(error) if !matches!(error, AuthError::LoginNeeded(_)) => {
                let state = self.0.state();
                self.0.working(&state, refused).ok_or(error)
            }
            outcome => outcome,
        }
    }

    /// Starts a renewal in a task of its own.
    fn take_off(
        &self,
        state: &mut State,
        refused: Option<u64>,
    ) -> Result<watch::Receiver<Option<Outcome>>, AuthError> {
        let runtime = tokio::runtime::Handle::try_current().map_err(|_| no_runtime())?;
        let (sender, receiver) = watch::channel(None);
        state.flight = Some(receiver.clone());
        let landing = Landing { shared: Arc::clone(&self.0), sender: Some(sender) };
        let working = Working::new(&self.0);
        runtime.spawn(async move {
            let shared = Arc::clone(&landing.shared);
            let mut lease = None;
            let outcome = shared.renew(refused, &mut lease).await;
            landing.land(outcome);
            shared.release(lease).await;
            drop(working);
        });
        Ok(receiver)
    }

    /// Does something in a task of its own, which goes on if the caller is dropped, and gives back the lease that it took.
    async fn task<T, E, F>(&self, work: impl FnOnce(Arc<Shared>) -> F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<AuthError> + Send + 'static,
        F: Future<Output = (Result<T, E>, Option<Lease>)> + Send + 'static,
    {
        let runtime = tokio::runtime::Handle::try_current().map_err(|_| no_runtime())?;
        let (sender, receiver) = tokio::sync::oneshot::channel();
        let (shared, working) = (Arc::clone(&self.0), Working::new(&self.0));
        let work = work(Arc::clone(&self.0));
        runtime.spawn(async move {
            let (outcome, lease) = work.await;
            // Nobody listens any more: the work was done all the same.
            let _ = sender.send(outcome);
            shared.release(lease).await;
            drop(working);
        });
        receiver
            .await
            .unwrap_or_else(|_| Err(AuthError::Unavailable("the work was interrupted".into()).into()))
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The held token if it can be used without more ado.
    fn serving(&self, state: &State, refused: Option<u64>) -> Option<Held> {
        let held = self.working(state, refused)?;
        let now = self.clock.now();
        let due = held.due.is_some_and(|due| now >= due);
        let resting = state.rest.is_some_and(|rest| now < rest);
        (!due || resting).then_some(held)
    }

    /// The held token if it works by the clock, due or not.
    fn working(&self, state: &State, refused: Option<u64>) -> Option<Held> {
        let held = state.held.as_ref()?;
        let over = held.over.is_some_and(|over| self.clock.now() >= over);
        (!over && refused != Some(held.generation)).then(|| held.clone())
    }

    /// Gives a lease back.
    async fn release(&self, lease: Option<Lease>) {
        if let Some(lease) = lease {
            within(lease.release(), self.clock.sleep(RELEASE)).await;
        }
    }
}

fn no_runtime() -> AuthError {
    AuthError::Unavailable("there is no tokio runtime to work in".into())
}

fn signed_out() -> AuthError {
    AuthError::LoginNeeded("signed out; log in again".into())
}

/// A task at work, for who waits until there is none.
struct Working(Arc<Shared>);

impl Working {
    fn new(shared: &Arc<Shared>) -> Self {
        shared.working.send_modify(|working| *working += 1);
        Self(Arc::clone(shared))
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        self.0.working.send_modify(|working| *working = working.saturating_sub(1));
    }
}

/// Brings a renewal to its end even if its task panics: the waiters wake and the next caller can start another.
struct Landing {
    shared: Arc<Shared>,
    sender: Option<watch::Sender<Option<Outcome>>>,
}

impl Landing {
    fn land(mut self, outcome: Outcome) {
        self.shared.state().flight = None;
        if let Some(sender) = self.sender.take() {
            sender.send_replace(Some(outcome));
        }
    }
}

impl Drop for Landing {
    fn drop(&mut self) {
        if self.sender.is_some() {
            self.shared.state().flight = None;
        }
    }
}

impl Authorize for TokenSource {
    fn authorize<'a>(
        &'a self,
        attempt: AuthRequest<'a>,
    ) -> BoxFuture<'a, Result<CredentialVersion, AuthError>> {
        Box::pin(async {
            let held = self.held(None).await?;
            attempt.headers.insert(AUTHORIZATION, held.header);
            Ok(CredentialVersion(held.generation))
        })
    }

    fn secrets(&self) -> Vec<Secret> {
        let held = self.0.state().held.as_ref().map(|held| Arc::clone(&held.token));
        let refresh = held.and_then(|token| token.refresh.clone());
        refresh.into_iter().chain(self.0.server.app().secret.clone()).collect()
    }

    /// Renews the token unless a newer one is held already. `false` if no better one can be had: the token is a
    /// person's and has no refresh token.
    fn rejected(&self, ticket: CredentialVersion) -> BoxFuture<'_, Result<bool, AuthError>> {
        Box::pin(async move {
            let hopeless = {
                let state = self.0.state();
                let same = state.held.as_ref().filter(|held| held.generation == ticket.0);
                same.is_some_and(|held| held.token.refresh.is_none()) && self.0.kind == TokenKind::User
            };
            if hopeless {
                return Ok(false);
            }
            let held = self.held(Some(ticket.0)).await?;
            Ok(held.generation != ticket.0)
        })
    }
}

impl fmt::Debug for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenSource").field("kind", &self.0.kind).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
