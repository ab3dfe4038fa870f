//! Tracks in the old API.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use segno_soundcloud::legacy::tracks::{Change, Filter, List, Order};
//! use segno_soundcloud::legacy::{Client, TrackId, tracks};
//!
//! let client = Client::new("http://127.0.0.1:8404/", "joey", "hairspray")?;
//! let slow = List::new().q("minuet").filter(Filter::Streamable).order(Order::CreatedAt).bpm(60, 90);
//! for track in client.send(&slow).await?.iter() {
//!     println!("{}: {:?} ms", track.title, track.duration);
//!     if let Some(id) = track.id {
//!         let url = client.send(&tracks::Stream::new(id)).await?; // a secret that expires
//!         println!("{}", url.expose());
//!     }
//! }
//! client.send(&Change::new(TrackId::new(1056)).tags(["piano", "minuet"])).await?;
//! # Ok(())
//! # }
//! ```

use segno_core::http::header::LOCATION;
use segno_core::request::Multipart;
use segno_core::{
    BuildError, Bytes, DecodeError, RequestWriter, Response, SecretUrl, Timestamp, endpoint, open_enum,
};

use super::users::User;
use super::xml::{XmlRecord, done, one};
use super::{Element, TrackId, UserId, XML, accept_xml, number_at_end, numbers};
use crate::read::SiteUrl;
use crate::streams::location;
use crate::tracks::{Asset, ProcessingState};
use crate::{ApiError, License, Sharing};

mod change;
mod list;

pub use change::Change;
pub use list::{Filter, List, Order};

/// A track as the old API describes one.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Track {
    /// The number by which it is called: that in `uri`, if there is one, because the two were seen to differ.
    pub id: Option<TrackId>,
    /// The number that `<id>` states.
    pub stated_id: Option<TrackId>,
    /// The number of the owner.
    pub user_id: Option<UserId>,
    /// The title as the owner wrote it; empty if the response has none.
    pub title: String,
    /// The last part of the URL on the site.
    pub permalink: Option<String>,
    /// The description; may be long.
    pub description: Option<String>,
    /// Whether everybody sees it or only who has its secret link.
    pub sharing: Option<Sharing>,
    /// The tempo in beats per minute.
    pub bpm: Option<f64>,
    /// How many comments there are.
    pub comments_count: Option<u64>,
    /// When it was uploaded.
    pub created_at: Option<Timestamp>,
    /// Whether it can be downloaded.
    pub downloadable: Option<bool>,
    /// Whether it can be played.
    pub streamable: Option<bool>,
    /// The length in milliseconds.
    pub duration: Option<u64>,
    /// How far processing is.
    pub state: Option<ProcessingState>,
    /// The genre; may be empty.
    pub genre: Option<String>,
    /// The kind of track.
    pub track_type: Option<TrackType>,
    /// The musical key, in the owner's own words.
    pub key_signature: Option<String>,
    /// The ISRC of the recording.
    pub isrc: Option<String>,
    /// The number of the label.
    pub label_id: Option<u64>,
    /// The record label that publishes it, as a text.
    pub label_name: Option<String>,
    /// The name or number of the release.
    pub release: Option<String>,
    /// The year of the release, such as 2024.
    pub release_year: Option<u64>,
    /// The month of the release, 1 to 12.
    pub release_month: Option<u64>,
    /// The day of the release, 1 to 31.
    pub release_day: Option<u64>,
    /// The URL of a shop.
    pub purchase_url: Option<String>,
    /// The URL of a video that belongs to the track, on any site.
    pub video_url: Option<String>,
    /// Under which licence it is published.
    pub license: Option<License>,
    /// The tags as one text; see [`tags`](crate::tags).
    pub tag_list: Option<String>,
    /// The URL on the API.
    pub uri: Option<String>,
    /// The URL on the site.
    pub permalink_url: Option<SiteUrl>,
    /// The URL of the audio; [`Stream`] asks there. That of a private track may carry a secret.
    pub stream_url: Option<SecretUrl>,
    /// The URL of the file as it was uploaded; [`Download`] asks there. That of a private track may carry a secret.
    pub download_url: Option<SecretUrl>,
    /// The format of that file, such as `wav`.
    pub original_format: Option<String>,
    /// The URL of a picture of the waveform.
    pub waveform_url: Option<String>,
    /// The URL of the cover picture.
    pub artwork_url: Option<String>,
    /// The owner, in short.
    pub user: Option<User>,
}

open_enum! {
    /// The kind of a track. The set was never closed: the values of two lists are here.
    pub enum TrackType: text {
        /// A piece of one's own.
        Original = "original",
        /// A remix of another track.
        Remix = "remix",
        /// A cover version of somebody else's song.
        Cover = "cover",
        /// Recorded at a concert.
        Live = "live",
        /// A recording of sounds, such as a field recording.
        Recording = "recording",
        /// Spoken word, such as a reading.
        Spoken = "spoken",
        /// An episode of a podcast.
        Podcast = "podcast",
        /// A demonstration that is to be recorded anew.
        Demo = "demo",
        /// Work that is not finished.
        InProgress = "in progress",
        /// A stem: one voice of a mix.
        Stem = "stem",
        /// A part of something.
        Part = "part",
        /// A short piece that is made to be repeated.
        Loop = "loop",
        /// A single sound, for films and games.
        SoundEffect = "sound effect",
        /// A short sound to build music of.
        Sample = "sample",
        /// A set of a disc jockey.
        DjSet = "djset",
        /// Several tracks mixed to one.
        Mashup = "mashup",
        /// Another cut of a track.
        Reedit = "reedit",
    }
}

impl From<&Element> for Track {
    fn from(track: &Element) -> Self {
        let (id, stated) = numbers(track);
        Self {
            id: id.map(TrackId::new),
            stated_id: stated.map(TrackId::new),
            user_id: track.number("user-id").map(UserId::new),
            title: track.child_text("title").unwrap_or_default(),
            permalink: track.child_text("permalink"),
            description: track.child_text("description"),
            sharing: track.child_text("sharing").map(|text| text.as_str().into()),
            bpm: track.float("bpm"),
            comments_count: track.number("comments-count"),
            created_at: track.timestamp("created-at"),
            downloadable: track.truth("downloadable"),
            streamable: track.truth("streamable"),
            duration: track.number("duration"),
            state: track.child_text("state").map(|text| text.as_str().into()),
            genre: track.child_text("genre"),
            track_type: track.child_text("track-type").map(|text| text.as_str().into()),
            key_signature: track.child_text("key-signature"),
            isrc: track.child_text("isrc"),
            label_id: track.number("label-id"),
            label_name: track.child_text("label-name"),
            release: track.child_text("release"),
            release_year: track.number("release-year"),
            release_month: track.number("release-month"),
            release_day: track.number("release-day"),
            purchase_url: track.child_text("purchase-url"),
            video_url: track.child_text("video-url"),
            license: track.child_text("license").map(|text| text.as_str().into()),
            tag_list: track.child_text("tag-list"),
            uri: track.child_text("uri"),
            permalink_url: track.child_text("permalink-url").map(SiteUrl::from),
            stream_url: track.url("stream-url"),
            download_url: track.url("download-url"),
            original_format: track.child_text("original-format"),
            waveform_url: track.child_text("waveform-url"),
            artwork_url: track.child_text("artwork-url"),
            user: track.child("user").map(User::from),
        }
    }
}

impl XmlRecord for Track {
    const NAME: &'static str = "track";
}

endpoint! {
    /// `GET /tracks/{id}`: one track.
    pub struct Get { path track: TrackId }
    name: "soundcloud.legacy.tracks.get",
    method: GET,
    path: "tracks/{id}",
    replay: Safe,
    write: accept_xml,
    response: Track,
    error: ApiError,
    read: one,
}
endpoint! {
    /// `DELETE /tracks/{id}`: deletes a track.
    pub struct Delete { path track: TrackId }
    name: "soundcloud.legacy.tracks.delete",
    method: DELETE,
    path: "tracks/{id}",
    replay: Idempotent,
    write: accept_xml,
    response: (),
    error: ApiError,
    read: |response| done(response, "track"),
}
endpoint! {
    /// `GET /tracks/{id}/stream`: the URL of the audio, which is a key itself and needs no password.
    pub struct Stream { path track: TrackId }
    name: "soundcloud.legacy.tracks.stream",
    method: GET,
    path: "tracks/{id}/stream",
    replay: Safe,
    write: |_, request| {
        request.accept(XML);
        request.keep_redirects();
        Ok(())
    },
    response: SecretUrl,
    error: ApiError,
    accepts: |status| status.is_redirection(),
    read: location,
}
endpoint! {
    /// `GET /tracks/{id}/download`: the URL of the file as it was uploaded, which is a key itself.
    pub struct Download { path track: TrackId }
    name: "soundcloud.legacy.tracks.download",
    method: GET,
    path: "tracks/{id}/download",
    replay: Safe,
    write: |_, request| {
        request.accept(XML);
        request.keep_redirects();
        Ok(())
    },
    response: SecretUrl,
    error: ApiError,
    accepts: |status| status.is_redirection(),
    read: location,
}
endpoint! {
    /// `POST /tracks`: uploads a track with a title and its audio.
    pub struct Upload { field title: String, field asset: Asset }
    optional {
        /// A description, as plain text.
        field description: String,
        /// Who sees it; the service's default is everybody.
        field sharing: Sharing,
    }
    name: "soundcloud.legacy.tracks.upload",
    method: POST,
    path: "tracks",
    replay: Once,
    write: Self::write_form,
    response: Created,
    error: ApiError,
    read: created,
}

impl Upload {
    fn write_form(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        if self.title.trim().is_empty() {
            return Err(BuildError::value("track[title]", "must not be empty"));
        }
        if self.asset.is_empty() {
            return Err(BuildError::value("track[asset_data]", "must not be empty: there is no audio in it"));
        }
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
}

/// A track that was uploaded.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Created {
    /// The number by which it is called: that of `location`, else that of the `<uri>`, else the `<id>`. What the `<id>` states
    /// is in `track.stated_id`.
    pub id: TrackId,
    /// Its URL on the API.
    pub location: Option<String>,
    /// What the response says of it.
    pub track: Track,
}

fn created(response: &Response<Bytes>) -> Result<Created, DecodeError> {
    let location = response.headers().get(LOCATION);
    let location = location.and_then(|value| value.to_str().ok()).map(str::to_owned);
    let mut track: Track = one(response)?;
    track.id = location.as_deref().and_then(number_at_end).map(TrackId::new).or(track.id);
    let id = track
        .id
        .ok_or_else(|| DecodeError::Other("expected a track with its number, found one without".into()))?;
    Ok(Created { id, location, track })
}
