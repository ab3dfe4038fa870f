//! Successes that no endpoint documents.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response, StatusCode};
use segno_core::Endpoint;
use segno_core::decode::Content;
use segno_core::testing::read_response;

/// Media types and bodies that no endpoint of a service documents as a success: pages of captive portals, errors with
/// status 200, the messages of a gateway.
pub const UNDOCUMENTED: [(&str, &str); 12] = [
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

/// Which of the [`UNDOCUMENTED`] responses an endpoint takes for a success; there must be none. For an endpoint that
/// returns a file only documents are undocumented. One whose output is `()` has to take an empty body for a success.
#[must_use]
pub fn accepted_undocumented<E: Endpoint>() -> Vec<String> {
    let is_unit = std::any::type_name::<E::Output>() == std::any::type_name::<()>();
    let mut accepted = Vec::new();
    for status in [StatusCode::OK, StatusCode::CREATED, StatusCode::ACCEPTED] {
        if !E::accepts(status) {
            continue;
        }
        let takes = |media_type, body| read_response::<E>(response(status, media_type, body)).is_ok();
        for (media_type, body) in UNDOCUMENTED {
            let is_undocumented = match E::CONTENT {
                Content::Any => false,
                Content::Document => true,
                Content::Binary => media_type != "text/plain",
                Content::File => !matches!(media_type, "text/plain" | "text/xml"),
                other => panic!("{}: which responses are undocumented for {other:?}?", E::NAME),
            };
            if is_undocumented && takes(media_type, body) {
                accepted.push(format!("{} takes {status} with {body}", E::NAME));
            }
        }
        if is_unit && !takes("text/plain", "") {
            accepted.push(format!("{} does not take {status} with an empty body", E::NAME));
        }
    }
    accepted
}

fn response(status: StatusCode, media_type: &'static str, body: &'static str) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from_static(body.as_bytes()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    response
}
