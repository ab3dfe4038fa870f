//! Reading what was seen on the wire beside what is documented: numbers as strings, `null` for empty, 0 and 1 for
//! booleans.

use std::fmt;

use segno_core::{DecodeError, from_json};
use serde::de::{DeserializeOwned, Deserializer, Error, Visitor};
use serde::{Deserialize, de};

/// The one object that a response is. A list is none, though its items could stand for the members in their order.
pub(crate) fn object<T: DeserializeOwned>(body: &[u8]) -> Result<T, DecodeError> {
    if body.trim_ascii_start().starts_with(b"[") {
        return Err(DecodeError::unexpected("an object", body));
    }
    from_json(body)
}

/// A text, or a number as its digits.
pub(crate) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    struct Text;

    impl Visitor<'_> for Text {
        type Value = String;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string or a whole number")
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<String, E> {
            Ok(text.to_owned())
        }

        fn visit_u64<E: Error>(self, number: u64) -> Result<String, E> {
            Ok(number.to_string())
        }

        fn visit_i64<E: Error>(self, number: i64) -> Result<String, E> {
            Ok(number.to_string())
        }
    }

    deserializer.deserialize_any(Text)
}

/// A text; `null` is empty.
pub(crate) fn text_or_null<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(Option::<Loose>::deserialize(deserializer)?.map(|Loose(text)| text).unwrap_or_default())
}

/// A text that is there: absent, `null` and empty are none.
pub(crate) fn some_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    text_or_null(deserializer).map(|text| (!text.is_empty()).then_some(text))
}

struct Loose(String);

impl<'de> Deserialize<'de> for Loose {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text(deserializer).map(Self)
    }
}

/// A whole number, also as a float without fraction or as a string.
pub(crate) fn integer<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    let number = float(deserializer)?;
    if number.fract() == 0.0 && number.abs() < 9e15 {
        Ok(number as i64)
    } else {
        Err(D::Error::custom("expected a whole number"))
    }
}

/// A number, also as a string.
pub(crate) fn float<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    struct Float;

    impl Visitor<'_> for Float {
        type Value = f64;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a number")
        }

        fn visit_f64<E: Error>(self, number: f64) -> Result<f64, E> {
            Ok(number)
        }

        fn visit_u64<E: Error>(self, number: u64) -> Result<f64, E> {
            Ok(number as f64)
        }

        fn visit_i64<E: Error>(self, number: i64) -> Result<f64, E> {
            Ok(number as f64)
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<f64, E> {
            let number = text.trim().parse().ok().filter(|number: &f64| number.is_finite());
            number.ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
        }
    }

    deserializer.deserialize_any(Float)
}

/// A number or `null`.
pub(crate) fn float_or_null<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    struct Loose(f64);

    impl<'de> Deserialize<'de> for Loose {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            float(deserializer).map(Self)
        }
    }

    Ok(Option::<Loose>::deserialize(deserializer)?.map(|Loose(number)| number))
}

/// A count; `null` is 0.
pub(crate) fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    let number = float_or_null(deserializer)?.unwrap_or_default();
    if number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number) {
        Ok(number as u32)
    } else {
        Err(D::Error::custom("expected a count"))
    }
}

/// A boolean, also as 0 or 1.
pub(crate) fn boolean<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    struct Boolean;

    impl Visitor<'_> for Boolean {
        type Value = bool;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("true, false, 0 or 1")
        }

        fn visit_bool<E: Error>(self, value: bool) -> Result<bool, E> {
            Ok(value)
        }

        fn visit_u64<E: Error>(self, number: u64) -> Result<bool, E> {
            match number {
                0 => Ok(false),
                1 => Ok(true),
                _ => Err(E::invalid_value(de::Unexpected::Unsigned(number), &self)),
            }
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<bool, E> {
            match text {
                "0" | "false" => Ok(false),
                "1" | "true" => Ok(true),
                _ => Err(E::invalid_value(de::Unexpected::Str(text), &self)),
            }
        }
    }

    deserializer.deserialize_any(Boolean)
}

/// A boolean that may be absent or `null`.
pub(crate) fn some_boolean<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    struct Loose(bool);

    impl<'de> Deserialize<'de> for Loose {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            boolean(deserializer).map(Self)
        }
    }

    Ok(Option::<Loose>::deserialize(deserializer)?.map(|Loose(value)| value))
}

/// A list; `null` is empty.
pub(crate) fn list<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// What has no usable value counts as absent: `null`, `0`, `"0"` and `""` are all the root folder.
pub(crate) fn folder<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<crate::FolderId>, D::Error> {
    match text_or_null(deserializer)?.as_str() {
        "" | "0" => Ok(None),
        text => text.parse().map(Some).map_err(D::Error::custom),
    }
}
