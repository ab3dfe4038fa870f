//! Comments on tracks. They cannot be deleted through the API.
//!
//! ```
//! # use segno_soundcloud::{Client, Error, TrackUrn, comments};
//! # async fn example(client: Client, track: TrackUrn) -> Result<(), Error> {
//! // At 12.5 seconds of the track.
//! client.send(&comments::Create::new(track, "What a bridge!").at(12_500)).await?;
//! let mut all = client.pages(comments::List::new(track)).items();
//! while let Some(comment) = all.next().await {
//!     println!("{:?}", comment?.body);
//! }
//! # Ok(())
//! # }
//! ```

use segno_core::lenient::PassedOver;
use segno_core::{BuildError, RequestWriter, Timestamp, endpoint};
use serde::{Deserialize, Deserializer};
use serde_json::json;

use crate::ApiError;
use crate::ids::{CommentUrn, TrackUrn, UserUrn};
use crate::list::list;
use crate::read::{Model, OtherMembers, created, identify, object, relate, timestamp};
use crate::users::User;

/// A comment on a track.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, expecting = "a comment", remote = "Self")]
#[non_exhaustive]
pub struct Comment {
    /// The URN, `soundcloud:comments:N`; made of `id` or `uri` where an older response has none.
    pub urn: Option<CommentUrn>,
    /// The number in the URN, which is all that older responses have.
    pub id: Option<u64>,
    /// What the object is: `comment`.
    pub kind: Option<String>,
    /// What the comment says, as plain text.
    pub body: Option<String>,
    /// When it was written.
    #[serde(deserialize_with = "timestamp")]
    pub created_at: Option<Timestamp>,
    /// The place in the track in milliseconds from its beginning; absent if it is about the whole track.
    pub timestamp: Option<u64>,
    /// The track that the comment is about.
    pub track_urn: Option<TrackUrn>,
    /// The number of the track, in older responses.
    pub track_id: Option<u64>,
    /// The URN of its author.
    pub user_urn: Option<UserUrn>,
    /// The number of its author, in older responses.
    pub user_id: Option<u64>,
    /// Its author, in short.
    pub user: Option<User>,
    /// The URL on the API.
    pub uri: Option<String>,
    /// What could not be read, by its path.
    pub passed_over: PassedOver,
    /// Members that this crate does not know.
    pub other: OtherMembers,
}

impl<'de> Deserialize<'de> for Comment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut comment = Self::deserialize(deserializer)?;
        identify(
            &mut comment.urn,
            &mut comment.id,
            comment.uri.as_deref(),
            CommentUrn::new,
            CommentUrn::number,
        );
        relate(&mut comment.track_urn, &mut comment.track_id, TrackUrn::new, TrackUrn::number);
        relate(&mut comment.user_urn, &mut comment.user_id, UserUrn::new, UserUrn::number);
        Ok(comment)
    }
}

impl Model for Comment {
    const EXPECTED: &'static str = "a comment";

    fn other(&mut self) -> &mut OtherMembers {
        &mut self.other
    }

    fn number(&self) -> Option<u64> {
        self.urn.map(CommentUrn::number)
    }
}

endpoint! {
    /// `GET /comments/{comment_urn}`: one comment, at the URL that comments give as their own; not in the specification
    pub struct Get { path comment: CommentUrn }
    name: "soundcloud.comments.get",
    method: GET,
    path: "comments/{comment_urn}",
    replay: Safe,
    response: Comment,
    error: ApiError,
    read: object,
}

list! {
    /// `GET /tracks/{track_urn}/comments`: the comments on a track.
    pub struct List { path track: TrackUrn }
    name: "soundcloud.comments.list",
    method: GET, path: "tracks/{track_urn}/comments", replay: Safe,
    query: [limit, offset], paged_by: Offset,
    response: Listing<Comment>,
}

endpoint! {
    /// `POST /tracks/{track_urn}/comments`: says something about a track.
    pub struct Create { path track: TrackUrn, field body: String }
    optional {
        /// The place in the track, in milliseconds from its beginning.
        field at: u64,
    }
    name: "soundcloud.comments.create",
    method: POST,
    path: "tracks/{track_urn}/comments",
    replay: Unsafe,
    write: Self::write_json,
    response: Comment,
    error: ApiError,
    read: created,
}

impl Create {
    fn write_json(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        if self.body.trim().is_empty() {
            return Err(BuildError::value("body", "must not be empty"));
        }
        let mut comment = json!({ "body": self.body });
        if let Some(at) = self.at {
            comment["timestamp"] = at.into();
        }
        request.json(&json!({ "comment": comment }))
    }
}
