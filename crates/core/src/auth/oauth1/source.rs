//! A login of OAuth 1.0a that is kept in a store.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{AccessToken, Consumer, OAuth1};
use crate::BoxFuture;
use crate::auth::store::{Record, StoreError, Swapped, Token, TokenStore};
use crate::auth::{AuthError, AuthRequest, Authorize, CredentialVersion};

/// How often saving is tried.
const SAVES: u32 = 3;

/// Signs for the user whose access token is in a store, in the same stores as OAuth 2: a [file](crate::auth::store::FileStore)
/// that only its owner may read, memory, or a [`TokenStore`] over a database. Clones share the token.
///
/// The store is asked with the first request, and again when the service refuses the token: another process may have
/// logged in meanwhile.
#[derive(Clone)]
pub struct TokenSource {
    consumer: Consumer,
    store: Arc<dyn TokenStore>,
    how: &'static str,
    held: Arc<Mutex<Held>>,
}

#[derive(Default)]
struct Held {
    token: Option<AccessToken>,
    generation: u64,
}

impl TokenSource {
    /// The login that is in `store`, or comes into it with [`login_with`](TokenSource::login_with) or [`install`](TokenSource::install).
    #[must_use]
    pub fn new(consumer: Consumer, store: impl TokenStore) -> Self {
        Self {
            consumer,
            store: Arc::new(store),
            how: "go through Begin, Pending and Verified",
            held: Arc::default(),
        }
    }

    /// What to call for a login, for the error that says that nobody has logged in.
    #[must_use]
    pub fn login_hint(mut self, how: &'static str) -> Self {
        self.how = how;
        self
    }

    /// The client as the service knows it.
    #[must_use]
    pub fn consumer(&self) -> &Consumer {
        &self.consumer
    }

    /// The token in use, or the one in the store.
    ///
    /// # Errors
    /// [`AuthError::LoginNeeded`] if nobody has logged in, [`AuthError::Store`] if the store cannot be read or holds a login
    /// of OAuth 2.
    pub async fn token(&self) -> Result<AccessToken, AuthError> {
        if let Some(token) = &self.held().token {
            return Ok(token.clone());
        }
        let token = self.load().await?;
        Ok(self.hold(token).0)
    }

    /// Makes sure that the store can keep a login, before somebody goes through one.
    ///
    /// # Errors
    /// [`AuthError::Store`] if it cannot: a full disk, a folder that cannot be written.
    pub async fn check_store(&self) -> Result<(), AuthError> {
        self.login_with(std::future::ready(Ok::<_, AuthError>(None))).await.map(drop)
    }

    /// Asks for an access token and keeps it. The request of the last leg works once, so `ask` is polled only when the
    /// store can keep what it brings; `None` keeps nothing. The work goes on if this future is dropped.
    ///
    /// # Errors
    /// [`AuthError::Store`] if the store cannot keep it, or the error of `ask`. If the store fails in spite of its promise,
    /// the token is used until the process ends.
    pub async fn login_with<E>(
        &self,
        ask: impl Future<Output = Result<Option<AccessToken>, E>> + Send + 'static,
    ) -> Result<Option<AccessToken>, E>
    where
        E: From<AuthError> + Send + 'static,
    {
        let interrupted = |_| AuthError::Unavailable("the login was interrupted".into()).into();
        let runtime = tokio::runtime::Handle::try_current()
            .map_err(|_| AuthError::Unavailable("there is no tokio runtime to work in".into()))?;
        let source = self.clone();
        let task = runtime.spawn(async move {
            let lease = source.store.lease().await.map_err(store)?;
            let record = source.store.load().await.map_err(store)?;
            let record = source.store.reserve(record).await;
            let record = record
                .map_err(|error| AuthError::Store(format!("{error}; nothing was asked of the server")))?;
            let token = ask.await?;
            if let Some(token) = &token {
                source.hold(token.clone());
                source.keep(record, Some(token)).await?;
            }
            lease.release().await;
            Ok(token)
        });
        task.await.unwrap_or_else(|error| Err(interrupted(error)))
    }

    /// Takes an access token that was had in another way: the store has it when this returns.
    ///
    /// # Errors
    /// [`AuthError::Store`] if the store cannot keep it.
    pub async fn install(&self, token: AccessToken) -> Result<(), AuthError> {
        self.login_with(std::future::ready(Ok::<_, AuthError>(Some(token)))).await.map(drop)
    }

    /// Forgets the token, here and in the store.
    ///
    /// # Errors
    /// [`AuthError::Store`] if the store could not forget it.
    pub async fn forget(&self) -> Result<(), AuthError> {
        {
            let mut held = self.held();
            held.token = None;
            held.generation += 1;
        }
        let lease = self.store.lease().await.map_err(store)?;
        let record = self.store.load().await.map_err(store)?;
        self.keep(record, None).await?;
        lease.release().await;
        Ok(())
    }

    async fn keep(&self, mut record: Record, token: Option<&AccessToken>) -> Result<(), AuthError> {
        let mut tries = 1;
        loop {
            match self.store.swap(record.with(token.map(Token::from))).await {
                Ok(Swapped::Done) => return Ok(()),
                Ok(Swapped::Conflict(now)) => record = now,
                Err(error) if tries >= SAVES => return Err(store(error)),
                Err(_) => tries += 1,
            }
        }
    }

    async fn load(&self) -> Result<AccessToken, AuthError> {
        let record = self.store.load().await.map_err(store)?;
        let Some(token) = record.token else {
            return Err(AuthError::LoginNeeded(match record.version {
                0 => format!("nobody has logged in: {}", self.how),
                _ => "signed out; log in again".into(),
            }));
        };
        let other = "it holds a login of OAuth 2; give this client another";
        let secret = token.secret.ok_or_else(|| AuthError::Store(other.into()))?;
        Ok(AccessToken { token: token.access, secret })
    }

    /// Puts a token in use; gives its generation.
    fn hold(&self, token: AccessToken) -> (AccessToken, u64) {
        let mut held = self.held();
        if held.token.as_ref() != Some(&token) {
            held.token = Some(token.clone());
            held.generation += 1;
        }
        (token, held.generation)
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl From<&AccessToken> for Token {
    fn from(token: &AccessToken) -> Self {
        let mut kept = Self::new(token.token.clone());
        kept.secret = Some(token.secret.clone());
        kept
    }
}

impl Authorize for TokenSource {
    fn authorize<'a>(
        &'a self,
        attempt: AuthRequest<'a>,
    ) -> BoxFuture<'a, Result<CredentialVersion, AuthError>> {
        Box::pin(async {
            let token = self.token().await?;
            let (token, generation) = self.hold(token);
            OAuth1::new(&self.consumer).token(&token).authorize(attempt).await?;
            Ok(CredentialVersion(generation))
        })
    }

    fn secrets(&self) -> Vec<crate::Secret> {
        let token = self.held().token.clone();
        let token = token.map_or_else(Vec::new, |token| vec![token.token, token.secret]);
        [vec![self.consumer.secret.clone()], token].concat()
    }

    /// Looks whether another process has put another token into the store.
    fn rejected(&self, ticket: CredentialVersion) -> BoxFuture<'_, Result<bool, AuthError>> {
        Box::pin(async move {
            if self.held().generation != ticket.0 {
                return Ok(true);
            }
            let (_, generation) = self.hold(self.load().await?);
            Ok(generation != ticket.0)
        })
    }

    fn survives_plain_http(&self) -> bool {
        true
    }
}

impl fmt::Debug for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenSource([redacted])")
    }
}

fn store(error: StoreError) -> AuthError {
    AuthError::Store(error.to_string())
}
