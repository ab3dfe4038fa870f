//! Errors of the token store as errors of credentials.

use super::store::StoreError;
use super::{AuthError, Reason};

impl From<StoreError> for AuthError {
    fn from(error: StoreError) -> Self {
        Self::Store(Reason::from_error(error))
    }
}

impl AuthError {
    /// The store cannot keep what a request would bring, so the request was not sent.
    pub(super) fn not_reserved(error: StoreError) -> Self {
        let text = format!("{error}; nothing was asked of the server");
        Self::Store(Reason::new(text).caused_by(error))
    }

    /// The store has no login.
    pub(super) fn no_login(version: u64, hint: &'static str) -> Self {
        Self::LoginNeeded(match version {
            0 => format!("nobody has logged in: {hint}").into(),
            _ => "signed out; log in again".into(),
        })
    }

    /// There is nothing that a task could run in.
    pub(super) fn no_runtime() -> Self {
        Self::Unavailable("there is no tokio runtime to work in".into())
    }
}
