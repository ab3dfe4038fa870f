//! Errors: one text, or one code, in the format that was asked for.

use http::StatusCode;

use crate::kit::{BodyError, Response};

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

impl ErrorResponse {
    fn text(status: StatusCode, text: impl Into<String>) -> Self {
        Self { status, message: Message::Text(text.into()), allow: None }
    }

    /// 401 with a text.
    pub(super) fn unauthorized(text: &str) -> Self {
        Self::text(StatusCode::UNAUTHORIZED, text)
    }

    /// A code that the login of MuseScore 2 knows.
    pub(super) fn code(status: StatusCode, code: &'static str) -> Self {
        Self { status, message: Message::Code(code), allow: None }
    }

    /// 401: nobody is signed in.
    pub(super) fn user_required() -> Self {
        Self::unauthorized("Access denied")
    }

    /// 403: somebody else's.
    pub(super) fn not_the_owner() -> Self {
        Self::text(StatusCode::FORBIDDEN, "Access denied")
    }

    pub(super) fn not_found() -> Self {
        Self::text(StatusCode::NOT_FOUND, "Not found")
    }

    /// 400: the request breaks the protocol.
    pub(super) fn malformed(text: impl Into<String>) -> Self {
        Self::text(StatusCode::BAD_REQUEST, text)
    }

    /// 406: a parameter or an upload that cannot be used.
    pub(super) fn unusable(text: impl Into<String>) -> Self {
        Self::text(StatusCode::NOT_ACCEPTABLE, text)
    }

    pub(super) fn method(allow: &'static str) -> Self {
        Self { allow: Some(allow), ..Self::text(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed") }
    }

    pub(super) fn not_implemented(text: &str) -> Self {
        Self::text(StatusCode::NOT_IMPLEMENTED, text)
    }

    pub(super) fn unreadable(error: &BodyError) -> Self {
        match error {
            BodyError::Multipart(_) => Self::unusable(error.to_string()),
            _ => Self::text(error.status(), error.to_string()),
        }
    }
}
