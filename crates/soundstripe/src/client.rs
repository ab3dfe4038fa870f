//! The client: where requests go, with which key, how fast.

use std::sync::Arc;
use std::time::Duration;

use segno_core::auth::Token;
use segno_core::http::HeaderValue;
use segno_core::http::header::{ACCEPT, CONTENT_TYPE};
use segno_core::{
    BaseUrl, BuildError, Call, ClientError, Clock, Endpoint, Items, Limit, Paged, Pages, Retry, Secret,
    Timeouts, Transport,
};

use crate::error::{ApiError, Error};
use crate::json_api::MEDIA_TYPE;

/// Where the service is.
const BASE: &str = "https://api.soundstripe.com/v1/";

/// The requests that the client starts in one second. The service counts 25 in any second as they *arrive*; requests
/// that leave evenly arrive a little bunched, so one is kept back.
const RATE: u32 = 24;

/// Sends endpoints to Soundstripe. Cheap to clone: clones share connections and the rate limit.
///
/// Keys are for servers: never ship one to a browser or an app.
#[derive(Clone, Debug)]
pub struct Client(pub(crate) segno_core::Client);

impl Client {
    /// A client with this API key.
    ///
    /// # Errors
    /// A key that a header cannot carry, or TLS that cannot be set up.
    pub fn new(key: impl Into<Secret>) -> Result<Self, ClientError> {
        Self::builder(key).build()
    }

    /// A client with the key in `SOUNDSTRIPE_API_KEY`, at the address in `SOUNDSTRIPE_BASE_URL` if that is set.
    ///
    /// # Errors
    /// A variable that is missing, empty or cannot be used.
    pub fn from_env() -> Result<Self, ClientError> {
        const KEY: &str = "SOUNDSTRIPE_API_KEY";
        const BASE_URL: &str = "SOUNDSTRIPE_BASE_URL";
        let key = std::env::var(KEY).unwrap_or_default();
        if key.is_empty() {
            return Err(ClientError::Environment(KEY));
        }
        let builder = Self::builder(key);
        match std::env::var(BASE_URL) {
            Ok(base) if base.is_empty() => Err(ClientError::Environment(BASE_URL)),
            Ok(base) => {
                builder.base_url(base.parse().map_err(|error| ClientError::Url(BASE_URL, error))?).build()
            }
            Err(_) => builder.build(),
        }
    }

    /// A client in the making.
    pub fn builder(key: impl Into<Secret>) -> ClientBuilder {
        ClientBuilder {
            key: key.into(),
            base: None,
            limit: Some(Arc::new(Limit::per(RATE, Duration::from_secs(1)))),
            retry: Retry { attempts: 5, ..Retry::default() },
            timeouts: Timeouts::default(),
            transport: None,
            clock: None,
            user_agent: None,
        }
    }

    /// Sends an endpoint and reads the answer.
    ///
    /// # Errors
    /// See [`segno_core::Error`].
    pub async fn send<E: Endpoint>(&self, endpoint: &E) -> Result<E::Output, segno_core::Error<E::ApiError>> {
        self.0.send(endpoint).await
    }

    /// A call that can still be given a deadline or a progress function.
    pub fn call<'a, E: Endpoint>(&'a self, endpoint: &'a E) -> Call<'a, E> {
        self.0.call(endpoint)
    }
}

impl Client {
    /// The pages of a list, one after the other, each asked for when it is wanted.
    pub fn pages<'e, E: Paged + 'e>(&self, list: E) -> Pages<'e, E> {
        self.0.pages(list)
    }

    /// The items of a list over all its pages; the next page is asked for while the program is busy with this one.
    ///
    /// The list may change under way: totals are taken as they come, and an item that the service moves to a later page
    /// meanwhile can come twice.
    pub fn items<E>(&self, list: E) -> Items<'static, E>
    where
        E: Paged + 'static,
        E::Item: Send,
        E::ApiError: Send,
    {
        self.pages(list).prefetch().items()
    }
}

/// What can be asked for again to get fresh links.
pub trait Refresh: Sized {
    /// The request that asks for it again.
    type Again: Endpoint<Output = Self, ApiError = ApiError>;

    /// The request that asks for it again.
    fn again(&self) -> Self::Again;
}

impl Client {
    /// Asks for something again whose links expired: a song, a sound effect, a Supe search.
    ///
    /// A song comes back with all its audio files or, by another source, with the primary one only; alternate files can
    /// then be had from a list.
    ///
    /// # Errors
    /// See [`segno_core::Error`].
    pub async fn refresh<T: Refresh>(&self, old: &T) -> Result<T, Error> {
        self.send(&old.again()).await
    }
}

/// The client underneath, for whoever wants to look at a request without sending it.
impl AsRef<segno_core::Client> for Client {
    fn as_ref(&self) -> &segno_core::Client {
        &self.0
    }
}

/// A client in the making.
#[must_use = "a builder does nothing until build() is called"]
pub struct ClientBuilder {
    key: Secret,
    base: Option<BaseUrl>,
    limit: Option<Arc<Limit>>,
    retry: Retry,
    timeouts: Timeouts,
    transport: Option<Arc<dyn Transport>>,
    clock: Option<Arc<dyn Clock>>,
    user_agent: Option<String>,
}

impl ClientBuilder {
    /// Another address than `https://api.soundstripe.com/v1/`; the key goes there and nowhere else.
    pub fn base_url(mut self, base: BaseUrl) -> Self {
        self.base = Some(base);
        self
    }

    /// A rate limit of your own instead of 24 requests a second, evenly spaced. Clients with the same key can share one;
    /// the service allows 25 in any second for all of them together.
    pub fn limit(mut self, limit: Arc<Limit>) -> Self {
        self.limit = Some(limit);
        self
    }

    /// No rate limit: the service will answer 429, which is waited for and repeated.
    pub fn no_limit(mut self) -> Self {
        self.limit = None;
        self
    }

    /// How failed attempts are repeated. Default: five attempts in all.
    pub fn retry(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }

    /// How long is waited for what.
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// Another transport instead of hyper.
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// Another clock.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// What requests call themselves; put your program's name and address there.
    pub fn user_agent(mut self, name: impl Into<String>) -> Self {
        self.user_agent = Some(name.into());
        self
    }

    /// The client.
    ///
    /// # Errors
    /// A key or a name that a header cannot carry, or TLS that cannot be set up.
    pub fn build(self) -> Result<Client, ClientError> {
        let base = match self.base {
            Some(base) => base,
            None => BASE.parse().map_err(|error| ClientError::Url("base URL", error))?,
        };
        // All three headers are documented for every request, also where there is no body.
        let mut builder = segno_core::Client::builder(base)
            .authorize(Token::new("Token", &self.key)?)
            .header(ACCEPT, HeaderValue::from_static(MEDIA_TYPE))
            .header(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE))
            .retry(self.retry)
            .timeouts(self.timeouts);
        builder = match self.limit {
            Some(limit) => builder.limit(limit),
            None => builder.no_limit(),
        };
        if let Some(transport) = self.transport {
            builder = builder.transport(transport);
        }
        if let Some(clock) = self.clock {
            builder = builder.clock(clock);
        }
        if let Some(name) = self.user_agent {
            builder = builder.user_agent(&name).map_err(|error: BuildError| ClientError::Build(error))?;
        }
        builder.build().map(Client)
    }
}

impl std::fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ClientBuilder").field("base", &self.base).finish_non_exhaustive()
    }
}
