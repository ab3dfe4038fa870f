//! Lists of curated playlists.

use segno_core::{BuildError, Bytes, DecodeError, Endpoint, Method, Replay, RequestWriter, Response};

use super::{Include, MediaType, Playlist};
use crate::error::ApiError;
use crate::ids::PlaylistCategoryId;
use crate::json_api::read_list;
use crate::page::{Page, Paging, paged};

/// `GET /v1/playlists`: curated playlists.
#[derive(Clone, Debug, Default)]
#[must_use = "a request does nothing until it is sent"]
pub struct List {
    include: Include,
    alternates: Option<bool>,
    categories: Vec<PlaylistCategoryId>,
    media_type: Option<MediaType>,
    paging: Paging,
}

impl List {
    /// All playlists of songs, in pages of 100.
    pub fn new() -> Self {
        Self::default()
    }

    /// What comes with them; of the songs of each playlist only the first page does.
    pub fn include(mut self, include: Include) -> Self {
        self.include = include;
        self
    }

    /// Whether every audio file of each song comes with it, or the primary one only (the default).
    pub fn include_alternate_audio_files(mut self, all: bool) -> Self {
        self.alternates = Some(all);
        self
    }

    /// Only playlists of this category; several add up.
    pub fn category(mut self, id: impl Into<PlaylistCategoryId>) -> Self {
        self.categories.push(id.into());
        self
    }

    /// What the playlists are of; songs, unless told otherwise.
    pub fn media_type(mut self, media_type: MediaType) -> Self {
        self.media_type = Some(media_type);
        self
    }
}

paged!(List, Playlist);

impl Endpoint for List {
    type Output = Page<Playlist>;
    type ApiError = ApiError;
    const NAME: &'static str = "soundstripe.playlists.list";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("playlists", &[])?;
        self.include.write(request);
        request.query_some("filter[include_alternate_audio_files]", self.alternates);
        if !self.categories.is_empty() {
            let ids: Vec<&str> = self.categories.iter().map(PlaylistCategoryId::as_str).collect();
            if ids.iter().any(|id| id.contains(',')) {
                return Err(BuildError::value("category", "an id has a comma, which separates ids"));
            }
            request.query("filter[playlist_category_ids]", ids.join(","));
        }
        request.query_some("filter[media_type]", self.media_type.as_ref());
        self.paging.write(request)
    }

    fn read(response: Response<Bytes>) -> Result<Page<Playlist>, DecodeError> {
        read_list(&response)
    }
}
