//! Private playlists: `/v1/my_media/playlists`.

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::catalogue::Catalogue;
use super::context::{RequestContext, attributes, data, ok};
use super::document::{document, resource, response};
use super::error::{self, Result};
use super::paging::Paging;
use super::route::ItemKind;
use super::state::SERVICE;
use super::store::{PrivatePlaylist, Store};
use crate::kit::{Response, number};

const TYPE: &str = "private_playlists";

pub(super) fn to_resource(catalogue: &Catalogue, id: u64, playlist: &PrivatePlaylist) -> Value {
    let items = || playlist.items.iter().copied();
    let duration: f64 = match playlist.kind {
        ItemKind::Songs => {
            let songs = items().filter_map(|id| catalogue.song(id));
            songs.filter_map(|song| song.files.first()).map(|file| file.duration).sum()
        }
        ItemKind::SoundEffects => {
            items().filter_map(|id| catalogue.effect(id)).map(|effect| effect.duration).sum()
        }
    };
    let of = |kind: ItemKind| if playlist.kind == kind { items().collect() } else { Vec::new() };
    let attributes = json!({
        "name": playlist.name,
        "description": playlist.description,
        "duration": (duration * 100_000.0).round() / 100_000.0,
        "image": null,
        "song_ids": of(ItemKind::Songs),
        "sound_effect_ids": of(ItemKind::SoundEffects),
        "media_type": playlist.kind.name(),
        "shareable": playlist.shareable,
    });
    resource(TYPE, id, attributes)
}

/// The id of a playlist that belongs to the account.
pub(super) fn own(context: &RequestContext<'_>, store: &Store, id: &str) -> Result<u64> {
    number(id)
        .filter(|id| store.playlists.get(id).is_some_and(|playlist| playlist.owner == context.account))
        .ok_or_else(|| error::not_found("Playlist", id))
}

pub(super) fn list(context: &RequestContext<'_>) -> Result {
    let paging = Paging::read(context)?;
    let store = context.service.store.lock();
    let own: Vec<_> = store.playlists_of(context.account).collect();
    let page = own[paging.range(own.len())].iter();
    let data: Vec<Value> =
        page.map(|(id, playlist)| to_resource(&context.catalogue, *id, playlist)).collect();
    Ok(ok(&document(data.into(), None, Some(paging.links(context, own.len())))))
}

pub(super) fn get(context: &RequestContext<'_>, id: &str) -> Result {
    let store = context.service.store.lock();
    let id = own(context, &store, id)?;
    Ok(shown(context, &store, id, StatusCode::OK))
}

/// A response with a playlist as it now is.
pub(super) fn shown(context: &RequestContext<'_>, store: &Store, id: u64, status: StatusCode) -> Response {
    let data = store.playlists.get(&id).map(|playlist| to_resource(&context.catalogue, id, playlist));
    response(status, &document(data.unwrap_or_default(), None, None))
}

/// A text that has to be there.
fn name(attributes: &Map<String, Value>) -> Result<String> {
    let name = attributes.get("name").and_then(Value::as_str).map(str::trim).unwrap_or_default();
    if name.is_empty() { Err(error::bad("name is missing")) } else { Ok(name.to_owned()) }
}

fn description(value: &Value) -> Result<Option<String>> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text.clone())),
        _ => Err(error::bad("description must be a string")),
    }
}

fn media_type(value: &Value) -> Result<ItemKind> {
    let kind = value.as_str().and_then(ItemKind::of);
    kind.ok_or_else(|| error::bad("media_type must be songs or sound_effects"))
}

/// The ids of a kind in these attributes, all of which exist; `None` where the member is missing or null.
fn items(
    context: &RequestContext<'_>,
    attributes: &Map<String, Value>,
    kind: ItemKind,
) -> Result<Option<Vec<u64>>> {
    match attributes.get(kind.ids()) {
        None | Some(Value::Null) => Ok(None),
        Some(list) => ids(context, kind, list).map(Some),
    }
}

pub(super) fn create(context: &RequestContext<'_>, body: &Value) -> Result {
    let attributes = attributes(data(body, &[TYPE, "playlists"])?)?;
    let name = name(attributes)?;
    let description = description(attributes.get("description").unwrap_or(&Value::Null))?;
    let songs = items(context, attributes, ItemKind::Songs)?;
    let effects = items(context, attributes, ItemKind::SoundEffects)?;
    let kind = match attributes.get("media_type") {
        Some(value) => media_type(value)?,
        None if songs.is_none() && effects.is_some() => ItemKind::SoundEffects,
        None => ItemKind::Songs,
    };
    let shareable = match attributes.get("shareable") {
        None | Some(Value::Null) => false,
        Some(value) => value.as_bool().ok_or_else(|| error::bad("shareable must be true or false"))?,
    };
    let (items, others) = match kind {
        ItemKind::Songs => (songs, effects),
        ItemKind::SoundEffects => (effects, songs),
    };
    if others.is_some_and(|others| !others.is_empty()) {
        return Err(error::bad("media_type does not fit the ids"));
    }
    let items = items.unwrap_or_default();
    let playlist = PrivatePlaylist { owner: context.account, name, description, kind, items, shareable };
    let mut store = context.service.store.lock();
    let id = store.add_playlist(playlist);
    context.service.sandbox.effects.created(SERVICE, TYPE);
    Ok(shown(context, &store, id, StatusCode::CREATED))
}

pub(super) fn update(context: &RequestContext<'_>, id: &str, body: &Value) -> Result {
    let data = data(body, &[TYPE, "playlists"])?;
    if let Some(named) = data.get("id") {
        let named = named.as_str().map_or_else(|| named.to_string(), str::to_owned);
        if named != id {
            return Err(error::bad("data.id must be the id in the path"));
        }
    }
    let attributes = attributes(data)?;
    let new_name = attributes.contains_key("name").then(|| name(attributes)).transpose()?;
    let new_description = attributes.get("description").map(description).transpose()?;
    let shareable = match attributes.get("shareable") {
        None => None,
        Some(value) => Some(value.as_bool().ok_or_else(|| error::bad("shareable must be true or false"))?),
    };
    let songs = items(context, attributes, ItemKind::Songs);
    let effects = items(context, attributes, ItemKind::SoundEffects);
    let mut store = context.service.store.lock();
    let id = own(context, &store, id)?;
    let Some(playlist) = store.playlists.get_mut(&id) else { return Err(error::not_found("Playlist", "")) };
    if let Some(value) = attributes.get("media_type")
        && media_type(value)? != playlist.kind
    {
        return Err(error::bad("media_type cannot be changed"));
    }
    let (items, others) = match playlist.kind {
        ItemKind::Songs => (songs?, effects?),
        ItemKind::SoundEffects => (effects?, songs?),
    };
    if others.is_some_and(|others| !others.is_empty()) {
        return Err(error::bad("the ids do not fit the media_type of the playlist"));
    }
    let before = playlist.clone();
    if let Some(name) = new_name {
        playlist.name = name;
    }
    if let Some(description) = new_description {
        playlist.description = description;
    }
    if let Some(shareable) = shareable {
        playlist.shareable = shareable;
    }
    if let Some(items) = items {
        playlist.items = items;
    }
    let is_different = *playlist != before;
    context.service.sandbox.effects.written(SERVICE, TYPE, is_different);
    Ok(shown(context, &store, id, StatusCode::OK))
}

pub(super) fn delete(context: &RequestContext<'_>, id: &str) -> Result {
    let mut store = context.service.store.lock();
    let id = own(context, &store, id)?;
    store.playlists.remove(&id);
    context.service.sandbox.effects.deleted(SERVICE, TYPE);
    Ok(Response::empty(StatusCode::NO_CONTENT))
}

/// An id as a number or a string.
fn id(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str().and_then(number))
}

/// Ids that all exist, each once, in their order.
pub(super) fn ids(context: &RequestContext<'_>, kind: ItemKind, list: &Value) -> Result<Vec<u64>> {
    let list = list.as_array().ok_or_else(|| error::bad(format!("{} must be a list", kind.ids())))?;
    let mut ids = Vec::with_capacity(list.len());
    for value in list {
        let known = id(value).filter(|&id| match kind {
            ItemKind::Songs => context.catalogue.song(id).is_some(),
            ItemKind::SoundEffects => context.catalogue.effect(id).is_some(),
        });
        let name = match kind {
            ItemKind::Songs => "Song",
            ItemKind::SoundEffects => "SoundEffect",
        };
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let id = known.ok_or_else(|| error::not_found(name, &text))?;
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    Ok(ids)
}
