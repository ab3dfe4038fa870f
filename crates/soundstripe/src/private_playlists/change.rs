//! Making and changing private playlists.

use segno_core::{BuildError, Bytes, DecodeError, Endpoint, Method, Replay, RequestWriter, Response};
use serde_json::{Map, Value, json};

use super::{MediaType, PrivatePlaylist};
use crate::error::ApiError;
use crate::ids::{PrivatePlaylistId, SongId, SoundEffectId, as_number};
use crate::json_api::{FromResource as _, MEDIA_TYPE, read_one};

/// What goes into the body: attributes one by one, or a document of the caller's own.
#[derive(Clone, Debug)]
enum Content {
    Attributes(Map<String, Value>),
    Raw(Value),
}

impl Content {
    fn set(&mut self, name: &str, value: impl Into<Value>) {
        if let Self::Attributes(attributes) = self {
            attributes.insert(name.to_owned(), value.into());
        }
    }
}

fn numbers<'a>(ids: impl Iterator<Item = &'a str>) -> Value {
    ids.map(as_number).collect()
}

/// What both requests can say of the contents.
macro_rules! contents {
    ($request:ident) => {
        impl $request {
            /// The songs, in this order; a change replaces those that are in it.
            pub fn songs(mut self, ids: impl IntoIterator<Item = impl Into<SongId>>) -> Self {
                let ids: Vec<SongId> = ids.into_iter().map(Into::into).collect();
                self.content.set("song_ids", numbers(ids.iter().map(SongId::as_str)));
                self
            }

            /// The sound effects, in this order; a change replaces those that are in it.
            pub fn sound_effects(mut self, ids: impl IntoIterator<Item = impl Into<SoundEffectId>>) -> Self {
                let ids: Vec<SoundEffectId> = ids.into_iter().map(Into::into).collect();
                self.content.set("sound_effect_ids", numbers(ids.iter().map(SoundEffectId::as_str)));
                self
            }

            /// Any other attribute.
            pub fn attribute(mut self, name: &str, value: impl Into<Value>) -> Self {
                self.content.set(name, value);
                self
            }
        }
    };
}

contents!(Create);
contents!(Update);

/// `POST /v1/my_media/playlists`: makes a private playlist.
///
/// Every call makes another one, so it is not repeated once it may have arrived.
#[derive(Clone, Debug)]
#[must_use = "a request does nothing until it is sent"]
pub struct Create {
    content: Content,
}

impl Create {
    /// A playlist of songs of this name, unless [`media_type`](Create::media_type) says otherwise.
    pub fn named(name: impl Into<String>) -> Self {
        let mut content = Content::Attributes(Map::new());
        content.set("name", name.into());
        Self { content }
    }

    /// With a body of your own, sent as it is.
    pub fn raw(document: Value) -> Self {
        Self { content: Content::Raw(document) }
    }

    /// A description.
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.content.set("description", text.into());
        self
    }

    /// What it is of; it cannot be changed later.
    pub fn media_type(mut self, media_type: MediaType) -> Self {
        self.content.set("media_type", media_type.as_str());
        self
    }
}

impl Endpoint for Create {
    type Output = PrivatePlaylist;
    type ApiError = ApiError;
    const NAME: &'static str = "soundstripe.private_playlists.create";
    const METHOD: Method = Method::POST;
    const REPLAY: Replay = Replay::Unsafe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("my_media/playlists", &[])?;
        match &self.content {
            Content::Raw(document) => request.json_as(MEDIA_TYPE, document),
            Content::Attributes(attributes) => {
                if attributes.get("name").and_then(Value::as_str).is_none_or(|name| name.trim().is_empty()) {
                    return Err(BuildError::value("name", "a playlist needs a name"));
                }
                let document = json!({"data": {"type": PrivatePlaylist::TYPE, "attributes": attributes}});
                request.json_as(MEDIA_TYPE, &document)
            }
        }
    }

    fn read(response: Response<Bytes>) -> Result<PrivatePlaylist, DecodeError> {
        read_one(&response)
    }
}

/// `PATCH /v1/my_media/playlists/{playlist_id}`: changes a private playlist; what is not named stays as it is.
#[derive(Clone, Debug)]
#[must_use = "a request does nothing until it is sent"]
pub struct Update {
    id: PrivatePlaylistId,
    content: Content,
}

impl Update {
    /// Changes this playlist.
    pub fn new(id: impl Into<PrivatePlaylistId>) -> Self {
        Self { id: id.into(), content: Content::Attributes(Map::new()) }
    }

    /// With a body of your own, sent as it is.
    pub fn raw(id: impl Into<PrivatePlaylistId>, document: Value) -> Self {
        Self { id: id.into(), content: Content::Raw(document) }
    }

    /// Another name.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.content.set("name", name.into());
        self
    }

    /// Another description; `None` takes it away.
    pub fn description(mut self, text: Option<String>) -> Self {
        self.content.set("description", text);
        self
    }

    /// Whether it is published.
    pub fn shareable(mut self, shareable: bool) -> Self {
        self.content.set("shareable", shareable);
        self
    }
}

impl Endpoint for Update {
    type Output = PrivatePlaylist;
    type ApiError = ApiError;
    const NAME: &'static str = "soundstripe.private_playlists.update";
    const METHOD: Method = Method::PATCH;
    const REPLAY: Replay = Replay::Idempotent;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("my_media/playlists/{playlist_id}", &[&self.id])?;
        match &self.content {
            Content::Raw(document) => request.json_as(MEDIA_TYPE, document),
            Content::Attributes(attributes) => {
                if attributes.is_empty() {
                    return Err(BuildError::value("attributes", "there is nothing to change"));
                }
                let document = json!({
                    "data": {"id": self.id, "type": PrivatePlaylist::TYPE, "attributes": attributes}
                });
                request.json_as(MEDIA_TYPE, &document)
            }
        }
    }

    fn read(response: Response<Bytes>) -> Result<PrivatePlaylist, DecodeError> {
        read_one(&response)
    }
}
