//! JSON:API documents.

use std::collections::HashSet;

use http::StatusCode;
use serde::Serialize;
use serde_json::{Value, json};

use crate::kit::Response;

pub(super) const MEDIA_TYPE: &str = "application/vnd.api+json";

pub(super) fn resource(kind: &str, id: impl ToString, attributes: Value) -> Value {
    json!({"id": id.to_string(), "type": kind, "attributes": attributes})
}

/// A relationship to many: `{"data": [{"id", "type"}, …]}`.
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
#[derive(Serialize)]
pub(super) struct Document {
    data: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    included: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    links: Option<Links>,
}

/// The `links` of a list, in the order in which the service writes them.
#[derive(Serialize)]
pub(super) struct Links {
    #[serde(rename = "self")]
    pub(super) this: String,
    pub(super) first: Option<String>,
    pub(super) prev: Option<String>,
    pub(super) next: Option<String>,
    pub(super) last: Option<String>,
    pub(super) meta: Meta,
}

/// What a list says about itself.
#[derive(Serialize)]
pub(super) struct Meta {
    pub(super) total_count: usize,
}

pub(super) fn document(data: Value, included: Option<Included>, links: Option<Links>) -> Document {
    Document { data, included: included.map(Included::into_value), links }
}

impl Document {
    pub(super) fn text(&self) -> String {
        // Maps with string keys, and nothing that cannot be written.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// A response with a document.
pub(super) fn response(status: StatusCode, document: &Document) -> Response {
    Response::new(status, MEDIA_TYPE, document.text())
}
