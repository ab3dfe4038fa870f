//! Categories of curated playlists.

use segno_core::{BuildError, Bytes, DecodeError, Endpoint, Method, Replay, RequestWriter, Response};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::error::ApiError;
use crate::ids::PlaylistCategoryId;
use crate::json_api::{FromResource, Included, Resource, read_list, read_one};
use crate::page::{Page, Paging, paged};

/// A category of curated playlists.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PlaylistCategory {
    /// The identifier.
    pub id: PlaylistCategoryId,
    /// The name, such as `Seasonal`.
    pub name: Option<String>,
    /// Attributes that are not documented.
    pub other: Map<String, Value>,
}

#[derive(Deserialize)]
struct Attributes {
    #[serde(default)]
    name: Option<String>,
    #[serde(flatten)]
    other: Map<String, Value>,
}

impl FromResource for PlaylistCategory {
    const TYPE: &'static str = "playlist_categories";

    fn from_resource(resource: &Resource, _: &Included<'_>) -> Result<Self, DecodeError> {
        let Attributes { name, other } = resource.read_attributes()?;
        Ok(Self { id: PlaylistCategoryId::wire(&resource.id), name, other })
    }
}

/// `GET /v1/playlist_categories`: the categories of curated playlists.
#[derive(Clone, Debug, Default)]
#[must_use = "a request does nothing until it is sent"]
pub struct List {
    paging: Paging,
}

impl List {
    /// All of them, in pages of 100.
    pub fn new() -> Self {
        Self::default()
    }
}

paged!(List, PlaylistCategory);

impl Endpoint for List {
    type Output = Page<PlaylistCategory>;
    type ApiError = ApiError;
    const NAME: &'static str = "soundstripe.playlist_categories.list";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("playlist_categories", &[])?;
        self.paging.write(request)
    }

    fn read(response: Response<Bytes>) -> Result<Page<PlaylistCategory>, DecodeError> {
        read_list(&response)
    }
}

/// `GET /v1/playlist_categories/{playlist_category_id}`: one category of curated playlists.
///
/// **Unconfirmed**: the documentation does not have it; one caller was seen to use it.
#[derive(Clone, Debug)]
#[must_use = "a request does nothing until it is sent"]
pub struct Get {
    id: PlaylistCategoryId,
}

impl Get {
    /// Asks for one category.
    pub fn new(id: impl Into<PlaylistCategoryId>) -> Self {
        Self { id: id.into() }
    }
}

impl Endpoint for Get {
    type Output = PlaylistCategory;
    type ApiError = ApiError;
    const NAME: &'static str = "soundstripe.playlist_categories.get";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("playlist_categories/{playlist_category_id}", &[&self.id])
    }

    fn read(response: Response<Bytes>) -> Result<PlaylistCategory, DecodeError> {
        read_one(&response)
    }
}
