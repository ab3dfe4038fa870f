//! A JSON document taken apart as far as its values' own text, so that text of any kind can be put into it.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// A value: its text, or what it holds.
pub(super) enum Tree {
    /// A text, a number, a literal, or what was put there.
    Text(Vec<u8>),
    List(Vec<Tree>),
    /// In order; a name may come twice.
    Object(Vec<(String, Tree)>),
}

impl Tree {
    pub(super) fn parse(json: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice::<&RawValue>(json).and_then(Self::of)
    }

    fn of(raw: &RawValue) -> Result<Self, serde_json::Error> {
        match raw.get().as_bytes().first() {
            Some(b'[') => {
                let items: Vec<&RawValue> = serde_json::from_str(raw.get())?;
                items.into_iter().map(Self::of).collect::<Result<_, _>>().map(Self::List)
            }
            Some(b'{') => {
                let Members(members) = serde_json::from_str(raw.get())?;
                let member = |(name, raw)| Ok((name, Self::of(raw)?));
                members.into_iter().map(member).collect::<Result<_, _>>().map(Self::Object)
            }
            _ => Ok(Self::Text(raw.get().into())),
        }
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.write(&mut bytes);
        bytes
    }

    fn write(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Text(text) => bytes.extend_from_slice(text),
            Self::List(items) => {
                bytes.push(b'[');
                for (index, item) in items.iter().enumerate() {
                    bytes.extend_from_slice(if index == 0 { b"" } else { b"," });
                    item.write(bytes);
                }
                bytes.push(b']');
            }
            Self::Object(members) => {
                bytes.push(b'{');
                for (index, (name, value)) in members.iter().enumerate() {
                    bytes.extend_from_slice(if index == 0 { b"" } else { b"," });
                    bytes.extend_from_slice(serde_json::Value::from(name.as_str()).to_string().as_bytes());
                    bytes.push(b':');
                    value.write(bytes);
                }
                bytes.push(b'}');
            }
        }
    }

    /// Changes every value at a path; whether there was one.
    pub(super) fn each(&mut self, names: &[String], change: &mut dyn FnMut(&mut Self) -> bool) -> bool {
        let Some((name, rest)) = names.split_first() else { return change(self) };
        let mut changed = false;
        match self {
            Self::Text(_) => {}
            Self::List(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    if name == "*" || *name == index.to_string() {
                        changed |= item.each(rest, change);
                    }
                }
            }
            Self::Object(members) => {
                for (known, value) in members {
                    if name == "*" || name == known {
                        changed |= value.each(rest, change);
                    }
                }
            }
        }
        changed
    }

    /// Changes everything that a path's last name is looked up in.
    pub(super) fn each_parent(
        &mut self,
        names: &[String],
        change: &mut dyn FnMut(&mut Self, &str) -> bool,
    ) -> bool {
        let Some((last, parents)) = names.split_last() else { return false };
        self.each(parents, &mut |node| change(node, last))
    }

    pub(super) fn replace(&mut self, text: Vec<u8>) -> bool {
        *self = Self::Text(text);
        true
    }

    pub(super) fn add(&mut self, name: &str, text: Vec<u8>) -> bool {
        match self {
            Self::Text(_) => return false,
            Self::List(items) => match (name, name.parse::<usize>()) {
                ("-", _) => items.push(Self::Text(text)),
                (_, Ok(index)) if index <= items.len() => items.insert(index, Self::Text(text)),
                _ => return false,
            },
            Self::Object(members) => members.push((name.to_owned(), Self::Text(text))),
        }
        true
    }

    pub(super) fn remove(&mut self, name: &str) -> bool {
        match self {
            Self::Text(_) => false,
            Self::List(items) => {
                let index = name.parse().ok().filter(|index| *index < items.len());
                index.map(|index: usize| items.remove(index)).is_some()
            }
            Self::Object(members) => {
                let before = members.len();
                members.retain(|(known, _)| known != name);
                members.len() < before
            }
        }
    }

    pub(super) fn reorder(&mut self, order: &[String]) -> bool {
        let Self::Object(members) = self else { return false };
        // Stable: what is not named stays in its order, behind what is.
        members
            .sort_by_key(|(name, _)| order.iter().position(|wanted| wanted == name).unwrap_or(order.len()));
        true
    }

    pub(super) fn list_to_object(&mut self) -> bool {
        let Self::List(items) = self else { return false };
        let items = std::mem::take(items);
        *self =
            Self::Object(items.into_iter().enumerate().map(|(key, item)| (key.to_string(), item)).collect());
        true
    }

    /// A flat object as `application/x-www-form-urlencoded`; `null` and literals as their text.
    pub(super) fn form(&self) -> Option<Vec<u8>> {
        let Self::Object(members) = self else { return None };
        let mut form = form_urlencoded::Serializer::new(String::new());
        for (name, value) in members {
            let Self::Text(text) = value else { return None };
            let text = match serde_json::from_slice::<String>(text) {
                Ok(text) => text,
                Err(_) => String::from_utf8_lossy(text).into_owned(),
            };
            form.append_pair(name, &text);
        }
        Some(form.finish().into_bytes())
    }
}

/// The members of an object in order, doubled names included.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;

        impl<'de> Visitor<'de> for Collect {
            type Value = Vec<(String, &'de RawValue)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(members)
            }
        }

        deserializer.deserialize_map(Collect).map(Members)
    }
}
