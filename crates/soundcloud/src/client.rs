//! The client: credentials, base URLs, and the calls that are more than one request.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use segno_core::auth::oauth2::{
    App, Login, LoginError, Quota, QuotaLimit, TokenKind, TokenServer, TokenSource,
};
use segno_core::auth::store::{FileStore, MemoryStore, TokenStore};
use segno_core::auth::{AuthError, StaticToken};
use segno_core::client::{ClientError, Paged};
use segno_core::environment::{env_var, env_var_if_set};
use segno_core::http::HeaderValue;
use segno_core::http::header::ACCEPT;
use segno_core::request::Base;
use segno_core::{Endpoint, Pages, Retry, Secret, service_client};

use crate::call::Call;
use crate::diagnosis::Diagnosable;
use crate::jobs::UploadRegistry;
use crate::rights::Rights;

/// The production URL of the API.
const API: &str = "https://api.soundcloud.com/";
/// Where logins and tokens are.
pub(crate) const AUTH: Base = Base::new("auth", "https://secure.soundcloud.com/");
/// The site, for oEmbed.
pub(crate) const WEB: Base = Base::new("web", "https://soundcloud.com/");
/// How many empty pages in a row are the end of a list.
const EMPTY_PAGES: u32 = 10;
/// What a user who has not logged in is told.
const LOGIN_HINT: &str = "call client.login_in_browser(), or client.begin_login() in a web application";
/// The scheme word that the documentation gives.
const SCHEME: &str = "OAuth";

/// A client for the SoundCloud API. Cheap to clone; clones share connections, limits and tokens.
#[derive(Clone, Debug)]
pub struct Client {
    core: segno_core::Client,
    token_source: Option<TokenSource>,
    token_kind: Option<TokenKind>,
    uploads: UploadRegistry,
}

/// A client in the making.
///
/// ```
/// use std::sync::Arc;
/// use std::time::Duration;
///
/// use segno_soundcloud::Client;
/// use segno_soundcloud::core::client::RateLimiter;
///
/// // Five requests in a second at most, as the service does not tell how many it takes.
/// let limit = Arc::new(RateLimiter::per(5, Duration::from_secs(1)));
/// let client = Client::builder()
///     .token("2-400113--Zk3pQ")
///     .settings(|core| core.limit(limit).call_deadline(Duration::from_secs(20)))
///     .build()?;
/// # Ok::<(), segno_soundcloud::core::client::ClientError>(())
/// ```
#[derive(Debug)]
#[must_use = "a builder does nothing until build() is called"]
pub struct ClientBuilder {
    core: segno_core::ClientBuilder,
    credentials: Credentials,
    redirect_uri: Option<String>,
}

enum Credentials {
    None,
    Token(Secret),
    Source { app: App, kind: TokenKind, store: Arc<dyn TokenStore> },
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::Token(_) => "Token",
            Self::Source { kind: TokenKind::User, .. } => "User",
            Self::Source { kind: TokenKind::App, .. } => "App",
        })
    }
}

service_client! {
    Client: items, raw, download_to, blocking;
    ClientBuilder
}

impl Client {
    /// A client with the application's own rights: it reads what is public. Its token is kept in memory; what runs often
    /// keeps it in a file ([`ClientBuilder::app`]), because tokens are counted: 50 in 12 hours.
    ///
    /// # Errors
    /// If the credentials cannot be sent or TLS cannot be set up.
    pub fn new(client_id: &str, client_secret: impl Into<Secret>) -> Result<Self, ClientError> {
        Self::builder().app(client_id, client_secret, MemoryStore::new()).build()
    }

    /// A client set up by the environment:
    ///
    /// | variable | |
    /// | --- | --- |
    /// | `SOUNDCLOUD_ACCESS_TOKEN` | a user's access token, used as it is; without it: |
    /// | `SOUNDCLOUD_CLIENT_ID`, `SOUNDCLOUD_CLIENT_SECRET` | the application |
    /// | `SOUNDCLOUD_TOKEN_FILE` | the file of a user's login, see [`FileStore`]; without it the client has the application's own rights |
    /// | `SOUNDCLOUD_BASE_URL`, `SOUNDCLOUD_AUTH_URL`, `SOUNDCLOUD_WEB_URL` | other base URLs, such as those of a sandbox |
    ///
    /// # Errors
    /// If what is needed is missing or unusable.
    pub fn from_env() -> Result<Self, ClientError> {
        Self::builder_from_env()?.build()
    }

    /// The builder behind [`from_env`](Client::from_env), to be set up further.
    ///
    /// # Errors
    /// If what is needed is missing or unusable.
    pub fn builder_from_env() -> Result<ClientBuilder, ClientError> {
        let mut builder = Self::builder();
        if let Some(url) = env_var_if_set("SOUNDCLOUD_BASE_URL")? {
            builder = builder.base_url(&url);
        }
        if let Some(url) = env_var_if_set("SOUNDCLOUD_AUTH_URL")? {
            builder = builder.auth_url(&url);
        }
        if let Some(url) = env_var_if_set("SOUNDCLOUD_WEB_URL")? {
            builder = builder.web_url(&url);
        }
        if let Some(token) = env_var_if_set("SOUNDCLOUD_ACCESS_TOKEN")? {
            return Ok(builder.token(token));
        }
        let (id, secret) = (env_var("SOUNDCLOUD_CLIENT_ID")?, env_var("SOUNDCLOUD_CLIENT_SECRET")?);
        Ok(match env_var_if_set("SOUNDCLOUD_TOKEN_FILE")? {
            Some(file) => {
                let store = FileStore::open(file).map_err(AuthError::from)?;
                builder.user(&id, Some(secret.into()), store)
            }
            None => builder.app(&id, secret, MemoryStore::new()),
        })
    }

    /// A client that is set up further before it is built. Without credentials it can send nothing but what needs none.
    pub fn builder() -> ClientBuilder {
        // The service seldom tells when to come back, so pauses are longer than usual.
        let retry = Retry::default().base(Duration::from_secs(1)).cap(Duration::from_secs(60));
        let core = segno_core::Client::builder(API).retry(retry);
        ClientBuilder { core, credentials: Credentials::None, redirect_uri: None }
    }

    /// Sends an endpoint and reads the response. A write that is refused without a reason is looked into: see
    /// [`Diagnosis`](crate::Diagnosis).
    ///
    /// # Errors
    /// See [`segno_core::Error`]; the service's own part is an [`ApiError`](crate::ApiError) for every endpoint of this
    /// crate.
    pub fn send<'a, E: Endpoint>(
        &'a self,
        endpoint: &'a E,
    ) -> impl Future<Output = Result<E::Output, segno_core::Error<E::ApiError>>> + Send + use<'a, E>
    where
        E::ApiError: Diagnosable,
    {
        self.call(endpoint).send()
    }

    /// A call that can still be given a deadline or a progress function.
    pub fn call<'a, E: Endpoint>(&'a self, endpoint: &'a E) -> Call<'a, E> {
        Call::new(self, endpoint)
    }

    /// The pages of a list; [`items`](Pages::items) gives the items on them one by one, over empty pages too. Ten empty pages
    /// in a row are taken for the end ([`Pages::empty_pages`] takes more or fewer): the service names a next page after the
    /// last one at times.
    pub fn pages<'e, E: Paged + 'e>(&self, list: E) -> Pages<'e, E> {
        self.core.pages(list).empty_pages(EMPTY_PAGES)
    }

    /// The token that a request sent now would have.
    pub(crate) async fn held_token(&self) -> Option<Secret> {
        self.token_source.as_ref()?.token().await.ok()
    }

    /// Begins a user's login. `redirect_uri` must be the one that is registered for the client id, letter by letter. A web
    /// application can finish it in another process: [`Login::to_record`], [`resume_login`](Client::resume_login).
    ///
    /// # Errors
    /// [`AuthError::NotSetUp`] if this client was not built for a user's login, [`AuthError::Unusable`] if the redirect URI
    /// is not a URI.
    #[doc(alias("OAuth", "PKCE", "sign in"))]
    pub fn begin_login(&self, redirect_uri: &str) -> Result<Login, AuthError> {
        self.user_tokens()?.begin_login(redirect_uri)
    }

    /// A login that another process began, from what [`Login::to_record`] gave there; [`Login::finish`] it.
    ///
    /// # Errors
    /// [`LoginError`] if the record is not one of a login of this client id, or has expired.
    pub fn resume_login(&self, record: &Secret) -> Result<Login, LoginError> {
        Login::from_record(self.user_tokens()?, record)
    }

    /// The token source of a client that was built for a user's login.
    pub(crate) fn user_tokens(&self) -> Result<&TokenSource, AuthError> {
        let why = match &self.token_source {
            Some(source) if source.kind() == TokenKind::User => return Ok(source),
            Some(_) => {
                "this client has the application's own rights, and no place to keep a user's login; set \
                 SOUNDCLOUD_TOKEN_FILE to the path of a file for Client::from_env(), or build it with \
                 Client::builder().user(…)"
            }
            None if self.token_kind.is_some() => {
                "this client has a fixed access token (SOUNDCLOUD_ACCESS_TOKEN, or ClientBuilder::token) and cannot log \
                 users in; leave that out, and set SOUNDCLOUD_CLIENT_ID, SOUNDCLOUD_CLIENT_SECRET and \
                 SOUNDCLOUD_TOKEN_FILE instead"
            }
            None => "this client has no credentials; build it with Client::builder().user(…)",
        };
        Err(AuthError::NotSetUp(why.into()))
    }

    /// Whose rights the token has; `None` without a token.
    #[must_use]
    pub fn token_kind(&self) -> Option<TokenKind> {
        self.token_kind
    }

    /// Where the tokens of this client come from, unless it has a fixed one or none.
    #[must_use]
    pub fn token_source(&self) -> Option<&TokenSource> {
        self.token_source.as_ref()
    }

    /// The uploads of this client and its clones.
    pub(crate) fn uploads(&self) -> &UploadRegistry {
        &self.uploads
    }
}

impl ClientBuilder {
    /// Another base URL of logins and tokens. A text that is not a URL is an error of `build`.
    pub fn auth_url(mut self, url: &str) -> Self {
        self.core = self.core.base(AUTH, url);
        self
    }

    /// Another URL of the site than `https://soundcloud.com/`: oEmbed is there. No token goes there.
    pub fn web_url(mut self, url: &str) -> Self {
        self.core = self.core.base(WEB, url);
        self
    }

    /// The rights of a user, whose login is in `store` or comes with [`Client::begin_login`]. Applications have a secret; only
    /// SoundCloud's own go without.
    pub fn user(mut self, client_id: &str, client_secret: Option<Secret>, store: impl TokenStore) -> Self {
        let app = App { id: client_id.into(), secret: client_secret };
        self.credentials = Credentials::Source { app, kind: TokenKind::User, store: Arc::new(store) };
        self
    }

    /// The application's own rights. Its tokens, and how many it asked for, are kept in `store`.
    pub fn app(mut self, client_id: &str, client_secret: impl Into<Secret>, store: impl TokenStore) -> Self {
        let app = App { id: client_id.into(), secret: Some(client_secret.into()) };
        self.credentials = Credentials::Source { app, kind: TokenKind::App, store: Arc::new(store) };
        self
    }

    /// A user's access token, used as it is. It lives for about an hour and is not renewed.
    pub fn token(mut self, access_token: impl Into<Secret>) -> Self {
        self.credentials = Credentials::Token(access_token.into());
        self
    }

    /// Sends the redirect URI with every refresh, too: the specification asks for it and the guide does not, and the service
    /// was seen to want it once. It must be the one of the login.
    pub fn redirect_uri_in_refresh(mut self, redirect_uri: impl Into<String>) -> Self {
        self.redirect_uri = Some(redirect_uri.into());
        self
    }

    /// The client. What [`settings`](ClientBuilder::settings) say holds for tokens too, but for retries and the rate limit.
    ///
    /// # Errors
    /// If a base URL is not an absolute URL or is plain http to another machine, the token cannot be sent, or TLS cannot be
    /// set up.
    pub fn build(self) -> Result<Client, ClientError> {
        let Self { core: settings, credentials, redirect_uri } = self;
        let json = HeaderValue::from_static("application/json; charset=utf-8");
        let core = settings.clone().header(ACCEPT, json);
        let core = match &credentials {
            Credentials::Token(token) => core.authorize(StaticToken::new(SCHEME, token)?),
            Credentials::None | Credentials::Source { .. } => core,
        };
        let core = core.build()?;
        let (api, auth) =
            (core.base_url().clone(), core.base(AUTH).map_err(|error| ClientError::Url("auth", error))?);
        // The token, and with it the client secret, go to both; some of those requests look anonymous to core.
        for origin in [api.origin(), auth.origin()] {
            if !origin.is_secure() && !origin.is_loopback() {
                return Err(AuthError::Insecure(origin).into());
            }
        }
        let client = |core, token_source, token_kind| {
            Ok(Client { core, token_source, token_kind, uploads: UploadRegistry::default() })
        };
        let (app, kind, store) = match credentials {
            Credentials::None => return client(core, None, None),
            Credentials::Token(_) => return client(core, None, Some(TokenKind::User)),
            Credentials::Source { app, kind, store } => (app, kind, store),
        };
        // A refresh token works once: the token source decides about a second request, nobody else.
        let tokens = settings.base_url(auth).retry(Retry::never()).no_limit().build()?;
        let mut server = TokenServer::new(tokens, app);
        if let Some(redirect_uri) = redirect_uri {
            server = server.with_redirect_uri(redirect_uri);
        }
        let source = match kind {
            TokenKind::User => TokenSource::user(server),
            TokenKind::App => TokenSource::app(server).quota(quota()),
        };
        let source = source.scheme(SCHEME).login_hint(LOGIN_HINT).build(store);
        let rights = Rights::new(source.clone(), kind, &api);
        let core = core.with_credentials(api.origin(), Arc::new(rights));
        client(core, Some(source), Some(kind))
    }
}

/// How many tokens an application may ask for.
fn quota() -> Quota {
    let hours = |hours: u64| Duration::from_secs(hours * 3600);
    Quota::new(vec![
        QuotaLimit { count: 50, window: hours(12), name: "50 tokens in 12 hours for one client id" },
        QuotaLimit { count: 30, window: hours(1), name: "30 tokens in one hour from one IP address" },
    ])
}
