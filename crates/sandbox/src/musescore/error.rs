//! Errors: one text, or one code, in the format that was asked for.

use http::StatusCode;

use crate::kit::{BodyError, Response};
use crate::oauth1::Refusal;

pub(super) type Result<T = Response> = std::result::Result<T, ErrorResponse>;

/// How servers advertise OAuth (RFC 5849 section 3.5.1).
pub(super) const CHALLENGE: &str = "OAuth realm=\"http://api.musescore.com/\"";

/// Why a request is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ErrorResponse {
    pub(super) status: StatusCode,
    pub(super) message: Message,
    pub(super) allow: Option<&'static str>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Message {
    Text(String),
    Code(&'static str),
}

impl From<Refusal> for ErrorResponse {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Malformed(text) => malformed(text),
            Refusal::Unauthorized(text) => unauthorized(text),
            Refusal::Expired => code(StatusCode::UNAUTHORIZED, "USER_TIMESTAMP_EXPIRED"),
        }
    }
}

fn text(status: StatusCode, message: impl Into<String>) -> ErrorResponse {
    ErrorResponse { status, message: Message::Text(message.into()), allow: None }
}

/// 401 with a text.
pub(super) fn unauthorized(message: &str) -> ErrorResponse {
    text(StatusCode::UNAUTHORIZED, message)
}

/// A code that the login of MuseScore 2 knows.
pub(super) fn code(status: StatusCode, code: &'static str) -> ErrorResponse {
    ErrorResponse { status, message: Message::Code(code), allow: None }
}

/// 401: nobody is signed in.
pub(super) fn user_required() -> ErrorResponse {
    unauthorized("Access denied")
}

/// 403: somebody else's.
pub(super) fn not_the_owner() -> ErrorResponse {
    text(StatusCode::FORBIDDEN, "Access denied")
}

pub(super) fn not_found() -> ErrorResponse {
    text(StatusCode::NOT_FOUND, "Not found")
}

/// 400: the request breaks the protocol.
pub(super) fn malformed(message: impl Into<String>) -> ErrorResponse {
    text(StatusCode::BAD_REQUEST, message)
}

/// 406: a parameter or an upload that cannot be used.
pub(super) fn unusable(message: impl Into<String>) -> ErrorResponse {
    text(StatusCode::NOT_ACCEPTABLE, message)
}

pub(super) fn method(allow: &'static str) -> ErrorResponse {
    ErrorResponse { allow: Some(allow), ..text(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed") }
}

pub(super) fn not_implemented(message: &str) -> ErrorResponse {
    text(StatusCode::NOT_IMPLEMENTED, message)
}

pub(super) fn unreadable(error: BodyError) -> ErrorResponse {
    match error {
        BodyError::Multipart(_) => unusable(error.to_string()),
        _ => text(error.status(), error.to_string()),
    }
}
