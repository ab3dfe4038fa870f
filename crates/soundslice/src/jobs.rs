//! Jobs of several steps as one call each: uploading notation and media, downloading the original notation.

use std::future::Future;
use std::path::Path;
use std::time::Duration;

use segno_core::client::{Downloaded, OneLine, Pace, Sink, Undelivered, Unfinished, Writer};
use segno_core::lenient::List;
use segno_core::request::{OnProgress, Progress};
use segno_core::vocabulary::IntoParameter;
use segno_core::{Body, BuildError, SecretUrl};
use tokio::io::AsyncWrite;

use crate::client::Client;
use crate::enums::RecordingStatus;
use crate::error::{ApiError, Error};
use crate::ids::{RecordingId, Scorehash};
use crate::recordings::Recording;
use crate::{notation, recordings, slices, storage};

/// A job that failed: at which step, and where the file is.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum JobError {
    /// The file is empty, or the request for the slice or its recordings that precedes a job with a wait failed. Nothing was
    /// uploaded.
    #[error("{}", OneLine(format_args!("nothing was uploaded: {}", .0)))]
    NotStarted(#[source] Error),
    /// The slice has notation already, so polling cannot detect the new one. Nothing was uploaded.
    #[error(
        "nothing was uploaded: the slice {0} has notation already, so polling cannot detect the new one; use a callback"
    )]
    HasNotation(Scorehash),
    /// The recording has media already, so polling cannot detect the new one. Nothing was uploaded.
    #[error(
        "nothing was uploaded: the recording {0} has media already, so polling cannot detect the new one; upload without the wait"
    )]
    HasMedia(RecordingId),
    /// The recording is not among those of the slice in which it is to be waited for. Nothing was uploaded.
    #[error("nothing was uploaded: the slice {slice} has no recording {recording} to wait for")]
    NotInSlice {
        /// The slice that was named for the wait.
        slice: Scorehash,
        /// The recording whose media was to be uploaded.
        recording: RecordingId,
    },
    /// The URL for the upload could not be requested, or the PUT failed.
    #[error("{}", OneLine(.0))]
    Upload(#[from] Undelivered<ApiError>),
    /// The file was uploaded and its result is unknown: the wait was not long enough, or the service stopped responding. The file
    /// may still be processed well.
    #[error("{}", OneLine(format_args!("uploaded, but its processing was not confirmed: {}", .0)))]
    Unconfirmed(#[source] Unfinished<ApiError>),
    /// The file was uploaded and the service could not process it.
    #[error("uploaded, but the service could not process the file; check that it opens in another program")]
    Unprocessable,
    /// The file was uploaded, and the recording was deleted while it was waited for.
    #[error("uploaded, but the recording {0} was deleted meanwhile; create it again")]
    RecordingDeleted(RecordingId),
}

impl std::fmt::Debug for JobError {
    // The line for people, as a program prints it that ends with this error.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

impl JobError {
    /// Whether the file has arrived at the service; `None` if that is unknown because a response was lost.
    #[must_use]
    pub fn is_uploaded(&self) -> Option<bool> {
        match self {
            Self::NotStarted(_) | Self::HasNotation(_) | Self::HasMedia(_) | Self::NotInSlice { .. } => {
                Some(false)
            }
            Self::Upload(error) => (!error.may_have_arrived()).then_some(false),
            Self::Unconfirmed(_) | Self::Unprocessable | Self::RecordingDeleted(_) => Some(true),
        }
    }

    /// The error of the request that failed, unless the failure is of another kind.
    #[must_use]
    pub fn error(&self) -> Option<&Error> {
        match self {
            Self::NotStarted(error) => Some(error),
            Self::Upload(error) => Some(error.error()),
            Self::Unconfirmed(unfinished) => unfinished.error(),
            _ => None,
        }
    }
}

/// Uploading notation to a slice, in one call: see [`Client::upload_notation`].
#[doc(alias("MusicXML", "presigned"))]
#[must_use = "a job does nothing until a client does it"]
pub struct NotationUpload {
    slice: Scorehash,
    body: Body,
    callback_url: Option<String>,
    wait: Option<Duration>,
    progress: Report,
}

/// Uploading media to a recording, in one call: see [`Client::upload_media`].
#[doc(alias("MP3", "presigned", "video"))]
#[must_use = "a job does nothing until a client does it"]
pub struct MediaUpload {
    recording: RecordingId,
    body: Body,
    wait: Option<(Scorehash, Duration)>,
    progress: Report,
}

type Report = Option<OnProgress>;

/// The pauses between two requests for the state of a file.
const PACE: Pace = Pace::new(Duration::from_secs(1), Duration::from_secs(5));

impl NotationUpload {
    /// A file (MusicXML, Guitar Pro, PowerTab or TuxGuitar) for a slice.
    pub fn new(slice: impl IntoParameter<Scorehash>, body: impl Into<Body>) -> Self {
        Self {
            slice: slice.into_parameter(),
            body: body.into(),
            callback_url: None,
            wait: None,
            progress: None,
        }
    }

    /// Has the service POST to this URL when the file is processed; see [`callback`](crate::callback).
    pub fn callback_url(mut self, url: impl Into<String>) -> Self {
        self.callback_url = Some(url.into());
        self
    }

    /// Waits until the slice has notation, at most this long. Only for a slice that has none yet.
    pub fn wait(mut self, at_most: Duration) -> Self {
        self.wait = Some(at_most);
        self
    }

    /// Calls a function with the progress of the upload.
    pub fn progress(mut self, report: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        self.progress = Some(std::sync::Arc::new(report));
        self
    }
}

impl MediaUpload {
    /// A file for a recording that was made as an upload.
    pub fn new(recording: RecordingId, body: impl Into<Body>) -> Self {
        Self { recording, body: body.into(), wait: None, progress: None }
    }

    /// Waits until the recording, which belongs to `slice`, is ready or has failed, at most this long.
    pub fn wait(mut self, slice: impl IntoParameter<Scorehash>, at_most: Duration) -> Self {
        self.wait = Some((slice.into_parameter(), at_most));
        self
    }

    /// Calls a function with the progress of the upload.
    pub fn progress(mut self, report: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        self.progress = Some(std::sync::Arc::new(report));
        self
    }
}

impl Client {
    /// Uploads notation: asks for a URL, PUTs the file there, asks again once if the URL had expired, and waits for the
    /// result if told to.
    ///
    /// A PUT whose response is lost is sent again, as it replaces what the first one brought. If the first one had
    /// arrived, the service processes the file twice and calls the callback URL twice.
    ///
    /// # Errors
    /// [`JobError`], and whether the file [has arrived](JobError::is_uploaded).
    pub async fn upload_notation(&self, upload: NotationUpload) -> Result<(), JobError> {
        let NotationUpload { slice, body, callback_url, wait, progress } = upload;
        let get = slices::Get::new(&slice);
        if wait.is_some() && self.send(&get).await.map_err(JobError::NotStarted)?.has_notation == Some(true) {
            return Err(JobError::HasNotation(slice));
        }
        let mut start = notation::StartUpload::new(slice);
        if let Some(url) = callback_url {
            start = start.callback_url(url);
        }
        self.upload(body, progress, || self.send(&start)).await?;
        let Some(at_most) = wait else { return Ok(()) };
        let look = |limit| {
            let call = self.call(&get).deadline(limit);
            async { Ok((call.send().await?.has_notation == Some(true)).then_some(())) }
        };
        self.core().poll(PACE, at_most, look).await.map_err(JobError::Unconfirmed)
    }

    /// Uploads media: asks for a URL, PUTs the file there, asks again once if the URL had expired, and waits for the
    /// recording to be ready if told to.
    ///
    /// A PUT whose response is lost is sent again, as it replaces what the first one brought. If the first one had
    /// arrived, the service processes the file twice.
    ///
    /// # Errors
    /// [`JobError`], and whether the file [has arrived](JobError::is_uploaded).
    pub async fn upload_media(&self, upload: MediaUpload) -> Result<(), JobError> {
        let MediaUpload { recording, body, wait, progress } = upload;
        let state_in = |list: List<Recording>| {
            let found = list.into_iter().find(|found| found.id == recording);
            found.map(|found| MediaState::of(&found))
        };
        let wait = wait.map(|(slice, at_most)| (recordings::List::new(&slice), slice, at_most));
        if let Some((list, slice, _)) = &wait {
            match state_in(self.send(list).await.map_err(JobError::NotStarted)?) {
                None => return Err(JobError::NotInSlice { slice: slice.clone(), recording }),
                Some(MediaState::Ready | MediaState::Unprocessable) => {
                    return Err(JobError::HasMedia(recording));
                }
                Some(MediaState::Expected) => {}
            }
        }
        let start = recordings::StartUpload::new(recording);
        self.upload(body, progress, || self.send(&start)).await?;
        let Some((list, _, at_most)) = wait else { return Ok(()) };
        let look = |limit| {
            let call = self.call(&list).deadline(limit);
            async move {
                Ok(match state_in(call.send().await?) {
                    None => Some(Err(JobError::RecordingDeleted(recording))),
                    Some(MediaState::Unprocessable) => Some(Err(JobError::Unprocessable)),
                    Some(MediaState::Ready) => Some(Ok(())),
                    Some(MediaState::Expected) => None,
                })
            }
        };
        self.core().poll(PACE, at_most, look).await.map_err(JobError::Unconfirmed)?
    }

    /// Writes the notation file that was uploaded last to `writer`; `None` if the slice has none. A broken download goes
    /// on where it was, with another URL if the first has expired.
    ///
    /// # Errors
    /// See [`Error`]; what was written before an error stays in the writer.
    pub async fn download_notation<W>(
        &self,
        slice: &Scorehash,
        writer: &mut W,
    ) -> Result<Option<Downloaded>, Error>
    where
        W: AsyncWrite + Unpin + Send + ?Sized,
    {
        self.fetch_notation(slice, &mut Writer(writer)).await
    }

    /// Writes the notation file that was uploaded last to a file, which appears under its name when it is complete; `None` if the
    /// slice has none. What was not finished goes on with the next download to the same name, in any process: see
    /// [`Call::download_to`](segno_core::client::Call::download_to).
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn download_notation_to(
        &self,
        slice: &Scorehash,
        path: impl AsRef<Path>,
    ) -> Result<Option<Downloaded>, Error> {
        self.fetch_notation(slice, &mut self.core().file_sink(path)).await
    }

    async fn fetch_notation<S: Sink>(
        &self,
        slice: &Scorehash,
        sink: &mut S,
    ) -> Result<Option<Downloaded>, Error> {
        let original = notation::Original::new(slice);
        let fresh = || async { Ok(self.send(&original).await?.map(storage::Get::new)) };
        self.core().fetch(sink, fresh, ApiError::is_expired_url).await
    }

    /// PUTs to a fresh URL; a URL that expired on the way is replaced once, if the body can be read again.
    async fn upload<F>(&self, body: Body, progress: Report, start: impl Fn() -> F) -> Result<(), JobError>
    where
        F: Future<Output = Result<SecretUrl, Error>>,
    {
        if body.is_empty() {
            let empty = BuildError::value("body", "must not be empty");
            return Err(JobError::NotStarted(Error::build("soundslice.storage.put", empty)));
        }
        let put = self.core().deliver(
            &body,
            progress,
            start,
            |url, body: Body| storage::Put::new(url, body),
            ApiError::is_expired_url,
        );
        Ok(put.await?)
    }
}

/// Whether a recording has its media.
enum MediaState {
    Expected,
    Ready,
    Unprocessable,
}

impl MediaState {
    fn of(recording: &Recording) -> Self {
        match &recording.status {
            Some(RecordingStatus::Ready) => Self::Ready,
            Some(RecordingStatus::Error) => Self::Unprocessable,
            // Only a documented end is an end.
            Some(_) => Self::Expected,
            None if recording.cropped_duration.is_some() => Self::Ready,
            None => Self::Expected,
        }
    }
}
