//! What the users whom one follows have done.
//!
//! ```
//! # use segno_soundcloud::{Client, Error, feed};
//! # async fn example(client: Client) -> Result<(), Error> {
//! for activity in client.send(&feed::Feed::new().limit(20)).await?.items {
//!     println!("{:?} {:?}", activity.kind, activity.created_at);
//! }
//! # Ok(())
//! # }
//! ```

use std::fmt;

use segno_core::decode::from_value;
use segno_core::lenient::PassedOver;
use segno_core::{DecodeError, Timestamp, open_enum};
use serde::Deserialize;
use serde::de::{Deserializer, Error as _};
use serde_json::{Map, Value};

use crate::ids::UserUrn;
use crate::list::list;
use crate::playlists::Playlist;
use crate::read::{Model, OtherMembers, timestamp};
use crate::tracks::Track;

open_enum! {
    /// What a user did: published or reposted a track or playlist.
    pub enum ActivityKind: text {
        /// A track was published.
        Track = "track",
        /// A track was reposted.
        TrackRepost = "track:repost",
        /// A playlist was published.
        Playlist = "playlist",
        /// A playlist was reposted.
        PlaylistRepost = "playlist:repost",
    }
}

/// Something that a user did.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, expecting = "an activity", remote = "Self")]
#[non_exhaustive]
pub struct Activity {
    /// What was done: published or reposted, a track or a playlist.
    #[serde(rename = "type")]
    pub kind: Option<ActivityKind>,
    /// When it was done.
    #[serde(deserialize_with = "timestamp")]
    pub created_at: Option<Timestamp>,
    /// The track or playlist that it is about.
    pub origin: Option<Origin>,
    /// The user who reposted it.
    pub reposter: Option<UserUrn>,
    /// What could not be read, by its path.
    pub passed_over: PassedOver,
    /// Members that this crate does not know.
    pub other: OtherMembers,
}

impl<'de> Deserialize<'de> for Activity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut activity = Self::deserialize(deserializer)?;
        // An origin without a `kind` that is known is told by the type of the activity.
        if let (Some(Origin::Other(value)), Some(kind)) = (&activity.origin, &activity.kind) {
            let kind = kind.as_str().split(':').next().unwrap_or_default();
            activity.origin = Some(Origin::of(kind, value).map_err(D::Error::custom)?);
        }
        Ok(activity)
    }
}

impl Model for Activity {
    const EXPECTED: &'static str = "an activity";

    fn other(&mut self) -> &mut OtherMembers {
        &mut self.other
    }
}

/// What an activity is about.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum Origin {
    /// The track that was published or reposted.
    Track(Box<Track>),
    /// The playlist that was published or reposted.
    Playlist(Box<Playlist>),
    /// An object that this crate does not know.
    Other(Value),
}

impl fmt::Debug for Origin {
    // What is not known may be secret, so only the names of its members are shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Track(track) => f.debug_tuple("Track").field(track).finish(),
            Self::Playlist(playlist) => f.debug_tuple("Playlist").field(playlist).finish(),
            Self::Other(value) => {
                let names: Vec<_> = value.as_object().into_iter().flat_map(Map::keys).collect();
                f.debug_tuple("Other").field(&names).finish()
            }
        }
    }
}

impl Origin {
    fn of(kind: &str, value: &Value) -> Result<Self, DecodeError> {
        Ok(match kind {
            "track" => Self::Track(from_value(value, None)?),
            "playlist" => Self::Playlist(from_value(value, None)?),
            _ => Self::Other(value.clone()),
        })
    }
}

impl<'de> Deserialize<'de> for Origin {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Map::deserialize(deserializer)?.into();
        let kind = Value::get(&value, "kind").and_then(Value::as_str).unwrap_or_default();
        Self::of(kind, &value).map_err(D::Error::custom)
    }
}

list! {
    /// `GET /me/feed`: what the users whom one follows have published and reposted.
    pub struct Feed {}
    name: "soundcloud.feed.feed",
    method: GET, path: "me/feed", replay: Safe,
    query: [access, limit], access: LISTENABLE, paged_by: Cursor,
    response: Listing<Activity>,
}
list! {
    /// `GET /me/feed/tracks`: the tracks of the feed.
    pub struct FeedTracks {}
    name: "soundcloud.feed.feed_tracks",
    method: GET, path: "me/feed/tracks", replay: Safe,
    query: [access, limit], access: LISTENABLE, paged_by: Cursor,
    response: Listing<Activity>,
}
list! {
    /// `GET /me/activities`: deprecated by the service in favour of [`Feed`]
    pub struct Activities {}
    name: "soundcloud.feed.activities",
    method: GET, path: "me/activities", replay: Safe,
    query: [access, limit], access: LISTENABLE, paged_by: Cursor,
    response: Listing<Activity>,
}
list! {
    /// `GET /me/activities/all/own`: deprecated by the service in favour of [`Feed`]
    pub struct OwnActivities {}
    name: "soundcloud.feed.own_activities",
    method: GET, path: "me/activities/all/own", replay: Safe,
    query: [access, limit], access: LISTENABLE, paged_by: Cursor,
    response: Listing<Activity>,
}
list! {
    /// `GET /me/activities/tracks`: deprecated by the service in favour of [`FeedTracks`]
    pub struct TrackActivities {}
    name: "soundcloud.feed.track_activities",
    method: GET, path: "me/activities/tracks", replay: Safe,
    query: [access, limit], access: LISTENABLE, paged_by: Cursor,
    response: Listing<Activity>,
}
