//! The old XML API (section 13 of the sheet): the same people and tracks, HTTP Basic, numbers instead of URNs.
//!
//! It shares the API's listener: a request with HTTP Basic, with `.xml` at the end of its path or with `Accept:
//! application/xml` is meant for it.

mod xml;

use std::collections::BTreeSet;
use std::sync::Arc;

use http::header::{ALLOW, LOCATION, WWW_AUTHENTICATE};
use http::{Method, StatusCode};

use super::desk::{Answer, Desk};
use super::fields::{self, Fields};
use super::refusal::{self, Refusal};
use super::session::Subject;
use super::social;
use super::switches::Switches;
use super::tracks;
use super::world::{Comment, Track, User};
use crate::call::Call;
use crate::form::Form;
use crate::house::House;
use crate::reply::Reply;
use xml::{Document, Writer};

const BODY_LIMIT: usize = 1024 * 1024;
const REALM: &str = "Basic realm=\"SoundCloud sandbox\"";

/// Whether a request is meant for the old API.
pub(super) fn is_meant(call: &Call) -> bool {
    let accept = call.header("accept").unwrap_or_default().to_ascii_lowercase();
    let asks = accept.contains("application/xml") && !accept.contains("text/html");
    let scheme = call.header("authorization").and_then(|value| value.split(' ').next());
    asks || call.path.ends_with(".xml") || scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("basic"))
}

/// Answers one request.
pub(super) async fn answer(house: &Arc<House>, switches: &Switches, call: &mut Call) -> Reply {
    match work(house, switches, call).await {
        Ok(reply) => reply,
        Err(refusal) => {
            let reply = refusal.xml();
            if reply.status == StatusCode::UNAUTHORIZED {
                reply.header(WWW_AUTHENTICATE, REALM)
            } else {
                reply
            }
        }
    }
}

/// What was sent with a request.
enum Sent {
    Nothing,
    Form(Form),
    Xml(Document),
}

async fn work(house: &Arc<House>, switches: &Switches, call: &mut Call) -> Answer {
    let caller = caller(house, call)?;
    let mut segments = call.segments();
    if let Some(last) = segments.last_mut()
        && let Some(bare) = last.strip_suffix(".xml")
    {
        *last = bare.to_owned();
    }
    let method = if call.method == Method::HEAD { Method::GET } else { call.method.clone() };
    if method != Method::GET && caller.is_none() {
        return Err(Refusal::Unauthorized);
    }
    let sent = read(call, &method).await?;
    let query = call.query_pairs();
    let mut world = house.soundcloud.world.lock();
    let mut desk = Desk {
        house,
        world: &mut world,
        switches: switches.clone(),
        client_id: &house.soundcloud.client_id,
        caller,
        path: call.path.clone(),
        query,
        now: house.clock.unix(),
    };
    dispatch(&mut desk, &method, &segments, &sent)
}

fn caller(house: &Arc<House>, call: &Call) -> Result<Option<Subject>, Refusal> {
    let Some(header) = call.header("authorization") else { return Ok(None) };
    let world = house.soundcloud.world.lock();
    if let Some((name, password)) = call.basic_credentials() {
        let user = world.user_named(&name).map(|user| Subject::User(user.id));
        let user = user.filter(|_| password == house.soundcloud.password);
        return user.map(Some).ok_or(Refusal::Unauthorized);
    }
    let token = header.split_once(' ').map(|(_, token)| token.trim()).unwrap_or_default();
    let subject = world.sessions.subject(token, house.clock.now().as_secs_f64());
    subject.map(Some).ok_or(Refusal::Unauthorized)
}

async fn read(call: &mut Call, method: &Method) -> Result<Sent, Refusal> {
    if *method != Method::POST && *method != Method::PUT {
        return Ok(Sent::Nothing);
    }
    let content_type = super::content_type(call);
    match content_type.as_str() {
        "multipart/form-data" | "application/x-www-form-urlencoded" => Ok(Sent::Form(call.form().await?)),
        "application/xml" | "text/xml" => {
            let bytes = call.body.bytes(BODY_LIMIT).await?;
            let document = xml::read(&bytes);
            document.map(Sent::Xml).ok_or_else(|| refusal::unprocessable("the body is not readable XML"))
        }
        _ => Ok(Sent::Nothing),
    }
}

fn dispatch(desk: &mut Desk<'_>, method: &Method, segments: &[String], sent: &Sent) -> Answer {
    let mut path: Vec<&str> = segments.iter().map(String::as_str).collect();
    // Every `/users/{id}…` has a `/me…` twin.
    let me;
    if path.first() == Some(&"me") {
        me = desk.me()?.to_string();
        path.splice(..1, ["users", me.as_str()]);
    }
    let number = |text: &str| text.parse::<u64>().ok();
    let (get, post) = (*method == Method::GET, *method == Method::POST);
    let (put, delete) = (*method == Method::PUT, *method == Method::DELETE);
    match path.as_slice() {
        ["tracks"] if get => list_tracks(desk),
        ["tracks"] if post => upload(desk, sent),
        ["tracks"] => wrong_method("GET, POST"),
        ["tracks", id] if get => one_track(desk, desk.track(number(id))?, StatusCode::OK),
        ["tracks", id] if put => change(desk, number(id), sent),
        ["tracks", id] if delete => tracks::delete(desk, number(id)),
        ["tracks", _] => wrong_method("GET, PUT, DELETE"),
        ["tracks", id, "comments"] if get => {
            let track = desk.track(number(id))?.id;
            let comments = desk.world.comments.values().filter(|comment| comment.track == track);
            many_comments(desk, comments.collect())
        }
        ["tracks", id, "comments"] if post => comment(desk, number(id), sent),
        ["tracks", _, "comments"] => wrong_method("GET, POST"),
        ["tracks", id, "permissions"] if get => {
            let permitted = desk.my_track(number(id))?.permitted.clone();
            let mut writer = Writer::new(desk.origin());
            writer.open("permissions", "");
            permitted.iter().for_each(|user| writer.integer("user-id", *user));
            writer.close("permissions");
            document(StatusCode::OK, writer)
        }
        ["tracks", id, "permissions"] if put => permit(desk, number(id), sent),
        ["tracks", _, "permissions"] => wrong_method("GET, PUT"),
        ["users"] if get => {
            let words = desk.filled("q").unwrap_or_default().to_lowercase();
            let named = |user: &&User| user.username.to_lowercase().contains(&words);
            many_users(desk, desk.world.users.values().filter(named).collect())
        }
        ["users", id] if get => {
            let mut writer = Writer::new(desk.origin());
            writer.user(desk.world, desk.user(number(id))?);
            document(StatusCode::OK, writer)
        }
        ["users", id, "followings", "tracks"] if get => {
            let id = desk.user(number(id))?.id;
            let follows = |track: &&Track| desk.world.follows.has(id, track.owner);
            many_tracks(desk, desk.world.tracks.values().filter(follows).collect())
        }
        ["users", id, kind] if get => of_user(desk, number(id), kind),
        ["users", id, "followings" | "contacts", other] => follow(desk, method, number(id), number(other)),
        ["users", id, "favorites", track] => favorite(desk, method, number(id), number(track)),
        ["users", ..] if !get && path.len() < 4 => wrong_method("GET"),
        _ => Err(refusal::not_found()),
    }
}

fn wrong_method(allowed: &str) -> Answer {
    Ok(refusal::plain(StatusCode::METHOD_NOT_ALLOWED).xml().header(ALLOW, allowed))
}

fn document(status: StatusCode, writer: Writer) -> Answer {
    Ok(Reply::new(status, "application/xml; charset=utf-8", writer.finish()))
}

fn one_track(desk: &Desk<'_>, track: &Track, status: StatusCode) -> Answer {
    let mut writer = Writer::new(desk.origin());
    writer.track(desk.world, track);
    document(status, writer)
}

fn many_tracks(desk: &Desk<'_>, mut tracks: Vec<&Track>) -> Answer {
    tracks.retain(|track| desk.sees(track));
    tracks.sort_by_key(|track| std::cmp::Reverse(track.serial));
    let mut writer = Writer::new(desk.origin());
    writer.open("tracks", " type=\"array\"");
    tracks.iter().for_each(|track| writer.track(desk.world, track));
    writer.close("tracks");
    document(StatusCode::OK, writer)
}

fn many_users(desk: &Desk<'_>, users: Vec<&User>) -> Answer {
    let mut writer = Writer::new(desk.origin());
    writer.open("users", " type=\"array\"");
    users.iter().for_each(|user| writer.user(desk.world, user));
    writer.close("users");
    document(StatusCode::OK, writer)
}

fn many_comments(desk: &Desk<'_>, comments: Vec<&Comment>) -> Answer {
    let mut writer = Writer::new(desk.origin());
    writer.open("comments", " type=\"array\"");
    comments.iter().for_each(|comment| writer.comment(comment));
    writer.close("comments");
    document(StatusCode::OK, writer)
}

/// `GET /tracks`: public ones, or with `filter` others that the caller may see.
fn list_tracks(desk: &Desk<'_>) -> Answer {
    let words = desk.filled("q").unwrap_or_default().to_lowercase();
    let filter = desk.filled("filter").unwrap_or("public");
    let listed = |name: &str| -> Option<Vec<String>> {
        Some(desk.filled(name)?.split(',').map(|one| one.trim().to_lowercase()).collect())
    };
    let (ids, genres) = (listed("ids"), listed("genres"));
    let genre =
        |track: &Track| track.texts.get("genre").map(|genre| genre.to_lowercase()).unwrap_or_default();
    let fits = |track: &&Track| {
        (match filter {
            "all" => true,
            "private" => track.private,
            "streamable" => track.streamable && !track.private,
            "downloadable" => track.downloadable && !track.private,
            _ => !track.private,
        }) && track.title.to_lowercase().contains(&words)
            && ids.as_ref().is_none_or(|ids| ids.contains(&track.id.to_string()))
            && genres.as_ref().is_none_or(|genres| genres.contains(&genre(track)))
    };
    many_tracks(desk, desk.world.tracks.values().filter(fits).collect())
}

/// Lists of a user. `contacts` are the followings, `fans` the followers; groups are no more.
fn of_user(desk: &Desk<'_>, id: Option<u64>, kind: &str) -> Answer {
    let id = desk.user(id)?.id;
    let world = &desk.world;
    let users = |ids: Vec<u64>| ids.iter().filter_map(|id| world.users.get(id)).collect();
    match kind {
        "tracks" => many_tracks(desk, world.tracks.values().filter(|track| track.owner == id).collect()),
        "favorites" => {
            let liked = world.track_likes.of(id).filter_map(|(track, _)| world.tracks.get(&track));
            many_tracks(desk, liked.collect())
        }
        "comments" => {
            many_comments(desk, world.comments.values().filter(|comment| comment.owner == id).collect())
        }
        "followings" | "contacts" => many_users(desk, users(world.follows.of(id).map(|tie| tie.0).collect())),
        "followers" | "fans" => many_users(desk, users(world.follows.to(id).map(|tie| tie.0).collect())),
        _ => Err(refusal::not_found()),
    }
}

/// `POST /tracks`: 201, `Location` and the track; its number agrees in all three.
fn upload(desk: &mut Desk<'_>, sent: &Sent) -> Answer {
    let Sent::Form(form) = sent else { return Err(refusal::unprocessable("asset_data is missing")) };
    let track = tracks::add(desk, form)?;
    let location = format!("{}/tracks/{}", desk.origin(), track.id);
    Ok(one_track(desk, &track, StatusCode::CREATED)?.header(LOCATION, &location))
}

/// `PUT /tracks/{id}` with `<track>` or a form.
fn change(desk: &mut Desk<'_>, id: Option<u64>, sent: &Sent) -> Answer {
    let mut track = desk.my_track(id)?.clone();
    let fields = match sent {
        Sent::Xml(document) if document.root == "track" => Fields(document.leaves.clone()),
        Sent::Form(form) => Fields::of_form(form, "track"),
        _ => return Err(refusal::unprocessable("the body is not a track")),
    };
    if let Some(bpm) = fields.get("bpm").filter(|bpm| !bpm.is_empty()) {
        let bpm = bpm.parse().ok().filter(|bpm: &f64| bpm.is_finite() && *bpm > 0.0);
        track.bpm = Some(bpm.ok_or_else(|| refusal::unprocessable("bpm is not a number"))?);
    }
    fields::change_track(&mut track, &fields)?;
    desk.world.tracks.insert(track.id, track.clone());
    desk.changed("tracks");
    one_track(desk, &track, StatusCode::OK)
}

/// `POST /tracks/{id}/comments` with `<comment>` or a form.
fn comment(desk: &mut Desk<'_>, track: Option<u64>, sent: &Sent) -> Answer {
    let fields = match sent {
        Sent::Xml(document) if document.root == "comment" => Fields(document.leaves.clone()),
        Sent::Form(form) => Fields::of_form(form, "comment"),
        _ => return Err(refusal::unprocessable("the body is not a comment")),
    };
    let timestamp = match fields.get("timestamp").filter(|text| !text.is_empty()) {
        None => None,
        Some(text) => Some(text.parse().map_err(|_| refusal::unprocessable("timestamp is not a number"))?),
    };
    let body = fields.get("body").unwrap_or_default().trim().to_owned();
    let made = social::add_comment(desk, track, body, timestamp)?;
    let mut writer = Writer::new(desk.origin());
    writer.comment(&made);
    document(StatusCode::CREATED, writer)
}

/// `PUT /tracks/{id}/permissions`: the list becomes the whole list.
fn permit(desk: &mut Desk<'_>, id: Option<u64>, sent: &Sent) -> Answer {
    let Sent::Xml(document) = sent else { return Err(refusal::unprocessable("the body is not permissions")) };
    if document.root != "permissions" {
        return Err(refusal::unprocessable("the body is not permissions"));
    }
    desk.my_track(id)?;
    let users = document.leaves.iter().filter(|(name, _)| name == "user_id");
    let known = |text: &String| {
        let user = text.parse().ok().filter(|id| desk.world.users.contains_key(id));
        user.ok_or_else(|| refusal::unprocessable(format!("there is no user {text}")))
    };
    let permitted = users.map(|(_, text)| known(text)).collect::<Result<BTreeSet<u64>, _>>()?;
    desk.my_track(id)?.permitted = permitted;
    desk.changed("permissions");
    Ok(Reply::empty(StatusCode::OK))
}

/// `/me/followings/{id}`: GET, PUT, DELETE.
fn follow(desk: &mut Desk<'_>, method: &Method, user: Option<u64>, other: Option<u64>) -> Answer {
    let (user, other) = (desk.user(user)?.id, desk.user(other)?.id);
    match *method {
        Method::GET if desk.world.follows.has(user, other) => {
            let mut writer = Writer::new(desk.origin());
            writer.user(desk.world, desk.user(Some(other))?);
            document(StatusCode::OK, writer)
        }
        Method::GET => Err(refusal::not_found()),
        _ if !desk.is(user) => Err(Refusal::Unauthorized),
        Method::PUT => social::follow(desk, Some(other)).map(|reply| Reply::empty(reply.status)),
        Method::DELETE => social::unfollow(desk, Some(other)).map(|reply| Reply::empty(reply.status)),
        _ => wrong_method("GET, PUT, DELETE"),
    }
}

/// `/me/favorites/{track_id}`: GET, PUT, DELETE.
fn favorite(desk: &mut Desk<'_>, method: &Method, user: Option<u64>, track: Option<u64>) -> Answer {
    let (user, track) = (desk.user(user)?.id, desk.track(track)?.id);
    match *method {
        Method::GET if desk.world.track_likes.has(user, track) => {
            one_track(desk, desk.track(Some(track))?, StatusCode::OK)
        }
        Method::GET => Err(refusal::not_found()),
        _ if !desk.is(user) => Err(Refusal::Unauthorized),
        Method::PUT => social::like_track(desk, Some(track)).map(|_| Reply::empty(StatusCode::CREATED)),
        Method::DELETE => social::unlike_track(desk, Some(track)).map(|_| Reply::empty(StatusCode::OK)),
        _ => wrong_method("GET, PUT, DELETE"),
    }
}
