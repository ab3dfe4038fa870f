//! How a login is, as far as this process knows.

use super::{State, TokenKind};
use crate::Timestamp;
use crate::auth::AuthError;

/// How a login is, as far as this process knows: for dashboards and health checks. Nothing in it is secret.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TokenStatus {
    /// Whose rights the token has.
    pub kind: TokenKind,
    /// Whether a token is in use. Before the first call none is, whatever the store has.
    pub has_token: bool,
    /// When the token in use expires by the wall clock; `None` if that is not known.
    pub expires: Option<Timestamp>,
    /// Whether the token in use has a refresh token.
    pub refreshable: bool,
    /// Whether a refresh is under way.
    pub refreshing: bool,
    /// Whether a new token waits to be saved, because the store failed.
    pub unsaved: bool,
    /// When the server last issued a token to this process.
    pub refreshed_at: Option<Timestamp>,
    /// The last failure and when it was; compare with [`refreshed_at`](TokenStatus::refreshed_at) to see whether it is
    /// over.
    pub last_error: Option<(Timestamp, AuthError)>,
}

impl TokenStatus {
    pub(super) fn of(kind: TokenKind, state: &State) -> Self {
        let token = state.active().map(|active| &active.token);
        Self {
            kind,
            has_token: token.is_some(),
            expires: token.and_then(|token| token.expires),
            refreshable: token.is_some_and(|token| token.refresh.is_some()),
            refreshing: state.in_flight.is_some(),
            unsaved: state.unsaved.is_some(),
            refreshed_at: state.refreshed_at,
            last_error: state.last_error.clone(),
        }
    }
}
