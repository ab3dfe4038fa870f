//! Tags, by which songs can be filtered.
//!
//! ```
//! # use segno_soundstripe::{Client, Error, tags};
//! # async fn example(client: Client) -> Result<(), Error> {
//! let mut genres = client.items(tags::List::new().category(tags::TagCategory::Genre));
//! while let Some(tag) = genres.next().await {
//!     println!("{:?}", tag?.name);
//! }
//! # Ok(())
//! # }
//! ```

use segno_core::lenient::PassedOver;
use segno_core::{DecodeError, endpoint, open_enum};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::error::ApiError;
use crate::ids::TagId;
use crate::json_api::{FromResource, Included, Resource, read_list};
use crate::page::{Page, PageNumber};

/// A tag. Its id and its name mean the same in a filter.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Tag {
    /// The identifier: a slug such as `8_bit`. It cannot be computed from the name.
    pub id: TagId,
    /// The name, such as `8-bit`.
    pub name: Option<String>,
    /// The category of the tag.
    pub category: Option<TagCategory>,
    /// Members that could not be read.
    #[serde(default)]
    pub passed_over: PassedOver,
    /// Attributes that are not documented.
    #[serde(default)]
    pub other: Map<String, Value>,
}

open_enum! {
    /// The category of a tag; each has a filter of its own.
    pub enum TagCategory: text {
        /// What a song is like; for [`songs::List::characteristic`](crate::songs::List::characteristic).
        Characteristic = "characteristic",
        /// A style of music; for [`songs::List::genre`](crate::songs::List::genre).
        Genre = "genre",
        /// An instrument that is heard; for [`songs::List::instrument`](crate::songs::List::instrument).
        Instrument = "instrument",
        /// How a song feels; for [`songs::List::mood`](crate::songs::List::mood).
        Mood = "mood",
    }
}

impl FromResource for Tag {
    const TYPE: &'static str = "tags";

    fn from_resource(resource: &Resource, included: &Included<'_>) -> Result<Self, DecodeError> {
        let mut tag: Self = resource.read(included)?;
        resource.add_passed_over(&mut tag.passed_over);
        Ok(tag)
    }
}

endpoint! {
    /// `GET /v1/tags`: the tags that exist.
    pub struct List {}
    optional {
        /// Only those of one category. The documentation's table has this name; links in its samples have `filter[tag_category]`.
        query category: TagCategory = "filter[category]",
    }
    pages: PageNumber,
    name: "soundstripe.tags.list",
    method: GET,
    path: "tags",
    replay: Safe,
    response: Page<Tag>,
    error: ApiError,
    read: read_list,
}
