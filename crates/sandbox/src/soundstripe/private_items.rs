//! What is in a private playlist: `…/{playlist_id}/songs`, `…/{playlist_id}/sound_effects`.

use http::StatusCode;
use serde_json::Value;

use super::context::RequestContext;
use super::error::{self, Result};
use super::private_playlists::{ids, own, shown};
use super::route::ItemKind;
use super::state::SERVICE;
use super::store::Store;
use crate::kit::Response;

/// The ids in a body of any of the three forms: linkage, attributes of a resource, bare.
fn named(context: &RequestContext<'_>, kind: ItemKind, body: &Value) -> Result<Vec<u64>> {
    if let Some(linkage) = body.get("data").and_then(Value::as_array) {
        if linkage.iter().any(|item| item.get("type").and_then(Value::as_str) != Some(kind.name())) {
            return Err(error::bad(format!("data[].type must be {}", kind.name())));
        }
        let list: Vec<Value> =
            linkage.iter().map(|item| item.get("id").cloned().unwrap_or_default()).collect();
        return ids(context, kind, &list.into());
    }
    let attributes = body.get("data").and_then(|data| data.get("attributes")).unwrap_or(body);
    match attributes.get(kind.ids()) {
        Some(list) => ids(context, kind, list),
        None => Err(error::bad(format!("{} is missing", kind.ids()))),
    }
}

/// The items named and the playlist's id, if both are right.
fn change(
    context: &RequestContext<'_>,
    playlist: &str,
    kind: ItemKind,
    body: &Value,
    change: impl FnOnce(&mut Vec<u64>, Vec<u64>),
    respond: impl FnOnce(&Store, u64) -> Response,
) -> Result {
    let named = named(context, kind, body);
    let mut store = context.service.store.lock();
    // A malformed body is told before a missing playlist, a missing item after it.
    let named = match named {
        Err(error) if error.0.status == StatusCode::BAD_REQUEST => return Err(error),
        named => named,
    };
    let id = own(context, &store, playlist)?;
    let Some(playlist) = store.playlists.get_mut(&id) else { return Err(error::not_found("Playlist", "")) };
    if playlist.kind != kind {
        return Err(error::bad("the items do not fit the media_type of the playlist"));
    }
    let before = playlist.items.clone();
    change(&mut playlist.items, named?);
    let is_different = playlist.items != before;
    context.service.sandbox.effects.written(SERVICE, "private_playlist_items", is_different);
    Ok(respond(&store, id))
}

/// Appends in the order of the request; what is in the playlist already is left where it is.
pub(super) fn add(context: &RequestContext<'_>, playlist: &str, kind: ItemKind, body: &Value) -> Result {
    let append = |items: &mut Vec<u64>, named: Vec<u64>| {
        for id in named {
            if !items.contains(&id) {
                items.push(id);
            }
        }
    };
    change(context, playlist, kind, body, append, |store, id| shown(context, store, id, StatusCode::OK))
}

/// Removes; what is not in the playlist is no error.
pub(super) fn remove(context: &RequestContext<'_>, playlist: &str, kind: ItemKind, body: &Value) -> Result {
    let take_out = |items: &mut Vec<u64>, named: Vec<u64>| items.retain(|id| !named.contains(id));
    change(context, playlist, kind, body, take_out, |_, _| Response::empty(StatusCode::NO_CONTENT))
}
