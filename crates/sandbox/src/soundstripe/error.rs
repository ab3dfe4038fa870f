//! Error documents: `{"errors": [{"detail", "code", "status"}]}`, the status a number.

use http::StatusCode;
use http::header::RETRY_AFTER;
use serde_json::{Map, json};

use super::document::MEDIA_TYPE;
use crate::kit::{BodyError, ErrorResponse, Response};

pub(super) use crate::kit::Result;

fn document(status: StatusCode, detail: &str, code: Option<&str>) -> ErrorResponse {
    let mut error = Map::new();
    error.insert("detail".into(), detail.into());
    if let Some(code) = code {
        error.insert("code".into(), code.into());
    }
    error.insert("status".into(), status.as_u16().into());
    ErrorResponse(Response::new(status, MEDIA_TYPE, json!({"errors": [error]}).to_string()))
}

pub(super) fn no_route() -> ErrorResponse {
    document(StatusCode::NOT_FOUND, "There is no such endpoint.", None)
}

pub(super) fn invalid_token() -> ErrorResponse {
    document(StatusCode::UNAUTHORIZED, "Your API key is invalid.", Some("invalid_token"))
}

pub(super) fn forbidden(what: &str) -> ErrorResponse {
    document(StatusCode::FORBIDDEN, &format!("Your API key does not have access to {what}."), None)
}

pub(super) fn rate_limited(retry_after: bool) -> ErrorResponse {
    let detail = "You have made more than 25 requests in one second.";
    let error = document(StatusCode::TOO_MANY_REQUESTS, detail, Some("rate_limited"));
    if retry_after { error.header(RETRY_AFTER, "1") } else { error }
}

pub(super) fn not_acceptable() -> ErrorResponse {
    document(StatusCode::NOT_ACCEPTABLE, "This endpoint responds with application/vnd.api+json.", None)
}

pub(super) fn unsupported_media_type() -> ErrorResponse {
    let detail = "The body of this request must be application/vnd.api+json.";
    document(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail, None)
}

/// 400; `what` names the member or parameter at fault.
pub(super) fn bad(what: impl AsRef<str>) -> ErrorResponse {
    document(StatusCode::BAD_REQUEST, what.as_ref(), None)
}

/// A error with a machine code.
pub(super) fn coded(status: StatusCode, detail: &str, code: &str) -> ErrorResponse {
    document(status, detail, Some(code))
}

pub(super) fn not_found(kind: &str, id: &str) -> ErrorResponse {
    document(StatusCode::NOT_FOUND, &format!("Couldn't find {kind} with 'id'={id}"), None)
}

pub(super) fn unreadable(error: BodyError) -> ErrorResponse {
    document(error.status(), &error.to_string(), None)
}
