//! Recordings of a slice: audio and video, uploaded or linked.

use segno_core::lenient::PassedOver;
use segno_core::{
    BuildError, Bytes, DecodeError, Endpoint, FormPairs, Method, Replay, RequestWriter, Response, SecretUrl,
    from_json, lenient, read_json, read_list, read_unit,
};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::enums::{RecordingStatus, Source};
use crate::error::ApiError;
use crate::ids::{RecordingId, Scorehash, read_id};
use crate::notation::upload_url;
use crate::slices::at_most;

/// The most characters that the name of a recording may have.
pub const NAME_LIMIT: usize = 100;

/// A recording as the service describes it. What of it cannot be read is `None` or empty, and in `passed_over`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Recording {
    /// Its identifier.
    pub id: RecordingId,
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// The playable seconds, crops taken into account; `None` while there is no duration.
    pub cropped_duration: Option<f64>,
    /// Where it comes from.
    pub source: Option<Source>,
    /// The video's identifier or the media's URL; empty for uploads.
    #[serde(default)]
    pub source_data: String,
    /// The HLS playlist of a linked video; empty if there is none.
    #[serde(default)]
    pub hls_url: String,
    /// How many syncpoints it has, where the service tells it.
    pub syncpoint_count: Option<u32>,
    /// How far it is, where the service tells it.
    pub status: Option<RecordingStatus>,
    /// What could not be read.
    #[serde(default)]
    pub passed_over: PassedOver,
}

/// What a new recording plays. Each source carries what it needs and nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Media {
    Linked { source: Source, source_data: String },
    Video { progressive: Option<String>, hls: Option<String> },
    Upload(Source),
}

/// `POST /slices/SCOREHASH/recordings/`: adds a recording. The newest becomes the default one.
///
/// Not repeated when the answer is lost, for it would add another.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "an endpoint does nothing until a client sends it"]
pub struct Create {
    slice: Scorehash,
    media: Media,
    name: Option<String>,
}

impl Create {
    /// A YouTube video, by its URL or identifier.
    pub fn youtube(slice: Scorehash, video: impl Into<String>) -> Self {
        Self::linked(slice, Source::YouTube, video)
    }

    /// A Vimeo video, by its identifier.
    pub fn vimeo(slice: Scorehash, video: impl Into<String>) -> Self {
        Self::linked(slice, Source::Vimeo, video)
    }

    /// A Wistia video, by its identifier.
    pub fn wistia(slice: Scorehash, video: impl Into<String>) -> Self {
        Self::linked(slice, Source::Wistia, video)
    }

    /// An MP3 file at a URL.
    pub fn mp3_url(slice: Scorehash, url: impl Into<String>) -> Self {
        Self::linked(slice, Source::Mp3Url, url)
    }

    /// A video file at a URL.
    pub fn video_url(slice: Scorehash, url: impl Into<String>) -> Self {
        Self { slice, media: Media::Video { progressive: Some(url.into()), hls: None }, name: None }
    }

    /// A video as an HLS playlist at a URL.
    pub fn hls(slice: Scorehash, playlist: impl Into<String>) -> Self {
        Self { slice, media: Media::Video { progressive: None, hls: Some(playlist.into()) }, name: None }
    }

    /// A video both as an HLS playlist, for players that can, and as a file for the others.
    pub fn video_url_and_hls(slice: Scorehash, url: impl Into<String>, playlist: impl Into<String>) -> Self {
        Self {
            slice,
            media: Media::Video { progressive: Some(url.into()), hls: Some(playlist.into()) },
            name: None,
        }
    }

    /// An MP3 that is uploaded next, with [`StartUpload`].
    pub fn mp3_upload(slice: Scorehash) -> Self {
        Self { slice, media: Media::Upload(Source::Mp3Upload), name: None }
    }

    /// A video that is uploaded next, with [`StartUpload`].
    pub fn video_upload(slice: Scorehash) -> Self {
        Self { slice, media: Media::Upload(Source::VideoUpload), name: None }
    }

    /// A source that this crate does not know yet.
    pub fn linked(slice: Scorehash, source: Source, source_data: impl Into<String>) -> Self {
        Self { slice, media: Media::Linked { source, source_data: source_data.into() }, name: None }
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
        request.path("slices/{scorehash}/recordings/", &[&self.slice])?;
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
        form.push_some("name", at_most("name", self.name.as_deref(), NAME_LIMIT)?);
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
        Err(BuildError::value(field, "it is empty; this source needs one"))
    } else {
        Ok(text)
    }
}

/// `GET /slices/SCOREHASH/recordings/`: the recordings of a slice in their order; the last is the default one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "an endpoint does nothing until a client sends it"]
pub struct List(pub Scorehash);

impl Endpoint for List {
    type Output = lenient::List<Recording>;
    type ApiError = ApiError;
    const NAME: &'static str = "soundslice.recordings.list";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("slices/{scorehash}/recordings/", &[&self.0])
    }

    fn read(response: Response<Bytes>) -> Result<lenient::List<Recording>, DecodeError> {
        read_list(&response)
    }
}

/// `POST /slices/SCOREHASH/recordings/order/`: puts the recordings of a slice in order.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "an endpoint does nothing until a client sends it"]
pub struct Reorder {
    slice: Scorehash,
    order: Vec<RecordingId>,
}

impl Reorder {
    /// The first is top-most on the page, the last becomes the default recording. Every recording of the slice must be
    /// named, once.
    pub fn new(slice: Scorehash, order: impl IntoIterator<Item = RecordingId>) -> Self {
        Self { slice, order: order.into_iter().collect() }
    }
}

impl Endpoint for Reorder {
    type Output = ();
    type ApiError = ApiError;
    const NAME: &'static str = "soundslice.recordings.reorder";
    const METHOD: Method = Method::POST;
    const REPLAY: Replay = Replay::Idempotent;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("slices/{scorehash}/recordings/order/", &[&self.slice])?;
        let mut sorted = self.order.clone();
        sorted.sort_unstable();
        if let Some(pair) = sorted.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(BuildError::value("order", format!("recording {} stands in it twice", pair[0])));
        }
        if self.order.is_empty() {
            return Err(BuildError::value(
                "order",
                "it is empty; every recording of the slice must be named",
            ));
        }
        let mut form = FormPairs::new();
        form.push("order", self.order.iter().map(ToString::to_string).collect::<Vec<_>>().join(","));
        request.form(form);
        Ok(())
    }

    fn read(response: Response<Bytes>) -> Result<(), DecodeError> {
        // An empty object is the documented response.
        read_unit(&response, |body| {
            from_json::<Map<String, Value>>(body).is_ok_and(|object| object.is_empty())
        })
    }
}

/// `POST /recordings/RECORDING_ID/`: changes a recording. What is not set stays as it is; an empty text clears.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "an endpoint does nothing until a client sends it"]
pub struct Change {
    id: RecordingId,
    name: Option<String>,
    source_data: Option<String>,
    hls_url: Option<String>,
}

impl Change {
    /// A change of nothing yet.
    pub fn new(id: RecordingId) -> Self {
        Self { id, name: None, source_data: None, hls_url: None }
    }

    /// Another name, of at most 100 characters.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Another URL; for linked videos and linked MP3 files. Empty clears it.
    pub fn source_data(mut self, source_data: impl Into<String>) -> Self {
        self.source_data = Some(source_data.into());
        self
    }

    /// Another HLS playlist; for linked videos. Empty clears it.
    pub fn hls_url(mut self, hls_url: impl Into<String>) -> Self {
        self.hls_url = Some(hls_url.into());
        self
    }
}

/// A recording after a change.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Changed {
    /// Its identifier.
    pub id: RecordingId,
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// The video's identifier or the media's URL; empty for uploads.
    #[serde(default)]
    pub source_data: String,
    /// The HLS playlist; empty if there is none.
    #[serde(default)]
    pub hls_url: String,
    /// What could not be read.
    #[serde(default)]
    pub passed_over: PassedOver,
}

impl Endpoint for Change {
    type Output = Changed;
    type ApiError = ApiError;
    const NAME: &'static str = "soundslice.recordings.change";
    const METHOD: Method = Method::POST;
    const REPLAY: Replay = Replay::Idempotent;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("recordings/{recording}/", &[&self.id])?;
        let mut form = FormPairs::new();
        form.push_some("name", at_most("name", self.name.as_deref(), NAME_LIMIT)?);
        form.push_some("source_data", self.source_data.as_deref());
        form.push_some("hls_url", self.hls_url.as_deref());
        request.form(form);
        Ok(())
    }

    fn read(response: Response<Bytes>) -> Result<Changed, DecodeError> {
        read_json(&response)
    }
}

/// `DELETE /recordings/RECORDING_ID/`: deletes a recording with its syncpoints and its uploaded media.
///
/// Repeated when the answer is lost; the second answer is then a 403, because the recording is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "an endpoint does nothing until a client sends it"]
pub struct Delete(pub RecordingId);

impl Endpoint for Delete {
    /// The name that the recording had.
    type Output = String;
    type ApiError = ApiError;
    const NAME: &'static str = "soundslice.recordings.delete";
    const METHOD: Method = Method::DELETE;
    const REPLAY: Replay = Replay::Idempotent;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("recordings/{recording}/", &[&self.0])
    }

    fn read(response: Response<Bytes>) -> Result<String, DecodeError> {
        #[derive(Deserialize)]
        struct Wire {
            name: String,
        }

        Ok(read_json::<Wire>(&response)?.name)
    }
}

/// `POST /recordings/RECORDING_ID/media/`: asks for a URL to which the media file is then PUT. Only for recordings that
/// are uploads.
///
/// [`Client::upload_media`](crate::Client::upload_media) does both steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "an endpoint does nothing until a client sends it"]
pub struct StartUpload(pub RecordingId);

impl Endpoint for StartUpload {
    /// Where the file goes: works for a few minutes.
    type Output = SecretUrl;
    type ApiError = ApiError;
    const NAME: &'static str = "soundslice.recordings.start_upload";
    const METHOD: Method = Method::POST;
    const REPLAY: Replay = Replay::Idempotent;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("recordings/{recording}/media/", &[&self.0])
    }

    fn read(response: Response<Bytes>) -> Result<SecretUrl, DecodeError> {
        upload_url(&response)
    }
}
