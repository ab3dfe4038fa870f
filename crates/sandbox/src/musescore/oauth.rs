//! OAuth 1.0 of MuseScore: who calls, and the token endpoints.

pub(super) mod check;
pub(super) mod tokens;
