//! Error answers of the store.

use http::header::ALLOW;
use http::{Method, StatusCode};
use quick_xml::escape::escape;

use crate::kit::response::Response;

/// An error document. `details` are further elements, already escaped.
pub(super) fn error(status: StatusCode, code: &str, message: &str, details: &str) -> Response {
    let document = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}</Message>{details}\
         <RequestId>0000000000000000</RequestId><HostId>segno-sandbox</HostId></Error>"
    );
    Response::new(status, "application/xml", document)
}

pub(super) fn wrong_signature(key: &str, signature: &str, text: &str) -> Response {
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

pub(super) fn expired(expires: u64, now: u64) -> Response {
    let details = format!("<Expires>{}</Expires><ServerTime>{}</ServerTime>", iso(expires), iso(now));
    error(StatusCode::FORBIDDEN, "AccessDenied", "Request has expired", &details)
}

pub(super) fn two_mechanisms() -> Response {
    let message = "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string \
                   parameter or the Authorization header should be specified";
    error(StatusCode::BAD_REQUEST, "InvalidArgument", message, "<ArgumentName>Authorization</ArgumentName>")
}

pub(super) fn not_implemented() -> Response {
    let message = "A header you provided implies functionality that is not implemented";
    error(StatusCode::NOT_IMPLEMENTED, "NotImplemented", message, "<Header>Transfer-Encoding</Header>")
}

pub(super) fn missing_length() -> Response {
    let message = "You must provide the Content-Length HTTP header.";
    error(StatusCode::LENGTH_REQUIRED, "MissingContentLength", message, "")
}

pub(super) fn method_not_allowed(method: &Method) -> Response {
    let message = "The specified method is not allowed against this resource.";
    let details = format!("<Method>{method}</Method><ResourceType>OBJECT</ResourceType>");
    error(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", message, &details)
        .header(ALLOW, "GET, HEAD, PUT")
}

pub(super) fn no_such_key(path: &str) -> Response {
    let key = path.splitn(3, '/').nth(2).unwrap_or_default();
    let details = format!("<Key>{}</Key>", escape(key));
    error(StatusCode::NOT_FOUND, "NoSuchKey", "The specified key does not exist.", &details)
}

pub(super) fn incomplete() -> Response {
    let message = "You did not provide the number of bytes specified by the Content-Length HTTP header";
    error(StatusCode::BAD_REQUEST, "IncompleteBody", message, "")
}

pub(super) fn storage_failed() -> Response {
    let message = "We encountered an internal error. Please try again.";
    error(StatusCode::INTERNAL_SERVER_ERROR, "InternalError", message, "")
}

/// A time as `2030-03-17T17:46:40Z`.
fn iso(unix: u64) -> String {
    let (days, second) = (unix / 86_400, unix % 86_400);
    // Days to a civil date, counted from 1 March of year 0 in eras of 400 years.
    let shifted = days + 719_468;
    let (era, day) = (shifted / 146_097, shifted % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let (month, year) =
        if month < 10 { (month + 3, era * 400 + year) } else { (month - 9, era * 400 + year + 1) };
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", second / 3600, second / 60 % 60, second % 60)
}

#[cfg(test)]
mod tests {
    use super::iso;

    // The right-hand sides were printed by `date -u -d @N +%FT%TZ`.
    #[test]
    fn dates() {
        assert_eq!(iso(0), "1970-01-01T00:00:00Z");
        assert_eq!(iso(951_827_696), "2000-02-29T12:34:56Z");
        assert_eq!(iso(1_900_000_000), "2030-03-17T17:46:40Z");
        assert_eq!(iso(4_102_444_799), "2099-12-31T23:59:59Z");
    }
}
