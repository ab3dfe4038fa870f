//! A fixed token behind the name of a scheme.

use std::fmt;

use http::HeaderValue;
use http::header::AUTHORIZATION;

use super::{AuthError, AuthRequest, Authorize, CredentialVersion};
use crate::{BoxFuture, Secret};

/// `Authorization: <scheme> <token>`: a key that does not change.
#[derive(Clone)]
pub struct StaticToken(HeaderValue);

impl StaticToken {
    /// From the name of a scheme such as `Token`, `Bearer` or `OAuth`, and the key.
    ///
    /// # Errors
    /// [`AuthError::Unusable`] for a key that is empty or has white space or control characters: often a line break that
    /// came along from a file.
    pub fn new(scheme: &'static str, key: &Secret) -> Result<Self, AuthError> {
        let unusable = AuthError::Unusable("key");
        if key.is_empty() || key.expose().contains(|c: char| c.is_whitespace() || c.is_control()) {
            return Err(unusable);
        }
        let mut value = HeaderValue::try_from(format!("{scheme} {}", key.expose())).map_err(|_| unusable)?;
        value.set_sensitive(true);
        Ok(Self(value))
    }
}

impl Authorize for StaticToken {
    fn authorize<'a>(
        &'a self,
        request: AuthRequest<'a>,
    ) -> BoxFuture<'a, Result<CredentialVersion, AuthError>> {
        request.headers.insert(AUTHORIZATION, self.0.clone());
        Box::pin(std::future::ready(Ok(CredentialVersion::default())))
    }
}

impl fmt::Debug for StaticToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StaticToken([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_with_a_line_break_is_refused_before_it_is_sent() {
        for key in ["", "abc\n", "a b"] {
            assert_eq!(StaticToken::new("Token", &key.into()).unwrap_err(), AuthError::Unusable("key"));
        }
    }

    #[test]
    fn never_printed() {
        assert_eq!(
            format!("{:?}", StaticToken::new("Token", &"CANARY".into()).unwrap()),
            "StaticToken([redacted])"
        );
    }
}
