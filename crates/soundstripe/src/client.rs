//! The client: where requests go, with which key, how fast.

use std::sync::Arc;
use std::time::Duration;

use segno_core::auth::Token;
use segno_core::http::HeaderValue;
use segno_core::http::header::{ACCEPT, CONTENT_TYPE};
use segno_core::{
    Call, ClientError, Endpoint, Items, Paged, Pages, RateLimiter, Retry, Secret, env_var, env_var_if_set,
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
    /// If the key is missing or something is unusable.
    pub fn from_env() -> Result<Self, ClientError> {
        let builder = Self::builder(env_var("SOUNDSTRIPE_API_KEY")?);
        match env_var_if_set("SOUNDSTRIPE_BASE_URL")? {
            Some(url) => builder.base_url(&url).build(),
            None => builder.build(),
        }
    }

    /// A client that is set up further before it is built.
    pub fn builder(key: impl Into<Secret>) -> ClientBuilder {
        ClientBuilder { key: key.into(), base: BASE.into(), settings: Vec::new() }
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

    /// The client of segno-core that does the work.
    #[must_use]
    pub fn core(&self) -> &segno_core::Client {
        &self.0
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

type Setting = Box<dyn FnOnce(segno_core::ClientBuilder) -> segno_core::ClientBuilder>;

/// A client in the making.
#[must_use = "a builder does nothing until build() is called"]
pub struct ClientBuilder {
    key: Secret,
    base: String,
    settings: Vec<Setting>,
}

impl ClientBuilder {
    /// Another address than `https://api.soundstripe.com/v1/`; the key goes there and nowhere else.
    pub fn base_url(mut self, url: &str) -> Self {
        self.base = url.into();
        self
    }

    /// Anything that segno-core can be told: timeouts, retries, a rate limit, a transport, a clock.
    ///
    /// By default there are five attempts, and 24 requests leave in a second, evenly spaced. The service allows 25 in any
    /// second for all clients of a key together, so clients with the same key share one limit:
    ///
    /// ```
    /// use std::sync::Arc;
    /// use std::time::Duration;
    ///
    /// use segno_soundstripe::{Client, core::RateLimiter};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let shared = Arc::new(RateLimiter::per(24, Duration::from_secs(1)));
    /// let (one, two) = (Arc::clone(&shared), shared);
    /// let reader = Client::builder("sk_demo_0001").settings(|core| core.limit(one)).build()?;
    /// let writer = Client::builder("sk_demo_0001").settings(|core| core.limit(two)).build()?;
    /// # let _ = (reader, writer);
    /// # Ok(())
    /// # }
    /// ```
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
    /// A key that a header cannot carry, a base URL that is none, or TLS that cannot be set up.
    pub fn build(self) -> Result<Client, ClientError> {
        let base = self.base.parse().map_err(|error| ClientError::Url("base URL", error))?;
        // All three headers are documented for every request, also where there is no body.
        let mut core = segno_core::Client::builder(base)
            .authorize(Token::new("Token", &self.key)?)
            .header(ACCEPT, HeaderValue::from_static(MEDIA_TYPE))
            .header(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE))
            .retry(Retry { attempts: 5, ..Retry::default() })
            .limit(Arc::new(RateLimiter::per(RATE, Duration::from_secs(1))));
        for setting in self.settings {
            core = setting(core);
        }
        core.build().map(Client)
    }
}

impl std::fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ClientBuilder").field("base", &self.base).finish_non_exhaustive()
    }
}
