//! The musical key of a song.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// A musical key, in either of the two forms in which the service sends it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Key {
    /// `"A Major"`.
    Text(String),
    /// `{"name": "Ab/G#", "mode": "major"}`.
    Parts {
        /// The note; enharmonic pairs are written with a slash.
        name: Option<String>,
        /// Such as `major` or `minor`.
        mode: Option<String>,
    },
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Forms;

        #[derive(Deserialize)]
        struct Parts {
            name: Option<String>,
            mode: Option<String>,
        }

        impl<'de> Visitor<'de> for Forms {
            type Value = Key;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key: an object with name and mode, or a text")
            }

            fn visit_str<E>(self, text: &str) -> Result<Key, E> {
                Ok(Key::Text(text.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Key, A::Error> {
                let Parts { name, mode } = Parts::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Key::Parts { name, mode })
            }
        }

        deserializer.deserialize_any(Forms)
    }
}

impl Key {
    /// The note, such as `Eb/D#`.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        let name = match self {
            Self::Parts { name, .. } => name.as_deref()?,
            Self::Text(text) => split(text).0,
        };
        (!name.is_empty()).then_some(name)
    }

    /// The mode in lower case, such as `minor`.
    #[must_use]
    pub fn mode(&self) -> Option<String> {
        let mode = match self {
            Self::Parts { mode, .. } => mode.as_deref()?,
            Self::Text(text) => split(text).1?,
        };
        (!mode.is_empty()).then(|| mode.to_lowercase())
    }
}

/// At the last space: the note may be a pair, the mode is one word.
fn split(text: &str) -> (&str, Option<&str>) {
    match text.trim().rsplit_once(' ') {
        Some((name, mode)) => (name.trim_end(), Some(mode)),
        None => (text.trim(), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> (Option<String>, Option<String>) {
        let key: Option<Key> = serde_json::from_str(json).unwrap();
        (key.as_ref().and_then(Key::name).map(str::to_owned), key.and_then(|key| key.mode()))
    }

    #[test]
    fn every_shape_gives_name_and_mode() {
        let pair = |name: &str, mode: &str| (Some(name.to_owned()), Some(mode.to_owned()));
        assert_eq!(read(r#"{"name": "Eb/D#", "mode": "minor"}"#), pair("Eb/D#", "minor"));
        assert_eq!(read(r#""A Major""#), pair("A", "major"));
        assert_eq!(read(r#""Ab/G# Minor""#), pair("Ab/G#", "minor"));
        assert_eq!(read(r#""A""#), (Some("A".into()), None));
        assert_eq!(read(r#"{"name": "C"}"#), (Some("C".into()), None));
        assert_eq!(read(r#"{}"#), (None, None));
        assert_eq!(read(r#""""#), (None, None));
        assert_eq!(read("null"), (None, None));
        assert!(serde_json::from_str::<Key>("7").is_err());
    }
}
