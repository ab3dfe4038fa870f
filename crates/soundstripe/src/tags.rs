//! Tags: the words that songs can be searched by.

use segno_core::lenient::PassedOver;
use segno_core::{BuildError, Bytes, DecodeError, Endpoint, Method, Replay, RequestWriter, Response};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::error::ApiError;
use crate::ids::TagId;
use crate::json_api::{FromResource, Included, Resource, read_list};
use crate::open_enum::open_enum;
use crate::page::{Page, Paging, paged};

/// A tag. Its id and its name mean the same in a filter.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Tag {
    /// The identifier: a slug such as `8_bit`. It cannot be computed from the name.
    pub id: TagId,
    /// The name, such as `8-bit`.
    pub name: Option<String>,
    /// What kind of tag it is.
    pub category: Option<TagCategory>,
    /// What could not be read.
    pub passed_over: PassedOver,
    /// Attributes that are not documented.
    pub other: Map<String, Value>,
}

open_enum! {
    /// What kind of tag it is; each has a filter of its own.
    TagCategory {
        /// For [`songs::List::characteristic`](crate::songs::List::characteristic).
        Characteristic = "characteristic",
        /// For [`songs::List::genre`](crate::songs::List::genre).
        Genre = "genre",
        /// For [`songs::List::instrument`](crate::songs::List::instrument).
        Instrument = "instrument",
        /// For [`songs::List::mood`](crate::songs::List::mood).
        Mood = "mood",
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Attributes {
    name: Option<String>,
    category: Option<TagCategory>,
    passed_over: PassedOver,
    other: Map<String, Value>,
}

impl FromResource for Tag {
    const TYPE: &'static str = "tags";

    fn from_resource(resource: &Resource, included: &Included<'_>) -> Result<Self, DecodeError> {
        let Attributes { name, category, passed_over, other } = resource.read_attributes(included)?;
        let passed_over = resource.all_passed_over(passed_over);
        Ok(Self { id: TagId::wire(&resource.id), name, category, passed_over, other })
    }
}

/// `GET /v1/tags`: the tags that exist.
#[derive(Clone, Debug, Default)]
#[must_use = "a request does nothing until it is sent"]
pub struct List {
    category: Option<TagCategory>,
    paging: Paging,
}

impl List {
    /// All tags, in pages of 100.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only those of one category.
    pub fn category(mut self, category: TagCategory) -> Self {
        self.category = Some(category);
        self
    }
}

paged!(List, Tag);

impl Endpoint for List {
    type Output = Page<Tag>;
    type ApiError = ApiError;
    const NAME: &'static str = "soundstripe.tags.list";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("tags", &[])?;
        // The table of the documentation has this name; links in its samples say `filter[tag_category]`.
        request.query_some("filter[category]", self.category.as_ref());
        self.paging.write(request)
    }

    fn read(response: Response<Bytes>) -> Result<Page<Tag>, DecodeError> {
        read_list(&response)
    }
}
