//! What a body is, told by its media type and its first bytes, beside what an endpoint says that it should be.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderMap};
use http::{Response, StatusCode};
use serde_json::Value;

use super::around::{self, title};
use super::{DecodeError, Excerpt};

/// What the body of a success holds. What is something else is refused before a byte of it is given to anybody, so that
/// the page of a captive portal is never saved as a song.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Content {
    /// A document, which [`Endpoint::read`](crate::Endpoint::read) judges. Where it is downloaded instead of read, a web
    /// page is refused.
    Document,
    /// A file without text: sound, a picture, an archive. A web page, JSON and XML are refused.
    Binary,
    /// A file that may be XML, such as notation. A web page, JSON and the XML error of an object storage are refused.
    File,
    /// Anything, web pages included.
    Any,
}

/// So much of a body is looked at, in bytes, before it is taken for what it seems to be.
const WINDOW: usize = 1024;

const BOM: &[u8] = b"\xef\xbb\xbf";

/// The elements that a web page begins with (WHATWG MIME Sniffing, section 7.1), and two more that gateways begin with.
const TAGS: [&str; 18] = [
    "!doctype html",
    "html",
    "head",
    "script",
    "iframe",
    "h1",
    "div",
    "font",
    "table",
    "a",
    "style",
    "title",
    "b",
    "body",
    "br",
    "p",
    "meta",
    "center",
];

/// What the beginning of a body looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Looks {
    /// Nothing but white space so far, or the beginning of a mark that is not complete.
    Open,
    Page,
    /// `{` or `[`.
    Json,
    /// The XML in which object storages tell errors.
    StorageError,
    Xml,
    Other,
}

impl Content {
    /// Whether `start`, the beginning of a body, suffices for a judgement.
    pub(crate) fn is_decided(self, start: &[u8]) -> bool {
        self == Self::Any || start.len() >= WINDOW || looks(start) != Looks::Open
    }

    /// Whether a success with these headers, whose body begins so, is what is expected.
    ///
    /// # Errors
    /// [`DecodeError::Html`] or [`DecodeError::Unexpected`].
    pub fn check(self, headers: &HeaderMap, start: &[u8]) -> Result<(), DecodeError> {
        let (looks, declared) = (looks(start), Declared::of(headers));
        let markup =
            matches!(looks, Looks::Xml | Looks::StorageError | Looks::Open) && !start.trim_ascii().is_empty();
        let (page, other) = match self {
            Self::Any => return Ok(()),
            // Some services declare all their documents as web pages.
            Self::Document => (declared == Declared::Page && markup, false),
            Self::Binary => (
                declared == Declared::Page,
                declared != Declared::Other
                    || matches!(looks, Looks::Json | Looks::Xml | Looks::StorageError),
            ),
            Self::File => (
                declared == Declared::Page,
                declared == Declared::Json || matches!(looks, Looks::Json | Looks::StorageError),
            ),
        };
        if page || looks == Looks::Page {
            return Err(DecodeError::Html { title: title(start) });
        }
        if other && !start.is_empty() {
            return Err(DecodeError::unexpected("a file", start));
        }
        Ok(())
    }

    /// [`check`](Content::check) of a whole response. Only a success has what an endpoint documents as its content.
    pub(crate) fn check_whole(self, response: &Response<Bytes>) -> Result<(), DecodeError> {
        if self == Self::Document || !response.status().is_success() {
            return Ok(());
        }
        self.check(response.headers(), response.body())
    }

    /// Whether a response of this status has content to be checked: a part of a file is checked by its range.
    pub(crate) fn is_checked_at(status: StatusCode) -> bool {
        status.is_success() && status != StatusCode::PARTIAL_CONTENT
    }
}

/// What a body is declared to be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Declared {
    Page,
    Json,
    Xml,
    Other,
}

impl Declared {
    fn of(headers: &HeaderMap) -> Self {
        let text = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let essence = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match essence.as_str() {
            "text/html" | "application/xhtml+xml" => Self::Page,
            "application/json" | "text/json" => Self::Json,
            "application/xml" | "text/xml" => Self::Xml,
            // Notation and pictures have media types of their own that end in +xml; errors have these.
            "application/problem+xml" => Self::Xml,
            other if other.ends_with("+json") => Self::Json,
            _ => Self::Other,
        }
    }
}

/// Whether a body is a web page.
pub(super) fn is_html(body: &[u8]) -> bool {
    looks(body) == Looks::Page
}

fn looks(body: &[u8]) -> Looks {
    let body = body.get(..WINDOW).unwrap_or(body);
    if BOM.starts_with(body) {
        return Looks::Open;
    }
    let mut rest = body.strip_prefix(BOM).unwrap_or(body);
    let mut declared = false;
    loop {
        rest = rest.trim_ascii_start();
        // Comments and declarations stand before the first element of pages and of XML alike.
        let (open, close): (&[u8], &[u8]) = match rest {
            [] | b"<!-" => return Looks::Open,
            [b'{' | b'[', ..] => return Looks::Json,
            [b'<', b'!', b'-', b'-', ..] => (b"<!--", b"-->"),
            [b'<', b'?', ..] => (b"<?", b"?>"),
            [b'<', ..] => break,
            _ => return Looks::Other,
        };
        declared = true;
        let inside = &rest[open.len()..];
        match inside.windows(close.len()).position(|window| window == close) {
            Some(end) => rest = &inside[end + close.len()..],
            None => return if body.len() >= WINDOW { Looks::Xml } else { Looks::Open },
        }
    }
    let name = &rest[1..];
    let begins = |tag: &str| {
        let given = name.get(..tag.len()).unwrap_or(name);
        tag.as_bytes().get(..given.len()).is_some_and(|tag| tag.eq_ignore_ascii_case(given))
    };
    let ends =
        |tag: &str| name.get(tag.len()).map(|end| matches!(end, b'>' | b'/') || end.is_ascii_whitespace());
    let is = |tag: &str| begins(tag) && ends(tag) == Some(true);
    if TAGS.iter().any(|tag| is(tag)) {
        return Looks::Page;
    }
    if is("Error") {
        return Looks::StorageError;
    }
    let may_become = TAGS.iter().chain(&["Error"]).any(|tag| begins(tag) && ends(tag).is_none());
    match body.len() < WINDOW && may_become {
        true => Looks::Open,
        false
            if declared
                || name
                    .first()
                    .is_some_and(|letter| letter.is_ascii_alphabetic() || b"_:!".contains(letter)) =>
        {
            Looks::Xml
        }
        false => Looks::Other,
    }
}

/// What a body is, in words that show none of its values: the members of JSON, the first element of XML, the words of
/// plain text as far as an [`Excerpt`] shows them.
pub(super) fn found(body: &[u8]) -> String {
    match looks(body) {
        Looks::Page => Excerpt::of(body).to_string(),
        Looks::Json => json(body),
        Looks::Xml | Looks::StorageError => format!("XML: <{}>", element(body)),
        Looks::Open | Looks::Other => match Excerpt::of(body).to_string() {
            words if !words.contains(char::is_alphanumeric) => {
                format!("{} bytes of something else", body.len())
            }
            words => format!("the text {words:?}"),
        },
    }
}

fn json(body: &[u8]) -> String {
    match serde_json::from_slice(body) {
        Ok(Value::Object(members)) if members.is_empty() => "an empty JSON object".into(),
        Ok(Value::Object(members)) => {
            let names: Vec<String> = members.keys().take(5).map(|name| plain(name)).collect();
            let more = if members.len() > names.len() { ", …" } else { "" };
            format!("JSON with the members {}{more}", names.join(", "))
        }
        Ok(Value::Array(items)) => format!("a JSON list of {}", items.len()),
        _ => "JSON".into(),
    }
}

/// The name of the first element.
fn element(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body.get(..WINDOW).unwrap_or(body));
    let starts = text.match_indices('<').map(|(at, _)| &text[at + 1..]);
    let name = starts.into_iter().find(|rest| !rest.starts_with(['!', '?'])).unwrap_or_default();
    plain(
        name.split(|letter: char| letter.is_whitespace() || matches!(letter, '>' | '/'))
            .next()
            .unwrap_or_default(),
    )
}

/// A name as it may be shown: short, without anything but letters, digits, `_`, `-`, `:` and dots.
fn plain(name: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "_-:.".contains(letter);
    if name.len() <= 24 && !name.is_empty() && name.chars().all(is_plain) {
        name.to_owned()
    } else {
        "…".into()
    }
}

/// Reads a response of which nothing is documented but that it comes: the body is empty, or is what `documented` knows as
/// the document that the service puts there.
///
/// A success is only what the service documents: the page of a captive portal with status 200 means that nothing was
/// done.
///
/// # Errors
/// [`DecodeError::Html`] or [`DecodeError::Unexpected`].
pub fn read_unit(
    response: &Response<Bytes>,
    documented: impl FnOnce(&[u8]) -> bool,
) -> Result<(), DecodeError> {
    let body = response.body();
    let text = body.strip_prefix(BOM).unwrap_or(body);
    if text.trim_ascii().is_empty() || (!is_html(text) && documented(text)) {
        return Ok(());
    }
    Content::Document.check(response.headers(), text)?;
    Err(DecodeError::unexpected("an empty body or the documented one", text))
}

impl DecodeError {
    /// Something else than the endpoint documents: says what `body` is instead, without its values.
    #[must_use]
    pub fn unexpected(expected: &'static str, body: &[u8]) -> Self {
        around::markup(body).unwrap_or_else(|| Self::Unexpected { expected, found: found(body) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn headers(media_type: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(CONTENT_TYPE, http::HeaderValue::from_static(media_type))])
    }

    fn judged(content: Content, media_type: &'static str, body: &str) -> Result<(), String> {
        content.check(&headers(media_type), body.as_bytes()).map_err(|error| error.to_string())
    }

    const PAGES: [&str; 9] = [
        "<!DOCTYPE html>\n<html>",
        " \n<!doctype HTML PUBLIC \"-//W3C//DTD HTML 4.01//EN\">",
        "\u{feff}<html lang=\"en\">",
        "<!-- saved --><HTML>",
        "<?xml version=\"1.0\"?>\n<!DOCTYPE html PUBLIC \"x\">",
        "<head><title>Login</title>",
        "<script>location='http://portal.example'</script>",
        "<meta http-equiv=\"refresh\" content=\"0\">",
        "<center><h1>502 Bad Gateway</h1>",
    ];

    #[test]
    fn a_page_is_none_of_the_files_by_its_bytes_or_by_its_media_type() {
        for content in [Content::Document, Content::Binary, Content::File] {
            for page in PAGES {
                assert!(judged(content, "audio/mpeg", page).is_err(), "{content:?} {page}");
            }
            assert!(judged(content, "text/html; charset=utf-8", "<portal>").is_err(), "{content:?}");
            assert!(judged(content, "application/octet-stream", "ID3\u{4}").is_ok(), "{content:?}");
        }
        for content in [Content::Binary, Content::File] {
            assert!(judged(content, "Text/HTML", "Please log in.").is_err(), "{content:?}");
        }
        assert!(judged(Content::Document, "text/html", "{\"id\":7}").is_ok(), "PHP declares everything so");
        for page in PAGES {
            assert_eq!(judged(Content::Any, "text/html", page), Ok(()));
        }
    }

    #[test]
    fn a_file_is_no_document_with_an_error() {
        let json = r#"{"error":"expired","token":"CANARY"}"#;
        let storage = "<?xml version=\"1.0\"?>\n<Error><Code>AccessDenied</Code></Error>";
        for (media_type, body) in [
            ("application/json", json),
            ("application/vnd.api+json; charset=utf-8", json),
            ("application/octet-stream", json),
            ("application/xml", storage),
            ("binary/octet-stream", storage),
            ("text/xml", "<?xml version=\"1.0\"?><score-partwise/>"),
            ("application/problem+json", "[]"),
        ] {
            assert!(judged(Content::Binary, media_type, body).is_err(), "{media_type} {body}");
        }
        assert_eq!(
            judged(Content::Binary, "application/json", json),
            Err("expected a file, found JSON with the members error, token".into())
        );
        assert_eq!(
            judged(Content::File, "application/xml", storage),
            Err("expected a file, found XML: <Error>".into())
        );
        assert!(judged(Content::File, "application/xml", "<?xml version=\"1.0\"?><score-partwise>").is_ok());
        assert!(judged(Content::File, "application/json", json).is_err());
        assert!(judged(Content::File, "application/octet-stream", "BCFZ").is_ok());
        assert!(judged(Content::Binary, "audio/wav", "").is_ok(), "an empty file is an empty file");
    }

    #[test]
    fn the_beginning_of_a_page_is_waited_for() {
        for page in PAGES {
            let end =
                (1..=page.len()).find(|end| Content::Binary.is_decided(&page.as_bytes()[..*end])).unwrap();
            assert!(
                is_html(page.as_bytes()) == (looks(&page.as_bytes()[..end]) == Looks::Page),
                "{page} {end}"
            );
        }
        for decided in ["I", "{", "<score-", "<errors>", "<preface"] {
            assert!(Content::File.is_decided(decided.as_bytes()), "{decided}");
        }
        for open in ["", " \n", "<", "<!DOC", "<!--[if lt IE 8]>", "<Erro", "<p"] {
            assert!(!Content::File.is_decided(open.as_bytes()), "{open}");
        }
        let blank = " ".repeat(WINDOW);
        assert!(Content::File.is_decided(blank.as_bytes()));
    }

    #[test]
    fn elements_that_only_begin_like_those_of_a_page_are_xml() {
        for xml in
            ["<?xml version=\"1.0\"?><!-- by hand --><score-partwise>", "<preface/>", "<tables>", "<Errors>"]
        {
            assert_eq!(looks(xml.as_bytes()), Looks::Xml, "{xml}");
        }
        assert_eq!(looks(b"<3 you"), Looks::Other);
    }

    #[test]
    fn nothing_is_a_success_but_an_empty_body_and_the_documented_one() {
        let read = |body: &str| {
            let response = Response::new(Bytes::copy_from_slice(body.as_bytes()));
            read_unit(&response, |body| body == b"{\"status\":\"200 - OK\"}")
                .map_err(|error| error.to_string())
        };
        for good in ["", " \r\n", "\u{feff}", r#"{"status":"200 - OK"}"#] {
            assert_eq!(read(good), Ok(()), "{good:?}");
        }
        let expected = "expected an empty body or the documented one, found ";
        for (body, found) in [
            (r#"{"error":"CANARY","a b":1}"#, "JSON with the members …, error"),
            ("[1,2]", "a JSON list of 2"),
            ("{}", "an empty JSON object"),
            ("{\"a\"", "JSON"),
            ("<?xml version=\"1.0\"?><Error><Code>CANARY</Code></Error>", "XML: <Error>"),
            ("Service unavailable", "the text \"Service unavailable\""),
            ("\u{0}\u{1}", "2 bytes of something else"),
        ] {
            let error = read(body).unwrap_err();
            // Members come in the order of their names or of the document, as serde_json is built.
            let either = error == format!("{expected}{found}")
                || error == format!("{expected}JSON with the members error, …");
            assert!(either, "{error}");
        }
        assert_eq!(
            read("<html><title>Log in to the network</title>"),
            Err("it is a web page titled \"Log in to the network\"".into())
        );
    }

    proptest! {
        #[test]
        fn no_body_panics(body in prop::collection::vec(any::<u8>(), 0..1500)) {
            for content in [Content::Document, Content::Binary, Content::File, Content::Any] {
                let _ = (content.check(&HeaderMap::new(), &body), content.is_decided(&body));
            }
            let _ = found(&body);
        }

        #[test]
        fn no_markup_panics(body in "[ \u{feff}]{0,2}(<[!?/]{0,2}-{0,2}[a-zA-Z]{0,4}[ >/]{0,2}){0,4}[\\[{]?\\PC{0,5}") {
            let _ = (Content::File.check(&HeaderMap::new(), body.as_bytes()), found(body.as_bytes()));
        }

        /// More bytes never turn a judgement round.
        #[test]
        fn what_is_decided_stays(body in "(<[!?]{0,1}-{0,2}[a-zA-Z]{0,8}[ >]{0,1}){0,3}[a-z{]{0,3}", more in "[a-z <>-]{0,10}") {
            if Content::File.is_decided(body.as_bytes()) {
                prop_assert_eq!(looks(body.as_bytes()), looks(format!("{body}{more}").as_bytes()));
            }
        }
    }
}
