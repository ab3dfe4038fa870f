//! Likes.

use crate::ids::{PlaylistUrn, TrackUrn, UserUrn};
use crate::list::{every_access, list, listenable, plain};
use crate::playlists::Playlist;
use crate::read::status;
use crate::simple::simple;
use crate::tracks::Track;
use crate::users::User;

simple!(
    /// `POST /likes/tracks/{track_urn}`
    LikeTrack(track: TrackUrn) -> (),
    "soundcloud.likes.like_track", POST, Idempotent, "likes/tracks/{track_urn}", status
);
simple!(
    /// `DELETE /likes/tracks/{track_urn}`
    UnlikeTrack(track: TrackUrn) -> (),
    "soundcloud.likes.unlike_track", DELETE, Idempotent, "likes/tracks/{track_urn}", status
);
simple!(
    /// `POST /likes/playlists/{playlist_urn}`
    LikePlaylist(playlist: PlaylistUrn) -> (),
    "soundcloud.likes.like_playlist", POST, Idempotent, "likes/playlists/{playlist_urn}", status
);
simple!(
    /// `DELETE /likes/playlists/{playlist_urn}`
    UnlikePlaylist(playlist: PlaylistUrn) -> (),
    "soundcloud.likes.unlike_playlist", DELETE, Idempotent, "likes/playlists/{playlist_urn}", status
);

list!(
    /// `GET /me/likes/tracks`
    MyTracks -> Track,
    "soundcloud.likes.my_tracks", "me/likes/tracks", every_access(), limit, access
);
list!(
    /// `GET /me/likes/playlists`
    MyPlaylists -> Playlist,
    "soundcloud.likes.my_playlists", "me/likes/playlists", plain(), limit
);
list!(
    /// `GET /users/{user_urn}/likes/tracks`
    TracksOf(user: UserUrn) -> Track,
    "soundcloud.likes.tracks_of", "users/{user_urn}/likes/tracks", listenable(), access, limit
);
list!(
    /// `GET /users/{user_urn}/likes/playlists`
    PlaylistsOf(user: UserUrn) -> Playlist,
    "soundcloud.likes.playlists_of", "users/{user_urn}/likes/playlists", plain(), limit
);
list!(
    /// `GET /users/{user_urn}/favorites`: deprecated by the service in favour of [`TracksOf`]
    FavoritesOf(user: UserUrn) -> Track,
    "soundcloud.likes.favorites_of", "users/{user_urn}/favorites", plain(), limit
);
list!(
    /// `GET /tracks/{track_urn}/favoriters`: who likes a track
    UsersOfTrack(track: TrackUrn) -> User,
    "soundcloud.likes.users_of_track", "tracks/{track_urn}/favoriters", plain(), limit
);
