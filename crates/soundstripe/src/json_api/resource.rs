//! Resource objects and their relationships.

use std::collections::BTreeMap;

use segno_core::decode::{exactly, from_value};
use segno_core::lenient::{OneOrMany, PassedOver};
use segno_core::{DecodeError, lenient};
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value, json};

use super::{Attributes, Included};

/// A resource object (JSON:API 1.0, section "Resource Objects"), undecoded.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Resource {
    /// The type, such as `songs`; empty where the service left it out.
    #[serde(default, rename = "type")]
    pub kind: String,
    /// The identifier, unique within the type.
    #[serde(deserialize_with = "some_id")]
    pub id: String,
    /// The attributes as they came.
    #[serde(default)]
    pub attributes: Attributes,
    /// The relationships by name.
    #[serde(default)]
    pub relationships: BTreeMap<String, Relationship>,
    /// Members beside the attributes that could not be read.
    #[serde(default)]
    pub passed_over: PassedOver,
}

/// One relationship of a resource.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Relationship {
    /// The resources that it links to.
    #[serde(default)]
    pub data: Linkage,
}

/// The resources that a relationship links to (JSON:API 1.0, section "Resource Linkage"). Order matters: the first artist of a song
/// is its primary artist.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Linkage {
    /// The document has no linkage.
    #[default]
    Unknown,
    /// At most one resource.
    ToOne(Option<Identifier>),
    /// Any number, in the service's order.
    ToMany(Vec<Identifier>),
}

/// A resource identifier object.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize)]
#[non_exhaustive]
pub struct Identifier {
    /// The type, such as `audio_files`.
    #[serde(default, rename = "type")]
    pub kind: String,
    /// The identifier within the type.
    #[serde(deserialize_with = "some_id")]
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
        Ok(match OneOrMany::deserialize(deserializer)? {
            OneOrMany::None => Self::ToOne(None),
            OneOrMany::One(one) => Self::ToOne(Some(one)),
            OneOrMany::Many(many) => Self::ToMany(many),
        })
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
    /// The identifier and the attributes as members of `T`. Attributes that cannot be read go into its member
    /// [`passed_over`](segno_core::lenient).
    ///
    /// # Errors
    /// [`DecodeError`] with a path such as `songs/4711.attributes.bpm`, if a required one is missing; it never shows a value.
    pub fn read<T: DeserializeOwned>(&self, included: &Included<'_>) -> Result<T, DecodeError> {
        if let Some(whole) = exactly(self.attributes.with_id(&self.id).as_bytes(), included.base()) {
            return Ok(whole);
        }
        let mut members = match self.attributes.value() {
            Value::Object(members) => members,
            _ => Map::new(),
        };
        members.insert("id".into(), self.id.as_str().into());
        from_value(&Value::Object(members), included.base()).map_err(|error| match error {
            DecodeError::Shape { path, message } => {
                let path = if path.is_empty() { path } else { format!(".{path}") };
                DecodeError::Shape { path: format!("{}/{}.attributes{path}", self.kind, self.id), message }
            }
            other => other,
        })
    }

    /// Adds what could not be read beside the attributes to `passed_over`.
    pub fn add_passed_over(&self, passed_over: &mut PassedOver) {
        passed_over.take("", self.passed_over.clone());
        if self.attributes.text().starts_with('{') {
            return;
        }
        match self.attributes.value() {
            Value::Null => {}
            Value::Array(members) if members.is_empty() => {}
            other => passed_over.add("attributes", other),
        }
    }

    /// The resource as it came, as far as it was read.
    pub(crate) fn raw(&self) -> Value {
        json!({"type": self.kind, "id": self.id, "attributes": self.attributes.value()})
    }

    /// The identifiers that a relationship links to, in their order; empty without such a relationship.
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

/// An identifier: a text as the standard has it, or the number that refers to it elsewhere.
fn some_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let id = lenient::text(deserializer)?;
    if id.is_empty() { Err(D::Error::custom("expected an identifier, found an empty text")) } else { Ok(id) }
}
