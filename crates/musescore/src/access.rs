//! Who asks: a program with its key alone, a program that signs, or a program that signs for a person.

use std::fmt;

use segno_core::auth::oauth1::{AccessToken, Consumer, OAuth1, TokenSource};
use segno_core::auth::store::TokenStore;
use segno_core::auth::{AuthError, AuthRequest, Authorize, CredentialVersion};
use segno_core::http::Uri;
use segno_core::http::uri::PathAndQuery;
use segno_core::{BoxFuture, FormPairs, Secret};

/// Who asks.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Access {
    /// The consumer key alone, in the query: opens what is public.
    Key(Secret),
    /// A program that signs: opens what is public, and can begin a login.
    Program(Consumer),
    /// A program that signs for a person: opens what that person may see and do.
    Person(Consumer, AccessToken),
    /// The same, with the token in a store: a login that outlives the process. The logins of [`Client`](crate::Client) go
    /// into it by themselves.
    Stored(TokenSource),
}

impl Access {
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
    /// use segno_musescore::{Access, Client, Consumer};
    ///
    /// let access = Access::stored(Consumer::new("key", "secret"), FileStore::open(path)?);
    /// let client = Client::builder(access).build()?;
    /// // Once: client.login_in_browser(…). After that the token is in the file.
    /// # Ok(())
    /// # }
    /// ```
    pub fn stored(consumer: Consumer, store: impl TokenStore) -> Self {
        let how = "call client.login_in_browser(), or begin_login() and finish_login() in a web application";
        Self::Stored(TokenSource::new(consumer, store).login_hint(how))
    }

    /// The key and the secret of the program, if there are both.
    #[must_use]
    pub fn consumer(&self) -> Option<&Consumer> {
        match self {
            Self::Key(_) => None,
            Self::Program(consumer) | Self::Person(consumer, _) => Some(consumer),
            Self::Stored(grant) => Some(grant.consumer()),
        }
    }
}

/// Puts the credentials of an [`Access`] on each attempt.
pub(crate) enum Credentials {
    Key(Secret),
    Signature(Box<OAuth1>),
    Stored(TokenSource),
}

impl From<&Access> for Credentials {
    fn from(access: &Access) -> Self {
        match access {
            Access::Key(key) => Self::Key(key.clone()),
            Access::Program(consumer) => Self::Signature(Box::new(OAuth1::new(consumer))),
            Access::Person(consumer, token) => Self::Signature(Box::new(OAuth1::new(consumer).token(token))),
            Access::Stored(grant) => Self::Stored(grant.clone()),
        }
    }
}

impl Authorize for Credentials {
    fn authorize<'a>(
        &'a self,
        attempt: AuthRequest<'a>,
    ) -> BoxFuture<'a, Result<CredentialVersion, AuthError>> {
        match self {
            Self::Signature(signature) => signature.authorize(attempt),
            Self::Stored(grant) => grant.authorize(attempt),
            Self::Key(key) => {
                let outcome = with_key(attempt.uri, key).map(|uri| *attempt.uri = uri);
                Box::pin(std::future::ready(outcome.map(|()| CredentialVersion::default())))
            }
        }
    }

    fn rejected(&self, ticket: CredentialVersion) -> BoxFuture<'_, Result<bool, AuthError>> {
        match self {
            Self::Stored(grant) => grant.rejected(ticket),
            Self::Key(_) | Self::Signature(_) => Box::pin(std::future::ready(Ok(false))),
        }
    }

    fn secrets(&self) -> Vec<Secret> {
        match self {
            Self::Key(key) => vec![key.clone()],
            Self::Signature(signature) => signature.secrets(),
            Self::Stored(grant) => grant.secrets(),
        }
    }

    /// A key alone opens only what is public, and web pages carry theirs for all to see.
    fn survives_plain_http(&self) -> bool {
        match self {
            Self::Key(_) => true,
            Self::Signature(signature) => signature.survives_plain_http(),
            Self::Stored(grant) => grant.survives_plain_http(),
        }
    }
}

/// The address with the key behind its query, unless a redirect has put one there.
fn with_key(uri: &Uri, key: &Secret) -> Result<Uri, AuthError> {
    let unusable = || AuthError::Unusable("consumer key");
    if key.expose().trim().is_empty() {
        return Err(unusable());
    }
    const NAME: &str = "oauth_consumer_key";
    let query = uri.query().unwrap_or_default();
    if query.split('&').any(|pair| pair.split('=').next() == Some(NAME)) {
        return Ok(uri.clone());
    }
    let mut pairs = FormPairs::new();
    pairs.push(NAME, key.expose());
    let and = if query.is_empty() { "" } else { "&" };
    let mut parts = uri.clone().into_parts();
    let target = format!("{}?{query}{and}{}", uri.path(), pairs.to_query());
    parts.path_and_query = Some(PathAndQuery::try_from(target).map_err(|_| unusable())?);
    Uri::from_parts(parts).map_err(|_| unusable())
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials([redacted])")
    }
}
