//! Reading responses: JSON with the path of a wrong field, and what to say of bodies that are something else.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use bytes::Bytes;
use http::{Response, Uri};
use serde::de::{DeserializeOwned, Deserializer as _, SeqAccess, Visitor};
use serde_json::Value;

use crate::lenient::{self, Append, Failure, List, Tape, strict, without_values};
use crate::url::SecretUrl;

pub(crate) mod around;
mod content;
mod error;
mod mend;

pub use around::{between_notices, is_html, json_length};
pub use content::{Content, read_unit};
pub use error::DecodeError;

/// The URL that a response came from, after redirects: `Endpoint::read` finds it among the extensions of the response.
/// Relative links are resolved against it, and what a service left out of its response may stand in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResponseUrl(pub SecretUrl);

impl ResponseUrl {
    /// The URL of a response, unless it was made by hand, as in a test.
    #[must_use]
    pub fn of<T>(response: &Response<T>) -> Option<&SecretUrl> {
        response.extensions().get().map(|Self(url)| url)
    }
}

/// Reads the body of a response as JSON, whatever its media type says, in all the forms that
/// [`lenient`] tells of. Links that are relative are resolved against the URL of the response.
///
/// # Errors
/// [`DecodeError`] with the path of the field where the shape is wrong.
pub fn read_json<T: DeserializeOwned>(response: &Response<Bytes>) -> Result<T, DecodeError> {
    json(response.body(), ResponseUrl::of(response).map(SecretUrl::uri))
}

/// Reads bytes as JSON, in all the forms that [`lenient`] tells of.
///
/// A text that is cut inside a character, or has bytes of another encoding or control characters in it, is read with U+FFFD
/// in their place; `NaN` and `Infinity` are read as `null`; a byte order mark and the notices of a server around the document
/// are passed over.
///
/// # Errors
/// [`DecodeError`] with the path of the field where the shape is wrong.
pub fn from_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, DecodeError> {
    json(body, None)
}

/// The text of a body, with U+FFFD in place of what is no UTF-8.
#[must_use]
pub fn text(body: &[u8]) -> Cow<'_, str> {
    // The standard library's lossy reading looks at each byte, this one at many at a time.
    std::str::from_utf8(body).map_or_else(|_| String::from_utf8_lossy(body), Cow::Borrowed)
}

/// Reads JSON that is in every place what the type asks for, in one pass: `None` if anything at all is in another form, for
/// [`from_json`] or [`from_value`] to read. Links that are relative are resolved against `base`.
#[must_use]
pub fn exactly<T: DeserializeOwned>(text: &[u8], base: Option<&SecretUrl>) -> Option<T> {
    strict::read(text, base.map(SecretUrl::uri)).ok()
}

/// Reads a JSON value that is already here, in all the forms that [`lenient`] tells of. Links that are
/// relative are resolved against `base`.
///
/// # Errors
/// [`DecodeError`] with the path of the field where the shape is wrong.
pub fn from_value<T: DeserializeOwned>(value: &Value, base: Option<&SecretUrl>) -> Result<T, DecodeError> {
    from_deserializer(value, base)
}

/// Reads a document that another reader of serde gives, in all the forms that [`lenient`] tells of. Links that are relative are
/// resolved against `base`.
///
/// # Errors
/// [`DecodeError`] with the path of the field where the shape is wrong.
pub fn from_deserializer<'d, T, D>(document: D, base: Option<&SecretUrl>) -> Result<T, DecodeError>
where
    T: DeserializeOwned,
    D: serde::Deserializer<'d>,
{
    let tape =
        Tape::parse(document).map_err(|error| DecodeError::Other(without_values(&error.to_string())))?;
    Ok(lenient::read(&tape, base.map(SecretUrl::uri))?)
}

/// Reads a JSON array member by member: like [`read_json`], in the memory of one member. `null` is an empty list.
///
/// # Errors
/// [`DecodeError`] if it is no list.
pub fn read_list<T: DeserializeOwned>(response: &Response<Bytes>) -> Result<List<T>, DecodeError> {
    let base = ResponseUrl::of(response).map(SecretUrl::uri);
    document(response.body(), |text| {
        if !text.trim_ascii_start().starts_with(b"[") {
            return whole(text, base);
        }
        if let Ok(items) = strict::read::<Vec<T>>(text, base) {
            return Ok(items.into());
        }
        let mut reader = serde_json::Deserializer::from_slice(text);
        let list = reader.deserialize_seq(Members { base, item: PhantomData })?;
        reader.end()?;
        if list.is_of_another_kind() {
            return Err(Unread::Shape(DecodeError::unexpected("a list of objects or lists", text)));
        }
        Ok(list)
    })
}

/// Reads an item of an array; links in it are relative to `base`.
pub(crate) fn item<T: DeserializeOwned>(item: &[u8], base: Option<&SecretUrl>) -> Result<T, DecodeError> {
    json(item, base.map(SecretUrl::uri))
}

fn json<T: DeserializeOwned>(body: &[u8], base: Option<&Uri>) -> Result<T, DecodeError> {
    document(body, |text| whole(text, base))
}

/// Why a text cannot be read.
enum Unread {
    /// It is not JSON.
    Json(serde_json::Error),
    Shape(DecodeError),
}

impl From<serde_json::Error> for Unread {
    fn from(error: serde_json::Error) -> Self {
        Self::Json(error)
    }
}

impl From<Failure> for DecodeError {
    fn from(failure: Failure) -> Self {
        Self::Shape { path: failure.path, message: failure.message }
    }
}

fn whole<T: DeserializeOwned>(text: &[u8], base: Option<&Uri>) -> Result<T, Unread> {
    if let Ok(value) = strict::read(text, base) {
        return Ok(value);
    }
    let mut reader = serde_json::Deserializer::from_slice(text);
    let tape = Tape::parse(&mut reader)?;
    reader.end()?;
    lenient::read(&tape, base).map_err(|failure| Unread::Shape(failure.into()))
}

/// Reads the document in a body: as it is, else mended, else from between a server's notices.
fn document<T>(body: &[u8], read: impl Fn(&[u8]) -> Result<T, Unread>) -> Result<T, DecodeError> {
    let text = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    if text.iter().all(u8::is_ascii_whitespace) {
        return Err(DecodeError::Empty);
    }
    if let Some(encoding) = foreign(body) {
        let message = format!("it is encoded in {encoding}, and JSON is in UTF-8 (RFC 8259, section 8.1)");
        return Err(DecodeError::Syntax { message });
    }
    let lenient = |text: &[u8]| match read(text) {
        Err(Unread::Json(error)) => match mend::mended(text).map(|text| read(text.as_bytes())) {
            Some(Ok(value)) => Ok(value),
            Some(Err(Unread::Shape(error))) => Err(Unread::Shape(error)),
            _ => Err(Unread::Json(error)),
        },
        outcome => outcome,
    };
    let error = match lenient(text) {
        Ok(value) => return Ok(value),
        Err(Unread::Shape(error)) => return Err(error),
        Err(Unread::Json(error)) => error,
    };
    match around::document(text).map(lenient) {
        Some(Ok(value)) => Ok(value),
        Some(Err(Unread::Shape(error))) => Err(error),
        _ => Err(json_error(&error, text)),
    }
}

/// Reads an array that is being parsed, one member on the tape at a time.
struct Members<'b, T> {
    base: Option<&'b Uri>,
    item: PhantomData<T>,
}

impl<'de, T: DeserializeOwned> Visitor<'de> for Members<'_, T> {
    type Value = List<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut members: A) -> Result<List<T>, A::Error> {
        let (mut list, mut tape) = (List::default(), Tape::default());
        for index in 0.. {
            tape.clear();
            if members.next_element_seed(Append(&mut tape))?.is_none() {
                break;
            }
            match lenient::read(&tape, self.base) {
                Ok(item) => list.items.push(item),
                Err(_) => list.passed_over.add(format!("[{index}]"), tape.value(0)),
            }
        }
        Ok(list)
    }
}

/// The encoding of a text in units of two or four bytes, told by its byte order mark or its first characters, which are
/// ASCII in every JSON text.
fn foreign(body: &[u8]) -> Option<&'static str> {
    match body {
        [0xFF, 0xFE, 0, 0, ..]
        | [0, 0, 0xFE, 0xFF, ..]
        | [1..=0x7F, 0, 0, 0, ..]
        | [0, 0, 0, 1..=0x7F, ..] => Some("UTF-32"),
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [1..=0x7F, 0, ..] | [0, 1..=0x7F, ..] => Some("UTF-16"),
        _ => None,
    }
}

fn json_error(error: &serde_json::Error, body: &[u8]) -> DecodeError {
    use serde_json::error::Category;
    if let Some(page) = around::page(body) {
        return page;
    }
    match error.classify() {
        Category::Eof => DecodeError::Truncated { length: body.len() },
        _ => DecodeError::Syntax { message: without_values(&error.to_string()) },
    }
}

/// The first words of a text, without those that look like a credential.
fn shown(text: &str) -> String {
    let is_word =
        |word: &&str| word.len() <= 24 && !word.contains(['=', '&']) && !word.contains(char::is_control);
    let words: Vec<&str> =
        text.split_whitespace().map(|word| if is_word(&word) { word } else { "…" }).collect();
    words.join(" ").chars().take(120).collect()
}

/// The first words of a body that may be shown: a page's title, or plain text without anything that looks like a
/// credential. Empty for JSON, XML and binary data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Excerpt(String);

impl Excerpt {
    /// Takes what may be shown from a body.
    #[must_use]
    pub fn of(body: &[u8]) -> Self {
        match around::markup(body) {
            Some(DecodeError::Html { title: Some(title) }) => {
                return Self(format!("a web page titled {title:?}"));
            }
            Some(DecodeError::Html { title: None }) => return Self("a web page".into()),
            Some(DecodeError::Notice { text }) => return Self(text),
            _ => {}
        }
        let Ok(text) = std::str::from_utf8(&body[..body.len().min(400)]) else { return Self::default() };
        if text.trim_start().starts_with(['{', '[', '<', '"']) {
            return Self::default();
        }
        Self(shown(text))
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
        name: String,
        status: u8,
    }

    fn error(body: &[u8]) -> String {
        from_json::<Vec<Slice>>(body).unwrap_err().to_string()
    }

    #[test]
    fn texts_in_utf_16_are_named() {
        let utf_16 =
            |text: &str, bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
        for body in [
            utf_16("\u{feff}[{\"name\":\"é\"}]", u16::to_le_bytes),
            utf_16("\u{feff}[]", u16::to_be_bytes),
            utf_16("[]", u16::to_le_bytes),
            utf_16("{\"a\":1}", u16::to_be_bytes),
        ] {
            let error = from_json::<Value>(&body).unwrap_err().to_string();
            assert_eq!(
                error,
                "it is not JSON: it is encoded in UTF-16, and JSON is in UTF-8 (RFC 8259, section 8.1)"
            );
        }
        let utf_32: Vec<u8> = "[]".chars().flat_map(|letter| u32::from(letter).to_le_bytes()).collect();
        let error = from_json::<Value>(&utf_32).unwrap_err().to_string();
        assert!(error.contains("UTF-32"), "{error}");
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
        assert_eq!(error(b"{\"a\":1}"), "expected a sequence, found an object");
    }

    #[test]
    fn values_are_kept_back() {
        #[derive(Debug, serde::Deserialize)]
        #[serde(rename_all = "lowercase")]
        enum Kind {
            Audio,
            Video,
        }
        let text = |body: &str| from_json::<Kind>(body.as_bytes()).unwrap_err().to_string();
        assert_eq!(text("\"CANARY\""), "expected one of audio, video");
        for sly in ["CANARY`, expected CANARY", "` CANARY", "`, there are CANARY"] {
            assert!(!text(&format!("{sly:?}")).contains("CANARY"), "{sly}");
        }
        assert_eq!(from_json::<bool>(b"4711").unwrap_err().to_string(), "expected a boolean, found a number");
        let address = from_json::<std::net::IpAddr>(b"\"CANARY\"").unwrap_err().to_string();
        assert!(!address.contains("CANARY"), "{address}");
        let _ = (Kind::Audio, Kind::Video);
    }

    #[test]
    fn a_wrong_field_is_named_and_its_value_kept_back() {
        let text = error(br#"[{"name": "a", "status": "CANARY"}]"#);
        assert_eq!(text, "[0].status: expected u8, found a text");
        assert_eq!(error(br#"[{"name": "a", "status": 1}, {"status": 2}]"#), "[1]: missing field `name`");
        assert_eq!(
            error(br#"[{"name": "a", "status": 300}]"#),
            "[0].status: expected u8, found a number out of range"
        );
    }

    #[test]
    fn texts_that_are_none_are_mended() {
        let read = |body: &[u8]| from_json::<Vec<Slice>>(body).unwrap();
        for odd in [&br"x \ud83c"[..], b"caf\xe9", b"a\tb"] {
            let body = [
                b"\xef\xbb\xbf[{\"name\":\"",
                odd,
                b"\",\"status\":1},{\"name\":\"\xc3\xa9\",\"status\":2}]",
            ]
            .concat();
            let slices = read(&body);
            assert!(slices[0].name.contains('\u{fffd}'), "{}", slices[0].name);
            assert_eq!((slices[1].name.as_str(), slices[1].status), ("\u{e9}", 2));
        }
        assert_eq!(from_json::<Vec<Option<f64>>>(b"[NaN,-Infinity,1]").unwrap(), [None, None, Some(1.0)]);
    }

    const WARNING: &str = "<br />\n<b>Warning</b>:  Undefined array key [\"x\"] in <b>/srv/api.php</b> on line <b>7</b><br />\n";
    const FATAL: &str = "<br />\n<b>Fatal error</b>:  Uncaught Error: [] in /srv/api.php:7\nStack trace:\n#0 {main}\n  thrown in <b>/srv/api.php</b> on line <b>7</b><br />\n";

    #[test]
    fn notices_around_the_document_are_passed_over() {
        let document = r#"[{"name":"a]","status":1}]"#;
        for body in [
            format!("{WARNING}{document}"),
            format!("{document}\n{FATAL}"),
            format!("<hr/>{document}<br />"),
            format!("{WARNING}{WARNING}{document}{WARNING}"),
            format!("Warning: foo() in /srv/a.php on line 3\n{document}"),
            format!("PHP Notice:  Undefined variable x in /srv/a.php on line 3\n\n{document}\n"),
        ] {
            let slices = from_json::<Vec<Slice>>(body.as_bytes()).unwrap();
            assert_eq!((slices[0].name.as_str(), slices.len()), ("a]", 1), "{body}");
        }
    }

    #[test]
    fn notices_without_a_document_are_told() {
        assert_eq!(
            error(FATAL.as_bytes()),
            "it is a notice of the server: Fatal error : Uncaught Error: [] in /srv/api.php:7 Stack trace: #0 {main} thrown in /srv/api.php on line 7"
        );
        // An empty list may be empty because of what the notice tells.
        for body in
            [format!("{WARNING}[]"), format!("[]{FATAL}"), format!("{WARNING}null"), WARNING.to_owned()]
        {
            assert!(error(body.as_bytes()).starts_with("it is a notice of the server: "), "{body}");
        }
        for page in
            ["<br /><title>Sign in</title>\n[1]", "<html>\n[1]", "<script>\n[1]\n</script>", "<div></div>"]
        {
            assert!(from_json::<Vec<u8>>(page.as_bytes()).is_err(), "{page}");
        }
    }

    #[test]
    fn excerpts_leave_out_what_looks_like_a_credential() {
        let excerpt = |body: &str| Excerpt::of(body.as_bytes()).to_string();
        assert_eq!(excerpt("upstream connect error"), "upstream connect error");
        assert_eq!(excerpt("oauth_token=CANARY&x=1 denied"), "… denied");
        assert_eq!(excerpt(r#"{"access_token": "CANARY"}"#), "");
        assert_eq!(excerpt("<b>Fatal error</b>: no key=CANARY"), "Fatal error : no …");
        assert_eq!(excerpt("<?xml version='1.0'?><Error>CANARY</Error>"), "");
    }

    proptest! {
        #[test]
        fn nothing_panics(body in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = from_json::<Vec<Slice>>(&body);
            let _ = Excerpt::of(&body).to_string();
        }

        #[test]
        fn titles_of_any_page(text in "<!doctype html><title>\\PC{0,40}(</title>)?") {
            let _ = Excerpt::of(text.as_bytes()).to_string();
        }
    }
}
