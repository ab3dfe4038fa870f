//! The client: where requests go, with which key, how fast.

use std::sync::Arc;
use std::time::Duration;

use segno_core::auth::StaticToken;
use segno_core::client::{ClientError, RateLimiter};
use segno_core::environment::{env_var, env_var_if_set};
use segno_core::http::HeaderValue;
use segno_core::http::header::{ACCEPT, CONTENT_TYPE};
use segno_core::{Endpoint, Retry, Secret, service_client};

use crate::error::{ApiError, Error};
use crate::json_api::MEDIA_TYPE;

/// The production URL of the API.
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
/// use segno_soundstripe::{Client, core::client::RateLimiter};
///
/// let shared = Arc::new(RateLimiter::per(24, Duration::from_secs(1)));
/// let limited = || Client::builder("sk_demo_0001").settings(|core| core.limit(Arc::clone(&shared)));
/// let (reader, writer) = (limited().build()?, limited().build()?);
/// # Ok::<(), segno_soundstripe::core::client::ClientError>(())
/// ```
#[derive(Debug)]
#[must_use = "a builder does nothing until build() is called"]
pub struct ClientBuilder {
    core: segno_core::ClientBuilder,
    key: Secret,
}

service_client! {
    Client: send, call, pages, items, raw, blocking;
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

    /// A client with the key in `SOUNDSTRIPE_API_KEY`, at `SOUNDSTRIPE_BASE_URL` if that is set.
    ///
    /// # Errors
    /// If the key is missing, or a variable cannot be used.
    pub fn from_env() -> Result<Self, ClientError> {
        Self::builder_from_env()?.build()
    }

    /// The builder behind [`from_env`](Client::from_env), to be set up further.
    ///
    /// # Errors
    /// If the key is missing, or a variable cannot be used.
    pub fn builder_from_env() -> Result<ClientBuilder, ClientError> {
        let builder = Self::builder(env_var("SOUNDSTRIPE_API_KEY")?);
        Ok(match env_var_if_set("SOUNDSTRIPE_BASE_URL")? {
            Some(url) => builder.base_url(&url),
            None => builder,
        })
    }

    /// A client that is set up further before it is built.
    pub fn builder(key: impl Into<Secret>) -> ClientBuilder {
        // All three headers are documented for every request, also where there is no body.
        let core = segno_core::Client::builder(BASE)
            .header(ACCEPT, HeaderValue::from_static(MEDIA_TYPE))
            .header(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE))
            .retry(Retry::default().attempts(5))
            .limit(Arc::new(RateLimiter::per(RATE, Duration::from_secs(1))));
        ClientBuilder { core, key: key.into() }
    }
}

/// A resource whose links expire.
pub trait Refresh: Sized {
    /// The endpoint that reads it again.
    type Request: Endpoint<Output = Self, ApiError = ApiError>;

    /// The endpoint that reads this one again.
    fn request(&self) -> Self::Request;
}

impl Client {
    /// Reads a song, a sound effect or a Supe search again, with fresh links.
    ///
    /// A song has all its audio files or, by another source, the primary one only; a list then has the alternate files.
    ///
    /// # Errors
    /// See [`segno_core::Error`].
    pub async fn refresh<T: Refresh>(&self, old: &T) -> Result<T, Error> {
        self.send(&old.request()).await
    }
}

impl ClientBuilder {
    /// Builds the client.
    ///
    /// # Errors
    /// A key that a header cannot carry, a base URL that is not an absolute URL, or TLS that cannot be set up.
    pub fn build(self) -> Result<Client, ClientError> {
        let credentials = StaticToken::new("Token", &self.key)?;
        self.core.authorize(credentials).build().map(|core| Client { core })
    }
}
