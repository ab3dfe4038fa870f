//! People of the old API: themselves, whom they follow, what they like, what they said.

use http::{Method, StatusCode};

use super::super::desk::Answer;
use super::super::refusal::{self, Refusal};
use super::super::social;
use super::super::{desk::Desk, fields};
use super::{Old, Sent};
use crate::reply::Reply;

/// The lists of a person. `contacts` are the followings, `fans` the followers; groups are not played.
pub(super) const LISTS: [&str; 7] =
    ["tracks", "favorites", "comments", "followings", "contacts", "followers", "fans"];

/// `GET /users`
pub(super) fn search(old: &Old<'_>) -> Answer {
    let words = old.desk.filled("q").unwrap_or_default().trim().to_lowercase();
    let found = old.desk.world.users.values().filter(|user| {
        let full = format!("{} {}", user.first_name, user.last_name);
        [&user.username, &user.permalink, &full].iter().any(|text| text.to_lowercase().contains(&words))
    });
    Ok(old.place.document(StatusCode::OK, &old.users(found)))
}

/// `GET /users/{id}`
pub(super) fn get(old: &Old<'_>, id: Option<u64>) -> Answer {
    Ok(old.place.document(StatusCode::OK, &old.user(old.desk.user(id)?)))
}

/// `PUT /users/{id}` with `<user>` or a form: oneself only.
pub(super) fn change(old: &mut Old<'_>, id: Option<u64>, sent: &Sent) -> Answer {
    let id = old.desk.user(id)?.id;
    if !old.desk.is(id) {
        return Err(Refusal::Unauthorized);
    }
    let fields = sent.fields("user")?;
    let now = old.desk.now;
    let user = old.desk.world.users.get_mut(&id).ok_or_else(refusal::not_found)?;
    if fields.get("username").is_some_and(|name| name.trim().is_empty()) {
        return Err(refusal::unprocessable("username can't be blank"));
    }
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
    user.modified = now;
    old.desk.changed("users");
    get(old, Some(id))
}

/// `GET /users/{id}/{list}`
pub(super) fn list(old: &Old<'_>, id: Option<u64>, list: &str) -> Answer {
    let desk = &old.desk;
    let id = desk.user(id)?.id;
    let world = &desk.world;
    let users = |ids: Vec<u64>| old.users(ids.iter().filter_map(|id| world.users.get(id)));
    let node = match list {
        "tracks" => old.tracks(world.tracks.values().filter(|track| track.owner == id)),
        "favorites" => old.tracks(world.track_likes.of(id).filter_map(|(track, _)| world.tracks.get(&track))),
        "comments" => old.comments(world.comments.values().filter(|comment| comment.owner == id)),
        "followings" | "contacts" => users(world.follows.of(id).map(|tie| tie.0).collect()),
        "followers" | "fans" => users(world.follows.to(id).map(|tie| tie.0).collect()),
        _ => return Err(refusal::not_found()),
    };
    Ok(old.place.document(StatusCode::OK, &node))
}

/// `GET /users/{id}/followings/tracks`
pub(super) fn tracks_of_followings(old: &Old<'_>, id: Option<u64>) -> Answer {
    let (id, world) = (old.desk.user(id)?.id, &old.desk.world);
    let tracks = world.tracks.values().filter(|track| world.follows.has(id, track.owner));
    Ok(old.place.document(StatusCode::OK, &old.tracks(tracks)))
}

/// `/users/{id}/followings/{other}`: GET, PUT, DELETE.
pub(super) fn follow(old: &mut Old<'_>, method: &Method, id: Option<u64>, other: Option<u64>) -> Answer {
    let (id, other) = (old.desk.user(id)?.id, old.desk.user(other)?.id);
    match *method {
        Method::GET if old.desk.world.follows.has(id, other) => get(old, Some(other)),
        Method::GET => Err(refusal::not_found()),
        Method::PUT => {
            oneself(&old.desk, id).and_then(|()| social::follow(&mut old.desk, Some(other))).map(bare)
        }
        Method::DELETE => {
            oneself(&old.desk, id).and_then(|()| social::unfollow(&mut old.desk, Some(other))).map(bare)
        }
        _ => Ok(old.place.wrong_method(&old.desk.switches, "GET, PUT, DELETE")),
    }
}

/// `/users/{id}/favorites/{track}`: GET, PUT, DELETE.
pub(super) fn favorite(old: &mut Old<'_>, method: &Method, id: Option<u64>, track: Option<u64>) -> Answer {
    let (id, track) = (old.desk.user(id)?.id, old.desk.track(track)?.id);
    match *method {
        Method::GET if old.desk.world.track_likes.has(id, track) => {
            Ok(old.place.document(StatusCode::OK, &old.track(old.desk.track(Some(track))?)))
        }
        Method::GET => Err(refusal::not_found()),
        Method::PUT => {
            oneself(&old.desk, id)?;
            social::like_track(&mut old.desk, Some(track)).map(|_| Reply::empty(StatusCode::CREATED))
        }
        Method::DELETE => {
            oneself(&old.desk, id).and_then(|()| social::unlike_track(&mut old.desk, Some(track))).map(bare)
        }
        _ => Ok(old.place.wrong_method(&old.desk.switches, "GET, PUT, DELETE")),
    }
}

/// What a person may do to nobody's things but their own.
fn oneself(desk: &Desk<'_>, id: u64) -> Result<(), Refusal> {
    if desk.is(id) { Ok(()) } else { Err(Refusal::Unauthorized) }
}

/// The status alone: the bodies of the present API are JSON.
fn bare(reply: Reply) -> Reply {
    Reply::empty(reply.status)
}
