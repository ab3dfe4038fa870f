//! Private playlists: lists of songs or sound effects under "My Media".
//!
//! The bodies of these requests are not documented. What is sent by default follows JSON:API; where that should turn
//! out wrong, [`ItemBody`] and the `raw` constructors send something else without a new version of this crate.

mod change;
mod items;

use segno_core::{BuildError, Bytes, DecodeError, Endpoint, Method, Replay, RequestWriter, Response};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::error::ApiError;
use crate::ids::{PrivatePlaylistId, SongId, SoundEffectId};
use crate::json_api::{FromResource, Included, Resource, null_is_default, read_list, read_one};
use crate::media::ImageUrl;
use crate::page::{Page, Paging, paged};
pub use crate::playlists::MediaType;

pub use change::{Create, Update};
pub use items::{AddSongs, AddSoundEffects, ItemBody, RemoveSongs, RemoveSoundEffects};

/// A private playlist.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PrivatePlaylist {
    /// The identifier.
    pub id: PrivatePlaylistId,
    /// The name.
    pub name: Option<String>,
    /// A description.
    pub description: Option<String>,
    /// The length of everything in it, in seconds.
    pub duration: Option<f64>,
    /// A picture.
    pub image: Option<ImageUrl>,
    /// The songs, in their order.
    pub song_ids: Vec<SongId>,
    /// The sound effects, in their order.
    pub sound_effect_ids: Vec<SoundEffectId>,
    /// What it is of; fixed when it is made.
    pub media_type: Option<MediaType>,
    /// Whether it is published.
    pub shareable: Option<bool>,
    /// Attributes that are not documented.
    pub other: Map<String, Value>,
}

#[derive(Deserialize)]
struct Attributes {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    duration: Option<f64>,
    #[serde(default)]
    image: Option<ImageUrl>,
    #[serde(default, deserialize_with = "null_is_default")]
    song_ids: Vec<SongId>,
    #[serde(default, deserialize_with = "null_is_default")]
    sound_effect_ids: Vec<SoundEffectId>,
    #[serde(default)]
    media_type: Option<MediaType>,
    #[serde(default)]
    shareable: Option<bool>,
    #[serde(flatten)]
    other: Map<String, Value>,
}

impl FromResource for PrivatePlaylist {
    const TYPE: &'static str = "private_playlists";

    fn from_resource(resource: &Resource, _: &Included<'_>) -> Result<Self, DecodeError> {
        let read: Attributes = resource.read_attributes()?;
        Ok(Self {
            id: PrivatePlaylistId::wire(&resource.id),
            name: read.name,
            description: read.description,
            duration: read.duration,
            image: read.image,
            song_ids: read.song_ids,
            sound_effect_ids: read.sound_effect_ids,
            media_type: read.media_type,
            shareable: read.shareable,
            other: read.other,
        })
    }
}

/// `GET /v1/my_media/playlists`: the private playlists of the key's user.
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

paged!(List, PrivatePlaylist);

impl Endpoint for List {
    type Output = Page<PrivatePlaylist>;
    type ApiError = ApiError;
    const NAME: &'static str = "soundstripe.private_playlists.list";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("my_media/playlists", &[])?;
        self.paging.write(request)
    }

    fn read(response: Response<Bytes>) -> Result<Page<PrivatePlaylist>, DecodeError> {
        read_list(&response)
    }
}

/// `GET /v1/my_media/playlists/{playlist_id}`: one private playlist.
#[derive(Clone, Debug)]
#[must_use = "a request does nothing until it is sent"]
pub struct Get {
    id: PrivatePlaylistId,
}

impl Get {
    /// Asks for one private playlist.
    pub fn new(id: impl Into<PrivatePlaylistId>) -> Self {
        Self { id: id.into() }
    }
}

impl Endpoint for Get {
    type Output = PrivatePlaylist;
    type ApiError = ApiError;
    const NAME: &'static str = "soundstripe.private_playlists.get";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("my_media/playlists/{playlist_id}", &[&self.id])
    }

    fn read(response: Response<Bytes>) -> Result<PrivatePlaylist, DecodeError> {
        read_one(&response)
    }
}

/// `DELETE /v1/my_media/playlists/{playlist_id}`: deletes a private playlist.
///
/// Repeated if an answer is lost; should the first request have arrived, the second one is answered with 404.
#[derive(Clone, Debug)]
#[must_use = "a request does nothing until it is sent"]
pub struct Delete {
    id: PrivatePlaylistId,
}

impl Delete {
    /// Deletes this playlist.
    pub fn new(id: impl Into<PrivatePlaylistId>) -> Self {
        Self { id: id.into() }
    }
}

impl Endpoint for Delete {
    type Output = ();
    type ApiError = ApiError;
    const NAME: &'static str = "soundstripe.private_playlists.delete";
    const METHOD: Method = Method::DELETE;
    const REPLAY: Replay = Replay::Idempotent;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("my_media/playlists/{playlist_id}", &[&self.id])
    }

    fn read(_: Response<Bytes>) -> Result<(), DecodeError> {
        Ok(())
    }
}
