//! Reading what services really send: one odd value costs one field, one odd member of a list one member, and what was
//! passed over is kept.
//!
//! A model is a plain struct with serde's derived `Deserialize`, whose members have defaults where the service may leave
//! them out or send something odd, and one member `passed_over` of the type [`PassedOver`]:
//!
//! ```
//! use segno_core::lenient::{List, PassedOver};
//!
//! #[derive(Debug, serde::Deserialize)]
//! struct Song {
//!     id: u64,
//!     #[serde(default)]
//!     title: String,
//!     bpm: Option<f64>,
//!     #[serde(default)]
//!     passed_over: PassedOver,
//! }
//!
//! let body = br#"[{"id": "7", "title": 1999, "bpm": [96]}, {"title": "without a number"}, {"id": 8, "bpm": "96.5"}]"#;
//! let songs: List<Song> = segno_core::decode::from_json(body)?;
//! assert_eq!((songs[0].id, songs[0].title.as_str(), songs[1].bpm), (7, "1999", Some(96.5)));
//! assert_eq!(songs[0].passed_over.get("bpm").unwrap().to_string(), "[96]");
//! assert_eq!(songs.passed_over.paths().collect::<Vec<_>>(), ["[1]"]);
//! # Ok::<(), segno_core::DecodeError>(())
//! ```
//!
//! [`from_json`](crate::decode::from_json) and [`read_json`](crate::decode::read_json) read any type. What is read in other forms than its
//! own: numbers and booleans as texts, numbers as texts, whole numbers with a fraction of 0, `null` as an empty list or
//! text, lists as objects with numbers for names (PHP), an empty list as an empty object; of a member that comes twice the
//! last counts. What a struct with `passed_over` cannot read is left out and kept there; without such a struct around it, it is
//! an error. A struct that also has a member `other` of the type of a map finds there the members that it does not know. In
//! any other struct, and with any other type, members of these names are members like all others.

use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Unexpected, Visitor};
use serde_json::Value;

use crate::url::SecretUrl;

mod error;
mod node;
mod read;
pub(crate) mod strict;
mod tape;

pub(crate) use error::without_values;
use node::{FORGIVING, KEEPING_LIST, KEPT, LINK, LIST, ONE_OR_MANY, are_scalars};
pub(crate) use read::{Failure, read};
pub(crate) use tape::{Append, Tape};

/// What was passed over while an object or a list was read: where it stood in it, and the JSON as it came.
///
/// It may hold what must not be printed, so it prints paths only.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct PassedOver(Vec<(String, Value)>);

impl PassedOver {
    /// True if everything was read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many values were passed over.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The value at a path, such as `bpm`, `user.city` or `[3]`.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&Value> {
        self.iter().find(|(known, _)| *known == path).map(|(_, value)| value)
    }

    /// Where the values stood.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.iter().map(|(path, _)| path)
    }

    /// Paths and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(path, value)| (path.as_str(), value))
    }

    /// Adds a value, for a reader of one's own.
    pub fn add(&mut self, path: impl Into<String>, value: Value) {
        self.0.push((path.into(), value));
    }

    /// Adds what another one holds, whose object stands at `path` in this one.
    pub fn take(&mut self, path: &str, other: Self) {
        for (inner, value) in other.0 {
            let dot = if inner.starts_with('[') || path.is_empty() { "" } else { "." };
            self.0.push((format!("{path}{dot}{inner}"), value));
        }
    }
}

impl fmt::Debug for PassedOver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{self}]")
    }
}

/// The paths, separated by commas.
impl fmt::Display for PassedOver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, path) in self.paths().enumerate() {
            let separator = if index > 0 { ", " } else { "" };
            write!(f, "{separator}{path}")?;
        }
        Ok(())
    }
}

impl<'de> Deserialize<'de> for PassedOver {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;

        impl<'de> Visitor<'de> for Pairs {
            type Value = PassedOver;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of pairs of path and value")
            }

            fn visit_newtype_struct<D: Deserializer<'de>>(self, pairs: D) -> Result<PassedOver, D::Error> {
                Vec::deserialize(pairs).map(PassedOver)
            }
        }

        deserializer.deserialize_newtype_struct(KEPT, Pairs)
    }
}

/// A list of which every member was read that can be. Stands for the `Vec` of its items.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct List<T> {
    /// The members that were read, in the service's order.
    pub items: Vec<T>,
    /// The members that could not be read, as `[index]`.
    pub passed_over: PassedOver,
}

impl<T> List<T> {
    /// Whether nothing in it is of the kind that it should be of: texts, numbers and truth values where objects or lists are
    /// expected, as in the errors that some services send as a list.
    pub(crate) fn is_of_another_kind(&self) -> bool {
        self.items.is_empty() && are_scalars(self.passed_over.iter().map(|(_, value)| value))
    }

    /// How many members the service gave, read or passed over.
    #[must_use]
    pub fn given(&self) -> usize {
        self.items.len() + self.passed_over.len()
    }
}

impl<T> Default for List<T> {
    fn default() -> Self {
        Vec::new().into()
    }
}

impl<T: fmt::Debug> fmt::Debug for List<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.passed_over.is_empty() {
            return self.items.fmt(f);
        }
        f.debug_struct("List").field("items", &self.items).field("passed_over", &self.passed_over).finish()
    }
}

impl<T> Deref for List<T> {
    type Target = Vec<T>;

    fn deref(&self) -> &Vec<T> {
        &self.items
    }
}

impl<T> DerefMut for List<T> {
    fn deref_mut(&mut self) -> &mut Vec<T> {
        &mut self.items
    }
}

impl<T> From<Vec<T>> for List<T> {
    fn from(items: Vec<T>) -> Self {
        Self { items, passed_over: PassedOver::default() }
    }
}

impl<T> From<List<T>> for Vec<T> {
    fn from(list: List<T>) -> Self {
        list.items
    }
}

impl<T> FromIterator<T> for List<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Vec::from_iter(items).into()
    }
}

impl<T> IntoIterator for List<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a List<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.iter()
    }
}

impl<T: PartialEq<U>, U, const N: usize> PartialEq<[U; N]> for List<T> {
    fn eq(&self, other: &[U; N]) -> bool {
        self.items == *other
    }
}

impl<T: PartialEq<U>, U> PartialEq<Vec<U>> for List<T> {
    fn eq(&self, other: &Vec<U>) -> bool {
        self.items == *other
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(KEEPING_LIST, ListVisitor { keeps: true, item: PhantomData })
    }
}

/// A list inside a model, for `#[serde(deserialize_with)]`: a member that cannot be read is left out and kept by the model.
///
/// # Errors
/// If it is no list, or no model is around to keep a member that cannot be read.
pub fn list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    let visitor = ListVisitor { keeps: false, item: PhantomData };
    deserializer.deserialize_newtype_struct(LIST, visitor).map(|list| list.items)
}

/// Takes the members that can be read. Readers that know nothing of this give the list whole.
struct ListVisitor<T> {
    keeps: bool,
    item: PhantomData<T>,
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for ListVisitor<T> {
    type Value = List<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, list: D) -> Result<List<T>, D::Error> {
        Option::<Vec<T>>::deserialize(list).map(|items| items.unwrap_or_default().into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<List<T>, A::Error> {
        let forgiving = list.size_hint() == Some(FORGIVING);
        let mut items = Vec::new();
        loop {
            match list.next_element() {
                Ok(Some(item)) => items.push(item),
                Ok(None) => break,
                // It is kept already; the next call is for the next one.
                Err(_) if forgiving => {}
                Err(error) => return Err(error),
            }
        }
        let kept = if forgiving && self.keeps { list.next_element()? } else { None };
        Ok(List { items, passed_over: kept.unwrap_or_default() })
    }
}

/// A text, or a number as its digits, from any reader; for identifiers.
///
/// # Errors
/// If it is neither.
pub fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    struct Text;

    impl Visitor<'_> for Text {
        type Value = String;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a text or a whole number")
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

        fn visit_f64<E: Error>(self, number: f64) -> Result<String, E> {
            if number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0 {
                return Ok((number as i64).to_string());
            }
            Err(E::invalid_type(Unexpected::Float(number), &self))
        }
    }

    deserializer.deserialize_any(Text)
}

/// Nothing, one thing or a list of them, where a service sends any of the three.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OneOrMany<T> {
    /// `null`.
    None,
    /// One thing.
    One(T),
    /// A list. A member that cannot be read is left out and kept by the model around it, as in [`list`].
    Many(Vec<T>),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for OneOrMany<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Shapes<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Shapes<T> {
            type Value = OneOrMany<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("null, an object or a list of objects")
            }

            fn visit_newtype_struct<D: Deserializer<'de>>(self, value: D) -> Result<Self::Value, D::Error> {
                value.deserialize_any(self)
            }

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(OneOrMany::None)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(OneOrMany::One)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
                let list = ListVisitor { keeps: false, item: PhantomData }.visit_seq(list)?;
                Ok(OneOrMany::Many(list.items))
            }
        }

        deserializer.deserialize_newtype_struct(ONE_OR_MANY, Shapes(PhantomData))
    }
}

/// A text that says something, for `#[serde(default, deserialize_with)]`: `null`, the empty text and white space are `None`.
///
/// # Errors
/// If it is no text.
pub fn filled<'de, D: Deserializer<'de>, T: From<String>>(deserializer: D) -> Result<Option<T>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    Ok(text.filter(|text| !text.trim().is_empty()).map(T::from))
}

/// A link: a relative one is resolved against the URL that the response came from, where that is known.
///
/// # Errors
/// If it is no text.
pub fn link<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    struct Link;

    impl<'de> Visitor<'de> for Link {
        type Value = String;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a link")
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<String, E> {
            Ok(text.to_owned())
        }

        fn visit_newtype_struct<D: Deserializer<'de>>(self, link: D) -> Result<String, D::Error> {
            String::deserialize(link)
        }
    }

    deserializer.deserialize_newtype_struct(LINK, Link)
}

impl<'de> Deserialize<'de> for SecretUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        link(deserializer)?.parse().map_err(Error::custom)
    }
}

#[cfg(test)]
mod tests;
