//! What the service read from the file of a score.

use std::fmt;

use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::ids::Program;
use crate::lenient;

/// What the service read from the file of a score. What it does not tell is none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Metadata {
    /// The title in the file.
    #[serde(default, deserialize_with = "lenient::some_text")]
    pub title: Option<String>,
    /// The subtitle.
    #[serde(default, deserialize_with = "lenient::some_text")]
    pub subtitle: Option<String>,
    /// The composer.
    #[serde(default, deserialize_with = "lenient::some_text")]
    pub composer: Option<String>,
    /// The author of the words.
    #[serde(default, deserialize_with = "lenient::some_text")]
    pub poet: Option<String>,
    /// How many pages there are.
    #[serde(default, deserialize_with = "lenient::some_integer")]
    pub pages: Option<u32>,
    /// How many measures are written.
    #[serde(default, deserialize_with = "lenient::some_integer")]
    pub measures: Option<u32>,
    /// Whether it has lyrics.
    #[serde(default, deserialize_with = "lenient::flag")]
    pub lyrics: bool,
    /// Whether it has chord names.
    #[serde(default, rename = "chordnames", deserialize_with = "lenient::flag")]
    pub chord_names: bool,
    /// The first key signature of the first staff, -7 to 7. The service does not say which sign is which; positive for
    /// sharps is the usual reading.
    #[serde(default, rename = "keysig", deserialize_with = "lenient::some_integer")]
    pub key_signature: Option<i8>,
    /// How long it lasts in seconds, repeats included.
    #[serde(default, rename = "duration", deserialize_with = "lenient::some_integer")]
    pub duration_seconds: Option<u32>,
    /// The size of the paper.
    #[serde(default, deserialize_with = "lenient::some_parsed")]
    pub dimensions: Option<Dimensions>,
    /// The parts.
    #[serde(default, deserialize_with = "parts")]
    pub parts: Vec<Part>,
}

/// A part of a score.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Part {
    /// Its name.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: String,
    /// Its sound.
    #[serde(default = "undefined")]
    pub program: Program,
}

fn undefined() -> Program {
    Program::UNDEFINED
}

/// Every part under `parts`, whatever lies between: each wrapped in an object, each by itself, or XML.
fn parts<'de, D: Deserializer<'de>>(field: D) -> Result<Vec<Part>, D::Error> {
    let mut found = Vec::new();
    collect(Value::deserialize(field)?, &mut found).map_err(D::Error::custom)?;
    Ok(found)
}

fn collect(value: Value, found: &mut Vec<Part>) -> Result<(), serde_json::Error> {
    match value {
        Value::Array(values) => values.into_iter().try_for_each(|value| collect(value, found)),
        Value::Object(mut members) => {
            if let Some(inner) = members.remove("part") {
                collect(inner, found)
            } else if members.contains_key("name") || members.contains_key("program") {
                found.push(serde_json::from_value(Value::Object(members))?);
                Ok(())
            } else {
                members.into_iter().try_for_each(|(_, value)| collect(value, found))
            }
        }
        _ => Ok(()),
    }
}

/// The size of the paper, kept as the service writes it: `210x297` for A4.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Dimensions(Box<str>);

impl Dimensions {
    /// The text of the service.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Width and height in millimetres; none if the text is no such pair or one of them is not positive.
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
    use serde_json::json;

    #[test]
    fn parts_in_every_wrapper() {
        let names = |parts: Value| -> Vec<(String, i16)> {
            let metadata: Metadata = serde_json::from_value(json!({ "parts": parts })).unwrap();
            metadata.parts.into_iter().map(|part| (part.name, part.program.number())).collect()
        };
        let (oboe, drums) =
            (json!({"name": "Oboe", "program": "68"}), json!({"name": "Drums", "program": 128}));
        let expected = vec![("Oboe".to_owned(), 68), ("Drums".to_owned(), 128)];
        for parts in [
            json!([{"part": oboe}, {"part": drums}]),
            json!([oboe, drums]),
            json!({"part": [oboe, drums]}),
            json!({"item": [{"part": oboe}, {"part": drums}]}),
            json!({"0": {"part": oboe}, "1": {"part": drums}}),
        ] {
            assert_eq!(names(parts.clone()), expected, "{parts}");
        }
        assert_eq!(names(json!({"part": oboe})), expected[..1]);
        assert_eq!(names(json!([{"part": {"name": "Kazoo"}}])), [("Kazoo".to_owned(), -1)]);
        for nothing in [json!(null), json!([]), json!(""), json!({})] {
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
