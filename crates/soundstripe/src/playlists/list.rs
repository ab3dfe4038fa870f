//! Lists of curated playlists.

use segno_core::{BuildError, RequestWriter, endpoint};

use super::{Include, MediaType, Playlist};
use crate::error::ApiError;
use crate::ids::PlaylistCategoryId;
use crate::json_api::read_list;
use crate::page::{Page, PageNumber};

endpoint! {
    /// `GET /v1/playlists`: curated playlists.
    pub struct List {}
    optional {
        /// The resources that the response includes; of the songs of each playlist only the first page.
        query include: Include = "include" via Include::value,
        /// Whether every audio file of each song is included, or the primary one only (the default).
        query include_alternate_audio_files: bool = "filter[include_alternate_audio_files]",
        /// Only playlists of these categories.
        query categories: Vec<PlaylistCategoryId> = "filter[playlist_category_ids]" via joined,
        /// What the playlists are of; songs by default.
        query media_type: MediaType = "filter[media_type]",
    }
    pages: PageNumber,
    name: "soundstripe.playlists.list",
    method: GET,
    path: "playlists",
    replay: Safe,
    write: Self::check,
    response: Page<Playlist>,
    error: ApiError,
    read: read_list,
}

impl List {
    fn check(&self, _: &mut RequestWriter) -> Result<(), BuildError> {
        match self.categories.iter().flatten().find(|id| id.as_str().contains(',')) {
            Some(id) => Err(BuildError::value("categories", format!("must have no commas, found {id}"))),
            None => Ok(()),
        }
    }
}

fn joined(ids: &[PlaylistCategoryId]) -> Option<String> {
    let ids: Vec<&str> = ids.iter().map(PlaylistCategoryId::as_str).collect();
    (!ids.is_empty()).then(|| ids.join(","))
}
