//! Comments on tracks. They cannot be deleted through the API.

use segno_core::lenient::PassedOver;
use segno_core::{
    BuildError, Bytes, DecodeError, Endpoint, Method, Replay, RequestWriter, Response, Timestamp,
};
use serde::{Deserialize, Deserializer};
use serde_json::json;

use crate::ApiError;
use crate::ids::{CommentUrn, TrackUrn, UserUrn};
use crate::list::{list, plain};
use crate::read::{Model, OtherMembers, created, identify, object, relate, timestamp};
use crate::simple::simple;
use crate::users::User;

/// A comment on a track.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, expecting = "a comment", remote = "Self")]
#[non_exhaustive]
pub struct Comment {
    /// The name, `soundcloud:comments:N`.
    pub urn: Option<CommentUrn>,
    /// The number alone.
    pub id: Option<u64>,
    /// `comment`.
    pub kind: Option<String>,
    /// What was said.
    pub body: Option<String>,
    /// When.
    #[serde(deserialize_with = "timestamp")]
    pub created_at: Option<Timestamp>,
    /// Where in the track, in milliseconds from its beginning; absent if it is about the whole track.
    pub timestamp: Option<u64>,
    /// About which track.
    pub track_urn: Option<TrackUrn>,
    /// The number of the track alone, in older answers.
    pub track_id: Option<u64>,
    /// Who said it.
    pub user_urn: Option<UserUrn>,
    /// The number of the person alone, in older answers.
    pub user_id: Option<u64>,
    /// Who said it, in short.
    pub user: Option<User>,
    /// The address on the API.
    pub uri: Option<String>,
    /// What could not be read, by its path.
    pub passed_over: PassedOver,
    /// Members that this crate does not know.
    pub other: OtherMembers,
}

impl<'de> Deserialize<'de> for Comment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut comment = Self::deserialize(deserializer)?;
        identify(&mut comment.urn, &mut comment.id, comment.uri.as_deref());
        relate(&mut comment.track_urn, &mut comment.track_id);
        relate(&mut comment.user_urn, &mut comment.user_id);
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
        created(&response)
    }
}
