//! One request past all checks of its head: where the resources find what they need.

use std::sync::Arc;

use http::StatusCode;
use serde_json::{Map, Value};

use super::catalogue::Catalogue;
use super::document::Document;
use super::media::Lifetime;
use super::query::Query;
use super::route::Route;
use super::switches::Switches;
use super::{
    assets, categories, digital_usages, document, playlists, private_items, private_playlists, refusal,
    searches, songs, sound_effects, tags,
};
use crate::call::{BodyError, Call};
use crate::form::Form;
use crate::house::House;
use crate::reply::Reply;

/// JSON bodies may have this many bytes.
const LIMIT: usize = 1024 * 1024;

/// A request that is let in.
pub(super) struct Desk<'a> {
    pub(super) house: &'a Arc<House>,
    pub(super) catalogue: Arc<Catalogue>,
    pub(super) query: Query,
    /// The path as sent.
    pub(super) path: String,
    pub(super) switches: Switches,
    /// The number of the account whose key it is.
    pub(super) account: usize,
}

/// What a request carries.
pub(super) enum Payload {
    Nothing,
    Json(Value),
    Form(Form),
}

impl Payload {
    pub(super) async fn read(call: &mut Call, route: &Route) -> Result<Self, Reply> {
        let unreadable = |error: BodyError| refusal::unreadable(&error);
        if *route == Route::UploadAsset {
            return call.form().await.map(Self::Form).map_err(unreadable);
        }
        if !route.takes_json() {
            return Ok(Self::Nothing);
        }
        let bytes = call.body.bytes(LIMIT).await.map_err(unreadable)?;
        serde_json::from_slice(&bytes).map(Self::Json).map_err(|_| refusal::bad("The body is not JSON."))
    }
}

impl Desk<'_> {
    pub(super) fn dispatch(&mut self, route: &Route, payload: Payload) -> Result<Reply, Reply> {
        let body = match &payload {
            Payload::Json(body) => body,
            _ => &Value::Null,
        };
        match route {
            Route::Songs => songs::list(self),
            Route::Song(id) => songs::get(self, id),
            Route::DigitalUsage(song) => digital_usages::create(self, song, body),
            Route::Tags => tags::list(self),
            Route::SoundEffects => sound_effects::list(self),
            Route::SoundEffect(id) => sound_effects::get(self, id),
            Route::Categories => categories::list(self),
            Route::Category(id) => categories::get(self, id),
            Route::Playlists => playlists::list(self),
            Route::Playlist(id) => playlists::get(self, id),
            Route::PlaylistCategories => playlists::list_categories(self),
            Route::PlaylistCategory(id) => playlists::get_category(self, id),
            Route::PrivatePlaylists => private_playlists::list(self),
            Route::CreatePrivatePlaylist => private_playlists::create(self, body),
            Route::PrivatePlaylist(id) => private_playlists::get(self, id),
            Route::UpdatePrivatePlaylist(id) => private_playlists::update(self, id, body),
            Route::DeletePrivatePlaylist(id) => private_playlists::delete(self, id),
            Route::AddItems(id, kind) => private_items::add(self, id, *kind, body),
            Route::RemoveItems(id, kind) => private_items::remove(self, id, *kind, body),
            Route::StartSearch => searches::start(self, body),
            Route::Search(id) => searches::get(self, id),
            Route::UploadAsset => match payload {
                Payload::Form(form) => assets::upload(self, &form),
                _ => Err(refusal::bad("file is missing")),
            },
            Route::Asset(id) => assets::get(self, id),
        }
    }

    /// Signed links that live as long as those of the catalogue.
    pub(super) fn lifetime(&self) -> Lifetime {
        Lifetime::seconds(self.switches.media_ttl_s)
    }
}

/// An id in a path; what is no number is like an id that does not exist.
pub(super) fn number(id: &str) -> Option<u64> {
    (!id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit())).then(|| id.parse().ok()).flatten()
}

/// The `data` of a body, if its type is one of these.
pub(super) fn data<'a>(body: &'a Value, kinds: &[&str]) -> Result<&'a Map<String, Value>, Reply> {
    let data = body.get("data").and_then(Value::as_object).ok_or_else(|| refusal::bad("data is missing"))?;
    match data.get("type").and_then(Value::as_str) {
        Some(kind) if kinds.contains(&kind) => Ok(data),
        _ => Err(refusal::bad(format!("data.type has to be {}", kinds[0]))),
    }
}

/// The attributes of a resource in a body.
pub(super) fn attributes(data: &Map<String, Value>) -> Result<&Map<String, Value>, Reply> {
    data.get("attributes")
        .and_then(Value::as_object)
        .ok_or_else(|| refusal::bad("data.attributes is missing"))
}

/// A response with a document, 200.
pub(super) fn ok(document: &Document) -> Reply {
    document::reply(StatusCode::OK, document)
}
