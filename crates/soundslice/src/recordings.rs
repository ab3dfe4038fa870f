//! Recordings of a slice: audio and video, uploaded or linked.
//!
//! ```
//! # use segno_soundslice::{Client, Error, Scorehash, recordings};
//! # async fn example(client: Client, scorehash: Scorehash) -> Result<(), Error> {
//! let video = recordings::Create::youtube(&scorehash, "aB3-dE5_gH7").name("Concert");
//! let video = client.send(&video).await?;
//! for recording in &client.send(&recordings::List::new(&scorehash)).await? {
//!     println!("{} {:?} {:?}", recording.id, recording.name, recording.cropped_duration);
//! }
//! client.send(&recordings::Change::new(video).name("Concert, second half")).await?;
//! client.send(&recordings::Delete::new(video)).await?;
//! # Ok(())
//! # }
//! ```

use segno_core::decode::{from_json, read_json, read_list, read_unit};
use segno_core::lenient::PassedOver;
use segno_core::request::FormPairs;
use segno_core::vocabulary::IntoParameter;
use segno_core::{
    BuildError, Bytes, DecodeError, Endpoint, Method, Replay, RequestWriter, Response, SecretUrl, endpoint,
    lenient,
};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::enums::{RecordingStatus, Source};
use crate::error::ApiError;
use crate::ids::{RecordingId, Scorehash, read_id};
use crate::lists::joined;
use crate::notation::read_upload_url;
use crate::slices::at_most;

/// The maximum length of the name of a recording, in characters.
pub const MAX_NAME: usize = 100;

/// A recording as the service describes it. What of it cannot be read is `None` or empty, and in `passed_over`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Recording {
    /// Its identifier, for [`Change`], [`Delete`] and [`syncpoints`](crate::syncpoints).
    pub id: RecordingId,
    /// Its name, as the player shows it.
    #[serde(default)]
    pub name: String,
    /// The playable seconds, crops taken into account; `None` while there is no duration.
    pub cropped_duration: Option<f64>,
    /// The kind of media: uploaded, or linked and from where.
    pub source: Option<Source>,
    /// The video's identifier or the media's URL; empty for uploads.
    #[serde(default)]
    pub source_data: String,
    /// The URL of the HLS playlist of a linked video; empty without one.
    #[serde(default)]
    pub hls_url: String,
    /// How many syncpoints it has, where the service sends it.
    pub syncpoint_count: Option<u32>,
    /// Whether it can be played yet, where the service sends it.
    pub status: Option<RecordingStatus>,
    /// Members that could not be read.
    #[serde(default)]
    pub passed_over: PassedOver,
}

/// What a new recording plays, with what its source needs.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Media {
    Linked { source: Source, source_data: String },
    Video { progressive: Option<String>, hls: Option<String> },
    Upload(Source),
}

/// `POST /slices/{scorehash}/recordings/`: adds a recording. The newest becomes the default one.
///
/// Not repeated when the response is lost: it would add another.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "an endpoint does nothing until a client sends it"]
pub struct Create {
    scorehash: Scorehash,
    media: Media,
    name: Option<String>,
}

impl Create {
    /// A YouTube video, by its URL or identifier.
    pub fn youtube(scorehash: impl IntoParameter<Scorehash>, video: impl Into<String>) -> Self {
        Self::linked(scorehash, Source::YouTube, video)
    }

    /// A Vimeo video, by its identifier.
    pub fn vimeo(scorehash: impl IntoParameter<Scorehash>, video: impl Into<String>) -> Self {
        Self::linked(scorehash, Source::Vimeo, video)
    }

    /// A Wistia video, by its identifier.
    pub fn wistia(scorehash: impl IntoParameter<Scorehash>, video: impl Into<String>) -> Self {
        Self::linked(scorehash, Source::Wistia, video)
    }

    /// An MP3 file at a URL.
    pub fn mp3_url(scorehash: impl IntoParameter<Scorehash>, url: impl Into<String>) -> Self {
        Self::linked(scorehash, Source::Mp3Url, url)
    }

    /// A video file at a URL.
    pub fn video_url(scorehash: impl IntoParameter<Scorehash>, url: impl Into<String>) -> Self {
        Self::of(scorehash, Media::Video { progressive: Some(url.into()), hls: None })
    }

    /// A video as an HLS playlist at a URL.
    pub fn hls(scorehash: impl IntoParameter<Scorehash>, playlist: impl Into<String>) -> Self {
        Self::of(scorehash, Media::Video { progressive: None, hls: Some(playlist.into()) })
    }

    /// A video both as an HLS playlist, for players that can, and as a file for the others.
    pub fn video_url_and_hls(
        scorehash: impl IntoParameter<Scorehash>,
        url: impl Into<String>,
        playlist: impl Into<String>,
    ) -> Self {
        Self::of(scorehash, Media::Video { progressive: Some(url.into()), hls: Some(playlist.into()) })
    }

    /// An MP3 that is uploaded next, with [`StartUpload`].
    pub fn mp3_upload(scorehash: impl IntoParameter<Scorehash>) -> Self {
        Self::of(scorehash, Media::Upload(Source::Mp3Upload))
    }

    /// A video that is uploaded next, with [`StartUpload`].
    pub fn video_upload(scorehash: impl IntoParameter<Scorehash>) -> Self {
        Self::of(scorehash, Media::Upload(Source::VideoUpload))
    }

    /// A source that this crate does not know yet.
    pub fn linked(
        scorehash: impl IntoParameter<Scorehash>,
        source: Source,
        source_data: impl Into<String>,
    ) -> Self {
        Self::of(scorehash, Media::Linked { source, source_data: source_data.into() })
    }

    fn of(scorehash: impl IntoParameter<Scorehash>, media: Media) -> Self {
        Self { scorehash: scorehash.into_parameter(), media, name: None }
    }

    /// A name of at most 100 characters; the service's default is `Audio` or `Video`.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }
}

impl Endpoint for Create {
    type Output = RecordingId;
    type ApiError = ApiError;
    const NAME: &'static str = "soundslice.recordings.create";
    const METHOD: Method = Method::POST;
    const REPLAY: Replay = Replay::Unsafe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("slices/{scorehash}/recordings/", &[&self.scorehash])?;
        at_most("name", self.name.as_deref(), MAX_NAME)?;
        let mut form = FormPairs::new();
        match &self.media {
            Media::Upload(source) => form.push("source", source),
            Media::Linked { source, source_data } => {
                form.push("source", source);
                form.push("source_data", filled("source_data", source_data)?);
            }
            Media::Video { progressive, hls } => {
                form.push("source", Source::VideoUrl);
                form.push_some(
                    "source_data",
                    progressive.as_deref().map(|url| filled("source_data", url)).transpose()?,
                );
                form.push_some("hls_url", hls.as_deref().map(|url| filled("hls_url", url)).transpose()?);
            }
        }
        form.push_some("name", self.name.as_deref());
        request.form(form);
        Ok(())
    }

    fn read(response: Response<Bytes>) -> Result<RecordingId, DecodeError> {
        read_id(&response)
    }
}

/// A linked source without anything to link earns a 422.
fn filled<'a>(field: &'static str, text: &'a str) -> Result<&'a str, BuildError> {
    if text.is_empty() {
        Err(BuildError::value(field, "must not be empty for this source"))
    } else {
        Ok(text)
    }
}

endpoint! {
    /// `GET /slices/{scorehash}/recordings/`: the recordings of a slice in their order; the last is the default one.
    pub struct List { path scorehash: Scorehash }
    name: "soundslice.recordings.list",
    method: GET,
    path: "slices/{scorehash}/recordings/",
    replay: Safe,
    response: lenient::List<Recording>,
    error: ApiError,
    read: read_list,
}

endpoint! {
    /// `POST /slices/{scorehash}/recordings/order/`: puts the recordings of a slice in order. Every recording of the slice must be
    /// named, once; the first is top-most on the page, the last becomes the default one.
    pub struct Reorder { path scorehash: Scorehash, form order: Vec<RecordingId> = "order" via joined }
    name: "soundslice.recordings.reorder",
    method: POST,
    path: "slices/{scorehash}/recordings/order/",
    replay: Idempotent,
    write: |this, _| {
        let mut sorted = this.order.clone();
        sorted.sort_unstable();
        if let Some(pair) = sorted.windows(2).find(|pair| pair[0] == pair[1]) {
            let message = format!("must name every recording once, found {} twice", pair[0]);
            return Err(BuildError::value("order", message));
        }
        if sorted.is_empty() {
            return Err(BuildError::value("order", "must name every recording of the slice, found none"));
        }
        Ok(())
    },
    response: (),
    error: ApiError,
    // An empty object is the documented response.
    read: |response| read_unit(response, |body| {
        from_json::<Map<String, Value>>(body).is_ok_and(|object| object.is_empty())
    }),
}

endpoint! {
    /// `POST /recordings/{recording}/`: changes a recording. What is not set stays as it is; an empty text clears.
    #[derive(PartialEq)]
    pub struct Change { path recording: RecordingId }
    optional {
        /// Another name, of at most 100 characters.
        form name: String,
        /// Another URL; for linked videos and linked MP3 files. Empty clears it.
        form source_data: String,
        /// Another HLS playlist; for linked videos. Empty clears it.
        form hls_url: String,
    }
    name: "soundslice.recordings.change",
    method: POST,
    path: "recordings/{recording}/",
    replay: Idempotent,
    write: |this, _| at_most("name", this.name.as_deref(), MAX_NAME),
    response: Changed,
    error: ApiError,
    read: read_json,
}

/// A recording after a change.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Changed {
    /// Its identifier, for [`Change`], [`Delete`] and [`syncpoints`](crate::syncpoints).
    pub id: RecordingId,
    /// Its name, as the player shows it.
    #[serde(default)]
    pub name: String,
    /// The video's identifier or the media's URL; empty for uploads.
    #[serde(default)]
    pub source_data: String,
    /// The URL of the HLS playlist; empty without one.
    #[serde(default)]
    pub hls_url: String,
    /// Members that could not be read.
    #[serde(default)]
    pub passed_over: PassedOver,
}

endpoint! {
    /// `DELETE /recordings/{recording}/`: deletes a recording with its syncpoints and its uploaded media. The response is the name
    /// that it had.
    ///
    /// Repeated when the response is lost; the second response is then a 403, because the recording is gone.
    pub struct Delete { path recording: RecordingId }
    name: "soundslice.recordings.delete",
    method: DELETE,
    path: "recordings/{recording}/",
    replay: Idempotent,
    response: String,
    error: ApiError,
    read: |response| {
        #[derive(Deserialize)]
        struct Wire {
            name: String,
        }

        Ok(read_json::<Wire>(response)?.name)
    },
}

endpoint! {
    /// `POST /recordings/{recording}/media/`: requests a URL, which works for a few minutes, to which the media file is then PUT.
    /// Only for recordings that are uploads.
    ///
    /// [`Client::upload_media`](crate::Client::upload_media) does both steps.
    pub struct StartUpload { path recording: RecordingId }
    name: "soundslice.recordings.start_upload",
    method: POST,
    path: "recordings/{recording}/media/",
    replay: Idempotent,
    response: SecretUrl,
    error: ApiError,
    read: read_upload_url,
}
