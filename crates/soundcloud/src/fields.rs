//! What is said about a track or playlist: named values that go into a JSON object or a form.

use segno_core::request::Multipart;
use serde_json::{Map, Value};

/// Named values, each at most once.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Fields(Vec<(&'static str, Value)>);

impl Fields {
    /// Sets a value, which goes before those whose names stand behind it in `order`.
    pub(crate) fn set(mut self, order: &[&str], name: &'static str, value: impl Into<Value>) -> Self {
        let place = |name: &str| order.iter().position(|known| *known == name);
        self.0.retain(|(known, _)| *known != name);
        let at = self.0.iter().position(|(known, _)| place(known) > place(name)).unwrap_or(self.0.len());
        self.0.insert(at, (name, value.into()));
        self
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| *known == name).and_then(|(_, value)| value.as_str())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// As members of a JSON object.
    pub(crate) fn json(&self) -> Map<String, Value> {
        self.0.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
    }

    /// As parts `kind[name]` of a form.
    pub(crate) fn parts(&self, kind: &str, form: &mut Multipart) {
        for (name, value) in &self.0 {
            let name = format!("{kind}[{name}]");
            match value {
                Value::String(text) => form.text(&name, text),
                other => form.text(&name, other),
            }
        }
    }
}
