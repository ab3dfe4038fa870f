//! What SoundCloud says when it refuses, in all the shapes that were seen.

use std::fmt;
use std::time::Duration;

use segno_core::{Bytes, Excerpt, HeaderMap, StatusCode, Timestamp};
use serde_json::{Map, Value};

use crate::diagnosis::Diagnosis;
use crate::ids::Urn;
use crate::read::{Read, member};

mod rate;

pub use rate::{ExceededLimit, RateLimited, Throttle};

/// A call that failed.
pub type Error = segno_core::Error<ApiError>;

/// An error answer of SoundCloud, of the gateway in front of it or of the network at the edge.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct ApiError {
    /// The status of the answer.
    pub status: StatusCode,
    /// The form of the answer.
    pub shape: Shape,
    /// The service's words; often empty, above all with 401.
    pub message: String,
    /// Further messages that say something else than `message`.
    pub errors: Vec<String>,
    /// A code such as `invalid_grant`, from older servers.
    pub error_code: Option<String>,
    /// Where the documentation speaks of it.
    pub link: Option<String>,
    /// What is known about the limit that was met, for a 429.
    pub rate_limit: Option<RateLimited>,
    /// The number under which the network at the edge knows the request, for its support.
    pub edge_request_id: Option<String>,
    /// Why a write was refused without a reason, as far as it could be found out.
    pub diagnosis: Option<Diagnosis>,
}

/// The form of an error answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Shape {
    /// The error object of the API: `code`, `message`, `link`, sometimes more.
    Object,
    /// `{"errors": […]}` alone.
    Errors,
    /// `{"error": "…"}` alone, from the gateway.
    Word,
    /// `errors[].meta.rate_limit`.
    RateLimit,
    /// Nothing, or white space.
    Empty,
    /// Plain text.
    Text,
    /// A web page, from the network at the edge.
    Page,
    /// XML of the old API.
    Xml,
    /// JSON of another form.
    Unknown,
}

impl ApiError {
    /// True if the answer came from the network in front of the service: the service itself has not seen the request, or
    /// its answer was lost.
    #[must_use]
    pub fn is_edge(&self) -> bool {
        match self.shape {
            Shape::Page | Shape::Text | Shape::Word => true,
            Shape::Empty => self.status.is_server_error(),
            _ => false,
        }
    }

    fn new(status: StatusCode, shape: Shape) -> Self {
        Self {
            status,
            shape,
            message: String::new(),
            errors: Vec::new(),
            error_code: None,
            link: None,
            rate_limit: None,
            edge_request_id: None,
            diagnosis: None,
        }
    }

    fn object(status: StatusCode, object: &Map<String, Value>) -> Self {
        let mut this = Self::new(status, Shape::Unknown);
        this.message = member(object, "message").unwrap_or_default();
        this.error_code = member(object, "error_code");
        this.link = member(object, "link");
        let single: Option<String> = member(object, "error").filter(|word: &String| !word.is_empty());
        let list = object.get("errors").and_then(Value::as_array);
        this.errors =
            list.into_iter().flatten().filter_map(words).filter(|words| !words.is_empty()).collect();
        let limits: Vec<_> = list.into_iter().flatten().filter_map(ExceededLimit::read).collect();
        let own =
            object.contains_key("message") || object.contains_key("code") || object.contains_key("status");
        this.shape = match (&single, list) {
            _ if !limits.is_empty() => Shape::RateLimit,
            _ if own => Shape::Object,
            (_, Some(_)) => Shape::Errors,
            (Some(_), None) => Shape::Word,
            (None, None) => Shape::Unknown,
        };
        if this.message.is_empty() {
            let status_line: Option<String> = member(object, "status").filter(|_| this.errors.is_empty());
            this.message = single.or(status_line).unwrap_or_default();
        }
        let message = this.message.clone();
        this.errors.retain(|words| *words != message);
        if status == StatusCode::TOO_MANY_REQUESTS || !limits.is_empty() {
            let warning: Option<Urn> = member(object, "spam_warning_urn");
            this.rate_limit = Some(RateLimited::read(&this, limits, warning));
        }
        this
    }

    fn other(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Self {
        let start = body.trim_ascii_start();
        let lower = start[..start.len().min(14)].to_ascii_lowercase();
        let shape = if start.is_empty() {
            Shape::Empty
        } else if lower.starts_with(b"<!doctype html") || lower.starts_with(b"<html") {
            Shape::Page
        } else if start.starts_with(b"<") {
            Shape::Xml
        } else {
            Shape::Text
        };
        let mut this = Self::new(status, shape);
        this.message = match shape {
            Shape::Xml => crate::legacy::xml::error_words(body).unwrap_or_default(),
            Shape::Empty => String::new(),
            _ => Excerpt::of(body).to_string(),
        };
        let header = headers.get("x-amz-cf-id").and_then(|id| id.to_str().ok()).map(str::to_owned);
        this.edge_request_id = header.or_else(|| page_request_id(body));
        if status == StatusCode::TOO_MANY_REQUESTS {
            this.rate_limit = Some(RateLimited::read(&this, Vec::new(), None));
        }
        this
    }
}

impl segno_core::ApiError for ApiError {
    fn read(status: StatusCode, headers: &HeaderMap, body: &Bytes) -> Self {
        match serde_json::from_slice::<Value>(body) {
            Ok(Value::Object(object)) => Self::object(status, &object),
            Ok(_) => Self::new(status, Shape::Unknown),
            Err(_) => Self::other(status, headers, body),
        }
    }

    /// Until the limit that was met has room again, where the service tells.
    fn retry_after(&self, now: Timestamp) -> Option<Duration> {
        Some(self.rate_limit.as_ref()?.reset_at?.since(now))
    }
}

/// The words of a member of `errors`: an object since 2026, a text before.
fn words(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Object(object) => member(object, "error_message").or_else(|| member(object, "code")),
        _ => None,
    }
}

/// The number that a page of the edge shows: `Request ID: …`.
fn page_request_id(body: &[u8]) -> Option<String> {
    let page = String::from_utf8_lossy(&body[..body.len().min(8192)]);
    let (_, after) = page.split_once("Request ID:")?;
    let id: String =
        after.trim_start().chars().take_while(|c| c.is_ascii_alphanumeric() || "-_=".contains(*c)).collect();
    (!id.is_empty()).then(|| id.chars().take(100).collect())
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut said = !self.message.is_empty();
        f.write_str(&self.message)?;
        for words in &self.errors {
            let separator = if said { "; " } else { "" };
            write!(f, "{separator}{words}")?;
            said = true;
        }
        let hint = match (&self.diagnosis, self.status) {
            (Some(diagnosis), _) => Some(diagnosis.to_string()),
            (None, StatusCode::UNAUTHORIZED) if !said => Some(
                "no reason given; the token is missing, over, of the wrong kind, or may not write".into(),
            ),
            _ => self.rate_limit.as_ref().map(ToString::to_string).filter(|words| !words.is_empty()),
        };
        if let Some(hint) = hint {
            let separator = if said { "; " } else { "" };
            write!(f, "{separator}{hint}")?;
        }
        match &self.edge_request_id {
            Some(id) => write!(f, " (request {id} at the edge)"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApiError({:?}, {:?}: {self})", self.status, self.shape)
    }
}

#[cfg(test)]
mod tests;
