//! Credentials on requests: [`Authorize`], and the schemes that need no more than a header.

mod basic;
#[cfg(any(feature = "oauth1", feature = "oauth2"))]
mod error;
#[cfg(feature = "loopback")]
pub mod loopback;
#[cfg(feature = "oauth1")]
pub mod oauth1;
#[cfg(feature = "oauth2")]
pub mod oauth2;
#[cfg(any(feature = "oauth1", feature = "oauth2", feature = "loopback"))]
mod redirected;
mod static_token;
#[cfg(any(feature = "oauth1", feature = "oauth2"))]
pub mod store;

pub use crate::client::authorize::{AuthError, AuthRequest, Authorize, CredentialVersion, Reason, Rejection};
pub use basic::Basic;
#[cfg(any(feature = "oauth1", feature = "oauth2", feature = "loopback"))]
pub use redirected::Redirected;
pub use static_token::StaticToken;
