//! A document whose names and texts are pieces of its text, in the shape of a JSON value.

use std::borrow::Cow;

use quick_xml::events::BytesStart;
use serde::de::value::{BorrowedStrDeserializer, MapDeserializer, SeqDeserializer};
use serde::de::{Deserializer, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::{Error, Value};

#[derive(Debug, Default)]
pub(super) enum Tree<'t> {
    #[default]
    Null,
    Text(Cow<'t, str>),
    List(Vec<Tree<'t>>),
    Object(Vec<(Name<'t>, Tree<'t>)>),
}

/// The name of a member.
#[derive(Debug)]
pub(super) enum Name<'t> {
    /// That of an element, and where it begins behind the prefix of its namespace.
    Tag(BytesStart<'t>, usize),
    Other(&'static str),
}

impl<'t> Name<'t> {
    pub(super) fn of(start: BytesStart<'t>) -> Self {
        let prefix = start.name().into_inner().len() - start.local_name().into_inner().len();
        Self::Tag(start, prefix)
    }

    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::Tag(start, prefix) => start.name().into_inner().get(*prefix..).unwrap_or_default(),
            Self::Other(name) => name,
        }
    }
}

impl Tree<'_> {
    pub(super) fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether it is null or an empty list.
    pub(super) fn is_nothing(&self) -> bool {
        match self {
            Self::Null => true,
            Self::List(members) => members.is_empty(),
            Self::Text(_) | Self::Object(_) => false,
        }
    }

    pub(super) fn to_value(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Text(text) => Value::from(&**text),
            Self::List(members) => members.iter().map(Self::to_value).collect(),
            Self::Object(members) => {
                let member = |(name, value): &(Name<'_>, Self)| (name.as_str().to_owned(), value.to_value());
                Value::Object(members.iter().map(member).collect())
            }
        }
    }
}

impl<'de> Deserializer<'de> for &'de Tree<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Tree::Null => visitor.visit_unit(),
            Tree::Text(text) => visitor.visit_borrowed_str(text),
            Tree::List(members) => visitor.visit_seq(SeqDeserializer::new(members.iter())),
            Tree::Object(members) => visitor.visit_map(MapDeserializer::new(
                members.iter().map(|(name, value)| (BorrowedStrDeserializer::new(name.as_str()), value)),
            )),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> IntoDeserializer<'de, Error> for &'de Tree<'_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}
