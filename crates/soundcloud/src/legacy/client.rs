//! The client of the old API.

use std::fmt;

use segno_core::auth::{AuthError, AuthRequest, Authorize, Basic, CredentialVersion};
use segno_core::{BoxFuture, Call, ClientError, Endpoint, EnvironmentError, Secret, env_var, env_var_if_set};

/// A client for the old API. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Client(segno_core::Client);

impl Client {
    /// A client at a base URL, with a user name and password.
    ///
    /// # Errors
    /// If the URL is not valid or the credentials cannot be sent.
    pub fn new(base_url: &str, user_name: &str, password: impl Into<Secret>) -> Result<Self, ClientError> {
        Self::builder(base_url).basic(user_name, password).build()
    }

    /// A client without credentials, for what is public.
    ///
    /// # Errors
    /// If the URL is not valid.
    pub fn anonymous(base_url: &str) -> Result<Self, ClientError> {
        Self::builder(base_url).build()
    }

    /// A client at `SOUNDCLOUD_LEGACY_URL`, with `SOUNDCLOUD_USERNAME` and `SOUNDCLOUD_PASSWORD` if they are set.
    ///
    /// # Errors
    /// If the URL is missing or something is unusable.
    pub fn from_env() -> Result<Self, ClientError> {
        let url = env_var("SOUNDCLOUD_LEGACY_URL")?;
        match (env_var_if_set("SOUNDCLOUD_USERNAME")?, env_var_if_set("SOUNDCLOUD_PASSWORD")?) {
            (Some(user), Some(password)) => Self::new(&url, &user, password),
            (None, None) => Self::anonymous(&url),
            (None, Some(_)) => Err(EnvironmentError::Missing("SOUNDCLOUD_USERNAME").into()),
            (Some(_), None) => Err(EnvironmentError::Missing("SOUNDCLOUD_PASSWORD").into()),
        }
    }

    /// A client that is set up further before it is built.
    pub fn builder(base_url: &str) -> ClientBuilder {
        ClientBuilder { base: base_url.to_owned(), basic: None, allow_plaintext: false, settings: Vec::new() }
    }

    /// Sends an endpoint and reads the response.
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
    basic: Option<(String, Secret)>,
    allow_plaintext: bool,
    settings: Vec<Setting>,
}

impl ClientBuilder {
    /// A user name and password.
    pub fn basic(mut self, user_name: &str, password: impl Into<Secret>) -> Self {
        self.basic = Some((user_name.to_owned(), password.into()));
        self
    }

    /// Sends the password over plain http to other machines too, where anybody on the way can read it. The old hosts knew
    /// nothing else; without this such a request is refused.
    pub fn allow_plain_http(mut self) -> Self {
        self.allow_plaintext = true;
        self
    }

    /// Anything that segno-core can be told: timeouts, retries, a transport, a clock.
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
    /// If the base URL is not valid, the credentials cannot be sent, or TLS cannot be set up.
    pub fn build(self) -> Result<Client, ClientError> {
        let mut core = segno_core::Client::builder(self.base);
        if let Some((user_name, password)) = self.basic {
            let basic = Basic::new(&user_name, &password)?;
            core = if self.allow_plaintext {
                core.authorize(AllowPlaintext(basic))
            } else {
                core.authorize(basic)
            };
        }
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

/// A password that its owner allows to be read on the way.
struct AllowPlaintext(Basic);

impl Authorize for AllowPlaintext {
    fn authorize<'a>(
        &'a self,
        attempt: AuthRequest<'a>,
    ) -> BoxFuture<'a, Result<CredentialVersion, AuthError>> {
        self.0.authorize(attempt)
    }

    fn survives_plain_http(&self) -> bool {
        true
    }
}
