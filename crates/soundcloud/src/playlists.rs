//! Playlists and albums. A change of the tracks replaces the whole list; [`Client::add_tracks`](crate::Client::add_tracks)
//! and its siblings change it without losing any.

use segno_core::{
    BuildError, Bytes, DecodeError, Endpoint, Method, Multipart, Replay, RequestWriter, Response, Secret,
    Timestamp,
};
use serde_json::{Map, Value, json};

use crate::ids::{PlaylistUrn, TrackUrn, UserUrn, joined};
use crate::list::{list, listenable, plain};
use crate::read::{made, model, named, object};
use crate::simple::simple;
use crate::tracks::{Artwork, Track};
use crate::users::User;
use crate::values::{EmbeddableBy, License, SetType, Sharing};
use crate::{Access, ApiError};

mod fields;

pub use fields::PlaylistFields;

/// The most tracks in one playlist.
pub const MOST_TRACKS: usize = 500;

model!(
    /// A playlist or an album.
    Playlist {
        /// The name, `soundcloud:playlists:N`.
        urn: PlaylistUrn,
        /// The number alone.
        id: u64,
        /// `playlist`.
        kind: String,
        /// The title.
        title: String,
        /// The picture; may be empty.
        artwork_url: String,
        /// When it was made.
        created_at: Timestamp,
        /// What the owner says about it.
        description: String,
        /// Whether it can be downloaded.
        downloadable: bool,
        /// The length of all tracks in milliseconds.
        duration: u64,
        /// The release's EAN.
        ean: String,
        /// Who may put a player on a page.
        embeddable_by: EmbeddableBy,
        /// The genre; may be empty.
        genre: String,
        /// The number of the label.
        label_id: u64,
        /// The name of the label.
        label_name: String,
        /// The label.
        label: User,
        /// When it was last changed.
        last_modified: Timestamp,
        /// The terms.
        license: License,
        /// How many like it.
        likes_count: u64,
        /// The last part of the address on the site.
        permalink: String,
        /// The address on the site.
        permalink_url: String,
        /// What it is; may be empty.
        playlist_type: SetType,
        /// What it is, once more; may be empty.
        set_type: SetType = "type",
        /// What the link to buy it says.
        purchase_title: String,
        /// Where to buy it.
        purchase_url: String,
        /// The name or number of the release.
        release: String,
        /// The day of the release, 1 to 31.
        release_day: u64,
        /// The month of the release, 1 to 12.
        release_month: u64,
        /// The year of the release.
        release_year: u64,
        /// Who can see it.
        sharing: Sharing,
        /// Whether it can be heard.
        streamable: bool,
        /// The tags as one text.
        tag_list: String,
        /// The tags once more.
        tags: String,
        /// How many tracks there are.
        track_count: u64,
        /// The tracks, if they were asked for. Searches leave them out.
        tracks: Vec<Track>,
        /// The address of the tracks on the API.
        tracks_uri: String,
        /// The address on the API.
        uri: String,
        /// Who made it.
        user: User,
        /// Who made it, by name.
        user_urn: UserUrn,
        /// Who made it, by number, in older answers.
        user_id: u64,
    }
);
named!(Playlist, PlaylistUrn, "a playlist", user_urn / user_id);

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
        made(&response)
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
    "soundcloud.playlists.delete", DELETE, Idempotent, "playlists/{playlist_urn}", crate::read::done
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
