//! OAuth 1.0a (RFC 5849): signatures as a pure function, credentials that sign every attempt anew, and the three-legged
//! login as values.
//!
//! | piece | holds |
//! | --- | --- |
//! | [`base_string`], [`Key`] | the signature, without clock or network (sections 3.4 and 3.6) |
//! | [`OAuth1`] | an [`Authorize`](super::Authorize): nonce, time, signature, placement (sections 3.1 and 3.5) |
//! | [`Begin`], [`Pending`], [`Verified`] | the login in three steps (section 2), which another process can finish |
//! | [`TokenSource`] | a login that is kept in a store |

use std::fmt;

use crate::Secret;
use clock_offset::ClockOffset;

mod clock_offset;
mod encode;
mod login;
mod signature;
mod signer;
mod source;

pub use encode::percent_encode;
pub use login::{Begin, Callback, LoginError, Pending, TokenResponse, Verified};
pub use signature::{Key, base_string};
pub use signer::{OAuth1, Placement, SignatureMethod};
pub use source::TokenSource;

/// The client as the service knows it: "client credentials" in the RFC, "consumer" everywhere else.
#[derive(Clone, PartialEq, Eq)]
pub struct Consumer {
    /// The public half, `oauth_consumer_key`.
    pub key: String,
    /// The half that signs.
    pub secret: Secret,
    /// What is known of the service's clock; shared by clones and by all who sign for this consumer.
    clock_offset: ClockOffset,
}

impl Consumer {
    /// From key and secret.
    pub fn new(key: impl Into<String>, secret: impl Into<Secret>) -> Self {
        Self { key: key.into(), secret: secret.into(), clock_offset: ClockOffset::default() }
    }

    /// How many seconds the service's clock is ahead of that of this computer (behind, if negative), once a timestamp was refused
    /// for it. It is learned from the `Date` of that response; signatures use the service's time from then on, and a
    /// warning is logged. Where a timestamp is refused again, it is learned anew.
    #[must_use]
    pub fn clock_offset(&self) -> Option<i64> {
        self.clock_offset.seconds()
    }
}

impl fmt::Debug for Consumer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Consumer([redacted])")
    }
}

/// What a user's consent is worth: "token credentials" in the RFC. Keep both halves where passwords are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessToken {
    /// The half that is sent.
    pub token: Secret,
    /// The half that signs.
    pub secret: Secret,
}

impl AccessToken {
    /// From token and secret.
    pub fn new(token: impl Into<Secret>, secret: impl Into<Secret>) -> Self {
        Self { token: token.into(), secret: secret.into() }
    }
}

#[cfg(test)]
mod tests;
