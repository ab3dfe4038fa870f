//! How a client is set up.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::header::{ACCEPT_ENCODING, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use tokio::sync::Semaphore;

use super::cache::Cache;
use super::observer::Observer;
use super::rate_limit::RateLimit;
use super::rate_limiter::RateLimiter;
use super::retry::{Budget, Retry};
use super::{Client, Inner};
use crate::client::authorize::Authorize;
use crate::request::{Base, Bases, BuildError};
use crate::secret::Secret;
use crate::time::{Clock, SystemClock};
use crate::transport::{Timeouts, Transport};
use crate::url::{BaseUrl, Origin, UrlError};

impl Client {
    /// A client for a service at `base`, a [`BaseUrl`] or its text. A text that is not a URL is an error of
    /// [`build`](ClientBuilder::build).
    ///
    /// ```
    /// let client = segno_core::Client::builder("https://api.example.com/v1/").build()?;
    /// assert!(segno_core::Client::builder("api.example.com").build().is_err());
    /// # Ok::<(), segno_core::client::ClientError>(())
    /// ```
    pub fn builder(base: impl TryInto<BaseUrl, Error: Into<UrlError>>) -> ClientBuilder {
        let builder = ClientBuilder {
            first: None,
            others: Vec::new(),
            pinned: Vec::new(),
            credentials_at_base: Vec::new(),
            defaults: HeaderMap::from_iter([
                (USER_AGENT, HeaderValue::from_static(AGENT)),
                (ACCEPT_ENCODING, HeaderValue::from_static("gzip")),
            ]),
            credentials: Vec::new(),
            transport: None,
            #[cfg(feature = "hyper")]
            connector: crate::transport::hyper::Hyper::builder(),
            clock: Arc::new(SystemClock),
            retry: Retry::default(),
            limit: Arc::new(RateLimiter::none()),
            connections: CONNECTIONS,
            secrets: Vec::new(),
            timeouts: Timeouts::default(),
            body_cap: 32 * 1024 * 1024,
            observer: None,
            cache: None,
            coalesces: false,
            expect: None,
            unusable: None,
        };
        builder.base_url(base)
    }
}

/// How many requests may be under way at once: enough for any application, and a quarter of the file descriptors that macOS
/// gives a process.
const CONNECTIONS: usize = 64;

/// What requests call themselves unless told otherwise.
const AGENT: &str = concat!("segno/", env!("CARGO_PKG_VERSION"));

/// A client in the making. What cannot be used is an error of [`build`](ClientBuilder::build), the first of several.
#[derive(Clone)]
#[must_use = "a builder does nothing until build() is called"]
pub struct ClientBuilder {
    /// The first base URL. It is missing if it is unusable.
    first: Option<BaseUrl>,
    others: Vec<(&'static str, BaseUrl)>,
    pinned: Vec<String>,
    defaults: HeaderMap,
    credentials: Vec<(Origin, Arc<dyn Authorize>)>,
    /// Those for whatever is the first base URL in the end.
    credentials_at_base: Vec<Arc<dyn Authorize>>,
    transport: Option<Arc<dyn Transport>>,
    #[cfg(feature = "hyper")]
    connector: crate::transport::hyper::HyperBuilder,
    clock: Arc<dyn Clock>,
    retry: Retry,
    limit: Arc<dyn RateLimit>,
    connections: usize,
    secrets: Vec<Secret>,
    timeouts: Timeouts,
    body_cap: usize,
    observer: Option<Arc<dyn Observer>>,
    cache: Option<Arc<Cache>>,
    coalesces: bool,
    expect: Option<u64>,
    unusable: Option<ClientError>,
}

impl ClientBuilder {
    /// Another first base URL: a sandbox, a proxy.
    pub fn base_url(mut self, url: impl TryInto<BaseUrl, Error: Into<UrlError>>) -> Self {
        self.first = self.usable("api", url).or(self.first);
        self
    }

    /// Where another base URL of the service is.
    pub fn base(mut self, base: Base, url: impl TryInto<BaseUrl, Error: Into<UrlError>>) -> Self {
        let url = self.usable(base.name, url);
        self.others.extend(url.map(|url| (base.name, url)));
        self
    }

    fn usable(
        &mut self,
        name: &'static str,
        url: impl TryInto<BaseUrl, Error: Into<UrlError>>,
    ) -> Option<BaseUrl> {
        url.try_into().map_err(|error| self.unusable(ClientError::Url(name, error.into()))).ok()
    }

    fn unusable(&mut self, error: ClientError) {
        self.unusable.get_or_insert(error);
    }

    /// The only hosts to which something is sent at URLs that the service gives, such as presigned ones: `uploads.example.net`,
    /// or `*.example.net` for all below. What is at another host is not sent. Default: any host; over https, if the first base
    /// URL is https.
    pub fn pin_hosts(mut self, hosts: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.pinned.extend(hosts.into_iter().map(|host| host.into().to_ascii_lowercase()));
        self
    }

    /// Credentials for the origin of the first base URL. They are sent nowhere else.
    pub fn authorize(mut self, credentials: impl Authorize) -> Self {
        self.credentials_at_base.push(Arc::new(credentials));
        self
    }

    /// Credentials for another origin.
    pub fn authorize_at(mut self, origin: Origin, credentials: Arc<dyn Authorize>) -> Self {
        self.credentials.push((origin, credentials));
        self
    }

    /// A header on every request to a base URL, such as `Accept`.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.defaults.insert(name, value);
        self
    }

    /// What requests call themselves; put your application's name and a way to reach you there. A text that a header cannot carry fails
    /// in [`build`](ClientBuilder::build).
    pub fn user_agent(mut self, name: &str) -> Self {
        match HeaderValue::from_str(name) {
            Ok(value) => self.header(USER_AGENT, value),
            Err(_) => {
                self.unusable(BuildError::Header(USER_AGENT).into());
                self
            }
        }
    }

    /// Another transport instead of hyper.
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// How the default transport connects: proxies, certificates, IP addresses, idle connections.
    ///
    /// ```
    /// # use std::time::Duration;
    /// let client = segno_core::Client::builder("https://api.example.com/")
    ///     .connector(|hyper| hyper.idle_timeout(Duration::from_secs(5)).tcp_keep_alive(Duration::from_secs(30)))
    ///     .build()?;
    /// # Ok::<(), segno_core::client::ClientError>(())
    /// ```
    #[cfg(feature = "hyper")]
    pub fn connector(
        mut self,
        settings: impl FnOnce(crate::transport::hyper::HyperBuilder) -> crate::transport::hyper::HyperBuilder,
    ) -> Self {
        self.connector = settings(self.connector);
        self
    }

    /// Another clock.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// How failed attempts are repeated.
    pub fn retry(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }

    /// A rate limit, shared with whoever else holds it: a [`RateLimiter`] in an [`Arc`], or one that many processes share.
    pub fn limit(mut self, limit: impl RateLimit) -> Self {
        self.limit = Arc::new(limit);
        self
    }

    /// No rate limit but what the service itself asks for.
    pub fn no_limit(self) -> Self {
        self.limit(RateLimiter::none())
    }

    /// How many requests may be under way at the same time, from sending to the last byte of the response (at least 1); the
    /// others wait in a queue. Each takes a connection, and so a file descriptor. Default 64.
    ///
    /// A response that is read as it arrives (a download, [`Client::stream`]) counts until it is dropped.
    pub fn connections(mut self, at_once: usize) -> Self {
        self.connections = at_once;
        self
    }

    /// A secret of the user that no error may show, should the service ever echo it. What requests carry as credentials
    /// is known without being told.
    pub fn secret(mut self, secret: Secret) -> Self {
        self.secrets.push(secret);
        self
    }

    /// Who is told what calls do; one more takes the place of the one before.
    pub fn observer(mut self, observer: impl Observer) -> Self {
        self.observer = Some(Arc::new(observer));
        self
    }

    /// A cache for GET requests. Default: none.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use segno_core::client::Cache;
    ///
    /// // At most 16 MiB; what says nothing of its age is used for half a minute without asking.
    /// let cache = Cache::new(16 * 1024 * 1024).age(Duration::from_secs(30));
    /// let client = segno_core::Client::builder("https://api.example.com/").cache(cache).build()?;
    /// # Ok::<(), segno_core::client::ClientError>(())
    /// ```
    pub fn cache(mut self, cache: Cache) -> Self {
        self.cache = Some(Arc::new(cache));
        self
    }

    /// Sends one of several equal GET requests that are under way at the same time, and gives all its response; if it fails,
    /// the next one is sent. Default: each is sent.
    pub fn coalesce(mut self) -> Self {
        self.coalesces = true;
        self
    }

    /// Has a body of at least so many bytes wait, for a second at most, until the service asks for it (`Expect: 100-continue`), so
    /// that a refusal costs no upload. A service that knows no such wait (417) is not asked again. Default: bodies do not wait.
    pub fn expect_continue(mut self, bytes: u64) -> Self {
        self.expect = Some(bytes);
        self
    }

    /// How long is waited for what.
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// The deadline of a whole call with its retries and pauses.
    pub fn call_deadline(mut self, deadline: Duration) -> Self {
        self.timeouts.call = deadline;
        self
    }

    /// The largest response that is read into memory, in bytes. Default 32 MiB; streams are not bound by it.
    pub fn body_cap(mut self, bytes: usize) -> Self {
        self.body_cap = bytes;
        self
    }

    /// The client.
    ///
    /// # Errors
    /// If the default transport cannot be set up, or this build has no transport and none was given, or a setting cannot be used.
    pub fn build(mut self) -> Result<Client, ClientError> {
        let first = match (self.unusable, self.first) {
            (None, Some(first)) => first,
            (error, _) => return Err(error.unwrap_or(ClientError::Url("api", UrlError::NotAbsolute))),
        };
        let bases = Bases { first, others: self.others, pinned: self.pinned };
        let origin = bases.first.origin();
        self.credentials.extend(self.credentials_at_base.into_iter().map(|held| (origin.clone(), held)));
        let transport = match self.transport {
            Some(transport) => transport,
            #[cfg(feature = "hyper")]
            None => {
                let connector = self.connector.of_client(self.timeouts.connect, &self.clock)?;
                default_transport(&bases, connector)?
            }
            #[cfg(not(feature = "hyper"))]
            None => return Err(ClientError::NoTransport),
        };
        Ok(Client(Arc::new(Inner {
            bases,
            defaults: self.defaults,
            credentials: self.credentials,
            transport,
            clock: self.clock,
            retry: self.retry,
            budget: Arc::new(Budget::new(self.retry.budget)),
            limit: self.limit,
            connections: Arc::new(Semaphore::new(self.connections.clamp(1, Semaphore::MAX_PERMITS))),
            secrets: self.secrets.into(),
            timeouts: self.timeouts,
            body_cap: self.body_cap,
            observer: self.observer,
            cache: self.cache,
            flights: self.coalesces.then(Arc::default),
            partition: super::partition(),
            writes: Arc::default(),
            expect: self.expect,
            unexpected: Arc::default(),
        })))
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder").field("base_url", &self.first).finish_non_exhaustive()
    }
}

#[cfg(feature = "hyper")]
fn default_transport(
    bases: &Bases,
    connector: crate::transport::hyper::HyperBuilder,
) -> Result<Arc<dyn Transport>, ClientError> {
    let hyper = connector.build();
    // What is missing for https is better known now than in the first call.
    if bases.others.iter().map(|(_, base)| base).chain([&bases.first]).any(|base| base.origin().is_secure()) {
        hyper.prepare_tls()?;
    }
    Ok(Arc::new(hyper))
}

/// A client that cannot be built.
#[derive(Clone, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// The crate was built without the `hyper` feature and no transport was given.
    #[error("no transport: turn the feature \"hyper\" on or give one to the builder")]
    NoTransport,
    /// TLS cannot be set up.
    #[error(transparent)]
    Tls(#[from] crate::transport::TlsError),
    /// The credentials cannot be used.
    #[error(transparent)]
    Auth(#[from] crate::client::authorize::AuthError),
    /// The base URL of this name cannot be used.
    #[error("invalid base URL ({0}): {1}")]
    Url(&'static str, UrlError),
    /// A setting cannot be used.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// A proxy cannot be used.
    #[cfg(feature = "hyper")]
    #[error(transparent)]
    Proxy(#[from] crate::transport::proxy::ProxyError),
    /// The thread that blocking calls need cannot be started.
    #[error("blocking calls need a thread, which cannot be started: {0}")]
    Runtime(#[source] Arc<std::io::Error>),
    /// An environment variable cannot be used.
    #[error(transparent)]
    Environment(#[from] crate::environment::EnvironmentError),
}

impl fmt::Debug for ClientError {
    // The line for people, as a program prints it that ends with this error.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
