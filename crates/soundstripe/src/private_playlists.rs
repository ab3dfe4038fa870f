//! Private playlists: lists of songs or sound effects under "My Media".
//!
//! The bodies of these requests are not documented. The defaults follow JSON:API; if the service wants something else,
//! [`ItemBody`] and the `raw` setters send that.

mod change;
mod items;

use segno_core::lenient::PassedOver;
use segno_core::{DecodeError, endpoint, lenient};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::error::ApiError;
use crate::ids::{PrivatePlaylistId, SongId, SoundEffectId};
use crate::json_api::{FromResource, Included, Resource, read_done, read_list, read_one};
use crate::media::ImageUrl;
use crate::page::{Page, PageNumber};
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
    /// The URL of its image.
    pub image: Option<ImageUrl>,
    /// The songs, in their order.
    pub song_ids: Vec<SongId>,
    /// The sound effects, in their order.
    pub sound_effect_ids: Vec<SoundEffectId>,
    /// What it is of; fixed when it is created.
    pub media_type: Option<MediaType>,
    /// Whether it is published.
    pub shareable: Option<bool>,
    /// Members that could not be read.
    pub passed_over: PassedOver,
    /// Attributes that are not documented.
    pub other: Map<String, Value>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Attributes {
    name: Option<String>,
    description: Option<String>,
    duration: Option<f64>,
    image: Option<ImageUrl>,
    #[serde(deserialize_with = "lenient::list")]
    song_ids: Vec<SongId>,
    #[serde(deserialize_with = "lenient::list")]
    sound_effect_ids: Vec<SoundEffectId>,
    media_type: Option<MediaType>,
    shareable: Option<bool>,
    passed_over: PassedOver,
    other: Map<String, Value>,
}

impl FromResource for PrivatePlaylist {
    const TYPE: &'static str = "private_playlists";

    fn from_resource(resource: &Resource, included: &Included<'_>) -> Result<Self, DecodeError> {
        let read: Attributes = resource.read_attributes(included)?;
        Ok(Self {
            id: PrivatePlaylistId::received(&resource.id),
            name: read.name,
            description: read.description,
            duration: read.duration,
            image: read.image,
            song_ids: read.song_ids,
            sound_effect_ids: read.sound_effect_ids,
            media_type: read.media_type,
            shareable: read.shareable,
            passed_over: resource.all_passed_over(read.passed_over),
            other: read.other,
        })
    }
}

endpoint! {
    /// `GET /v1/my_media/playlists`: the private playlists of the key's user.
    pub struct List {}
    pages: PageNumber,
    name: "soundstripe.private_playlists.list",
    method: GET,
    path: "my_media/playlists",
    replay: Safe,
    response: Page<PrivatePlaylist>,
    error: ApiError,
    read: read_list,
}

endpoint! {
    /// `GET /v1/my_media/playlists/{playlist_id}`: one private playlist.
    pub struct Get { path id: PrivatePlaylistId }
    name: "soundstripe.private_playlists.get",
    method: GET,
    path: "my_media/playlists/{playlist_id}",
    replay: Safe,
    response: PrivatePlaylist,
    error: ApiError,
    read: read_one,
}

endpoint! {
    /// `DELETE /v1/my_media/playlists/{playlist_id}`: deletes a private playlist.
    ///
    /// Repeated if a response is lost; should the first request have arrived, the second response is a 404.
    pub struct Delete { path id: PrivatePlaylistId }
    name: "soundstripe.private_playlists.delete",
    method: DELETE,
    path: "my_media/playlists/{playlist_id}",
    replay: Idempotent,
    response: (),
    error: ApiError,
    read: read_done,
}
