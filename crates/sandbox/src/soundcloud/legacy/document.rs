//! Responses of the old API: one tree, written as XML (dashes, `type` attributes, `nil="true"`) or as JSON (underscores,
//! real numbers, truth values and null).

use serde_json::Value as Json;

use super::super::date;
use super::super::error::escape;

const PROLOGUE: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

/// Something with a name, which has underscores here.
pub(super) struct Node {
    name: &'static str,
    value: Value,
}

pub(super) enum Value {
    Text(String),
    Integer(u64),
    Float(f64),
    Truth(bool),
    /// Seconds since the Unix epoch.
    Moment(u64),
    /// Nothing, where something of this type could stand; texts have no type.
    Nil(&'static str),
    Object(Vec<Node>),
    /// A list, and whether XML says so.
    List(Vec<Node>, bool),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Self::Integer(number)
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Self::Truth(truth)
    }
}

impl From<Option<&String>> for Value {
    fn from(text: Option<&String>) -> Self {
        text.map_or(Self::Nil(""), |text| Self::Text(text.clone()))
    }
}

impl From<Option<u64>> for Value {
    fn from(number: Option<u64>) -> Self {
        number.map_or(Self::Nil("integer"), Self::Integer)
    }
}

impl From<Option<f64>> for Value {
    fn from(number: Option<f64>) -> Self {
        number.map_or(Self::Nil("float"), Self::Float)
    }
}

impl Node {
    pub(super) fn new(name: &'static str, value: impl Into<Value>) -> Self {
        Self { name, value: value.into() }
    }

    pub(super) fn object(name: &'static str, members: Vec<Self>) -> Self {
        Self { name, value: Value::Object(members) }
    }

    pub(super) fn list(name: &'static str, items: Vec<Self>) -> Self {
        Self { name, value: Value::List(items, true) }
    }

    /// The whole document as XML.
    pub(super) fn xml(&self) -> String {
        let mut text = PROLOGUE.to_owned();
        self.write(&mut text, 0);
        text
    }

    fn write(&self, text: &mut String, depth: usize) {
        let indent = "  ".repeat(depth);
        let name = self.name.replace('_', "-");
        let mut leaf = |kind: &str, value: &str| {
            let kind = if kind.is_empty() { String::new() } else { format!(" type=\"{kind}\"") };
            text.push_str(&format!("{indent}<{name}{kind}>{}</{name}>\n", escape(value)));
        };
        let (kind, children) = match &self.value {
            Value::Text(value) => return leaf("", value),
            Value::Integer(value) => return leaf("integer", &value.to_string()),
            Value::Float(value) => return leaf("float", &value.to_string()),
            Value::Truth(value) => return leaf("boolean", &value.to_string()),
            Value::Moment(unix) => return leaf("datetime", &date::offset(*unix)),
            Value::Nil(kind) => {
                let kind = if kind.is_empty() { String::new() } else { format!(" type=\"{kind}\"") };
                text.push_str(&format!("{indent}<{name}{kind} nil=\"true\"></{name}>\n"));
                return;
            }
            Value::Object(members) => ("", members),
            Value::List(items, true) => (" type=\"array\"", items),
            Value::List(items, false) => ("", items),
        };
        text.push_str(&format!("{indent}<{name}{kind}>\n"));
        children.iter().for_each(|child| child.write(text, depth + 1));
        text.push_str(&format!("{indent}</{name}>\n"));
    }

    /// The whole document as JSON; the name of the outermost thing shows in XML only.
    pub(super) fn json(&self) -> Json {
        match &self.value {
            Value::Text(value) => value.as_str().into(),
            Value::Integer(value) => (*value).into(),
            Value::Float(value) => (*value).into(),
            Value::Truth(value) => (*value).into(),
            Value::Moment(unix) => date::slashes(*unix).into(),
            Value::Nil(_) => Json::Null,
            Value::Object(members) => {
                members.iter().map(|member| (member.name.to_owned(), member.json())).collect()
            }
            Value::List(items, _) => items.iter().map(Self::json).collect(),
        }
    }
}

/// `<errors><error>404 - Not Found</error></errors>`
pub(super) fn errors(words: &str) -> String {
    format!("{PROLOGUE}<errors><error>{}</error></errors>\n", escape(words))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Node, Value};

    #[test]
    fn one_tree_in_two_forms() {
        let track = Node::object(
            "track",
            vec![
                Node::new("id", 58),
                Node::new("created_at", Value::Moment(1_203_529_475)),
                Node::new("title", "Ebb & <flow> \"'"),
                Node::new("description", None::<&String>),
                Node::new("bpm", Some(118.5)),
                Node::new("label_id", None::<u64>),
                Node::new("downloadable", false),
            ],
        );
        // 2008-02-20T17:44:35Z is 1203529475 by `date -u -d`.
        let text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<tracks type=\"array\">\n  <track>\n    \
            <id type=\"integer\">58</id>\n    <created-at type=\"datetime\">2008-02-20T17:44:35+00:00</created-at>\n    \
            <title>Ebb &amp; &lt;flow&gt; &quot;&#39;</title>\n    <description nil=\"true\"></description>\n    \
            <bpm type=\"float\">118.5</bpm>\n    <label-id type=\"integer\" nil=\"true\"></label-id>\n    \
            <downloadable type=\"boolean\">false</downloadable>\n  </track>\n</tracks>\n";
        let list = Node::list("tracks", vec![track]);
        assert_eq!(list.xml(), text);
        let value = json!([{
            "id": 58, "created_at": "2008/02/20 17:44:35 +0000", "title": "Ebb & <flow> \"'", "description": null,
            "bpm": 118.5, "label_id": null, "downloadable": false,
        }]);
        assert_eq!(list.json(), value);
    }
}
