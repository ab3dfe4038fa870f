//! What it takes to go on with a download in another process.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use http::HeaderValue;
use serde::{Deserialize, Serialize};

use super::range::Validator;
use crate::request::Prepared;

/// Which state of which file, and how much of it is there: enough to ask for the rest, in another process too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Resumption {
    /// Where it comes from: a number for the URL, which may be a secret.
    pub source: String,
    /// The `ETag`, if that is strong.
    #[serde(default)]
    pub etag: Option<String>,
    /// Otherwise the `Last-Modified`.
    #[serde(default)]
    pub last_modified: Option<String>,
    /// The length of the whole file in bytes, if the service told it.
    #[serde(default)]
    pub length: Option<u64>,
    /// How many bytes of it, from the first, are safe on the disk.
    pub range: u64,
    /// How many whole pieces that are, of a file that is put together of some.
    #[serde(default)]
    pub parts: usize,
}

impl Resumption {
    /// A download that begins.
    pub(super) fn new(source: &str, validator: &Validator, length: Option<u64>) -> Self {
        let text = |value: &HeaderValue| value.to_str().ok().map(str::to_owned);
        let (etag, last_modified) = match validator {
            Validator::ETag(value) => (text(value), None),
            Validator::LastModified(value) => (None, text(value)),
        };
        Self { source: source.to_owned(), etag, last_modified, length, range: 0, parts: 0 }
    }

    /// A file that is put together of pieces, of which there are so many. `tag` is what two states of it have in common if one can
    /// go on where the other ended.
    #[must_use]
    pub fn of_parts(source: &str, tag: &str, parts: usize) -> Self {
        let (source, etag) = (source.to_owned(), Some(tag.to_owned()));
        Self { source, etag, last_modified: None, length: None, range: 0, parts }
    }

    pub(super) fn validator(&self) -> Option<Validator> {
        let value = |text: &String| HeaderValue::from_str(text).ok();
        match (&self.etag, &self.last_modified) {
            (Some(etag), _) => value(etag).map(Validator::ETag),
            (None, Some(date)) => value(date).map(Validator::LastModified),
            (None, None) => None,
        }
    }
}

/// A number for where a request goes. The query of a URL of its own changes each time it is signed, so it does not count; the validator
/// tells whether it is the same file.
pub(super) fn source(prepared: &Prepared) -> String {
    let mut hasher = DefaultHasher::new();
    prepared.uri.authority().map(http::uri::Authority::as_str).hash(&mut hasher);
    prepared.uri.path().hash(&mut hasher);
    if !prepared.elsewhere {
        prepared.uri.query().hash(&mut hasher);
    }
    format!("{:016x}", hasher.finish())
}
