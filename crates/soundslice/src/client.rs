//! The client: credentials, base URL, and the calls that are more than one request.

use segno_core::auth::Basic;
use segno_core::client::ClientError;
use segno_core::environment::{env_var, env_var_if_set};
use segno_core::{Secret, service_client};

/// The production URL of the data API.
const BASE: &str = "https://www.soundslice.com/api/v1/";

/// A client for the Soundslice data API. Cheap to clone; clones share connections and limits.
#[derive(Clone, Debug)]
pub struct Client {
    core: segno_core::Client,
}

/// A client in the making.
///
/// ```
/// use std::time::Duration;
///
/// let client = segno_soundslice::Client::builder("demoApp7", "s3cret-pass")
///     .settings(|core| core.call_deadline(Duration::from_secs(20)))
///     .build()?;
/// # Ok::<(), segno_soundslice::core::client::ClientError>(())
/// ```
#[derive(Debug)]
#[must_use = "a builder does nothing until build() is called"]
pub struct ClientBuilder {
    core: segno_core::ClientBuilder,
    application_id: String,
    password: Secret,
}

service_client! {
    Client: send, call, stream, raw, download_to, blocking;
    ClientBuilder
}

impl Client {
    /// A client with the pair of strings of an API key: application ID and password.
    ///
    /// # Errors
    /// If the pair cannot be sent or TLS cannot be set up.
    pub fn new(application_id: &str, password: impl Into<Secret>) -> Result<Self, ClientError> {
        Self::builder(application_id, password).build()
    }

    /// A client with the key in `SOUNDSLICE_APP_ID` and `SOUNDSLICE_PASSWORD`, at `SOUNDSLICE_BASE_URL` if that is set.
    ///
    /// # Errors
    /// If one of the two is missing or unusable.
    pub fn from_env() -> Result<Self, ClientError> {
        Self::builder_from_env()?.build()
    }

    /// The builder behind [`from_env`](Client::from_env), to be set up further.
    ///
    /// # Errors
    /// If one of the two is missing, or one of the three is in quotes or has a line break inside.
    pub fn builder_from_env() -> Result<ClientBuilder, ClientError> {
        let application_id = env_var("SOUNDSLICE_APP_ID")?;
        let builder = Self::builder(&application_id, env_var("SOUNDSLICE_PASSWORD")?);
        Ok(match env_var_if_set("SOUNDSLICE_BASE_URL")? {
            Some(url) => builder.base_url(&url),
            None => builder,
        })
    }

    /// A client that is set up further before it is built.
    pub fn builder(application_id: &str, password: impl Into<Secret>) -> ClientBuilder {
        ClientBuilder {
            core: segno_core::Client::builder(BASE),
            application_id: application_id.into(),
            password: password.into(),
        }
    }
}

impl ClientBuilder {
    /// Builds the client.
    ///
    /// # Errors
    /// If a header cannot carry the key, the base URL is not an absolute URL, or TLS cannot be set up.
    pub fn build(self) -> Result<Client, ClientError> {
        let credentials = Basic::new(&self.application_id, &self.password)?;
        self.core.authorize(credentials).build().map(|core| Client { core })
    }
}
