//! The client: where requests go, with which key, how fast.

use std::sync::Arc;
use std::time::Duration;

use segno_core::auth::StaticToken;
use segno_core::http::HeaderValue;
use segno_core::http::header::{ACCEPT, CONTENT_TYPE};
use segno_core::{
    ClientError, Endpoint, RateLimiter, Retry, Secret, env_var, env_var_if_set, service_client,
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
pub struct Client {
    core: segno_core::Client,
}

/// A client in the making.
///
/// By default there are five attempts, and 24 requests leave in a second, evenly spaced. The service allows 25 in any second for
/// all clients of a key together, so clients with the same key share one rate limiter:
///
/// ```
/// use std::sync::Arc;
/// use std::time::Duration;
///
/// use segno_soundstripe::{Client, core::RateLimiter};
///
/// let shared = Arc::new(RateLimiter::per(24, Duration::from_secs(1)));
/// let limited = || Client::builder("sk_demo_0001").settings(|core| core.limit(Arc::clone(&shared)));
/// let (reader, writer) = (limited().build()?, limited().build()?);
/// # Ok::<(), segno_soundstripe::core::ClientError>(())
/// ```
#[derive(Debug)]
#[must_use = "a builder does nothing until build() is called"]
pub struct ClientBuilder {
    core: segno_core::ClientBuilder,
    key: Secret,
}

service_client! {
    Client: send, call, pages, items;
    ClientBuilder
}

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
        // All three headers are documented for every request, also where there is no body.
        let core = segno_core::Client::builder(BASE)
            .header(ACCEPT, HeaderValue::from_static(MEDIA_TYPE))
            .header(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE))
            .retry(Retry { attempts: 5, ..Retry::default() })
            .limit(Arc::new(RateLimiter::per(RATE, Duration::from_secs(1))));
        ClientBuilder { core, key: key.into() }
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

impl ClientBuilder {
    /// The client.
    ///
    /// # Errors
    /// A key that a header cannot carry, a base URL that is not an absolute URL, or TLS that cannot be set up.
    pub fn build(self) -> Result<Client, ClientError> {
        let credentials = StaticToken::new("Token", &self.key)?;
        self.core.authorize(credentials).build().map(|core| Client { core })
    }
}
