//! What Soundslice POSTs to a callback URL when notation is processed.
//!
//! The request is neither signed nor repeated, and anybody who knows the URL can send one: put something unguessable
//! into the callback URL, and request the slice from the API before you trust the outcome.

use segno_core::decode::{Excerpt, from_json};
use serde_json::{Map, Value};

use crate::ids::{Scorehash, Slug};

/// The contents of a callback.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Callback {
    /// The slice whose notation was processed.
    pub slice: SliceRef,
    /// `Ok` if the notation was processed, else the service's reason, which may be empty.
    pub outcome: Result<(), String>,
}

/// How a callback names the slice. The API page and the official package disagree about the key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SliceRef {
    /// By the key `scorehash`.
    Scorehash(String),
    /// By the older key `score_slug`.
    ScoreSlug(String),
}

impl SliceRef {
    /// Whether this means the slice with these identifiers. Either key may hold either identifier, so both are compared.
    #[must_use]
    pub fn means(&self, scorehash: &Scorehash, slug: Option<&Slug>) -> bool {
        let (Self::Scorehash(text) | Self::ScoreSlug(text)) = self;
        text == scorehash.as_str() || slug.is_some_and(|slug| text == slug.as_str())
    }
}

/// A request that is not a callback of Soundslice.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CallbackError {
    /// The body is larger than any callback: more than 64 KiB.
    #[error("invalid body: expected at most 65536 bytes, found {0}")]
    TooLarge(usize),
    /// The body has none of the three known formats.
    #[error("invalid body: expected an urlencoded form, a multipart form or JSON, found {0:?}")]
    NotAForm(String),
    /// A key is missing.
    #[error("invalid form: expected the key {0}, found none")]
    Missing(&'static str),
}

impl std::fmt::Debug for CallbackError {
    // The line for people, as a program prints it that ends with this error.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

/// The largest body that is read, in bytes.
const MAX_BODY: usize = 64 * 1024;

impl Callback {
    /// Reads the body of a callback: urlencoded, multipart or JSON according to its `Content-Type`, urlencoded without one. The
    /// service was seen to send the first. Unknown keys are ignored.
    ///
    /// ```
    /// use segno_soundslice::callback::Callback;
    ///
    /// let callback = Callback::parse(Some("application/x-www-form-urlencoded"), b"scorehash=Qm4Zt&success=1")?;
    /// assert!(callback.slice.means(&"Qm4Zt".parse()?, None));
    /// assert_eq!(callback.outcome, Ok(()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// If the body is not in one of these formats, or lacks the slice or `success`.
    pub fn parse(content_type: Option<&str>, body: &[u8]) -> Result<Self, CallbackError> {
        if body.len() > MAX_BODY {
            return Err(CallbackError::TooLarge(body.len()));
        }
        let pairs = pairs(content_type.unwrap_or_default(), body)?;
        let value = |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        let filled = |name: &str| value(name).filter(|value| !value.is_empty());
        let slice = filled("scorehash")
            .map(SliceRef::Scorehash)
            .or_else(|| filled("score_slug").map(SliceRef::ScoreSlug))
            .ok_or(CallbackError::Missing("scorehash or score_slug"))?;
        let outcome = match value("success").ok_or(CallbackError::Missing("success"))?.as_str() {
            "1" => Ok(()),
            _ => Err(value("error").unwrap_or_default()),
        };
        Ok(Self { slice, outcome })
    }
}

fn pairs(content_type: &str, body: &[u8]) -> Result<Vec<(String, String)>, CallbackError> {
    let (media_type, parameters) = content_type.split_once(';').unwrap_or((content_type, ""));
    match media_type.trim().to_ascii_lowercase().as_str() {
        "" | "application/x-www-form-urlencoded" => Ok(form_urlencoded::parse(body).into_owned().collect()),
        "multipart/form-data" => multipart(parameters, body)
            .ok_or_else(|| CallbackError::NotAForm("multipart/form-data without a usable boundary".into())),
        "application/json" | "text/json" => {
            json(body).ok_or_else(|| CallbackError::NotAForm("application/json without a JSON object".into()))
        }
        _ => Err(CallbackError::NotAForm(Excerpt::of(media_type.as_bytes()).to_string())),
    }
}

/// The texts, numbers and truth values of a JSON object, as a form would have them.
fn json(body: &[u8]) -> Option<Vec<(String, String)>> {
    let members: Map<String, Value> = from_json(body).ok()?;
    let text = |value: Value| match value {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(u8::from(flag).to_string()),
        _ => None,
    };
    Some(members.into_iter().filter_map(|(name, value)| Some((name, text(value)?))).collect())
}

/// The text parts of a multipart form (RFC 7578).
fn multipart(parameters: &str, body: &[u8]) -> Option<Vec<(String, String)>> {
    let boundary = parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("boundary").then(|| value.trim().trim_matches('"'))
    })?;
    if boundary.is_empty() || boundary.len() > 70 {
        return None;
    }
    let text = String::from_utf8_lossy(body);
    let delimiter = format!("--{boundary}");
    let parts = text.split(delimiter.as_str()).skip(1).take_while(|part| !part.starts_with("--"));
    Some(parts.filter_map(part).collect())
}

fn part(part: &str) -> Option<(String, String)> {
    let part = part.strip_prefix("\r\n").or_else(|| part.strip_prefix('\n'))?;
    let (head, body) = part.split_once("\r\n\r\n").or_else(|| part.split_once("\n\n"))?;
    let body = body.strip_suffix("\r\n").or_else(|| body.strip_suffix('\n')).unwrap_or(body);
    let disposition =
        head.lines().find(|line| line.to_ascii_lowercase().starts_with("content-disposition:"))?;
    let name = disposition.split(';').find_map(|parameter| parameter.trim().strip_prefix("name="))?;
    Some((name.trim_matches('"').to_owned(), body.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FORM: Option<&str> = Some("application/x-www-form-urlencoded");

    #[test]
    fn both_keys_and_both_outcomes() {
        let good = Callback::parse(FORM, b"scorehash=Qm4Zt&success=1").unwrap();
        assert_eq!(good, Callback { slice: SliceRef::Scorehash("Qm4Zt".into()), outcome: Ok(()) });
        let body = b"score_slug=880417&success=2&error=We+couldn%27t+parse+the+given+file.&new=1";
        let bad = Callback::parse(FORM, body).unwrap();
        assert_eq!(bad.slice, SliceRef::ScoreSlug("880417".into()));
        assert_eq!(bad.outcome, Err("We couldn't parse the given file.".into()));
    }

    #[test]
    fn either_identifier_under_either_key() {
        let (scorehash, slug) = ("Qm4Zt".parse().unwrap(), "880417".parse().unwrap());
        for text in ["Qm4Zt", "880417"] {
            assert!(SliceRef::Scorehash(text.into()).means(&scorehash, Some(&slug)));
            assert!(SliceRef::ScoreSlug(text.into()).means(&scorehash, Some(&slug)));
        }
        assert!(!SliceRef::Scorehash("qm4zt".into()).means(&scorehash, Some(&slug)));
    }

    #[test]
    fn the_newer_key_wins_where_both_are_sent() {
        let both = Callback::parse(None, b"score_slug=880417&scorehash=Qm4Zt&success=1").unwrap();
        assert_eq!(both.slice, SliceRef::Scorehash("Qm4Zt".into()));
    }

    #[test]
    fn multipart_is_read_too() {
        let body = "--x\r\nContent-Disposition: form-data; name=\"scorehash\"\r\n\r\nQm4Zt\r\n\
            --x\r\nContent-Disposition: form-data; name=\"success\"\r\n\r\n2\r\n\
            --x\r\ncontent-disposition: form-data; name=\"error\"\r\n\r\nNo\r\nnotes\r\n--x--\r\n";
        let callback = Callback::parse(Some("multipart/form-data; boundary=\"x\""), body.as_bytes()).unwrap();
        assert_eq!(callback.outcome, Err("No\r\nnotes".into()));
    }

    #[test]
    fn json_is_read_too() {
        let read = |body: &[u8]| Callback::parse(Some("application/json; charset=utf-8"), body).unwrap();
        for success in ["1", "\"1\"", "true"] {
            let body = format!(r#"{{"scorehash": "Qm4Zt", "success": {success}, "new": [1]}}"#);
            let good = Callback { slice: SliceRef::Scorehash("Qm4Zt".into()), outcome: Ok(()) };
            assert_eq!(read(body.as_bytes()), good, "{body}");
        }
        let bad = read(br#"{"score_slug": 880417, "success": 2, "error": "No notes."}"#);
        assert_eq!((bad.slice, bad.outcome), (SliceRef::ScoreSlug("880417".into()), Err("No notes.".into())));
    }

    #[test]
    fn anything_but_1_is_a_failure() {
        for success in ["0", "2", "true", ""] {
            let body = format!("scorehash=Qm4Zt&success={success}");
            assert_eq!(
                Callback::parse(FORM, body.as_bytes()).unwrap().outcome,
                Err(String::new()),
                "{success}"
            );
        }
    }

    #[test]
    fn a_body_that_is_not_a_callback_is_an_error() {
        let error = |content_type, body: &[u8]| Callback::parse(content_type, body).unwrap_err().to_string();
        assert_eq!(error(FORM, b""), "invalid form: expected the key scorehash or score_slug, found none");
        assert_eq!(error(FORM, b"scorehash=Qm4Zt"), "invalid form: expected the key success, found none");
        assert_eq!(error(FORM, &[b'a'; 70_000]), "invalid body: expected at most 65536 bytes, found 70000");
        assert!(error(Some("application/json"), b"7").starts_with("invalid body: expected"));
        assert_eq!(
            error(Some("application/json"), b"{}"),
            "invalid form: expected the key scorehash or score_slug, found none"
        );
        assert!(error(Some("multipart/form-data"), b"{}").starts_with("invalid body: expected"));
    }

    proptest! {
        #[test]
        fn nothing_panics(body in prop::collection::vec(any::<u8>(), 0..400)) {
            let _ = Callback::parse(FORM, &body);
            let _ = Callback::parse(Some("multipart/form-data; boundary=-"), &body);
        }

        #[test]
        fn almost_multipart(body in "(--x|\r\n|name=\"a\"|Content-Disposition: form-data;|[a-z]){0,30}") {
            let _ = Callback::parse(Some("multipart/form-data; boundary=x"), body.as_bytes());
        }
    }
}
