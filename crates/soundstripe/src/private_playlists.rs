//! Private playlists: lists of songs or sound effects under "My Media".
//!
//! The bodies of these requests are not documented. What is sent by default follows JSON:API; where that should turn
//! out wrong, [`ItemBody`] and the `raw` constructors send something else without a new version of this crate.

mod change;
mod items;

use segno_core::lenient::PassedOver;
use segno_core::{DecodeError, lenient};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::ids::{PrivatePlaylistId, SongId, SoundEffectId};
use crate::json_api::{FromResource, Included, Resource, read_done, read_one};
use crate::media::ImageUrl;
pub use crate::playlists::MediaType;
use crate::simple::{by_id, whole_list};

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
    /// What could not be read.
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
            id: PrivatePlaylistId::wire(&resource.id),
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

whole_list!(
    /// `GET /v1/my_media/playlists`: the private playlists of the key's user.
    PrivatePlaylist, "soundstripe.private_playlists.list", "my_media/playlists"
);

by_id!(
    /// `GET /v1/my_media/playlists/{playlist_id}`: one private playlist.
    Get(PrivatePlaylistId) -> PrivatePlaylist,
    "soundstripe.private_playlists.get", GET Safe "my_media/playlists/{playlist_id}", read_one
);

by_id!(
    /// `DELETE /v1/my_media/playlists/{playlist_id}`: deletes a private playlist.
    ///
    /// Repeated if an answer is lost; should the first request have arrived, the second one is answered with 404.
    Delete(PrivatePlaylistId) -> (),
    "soundstripe.private_playlists.delete", DELETE Idempotent "my_media/playlists/{playlist_id}", read_done
);
