//! What goes wrong with a database, in one line.

use std::error::Error;
use std::io::ErrorKind;
use std::time::Duration;

use segno_core::transport::in_one_line;
use tokio_postgres::error::DbError;

/// A database that cannot be used. `{}` says which database, what happened and, where it is known, what to do; it never shows a
/// password or a token.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PostgresError {
    /// The URL is not one of a database.
    #[error(
        "invalid database URL: expected postgres://USER:PASSWORD@HOST:PORT/DATABASE, found something else: {0}"
    )]
    Url(String),
    /// TLS cannot be set up, or is asked for by the URL and left out of this build.
    #[error("TLS to the database cannot be set up: {0}")]
    Tls(String),
    /// No connection could be had: the server is away, refuses the login, or has no connection free.
    #[error("{place}: no connection: {reason}{}", trust(.reason))]
    Connect {
        /// Host, port and database.
        place: String,
        /// What the server or the network said.
        reason: String,
        /// What is behind it.
        #[source]
        source: Option<Box<dyn Error + Send + Sync>>,
    },
    /// The server did not respond in time. A statement that writes may have been carried out.
    #[error("{place}: no response within {} s", limit.as_secs())]
    Timeout {
        /// Host, port and database.
        place: String,
        /// How long was waited.
        limit: Duration,
    },
    /// The server refused a statement, or the connection broke during it.
    #[error("{place}: {reason}{}", hint(.source))]
    Statement {
        /// Host, port and database.
        place: String,
        /// What the server or the network said.
        reason: String,
        /// What is behind it.
        #[source]
        source: tokio_postgres::Error,
    },
}

impl PostgresError {
    /// Whether the same may work later without anything being changed: the server is away, restarts, or is too slow.
    ///
    /// ```
    /// # fn example(error: segno_postgres::PostgresError) {
    /// if error.is_passing() {
    ///     println!("again in a second: {error}");
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Connect { source, .. } => source.as_deref().is_none_or(|source| is_passing(source)),
            Self::Timeout { .. } => true,
            // Without a code the connection broke.
            Self::Statement { source, .. } => source.as_db_error().is_none_or(is_passing_code),
            Self::Url(_) | Self::Tls(_) => false,
        }
    }

    /// Whether a table is not there: [`Postgres::migrate`](crate::Postgres::migrate) makes them, or the files of the folder
    /// `migrations`.
    ///
    /// ```
    /// # fn example(error: segno_postgres::PostgresError) {
    /// if error.is_missing_table() {
    ///     println!("migrate first: {error}");
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn is_missing_table(&self) -> bool {
        matches!(self, Self::Statement { source, .. } if is_of_missing_table(source))
    }
}

fn is_of_missing_table(error: &tokio_postgres::Error) -> bool {
    error.code() == Some(&tokio_postgres::error::SqlState::UNDEFINED_TABLE)
}

/// Connection exceptions, serialization failures, no resources, the operator intervenes (PostgreSQL, Appendix A).
fn is_passing_code(refused: &DbError) -> bool {
    ["08", "40", "53", "57"].iter().any(|class| refused.code().code().starts_with(class))
}

/// Whether a connection that could not be had may be had later: the network and the server may come back; a login, a certificate and a
/// setting stay as they are.
fn is_passing(error: &(dyn Error + 'static)) -> bool {
    if let Some(refused) = error.downcast_ref::<DbError>() {
        return is_passing_code(refused);
    }
    if let Some(broken) = error.downcast_ref::<std::io::Error>() {
        // What rustls refuses.
        return broken.kind() != ErrorKind::InvalidData;
    }
    match error.source() {
        Some(source) => is_passing(source),
        None => error.downcast_ref::<tokio_postgres::Error>().is_some(),
    }
}

/// What to do about a certificate of an authority that is not known.
fn trust(reason: &str) -> &'static str {
    let is_unknown = reason.contains("invalid peer certificate");
    if is_unknown && !reason.contains("not valid for name") && !reason.contains("expired") {
        "; let the system trust the certificate of its authority (SSL_CERT_FILE on Linux), or give it to the client"
    } else {
        ""
    }
}

/// What to do where a table is missing.
fn hint(error: &tokio_postgres::Error) -> &'static str {
    if is_of_missing_table(error) {
        "; call Postgres::migrate once, or run the files of the folder migrations"
    } else {
        ""
    }
}

/// What an error of the driver says, with what is behind it, which it leaves out.
pub(crate) fn words(error: &tokio_postgres::Error) -> String {
    match error.as_db_error() {
        Some(refused) => format!("{} ({})", refused.message(), refused.code().code()),
        None => in_one_line(error),
    }
}
