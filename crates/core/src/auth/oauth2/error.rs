//! What a token server says when it refuses, in the shapes that were seen.

use std::fmt;

use http::header::HeaderMap;
use http::{Response, StatusCode};
use serde::Deserialize;
use serde_json::Value;

use super::token::Success;
use crate::decode::{Excerpt, from_json};
use crate::{ApiError, Bytes, Error};

/// An error response of a token server (RFC 6749, section 5.2), also in the shape of an API error object.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TokenError {
    /// What is wrong (RFC 6749, section 5.2).
    pub code: TokenErrorCode,
    /// The server's description of it.
    pub description: Option<String>,
}

crate::open_enum! {
    /// What is wrong with a token request.
    pub enum TokenErrorCode: text {
        /// A field is missing or malformed.
        InvalidRequest = "invalid_request",
        /// The client id or secret is wrong.
        InvalidClient = "invalid_client",
        /// The code or refresh token is wrong, used up or expired, or the redirect URI or verifier does not fit.
        InvalidGrant = "invalid_grant",
        /// The client may not use this grant type.
        UnauthorizedClient = "unauthorized_client",
        /// The server does not know this grant type.
        UnsupportedGrantType = "unsupported_grant_type",
        /// The scope is not allowed.
        InvalidScope = "invalid_scope",
        /// Too many token requests.
        RateLimited = "rate_limit_exceeded",
        /// No code at all: a page of a gateway or firewall, an empty body. It says nothing about the token.
        Unreadable = "",
    }
}

impl TokenErrorCode {
    fn known(text: &str) -> Option<Self> {
        match Self::from(text) {
            Self::Other(_) if text == "unsupported_grant" => Some(Self::UnsupportedGrantType),
            Self::Other(_) | Self::Unreadable => None,
            known => Some(known),
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Wire {
    error: Value,
    error_description: Value,
    error_code: Value,
    message: Value,
    errors: Value,
}

impl Wire {
    /// JSON, or the form that some servers send in its place.
    fn read(body: &[u8]) -> Option<Self> {
        if let Ok(wire) = from_json(body) {
            return Some(wire);
        }
        let mut wire = Self::default();
        for (name, value) in form_urlencoded::parse(body.trim_ascii()) {
            match &*name {
                "error" => wire.error = Value::from(value),
                "error_description" => wire.error_description = Value::from(value),
                _ => {}
            }
        }
        wire.error.is_string().then_some(wire)
    }
}

impl ApiError for TokenError {
    fn read(status: StatusCode, _: &HeaderMap, body: &Bytes) -> Self {
        Self::of(body, status == StatusCode::TOO_MANY_REQUESTS)
    }

    /// Some servers refuse with status 200.
    fn in_success(response: &Response<Bytes>) -> Option<Self> {
        match Success::read(response.body()) {
            Success::Refused(error) => Some(error),
            _ => None,
        }
    }
}

impl TokenError {
    /// Reads a body; `limited` if its status says that there were too many requests.
    pub(crate) fn of(body: &[u8], limited: bool) -> Self {
        let unreadable = |limited| Self {
            code: if limited { TokenErrorCode::RateLimited } else { TokenErrorCode::Unreadable },
            description: Some(Excerpt::of(body).to_string()).filter(|text| !text.is_empty()),
        };
        let Some(wire) = Wire::read(body) else { return unreadable(limited) };
        let first = wire.errors.get(0);
        let rate = first.is_some_and(|first| first.pointer("/meta/rate_limit").is_some());
        let nested = first.and_then(|first| first.get("error_message").or(Some(first))?.as_str());
        let texts = [wire.error.as_str(), wire.error_code.as_str(), wire.message.as_str(), nested];
        let texts = texts.into_iter().flatten().filter(|text| !text.is_empty());
        let code = if rate || limited {
            TokenErrorCode::RateLimited
        } else if let Some(known) = texts.clone().find_map(TokenErrorCode::known) {
            known
        } else if let Some(first) = texts.clone().next() {
            TokenErrorCode::Other(plain(first, 80).into())
        } else {
            return unreadable(false);
        };
        let description = wire.error_description.as_str().map(|text| plain(text, 200));
        Self { code, description: description.filter(|text| !text.is_empty()) }
    }
}

/// A text of a server on one line, at most so many characters of it.
pub(crate) fn plain(text: &str, max: usize) -> String {
    let clean = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    clean.take(max).collect::<String>().trim().to_owned()
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code.as_str())?;
        let Some(text) = &self.description else { return Ok(()) };
        if self.code.as_str().is_empty() { f.write_str(text) } else { write!(f, ": {text}") }
    }
}

/// What a failed token request means for the token in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FailureKind {
    /// The token is spent or revoked.
    InvalidGrant,
    /// The client is not accepted; the token may still be good.
    ClientRefused,
    /// It says nothing about the token: try later.
    Transient,
    /// A success that cannot be read: see [`Success`].
    UnusableSuccess,
}

/// The kind of a failure. Only a client error (or a success) whose body says so is about the token: a page of a firewall is not.
pub(crate) fn failure_kind(error: &Error<TokenError>) -> FailureKind {
    match (error.status(), error.api()) {
        (Some(status), Some(api)) if status.is_client_error() || status.is_success() => api.failure_kind(),
        (Some(status), None) if status.is_success() => FailureKind::UnusableSuccess,
        _ if error.is_build() => FailureKind::ClientRefused,
        _ => FailureKind::Transient,
    }
}

impl TokenError {
    fn failure_kind(&self) -> FailureKind {
        match self.code {
            TokenErrorCode::InvalidGrant => FailureKind::InvalidGrant,
            TokenErrorCode::InvalidRequest
            | TokenErrorCode::InvalidClient
            | TokenErrorCode::UnauthorizedClient
            | TokenErrorCode::UnsupportedGrantType
            | TokenErrorCode::InvalidScope => FailureKind::ClientRefused,
            TokenErrorCode::RateLimited | TokenErrorCode::Other(_) | TokenErrorCode::Unreadable => {
                FailureKind::Transient
            }
        }
    }
}
