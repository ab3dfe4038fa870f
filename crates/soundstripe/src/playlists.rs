//! Curated playlists.

mod list;
mod songs;

use std::fmt;

use segno_core::lenient::PassedOver;
use segno_core::{DecodeError, endpoint, open_enum};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::error::ApiError;
use crate::ids::{PlaylistCategoryId, PlaylistId, SongId, SoundEffectId};
use crate::json_api::{FromResource, Included, Resource, read_one};
use crate::media::ImageUrl;
use crate::page::PageNumber;
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
    /// The URL of its image, 450 × 450 pixels unless resized.
    pub image: Option<ImageUrl>,
    /// The length of all songs together, in seconds.
    pub duration: Option<f64>,
    /// The ids of its songs, as many as the response has.
    pub song_ids: Vec<SongId>,
    /// The songs that the response includes, in the same order. A list has the first page of each playlist only; [`Songs`] has
    /// all of them.
    pub songs: Vec<Song>,
    /// The ids of its sound effects, as many as the response has.
    pub sound_effect_ids: Vec<SoundEffectId>,
    /// The sound effects that the response includes, in the same order.
    pub sound_effects: Vec<SoundEffect>,
    /// The ids of its categories.
    pub category_ids: Vec<PlaylistCategoryId>,
    /// The categories that the response includes, in the same order.
    pub categories: Vec<PlaylistCategory>,
    /// Members that could not be read.
    pub passed_over: PassedOver,
    /// Attributes that are not documented.
    pub other: Map<String, Value>,
}

open_enum! {
    /// What a playlist is of.
    pub enum MediaType: text {
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
            id: PlaylistId::received(&resource.id),
            name: read.name,
            description: read.description,
            image: read.image,
            duration: read.duration,
            song_ids: resource.linked_ids("songs", Song::TYPE, SongId::received),
            songs: included.resolve(resource, "songs")?,
            sound_effect_ids: resource.linked_ids(
                "sound_effects",
                SoundEffect::TYPE,
                SoundEffectId::received,
            ),
            sound_effects: included.resolve(resource, "sound_effects")?,
            category_ids: resource.linked_ids(
                "playlist_categories",
                PlaylistCategory::TYPE,
                PlaylistCategoryId::received,
            ),
            categories: included.resolve(resource, "playlist_categories")?,
            passed_over: resource.all_passed_over(read.passed_over),
            other: read.other,
        })
    }
}

/// The resources that a response with playlists includes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[must_use = "an include does nothing until it is given to an endpoint"]
pub struct Include {
    songs: bool,
    audio_files: bool,
    artists: bool,
    categories: bool,
}

impl Include {
    /// No resources.
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

    fn value(&self) -> Option<String> {
        Some(self.to_string()).filter(|value| !value.is_empty())
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

endpoint! {
    /// `GET /v1/playlists/{playlist_id}`: one curated playlist with one page of its songs or sound effects.
    pub struct Get { path id: PlaylistId }
    optional {
        /// The resources that the response includes.
        query include: Include = "include" via Include::value,
        /// Whether every audio file of each song is included, or the primary one only (the default).
        query include_alternate_audio_files: bool = "filter[include_alternate_audio_files]",
        /// What the playlist is of; songs by default.
        query media_type: MediaType = "filter[media_type]",
        /// Which page of its contents; by default the first, of 10 items.
        field contents: PageNumber,
    }
    name: "soundstripe.playlists.get",
    method: GET,
    path: "playlists/{playlist_id}",
    replay: Safe,
    write: |this, request| this.contents.map_or(Ok(()), |contents| contents.write(request)),
    response: Playlist,
    error: ApiError,
    read: read_one,
}
