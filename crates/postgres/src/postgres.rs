//! The connections to a database.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{
    Client, Manager, ManagerConfig, Pool, PoolError, RecyclingMethod, Runtime, TimeoutType,
};
use segno_core::time::{Clock, SystemClock};
use segno_core::transport::in_one_line;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Config, NoTls, Row};

use crate::PostgresError;
use crate::error::words;

/// How long is waited for a connection, and for the response to a statement.
const PATIENCE: Duration = Duration::from_secs(3);
/// How many connections there are at most.
const CONNECTIONS: usize = 8;

/// A database that many processes share. Cheap to clone: clones share the connections, which are made when they are needed.
#[derive(Clone)]
pub struct Postgres {
    pool: Pool,
    place: Arc<str>,
    clock: Arc<dyn Clock>,
}

impl Postgres {
    /// The database at `url`: `postgres://USER:PASSWORD@HOST:PORT/DATABASE`, several hosts between commas for one that fails over, or
    /// what else [libpq] reads: `sslmode=require` for TLS (the certificate and its name are checked, as with `verify-full`), `options=-c search_path=NAME` for a schema of its own. Nothing is sent
    /// yet.
    ///
    /// [libpq]: https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING
    ///
    /// ```
    /// use segno_postgres::Postgres;
    ///
    /// let database = Postgres::new("postgres://segno:s3cret@127.0.0.1:5432/segno?sslmode=disable")?;
    /// assert!(Postgres::new("mysql://localhost").is_err());
    /// # Ok::<(), segno_postgres::PostgresError>(())
    /// ```
    ///
    /// # Errors
    /// [`PostgresError::Url`], [`PostgresError::Tls`].
    pub fn new(url: &str) -> Result<Self, PostgresError> {
        Self::builder(url).build()
    }

    /// A database that is set up further.
    pub fn builder(url: &str) -> PostgresBuilder {
        PostgresBuilder {
            url: url.to_owned(),
            connections: CONNECTIONS,
            clock: Arc::new(SystemClock),
            #[cfg(feature = "tls")]
            authority: None,
        }
    }

    /// A connection of the pool.
    pub(crate) async fn connection(&self) -> Result<Client, PostgresError> {
        let place = || self.place.to_string();
        self.pool.get().await.map_err(|error| match error {
            PoolError::Timeout(TimeoutType::Wait) => {
                let reason = format!("all connections are in use for {} s", PATIENCE.as_secs());
                PostgresError::Connect { place: place(), reason, source: None }
            }
            PoolError::Timeout(_) => {
                let reason = format!("no response within {} s", PATIENCE.as_secs());
                PostgresError::Connect { place: place(), reason, source: None }
            }
            PoolError::Backend(error) => {
                PostgresError::Connect { place: place(), reason: words(&error), source: Some(error.into()) }
            }
            other => PostgresError::Connect {
                place: place(),
                reason: in_one_line(&other),
                source: Some(other.into()),
            },
        })
    }

    /// What one statement gives, if it gives it in time. The connection on which it hangs is closed. No statement is prepared, so
    /// that a pooler may stand between.
    pub(crate) async fn query(
        &self,
        statement: &str,
        values: &[(&(dyn ToSql + Sync), Type)],
    ) -> Result<Vec<Row>, PostgresError> {
        self.query_within(PATIENCE, statement, values).await
    }

    /// What one statement gives, if it gives it in so much time.
    pub(crate) async fn query_within(
        &self,
        limit: Duration,
        statement: &str,
        values: &[(&(dyn ToSql + Sync), Type)],
    ) -> Result<Vec<Row>, PostgresError> {
        let connection = self.connection().await?;
        match tokio::time::timeout(limit, connection.query_typed(statement, values)).await {
            Ok(result) => result.map_err(|error| self.refused(error)),
            Err(_) => Err(self.hangs(connection, limit)),
        }
    }

    /// Closes a connection on which a statement hangs.
    pub(crate) fn hangs(&self, connection: Client, limit: Duration) -> PostgresError {
        drop(Client::take(connection));
        PostgresError::Timeout { place: self.place.to_string(), limit }
    }

    /// The error of a statement.
    pub(crate) fn refused(&self, source: tokio_postgres::Error) -> PostgresError {
        PostgresError::Statement { place: self.place.to_string(), reason: words(&source), source }
    }

    /// Host, port and database, for messages.
    pub(crate) fn place(&self) -> &str {
        &self.place
    }

    /// The clock that waits are counted by.
    pub(crate) fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }
}

impl fmt::Debug for Postgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Postgres").field("place", &self.place).finish_non_exhaustive()
    }
}

/// A database in the making.
#[must_use = "a builder does nothing until build() is called"]
pub struct PostgresBuilder {
    url: String,
    connections: usize,
    clock: Arc<dyn Clock>,
    #[cfg(feature = "tls")]
    authority: Option<Vec<u8>>,
}

impl PostgresBuilder {
    /// How many connections there are at most (at least 1). Default 8. A process uses one at a time for tokens and deliveries.
    pub fn connections(mut self, at_most: usize) -> Self {
        self.connections = at_most.max(1);
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

    /// The database.
    ///
    /// # Errors
    /// [`PostgresError::Url`], [`PostgresError::Tls`].
    pub fn build(self) -> Result<Postgres, PostgresError> {
        let mut config = Config::from_str(&known_mode(&self.url))
            .map_err(|error| PostgresError::Url(in_one_line(&error)))?;
        if config.get_hosts().is_empty() {
            return Err(PostgresError::Url("it has no host".into()));
        }
        if config.get_hosts().iter().any(|host| matches!(host, Host::Tcp(name) if name.contains('@'))) {
            return Err(PostgresError::Url("write @ as %40 in a user or a password".into()));
        }
        if config.get_application_name().is_none() {
            config.application_name("segno");
        }
        config.connect_timeout(config.get_connect_timeout().copied().unwrap_or(PATIENCE));
        let place = place(&config);
        let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = match config.get_ssl_mode() {
            SslMode::Disable => Manager::from_config(config, NoTls, recycling),
            #[cfg(feature = "tls")]
            _ => Manager::from_config(config, crate::tls::connector(self.authority.as_deref())?, recycling),
            #[cfg(not(feature = "tls"))]
            SslMode::Prefer => Manager::from_config(config, NoTls, recycling),
            #[cfg(not(feature = "tls"))]
            _ => return Err(PostgresError::Tls("turn the feature \"tls\" on".into())),
        };
        let pool = Pool::builder(manager)
            .max_size(self.connections)
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(PATIENCE))
            .create_timeout(Some(PATIENCE))
            .recycle_timeout(Some(PATIENCE))
            .build()
            .map_err(|error| PostgresError::Url(in_one_line(&error)))?;
        Ok(Postgres { pool, place: place.into(), clock: self.clock })
    }
}

impl fmt::Debug for PostgresBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresBuilder").field("connections", &self.connections).finish_non_exhaustive()
    }
}

/// The modes of libpq that the driver does not know ask for no more than is done for `require` here: the certificate and its name are
/// checked.
fn known_mode(url: &str) -> Cow<'_, str> {
    let Some((place, query)) = url.rsplit_once('?') else { return url.into() };
    let parts = query.split('&').map(|part| match part {
        "sslmode=verify-ca" | "sslmode=verify-full" => "sslmode=require",
        other => other,
    });
    format!("{place}?{}", parts.collect::<Vec<_>>().join("&")).into()
}

/// Hosts, ports and database, without user and password.
fn place(config: &Config) -> String {
    let ports = config.get_ports();
    let hosts: Vec<String> = config
        .get_hosts()
        .iter()
        .enumerate()
        .map(|(number, host)| {
            let port = ports.get(number).or(ports.first()).copied().unwrap_or(5432);
            match host {
                Host::Tcp(host) => format!("{host}:{port}"),
                #[cfg(unix)]
                Host::Unix(folder) => format!("{}:{port}", folder.display()),
            }
        })
        .collect();
    let database = config.get_dbname().or(config.get_user()).unwrap_or_default();
    format!("postgres://{}/{database}", hosts.join(","))
}
