//! Reposts. The service limits them without saying how; besides 429 it was seen to answer 500.

use crate::ids::{PlaylistUrn, TrackUrn, UserUrn};
use crate::list::{every_access, list, listenable, plain};
use crate::playlists::Playlist;
use crate::read::undocumented;
use crate::simple::simple;
use crate::tracks::Track;
use crate::users::User;

/// How the names of these endpoints begin.
pub(crate) const NAMES: &str = "soundcloud.reposts.";

simple!(
    /// `POST /reposts/tracks/{track_urn}`
    RepostTrack(track: TrackUrn) -> (),
    "soundcloud.reposts.repost_track", POST, Idempotent, "reposts/tracks/{track_urn}", undocumented
);
simple!(
    /// `DELETE /reposts/tracks/{track_urn}`
    ///
    /// Marked deprecated in the specification, most likely by mistake: there is no other way.
    RemoveTrack(track: TrackUrn) -> (),
    "soundcloud.reposts.remove_track", DELETE, Idempotent, "reposts/tracks/{track_urn}", undocumented
);
simple!(
    /// `POST /reposts/playlists/{playlist_urn}`
    RepostPlaylist(playlist: PlaylistUrn) -> (),
    "soundcloud.reposts.repost_playlist", POST, Idempotent, "reposts/playlists/{playlist_urn}", undocumented
);
simple!(
    /// `DELETE /reposts/playlists/{playlist_urn}`
    RemovePlaylist(playlist: PlaylistUrn) -> (),
    "soundcloud.reposts.remove_playlist", DELETE, Idempotent, "reposts/playlists/{playlist_urn}", undocumented
);

list!(
    /// `GET /me/reposts/tracks`
    MyTracks -> Track,
    "soundcloud.reposts.my_tracks", "me/reposts/tracks", every_access(), limit, access
);
list!(
    /// `GET /me/reposts/playlists`
    MyPlaylists -> Playlist,
    "soundcloud.reposts.my_playlists", "me/reposts/playlists", plain(), limit
);
list!(
    /// `GET /users/{user_urn}/reposts/tracks`
    TracksOf(user: UserUrn) -> Track,
    "soundcloud.reposts.tracks_of", "users/{user_urn}/reposts/tracks", listenable(), access, limit
);
list!(
    /// `GET /users/{user_urn}/reposts/playlists`
    PlaylistsOf(user: UserUrn) -> Playlist,
    "soundcloud.reposts.playlists_of", "users/{user_urn}/reposts/playlists", plain(), limit
);
list!(
    /// `GET /tracks/{track_urn}/reposters`
    UsersOfTrack(track: TrackUrn) -> User,
    "soundcloud.reposts.users_of_track", "tracks/{track_urn}/reposters", plain(), limit
);
list!(
    /// `GET /playlists/{playlist_urn}/reposters`
    UsersOfPlaylist(playlist: PlaylistUrn) -> User,
    "soundcloud.reposts.users_of_playlist", "playlists/{playlist_urn}/reposters", plain(), limit
);
