//! The one percent-encoding of RFC 5849, section 3.6.

/// Which bytes stay as they are: letters, digits and `-._~`.
const UNRESERVED: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < table.len() {
        let letter = byte as u8;
        table[byte] = letter.is_ascii_alphanumeric() || matches!(letter, b'-' | b'.' | b'_' | b'~');
        byte += 1;
    }
    table
};

fn is_unreserved(byte: u8) -> bool {
    UNRESERVED[usize::from(byte)]
}

/// Encodes a text: letters, digits and `-._~` stay, every other byte of its UTF-8 becomes `%XX` in upper case.
#[must_use]
pub fn percent_encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    push(&mut out, text);
    out
}

/// Appends `text`, encoded.
pub(super) fn push(out: &mut String, text: &str) {
    push_bytes(out, text, |rest| (rest[0], 1));
}

/// Appends a name or value of a query, changed from form encoding to this one byte by byte: `+` and `%20` are both a
/// space, a `%` without two digits stands for itself.
pub(super) fn push_from_form(out: &mut String, form: &str) {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    push_bytes(out, form, |rest| match *rest {
        [b'+', ..] => (b' ', 1),
        [b'%', high, low, ..] => match (digit(high), digit(low)) {
            (Some(high), Some(low)) => (high << 4 | low, 3),
            _ => (b'%', 1),
        },
        [byte, ..] => (byte, 1),
        [] => (0, 1),
    });
}

/// Appends the runs of bytes that stay as they are, and between them what `next` makes of the beginning of the rest: a byte, and
/// how many it stands for.
fn push_bytes(out: &mut String, text: &str, next: impl Fn(&[u8]) -> (u8, usize)) {
    const DIGITS: [u8; 16] = *b"0123456789ABCDEF";
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let run = bytes[at..].iter().position(|byte| !is_unreserved(*byte)).unwrap_or(bytes.len() - at);
        // Within a letter of several bytes there is no run.
        out.push_str(text.get(at..at + run).unwrap_or_default());
        at += run;
        if at == bytes.len() {
            break;
        }
        let (byte, length) = next(&bytes[at..]);
        if is_unreserved(byte) {
            out.push(char::from(byte));
        } else {
            let digits = [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]];
            out.extend(['%', char::from(digits[0]), char::from(digits[1])]);
        }
        at += length;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::url::RESERVED;
    use proptest::prelude::*;

    proptest! {
        /// Against the crate percent-encoding.
        #[test]
        fn texts_are_encoded_as_the_standard_says(text in "\\PC{0,40}|[%+a-z0-9 ]{0,20}") {
            let expected = percent_encoding::utf8_percent_encode(&text, RESERVED).to_string();
            prop_assert_eq!(percent_encode(&text), expected);
        }

        #[test]
        fn forms_are_encoded_anew(text in "[%+a-fA-F0-9~é ]{0,30}") {
            let spaced = text.replace('+', " ");
            let bytes: Vec<u8> = percent_encoding::percent_decode_str(&spaced).collect();
            let mut encoded = String::new();
            push_from_form(&mut encoded, &text);
            prop_assert_eq!(encoded, percent_encoding::percent_encode(&bytes, RESERVED).to_string());
        }
    }
}
