//! Private playlists: `/v1/my_media/playlists`.

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::catalogue::Catalogue;
use super::desk::{Desk, attributes, data, number, ok};
use super::document::{document, reply, resource};
use super::paging::Paging;
use super::private_items::ids;
use super::refusal;
use super::route::ItemKind;
use super::world::{PrivatePlaylist, World};
use crate::reply::Reply;

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
pub(super) fn own(desk: &Desk<'_>, world: &World, id: &str) -> Result<u64, Reply> {
    number(id)
        .filter(|id| world.playlists.get(id).is_some_and(|playlist| playlist.owner == desk.account))
        .ok_or_else(|| refusal::not_found("Playlist", id))
}

pub(super) fn list(desk: &Desk<'_>) -> Result<Reply, Reply> {
    let paging = Paging::read(desk)?;
    let world = desk.house.soundstripe.world.lock();
    let own: Vec<_> = world.playlists_of(desk.account).collect();
    let page = own[paging.range(own.len())].iter();
    let data: Vec<Value> = page.map(|(id, playlist)| to_resource(&desk.catalogue, *id, playlist)).collect();
    Ok(ok(&document(data.into(), None, Some(paging.links(desk, own.len())))))
}

pub(super) fn get(desk: &Desk<'_>, id: &str) -> Result<Reply, Reply> {
    let world = desk.house.soundstripe.world.lock();
    let id = own(desk, &world, id)?;
    Ok(answer(desk, &world, id, StatusCode::OK))
}

/// An answer with a playlist as it now is.
pub(super) fn answer(desk: &Desk<'_>, world: &World, id: u64, status: StatusCode) -> Reply {
    let data = world.playlists.get(&id).map(|playlist| to_resource(&desk.catalogue, id, playlist));
    reply(status, &document(data.unwrap_or_default(), None, None))
}

/// A text that has to be there.
fn name(attributes: &Map<String, Value>) -> Result<String, Reply> {
    let name = attributes.get("name").and_then(Value::as_str).map(str::trim).unwrap_or_default();
    if name.is_empty() { Err(refusal::bad("name is missing")) } else { Ok(name.to_owned()) }
}

fn description(value: &Value) -> Result<Option<String>, Reply> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text.clone())),
        _ => Err(refusal::bad("description is not a string")),
    }
}

fn media_type(value: &Value) -> Result<ItemKind, Reply> {
    let kind = value.as_str().and_then(ItemKind::of);
    kind.ok_or_else(|| refusal::bad("media_type is neither songs nor sound_effects"))
}

/// The ids of a kind in these attributes, all of which exist; `None` where the member is missing or null.
fn items(
    desk: &Desk<'_>,
    attributes: &Map<String, Value>,
    kind: ItemKind,
) -> Result<Option<Vec<u64>>, Reply> {
    match attributes.get(kind.ids()) {
        None | Some(Value::Null) => Ok(None),
        Some(list) => ids(desk, kind, list).map(Some),
    }
}

pub(super) fn create(desk: &Desk<'_>, body: &Value) -> Result<Reply, Reply> {
    let attributes = attributes(data(body, &[TYPE, "playlists"])?)?;
    let name = name(attributes)?;
    let description = description(attributes.get("description").unwrap_or(&Value::Null))?;
    let songs = items(desk, attributes, ItemKind::Songs)?;
    let effects = items(desk, attributes, ItemKind::SoundEffects)?;
    let kind = match attributes.get("media_type") {
        Some(value) => media_type(value)?,
        None if songs.is_none() && effects.is_some() => ItemKind::SoundEffects,
        None => ItemKind::Songs,
    };
    let shareable = match attributes.get("shareable") {
        None | Some(Value::Null) => false,
        Some(value) => value.as_bool().ok_or_else(|| refusal::bad("shareable is not a boolean"))?,
    };
    let (items, others) = match kind {
        ItemKind::Songs => (songs, effects),
        ItemKind::SoundEffects => (effects, songs),
    };
    if others.is_some_and(|others| !others.is_empty()) {
        return Err(refusal::bad("media_type does not fit the ids"));
    }
    let items = items.unwrap_or_default();
    let playlist = PrivatePlaylist { owner: desk.account, name, description, kind, items, shareable };
    let mut world = desk.house.soundstripe.world.lock();
    let id = world.add_playlist(playlist);
    desk.house.effects.created("soundstripe", TYPE);
    Ok(answer(desk, &world, id, StatusCode::CREATED))
}

pub(super) fn update(desk: &Desk<'_>, id: &str, body: &Value) -> Result<Reply, Reply> {
    let data = data(body, &[TYPE, "playlists"])?;
    if let Some(named) = data.get("id") {
        let named = named.as_str().map_or_else(|| named.to_string(), str::to_owned);
        if named != id {
            return Err(refusal::bad("data.id is not the id in the path"));
        }
    }
    let attributes = attributes(data)?;
    let new_name = attributes.contains_key("name").then(|| name(attributes)).transpose()?;
    let new_description = attributes.get("description").map(description).transpose()?;
    let shareable = match attributes.get("shareable") {
        None => None,
        Some(value) => Some(value.as_bool().ok_or_else(|| refusal::bad("shareable is not a boolean"))?),
    };
    let songs = items(desk, attributes, ItemKind::Songs);
    let effects = items(desk, attributes, ItemKind::SoundEffects);
    let mut world = desk.house.soundstripe.world.lock();
    let id = own(desk, &world, id)?;
    let Some(playlist) = world.playlists.get_mut(&id) else { return Err(refusal::not_found("Playlist", "")) };
    if let Some(value) = attributes.get("media_type")
        && media_type(value)? != playlist.kind
    {
        return Err(refusal::bad("media_type cannot be changed"));
    }
    let (items, others) = match playlist.kind {
        ItemKind::Songs => (songs?, effects?),
        ItemKind::SoundEffects => (effects?, songs?),
    };
    if others.is_some_and(|others| !others.is_empty()) {
        return Err(refusal::bad("the ids do not fit the media_type of the playlist"));
    }
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
    desk.house.effects.changed("soundstripe", TYPE);
    Ok(answer(desk, &world, id, StatusCode::OK))
}

pub(super) fn delete(desk: &Desk<'_>, id: &str) -> Result<Reply, Reply> {
    let mut world = desk.house.soundstripe.world.lock();
    let id = own(desk, &world, id)?;
    world.playlists.remove(&id);
    desk.house.effects.deleted("soundstripe", TYPE);
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}
