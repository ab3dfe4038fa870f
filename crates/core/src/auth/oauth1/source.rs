//! A login of OAuth 1.0a that is kept in a store.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{AccessToken, Consumer, OAuth1};
use crate::auth::store::{self, Record, Token, TokenStore};
use crate::auth::{AuthError, AuthRequest, Authorize, CredentialVersion, Rejection};
use crate::{BoxFuture, Secret};

/// Of the version that an attempt is told: so many bits, and which, are the timestamp of its signature.
const TIME_BITS: u32 = 40;
const TIME: u64 = (1 << TIME_BITS) - 1;

/// Signs for the user whose access token is in a store, in the same stores as OAuth 2: a [file](store::FileStore) that only
/// its owner may read, memory, or a [`TokenStore`] over a database. Clones share the token.
///
/// The store is read with the first request, and again when the service rejects the token: another process may have
/// logged in meanwhile.
#[derive(Clone)]
pub struct TokenSource {
    consumer: Consumer,
    store: Arc<dyn TokenStore>,
    login_hint: &'static str,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    token: Option<AccessToken>,
    version: u64,
}

impl State {
    fn activate(&mut self, token: AccessToken) {
        if self.token.as_ref() != Some(&token) {
            self.token = Some(token);
            self.version += 1;
        }
    }

    fn deactivate(&mut self) {
        self.token = None;
        self.version += 1;
    }
}

impl TokenSource {
    /// The login that is in `store`, or comes into it with [`login_with`](TokenSource::login_with) or
    /// [`install`](TokenSource::install).
    #[must_use]
    pub fn new(consumer: Consumer, store: impl TokenStore) -> Self {
        Self {
            consumer,
            store: Arc::new(store),
            login_hint: "go through Begin, Pending and Verified",
            state: Arc::default(),
        }
    }

    /// What to call for a login, for the error that says that nobody has logged in.
    #[must_use]
    pub fn login_hint(mut self, hint: &'static str) -> Self {
        self.login_hint = hint;
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
        Ok(self.current().await?.0)
    }

    /// Makes sure that the store can keep a login, before somebody goes through one.
    ///
    /// # Errors
    /// [`AuthError::Store`] if it cannot: a full disk, a folder that cannot be written.
    pub async fn check_store(&self) -> Result<(), AuthError> {
        self.login_with(std::future::ready(Ok::<_, AuthError>(None))).await.map(drop)
    }

    /// Sends the request of the last leg and keeps the access token. That request works once, so `request` is polled only
    /// when the store can keep what it brings; `None` keeps nothing. The work goes on if this future is dropped.
    ///
    /// # Errors
    /// [`AuthError::Store`] if the store cannot keep it, or the error of `request`. If the store fails in spite of its
    /// promise, the token is used until the process ends.
    pub async fn login_with<E>(
        &self,
        request: impl Future<Output = Result<Option<AccessToken>, E>> + Send + 'static,
    ) -> Result<Option<AccessToken>, E>
    where
        E: From<AuthError> + Send + 'static,
    {
        let source = self.clone();
        self.task(async move {
            let lease = source.store.lease().await.map_err(AuthError::from)?;
            let record = source.store.load().await.map_err(AuthError::from)?;
            let record = source.store.reserve(record).await.map_err(AuthError::not_reserved)?;
            let token = request.await?;
            if let Some(token) = &token {
                source.state().activate(token.clone());
                source.save(record, Some(token)).await?;
            }
            lease.release().await;
            Ok(token)
        })
        .await
    }

    /// Takes an access token that was obtained in another way: the store has it when this returns.
    ///
    /// # Errors
    /// [`AuthError::Store`] if the store cannot keep it.
    pub async fn install(&self, token: AccessToken) -> Result<(), AuthError> {
        self.login_with(std::future::ready(Ok::<_, AuthError>(Some(token)))).await.map(drop)
    }

    /// Forgets the token, here and in the store. The work goes on if this future is dropped.
    ///
    /// # Errors
    /// [`AuthError::Store`] if the store could not forget it.
    pub async fn forget(&self) -> Result<(), AuthError> {
        let source = self.clone();
        self.task(async move {
            source.state().deactivate();
            let lease = source.store.lease().await?;
            let record = source.store.load().await?;
            source.save(record, None).await?;
            // A call may have found it in the store until then.
            source.state().deactivate();
            lease.release().await;
            Ok(())
        })
        .await
    }

    /// Does something in a task of its own, which goes on if the caller is dropped.
    async fn task<T, E>(&self, work: impl Future<Output = Result<T, E>> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<AuthError> + Send + 'static,
    {
        let runtime = tokio::runtime::Handle::try_current().map_err(|_| AuthError::no_runtime())?;
        let interrupted = || AuthError::Unavailable("the task was interrupted".into()).into();
        runtime.spawn(work).await.unwrap_or_else(|_| Err(interrupted()))
    }

    /// Puts a token, or none, into the store, whatever is there.
    async fn save(&self, record: Record, token: Option<&AccessToken>) -> Result<(), AuthError> {
        let token = token.map(Token::from);
        let pause = || std::future::ready(());
        let saved = store::replace(&*self.store, record, token.as_ref(), |_| true, pause).await;
        saved.map(drop).map_err(|(_, error)| error.into())
    }

    async fn load(&self) -> Result<AccessToken, AuthError> {
        let record = self.store.load().await?;
        let Some(token) = record.token else {
            return Err(AuthError::no_login(record.version, self.login_hint));
        };
        let other = || AuthError::Store("it holds a login of OAuth 2; give this client another".into());
        Ok(AccessToken { token: token.access, secret: token.secret.ok_or_else(other)? })
    }

    /// The token in use and its version.
    async fn current(&self) -> Result<(AccessToken, u64), AuthError> {
        let version = {
            let state = self.state();
            if let Some(token) = &state.token {
                return Ok((token.clone(), state.version));
            }
            state.version
        };
        self.reload(version).await
    }

    /// Puts the token of the store in use, unless another came into use or went out of it since `version`: that is newer
    /// than what was read.
    async fn reload(&self, mut version: u64) -> Result<(AccessToken, u64), AuthError> {
        loop {
            let token = self.load().await?;
            let mut state = self.state();
            if state.version == version {
                state.activate(token.clone());
                return Ok((token, state.version));
            }
            if let Some(token) = &state.token {
                return Ok((token.clone(), state.version));
            }
            version = state.version;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl From<&AccessToken> for Token {
    fn from(token: &AccessToken) -> Self {
        let mut stored = Self::new(token.token.clone());
        stored.secret = Some(token.secret.clone());
        stored
    }
}

impl Authorize for TokenSource {
    fn authorize<'a>(
        &'a self,
        request: AuthRequest<'a>,
    ) -> BoxFuture<'a, Result<CredentialVersion, AuthError>> {
        Box::pin(async {
            let (token, version) = self.current().await?;
            let signed = OAuth1::new(&self.consumer).token(&token).authorize(request).await?;
            // The lower part is the timestamp.
            Ok(CredentialVersion(version << TIME_BITS | (signed.0 & TIME)))
        })
    }

    fn secrets(&self) -> Vec<Secret> {
        let token = self.state().token.clone();
        let token = token.map_or_else(Vec::new, |token| vec![token.token, token.secret]);
        [vec![self.consumer.secret.clone()], token].concat()
    }

    /// Looks whether another process has put another token into the store.
    fn rejected(&self, version: CredentialVersion) -> BoxFuture<'_, Result<bool, AuthError>> {
        Box::pin(async move {
            let version = version.0 >> TIME_BITS;
            if self.state().version != version {
                return Ok(true);
            }
            Ok(self.reload(version).await?.1 != version)
        })
    }

    fn rejected_by<'a>(&'a self, rejection: Rejection<'a>) -> BoxFuture<'a, Result<bool, AuthError>> {
        let signed_at = (rejection.version.0 & TIME).cast_signed();
        if self.consumer.clock_offset.learn(&rejection, signed_at) {
            return Box::pin(std::future::ready(Ok(true)));
        }
        self.rejected(rejection.version)
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
