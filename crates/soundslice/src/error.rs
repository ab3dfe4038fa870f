//! The errors of Soundslice and of its storage.

use std::fmt;

use segno_core::decode::{Excerpt, from_json, text};
use segno_core::{Bytes, HeaderMap, Response, StatusCode};
use serde_json::{Map, Value};

/// A call that failed.
pub type Error = segno_core::Error<ApiError>;

/// An error response of Soundslice or of its storage.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ApiError {
    /// The status of the response.
    pub status: StatusCode,
    /// What the response says.
    pub detail: ErrorDetail,
}

/// What an error response says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorDetail {
    /// `{"errors": {field: [message, …]}}`: messages per field, sorted by field.
    Fields(Vec<(String, Vec<String>)>),
    /// `{"error": message}`: one message.
    Message(String),
    /// The XML of the storage behind presigned URLs.
    Storage {
        /// The code, such as `SignatureDoesNotMatch`.
        code: String,
        /// The message for that code.
        message: String,
    },
    /// Neither of the documented forms: `{}`, a web page, an empty body.
    Unspecified(Excerpt),
}

impl ApiError {
    /// True if a presigned URL has expired; a new one works.
    ///
    /// ```
    /// # fn example(error: segno_soundslice::Error) {
    /// if error.api().is_some_and(|said| said.is_expired_url()) {
    ///     println!("ask for another URL, and send the file there: {error}");
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn is_expired_url(&self) -> bool {
        matches!(&self.detail, ErrorDetail::Storage { code, message } if code == "AccessDenied" && message.contains("expired"))
    }
}

impl segno_core::ApiError for ApiError {
    fn read(status: StatusCode, _: &HeaderMap, body: &Bytes) -> Self {
        let detail = document(body)
            .and_then(|document| from_document(&document))
            .or_else(|| from_storage(body))
            .unwrap_or_else(|| ErrorDetail::Unspecified(Excerpt::of(body)));
        Self { status, detail }
    }

    /// One of the two documents of a 422, or that of the storage, with a status of success.
    fn in_success(response: &Response<Bytes>) -> Option<Self> {
        let body = response.body();
        if body.len() > LARGEST {
            return None;
        }
        let detail = match document(body) {
            // A document with one of these members is not an error, whatever else is in it.
            Some(document) if !DESCRIBING.iter().any(|member| document.contains_key(*member)) => {
                from_document(&document)?
            }
            Some(_) => return None,
            None => from_storage(body)?,
        };
        Some(Self { status: response.status(), detail })
    }
}

/// The largest body that may be an error with a status of success, in bytes.
const LARGEST: usize = 64 * 1024;

/// Members of successful responses.
const DESCRIBING: [&str; 6] = ["scorehash", "id", "url", "name", "slices", "folders"];

/// The JSON object in a body, if it may have one of the members of an error.
fn document(body: &[u8]) -> Option<Map<String, Value>> {
    if !text(body).contains("\"error") {
        return None;
    }
    from_json(body).ok()
}

fn from_document(document: &Map<String, Value>) -> Option<ErrorDetail> {
    match document.get("errors") {
        Some(Value::Object(fields)) if !fields.is_empty() => {
            return Some(ErrorDetail::Fields(
                fields.iter().map(|(field, value)| (field.clone(), messages(value))).collect(),
            ));
        }
        Some(value @ (Value::Array(_) | Value::String(_))) => {
            let all = messages(value);
            if !all.is_empty() {
                return Some(ErrorDetail::Message(all.join("; ")));
            }
        }
        _ => {}
    }
    let message = messages(document.get("error")?).join("; ");
    (!message.is_empty()).then_some(ErrorDetail::Message(message))
}

fn messages(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().flat_map(messages).collect(),
        Value::Null | Value::Object(_) => Vec::new(),
        other => vec![other.to_string()],
    }
}

/// The storage sends a flat XML document of which two texts matter.
fn from_storage(body: &[u8]) -> Option<ErrorDetail> {
    let text = std::str::from_utf8(body).ok()?;
    text.contains("<Error>").then(|| ErrorDetail::Storage {
        code: element(text, "Code").unwrap_or_default(),
        message: element(text, "Message").unwrap_or_default(),
    })
}

fn element(text: &str, name: &str) -> Option<String> {
    let (_, after) = text.split_once(&format!("<{name}>"))?;
    let (inside, _) = after.split_once(&format!("</{name}>"))?;
    Some(inside.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&"))
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.detail {
            ErrorDetail::Fields(fields) => {
                for (index, (field, messages)) in fields.iter().enumerate() {
                    let separator = if index > 0 { "; " } else { "" };
                    write!(f, "{separator}{field}: {}", messages.join(" "))?;
                }
                Ok(())
            }
            ErrorDetail::Message(message) => f.write_str(message),
            ErrorDetail::Storage { code, message } => {
                write!(f, "refused by the object storage: {code}: {message}")
            }
            ErrorDetail::Unspecified(excerpt) => {
                let hint = match self.status {
                    StatusCode::UNAUTHORIZED => "check application ID and password",
                    // Soundslice sends the same 403 in all of these cases.
                    StatusCode::FORBIDDEN => {
                        "check application ID and password, the identifier, whose account it is in, and the rights of that account"
                    }
                    _ => return excerpt.fmt(f),
                };
                f.write_str(hint)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use segno_core::ApiError as _;

    fn message(status: u16, body: &'static str) -> String {
        let status = StatusCode::from_u16(status).unwrap();
        ApiError::read(status, &HeaderMap::new(), &Bytes::from_static(body.as_bytes())).to_string()
    }

    #[test]
    fn both_422_shapes() {
        assert_eq!(
            message(
                422,
                r#"{"errors": {"folder_id": ["This folder ID is invalid."], "name": ["Too long.", "Odd."]}}"#
            ),
            "folder_id: This folder ID is invalid.; name: Too long. Odd."
        );
        assert_eq!(message(422, r#"{"error": "Invalid folder ID."}"#), "Invalid folder ID.");
        assert_eq!(message(422, r#"{"errors": ["One.", "Two."]}"#), "One.; Two.");
        assert_eq!(message(422, r#"{"errors": "One."}"#), "One.");
        // Nothing in one of them is said in the other.
        assert_eq!(message(422, r#"{"errors": {}, "error": "One."}"#), "One.");
        assert_eq!(message(422, r#"{"errors": [], "error": "One."}"#), "One.");
    }

    /// With a status of success only a small document is taken for an error: the search costs time.
    #[test]
    fn a_large_success_is_not_searched_for_errors() {
        let padded = |length: usize| {
            let mut body = br#"{"error": "Invalid folder ID."}"#.to_vec();
            body.resize(length, b' ');
            Response::new(Bytes::from(body))
        };
        assert!(ApiError::in_success(&padded(LARGEST)).is_some());
        for length in [LARGEST + 1, 2 * LARGEST] {
            assert!(ApiError::in_success(&padded(length)).is_none(), "{length}");
        }
    }

    #[test]
    fn the_bare_403_says_all_that_it_can_mean() {
        assert_eq!(
            message(403, "{}"),
            "check application ID and password, the identifier, whose account it is in, and the rights of that account"
        );
        assert_eq!(message(401, ""), "check application ID and password");
    }

    #[test]
    fn storage_errors_and_pages() {
        let expired = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>";
        assert_eq!(message(403, expired), "refused by the object storage: AccessDenied: Request has expired");
        let status = StatusCode::FORBIDDEN;
        assert!(
            ApiError::read(status, &HeaderMap::new(), &Bytes::from_static(expired.as_bytes()))
                .is_expired_url()
        );
        assert_eq!(message(404, "<!DOCTYPE html>\n<!--[if lt IE 8]>"), "a web page");
        assert_eq!(message(500, ""), "");
    }

    proptest! {
        #[test]
        fn any_body_makes_an_error(body in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = ApiError::read(StatusCode::BAD_GATEWAY, &HeaderMap::new(), &body.into()).to_string();
        }
    }
}
