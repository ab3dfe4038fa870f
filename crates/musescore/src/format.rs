//! The three formats that the service answers in, and one way to read them all.

use std::fmt;
use std::str::FromStr;

use segno_core::{BuildError, DecodeError, RequestWriter, from_json};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::lenient;

mod xml;

/// What format an answer is asked for in. All of them decode to the same values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Format {
    /// `.json`
    #[default]
    Json,
    /// `.xml`
    Xml,
    /// `.jsonp`: JSON in a call of a function, for scripts of web pages.
    Jsonp(Callback),
}

impl Format {
    /// The last part of a path.
    pub(crate) fn extension(&self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Xml => "xml",
            Self::Jsonp(_) => "jsonp",
        }
    }

    /// Adds the `callback` that JSONP needs.
    pub(crate) fn write(&self, request: &mut RequestWriter) {
        if let Self::Jsonp(callback) = self {
            request.query("callback", callback);
        }
    }
}

/// The name of the function in a JSONP answer, such as `onScores`: ASCII letters, digits, `_`, `$` and dots, not
/// beginning with a digit or a dot, and at most 64 characters long.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Callback(Box<str>);

impl FromStr for Callback {
    type Err = BuildError;

    fn from_str(text: &str) -> Result<Self, BuildError> {
        let first = |c: char| c.is_ascii_alphabetic() || c == '_' || c == '$';
        let later = |c: char| first(c) || c.is_ascii_digit() || c == '.';
        if text.len() <= 64 && text.starts_with(first) && text.chars().all(later) {
            Ok(Self(text.into()))
        } else {
            Err(BuildError::value("callback", "is the name of a function: letters, digits, _, $ and dots"))
        }
    }
}

impl fmt::Display for Callback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Reads an answer of any of the three formats, told apart by content: media types are not to be relied on here.
///
/// # Errors
/// [`DecodeError`] with the path of the field where the shape is wrong.
pub fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, DecodeError> {
    shape(tree(body, None)?)
}

/// Like [`read`], for an element that may hold nested markup in XML: its inner XML becomes its text.
pub(crate) fn read_with_markup<T: DeserializeOwned>(body: &[u8], markup: &str) -> Result<T, DecodeError> {
    shape(tree(body, Some(markup))?)
}

fn shape<T: DeserializeOwned>(tree: Value) -> Result<T, DecodeError> {
    if !tree.is_object() {
        return Err(DecodeError::Other("expected an object".into()));
    }
    serde_path_to_error::deserialize(tree).map_err(|error| {
        // Our own readers never quote a value, and every field goes through one of them.
        let message = error.inner().to_string();
        match error.path().to_string() {
            root if root == "." => DecodeError::Other(message),
            path => DecodeError::Shape { path, message },
        }
    })
}

/// Reads a list whose items are called `singular` in XML.
pub(crate) fn read_list<T: DeserializeOwned>(body: &[u8], singular: &str) -> Result<Vec<T>, DecodeError> {
    let items = lenient::items(tree(body, None)?, singular);
    let items = items.ok_or_else(|| DecodeError::Other(format!("expected a list of {singular}")))?;
    let read = |(index, item)| {
        shape(item).map_err(|error| match error {
            DecodeError::Shape { path, message } => {
                DecodeError::Shape { path: format!("[{index}].{path}"), message }
            }
            other => DecodeError::Shape { path: format!("[{index}]"), message: other.to_string() },
        })
    };
    items.into_iter().enumerate().map(read).collect()
}

/// An answer as a tree: objects, lists and texts.
pub(crate) fn tree(body: &[u8], markup: Option<&str>) -> Result<Value, DecodeError> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii();
    if body.starts_with(b"<") && !is_page(body) && !is_markup(body) {
        let text = std::str::from_utf8(body).map_err(|_| DecodeError::NotUtf8)?;
        return xml::tree(text, markup);
    }
    // White space that JSON does not know, a form feed, is passed over within a call as it is without one.
    from_json(jsonp(body).unwrap_or(body).trim_ascii())
}

/// A web page is for the JSON reader to complain of: it says which page.
fn is_page(body: &[u8]) -> bool {
    let start = body.get(..14.min(body.len())).unwrap_or_default().to_ascii_lowercase();
    start.starts_with(b"<!doctype html") || start.starts_with(b"<html")
}

/// Notices of PHP and fragments of pages begin with elements that no document of the service has: the JSON reader passes
/// over them, or says what they are.
fn is_markup(body: &[u8]) -> bool {
    const ELEMENTS: [&str; 19] = [
        "b", "br", "body", "center", "div", "font", "h1", "h2", "head", "hr", "i", "meta", "p", "pre",
        "script", "span", "style", "table", "title",
    ];
    let name = body.get(1..).unwrap_or_default().split(|byte| !byte.is_ascii_alphanumeric()).next();
    name.is_some_and(|name| ELEMENTS.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(name)))
}

/// What stands between the first and the last parenthesis of a call; the `;` and white space behind it may be missing.
fn jsonp(body: &[u8]) -> Option<&[u8]> {
    let first = body.first()?;
    if !(first.is_ascii_alphabetic() || matches!(first, b'_' | b'$' | b'/')) {
        return None;
    }
    let open = body.iter().position(|byte| *byte == b'(')?;
    let close = body.iter().rposition(|byte| *byte == b')')?;
    let rest = body.get(close + 1..)?;
    if !rest.iter().all(|byte| byte.is_ascii_whitespace() || *byte == b';') {
        return None;
    }
    body.get(open + 1..close)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn formats_are_told_by_content() {
        let expected = json!({"id": "7"});
        let bodies = [
            r#"{"id":"7"}"#,
            "\u{feff} {\"id\":\"7\"}\n",
            r#"cb({"id":"7"});"#,
            "window.on_Score$1 ( {\"id\":\"7\"} ) ; \n",
            "cb(\u{c}{\"id\":\"7\"}\n\u{c});",
            r#"/**/cb({"id":"7"})"#,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<score><id>7</id></score>\n",
            "<score><id>7</id></score>",
        ];
        for body in bodies {
            assert_eq!(tree(body.as_bytes(), None).unwrap(), expected, "{body}");
        }
    }

    #[test]
    fn what_is_none_of_the_three_says_so() {
        let error = |body: &str| tree(body.as_bytes(), None).unwrap_err().to_string();
        assert_eq!(error(" "), "the body is empty");
        assert_eq!(
            error("<!DOCTYPE html><title>502 Bad Gateway</title>"),
            "it is a web page titled \"502 Bad Gateway\""
        );
        assert_eq!(error("cb({\"id\":"), "it is not JSON: expected value at line 1 column 1");
        assert_eq!(error("cb()"), "the body is empty");
        assert_eq!(error("{\"id\":"), "the JSON ends in the middle, after 6 bytes");
        assert_eq!(tree(b"<a>\xff</a>", None).unwrap_err(), DecodeError::NotUtf8);
    }

    #[test]
    fn a_notice_is_never_an_empty_document() {
        let warning =
            "<br />\n<b>Warning</b>:  Undefined index in <b>/srv/api.php</b> on line <b>7</b><br />\n";
        assert_eq!(tree(format!("{warning}{{\"id\":\"7\"}}").as_bytes(), None).unwrap(), json!({"id": "7"}));
        for body in [warning, "<hr/>", "<br />", "<b>Fatal error</b>: Uncaught Error: [] in /srv/api.php"] {
            assert!(tree(body.as_bytes(), None).is_err(), "{body}");
        }
    }

    #[test]
    fn a_callback_is_a_name() {
        for name in ["cb", "_x", "$", "a.b.c9"] {
            assert_eq!(name.parse::<Callback>().unwrap().to_string(), name);
        }
        for name in ["", "9a", ".a", "a b", "a(b", "alert(1)//", "é"] {
            assert!(name.parse::<Callback>().is_err(), "{name}");
        }
        assert!("a".repeat(65).parse::<Callback>().is_err());
    }

    proptest! {
        #[test]
        fn nothing_panics(body in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = tree(&body, None);
            let _ = tree(&body, Some("html"));
        }

        #[test]
        fn nothing_that_looks_like_xml_panics(body in "<?[a-c</>&;#x0-9 =\"!\\[\\]?'-]{0,60}") {
            let _ = tree(body.as_bytes(), None);
            let _ = tree(body.as_bytes(), Some("a"));
        }

        #[test]
        fn nothing_that_looks_like_jsonp_panics(body in "[a-z$/]{0,3}[(){}\\[\\]\",:;a-z0-9 ]{0,40}") {
            let _ = tree(body.as_bytes(), None);
        }

        #[test]
        fn any_text_comes_back_from_xml(text in "\\PC{0,40}") {
            let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            let read = tree(format!("<a><b>{escaped}</b></a>").as_bytes(), None).unwrap();
            let expected = if text.trim().is_empty() { Value::Null } else { text.into() };
            prop_assert_eq!(&read["b"], &expected);
        }
    }
}
