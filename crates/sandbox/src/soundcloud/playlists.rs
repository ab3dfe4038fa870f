//! Playlists.

use http::StatusCode;
use http::header::LOCATION;
use serde_json::Value;

use super::context::{RequestContext, ok};
use super::error::{self, Result};
use super::fields::{self, Fields};
use super::route::identifier;
use super::store::Playlist;
use super::tracks::artwork;
use crate::kit::{Form, Response};

/// A playlist holds at most this many tracks.
const MAX_TRACKS: usize = 500;

/// What a request says about a playlist.
pub(super) enum Given<'a> {
    Json(&'a Value),
    Form(&'a Form),
}

impl Given<'_> {
    fn fields(&self) -> Result<Fields> {
        match self {
            Self::Json(body) => Fields::of_json(body, "playlist"),
            Self::Form(form) => Ok(Fields::of_form(form, "playlist")),
        }
    }

    /// The whole list of tracks, if the request has one.
    fn tracks(&self, context: &RequestContext<'_>) -> Result<Option<Vec<u64>>> {
        let names: Vec<String> = match self {
            Self::Json(body) => match &body["playlist"]["tracks"] {
                Value::Null => return Ok(None),
                Value::Array(entries) => entries
                    .iter()
                    .map(|entry| name_of(entry, context.switches.strict))
                    .collect::<Result<_>>()?,
                _ => return Err(error::unprocessable("tracks must be a list")),
            },
            Self::Form(form) => {
                let named = ["playlist[tracks][][urn]", "playlist[tracks][][id]"];
                let given = form.pairs().0.iter().filter(|(key, _)| named.contains(&key.as_str()));
                let names: Vec<_> = given
                    .flat_map(|(_, value)| value.split(',').map(|name| name.trim().to_owned()))
                    .collect();
                if names.is_empty() {
                    return Ok(None);
                }
                names.into_iter().filter(|name| !name.is_empty()).collect()
            }
        };
        if names.len() > MAX_TRACKS {
            return Err(error::unprocessable(format!("a playlist holds at most {MAX_TRACKS} tracks")));
        }
        let known = |name: &String| {
            let track = identifier("tracks", name).and_then(|id| context.store.tracks.get(&id));
            match track.filter(|track| context.sees(track)) {
                Some(track) => Ok(track.id),
                None => Err(error::unprocessable(format!("there is no track {name}"))),
            }
        };
        names.iter().map(known).collect::<Result<_>>().map(Some)
    }
}

fn name_of(entry: &Value, strict: bool) -> Result<String> {
    match (&entry["urn"], &entry["id"]) {
        (Value::String(urn), _) => Ok(urn.clone()),
        (_, Value::Number(id)) if !strict => Ok(id.to_string()),
        (_, Value::String(id)) if !strict => Ok(id.clone()),
        _ => Err(error::unprocessable("an entry of tracks has no urn")),
    }
}

fn everything() -> Vec<String> {
    ["playable", "preview", "blocked"].map(str::to_owned).to_vec()
}

/// `POST /playlists`
pub(super) fn create(context: &mut RequestContext<'_>, given: &Given<'_>) -> Result {
    let me = context.me()?;
    let fields = given.fields()?;
    if fields.get("title").is_none_or(|title| title.trim().is_empty()) {
        return Err(error::unprocessable("title can't be blank"));
    }
    let tracks = given.tracks(context)?.unwrap_or_default();
    let artwork = match given {
        // In JSON it is silently ignored.
        Given::Json(_) => None,
        Given::Form(form) => artwork(context, form.file("playlist[artwork_data]"))?,
    };
    let mut list = Playlist { tracks, artwork, ..context.store.new_playlist(me, context.now) };
    fields::change_playlist(&mut list, &fields)?;
    let wanted = if list.permalink.is_empty() { list.title.clone() } else { list.permalink.clone() };
    list.permalink = context.store.free_playlist_permalink(me, list.id, &wanted);
    context.store.playlists.insert(list.id, list.clone());
    context.created("playlists");
    let location = context.uri("playlists", list.id);
    let shown = context.show_playlist(&list, &everything(), true);
    Ok(error::json(StatusCode::CREATED, &shown).header(LOCATION, &location))
}

/// `GET /playlists/{playlist_urn}`
pub(super) fn get(context: &RequestContext<'_>, id: Option<u64>) -> Result {
    let levels = context.levels("playable,preview")?;
    let show_tracks = context.truth_parameter("show_tracks", true)?;
    ok(&context.show_playlist(context.playlist(id)?, &levels, show_tracks))
}

/// `PUT /playlists/{playlist_urn}`: a list of tracks replaces the whole list.
pub(super) fn change(context: &mut RequestContext<'_>, id: Option<u64>, given: &Given<'_>) -> Result {
    let mut list = context.my_playlist(id)?.clone();
    let fields = given.fields()?;
    fields::change_playlist(&mut list, &fields)?;
    if let Some(tracks) = given.tracks(context)? {
        list.tracks = tracks;
    }
    list.permalink = context.store.free_playlist_permalink(list.owner, list.id, &list.permalink);
    let is_different = *context.my_playlist(id)? != list;
    list.modified = context.now;
    context.store.playlists.insert(list.id, list.clone());
    context.written("playlists", is_different);
    ok(&context.show_playlist(&list, &everything(), true))
}

/// `DELETE /playlists/{playlist_urn}`
pub(super) fn delete(context: &mut RequestContext<'_>, id: Option<u64>) -> Result {
    let id = context.my_playlist(id)?.id;
    context.store.remove_playlist(id);
    context.deleted("playlists");
    Ok(Response::empty(StatusCode::OK))
}
