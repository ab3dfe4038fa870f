//! Any text: where serde_json finds the end of an object or list, so do we; what is read by the lenient reader where nothing is odd is
//! what serde_json reads.
#![no_main]

use libfuzzer_sys::fuzz_target;
use segno_core::decode::{from_json, json_length};
use segno_core::lenient;
use serde::Deserialize;
use serde_json::Value;

#[derive(Debug, PartialEq, Deserialize)]
struct Item {
    id: u64,
    name: Option<String>,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Strict {
    count: Option<i64>,
    share: Option<f64>,
    title: Option<String>,
    is_public: Option<bool>,
    items: Vec<Item>,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Model {
    count: Option<i64>,
    share: Option<f64>,
    title: Option<String>,
    is_public: Option<bool>,
    #[serde(deserialize_with = "lenient::list")]
    items: Vec<Item>,
}

fuzz_target!(|text: &[u8]| {
    if matches!(text.first(), Some(b'{' | b'[')) {
        let mut values = serde_json::Deserializer::from_slice(text).into_iter::<Value>();
        if let Some(Ok(_)) = values.next() {
            assert_eq!(json_length(text), Some(values.byte_offset()));
        }
    }
    if let Ok(value) = serde_json::from_slice::<Value>(text) {
        assert_eq!(from_json::<Value>(text).as_ref().ok(), Some(&value));
    }
    if let Ok(strict) = serde_json::from_slice::<Strict>(text) {
        let Strict { count, share, title, is_public, items } = strict;
        assert_eq!(from_json(text).ok(), Some(Model { count, share, title, is_public, items }));
    }
});
