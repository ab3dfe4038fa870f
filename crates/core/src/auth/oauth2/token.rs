//! Tokens as a server gives them and as a store keeps them.

use std::fmt;
use std::time::Duration;

use http::Response;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Bytes, DecodeError, Secret, Timestamp, read_json};

/// The answer to a token request (RFC 6749, section 5.1).
#[derive(Clone, Debug)]
pub struct TokenResponse {
    /// The access token.
    pub access_token: Secret,
    /// How long it lives from now on; `None` if it does not expire or the server does not say.
    pub expires_in: Option<Duration>,
    /// The refresh token; `None` means that the one before is still good.
    pub refresh_token: Option<Secret>,
    /// The scope, often empty.
    pub scope: String,
}

#[derive(Deserialize)]
struct Wire {
    access_token: String,
    #[serde(default, deserialize_with = "seconds")]
    expires_in: Option<u64>,
    #[serde(default)]
    refresh_token: Option<String>,
    #[serde(default)]
    scope: Option<String>,
}

/// A number, also one in quotes or with a fraction: servers send all three.
fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    use serde_json::Value;
    Ok(match Value::deserialize(deserializer)? {
        Value::Number(number) => {
            number.as_u64().or_else(|| number.as_f64().map(|seconds| seconds.max(0.0) as u64))
        }
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    })
}

impl TokenResponse {
    pub(super) fn read(response: &Response<Bytes>) -> Result<Self, DecodeError> {
        let wire: Wire = read_json(response)?;
        if wire.access_token.is_empty() {
            return Err(DecodeError::Other("access_token: it is empty".into()));
        }
        Ok(Self {
            access_token: wire.access_token.into(),
            expires_in: wire.expires_in.map(super::lifetime),
            refresh_token: wire.refresh_token.filter(|token| !token.is_empty()).map(Secret::from),
            scope: wire.scope.unwrap_or_default(),
        })
    }
}

/// A token in keeping.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    /// The access token.
    pub access: Secret,
    /// The refresh token, if there is one.
    pub refresh: Option<Secret>,
    /// When the access token expires by the wall clock; `None` if it does not. Within a process the monotonic clock
    /// decides; this is for the others who share the store.
    pub expires: Option<Timestamp>,
    /// How long the access token lived when it was new, so that a wall clock that was set back cannot lengthen it.
    pub lifetime: Option<Duration>,
    /// The scope, often empty.
    pub scope: String,
}

impl Token {
    /// A token as received at `now`. An answer without a refresh token keeps the one `before`.
    #[must_use]
    pub fn received(response: TokenResponse, before: Option<&Secret>, now: Timestamp) -> Self {
        Self {
            access: response.access_token,
            refresh: response.refresh_token.or_else(|| before.cloned()),
            expires: response.expires_in.map(|lifetime| now.plus(lifetime)),
            lifetime: response.expires_in,
            scope: response.scope,
        }
    }

    /// How much longer the access token lives by the wall clock, never more than it lived when new; `None` if it does
    /// not expire.
    #[must_use]
    pub fn remaining(&self, now: Timestamp) -> Option<Duration> {
        let left = self.expires?.since(now);
        Some(self.lifetime.map_or(left, |lifetime| left.min(lifetime)))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("expires", &self.expires)
            .field("refreshable", &self.refresh.is_some())
            .finish_non_exhaustive()
    }
}

/// The form of a token in a store.
#[derive(Serialize, Deserialize)]
struct Kept<'a> {
    access_token: std::borrow::Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refresh_token: Option<std::borrow::Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    lifetime_s: Option<u64>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    scope: String,
}

impl Serialize for Token {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Kept {
            access_token: self.access.expose().into(),
            refresh_token: self.refresh.as_ref().map(|token| token.expose().into()),
            expires_at: self.expires,
            lifetime_s: self.lifetime.map(|lifetime| lifetime.as_secs()),
            scope: self.scope.clone(),
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Token {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let kept = Kept::deserialize(deserializer)?;
        Ok(Self {
            access: Secret::new(kept.access_token),
            refresh: kept.refresh_token.map(Secret::new),
            expires: kept.expires_at,
            lifetime: kept.lifetime_s.map(super::lifetime),
            scope: kept.scope,
        })
    }
}
