//! JSON as some services write it: texts cut inside a character, bytes of another encoding, control characters, NaN.

use std::borrow::Cow;

/// What stands for what cannot be read.
const REPLACEMENT: char = char::REPLACEMENT_CHARACTER;

/// The document with each of its texts as a JSON text: what is no character in it, a raw control character too, becomes
/// U+FFFD. Outside of texts, numbers that are none (`NaN`, `-Infinity`) become `null`, and other words that JSON does not know
/// become texts. `None` if the body is no object and no list.
pub(crate) fn mended(body: &[u8]) -> Option<String> {
    let text: Cow<'_, str> = super::text(body);
    if !text.trim_start().starts_with(['{', '[']) {
        return None;
    }
    let mut mended = String::with_capacity(text.len() + 16);
    let mut rest: &str = &text;
    while let Some(first) = rest.chars().next() {
        rest = match first {
            '"' => string(&rest[1..], &mut mended),
            '{' | '}' | '[' | ']' | ',' | ':' | ' ' | '\t' | '\r' | '\n' => {
                mended.push(first);
                &rest[1..]
            }
            _ => word(rest, &mut mended),
        };
    }
    Some(mended)
}

/// Takes a text up to its closing quote.
fn string<'a>(mut rest: &'a str, mended: &mut String) -> &'a str {
    mended.push('"');
    loop {
        let plain =
            rest.find(|letter: char| letter == '"' || letter == '\\' || letter < ' ').unwrap_or(rest.len());
        mended.push_str(&rest[..plain]);
        rest = &rest[plain..];
        match rest.as_bytes().first() {
            None => return rest,
            Some(b'"') => {
                mended.push('"');
                return &rest[1..];
            }
            Some(b'\\') => rest = escape(&rest[1..], mended),
            Some(_) => {
                mended.push(REPLACEMENT);
                rest = &rest[1..];
            }
        }
    }
}

/// Takes what stands behind a backslash.
fn escape<'a>(rest: &'a str, mended: &mut String) -> &'a str {
    match rest.as_bytes().first() {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
            mended.push('\\');
            mended.push_str(&rest[..1]);
            &rest[1..]
        }
        Some(b'\'') => {
            mended.push('\'');
            &rest[1..]
        }
        Some(b'u') => {
            match (unit(&rest[1..]), rest.get(5..).and_then(|rest| unit(rest.strip_prefix("\\u")?))) {
                (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => {
                    mended.push('\\');
                    mended.push_str(&rest[..11]);
                    &rest[11..]
                }
                (Some(0xD800..=0xDFFF), _) => {
                    mended.push(REPLACEMENT);
                    &rest[5..]
                }
                (Some(_), _) => {
                    mended.push('\\');
                    mended.push_str(&rest[..5]);
                    &rest[5..]
                }
                (None, _) => {
                    mended.push(REPLACEMENT);
                    &rest[1..]
                }
            }
        }
        _ => {
            mended.push(REPLACEMENT);
            rest
        }
    }
}

/// Four hexadecimal digits.
fn unit(text: &str) -> Option<u32> {
    let digits = text.get(..4).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
    u32::from_str_radix(digits, 16).ok()
}

/// Takes a word or a number outside of texts.
fn word<'a>(rest: &'a str, mended: &mut String) -> &'a str {
    let end =
        rest.find(|letter: char| letter <= ' ' || "{}[],:\"".contains(letter)).unwrap_or(rest.len()).max(1);
    // A control character outside of texts is its own word.
    let end = (end..=rest.len()).find(|end| rest.is_char_boundary(*end)).unwrap_or(rest.len());
    let (word, behind) = rest.split_at(end);
    let number = word.trim_start_matches(['-', '+']).to_ascii_lowercase();
    if matches!(word, "true" | "false" | "null") || serde_json::from_str::<serde_json::Number>(word).is_ok() {
        mended.push_str(word);
    } else if matches!(number.as_str(), "nan" | "inf" | "infinity") {
        mended.push_str("null");
    } else {
        string(word, mended);
        mended.push('"');
    }
    behind
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn read(body: &[u8]) -> Value {
        serde_json::from_str(&mended(body).unwrap()).unwrap()
    }

    #[test]
    fn one_text_is_mended_and_the_rest_stays() {
        for (body, expected) in [
            (&br#"{"a":"x \ud83c","b":"\ud83c\udfb5"}"#[..], json!({"a": "x \u{fffd}", "b": "\u{1f3b5}"})),
            (br#"{"a":"\udfb5\ud83c\ud83c\udfb5","b":1}"#, json!({"a": "\u{fffd}\u{fffd}\u{1f3b5}", "b": 1})),
            (b"{\"a\":\"caf\xe9\",\"b\":\"\xc3\xa9\"}", json!({"a": "caf\u{fffd}", "b": "\u{e9}"})),
            (b"[\"a\tb\",\"a\\tb\",\"\0\"]", json!(["a\u{fffd}b", "a\tb", "\u{fffd}"])),
            (
                br#"["it\'s","\x41","\u00","\u00zz","\"\\\/"]"#,
                json!(["it's", "\u{fffd}x41", "\u{fffd}00", "\u{fffd}00zz", "\"\\/"]),
            ),
            (b"[NaN, Infinity, -Infinity, +inf, -nan]", json!([null, null, null, null, null])),
            (b"[1, -0.5, 1e3, true, null]", json!([1, -0.5, 1000.0, true, null])),
            (b"[1e999, 007, .5, undefined]", json!(["1e999", "007", ".5", "undefined"])),
            (br#"{name: "x"}"#, json!({"name": "x"})),
        ] {
            assert_eq!(read(body), expected, "{}", String::from_utf8_lossy(body));
        }
    }

    #[test]
    fn what_is_no_document_is_not_made_one() {
        for body in ["", "oops", "\"a\tb\"", "<html>[NaN]", "NaN"] {
            assert_eq!(mended(body.as_bytes()), None, "{body}");
        }
        for body in ["{\"a\":", "[\"a", "[1,]", "[1 2]", "[\"\\"] {
            assert!(serde_json::from_str::<Value>(&mended(body.as_bytes()).unwrap()).is_err(), "{body}");
        }
    }

    proptest! {
        #[test]
        fn nothing_panics(body in prop::collection::vec(any::<u8>(), 0..80), text in r#"[\[{]["\\ud83cDC0-9a,:\]}\t é]{0,40}"#) {
            let _ = mended(&body);
            let _ = mended(text.as_bytes());
        }

        #[test]
        fn good_json_stays_as_it_is(text in r#"[\[\]{},:"\\ntu0D a-fé0-9.-]{1,30}"#) {
            let text = format!("[{text}]");
            if let Ok(value) = serde_json::from_str::<Value>(&text) {
                prop_assert_eq!(read(text.as_bytes()), value);
            }
        }

        #[test]
        fn any_text_can_be_mended(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            let quotes = bytes.iter().filter(|byte| !matches!(byte, b'"' | b'\\'));
            let body: Vec<u8> = b"[\"".iter().chain(quotes).chain(b"\"]").copied().collect();
            prop_assert!(read(&body)[0].is_string());
        }
    }
}
