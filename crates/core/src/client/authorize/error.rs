//! Credentials that could not be put on a request, and why.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::url::Origin;

/// Credentials that could not be put on a request. Nothing was sent to the service.
///
/// `{}` is the whole of it on one line. [`source`](Error::source) has the error behind it, such as an [`std::io::Error`]
/// of the token store or the [`Error`](crate::Error) of a request to the token server; which types stand there may change
/// in any release.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuthError {
    /// The credentials would travel in the clear.
    Insecure(Origin),
    /// The credentials have characters that a header cannot carry, or are empty. The text names which.
    Unusable(&'static str),
    /// The client was built for something else. The reason says for what, and how to build it.
    NotSetUp(Reason),
    /// There are no credentials, or they are no longer valid for good: a user must log in. The reason says why and how.
    LoginNeeded(Reason),
    /// The authorization server does not accept the client itself: a wrong client id or secret, a grant type that the
    /// client may not use.
    Refused(Reason),
    /// The store of the tokens failed; the reason says where and what to do. No refresh token was spent for nothing: one
    /// that could not be saved waits in memory.
    Store(Reason),
    /// The authorization server issued a token that cannot be used.
    BadToken(Reason),
    /// An access token could not be obtained this time.
    Unavailable(Reason),
    /// To ask for a token now would exceed a quota of the service, or waste what is left of it.
    Quota {
        /// Which quota.
        reason: String,
        /// How long until there is room.
        wait: Duration,
    },
}

impl fmt::Display for AuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Insecure(origin) => {
                write!(f, "credentials are not sent to {origin} over plain http; use https")
            }
            Self::Unusable(what) => {
                write!(f, "invalid {what}: it is empty or has characters that cannot be sent")
            }
            Self::NotSetUp(reason) | Self::LoginNeeded(reason) => reason.fmt(f),
            Self::Refused(reason) => write!(f, "the authorization server refuses this client: {reason}"),
            Self::Store(reason) => write!(f, "the token store: {reason}"),
            Self::BadToken(reason) => {
                write!(f, "the authorization server issued a token that cannot be used: {reason}")
            }
            Self::Unavailable(reason) => write!(f, "could not obtain an access token: {reason}"),
            Self::Quota { reason, wait } => {
                write!(f, "{reason}; the next token can be requested in {} s", wait.as_secs())
            }
        }
    }
}

impl Error for AuthError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::NotSetUp(reason)
            | Self::LoginNeeded(reason)
            | Self::Refused(reason)
            | Self::Store(reason)
            | Self::BadToken(reason)
            | Self::Unavailable(reason) => reason.source(),
            Self::Insecure(_) | Self::Unusable(_) | Self::Quota { .. } => None,
        }
    }
}

/// Why something failed: a text that is complete by itself, and the error behind it if there is one.
#[derive(Clone)]
pub struct Reason {
    text: Cow<'static, str>,
    source: Option<Arc<dyn Error + Send + Sync>>,
}

impl Reason {
    /// A reason without an error behind it.
    pub fn new(text: impl Into<Cow<'static, str>>) -> Self {
        Self { text: text.into(), source: None }
    }

    /// An error as the reason, with its own text.
    pub fn from_error(error: impl Error + Send + Sync + 'static) -> Self {
        Self::new(error.to_string()).caused_by(error)
    }

    /// Adds the error behind the reason. What it says should stand in the text already, as far as it matters.
    #[must_use]
    pub fn caused_by(self, source: impl Error + Send + Sync + 'static) -> Self {
        Self { source: Some(Arc::new(source)), ..self }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl Error for Reason {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn Error + 'static))
    }
}

impl From<String> for Reason {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl From<&'static str> for Reason {
    fn from(text: &'static str) -> Self {
        Self::new(text)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The text as a string. The error behind it prints itself, where it is reached by its source.
impl fmt::Debug for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}

/// Reasons with the same text are the same: errors in general cannot be compared.
impl PartialEq for Reason {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Reason {}

#[cfg(all(test, feature = "oauth2"))]
mod tests {
    use std::io;

    use super::*;
    use crate::auth::store::{FileStore, StoreError};

    #[test]
    fn the_cause_is_behind_the_text() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("none").join("tokens.json");
        let error = AuthError::from(FileStore::open(missing).unwrap_err());
        let store = error.source().unwrap();
        assert!(store.is::<StoreError>(), "{store:?}");
        assert_eq!(error.to_string(), format!("the token store: {store}"));
        let cause = store.source().unwrap().downcast_ref::<io::Error>().unwrap();
        assert_eq!(cause.kind(), io::ErrorKind::NotFound);
        assert_eq!(error.clone(), error);
        assert!(AuthError::LoginNeeded("log in".into()).source().is_none());
    }
}
