//! The client of the old API.

use segno_core::auth::{AuthError, AuthRequest, Authorize, Basic, CredentialVersion};
use segno_core::client::ClientError;
use segno_core::environment::{EnvironmentError, env_var, env_var_if_set};
use segno_core::{BoxFuture, Secret, service_client};

/// A client for the old API. Cheap to clone; clones share connections and limits.
#[derive(Clone, Debug)]
pub struct Client {
    core: segno_core::Client,
}

/// A client in the making.
#[derive(Debug)]
#[must_use = "a builder does nothing until build() is called"]
pub struct ClientBuilder {
    core: segno_core::ClientBuilder,
    basic: Option<(String, Secret)>,
    allow_plain_http: bool,
}

service_client! {
    Client: send, call;
    ClientBuilder
}

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
        let core = segno_core::Client::builder(base_url);
        ClientBuilder { core, basic: None, allow_plain_http: false }
    }
}

impl ClientBuilder {
    /// A user name and password.
    pub fn basic(mut self, user_name: &str, password: impl Into<Secret>) -> Self {
        self.basic = Some((user_name.to_owned(), password.into()));
        self
    }

    /// Sends the password over plain http to other machines too, where others on the way can read it. The old hosts spoke
    /// nothing else; without this such a request is refused.
    pub fn allow_plain_http(mut self) -> Self {
        self.allow_plain_http = true;
        self
    }

    /// The client.
    ///
    /// # Errors
    /// If the base URL is not valid, the credentials cannot be sent, or TLS cannot be set up.
    pub fn build(self) -> Result<Client, ClientError> {
        let core = match self.basic {
            None => self.core,
            Some((user_name, password)) => {
                let basic = Basic::new(&user_name, &password)?;
                if self.allow_plain_http {
                    self.core.authorize(AllowPlaintext(basic))
                } else {
                    self.core.authorize(basic)
                }
            }
        };
        Ok(Client { core: core.build()? })
    }
}

/// A password that its owner allows others on the way to read.
struct AllowPlaintext(Basic);

impl Authorize for AllowPlaintext {
    fn authorize<'a>(
        &'a self,
        request: AuthRequest<'a>,
    ) -> BoxFuture<'a, Result<CredentialVersion, AuthError>> {
        self.0.authorize(request)
    }

    fn survives_plain_http(&self) -> bool {
        true
    }
}
