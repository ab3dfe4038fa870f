//! Comments in the old API.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use segno_soundcloud::legacy::{Client, TrackId, comments};
//!
//! let client = Client::new("http://127.0.0.1:8404/", "joey", "hairspray")?;
//! let track = TrackId::new(1056);
//! client.send(&comments::Create::new(track, "The second voice!").at(42_000)).await?;
//! for comment in client.send(&comments::OfTrack::new(track)).await?.iter() {
//!     println!("{:?} ms: {}", comment.timestamp, comment.body);
//! }
//! # Ok(())
//! # }
//! ```

use segno_core::lenient::List;
use segno_core::{Timestamp, endpoint};

use super::xml::{XmlFields, XmlRecord, items, one};
use super::{CommentId, Element, Owner, TrackId, UserId, XML, accept_xml, numbers, write_xml};
use crate::ApiError;

/// A comment as the old API describes one.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Comment {
    /// The number by which it is called: that in `uri`, if there is one, because the two were seen to differ.
    pub id: Option<CommentId>,
    /// The number that `<id>` states.
    pub stated_id: Option<CommentId>,
    /// What the comment says, as plain text.
    pub body: String,
    /// The place in the track in milliseconds; often absent.
    pub timestamp: Option<u64>,
    /// The number of the track.
    pub track_id: Option<TrackId>,
    /// The number of its author.
    pub user_id: Option<UserId>,
    /// When it was written.
    pub created_at: Option<Timestamp>,
    /// The URL on the API.
    pub uri: Option<String>,
}

impl From<&Element> for Comment {
    fn from(comment: &Element) -> Self {
        let (id, stated) = numbers(comment);
        Self {
            id: id.map(CommentId::new),
            stated_id: stated.map(CommentId::new),
            body: comment.child_text("body").unwrap_or_default(),
            timestamp: comment.number("timestamp"),
            track_id: comment.number("track-id").map(TrackId::new),
            user_id: comment.number("user-id").map(UserId::new),
            created_at: comment.timestamp("created-at"),
            uri: comment.child_text("uri"),
        }
    }
}

impl XmlRecord for Comment {
    const NAME: &'static str = "comment";
}

endpoint! {
    /// `GET /comments/{id}`: one comment, at the URL that it gives as its own.
    pub struct Get { path comment: CommentId }
    name: "soundcloud.legacy.comments.get",
    method: GET,
    path: "comments/{id}",
    replay: Safe,
    write: accept_xml,
    response: Comment,
    error: ApiError,
    read: one,
}
endpoint! {
    /// `GET /tracks/{id}/comments`: the comments on a track.
    pub struct OfTrack { path track: TrackId }
    name: "soundcloud.legacy.comments.of_track",
    method: GET,
    path: "tracks/{id}/comments",
    replay: Safe,
    write: accept_xml,
    response: List<Comment>,
    error: ApiError,
    read: items,
}
endpoint! {
    /// `GET /me/comments`, `GET /users/{id}/comments`: the comments of a user.
    pub struct OfUser { field owner: Owner }
    name: "soundcloud.legacy.comments.of_user",
    method: GET,
    path: "me/comments",
    replay: Safe,
    write: |list, request| {
        request.accept(XML);
        list.owner.write_path(request, "users/{id}/comments", &[])
    },
    response: List<Comment>,
    error: ApiError,
    read: items,
}
endpoint! {
    /// `POST /tracks/{id}/comments` with an XML body: says something about a track.
    pub struct Create { path track: TrackId, field body: String }
    optional {
        /// The place in the track, in milliseconds from its beginning.
        field at: u64,
    }
    name: "soundcloud.legacy.comments.create",
    method: POST,
    path: "tracks/{id}/comments",
    replay: Unsafe,
    write: |create, request| {
        let fields = XmlFields::new().text("body", &create.body).some("timestamp", create.at.as_ref());
        fields.check_not_blank("body")?;
        write_xml(request, fields.document("comment")?);
        Ok(())
    },
    response: Comment,
    error: ApiError,
    read: one,
}
