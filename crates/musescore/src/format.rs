//! The three formats of responses, and one way to read them all.

use segno_core::decode::{ResponseUrl, from_deserializer, from_json, read_json};
use segno_core::lenient::List;
pub use segno_core::vocabulary::Callback;
use segno_core::{
    BuildError, Bytes, DecodeError, RequestWriter, Response,
    decode::{between_notices, is_html, json_length},
};
use serde::de::DeserializeOwned;
use serde_json::Value;

mod tree;
mod xml;

use tree::Tree;

/// The format that a response is asked for in. All of them decode to the same values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// `.json`, unless something else is asked for.
    #[default]
    Json,
    /// `.xml`: an element for each member.
    Xml,
    /// `.jsonp`: JSON in a call of a function, for scripts of web pages.
    Jsonp(Callback),
}

impl Format {
    /// The name of the format: the extension of a path.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Xml => "xml",
            Self::Jsonp(_) => "jsonp",
        }
    }

    /// The `callback` that JSONP needs.
    pub(crate) fn callback(&self) -> Option<&Callback> {
        match self {
            Self::Jsonp(callback) => Some(callback),
            Self::Json | Self::Xml => None,
        }
    }
}

/// Asks for a format, JSON unless told otherwise: the extension of the path, and the `callback` that JSONP needs.
pub(crate) fn write(format: Option<&Format>, request: &mut RequestWriter) -> Result<(), BuildError> {
    let format = format.unwrap_or(&Format::Json);
    request.extension(format.name());
    request.query_some("callback", format.callback());
    Ok(())
}

/// Reads a response in any of the three formats, told apart by content: the media types of this service are not reliable. A server's
/// notices around the document are passed over.
///
/// # Errors
/// [`DecodeError`] with the path of the field where the shape is wrong, or with what the body is instead.
pub fn read<T: DeserializeOwned>(response: &Response<Bytes>) -> Result<T, DecodeError> {
    let text = segno_core::decode::text(response.body());
    match document(response.body(), &text)? {
        Document::Json(inside) => read_json(&with_body(response, inside)),
        Document::Xml(tree) => from_deserializer(&tree, ResponseUrl::of(response)),
    }
}

/// Like [`read`], for a list: a member that cannot be read costs no other.
///
/// # Errors
/// [`DecodeError`] if it is not a list.
pub fn read_list<T: DeserializeOwned>(response: &Response<Bytes>) -> Result<List<T>, DecodeError> {
    let text = segno_core::decode::text(response.body());
    match document(response.body(), &text)? {
        Document::Json(inside) => segno_core::decode::read_list(&with_body(response, inside)),
        Document::Xml(tree) => from_deserializer(&tree, ResponseUrl::of(response)),
    }
}

fn with_body(response: &Response<Bytes>, inside: &[u8]) -> Response<Bytes> {
    response.clone().map(|body| body.slice_ref(inside))
}

/// A document as a JSON value.
pub(crate) fn tree(body: &[u8]) -> Result<Value, DecodeError> {
    match document(body, &segno_core::decode::text(body))? {
        Document::Json(inside) => from_json(inside),
        Document::Xml(tree) => Ok(tree.to_value()),
    }
}

/// The document in a body.
enum Document<'b> {
    /// JSON as it stands there, or what is not a document, of which the reader of JSON says what it is.
    Json(&'b [u8]),
    /// XML in the shape that the service's JSON has.
    Xml(Tree<'b>),
}

/// The document in a body, which `text` is as a text.
fn document<'b>(body: &'b [u8], text: &'b str) -> Result<Document<'b>, DecodeError> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).trim_ascii();
    if body.starts_with(b"{") || body.starts_with(b"[") {
        return Ok(Document::Json(body));
    }
    let mut behind = None;
    if text.starts_with('<') && !is_html(body) {
        let (value, length) = xml::read(text)?;
        let rest = text[length..].trim_ascii();
        match (rest.is_empty(), value.is_null()) {
            (true, false) => return Ok(Document::Xml(value)),
            // An empty element is a document only if it is one of the lists.
            (true, true) => return Err(DecodeError::unexpected("a document", body)),
            (false, _) => behind = Some(rest),
        }
    } else if let Some(inside) = call(body) {
        // White space that JSON does not know, a form feed, is passed over within a call as it is without one.
        return Ok(Document::Json(inside.trim_ascii()));
    }
    if let Some(document) = between(body, text) {
        return Ok(document);
    }
    match behind {
        Some(rest) => Err(DecodeError::unexpected("nothing behind the document", rest.as_bytes())),
        None => Ok(Document::Json(body)),
    }
}

/// The XML or the call in a body, which `text` is as a text, that has a server's notices around it.
fn between<'b>(body: &'b [u8], text: &'b str) -> Option<Document<'b>> {
    let is_xml = |text: &[u8]| {
        matches!(text, [b'<', first, ..] if first.is_ascii_alphabetic() || *first == b'?') && !is_html(text)
    };
    let first = (0..text.len()).find(|at| is_xml(&text.as_bytes()[*at..]));
    // An element inside a document is not the document.
    let begins = |rest: &[u8]| first == Some(text.len() - rest.len());
    let length =
        |text: &[u8]| xml_at(text).filter(|(value, _)| !value.is_nothing()).map(|(_, length)| length);
    if let Some((value, _)) = between_notices(text.as_bytes(), begins, length).and_then(xml_at) {
        return Some(Document::Xml(value));
    }
    let found = between_notices(body, |text| arguments(text).is_some(), call_length)?;
    call(found).map(|inside| Document::Json(inside.trim_ascii()))
}

fn xml_at(text: &[u8]) -> Option<(Tree<'_>, usize)> {
    xml::read(std::str::from_utf8(text).ok()?).ok()
}

fn begins_call(text: &[u8]) -> bool {
    text.first().is_some_and(|first| first.is_ascii_alphabetic() || matches!(first, b'_' | b'$' | b'/'))
}

/// What stands between the first and the last parenthesis of a call; the `;` and white space behind it may be missing.
fn call(text: &[u8]) -> Option<&[u8]> {
    let open = text.iter().position(|byte| begins_call(text) && *byte == b'(')?;
    let close = text.iter().rposition(|byte| *byte == b')')?;
    let is_end = |byte: &u8| byte.is_ascii_whitespace() || *byte == b';';
    let inside = text.get(open + 1..close)?;
    text[close + 1..].iter().all(is_end).then_some(inside)
}

/// The longest name of a function that is looked for behind a notice, in bytes: asked for at many places, a name without
/// end would be read again and again.
const MAX_NAME: usize = 80;

/// What stands behind the parenthesis that opens the arguments of a call that begins a text.
fn arguments(text: &[u8]) -> Option<&[u8]> {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_$./* ".contains(byte);
    let end = text.iter().take(MAX_NAME).position(|byte| !is_name(byte))?;
    text[end..].strip_prefix(b"(").filter(|_| begins_call(text)).map(<[u8]>::trim_ascii_start)
}

/// How many bytes the call has that begins a text, if its argument is an object or a list that says something.
fn call_length(text: &[u8]) -> Option<usize> {
    let inside = arguments(text)?;
    let (argument, rest) = inside.split_at_checked(json_length(inside)?)?;
    if argument.iter().all(|byte| b"{}[] \t\r\n".contains(byte)) {
        return None;
    }
    let rest = rest.trim_ascii_start().strip_prefix(b")")?;
    let rest = rest.trim_ascii_start().strip_prefix(b";").unwrap_or(rest);
    Some(text.len() - rest.len())
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
            assert_eq!(tree(body.as_bytes()).unwrap(), expected, "{body}");
        }
    }

    #[test]
    fn what_is_none_of_the_three_says_so() {
        let error = |body: &str| tree(body.as_bytes()).unwrap_err().to_string();
        assert_eq!(error(" "), "the body is empty");
        assert_eq!(
            error("<!DOCTYPE html><title>502 Bad Gateway</title>"),
            "it is a web page titled \"502 Bad Gateway\""
        );
        assert_eq!(error("cb({\"id\":"), "it is not JSON: expected value at line 1 column 1");
        assert_eq!(error("cb()"), "the body is empty");
        assert_eq!(error("{\"id\":"), "the JSON ends in the middle, after 6 bytes");
    }

    /// If every place of a text were read on to its end, this would take minutes.
    #[test]
    fn a_long_text_is_given_up_soon() {
        for text in ["a".repeat(1 << 18), "<b>a ".repeat(1 << 16), "a(".repeat(1 << 17), "<?".repeat(1 << 17)]
        {
            assert!(tree(text.as_bytes()).is_err());
        }
    }

    proptest! {
        #[test]
        fn nothing_panics(body in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = tree(&body);
        }

        #[test]
        fn nothing_that_looks_like_xml_panics(body in "<?[x-z</>&;#x0-9 =\"!\\[\\]?'-]{0,60}") {
            let _ = tree(body.as_bytes());
        }

        #[test]
        fn nothing_that_looks_like_jsonp_panics(body in "[a-z$/]{0,3}[(){}\\[\\]\",:;a-z0-9 ]{0,40}") {
            let _ = tree(body.as_bytes());
        }

        #[test]
        fn notices_around_any_document_cost_nothing(text in "\\PC{0,40}", before: bool, behind: bool) {
            const NOTICE: &str = "<br />\n<b>Warning</b>:  f() [x] {y} in <b>/srv/a.php</b> on line <b>7</b><br />\n";
            let notice = |there: bool| if there { NOTICE } else { "" };
            let json = json!([{"id": "7", "title": text}]).to_string();
            let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            let xml = format!("<scores><score><id>7</id><title>{escaped}</title></score></scores>");
            for document in [format!("cb({json});"), xml, json] {
                let body = format!("{}{document}\n{}", notice(before), notice(behind));
                prop_assert_eq!(tree(body.as_bytes()), tree(document.as_bytes()), "{}", body);
                prop_assert!(tree(document.as_bytes()).is_ok());
            }
        }

        #[test]
        fn any_text_comes_back_from_xml(text in "\\PC{0,40}") {
            let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            let read = tree(format!("<score><id>{escaped}</id></score>").as_bytes()).unwrap();
            let expected = if text.trim().is_empty() { Value::Null } else { text.into() };
            prop_assert_eq!(&read["id"], &expected);
        }
    }
}
