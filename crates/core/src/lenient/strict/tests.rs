use super::*;
use crate::lenient::{OneOrMany, PassedOver, Tape, link, list, read as from_tape};
use proptest::prelude::*;
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Debug, PartialEq, Deserialize)]
struct Model {
    id: u32,
    #[serde(default)]
    title: String,
    bpm: Option<f64>,
    #[serde(default, deserialize_with = "link")]
    page: String,
    #[serde(default, deserialize_with = "list")]
    moods: Vec<String>,
    #[serde(default, deserialize_with = "list")]
    files: Vec<String>,
    below: Option<Box<Model>>,
    #[serde(default)]
    pair: Option<(i8, bool)>,
    kind: Option<Kind>,
    one_or_many: Option<OneOrMany<Plain>>,
    #[serde(default)]
    any: Value,
    #[serde(default)]
    passed_over: PassedOver,
    #[serde(default)]
    other: BTreeMap<String, Value>,
}

#[derive(Debug, PartialEq, Deserialize)]
enum Kind {
    Song,
    Effect(Plain),
}

/// Members that have the names of hooks and are none.
#[derive(Debug, PartialEq, Deserialize)]
struct Plain {
    #[serde(default)]
    other: Option<u8>,
    #[serde(default)]
    passed_over: Option<bool>,
}

fn base() -> Uri {
    Uri::from_static("https://api.example.com/v1/songs?page=2")
}

fn tape<T: DeserializeOwned>(text: &str) -> Option<T> {
    let tape = Tape::parse(&mut serde_json::Deserializer::from_str(text)).ok()?;
    from_tape(&tape, Some(&base())).ok()
}

#[test]
fn what_is_as_it_should_be_needs_no_tape() {
    let text = r#"{"id":7,"title":"Low\nTide","bpm":96,"page":"?page=3","files":["calm"],"below":{"id":8,"new":[1]},
        "pair":[1,true],"kind":{"Effect":{"other":3}},"one_or_many":[],"moods":null,"any":{"a":[null]},"old":{"b":1}}"#;
    let model: Model = read(text.as_bytes(), Some(&base())).unwrap();
    assert_eq!(model.page, "https://api.example.com/v1/songs?page=3");
    assert_eq!(model.other, BTreeMap::from([("old".to_owned(), serde_json::json!({"b": 1}))]));
    assert_eq!(model.below.as_ref().unwrap().other.len(), 1);
    assert_eq!(Some(model), tape(text));
}

#[test]
fn what_is_otherwise_is_left_to_the_tape() {
    for odd in [
        r#"{"id":"7"}"#,
        r#"{"id":7,"id":8}"#,
        r#"{"id":7,"title":null}"#,
        r#"{"id":7,"moods":["calm",[]]}"#,
        r#"{"id":7,"below":[8]}"#,
        r#"{"id":7,"passed_over":[]}"#,
        r#"{"id":7,"other":{}}"#,
        "[7]",
        r#"{"id":7} x"#,
    ] {
        assert!(read::<Model>(odd.as_bytes(), None).is_err(), "{odd}");
    }
}

fn value() -> impl Strategy<Value = String> {
    let name = prop_oneof![
        Just("id"),
        Just("title"),
        Just("bpm"),
        Just("page"),
        Just("moods"),
        Just("below"),
        Just("pair"),
        Just("kind"),
        Just("one_or_many"),
        Just("any"),
        Just("passed_over"),
        Just("other"),
        Just("new"),
    ];
    let leaf = prop_oneof![
        3 => (0_u8..9).prop_map(|number| number.to_string()),
        1 => Just("null".to_owned()),
        1 => Just("true".to_owned()),
        1 => Just("-0.5".to_owned()),
        1 => Just("1e300".to_owned()),
        1 => Just("\"Song\"".to_owned()),
        1 => Just("\"7\"".to_owned()),
        1 => Just("\"x\\u00e9\"".to_owned()),
    ];
    leaf.prop_recursive(4, 40, 6, move |inner| {
        let members = prop::collection::vec((name.clone(), inner.clone()), 0..6);
        prop_oneof![
            1 => prop::collection::vec(inner, 0..3).prop_map(|items| format!("[{}]", items.join(","))),
            2 => members.prop_map(|members| {
                let members: Vec<_> = members.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
                format!("{{\"id\":1{}{}}}", if members.is_empty() { "" } else { "," }, members.join(","))
            }),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_read_here_is_what_the_tape_gives(text in value()) {
        if let Ok(model) = read::<Model>(text.as_bytes(), Some(&base())) {
            prop_assert_eq!(Some(model), tape(&text));
        }
        if let Ok(models) = read::<Vec<Model>>(text.as_bytes(), Some(&base())) {
            prop_assert_eq!(Some(models), tape(&text));
        }
        if let Ok(plain) = read::<Plain>(text.as_bytes(), None) {
            prop_assert_eq!(Some(plain), tape(&text));
        }
        if let Ok(value) = read::<Value>(text.as_bytes(), None) {
            prop_assert_eq!(Some(value), tape(&text));
        }
    }
}
