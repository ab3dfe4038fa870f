//! One request past all checks of its head: where the resources find what they need.

use std::sync::Arc;

use http::StatusCode;
use serde_json::{Map, Value};

use super::catalogue::Catalogue;
use super::document::{self, Document};
use super::error::{self, Result};
use super::query::Query;
use super::state::Soundstripe;
use super::switches::Switches;
use crate::kit::Response;

/// A request that is let in.
pub(super) struct RequestContext<'a> {
    pub(super) service: &'a Arc<Soundstripe>,
    pub(super) catalogue: Arc<Catalogue>,
    pub(super) query: Query,
    /// The path as sent.
    pub(super) path: String,
    pub(super) switches: Arc<Switches>,
    /// The number of the account whose key it is.
    pub(super) account: usize,
}

/// The `data` of a body, if its type is one of these.
pub(super) fn data<'a>(body: &'a Value, kinds: &[&str]) -> Result<&'a Map<String, Value>> {
    let data = body.get("data").and_then(Value::as_object).ok_or_else(|| error::bad("data is missing"))?;
    match data.get("type").and_then(Value::as_str) {
        Some(kind) if kinds.contains(&kind) => Ok(data),
        _ => Err(error::bad(format!("data.type must be {}", kinds[0]))),
    }
}

/// The attributes of a resource in a body.
pub(super) fn attributes(data: &Map<String, Value>) -> Result<&Map<String, Value>> {
    data.get("attributes").and_then(Value::as_object).ok_or_else(|| error::bad("data.attributes is missing"))
}

/// A response with a document, 200.
pub(super) fn ok(document: &Document) -> Response {
    document::response(StatusCode::OK, document)
}
