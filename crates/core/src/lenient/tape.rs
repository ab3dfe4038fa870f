//! A document as a row of entries: what is read before it is known what will become of it.

use std::borrow::Cow;
use std::fmt;

use serde::Deserializer;
use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// One value, or the name of one. What a list or an object holds stands behind it, up to `end`.
#[derive(Debug)]
pub(crate) enum Entry<'a> {
    Null,
    Bool(bool),
    Number(Number),
    Text(Cow<'a, str>),
    List {
        end: usize,
    },
    Object {
        end: usize,
    },
    /// The name of the member whose value is the next entry.
    Name(Cow<'a, str>),
}

/// A document. It is cheaper than a tree: one allocation for all of it, and texts without escapes are borrowed.
#[derive(Debug, Default)]
pub(crate) struct Tape<'a>(Vec<Entry<'a>>);

impl<'a> Tape<'a> {
    /// Reads one document.
    pub(crate) fn parse<D: Deserializer<'a>>(deserializer: D) -> Result<Self, D::Error> {
        let mut tape = Self::default();
        Append(&mut tape).deserialize(deserializer)?;
        Ok(tape)
    }

    /// Forgets what it holds and keeps its memory.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    pub(crate) fn entry(&self, at: usize) -> &Entry<'a> {
        self.0.get(at).unwrap_or(&Entry::Null)
    }

    /// Where the entry behind a value and all that it holds is.
    pub(crate) fn behind(&self, at: usize) -> usize {
        match self.entry(at) {
            Entry::List { end } | Entry::Object { end } => *end,
            _ => at + 1,
        }
    }

    /// Where the members of a list are.
    pub(crate) fn elements(&self, at: usize) -> impl Iterator<Item = usize> {
        let (mut next, end) = (at + 1, self.behind(at));
        std::iter::from_fn(move || {
            let here = (next < end).then_some(next)?;
            next = self.behind(here);
            Some(here)
        })
    }

    /// The members of an object: their names, and where their values are.
    pub(crate) fn members(&self, at: usize) -> impl Iterator<Item = (&str, usize)> {
        let (mut next, end) = (at + 1, self.behind(at));
        std::iter::from_fn(move || {
            let Entry::Name(name) = self.entry((next < end).then_some(next)?) else { return None };
            let value = next + 1;
            next = self.behind(value);
            Some((&**name, value))
        })
    }

    /// The values of an object that stands for a list, as PHP writes one whose numbers have gaps: `{"0": …, "2": …}`.
    /// `None` if a name is no number.
    pub(crate) fn numbered(&self, at: usize) -> Option<Vec<usize>> {
        let number = |name: &str| if name.len() < 10 { name.parse::<u32>().ok() } else { None };
        let mut found: Vec<(u32, usize)> =
            self.members(at).map(|(name, value)| Some((number(name)?, value))).collect::<Option<_>>()?;
        found.sort_by_key(|(number, _)| *number);
        Some(found.into_iter().map(|(_, value)| value).collect())
    }

    /// The value as a tree.
    pub(crate) fn value(&self, at: usize) -> Value {
        match self.entry(at) {
            Entry::Null | Entry::Name(_) => Value::Null,
            Entry::Bool(value) => Value::Bool(*value),
            Entry::Number(number) => Value::Number(number.clone()),
            Entry::Text(text) => Value::String(text.clone().into_owned()),
            Entry::List { .. } => self.elements(at).map(|at| self.value(at)).collect(),
            Entry::Object { .. } => {
                let members = self.members(at).map(|(name, at)| (name.to_owned(), self.value(at)));
                Value::Object(members.collect::<Map<_, _>>())
            }
        }
    }
}

/// Reads a value and puts it behind what is there.
pub(crate) struct Append<'t, 'a>(pub(crate) &'t mut Tape<'a>);

impl<'a> DeserializeSeed<'a> for Append<'_, 'a> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Append<'_, '_> {
    #[allow(clippy::unnecessary_wraps)] // Shaped for Visitor.
    fn put<'a, E>(tape: &mut Tape<'a>, entry: Entry<'a>) -> Result<(), E> {
        tape.0.push(entry);
        Ok(())
    }
}

impl<'a> Visitor<'a> for Append<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Self::put(self.0, Entry::Null)
    }

    fn visit_none<E>(self) -> Result<(), E> {
        Self::put(self.0, Entry::Null)
    }

    fn visit_some<D: Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        Self::put(self.0, Entry::Bool(value))
    }

    fn visit_u64<E>(self, number: u64) -> Result<(), E> {
        Self::put(self.0, Entry::Number(number.into()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<(), E> {
        Self::put(self.0, Entry::Number(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<(), E> {
        Self::put(self.0, Number::from_f64(number).map_or(Entry::Null, Entry::Number))
    }

    fn visit_borrowed_str<E>(self, text: &'a str) -> Result<(), E> {
        Self::put(self.0, Entry::Text(text.into()))
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        Self::put(self.0, Entry::Text(text.to_owned().into()))
    }

    fn visit_string<E>(self, text: String) -> Result<(), E> {
        Self::put(self.0, Entry::Text(text.into()))
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut list: A) -> Result<(), A::Error> {
        let Self(tape) = self;
        let at = tape.0.len();
        tape.0.push(Entry::List { end: 0 });
        while list.next_element_seed(Append(tape))?.is_some() {}
        let end = tape.0.len();
        tape.0[at] = Entry::List { end };
        Ok(())
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
        let Self(tape) = self;
        let at = tape.0.len();
        tape.0.push(Entry::Object { end: 0 });
        while map.next_key_seed(Name(tape))?.is_some() {
            map.next_value_seed(Append(tape))?;
        }
        let end = tape.0.len();
        tape.0[at] = Entry::Object { end };
        Ok(())
    }
}

/// Reads the name of a member.
struct Name<'t, 'a>(&'t mut Tape<'a>);

impl<'a> DeserializeSeed<'a> for Name<'_, 'a> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'a> Visitor<'a> for Name<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_borrowed_str<E>(self, name: &'a str) -> Result<(), E> {
        Append::put(self.0, Entry::Name(name.into()))
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<(), E> {
        Append::put(self.0, Entry::Name(name.to_owned().into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_document_comes_back_as_a_tree() {
        let text = r#"{"a":[1,-2,0.5,"x\ny",null,true,[],{}],"":{"b":{"c":[[7]]}}}"#;
        let tape = Tape::parse(&mut serde_json::Deserializer::from_str(text)).unwrap();
        assert_eq!(tape.value(0), serde_json::from_str::<Value>(text).unwrap());
        let (_, list) = tape.members(0).next().unwrap();
        assert_eq!(tape.elements(list).count(), 8);
    }

    #[test]
    fn lists_with_gaps_are_objects() {
        let numbered = |text: &str| {
            let tape = Tape::parse(&mut serde_json::Deserializer::from_str(text)).unwrap();
            tape.numbered(0).map(|found| found.into_iter().map(|at| tape.value(at)).collect::<Vec<_>>())
        };
        assert_eq!(numbered(r#"{"0":"a","10":"c","2":"b"}"#), Some(vec!["a".into(), "b".into(), "c".into()]));
        assert_eq!(numbered("{}"), Some(vec![]));
        assert_eq!(numbered(r#"{"0":1,"next":2}"#), None);
    }

    proptest! {
        #[test]
        fn any_document_comes_back(text in r#"[\[\]{}:,"a0-9\\n. -]{0,30}"#) {
            let tree = serde_json::from_str::<Value>(&text);
            let tape = Tape::parse(&mut serde_json::Deserializer::from_str(&text));
            if let Ok(tree) = tree {
                prop_assert_eq!(tape.unwrap().value(0), tree);
            }
        }
    }
}
