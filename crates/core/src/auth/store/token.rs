//! A token in keeping.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Secret, Timestamp};

/// A token in keeping: of OAuth 2, or of OAuth 1.0a, which has a secret that signs and does not expire.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Token {
    /// The access token. Empty if the server gave one that cannot be sent, together with a good refresh token.
    pub access: Secret,
    /// The secret of an OAuth 1.0a token; `None` for OAuth 2.
    pub secret: Option<Secret>,
    /// The refresh token, if there is one.
    pub refresh: Option<Secret>,
    /// When the access token expires by the wall clock; `None` if that is not known, and then it is used until the
    /// service refuses it. Within a process the monotonic clock decides; this is for the others who share the store.
    pub expires: Option<Timestamp>,
    /// How long the access token lived when it was new, so that a wall clock that was set back cannot lengthen it.
    pub lifetime: Option<Duration>,
    /// When to renew a token of which the server said that it expires, but not in a way that can be read.
    pub renew: Option<Timestamp>,
    /// The scope, often empty.
    pub scope: String,
}

impl Token {
    /// A token of which nothing else is known.
    pub fn new(access: impl Into<Secret>) -> Self {
        Self { access: access.into(), ..Self::default() }
    }

    /// How much longer the access token lives by the wall clock, never more than it lived when new; `None` if that is not
    /// known.
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

/// The longest lifetime that is believed, in seconds: ten years.
const LONGEST: u64 = 10 * 366 * 24 * 3600;

/// A number of seconds from a server or a file, bounded so that no clock overflows.
pub(in crate::auth) fn lifetime(seconds: u64) -> Duration {
    Duration::from_secs(seconds.min(LONGEST))
}

/// The form of a token in a store.
#[derive(Serialize, Deserialize)]
struct Kept<'a> {
    access_token: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    token_secret: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refresh_token: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    lifetime_s: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    renew_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "str::is_empty")]
    scope: Cow<'a, str>,
}

impl Serialize for Token {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        fn text(secret: &Option<Secret>) -> Option<Cow<'_, str>> {
            secret.as_ref().map(|secret| secret.expose().into())
        }
        Kept {
            access_token: self.access.expose().into(),
            token_secret: text(&self.secret),
            refresh_token: text(&self.refresh),
            expires_at: self.expires,
            lifetime_s: self.lifetime.map(|lifetime| lifetime.as_secs()),
            renew_at: self.renew,
            scope: self.scope.as_str().into(),
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Token {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let kept = Kept::deserialize(deserializer)?;
        Ok(Self {
            access: Secret::new(kept.access_token),
            secret: kept.token_secret.map(Secret::new),
            refresh: kept.refresh_token.map(Secret::new),
            expires: kept.expires_at,
            lifetime: kept.lifetime_s.map(lifetime),
            renew: kept.renew_at,
            scope: kept.scope.into_owned(),
        })
    }
}
