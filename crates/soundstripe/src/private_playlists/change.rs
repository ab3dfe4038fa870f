//! Creating and changing private playlists.

use segno_core::{BuildError, RequestWriter, endpoint};
use serde_json::{Map, Value, json};

use super::{MediaType, PrivatePlaylist};
use crate::error::ApiError;
use crate::ids::{PrivatePlaylistId, SongId, SoundEffectId, as_number};
use crate::json_api::{FromResource as _, MEDIA_TYPE, read_one};

endpoint! {
    /// `POST /v1/my_media/playlists`: creates a private playlist, of songs by default.
    ///
    /// Every call creates another one, so it is not repeated once it may have arrived.
    pub struct Create { field name: String }
    optional {
        /// A description of the playlist.
        field description: String,
        /// What it is of; it cannot be changed later.
        field media_type: MediaType,
        /// The songs, in this order.
        field songs: Vec<SongId>,
        /// The sound effects, in this order.
        field sound_effects: Vec<SoundEffectId>,
        /// A document of your own, sent as it is in place of everything else.
        field raw: Value,
    }
    state { other: Map<String, Value> }
    name: "soundstripe.private_playlists.create",
    method: POST,
    path: "my_media/playlists",
    replay: Unsafe,
    write: Self::body,
    response: PrivatePlaylist,
    error: ApiError,
    read: read_one,
}

impl Create {
    /// An attribute that has no setter, by its name on the wire.
    pub fn attribute(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.other.insert(name.to_owned(), value.into());
        self
    }

    fn body(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        if let Some(document) = &self.raw {
            return request.json_as(MEDIA_TYPE, document);
        }
        if self.name.trim().is_empty() {
            return Err(BuildError::value("name", "must not be empty"));
        }
        let mut attributes = self.other.clone();
        attributes.insert("name".into(), json!(self.name));
        insert(&mut attributes, "description", self.description.as_ref().map(|text| json!(text)));
        insert(&mut attributes, "media_type", self.media_type.as_ref().map(|media| json!(media)));
        insert(&mut attributes, "song_ids", self.songs.as_deref().map(numbers));
        insert(&mut attributes, "sound_effect_ids", self.sound_effects.as_deref().map(numbers));
        let document = json!({"data": {"type": PrivatePlaylist::TYPE, "attributes": attributes}});
        request.json_as(MEDIA_TYPE, &document)
    }
}

endpoint! {
    /// `PATCH /v1/my_media/playlists/{playlist_id}`: changes a private playlist; what is not set stays as it is.
    pub struct Update { path id: PrivatePlaylistId }
    optional {
        /// Another name of the playlist.
        field name: String,
        /// Another description; `None` removes it.
        field description: Option<String>,
        /// Whether it is published.
        field shareable: bool,
        /// The songs, in this order, in place of those that are in it.
        field songs: Vec<SongId>,
        /// The sound effects, in this order, in place of those that are in it.
        field sound_effects: Vec<SoundEffectId>,
        /// A document of your own, sent as it is in place of everything else.
        field raw: Value,
    }
    state { other: Map<String, Value> }
    name: "soundstripe.private_playlists.update",
    method: PATCH,
    path: "my_media/playlists/{playlist_id}",
    replay: Idempotent,
    write: Self::body,
    response: PrivatePlaylist,
    error: ApiError,
    read: read_one,
}

impl Update {
    /// An attribute that has no setter, by its name on the wire.
    pub fn attribute(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.other.insert(name.to_owned(), value.into());
        self
    }

    fn body(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        if let Some(document) = &self.raw {
            return request.json_as(MEDIA_TYPE, document);
        }
        let mut attributes = self.other.clone();
        insert(&mut attributes, "name", self.name.as_ref().map(|name| json!(name)));
        insert(&mut attributes, "description", self.description.as_ref().map(|text| json!(text)));
        insert(&mut attributes, "shareable", self.shareable.map(Value::Bool));
        insert(&mut attributes, "song_ids", self.songs.as_deref().map(numbers));
        insert(&mut attributes, "sound_effect_ids", self.sound_effects.as_deref().map(numbers));
        if attributes.is_empty() {
            return Err(BuildError::value("attributes", "must not be empty: there is nothing to change"));
        }
        let document =
            json!({"data": {"id": self.id, "type": PrivatePlaylist::TYPE, "attributes": attributes}});
        request.json_as(MEDIA_TYPE, &document)
    }
}

fn insert(attributes: &mut Map<String, Value>, name: &str, value: Option<Value>) {
    if let Some(value) = value {
        attributes.insert(name.to_owned(), value);
    }
}

fn numbers<I: ToString>(ids: &[I]) -> Value {
    ids.iter().map(|id| as_number(&id.to_string())).collect()
}
