//! Errors of the service. Its documentation has no section on them, so every shape that was seen is read.

use std::fmt;

use segno_core::decode::Excerpt;
use segno_core::{Bytes, HeaderMap, Response, StatusCode};
use serde_json::Value;

use crate::format;

/// The error of a call to MuseScore.
pub type Error = segno_core::Error<ApiError>;

/// What the service says of a request that failed: its code, its message, and what is known about both.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ApiError {
    /// The status of the response.
    pub status: StatusCode,
    /// The code, if there is one: `USER_AUTHENTICATION_FAILED`, `USER_TIMESTAMP_EXPIRED`.
    pub code: Option<String>,
    /// The message, if there is one.
    pub message: Option<String>,
    excerpt: Excerpt,
}

impl ApiError {
    /// True if the clock of this computer is wrong: signatures carry the time, and this one was too far off.
    ///
    /// ```
    /// # fn example(error: segno_musescore::Error) {
    /// if error.api().is_some_and(|said| said.is_clock_wrong()) {
    ///     println!("set the clock of this computer: {error}");
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn is_clock_wrong(&self) -> bool {
        self.code.as_deref() == Some("USER_TIMESTAMP_EXPIRED")
    }

    /// True if user name or password is wrong, which only xAuth reports.
    ///
    /// ```
    /// # fn example(error: segno_musescore::Error) {
    /// if error.api().is_some_and(|said| said.is_wrong_password()) {
    ///     println!("ask for name and password again: {error}");
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn is_wrong_password(&self) -> bool {
        self.code.as_deref() == Some("USER_AUTHENTICATION_FAILED")
    }

    /// True if the account is blocked or was never activated.
    ///
    /// ```
    /// # fn example(error: segno_musescore::Error) {
    /// if error.api().is_some_and(|said| said.is_account_closed()) {
    ///     println!("ask the service to open the account: {error}");
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn is_account_closed(&self) -> bool {
        matches!(self.code.as_deref(), Some("USER_DENIED" | "USER_NOT_ACTIVATED"))
    }

    /// True if the storage says that a signed URL has expired: ask for a new one.
    ///
    /// ```
    /// # fn example(error: segno_musescore::Error) {
    /// if error.api().is_some_and(|said| said.is_expired_url()) {
    ///     println!("ask for the URL again: {error}");
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn is_expired_url(&self) -> bool {
        let says_so = self.message.as_ref().is_some_and(|message| message.contains("expired"));
        self.code.as_deref() == Some("AccessDenied") && says_so
    }

    /// True if the service no longer serves clients of this kind (405).
    ///
    /// ```
    /// # fn example(error: segno_musescore::Error) {
    /// if error.api().is_some_and(|said| said.is_client_too_old()) {
    ///     println!("this API was switched off: {error}");
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn is_client_too_old(&self) -> bool {
        self.status == StatusCode::METHOD_NOT_ALLOWED
    }
}

impl segno_core::ApiError for ApiError {
    fn read(status: StatusCode, _: &HeaderMap, body: &Bytes) -> Self {
        let said = format::tree(body).map(|tree| reason(&tree)).unwrap_or_default();
        let excerpt = if said == Reason::default() { Excerpt::of(body) } else { Excerpt::default() };
        Self { status, code: said.code, message: said.message, excerpt }
    }

    /// The document of an error with a status of success.
    fn in_success(response: &Response<Bytes>) -> Option<Self> {
        let body = response.body();
        let start = body.trim_ascii_start().first()?;
        if body.len() > MAX_ERROR || !(b"[{<\"\xef".contains(start) || start.is_ascii_alphabetic()) {
            return None;
        }
        let tree = format::tree(body).ok().filter(is_error)?;
        let Reason { code, message } = reason(&tree);
        Some(Self { status: response.status(), code, message, excerpt: Excerpt::default() })
    }
}

/// The largest body that may be an error with a status of success, in bytes.
const MAX_ERROR: usize = 16 * 1024;

/// Members of which every documented object has one.
const DESCRIBING: [&str; 4] = ["id", "elid", "url", "html"];

/// Whether a document says why something was refused, and nothing else: an object, or a list of objects and texts. A text
/// that means yes or no is no reason.
fn is_error(tree: &Value) -> bool {
    match tree {
        Value::Array(items) => {
            let is_reason = |item: &Value| match item {
                Value::String(text) => !matches!(text.trim(), "" | "0" | "1" | "true" | "false"),
                item => item.is_object() && is_error(item),
            };
            !items.is_empty() && items.iter().all(is_reason)
        }
        Value::Object(members) => {
            reason(tree) != Reason::default() && !DESCRIBING.iter().any(|name| members.contains_key(*name))
        }
        _ => false,
    }
}

#[derive(Default, PartialEq, Eq)]
struct Reason {
    code: Option<String>,
    message: Option<String>,
}

/// A list of texts or objects, or one of them: the first that says something.
fn reason(tree: &Value) -> Reason {
    match tree {
        Value::String(text) => Reason { message: line(text), code: None },
        Value::Array(items) => {
            items.iter().map(reason).find(|reason| *reason != Reason::default()).unwrap_or_default()
        }
        Value::Object(members) => {
            let member = |names: &[&str]| {
                names.iter().find_map(|name| members.get(*name).and_then(Value::as_str).and_then(line))
            };
            // Those of the storage behind signed URLs begin with capitals.
            let message = member(&["message", "error", "Message"]);
            let found = Reason { code: member(&["code", "Code"]), message };
            if found != Reason::default() {
                return found;
            }
            let nested = ["item", "error", "errors", "result"].iter().find_map(|name| members.get(*name));
            nested.map(reason).unwrap_or_default()
        }
        _ => Reason::default(),
    }
}

/// A text as one line of at most 200 characters.
fn line(text: &str) -> Option<String> {
    let parts: Vec<&str> =
        text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty()).collect();
    let line: String = parts.join(" ").chars().take(200).collect();
    (!line.is_empty()).then_some(line)
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.code, &self.message) {
            (Some(code), Some(message)) => write!(f, "{code}: {message}")?,
            (Some(text), None) | (None, Some(text)) => f.write_str(text)?,
            (None, None) => self.excerpt.fmt(f)?,
        }
        if self.is_clock_wrong() { f.write_str("; set the clock of this computer") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(body: &str) -> ApiError {
        let body = Bytes::copy_from_slice(body.as_bytes());
        segno_core::ApiError::read(StatusCode::UNAUTHORIZED, &HeaderMap::new(), &body)
    }

    #[test]
    fn every_shape_of_an_error() {
        for (body, shown) in [
            (r#"["Invalid consumer"]"#, "Invalid consumer"),
            (r#"[{"code":"USER_DENIED"}]"#, "USER_DENIED"),
            (r#"[{"code":"X","message":"Not now"}]"#, "X: Not now"),
            (r#"{"error":"Not found"}"#, "Not found"),
            (r#"{"error":{"message":"Not found"}}"#, "Not found"),
            (r#""Access denied""#, "Access denied"),
            (
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>",
                "AccessDenied: Request has expired",
            ),
            (r#"cb(["Access denied"]);"#, "Access denied"),
            (
                "<?xml version=\"1.0\"?><result is_array=\"true\"><item>Access denied</item></result>",
                "Access denied",
            ),
            ("<result is_array=\"true\"><item><code>X</code><message>No</message></item></result>", "X: No"),
            ("<html><head><title>502 Bad Gateway</title></head>", "a web page titled \"502 Bad Gateway\""),
            ("gateway is down", "gateway is down"),
            ("", ""),
            ("[]", ""),
            ("{}", ""),
            ("[null, {\"code\": 3}, \"x\\n y\"]", "x y"),
            (
                r#"[{"code":"USER_TIMESTAMP_EXPIRED"}]"#,
                "USER_TIMESTAMP_EXPIRED; set the clock of this computer",
            ),
        ] {
            assert_eq!(read(body).to_string(), shown, "{body}");
        }
        assert!(read(r#"[{"code":"USER_AUTHENTICATION_FAILED"}]"#).is_wrong_password());
        assert!(read(r#"[{"code":"USER_NOT_ACTIVATED"}]"#).is_account_closed());
    }

    proptest! {
        #[test]
        fn any_body_is_reported(body in prop::collection::vec(any::<u8>(), 0..200)) {
            let body = Bytes::from(body);
            let error: ApiError = segno_core::ApiError::read(StatusCode::NOT_FOUND, &HeaderMap::new(), &body);
            prop_assert!(!error.to_string().contains('\n'));
        }
    }
}
