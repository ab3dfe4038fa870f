//! Reposts. The service limits them without saying how; besides 429 it was seen to send 500.
//!
//! ```
//! # use segno_soundcloud::{Client, Error, TrackUrn, reposts};
//! # async fn example(client: Client, track: TrackUrn) -> Result<(), Error> {
//! client.send(&reposts::RepostTrack::new(track)).await?;
//! client.send(&reposts::RemoveTrack::new(track)).await?;
//! # Ok(())
//! # }
//! ```

use segno_core::endpoint;

use crate::ApiError;
use crate::ids::{PlaylistUrn, TrackUrn, UserUrn};
use crate::list::list;
use crate::playlists::Playlist;
use crate::read::undocumented;
use crate::tracks::Track;
use crate::users::User;

/// How the names of these endpoints begin.
pub(crate) const NAMES: &str = "soundcloud.reposts.";

endpoint! {
    /// `POST /reposts/tracks/{track_urn}`: reposts a track.
    pub struct RepostTrack { path track: TrackUrn }
    name: "soundcloud.reposts.repost_track",
    method: POST,
    path: "reposts/tracks/{track_urn}",
    replay: Idempotent,
    response: (),
    error: ApiError,
    read: undocumented,
}
endpoint! {
    /// `DELETE /reposts/tracks/{track_urn}`: takes the repost of a track back.
    ///
    /// Marked deprecated in the specification, most likely by mistake: there is no other way.
    pub struct RemoveTrack { path track: TrackUrn }
    name: "soundcloud.reposts.remove_track",
    method: DELETE,
    path: "reposts/tracks/{track_urn}",
    replay: Idempotent,
    response: (),
    error: ApiError,
    read: undocumented,
}
endpoint! {
    /// `POST /reposts/playlists/{playlist_urn}`: reposts a playlist.
    pub struct RepostPlaylist { path playlist: PlaylistUrn }
    name: "soundcloud.reposts.repost_playlist",
    method: POST,
    path: "reposts/playlists/{playlist_urn}",
    replay: Idempotent,
    response: (),
    error: ApiError,
    read: undocumented,
}
endpoint! {
    /// `DELETE /reposts/playlists/{playlist_urn}`: takes the repost of a playlist back.
    pub struct RemovePlaylist { path playlist: PlaylistUrn }
    name: "soundcloud.reposts.remove_playlist",
    method: DELETE,
    path: "reposts/playlists/{playlist_urn}",
    replay: Idempotent,
    response: (),
    error: ApiError,
    read: undocumented,
}

list! {
    /// `GET /me/reposts/tracks`: the tracks that one has reposted, blocked ones too.
    pub struct MyTracks {}
    name: "soundcloud.reposts.my_tracks",
    method: GET, path: "me/reposts/tracks", replay: Safe,
    query: [limit, access], access: ALL, paged_by: Cursor,
    response: Listing<Track>,
}
list! {
    /// `GET /me/reposts/playlists`: the playlists that one has reposted.
    pub struct MyPlaylists {}
    name: "soundcloud.reposts.my_playlists",
    method: GET, path: "me/reposts/playlists", replay: Safe,
    query: [limit], paged_by: Cursor,
    response: Listing<Playlist>,
}
list! {
    /// `GET /users/{user_urn}/reposts/tracks`: the tracks that a user has reposted.
    pub struct TracksOf { path user: UserUrn }
    name: "soundcloud.reposts.tracks_of",
    method: GET, path: "users/{user_urn}/reposts/tracks", replay: Safe,
    query: [access, limit], access: LISTENABLE, paged_by: Cursor,
    response: Listing<Track>,
}
list! {
    /// `GET /users/{user_urn}/reposts/playlists`: the playlists that a user has reposted.
    pub struct PlaylistsOf { path user: UserUrn }
    name: "soundcloud.reposts.playlists_of",
    method: GET, path: "users/{user_urn}/reposts/playlists", replay: Safe,
    query: [limit], paged_by: Cursor,
    response: Listing<Playlist>,
}
list! {
    /// `GET /tracks/{track_urn}/reposters`: the users who have reposted a track.
    pub struct UsersOfTrack { path track: TrackUrn }
    name: "soundcloud.reposts.users_of_track",
    method: GET, path: "tracks/{track_urn}/reposters", replay: Safe,
    query: [limit], paged_by: Cursor,
    response: Listing<User>,
}
list! {
    /// `GET /playlists/{playlist_urn}/reposters`: the users who have reposted a playlist.
    pub struct UsersOfPlaylist { path playlist: PlaylistUrn }
    name: "soundcloud.reposts.users_of_playlist",
    method: GET, path: "playlists/{playlist_urn}/reposters", replay: Safe,
    query: [limit], paged_by: Cursor,
    response: Listing<User>,
}
