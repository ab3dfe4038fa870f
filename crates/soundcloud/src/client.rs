//! The client: who asks, where, and the calls that are more than one request.

use std::sync::Arc;

use segno_core::auth::oauth2::{
    App, Login, LoginError, Quota, QuotaLimit, TokenKind, TokenServer, TokenSource,
};
use segno_core::auth::store::{FileStore, MemoryStore, TokenStore};
use segno_core::auth::{AuthError, Authorize, StaticToken};
use segno_core::http::HeaderValue;
use segno_core::http::header::ACCEPT;
use segno_core::{BaseUrl, ClientError, Endpoint, Paged, Pages, Retry, Secret, env_var, env_var_if_set};

use crate::call::Call;
use crate::diagnosis::Diagnosable;
use crate::jobs::Siblings;
use crate::rights::Rights;

/// Where the API lives.
const API: &str = "https://api.soundcloud.com/";
/// Where logins and tokens live.
const AUTH: &str = "https://secure.soundcloud.com/";
/// The name of the second base URL.
pub(crate) const AUTH_BASE: &str = "auth";
/// How many empty pages in a row are the end of a list.
const EMPTY_PAGES: u32 = 10;
/// What a user who has not logged in is told.
const HOW_TO_LOG_IN: &str = "call client.log_in_here(), or client.login() in a web application";
/// The scheme word that the documentation gives.
const SCHEME: &str = "OAuth";

/// A client for the SoundCloud API. Cheap to clone; clones share connections, limits and tokens.
#[derive(Clone, Debug)]
pub struct Client {
    core: segno_core::Client,
    grant: Option<TokenSource>,
    kind: Option<TokenKind>,
    uploads: Siblings,
}

impl Client {
    /// A client with the rights of the program alone: public things, to be read. Its token is kept in memory; a program
    /// that runs often keeps it in a file ([`ClientBuilder::app`]), because tokens are counted: 50 in 12 hours.
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
    /// | `SOUNDCLOUD_ACCESS_TOKEN` | a person's access token, used as it is; without it: |
    /// | `SOUNDCLOUD_CLIENT_ID`, `SOUNDCLOUD_CLIENT_SECRET` | the program |
    /// | `SOUNDCLOUD_TOKEN_FILE` | the file of a user's login, see [`FileStore`]; without it the client has its own rights only |
    /// | `SOUNDCLOUD_BASE_URL`, `SOUNDCLOUD_AUTH_URL` | other addresses, such as a sandbox |
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
        if let Some(token) = env_var_if_set("SOUNDCLOUD_ACCESS_TOKEN")? {
            return Ok(builder.token(token));
        }
        let (id, secret) = (env_var("SOUNDCLOUD_CLIENT_ID")?, env_var("SOUNDCLOUD_CLIENT_SECRET")?);
        Ok(match env_var_if_set("SOUNDCLOUD_TOKEN_FILE")? {
            Some(file) => {
                let store = FileStore::open(file).map_err(|error| AuthError::Store(error.to_string()))?;
                builder.user(&id, Some(secret.into()), store)
            }
            None => builder.app(&id, secret, MemoryStore::new()),
        })
    }

    /// A client that is set up further before it is built.
    pub fn builder() -> ClientBuilder {
        ClientBuilder {
            api: API.into(),
            auth: AUTH.into(),
            who: Who::Nobody,
            redirect_uri: None,
            settings: Vec::new(),
        }
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

    /// The token that a request sent now would have.
    pub(crate) async fn held_token(&self) -> Option<Secret> {
        self.grant.as_ref()?.token().await.ok()
    }

    /// The pages of a list; [`items`](Pages::items) gives the things on them one by one, over empty pages too. Ten empty pages
    /// in a row are taken for the end ([`Pages::empty_pages`] takes more or less of them): the service names a next page
    /// after the last one at times.
    pub fn pages<'e, E: Paged + 'e>(&self, list: E) -> Pages<'e, E> {
        self.core.pages(list).empty_pages(EMPTY_PAGES)
    }

    /// Begins a user's login. `redirect_uri` must be the one that is registered for the client id, letter by letter. A web
    /// application can finish it in another process: [`Login::to_record`], [`resume_login`](Client::resume_login).
    ///
    /// # Errors
    /// [`AuthError::NotSetUp`] if this client was not built for a user's login, [`AuthError::Unusable`] if the redirect URI
    /// is not a URI.
    pub fn login(&self, redirect_uri: &str) -> Result<Login, AuthError> {
        self.user_grant()?.begin_login(redirect_uri)
    }

    /// A login that another process began, from what [`Login::to_record`] gave there; [`Login::finish`] it.
    ///
    /// # Errors
    /// [`LoginError`] if the record is not one of a login of this client id, or has expired.
    pub fn resume_login(&self, record: &Secret) -> Result<Login, LoginError> {
        Login::from_record(self.user_grant()?, record)
    }

    /// The grant of a client that was built for a user's login.
    pub(crate) fn user_grant(&self) -> Result<&TokenSource, AuthError> {
        let why = match &self.grant {
            Some(grant) if grant.kind() == TokenKind::User => return Ok(grant),
            Some(_) => {
                "this client has its own rights only, and no place to keep a user's login; set SOUNDCLOUD_TOKEN_FILE to the \
                 path of a file for Client::from_env(), or build it with Client::builder().user(…)"
            }
            None if self.kind.is_some() => {
                "this client has a fixed access token (SOUNDCLOUD_ACCESS_TOKEN, or ClientBuilder::token) and cannot log \
                 anybody in; leave that out, and set SOUNDCLOUD_CLIENT_ID, SOUNDCLOUD_CLIENT_SECRET and \
                 SOUNDCLOUD_TOKEN_FILE instead"
            }
            None => "this client has no credentials; build it with Client::builder().user(…)",
        };
        Err(AuthError::NotSetUp(why.into()))
    }

    /// Whose rights the token has; `None` without a token.
    #[must_use]
    pub fn token_kind(&self) -> Option<TokenKind> {
        self.kind
    }

    /// The login behind this client, unless its token is a fixed one.
    #[must_use]
    pub fn grant(&self) -> Option<&TokenSource> {
        self.grant.as_ref()
    }

    /// The uploads of this client and its clones.
    pub(crate) fn uploads(&self) -> &Siblings {
        &self.uploads
    }

    /// The client of segno-core that does the work.
    #[must_use]
    pub fn core(&self) -> &segno_core::Client {
        &self.core
    }
}

type Setting = Box<dyn Fn(segno_core::ClientBuilder) -> segno_core::ClientBuilder>;

enum Who {
    Nobody,
    Fixed(Secret),
    Granted { app: App, kind: TokenKind, store: Arc<dyn TokenStore> },
}

/// A client in the making.
#[must_use = "a builder does nothing until build() is called"]
pub struct ClientBuilder {
    api: String,
    auth: String,
    who: Who,
    redirect_uri: Option<String>,
    settings: Vec<Setting>,
}

impl std::fmt::Debug for ClientBuilder {
    // Whose rights it has is shown, with which credentials is not.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let who = match &self.who {
            Who::Nobody => "nobody",
            Who::Fixed(_) => "a token",
            Who::Granted { kind: TokenKind::User, .. } => "a person",
            Who::Granted { kind: TokenKind::App, .. } => "the program",
        };
        f.debug_struct("ClientBuilder")
            .field("api", &self.api)
            .field("auth", &self.auth)
            .field("who", &who)
            .finish_non_exhaustive()
    }
}

impl ClientBuilder {
    /// Another base URL of the API: a sandbox, a proxy.
    pub fn base_url(mut self, url: &str) -> Self {
        self.api = url.into();
        self
    }

    /// Another base URL of logins and tokens.
    pub fn auth_url(mut self, url: &str) -> Self {
        self.auth = url.into();
        self
    }

    /// The rights of a person, whose login is in `store` or comes with [`Client::login`]. Programs have a secret; only
    /// SoundCloud's own go without.
    pub fn user(mut self, client_id: &str, client_secret: Option<Secret>, store: impl TokenStore) -> Self {
        let app = App { id: client_id.into(), secret: client_secret };
        self.who = Who::Granted { app, kind: TokenKind::User, store: Arc::new(store) };
        self
    }

    /// The rights of the program alone. Its tokens, and how many it asked for, are kept in `store`.
    pub fn app(mut self, client_id: &str, client_secret: impl Into<Secret>, store: impl TokenStore) -> Self {
        let app = App { id: client_id.into(), secret: Some(client_secret.into()) };
        self.who = Who::Granted { app, kind: TokenKind::App, store: Arc::new(store) };
        self
    }

    /// A person's access token, used as it is. It lives for about an hour and is not renewed.
    pub fn token(mut self, access_token: impl Into<Secret>) -> Self {
        self.who = Who::Fixed(access_token.into());
        self
    }

    /// Names the redirect URI with every refresh, too: the specification asks for it and the guide does not, and the service
    /// was seen to want it once. It must be the one of the login.
    pub fn redirect_uri_in_refresh(mut self, redirect_uri: impl Into<String>) -> Self {
        self.redirect_uri = Some(redirect_uri.into());
        self
    }

    /// Anything that segno-core can be told: timeouts, retries, a rate limit, a transport, a clock. It holds for the API
    /// and for the tokens (but for retries and the rate limit, which those do without), so it may run twice.
    ///
    /// ```
    /// # fn main() -> Result<(), segno_soundcloud::core::ClientError> {
    /// use std::time::Duration;
    /// use segno_soundcloud::Client;
    /// use segno_soundcloud::core::RateLimiter;
    ///
    /// // Five requests in a second at most, as the service does not tell what it takes.
    /// let limit = std::sync::Arc::new(RateLimiter::per(5, Duration::from_secs(1)));
    /// let client = Client::builder()
    ///     .token("2-400113--Zk3pQ")
    ///     .settings(move |core| core.limit(limit.clone()).call_deadline(Duration::from_secs(20)))
    ///     .build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn settings(
        mut self,
        setting: impl Fn(segno_core::ClientBuilder) -> segno_core::ClientBuilder + 'static,
    ) -> Self {
        self.settings.push(Box::new(setting));
        self
    }

    /// The client.
    ///
    /// # Errors
    /// If a base URL is no absolute URL or plain http to another machine, the token cannot be sent, or TLS cannot be set up.
    pub fn build(self) -> Result<Client, ClientError> {
        let Self { api, auth, who, redirect_uri, settings } = self;
        let api: BaseUrl = api.parse().map_err(|error| ClientError::Url("base URL of the API", error))?;
        let auth: BaseUrl =
            auth.parse().map_err(|error| ClientError::Url("base URL of the logins", error))?;
        // The token, and with it the secret of the program, go to both; some of those requests look anonymous to core.
        for origin in [api.origin(), auth.origin()] {
            if !origin.is_secure() && !origin.is_loopback() {
                return Err(AuthError::Insecure(origin).into());
            }
        }
        let json = || HeaderValue::from_static("application/json; charset=utf-8");
        let set_up = |mut core: segno_core::ClientBuilder| {
            for setting in &settings {
                core = setting(core);
            }
            core
        };
        // The service seldom tells when to come back, so pauses are longer than usual.
        let seconds = std::time::Duration::from_secs;
        let patient = Retry { base: seconds(1), cap: seconds(60), ..Retry::default() };
        let core = segno_core::Client::builder(api.clone()).base(AUTH_BASE, auth.clone());
        let core = set_up(core.header(ACCEPT, json()).retry(patient));
        let (core, grant, kind) = match who {
            Who::Nobody => (core, None, None),
            Who::Fixed(token) => {
                (core.authorize(StaticToken::new(SCHEME, &token)?), None, Some(TokenKind::User))
            }
            Who::Granted { app, kind, store } => {
                // A refresh token works once: the grant decides about a second request, nobody else.
                let auth = set_up(segno_core::Client::builder(auth)).retry(Retry::never()).no_limit();
                let mut server = TokenServer::new(auth.build()?, app);
                if let Some(redirect_uri) = redirect_uri {
                    server = server.with_redirect_uri(redirect_uri);
                }
                let grant = match kind {
                    TokenKind::User => TokenSource::user(server),
                    TokenKind::App => TokenSource::app(server).quota(quota()),
                };
                let grant = grant.scheme(SCHEME).login_hint(HOW_TO_LOG_IN).build(store);
                let rights = Rights::new(grant.clone(), kind, &api);
                (
                    core.authorize_at(api.origin(), Arc::new(rights) as Arc<dyn Authorize>),
                    Some(grant),
                    Some(kind),
                )
            }
        };
        Ok(Client { core: core.build()?, grant, kind, uploads: Siblings::default() })
    }
}

/// How many tokens a program may ask for by itself.
fn quota() -> Quota {
    let hours = |hours: u64| std::time::Duration::from_secs(hours * 3600);
    Quota::new(vec![
        QuotaLimit { count: 50, window: hours(12), name: "50 tokens in 12 hours for one program" },
        QuotaLimit { count: 30, window: hours(1), name: "30 tokens in one hour from one address" },
    ])
}
