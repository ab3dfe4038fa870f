//! The client: credentials, base URLs, and the calls that are more than one request.

use std::sync::Arc;

use segno_core::auth::AuthError;
use segno_core::auth::oauth1::{AccessToken, Consumer};
use segno_core::auth::store::FileStore;
use segno_core::client::{ClientError, Undelivered};
use segno_core::environment::{EnvironmentError, env_var, env_var_if_set};
use segno_core::request::Base;
use segno_core::url::Origin;
use segno_core::{Body, Secret, service_client};

use crate::credentials::Credentials;
use crate::error::{ApiError, Error};
use crate::ids::{ScoreId, VersionId};
use crate::resolve::{Resolve, Resolved, Resource};
use crate::{scores, signed_url, users};

/// Where tokens are given.
pub const OAUTH: Base = Base::new("oauth", "https://api.musescore.com/oauth/");

/// Where the web pages are: users give consent there, and oEmbed is there.
pub const WEB: Base = Base::new("web", "https://musescore.com/");

/// Where the files of scores are: the documented `http://static.musescore.com/` over https.
pub const STATIC: Base = Base::new("static", "https://s3.amazonaws.com/static.musescore.com/");

/// An upload of an MP3 that failed: at which step, and so where the file is.
pub type UploadError = Undelivered<ApiError>;

/// A client for the MuseScore.com API. Cheap to clone; clones share connections and limits.
#[derive(Clone, Debug)]
pub struct Client {
    core: segno_core::Client,
    credentials: Credentials,
}

/// A client in the making.
///
/// The documentation prints `http` everywhere; the defaults are the `https` URLs that the service's own applications used.
/// Over plain http a signature still protects the secrets, but not what is read and written, and the responses of a login
/// carry a token in the clear.
#[derive(Debug)]
#[must_use = "a builder does nothing until build() is called"]
pub struct ClientBuilder {
    core: segno_core::ClientBuilder,
    credentials: Credentials,
}

service_client! {
    Client: send, call, pages, items, raw, download_to, blocking;
    ClientBuilder
}

impl Client {
    /// A client with a consumer key alone: reads what is public.
    ///
    /// # Errors
    /// If TLS cannot be set up.
    pub fn new(consumer_key: impl Into<Secret>) -> Result<Self, ClientError> {
        Self::builder(Credentials::key(consumer_key)).build()
    }

    /// A client that signs for a user.
    ///
    /// # Errors
    /// If TLS cannot be set up.
    pub fn signed(consumer: Consumer, token: AccessToken) -> Result<Self, ClientError> {
        Self::builder(Credentials::User(consumer, token)).build()
    }

    /// A client from the environment:
    ///
    /// | variable | |
    /// | --- | --- |
    /// | `MUSESCORE_CONSUMER_KEY` | required |
    /// | `MUSESCORE_CONSUMER_SECRET` | required to sign |
    /// | `MUSESCORE_ACCESS_TOKEN`, `MUSESCORE_ACCESS_TOKEN_SECRET` | a user's token, used as it is; without it: |
    /// | `MUSESCORE_TOKEN_FILE` | the file of a user's login, see [`FileStore`]; logins go into it |
    /// | `MUSESCORE_BASE_URL`, `MUSESCORE_OAUTH_URL`, `MUSESCORE_WEB_URL`, `MUSESCORE_STATIC_URL` | other URLs |
    ///
    /// # Errors
    /// If the key is missing, a token lacks its other half or the secret that it needs, the token file cannot be used, or a
    /// URL is not absolute.
    pub fn from_env() -> Result<Self, ClientError> {
        Self::builder_from_env()?.build()
    }

    /// The builder behind [`from_env`](Client::from_env), to be set up further.
    ///
    /// # Errors
    /// See [`from_env`](Client::from_env).
    pub fn builder_from_env() -> Result<ClientBuilder, ClientError> {
        let key = env_var("MUSESCORE_CONSUMER_KEY")?;
        let secret = env_var_if_set("MUSESCORE_CONSUMER_SECRET")?;
        let needed = || env_var("MUSESCORE_CONSUMER_SECRET");
        let token = env_var_if_set("MUSESCORE_ACCESS_TOKEN")?;
        let token_secret = env_var_if_set("MUSESCORE_ACCESS_TOKEN_SECRET")?;
        let credentials = if token.is_some() || token_secret.is_some() {
            let half = |half: Option<String>, name| half.ok_or(EnvironmentError::Missing(name));
            let token = half(token, "MUSESCORE_ACCESS_TOKEN")?;
            let token_secret = half(token_secret, "MUSESCORE_ACCESS_TOKEN_SECRET")?;
            Credentials::User(Consumer::new(key, needed()?), AccessToken::new(token, token_secret))
        } else if let Some(file) = env_var_if_set("MUSESCORE_TOKEN_FILE")? {
            let store = FileStore::open(file).map_err(AuthError::from)?;
            Credentials::stored(Consumer::new(key, needed()?), store)
        } else if let Some(secret) = secret {
            Credentials::Application(Consumer::new(key, secret))
        } else {
            Credentials::key(key)
        };
        let mut builder = Self::builder(credentials);
        for (name, set) in [
            ("MUSESCORE_BASE_URL", ClientBuilder::base_url as fn(_, &str) -> _),
            ("MUSESCORE_OAUTH_URL", ClientBuilder::oauth_url),
            ("MUSESCORE_WEB_URL", ClientBuilder::web_url),
            ("MUSESCORE_STATIC_URL", ClientBuilder::static_url),
        ] {
            if let Some(url) = env_var_if_set(name)? {
                builder = set(builder, &url);
            }
        }
        Ok(builder)
    }

    /// A client that is set up further before it is built.
    pub fn builder(credentials: Credentials) -> ClientBuilder {
        let core = segno_core::Client::builder("https://api.musescore.com/services/rest/");
        ClientBuilder { core, credentials }
    }

    /// This client with other credentials, such as those of a user who logged in. It shares connections and limits.
    #[must_use]
    pub fn with_credentials(&self, credentials: Credentials) -> Self {
        let core = self.core.with_credentials(self.core.base_url().origin(), Arc::new(credentials.clone()));
        Self { core, credentials }
    }

    /// What requests are authorized with.
    #[must_use]
    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// The score or the member behind the URL of a page: asks where it is, then for the score or the member itself, each with
    /// a signature of its own. Wherever the service points, the second request goes to this client's base URL.
    ///
    /// ```
    /// # use segno_musescore::{Client, Error, resolve::Resource};
    /// # async fn example(client: Client) -> Result<(), Error> {
    /// match client.resolve("http://musescore.com/ada/scores/7301").await? {
    ///     Resource::Score(score) => println!("{:?} by {:?}", score.title, score.author),
    ///     Resource::User(user) => println!("{}", user.name),
    ///     _ => {}
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn resolve(&self, page_url: &str) -> Result<Resource, Error> {
        match self.send(&Resolve::new(page_url)).await? {
            Resolved::Score(id) => Ok(Resource::Score(Box::new(self.send(&scores::Get::new(id)).await?))),
            Resolved::User(id) => Ok(Resource::User(self.send(&users::Get::new(id)).await?)),
        }
    }

    /// Replaces the MP3 of a score by one's own: asks for a URL, PUTs the bytes there, and asks again once if the URL had
    /// expired. Needs the owner's signature.
    ///
    /// A PUT whose response is lost is sent again, as it replaces what the first one brought; if the first one had
    /// arrived, the service takes the file twice.
    ///
    /// # Errors
    /// [`UploadError`], which says at which step it failed and whether the file may be with the service.
    pub async fn upload_mp3(
        &self,
        id: ScoreId,
        version: VersionId,
        mp3: impl Into<Body>,
    ) -> Result<(), UploadError> {
        let get = signed_url::Get::new(id, version);
        let put = |url, body: Body| signed_url::Put::new(url, body);
        self.core.deliver(&mp3.into(), None, || self.send(&get), put, ApiError::is_expired_url).await
    }

    /// The origin of the login's endpoints.
    pub(crate) fn oauth_origin(&self) -> Option<Origin> {
        self.core.base(OAUTH).ok().map(|base| base.origin())
    }

    /// The page that asks a user for consent.
    pub(crate) fn authorize_page(&self) -> String {
        self.core.base(WEB).map(|base| format!("{base}oauth/authorize")).unwrap_or_default()
    }
}

impl ClientBuilder {
    /// Another URL for giving tokens than `https://api.musescore.com/oauth/`.
    pub fn oauth_url(mut self, url: &str) -> Self {
        self.core = self.core.base(OAUTH, url);
        self
    }

    /// Another URL for the web pages than `https://musescore.com/`: users give consent there, and oEmbed is there.
    pub fn web_url(mut self, url: &str) -> Self {
        self.core = self.core.base(WEB, url);
        self
    }

    /// Another URL for files than `https://s3.amazonaws.com/static.musescore.com/`, which is the documented
    /// `http://static.musescore.com/` over https.
    pub fn static_url(mut self, url: &str) -> Self {
        self.core = self.core.base(STATIC, url);
        self
    }

    /// Builds the client.
    ///
    /// # Errors
    /// If a URL is not absolute, or TLS cannot be set up.
    pub fn build(self) -> Result<Client, ClientError> {
        let core = self.core.authorize(self.credentials.clone()).build()?;
        Ok(Client { core, credentials: self.credentials })
    }
}
