//! What a list or an object holds, one after the other, and what is made here behind it.

use serde::de::value::{BorrowedStrDeserializer, StrDeserializer};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::{Map, Value};

use super::super::error::ReadError;
use super::super::read::{HOOKS, Model, OTHER, PASSED_OVER, Reading, Step};
use super::super::tape::Entry;
use super::{FORGIVING, KEPT, Node, are_scalars};

/// The members of a list.
pub(super) struct Elements<'r> {
    list: Node<'r>,
    next: usize,
    end: usize,
    /// The members of a list that is written as an object.
    numbered: Vec<usize>,
    index: usize,
    /// A member that cannot be read is an error after which the next one can be asked for.
    forgiving: bool,
    /// Behind the end comes what was cut out.
    pub(super) keeper: bool,
    ended: bool,
    /// How many were read.
    read: usize,
}

impl<'r> Elements<'r> {
    /// The members of a list, or of an object that stands for one; `None` if it is neither.
    pub(super) fn of(list: Node<'r>, forgiving: bool) -> Option<Self> {
        let tape = list.reading.tape;
        let (end, numbered) = match list.entry() {
            Entry::Null | Entry::List { .. } => (tape.behind(list.at), Vec::new()),
            Entry::Object { .. } => (0, tape.numbered(list.at)?),
            _ => return None,
        };
        Some(Self {
            list,
            next: list.at + 1,
            end,
            numbered,
            index: 0,
            forgiving,
            keeper: false,
            ended: false,
            read: 0,
        })
    }

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
                    return Err(ReadError::custom("expected a list of objects or lists"));
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
pub(super) struct Members<'r> {
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
    pub(super) fn of(object: Node<'r>, model: Option<Model>) -> Self {
        let end = object.reading.tape.behind(object.at);
        Self { object, model, next: object.at + 1, end, stage: Stage::Own(None) }
    }

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
