//! The client: credentials, base URL, and the calls that are more than one request.

use std::fmt;

use segno_core::auth::Basic;
use segno_core::{
    Call, ClientError, Endpoint, JsonArrayStream, Secret, StreamEndpoint, env_var, env_var_if_set,
};

/// Where the data API lives.
const BASE: &str = "https://www.soundslice.com/api/v1/";

/// A client for the Soundslice data API. Cheap to clone; clones share connections and limits.
#[derive(Clone, Debug)]
pub struct Client(segno_core::Client);

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

    /// The same, to be set up further before it is built.
    ///
    /// # Errors
    /// If one of the two is missing, or one of the three cannot be meant: in quotes, with a line break inside.
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
            base: BASE.into(),
            application_id: application_id.into(),
            password: password.into(),
            settings: Vec::new(),
        }
    }

    /// Sends an endpoint and reads the answer.
    ///
    /// # Errors
    /// See [`segno_core::Error`]; the service's own part is an [`ApiError`](crate::ApiError) for every endpoint of this crate.
    pub async fn send<E: Endpoint>(&self, endpoint: &E) -> Result<E::Output, segno_core::Error<E::ApiError>> {
        self.0.send(endpoint).await
    }

    /// A call that can still be given a deadline or a progress function.
    pub fn call<'a, E: Endpoint>(&'a self, endpoint: &'a E) -> Call<'a, E> {
        self.0.call(endpoint)
    }

    /// Sends an endpoint that answers with a list, and decodes item by item while the answer arrives: memory stays flat
    /// however long the list is.
    ///
    /// # Errors
    /// See [`segno_core::Error`].
    pub async fn stream<E: StreamEndpoint>(
        &self,
        endpoint: &E,
    ) -> Result<JsonArrayStream<E>, segno_core::Error<E::ApiError>> {
        self.0.stream(endpoint).await
    }

    /// The client of segno-core that does the work.
    #[must_use]
    pub fn core(&self) -> &segno_core::Client {
        &self.0
    }
}

type Setting = Box<dyn FnOnce(segno_core::ClientBuilder) -> segno_core::ClientBuilder>;

/// A client in the making.
#[must_use = "a builder does nothing until build() is called"]
pub struct ClientBuilder {
    base: String,
    application_id: String,
    password: Secret,
    settings: Vec<Setting>,
}

impl ClientBuilder {
    /// Another base URL: the sandbox, a proxy.
    pub fn base_url(mut self, url: &str) -> Self {
        self.base = url.into();
        self
    }

    /// Anything that segno-core can be told: timeouts, retries, a rate limit, a transport, a clock.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let client = segno_soundslice::Client::builder("demoApp7", "s3cret-pass")
    ///     .settings(|core| core.call_deadline(Duration::from_secs(20)))
    ///     .build()?;
    /// # let _ = client;
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
    /// If the pair cannot be sent, the base URL is no absolute URL, or TLS cannot be set up.
    pub fn build(self) -> Result<Client, ClientError> {
        let base = self.base.parse().map_err(|error| ClientError::Url("base URL", error))?;
        let credentials = Basic::new(&self.application_id, &self.password)?;
        let mut core = segno_core::Client::builder(base).authorize(credentials);
        for setting in self.settings {
            core = setting(core);
        }
        core.build().map(Client)
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder").field("base", &self.base).finish_non_exhaustive()
    }
}
