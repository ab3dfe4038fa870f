//! Curated playlists.
//!
//! ```
//! # use segno_soundstripe::{Client, Error, playlists};
//! # async fn example(client: Client) -> Result<(), Error> {
//! let list = playlists::List::new().include(playlists::Include::new().categories());
//! for playlist in client.send(&list).await?.items {
//!     println!("{:?} {:?}", playlist.name, playlist.categories);
//!     // Playlists are long: their songs come in pages of their own.
//!     let mut songs = client.items(playlists::Songs::new(&playlist.id));
//!     while let Some(song) = songs.next().await {
//!         println!("  {:?}", song?.title);
//!     }
//! }
//! # Ok(())
//! # }
//! ```

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
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Playlist {
    /// The identifier, for [`Get`] and [`Songs`].
    pub id: PlaylistId,
    /// The name, such as `Morning Coffee`.
    pub name: Option<String>,
    /// A description by the curators.
    pub description: Option<String>,
    /// The URL of its image, 450 × 450 pixels unless resized.
    pub image: Option<ImageUrl>,
    /// The length of all songs together, in seconds.
    pub duration: Option<f64>,
    /// The ids of its songs, as many as the response has.
    #[serde(skip)]
    pub song_ids: Vec<SongId>,
    /// The songs that the response includes, in the same order. A list has the first page of each playlist only; [`Songs`] has
    /// all of them.
    #[serde(skip)]
    pub songs: Vec<Song>,
    /// The ids of its sound effects, as many as the response has.
    #[serde(skip)]
    pub sound_effect_ids: Vec<SoundEffectId>,
    /// The sound effects that the response includes, in the same order.
    #[serde(skip)]
    pub sound_effects: Vec<SoundEffect>,
    /// The ids of its categories.
    #[serde(skip)]
    pub category_ids: Vec<PlaylistCategoryId>,
    /// The categories that the response includes, in the same order.
    #[serde(skip)]
    pub categories: Vec<PlaylistCategory>,
    /// Members that could not be read.
    #[serde(default)]
    pub passed_over: PassedOver,
    /// Attributes that are not documented.
    #[serde(default)]
    pub other: Map<String, Value>,
}

open_enum! {
    /// What a playlist is of.
    pub enum MediaType: text {
        /// The playlist is of songs.
        Songs = "songs",
        /// The playlist is of sound effects.
        SoundEffects = "sound_effects",
    }
}

impl FromResource for Playlist {
    const TYPE: &'static str = "playlists";

    fn from_resource(resource: &Resource, included: &Included<'_>) -> Result<Self, DecodeError> {
        let mut playlist: Self = resource.read(included)?;
        resource.add_passed_over(&mut playlist.passed_over);
        playlist.song_ids = resource.linked_ids("songs", Song::TYPE, SongId::received);
        playlist.songs = included.resolve(resource, "songs")?;
        playlist.sound_effect_ids =
            resource.linked_ids("sound_effects", SoundEffect::TYPE, SoundEffectId::received);
        playlist.sound_effects = included.resolve(resource, "sound_effects")?;
        let categories = "playlist_categories";
        playlist.category_ids =
            resource.linked_ids(categories, PlaylistCategory::TYPE, PlaylistCategoryId::received);
        playlist.categories = included.resolve(resource, categories)?;
        Ok(playlist)
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
    /// Without any related resources.
    pub const fn new() -> Self {
        Self { songs: false, audio_files: false, artists: false, categories: false }
    }

    /// The songs of the playlist.
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
