//! Streams of a track, its preview, and the URLs behind them.
//!
//! ```
//! # use segno_soundcloud::{Client, Error, TrackUrn, streams, streams::StreamKind};
//! # async fn example(client: Client, track: TrackUrn) -> Result<(), Error> {
//! let streams = client.send(&streams::Get::new(track)).await?;
//! if let Some((kind, url)) = streams.choose(StreamKind::BEST) {
//!     // Followed with the token inside the API; what comes back needs none. `Client::stream` does both.
//!     let file = client.send(&streams::Follow::new(url.clone())).await?;
//!     println!("{kind:?} {}", file.expose());
//! }
//! # Ok(())
//! # }
//! ```

use segno_core::decode::{ResponseUrl, from_value, read_json};
use segno_core::http::header::LOCATION;
use segno_core::lenient::PassedOver;
use segno_core::{
    BuildError, Bytes, DecodeError, Endpoint, Method, Replay, RequestWriter, Response, Secret, SecretUrl,
    StatusCode, endpoint,
};
use serde::Deserialize;
use serde_json::Value;

use crate::ApiError;
use crate::ids::TrackUrn;
use crate::read::{Model, OtherMembers, object};

/// The URLs of the streams of a track. Each needs the token and redirects to one that does not, which is valid for some
/// minutes only; [`Client::stream`](crate::Client::stream) does this.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, expecting = "the streams of a track")]
#[non_exhaustive]
pub struct Streams {
    /// AAC, 160 kbit/s, in HLS segments: the best there is.
    pub hls_aac_160_url: Option<SecretUrl>,
    /// AAC, 96 kbit/s, in HLS segments.
    pub hls_aac_96_url: Option<SecretUrl>,
    /// MP3, 128 kbit/s, in HLS segments; announced for removal.
    pub hls_mp3_128_url: Option<SecretUrl>,
    /// MP3, 128 kbit/s, as one file; no longer given.
    pub http_mp3_128_url: Option<SecretUrl>,
    /// Opus, 64 kbit/s, in HLS segments; no longer given.
    pub hls_opus_64_url: Option<SecretUrl>,
    /// A snippet of 30 s, MP3.
    pub preview_mp3_128_url: Option<SecretUrl>,
    /// What could not be read, by its path.
    pub passed_over: PassedOver,
    /// Members that this crate does not know.
    pub other: OtherMembers,
}

impl Model for Streams {
    const EXPECTED: &'static str = "the streams of a track";

    fn other(&mut self) -> &mut OtherMembers {
        &mut self.other
    }
}

/// Codec, bit rate and delivery of a stream: what to choose between where a track has several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StreamKind {
    /// AAC, 160 kbit/s, HLS.
    HlsAac160,
    /// AAC, 96 kbit/s, HLS.
    HlsAac96,
    /// MP3, 128 kbit/s, HLS.
    HlsMp3128,
    /// MP3, 128 kbit/s, one file.
    HttpMp3128,
    /// Opus, 64 kbit/s, HLS.
    HlsOpus64,
    /// A snippet of 30 s, MP3.
    Preview,
}

impl StreamKind {
    /// The best first; a snippet rather than nothing.
    pub const BEST: &'static [Self] =
        &[Self::HlsAac160, Self::HlsAac96, Self::HlsMp3128, Self::HttpMp3128, Self::HlsOpus64, Self::Preview];

    /// Whether it is a playlist of pieces (HTTP Live Streaming) and not one file.
    #[must_use]
    pub const fn is_hls(self) -> bool {
        matches!(self, Self::HlsAac160 | Self::HlsAac96 | Self::HlsMp3128 | Self::HlsOpus64)
    }

    /// The best first, the whole track or nothing.
    pub const WHOLE: &'static [Self] =
        &[Self::HlsAac160, Self::HlsAac96, Self::HlsMp3128, Self::HttpMp3128, Self::HlsOpus64];
}

impl Streams {
    /// The URL of a kind of stream, if there is one.
    #[must_use]
    pub fn url(&self, kind: StreamKind) -> Option<&SecretUrl> {
        match kind {
            StreamKind::HlsAac160 => self.hls_aac_160_url.as_ref(),
            StreamKind::HlsAac96 => self.hls_aac_96_url.as_ref(),
            StreamKind::HlsMp3128 => self.hls_mp3_128_url.as_ref(),
            StreamKind::HttpMp3128 => self.http_mp3_128_url.as_ref(),
            StreamKind::HlsOpus64 => self.hls_opus_64_url.as_ref(),
            StreamKind::Preview => self.preview_mp3_128_url.as_ref(),
        }
    }

    /// The first of these kinds that the track has.
    #[must_use]
    pub fn choose(&self, preference: &[StreamKind]) -> Option<(StreamKind, &SecretUrl)> {
        preference.iter().find_map(|kind| Some((*kind, self.url(*kind)?)))
    }

    /// True if the track has no stream.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.choose(StreamKind::BEST).is_none()
    }
}

endpoint! {
    /// `GET /tracks/{track_urn}/streams`: where the streams of a track are.
    pub struct Get { path track: TrackUrn }
    optional {
        /// Opens a private track that was shared by a link: the `s-…` at its end.
        query secret_token: Secret,
    }
    name: "soundcloud.streams.get",
    method: GET,
    path: "tracks/{track_urn}/streams",
    replay: Safe,
    response: Streams,
    error: ApiError,
    read: object,
}
endpoint! {
    /// `GET /tracks/{track_urn}/preview`: the URL of a snippet.
    pub struct Preview { path track: TrackUrn }
    optional {
        /// Opens a private track that was shared by a link: the `s-…` at its end.
        query secret_token: Secret,
    }
    name: "soundcloud.streams.preview",
    method: GET,
    path: "tracks/{track_urn}/preview",
    replay: Safe,
    write: |_, request| {
        request.keep_redirects();
        Ok(())
    },
    response: SecretUrl,
    error: ApiError,
    accepts: |status| status.is_redirection(),
    read: location,
}
endpoint! {
    /// `GET /tracks/{track_urn}/stream`: the URL of a snippet, by the older operation, which counts as a play (15,000 in
    /// 24 hours for one client id).
    pub struct ProgressiveStream { path track: TrackUrn }
    optional {
        /// Opens a private track that was shared by a link: the `s-…` at its end.
        query secret_token: Secret,
    }
    name: "soundcloud.streams.progressive_stream",
    method: GET,
    path: "tracks/{track_urn}/stream",
    replay: Safe,
    write: |_, request| {
        request.keep_redirects();
        Ok(())
    },
    response: SecretUrl,
    error: ApiError,
    accepts: |status| status.is_redirection(),
    read: location,
}

/// `GET /tracks/{track_urn}/streams/{uuid}/{kind}`: follows a URL from [`Streams`] or a `download_url` by one step, with
/// the token
///
/// The URL is requested on the base URL of the API. One on another host is refused: it needs no token and is final.
#[derive(Clone, Debug)]
#[must_use = "an endpoint does nothing until a client sends it"]
pub struct Follow {
    url: SecretUrl,
}

impl Follow {
    /// A URL on the API.
    pub fn new(url: SecretUrl) -> Self {
        Self { url }
    }
}

impl Endpoint for Follow {
    type Output = SecretUrl;
    type ApiError = ApiError;
    const NAME: &'static str = "soundcloud.streams.follow";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.link("tracks/{track_urn}/streams/{uuid}/{kind}", self.url.clone());
        request.keep_redirects();
        Ok(())
    }

    fn read(response: Response<Bytes>) -> Result<SecretUrl, DecodeError> {
        location(&response)
    }

    fn accepts(status: StatusCode) -> bool {
        status.is_redirection()
    }
}

/// The URL that a response redirects to: in the header, or in the body as the specification has it.
pub(crate) fn location(response: &Response<Bytes>) -> Result<SecretUrl, DecodeError> {
    #[derive(Deserialize)]
    struct Found {
        location: SecretUrl,
    }

    let header = response.headers().get(LOCATION).map(|value| String::from_utf8_lossy(value.as_bytes()));
    let url = header.and_then(|url| from_value(&Value::from(url), ResponseUrl::of(response)).ok());
    match url.or_else(|| read_json(response).ok().map(|Found { location }| location)) {
        Some(url) => Ok(url),
        None => {
            Err(DecodeError::Other("expected a redirect with a URL, found none in header and body".into()))
        }
    }
}
