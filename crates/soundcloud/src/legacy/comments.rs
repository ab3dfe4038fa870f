//! Comments in the old API.

use segno_core::{
    BuildError, Bytes, DecodeError, Endpoint, Method, Replay, RequestWriter, Response, Timestamp,
};

use super::xml::{Leaves, Thing, document, items, one};
use super::{CommentId, TrackId, UserId, XML, of_person, reading};
use crate::ApiError;
use crate::legacy::Element;

/// A comment as the old API describes one.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Comment {
    /// The number.
    pub id: Option<CommentId>,
    /// What was said.
    pub body: String,
    /// Where in the track, in milliseconds; often absent.
    pub timestamp: Option<u64>,
    /// About which track.
    pub track_id: Option<TrackId>,
    /// Who said it.
    pub user_id: Option<UserId>,
    /// When.
    pub created_at: Option<Timestamp>,
    /// The address on the API.
    pub uri: Option<String>,
}

impl From<&Element> for Comment {
    fn from(comment: &Element) -> Self {
        Self {
            id: comment.number("id").map(CommentId),
            body: comment.words("body").unwrap_or_default(),
            timestamp: comment.number("timestamp"),
            track_id: comment.number("track-id").map(TrackId),
            user_id: comment.number("user-id").map(UserId),
            created_at: comment.moment("created-at"),
            uri: comment.words("uri"),
        }
    }
}

impl Thing for Comment {
    const NAME: &'static str = "comment";
}

reading!(
    /// `GET /comments/{id}`: the address that comments give as their own
    Get(comment: CommentId) -> Comment, "soundcloud.legacy.comments.get", "comments/{id}", one
);
reading!(
    /// `GET /tracks/{id}/comments`
    OfTrack(track: TrackId) -> Vec<Comment>,
    "soundcloud.legacy.comments.of_track", "tracks/{id}/comments", items
);
of_person!(
    /// `GET /me/comments`, `GET /users/{id}/comments`
    OfPerson -> Comment,
    "soundcloud.legacy.comments.of_person", "me/comments", "users/{id}/comments"
);

/// `POST /tracks/{id}/comments` with an XML body
#[derive(Clone, Debug)]
#[must_use = "an endpoint does nothing until it is sent"]
pub struct Create {
    track: TrackId,
    leaves: Leaves,
}

impl Create {
    /// Says something about a track.
    pub fn new(track: impl Into<TrackId>, body: &str) -> Self {
        let mut leaves = Leaves::default();
        leaves.set("body", body);
        Self { track: track.into(), leaves }
    }

    /// About a place in it, in milliseconds from its beginning.
    pub fn at(mut self, milliseconds: u64) -> Self {
        self.leaves.set("timestamp", milliseconds);
        self
    }
}

impl Endpoint for Create {
    type Output = Comment;
    type ApiError = ApiError;
    const NAME: &'static str = "soundcloud.legacy.comments.create";
    const METHOD: Method = Method::POST;
    const REPLAY: Replay = Replay::Unsafe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        self.leaves.not_blank("body")?;
        request.path("tracks/{id}/comments", &[&self.track])?;
        request.accept(XML);
        request.content_type(XML);
        request.body(self.leaves.document("comment")?);
        Ok(())
    }

    fn read(response: Response<Bytes>) -> Result<Comment, DecodeError> {
        one(&document(&response)?)
    }
}
