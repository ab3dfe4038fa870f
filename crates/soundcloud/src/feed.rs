//! What those one follows have done.

use std::fmt;

use segno_core::Timestamp;
use serde_json::Value;

use crate::ids::UserUrn;
use crate::list::{list, listenable};
use crate::playlists::Playlist;
use crate::read::{Model, Read, model, words};
use crate::tracks::Track;

words!(
    /// What was done.
    ActivityKind {
        /// A track was published.
        Track = "track",
        /// A track was reposted.
        TrackRepost = "track:repost",
        /// A playlist was published.
        Playlist = "playlist",
        /// A playlist was reposted.
        PlaylistRepost = "playlist:repost",
    }
);

model!(
    /// One thing that somebody did.
    Activity {
        /// What was done.
        kind: ActivityKind = "type",
        /// When.
        created_at: Timestamp,
        /// To what.
        origin: Origin,
        /// Who reposted it.
        reposter: UserUrn,
    }
);

impl Model for Activity {
    const WHAT: &'static str = "an activity";

    /// An origin without a `kind` is known by the type of the activity.
    fn finish(&mut self) {
        let Some(Origin::Other(value)) = &self.origin else { return };
        let of_track = self.kind.as_ref().map(|kind| kind.as_str().starts_with("track"));
        let of_playlist = self.kind.as_ref().map(|kind| kind.as_str().starts_with("playlist"));
        let known = if of_track == Some(true) {
            Track::read(value).map(|track| Origin::Track(Box::new(track)))
        } else if of_playlist == Some(true) {
            Playlist::read(value).map(|playlist| Origin::Playlist(Box::new(playlist)))
        } else {
            None
        };
        if known.is_some() {
            self.origin = known;
        }
    }
}

/// What an activity is about.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum Origin {
    /// A track.
    Track(Box<Track>),
    /// A playlist.
    Playlist(Box<Playlist>),
    /// Something that this crate does not know.
    Other(Value),
}

impl fmt::Debug for Origin {
    // What is not known may be secret, so only the names of its members are shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Track(track) => f.debug_tuple("Track").field(track).finish(),
            Self::Playlist(playlist) => f.debug_tuple("Playlist").field(playlist).finish(),
            Self::Other(value) => {
                let names: Vec<_> = value.as_object().into_iter().flat_map(serde_json::Map::keys).collect();
                f.debug_tuple("Other").field(&names).finish()
            }
        }
    }
}

impl Read for Origin {
    fn read(value: &Value) -> Option<Self> {
        Some(match value.get("kind").and_then(Value::as_str) {
            Some("track") => Self::Track(Box::new(Track::read(value)?)),
            Some("playlist") => Self::Playlist(Box::new(Playlist::read(value)?)),
            _ if value.is_object() => Self::Other(value.clone()),
            _ => return None,
        })
    }
}

list!(
    /// `GET /me/feed`
    Feed -> Activity, "soundcloud.feed.feed", "me/feed", listenable(), access, limit
);
list!(
    /// `GET /me/feed/tracks`
    FeedTracks -> Activity, "soundcloud.feed.feed_tracks", "me/feed/tracks", listenable(), access, limit
);
list!(
    /// `GET /me/activities`: deprecated by the service in favour of [`Feed`]
    Activities -> Activity, "soundcloud.feed.activities", "me/activities", listenable(), access, limit
);
list!(
    /// `GET /me/activities/all/own`: deprecated by the service in favour of [`Feed`]
    OwnActivities -> Activity,
    "soundcloud.feed.own_activities", "me/activities/all/own", listenable(), access, limit
);
list!(
    /// `GET /me/activities/tracks`: deprecated by the service in favour of [`FeedTracks`]
    TrackActivities -> Activity,
    "soundcloud.feed.track_activities", "me/activities/tracks", listenable(), access, limit
);
