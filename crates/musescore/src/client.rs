//! The client: access, base URLs, and the calls that are more than one request.

use std::sync::Arc;

use segno_core::auth::AuthError;
use segno_core::auth::oauth1::{AccessToken, Consumer};
use segno_core::auth::store::FileStore;
use segno_core::{
    BaseUrl, Body, Call, ClientError, Endpoint, EnvironmentError, Origin, Paged, Pages, Secret, Undelivered,
    env_var, env_var_if_set,
};

use crate::access::{Access, Credentials};
use crate::error::{ApiError, Error};
use crate::ids::ScoreId;
use crate::resolve::{Resolve, Resolved, Resource};
use crate::{scores, signed_url, users};

/// An upload of an MP3 that failed: at which step, and so where the file is.
pub type UploadError = Undelivered<ApiError>;

/// A client for the MuseScore.com API. Cheap to clone; clones share connections and limits.
#[derive(Clone, Debug)]
pub struct Client {
    core: segno_core::Client,
    access: Access,
}

impl Client {
    /// A client with a consumer key alone: reads what is public.
    ///
    /// # Errors
    /// If TLS cannot be set up.
    pub fn new(consumer_key: impl Into<Secret>) -> Result<Self, ClientError> {
        Self::builder(Access::key(consumer_key)).build()
    }

    /// A client that signs for a person.
    ///
    /// # Errors
    /// If TLS cannot be set up.
    pub fn signed(consumer: Consumer, token: AccessToken) -> Result<Self, ClientError> {
        Self::builder(Access::Person(consumer, token)).build()
    }

    /// A client from the environment:
    ///
    /// | variable | |
    /// | --- | --- |
    /// | `MUSESCORE_CONSUMER_KEY` | needed |
    /// | `MUSESCORE_CONSUMER_SECRET` | needed to sign |
    /// | `MUSESCORE_ACCESS_TOKEN`, `MUSESCORE_ACCESS_TOKEN_SECRET` | a user's token, used as it is; without it: |
    /// | `MUSESCORE_TOKEN_FILE` | the file of a user's login, see [`FileStore`]; logins go into it |
    /// | `MUSESCORE_BASE_URL`, `MUSESCORE_OAUTH_URL`, `MUSESCORE_WEB_URL`, `MUSESCORE_STATIC_URL` | other addresses |
    ///
    /// # Errors
    /// If the key is missing, a token lacks its other half or the secret that it needs, the token file cannot be used, or a
    /// URL is not one.
    pub fn from_env() -> Result<Self, ClientError> {
        let key = env_var("MUSESCORE_CONSUMER_KEY")?;
        let secret = env_var_if_set("MUSESCORE_CONSUMER_SECRET")?;
        let needed = || env_var("MUSESCORE_CONSUMER_SECRET");
        let token = env_var_if_set("MUSESCORE_ACCESS_TOKEN")?;
        let token_secret = env_var_if_set("MUSESCORE_ACCESS_TOKEN_SECRET")?;
        let access = if token.is_some() || token_secret.is_some() {
            let half = |half: Option<String>, name| half.ok_or(EnvironmentError::Missing(name));
            let token = half(token, "MUSESCORE_ACCESS_TOKEN")?;
            let token_secret = half(token_secret, "MUSESCORE_ACCESS_TOKEN_SECRET")?;
            Access::Person(Consumer::new(key, needed()?), AccessToken::new(token, token_secret))
        } else if let Some(file) = env_var_if_set("MUSESCORE_TOKEN_FILE")? {
            let store = FileStore::open(file).map_err(|error| AuthError::Store(error.to_string()))?;
            Access::stored(Consumer::new(key, needed()?), store)
        } else if let Some(secret) = secret {
            Access::Program(Consumer::new(key, secret))
        } else {
            Access::key(key)
        };
        let mut builder = Self::builder(access);
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
        builder.build()
    }

    /// A client that is set up further before it is built.
    pub fn builder(access: Access) -> ClientBuilder {
        ClientBuilder {
            access,
            base: "https://api.musescore.com/services/rest/".into(),
            oauth: "https://api.musescore.com/oauth/".into(),
            web: "https://musescore.com/".into(),
            files: "https://s3.amazonaws.com/static.musescore.com/".into(),
            settings: Vec::new(),
        }
    }

    /// This client for a person who logged in. It shares connections and limits.
    #[must_use]
    pub fn with_access(&self, access: Access) -> Self {
        let core = match self.core.base(None) {
            Some(base) => self.core.with_credentials(base.origin(), Arc::new(Credentials::from(&access))),
            None => self.core.clone(),
        };
        Self { core, access }
    }

    /// Sends an endpoint and reads the answer.
    ///
    /// # Errors
    /// See [`segno_core::Error`]; the service's own part is an [`ApiError`](crate::ApiError) for every endpoint of this crate.
    pub async fn send<E: Endpoint>(&self, endpoint: &E) -> Result<E::Output, segno_core::Error<E::ApiError>> {
        self.core.send(endpoint).await
    }

    /// A call that can still be given a deadline or a progress function.
    pub fn call<'a, E: Endpoint>(&'a self, endpoint: &'a E) -> Call<'a, E> {
        self.core.call(endpoint)
    }

    /// A list, page by page or item by item: [`scores::Search`], [`users::Scores`].
    pub fn pages<'e, E: Paged + 'e>(&self, endpoint: E) -> Pages<'e, E> {
        self.core.pages(endpoint)
    }

    /// The score or the member behind the address of a page: asks where it is, then for the thing itself, each with a
    /// signature of its own. Wherever the service points, the second request goes to this client's base URL.
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
        version: crate::VersionId,
        mp3: impl Into<Body>,
    ) -> Result<(), UploadError> {
        let get = signed_url::Get::new(id, version);
        let put = |url, body: Body| signed_url::Put::new(url, body);
        self.core.deliver(&mp3.into(), None, || self.send(&get), put, ApiError::is_expired_url).await
    }

    /// Who asks.
    #[must_use]
    pub fn access(&self) -> &Access {
        &self.access
    }

    /// The client of segno-core that does the work. Its base URLs are named `api`, `oauth`, `web` and `static`.
    #[must_use]
    pub fn core(&self) -> &segno_core::Client {
        &self.core
    }

    /// The origin of the login's endpoints.
    pub(crate) fn oauth_origin(&self) -> Option<Origin> {
        self.core.base(Some("oauth")).map(BaseUrl::origin)
    }

    /// The page that asks a person for consent.
    pub(crate) fn authorize_page(&self) -> String {
        self.core.base(Some("web")).map(|base| format!("{base}oauth/authorize")).unwrap_or_default()
    }
}

fn url(what: &'static str, text: &str) -> Result<BaseUrl, ClientError> {
    text.parse().map_err(|error| ClientError::Url(what, error))
}

type Setting = Box<dyn FnOnce(segno_core::ClientBuilder) -> segno_core::ClientBuilder>;

/// A client in the making.
///
/// The documentation prints `http` everywhere; the defaults are the `https` addresses that the service's own programs used.
/// Over plain http a signature still protects the secrets, but not what is read and written, and the answers of a login
/// carry a token in the clear.
#[must_use = "a builder does nothing until build() is called"]
pub struct ClientBuilder {
    access: Access,
    base: String,
    oauth: String,
    web: String,
    files: String,
    settings: Vec<Setting>,
}

impl ClientBuilder {
    /// Where the API is: `https://api.musescore.com/services/rest/` unless told otherwise.
    pub fn base_url(mut self, url: &str) -> Self {
        self.base = url.into();
        self
    }

    /// Where tokens are given: `https://api.musescore.com/oauth/` unless told otherwise.
    pub fn oauth_url(mut self, url: &str) -> Self {
        self.oauth = url.into();
        self
    }

    /// Where people look, give consent, and oEmbed is: `https://musescore.com/` unless told otherwise.
    pub fn web_url(mut self, url: &str) -> Self {
        self.web = url.into();
        self
    }

    /// Where files are: `https://s3.amazonaws.com/static.musescore.com/` unless told otherwise, which is the documented
    /// `http://static.musescore.com/` over https.
    pub fn static_url(mut self, url: &str) -> Self {
        self.files = url.into();
        self
    }

    /// Anything that segno-core can be told: timeouts, retries, a rate limit, a transport, a clock.
    pub fn settings(
        mut self,
        setting: impl FnOnce(segno_core::ClientBuilder) -> segno_core::ClientBuilder + 'static,
    ) -> Self {
        self.settings.push(Box::new(setting));
        self
    }

    /// The client.
    ///
    /// # Errors
    /// If an address is no absolute URL, or TLS cannot be set up.
    pub fn build(self) -> Result<Client, ClientError> {
        let mut core = segno_core::Client::builder(url("base URL", &self.base)?)
            .authorize(Credentials::from(&self.access))
            .base("oauth", url("OAuth URL", &self.oauth)?)
            .base("web", url("web URL", &self.web)?)
            .base("static", url("static URL", &self.files)?);
        for setting in self.settings {
            core = setting(core);
        }
        Ok(Client { core: core.build()?, access: self.access })
    }
}
