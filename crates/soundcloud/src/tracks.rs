//! Tracks: search, reading, changing, deleting, lists of them.
//!
//! ```
//! # use segno_soundcloud::{Client, Error, Access, tracks, tracks::TrackFields};
//! # async fn example(client: Client) -> Result<(), Error> {
//! let mut found = client.pages(tracks::Search::new().q("minuet").access(Access::ALL)).items();
//! while let Some(track) = found.next().await {
//!     println!("{:?}", track?.title);
//! }
//! for track in client.send(&tracks::Mine::new()).await?.items {
//!     if let Some(urn) = track.urn {
//!         client.send(&tracks::Change::new(urn, TrackFields::new().genre("Baroque"))).await?;
//!     }
//! }
//! # Ok(())
//! # }
//! ```

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

/// A track. In other objects often in short.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, expecting = "a track", remote = "Self")]
#[non_exhaustive]
pub struct Track {
    /// The URN, `soundcloud:tracks:N`; made of `id` or `uri` where an older response has none.
    pub urn: Option<TrackUrn>,
    /// The number in the URN, which is all that older responses have.
    pub id: Option<u64>,
    /// What the object is: `track`.
    pub kind: Option<String>,
    /// The title as the uploader wrote it.
    pub title: Option<String>,
    /// The URL of the cover picture, a JPEG; may be empty.
    pub artwork_url: Option<String>,
    /// The tempo in beats per minute.
    pub bpm: Option<f64>,
    /// How many comments there are; hidden in quiet mode.
    pub comment_count: Option<u64>,
    /// Whether comments are allowed.
    pub commentable: Option<bool>,
    /// When it was uploaded.
    #[serde(deserialize_with = "timestamp")]
    pub created_at: Option<Timestamp>,
    /// The description; may be long.
    pub description: Option<String>,
    /// How often it was downloaded.
    pub download_count: Option<u64>,
    /// Whether it can be downloaded.
    pub downloadable: Option<bool>,
    /// The length in milliseconds; 0 while a track is processed.
    pub duration: Option<u64>,
    /// Who may embed the player.
    pub embeddable_by: Option<EmbeddableBy>,
    /// How many users like it; hidden in quiet mode.
    pub favoritings_count: Option<u64>,
    /// The genre; may be empty.
    pub genre: Option<String>,
    /// The ISRC of the recording.
    pub isrc: Option<String>,
    /// The musical key, in the uploader's own words.
    pub key_signature: Option<String>,
    /// The record label that publishes it, as a text.
    pub label_name: Option<String>,
    /// Under which licence it is published.
    pub license: Option<License>,
    /// The artist, where that is not the uploader.
    pub metadata_artist: Option<String>,
    /// The URL on the site.
    pub permalink_url: Option<SiteUrl>,
    /// How often it was played; hidden in quiet mode.
    pub playback_count: Option<u64>,
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
    /// The older URL of a snippet; [`streams::Get`](crate::streams::Get) knows the whole track.
    pub stream_url: Option<SecretUrl>,
    /// Whether it can be played at all.
    pub streamable: Option<bool>,
    /// The tags as one text; see [`tags`](crate::tags).
    pub tag_list: Option<String>,
    /// The URL on the API.
    pub uri: Option<String>,
    /// The uploader, often in short.
    pub user: Option<User>,
    /// Whether the caller likes it; meaningful only in searches and when the track is read alone.
    pub user_favorite: Option<bool>,
    /// How often the caller played it.
    pub user_playback_count: Option<u64>,
    /// The URL of a picture of the waveform.
    pub waveform_url: Option<String>,
    /// How much of it the caller can play.
    pub access: Option<AccessLevel>,
    /// The countries in which it can be played: a text, a list, or absent; the documents do not agree.
    pub available_country_codes: Option<serde_json::Value>,
    /// Where the original file can be fetched, if its owner lets others download it.
    pub download_url: Option<SecretUrl>,
    /// How many reposts there are.
    pub reposts_count: Option<u64>,
    /// Whether counts are shown; false is quiet mode.
    pub reveal_stats: Option<bool>,
    /// Whether comments are shown; false is quiet mode.
    pub reveal_comments: Option<bool>,
    /// The URL on the API that opens a private track to whoever has it.
    pub secret_uri: Option<SecretUrl>,
    /// The token in that URL, in older responses.
    #[serde(deserialize_with = "lenient::filled")]
    pub secret_token: Option<Secret>,
    /// The number of the uploader, in older responses.
    pub user_id: Option<u64>,
    /// How far processing is, in older responses.
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
    /// Whether it belongs to a user; `None` if the response does not tell. The service's caches have returned other users'
    /// tracks as one's own.
    #[must_use]
    pub fn belongs_to(&self, user: UserUrn) -> Option<bool> {
        let owner = self.user.as_ref().and_then(|user| user.urn).or(self.user_id.map(UserUrn::new));
        owner.map(|owner| owner == user)
    }
}

open_enum! {
    /// How far processing is, where the service tells.
    pub enum ProcessingState: text {
        /// The service still converts it; it has no streams yet.
        Processing = "processing",
        /// The audio could not be processed.
        Failed = "failed",
        /// It is converted and has streams.
        Finished = "finished",
    }
}

list! {
    /// `GET /tracks`: searches tracks; those that pass every filter are found.
    pub struct Search {}
    name: "soundcloud.tracks.search",
    method: GET, path: "tracks", replay: Safe,
    query: [q, access, limit, offset], access: LISTENABLE, paged_by: Offset,
    response: Listing<Track>,
}

impl Search {
    /// Only tracks with one of these URNs.
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
    /// `DELETE /tracks/{track_urn}`: deletes a track.
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
    /// `GET /tracks/{track_urn}/related`: tracks like this one.
    pub struct Related { path track: TrackUrn }
    name: "soundcloud.tracks.related",
    method: GET, path: "tracks/{track_urn}/related", replay: Safe,
    query: [access, limit, offset], access: LISTENABLE, paged_by: Offset,
    response: Listing<Track>,
}

list! {
    /// `GET /users/{user_urn}/tracks`: a user's tracks.
    pub struct OfUser { path user: UserUrn }
    name: "soundcloud.tracks.of_user",
    method: GET, path: "users/{user_urn}/tracks", replay: Safe,
    query: [access, limit, sort], access: LISTENABLE, paged_by: Cursor,
    response: Listing<Track>,
}

list! {
    /// `GET /me/tracks`: one's own tracks, private ones too
    pub struct Mine {}
    name: "soundcloud.tracks.mine",
    method: GET, path: "me/tracks", replay: Safe,
    query: [limit, sort], paged_by: Cursor,
    response: Listing<Track>,
}
