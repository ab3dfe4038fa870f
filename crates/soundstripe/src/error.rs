//! The errors of the service.

use std::fmt;

use segno_core::decode::{Excerpt, from_json, text};
use segno_core::{Bytes, HeaderMap, Response, StatusCode};
use serde_json::Value;

/// An error of a call to Soundstripe.
pub type Error = segno_core::Error<ApiError>;

/// An error response: `{"errors": [{"detail", "code", "status"}]}`.
///
/// Reading one cannot fail: another response (a gateway's page, an empty body) gives an error with the status and without
/// [`errors`](ApiError::errors).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ApiError {
    /// The status of the response, which counts whatever the document has.
    pub status: StatusCode,
    /// The errors of the document, first to last.
    pub errors: Vec<ErrorObject>,
    excerpt: Excerpt,
}

/// One error object (JSON:API 1.0, section "Error Objects").
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ErrorObject {
    /// A description for humans.
    pub detail: Option<String>,
    /// A short machine code; only some errors carry one. Documented: `invalid_token`.
    pub code: Option<String>,
    /// The status as the error object has it: this service sends a number, the standard a string.
    pub status: Option<u16>,
    /// A short summary of the kind of error.
    pub title: Option<String>,
    /// An identifier of this very occurrence, for the service's support.
    pub id: Option<String>,
    /// The part of the request that is at fault: `source.pointer` or `source.parameter`.
    pub source: Option<String>,
}

/// The kind of an [`ApiError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// 401: the API key is missing or wrong.
    Unauthorized,
    /// 403: the key has no access to this endpoint; sound effects need a right of their own.
    Forbidden,
    /// 404: the resource does not exist, or belongs to another key.
    NotFound,
    /// 429: more than 25 requests in one second.
    RateLimited,
    /// Any other 4xx: the request is at fault.
    Refused,
    /// 5xx: the service is at fault; it may work later.
    Server,
    /// A status that is not an error.
    Unexpected,
}

impl ApiError {
    /// The kind of the error; the status alone decides.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match self.status.as_u16() {
            401 => ErrorKind::Unauthorized,
            403 => ErrorKind::Forbidden,
            404 => ErrorKind::NotFound,
            429 => ErrorKind::RateLimited,
            400..=499 => ErrorKind::Refused,
            500..=599 => ErrorKind::Server,
            _ => ErrorKind::Unexpected,
        }
    }

    /// The first machine code, such as `invalid_token`.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.errors.iter().find_map(|error| error.code.as_deref())
    }

    /// The first description for humans.
    #[must_use]
    pub fn detail(&self) -> Option<&str> {
        self.errors.iter().find_map(|error| error.detail.as_deref())
    }
}

impl segno_core::ApiError for ApiError {
    fn read(status: StatusCode, _: &HeaderMap, body: &Bytes) -> Self {
        let document: Option<Value> = from_json(body).ok();
        let errors = document.as_ref().map_or_else(Vec::new, errors);
        Self { status, errors, excerpt: Excerpt::of(body) }
    }

    /// An error document with a status of success: errors instead of data.
    fn in_success(response: &Response<Bytes>) -> Option<Self> {
        let body = response.body();
        if body.len() > MAX_ERROR_IN_SUCCESS || !text(body).contains("\"errors\"") {
            return None;
        }
        let document: Value = from_json(body).ok()?;
        let is_data = document.get("data").is_some_and(|data| !data.is_null());
        let errors = errors(&document);
        (!is_data && !errors.is_empty()).then(|| Self {
            status: response.status(),
            errors,
            excerpt: Excerpt::default(),
        })
    }
}

/// The largest body that may be an error with a status of success, in bytes.
const MAX_ERROR_IN_SUCCESS: usize = 64 * 1024;

/// The errors of a document: objects, as documented, or texts; a list of them, or one.
fn errors(document: &Value) -> Vec<ErrorObject> {
    let read = |error: &Value| match error {
        Value::Object(object) => Some(ErrorObject::read(object)),
        Value::String(text) if !text.is_empty() => {
            Some(ErrorObject { detail: Some(text.clone()), ..ErrorObject::default() })
        }
        _ => None,
    };
    match document.get("errors") {
        Some(Value::Array(errors)) => errors.iter().filter_map(read).collect(),
        Some(error) => read(error).into_iter().collect(),
        None => Vec::new(),
    }
}

impl ErrorObject {
    fn read(object: &serde_json::Map<String, Value>) -> Self {
        let text = |name: &str| match object.get(name)? {
            Value::String(text) if !text.is_empty() => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        let place = |name: &str| object.get("source")?.get(name)?.as_str().map(str::to_owned);
        Self {
            detail: text("detail"),
            code: text("code"),
            status: text("status").and_then(|status| status.parse().ok()),
            title: text("title"),
            id: text("id"),
            source: place("pointer").or_else(|| place("parameter")),
        }
    }
}

/// The length of the service's message in an error line, in characters.
const MAX_MESSAGE: usize = 300;

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.errors.is_empty() {
            return self.excerpt.fmt(f);
        }
        let mut line = String::new();
        for (index, error) in self.errors.iter().enumerate() {
            if index > 0 {
                line.push_str("; ");
            }
            line.push_str(&error.to_string());
        }
        let mut clean = line.chars().map(|c| if c.is_control() { ' ' } else { c });
        for c in clean.by_ref().take(MAX_MESSAGE) {
            fmt::Write::write_char(f, c)?;
        }
        if clean.next().is_some() { f.write_str("…") } else { Ok(()) }
    }
}

impl fmt::Display for ErrorObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.detail.as_deref().or(self.title.as_deref());
        match (text, self.code.as_deref()) {
            (Some(text), Some(code)) => write!(f, "{text} ({code})")?,
            (Some(text), None) => f.write_str(text)?,
            (None, Some(code)) => f.write_str(code)?,
            (None, None) => f.write_str("without a description")?,
        }
        match &self.source {
            Some(source) => write!(f, " [{source}]"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use segno_core::ApiError as _;

    fn read(status: u16, body: &str) -> ApiError {
        let status = StatusCode::from_u16(status).unwrap();
        ApiError::read(status, &HeaderMap::new(), &Bytes::from(body.to_owned()))
    }

    #[test]
    fn status_as_number_or_text_code_present_or_not() {
        let number =
            read(404, r#"{"errors":[{"detail":"Couldn't find Song with 'id'=424242","status":404}]}"#);
        assert_eq!(number.errors[0].status, Some(404));
        assert_eq!(number.code(), None);
        assert_eq!(number.to_string(), "Couldn't find Song with 'id'=424242");
        assert_eq!(number.kind(), ErrorKind::NotFound);
        let text = read(
            401,
            r#"{"errors":[{"detail":"Your API key is invalid.","code":"invalid_token","status":"401"}]}"#,
        );
        assert_eq!(text.errors[0].status, Some(401));
        assert_eq!(text.code(), Some("invalid_token"));
        assert_eq!(text.to_string(), "Your API key is invalid. (invalid_token)");
        assert_eq!(text.kind(), ErrorKind::Unauthorized);
    }

    #[test]
    fn responses_of_another_form_still_have_a_status() {
        for (status, body, text) in [
            (500, "", ""),
            (
                502,
                "<html><head><title>502 Bad Gateway</title></head></html>",
                "a web page titled \"502 Bad Gateway\"",
            ),
            (503, r#"{"errors":"#, ""),
            (429, "slow down", "slow down"),
        ] {
            let error = read(status, body);
            assert_eq!((error.errors.len(), error.to_string().as_str()), (0, text), "{body}");
        }
    }

    #[test]
    fn errors_in_other_shapes_are_read() {
        for (body, text) in [
            (&br#"{"errors":{"detail":"x"}}"#[..], "x"),
            (br#"{"errors":"x"}"#, "x"),
            (br#"{"errors":["x", {"code": "y"}, 7]}"#, "x; y"),
            (b"{\"errors\":[{\"detail\":\"caf\xe9\"}]}", "caf\u{fffd}"),
        ] {
            let body = Bytes::from_static(body);
            assert_eq!(ApiError::read(StatusCode::NOT_FOUND, &HeaderMap::new(), &body).to_string(), text);
        }
    }

    #[test]
    fn an_error_may_come_with_a_status_of_success() {
        let message = |body: &'static str| {
            ApiError::in_success(&Response::new(Bytes::from_static(body.as_bytes())))
                .map(|error| error.to_string())
        };
        assert_eq!(
            message(r#"{"errors":[{"detail":"Not now.","code":"busy"}]}"#).as_deref(),
            Some("Not now. (busy)")
        );
        assert_eq!(message(r#"{"data":null,"errors":[{"detail":"x"}]}"#).as_deref(), Some("x"));
        for good in
            [r#"{"data":[]}"#, r#"{"data":{"id":"1"},"errors":[{"detail":"x"}]}"#, r#"{"errors":[]}"#, "[]"]
        {
            assert_eq!(message(good), None, "{good}");
        }
    }

    #[test]
    fn several_errors_are_one_line() {
        let error = read(
            400,
            r#"{"errors":[{"title":"Bad","source":{"pointer":"/data/type"}},{"code":"x"},{"detail":"a\nb"}]}"#,
        );
        assert_eq!(error.to_string(), "Bad [/data/type]; x; a b");
        let long = read(400, &format!(r#"{{"errors":[{{"detail":"{}"}}]}}"#, "é".repeat(1000)));
        assert_eq!(long.to_string().chars().count(), MAX_MESSAGE + 1);
    }

    proptest! {
        #[test]
        fn nothing_panics(body in "\\{\"errors\":\\PC{0,60}") {
            let _ = read(400, &body).to_string();
        }
    }
}
