//! Credentials on requests: the seam, and the schemes that need no more than a header.

use std::time::Duration;

use http::header::HeaderMap;
use http::{Method, Uri};

use crate::BoxFuture;
use crate::request::body::Body;
use crate::secret::Secret;
use crate::time::Clock;
use crate::url::Origin;

mod basic;
#[cfg(feature = "loopback")]
pub mod loopback;
#[cfg(feature = "oauth1")]
pub mod oauth1;
#[cfg(feature = "oauth2")]
pub mod oauth2;
mod static_token;
#[cfg(any(feature = "oauth1", feature = "oauth2"))]
pub mod store;

pub use basic::Basic;
pub use static_token::StaticToken;

/// Puts credentials on a request. It runs once per attempt, on the final request, so that every attempt carries a
/// fresh token or a new signature.
///
/// The client asks it only for requests to the origin that the credentials belong to.
pub trait Authorize: Send + Sync + 'static {
    /// Authorizes one attempt. The ticket tells later which credentials it used.
    fn authorize<'a>(
        &'a self,
        attempt: AuthRequest<'a>,
    ) -> BoxFuture<'a, Result<CredentialVersion, AuthError>>;

    /// The service answered 401 to an attempt with this ticket: gets better credentials if it can, and says whether
    /// one more attempt is worth while.
    fn rejected(&self, ticket: CredentialVersion) -> BoxFuture<'_, Result<bool, AuthError>> {
        let _ = ticket;
        Box::pin(std::future::ready(Ok(false)))
    }

    /// The secrets behind these credentials, also those that no request carries: no error shows them, should a service
    /// ever echo one. What stands in a header marked sensitive is known without being told.
    fn secrets(&self) -> Vec<Secret> {
        Vec::new()
    }

    /// Whether these credentials may travel over plain http to another machine. Only a signature that does not reveal
    /// its key may say yes.
    fn survives_plain_http(&self) -> bool {
        false
    }
}

/// The request of one attempt, as far as credentials may look at it or change it.
pub struct AuthRequest<'a> {
    /// The verb.
    pub method: &'a Method,
    /// The whole URL.
    pub uri: &'a mut Uri,
    /// The headers.
    pub headers: &'a mut HeaderMap,
    /// The body; its form pairs are part of an OAuth 1.0a signature.
    pub body: &'a mut Body,
    /// Time and randomness.
    pub clock: &'a dyn Clock,
}

/// Which generation of credentials an attempt used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct CredentialVersion(pub u64);

/// Credentials that could not be put on a request. Nothing was sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AuthError {
    /// The credentials would travel in the clear.
    #[error("credentials are not sent to {0} over plain http; use https")]
    Insecure(Origin),
    /// The credentials have characters that a header cannot carry, or are empty.
    #[error("the {0} is empty or has characters that a header cannot carry")]
    Unusable(&'static str),
    /// The client was built for something else. The text says for what, and how to build it.
    #[error("{0}")]
    NotSetUp(String),
    /// There are no credentials, or they are no longer valid for good: a user must log in. The text says why and how.
    #[error("{0}")]
    LoginNeeded(String),
    /// The authorization server does not accept the client itself: a wrong client id or secret, a grant that the
    /// client may not use.
    #[error("the authorization server refuses this program: {0}")]
    Refused(String),
    /// The store of the tokens failed; the text says where and what to do. No refresh token was spent for nothing: one
    /// that could not be saved waits in memory.
    #[error("the token store: {0}")]
    Store(String),
    /// The authorization server granted a token that cannot be used.
    #[error("the authorization server granted a token that cannot be used: {0}")]
    BadToken(String),
    /// No fresh credentials could be had this time.
    #[error("no fresh token could be had: {0}")]
    Unavailable(String),
    /// Asking for a token now would exceed a quota of the service, or waste what is left of it.
    #[error("{reason}; the next token can be had in {} s", .wait.as_secs())]
    Quota {
        /// Which quota.
        reason: String,
        /// How long until there is room.
        wait: Duration,
    },
}
