//! Jobs of several steps as one call each: uploading notation and media, downloading the original notation.

use std::future::Future;
use std::time::Duration;

use segno_core::lenient::List;
use segno_core::{
    Body, BuildError, Downloaded, OnProgress, Pace, Progress, SecretUrl, Undelivered, Unfinished,
};
use tokio::io::AsyncWrite;

use crate::client::Client;
use crate::enums::RecordingStatus;
use crate::error::{ApiError, Error};
use crate::ids::{RecordingId, Scorehash};
use crate::recordings::Recording;
use crate::{notation, recordings, slices, storage};

/// A job that failed: at which step, and where the file is.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JobError {
    /// The file is empty, or the look at the slice that waiting needs beforehand failed. Nothing was uploaded.
    #[error("nothing was uploaded: {0}")]
    Before(#[source] Error),
    /// The slice has notation already, so that polling cannot tell when the new one is there. Nothing was uploaded.
    #[error(
        "nothing was uploaded: the slice {0} has notation already, so polling cannot tell when the new one is processed; use a callback"
    )]
    NotationBefore(Scorehash),
    /// The recording has media already, so that polling cannot tell when the new one is there. Nothing was uploaded.
    #[error(
        "nothing was uploaded: the recording {0} has media already, so polling cannot tell when the new one is processed"
    )]
    MediaBefore(RecordingId),
    /// The recording is not among those of the slice in which it is to be waited for. Nothing was uploaded.
    #[error("nothing was uploaded: the slice {slice} has no recording {recording} to wait for")]
    NotInSlice {
        /// The slice.
        slice: Scorehash,
        /// The recording.
        recording: RecordingId,
    },
    /// The upload failed.
    #[error(transparent)]
    Upload(#[from] Undelivered<ApiError>),
    /// The file was uploaded, and what became of it was not seen: waiting took longer than it was allowed to, or the
    /// service no longer answers. The file may still be processed well.
    #[error("uploaded, but not seen processed: {0}")]
    Unseen(#[source] Unfinished<ApiError>),
    /// The file was uploaded and the service could not process it.
    #[error("uploaded, but the service could not process the file")]
    Unprocessable,
    /// The file was uploaded, and the recording was deleted while it was waited for.
    #[error("uploaded, but the recording {0} is no longer there")]
    Gone(RecordingId),
}

impl JobError {
    /// Whether the file is with the service; `None` if nobody knows, because a response was lost.
    #[must_use]
    pub fn is_uploaded(&self) -> Option<bool> {
        match self {
            Self::Before(_) | Self::NotationBefore(_) | Self::MediaBefore(_) | Self::NotInSlice { .. } => {
                Some(false)
            }
            Self::Upload(error) => (!error.may_have_arrived()).then_some(false),
            Self::Unseen(_) | Self::Unprocessable | Self::Gone(_) => Some(true),
        }
    }

    /// The request that failed, if it was one.
    #[must_use]
    pub fn error(&self) -> Option<&Error> {
        match self {
            Self::Before(error) => Some(error),
            Self::Upload(error) => Some(error.error()),
            Self::Unseen(unfinished) => unfinished.error(),
            _ => None,
        }
    }
}

/// Uploading notation to a slice, in one call: see [`Client::upload_notation`].
#[must_use = "a job does nothing until a client does it"]
pub struct NotationUpload {
    slice: Scorehash,
    body: Body,
    callback_url: Option<String>,
    wait: Option<Duration>,
    progress: Report,
}

/// Uploading media to a recording, in one call: see [`Client::upload_media`].
#[must_use = "a job does nothing until a client does it"]
pub struct MediaUpload {
    recording: RecordingId,
    body: Body,
    wait: Option<(Scorehash, Duration)>,
    progress: Report,
}

type Report = Option<OnProgress>;

/// How often is looked whether a file is processed.
const PACE: Pace = Pace { first: Duration::from_secs(1), longest: Duration::from_secs(5) };

impl NotationUpload {
    /// A file (MusicXML, Guitar Pro, PowerTab or TuxGuitar) for a slice.
    pub fn new(slice: Scorehash, body: impl Into<Body>) -> Self {
        Self { slice, body: body.into(), callback_url: None, wait: None, progress: None }
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

    /// Tells a function how far the upload is.
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
    pub fn wait(mut self, slice: Scorehash, at_most: Duration) -> Self {
        self.wait = Some((slice, at_most));
        self
    }

    /// Tells a function how far the upload is.
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
    /// [`JobError`], which says whether the file [is with the service](JobError::is_uploaded).
    pub async fn upload_notation(&self, upload: NotationUpload) -> Result<(), JobError> {
        let NotationUpload { slice, body, callback_url, wait, progress } = upload;
        let get = slices::Get(slice.clone());
        if wait.is_some() && self.send(&get).await.map_err(JobError::Before)?.has_notation == Some(true) {
            return Err(JobError::NotationBefore(slice));
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
        self.core().poll(PACE, at_most, look).await.map_err(JobError::Unseen)
    }

    /// Uploads media: asks for a URL, PUTs the file there, asks again once if the URL had expired, and waits for the
    /// recording to be ready if told to.
    ///
    /// A PUT whose response is lost is sent again, as it replaces what the first one brought. If the first one had
    /// arrived, the service processes the file twice.
    ///
    /// # Errors
    /// [`JobError`], which says whether the file [is with the service](JobError::is_uploaded).
    pub async fn upload_media(&self, upload: MediaUpload) -> Result<(), JobError> {
        let MediaUpload { recording, body, wait, progress } = upload;
        let wait = wait.map(|(slice, at_most)| (recordings::List(slice), at_most));
        if let Some((list, _)) = &wait {
            match find(self.send(list).await.map_err(JobError::Before)?, recording)
                .map(|found| Media::of(&found))
            {
                None => return Err(JobError::NotInSlice { slice: list.0.clone(), recording }),
                Some(Media::Ready | Media::Unprocessable) => return Err(JobError::MediaBefore(recording)),
                Some(Media::Expected) => {}
            }
        }
        let start = recordings::StartUpload(recording);
        self.upload(body, progress, || self.send(&start)).await?;
        let Some((list, at_most)) = wait else { return Ok(()) };
        let look = |limit| {
            let call = self.call(&list).deadline(limit);
            async move {
                Ok(match find(call.send().await?, recording).map(|found| Media::of(&found)) {
                    None => Some(Err(JobError::Gone(recording))),
                    Some(Media::Unprocessable) => Some(Err(JobError::Unprocessable)),
                    Some(Media::Ready) => Some(Ok(())),
                    Some(Media::Expected) => None,
                })
            }
        };
        self.core().poll(PACE, at_most, look).await.map_err(JobError::Unseen)?
    }

    /// Writes the notation file that was uploaded last to `writer`; `None` if the slice has none. A broken download goes
    /// on where it was.
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
        match self.send(&notation::Original(slice.clone())).await? {
            None => Ok(None),
            Some(url) => self.call(&storage::Get(url)).download(writer).await.map(Some),
        }
    }

    /// PUTs to a fresh URL; a URL that expired on the way is replaced once, if the body can be read again.
    async fn upload<F>(&self, body: Body, progress: Report, start: impl Fn() -> F) -> Result<(), JobError>
    where
        F: Future<Output = Result<SecretUrl, Error>>,
    {
        if body.is_empty() {
            let empty = BuildError::value("body", "the file is empty");
            return Err(JobError::Before(Error::build("soundslice.storage.put", empty)));
        }
        let put = self.core().deliver(&body, progress, start, storage::Put::new, ApiError::is_expired_url);
        Ok(put.await?)
    }
}

/// Whether a recording has its media.
enum Media {
    /// Not yet.
    Expected,
    Ready,
    Unprocessable,
}

impl Media {
    fn of(recording: &Recording) -> Self {
        match &recording.status {
            Some(RecordingStatus::Ready) => Self::Ready,
            Some(RecordingStatus::Error) => Self::Unprocessable,
            // What is not said is not done.
            Some(_) => Self::Expected,
            None if recording.cropped_duration.is_some() => Self::Ready,
            None => Self::Expected,
        }
    }
}

fn find(recordings: List<Recording>, wanted: RecordingId) -> Option<Recording> {
    recordings.into_iter().find(|recording| recording.id == wanted)
}
