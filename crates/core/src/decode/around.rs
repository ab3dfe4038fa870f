//! Documents with a server's notices around them, and pages in their place.

use super::DecodeError;

/// The most places at which a document is looked for.
const PLACES: usize = 16;

/// The document in a body that has a server's notices before or behind it, as PHP puts them: markup such as
/// `<b>Warning</b>: …<br />`, or lines such as `Warning: …`. `None` if there is no such document, or if the body is a page.
///
/// A document that says nothing is none: the notices may be the reason why it is empty.
pub(crate) fn document(body: &[u8]) -> Option<&[u8]> {
    let lower = body.to_ascii_lowercase();
    let has = |part: &[u8]| lower.windows(part.len()).any(|window| window == part);
    if is_page(body) || has(b"<title") || has(b"<script") {
        return None;
    }
    let starts = (0..body.len()).filter(|at| matches!(body[*at], b'{' | b'['));
    let starts = starts.filter(|at| begins_a_line(&body[..*at])).take(PLACES);
    starts.filter_map(|at| whole(&body[at..]).map(|length| (at, at + length))).find_map(|(start, end)| {
        let (before, document, behind) = (&body[..start], &body[start..end], &body[end..]);
        let says = document
            .iter()
            .any(|byte| !matches!(byte, b'{' | b'}' | b'[' | b']') && !byte.is_ascii_whitespace());
        (says && is_notice(before) && is_notice(behind)).then_some(document)
    })
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

/// How long the object or list is that begins here, if it ends here too.
fn whole(text: &[u8]) -> Option<usize> {
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

/// Whether a body is a web page.
pub(crate) fn is_page(body: &[u8]) -> bool {
    let start: Vec<u8> = body.trim_ascii_start().iter().take(14).map(u8::to_ascii_lowercase).collect();
    start.starts_with(b"<!doctype html") || start.starts_with(b"<html")
}

/// The page or notice that a body is, or that stands behind its document.
pub(crate) fn page(body: &[u8]) -> Option<DecodeError> {
    markup(body).or_else(|| {
        let start = body.trim_ascii_start();
        markup(&start[whole(start)?..])
    })
}

/// What a body is that begins with markup and is not XML.
pub(crate) fn markup(body: &[u8]) -> Option<DecodeError> {
    let start = body.trim_ascii_start();
    let title = title(body);
    if is_page(body) || start.starts_with(b"<") && title.is_some() {
        return Some(DecodeError::Html { title });
    }
    let is_markup = start.starts_with(b"<") && !start.starts_with(b"<?xml") && is_html_element(&start[1..]);
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

/// Whether an element of HTML begins here, behind the `<`.
pub(crate) fn is_html_element(text: &[u8]) -> bool {
    const ELEMENTS: &[&str] = &[
        "a", "b", "big", "body", "br", "center", "code", "div", "em", "font", "form", "h1", "h2", "h3", "h4",
        "head", "hr", "i", "iframe", "img", "li", "link", "meta", "ol", "p", "pre", "script", "small",
        "span", "strong", "style", "table", "tbody", "td", "th", "title", "tr", "tt", "u", "ul",
    ];
    let text = text.strip_prefix(b"/").unwrap_or(text);
    if text.starts_with(b"!--") || text.starts_with(b"!DOCTYPE html") || text.starts_with(b"!doctype html") {
        return true;
    }
    let name = text.split(|byte| !byte.is_ascii_alphanumeric()).next().unwrap_or_default();
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
