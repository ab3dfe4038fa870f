//! Documents with a server's notices around them, and pages in their place.

use super::DecodeError;

/// The most places at which a document is looked for.
const PLACES: usize = 16;

/// The JSON in a body that has a server's notices before or behind it.
///
/// JSON that says nothing does not count: the notices may be the reason why it is empty.
pub(crate) fn document(body: &[u8]) -> Option<&[u8]> {
    between_notices(
        body,
        |text| matches!(text.first(), Some(b'{' | b'[')),
        |text| {
            let length = json_length(text)?;
            let is_structure =
                |byte: &u8| matches!(byte, b'{' | b'}' | b'[' | b']') || byte.is_ascii_whitespace();
            (!text[..length].iter().all(is_structure)).then_some(length)
        },
    )
}

/// The document in a body that has a server's notices before or behind it, as PHP puts them: markup such as
/// `<b>Warning</b>: …<br />`, or lines such as `Warning: …`. For formats other than JSON, whose readers do this themselves.
///
/// `begins` tells whether a document may begin at the head of a text, `length` how many bytes the one that does has. `None`
/// if there is no such document, or if the body is a web page.
pub fn between_notices(
    body: &[u8],
    begins: impl Fn(&[u8]) -> bool,
    length: impl Fn(&[u8]) -> Option<usize>,
) -> Option<&[u8]> {
    if is_page(body) {
        return None;
    }
    let starts = (0..body.len()).filter(|at| begins(&body[*at..]) && begins_a_line(&body[..*at]));
    starts.take(PLACES).find_map(|start| {
        let (before, text) = body.split_at(start);
        let (document, behind) = text.split_at_checked(length(text)?)?;
        (is_notice(before) && is_notice(behind) && !is_of_page(before) && !is_of_page(behind))
            .then_some(document)
    })
}

/// Whether markup is part of a web page rather than a notice.
fn is_of_page(markup: &[u8]) -> bool {
    let lower = markup.to_ascii_lowercase();
    [&b"<title"[..], b"<script"].iter().any(|part| lower.windows(part.len()).any(|window| window == *part))
}

/// Whether something may begin behind this: at the beginning, in a new line, or behind markup.
fn begins_a_line(before: &[u8]) -> bool {
    before.ends_with(b"\n") || before.trim_ascii_end().last().is_none_or(|last| *last == b'>')
}

/// Whether this is nothing, markup, or lines of a server's notices.
pub(crate) fn is_notice(text: &[u8]) -> bool {
    let text = text.trim_ascii_start();
    let word = text.split(|byte| matches!(byte, b':' | b'\n')).next().unwrap_or_default();
    let kinds: [&[u8]; 7] =
        [b"warning", b"notice", b"deprecated", b"error", b"strict standards", b"stack trace", b"xdebug"];
    let word = word.to_ascii_lowercase();
    text.is_empty()
        || text.starts_with(b"<")
        || text.len() > word.len()
            && kinds.iter().any(|kind| word.ends_with(kind) && word.len() < kind.len() + 32)
}

/// How many bytes the JSON object or list has that begins a text; `None` if the text ends before it does.
#[must_use]
pub fn json_length(text: &[u8]) -> Option<usize> {
    let (mut depth, mut string, mut escaped) = (0usize, false, false);
    for (at, byte) in text.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if string => escaped = true,
            b'"' => string = !string,
            _ if string => {}
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

/// Whether a body is a web page, which its document type or its root tells; an XML declaration (XHTML) and comments may stand
/// before them.
pub(crate) fn is_page(body: &[u8]) -> bool {
    let (_, root) = behind_prolog(body);
    let start: Vec<u8> = root.iter().take(14).map(u8::to_ascii_lowercase).collect();
    let is_root = start.starts_with(b"<html")
        && start.get(5).is_none_or(|byte| byte.is_ascii_whitespace() || b"/>".contains(byte));
    is_root || start.starts_with(b"<!doctype html")
}

/// What stands behind white space, an XML declaration and comments, and whether there was a declaration.
fn behind_prolog(body: &[u8]) -> (bool, &[u8]) {
    let mut rest = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii_start();
    let is_xml = rest.starts_with(b"<?xml");
    for (open, close) in std::iter::once(("<?xml", "?>")).chain(std::iter::repeat(("<!--", "-->"))) {
        if rest.starts_with(open.as_bytes()) {
            let end = rest.windows(close.len()).position(|window| window == close.as_bytes());
            rest = end.map_or(&[][..], |end| &rest[end + close.len()..]).trim_ascii_start();
        } else if open == "<!--" {
            break;
        }
    }
    (is_xml, rest)
}

/// The page or notice that a body is, or that stands behind its document.
pub(crate) fn page(body: &[u8]) -> Option<DecodeError> {
    markup(body).or_else(|| {
        let start = body.trim_ascii_start();
        markup(&start[json_length(start)?..])
    })
}

/// What a body is that begins with markup and is not XML. An XML document may have a `<title>`, too: what tells them apart is
/// the first element.
pub(crate) fn markup(body: &[u8]) -> Option<DecodeError> {
    let start = body.trim_ascii_start();
    let is_markup = is_html(body);
    let title = title(body);
    if is_page(body) || is_markup && title.is_some() {
        return Some(DecodeError::Html { title });
    }
    let are_lines = !start.is_empty() && !start.starts_with(b"<") && is_notice(start);
    if !is_markup && !are_lines {
        return None;
    }
    let words = words(&String::from_utf8_lossy(&body[..body.len().min(4096)]));
    Some(if words.is_empty() {
        DecodeError::Html { title: None }
    } else {
        DecodeError::Notice { text: words }
    })
}

/// Whether a text begins with HTML: a web page, or a notice with markup.
#[must_use]
pub fn is_html(text: &[u8]) -> bool {
    let (is_xml, root) = behind_prolog(text);
    let is_markup = text.trim_ascii_start().starts_with(b"<") && !is_xml;
    is_page(text) || is_markup && root.strip_prefix(b"<").is_none_or(is_html_element)
}

/// Whether an element of HTML begins here, behind the `<`.
pub(crate) fn is_html_element(text: &[u8]) -> bool {
    const ELEMENTS: &[&str] = &[
        "a", "article", "b", "big", "body", "br", "center", "code", "div", "em", "font", "form", "h1", "h2",
        "h3", "h4", "head", "header", "hr", "i", "iframe", "img", "li", "link", "main", "meta", "noscript",
        "ol", "p", "pre", "script", "section", "small", "span", "strong", "style", "table", "tbody", "td",
        "th", "title", "tr", "tt", "u", "ul",
    ];
    let text = text.strip_prefix(b"/").unwrap_or(text);
    let name =
        text.split(|byte| byte.is_ascii_whitespace() || b"/>".contains(byte)).next().unwrap_or_default();
    ELEMENTS.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(name))
}

/// The words of markup that may be shown.
fn words(markup: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for letter in markup.chars() {
        match letter {
            '<' => inside = true,
            '>' if inside => {
                inside = false;
                text.push(' ');
            }
            _ if inside => {}
            letter => text.push(letter),
        }
    }
    super::shown(&text)
}

/// The title of a page.
pub(crate) fn title(body: &[u8]) -> Option<String> {
    let page = String::from_utf8_lossy(&body[..body.len().min(4096)]);
    let lower = page.to_ascii_lowercase();
    let open = lower.find("<title")?;
    let start = open + lower[open..].find('>')? + 1;
    let end = start + lower[start..].find("</title")?;
    let words: String = page[start..end].split_whitespace().collect::<Vec<_>>().join(" ");
    (!words.is_empty()).then(|| words.chars().take(80).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_in_xml_is_no_page_whatever_it_is_titled() {
        for document in [
            "<track><id>7</id><title>\u{c9}tude</title></track>",
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<track><title>\u{c9}tude</title></track>",
            "<?xml version='1.0'?><!-- made by hand --><html-like><title>x</title></html-like>",
            "<!-- cached --><tracks type=\"array\"><track><title>x</title></track></tracks>",
            "<!DOCTYPE score-partwise PUBLIC \"-//Recordare//DTD MusicXML 4.0 Partwise//EN\" \"x\"><score-partwise>",
            "<?xml version=\"1.0\"?><title>x</title>",
            "<svg xmlns=\"http://www.w3.org/2000/svg\"><title>x</title></svg>",
            "<error><title>no such track</title></error>",
            "<a-track><title>x</title></a-track>",
        ] {
            assert_eq!(markup(document.as_bytes()), None, "{document}");
        }
    }

    #[test]
    fn a_page_is_one_however_it_begins() {
        for page in [
            "<!DOCTYPE html><title>Sign in</title>",
            "\u{feff}<!doctype HTML>\n<title>Sign in</title>",
            "<HTML lang=en><head><TITLE>Sign in</TITLE>",
            "<?xml version=\"1.0\"?>\n<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0\"><html><title>Sign in</title>",
            "<?xml version=\"1.0\"?><html xmlns=\"http://www.w3.org/1999/xhtml\"><title>Sign in</title>",
            "<!-- gateway 7 -->\n<html><title>Sign in</title>",
            "<head><title>Sign in</title></head>",
            "<title>Sign in</title><p>",
            "<meta charset=utf-8><title>Sign in</title>",
            "<main><title>Sign in</title></main>",
        ] {
            assert_eq!(
                markup(page.as_bytes()),
                Some(DecodeError::Html { title: Some("Sign in".into()) }),
                "{page}"
            );
        }
        for page in ["<!-- nothing else -->", "<!-- it never ends", "<div></div>"] {
            assert_eq!(markup(page.as_bytes()), Some(DecodeError::Html { title: None }), "{page}");
        }
    }
}
