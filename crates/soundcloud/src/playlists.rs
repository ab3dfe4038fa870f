//! Playlists and albums. A change of the tracks replaces the whole list; [`Client::add_tracks`](crate::Client::add_tracks)
//! and its siblings change it without losing any.
//!
//! ```
//! # use segno_soundcloud::{Client, TrackUrn, playlists, playlists::PlaylistFields};
//! # async fn example(client: Client, track: TrackUrn) -> Result<(), Box<dyn std::error::Error>> {
//! let create = playlists::Create::new("Old dances").tracks(vec![track]);
//! let list = client.send(&create).await?;
//! if let Some(urn) = list.urn {
//!     let fields = PlaylistFields::new().genre("Baroque");
//!     client.send(&playlists::Change::new(urn, fields)).await?;
//!     // Replaces the whole list, after reading it.
//!     client.remove_tracks(urn, &[track]).await?;
//! }
//! # Ok(())
//! # }
//! ```

use segno_core::lenient::PassedOver;
use segno_core::request::Multipart;
use segno_core::{BuildError, RequestWriter, Secret, Timestamp, endpoint};
use serde::{Deserialize, Deserializer};
use serde_json::json;

use crate::ids::{PlaylistUrn, TrackUrn, UserUrn, joined};
use crate::list::list;
use crate::read::{
    Model, OtherMembers, SiteUrl, created, identify, list_if_any, object, relate, timestamp, undocumented,
};
use crate::tracks::{Artwork, Track};
use crate::users::User;
use crate::values::{EmbeddableBy, License, SetType, Sharing};
use crate::{Access, ApiError};

mod fields;

pub use fields::PlaylistFields;

/// How many tracks a playlist holds at most.
pub const MAX_TRACKS: usize = 500;

/// A playlist or an album.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, expecting = "a playlist", remote = "Self")]
#[non_exhaustive]
pub struct Playlist {
    /// The URN, `soundcloud:playlists:N`; made of `id` or `uri` where an older response has none.
    pub urn: Option<PlaylistUrn>,
    /// The number in the URN, which is all that older responses have.
    pub id: Option<u64>,
    /// What the object is: `playlist`.
    pub kind: Option<String>,
    /// The title as the owner wrote it.
    pub title: Option<String>,
    /// The URL of the cover picture, a JPEG; may be empty.
    pub artwork_url: Option<String>,
    /// When it was created.
    #[serde(deserialize_with = "timestamp")]
    pub created_at: Option<Timestamp>,
    /// The description; may be long.
    pub description: Option<String>,
    /// Whether it can be downloaded.
    pub downloadable: Option<bool>,
    /// The length of all tracks in milliseconds.
    pub duration: Option<u64>,
    /// The EAN of the release.
    pub ean: Option<String>,
    /// Who may embed the player.
    pub embeddable_by: Option<EmbeddableBy>,
    /// The genre; may be empty.
    pub genre: Option<String>,
    /// The user number of the label.
    pub label_id: Option<u64>,
    /// The record label that publishes it, as a text.
    pub label_name: Option<String>,
    /// The label, if it is a user.
    pub label: Option<User>,
    /// When it was last changed.
    #[serde(deserialize_with = "timestamp")]
    pub last_modified: Option<Timestamp>,
    /// Under which licence it is published.
    pub license: Option<License>,
    /// How many users like it.
    pub likes_count: Option<u64>,
    /// The last part of the URL on the site.
    pub permalink: Option<String>,
    /// The URL on the site.
    pub permalink_url: Option<SiteUrl>,
    /// Whether it is an album or a playlist; may be empty.
    pub playlist_type: Option<SetType>,
    /// The same once more; may be empty.
    #[serde(rename = "type")]
    pub set_type: Option<SetType>,
    /// The text of the link to a shop.
    pub purchase_title: Option<String>,
    /// The URL of a shop.
    pub purchase_url: Option<String>,
    /// The name or number of the release.
    pub release: Option<String>,
    /// The day of the release, 1 to 31.
    pub release_day: Option<u64>,
    /// The month of the release, 1 to 12.
    pub release_month: Option<u64>,
    /// The year of the release, such as 2024.
    pub release_year: Option<u64>,
    /// Whether everybody sees it or only who has its secret link.
    pub sharing: Option<Sharing>,
    /// Whether it can be played at all.
    pub streamable: Option<bool>,
    /// The tags as one text; see [`tags`](crate::tags).
    pub tag_list: Option<String>,
    /// The tags once more.
    pub tags: Option<String>,
    /// How many tracks it has.
    pub track_count: Option<u64>,
    /// The tracks, if they were asked for. Searches leave them out.
    #[serde(deserialize_with = "list_if_any")]
    pub tracks: Option<Vec<Track>>,
    /// The URL of its tracks on the API.
    pub tracks_uri: Option<String>,
    /// The URL on the API.
    pub uri: Option<String>,
    /// The owner, often in short.
    pub user: Option<User>,
    /// The URN of its owner.
    pub user_urn: Option<UserUrn>,
    /// The number of its owner, in older responses.
    pub user_id: Option<u64>,
    /// What could not be read, by its path.
    pub passed_over: PassedOver,
    /// Members that this crate does not know.
    pub other: OtherMembers,
}

impl<'de> Deserialize<'de> for Playlist {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut playlist = Self::deserialize(deserializer)?;
        identify(
            &mut playlist.urn,
            &mut playlist.id,
            playlist.uri.as_deref(),
            PlaylistUrn::new,
            PlaylistUrn::number,
        );
        relate(&mut playlist.user_urn, &mut playlist.user_id, UserUrn::new, UserUrn::number);
        Ok(playlist)
    }
}

impl Model for Playlist {
    const EXPECTED: &'static str = "a playlist";

    fn other(&mut self) -> &mut OtherMembers {
        &mut self.other
    }

    fn number(&self) -> Option<u64> {
        self.urn.map(PlaylistUrn::number)
    }
}

list! {
    /// `GET /playlists`: searches playlists.
    pub struct Search {}
    name: "soundcloud.playlists.search",
    method: GET, path: "playlists", replay: Safe,
    query: [q, access, show_tracks, limit, offset], access: LISTENABLE, paged_by: Offset,
    response: Listing<Playlist>,
}

list! {
    /// `GET /playlists/{playlist_urn}/tracks`: the tracks of a playlist, in its order.
    pub struct Tracks { path playlist: PlaylistUrn }
    name: "soundcloud.playlists.tracks",
    method: GET, path: "playlists/{playlist_urn}/tracks", replay: Safe,
    query: [secret_token, access, limit], access: LISTENABLE, paged_by: Offset,
    response: Listing<Track>,
}

list! {
    /// `GET /users/{user_urn}/playlists`: a user's playlists.
    pub struct OfUser { path user: UserUrn }
    name: "soundcloud.playlists.of_user",
    method: GET, path: "users/{user_urn}/playlists", replay: Safe,
    query: [access, show_tracks, limit], access: LISTENABLE, paged_by: Cursor,
    response: Listing<Playlist>,
}

list! {
    /// `GET /me/playlists`: one's own playlists, private ones too
    pub struct Mine {}
    name: "soundcloud.playlists.mine",
    method: GET, path: "me/playlists", replay: Safe,
    query: [show_tracks, limit], paged_by: Cursor,
    response: Listing<Playlist>,
}

endpoint! {
    /// `GET /playlists/{playlist_urn}`: a playlist with its playable tracks and previews.
    pub struct Get { path playlist: PlaylistUrn }
    optional {
        /// Opens a private playlist that was shared by a link: the `s-…` at its end.
        query secret_token: Secret,
        /// Only tracks of these access levels.
        field access: Access,
        /// Whether the tracks come along; they do by default.
        field show_tracks: bool,
    }
    name: "soundcloud.playlists.get",
    method: GET,
    path: "playlists/{playlist_urn}",
    replay: Safe,
    write: |get, request| {
        request.query("access", get.access.unwrap_or(Access::LISTENABLE));
        request.query_some("show_tracks", get.show_tracks);
        Ok(())
    },
    response: Playlist,
    error: ApiError,
    read: object,
}

endpoint! {
    /// `POST /playlists`: creates a playlist.
    ///
    /// Sent as JSON, or as a form if there is artwork, which the service ignores in JSON.
    pub struct Create { field title: String }
    optional {
        /// What else there is to say about it. A title in there replaces the one of `new`.
        field fields: PlaylistFields,
        /// The tracks, at most 500.
        field tracks: Vec<TrackUrn>,
        /// A cover picture; the form is sent as multipart then.
        field artwork: Artwork,
        /// Whether it is sent to `POST /me/playlists`, another URL of the same operation.
        field below_me: bool,
    }
    name: "soundcloud.playlists.create",
    method: POST,
    path: "playlists",
    replay: Unsafe,
    write: Self::write_body,
    response: Playlist,
    error: ApiError,
    read: created,
}

impl Create {
    fn write_body(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        if self.below_me == Some(true) {
            request.path("me/playlists", &[])?;
        }
        let mut fields = self.fields.clone().unwrap_or_default();
        if fields.title_set().is_none() {
            fields = fields.title(&self.title);
        }
        if fields.title_set().unwrap_or_default().trim().is_empty() {
            return Err(BuildError::value("title", "must not be empty"));
        }
        let tracks = self.tracks.as_deref().filter(|tracks| !tracks.is_empty());
        let Some(artwork) = &self.artwork else { return write_json(request, &fields, tracks) };
        check_count(tracks)?;
        let mut form = Multipart::new();
        fields.parts(&mut form);
        if let Some(tracks) = tracks {
            form.text("playlist[tracks][][urn]", joined(tracks));
        }
        artwork.part(&mut form, "playlist[artwork_data]");
        request.multipart(form);
        Ok(())
    }
}

endpoint! {
    /// `PUT /playlists/{playlist_urn}`: changes what is given.
    pub struct Change { path playlist: PlaylistUrn, field fields: PlaylistFields }
    optional {
        /// The tracks, at most 500. They replace all that there are.
        field tracks: Vec<TrackUrn>,
    }
    name: "soundcloud.playlists.change",
    method: PUT,
    path: "playlists/{playlist_urn}",
    replay: Idempotent,
    write: |change, request| {
        if change.fields.is_empty() && change.tracks.is_none() {
            return Err(BuildError::value("fields", "must not be empty: there is nothing to change"));
        }
        write_json(request, &change.fields, change.tracks.as_deref())
    },
    response: Playlist,
    error: ApiError,
    read: object,
}

endpoint! {
    /// `DELETE /playlists/{playlist_urn}`: deletes a playlist; its tracks stay.
    pub struct Delete { path playlist: PlaylistUrn }
    name: "soundcloud.playlists.delete",
    method: DELETE,
    path: "playlists/{playlist_urn}",
    replay: Idempotent,
    response: (),
    error: ApiError,
    read: undocumented,
}

fn check_count(tracks: Option<&[TrackUrn]>) -> Result<(), BuildError> {
    let count = tracks.map_or(0, <[_]>::len);
    if count <= MAX_TRACKS {
        return Ok(());
    }
    Err(BuildError::value("tracks", format!("must be at most {MAX_TRACKS} tracks, found {count}")))
}

fn write_json(
    request: &mut RequestWriter,
    fields: &PlaylistFields,
    tracks: Option<&[TrackUrn]>,
) -> Result<(), BuildError> {
    check_count(tracks)?;
    let mut playlist = fields.json();
    if let Some(tracks) = tracks {
        let tracks: Vec<_> = tracks.iter().map(|urn| json!({ "urn": urn.to_string() })).collect();
        playlist.insert("tracks".into(), tracks.into());
    }
    request.json(&json!({ "playlist": playlist }))
}
