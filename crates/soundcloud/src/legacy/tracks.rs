//! Tracks in the old API.

use segno_core::{
    BuildError, Bytes, DecodeError, Endpoint, Method, Multipart, Replay, RequestWriter, Response, SecretUrl,
    StatusCode, Timestamp,
};

use super::users::User;
use super::xml::{Thing, document, one};
use super::{TrackId, UserId, XML, number_at_end, reading, setting};
use crate::legacy::Element;
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
    pub state: Option<ProcessingState>,
    /// The genre.
    pub genre: Option<String>,
    /// What it is.
    pub track_type: Option<TrackType>,
    /// The key.
    pub key_signature: Option<String>,
    /// The recording's ISRC.
    pub isrc: Option<String>,
    /// The number of the label.
    pub label_id: Option<u64>,
    /// The name of the label.
    pub label_name: Option<String>,
    /// The name or number of the release.
    pub release: Option<String>,
    /// The year of the release.
    pub release_year: Option<u64>,
    /// The month of the release, 1 to 12.
    pub release_month: Option<u64>,
    /// The day of the release, 1 to 31.
    pub release_day: Option<u64>,
    /// Where to buy it.
    pub purchase_url: Option<String>,
    /// Where its video is.
    pub video_url: Option<String>,
    /// The terms.
    pub license: Option<License>,
    /// The tags as one text; see [`tags`](crate::tags).
    pub tag_list: Option<String>,
    /// The address on the API.
    pub uri: Option<String>,
    /// The address on the site.
    pub permalink_url: Option<String>,
    /// The address of the audio; [`Stream`] asks there. That of a private track may carry a secret.
    pub stream_url: Option<SecretUrl>,
    /// The address of the file as it was uploaded; [`Download`] asks there. That of a private track may carry a secret.
    pub download_url: Option<SecretUrl>,
    /// The format of that file, such as `wav`.
    pub original_format: Option<String>,
    /// The picture of the waveform.
    pub waveform_url: Option<String>,
    /// The picture.
    pub artwork_url: Option<String>,
    /// The owner.
    pub user: Option<User>,
}

crate::read::words!(
    /// What a track is. The set was never closed: the words of two lists are here.
    TrackType {
        /// An original.
        Original = "original",
        /// A remix.
        Remix = "remix",
        /// A cover version.
        Cover = "cover",
        /// Played live.
        Live = "live",
        /// A recording.
        Recording = "recording",
        /// Spoken word.
        Spoken = "spoken",
        /// A podcast.
        Podcast = "podcast",
        /// A demo.
        Demo = "demo",
        /// Not finished.
        InProgress = "in progress",
        /// A stem: one voice of a mix.
        Stem = "stem",
        /// A part of something.
        Part = "part",
        /// A loop.
        Loop = "loop",
        /// A sound effect.
        SoundEffect = "sound effect",
        /// A sample.
        Sample = "sample",
        /// A set of a disc jockey.
        DjSet = "djset",
        /// A mash-up.
        Mashup = "mashup",
        /// Edited again.
        Reedit = "reedit",
    }
);

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
            state: track.words("state").map(|word| ProcessingState::from(word.as_str())),
            genre: track.words("genre"),
            track_type: track.words("track-type").map(|word| TrackType::from(word.as_str())),
            key_signature: track.words("key-signature"),
            isrc: track.words("isrc"),
            label_id: track.number("label-id"),
            label_name: track.words("label-name"),
            release: track.words("release"),
            release_year: track.number("release-year"),
            release_month: track.number("release-month"),
            release_day: track.number("release-day"),
            purchase_url: track.words("purchase-url"),
            video_url: track.words("video-url"),
            license: track.words("license").map(|word| License::from(word.as_str())),
            tag_list: track.words("tag-list"),
            uri,
            permalink_url: track.words("permalink-url"),
            stream_url: track.address("stream-url"),
            download_url: track.address("download-url"),
            original_format: track.words("original-format"),
            waveform_url: track.words("waveform-url"),
            artwork_url: track.words("artwork-url"),
            user: track.child("user").map(User::from),
        }
    }
}

impl Thing for Track {
    const NAME: &'static str = "track";
}

reading!(
    /// `GET /tracks/{id}`
    Get(track: TrackId) -> Track, "soundcloud.legacy.tracks.get", "tracks/{id}", one
);
setting!(
    /// `DELETE /tracks/{id}`
    Delete(track: TrackId), "soundcloud.legacy.tracks.delete", DELETE, "tracks/{id}", "track"
);

/// An address that the service redirects to.
macro_rules! address {
    ($(#[$doc:meta])* $name:ident, $endpoint:literal, $path:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        #[must_use = "an endpoint does nothing until it is sent"]
        pub struct $name(
            /// The track.
            pub TrackId,
        );

        impl Endpoint for $name {
            type Output = SecretUrl;
            type ApiError = ApiError;
            const NAME: &'static str = $endpoint;
            const METHOD: Method = Method::GET;
            const REPLAY: Replay = Replay::Safe;

            fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
                request.accept(XML);
                request.keep_redirects();
                request.path($path, &[&self.0])
            }

            fn read(response: Response<Bytes>) -> Result<SecretUrl, DecodeError> {
                location(&response)
            }

            fn accepts(status: StatusCode) -> bool {
                status.is_redirection()
            }
        }
    };
}

address!(
    /// `GET /tracks/{id}/stream`: gives the address of the audio, which is a key itself and needs no password
    Stream, "soundcloud.legacy.tracks.stream", "tracks/{id}/stream"
);
address!(
    /// `GET /tracks/{id}/download`: gives the address of the file as it was uploaded, which is a key itself
    Download, "soundcloud.legacy.tracks.download", "tracks/{id}/download"
);

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
    const REPLAY: Replay = Replay::Once;

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
        let mut track = one::<Track>(&document(&response)?)?;
        let id = location.as_deref().and_then(number_at_end).map(TrackId).or(track.id);
        let id = id.ok_or_else(|| DecodeError::Other("the answer does not name the track".into()))?;
        track.id = Some(id);
        Ok(Created { id, location, track })
    }
}
