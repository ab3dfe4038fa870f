//! JSON as Python's `json.dumps` writes it by default: `", "` between members, `": "` after keys, everything outside
//! printable ASCII as `\uXXXX`, floats as `repr` shows them, no newline at the end.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::Formatter;

/// Writes a value in Python's format.
pub(crate) fn to_vec(value: &(impl Serialize + ?Sized)) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(128);
    let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, Python);
    // Writing to a vector cannot fail, and everything the sandbox writes has string keys.
    match value.serialize(&mut serializer) {
        Ok(()) => bytes,
        Err(_) => b"null".to_vec(),
    }
}

struct Python;

impl Formatter for Python {
    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { writer.write_all(b", ") }
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { writer.write_all(b", ") }
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }

    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, text: &str) -> io::Result<()> {
        let plain = |byte: u8| matches!(byte, b' '..=b'~');
        let mut rest = text;
        while !rest.is_empty() {
            let run = rest.bytes().position(|byte| !plain(byte)).unwrap_or(rest.len());
            writer.write_all(&rest.as_bytes()[..run])?;
            let mut others = rest[run..].chars();
            if let Some(c) = others.next() {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    write!(writer, "\\u{unit:04x}")?;
                }
            }
            rest = others.as_str();
        }
        Ok(())
    }

    fn write_f64<W: ?Sized + Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        writer.write_all(repr(value).as_bytes())
    }
}

/// A float as Python's `repr` shows it: shortest digits, always with a point or an exponent.
fn repr(value: f64) -> String {
    let scientific = format!("{value:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..16).contains(&exponent) {
        let fixed = format!("{value}");
        if fixed.contains('.') { fixed } else { fixed + ".0" }
    } else {
        let sign = if exponent < 0 { '-' } else { '+' };
        format!("{digits}e{sign}{:02}", exponent.unsigned_abs())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::to_vec;

    fn text(value: &serde_json::Value) -> String {
        String::from_utf8(to_vec(value)).expect("ASCII")
    }

    // The right-hand sides were printed by CPython 3.11's json.dumps.
    #[test]
    fn writes_what_python_writes() {
        assert_eq!(
            text(&json!({"errors": {"folder_id": ["This folder ID is invalid."]}})),
            r#"{"errors": {"folder_id": ["This folder ID is invalid."]}}"#
        );
        assert_eq!(
            text(&json!("Étude \u{1d11e} \u{7f} \"q\" \\ \t / \u{1}")),
            r#""\u00c9tude \ud834\udd1e \u007f \"q\" \\ \t / \u0001""#
        );
        assert_eq!(
            text(&json!([60.5, 60.0, 0.1, 1e16, 1.5e-5, 123_456_789_012_345_680.0, 0.0001, 1e-7, -0.0])),
            "[60.5, 60.0, 0.1, 1e+16, 1.5e-05, 1.2345678901234568e+17, 0.0001, 1e-07, -0.0]"
        );
        assert_eq!(text(&json!([[], {}, null, true, 0, -3])), "[[], {}, null, true, 0, -3]");
    }

    proptest! {
        #[test]
        fn every_text_and_float_is_read_back(text: String, float in proptest::num::f64::NORMAL) {
            let json = to_vec(&(&text, float));
            prop_assert!(json.iter().all(|byte| (b' '..=b'~').contains(byte)));
            let (read, number): (String, f64) = serde_json::from_slice(&json).expect("JSON");
            prop_assert_eq!(read, text);
            prop_assert!((number - float).abs() <= float.abs() * 1e-15);
        }
    }
}
