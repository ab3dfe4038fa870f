//! Credentials on a request, as the client sees them.

use http::header::HeaderMap;
use http::{Method, Uri};

use bytes::Bytes;

use crate::BoxFuture;
use crate::request::Body;
use crate::secret::Secret;
use crate::time::Clock;

mod error;

pub use error::{AuthError, Reason};

/// Puts credentials on a request. It runs once per attempt, on the final request, so that every attempt carries a
/// fresh token or a new signature.
///
/// The client calls it only for requests to the origin that the credentials belong to.
pub trait Authorize: Send + Sync + 'static {
    /// Authorizes the request of one attempt. Returns which version of the credentials it used.
    fn authorize<'a>(
        &'a self,
        request: AuthRequest<'a>,
    ) -> BoxFuture<'a, Result<CredentialVersion, AuthError>>;

    /// The service responded with 401 to a request with this version: gets better credentials if it can, and says
    /// whether one more attempt may succeed.
    fn rejected(&self, version: CredentialVersion) -> BoxFuture<'_, Result<bool, AuthError>> {
        let _ = version;
        Box::pin(std::future::ready(Ok(false)))
    }

    /// The same with what the response said, for credentials that learn from it. Asks [`rejected`](Authorize::rejected) unless
    /// overridden.
    fn rejected_by<'a>(&'a self, rejection: Rejection<'a>) -> BoxFuture<'a, Result<bool, AuthError>> {
        self.rejected(rejection.version)
    }

    /// The secrets behind these credentials, also those that no request carries: no error shows them, should a service
    /// ever echo one. What stands in a header marked sensitive need not be listed.
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
    /// The HTTP method; it is part of an OAuth 1.0a signature.
    pub method: &'a Method,
    /// The whole URL.
    pub uri: &'a mut Uri,
    /// The headers, `Host` and `Content-Length` among them.
    pub headers: &'a mut HeaderMap,
    /// The body; its form pairs are part of an OAuth 1.0a signature.
    pub body: &'a mut Body,
    /// Time and randomness.
    pub clock: &'a dyn Clock,
}

impl AuthRequest<'_> {
    /// Adds pairs behind the query of the URL; they are escaped already: `key=a%20b`.
    ///
    /// # Errors
    /// [`AuthError::Unusable`] if they are not, or the URL becomes too long.
    pub fn add_query(&mut self, pairs: &str) -> Result<(), AuthError> {
        let query = self.uri.query().filter(|query| !query.is_empty()).map(|query| format!("{query}&"));
        let target = format!("{}?{}{pairs}", self.uri.path(), query.unwrap_or_default());
        let mut parts = self.uri.clone().into_parts();
        parts.path_and_query = Some(target.try_into().map_err(|_| AuthError::Unusable("URL"))?);
        *self.uri = Uri::from_parts(parts).map_err(|_| AuthError::Unusable("URL"))?;
        Ok(())
    }
}

/// A response with 401, as far as credentials may learn from it.
#[non_exhaustive]
pub struct Rejection<'a> {
    /// Which credentials the request carried.
    pub version: CredentialVersion,
    /// The headers of the response.
    pub headers: &'a HeaderMap,
    /// The beginning of its body, without the client's own secrets.
    pub body: &'a Bytes,
    /// Time.
    pub clock: &'a dyn Clock,
}

/// Which of the successive credentials an attempt used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct CredentialVersion(pub u64);
