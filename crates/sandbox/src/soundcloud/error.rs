//! Errors, in every shape that was seen, and the JSON of other responses.

use http::StatusCode;
use http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER};
use serde_json::{Value, json};

use super::date;
use super::switches::{ErrorShape, RateLimitShape, Switches, UnauthorizedBody};
use crate::kit::{BodyError, RateLimit, Response};

pub(super) type Result<T = Response> = std::result::Result<T, ErrorResponse>;

const EXPLORER: &str = "https://developers.soundcloud.com/docs/api/explorer/open-api";
pub(super) const AUTHENTICATION: &str = "https://developers.soundcloud.com/docs/api/guide#authentication";
pub(super) const RATE_LIMITS: &str = "https://developers.soundcloud.com/docs/api/rate-limits#errors";
const NO_HEADER: &str = "A request must contain the Authorization header. Please visit \
                         https://developers.soundcloud.com/blog/security-updates-api for more information.";

/// JSON with the content type that the service gives this status.
pub(super) fn json(status: StatusCode, value: &Value) -> Response {
    let charset = status.is_success() || matches!(status.as_u16(), 302 | 400 | 401);
    let content_type = if charset { "application/json; charset=utf-8" } else { "application/json" };
    Response::compact_json(status, value).header(CONTENT_TYPE, content_type)
}

/// Why a request is refused. It gets its shape last, because switches decide it.
#[derive(Debug, PartialEq)]
pub(super) enum ErrorResponse {
    /// A status with a message.
    Plain(StatusCode, String),
    /// 401 because there was no `Authorization`.
    NoHeader,
    /// 401 without a message.
    Unauthorized,
    Limited(Limit),
    /// 405 with the methods that there are.
    Method(String),
}

#[derive(Debug, PartialEq)]
pub(super) struct Limit {
    pub(super) kind: LimitKind,
    pub(super) max: u32,
    pub(super) window_s: f64,
    /// When the window ends.
    pub(super) reset: u64,
}

impl Limit {
    /// A limit whose window ends then.
    pub(super) fn new(kind: LimitKind, limit: RateLimit, end: f64) -> Self {
        Self { kind, max: limit.calls, window_s: limit.window_s, reset: end.ceil() as u64 }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LimitKind {
    Plays,
    Action { warning: u64 },
    Gateway,
    Edge,
}

pub(super) fn bad_request(message: impl Into<String>) -> ErrorResponse {
    ErrorResponse::Plain(StatusCode::BAD_REQUEST, message.into())
}

pub(super) fn unprocessable(message: impl Into<String>) -> ErrorResponse {
    ErrorResponse::Plain(StatusCode::UNPROCESSABLE_ENTITY, message.into())
}

pub(super) fn not_found() -> ErrorResponse {
    plain(StatusCode::NOT_FOUND)
}

pub(super) fn forbidden() -> ErrorResponse {
    plain(StatusCode::FORBIDDEN)
}

/// A status whose message is the status itself: `404 - Not Found`.
pub(super) fn plain(status: StatusCode) -> ErrorResponse {
    ErrorResponse::Plain(status, status_text(status))
}

fn status_text(status: StatusCode) -> String {
    format!("{} - {}", status.as_str(), status.canonical_reason().unwrap_or("Error"))
}

impl From<BodyError> for ErrorResponse {
    fn from(error: BodyError) -> Self {
        Self::Plain(error.status(), error.to_string())
    }
}

impl ErrorResponse {
    pub(super) fn response(self, switches: &Switches) -> Response {
        match self {
            Self::Plain(status, message) => shaped(switches.error_shape, status, &message, EXPLORER),
            Self::Method(allowed) => {
                plain(StatusCode::METHOD_NOT_ALLOWED).response(switches).header(ALLOW, &allowed)
            }
            Self::NoHeader => {
                shaped(switches.error_shape, StatusCode::UNAUTHORIZED, NO_HEADER, AUTHENTICATION)
            }
            Self::Unauthorized => match switches.unauthorized_body {
                UnauthorizedBody::Newline => Response::new(StatusCode::UNAUTHORIZED, "text/plain", "\n"),
                UnauthorizedBody::Error => {
                    let mut body = object(StatusCode::UNAUTHORIZED, "", AUTHENTICATION);
                    body["errors"] = json!([]);
                    match switches.error_shape {
                        ErrorShape::Object => json(StatusCode::UNAUTHORIZED, &body),
                        other => shaped(other, StatusCode::UNAUTHORIZED, "", AUTHENTICATION),
                    }
                }
            },
            Self::Limited(limit) => limited(switches, &limit),
        }
    }

    /// The status and its message, in an API that has no other shapes.
    pub(super) fn status_and_message(self) -> (StatusCode, String) {
        match self {
            Self::Plain(status, message) => (status, message),
            Self::Method(_) => (StatusCode::METHOD_NOT_ALLOWED, status_text(StatusCode::METHOD_NOT_ALLOWED)),
            Self::NoHeader | Self::Unauthorized => {
                (StatusCode::UNAUTHORIZED, status_text(StatusCode::UNAUTHORIZED))
            }
            Self::Limited(_) => (StatusCode::TOO_MANY_REQUESTS, status_text(StatusCode::TOO_MANY_REQUESTS)),
        }
    }
}

fn object(status: StatusCode, message: &str, link: &str) -> Value {
    json!({
        "code": status.as_u16(), "message": message, "link": link, "status": status_text(status),
        "errors": [{"error_message": message}], "error": null,
    })
}

fn shaped(shape: ErrorShape, status: StatusCode, message: &str, link: &str) -> Response {
    match shape {
        ErrorShape::Object => json(status, &object(status, message, link)),
        ErrorShape::ShortObject => {
            json(status, &json!({"code": status.as_u16(), "message": message, "link": link}))
        }
        ErrorShape::Errors => json(status, &json!({"errors": [{"error_message": message}]})),
        ErrorShape::ErrorTexts => json(status, &json!({"errors": [message]})),
        ErrorShape::Error => json(status, &json!({"error": message})),
        ErrorShape::Empty => Response::empty(status),
        ErrorShape::Text => Response::new(status, "text/plain", message.to_owned()),
        ErrorShape::Html => Response::new(status, "text/html", page(status)),
        ErrorShape::Xml => {
            let message = escape(message);
            let xml = format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<errors><error>{message}</error></errors>\n"
            );
            Response::new(status, "application/xml; charset=utf-8", xml)
        }
    }
}

/// A page of the edge.
pub(crate) fn page(status: StatusCode) -> String {
    let title = format!("{} {}", status.as_str(), status.canonical_reason().unwrap_or("Error"));
    format!(
        "<HTML><HEAD><TITLE>ERROR: The request could not be satisfied</TITLE></HEAD><BODY>\n<H1>{title}</H1>\n\
         <H2>The request could not be satisfied.</H2>\n<PRE>\nGenerated by cloudfront (CloudFront)\n\
         Request ID: sandbox-edge==\n</PRE>\n</BODY></HTML>\n"
    )
}

fn limited(switches: &Switches, limit: &Limit) -> Response {
    let status = StatusCode::TOO_MANY_REQUESTS;
    let shape = match (switches.rate_limit_shape, limit.kind) {
        (RateLimitShape::ByKind, LimitKind::Plays) => RateLimitShape::Meta,
        (RateLimitShape::ByKind, LimitKind::Action { .. }) => RateLimitShape::Spam,
        (RateLimitShape::ByKind, LimitKind::Gateway) => RateLimitShape::Gateway,
        (RateLimitShape::ByKind, LimitKind::Edge) => RateLimitShape::Edge,
        (shape, _) => shape,
    };
    let response = match shape {
        RateLimitShape::Meta => json(status, &meta("plays", limit.max, limit.window_s, limit.reset)),
        RateLimitShape::Code => {
            let mut body = object(status, "rate_limit_exceeded", RATE_LIMITS);
            body["error_code"] = "rate_limit_exceeded".into();
            json(status, &body)
        }
        RateLimitShape::Spam | RateLimitShape::ByKind => {
            let number = if let LimitKind::Action { warning } = limit.kind { warning } else { 31 };
            let mut body = object(status, &status_text(status), RATE_LIMITS);
            body["spam_warning_urn"] = format!("soundcloud:spam-warnings:{number}").into();
            json(status, &body)
        }
        RateLimitShape::Gateway => {
            Response::new(status, "application/json", "{\n  \"error\": \"Rate Limit Exceeded\"\n}\n")
        }
        RateLimitShape::Edge => Response::new(status, "text/plain", "Please slow down."),
    };
    with_retry_after(response, switches)
}

/// `errors[0].meta.rate_limit`
pub(super) fn meta(group: &str, max: u32, window_s: f64, reset: u64) -> Value {
    let window = window_s as u64;
    let window =
        if window.is_multiple_of(3600) { format!("PT{}H", window / 3600) } else { format!("PT{window}S") };
    json!({"errors": [{"meta": {
        "rate_limit": {"group": group, "max_nr_of_requests": max, "time_window": window},
        "remaining_requests": 0, "reset_time": date::slashes(reset),
    }}]})
}

pub(super) fn with_retry_after(response: Response, switches: &Switches) -> Response {
    match switches.retry_after_s {
        Some(wait) => response.header(RETRY_AFTER, &wait.to_string()),
        None => response,
    }
}

/// Text as it may stand in XML and HTML, in attributes too.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            // A reader of XML would make a line feed of a bare one (section 2.11).
            '\r' => escaped.push_str("&#13;"),
            // XML 1.0 has no other control characters.
            c if c < ' ' && !matches!(c, '\t' | '\n') => escaped.push('\u{fffd}'),
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}
