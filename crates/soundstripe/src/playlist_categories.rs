//! Categories of curated playlists.

use segno_core::DecodeError;
use segno_core::lenient::PassedOver;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::ids::PlaylistCategoryId;
use crate::json_api::{FromResource, Included, Resource, read_one};
use crate::simple::{by_id, whole_list};

/// A category of curated playlists.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PlaylistCategory {
    /// The identifier.
    pub id: PlaylistCategoryId,
    /// The name, such as `Seasonal`.
    pub name: Option<String>,
    /// What could not be read.
    pub passed_over: PassedOver,
    /// Attributes that are not documented.
    pub other: Map<String, Value>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Attributes {
    name: Option<String>,
    passed_over: PassedOver,
    other: Map<String, Value>,
}

impl FromResource for PlaylistCategory {
    const TYPE: &'static str = "playlist_categories";

    fn from_resource(resource: &Resource, included: &Included<'_>) -> Result<Self, DecodeError> {
        let Attributes { name, passed_over, other } = resource.read_attributes(included)?;
        let passed_over = resource.all_passed_over(passed_over);
        Ok(Self { id: PlaylistCategoryId::wire(&resource.id), name, passed_over, other })
    }
}

whole_list!(
    /// `GET /v1/playlist_categories`: the categories of curated playlists.
    PlaylistCategory, "soundstripe.playlist_categories.list", "playlist_categories"
);

by_id!(
    /// `GET /v1/playlist_categories/{playlist_category_id}`: one category of curated playlists.
    ///
    /// **Unconfirmed**: the documentation does not have it; one caller was seen to use it.
    Get(PlaylistCategoryId) -> PlaylistCategory,
    "soundstripe.playlist_categories.get", GET Safe "playlist_categories/{playlist_category_id}", read_one
);
