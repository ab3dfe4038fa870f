//! Tokens that renew themselves: one refresh for any number of waiters, in a task of its own.
//!
//! A refresh token may work once, so a refresh that was sent must be finished and its result saved, whatever becomes of
//! the caller who needed it. Therefore:
//!
//! * One refresh serves all who wait. It runs in a task of its own; dropping a caller does not stop it.
//! * The store has the new token before anybody uses it, and before a refresh the store is asked whether another process
//!   was faster.
//! * A refresh that fails leaves a token that still works, and the next caller tries again.
//! * `invalid_grant` is final until somebody logs in again, here or in another process.
//! * A refresh begins before the token expires, at a moment that differs from process to process.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use http::HeaderValue;
use http::header::AUTHORIZATION;
use tokio::sync::watch;

use super::oauth2::{Quota, Token, TokenResponse, TokenServer};
use super::pkce::Login;
use super::store::{Record, TokenStore};
use super::{Attempt, AuthError, Authorize, Ticket};
use crate::time::Clock;
use crate::{BoxFuture, Secret};

mod renew;

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
pub struct Grant(Arc<Shared>);

struct Shared {
    server: TokenServer,
    store: Arc<dyn TokenStore>,
    clock: Arc<dyn Clock>,
    kind: TokenKind,
    scheme: &'static str,
    margin: Duration,
    jitter: Duration,
    quota: Quota,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The token in use. It stays while it is renewed.
    held: Option<Held>,
    /// The renewal under way.
    flight: Option<watch::Receiver<Option<Outcome>>>,
    /// The version of the store at which the login was found dead, and why.
    dead: Option<(u64, AuthError)>,
    /// Before this a token that still works is not renewed: the last try failed.
    rest: Option<Instant>,
    /// A new token that could not be saved yet. Nobody has seen it.
    unsaved: Option<Record>,
    generation: u64,
}

type Outcome = Result<Held, AuthError>;

/// A token in use.
#[derive(Clone)]
struct Held {
    token: Arc<Token>,
    header: HeaderValue,
    generation: u64,
    /// When it should be renewed, and when it is over, by the monotonic clock; `None` if never.
    times: Option<Times>,
}

#[derive(Clone, Copy)]
struct Times {
    due: Instant,
    over: Instant,
}

/// A grant in the making.
#[derive(Debug)]
#[must_use = "a builder does nothing until build() is called"]
pub struct GrantBuilder {
    server: TokenServer,
    kind: TokenKind,
    scheme: &'static str,
    margin: Duration,
    jitter: Duration,
    quota: Quota,
}

impl GrantBuilder {
    /// The word before the token in `Authorization`. Default `Bearer`.
    pub fn scheme(mut self, scheme: &'static str) -> Self {
        self.scheme = scheme;
        self
    }

    /// How long before its end a token is renewed: `margin` plus a random part of `jitter`, at most half its lifetime.
    /// Default 60 s and 30 s.
    pub fn early(mut self, margin: Duration, jitter: Duration) -> Self {
        (self.margin, self.jitter) = (margin, jitter);
        self
    }

    /// How many tokens the program may ask for by itself. Default: no limit.
    pub fn quota(mut self, quota: Quota) -> Self {
        self.quota = quota;
        self
    }

    /// The grant, its tokens kept in `store`.
    pub fn build(self, store: impl TokenStore) -> Grant {
        let clock = Arc::clone(self.server.client().clock());
        Grant(Arc::new(Shared {
            server: self.server,
            store: Arc::new(store),
            clock,
            kind: self.kind,
            scheme: self.scheme,
            margin: self.margin,
            jitter: self.jitter,
            quota: self.quota,
            state: Mutex::default(),
        }))
    }
}

impl Grant {
    fn builder(server: TokenServer, kind: TokenKind) -> GrantBuilder {
        let (margin, jitter) = (Duration::from_secs(60), Duration::from_secs(30));
        GrantBuilder { server, kind, scheme: "Bearer", margin, jitter, quota: Quota::none() }
    }

    /// The rights of a person, who logs in with [`login`](Grant::login) unless the store has a token already.
    pub fn user(server: TokenServer) -> GrantBuilder {
        Self::builder(server, TokenKind::User)
    }

    /// The rights of the program alone (client credentials). The first token is asked for when it is needed.
    pub fn app(server: TokenServer) -> GrantBuilder {
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
    pub fn login(&self, redirect_uri: &str) -> Result<Login, AuthError> {
        Login::new(self.clone(), &self.0.server, &*self.0.clock, redirect_uri)
    }

    /// Takes tokens that a server gave, as after a login: the store has them when this returns. Ends what was before.
    ///
    /// # Errors
    /// [`AuthError::Unavailable`] if the store fails; the tokens are not used then.
    pub async fn install(&self, response: TokenResponse) -> Result<(), AuthError> {
        let token = Token::received(response, None, self.0.clock.wall());
        self.put(Some(token)).await
    }

    /// Forgets the tokens, here and in the store, and gives back the access token, so that the server can be told.
    ///
    /// # Errors
    /// [`AuthError::Unavailable`] if the store fails; the tokens are forgotten here nevertheless.
    pub async fn forget(&self) -> Result<Option<Secret>, AuthError> {
        // The store's token comes first: another process may have renewed it, and the one held here be over.
        let record = self.0.store.load().await.unwrap_or_default();
        let held = self.0.state().held.take();
        let token = record.token.map(|token| token.access).or(held.map(|held| held.token.access.clone()));
        self.put(None).await?;
        Ok(token)
    }

    /// A token that works by the clock, renewed if need be.
    ///
    /// # Errors
    /// [`AuthError::LoginNeeded`] if a person must log in, [`AuthError::Quota`], [`AuthError::Refused`], or
    /// [`AuthError::Unavailable`] if this time none could be had.
    pub async fn token(&self) -> Result<Secret, AuthError> {
        Ok(self.held(None).await?.token.access.clone())
    }

    /// Waits until no renewal is under way. A program that is about to end calls this, so that it does not lose a token
    /// that is on its way.
    pub async fn settle(&self) {
        let flight = self.0.state().flight.clone();
        if let Some(mut flight) = flight {
            // An error means that the task is gone, which is settled too.
            let _ = flight.wait_for(Option::is_some).await;
        }
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
        let runtime = tokio::runtime::Handle::try_current()
            .map_err(|_| AuthError::Unavailable("there is no tokio runtime to renew the token in".into()))?;
        let (sender, receiver) = watch::channel(None);
        state.flight = Some(receiver.clone());
        let landing = Landing { shared: Arc::clone(&self.0), sender: Some(sender) };
        runtime.spawn(async move {
            let outcome = landing.shared.renew(refused).await;
            landing.land(outcome);
        });
        Ok(receiver)
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
        let due = held.times.is_some_and(|times| now >= times.due);
        let resting = state.rest.is_some_and(|rest| now < rest);
        (!due || resting).then_some(held)
    }

    /// The held token if it works by the clock, due or not.
    fn working(&self, state: &State, refused: Option<u64>) -> Option<Held> {
        let held = state.held.as_ref()?;
        let over = held.times.is_some_and(|times| self.clock.now() >= times.over);
        (!over && refused != Some(held.generation)).then(|| held.clone())
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

impl Authorize for Grant {
    fn authorize<'a>(&'a self, attempt: Attempt<'a>) -> BoxFuture<'a, Result<Ticket, AuthError>> {
        Box::pin(async {
            let held = self.held(None).await?;
            attempt.headers.insert(AUTHORIZATION, held.header);
            Ok(Ticket(held.generation))
        })
    }

    /// Renews the token unless a newer one is held already. `false` if no better one can be had: the token is a
    /// person's and has no refresh token.
    fn rejected(&self, ticket: Ticket) -> BoxFuture<'_, Result<bool, AuthError>> {
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

impl fmt::Debug for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Grant").field("kind", &self.0.kind).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
