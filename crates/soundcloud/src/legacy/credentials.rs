//! What requests to the old API are authorized with.

use segno_core::auth::oauth1::{AccessToken, Consumer, OAuth1, TokenSource};
use segno_core::auth::store::TokenStore;
use segno_core::auth::{AuthError, AuthRequest, Authorize, Basic, CredentialVersion};
use segno_core::{BoxFuture, Secret};

/// What requests to the old API are authorized with.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Credentials {
    /// Nothing: opens what is public.
    Anonymous,
    /// A user name and password, by HTTP Basic: the old sandbox took them, the live host did not.
    Password(String, Secret),
    /// An application that signs by OAuth 1.0a: opens what is public, and can begin a login.
    Application(Consumer),
    /// An application that signs for a user.
    User(Consumer, AccessToken),
    /// The same, with the token in a store: a login that outlives the process. [`Client`](super::Client) saves the token of a
    /// login there.
    Stored(TokenSource),
}

impl Credentials {
    /// A user name and password.
    pub fn password(user_name: impl Into<String>, password: impl Into<Secret>) -> Self {
        Self::Password(user_name.into(), password.into())
    }

    /// For the user whose token is in `store`, or comes into it with a login.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let path = std::env::temp_dir().join("segno-soundcloud-legacy-doc-token.json");
    /// use segno_soundcloud::core::auth::store::FileStore;
    /// use segno_soundcloud::legacy::{Client, Consumer, Credentials};
    ///
    /// let credentials = Credentials::stored(Consumer::new("key", "secret"), FileStore::open(path)?);
    /// let client = Client::builder("https://api.soundcloud.com/").credentials(credentials).build()?;
    /// // Once: client.login_in_browser(…). After that the token is in the file.
    /// # Ok(())
    /// # }
    /// ```
    pub fn stored(consumer: Consumer, store: impl TokenStore) -> Self {
        let how = "call client.login_in_browser(), or begin_login() and finish_login() in a web application";
        Self::Stored(TokenSource::new(consumer, store).login_hint(how))
    }

    /// Key and secret of the application; `None` without one.
    #[must_use]
    pub fn consumer(&self) -> Option<&Consumer> {
        match self {
            Self::Anonymous | Self::Password(..) => None,
            Self::Application(consumer) | Self::User(consumer, _) => Some(consumer),
            Self::Stored(source) => Some(source.consumer()),
        }
    }

    /// What adds them to a request.
    pub(super) fn signer(&self, allow_plain_http: bool) -> Result<Signer, AuthError> {
        Ok(match self {
            Self::Anonymous => Signer::Nothing,
            Self::Password(user_name, password) => {
                Signer::Basic(Basic::new(user_name, password)?, allow_plain_http)
            }
            Self::Application(consumer) => Signer::Signature(Box::new(OAuth1::new(consumer))),
            Self::User(consumer, token) => Signer::Signature(Box::new(OAuth1::new(consumer).token(token))),
            Self::Stored(source) => Signer::Stored(source.clone()),
        })
    }
}

/// What adds credentials to a request.
pub(super) enum Signer {
    Nothing,
    /// Whether its owner allows others on the way to read the password.
    Basic(Basic, bool),
    Signature(Box<OAuth1>),
    Stored(TokenSource),
}

impl Signer {
    fn inner(&self) -> Option<&dyn Authorize> {
        match self {
            Self::Nothing => None,
            Self::Basic(basic, _) => Some(basic),
            Self::Signature(signature) => Some(&**signature),
            Self::Stored(source) => Some(source),
        }
    }
}

impl Authorize for Signer {
    fn authorize<'a>(
        &'a self,
        request: AuthRequest<'a>,
    ) -> BoxFuture<'a, Result<CredentialVersion, AuthError>> {
        match self.inner() {
            Some(inner) => inner.authorize(request),
            None => Box::pin(std::future::ready(Ok(CredentialVersion::default()))),
        }
    }

    fn rejected(&self, version: CredentialVersion) -> BoxFuture<'_, Result<bool, AuthError>> {
        match self.inner() {
            Some(inner) => inner.rejected(version),
            None => Box::pin(std::future::ready(Ok(false))),
        }
    }

    fn secrets(&self) -> Vec<Secret> {
        self.inner().map(Authorize::secrets).unwrap_or_default()
    }

    fn survives_plain_http(&self) -> bool {
        match self {
            Self::Basic(_, allowed) => *allowed,
            _ => self.inner().is_none_or(Authorize::survives_plain_http),
        }
    }
}
