//! Uploading a track as one call: look at the account, send, find out whether it arrived, wait until it can be heard.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use segno_core::auth::TokenKind;
use segno_core::{BuildError, OnProgress, Progress};

use super::ReadyError;
use crate::client::Client;
use crate::diagnosis::{Diagnosis, of_account};
use crate::error::Error;
use crate::ids::TrackUrn;
use crate::me;
use crate::tracks::{Mine, Track, Upload};

/// How many of one's latest tracks are looked at to see whether an upload arrived.
const LATEST: u16 = 50;
/// The longest audio of one track.
const LONGEST: Duration = Duration::from_secs(24 * 3600);
/// The pauses before each look.
const LOOKS: [Duration; 3] = [Duration::from_secs(2), Duration::from_secs(5), Duration::from_secs(15)];

/// An upload that is not begun yet. Made by [`Client::upload`].
#[must_use = "an upload does nothing until send() is called"]
pub struct UploadJob {
    client: Client,
    upload: Upload,
    progress: Option<OnProgress>,
    length: Option<Duration>,
    ready: Option<Duration>,
}

/// An upload that arrived.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Uploaded {
    /// The track.
    pub track: Track,
    /// True if the answer was lost and the track was found among one's own afterwards.
    pub found_afterwards: bool,
}

/// An upload that failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UploadError {
    /// The account or the token cannot upload; nothing was sent.
    #[error("not sent: {0}")]
    NotAllowed(Diagnosis),
    /// The account has less upload time left than the track is long; nothing was sent.
    #[error(
        "not sent: the account has {left_seconds} s of upload time left, and the track is {needed_seconds} s long"
    )]
    Quota {
        /// Seconds left.
        left_seconds: u64,
        /// Seconds needed.
        needed_seconds: u64,
    },
    /// A request failed. If it was the upload and its answer was lost, the track was looked for and not found.
    #[error(transparent)]
    Call(#[from] Error),
    /// The answer to the upload was lost, and whether the track arrived could not be found out. Look at one's own tracks
    /// before sending it again.
    #[error("{upload}; whether the track arrived could not be found out ({look})")]
    Unknown {
        /// How the upload failed.
        upload: Box<Error>,
        /// How looking for it failed.
        look: Box<Error>,
    },
    /// It arrived, but the answer does not name it.
    #[error("the track arrived, but the answer does not name it")]
    Nameless,
    /// It arrived and did not become ready.
    #[error("the track arrived, but {error}")]
    NotReady {
        /// The track as the upload gave it.
        track: Box<Track>,
        /// How waiting for it ended.
        #[source]
        error: ReadyError,
    },
}

impl Client {
    /// Uploads a track: checks token, account and file first, sends it once, and if the answer is lost looks whether it
    /// arrived.
    ///
    /// ```no_run
    /// # async fn example(client: segno_soundcloud::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use segno_soundcloud::tracks::{Asset, TrackFields, Upload};
    /// use segno_soundcloud::Sharing;
    ///
    /// let upload = Upload::new("Low Tide", Asset::file("low-tide.flac").await?)
    ///     .fields(TrackFields::new().sharing(Sharing::Private).tags(["sea", "field recording"]));
    /// let uploaded = client
    ///     .upload(upload)
    ///     .progress(|progress| println!("{} of {:?} bytes", progress.bytes, progress.total))
    ///     .wait_until_ready(std::time::Duration::from_secs(300))
    ///     .send()
    ///     .await?;
    /// println!("{:?}", uploaded.track.permalink_url);
    /// # Ok(())
    /// # }
    /// ```
    pub fn upload(&self, upload: Upload) -> UploadJob {
        UploadJob { client: self.clone(), upload, progress: None, length: None, ready: None }
    }
}

impl UploadJob {
    /// Tells a function how many bytes were sent, of how many.
    pub fn progress(mut self, report: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        self.progress = Some(Arc::new(report));
        self
    }

    /// How long the audio is, so that it is held against the account's upload time before anything is sent.
    pub fn length(mut self, length: Duration) -> Self {
        self.length = Some(length);
        self
    }

    /// Sends the file a second time where that does no harm, which is not done unasked: after a 429, when its pause is over,
    /// with a renewed token after a 401, and after the answer was lost and the track was looked for and not found. A
    /// [reader](crate::tracks::Asset::reader) can be sent once only.
    pub fn resend(mut self) -> Self {
        self.upload = self.upload.resend();
        self
    }

    /// Waits at the end until the track can be heard, at most this long.
    pub fn wait_until_ready(mut self, at_most: Duration) -> Self {
        self.ready = Some(at_most);
        self
    }

    /// Does it.
    ///
    /// # Errors
    /// [`UploadError`].
    pub async fn send(self) -> Result<Uploaded, UploadError> {
        // On the heap: a job of many steps is kilobytes large.
        Box::pin(self.done()).await
    }

    async fn done(self) -> Result<Uploaded, UploadError> {
        // Built once before anything is asked: an empty or too large file needs no look at the account.
        self.client.core().prepare(&self.upload).map_err(|error| Error::build(NAME, error))?;
        if self.length.is_some_and(|length| length > LONGEST) {
            return Err(Error::build(
                NAME,
                BuildError::value("length", "is more than 24 h, the most that is taken"),
            )
            .into());
        }
        self.check_account().await?;
        let before = self.own_with_this_title().await?;
        let mut uploaded = match self.deliver(&before).await {
            Err(UploadError::Call(error)) if self.may_go_again(&error) => self.deliver(&before).await?,
            outcome => outcome?,
        };
        if let Some(at_most) = self.ready {
            let urn = uploaded.track.urn.ok_or(UploadError::Nameless)?;
            uploaded.track = match self.client.wait_until_ready(urn, at_most).await {
                Ok(ready) => ready,
                Err(error) => return Err(UploadError::NotReady { track: uploaded.track.into(), error }),
            };
        }
        Ok(uploaded)
    }

    /// Sends the file, and looks whether it arrived if the answer is lost.
    async fn deliver(&self, before: &BTreeSet<TrackUrn>) -> Result<Uploaded, UploadError> {
        let mut call = self.client.call(&self.upload);
        if let Some(report) = self.progress.clone() {
            call = call.progress(move |progress| report(progress));
        }
        let used = self.client.held_token().await;
        match call.send().await {
            Ok(track) => Ok(Uploaded { track, found_afterwards: false }),
            Err(error) if error.may_have_taken_effect() => self.look_for_it(error, before).await,
            Err(error) => Err(self.client.explained(error, used).await.into()),
        }
    }

    /// Whether an upload that was looked for and not found is sent again. A success that cannot be read is one.
    fn may_go_again(&self, error: &Error) -> bool {
        self.upload.resend
            && error.may_have_taken_effect()
            && !error.is_decode()
            && self.upload.asset.reopenable()
    }

    /// What the service would only say with a bare 401.
    async fn check_account(&self) -> Result<(), UploadError> {
        if self.client.token_kind() == Some(TokenKind::App) {
            return Err(UploadError::NotAllowed(Diagnosis::TokenKind));
        }
        let me = self.client.core().send(&me::Get).await?;
        match of_account(&me) {
            Diagnosis::AppNotAllowed => {}
            against => return Err(UploadError::NotAllowed(against)),
        }
        let needed = self.length.map(|length| length.as_secs() + u64::from(length.subsec_nanos() > 0));
        match (me.upload_seconds_left(), needed) {
            (Some(left_seconds), Some(needed_seconds)) if needed_seconds > left_seconds => {
                Err(UploadError::Quota { left_seconds, needed_seconds })
            }
            _ => Ok(()),
        }
    }

    /// One's latest tracks with the title of this upload.
    async fn own_with_this_title(&self) -> Result<BTreeSet<TrackUrn>, Error> {
        let latest = self.latest().await?;
        Ok(latest.iter().filter_map(|track| track.urn).collect())
    }

    async fn latest(&self) -> Result<Vec<Track>, Error> {
        let latest = self.client.core().send(&Mine::new().limit(LATEST)).await?;
        let title = self.upload.title().trim();
        Ok(latest
            .items
            .into_iter()
            .filter(|track| track.title.as_deref().map(str::trim) == Some(title))
            .collect())
    }

    /// Looks several times, because a track may appear some seconds after its upload.
    async fn look_for_it(&self, upload: Error, before: &BTreeSet<TrackUrn>) -> Result<Uploaded, UploadError> {
        let mut failed = None;
        for pause in LOOKS {
            self.client.core().clock().sleep(pause).await;
            match self.latest().await {
                Ok(latest) => {
                    let new =
                        latest.into_iter().find(|track| track.urn.is_some_and(|urn| !before.contains(&urn)));
                    if let Some(track) = new {
                        return Ok(Uploaded { track, found_afterwards: true });
                    }
                    failed = None;
                }
                Err(error) => failed = Some(error),
            }
        }
        Err(match failed {
            None => upload.into(),
            Some(look) => UploadError::Unknown { upload: upload.into(), look: look.into() },
        })
    }
}

const NAME: &str = <Upload as segno_core::Endpoint>::NAME;

impl std::fmt::Debug for UploadJob {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UploadJob").field("bytes", &self.upload.asset.len()).finish_non_exhaustive()
    }
}
