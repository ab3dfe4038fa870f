//! What requests are authorized with: a consumer key alone, an application's signature, or a user's.

use segno_core::auth::oauth1::{AccessToken, Consumer, OAuth1, TokenSource};
use segno_core::auth::store::TokenStore;
use segno_core::auth::{AuthError, AuthRequest, Authorize, CredentialVersion, Rejection};
use segno_core::request::FormPairs;
use segno_core::{BoxFuture, Secret};

/// What requests are authorized with.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Credentials {
    /// The consumer key alone, in the query: opens what is public.
    Key(Secret),
    /// An application that signs: opens what is public, and can begin a login.
    Application(Consumer),
    /// An application that signs for a user: opens what that user may see and do.
    User(Consumer, AccessToken),
    /// The same, with the token in a store: a login that outlives the process. [`Client`](crate::Client) saves the token of
    /// a login there.
    Stored(TokenSource),
}

impl Credentials {
    /// From a consumer key alone.
    pub fn key(key: impl Into<Secret>) -> Self {
        Self::Key(key.into())
    }

    /// For the user whose token is in `store`, or comes into it with a login.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let path = std::env::temp_dir().join("segno-musescore-doc-token.json");
    /// use segno_musescore::core::auth::store::FileStore;
    /// use segno_musescore::{Client, Consumer, Credentials};
    ///
    /// let credentials = Credentials::stored(Consumer::new("key", "secret"), FileStore::open(path)?);
    /// let client = Client::builder(credentials).build()?;
    /// // Once: client.login_in_browser(…). After that the token is in the file.
    /// # Ok(())
    /// # }
    /// ```
    pub fn stored(consumer: Consumer, store: impl TokenStore) -> Self {
        let how = "call client.login_in_browser(), or begin_login() and finish_login() in a web application";
        Self::Stored(TokenSource::new(consumer, store).login_hint(how))
    }

    /// Key and secret of the application; `None` if there is the key alone.
    #[must_use]
    pub fn consumer(&self) -> Option<&Consumer> {
        match self {
            Self::Key(_) => None,
            Self::Application(consumer) | Self::User(consumer, _) => Some(consumer),
            Self::Stored(source) => Some(source.consumer()),
        }
    }

    /// What signs a request; `None` for a key alone and for a token in a store.
    fn signature(&self) -> Option<OAuth1> {
        match self {
            Self::Application(consumer) => Some(OAuth1::new(consumer)),
            Self::User(consumer, token) => Some(OAuth1::new(consumer).token(token)),
            Self::Key(_) | Self::Stored(_) => None,
        }
    }
}

impl Authorize for Credentials {
    fn authorize<'a>(
        &'a self,
        request: AuthRequest<'a>,
    ) -> BoxFuture<'a, Result<CredentialVersion, AuthError>> {
        Box::pin(async move {
            match (self, self.signature()) {
                (_, Some(signature)) => signature.authorize(request).await,
                (Self::Stored(source), None) => source.authorize(request).await,
                (Self::Key(key), None) => {
                    add_key(request, key)?;
                    Ok(CredentialVersion::default())
                }
                (Self::Application(_) | Self::User(..), None) => Err(AuthError::Unusable("signature")),
            }
        })
    }

    fn rejected(&self, version: CredentialVersion) -> BoxFuture<'_, Result<bool, AuthError>> {
        match self {
            Self::Stored(source) => source.rejected(version),
            _ => Box::pin(std::future::ready(Ok(false))),
        }
    }

    fn rejected_by<'a>(&'a self, rejection: Rejection<'a>) -> BoxFuture<'a, Result<bool, AuthError>> {
        match (self, self.signature()) {
            (Self::Stored(source), _) => source.rejected_by(rejection),
            (_, Some(signature)) => Box::pin(async move { signature.rejected_by(rejection).await }),
            _ => self.rejected(rejection.version),
        }
    }

    fn secrets(&self) -> Vec<Secret> {
        match self {
            Self::Key(key) => vec![key.clone()],
            Self::Stored(source) => source.secrets(),
            _ => self.signature().map(|signature| signature.secrets()).unwrap_or_default(),
        }
    }

    /// A key alone opens only what is public, and web pages carry theirs for all to see.
    fn survives_plain_http(&self) -> bool {
        match self {
            Self::Key(_) => true,
            Self::Stored(source) => source.survives_plain_http(),
            _ => self.signature().is_some_and(|signature| signature.survives_plain_http()),
        }
    }
}

/// Puts the key behind the query, unless a redirect has put one there.
fn add_key(mut request: AuthRequest<'_>, key: &Secret) -> Result<(), AuthError> {
    const NAME: &str = "oauth_consumer_key";
    if key.expose().trim().is_empty() {
        return Err(AuthError::Unusable("consumer key"));
    }
    let query = request.uri.query().unwrap_or_default();
    if query.split('&').any(|pair| pair.split('=').next() == Some(NAME)) {
        return Ok(());
    }
    let mut pairs = FormPairs::new();
    pairs.push(NAME, key.expose());
    request.add_query(&pairs.to_query())
}
