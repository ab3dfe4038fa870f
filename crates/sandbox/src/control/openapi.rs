//! The OpenAPI document of the control port.

use serde_json::{Map, Value, json};

use crate::services::Switches;

const DOCUMENT: &str = include_str!("openapi.json");

/// The document, with every switch by its name and present value.
pub(super) fn document(switches: &Switches) -> Value {
    let mut document: Value = serde_json::from_str(DOCUMENT).unwrap_or_default();
    let switches = serde_json::to_value(switches).unwrap_or_default();
    document["components"]["schemas"]["Switches"] = object(&switches, &|_, group| object(group, &switch));
    document
}

/// A closed object with these members, none of which has to be there.
fn object(value: &Value, schema: &dyn Fn(&str, &Value) -> Value) -> Value {
    let members = value.as_object().into_iter().flatten();
    let members: Map<String, Value> =
        members.map(|(name, value)| (name.clone(), schema(name, value))).collect();
    json!({"type": "object", "properties": members, "additionalProperties": false})
}

/// A switch, as far as its value tells: what is `null` now may take values of a type that the README names.
fn switch(_: &str, value: &Value) -> Value {
    let kind = match value {
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
        Value::Null => return json!({"examples": [null]}),
    };
    let others = ["null", "string", "object"].into_iter().filter(|other| *other != kind);
    let types: Vec<&str> = [kind].into_iter().chain(others).collect();
    json!({"type": types, "examples": [value]})
}
