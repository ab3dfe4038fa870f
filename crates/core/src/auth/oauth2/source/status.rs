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
    /// Whether a token is held. Before the first call it is not, whatever the store has.
    pub held: bool,
    /// When the held token expires by the wall clock; `None` if that is not known.
    pub expires: Option<Timestamp>,
    /// Whether the held token has a refresh token.
    pub refreshable: bool,
    /// Whether a renewal is under way.
    pub renewing: bool,
    /// Whether a new token waits to be saved, because the store failed.
    pub unsaved: bool,
    /// When the server last gave this process a token.
    pub renewed: Option<Timestamp>,
    /// The last failure and when it was; compare with [`renewed`](TokenStatus::renewed) to see whether it is over.
    pub last_error: Option<(Timestamp, AuthError)>,
}

impl TokenStatus {
    pub(super) fn of(kind: TokenKind, state: &State) -> Self {
        let token = state.held.as_ref().map(|held| &held.token);
        Self {
            kind,
            held: token.is_some(),
            expires: token.and_then(|token| token.expires),
            refreshable: token.is_some_and(|token| token.refresh.is_some()),
            renewing: state.flight.is_some(),
            unsaved: state.unsaved.is_some(),
            renewed: state.renewed,
            last_error: state.error.clone(),
        }
    }
}
