//! Tracks: search, reading, changing, deleting, lists of them.

use segno_core::{Secret, SecretUrl, Timestamp, endpoint, open_enum};

use segno_core::lenient::{self, PassedOver};
use serde::{Deserialize, Deserializer};

use crate::ApiError;
use crate::ids::{TrackUrn, UserUrn, joined};
use crate::list::list;
use crate::read::{Model, OtherMembers, SiteUrl, identify, object, timestamp, undocumented};
use crate::users::User;
use crate::values::{AccessLevel, EmbeddableBy, License, Sharing, date_time};

mod artwork;
mod change;
mod fields;
mod format;
mod length;
mod upload;

pub use artwork::{Artwork, ArtworkError};
pub use change::Change;
pub use fields::TrackFields;
pub use format::Format;
pub use upload::{Asset, Upload};

/// A track.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, expecting = "a track", remote = "Self")]
#[non_exhaustive]
pub struct Track {
    /// The name, `soundcloud:tracks:N`.
    pub urn: Option<TrackUrn>,
    /// The number alone.
    pub id: Option<u64>,
    /// `track`.
    pub kind: Option<String>,
    /// The title.
    pub title: Option<String>,
    /// The picture.
    pub artwork_url: Option<String>,
    /// Beats per minute.
    pub bpm: Option<f64>,
    /// How many comments there are; hidden in quiet mode.
    pub comment_count: Option<u64>,
    /// Whether comments are taken.
    pub commentable: Option<bool>,
    /// When it was uploaded.
    #[serde(deserialize_with = "timestamp")]
    pub created_at: Option<Timestamp>,
    /// What the owner says about it.
    pub description: Option<String>,
    /// How often it was downloaded.
    pub download_count: Option<u64>,
    /// Whether it can be downloaded.
    pub downloadable: Option<bool>,
    /// Its length in milliseconds; 0 while it is processed.
    pub duration: Option<u64>,
    /// Who may put a player on a page.
    pub embeddable_by: Option<EmbeddableBy>,
    /// How many like it; hidden in quiet mode.
    pub favoritings_count: Option<u64>,
    /// The genre.
    pub genre: Option<String>,
    /// The recording's ISRC.
    pub isrc: Option<String>,
    /// The key.
    pub key_signature: Option<String>,
    /// The name of the label.
    pub label_name: Option<String>,
    /// The terms.
    pub license: Option<License>,
    /// The artist, where that is not the uploader.
    pub metadata_artist: Option<String>,
    /// The address on the site.
    pub permalink_url: Option<SiteUrl>,
    /// How often it was played; hidden in quiet mode.
    pub playback_count: Option<u64>,
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
    /// The old address of a snippet; [`streams::Get`](crate::streams::Get) knows the whole track.
    pub stream_url: Option<SecretUrl>,
    /// Whether it can be heard at all.
    pub streamable: Option<bool>,
    /// The tags as one text; see [`tags`](crate::tags).
    pub tag_list: Option<String>,
    /// The address on the API.
    pub uri: Option<String>,
    /// Who uploaded it, often in short.
    pub user: Option<User>,
    /// Whether the caller likes it; true to life only in searches and when it is read alone.
    pub user_favorite: Option<bool>,
    /// How often the caller played it.
    pub user_playback_count: Option<u64>,
    /// The picture of the waveform.
    pub waveform_url: Option<String>,
    /// What the caller may do with it.
    pub access: Option<AccessLevel>,
    /// In which countries it can be heard: a text, a list, or absent; the documents do not agree.
    pub available_country_codes: Option<serde_json::Value>,
    /// Where it can be downloaded.
    pub download_url: Option<SecretUrl>,
    /// How often it was reposted.
    pub reposts_count: Option<u64>,
    /// Whether counts are shown; false is quiet mode.
    pub reveal_stats: Option<bool>,
    /// Whether comments are shown; false is quiet mode.
    pub reveal_comments: Option<bool>,
    /// The address on the API that opens a private track to everybody who has it.
    pub secret_uri: Option<SecretUrl>,
    /// The token in that address, in older answers.
    #[serde(deserialize_with = "lenient::filled")]
    pub secret_token: Option<Secret>,
    /// The number of the uploader alone, in older answers.
    pub user_id: Option<u64>,
    /// How far processing is, in older answers.
    pub state: Option<ProcessingState>,
    /// The size of the file as it was uploaded, in bytes, in older responses.
    pub original_content_size: Option<u64>,
    /// What could not be read, by its path.
    pub passed_over: PassedOver,
    /// Members that this crate does not know.
    pub other: OtherMembers,
}

impl<'de> Deserialize<'de> for Track {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut track = Self::deserialize(deserializer)?;
        identify(&mut track.urn, &mut track.id, track.uri.as_deref(), TrackUrn::new, TrackUrn::number);
        Ok(track)
    }
}

impl Model for Track {
    const EXPECTED: &'static str = "a track";

    fn other(&mut self) -> &mut OtherMembers {
        &mut self.other
    }

    fn number(&self) -> Option<u64> {
        self.urn.map(TrackUrn::number)
    }
}

impl Track {
    /// Whether it belongs to a person; `None` if the answer does not say whose it is. The service's caches have given
    /// out other people's tracks as one's own.
    #[must_use]
    pub fn belongs_to(&self, person: UserUrn) -> Option<bool> {
        let owner = self.user.as_ref().and_then(|user| user.urn).or(self.user_id.map(UserUrn::new));
        owner.map(|owner| owner == person)
    }
}

open_enum! {
    /// How far processing is, where the service tells.
    pub enum ProcessingState: text {
        /// It goes on.
        Processing = "processing",
        /// It failed.
        Failed = "failed",
        /// It is done.
        Finished = "finished",
    }
}

list! {
    /// `GET /tracks`: search. Several filters find what passes all of them.
    pub struct Search {}
    name: "soundcloud.tracks.search",
    method: GET,
    path: "tracks",
    replay: Safe,
    query: [q, access, limit, offset],
    access: LISTENABLE,
    response: Listing<Track>,
    paged_by: Offset,
}

impl Search {
    /// Only these tracks.
    pub fn urns(mut self, urns: &[TrackUrn]) -> Self {
        self.paging.set("urns", joined(urns));
        self
    }

    /// Only tracks of these genres.
    pub fn genres(mut self, genres: &[&str]) -> Self {
        self.paging.set("genres", genres.join(","));
        self
    }

    /// Only tracks with these tags. In practice the service finds popular tracks only.
    pub fn tags(mut self, tags: &[&str]) -> Self {
        self.paging.set("tags", tags.join(","));
        self
    }

    /// Only tracks of a tempo in beats per minute, both ends included. Tracks without a known tempo are not found.
    pub fn bpm(mut self, from: impl Into<Option<u32>>, to: impl Into<Option<u32>>) -> Self {
        self.paging.range(["bpm[from]", "bpm[to]"], [from.into(), to.into()]);
        self
    }

    /// Only tracks of a length in milliseconds, both ends included.
    pub fn duration(mut self, from: impl Into<Option<u64>>, to: impl Into<Option<u64>>) -> Self {
        self.paging.range(["duration[from]", "duration[to]"], [from.into(), to.into()]);
        self
    }

    /// Only tracks that were uploaded between two dates, both included.
    pub fn created_at(
        mut self,
        from: impl Into<Option<Timestamp>>,
        to: impl Into<Option<Timestamp>>,
    ) -> Self {
        let ends = [from.into().map(date_time), to.into().map(date_time)];
        self.paging.range(["created_at[from]", "created_at[to]"], ends);
        self
    }
}

endpoint! {
    /// `GET /tracks/{track_urn}`: a track, a blocked one too.
    pub struct Get { path track: TrackUrn }
    optional {
        /// Opens a private track that was shared by a link: the `s-…` at its end.
        query secret_token: Secret,
    }
    name: "soundcloud.tracks.get",
    method: GET,
    path: "tracks/{track_urn}",
    replay: Safe,
    response: Track,
    error: ApiError,
    read: object,
}
endpoint! {
    /// `DELETE /tracks/{track_urn}`
    pub struct Delete { path track: TrackUrn }
    name: "soundcloud.tracks.delete",
    method: DELETE,
    path: "tracks/{track_urn}",
    replay: Idempotent,
    response: (),
    error: ApiError,
    read: undocumented,
}

list! {
    /// `GET /tracks/{track_urn}/related`
    pub struct Related { path track: TrackUrn }
    name: "soundcloud.tracks.related",
    method: GET,
    path: "tracks/{track_urn}/related",
    replay: Safe,
    query: [access, limit, offset],
    access: LISTENABLE,
    response: Listing<Track>,
    paged_by: Offset,
}

list! {
    /// `GET /users/{user_urn}/tracks`
    pub struct OfUser { path user: UserUrn }
    name: "soundcloud.tracks.of_user",
    method: GET,
    path: "users/{user_urn}/tracks",
    replay: Safe,
    query: [access, limit, sort],
    access: LISTENABLE,
    response: Listing<Track>,
    paged_by: Cursor,
}

list! {
    /// `GET /me/tracks`: one's own tracks, private ones too
    pub struct Mine {}
    name: "soundcloud.tracks.mine",
    method: GET,
    path: "me/tracks",
    replay: Safe,
    query: [limit, sort],
    response: Listing<Track>,
    paged_by: Cursor,
}
