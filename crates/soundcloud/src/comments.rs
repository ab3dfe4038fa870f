//! Comments on tracks. They cannot be deleted through the API.

use segno_core::{
    BuildError, Bytes, DecodeError, Endpoint, Method, Replay, RequestWriter, Response, Timestamp,
};
use serde_json::json;

use crate::ApiError;
use crate::ids::{CommentUrn, TrackUrn, UserUrn};
use crate::list::{list, plain};
use crate::read::{made, model, named, object};
use crate::simple::simple;
use crate::users::User;

model!(
    /// A comment on a track.
    Comment {
        /// The name, `soundcloud:comments:N`.
        urn: CommentUrn,
        /// The number alone.
        id: u64,
        /// `comment`.
        kind: String,
        /// What was said.
        body: String,
        /// When.
        created_at: Timestamp,
        /// Where in the track, in milliseconds from its beginning; absent if it is about the whole track.
        timestamp: u64,
        /// About which track.
        track_urn: TrackUrn,
        /// The number of the track alone, in older answers.
        track_id: u64,
        /// Who said it.
        user_urn: UserUrn,
        /// The number of the person alone, in older answers.
        user_id: u64,
        /// Who said it, in short.
        user: User,
        /// The address on the API.
        uri: String,
    }
);
named!(Comment, CommentUrn, "a comment", track_urn / track_id, user_urn / user_id);

simple!(
    /// `GET /comments/{comment_urn}`: not in the specification; the address that comments give as their own
    Get(comment: CommentUrn) -> Comment,
    "soundcloud.comments.get", GET, Safe, "comments/{comment_urn}", object
);

list!(
    /// `GET /tracks/{track_urn}/comments`
    List(track: TrackUrn) -> Comment,
    "soundcloud.comments.list", "tracks/{track_urn}/comments", plain().by_offset(), limit, offset
);

/// `POST /tracks/{track_urn}/comments`
#[derive(Clone, Debug)]
#[must_use = "an endpoint does nothing until it is sent"]
pub struct Create {
    track: TrackUrn,
    body: String,
    timestamp: Option<u64>,
}

impl Create {
    /// Says something about a track.
    pub fn new(track: impl Into<TrackUrn>, body: impl Into<String>) -> Self {
        Self { track: track.into(), body: body.into(), timestamp: None }
    }

    /// About a place in it, in milliseconds from its beginning.
    pub fn at(mut self, milliseconds: u64) -> Self {
        self.timestamp = Some(milliseconds);
        self
    }
}

impl Endpoint for Create {
    type Output = Comment;
    type ApiError = ApiError;
    const NAME: &'static str = "soundcloud.comments.create";
    const METHOD: Method = Method::POST;
    const REPLAY: Replay = Replay::Unsafe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        if self.body.trim().is_empty() {
            return Err(BuildError::value("body", "is empty"));
        }
        request.path("tracks/{track_urn}/comments", &[&self.track])?;
        let mut comment = json!({ "body": self.body });
        if let Some(timestamp) = self.timestamp {
            comment["timestamp"] = timestamp.into();
        }
        request.json(&json!({ "comment": comment }))
    }

    fn read(response: Response<Bytes>) -> Result<Comment, DecodeError> {
        made(&response)
    }
}
