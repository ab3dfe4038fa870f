//! JSON:API documents.

use std::collections::HashSet;

use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::reply::Reply;

pub(super) const MEDIA_TYPE: &str = "application/vnd.api+json";

/// A resource object.
pub(super) fn resource(kind: &str, id: impl ToString, attributes: Value) -> Value {
    json!({"id": id.to_string(), "type": kind, "attributes": attributes})
}

/// To-many linkage.
pub(super) fn linkage(kind: &str, ids: impl IntoIterator<Item = u64>) -> Value {
    let data: Vec<Value> = ids.into_iter().map(|id| json!({"id": id.to_string(), "type": kind})).collect();
    json!({"data": data})
}

/// The resources of `included`: artists first, then audio files, then the rest, each group in the order of its first
/// reference, nothing twice.
#[derive(Default)]
pub(super) struct Included {
    seen: HashSet<(String, String)>,
    artists: Vec<Value>,
    audio_files: Vec<Value>,
    others: Vec<Value>,
}

impl Included {
    /// Adds a resource, made only if it is not there yet.
    pub(super) fn add(&mut self, kind: &str, id: u64, make: impl FnOnce() -> Value) {
        if !self.seen.insert((kind.to_owned(), id.to_string())) {
            return;
        }
        match kind {
            "artists" => self.artists.push(make()),
            "audio_files" => self.audio_files.push(make()),
            _ => self.others.push(make()),
        }
    }

    pub(super) fn into_value(self) -> Value {
        [self.artists, self.audio_files, self.others].concat().into()
    }
}

/// A document with whichever of `included` and `links` there are.
pub(super) fn document(data: Value, included: Option<Included>, links: Option<Value>) -> Value {
    let mut document = Map::new();
    document.insert("data".into(), data);
    if let Some(included) = included {
        document.insert("included".into(), included.into_value());
    }
    if let Some(links) = links {
        document.insert("links".into(), links);
    }
    Value::Object(document)
}

/// An answer with a document.
pub(super) fn reply(status: StatusCode, document: &Value) -> Reply {
    Reply::new(status, MEDIA_TYPE, document.to_string())
}
