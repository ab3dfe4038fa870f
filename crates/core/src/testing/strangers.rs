//! Successes that no endpoint documents.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{Response, StatusCode};

use crate::decode::{Content, DecodeError};
use crate::endpoint::Endpoint;
use crate::error::ApiError as _;

/// Media types and bodies that no endpoint of a service documents as a success: pages of captive portals, errors with
/// status 200, the words of a gateway.
pub const STRANGERS: [(&str, &str); 12] = [
    (
        "text/html; charset=utf-8",
        "<!DOCTYPE html>\n<html><head><title>Log in to the network</title></head></html>",
    ),
    ("text/html", "<html><body><h1>Down for maintenance</h1></body></html>"),
    ("text/html", "<!-- gateway --><center>503</center>"),
    ("application/octet-stream", "\u{feff}<HTML><TITLE>Log in</TITLE>"),
    ("application/xml", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>SlowDown</Code></Error>"),
    ("text/xml", "<portal><login>no</login></portal>"),
    ("application/json", r#"{"error":"session expired","login":"http://portal.example/"}"#),
    ("application/json", r#"{"errors":[{"detail":"Not now.","status":503}]}"#),
    ("application/json", r#"{"status":"503 - Service Unavailable"}"#),
    ("application/json", r#"["Access denied"]"#),
    ("application/json", "false"),
    ("text/plain", "upstream connect error or disconnect/reset before headers"),
];

/// What an endpoint makes of a response with this status, as a client would: its content is checked, then it is read.
///
/// # Errors
/// [`DecodeError`] as the client tells it.
pub fn read<E: Endpoint>(
    status: StatusCode,
    media_type: &'static str,
    body: impl Into<Bytes>,
) -> Result<E::Output, DecodeError> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, http::HeaderValue::from_static(media_type));
    E::CONTENT.check_whole(&response)?;
    if let Some(error) = E::ApiError::in_success(&response) {
        return Err(DecodeError::Other(error.to_string()));
    }
    E::read(response)
}

/// Which of the [`STRANGERS`] an endpoint takes for a success; there must be none. Of an endpoint that gives a file only
/// documents are strangers. One whose output is `()` has to take an empty body for a success.
#[must_use]
pub fn taken_strangers<E: Endpoint>() -> Vec<String> {
    let is_unit = std::any::type_name::<E::Output>() == std::any::type_name::<()>();
    let mut taken = Vec::new();
    for status in [StatusCode::OK, StatusCode::CREATED, StatusCode::ACCEPTED] {
        if !E::accepts(status) {
            continue;
        }
        for (media_type, body) in STRANGERS {
            let is_strange = match E::CONTENT {
                Content::Any => false,
                Content::Document => true,
                Content::Binary => media_type != "text/plain",
                Content::File => !matches!(media_type, "text/plain" | "text/xml"),
            };
            if is_strange && read::<E>(status, media_type, body).is_ok() {
                taken.push(format!("{} takes {status} with {body}", E::NAME));
            }
        }
        if is_unit && read::<E>(status, "text/plain", "").is_err() {
            taken.push(format!("{} does not take {status} with an empty body", E::NAME));
        }
    }
    taken
}
