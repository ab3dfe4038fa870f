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

/// What the caller can like or repost: its name among the effects, where its edges are, and who may be named.
pub(super) struct Relation {
    kind: &'static str,
    edges: fn(&mut Store) -> &mut Edges,
    target: fn(&RequestContext<'_>, Option<u64>) -> Result<u64>,
}

const TRACK: fn(&RequestContext<'_>, Option<u64>) -> Result<u64> = |context, id| Ok(context.track(id)?.id);
const PLAYLIST: fn(&RequestContext<'_>, Option<u64>) -> Result<u64> =
    |context, id| Ok(context.playlist(id)?.id);

pub(super) const TRACK_LIKES: Relation =
    Relation { kind: "track_likes", edges: |store| &mut store.track_likes, target: TRACK };
pub(super) const PLAYLIST_LIKES: Relation =
    Relation { kind: "playlist_likes", edges: |store| &mut store.playlist_likes, target: PLAYLIST };
pub(super) const TRACK_REPOSTS: Relation =
    Relation { kind: "track_reposts", edges: |store| &mut store.track_reposts, target: TRACK };
pub(super) const PLAYLIST_REPOSTS: Relation =
    Relation { kind: "playlist_reposts", edges: |store| &mut store.playlist_reposts, target: PLAYLIST };

impl Relation {
    /// Connects the caller to something; doing it again changes nothing.
    fn add(&self, context: &mut RequestContext<'_>, id: Option<u64>) -> Result<()> {
        let (to, me) = ((self.target)(context, id)?, context.me()?);
        context.count_action(self.kind)?;
        if (self.edges)(context.store).has(me, to) {
            return Ok(());
        }
        let edge = context.store.edge(context.now);
        (self.edges)(context.store).put(me, to, edge);
        context.created(self.kind);
        Ok(())
    }

    fn remove(&self, context: &mut RequestContext<'_>, id: Option<u64>) -> Result<()> {
        let (to, me) = (id.ok_or_else(error::not_found)?, context.me()?);
        if !(self.edges)(context.store).remove(me, to) {
            return Err(error::not_found());
        }
        context.deleted(self.kind);
        Ok(())
    }
}

pub(super) fn like(context: &mut RequestContext<'_>, likes: &Relation, id: Option<u64>) -> Result {
    likes.add(context, id)?;
    status("200 - OK")
}

pub(super) fn unlike(context: &mut RequestContext<'_>, likes: &Relation, id: Option<u64>) -> Result {
    likes.remove(context, id)?;
    status("200 - OK")
}

pub(super) fn repost(context: &mut RequestContext<'_>, reposts: &Relation, id: Option<u64>) -> Result {
    reposts.add(context, id)?;
    Ok(Response::empty(StatusCode::CREATED))
}

pub(super) fn unrepost(context: &mut RequestContext<'_>, reposts: &Relation, id: Option<u64>) -> Result {
    reposts.remove(context, id)?;
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
        Some(_) => return Err(error::unprocessable("timestamp must be a position in the track")),
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
