//! Private playlists: lists of songs or sound effects under "My Media".
//!
//! The bodies of these requests are not documented. The defaults follow JSON:API; if the service wants something else,
//! [`ItemBody`] and the `raw` setters send that.
//!
//! ```
//! # use segno_soundstripe::{Client, Error, ids::SongId, private_playlists as private};
//! # async fn example(client: Client, song: SongId) -> Result<(), Error> {
//! let trailer = client.send(&private::Create::new("Launch trailer").songs([song.clone()])).await?.id;
//! client.send(&private::Update::new(&trailer).name("Trailer")).await?;
//! client.send(&private::RemoveSongs::new(&trailer, [song])).await?;
//! client.send(&private::Delete::new(&trailer)).await?;
//! # Ok(())
//! # }
//! ```

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

/// A private playlist of the key's user.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct PrivatePlaylist {
    /// The identifier, for all endpoints of this module.
    pub id: PrivatePlaylistId,
    /// The name that its user gave it.
    pub name: Option<String>,
    /// The description that its user gave it.
    pub description: Option<String>,
    /// The length of everything in it, in seconds.
    pub duration: Option<f64>,
    /// The URL of its image.
    pub image: Option<ImageUrl>,
    /// The songs, in their order.
    #[serde(default, deserialize_with = "lenient::list")]
    pub song_ids: Vec<SongId>,
    /// The sound effects, in their order.
    #[serde(default, deserialize_with = "lenient::list")]
    pub sound_effect_ids: Vec<SoundEffectId>,
    /// What it is of; fixed when it is created.
    pub media_type: Option<MediaType>,
    /// Whether it is published.
    pub shareable: Option<bool>,
    /// Members that could not be read.
    #[serde(default)]
    pub passed_over: PassedOver,
    /// Attributes that are not documented.
    #[serde(default)]
    pub other: Map<String, Value>,
}

impl FromResource for PrivatePlaylist {
    const TYPE: &'static str = "private_playlists";

    fn from_resource(resource: &Resource, included: &Included<'_>) -> Result<Self, DecodeError> {
        let mut playlist: Self = resource.read(included)?;
        resource.add_passed_over(&mut playlist.passed_over);
        Ok(playlist)
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
