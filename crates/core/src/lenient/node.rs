//! A value on a tape as serde reads it: by what is asked for, in every form in which services were seen to send that.

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{Deserializer, Error, Unexpected, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::{Number, Value};

use super::error::ReadError;
use super::read::{Model, PASSED_OVER, Reading};
use super::tape::Entry;

mod members;

use members::{Elements, Members};

/// The name under which a list asks to be given its members one by one, whatever becomes of each.
pub(crate) const LIST: &str = "\u{0}segno list";

/// The name under which a list asks for the same and holds itself what is cut out.
pub(crate) const KEEPING_LIST: &str = "\u{0}segno keeping list";

/// The name under which something asks for the same that may also be one object or nothing.
pub(crate) const ONE_OR_MANY: &str = "\u{0}segno one or many";

/// The name under which what was passed over is asked for.
pub(crate) const KEPT: &str = "\u{0}segno passed over";

/// The name under which a link asks to be made absolute.
pub(crate) const LINK: &str = "\u{0}segno link";

/// The number of members that a list announces whose members can be asked for after one could not be read.
pub(crate) const FORGIVING: usize = usize::MAX;

/// Whether values are texts, numbers and truth values only.
pub(super) fn are_scalars<'v>(mut values: impl Iterator<Item = &'v Value>) -> bool {
    let is_scalar = |value: &Value| value.is_string() || value.is_number() || value.is_boolean();
    let mut any = false;
    values.all(|value| {
        any |= is_scalar(value);
        value.is_null() || is_scalar(value)
    }) && any
}

/// A value.
#[derive(Clone, Copy)]
pub(crate) struct Node<'r> {
    pub(crate) reading: &'r Reading<'r>,
    pub(crate) at: usize,
}

impl<'r> Node<'r> {
    pub(super) fn entry(self) -> &'r Entry<'r> {
        self.reading.tape.entry(self.at)
    }

    fn unexpected(self) -> Unexpected<'r> {
        match self.entry() {
            Entry::Null => Unexpected::Unit,
            Entry::Bool(value) => Unexpected::Bool(*value),
            Entry::Number(_) => Unexpected::Float(0.0),
            Entry::Text(text) | Entry::Name(text) => Unexpected::Str(text),
            Entry::List { .. } => Unexpected::Seq,
            Entry::Object { .. } => Unexpected::Map,
        }
    }

    fn odd<T>(self, visitor: &dyn serde::de::Expected) -> Result<T, ReadError> {
        Err(ReadError::invalid_type(self.unexpected(), visitor))
    }

    /// The number that it is, that it is as a text, or that a truth value is not.
    fn number(self) -> Option<Number> {
        match self.entry() {
            Entry::Number(number) => Some(number.clone()),
            Entry::Text(text) => number_of(text.trim()),
            _ => None,
        }
    }

    fn integer<V: Visitor<'r>>(self, visitor: V) -> Result<V::Value, ReadError> {
        let Some(number) = self.number() else { return self.odd(&visitor) };
        if let Some(number) = number.as_u64() {
            return visitor.visit_u64(number);
        }
        if let Some(number) = number.as_i64() {
            return visitor.visit_i64(number);
        }
        // Beyond 2^53 a float no longer tells which whole number was meant.
        match number.as_f64() {
            Some(float) if float.fract() == 0.0 && float.abs() <= 9_007_199_254_740_992.0 => {
                if float < 0.0 {
                    visitor.visit_i64(float as i64)
                } else {
                    visitor.visit_u64(float as u64)
                }
            }
            _ => Err(ReadError::invalid_value(Unexpected::Float(0.0), &visitor)),
        }
    }

    fn float<V: Visitor<'r>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.number().and_then(|number| number.as_f64()) {
            Some(number) => visitor.visit_f64(number),
            None => self.odd(&visitor),
        }
    }

    fn text<V: Visitor<'r>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.entry() {
            Entry::Text(text) => visitor.visit_borrowed_str(text),
            Entry::Number(number) => visitor.visit_string(number.to_string()),
            Entry::Null => visitor.visit_borrowed_str(""),
            _ => self.odd(&visitor),
        }
    }

    fn elements(self, forgiving: bool) -> Option<Elements<'r>> {
        Elements::of(self, forgiving)
    }

    fn members(self, model: Option<Model>) -> Members<'r> {
        Members::of(self, model)
    }
}

/// A number from its digits, as JSON writes it or with a plus sign; none that is not finite.
fn number_of(text: &str) -> Option<Number> {
    let digits = text.strip_prefix('+').unwrap_or(text);
    if !digits.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '-' | '.')) {
        return None;
    }
    let whole = digits.parse::<i64>().map(Number::from).or_else(|_| digits.parse::<u64>().map(Number::from));
    whole.ok().or_else(|| Number::from_f64(digits.parse().ok()?))
}

macro_rules! by_number {
    ($($method:ident)*) => { $(
        fn $method<V: Visitor<'r>>(self, visitor: V) -> Result<V::Value, ReadError> {
            self.integer(visitor)
        }
    )* };
}

impl<'r> Deserializer<'r> for Node<'r> {
    type Error = ReadError;

    fn deserialize_any<V: Visitor<'r>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.entry() {
            Entry::Null | Entry::Name(_) => visitor.visit_unit(),
            Entry::Bool(value) => visitor.visit_bool(*value),
            Entry::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(number), ..) => visitor.visit_u64(number),
                (_, Some(number), _) => visitor.visit_i64(number),
                (.., number) => visitor.visit_f64(number.unwrap_or_default()),
            },
            Entry::Text(text) => visitor.visit_borrowed_str(text),
            Entry::List { .. } => match self.elements(false) {
                Some(elements) => visitor.visit_seq(elements),
                None => self.odd(&visitor),
            },
            Entry::Object { .. } => visitor.visit_map(self.members(None)),
        }
    }

    by_number! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
    }

    fn deserialize_f32<V: Visitor<'r>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.float(visitor)
    }

    fn deserialize_f64<V: Visitor<'r>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.float(visitor)
    }

    fn deserialize_bool<V: Visitor<'r>>(self, visitor: V) -> Result<V::Value, ReadError> {
        let word = match self.entry() {
            Entry::Bool(value) => return visitor.visit_bool(*value),
            Entry::Number(number) => number.to_string(),
            Entry::Text(text) => text.trim().to_ascii_lowercase(),
            _ => return self.odd(&visitor),
        };
        match word.as_str() {
            "true" | "1" | "yes" => visitor.visit_bool(true),
            "false" | "0" | "no" => visitor.visit_bool(false),
            _ => self.odd(&visitor),
        }
    }

    fn deserialize_str<V: Visitor<'r>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.text(visitor)
    }

    fn deserialize_string<V: Visitor<'r>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.text(visitor)
    }

    fn deserialize_option<V: Visitor<'r>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.entry() {
            Entry::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'r>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        match name {
            LINK => match self.entry() {
                Entry::Text(text) => visitor.visit_str(&self.reading.resolved(text)),
                _ => self.text(visitor),
            },
            // Without somebody who holds what is cut out, a list is read whole or not at all.
            LIST if !self.reading.is_kept() => visitor.visit_newtype_struct(self),
            LIST | KEEPING_LIST => {
                let Some(mut elements) = self.elements(true) else { return self.odd(&visitor) };
                if name == KEEPING_LIST {
                    elements.keeper = true;
                    self.reading.keep_here();
                }
                visitor.visit_seq(elements)
            }
            ONE_OR_MANY => match self.entry() {
                Entry::List { .. } if self.reading.is_kept() => match self.elements(true) {
                    Some(elements) => visitor.visit_seq(elements),
                    None => self.odd(&visitor),
                },
                _ => visitor.visit_newtype_struct(self),
            },
            // Types of serde_json itself, such as its RawValue, know one another by their names.
            _ if name.starts_with("$serde_json::") => {
                Ok(self.reading.tape.value(self.at).deserialize_newtype_struct(name, visitor)?)
            }
            _ => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_seq<V: Visitor<'r>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.elements(false) {
            Some(elements) => visitor.visit_seq(elements),
            None => self.odd(&visitor),
        }
    }

    fn deserialize_tuple<V: Visitor<'r>>(self, _: usize, visitor: V) -> Result<V::Value, ReadError> {
        match (self.entry(), self.elements(false)) {
            (Entry::List { .. }, Some(elements)) => visitor.visit_seq(elements),
            _ => self.odd(&visitor),
        }
    }

    fn deserialize_tuple_struct<V: Visitor<'r>>(
        self,
        _: &'static str,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        self.deserialize_tuple(length, visitor)
    }

    fn deserialize_map<V: Visitor<'r>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.entry() {
            Entry::Object { .. } => visitor.visit_map(self.members(None)),
            // A language that does not tell an empty object from an empty list.
            Entry::List { end } if *end == self.at + 1 => visitor.visit_map(self.members(None)),
            _ => self.odd(&visitor),
        }
    }

    /// A list is no struct, although serde's own readers would fill the members in their order.
    fn deserialize_struct<V: Visitor<'r>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        match self.entry() {
            Entry::Object { .. } => {
                let model = Model { name, fields };
                if self.reading.is_hook(model, PASSED_OVER) {
                    self.reading.keep_here();
                }
                visitor.visit_map(self.members(Some(model)))
            }
            Entry::List { end } if *end == self.at + 1 => Err(ReadError::nothing(&visitor)),
            _ => self.odd(&visitor),
        }
    }

    fn deserialize_enum<V: Visitor<'r>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        match self.entry() {
            Entry::Text(text) => visitor.visit_enum(BorrowedStrDeserializer::<ReadError>::new(text)),
            _ => Ok(self.reading.tape.value(self.at).deserialize_enum(name, variants, visitor)?),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'r>>(self, visitor: V) -> Result<V::Value, ReadError> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! { <V: Visitor<'r>> char bytes byte_buf unit unit_struct identifier }
}
