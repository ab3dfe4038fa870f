//! Likes.
//!
//! ```
//! # use segno_soundcloud::{Client, Error, TrackUrn, likes};
//! # async fn example(client: Client, track: TrackUrn) -> Result<(), Error> {
//! client.send(&likes::LikeTrack::new(track)).await?;
//! let mut liked = client.pages(likes::MyTracks::new()).items();
//! while let Some(track) = liked.next().await {
//!     println!("{:?}", track?.title);
//! }
//! # Ok(())
//! # }
//! ```

use segno_core::endpoint;

use crate::ApiError;
use crate::ids::{PlaylistUrn, TrackUrn, UserUrn};
use crate::list::list;
use crate::playlists::Playlist;
use crate::read::status;
use crate::tracks::Track;
use crate::users::User;

endpoint! {
    /// `POST /likes/tracks/{track_urn}`: likes a track.
    pub struct LikeTrack { path track: TrackUrn }
    name: "soundcloud.likes.like_track",
    method: POST,
    path: "likes/tracks/{track_urn}",
    replay: Idempotent,
    response: (),
    error: ApiError,
    read: status,
}
endpoint! {
    /// `DELETE /likes/tracks/{track_urn}`: likes a track no more; 404 if it was not liked.
    pub struct UnlikeTrack { path track: TrackUrn }
    name: "soundcloud.likes.unlike_track",
    method: DELETE,
    path: "likes/tracks/{track_urn}",
    replay: Idempotent,
    response: (),
    error: ApiError,
    read: status,
}
endpoint! {
    /// `POST /likes/playlists/{playlist_urn}`: likes a playlist.
    pub struct LikePlaylist { path playlist: PlaylistUrn }
    name: "soundcloud.likes.like_playlist",
    method: POST,
    path: "likes/playlists/{playlist_urn}",
    replay: Idempotent,
    response: (),
    error: ApiError,
    read: status,
}
endpoint! {
    /// `DELETE /likes/playlists/{playlist_urn}`: likes a playlist no more; 404 if it was not liked.
    pub struct UnlikePlaylist { path playlist: PlaylistUrn }
    name: "soundcloud.likes.unlike_playlist",
    method: DELETE,
    path: "likes/playlists/{playlist_urn}",
    replay: Idempotent,
    response: (),
    error: ApiError,
    read: status,
}

list! {
    /// `GET /me/likes/tracks`: the tracks that one likes, blocked ones too.
    pub struct MyTracks {}
    name: "soundcloud.likes.my_tracks",
    method: GET, path: "me/likes/tracks", replay: Safe,
    query: [limit, access], access: ALL, paged_by: Cursor,
    response: Listing<Track>,
}
list! {
    /// `GET /me/likes/playlists`: the playlists that one likes.
    pub struct MyPlaylists {}
    name: "soundcloud.likes.my_playlists",
    method: GET, path: "me/likes/playlists", replay: Safe,
    query: [limit], paged_by: Cursor,
    response: Listing<Playlist>,
}
list! {
    /// `GET /users/{user_urn}/likes/tracks`: the tracks that a user likes.
    pub struct TracksOf { path user: UserUrn }
    name: "soundcloud.likes.tracks_of",
    method: GET, path: "users/{user_urn}/likes/tracks", replay: Safe,
    query: [access, limit], access: LISTENABLE, paged_by: Cursor,
    response: Listing<Track>,
}
list! {
    /// `GET /users/{user_urn}/likes/playlists`: the playlists that a user likes.
    pub struct PlaylistsOf { path user: UserUrn }
    name: "soundcloud.likes.playlists_of",
    method: GET, path: "users/{user_urn}/likes/playlists", replay: Safe,
    query: [limit], paged_by: Cursor,
    response: Listing<Playlist>,
}
list! {
    /// `GET /users/{user_urn}/favorites`: deprecated by the service in favour of [`TracksOf`]
    pub struct FavoritesOf { path user: UserUrn }
    name: "soundcloud.likes.favorites_of",
    method: GET, path: "users/{user_urn}/favorites", replay: Safe,
    query: [limit], paged_by: Cursor,
    response: Listing<Track>,
}
list! {
    /// `GET /tracks/{track_urn}/favoriters`: who likes a track
    pub struct UsersOfTrack { path track: TrackUrn }
    name: "soundcloud.likes.users_of_track",
    method: GET, path: "tracks/{track_urn}/favoriters", replay: Safe,
    query: [limit], paged_by: Cursor,
    response: Listing<User>,
}
