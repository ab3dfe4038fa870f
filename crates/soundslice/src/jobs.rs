//! Jobs of several steps as one call each: uploading notation and media, downloading the original notation.

use std::time::Duration;

use segno_core::{Body, BuildError, Downloaded, Progress, SecretUrl};
use tokio::io::AsyncWrite;

use crate::client::Client;
use crate::enums::RecordingStatus;
use crate::error::Error;
use crate::ids::{RecordingId, Scorehash};
use crate::{notation, recordings, slices, storage};

/// A job that failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JobError {
    /// One of its requests failed; the text says which.
    #[error(transparent)]
    Step(#[from] Error),
    /// The file was uploaded, but its processing took longer than the caller waits. It may still end well.
    #[error("uploaded, but not processed within {} s; it may still be", .0.as_secs())]
    NotReady(Duration),
    /// The file was uploaded and the service could not process it.
    #[error("uploaded, but the service could not process the file")]
    Unprocessable,
    /// The recording is not among those of the slice in which it was looked for.
    #[error("the slice {slice} has no recording {recording} to wait for")]
    NotInSlice {
        /// The slice.
        slice: Scorehash,
        /// The recording.
        recording: RecordingId,
    },
    /// The slice has notation already, so that polling cannot tell when the new one is there.
    #[error(
        "the slice {0} has notation already, so polling cannot tell when the new one is processed; use a callback"
    )]
    NotationBefore(Scorehash),
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

type Report = Option<std::sync::Arc<dyn Fn(Progress) + Send + Sync>>;

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
    /// # Errors
    /// [`JobError`]; after anything but [`JobError::Step`] the file is with the service.
    pub async fn upload_notation(&self, upload: NotationUpload) -> Result<(), JobError> {
        let NotationUpload { slice, body, callback_url, wait, progress } = upload;
        if wait.is_some() && self.send(&slices::Get(slice.clone())).await?.has_notation {
            return Err(JobError::NotationBefore(slice));
        }
        let mut start = notation::StartUpload::new(slice.clone());
        if let Some(url) = callback_url {
            start = start.callback_url(url);
        }
        self.upload(body, &progress, async || self.send(&start).await).await?;
        let Some(limit) = wait else { return Ok(()) };
        let get = slices::Get(slice);
        self.poll(limit, async || Ok(self.send(&get).await?.has_notation.then_some(()))).await
    }

    /// Uploads media: asks for a URL, PUTs the file there, asks again once if the URL had expired, and waits for the
    /// recording to be ready if told to.
    ///
    /// # Errors
    /// [`JobError`]; after anything but [`JobError::Step`] the file is with the service.
    pub async fn upload_media(&self, upload: MediaUpload) -> Result<(), JobError> {
        let MediaUpload { recording, body, wait, progress } = upload;
        let start = recordings::StartUpload(recording);
        self.upload(body, &progress, async || self.send(&start).await).await?;
        let Some((slice, limit)) = wait else { return Ok(()) };
        let list = recordings::List(slice.clone());
        self.poll(limit, async || {
            let all = self.send(&list).await?;
            let Some(found) = all.into_iter().find(|each| each.id == recording) else {
                return Err(JobError::NotInSlice { slice: slice.clone(), recording });
            };
            match found.status {
                Some(RecordingStatus::Error) => Err(JobError::Unprocessable),
                Some(RecordingStatus::Waiting | RecordingStatus::Processing) => Ok(None),
                _ => Ok(Some(())),
            }
        })
        .await
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
    async fn upload(
        &self,
        body: Body,
        progress: &Report,
        start: impl AsyncFn() -> Result<SecretUrl, Error>,
    ) -> Result<(), Error> {
        if body.is_empty() {
            return Err(Error::build(
                "soundslice.storage.put",
                BuildError::value("body", "the file is empty"),
            ));
        }
        let mut renewed = false;
        loop {
            let put = storage::Put::new(start().await?, body.clone());
            let mut call = self.call(&put);
            if let Some(report) = progress.clone() {
                call = call.progress(move |progress| report(progress));
            }
            match call.send().await {
                Err(error)
                    if !renewed
                        && body.reopenable()
                        && error.api().is_some_and(|api| api.is_expired_url()) =>
                {
                    renewed = true;
                }
                outcome => return outcome,
            }
        }
    }

    /// Asks until there is an answer: after 1 s, then less and less often, at most every 5 s.
    async fn poll<T>(
        &self,
        limit: Duration,
        ask: impl AsyncFn() -> Result<Option<T>, JobError>,
    ) -> Result<T, JobError> {
        let clock = self.core().clock();
        let end = clock.now() + limit;
        let mut pause = Duration::from_secs(1);
        loop {
            if let Some(answer) = ask().await? {
                return Ok(answer);
            }
            let left = end.saturating_duration_since(clock.now());
            if left.is_zero() {
                return Err(JobError::NotReady(limit));
            }
            clock.sleep(pause.min(left)).await;
            pause = (pause * 3 / 2).min(Duration::from_secs(5));
        }
    }
}
