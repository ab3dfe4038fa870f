//! Reads JSON that is in every place what its type asks for straight from the text, in a fraction of the time that a tape takes.
//!
//! The first thing that is otherwise is an error, whatever it says: the text is then read from a tape, which knows the other
//! forms and the words for what is wrong. What is read here is what the tape gives.

use std::fmt;

use http::Uri;
use serde::de::value::{SeqDeserializer, StrDeserializer};
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::{Map, Value};

use super::node::{KEPT, LINK};
use super::read::{HOOKS, OTHER, PASSED_OVER, resolved};

/// Reads a document; links in it are relative to `base`.
pub(crate) fn read<T: DeserializeOwned>(text: &[u8], base: Option<&Uri>) -> Result<T, serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_slice(text);
    let value = T::deserialize(Strict { inner: &mut reader, base })?;
    reader.end()?;
    Ok(value)
}

/// What is not read here. Nobody sees the words.
fn odd<E: Error>() -> E {
    E::custom("")
}

/// A reader of JSON, with links, hooks and structs as the tape has them.
struct Strict<'b, D> {
    inner: D,
    base: Option<&'b Uri>,
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Strict<'_, D> {
    type Error = D::Error;

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_bool(visitor)
    }

    fn deserialize_i8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_i8(visitor)
    }

    fn deserialize_i16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_i16(visitor)
    }

    fn deserialize_i32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_i32(visitor)
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_i64(visitor)
    }

    fn deserialize_i128<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_i128(visitor)
    }

    fn deserialize_u8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_u8(visitor)
    }

    fn deserialize_u16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_u16(visitor)
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_u32(visitor)
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_u64(visitor)
    }

    fn deserialize_u128<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_u128(visitor)
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_f32(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_f64(visitor)
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_char(visitor)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_str(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_string(visitor)
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_unit(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_identifier(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_ignored_any(visitor)
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_any(Below { visitor, base: self.base, model: None })
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_option(Below { visitor, base: self.base, model: None })
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_seq(Below { visitor, base: self.base, model: None })
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_map(Below { visitor, base: self.base, model: None })
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, _: V) -> Result<V::Value, D::Error> {
        Err(odd())
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, _: V) -> Result<V::Value, D::Error> {
        Err(odd())
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        let Self { inner, base } = self;
        if name == LINK {
            return inner.deserialize_str(Link { visitor, base });
        }
        // serde_json's own, such as its RawValue.
        if name.starts_with('$') {
            return inner.deserialize_newtype_struct(name, visitor);
        }
        inner.deserialize_newtype_struct(name, Below { visitor, base, model: None })
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.inner.deserialize_unit_struct(name, visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_tuple(length, Below { visitor, base: self.base, model: None })
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.deserialize_tuple(length, visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.inner.deserialize_struct(name, fields, Below { visitor, base: self.base, model: Some(fields) })
    }

    // The tape reads what is in an enumeration without its own forms, too.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.inner.deserialize_enum(name, variants, visitor)
    }
}

/// A visitor whose values below are read like this, too.
struct Below<'b, V> {
    visitor: V,
    base: Option<&'b Uri>,
    /// The members of the struct that is asked for, if it is one.
    model: Option<&'static [&'static str]>,
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Below<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.visitor.expecting(f)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<V::Value, E> {
        self.visitor.visit_bool(value)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<V::Value, E> {
        self.visitor.visit_i64(number)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<V::Value, E> {
        self.visitor.visit_u64(number)
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<V::Value, E> {
        self.visitor.visit_f64(number)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<V::Value, E> {
        self.visitor.visit_str(text)
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<V::Value, E> {
        self.visitor.visit_borrowed_str(text)
    }

    fn visit_string<E: Error>(self, text: String) -> Result<V::Value, E> {
        self.visitor.visit_string(text)
    }

    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.visitor.visit_unit()
    }

    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.visitor.visit_none()
    }

    fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        self.visitor.visit_some(Strict { inner, base: self.base })
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        self.visitor.visit_newtype_struct(Strict { inner, base: self.base })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, inner: A) -> Result<V::Value, A::Error> {
        if self.model.is_some() {
            // A list is no struct, although serde's own readers would fill the members in their order.
            return Err(odd());
        }
        self.visitor.visit_seq(Elements { inner, base: self.base })
    }

    fn visit_map<A: MapAccess<'de>>(self, inner: A) -> Result<V::Value, A::Error> {
        let Self { visitor, base, model } = self;
        match model.filter(|fields| fields.contains(&PASSED_OVER)) {
            None => visitor.visit_map(Members { inner, base }),
            Some(fields) => visitor.visit_map(Hooked {
                inner,
                base,
                fields,
                unknown: fields.contains(&OTHER).then(Map::new),
                hook: None,
            }),
        }
    }
}

/// A value below.
struct Seed<'b, S> {
    seed: S,
    base: Option<&'b Uri>,
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Seed<'_, S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, inner: D) -> Result<S::Value, D::Error> {
        self.seed.deserialize(Strict { inner, base: self.base })
    }
}

struct Elements<'b, A> {
    inner: A,
    base: Option<&'b Uri>,
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Elements<'_, A> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        self.inner.next_element_seed(Seed { seed, base: self.base })
    }
}

/// The members of an object without hooks.
struct Members<'b, A> {
    inner: A,
    base: Option<&'b Uri>,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Members<'_, A> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        self.inner.next_key_seed(seed)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.inner.next_value_seed(Seed { seed, base: self.base })
    }
}

/// The members of a struct that has hooks, then these.
struct Hooked<'b, A> {
    inner: A,
    base: Option<&'b Uri>,
    fields: &'static [&'static str],
    /// The members that the struct does not know, if it keeps them.
    unknown: Option<Map<String, Value>>,
    /// Which hook the struct was given last.
    hook: Option<&'static str>,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Hooked<'_, A> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        let mut seed = Some(seed);
        while self.hook.is_none() {
            let kept = self.unknown.is_some().then_some(self.fields);
            match self.inner.next_key_seed(Name { seed: &mut seed, kept })? {
                Some(Known::Name(name)) => return Ok(Some(name)),
                Some(Known::Not(name)) => {
                    let value = self.inner.next_value()?;
                    if let Some(unknown) = &mut self.unknown {
                        unknown.insert(name, value);
                    }
                }
                None => break,
            }
        }
        let name = match self.hook {
            None => PASSED_OVER,
            Some(PASSED_OVER) if self.unknown.is_some() => OTHER,
            Some(_) => return Ok(None),
        };
        self.hook = Some(name);
        let Some(seed) = seed else { return Err(odd()) };
        seed.deserialize(StrDeserializer::new(name)).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        match self.hook {
            None => self.inner.next_value_seed(Seed { seed, base: self.base }),
            Some(PASSED_OVER) => seed.deserialize(Hook { unknown: None, error: std::marker::PhantomData }),
            Some(_) => {
                seed.deserialize(Hook { unknown: self.unknown.take(), error: std::marker::PhantomData })
            }
        }
    }
}

/// A name of a member of a struct with hooks.
enum Known<T> {
    Name(T),
    /// One that the struct does not know, and keeps.
    Not(String),
}

/// Reads such a name.
struct Name<'s, S> {
    seed: &'s mut Option<S>,
    /// The members that the struct knows, if it keeps others.
    kept: Option<&'static [&'static str]>,
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Name<'_, S> {
    type Value = Known<S::Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de, S: DeserializeSeed<'de>> Visitor<'de> for Name<'_, S> {
    type Value = Known<S::Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        if HOOKS.contains(&name) {
            return Err(odd());
        }
        if self.kept.is_some_and(|fields| !fields.contains(&name)) {
            return Ok(Known::Not(name.to_owned()));
        }
        let Some(seed) = self.seed.take() else { return Err(odd()) };
        seed.deserialize(StrDeserializer::new(name)).map(Known::Name)
    }
}

/// The value of a hook. A member that asks for another type than those made for it is an ordinary one that happens to have the
/// name, of which the tape knows what to do.
struct Hook<E> {
    /// What `other` holds.
    unknown: Option<Map<String, Value>>,
    error: std::marker::PhantomData<E>,
}

impl<'de, E: Error> Deserializer<'de> for Hook<E> {
    type Error = E;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, E> {
        Err(odd())
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, E> {
        match (&self.unknown, name) {
            (None, KEPT) => visitor.visit_newtype_struct(SeqDeserializer::new(std::iter::empty::<u8>())),
            (None, _) => Err(odd()),
            (Some(_), _) => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        match self.unknown {
            Some(unknown) => Value::Object(unknown).deserialize_map(visitor).map_err(E::custom),
            None => Err(odd()),
        }
    }

    forward_to_deserialize_any! { <V: Visitor<'de>>
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct struct enum identifier ignored_any
    }
}

/// A link, which is made absolute.
struct Link<'b, V> {
    visitor: V,
    base: Option<&'b Uri>,
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Link<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.visitor.expecting(f)
    }

    fn visit_str<E: Error>(self, link: &str) -> Result<V::Value, E> {
        self.visitor.visit_str(&resolved(link, self.base))
    }
}

#[cfg(test)]
mod tests;
