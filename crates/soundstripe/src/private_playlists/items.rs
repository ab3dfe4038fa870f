//! The items of a private playlist: adding and removing.

use segno_core::{BuildError, RequestWriter, endpoint};
use serde_json::{Value, json};

use super::PrivatePlaylist;
use crate::error::ApiError;
use crate::ids::{PrivatePlaylistId, SongId, SoundEffectId, as_number};
use crate::json_api::{FromResource as _, MEDIA_TYPE, read_done, read_one};
use crate::songs::Song;
use crate::sound_effects::SoundEffect;

/// The form of a body that names items. It is not documented; the first form is that of JSON:API.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum ItemBody {
    /// `{"data": [{"type": "songs", "id": "4711"}]}`
    #[default]
    Linkage,
    /// `{"data": {"attributes": {"song_ids": [4711]}}}`
    AttributeIds,
    /// `{"song_ids": [4711]}`
    BareIds,
    /// A document of your own, sent as it is.
    Raw(Value),
}

fn write_items<I: ToString>(
    request: &mut RequestWriter,
    body: Option<&ItemBody>,
    kind: &str,
    member: &str,
    ids: &[I],
) -> Result<(), BuildError> {
    let body = body.unwrap_or(&ItemBody::Linkage);
    if ids.is_empty() && !matches!(body, ItemBody::Raw(_)) {
        return Err(BuildError::value("ids", "must not be empty"));
    }
    let ids: Vec<String> = ids.iter().map(I::to_string).collect();
    let numbers: Value = ids.iter().map(|id| as_number(id)).collect();
    let document = match body {
        ItemBody::Linkage => {
            let data: Value = ids.iter().map(|id| json!({"type": kind, "id": id})).collect();
            json!({"data": data})
        }
        ItemBody::AttributeIds => json!({"data": {"attributes": {member: numbers}}}),
        ItemBody::BareIds => json!({member: numbers}),
        ItemBody::Raw(document) => document.clone(),
    };
    request.json_as(MEDIA_TYPE, &document)
}

endpoint! {
    /// `POST /v1/my_media/playlists/{playlist_id}/songs`: adds songs at the end, in this order.
    ///
    /// Whether a song that is in it already is added once more is not documented, so the request is not repeated once it may
    /// have arrived.
    pub struct AddSongs { path playlist: PrivatePlaylistId, field songs: Vec<SongId> }
    optional {
        /// The form of the body; [`ItemBody::Linkage`] by default.
        field body: ItemBody,
    }
    name: "soundstripe.private_playlists.add_songs",
    method: POST,
    path: "my_media/playlists/{playlist_id}/songs",
    replay: Unsafe,
    write: |this, request| write_items(request, this.body.as_ref(), Song::TYPE, "song_ids", &this.songs),
    response: PrivatePlaylist,
    error: ApiError,
    read: read_one,
}

endpoint! {
    /// `DELETE /v1/my_media/playlists/{playlist_id}/songs`: removes songs. The request has a body.
    pub struct RemoveSongs { path playlist: PrivatePlaylistId, field songs: Vec<SongId> }
    optional {
        /// The form of the body; [`ItemBody::Linkage`] by default.
        field body: ItemBody,
    }
    name: "soundstripe.private_playlists.remove_songs",
    method: DELETE,
    path: "my_media/playlists/{playlist_id}/songs",
    replay: Idempotent,
    write: |this, request| write_items(request, this.body.as_ref(), Song::TYPE, "song_ids", &this.songs),
    response: (),
    error: ApiError,
    read: read_done,
}

endpoint! {
    /// `POST /v1/my_media/playlists/{playlist_id}/sound_effects`: adds sound effects at the end, in this order.
    ///
    /// Not repeated once it may have arrived, like [`AddSongs`].
    pub struct AddSoundEffects { path playlist: PrivatePlaylistId, field sound_effects: Vec<SoundEffectId> }
    optional {
        /// The form of the body; [`ItemBody::Linkage`] by default.
        field body: ItemBody,
    }
    name: "soundstripe.private_playlists.add_sound_effects",
    method: POST,
    path: "my_media/playlists/{playlist_id}/sound_effects",
    replay: Unsafe,
    write: |this, request| write_items(request, this.body.as_ref(), SoundEffect::TYPE, "sound_effect_ids", &this.sound_effects),
    response: PrivatePlaylist,
    error: ApiError,
    read: read_one,
}

endpoint! {
    /// `DELETE /v1/my_media/playlists/{playlist_id}/sound_effects`: removes sound effects. The request has a body.
    pub struct RemoveSoundEffects { path playlist: PrivatePlaylistId, field sound_effects: Vec<SoundEffectId> }
    optional {
        /// The form of the body; [`ItemBody::Linkage`] by default.
        field body: ItemBody,
    }
    name: "soundstripe.private_playlists.remove_sound_effects",
    method: DELETE,
    path: "my_media/playlists/{playlist_id}/sound_effects",
    replay: Idempotent,
    write: |this, request| write_items(request, this.body.as_ref(), SoundEffect::TYPE, "sound_effect_ids", &this.sound_effects),
    response: (),
    error: ApiError,
    read: read_done,
}
