//! A value on a tape as serde reads it: by what is asked for, in every form in which services were seen to send that.

use serde::de::value::{BorrowedStrDeserializer, StrDeserializer};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::{Map, Number, Value};

use super::error::ReadError;
use super::read::{HOOKS, Model, OTHER, PASSED_OVER, Reading, Step};
use super::tape::Entry;

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
    fn entry(self) -> &'r Entry<'r> {
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
        let tape = self.reading.tape;
        let mut elements = Elements {
            list: self,
            next: self.at + 1,
            end: tape.behind(self.at),
            numbered: Vec::new(),
            index: 0,
            forgiving,
            keeper: false,
            ended: false,
            read: 0,
        };
        match self.entry() {
            Entry::Null | Entry::List { .. } => {}
            Entry::Object { .. } => {
                elements.numbered = tape.numbered(self.at)?;
                elements.end = 0;
            }
            _ => return None,
        }
        Some(elements)
    }

    fn members(self, model: Option<Model>) -> Members<'r> {
        let tape = self.reading.tape;
        Members { object: self, model, next: self.at + 1, end: tape.behind(self.at), stage: Stage::Own(None) }
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

/// The members of a list.
pub(crate) struct Elements<'r> {
    list: Node<'r>,
    next: usize,
    end: usize,
    /// The members of a list that is written as an object.
    numbered: Vec<usize>,
    index: usize,
    /// A member that cannot be read is an error after which the next one can be asked for.
    forgiving: bool,
    /// Behind the end comes what was cut out.
    keeper: bool,
    ended: bool,
    /// How many were read.
    read: usize,
}

impl Elements<'_> {
    fn place(&self) -> Option<usize> {
        if self.next < self.end { Some(self.next) } else { self.numbered.get(self.index).copied() }
    }

    fn go_on(&mut self) {
        self.next = self.list.reading.tape.behind(self.next);
        self.index += 1;
    }
}

impl<'r> SeqAccess<'r> for Elements<'r> {
    type Error = ReadError;

    fn next_element_seed<T: DeserializeSeed<'r>>(&mut self, seed: T) -> Result<Option<T::Value>, ReadError> {
        let reading = self.list.reading;
        let at = loop {
            let Some(at) = self.place() else {
                if !self.keeper || !std::mem::replace(&mut self.ended, true) {
                    return Ok(None);
                }
                let kept = reading.kept(self.list.at);
                let values = kept.as_array().into_iter().flatten().filter_map(|pair| pair.get(1));
                // Errors of services that send them as a list of texts, in place of the documented list.
                if self.list.at == 0 && self.read == 0 && are_scalars(values) {
                    return Err(ReadError::custom("expected a list of something else"));
                }
                return Ok(Some(seed.deserialize(kept)?));
            };
            if !reading.is_hidden(at) {
                break at;
            }
            self.go_on();
        };
        let step = if self.forgiving { Step::Element(self.index) } else { Step::Position(self.index) };
        let depth = reading.enter(step, at);
        match seed.deserialize(Node { reading, at }) {
            Ok(value) => {
                reading.leave(depth);
                self.read += 1;
                self.go_on();
                Ok(Some(value))
            }
            Err(error) => {
                if self.forgiving && !reading.cut(depth, &error) {
                    // Nobody holds it: without this, the member would be tried for ever.
                    self.go_on();
                }
                Err(error)
            }
        }
    }

    fn size_hint(&self) -> Option<usize> {
        self.forgiving.then_some(FORGIVING)
    }
}

/// The members of an object; of a struct those that it knows, then what was passed over.
struct Members<'r> {
    object: Node<'r>,
    /// The struct; `None` for an object whose members all are asked for.
    model: Option<Model>,
    next: usize,
    end: usize,
    stage: Stage,
}

#[derive(Clone, Copy)]
enum Stage {
    /// At the members of the document; the value at hand.
    Own(Option<usize>),
    PassedOver,
    Other,
    End,
}

impl<'r> Members<'r> {
    fn is_hook(&self, name: &'static str) -> bool {
        self.model.is_some_and(|model| self.object.reading.is_hook(model, name))
    }

    /// Whether a member is the document's to give: the names of what is made here are not.
    fn gives(&self, name: &str) -> bool {
        !HOOKS.iter().any(|hook| *hook == name && self.is_hook(hook))
    }

    /// The members that the struct does not know.
    fn unknown(&self) -> Map<String, Value> {
        let tape = self.object.reading.tape;
        let is_known = |name: &str| self.model.is_some_and(|model| model.fields.contains(&name));
        let unknown = tape.members(self.object.at).filter(|(name, _)| !self.gives(name) || !is_known(name));
        unknown.map(|(name, at)| (name.to_owned(), tape.value(at))).collect()
    }
}

impl<'r> MapAccess<'r> for Members<'r> {
    type Error = ReadError;

    fn next_key_seed<K: DeserializeSeed<'r>>(&mut self, seed: K) -> Result<Option<K::Value>, ReadError> {
        let reading = self.object.reading;
        while self.next < self.end {
            let Entry::Name(name) = reading.tape.entry(self.next) else { break };
            let value = self.next + 1;
            self.next = reading.tape.behind(value);
            if self.gives(name) && !reading.is_hidden(value) {
                self.stage = Stage::Own(Some(value));
                return seed.deserialize(BorrowedStrDeserializer::<ReadError>::new(name)).map(Some);
            }
        }
        loop {
            let name;
            (self.stage, name) = match self.stage {
                Stage::Own(_) => (Stage::PassedOver, PASSED_OVER),
                Stage::PassedOver => (Stage::Other, OTHER),
                Stage::Other | Stage::End => {
                    self.stage = Stage::End;
                    return Ok(None);
                }
            };
            if self.is_hook(name) {
                return seed.deserialize(StrDeserializer::<ReadError>::new(name)).map(Some);
            }
        }
    }

    fn next_value_seed<T: DeserializeSeed<'r>>(&mut self, seed: T) -> Result<T::Value, ReadError> {
        let reading = self.object.reading;
        let hook = |name, value| Hook { reading, model: self.model, name, value };
        match self.stage {
            Stage::Own(Some(at)) => {
                let Entry::Name(name) = reading.tape.entry(at - 1) else {
                    return Err(ReadError::custom("a value was asked for before its name"));
                };
                let depth = reading.enter(Step::Member(name), at);
                let value = seed.deserialize(Node { reading, at })?;
                reading.leave(depth);
                Ok(value)
            }
            Stage::PassedOver => seed.deserialize(hook(PASSED_OVER, reading.kept(self.object.at))),
            Stage::Other => seed.deserialize(hook(OTHER, Value::Object(self.unknown()))),
            Stage::Own(None) | Stage::End => Err(ReadError::custom("a value was asked for before its name")),
        }
    }
}

/// The value of a member that is made here. A member that asks for another type than those made for it is an ordinary one
/// that happens to have the name: the document is then read again, with the member from the document.
struct Hook<'r> {
    reading: &'r Reading<'r>,
    model: Option<Model>,
    name: &'static str,
    value: Value,
}

impl<'r> Deserializer<'r> for Hook<'r> {
    type Error = ReadError;

    fn deserialize_any<V: Visitor<'r>>(self, _: V) -> Result<V::Value, ReadError> {
        if let Some(model) = self.model {
            self.reading.not_a_hook(model, self.name);
        }
        Err(ReadError::custom("a member of another type"))
    }

    fn deserialize_option<V: Visitor<'r>>(self, visitor: V) -> Result<V::Value, ReadError> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'r>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        match (self.name, name) {
            (PASSED_OVER, KEPT) => Ok(self.value.deserialize_newtype_struct(name, visitor)?),
            (PASSED_OVER, _) => self.deserialize_any(visitor),
            _ => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_map<V: Visitor<'r>>(self, visitor: V) -> Result<V::Value, ReadError> {
        if self.name == OTHER {
            Ok(self.value.deserialize_map(visitor)?)
        } else {
            self.deserialize_any(visitor)
        }
    }

    forward_to_deserialize_any! { <V: Visitor<'r>>
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct struct enum identifier ignored_any
    }
}
