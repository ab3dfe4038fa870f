//! Curated playlists.

mod list;
mod songs;

use std::fmt;

use segno_core::lenient::PassedOver;
use segno_core::{BuildError, Bytes, DecodeError, Endpoint, Method, Replay, RequestWriter, Response};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::error::ApiError;
use crate::ids::{PlaylistCategoryId, PlaylistId, SongId, SoundEffectId};
use crate::json_api::{FromResource, Included, Resource, read_one};
use crate::media::ImageUrl;
use crate::open_enum::open_enum;
use crate::page::Paging;
use crate::playlist_categories::PlaylistCategory;
use crate::songs::Song;
use crate::sound_effects::SoundEffect;

pub use list::List;
pub use songs::Songs;

/// A curated playlist, of songs or of sound effects.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Playlist {
    /// The identifier.
    pub id: PlaylistId,
    /// The name.
    pub name: Option<String>,
    /// A description.
    pub description: Option<String>,
    /// A picture, 450 × 450 pixels unless resized.
    pub image: Option<ImageUrl>,
    /// The length of all songs together, in seconds.
    pub duration: Option<f64>,
    /// The ids of its songs, as many as the answer names.
    pub song_ids: Vec<SongId>,
    /// The songs that came with it, in the same order. A list brings the first page of each playlist only; walk over
    /// all of them with [`Songs`].
    pub songs: Vec<Song>,
    /// The ids of its sound effects, as many as the answer names.
    pub sound_effect_ids: Vec<SoundEffectId>,
    /// The sound effects that came with it, in the same order.
    pub sound_effects: Vec<SoundEffect>,
    /// The ids of its categories.
    pub category_ids: Vec<PlaylistCategoryId>,
    /// The categories that came with it, in the same order.
    pub categories: Vec<PlaylistCategory>,
    /// What could not be read.
    pub passed_over: PassedOver,
    /// Attributes that are not documented.
    pub other: Map<String, Value>,
}

open_enum! {
    /// What a playlist is of.
    MediaType {
        /// Songs.
        Songs = "songs",
        /// Sound effects.
        SoundEffects = "sound_effects",
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Attributes {
    name: Option<String>,
    description: Option<String>,
    image: Option<ImageUrl>,
    duration: Option<f64>,
    passed_over: PassedOver,
    other: Map<String, Value>,
}

impl FromResource for Playlist {
    const TYPE: &'static str = "playlists";

    fn from_resource(resource: &Resource, included: &Included<'_>) -> Result<Self, DecodeError> {
        let read: Attributes = resource.read_attributes(included)?;
        Ok(Self {
            id: PlaylistId::wire(&resource.id),
            name: read.name,
            description: read.description,
            image: read.image,
            duration: read.duration,
            song_ids: resource.linked_ids("songs", Song::TYPE, SongId::wire),
            songs: included.resolve(resource, "songs")?,
            sound_effect_ids: resource.linked_ids("sound_effects", SoundEffect::TYPE, SoundEffectId::wire),
            sound_effects: included.resolve(resource, "sound_effects")?,
            category_ids: resource.linked_ids(
                "playlist_categories",
                PlaylistCategory::TYPE,
                PlaylistCategoryId::wire,
            ),
            categories: included.resolve(resource, "playlist_categories")?,
            passed_over: resource.all_passed_over(read.passed_over),
            other: read.other,
        })
    }
}

/// What comes with playlists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[must_use = "give it to a request"]
pub struct Include {
    songs: bool,
    audio_files: bool,
    artists: bool,
    categories: bool,
}

impl Include {
    /// Nothing.
    pub const fn new() -> Self {
        Self { songs: false, audio_files: false, artists: false, categories: false }
    }

    /// The songs.
    pub const fn songs(mut self) -> Self {
        self.songs = true;
        self
    }

    /// The songs and their audio files.
    pub const fn audio_files(mut self) -> Self {
        self.audio_files = true;
        self.songs()
    }

    /// The songs and their artists.
    pub const fn artists(mut self) -> Self {
        self.artists = true;
        self.songs()
    }

    /// The categories of the playlists.
    pub const fn categories(mut self) -> Self {
        self.categories = true;
        self
    }

    fn write(self, request: &mut RequestWriter) {
        let value = self.to_string();
        request.query_some("include", (!value.is_empty()).then_some(value));
    }
}

impl fmt::Display for Include {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [
            (self.songs, "songs"),
            (self.audio_files, "songs.audio_files"),
            (self.artists, "songs.artists"),
            (self.categories, "playlist_categories"),
        ];
        let named: Vec<&str> = parts.iter().filter(|(wanted, _)| *wanted).map(|(_, name)| *name).collect();
        f.write_str(&named.join(","))
    }
}

/// `GET /v1/playlists/{playlist_id}`: one curated playlist with one page of its songs or sound effects.
#[derive(Clone, Debug)]
#[must_use = "a request does nothing until it is sent"]
pub struct Get {
    id: PlaylistId,
    include: Include,
    alternates: Option<bool>,
    media_type: Option<MediaType>,
    paging: Option<Paging>,
}

impl Get {
    /// Asks for one playlist.
    pub fn new(id: impl Into<PlaylistId>) -> Self {
        Self { id: id.into(), include: Include::new(), alternates: None, media_type: None, paging: None }
    }

    /// What comes with it.
    pub fn include(mut self, include: Include) -> Self {
        self.include = include;
        self
    }

    /// Whether every audio file of each song comes with it, or the primary one only (the default).
    pub fn include_alternate_audio_files(mut self, all: bool) -> Self {
        self.alternates = Some(all);
        self
    }

    /// What the playlist is of; songs, unless told otherwise.
    pub fn media_type(mut self, media_type: MediaType) -> Self {
        self.media_type = Some(media_type);
        self
    }

    /// Which page of the contents, from 1, and how many a page has, 1..=100. The service gives the first 10 unless
    /// told otherwise.
    pub fn contents(mut self, number: u32, size: u32) -> Self {
        self.paging = Some(Paging { number, size });
        self
    }
}

impl Endpoint for Get {
    type Output = Playlist;
    type ApiError = ApiError;
    const NAME: &'static str = "soundstripe.playlists.get";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("playlists/{playlist_id}", &[&self.id])?;
        self.include.write(request);
        request.query_some("filter[include_alternate_audio_files]", self.alternates);
        request.query_some("filter[media_type]", self.media_type.as_ref());
        match self.paging {
            Some(paging) => paging.write(request),
            None => Ok(()),
        }
    }

    fn read(response: Response<Bytes>) -> Result<Playlist, DecodeError> {
        read_one(&response)
    }
}
