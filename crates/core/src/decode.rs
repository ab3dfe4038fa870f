//! Reading answers: JSON with the path of a wrong field, and what to say of bodies that are something else.

use std::fmt;

use bytes::Bytes;
use http::Response;
use serde::de::DeserializeOwned;

mod content;

pub use content::{Content, read_unit};

use content::is_html;

/// A body that is not what the service documents or was seen to send. Never shows values from the body.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// Nothing at all.
    #[error("the body is empty")]
    Empty,
    /// A web page, probably of a gateway.
    #[error("it is a web page{}", .title.as_ref().map(|title| format!(" titled {title:?}")).unwrap_or_default())]
    Html {
        /// The title of the page.
        title: Option<String>,
    },
    /// JSON that ends in the middle.
    #[error("the JSON ends in the middle, after {length} bytes")]
    Truncated {
        /// How many bytes arrived.
        length: usize,
    },
    /// Something that is not JSON.
    #[error("it is not JSON: {message}")]
    Syntax {
        /// What the reader met, with line and column.
        message: String,
    },
    /// JSON of another shape.
    #[error("{path}: {message}")]
    Shape {
        /// The path of the field, such as `[3].name`.
        path: String,
        /// What the field holds and should hold.
        message: String,
    },
    /// More bytes than the client's cap.
    #[error("it is larger than the cap of {cap} bytes")]
    TooLarge {
        /// The cap, in bytes.
        cap: usize,
    },
    /// Something else than the endpoint documents: a document where a file is expected, a body where there should be none.
    #[error("expected {expected}, found {found}")]
    Unexpected {
        /// What is documented.
        expected: &'static str,
        /// What came, without its values.
        found: String,
    },
    /// A content coding that was not asked for and is not known, or a body that is not in the coding that it says.
    #[error("{0}")]
    Coding(String),
    /// A text that is not UTF-8.
    #[error("the text is not UTF-8")]
    NotUtf8,
    /// Anything else, in the words of the endpoint.
    #[error("{0}")]
    Other(String),
}

impl DecodeError {
    /// Something else than the endpoint documents: says what `body` is instead, without its values.
    #[must_use]
    pub fn unexpected(expected: &'static str, body: &[u8]) -> Self {
        if is_html(body) {
            Self::Html { title: title(body) }
        } else {
            Self::Unexpected { expected, found: content::found(body) }
        }
    }
}

/// Reads the body of an answer as JSON, whatever its media type says.
///
/// # Errors
/// [`DecodeError`] with the path of the field where the shape is wrong.
pub fn read_json<T: DeserializeOwned>(response: &Response<Bytes>) -> Result<T, DecodeError> {
    from_json(response.body())
}

/// Reads bytes as JSON.
///
/// # Errors
/// [`DecodeError`] with the path of the field where the shape is wrong.
pub fn from_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, DecodeError> {
    let text = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    if text.iter().all(u8::is_ascii_whitespace) {
        return Err(DecodeError::Empty);
    }
    let mut reader = serde_json::Deserializer::from_slice(text);
    let value = serde_path_to_error::deserialize(&mut reader)
        .map_err(|error| json_error(error.path().to_string(), error.inner(), text))?;
    reader.end().map_err(|error| json_error(String::new(), &error, text))?;
    Ok(value)
}

pub(crate) fn json_error(path: String, error: &serde_json::Error, body: &[u8]) -> DecodeError {
    use serde_json::error::Category;
    if is_html(body) {
        return DecodeError::Html { title: title(body) };
    }
    match error.classify() {
        Category::Eof => DecodeError::Truncated { length: body.len() },
        Category::Data => DecodeError::Shape { path, message: without_values(&error.to_string()) },
        Category::Syntax | Category::Io => {
            DecodeError::Syntax { message: without_values(&error.to_string()) }
        }
    }
}

/// serde quotes the value that it did not like; that value may be a token. It stands in double quotes or in back
/// quotes, and may itself hold either.
fn without_values(message: &str) -> String {
    let double = || Some((message.find('"')?, message.rfind('"')?));
    let back = || {
        let blames = ["invalid type", "invalid value", "unknown variant", "unknown field"];
        blames.iter().find(|blame| message.starts_with(**blame))?;
        Some((message.find('`')?, message.rfind("`, expected").or_else(|| message.rfind("`, there are"))?))
    };
    match double().or_else(back) {
        Some((first, last)) if first < last => format!("{}…{}", &message[..first], &message[last + 1..]),
        _ => message.to_owned(),
    }
}

fn title(body: &[u8]) -> Option<String> {
    let page = String::from_utf8_lossy(&body[..body.len().min(4096)]);
    let lower = page.to_ascii_lowercase();
    let open = lower.find("<title")?;
    let start = open + lower[open..].find('>')? + 1;
    let end = start + lower[start..].find("</title")?;
    let words: String = page[start..end].split_whitespace().collect::<Vec<_>>().join(" ");
    (!words.is_empty()).then(|| words.chars().take(80).collect())
}

/// The first words of a body that may be shown: a page's title, or plain text without anything that looks like a
/// credential. Empty for JSON, XML and binary data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Excerpt(String);

impl Excerpt {
    /// Takes what may be shown from a body.
    #[must_use]
    pub fn of(body: &[u8]) -> Self {
        if is_html(body) {
            return Self(
                title(body)
                    .map_or_else(|| "a web page".into(), |title| format!("a web page titled {title:?}")),
            );
        }
        let Ok(text) = std::str::from_utf8(&body[..body.len().min(400)]) else { return Self::default() };
        if text.trim_start().starts_with(['{', '[', '<', '"']) {
            return Self::default();
        }
        let is_word =
            |word: &&str| word.len() <= 24 && !word.contains(['=', '&']) && !word.contains(char::is_control);
        let words: Vec<&str> =
            text.split_whitespace().map(|word| if is_word(&word) { word } else { "…" }).collect();
        Self(words.join(" ").chars().take(120).collect())
    }
}

impl fmt::Display for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Debug, serde::Deserialize)]
    struct Slice {
        #[allow(dead_code)]
        name: String,
        #[allow(dead_code)]
        status: u8,
    }

    fn error(body: &[u8]) -> String {
        from_json::<Vec<Slice>>(body).unwrap_err().to_string()
    }

    #[test]
    fn every_wrong_body_says_what_it_is() {
        assert_eq!(error(b""), "the body is empty");
        assert_eq!(error(b" \n"), "the body is empty");
        assert_eq!(
            error(b"<!DOCTYPE html>\n<html><head><title>502\n Bad Gateway</title>"),
            "it is a web page titled \"502 Bad Gateway\""
        );
        assert_eq!(error(br#"[{"name": "a", "sta"#), "the JSON ends in the middle, after 19 bytes");
        assert_eq!(error(b"Service unavailable"), "it is not JSON: expected value at line 1 column 1");
        assert_eq!(error(br#"[] []"#), "it is not JSON: trailing characters at line 1 column 4");
    }

    #[test]
    fn values_in_back_quotes_are_kept_back_too() {
        #[derive(Debug, serde::Deserialize)]
        #[serde(rename_all = "lowercase")]
        enum Kind {
            Audio,
            Video,
        }
        let text = |body: &str| from_json::<Kind>(body.as_bytes()).unwrap_err().to_string();
        assert_eq!(
            text("\"CANARY\""),
            ".: unknown variant …, expected `audio` or `video` at line 1 column 8"
        );
        for sly in ["CANARY`, expected CANARY", "` CANARY", "`, there are CANARY"] {
            assert!(!text(&format!("{sly:?}")).contains("CANARY"), "{sly}");
        }
        let number = from_json::<bool>(b"4711").unwrap_err().to_string();
        assert!(number.starts_with(".: invalid type: integer …, expected a boolean"), "{number}");
        let _ = (Kind::Audio, Kind::Video);
    }

    #[test]
    fn a_wrong_field_is_named_and_its_value_kept_back() {
        let text = error(br#"[{"name": "a", "status": "CANARY"}]"#);
        assert_eq!(text, "[0].status: invalid type: string …, expected u8 at line 1 column 33");
    }

    #[test]
    fn excerpts_leave_out_what_looks_like_a_credential() {
        let excerpt = |body: &str| Excerpt::of(body.as_bytes()).to_string();
        assert_eq!(excerpt("upstream connect error"), "upstream connect error");
        assert_eq!(excerpt("oauth_token=CANARY&x=1 denied"), "… denied");
        assert_eq!(excerpt(r#"{"access_token": "CANARY"}"#), "");
        assert_eq!(excerpt("<?xml version='1.0'?><Error>CANARY</Error>"), "");
    }

    proptest! {
        #[test]
        fn nothing_panics(body in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = from_json::<Vec<Slice>>(&body);
            let _ = Excerpt::of(&body).to_string();
            let _ = title(&body);
        }

        #[test]
        fn titles_of_any_page(text in "<!doctype html><title>\\PC{0,40}(</title>)?") {
            let _ = Excerpt::of(text.as_bytes()).to_string();
        }
    }
}
