//! Playlists and albums. A change of the tracks replaces the whole list; [`Client::add_tracks`](crate::Client::add_tracks)
//! and its siblings change it without losing any.

use segno_core::lenient::PassedOver;
use segno_core::{
    BuildError, Bytes, DecodeError, Endpoint, Method, Multipart, Replay, RequestWriter, Response, Secret,
    Timestamp,
};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value, json};

use crate::ids::{PlaylistUrn, TrackUrn, UserUrn, joined};
use crate::list::{list, listenable, plain};
use crate::read::{Model, OtherMembers, SiteUrl, created, identify, list_if_any, object, relate, timestamp};
use crate::simple::simple;
use crate::tracks::{Artwork, Track};
use crate::users::User;
use crate::values::{EmbeddableBy, License, SetType, Sharing};
use crate::{Access, ApiError};

mod fields;

pub use fields::PlaylistFields;

/// The most tracks in one playlist.
pub const MOST_TRACKS: usize = 500;

/// A playlist or an album.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, expecting = "a playlist", remote = "Self")]
#[non_exhaustive]
pub struct Playlist {
    /// The name, `soundcloud:playlists:N`.
    pub urn: Option<PlaylistUrn>,
    /// The number alone.
    pub id: Option<u64>,
    /// `playlist`.
    pub kind: Option<String>,
    /// The title.
    pub title: Option<String>,
    /// The picture; may be empty.
    pub artwork_url: Option<String>,
    /// When it was made.
    #[serde(deserialize_with = "timestamp")]
    pub created_at: Option<Timestamp>,
    /// What the owner says about it.
    pub description: Option<String>,
    /// Whether it can be downloaded.
    pub downloadable: Option<bool>,
    /// The length of all tracks in milliseconds.
    pub duration: Option<u64>,
    /// The release's EAN.
    pub ean: Option<String>,
    /// Who may put a player on a page.
    pub embeddable_by: Option<EmbeddableBy>,
    /// The genre; may be empty.
    pub genre: Option<String>,
    /// The number of the label.
    pub label_id: Option<u64>,
    /// The name of the label.
    pub label_name: Option<String>,
    /// The label.
    pub label: Option<User>,
    /// When it was last changed.
    #[serde(deserialize_with = "timestamp")]
    pub last_modified: Option<Timestamp>,
    /// The terms.
    pub license: Option<License>,
    /// How many like it.
    pub likes_count: Option<u64>,
    /// The last part of the address on the site.
    pub permalink: Option<String>,
    /// The address on the site.
    pub permalink_url: Option<SiteUrl>,
    /// What it is; may be empty.
    pub playlist_type: Option<SetType>,
    /// What it is, once more; may be empty.
    #[serde(rename = "type")]
    pub set_type: Option<SetType>,
    /// What the link to buy it says.
    pub purchase_title: Option<String>,
    /// Where to buy it.
    pub purchase_url: Option<String>,
    /// The name or number of the release.
    pub release: Option<String>,
    /// The day of the release, 1 to 31.
    pub release_day: Option<u64>,
    /// The month of the release, 1 to 12.
    pub release_month: Option<u64>,
    /// The year of the release.
    pub release_year: Option<u64>,
    /// Who can see it.
    pub sharing: Option<Sharing>,
    /// Whether it can be heard.
    pub streamable: Option<bool>,
    /// The tags as one text.
    pub tag_list: Option<String>,
    /// The tags once more.
    pub tags: Option<String>,
    /// How many tracks there are.
    pub track_count: Option<u64>,
    /// The tracks, if they were asked for. Searches leave them out.
    #[serde(deserialize_with = "list_if_any")]
    pub tracks: Option<Vec<Track>>,
    /// The address of the tracks on the API.
    pub tracks_uri: Option<String>,
    /// The address on the API.
    pub uri: Option<String>,
    /// Who made it.
    pub user: Option<User>,
    /// Who made it, by name.
    pub user_urn: Option<UserUrn>,
    /// Who made it, by number, in older answers.
    pub user_id: Option<u64>,
    /// What could not be read, by its path.
    pub passed_over: PassedOver,
    /// Members that this crate does not know.
    pub other: OtherMembers,
}

impl<'de> Deserialize<'de> for Playlist {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut playlist = Self::deserialize(deserializer)?;
        identify(&mut playlist.urn, &mut playlist.id, playlist.uri.as_deref());
        relate(&mut playlist.user_urn, &mut playlist.user_id);
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

list!(
    /// `GET /playlists`: search
    Search -> Playlist,
    "soundcloud.playlists.search", "playlists", listenable().by_offset(), q, access, show_tracks, limit, offset
);

list!(
    /// `GET /playlists/{playlist_urn}/tracks`
    Tracks(playlist: PlaylistUrn) -> Track,
    "soundcloud.playlists.tracks", "playlists/{playlist_urn}/tracks", listenable().by_offset(), secret_token, access, limit
);

list!(
    /// `GET /users/{user_urn}/playlists`
    OfUser(user: UserUrn) -> Playlist,
    "soundcloud.playlists.of_user", "users/{user_urn}/playlists", listenable(), access, show_tracks, limit
);

list!(
    /// `GET /me/playlists`: one's own playlists, private ones too
    Mine -> Playlist, "soundcloud.playlists.mine", "me/playlists", plain(), show_tracks, limit
);

/// `GET /playlists/{playlist_urn}`
#[derive(Clone, Debug)]
#[must_use = "an endpoint does nothing until it is sent"]
pub struct Get {
    playlist: PlaylistUrn,
    secret_token: Option<Secret>,
    access: Access,
    show_tracks: Option<bool>,
}

impl Get {
    /// Reads a playlist with its playable tracks and previews.
    pub fn new(playlist: impl Into<PlaylistUrn>) -> Self {
        Self { playlist: playlist.into(), secret_token: None, access: Access::LISTENABLE, show_tracks: None }
    }

    /// Opens a private playlist that was shared by a link: the `s-…` at the end of it.
    pub fn secret_token(mut self, token: &Secret) -> Self {
        self.secret_token = Some(token.clone());
        self
    }

    /// With tracks of these access levels.
    pub fn access(mut self, access: Access) -> Self {
        self.access = access;
        self
    }

    /// Whether the tracks come along; they do unless said otherwise.
    pub fn show_tracks(mut self, show: bool) -> Self {
        self.show_tracks = Some(show);
        self
    }
}

impl Endpoint for Get {
    type Output = Playlist;
    type ApiError = ApiError;
    const NAME: &'static str = "soundcloud.playlists.get";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.query_some("secret_token", self.secret_token.as_ref().map(Secret::expose));
        request.query("access", self.access);
        request.query_some("show_tracks", self.show_tracks);
        request.path("playlists/{playlist_urn}", &[&self.playlist])
    }

    fn read(response: Response<Bytes>) -> Result<Playlist, DecodeError> {
        object(&response)
    }
}

/// `POST /playlists`
///
/// Sent as JSON, or as a form if there is artwork, which the service ignores in JSON.
#[derive(Clone, Debug)]
#[must_use = "an endpoint does nothing until it is sent"]
pub struct Create {
    fields: PlaylistFields,
    tracks: Vec<TrackUrn>,
    artwork: Option<Artwork>,
    below_me: bool,
}

impl Create {
    /// A playlist with a title.
    pub fn new(title: impl Into<String>) -> Self {
        let fields = PlaylistFields::new().title(title);
        Self { fields, tracks: Vec::new(), artwork: None, below_me: false }
    }

    /// What else can be said about it. A title in there replaces the one before.
    pub fn fields(mut self, fields: PlaylistFields) -> Self {
        let title = self.fields.title_set().unwrap_or_default().to_owned();
        self.fields = if fields.title_set().is_some() { fields } else { fields.title(title) };
        self
    }

    /// The tracks, at most 500.
    pub fn tracks(mut self, tracks: impl IntoIterator<Item = TrackUrn>) -> Self {
        self.tracks = tracks.into_iter().collect();
        self
    }

    /// A picture.
    pub fn artwork(mut self, artwork: Artwork) -> Self {
        self.artwork = Some(artwork);
        self
    }

    /// Sends it to `POST /me/playlists`, another address of the same operation.
    pub fn below_me(mut self) -> Self {
        self.below_me = true;
        self
    }
}

impl Endpoint for Create {
    type Output = Playlist;
    type ApiError = ApiError;
    const NAME: &'static str = "soundcloud.playlists.create";
    const METHOD: Method = Method::POST;
    const REPLAY: Replay = Replay::Unsafe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path(if self.below_me { "me/playlists" } else { "playlists" }, &[])?;
        if self.fields.title_set().unwrap_or_default().trim().is_empty() {
            return Err(BuildError::value("title", "is empty"));
        }
        enough(&self.tracks)?;
        let Some(artwork) = &self.artwork else {
            let tracks = (!self.tracks.is_empty()).then_some(self.tracks.as_slice());
            return request.json(&body(&self.fields, tracks));
        };
        let mut form = Multipart::new();
        self.fields.parts(&mut form);
        if !self.tracks.is_empty() {
            form.text("playlist[tracks][][urn]", joined(&self.tracks));
        }
        artwork.part(&mut form, "playlist[artwork_data]");
        request.multipart(form);
        Ok(())
    }

    fn read(response: Response<Bytes>) -> Result<Playlist, DecodeError> {
        created(&response)
    }
}

/// `PUT /playlists/{playlist_urn}`: changes what is given; tracks that are given replace all there are
#[derive(Clone, Debug)]
#[must_use = "an endpoint does nothing until it is sent"]
pub struct Change {
    playlist: PlaylistUrn,
    fields: PlaylistFields,
    tracks: Option<Vec<TrackUrn>>,
}

impl Change {
    /// Changes these fields.
    pub fn new(playlist: impl Into<PlaylistUrn>, fields: PlaylistFields) -> Self {
        Self { playlist: playlist.into(), fields, tracks: None }
    }

    /// Replaces all tracks, at most 500.
    pub fn tracks(mut self, tracks: impl IntoIterator<Item = TrackUrn>) -> Self {
        self.tracks = Some(tracks.into_iter().collect());
        self
    }
}

impl Endpoint for Change {
    type Output = Playlist;
    type ApiError = ApiError;
    const NAME: &'static str = "soundcloud.playlists.change";
    const METHOD: Method = Method::PUT;
    const REPLAY: Replay = Replay::Idempotent;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("playlists/{playlist_urn}", &[&self.playlist])?;
        if self.fields.is_empty() && self.tracks.is_none() {
            return Err(BuildError::value("fields", "are empty: there is nothing to change"));
        }
        enough(self.tracks.as_deref().unwrap_or_default())?;
        request.json(&body(&self.fields, self.tracks.as_deref()))
    }

    fn read(response: Response<Bytes>) -> Result<Playlist, DecodeError> {
        object(&response)
    }
}

simple!(
    /// `DELETE /playlists/{playlist_urn}`
    Delete(playlist: PlaylistUrn) -> (),
    "soundcloud.playlists.delete", DELETE, Idempotent, "playlists/{playlist_urn}", crate::read::undocumented
);

fn enough(tracks: &[TrackUrn]) -> Result<(), BuildError> {
    if tracks.len() <= MOST_TRACKS {
        return Ok(());
    }
    let reason = format!("has {} tracks; a playlist holds at most {MOST_TRACKS}", tracks.len());
    Err(BuildError::value("tracks", reason))
}

fn body(fields: &PlaylistFields, tracks: Option<&[TrackUrn]>) -> Value {
    let mut playlist: Map<String, Value> = fields.json();
    if let Some(tracks) = tracks {
        let tracks: Vec<_> = tracks.iter().map(|urn| json!({ "urn": urn.to_string() })).collect();
        playlist.insert("tracks".into(), tracks.into());
    }
    json!({ "playlist": playlist })
}
