//! Whole documents.

use segno_core::{Bytes, DecodeError, Response, from_json, read_unit};
use serde::Deserialize;
use serde_json::Value;

use super::links::Meta;
use super::{FromResource, Included, Links, Resource, null_is_default};
use crate::page::Page;

/// A document with primary data (JSON:API 1.0, section "Top Level").
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Document<D> {
    /// The primary data: one [`Resource`] or a list of them.
    pub data: D,
    /// Resources that belong to the primary data. May be absent.
    #[serde(default, deserialize_with = "null_is_default")]
    pub included: Vec<Resource>,
    /// Page numbers; lists have them.
    #[serde(default, deserialize_with = "null_is_default")]
    pub links: Links,
    #[serde(default, deserialize_with = "null_is_default")]
    meta: Meta,
}

impl<D> Document<D> {
    /// How many items all pages have together: `links.meta.total_count`, or else `meta.total_count`.
    #[must_use]
    pub fn total_count(&self) -> Option<u64> {
        self.links.meta.total_count.or(self.meta.total_count)
    }
}

/// Reads a document with one resource.
///
/// # Errors
/// [`DecodeError`] if it is no such document.
pub fn read_one<T: FromResource>(response: &Response<Bytes>) -> Result<T, DecodeError> {
    one(from_json(response.body())?)
}

/// Reads a document with one resource from a JSON value that is already here.
pub(crate) fn one_from_value<T: FromResource>(value: &Value) -> Result<T, DecodeError> {
    let document = serde_path_to_error::deserialize(value).map_err(|error| DecodeError::Shape {
        path: error.path().to_string(),
        message: "not a JSON:API document with one resource".into(),
    })?;
    one(document)
}

fn one<T: FromResource>(document: Document<Resource>) -> Result<T, DecodeError> {
    let included = Included::new(std::iter::once(&document.data).chain(&document.included));
    T::from_resource(&document.data, &included)
}

/// Reads the response to a request that leaves nothing to tell: no body, or what JSON:API allows in its place (1.0,
/// sections "Deleting Resources" and "Updating Relationships"): a document with `meta` alone, or with what is left.
///
/// # Errors
/// [`DecodeError`] if it is anything else.
pub fn read_done(response: &Response<Bytes>) -> Result<(), DecodeError> {
    read_unit(response, |body| {
        let Ok(Value::Object(document)) = from_json(body) else { return false };
        let is_resource = |data: &Value| data.get("type").is_some_and(Value::is_string);
        let data = match document.get("data") {
            None => document.get("meta").is_some_and(Value::is_object),
            Some(Value::Array(items)) => items.iter().all(is_resource),
            Some(data) => is_resource(data),
        };
        data && !document.contains_key("errors")
    })
}

/// Reads a document with a list of resources.
///
/// # Errors
/// [`DecodeError`] if it is no such document.
pub fn read_list<T: FromResource>(response: &Response<Bytes>) -> Result<Page<T>, DecodeError> {
    let document: Document<Vec<Resource>> = from_json(response.body())?;
    let included = Included::new(document.data.iter().chain(&document.included));
    let items = document
        .data
        .iter()
        .map(|resource| T::from_resource(resource, &included))
        .collect::<Result<_, _>>()?;
    Ok(Page { items, total_count: document.total_count(), links: document.links.clone() })
}

/// Reads a document with one resource whose contents are paged, and takes those.
pub(crate) fn read_list_within<T: FromResource, I>(
    response: &Response<Bytes>,
    contents: fn(T) -> Vec<I>,
) -> Result<Page<I>, DecodeError> {
    let document: Document<Resource> = from_json(response.body())?;
    let (total_count, links) = (document.total_count(), document.links.clone());
    Ok(Page { items: contents(one(document)?), total_count, links })
}
