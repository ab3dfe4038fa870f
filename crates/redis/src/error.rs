//! What goes wrong with a server, in one line.

use ::redis::ErrorKind;
use ::redis::ServerErrorKind;

/// A server that cannot be used. `{}` says which server, what happened and, where it is known, what to do; it never shows a password
/// or a token.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RedisError {
    /// The URL is not one of a server.
    #[error(
        "invalid Redis URL: expected redis://USER:PASSWORD@HOST:PORT/DATABASE, or rediss:// for TLS, found something else: {0}"
    )]
    Url(String),
    /// The server is away, refuses the login or the command, or did not respond in time.
    #[error("{place}: {reason}{}", hint(.source))]
    Server {
        /// Host, port and database.
        place: String,
        /// What the server or the network said.
        reason: String,
        /// What is behind it.
        #[source]
        source: ::redis::RedisError,
    },
    /// The server holds something else under the key.
    #[error(
        "{place}: invalid value of the key {key}: expected what segno-redis writes; choose another prefix or name"
    )]
    Value {
        /// Host, port and database.
        place: String,
        /// The key.
        key: String,
    },
}

impl RedisError {
    /// Whether the same may work later without anything being changed: the server is away, restarts, or is too slow.
    ///
    /// ```
    /// # fn example(error: segno_redis::RedisError) {
    /// if error.is_passing() {
    ///     println!("again in a second: {error}");
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn is_passing(&self) -> bool {
        let Self::Server { source, .. } = self else { return false };
        source.is_io_error()
            || matches!(
                source.kind(),
                ErrorKind::Server(
                    ServerErrorKind::BusyLoading
                        | ServerErrorKind::ClusterDown
                        | ServerErrorKind::MasterDown
                        | ServerErrorKind::ReadOnly
                        | ServerErrorKind::TryAgain
                )
            )
    }
}

fn hint(error: &::redis::RedisError) -> &'static str {
    match error.code() {
        Some("NOAUTH" | "WRONGPASS") => "; check user and password in the URL",
        Some("NOPERM") => {
            "; allow the user the keys of the prefix and the commands eval, evalsha, script, get, set and hmget"
        }
        Some("OOM") => "; give the server more memory: its policy must not evict what is kept here",
        Some("MISCONF") => "; the server cannot write to its disk",
        _ => "",
    }
}
