//! Error responses of the store.

use http::header::ALLOW;
use http::{Method, StatusCode};
use jiff::Timestamp;
use quick_xml::escape::escape;

use crate::kit::{ErrorResponse, Response};

/// An error document. `details` are further elements, already escaped.
pub(crate) fn error(status: StatusCode, code: &str, message: &str, details: &str) -> ErrorResponse {
    let document = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}</Message>{details}\
         <RequestId>0000000000000000</RequestId><HostId>segno-sandbox</HostId></Error>"
    );
    Response::new(status, "application/xml", document).into()
}

pub(super) fn wrong_signature(key: &str, signature: &str, text: &str) -> ErrorResponse {
    let details = format!(
        "<AWSAccessKeyId>{}</AWSAccessKeyId><StringToSign>{}</StringToSign><SignatureProvided>{}</SignatureProvided>",
        escape(key),
        escape(text),
        escape(signature)
    );
    let message = "The request signature we calculated does not match the signature you provided. Check your key and \
                   signing method.";
    error(StatusCode::FORBIDDEN, "SignatureDoesNotMatch", message, &details)
}

pub(super) fn expired(expires: u64, now: u64) -> ErrorResponse {
    let details = format!("<Expires>{}</Expires><ServerTime>{}</ServerTime>", iso(expires), iso(now));
    error(StatusCode::FORBIDDEN, "AccessDenied", "Request has expired", &details)
}

pub(super) fn two_mechanisms() -> ErrorResponse {
    let message = "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string \
                   parameter or the Authorization header should be specified";
    error(StatusCode::BAD_REQUEST, "InvalidArgument", message, "<ArgumentName>Authorization</ArgumentName>")
}

pub(super) fn not_implemented() -> ErrorResponse {
    let message = "A header you provided implies functionality that is not implemented";
    error(StatusCode::NOT_IMPLEMENTED, "NotImplemented", message, "<Header>Transfer-Encoding</Header>")
}

pub(super) fn missing_length() -> ErrorResponse {
    let message = "You must provide the Content-Length HTTP header.";
    error(StatusCode::LENGTH_REQUIRED, "MissingContentLength", message, "")
}

pub(crate) fn method_not_allowed(method: &Method) -> ErrorResponse {
    let message = "The specified method is not allowed against this resource.";
    let details = format!("<Method>{method}</Method><ResourceType>OBJECT</ResourceType>");
    error(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", message, &details)
        .header(ALLOW, "GET, HEAD, PUT")
}

pub(crate) fn no_such_key(path: &str) -> ErrorResponse {
    let key = path.splitn(3, '/').nth(2).unwrap_or_default();
    let details = format!("<Key>{}</Key>", escape(key));
    error(StatusCode::NOT_FOUND, "NoSuchKey", "The specified key does not exist.", &details)
}

pub(super) fn incomplete() -> ErrorResponse {
    let message = "You did not provide the number of bytes specified by the Content-Length HTTP header";
    error(StatusCode::BAD_REQUEST, "IncompleteBody", message, "")
}

pub(super) fn storage_failed() -> ErrorResponse {
    let message = "We encountered an internal error. Please try again.";
    error(StatusCode::INTERNAL_SERVER_ERROR, "InternalError", message, "")
}

/// A time as `2030-03-17T17:46:40Z`.
fn iso(unix: u64) -> String {
    let time = i64::try_from(unix).ok().and_then(|unix| Timestamp::from_second(unix).ok());
    time.unwrap_or(Timestamp::MAX).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
