//! Follows, likes, reposts and comments.

use http::StatusCode;
use serde_json::Value;

use super::context::{RequestContext, status};
use super::error::{self, Result, json};
use super::store::{Comment, Edges, Store};
use crate::kit::Response;

/// `PUT /me/followings/{user_urn}`
pub(super) fn follow(context: &mut RequestContext<'_>, user: Option<u64>) -> Result {
    let (me, user) = (context.me()?, context.user(user)?.id);
    context.count_action("follows")?;
    if user == me {
        return Err(error::unprocessable("You cannot follow yourself"));
    }
    if context.store.follows.has(me, user) {
        context.changed("follows");
        return status("200 - Successful");
    }
    if context.store.follows.of(me).count() >= context.switches.follow_cap as usize {
        return Err(error::unprocessable("You have reached the maximum number of followings"));
    }
    let edge = context.store.edge(context.now);
    context.store.follows.put(me, user, edge);
    context.created("follows");
    Ok(json(StatusCode::CREATED, &context.show_user(context.user(Some(user))?)))
}

/// `DELETE /me/followings/{user_urn}`
pub(super) fn unfollow(context: &mut RequestContext<'_>, user: Option<u64>) -> Result {
    let (me, user) = (context.me()?, context.user(user)?.id);
    if !context.store.follows.remove(me, user) {
        return Err(error::not_found());
    }
    context.deleted("follows");
    status("Status(200) - OK")
}

/// A kind of edge, its name among the effects, and how it is found in the store.
struct Tying {
    kind: &'static str,
    ties: fn(&mut Store) -> &mut Edges,
}

const TRACK_LIKES: Tying = Tying { kind: "track_likes", ties: |store| &mut store.track_likes };
const PLAYLIST_LIKES: Tying = Tying { kind: "playlist_likes", ties: |store| &mut store.playlist_likes };
const TRACK_REPOSTS: Tying = Tying { kind: "track_reposts", ties: |store| &mut store.track_reposts };
const PLAYLIST_REPOSTS: Tying = Tying { kind: "playlist_reposts", ties: |store| &mut store.playlist_reposts };

/// Edges the caller to something; doing it again changes nothing.
fn edge(context: &mut RequestContext<'_>, tying: &Tying, to: u64) -> Result<()> {
    let me = context.me()?;
    context.count_action(tying.kind)?;
    if (tying.ties)(context.store).has(me, to) {
        context.changed(tying.kind);
        return Ok(());
    }
    let new = context.store.edge(context.now);
    (tying.ties)(context.store).put(me, to, new);
    context.created(tying.kind);
    Ok(())
}

fn untie(context: &mut RequestContext<'_>, tying: &Tying, to: u64) -> Result<()> {
    let me = context.me()?;
    if !(tying.ties)(context.store).remove(me, to) {
        return Err(error::not_found());
    }
    context.deleted(tying.kind);
    Ok(())
}

pub(super) fn like_track(context: &mut RequestContext<'_>, id: Option<u64>) -> Result {
    let id = context.track(id)?.id;
    edge(context, &TRACK_LIKES, id)?;
    status("200 - OK")
}

pub(super) fn unlike_track(context: &mut RequestContext<'_>, id: Option<u64>) -> Result {
    let id = id.ok_or_else(error::not_found)?;
    untie(context, &TRACK_LIKES, id)?;
    status("200 - OK")
}

pub(super) fn like_playlist(context: &mut RequestContext<'_>, id: Option<u64>) -> Result {
    let id = context.playlist(id)?.id;
    edge(context, &PLAYLIST_LIKES, id)?;
    status("200 - OK")
}

pub(super) fn unlike_playlist(context: &mut RequestContext<'_>, id: Option<u64>) -> Result {
    let id = id.ok_or_else(error::not_found)?;
    untie(context, &PLAYLIST_LIKES, id)?;
    status("200 - OK")
}

pub(super) fn repost_track(context: &mut RequestContext<'_>, id: Option<u64>) -> Result {
    let id = context.track(id)?.id;
    edge(context, &TRACK_REPOSTS, id)?;
    Ok(Response::empty(StatusCode::CREATED))
}

pub(super) fn unrepost_track(context: &mut RequestContext<'_>, id: Option<u64>) -> Result {
    let id = id.ok_or_else(error::not_found)?;
    untie(context, &TRACK_REPOSTS, id)?;
    Ok(Response::empty(StatusCode::OK))
}

pub(super) fn repost_playlist(context: &mut RequestContext<'_>, id: Option<u64>) -> Result {
    let id = context.playlist(id)?.id;
    edge(context, &PLAYLIST_REPOSTS, id)?;
    Ok(Response::empty(StatusCode::CREATED))
}

pub(super) fn unrepost_playlist(context: &mut RequestContext<'_>, id: Option<u64>) -> Result {
    let id = id.ok_or_else(error::not_found)?;
    untie(context, &PLAYLIST_REPOSTS, id)?;
    Ok(Response::empty(StatusCode::OK))
}

/// `POST /tracks/{track_urn}/comments`
pub(super) fn comment(context: &mut RequestContext<'_>, track: Option<u64>, body: &Value) -> Result {
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
        Some(_) => return Err(error::unprocessable("timestamp is not a position in the track")),
    };
    let made = add_comment(context, track, text, timestamp)?;
    Ok(json(StatusCode::CREATED, &context.show_comment(&made)))
}

/// Adds a comment of the caller.
pub(super) fn add_comment(
    context: &mut RequestContext<'_>,
    track: Option<u64>,
    body: String,
    timestamp: Option<u64>,
) -> Result<Comment> {
    let owner = context.me()?;
    let found = context.track(track)?;
    let (track, commentable) = (found.id, found.commentable);
    context.count_action("comments")?;
    if !commentable {
        return Err(error::unprocessable("This track does not take comments"));
    }
    if body.is_empty() {
        return Err(error::unprocessable("body can't be blank"));
    }
    let (id, serial) = (context.store.id(), context.store.serial());
    let comment = Comment { id, serial, owner, track, body, timestamp, created: context.now };
    context.store.comments.insert(id, comment.clone());
    context.created("comments");
    Ok(comment)
}

/// `GET /comments/{id}`, which nothing but `Comment.uri` names.
pub(super) fn show_comment(context: &RequestContext<'_>, id: Option<u64>) -> Result {
    let comment = id.and_then(|id| context.store.comments.get(&id)).ok_or_else(error::not_found)?;
    if context.hides_comments(context.track(Some(comment.track))?) {
        return Err(error::not_found());
    }
    super::context::ok(&context.show_comment(comment))
}
