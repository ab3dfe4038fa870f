//! The attributes of a resource, undecoded.

use std::fmt;

use segno_core::decode::from_json;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// The attributes of a resource as they came: an object, or null where there are none.
#[derive(Clone, Default, Deserialize)]
pub struct Attributes(Option<Box<RawValue>>);

impl Attributes {
    /// Their JSON.
    #[must_use]
    pub fn text(&self) -> &str {
        self.0.as_deref().map_or("null", RawValue::get)
    }

    /// Their JSON as a tree; as a text, should it be none.
    #[must_use]
    pub fn value(&self) -> Value {
        from_json(self.text().as_bytes()).unwrap_or_else(|_| self.text().into())
    }

    /// Their JSON with an identifier as one more member; it alone if they are no object.
    pub(super) fn with_id(&self, id: &str) -> String {
        let members = self.text().strip_prefix('{').and_then(|text| text.strip_suffix('}'));
        let members = members.unwrap_or_default().trim();
        let comma = if members.is_empty() { "" } else { "," };
        let mut text = String::with_capacity(members.len() + id.len() + 12);
        text.extend(["{", members, comma, "\"id\":"]);
        text.push_str(&Value::from(id).to_string());
        text.push('}');
        text
    }
}

impl PartialEq for Attributes {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text() || self.value() == other.value()
    }
}

impl fmt::Debug for Attributes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value().fmt(f)
    }
}
