//! HTTP Basic (RFC 7617).

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use http::header::AUTHORIZATION;
use zeroize::Zeroizing;

use super::{AuthError, AuthRequest, Authorize, CredentialVersion};
use crate::BoxFuture;

/// `Authorization: Basic …`: a user name and a password on every request.
#[derive(Clone)]
pub struct Basic(HeaderValue);

impl Basic {
    /// From user name and password, encoded as UTF-8.
    ///
    /// # Errors
    /// [`AuthError::Unusable`] for a user name that is empty or has a colon (RFC 7617, section 2).
    pub fn new(user: &str, password: &crate::Secret) -> Result<Self, AuthError> {
        if user.is_empty() || user.contains(':') || user.contains(char::is_control) {
            return Err(AuthError::Unusable("user name"));
        }
        let pair = Zeroizing::new(format!("{user}:{}", password.expose()));
        let mut value = HeaderValue::try_from(format!("Basic {}", STANDARD.encode(pair.as_bytes())))
            .map_err(|_| AuthError::Unusable("password"))?;
        value.set_sensitive(true);
        Ok(Self(value))
    }

    /// The header value, marked sensitive.
    #[must_use]
    pub fn header(&self) -> HeaderValue {
        self.0.clone()
    }
}

impl Authorize for Basic {
    fn authorize<'a>(
        &'a self,
        request: AuthRequest<'a>,
    ) -> BoxFuture<'a, Result<CredentialVersion, AuthError>> {
        request.headers.insert(AUTHORIZATION, self.0.clone());
        Box::pin(std::future::ready(Ok(CredentialVersion::default())))
    }
}

impl fmt::Debug for Basic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Basic([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_rfc_7617() {
        let basic = Basic::new("Aladdin", &"open sesame".into()).unwrap();
        assert_eq!(basic.header().to_str().unwrap(), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        let utf8 = Basic::new("test", &"123\u{a3}".into()).unwrap();
        assert_eq!(utf8.header().to_str().unwrap(), "Basic dGVzdDoxMjPCow==");
    }

    #[test]
    fn never_printed() {
        let basic = Basic::new("user", &"CANARY".into()).unwrap();
        assert_eq!(format!("{basic:?} {:?}", basic.header()), "Basic([redacted]) Sensitive");
    }

    #[test]
    fn a_user_name_with_a_colon_is_refused() {
        for user in ["", "a:b", "a\nb"] {
            assert_eq!(Basic::new(user, &"x".into()).unwrap_err(), AuthError::Unusable("user name"));
        }
    }
}
