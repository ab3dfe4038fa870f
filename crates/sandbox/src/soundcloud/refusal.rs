//! Answers that say no, in every shape that was seen (section 11 of the sheet), and the JSON of the others.

use http::StatusCode;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use serde_json::{Value, json};

use super::date;
use super::switches::{ErrorShape, RateLimitShape, Switches, UnauthorizedBody};
use crate::call::BodyError;
use crate::reply::Reply;

const EXPLORER: &str = "https://developers.soundcloud.com/docs/api/explorer/open-api";
pub(super) const AUTHENTICATION: &str = "https://developers.soundcloud.com/docs/api/guide#authentication";
pub(super) const RATE_LIMITS: &str = "https://developers.soundcloud.com/docs/api/rate-limits#errors";
const NO_HEADER: &str = "A request must contain the Authorization header. Please visit \
                         https://developers.soundcloud.com/blog/security-updates-api for more information.";

/// JSON with the content type that the service gives this status.
pub(super) fn json(status: StatusCode, value: &Value) -> Reply {
    let charset = status.is_success() || matches!(status.as_u16(), 302 | 400 | 401);
    let content_type = if charset { "application/json; charset=utf-8" } else { "application/json" };
    Reply::compact_json(status, value).header(CONTENT_TYPE, content_type)
}

/// Something that the service refuses to do. It gets its shape last, because switches decide it.
#[derive(Debug, PartialEq)]
pub(super) enum Refusal {
    /// A status with a message.
    Plain(StatusCode, String),
    /// 401 because there was no `Authorization`.
    NoHeader,
    /// 401 without a word.
    Unauthorized,
    /// 429.
    Limited(Limit),
    /// A body that did not arrive or was none.
    Body(StatusCode, String),
}

/// What was exceeded.
#[derive(Debug, PartialEq)]
pub(super) struct Limit {
    pub(super) kind: LimitKind,
    pub(super) max: u32,
    pub(super) window_s: f64,
    /// When the window ends.
    pub(super) reset: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LimitKind {
    Plays,
    Action { warning: u64 },
    Gateway,
    Edge,
}

pub(super) fn bad_request(message: impl Into<String>) -> Refusal {
    Refusal::Plain(StatusCode::BAD_REQUEST, message.into())
}

pub(super) fn unprocessable(message: impl Into<String>) -> Refusal {
    Refusal::Plain(StatusCode::UNPROCESSABLE_ENTITY, message.into())
}

pub(super) fn not_found() -> Refusal {
    plain(StatusCode::NOT_FOUND)
}

pub(super) fn forbidden() -> Refusal {
    plain(StatusCode::FORBIDDEN)
}

/// A status whose message is the status itself: `404 - Not Found`.
pub(super) fn plain(status: StatusCode) -> Refusal {
    Refusal::Plain(status, words(status))
}

fn words(status: StatusCode) -> String {
    format!("{} - {}", status.as_str(), status.canonical_reason().unwrap_or("Error"))
}

impl From<BodyError> for Refusal {
    fn from(error: BodyError) -> Self {
        Self::Body(error.status(), error.to_string())
    }
}

impl Refusal {
    pub(super) fn reply(self, switches: &Switches) -> Reply {
        match self {
            Self::Plain(status, message) | Self::Body(status, message) => {
                shaped(switches.error_shape, status, &message, EXPLORER)
            }
            Self::NoHeader => {
                shaped(switches.error_shape, StatusCode::UNAUTHORIZED, NO_HEADER, AUTHENTICATION)
            }
            Self::Unauthorized => match switches.unauthorized_body {
                UnauthorizedBody::Newline => Reply::new(StatusCode::UNAUTHORIZED, "text/plain", "\n"),
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

    /// The status and the words for it, in an API that has no other shapes.
    pub(super) fn said(self) -> (StatusCode, String) {
        match self {
            Self::Plain(status, message) | Self::Body(status, message) => (status, message),
            Self::NoHeader | Self::Unauthorized => {
                (StatusCode::UNAUTHORIZED, words(StatusCode::UNAUTHORIZED))
            }
            Self::Limited(_) => (StatusCode::TOO_MANY_REQUESTS, words(StatusCode::TOO_MANY_REQUESTS)),
        }
    }
}

fn object(status: StatusCode, message: &str, link: &str) -> Value {
    json!({
        "code": status.as_u16(), "message": message, "link": link, "status": words(status),
        "errors": [{"error_message": message}], "error": null,
    })
}

fn shaped(shape: ErrorShape, status: StatusCode, message: &str, link: &str) -> Reply {
    match shape {
        ErrorShape::Object => json(status, &object(status, message, link)),
        ErrorShape::ShortObject => {
            json(status, &json!({"code": status.as_u16(), "message": message, "link": link}))
        }
        ErrorShape::Errors => json(status, &json!({"errors": [{"error_message": message}]})),
        ErrorShape::ErrorTexts => json(status, &json!({"errors": [message]})),
        ErrorShape::Error => json(status, &json!({"error": message})),
        ErrorShape::Empty => Reply::empty(status),
        ErrorShape::Text => Reply::new(status, "text/plain", message.to_owned()),
        ErrorShape::Html => Reply::new(status, "text/html", page(status)),
        ErrorShape::Xml => {
            let message = escape(message);
            let xml = format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<errors><error>{message}</error></errors>\n"
            );
            Reply::new(status, "application/xml; charset=utf-8", xml)
        }
    }
}

/// A page of the edge.
pub(crate) fn page(status: StatusCode) -> String {
    let words = format!("{} {}", status.as_str(), status.canonical_reason().unwrap_or("Error"));
    format!(
        "<HTML><HEAD><TITLE>ERROR: The request could not be satisfied</TITLE></HEAD><BODY>\n<H1>{words}</H1>\n\
         <H2>The request could not be satisfied.</H2>\n<PRE>\nGenerated by cloudfront (CloudFront)\n\
         Request ID: sandbox-edge==\n</PRE>\n</BODY></HTML>\n"
    )
}

fn limited(switches: &Switches, limit: &Limit) -> Reply {
    let status = StatusCode::TOO_MANY_REQUESTS;
    let shape = match (switches.rate_limit_shape, limit.kind) {
        (RateLimitShape::ByKind, LimitKind::Plays) => RateLimitShape::Meta,
        (RateLimitShape::ByKind, LimitKind::Action { .. }) => RateLimitShape::Spam,
        (RateLimitShape::ByKind, LimitKind::Gateway) => RateLimitShape::Gateway,
        (RateLimitShape::ByKind, LimitKind::Edge) => RateLimitShape::Edge,
        (shape, _) => shape,
    };
    let reply = match shape {
        RateLimitShape::Meta => json(status, &meta("plays", limit.max, limit.window_s, limit.reset)),
        RateLimitShape::Code => {
            let mut body = object(status, "rate_limit_exceeded", RATE_LIMITS);
            body["error_code"] = "rate_limit_exceeded".into();
            json(status, &body)
        }
        RateLimitShape::Spam | RateLimitShape::ByKind => {
            let number = if let LimitKind::Action { warning } = limit.kind { warning } else { 31 };
            let mut body = object(status, &words(status), RATE_LIMITS);
            body["spam_warning_urn"] = format!("soundcloud:spam-warnings:{number}").into();
            json(status, &body)
        }
        RateLimitShape::Gateway => {
            Reply::new(status, "application/json", "{\n  \"error\": \"Rate Limit Exceeded\"\n}\n")
        }
        RateLimitShape::Edge => Reply::new(status, "text/plain", "Please slow down."),
    };
    with_retry_after(reply, switches)
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

pub(super) fn with_retry_after(reply: Reply, switches: &Switches) -> Reply {
    match switches.retry_after_s {
        Some(wait) => reply.header(RETRY_AFTER, &wait.to_string()),
        None => reply,
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
