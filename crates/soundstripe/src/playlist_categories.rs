//! Categories of curated playlists.
//!
//! ```
//! # use segno_soundstripe::{Client, Error, playlist_categories};
//! # async fn example(client: Client) -> Result<(), Error> {
//! for category in client.send(&playlist_categories::List::new()).await?.items {
//!     println!("{} {:?}", category.id, category.name);
//! }
//! # Ok(())
//! # }
//! ```

use segno_core::lenient::PassedOver;
use segno_core::{DecodeError, endpoint};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::error::ApiError;
use crate::ids::PlaylistCategoryId;
use crate::json_api::{FromResource, Included, Resource, read_list, read_one};
use crate::page::{Page, PageNumber};

/// A category of curated playlists.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct PlaylistCategory {
    /// The identifier, for [`playlists::List::categories`](crate::playlists::List::categories).
    pub id: PlaylistCategoryId,
    /// The name, such as `Seasonal`.
    pub name: Option<String>,
    /// Members that could not be read.
    #[serde(default)]
    pub passed_over: PassedOver,
    /// Attributes that are not documented.
    #[serde(default)]
    pub other: Map<String, Value>,
}

impl FromResource for PlaylistCategory {
    const TYPE: &'static str = "playlist_categories";

    fn from_resource(resource: &Resource, included: &Included<'_>) -> Result<Self, DecodeError> {
        let mut category: Self = resource.read(included)?;
        resource.add_passed_over(&mut category.passed_over);
        Ok(category)
    }
}

endpoint! {
    /// `GET /v1/playlist_categories`: the categories of curated playlists.
    pub struct List {}
    pages: PageNumber,
    name: "soundstripe.playlist_categories.list",
    method: GET,
    path: "playlist_categories",
    replay: Safe,
    response: Page<PlaylistCategory>,
    error: ApiError,
    read: read_list,
}

endpoint! {
    /// `GET /v1/playlist_categories/{playlist_category_id}`: one category of curated playlists.
    ///
    /// **Unconfirmed**: it is not documented; one client was seen to use it.
    pub struct Get { path id: PlaylistCategoryId }
    name: "soundstripe.playlist_categories.get",
    method: GET,
    path: "playlist_categories/{playlist_category_id}",
    replay: Safe,
    response: PlaylistCategory,
    error: ApiError,
    read: read_one,
}
