//! Fields as they were seen on the wire: numbers as strings, `null` and empty alike, lists under their wrappers. No message
//! quotes a value.

use std::str::FromStr;

use segno_core::{Secret, Timestamp};
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};
use serde_json::{Number, Value};

/// A text as it is, or a number as its digits; `null` and white space alone are none.
pub(crate) fn some_text<'de, D: Deserializer<'de>>(field: D) -> Result<Option<String>, D::Error> {
    match Value::deserialize(field)? {
        Value::Null => Ok(None),
        Value::String(text) => Ok((!text.trim().is_empty()).then_some(text)),
        Value::Number(number) => Ok(Some(number.to_string())),
        _ => Err(D::Error::custom("expected a text")),
    }
}

/// A text; none is empty.
pub(crate) fn text<'de, D: Deserializer<'de>>(field: D) -> Result<String, D::Error> {
    some_text(field).map(Option::unwrap_or_default)
}

/// A text that must not be printed.
pub(crate) fn secret<'de, D: Deserializer<'de>>(field: D) -> Result<Secret, D::Error> {
    text(field).map(Secret::new)
}

/// A text that becomes a value of its own.
pub(crate) fn some_parsed<'de, D: Deserializer<'de>, T: From<String>>(
    field: D,
) -> Result<Option<T>, D::Error> {
    Ok(some_text(field)?.map(T::from))
}

/// A text that becomes a value of its own; none is the empty one.
pub(crate) fn parsed<'de, D: Deserializer<'de>, T: From<String>>(field: D) -> Result<T, D::Error> {
    text(field).map(T::from)
}

/// A whole number: a number without fraction, or its digits as a text; none for `null` and the empty text.
pub(crate) fn some_integer<'de, D: Deserializer<'de>, T: TryFrom<i128>>(
    field: D,
) -> Result<Option<T>, D::Error> {
    let value = Value::deserialize(field)?;
    integer_of(&value).map_err(D::Error::custom)
}

/// A whole number that must be there.
pub(crate) fn integer<'de, D: Deserializer<'de>, T: TryFrom<i128>>(field: D) -> Result<T, D::Error> {
    some_integer(field)?.ok_or_else(|| D::Error::custom("expected a whole number, found nothing"))
}

/// A count; none is 0.
pub(crate) fn count<'de, D: Deserializer<'de>, T: TryFrom<i128> + Default>(field: D) -> Result<T, D::Error> {
    some_integer(field).map(Option::unwrap_or_default)
}

fn integer_of<T: TryFrom<i128>>(value: &Value) -> Result<Option<T>, &'static str> {
    const NO: &str = "expected a whole number";
    let whole = match value {
        Value::Null => return Ok(None),
        Value::Number(number) => whole(number).ok_or(NO)?,
        Value::String(text) if text.trim().is_empty() => return Ok(None),
        Value::String(text) => {
            let digits = text.trim();
            let number = i128::from_str(digits).ok();
            number
                .or_else(|| Number::from_f64(f64::from_str(digits).ok()?).and_then(|n| whole(&n)))
                .ok_or(NO)?
        }
        _ => return Err(NO),
    };
    T::try_from(whole).map(Some).map_err(|_| "the number is out of range")
}

fn whole(number: &Number) -> Option<i128> {
    if let Some(whole) = number.as_i128() {
        return Some(whole);
    }
    let float = number.as_f64()?;
    // Beyond 2^53 a float no longer tells which whole number was meant.
    (float.fract() == 0.0 && float.abs() <= 9_007_199_254_740_992.0).then_some(float as i128)
}

/// A finite number, or one as a text.
pub(crate) fn number<'de, D: Deserializer<'de>>(field: D) -> Result<f64, D::Error> {
    let found = match Value::deserialize(field)? {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    found.filter(|number| number.is_finite()).ok_or_else(|| D::Error::custom("expected a number"))
}

/// `true` and `false`, 0 and 1, and either as a text; none is false.
pub(crate) fn flag<'de, D: Deserializer<'de>>(field: D) -> Result<bool, D::Error> {
    let value = Value::deserialize(field)?;
    match &value {
        Value::Bool(flag) => Ok(*flag),
        Value::String(text) if text.trim() == "true" => Ok(true),
        Value::String(text) if text.trim() == "false" => Ok(false),
        _ => match integer_of::<u8>(&value) {
            Ok(None | Some(0)) => Ok(false),
            Ok(Some(1)) => Ok(true),
            _ => Err(D::Error::custom("expected 0 or 1")),
        },
    }
}

/// A moment in seconds since 1970; none for `null` and the empty text.
pub(crate) fn moment<'de, D: Deserializer<'de>>(field: D) -> Result<Option<Timestamp>, D::Error> {
    let Some(seconds) = some_integer::<D, i64>(field)? else { return Ok(None) };
    Timestamp::from_unix_seconds(seconds)
        .map(Some)
        .ok_or_else(|| D::Error::custom("the time is out of range"))
}

/// An object; `null`, and an empty list where a server's language does not tell the two apart, are the default.
pub(crate) fn object<'de, D: Deserializer<'de>, T: DeserializeOwned + Default>(
    field: D,
) -> Result<T, D::Error> {
    Ok(some_object(field)?.unwrap_or_default())
}

/// An object; `null` and an empty list are none.
pub(crate) fn some_object<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    field: D,
) -> Result<Option<T>, D::Error> {
    let value = Value::deserialize(field)?;
    let nothing = value.is_null() || value.as_array().is_some_and(Vec::is_empty);
    if nothing { Ok(None) } else { nested(value).map(Some) }
}

/// The items of a list: JSON's own, or an XML container with children named `singular` or `item`, of which there may be
/// one or none. `None` if it is no list.
pub(crate) fn items(value: Value, singular: &str) -> Option<Vec<Value>> {
    match value {
        Value::Null => Some(Vec::new()),
        Value::Array(values) => Some(values),
        Value::Object(mut container) => match container.remove(singular).or_else(|| container.remove("item"))
        {
            Some(Value::Array(values)) => Some(values),
            Some(Value::Null) => Some(Vec::new()),
            Some(one) => Some(vec![one]),
            None => container.is_empty().then(Vec::new),
        },
        _ => None,
    }
}

/// An object inside another, with its path in the message.
fn nested<T: DeserializeOwned, E: Error>(value: Value) -> Result<T, E> {
    if !value.is_object() {
        return Err(E::custom("expected an object"));
    }
    serde_path_to_error::deserialize(value).map_err(|error| match error.path().to_string() {
        root if root == "." => E::custom(error.inner()),
        path => E::custom(format_args!("{path}: {}", error.inner())),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn whole_numbers_in_every_dress() {
        let read = |value: Value| some_integer::<_, u64>(value).map_err(|error| error.to_string());
        for (value, expected) in [
            (json!(7), Some(7)),
            (json!("7"), Some(7)),
            (json!(" +7 "), Some(7)),
            (json!(7.0), Some(7)),
            (json!("7.0"), Some(7)),
            (json!(u64::MAX), Some(u64::MAX)),
            (json!(u64::MAX.to_string()), Some(u64::MAX)),
            (json!(""), None),
            (json!(" "), None),
            (json!(null), None),
        ] {
            assert_eq!(read(value.clone()), Ok(expected), "{value}");
        }
        for value in
            [json!(7.5), json!("x"), json!(true), json!([]), json!("1e300"), json!("NaN"), json!("inf")]
        {
            assert_eq!(read(value.clone()), Err("expected a whole number".into()), "{value}");
        }
        assert_eq!(read(json!("-1")), Err("the number is out of range".into()));
        assert_eq!(some_integer::<_, i8>(json!("-7")).unwrap(), Some(-7));
        assert!(integer::<_, u64>(json!("")).is_err());
    }

    #[test]
    fn numbers_flags_and_texts() {
        assert_eq!(number(json!("1600.5")).unwrap(), 1600.5);
        assert_eq!(number(json!(250)).unwrap(), 250.0);
        for value in [json!("NaN"), json!("inf"), json!(""), json!(null), json!({})] {
            assert!(number(value.clone()).is_err(), "{value}");
        }
        for (value, expected) in [
            (json!("1"), true),
            (json!(1), true),
            (json!(true), true),
            (json!("true"), true),
            (json!("0"), false),
            (json!(null), false),
            (json!(""), false),
        ] {
            assert_eq!(flag(value.clone()).unwrap(), expected, "{value}");
        }
        assert!(flag(json!("2")).is_err());
        assert_eq!(some_text(json!(1999)).unwrap().as_deref(), Some("1999"));
        assert_eq!(some_text(json!(" \n")).unwrap(), None);
        assert_eq!(some_text(json!(" a ")).unwrap().as_deref(), Some(" a "));
    }

    #[test]
    fn lists_in_every_wrapper() {
        let read = |value: Value| items(value, "score").map(|items| items.len());
        assert_eq!(read(json!([1, 2])), Some(2));
        assert_eq!(read(json!({"score": [1, 2]})), Some(2));
        assert_eq!(read(json!({"score": {"id": 1}})), Some(1));
        assert_eq!(read(json!({"item": [1]})), Some(1));
        assert_eq!(read(json!(null)), Some(0));
        assert_eq!(read(json!({})), Some(0));
        assert_eq!(read(json!({"scores": []})), None);
        assert_eq!(read(json!("x")), None);
    }
}
