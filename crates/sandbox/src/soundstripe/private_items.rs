//! What is in a private playlist: `…/{playlist_id}/songs`, `…/{playlist_id}/sound_effects`.

use http::StatusCode;
use serde_json::Value;

use super::desk::{Desk, number};
use super::private_playlists::{answer, own};
use super::refusal;
use super::route::ItemKind;
use crate::reply::Reply;

/// An id as a number or a string.
fn id(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str().and_then(number))
}

/// Ids that all exist, each once, in their order.
pub(super) fn ids(desk: &Desk<'_>, kind: ItemKind, list: &Value) -> Result<Vec<u64>, Reply> {
    let list = list.as_array().ok_or_else(|| refusal::bad(format!("{} is not a list", kind.ids())))?;
    let mut ids = Vec::with_capacity(list.len());
    for value in list {
        let known = id(value).filter(|&id| match kind {
            ItemKind::Songs => desk.catalogue.song(id).is_some(),
            ItemKind::SoundEffects => desk.catalogue.effect(id).is_some(),
        });
        let name = match kind {
            ItemKind::Songs => "Song",
            ItemKind::SoundEffects => "SoundEffect",
        };
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let id = known.ok_or_else(|| refusal::not_found(name, &text))?;
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    Ok(ids)
}

/// The ids in a body of any of the three forms: linkage, attributes of a resource, bare.
fn named(desk: &Desk<'_>, kind: ItemKind, body: &Value) -> Result<Vec<u64>, Reply> {
    if let Some(linkage) = body.get("data").and_then(Value::as_array) {
        if linkage.iter().any(|item| item.get("type").and_then(Value::as_str) != Some(kind.name())) {
            return Err(refusal::bad(format!("data[].type has to be {}", kind.name())));
        }
        let list: Vec<Value> =
            linkage.iter().map(|item| item.get("id").cloned().unwrap_or_default()).collect();
        return ids(desk, kind, &list.into());
    }
    let attributes = body.get("data").and_then(|data| data.get("attributes")).unwrap_or(body);
    match attributes.get(kind.ids()) {
        Some(list) => ids(desk, kind, list),
        None => Err(refusal::bad(format!("{} is missing", kind.ids()))),
    }
}

/// The items named and the playlist's id, if both are right.
fn change(
    desk: &Desk<'_>,
    playlist: &str,
    kind: ItemKind,
    body: &Value,
    change: impl FnOnce(&mut Vec<u64>, Vec<u64>),
    answer_with: impl FnOnce(&super::world::World, u64) -> Reply,
) -> Result<Reply, Reply> {
    let named = named(desk, kind, body);
    let mut world = desk.house.soundstripe.world.lock();
    // A malformed body is told before a missing playlist, a missing item after it.
    let named = match named {
        Err(refusal) if refusal.status == StatusCode::BAD_REQUEST => return Err(refusal),
        named => named,
    };
    let id = own(desk, &world, playlist)?;
    let Some(playlist) = world.playlists.get_mut(&id) else { return Err(refusal::not_found("Playlist", "")) };
    if playlist.kind != kind {
        return Err(refusal::bad("the items do not fit the media_type of the playlist"));
    }
    change(&mut playlist.items, named?);
    desk.house.effects.changed("soundstripe", "private_playlist_items");
    Ok(answer_with(&world, id))
}

/// Appends in the order of the request; what is in the playlist already is left where it is.
pub(super) fn add(desk: &Desk<'_>, playlist: &str, kind: ItemKind, body: &Value) -> Result<Reply, Reply> {
    let append = |items: &mut Vec<u64>, named: Vec<u64>| {
        for id in named {
            if !items.contains(&id) {
                items.push(id);
            }
        }
    };
    change(desk, playlist, kind, body, append, |world, id| answer(desk, world, id, StatusCode::OK))
}

/// Removes; what is not in the playlist is no error.
pub(super) fn remove(desk: &Desk<'_>, playlist: &str, kind: ItemKind, body: &Value) -> Result<Reply, Reply> {
    let take_out = |items: &mut Vec<u64>, named: Vec<u64>| items.retain(|id| !named.contains(id));
    change(desk, playlist, kind, body, take_out, |_, _| Reply::empty(StatusCode::NO_CONTENT))
}
