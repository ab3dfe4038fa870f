//! Bytes as they go out, valid text or not.

use std::fmt;

use serde::de::{Deserializer, Error as _};
use serde::ser::{SerializeMap as _, Serializer};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Bytes that are sent as they are, whether or not they are valid UTF-8 or JSON.
///
/// As JSON: a string stands for its UTF-8 bytes, and `{"latin1": "caf\u00e9"}` for one byte a character, so that every
/// sequence of bytes can be written.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Raw(Vec<u8>);

impl Raw {
    /// The bytes as they are sent.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<&str> for Raw {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<String> for Raw {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl From<&[u8]> for Raw {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }
}

impl<const N: usize> From<&[u8; N]> for Raw {
    fn from(bytes: &[u8; N]) -> Self {
        Self(bytes.into())
    }
}

impl From<Vec<u8>> for Raw {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

/// A JSON value stands for its text.
impl From<Value> for Raw {
    fn from(value: Value) -> Self {
        value.to_string().into()
    }
}

impl fmt::Debug for Raw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Raw(\"{}\")", self.0.escape_ascii())
    }
}

impl Serialize for Raw {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match std::str::from_utf8(&self.0) {
            Ok(text) => serializer.serialize_str(text),
            Err(_) => {
                let mut map = serializer.serialize_map(Some(1))?;
                let latin1: String = self.0.iter().map(|byte| char::from(*byte)).collect();
                map.serialize_entry("latin1", &latin1)?;
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let expected = "expected a string, or {\"latin1\": a string of characters up to U+00FF}";
        match Value::deserialize(deserializer)? {
            Value::String(text) => Ok(text.into()),
            Value::Object(form) if form.len() == 1 => {
                let text = form.get("latin1").and_then(Value::as_str).unwrap_or("\u{100}");
                let bytes: Result<Vec<u8>, _> = text.chars().map(u8::try_from).collect();
                bytes.map(Self).map_err(|_| D::Error::custom(format!("invalid bytes: {expected}")))
            }
            _ => Err(D::Error::custom(format!("invalid bytes: {expected}"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Raw;

    proptest! {
        #[test]
        fn every_sequence_of_bytes_has_a_json_form(bytes: Vec<u8>) {
            let raw = Raw::from(bytes);
            let json = serde_json::to_string(&raw).expect("JSON");
            prop_assert_eq!(serde_json::from_str::<Raw>(&json).expect("reads"), raw);
        }
    }
}
