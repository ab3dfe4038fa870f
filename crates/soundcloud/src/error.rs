//! What SoundCloud says when it refuses, in all the forms that were seen.

use std::fmt;
use std::time::Duration;

use segno_core::decode::{Excerpt, from_json};
use segno_core::{Bytes, HeaderMap, Response, StatusCode, Timestamp};
use serde_json::{Map, Value};

use crate::diagnosis::Diagnosis;
use crate::ids::Urn;

mod rate;

pub use rate::{ExceededLimit, RateLimited, Throttle};

/// A call that failed.
pub type Error = segno_core::Error<ApiError>;

/// An error response of SoundCloud, of the gateway in front of it or of the network at the edge.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct ApiError {
    /// The status of the response.
    pub status: StatusCode,
    /// The form of the response.
    pub shape: Shape,
    /// The service's message; often empty, above all with 401.
    pub message: String,
    /// The status in the document, such as `401 - Unauthorized`.
    pub status_text: Option<String>,
    /// Further messages that say something else than `message`.
    pub errors: Vec<String>,
    /// A code such as `invalid_grant`, from older servers.
    pub error_code: Option<String>,
    /// The URL of the documentation about it.
    pub link: Option<String>,
    /// What is known about the limit that was exceeded, for a 429.
    pub rate_limit: Option<RateLimited>,
    /// The number under which the network at the edge knows the request, for its support.
    pub edge_request_id: Option<String>,
    /// Why a write was refused without a reason, as far as it could be found out.
    pub diagnosis: Option<Diagnosis>,
}

/// The form of an error response.
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
    /// An empty body, or white space.
    Empty,
    /// Plain text, which is the message.
    Text,
    /// A web page, from the network at the edge.
    Page,
    /// XML of the old API.
    Xml,
    /// JSON of another form.
    Unknown,
}

impl ApiError {
    /// True if the response came from the network in front of the service: the service itself has not seen the request, or
    /// its response was lost.
    ///
    /// ```
    /// # fn example(error: segno_soundcloud::Error) {
    /// if error.api().is_some_and(|said| said.is_edge()) {
    ///     println!("not from SoundCloud itself, so try again later: {error}");
    /// }
    /// # }
    /// ```
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
            status_text: None,
            link: None,
            rate_limit: None,
            edge_request_id: None,
            diagnosis: None,
        }
    }

    fn object(status: StatusCode, object: &Map<String, Value>) -> Self {
        let mut this = Self::new(status, Shape::Unknown);
        let text = |name: &str| object.get(name).and_then(text);
        this.message = text("message").unwrap_or_default();
        this.status_text = text("status");
        this.error_code = text("error_code");
        this.link = text("link");
        let single = object.get("error").map(messages).unwrap_or_default().join("; ");
        let list = object.get("errors").filter(|list| !list.is_null());
        this.errors = list.map(messages).unwrap_or_default();
        let limits: Vec<_> = list.into_iter().flat_map(members).filter_map(ExceededLimit::of).collect();
        let own = ["message", "code", "status"].iter().any(|name| object.contains_key(*name));
        this.shape = match list {
            _ if !limits.is_empty() => Shape::RateLimit,
            _ if own => Shape::Object,
            Some(_) => Shape::Errors,
            None if !single.is_empty() => Shape::Word,
            None => Shape::Unknown,
        };
        if this.message.is_empty() {
            this.message = single;
        }
        let message = this.message.clone();
        this.errors.retain(|said| *said != message);
        if status == StatusCode::TOO_MANY_REQUESTS || !limits.is_empty() {
            let warning = text("spam_warning_urn").map(|urn| Urn::from(urn.as_str()));
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
            Shape::Xml => crate::legacy::xml::error_text(body).unwrap_or_default(),
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
        match from_json::<Value>(body) {
            Ok(Value::Object(object)) => Self::object(status, &object),
            Ok(list @ Value::Array(_)) => {
                Self { errors: messages(&list), ..Self::new(status, Shape::Unknown) }
            }
            Ok(_) => Self::new(status, Shape::Unknown),
            Err(_) => Self::other(status, headers, body),
        }
    }

    /// The error object, or the one of the old API, with a status of success.
    fn in_success(response: &Response<Bytes>) -> Option<Self> {
        let body = response.body();
        if body.len() > MAX_ERROR {
            return None;
        }
        if body.trim_ascii_start().starts_with(b"<") {
            let document = crate::legacy::Element::parse(body).ok()?;
            let is_error = matches!(document.name(), "errors" | "error");
            return is_error.then(|| Self::other(response.status(), response.headers(), body));
        }
        let object: Map<String, Value> = from_json(body).ok()?;
        // What describes something is not the document of an error, whatever else is in it.
        let describes = DESCRIBING.iter().any(|member| object.contains_key(*member));
        let failed = |name: &str| object.get(name).and_then(status_of).is_some_and(|status| status >= 400);
        let says = |name: &str| object.get(name).is_some_and(|value| !messages(value).is_empty());
        let is_error = says("error") || says("errors") || failed("status") || failed("code");
        (is_error && !describes).then(|| Self::object(response.status(), &object))
    }

    /// Until the limit that was exceeded has room again, where the service tells.
    fn retry_after(&self, now: Timestamp) -> Option<Duration> {
        Some(self.rate_limit.as_ref()?.reset_at?.since(now))
    }
}

/// The largest body that may be an error with a status of success, in bytes.
const MAX_ERROR: usize = 64 * 1024;

/// The members of documents that describe something.
const DESCRIBING: [&str; 6] = ["collection", "urn", "id", "uri", "title", "location"];

/// The number in a status such as `404 - Not Found`, `Status(200) - OK` or `404`.
pub(crate) fn status_of(value: &Value) -> Option<u16> {
    let text = text(value)?;
    let digits = text.trim_start_matches(|letter: char| !letter.is_ascii_digit());
    let end = digits.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(digits.len());
    digits[..end].parse().ok()
}

/// A text, or a number as one; nothing empty.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()).filter(|text| !text.trim().is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The members of `errors`: a list, an object that stands for one, or one error alone.
fn members(errors: &Value) -> Vec<&Value> {
    match errors {
        Value::Array(items) => items.iter().collect(),
        Value::Object(object) if object.values().all(Value::is_object) => object.values().collect(),
        alone => vec![alone],
    }
}

/// The messages in `error` or `errors`: texts, or objects with `error_message`.
fn messages(errors: &Value) -> Vec<String> {
    let message = |error: &Value| match error {
        Value::Object(object) => ["error_message", "message", "error_description", "code"]
            .iter()
            .find_map(|name| object.get(*name).and_then(text)),
        error => text(error),
    };
    members(errors).into_iter().filter_map(message).collect()
}

/// The number that a page of the edge shows: `Request ID: …`.
fn page_request_id(body: &[u8]) -> Option<String> {
    let page = String::from_utf8_lossy(&body[..body.len().min(8192)]);
    let (_, after) = page.split_once("Request ID:")?;
    let id: String =
        after.trim_start().chars().take_while(|c| c.is_ascii_alphanumeric() || "-_=".contains(*c)).collect();
    (!id.is_empty()).then(|| id.chars().take(100).collect())
}

impl ApiError {
    /// Whether the service gave no reason, or no more than the status says anyway.
    pub(crate) fn lacks_reason(&self) -> bool {
        let restates = |said: &String| {
            let rest = said.trim_start_matches(self.status.as_str()).trim_matches([' ', '-', ':']);
            rest.is_empty()
                || self.status.canonical_reason().is_some_and(|reason| reason.eq_ignore_ascii_case(rest))
        };
        let said = Some(&self.message).filter(|message| !message.is_empty());
        said.into_iter().chain(&self.errors).all(restates)
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Another status in the document than that of the response says more than the response.
        let status = self
            .status_text
            .as_ref()
            .filter(|text| status_of(&text.as_str().into()) != Some(self.status.as_u16()));
        let hint = match (&self.diagnosis, self.status) {
            (Some(diagnosis), _) => Some(diagnosis.to_string()),
            (None, StatusCode::UNAUTHORIZED) if self.shape == Shape::Xml => {
                Some("check user name and password, or the key and token that sign".into())
            }
            (None, StatusCode::UNAUTHORIZED) if self.lacks_reason() => Some(
                "no reason given; the access token may be missing, expired, revoked or of the wrong kind"
                    .into(),
            ),
            _ => self.rate_limit.as_ref().map(ToString::to_string),
        };
        let status = status.filter(|text| **text != self.message && !self.errors.contains(*text));
        let parts = [Some(&self.message), status].into_iter().flatten().chain(&self.errors).chain(&hint);
        let parts: Vec<&str> = parts.map(String::as_str).filter(|part| !part.is_empty()).collect();
        f.write_str(&parts.join("; "))?;
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
