//! Follows, likes, reposts and comments.

use http::StatusCode;
use serde_json::Value;

use super::desk::{Answer, Desk, status};
use super::refusal::{self, json};
use super::world::{Comment, Ties, World};
use crate::reply::Reply;

/// `PUT /me/followings/{user_urn}`
pub(super) fn follow(desk: &mut Desk<'_>, user: Option<u64>) -> Answer {
    let (me, user) = (desk.me()?, desk.user(user)?.id);
    desk.count_action("follows")?;
    if user == me {
        return Err(refusal::unprocessable("You cannot follow yourself"));
    }
    if desk.world.follows.has(me, user) {
        desk.changed("follows");
        return status("200 - Successful");
    }
    if desk.world.follows.of(me).count() >= desk.switches.follow_cap as usize {
        return Err(refusal::unprocessable("You have reached the maximum number of followings"));
    }
    let tie = desk.world.tie(desk.now);
    desk.world.follows.put(me, user, tie);
    desk.created("follows");
    Ok(json(StatusCode::CREATED, &desk.show_user(desk.user(Some(user))?)))
}

/// `DELETE /me/followings/{user_urn}`
pub(super) fn unfollow(desk: &mut Desk<'_>, user: Option<u64>) -> Answer {
    let (me, user) = (desk.me()?, desk.user(user)?.id);
    if !desk.world.follows.remove(me, user) {
        return Err(refusal::not_found());
    }
    desk.deleted("follows");
    status("Status(200) - OK")
}

/// A kind of tie, its name among the effects, and how it is found in the world.
struct Tying {
    kind: &'static str,
    ties: fn(&mut World) -> &mut Ties,
}

const TRACK_LIKES: Tying = Tying { kind: "track_likes", ties: |world| &mut world.track_likes };
const PLAYLIST_LIKES: Tying = Tying { kind: "playlist_likes", ties: |world| &mut world.playlist_likes };
const TRACK_REPOSTS: Tying = Tying { kind: "track_reposts", ties: |world| &mut world.track_reposts };
const PLAYLIST_REPOSTS: Tying = Tying { kind: "playlist_reposts", ties: |world| &mut world.playlist_reposts };

/// Ties the caller to something; doing it again changes nothing.
fn tie(desk: &mut Desk<'_>, tying: &Tying, to: u64) -> Result<(), refusal::Refusal> {
    let me = desk.me()?;
    desk.count_action(tying.kind)?;
    if (tying.ties)(desk.world).has(me, to) {
        desk.changed(tying.kind);
        return Ok(());
    }
    let new = desk.world.tie(desk.now);
    (tying.ties)(desk.world).put(me, to, new);
    desk.created(tying.kind);
    Ok(())
}

fn untie(desk: &mut Desk<'_>, tying: &Tying, to: u64) -> Result<(), refusal::Refusal> {
    let me = desk.me()?;
    if !(tying.ties)(desk.world).remove(me, to) {
        return Err(refusal::not_found());
    }
    desk.deleted(tying.kind);
    Ok(())
}

pub(super) fn like_track(desk: &mut Desk<'_>, id: Option<u64>) -> Answer {
    let id = desk.track(id)?.id;
    tie(desk, &TRACK_LIKES, id)?;
    status("200 - OK")
}

pub(super) fn unlike_track(desk: &mut Desk<'_>, id: Option<u64>) -> Answer {
    let id = id.ok_or_else(refusal::not_found)?;
    untie(desk, &TRACK_LIKES, id)?;
    status("200 - OK")
}

pub(super) fn like_playlist(desk: &mut Desk<'_>, id: Option<u64>) -> Answer {
    let id = desk.playlist(id)?.id;
    tie(desk, &PLAYLIST_LIKES, id)?;
    status("200 - OK")
}

pub(super) fn unlike_playlist(desk: &mut Desk<'_>, id: Option<u64>) -> Answer {
    let id = id.ok_or_else(refusal::not_found)?;
    untie(desk, &PLAYLIST_LIKES, id)?;
    status("200 - OK")
}

pub(super) fn repost_track(desk: &mut Desk<'_>, id: Option<u64>) -> Answer {
    let id = desk.track(id)?.id;
    tie(desk, &TRACK_REPOSTS, id)?;
    Ok(Reply::empty(StatusCode::CREATED))
}

pub(super) fn unrepost_track(desk: &mut Desk<'_>, id: Option<u64>) -> Answer {
    let id = id.ok_or_else(refusal::not_found)?;
    untie(desk, &TRACK_REPOSTS, id)?;
    Ok(Reply::empty(StatusCode::OK))
}

pub(super) fn repost_playlist(desk: &mut Desk<'_>, id: Option<u64>) -> Answer {
    let id = desk.playlist(id)?.id;
    tie(desk, &PLAYLIST_REPOSTS, id)?;
    Ok(Reply::empty(StatusCode::CREATED))
}

pub(super) fn unrepost_playlist(desk: &mut Desk<'_>, id: Option<u64>) -> Answer {
    let id = id.ok_or_else(refusal::not_found)?;
    untie(desk, &PLAYLIST_REPOSTS, id)?;
    Ok(Reply::empty(StatusCode::OK))
}

/// `POST /tracks/{track_urn}/comments`
pub(super) fn comment(desk: &mut Desk<'_>, track: Option<u64>, body: &Value) -> Answer {
    let comment = &body["comment"];
    let text = comment["body"].as_str().unwrap_or_default().trim().to_owned();
    let timestamp = match &comment["timestamp"] {
        Value::Null => None,
        Value::String(text) if text.trim().is_empty() => None,
        Value::String(text) => Some(text.trim().parse::<f64>().ok()),
        number => Some(number.as_f64()),
    };
    let timestamp = match timestamp {
        None => None,
        Some(Some(at)) if (0.0..1e12).contains(&at) => Some(at as u64),
        Some(_) => return Err(refusal::unprocessable("timestamp is not a position in the track")),
    };
    let made = add_comment(desk, track, text, timestamp)?;
    Ok(json(StatusCode::CREATED, &desk.show_comment(&made)))
}

/// Adds a comment of the caller.
pub(super) fn add_comment(
    desk: &mut Desk<'_>,
    track: Option<u64>,
    body: String,
    timestamp: Option<u64>,
) -> Result<Comment, refusal::Refusal> {
    let owner = desk.me()?;
    let found = desk.track(track)?;
    let (track, commentable) = (found.id, found.commentable);
    desk.count_action("comments")?;
    if !commentable {
        return Err(refusal::unprocessable("This track does not take comments"));
    }
    if body.is_empty() {
        return Err(refusal::unprocessable("body can't be blank"));
    }
    let (id, serial) = (desk.world.id(), desk.world.serial());
    let comment = Comment { id, serial, owner, track, body, timestamp, created: desk.now };
    desk.world.comments.insert(id, comment.clone());
    desk.created("comments");
    Ok(comment)
}

/// `GET /comments/{id}`, which nothing but `Comment.uri` names.
pub(super) fn show_comment(desk: &Desk<'_>, id: Option<u64>) -> Answer {
    let comment = id.and_then(|id| desk.world.comments.get(&id)).ok_or_else(refusal::not_found)?;
    if desk.hides_comments(desk.track(Some(comment.track))?) {
        return Err(refusal::not_found());
    }
    super::desk::ok(&desk.show_comment(comment))
}
