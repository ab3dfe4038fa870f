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
    /// What was given is not the certificate of an authority.
    #[error(
        "invalid authority: expected a certificate in PEM (-----BEGIN CERTIFICATE-----), found something else"
    )]
    Authority,
    /// The server is away, refuses the login or the command, or did not respond in time.
    #[error("{place}: {reason}{}", hint(.source, .reason))]
    Server {
        /// Host, port and database.
        place: String,
        /// What the server or the network said.
        reason: String,
        /// What is behind it.
        #[source]
        source: ::redis::RedisError,
    },
    /// The server is a node of a cluster, and another node has the key. Clusters are not followed: see the crate's documentation.
    #[error(
        "{place} is a node of a cluster, and the key is on the node {node}; name a single Redis, or a proxy in front of the cluster"
    )]
    Cluster {
        /// Host, port and database.
        place: String,
        /// Host and port of the other node.
        node: String,
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
        let Self::Server { source, reason, .. } = self else { return false };
        source.is_io_error() && !reason.contains(CERTIFICATE)
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

/// What rustls says of a certificate that it does not accept.
const CERTIFICATE: &str = "invalid peer certificate";

/// As `ACL SETUSER` takes them.
const RIGHTS: &str = "; allow the user the keys of the prefix (~segno:*) and +eval +evalsha +script|load +time +get +set +del +exists \
    +hset +hmget +pexpire";

/// What to do about it.
fn hint(error: &::redis::RedisError, reason: &str) -> &'static str {
    if reason.contains(CERTIFICATE) && !reason.contains("not valid for name") && !reason.contains("expired") {
        return "; let the system trust the certificate of its authority (SSL_CERT_FILE on Linux), or give it to the client";
    }
    const LOGIN: &str = "; check user and password in the URL";
    if error.kind() == ErrorKind::AuthenticationFailed {
        return LOGIN;
    }
    match error.code() {
        Some("NOAUTH" | "WRONGPASS") => LOGIN,
        Some("NOPERM") => RIGHTS,
        // So it is said of what a script calls.
        Some("ERR") if reason.contains("can't run this command") => RIGHTS,
        Some("OOM") => "; give the server more memory: its policy must not evict what is kept here",
        Some("MISCONF") => "; the server cannot write to its disk",
        _ => "",
    }
}
