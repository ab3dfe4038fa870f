//! Resource objects and what they are linked to.

use std::collections::BTreeMap;
use std::fmt;

use segno_core::DecodeError;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{DeserializeOwned, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::{Included, null_is_default, text_or_integer};

/// A resource object (JSON:API 1.0, section "Resource Objects"), undecoded.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Resource {
    /// The type, such as `songs`; empty where the service left it out.
    #[serde(default, rename = "type")]
    pub kind: String,
    /// The identifier, unique within the type.
    #[serde(deserialize_with = "text_or_integer")]
    pub id: String,
    /// The attributes as they came: an object, or null where there are none.
    #[serde(default)]
    pub attributes: Value,
    /// The relationships by name.
    #[serde(default, deserialize_with = "null_is_default")]
    pub relationships: BTreeMap<String, Relationship>,
}

/// One relationship of a resource.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Relationship {
    /// Whom it links to.
    #[serde(default)]
    pub data: Linkage,
}

/// Whom a relationship links to (JSON:API 1.0, section "Resource Linkage"). Order matters: the first artist of a song
/// is its primary artist.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Linkage {
    /// The document does not say.
    #[default]
    Unknown,
    /// At most one resource.
    ToOne(Option<Identifier>),
    /// Any number, in the service's order.
    ToMany(Vec<Identifier>),
}

/// A resource identifier object.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize)]
pub struct Identifier {
    /// The type, such as `audio_files`.
    #[serde(default, rename = "type")]
    pub kind: String,
    /// The identifier within the type.
    #[serde(deserialize_with = "text_or_integer")]
    pub id: String,
}

impl Linkage {
    /// The identifiers in their order.
    #[must_use]
    pub fn identifiers(&self) -> &[Identifier] {
        match self {
            Self::Unknown | Self::ToOne(None) => &[],
            Self::ToOne(Some(one)) => std::slice::from_ref(one),
            Self::ToMany(many) => many,
        }
    }
}

impl<'de> Deserialize<'de> for Linkage {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Shapes;

        impl<'de> Visitor<'de> for Shapes {
            type Value = Linkage;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("null, a resource identifier or a list of them")
            }

            fn visit_unit<E>(self) -> Result<Linkage, E> {
                Ok(Linkage::ToOne(None))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Linkage, A::Error> {
                Identifier::deserialize(MapAccessDeserializer::new(map)).map(Some).map(Linkage::ToOne)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Linkage, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(list)).map(Linkage::ToMany)
            }
        }

        deserializer.deserialize_any(Shapes)
    }
}

/// A type that is read from a resource object.
pub trait FromResource: Sized {
    /// The name of the type, such as `songs`.
    const TYPE: &'static str;

    /// Reads it, with what belongs to it from `included`.
    ///
    /// # Errors
    /// [`DecodeError`] naming type, id and attribute.
    fn from_resource(resource: &Resource, included: &Included<'_>) -> Result<Self, DecodeError>;
}

impl Resource {
    /// The attributes as a type of ours.
    ///
    /// # Errors
    /// [`DecodeError`] with a path such as `songs/4711.attributes.bpm`; it never shows the value.
    pub fn read_attributes<T: DeserializeOwned>(&self) -> Result<T, DecodeError> {
        let nothing = Value::Object(serde_json::Map::new());
        let attributes = if self.attributes.is_null() { &nothing } else { &self.attributes };
        serde_path_to_error::deserialize(attributes).map_err(|error| {
            let path = error.path().to_string();
            let path = if path == "." { String::new() } else { format!(".{path}") };
            DecodeError::Shape {
                path: format!("{}/{}.attributes{path}", self.kind, self.id),
                message: without_values(&error.inner().to_string()),
            }
        })
    }

    /// The identifiers that a relationship links to, in their order; none if there is no such relationship.
    #[must_use]
    pub fn linked(&self, relationship: &str) -> &[Identifier] {
        self.relationships.get(relationship).map_or(&[], |relationship| relationship.data.identifiers())
    }

    /// The identifiers of one type that a relationship links to, in their order.
    pub(crate) fn linked_ids<I>(&self, relationship: &str, kind: &str, id: fn(&str) -> I) -> Vec<I> {
        let linked = self.linked(relationship).iter();
        linked.filter(|identifier| identifier.kind == kind).map(|identifier| id(&identifier.id)).collect()
    }
}

/// serde quotes the value that it did not like; that value may be private.
fn without_values(message: &str) -> String {
    match (message.find('"'), message.rfind('"')) {
        (Some(first), Some(last)) if first < last => {
            format!("{}…{}", &message[..first], &message[last + 1..])
        }
        _ => message.to_owned(),
    }
}
