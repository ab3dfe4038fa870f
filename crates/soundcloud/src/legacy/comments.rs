//! Comments in the old API.

use segno_core::Timestamp;

use super::{CommentId, TrackId, UserId, of_person, reading};
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

reading!(
    /// `GET /tracks/{id}/comments`
    OfTrack(track: TrackId) -> Vec<Comment>,
    "soundcloud.legacy.comments.of_track", "tracks/{id}/comments",
    |list: &Element| Ok(list.children().iter().map(Comment::from).collect())
);
of_person!(
    /// `GET /me/comments`, `GET /users/{id}/comments`
    OfPerson -> Comment,
    "soundcloud.legacy.comments.of_person", "me/comments", "users/{id}/comments", Comment::from
);
