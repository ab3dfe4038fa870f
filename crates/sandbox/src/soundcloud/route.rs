//! Which method and path mean what: one row for each operation, in the order of the specification, then what is live without
//! standing in it.

use http::Method;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Op {
    Me,
    Feed,
    FeedTracks,
    RecentlyPlayed,
    MyTrackLikes,
    MyPlaylistLikes,
    MyFollowings,
    FollowingsTracks,
    MyFollowing,
    Follow,
    Unfollow,
    MyFollowers,
    MyFollower,
    MyPlaylists,
    MyTracks,
    MyTrackReposts,
    MyPlaylistReposts,
    SearchTracks,
    Upload,
    SearchPlaylists,
    CreatePlaylist,
    SearchUsers,
    Playlist,
    ChangePlaylist,
    DeletePlaylist,
    PlaylistTracks,
    PlaylistReposters,
    Track,
    ChangeTrack,
    DeleteTrack,
    Storefront,
    Preview,
    Streams,
    Comments,
    AddComment,
    Favoriters,
    TrackReposters,
    RelatedTracks,
    Resolve,
    User,
    RelatedUsers,
    Favorites,
    Followers,
    Followings,
    Following,
    UserPlaylists,
    UserTracks,
    WebProfiles,
    TrackLikes,
    PlaylistLikes,
    TrackReposts,
    PlaylistReposts,
    LikeTrack,
    UnlikeTrack,
    LikePlaylist,
    UnlikePlaylist,
    RepostTrack,
    UnrepostTrack,
    RepostPlaylist,
    UnrepostPlaylist,
    SignOut,
    Stream,
    Download,
    FollowStream,
    Comment,
}

impl Op {
    /// Whether an operation has this query parameter. What pages lists is taken everywhere: links to further pages have it.
    pub(super) fn takes(self, parameter: &str) -> bool {
        let further: &[&str] = match self {
            Self::Feed
            | Self::FeedTracks
            | Self::RecentlyPlayed
            | Self::MyTrackLikes
            | Self::MyTrackReposts
            | Self::FollowingsTracks
            | Self::RelatedTracks
            | Self::TrackLikes
            | Self::TrackReposts => &["access"],
            Self::MyPlaylists => &["show_tracks"],
            Self::MyTracks => &["sort", "direction", "order"],
            Self::UserTracks => &["access", "sort", "direction", "order"],
            Self::UserPlaylists => &["access", "show_tracks"],
            Self::SearchTracks => &SEARCH,
            Self::SearchPlaylists => &["q", "access", "show_tracks"],
            Self::SearchUsers => &["q", "urns", "ids"],
            Self::Playlist => &["secret_token", "access", "show_tracks"],
            Self::PlaylistTracks => &["secret_token", "access"],
            Self::Track
            | Self::Preview
            | Self::Streams
            | Self::FollowStream
            | Self::Stream
            | Self::Download => &["secret_token"],
            Self::Resolve => &["url"],
            _ => &[],
        };
        PAGING.contains(&parameter) || further.contains(&parameter)
    }
}

const PAGING: [&str; 6] = ["limit", "offset", "cursor", "page_size", "linked_partitioning", "empty"];

/// What the search for tracks filters by.
const SEARCH: [&str; 12] = [
    "q",
    "urns",
    "ids",
    "genres",
    "tags",
    "bpm[from]",
    "bpm[to]",
    "duration[from]",
    "duration[to]",
    "created_at[from]",
    "created_at[to]",
    "access",
];

/// Whose token an operation takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Needs {
    User,
    Any,
}

use Needs::{Any, User};

type Row = (&'static str, &'static str, Needs, Op);

/// `U`, `T`, `P` and `C` are identifiers of users, tracks, playlists and comments; `*` is any text.
const TABLE: &[Row] = &[
    ("GET", "me", User, Op::Me),
    ("GET", "me/activities", User, Op::Feed),
    ("GET", "me/activities/all/own", User, Op::Feed),
    ("GET", "me/activities/tracks", User, Op::FeedTracks),
    ("GET", "me/feed", User, Op::Feed),
    ("GET", "me/feed/tracks", User, Op::FeedTracks),
    ("GET", "me/recently-played/tracks", User, Op::RecentlyPlayed),
    ("GET", "me/likes/tracks", User, Op::MyTrackLikes),
    ("GET", "me/likes/playlists", User, Op::MyPlaylistLikes),
    ("GET", "me/followings", User, Op::MyFollowings),
    ("GET", "me/followings/tracks", User, Op::FollowingsTracks),
    ("GET", "me/followings/U", User, Op::MyFollowing),
    ("PUT", "me/followings/U", User, Op::Follow),
    ("DELETE", "me/followings/U", User, Op::Unfollow),
    ("GET", "me/followers", User, Op::MyFollowers),
    ("GET", "me/followers/U", User, Op::MyFollower),
    ("GET", "me/playlists", User, Op::MyPlaylists),
    ("GET", "me/tracks", User, Op::MyTracks),
    ("GET", "me/reposts/tracks", User, Op::MyTrackReposts),
    ("GET", "me/reposts/playlists", User, Op::MyPlaylistReposts),
    ("GET", "tracks", Any, Op::SearchTracks),
    ("POST", "tracks", User, Op::Upload),
    ("GET", "playlists", Any, Op::SearchPlaylists),
    ("POST", "playlists", User, Op::CreatePlaylist),
    ("GET", "users", Any, Op::SearchUsers),
    ("GET", "playlists/P", Any, Op::Playlist),
    ("PUT", "playlists/P", User, Op::ChangePlaylist),
    ("DELETE", "playlists/P", User, Op::DeletePlaylist),
    ("GET", "playlists/P/tracks", Any, Op::PlaylistTracks),
    ("GET", "playlists/P/reposters", Any, Op::PlaylistReposters),
    ("GET", "tracks/T", Any, Op::Track),
    ("PUT", "tracks/T", User, Op::ChangeTrack),
    ("DELETE", "tracks/T", User, Op::DeleteTrack),
    ("PUT", "tracks/T/storefront", User, Op::Storefront),
    ("GET", "tracks/T/preview", Any, Op::Preview),
    ("GET", "tracks/T/streams", Any, Op::Streams),
    ("GET", "tracks/T/comments", Any, Op::Comments),
    ("POST", "tracks/T/comments", User, Op::AddComment),
    ("GET", "tracks/T/favoriters", Any, Op::Favoriters),
    ("GET", "tracks/T/reposters", Any, Op::TrackReposters),
    ("GET", "tracks/T/related", Any, Op::RelatedTracks),
    ("GET", "resolve", Any, Op::Resolve),
    ("GET", "users/U", Any, Op::User),
    ("GET", "users/U/related", Any, Op::RelatedUsers),
    ("GET", "users/U/favorites", Any, Op::Favorites),
    ("GET", "users/U/followers", Any, Op::Followers),
    ("GET", "users/U/followings", Any, Op::Followings),
    ("GET", "users/U/followings/U", Any, Op::Following),
    ("GET", "users/U/playlists", Any, Op::UserPlaylists),
    ("GET", "users/U/tracks", Any, Op::UserTracks),
    ("GET", "users/U/web-profiles", Any, Op::WebProfiles),
    ("GET", "users/U/likes/tracks", Any, Op::TrackLikes),
    ("GET", "users/U/likes/playlists", Any, Op::PlaylistLikes),
    ("GET", "users/U/reposts/tracks", Any, Op::TrackReposts),
    ("GET", "users/U/reposts/playlists", Any, Op::PlaylistReposts),
    ("POST", "likes/tracks/T", User, Op::LikeTrack),
    ("DELETE", "likes/tracks/T", User, Op::UnlikeTrack),
    ("POST", "likes/playlists/P", User, Op::LikePlaylist),
    ("DELETE", "likes/playlists/P", User, Op::UnlikePlaylist),
    ("POST", "reposts/tracks/T", User, Op::RepostTrack),
    ("DELETE", "reposts/tracks/T", User, Op::UnrepostTrack),
    ("POST", "reposts/playlists/P", User, Op::RepostPlaylist),
    ("DELETE", "reposts/playlists/P", User, Op::UnrepostPlaylist),
    ("POST", "sign-out", Any, Op::SignOut),
    // Live, but not in the specification.
    ("POST", "me/playlists", User, Op::CreatePlaylist),
    ("GET", "tracks/T/stream", Any, Op::Stream),
    ("GET", "tracks/T/download", Any, Op::Download),
    ("GET", "tracks/T/streams/*/*", Any, Op::FollowStream),
    ("GET", "comments/C", Any, Op::Comment),
];

pub(super) enum Found {
    Op(Op, Needs, Ids),
    /// The path is good for these methods.
    Other(Vec<&'static str>),
    Nothing,
}

/// The identifiers of a path, in order. `None` is a segment that is not an identifier of its kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Ids {
    ids: Vec<Option<u64>>,
    /// What stood at `*`.
    pub(super) texts: Vec<String>,
    /// Whether one was a bare number.
    pub(super) numeric: bool,
}

impl Ids {
    pub(super) fn get(&self, index: usize) -> Option<u64> {
        self.ids.get(index).copied().flatten()
    }
}

/// Finds the operation of a request. HEAD counts as GET.
pub(super) fn find(method: &Method, segments: &[String]) -> Found {
    let method = if *method == Method::HEAD { "GET" } else { method.as_str() };
    let mut others = Vec::new();
    for (row_method, pattern, needs, op) in TABLE {
        let Some(ids) = fits(pattern, segments) else { continue };
        if *row_method == method {
            return Found::Op(*op, *needs, ids);
        }
        others.push(*row_method);
    }
    // `PUT /me/tracks/{id}` is 405, though no other method is known there.
    let barred = fits("me/tracks/T", segments).is_some() && method == "PUT";
    if others.is_empty() && !barred { Found::Nothing } else { Found::Other(others) }
}

fn fits(pattern: &str, segments: &[String]) -> Option<Ids> {
    let mut ids = Ids::default();
    let mut rest = segments.iter();
    for part in pattern.split('/') {
        let segment = rest.next()?;
        let kind = match part {
            "U" => "users",
            "T" => "tracks",
            "P" => "playlists",
            "C" => "comments",
            "*" => {
                ids.texts.push(segment.clone());
                continue;
            }
            literal if literal == segment => continue,
            _ => return None,
        };
        ids.numeric |= segment.bytes().all(|byte| byte.is_ascii_digit());
        ids.ids.push(identifier(kind, segment));
    }
    rest.next().is_none().then_some(ids)
}

/// `soundcloud:tracks:70071` or `70071`.
pub(super) fn identifier(kind: &str, text: &str) -> Option<u64> {
    let number = match text.strip_prefix("soundcloud:") {
        Some(rest) => rest.strip_prefix(kind)?.strip_prefix(':')?,
        None => text,
    };
    crate::kit::number(number)
}

#[cfg(test)]
mod tests {
    use super::{Op, TABLE, identifier};

    #[test]
    fn the_64_operations_stand_first_and_none_stands_twice() {
        let last = TABLE.iter().position(|row| row.3 == Op::SignOut);
        assert_eq!(last, Some(63));
        for (index, row) in TABLE.iter().enumerate() {
            assert!(!TABLE[..index].iter().any(|other| (other.0, other.1) == (row.0, row.1)), "{row:?}");
        }
    }

    #[test]
    fn identifiers_come_as_urns_and_numbers_of_their_kind() {
        assert_eq!(identifier("tracks", "soundcloud:tracks:70071"), Some(70_071));
        assert_eq!(identifier("tracks", "70071"), Some(70_071));
        assert_eq!(identifier("tracks", "soundcloud:users:70071"), None);
        assert_eq!(identifier("tracks", "+7"), None);
        assert_eq!(identifier("tracks", "99999999999999999999999"), None);
    }
}
