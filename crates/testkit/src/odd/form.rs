//! Documents with something odd in them: where it can stand, what it can be, and the bytes it is sent as.

use std::fmt::Write as _;

use serde_json::{Value, json};

/// Texts that stand for what JSON cannot express, and the bytes that services send for it.
const RAW: [(&str, &[u8]); 7] = [
    ("@nan@", b"NaN"),
    ("@infinity@", b"-Infinity"),
    ("@huge@", b"1e999"),
    ("@cut@", b"\"x \\ud83c\""),
    ("@half@", b"\"caf\xc3\""),
    ("@latin@", b"\"caf\xe9\""),
    ("@tab@", b"\"a\tb\""),
];

/// Where something is in a document.
pub(super) type Place = Vec<Step>;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    Member(String),
    Element(usize),
}

/// What is done to a place.
#[derive(Clone, Debug)]
pub(super) enum Odd {
    /// It is not there.
    Absent,
    /// Its name is in the other case.
    OtherCase,
    /// Something else is there.
    Is(Value),
}

/// All places of a document but the document itself.
pub(super) fn places(document: &Value) -> Vec<Place> {
    let mut places = Vec::new();
    walk(document, &mut Vec::new(), &mut places);
    places
}

fn walk(value: &Value, here: &mut Place, places: &mut Vec<Place>) {
    let mut go = |step: Step, inner: &Value| {
        here.push(step);
        places.push(here.clone());
        walk(inner, here, places);
        here.pop();
    };
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                go(Step::Element(index), item);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                go(Step::Member(name.clone()), member);
            }
        }
        _ => {}
    }
}

/// What may be odd about a value at a place.
pub(super) fn odd_forms(value: &Value, place: &[Step]) -> Vec<Odd> {
    let mut forms = vec![Odd::Absent];
    if let Some(Step::Member(_)) = place.last() {
        forms.push(Odd::OtherCase);
    }
    let mut values = vec![
        json!(null),
        json!([["odd"]]),
        json!({"odd": {"odd": 1}}),
        json!([]),
        json!({}),
        json!(true),
        json!(0.5),
        json!(-1),
        json!(""),
        json!("odd text"),
        json!("@nan@"),
        json!("@infinity@"),
        json!("@huge@"),
    ];
    match value {
        Value::Number(number) => values.push(json!(number.to_string())),
        Value::String(_) => values.extend(["@cut@", "@half@", "@latin@", "@tab@"].map(Value::from)),
        Value::Array(items) => {
            let members =
                items.iter().enumerate().map(|(index, item)| ((2 * index).to_string(), item.clone()));
            values.push(members.collect());
        }
        _ => {}
    }
    values.retain(|odd| odd != value);
    forms.extend(values.into_iter().map(Odd::Is));
    forms
}

impl Odd {
    /// Changes a document at a place.
    pub(super) fn apply(&self, document: &mut Value, place: &[Step]) {
        match self {
            Self::Absent => drop(remove(document, place)),
            Self::OtherCase => {
                let Some((Step::Member(name), above)) = place.split_last() else { return };
                let Some(value) = remove(document, place) else { return };
                if let Some(Value::Object(members)) = find_mut(document, above) {
                    let other = name.to_ascii_uppercase();
                    members.insert(if other == *name { name.to_ascii_lowercase() } else { other }, value);
                }
            }
            Self::Is(value) => {
                if let Some(found) = find_mut(document, place) {
                    found.clone_from(value);
                }
            }
        }
    }

    /// Whether it says as much as nothing: absent, `null`, empty, or `NaN`. Other numbers and truth values may
    /// mean what is there by default.
    pub(super) fn says_nothing(&self) -> bool {
        match self {
            Self::Absent | Self::OtherCase | Self::Is(Value::Null) => true,
            Self::Is(Value::String(text)) => ["", "@nan@", "@infinity@"].contains(&text.as_str()),
            Self::Is(Value::Array(items)) => items.is_empty(),
            Self::Is(Value::Object(members)) => members.is_empty(),
            Self::Is(Value::Number(_) | Value::Bool(_)) => true,
        }
    }
}

pub(super) fn find<'v>(value: &'v Value, place: &[Step]) -> Option<&'v Value> {
    place.iter().try_fold(value, |value, step| match step {
        Step::Member(name) => value.get(name),
        Step::Element(index) => value.get(index),
    })
}

fn find_mut<'v>(value: &'v mut Value, place: &[Step]) -> Option<&'v mut Value> {
    place.iter().try_fold(value, |value, step| match step {
        Step::Member(name) => value.get_mut(name),
        Step::Element(index) => value.get_mut(index),
    })
}

fn remove(document: &mut Value, place: &[Step]) -> Option<Value> {
    let (last, above) = place.split_last()?;
    match (find_mut(document, above)?, last) {
        (Value::Object(members), Step::Member(name)) => members.remove(name),
        (Value::Array(items), Step::Element(index)) if *index < items.len() => Some(items.remove(*index)),
        _ => None,
    }
}

/// A place as errors name it: `[3].user.name`.
pub(super) fn path(place: &[Step]) -> String {
    let mut path = String::new();
    for step in place {
        let dot = if path.is_empty() { "" } else { "." };
        let _ = match step {
            Step::Member(name) => write!(path, "{dot}{name}"),
            Step::Element(index) => write!(path, "[{index}]"),
        };
    }
    path
}

/// The document with the members of each object from the last to the first.
pub(super) fn reversed(value: &Value) -> String {
    let mut text = String::new();
    match value {
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(reversed).collect();
            let _ = write!(text, "[{}]", items.join(", "));
        }
        Value::Object(members) => {
            let members =
                members.iter().rev().map(|(name, member)| format!("{}: {}", json!(name), reversed(member)));
            let _ = write!(text, "{{{}}}", members.collect::<Vec<_>>().join(","));
        }
        other => text = other.to_string(),
    }
    text
}

/// The bytes of a document with what JSON cannot express.
pub(super) fn raw(document: &Value) -> Vec<u8> {
    let text = document.to_string();
    let mut body = Vec::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(open) = rest.find("\"@") {
        body.extend_from_slice(&rest.as_bytes()[..open]);
        rest = &rest[open..];
        let found = RAW
            .iter()
            .find(|(name, _)| rest[1..].starts_with(name) && rest[1 + name.len()..].starts_with('"'));
        match found {
            Some((name, bytes)) => {
                body.extend_from_slice(bytes);
                rest = &rest[name.len() + 2..];
            }
            None => {
                body.extend_from_slice(b"\"@");
                rest = &rest[2..];
            }
        }
    }
    body.extend_from_slice(rest.as_bytes());
    body
}
