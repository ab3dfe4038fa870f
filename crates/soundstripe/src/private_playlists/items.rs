//! What is in a private playlist: adding and removing.

use segno_core::{BuildError, Bytes, DecodeError, Endpoint, Method, Replay, RequestWriter, Response};
use serde_json::{Value, json};

use super::PrivatePlaylist;
use crate::error::ApiError;
use crate::ids::{PrivatePlaylistId, SongId, SoundEffectId, as_number};
use crate::json_api::{FromResource as _, MEDIA_TYPE, read_done, read_one};
use crate::songs::Song;
use crate::sound_effects::SoundEffect;

/// In which form items are named in the body. The form is not documented; the first one is JSON:API's own.
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

impl ItemBody {
    fn write(
        &self,
        request: &mut RequestWriter,
        kind: &str,
        member: &str,
        ids: &[&str],
    ) -> Result<(), BuildError> {
        if ids.is_empty() && !matches!(self, Self::Raw(_)) {
            return Err(BuildError::value("ids", "there is nothing to add or remove"));
        }
        let numbers: Value = ids.iter().map(|id| as_number(id)).collect();
        let document = match self {
            Self::Linkage => {
                let data: Value = ids.iter().map(|id| json!({"type": kind, "id": id})).collect();
                json!({"data": data})
            }
            Self::AttributeIds => json!({"data": {"attributes": {member: numbers}}}),
            Self::BareIds => json!({member: numbers}),
            Self::Raw(document) => document.clone(),
        };
        request.json_as(MEDIA_TYPE, &document)
    }
}

/// A request that names a playlist and items.
macro_rules! items {
    ($(#[$doc:meta])* $name:ident of $id:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        #[must_use = "a request does nothing until it is sent"]
        pub struct $name {
            playlist: PrivatePlaylistId,
            ids: Vec<$id>,
            body: ItemBody,
        }

        impl $name {
            /// Names the playlist and the items.
            pub fn new(
                playlist: impl Into<PrivatePlaylistId>,
                ids: impl IntoIterator<Item = impl Into<$id>>,
            ) -> Self {
                Self {
                    playlist: playlist.into(),
                    ids: ids.into_iter().map(Into::into).collect(),
                    body: ItemBody::default(),
                }
            }

            /// Sends another form of body.
            pub fn body(mut self, body: ItemBody) -> Self {
                self.body = body;
                self
            }
        }
    };
}

items! {
    /// `POST /v1/my_media/playlists/{playlist_id}/songs`: adds songs at the end, in this order.
    ///
    /// Whether a song that is in it already is added once more is not documented, so the request is not repeated once
    /// it may have arrived.
    AddSongs of SongId
}

impl Endpoint for AddSongs {
    type Output = PrivatePlaylist;
    type ApiError = ApiError;
    const NAME: &'static str = "soundstripe.private_playlists.add_songs";
    const METHOD: Method = Method::POST;
    const REPLAY: Replay = Replay::Unsafe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("my_media/playlists/{playlist_id}/songs", &[&self.playlist])?;
        let ids: Vec<&str> = self.ids.iter().map(SongId::as_str).collect();
        self.body.write(request, Song::TYPE, "song_ids", &ids)
    }

    fn read(response: Response<Bytes>) -> Result<PrivatePlaylist, DecodeError> {
        read_one(&response)
    }
}

items! {
    /// `DELETE /v1/my_media/playlists/{playlist_id}/songs`: removes songs. The request has a body.
    RemoveSongs of SongId
}

impl Endpoint for RemoveSongs {
    type Output = ();
    type ApiError = ApiError;
    const NAME: &'static str = "soundstripe.private_playlists.remove_songs";
    const METHOD: Method = Method::DELETE;
    const REPLAY: Replay = Replay::Idempotent;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("my_media/playlists/{playlist_id}/songs", &[&self.playlist])?;
        let ids: Vec<&str> = self.ids.iter().map(SongId::as_str).collect();
        self.body.write(request, Song::TYPE, "song_ids", &ids)
    }

    fn read(response: Response<Bytes>) -> Result<(), DecodeError> {
        read_done(&response)
    }
}

items! {
    /// `POST /v1/my_media/playlists/{playlist_id}/sound_effects`: adds sound effects at the end, in this order.
    ///
    /// Not repeated once it may have arrived, like [`AddSongs`].
    AddSoundEffects of SoundEffectId
}

impl Endpoint for AddSoundEffects {
    type Output = PrivatePlaylist;
    type ApiError = ApiError;
    const NAME: &'static str = "soundstripe.private_playlists.add_sound_effects";
    const METHOD: Method = Method::POST;
    const REPLAY: Replay = Replay::Unsafe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("my_media/playlists/{playlist_id}/sound_effects", &[&self.playlist])?;
        let ids: Vec<&str> = self.ids.iter().map(SoundEffectId::as_str).collect();
        self.body.write(request, SoundEffect::TYPE, "sound_effect_ids", &ids)
    }

    fn read(response: Response<Bytes>) -> Result<PrivatePlaylist, DecodeError> {
        read_one(&response)
    }
}

items! {
    /// `DELETE /v1/my_media/playlists/{playlist_id}/sound_effects`: removes sound effects. The request has a body.
    RemoveSoundEffects of SoundEffectId
}

impl Endpoint for RemoveSoundEffects {
    type Output = ();
    type ApiError = ApiError;
    const NAME: &'static str = "soundstripe.private_playlists.remove_sound_effects";
    const METHOD: Method = Method::DELETE;
    const REPLAY: Replay = Replay::Idempotent;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("my_media/playlists/{playlist_id}/sound_effects", &[&self.playlist])?;
        let ids: Vec<&str> = self.ids.iter().map(SoundEffectId::as_str).collect();
        self.body.write(request, SoundEffect::TYPE, "sound_effect_ids", &ids)
    }

    fn read(response: Response<Bytes>) -> Result<(), DecodeError> {
        read_done(&response)
    }
}
