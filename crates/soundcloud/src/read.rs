//! Reading what was seen beside what is documented: fields that are absent, `null`, of another type or new.

use std::fmt;

use segno_core::{
    Bytes, DecodeError, Response, Secret, SecretUrl, Timestamp, from_json, read_json, read_unit,
};
use serde_json::{Map, Value};

/// A value that may stand in an answer in more than one form.
pub(crate) trait Read: Sized {
    /// The value, if it is in a form that is understood.
    fn read(value: &Value) -> Option<Self>;

    /// Whether anything in it is known: an object of unknown members only is something else.
    fn is_known(&self) -> bool {
        true
    }
}

impl Read for String {
    fn read(value: &Value) -> Option<Self> {
        match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }
}

impl Read for Secret {
    fn read(value: &Value) -> Option<Self> {
        value.as_str().filter(|text| !text.is_empty()).map(Self::from)
    }
}

impl Read for SecretUrl {
    fn read(value: &Value) -> Option<Self> {
        value.as_str()?.parse().ok()
    }
}

/// As it is: a member of which not even the type is settled.
impl Read for Value {
    fn read(value: &Value) -> Option<Self> {
        Some(value.clone())
    }
}

impl Read for bool {
    fn read(value: &Value) -> Option<Self> {
        match value {
            Value::Bool(value) => Some(*value),
            Value::String(text) if text == "true" => Some(true),
            Value::String(text) if text == "false" => Some(false),
            _ => None,
        }
    }
}

impl Read for u64 {
    fn read(value: &Value) -> Option<Self> {
        match value {
            Value::Number(number) => number.as_u64().or_else(|| {
                let number = number.as_f64()?;
                (number.fract() == 0.0 && (0.0..9e15).contains(&number)).then_some(number as Self)
            }),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        }
    }
}

impl Read for f64 {
    fn read(value: &Value) -> Option<Self> {
        match value {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.trim().parse().ok().filter(|number: &Self| number.is_finite()),
            _ => None,
        }
    }
}

impl Read for Timestamp {
    /// `2026/02/11 08:00:00 +0000`, or ISO 8601, which was seen once.
    fn read(value: &Value) -> Option<Self> {
        moment(value.as_str()?)
    }
}

impl<T: Read> Read for Vec<T> {
    /// A list all of whose members are understood; `null` members are passed over.
    fn read(value: &Value) -> Option<Self> {
        value.as_array()?.iter().filter(|item| !item.is_null()).map(T::read).collect()
    }
}

/// A moment in SoundCloud's own form or in ISO 8601.
pub(crate) fn moment(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(moment) = text.parse() {
        return Some(moment);
    }
    let mut parts = text.split_ascii_whitespace();
    let (date, time, offset) = (parts.next()?, parts.next()?, parts.next().unwrap_or("+0000"));
    let offset = match offset {
        "Z" | "UTC" | "GMT" => "+00:00".to_owned(),
        _ if offset.len() == 5 && offset.is_ascii() => format!("{}:{}", &offset[..3], &offset[3..]),
        _ => offset.to_owned(),
    };
    format!("{}T{time}{offset}", date.replace('/', "-")).parse().ok()
}

/// Something that is an object on the wire: knows its members, keeps the others.
pub(crate) trait Model: Read {
    /// What it is called in errors.
    const WHAT: &'static str;

    /// Fills what follows from other members.
    fn finish(&mut self) {}

    /// The number in its name, by which it is known again.
    fn number(&self) -> Option<u64> {
        None
    }
}

/// A struct of optional members, read from an object. A member that is absent or `null` is `None`. One that is unknown
/// or in a form that is not understood is kept in `extra`.
macro_rules! model {
    (@key $field:ident) => { stringify!($field) };
    (@key $field:ident $key:literal) => { $key };
    (
        $(#[$meta:meta])*
        $name:ident { $( $(#[$field_meta:meta])* $field:ident : $type:ty $(= $key:literal)? ),* $(,)? }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Default, PartialEq)]
        #[non_exhaustive]
        pub struct $name {
            $( $(#[$field_meta])* pub $field: Option<$type>, )*
            /// Members that this crate does not know, and known ones in a form that it does not understand.
            pub extra: serde_json::Map<String, serde_json::Value>,
        }

        impl $crate::read::Read for $name {
            fn read(value: &serde_json::Value) -> Option<Self> {
                let mut this = Self::default();
                for (key, value) in value.as_object()? {
                    if value.is_null() {
                        continue;
                    }
                    match key.as_str() {
                        $( model!(@key $field $($key)?) => {
                            this.$field = $crate::read::Read::read(value);
                            if this.$field.is_some() {
                                continue;
                            }
                        } )*
                        _ => {}
                    }
                    this.extra.insert(key.clone(), value.clone());
                }
                $crate::read::Model::finish(&mut this);
                Some(this)
            }

            fn is_known(&self) -> bool {
                self.extra.is_empty() $( || self.$field.is_some() )*
            }
        }

        impl std::fmt::Debug for $name {
            // Shows what is there. The values of unknown members may be secret, so only their names are shown.
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let mut shown = f.debug_struct(stringify!($name));
                $( if let Some(value) = &self.$field {
                    shown.field(stringify!($field), &$crate::read::Veiled(value));
                } )*
                if !self.extra.is_empty() {
                    shown.field("extra", &self.extra.keys().collect::<Vec<_>>());
                }
                shown.finish()
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let value = <serde_json::Value as serde::Deserialize>::deserialize(deserializer)?;
                <Self as $crate::read::Read>::read(&value).ok_or_else(|| {
                    serde::de::Error::custom(concat!("expected an object: ", stringify!($name)))
                })
            }
        }
    };
}
pub(crate) use model;

/// A model with a URN, a number and an address, any of which may be missing: the URN follows from the others.
///
/// The same for the names of other things in it, given as `urn_member / number_member`.
macro_rules! named {
    ($name:ident, $urn:ty, $what:literal $(, $other:ident / $other_id:ident)* $(,)?) => {
        impl $crate::read::Model for $name {
            const WHAT: &'static str = $what;

            fn finish(&mut self) {
                if self.urn.is_none() {
                    self.urn = self
                        .id
                        .map(<$urn>::new)
                        .or_else(|| self.uri.as_ref().and_then(|uri| uri.parse().ok()));
                }
                if self.id.is_none() {
                    self.id = self.urn.map(|urn| urn.number());
                }
                $(
                    self.$other = self.$other.or(self.$other_id.map(Into::into));
                    self.$other_id = self.$other_id.or(self.$other.map(|urn| urn.number()));
                )*
            }

            fn number(&self) -> Option<u64> {
                self.urn.map(|urn| urn.number())
            }
        }
    };
}
pub(crate) use named;

/// Shows a value without the tokens of private things, which stand at the end of their addresses on the site: `/s-…`.
pub(crate) struct Veiled<'a>(pub(crate) &'a dyn fmt::Debug);

impl fmt::Debug for Veiled<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = if f.alternate() { format!("{:#?}", self.0) } else { format!("{:?}", self.0) };
        let mut parts = shown.split("/s-");
        f.write_str(parts.next().unwrap_or_default())?;
        for part in parts {
            let end = part.find(|letter: char| !letter.is_ascii_alphanumeric()).unwrap_or(part.len());
            write!(f, "/s-[redacted]{}", &part[end..])?;
        }
        Ok(())
    }
}

/// A set of words that may grow: an unknown word is kept.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $( $(#[$variant_meta:meta])* $variant:ident = $word:literal ),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $( $(#[$variant_meta])* $variant, )*
            /// A word that this crate does not know.
            Other(Box<str>),
        }

        impl $name {
            /// The word as it stands on the wire.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $( Self::$variant => $word, )*
                    Self::Other(word) => word,
                }
            }
        }

        impl From<&str> for $name {
            fn from(word: &str) -> Self {
                match word {
                    $( $word => Self::$variant, )*
                    _ => Self::Other(word.into()),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl $crate::read::Read for $name {
            fn read(value: &serde_json::Value) -> Option<Self> {
                value.as_str().map(Self::from)
            }
        }
    };
}
pub(crate) use words;

/// An answer that is one object.
pub(crate) fn object<T: Model>(response: &Response<Bytes>) -> Result<T, DecodeError> {
    let value: Value = read_json(response)?;
    match T::read(&value) {
        Some(thing) if thing.is_known() => Ok(thing),
        Some(_) => Err(DecodeError::unexpected(T::WHAT, response.body())),
        None => Err(wrong(String::new(), &value, T::WHAT)),
    }
}

/// What a request made. A response that does not say which thing that is tells of something else.
pub(crate) fn made<T: Model>(response: &Response<Bytes>) -> Result<T, DecodeError> {
    let thing: T = object(response)?;
    match thing.number() {
        Some(_) => Ok(thing),
        None => Err(DecodeError::Other(format!("it does not name {}", T::WHAT))),
    }
}

/// The members of a list; `null` members are passed over.
pub(crate) fn items<T: Model>(path: &str, values: &[Value]) -> Result<Vec<T>, DecodeError> {
    let present = values.iter().enumerate().filter(|(_, value)| !value.is_null());
    present
        .map(|(index, value)| T::read(value).ok_or_else(|| wrong(format!("{path}[{index}]"), value, T::WHAT)))
        .collect()
}

/// A value of another type than expected; its content is not told.
pub(crate) fn wrong(path: String, value: &Value, expected: &str) -> DecodeError {
    let given = match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    let path = if path.is_empty() { "the answer".into() } else { path };
    DecodeError::Shape { path, message: format!("expected {expected}, found {given}") }
}

/// A member of an object.
pub(crate) fn member<T: Read>(object: &Map<String, Value>, name: &str) -> Option<T> {
    object.get(name).and_then(T::read)
}

/// A response of which nothing is wanted but that it came: nothing at all, or a status object.
pub(crate) fn done(response: &Response<Bytes>) -> Result<(), DecodeError> {
    read_unit(response, |body| from_json(body).is_ok_and(|object| is_status(&object)))
}

/// A status object: `{"status":"200 - OK"}`, of which other spellings were seen. What is documented nowhere is at times an
/// empty object.
pub(crate) fn is_status(object: &Value) -> bool {
    let Value::Object(members) = object else { return object.is_null() };
    let says_nothing = |value: &Value| match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    };
    let failed =
        ["error", "errors"].iter().any(|name| members.get(*name).is_some_and(|said| !says_nothing(said)));
    !failed
        && match members.get("status") {
            Some(Value::String(words)) => is_success(words),
            Some(Value::Number(number)) => number.as_u64().is_some_and(|status| (200..300).contains(&status)),
            _ => members.is_empty(),
        }
}

/// Whether words name a status of success: `200 - OK`, `Status(200) - OK`, `201 - Created`.
pub(crate) fn is_success(words: &str) -> bool {
    let digits: String = words
        .chars()
        .skip_while(|letter| !letter.is_ascii_digit())
        .take_while(char::is_ascii_digit)
        .collect();
    digits.parse().is_ok_and(|status: u16| (200..300).contains(&status))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn moments_in_every_form() {
        let expected: Timestamp = "2026-02-11T08:00:00Z".parse().unwrap();
        for text in [
            "2026/02/11 08:00:00 +0000",
            "2026-02-11T08:00:00Z",
            "2026/02/11 09:00:00 +0100",
            "2026-02-11T09:00:00+01:00",
            "2026/02/11 08:00:00",
            "2026/02/11 08:00:00 Z",
        ] {
            assert_eq!(moment(text), Some(expected), "{text}");
        }
        for text in ["", "yesterday", "2026/02/11", "2026/13/11 08:00:00 +0000", "2026/02/11 08:00:00 +é00"]
        {
            assert_eq!(moment(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_a_status_of_success() {
        let is_done = |body: &str| done(&Response::new(Bytes::copy_from_slice(body.as_bytes()))).is_ok();
        for good in [
            "",
            r#"{"status":"200 - OK"}"#,
            r#"{"status":"200 - Successful"}"#,
            r#"{"status":"Status(200) - OK"}"#,
            r#"{"status":"202 - Accepted"}"#,
            r#"{"status":201,"errors":[],"error":null}"#,
            "{}",
            "null",
        ] {
            assert!(is_done(good), "{good}");
        }
        for bad in [
            r#"{"status":"404 - Not Found"}"#,
            r#"{"status":"200 - OK","errors":[{"error_message":"no"}]}"#,
            r#"{"status":"ok"}"#,
            r#"{"status":null}"#,
            r#"{"kind":"track"}"#,
            r#"{"error":"Quota exceeded"}"#,
            "[]",
            "true",
            "OK",
            "<status>200 - OK</status>",
        ] {
            assert!(!is_done(bad), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,40}") {
            let _ = moment(&text);
        }
    }
}
