//! OAuth 1.0 as the server sees it: RFC 5849, written from its text.

pub(super) mod check;
pub(super) mod parameters;
pub(super) mod signature;
pub(super) mod tokens;
