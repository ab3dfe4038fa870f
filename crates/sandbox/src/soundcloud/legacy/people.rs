//! People of the old API: themselves, whom they follow, what they like, what they said.

use http::{Method, StatusCode};

use super::super::context::RequestContext;
use super::super::error::{self, ErrorResponse, Result};
use super::super::fields;
use super::super::social;
use super::context::{LegacyBody, LegacyContext};
use crate::kit::Response;

/// The lists of a user. `contacts` are the followings, `fans` the followers; groups are not played.
pub(super) const LISTS: [&str; 7] =
    ["tracks", "favorites", "comments", "followings", "contacts", "followers", "fans"];

/// `GET /users`
pub(super) fn search(legacy: &LegacyContext<'_>) -> Result {
    let words = legacy.context.filled("q").unwrap_or_default().trim().to_lowercase();
    let found = legacy.context.store.users.values().filter(|user| {
        let full = format!("{} {}", user.first_name, user.last_name);
        [&user.username, &user.permalink, &full].iter().any(|text| text.to_lowercase().contains(&words))
    });
    Ok(legacy.writer.document(StatusCode::OK, &legacy.users(found)))
}

/// `GET /users/{id}`
pub(super) fn get(legacy: &LegacyContext<'_>, id: Option<u64>) -> Result {
    Ok(legacy.writer.document(StatusCode::OK, &legacy.user(legacy.context.user(id)?)))
}

/// `PUT /users/{id}` with `<user>` or a form: oneself only.
pub(super) fn change(legacy: &mut LegacyContext<'_>, id: Option<u64>, body: &LegacyBody) -> Result {
    let id = legacy.context.user(id)?.id;
    if !legacy.context.is(id) {
        return Err(ErrorResponse::Unauthorized);
    }
    let fields = body.fields("user")?;
    let now = legacy.context.now;
    let user = legacy.context.store.users.get_mut(&id).ok_or_else(error::not_found)?;
    if fields.get("username").is_some_and(|name| name.trim().is_empty()) {
        return Err(error::unprocessable("username can't be blank"));
    }
    let before = user.clone();
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    for (name, value) in &fields.0 {
        match name.as_str() {
            "username" => user.username = value.trim().to_owned(),
            "full_name" => {
                let (first, last) = value.rsplit_once(' ').unwrap_or((value, ""));
                (user.first_name, user.last_name) = (first.trim().to_owned(), last.to_owned());
            }
            "city" => user.city = value.clone(),
            "country" => user.country = value.clone(),
            "description" => user.description = some(value),
            "website" => user.website = some(value),
            other => {
                let known = ["discogs_name", "myspace_name", "website_title"];
                if let Some(known) = known.into_iter().find(|known| *known == other) {
                    fields::set(&mut user.texts, known, value);
                }
            }
        }
    }
    let is_different = *user != before;
    user.modified = now;
    legacy.context.written("users", is_different);
    get(legacy, Some(id))
}

/// `GET /users/{id}/{list}`
pub(super) fn list(legacy: &LegacyContext<'_>, id: Option<u64>, list: &str) -> Result {
    let context = &legacy.context;
    let id = context.user(id)?.id;
    let store = &context.store;
    let users = |ids: Vec<u64>| legacy.users(ids.iter().filter_map(|id| store.users.get(id)));
    let node = match list {
        "tracks" => legacy.tracks(store.tracks.values().filter(|track| track.owner == id)),
        "favorites" => {
            legacy.tracks(store.track_likes.of(id).filter_map(|(track, _)| store.tracks.get(&track)))
        }
        "comments" => legacy.comments(store.comments.values().filter(|comment| comment.owner == id)),
        "followings" | "contacts" => users(store.follows.of(id).map(|edge| edge.0).collect()),
        "followers" | "fans" => users(store.follows.to(id).map(|edge| edge.0).collect()),
        _ => return Err(error::not_found()),
    };
    Ok(legacy.writer.document(StatusCode::OK, &node))
}

/// `GET /users/{id}/followings/tracks`
pub(super) fn tracks_of_followings(legacy: &LegacyContext<'_>, id: Option<u64>) -> Result {
    let (id, store) = (legacy.context.user(id)?.id, &legacy.context.store);
    let tracks = store.tracks.values().filter(|track| store.follows.has(id, track.owner));
    Ok(legacy.writer.document(StatusCode::OK, &legacy.tracks(tracks)))
}

/// `/users/{id}/followings/{other}`: GET, PUT, DELETE.
pub(super) fn follow(
    legacy: &mut LegacyContext<'_>,
    method: &Method,
    id: Option<u64>,
    other: Option<u64>,
) -> Result {
    let (id, other) = (legacy.context.user(id)?.id, legacy.context.user(other)?.id);
    match *method {
        Method::GET if legacy.context.store.follows.has(id, other) => get(legacy, Some(other)),
        Method::GET => Err(error::not_found()),
        Method::PUT => oneself(&legacy.context, id)
            .and_then(|()| social::follow(&mut legacy.context, Some(other)))
            .map(bare),
        Method::DELETE => oneself(&legacy.context, id)
            .and_then(|()| social::unfollow(&mut legacy.context, Some(other)))
            .map(bare),
        _ => Err(ErrorResponse::Method("GET, PUT, DELETE".to_owned())),
    }
}

/// `/users/{id}/favorites/{track}`: GET, PUT, DELETE.
pub(super) fn favorite(
    legacy: &mut LegacyContext<'_>,
    method: &Method,
    id: Option<u64>,
    track: Option<u64>,
) -> Result {
    let (id, track) = (legacy.context.user(id)?.id, legacy.context.track(track)?.id);
    match *method {
        Method::GET if legacy.context.store.track_likes.has(id, track) => {
            Ok(legacy.writer.document(StatusCode::OK, &legacy.track(legacy.context.track(Some(track))?)))
        }
        Method::GET => Err(error::not_found()),
        Method::PUT => {
            oneself(&legacy.context, id)?;
            social::repost(&mut legacy.context, &social::TRACK_LIKES, Some(track))
        }
        Method::DELETE => oneself(&legacy.context, id)
            .and_then(|()| social::unlike(&mut legacy.context, &social::TRACK_LIKES, Some(track)))
            .map(bare),
        _ => Err(ErrorResponse::Method("GET, PUT, DELETE".to_owned())),
    }
}

/// What a user may do to their own things only.
fn oneself(context: &RequestContext<'_>, id: u64) -> Result<()> {
    if context.is(id) { Ok(()) } else { Err(ErrorResponse::Unauthorized) }
}

/// The status alone: the bodies of the present API are JSON.
fn bare(response: Response) -> Response {
    Response::empty(response.status)
}
