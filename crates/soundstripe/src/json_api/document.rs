//! Whole documents.

use segno_core::decode::{ResponseUrl, from_json, from_value, read_json, read_unit};
use segno_core::lenient::{List, PassedOver};
use segno_core::{Bytes, DecodeError, Response, SecretUrl, lenient};
use serde::Deserialize;
use serde_json::Value;

use super::links::Meta;
use super::{FromResource, Included, Links, Resource};
use crate::page::Page;

/// A document with primary data (JSON:API 1.0, section "Top Level").
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Document<D> {
    /// The primary data: one [`Resource`] or a [`List`] of them.
    pub data: D,
    /// Resources that belong to the primary data. May be absent.
    #[serde(default, deserialize_with = "lenient::list")]
    pub included: Vec<Resource>,
    /// Page numbers; lists have them.
    #[serde(default)]
    pub links: Links,
    #[serde(default)]
    meta: Meta,
    /// Members beside the primary data that could not be read.
    #[serde(default)]
    pub passed_over: PassedOver,
}

impl<D> Document<D> {
    /// How many items all pages have together: `links.meta.total_count`, or else `meta.total_count`.
    #[must_use]
    pub fn total_count(&self) -> Option<u64> {
        self.links.meta.total_count.or(self.meta.total_count)
    }

    /// A resource without a type cannot be linked to, so it is passed over.
    fn without_untyped(mut self) -> Self {
        for untyped in self.included.extract_if(.., |resource| resource.kind.is_empty()) {
            self.passed_over.add(format!("included/{}", untyped.id), untyped.raw());
        }
        self
    }
}

/// Reads a document with one resource.
///
/// # Errors
/// [`DecodeError`] if it is not such a document.
pub fn read_one<T: FromResource>(response: &Response<Bytes>) -> Result<T, DecodeError> {
    one(read_json::<Document<Resource>>(response)?.without_untyped(), ResponseUrl::of(response))
}

/// Reads a document with one resource from a JSON value that is already here.
pub(crate) fn one_from_value<T: FromResource>(value: &Value) -> Result<T, DecodeError> {
    one(from_value::<Document<Resource>>(value, None)?.without_untyped(), None)
}

fn one<T: FromResource>(
    mut document: Document<Resource>,
    base: Option<&SecretUrl>,
) -> Result<T, DecodeError> {
    // The resource stands for the whole document.
    document.data.passed_over.take("", document.passed_over);
    let included = Included::new(std::iter::once(&document.data).chain(&document.included)).from_url(base);
    T::from_resource(&document.data, &included)
}

/// Reads the response to a request without a result: no body, or what JSON:API allows in its place (1.0,
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

/// Reads a document with a list of resources. A resource that cannot be read is among those that the page
/// [passed over](Page::passed_over).
///
/// # Errors
/// [`DecodeError`] if it is not such a document.
pub fn read_list<T: FromResource>(response: &Response<Bytes>) -> Result<Page<T>, DecodeError> {
    let document = read_json::<Document<List<Resource>>>(response)?.without_untyped();
    let included =
        Included::new(document.data.iter().chain(&document.included)).from_url(ResponseUrl::of(response));
    let mut passed_over = document.passed_over.clone();
    passed_over.take("data", document.data.passed_over.clone());
    let mut items = Vec::with_capacity(document.data.len());
    for resource in &document.data {
        match T::from_resource(resource, &included) {
            Ok(item) => items.push(item),
            Err(_) => passed_over.add(format!("data/{}", resource.id), resource.raw()),
        }
    }
    Ok(Page {
        items,
        total_count: document.total_count(),
        links: document.links,
        passed_over,
        given: document.data.given(),
    })
}

/// Reads a document with one resource whose contents are paged, as a page of these contents: the items, what could not be read
/// of the resource, and how many items the page has.
pub(crate) fn read_list_within<T: FromResource, I>(
    response: &Response<Bytes>,
    contents: fn(T) -> (Vec<I>, PassedOver, usize),
) -> Result<Page<I>, DecodeError> {
    let document = read_json::<Document<Resource>>(response)?.without_untyped();
    let (total_count, links) = (document.total_count(), document.links.clone());
    let (items, passed_over, given) = contents(one(document, ResponseUrl::of(response))?);
    Ok(Page { items, total_count, links, passed_over, given })
}
