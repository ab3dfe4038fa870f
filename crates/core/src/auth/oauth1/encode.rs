//! The one percent-encoding of RFC 5849, section 3.6.

use percent_encoding::percent_encode_byte;

/// Encodes a text: letters, digits and `-._~` stay, every other byte of its UTF-8 becomes `%XX` in upper case.
#[must_use]
pub fn percent_encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len() + 8);
    push(&mut encoded, text);
    encoded
}

const fn unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

const KEPT: [bool; 256] = {
    let mut kept = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        kept[byte] = unreserved(byte as u8);
        byte += 1;
    }
    kept
};

fn push_byte(out: &mut String, byte: u8) {
    if KEPT[usize::from(byte)] {
        out.push(char::from(byte));
    } else {
        out.push_str(percent_encode_byte(byte));
    }
}

/// Appends `text`, encoded.
pub(super) fn push(out: &mut String, text: &str) {
    let mut rest = text;
    // Most text is kept: whole runs are copied at once.
    while let Some(stop) = rest.bytes().position(|byte| !KEPT[usize::from(byte)]) {
        let (run, other) = rest.split_at(stop);
        out.push_str(run);
        let Some(first) = other.chars().next() else { break };
        let width = first.len_utf8();
        other[..width].bytes().for_each(|byte| push_byte(out, byte));
        rest = &other[width..];
    }
    out.push_str(rest);
}

/// Appends text that is encoded already, encoded once more: only its `%` changes.
pub(super) fn push_again(out: &mut String, encoded: &str) {
    let mut runs = encoded.split('%');
    out.push_str(runs.next().unwrap_or_default());
    for run in runs {
        out.push_str("%25");
        out.push_str(run);
    }
}

/// Appends a name or value of a query, changed from form encoding to this one byte by byte: `+` and `%20` are both a
/// space, a `%` without two digits stands for itself.
pub(super) fn push_from_form(out: &mut String, form: &str) {
    let mut rest = form;
    while let Some(stop) = rest.bytes().position(|byte| !KEPT[usize::from(byte)]) {
        let (run, other) = rest.split_at(stop);
        out.push_str(run);
        let escape = match other.as_bytes() {
            [b'%', high, low, ..] => hex(*high).zip(hex(*low)),
            _ => None,
        };
        let width = if let Some((high, low)) = escape {
            push_byte(out, high << 4 | low);
            3
        } else if other.starts_with('+') {
            out.push_str("%20");
            1
        } else {
            let width = other.chars().next().map_or(1, char::len_utf8);
            other[..width].bytes().for_each(|byte| push_byte(out, byte));
            width
        };
        rest = &other[width..];
    }
    out.push_str(rest);
}

fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

/// Appends `text` with its ASCII letters in lower case, encoded.
pub(super) fn push_lower(out: &mut String, text: &str) {
    text.bytes().for_each(|byte| push_byte(out, byte.to_ascii_lowercase()));
}
