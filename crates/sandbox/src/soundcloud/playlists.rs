//! Playlists.

use http::StatusCode;
use http::header::LOCATION;
use serde_json::Value;

use super::desk::{Answer, Desk, ok};
use super::fields::{self, Fields};
use super::refusal::{self, Refusal};
use super::route::identifier;
use super::tracks::artwork;
use super::world::Playlist;
use crate::form::Form;
use crate::reply::Reply;

/// A playlist holds at most this many tracks.
const MOST_TRACKS: usize = 500;

/// What a request says about a playlist.
pub(super) enum Given<'a> {
    Json(&'a Value),
    Form(&'a Form),
}

impl Given<'_> {
    fn fields(&self) -> Result<Fields, Refusal> {
        match self {
            Self::Json(body) => Fields::of_json(body, "playlist"),
            Self::Form(form) => Ok(Fields::of_form(form, "playlist")),
        }
    }

    /// The whole list of tracks, if the request has one.
    fn tracks(&self, desk: &Desk<'_>) -> Result<Option<Vec<u64>>, Refusal> {
        let names: Vec<String> = match self {
            Self::Json(body) => match &body["playlist"]["tracks"] {
                Value::Null => return Ok(None),
                Value::Array(entries) => entries
                    .iter()
                    .map(|entry| name_of(entry, desk.switches.strict))
                    .collect::<Result<_, _>>()?,
                _ => return Err(refusal::unprocessable("tracks is not a list")),
            },
            Self::Form(form) => {
                let named = ["playlist[tracks][][urn]", "playlist[tracks][][id]"];
                let given = form.pairs().iter().filter(|(key, _)| named.contains(&key.as_str()));
                let names: Vec<_> = given
                    .flat_map(|(_, value)| value.split(',').map(|name| name.trim().to_owned()))
                    .collect();
                if names.is_empty() {
                    return Ok(None);
                }
                names.into_iter().filter(|name| !name.is_empty()).collect()
            }
        };
        if names.len() > MOST_TRACKS {
            return Err(refusal::unprocessable(format!("a playlist holds at most {MOST_TRACKS} tracks")));
        }
        let known = |name: &String| {
            let track = identifier("tracks", name).and_then(|id| desk.world.tracks.get(&id));
            match track.filter(|track| desk.sees(track)) {
                Some(track) => Ok(track.id),
                None => Err(refusal::unprocessable(format!("there is no track {name}"))),
            }
        };
        names.iter().map(known).collect::<Result<_, _>>().map(Some)
    }
}

fn name_of(entry: &Value, strict: bool) -> Result<String, Refusal> {
    match (&entry["urn"], &entry["id"]) {
        (Value::String(urn), _) => Ok(urn.clone()),
        (_, Value::Number(id)) if !strict => Ok(id.to_string()),
        (_, Value::String(id)) if !strict => Ok(id.clone()),
        _ => Err(refusal::unprocessable("an entry of tracks has no urn")),
    }
}

fn everything() -> Vec<String> {
    ["playable", "preview", "blocked"].map(str::to_owned).to_vec()
}

/// `POST /playlists`
pub(super) fn create(desk: &mut Desk<'_>, given: &Given<'_>) -> Answer {
    let me = desk.me()?;
    let fields = given.fields()?;
    if fields.get("title").is_none_or(|title| title.trim().is_empty()) {
        return Err(refusal::unprocessable("title can't be blank"));
    }
    let tracks = given.tracks(desk)?.unwrap_or_default();
    let artwork = match given {
        // In JSON it is silently ignored.
        Given::Json(_) => None,
        Given::Form(form) => artwork(desk, form.file("playlist[artwork_data]"))?,
    };
    let mut list = Playlist { tracks, artwork, ..desk.world.new_playlist(me, desk.now) };
    fields::change_playlist(&mut list, &fields)?;
    let wanted = if list.permalink.is_empty() { list.title.clone() } else { list.permalink.clone() };
    list.permalink = desk.world.free_playlist_permalink(me, list.id, &wanted);
    desk.world.playlists.insert(list.id, list.clone());
    desk.created("playlists");
    let location = desk.uri("playlists", list.id);
    let shown = desk.show_playlist(&list, &everything(), true);
    Ok(refusal::json(StatusCode::CREATED, &shown).header(LOCATION, &location))
}

/// `GET /playlists/{playlist_urn}`
pub(super) fn get(desk: &Desk<'_>, id: Option<u64>) -> Answer {
    let levels = desk.levels("playable,preview")?;
    let show_tracks = desk.truth_parameter("show_tracks", true)?;
    ok(&desk.show_playlist(desk.playlist(id)?, &levels, show_tracks))
}

/// `PUT /playlists/{playlist_urn}`: a list of tracks replaces the whole list.
pub(super) fn change(desk: &mut Desk<'_>, id: Option<u64>, given: &Given<'_>) -> Answer {
    let mut list = desk.my_playlist(id)?.clone();
    let fields = given.fields()?;
    fields::change_playlist(&mut list, &fields)?;
    if let Some(tracks) = given.tracks(desk)? {
        list.tracks = tracks;
    }
    list.permalink = desk.world.free_playlist_permalink(list.owner, list.id, &list.permalink);
    list.modified = desk.now;
    desk.world.playlists.insert(list.id, list.clone());
    desk.changed("playlists");
    ok(&desk.show_playlist(&list, &everything(), true))
}

/// `DELETE /playlists/{playlist_urn}`
pub(super) fn delete(desk: &mut Desk<'_>, id: Option<u64>) -> Answer {
    let id = desk.my_playlist(id)?.id;
    desk.world.remove_playlist(id);
    desk.deleted("playlists");
    Ok(Reply::empty(StatusCode::OK))
}
