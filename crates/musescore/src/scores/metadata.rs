//! What the service read from the file of a score.

use std::fmt;

use segno_core::lenient;
use serde::de::Error;
use serde::{Deserialize, Deserializer};

use crate::ids::MidiProgram;

/// What the service read from the file of a score. What it does not tell is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(expecting = "an object")]
#[non_exhaustive]
pub struct Metadata {
    /// The first title text in the file.
    #[serde(default, deserialize_with = "lenient::filled")]
    pub title: Option<String>,
    /// The first subtitle text in the file.
    #[serde(default, deserialize_with = "lenient::filled")]
    pub subtitle: Option<String>,
    /// The first composer text in the file.
    #[serde(default, deserialize_with = "lenient::filled")]
    pub composer: Option<String>,
    /// The first text in the file that names a poet or lyricist.
    #[serde(default, deserialize_with = "lenient::filled")]
    pub poet: Option<String>,
    /// How many pages there are.
    pub pages: Option<u32>,
    /// How many measures are written.
    pub measures: Option<u32>,
    /// Whether it has lyrics.
    pub lyrics: Option<bool>,
    /// Whether it has chord names.
    #[serde(rename = "chordnames")]
    pub chord_names: Option<bool>,
    /// The first key signature of the first staff, -7 to 7. The service does not say which sign is which; positive for
    /// sharps is the usual reading.
    #[serde(rename = "keysig")]
    pub key_signature: Option<i8>,
    /// How long it lasts in seconds, repeats included.
    #[serde(rename = "duration")]
    pub duration_seconds: Option<u32>,
    /// The size of the paper, in millimetres.
    #[serde(default, deserialize_with = "lenient::filled")]
    pub dimensions: Option<Dimensions>,
    /// The parts, in the order of the score.
    #[serde(default, deserialize_with = "lenient::list")]
    pub parts: Vec<Part>,
}

/// A part of a score.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Part {
    /// Its name, such as `Oboe`.
    pub name: String,
    /// Its instrument; [`MidiProgram::UNDEFINED`] if the service does not tell it.
    pub program: MidiProgram,
}

/// A part by itself, or wrapped in an object as the service documents it.
impl<'de> Deserialize<'de> for Part {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(expecting = "a part")]
        struct Wire {
            part: Option<Part>,
            name: Option<String>,
            program: Option<MidiProgram>,
        }

        let Wire { part, name, program } = Wire::deserialize(deserializer)?;
        if name.is_none() && program.is_none() {
            return part.ok_or_else(|| Error::missing_field("part"));
        }
        Ok(Self { name: name.unwrap_or_default(), program: program.unwrap_or(MidiProgram::UNDEFINED) })
    }
}

/// The size of the paper, kept as the service writes it: `210x297` for A4.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Dimensions(Box<str>);

impl Dimensions {
    /// The text as the service sent it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Width and height in millimetres; `None` unless the text is a pair of positive numbers.
    #[must_use]
    pub fn millimetres(&self) -> Option<(f64, f64)> {
        let (width, height) = self.0.split_once(['x', 'X', '×'])?;
        let length =
            |text: &str| text.trim().parse().ok().filter(|length: &f64| length.is_finite() && *length > 0.0);
        Some((length(width)?, length(height)?))
    }

    /// Width and height of a page image in pixels, at its 100 dots per inch.
    #[must_use]
    pub fn pixels(&self) -> Option<(f64, f64)> {
        let (width, height) = self.millimetres()?;
        Some((width / 25.4 * 100.0, height / 25.4 * 100.0))
    }
}

impl From<String> for Dimensions {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for Dimensions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn parts_in_every_wrapper() {
        let names = |parts: Value| -> Vec<(String, i16)> {
            let metadata: Metadata =
                segno_core::decode::from_value(&json!({ "parts": parts }), None).unwrap();
            metadata.parts.into_iter().map(|part| (part.name, part.program.number())).collect()
        };
        let (oboe, drums) =
            (json!({"name": "Oboe", "program": "68"}), json!({"name": "Drums", "program": 128}));
        let expected = vec![("Oboe".to_owned(), 68), ("Drums".to_owned(), 128)];
        for parts in [
            json!([{"part": oboe}, {"part": drums}]),
            json!([oboe, drums]),
            json!({"0": {"part": oboe}, "1": {"part": drums}}),
            json!([{"part": {"part": oboe}}, drums]),
        ] {
            assert_eq!(names(parts.clone()), expected, "{parts}");
        }
        assert_eq!(names(json!([{"part": {"name": "Kazoo"}}])), [("Kazoo".to_owned(), -1)]);
        for nothing in [json!(null), json!([]), json!({})] {
            assert_eq!(names(nothing), []);
        }
    }

    #[test]
    fn dimensions_in_millimetres_and_pixels() {
        let of = |text: &str| Dimensions::from(text.to_owned());
        assert_eq!(of("210x297").millimetres(), Some((210.0, 297.0)));
        assert_eq!(of(" 215.9 X 279.4 ").millimetres(), Some((215.9, 279.4)));
        // A page of 210 mm is about 827 pixels wide.
        assert_eq!(of("210x297").pixels().map(|(width, _)| width.round()), Some(827.0));
        for text in ["", "x", "210", "0x297", "-1x2", "NaNx1", "infx1"] {
            assert_eq!(of(text).millimetres(), None, "{text}");
        }
    }
}
