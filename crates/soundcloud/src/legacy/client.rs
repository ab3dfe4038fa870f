//! The client of the old API.

use std::sync::Arc;

use segno_core::auth::AuthError;
use segno_core::auth::oauth1::{AccessToken, Consumer};
use segno_core::auth::store::FileStore;
use segno_core::client::ClientError;
use segno_core::environment::{EnvironmentError, env_var, env_var_if_set};
use segno_core::url::Origin;
use segno_core::{Secret, service_client};

use super::credentials::Credentials;
use crate::client::WEB;

/// A client for the old API. Cheap to clone; clones share connections and limits.
#[derive(Clone, Debug)]
pub struct Client {
    core: segno_core::Client,
    credentials: Credentials,
}

/// A client in the making.
#[derive(Debug)]
#[must_use = "a builder does nothing until build() is called"]
pub struct ClientBuilder {
    core: segno_core::ClientBuilder,
    credentials: Credentials,
    allow_plain_http: bool,
}

service_client! {
    Client: send, call;
    ClientBuilder
}

impl Client {
    /// A client at a base URL, with a user name and password.
    ///
    /// # Errors
    /// If the URL is not valid or the credentials cannot be sent.
    pub fn new(base_url: &str, user_name: &str, password: impl Into<Secret>) -> Result<Self, ClientError> {
        Self::builder(base_url).basic(user_name, password).build()
    }

    /// A client at a base URL that signs for a user, by OAuth 1.0a: what the live host takes.
    ///
    /// # Errors
    /// If the URL is not valid.
    pub fn signed(base_url: &str, consumer: Consumer, token: AccessToken) -> Result<Self, ClientError> {
        Self::builder(base_url).credentials(Credentials::User(consumer, token)).build()
    }

    /// A client without credentials, for what is public.
    ///
    /// # Errors
    /// If the URL is not valid.
    pub fn anonymous(base_url: &str) -> Result<Self, ClientError> {
        Self::builder(base_url).build()
    }

    /// A client from the environment:
    ///
    /// | variable | |
    /// | --- | --- |
    /// | `SOUNDCLOUD_LEGACY_URL` | required: the base URL |
    /// | `SOUNDCLOUD_CONSUMER_KEY`, `SOUNDCLOUD_CONSUMER_SECRET` | the application, for a host that wants OAuth 1.0a; with them the password is not looked at |
    /// | `SOUNDCLOUD_OAUTH_TOKEN`, `SOUNDCLOUD_OAUTH_TOKEN_SECRET` | a user's token, used as it is; without it: |
    /// | `SOUNDCLOUD_LEGACY_TOKEN_FILE` | the file of a user's login, see [`FileStore`]; logins go into it |
    /// | `SOUNDCLOUD_USERNAME`, `SOUNDCLOUD_PASSWORD` | a user name and password, for the old sandbox |
    /// | `SOUNDCLOUD_WEB_URL` | another URL of the site than `https://soundcloud.com/` |
    ///
    /// # Errors
    /// If the URL is missing, half of a pair is, or something is unusable.
    pub fn from_env() -> Result<Self, ClientError> {
        let mut builder = Self::builder(&env_var("SOUNDCLOUD_LEGACY_URL")?);
        if let Some(url) = env_var_if_set("SOUNDCLOUD_WEB_URL")? {
            builder = builder.web_url(&url);
        }
        let key = pair("SOUNDCLOUD_CONSUMER_KEY", "SOUNDCLOUD_CONSUMER_SECRET")?;
        let credentials = match key.map(|(key, secret)| Consumer::new(key, secret)) {
            None => match pair("SOUNDCLOUD_USERNAME", "SOUNDCLOUD_PASSWORD")? {
                Some((user_name, password)) => Credentials::password(user_name, password),
                None => Credentials::Anonymous,
            },
            Some(consumer) => match pair("SOUNDCLOUD_OAUTH_TOKEN", "SOUNDCLOUD_OAUTH_TOKEN_SECRET")? {
                Some((token, secret)) => Credentials::User(consumer, AccessToken::new(token, secret)),
                None => match env_var_if_set("SOUNDCLOUD_LEGACY_TOKEN_FILE")? {
                    Some(file) => {
                        Credentials::stored(consumer, FileStore::open(file).map_err(AuthError::from)?)
                    }
                    None => Credentials::Application(consumer),
                },
            },
        };
        builder.credentials(credentials).build()
    }

    /// A client that is set up further before it is built.
    pub fn builder(base_url: &str) -> ClientBuilder {
        let core = segno_core::Client::builder(base_url);
        ClientBuilder { core, credentials: Credentials::Anonymous, allow_plain_http: false }
    }

    /// This client with other credentials, such as those of a user who logged in. It shares connections and limits.
    ///
    /// # Errors
    /// If the credentials cannot be sent.
    pub fn with_credentials(&self, credentials: Credentials) -> Result<Self, ClientError> {
        let signer = Arc::new(credentials.signer(false)?);
        let core = self.core.with_credentials(self.origin(), signer);
        Ok(Self { core, credentials })
    }

    /// What requests are authorized with.
    #[must_use]
    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// Where the API is.
    pub(super) fn origin(&self) -> Origin {
        self.core.base_url().origin()
    }

    /// The page that asks a user for consent.
    pub(super) fn authorize_page(&self) -> String {
        self.core.base(WEB).map(|base| format!("{base}oauth/authorize")).unwrap_or_default()
    }
}

/// Two variables that are nothing without each other.
fn pair(first: &'static str, second: &'static str) -> Result<Option<(String, String)>, EnvironmentError> {
    match (env_var_if_set(first)?, env_var_if_set(second)?) {
        (Some(one), Some(other)) => Ok(Some((one, other))),
        (None, None) => Ok(None),
        (None, Some(_)) => Err(EnvironmentError::Missing(first)),
        (Some(_), None) => Err(EnvironmentError::Missing(second)),
    }
}

impl ClientBuilder {
    /// What requests are authorized with; nothing unless set.
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = credentials;
        self
    }

    /// A user name and password.
    pub fn basic(self, user_name: &str, password: impl Into<Secret>) -> Self {
        self.credentials(Credentials::password(user_name, password))
    }

    /// Another URL of the site than `https://soundcloud.com/`: users give consent there.
    pub fn web_url(mut self, url: &str) -> Self {
        self.core = self.core.base(WEB, url);
        self
    }

    /// Sends the password over plain http to other machines too, where others on the way can read it. The old hosts spoke
    /// nothing else; without this such a request is refused. Signatures show no secret and need no permission.
    pub fn allow_plain_http(mut self) -> Self {
        self.allow_plain_http = true;
        self
    }

    /// The client.
    ///
    /// # Errors
    /// If the base URL is not valid, the credentials cannot be sent, or TLS cannot be set up.
    pub fn build(self) -> Result<Client, ClientError> {
        let signer = self.credentials.signer(self.allow_plain_http)?;
        let core = self.core.authorize(signer).build()?;
        Ok(Client { core, credentials: self.credentials })
    }
}
