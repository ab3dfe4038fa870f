//! The connection to a server.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use ::redis::aio::{ConnectionManager, ConnectionManagerConfig};
use ::redis::{Client, ConnectionAddr, FromRedisValue, IntoConnectionInfo as _, Script, ToRedisArgs};
#[cfg(feature = "tls")]
use rustls::pki_types::{CertificateDer, pem::PemObject as _};
use segno_core::time::{Clock, SystemClock, retry_within};
use segno_core::transport::in_one_line;
use tokio::sync::OnceCell;

use crate::RedisError;

/// How long is waited for a connection, and for the response to a command.
const RESPONSE: Duration = Duration::from_secs(2);
/// How long a server that is away is asked again. With the time that the last of the requests takes it is 10 s.
const PATIENCE: Duration = Duration::from_secs(7);

/// A server that many processes share: Redis from 5.0 on, or Valkey. Cheap to clone: clones share one connection, which is made when it
/// is needed, and made anew when it breaks.
#[derive(Clone)]
pub struct Redis(Arc<Inner>);

struct Inner {
    client: Client,
    manager: OnceCell<ConnectionManager>,
    prefix: String,
    place: String,
    is_tls: bool,
    clock: Arc<dyn Clock>,
}

impl Redis {
    /// The server at `url`: `redis://USER:PASSWORD@HOST:PORT/DATABASE`, `rediss://…` for TLS. Nothing is sent yet.
    ///
    /// ```
    /// use segno_redis::Redis;
    ///
    /// let server = Redis::new("redis://127.0.0.1:6379/")?;
    /// assert!(Redis::new("postgres://localhost").is_err());
    /// # Ok::<(), segno_redis::RedisError>(())
    /// ```
    ///
    /// # Errors
    /// [`RedisError::Url`].
    pub fn new(url: &str) -> Result<Self, RedisError> {
        Self::builder(url).build()
    }

    /// A server that is set up further.
    pub fn builder(url: &str) -> RedisBuilder {
        RedisBuilder {
            url: url.to_owned(),
            prefix: "segno".into(),
            clock: Arc::new(SystemClock),
            #[cfg(feature = "tls")]
            authority: None,
        }
    }

    /// A key under the prefix. What is in braces decides which node of a cluster has it.
    pub(crate) fn key(&self, kind: &str, name: &str) -> String {
        format!("{}:{kind}:{{{name}}}", self.0.prefix)
    }

    /// Runs a script on its one key, again while the server is away.
    pub(crate) async fn run<T: FromRedisValue>(
        &self,
        script: &Script,
        key: &str,
        values: impl ToRedisArgs,
    ) -> Result<T, RedisError> {
        let mut invocation = script.key(key);
        invocation.arg(values);
        let invocation = &invocation;
        let ask = || async move {
            let run = async {
                let mut connection = self.manager().await?.clone();
                invocation.invoke_async(&mut connection).await
            };
            // The manager's own limits are for one connection and one response; more than one of each may be needed.
            match tokio::time::timeout(2 * RESPONSE, run).await {
                Ok(result) => result,
                Err(_) => Err(std::io::Error::from(std::io::ErrorKind::TimedOut).into()),
            }
            .map_err(|error| self.failed(error))
        };
        retry_within(&*self.0.clock, PATIENCE, RedisError::is_passing, ask).await
    }

    /// Made on a runtime, which it needs.
    async fn manager(&self) -> Result<&ConnectionManager, ::redis::RedisError> {
        let make = || async {
            let config = ConnectionManagerConfig::new()
                .set_connection_timeout(Some(RESPONSE))
                .set_response_timeout(Some(RESPONSE))
                .set_min_delay(Duration::from_millis(20))
                .set_max_delay(Duration::from_millis(200))
                .set_number_of_retries(1);
            ConnectionManager::new_lazy_with_config(self.0.client.clone(), config)
        };
        self.0.manager.get_or_try_init(make).await
    }

    fn failed(&self, source: ::redis::RedisError) -> RedisError {
        if let Some((node, _)) = source.redirect_node() {
            return RedisError::Cluster { place: self.0.place.clone(), node: node.to_owned() };
        }
        let reason = match (source.is_timeout(), source.detail()) {
            // A server without TLS waits for the end of what it takes for a command.
            (true, _) if self.0.is_tls => {
                format!(
                    "no response within {} s; is it one that speaks TLS, as rediss:// says?",
                    RESPONSE.as_secs()
                )
            }
            (true, _) => format!("no response within {} s", RESPONSE.as_secs()),
            (false, Some(detail)) if source.code().is_some() => {
                format!("{} {detail}", source.code().unwrap_or_default())
            }
            _ => in_one_line(&source),
        };
        RedisError::Server { place: self.0.place.clone(), reason, source }
    }

    /// Host, port and database, for messages.
    pub(crate) fn place(&self) -> &str {
        &self.0.place
    }

    /// The clock that waits are counted by.
    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.0.clock
    }
}

impl fmt::Debug for Redis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redis").field("place", &self.0.place).finish_non_exhaustive()
    }
}

/// A server in the making.
#[must_use = "a builder does nothing until build() is called"]
pub struct RedisBuilder {
    url: String,
    prefix: String,
    clock: Arc<dyn Clock>,
    #[cfg(feature = "tls")]
    authority: Option<Vec<u8>>,
}

impl RedisBuilder {
    /// What every key begins with, so that several installations share a server. Default `segno`.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// Waits by another clock.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// The certificate of the authority that signed the server's, in PEM, in place of those that the operating system trusts.
    #[cfg(feature = "tls")]
    pub fn authority(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.authority = Some(pem.into());
        self
    }

    /// The server.
    ///
    /// # Errors
    /// [`RedisError::Url`], [`RedisError::Authority`].
    pub fn build(self) -> Result<Redis, RedisError> {
        let invalid = |error: ::redis::RedisError| RedisError::Url(in_one_line(&error));
        let info = self.url.as_str().into_connection_info().map_err(invalid)?;
        let place = format!("redis://{}/{}", info.addr(), info.redis_settings().db());
        let is_tls = matches!(info.addr(), ConnectionAddr::TcpTls { .. });
        #[cfg(feature = "tls")]
        let client = match self.authority {
            Some(pem) => {
                provide();
                if !is_certificate(&pem) {
                    return Err(RedisError::Authority);
                }
                let certificates = ::redis::TlsCertificates { client_tls: None, root_cert: Some(pem) };
                Client::build_with_tls(info, certificates)
            }
            None => {
                provide();
                Client::open(info)
            }
        };
        #[cfg(not(feature = "tls"))]
        let client = Client::open(info);
        let client = client.map_err(invalid)?;
        Ok(Redis(Arc::new(Inner {
            client,
            manager: OnceCell::new(),
            prefix: self.prefix,
            place,
            is_tls,
            clock: self.clock,
        })))
    }
}

/// Whether there is a certificate in it, and nothing that cannot be read. The driver passes over the rest.
#[cfg(feature = "tls")]
fn is_certificate(pem: &[u8]) -> bool {
    let mut roots = rustls::RootCertStore::empty();
    let mut certificates = CertificateDer::pem_slice_iter(pem);
    certificates.all(|certificate| certificate.is_ok_and(|certificate| roots.add(certificate).is_ok()))
        && !roots.is_empty()
}

/// The driver takes the cryptography of the process, and panics if it does not know which. An application that chose one keeps it.
#[cfg(feature = "tls")]
fn provide() {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        let _ = rustls::crypto::ring::default_provider().install_default();
    }
}

impl fmt::Debug for RedisBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisBuilder").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}
