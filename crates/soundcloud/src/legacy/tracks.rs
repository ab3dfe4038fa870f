//! Tracks in the old API.

use std::fmt::Write as _;

use segno_core::{
    BuildError, Bytes, DecodeError, Endpoint, Method, Multipart, Replay, RequestWriter, Response, Timestamp,
};

use super::users::User;
use super::xml::{Escaped, document};
use super::{TrackId, UserId, XML, number_at_end, reading, setting};
use crate::legacy::Element;
use crate::tracks::Asset;
use crate::{ApiError, Sharing};

/// A track as the old API describes one.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Track {
    /// The number: that of the address, because the two were seen to differ.
    pub id: Option<TrackId>,
    /// The owner.
    pub user_id: Option<UserId>,
    /// The title.
    pub title: String,
    /// The last part of the address on the site.
    pub permalink: Option<String>,
    /// What the owner says about it.
    pub description: Option<String>,
    /// Who can see it.
    pub sharing: Option<Sharing>,
    /// Beats per minute.
    pub bpm: Option<f64>,
    /// How many comments there are.
    pub comments_count: Option<u64>,
    /// When it was uploaded.
    pub created_at: Option<Timestamp>,
    /// Whether it can be downloaded.
    pub downloadable: Option<bool>,
    /// Whether it can be heard.
    pub streamable: Option<bool>,
    /// Its length in milliseconds.
    pub duration: Option<u64>,
    /// How far processing is.
    pub state: Option<String>,
    /// The genre.
    pub genre: Option<String>,
    /// What it is: `original`, `remix`, `live`, …; an open set.
    pub track_type: Option<String>,
    /// The key.
    pub key_signature: Option<String>,
    /// The terms.
    pub license: Option<String>,
    /// The tags as one text.
    pub tag_list: Option<String>,
    /// The name of the label.
    pub label_name: Option<String>,
    /// The address on the API.
    pub uri: Option<String>,
    /// The address on the site.
    pub permalink_url: Option<String>,
    /// The address of the audio.
    pub stream_url: Option<String>,
    /// The picture of the waveform.
    pub waveform_url: Option<String>,
    /// The picture.
    pub artwork_url: Option<String>,
    /// The owner.
    pub user: Option<User>,
}

impl From<&Element> for Track {
    fn from(track: &Element) -> Self {
        let uri = track.words("uri");
        Self {
            id: uri.as_deref().and_then(number_at_end).or_else(|| track.number("id")).map(TrackId),
            user_id: track.number("user-id").map(UserId),
            title: track.words("title").unwrap_or_default(),
            permalink: track.words("permalink"),
            description: track.words("description"),
            sharing: track.words("sharing").map(|word| Sharing::from(word.as_str())),
            bpm: track.float("bpm"),
            comments_count: track.number("comments-count"),
            created_at: track.moment("created-at"),
            downloadable: track.truth("downloadable"),
            streamable: track.truth("streamable"),
            duration: track.number("duration"),
            state: track.words("state"),
            genre: track.words("genre"),
            track_type: track.words("track-type"),
            key_signature: track.words("key-signature"),
            license: track.words("license"),
            tag_list: track.words("tag-list"),
            label_name: track.words("label-name"),
            uri,
            permalink_url: track.words("permalink-url"),
            stream_url: track.words("stream-url"),
            waveform_url: track.words("waveform-url"),
            artwork_url: track.words("artwork-url"),
            user: track.child("user").map(User::from),
        }
    }
}

fn one(track: &Element) -> Result<Track, DecodeError> {
    if track.name() != "track" {
        return Err(DecodeError::Other(format!("expected <track>, found <{}>", track.name())));
    }
    Ok(track.into())
}

reading!(
    /// `GET /tracks/{id}`
    Get(track: TrackId) -> Track, "soundcloud.legacy.tracks.get", "tracks/{id}", one
);
setting!(
    /// `DELETE /tracks/{id}`
    Delete(track: TrackId), "soundcloud.legacy.tracks.delete", DELETE, "tracks/{id}"
);

/// `GET /tracks`
#[derive(Clone, Debug, Default)]
#[must_use = "an endpoint does nothing until it is sent"]
pub struct List {
    pairs: Vec<(&'static str, String)>,
}

macro_rules! filters {
    ($( $(#[$doc:meta])* $name:ident = $key:literal ),* $(,)?) => {
        $( $(#[$doc])*
        pub fn $name(mut self, value: impl ToString) -> Self {
            self.pairs.push(($key, value.to_string()));
            self
        } )*
    };
}

impl List {
    /// All public tracks.
    pub fn new() -> Self {
        Self::default()
    }

    filters! {
        /// Those that are found by these words.
        q = "q",
        /// `all`, `public`, `private`, `streamable` or `downloadable`.
        filter = "filter",
        /// `created_at` or `hotness`.
        order = "order",
        /// With at least so many beats per minute.
        bpm_from = "bpm[from]",
        /// With at most so many beats per minute.
        bpm_to = "bpm[to]",
        /// At least so long, in milliseconds.
        duration_from = "duration[from]",
        /// At most so long, in milliseconds.
        duration_to = "duration[to]",
        /// Uploaded then or later, `yyyy-mm-dd hh:mm:ss`.
        created_at_from = "created_at[from]",
        /// Uploaded then or earlier, `yyyy-mm-dd hh:mm:ss`.
        created_at_to = "created_at[to]",
        /// With these numbers, separated by commas.
        ids = "ids",
        /// Of these genres, separated by commas.
        genres = "genres",
        /// Of these types, separated by commas.
        types = "types",
    }
}

impl Endpoint for List {
    type Output = Vec<Track>;
    type ApiError = ApiError;
    const NAME: &'static str = "soundcloud.legacy.tracks.list";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.accept(XML);
        for (name, value) in &self.pairs {
            request.query(*name, value);
        }
        request.path("tracks", &[])
    }

    fn read(response: Response<Bytes>) -> Result<Vec<Track>, DecodeError> {
        Ok(document(&response)?.children().iter().map(Track::from).collect())
    }
}

/// `POST /tracks`: uploads a track
#[derive(Clone, Debug)]
#[must_use = "an endpoint does nothing until it is sent"]
pub struct Upload {
    title: String,
    asset: Asset,
    description: Option<String>,
    sharing: Option<Sharing>,
}

impl Upload {
    /// A track with a title.
    pub fn new(title: impl Into<String>, asset: Asset) -> Self {
        Self { title: title.into(), asset, description: None, sharing: None }
    }

    /// What the owner says about it.
    pub fn description(mut self, words: impl Into<String>) -> Self {
        self.description = Some(words.into());
        self
    }

    /// Who can see it.
    pub fn sharing(mut self, sharing: Sharing) -> Self {
        self.sharing = Some(sharing);
        self
    }
}

/// A track that was uploaded.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Created {
    /// Its number: that of the `Location`, else of the address in the document, else the one in the document.
    pub id: TrackId,
    /// Its address.
    pub location: Option<String>,
    /// What the answer says of it.
    pub track: Track,
}

impl Endpoint for Upload {
    type Output = Created;
    type ApiError = ApiError;
    const NAME: &'static str = "soundcloud.legacy.tracks.upload";
    const METHOD: Method = Method::POST;
    const REPLAY: Replay = Replay::Unsafe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        if self.title.trim().is_empty() {
            return Err(BuildError::value("track[title]", "is empty"));
        }
        if self.asset.is_empty() {
            return Err(BuildError::value("track[asset_data]", "is empty: there is no audio in it"));
        }
        request.path("tracks", &[])?;
        request.accept(XML);
        request.transfer();
        let mut form = Multipart::new();
        form.text("track[title]", &self.title);
        form.text_some("track[description]", self.description.as_ref());
        form.text_some("track[sharing]", self.sharing.as_ref());
        self.asset.part(&mut form);
        request.multipart(form);
        Ok(())
    }

    fn read(response: Response<Bytes>) -> Result<Created, DecodeError> {
        let location = response.headers().get(segno_core::http::header::LOCATION);
        let location = location.and_then(|value| value.to_str().ok()).map(str::to_owned);
        let mut track = one(&document(&response)?)?;
        let id = location.as_deref().and_then(number_at_end).map(TrackId).or(track.id);
        let id = id.ok_or_else(|| DecodeError::Other("the answer does not name the track".into()))?;
        track.id = Some(id);
        Ok(Created { id, location, track })
    }
}

/// `PUT /tracks/{id}` with an XML body: changes what is given
#[derive(Clone, Debug)]
#[must_use = "an endpoint does nothing until it is sent"]
pub struct Change {
    track: TrackId,
    fields: Vec<(&'static str, String)>,
}

macro_rules! fields {
    ($( $(#[$doc:meta])* $name:ident = $element:literal ),* $(,)?) => {
        $( $(#[$doc])*
        pub fn $name(mut self, value: impl ToString) -> Self {
            self.fields.push(($element, value.to_string()));
            self
        } )*
    };
}

impl Change {
    /// Changes nothing yet.
    pub fn new(track: impl Into<TrackId>) -> Self {
        Self { track: track.into(), fields: Vec::new() }
    }

    fields! {
        /// The title.
        title = "title",
        /// What the owner says about it.
        description = "description",
        /// `public` or `private`.
        sharing = "sharing",
        /// The genre.
        genre = "genre",
        /// The tags as one text.
        tag_list = "tag-list",
        /// Beats per minute.
        bpm = "bpm",
        /// The key.
        key_signature = "key-signature",
        /// What it is: `original`, `remix`, `live`, …
        track_type = "track-type",
        /// The terms.
        license = "license",
        /// `true` or `false`.
        downloadable = "downloadable",
        /// `true` or `false`.
        streamable = "streamable",
        /// Where to buy it.
        purchase_url = "purchase-url",
        /// Where its video is.
        video_url = "video-url",
        /// The name or number of the release.
        release = "release",
        /// The day of the release.
        release_day = "release-day",
        /// The month of the release.
        release_month = "release-month",
        /// The year of the release.
        release_year = "release-year",
        /// The number of the label.
        label_id = "label-id",
    }
}

impl Endpoint for Change {
    type Output = ();
    type ApiError = ApiError;
    const NAME: &'static str = "soundcloud.legacy.tracks.change";
    const METHOD: Method = Method::PUT;
    const REPLAY: Replay = Replay::Idempotent;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        if self.fields.is_empty() {
            return Err(BuildError::value("fields", "are empty: there is nothing to change"));
        }
        request.path("tracks/{id}", &[&self.track])?;
        request.accept(XML);
        request.content_type(XML);
        let mut body = String::from("<track>");
        for (name, value) in &self.fields {
            let _ = write!(body, "<{name}>{}</{name}>", Escaped(value));
        }
        body.push_str("</track>");
        request.body(body);
        Ok(())
    }

    // Whether the answer carries the track is not documented, so nothing is expected of it.
    fn read(response: Response<Bytes>) -> Result<(), DecodeError> {
        crate::read::done(&response)
    }
}
