//! Uploading a track as one call: look at the account, send, find out whether it arrived, wait until it can be heard.

use std::sync::Arc;
use std::time::Duration;

use segno_core::BuildError;
use segno_core::auth::oauth2::TokenKind;
use segno_core::client::OneLine;
use segno_core::request::{OnProgress, Progress};

use super::ReadyError;
use super::upload_registry::{Shape, TracksBefore, UploadEntry};
use crate::client::Client;
use crate::diagnosis::{Diagnosis, against_upload};
use crate::error::Error;
use crate::me;
use crate::tracks::{Mine, Track, Upload};

/// How many of one's tracks are on one page when it is looked whether an upload arrived.
const PAGE: u16 = 200;
/// How many such pages are read at most.
const MAX_PAGES: usize = 5;
/// How long the audio of a track may be.
const MAX_LENGTH: Duration = Duration::from_secs(24 * 3600);
/// How long is waited before each look.
const LOOK_PAUSES: [Duration; 3] = [Duration::from_secs(2), Duration::from_secs(5), Duration::from_secs(15)];

/// An upload that is not begun yet. Made by [`Client::upload`].
#[must_use = "an upload does nothing until send() is called"]
#[doc(alias("upload", "progress"))]
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
    /// The track as the service shows it now.
    pub track: Track,
    /// True if the response was lost and the track was found among one's own afterwards.
    pub found_afterwards: bool,
}

/// An upload that failed.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum UploadError {
    /// The account or the token cannot upload; nothing was sent.
    #[error("nothing was uploaded: {0}")]
    NotAllowed(Diagnosis),
    /// The account has less upload time left than the track is long; nothing was sent.
    #[error(
        "nothing was uploaded: the track must last at most the account's {left_seconds} s of upload time, found {needed_seconds} s"
    )]
    Quota {
        /// The upload time that the account has left, in seconds.
        left_seconds: u64,
        /// The length of the track in whole seconds.
        needed_seconds: u64,
    },
    /// A request before the upload failed; nothing was sent.
    #[error("{}", OneLine(format_args!("nothing was uploaded: {0}", .0)))]
    Before(#[source] Error),
    /// The upload failed. If its response was lost, the track was looked for among one's own for 22 s and is not there.
    #[error("{}", OneLine(format_args!("{}{}", looked(.0), .0)))]
    Call(#[source] Error),
    /// The response to the upload was lost, and whether the track arrived could not be found out. Look at the candidates,
    /// and at one's own tracks, before sending it again.
    #[error("{}", OneLine(format_args!("{}: {upload}", doubt(.candidates, .look.as_deref()))))]
    Unknown {
        /// How the upload failed.
        upload: Box<Error>,
        /// One's own tracks that may be this one, or another of the same title that was uploaded at the same time.
        candidates: Vec<Track>,
        /// How looking for it failed, if it did.
        look: Option<Box<Error>>,
    },
    /// It arrived and did not become ready.
    #[error("{}", OneLine(format_args!("the track arrived, but {error}")))]
    NotReady {
        /// The track as the upload gave it.
        track: Box<Track>,
        /// How waiting for it ended.
        #[source]
        error: ReadyError,
    },
}

impl std::fmt::Debug for UploadError {
    // The line for people, as a program prints it that ends with this error.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

impl UploadError {
    /// Whether the track is with the service; `None` if that is unknown, because a response was lost.
    #[must_use]
    pub fn is_uploaded(&self) -> Option<bool> {
        match self {
            Self::NotAllowed(_) | Self::Quota { .. } | Self::Before(_) => Some(false),
            Self::Call(error) => (!error.may_have_taken_effect()).then_some(false),
            Self::Unknown { .. } => None,
            Self::NotReady { .. } => Some(true),
        }
    }
}

impl Client {
    /// Uploads a track: checks token, account and file first, sends it once, and if the response is lost looks whether it
    /// arrived.
    ///
    /// A track is taken for the one that was sent only if it can be no other: it is new, has the title and the length (or
    /// size) of the file, and no other upload of this client or its clones that is under way or was lost can have made it.
    /// WAVE, AIFF and FLAC files tell their length; of others [`length`](UploadJob::length) does. Where there is any doubt
    /// the error [names the candidates](UploadError::Unknown).
    ///
    /// This is the `upload` of the [sketched SDK](crate::sdk): files and recordings alike, with [progress](UploadJob::progress).
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
    #[doc(alias = "upload_track_to_soundcloud")]
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

    /// How long the audio is, to within a second. It is held against the account's upload time before anything is sent, and
    /// a track whose response was lost is known by it. Not needed for WAVE, AIFF and FLAC files, which tell it.
    pub fn length(mut self, length: Duration) -> Self {
        self.length = Some(length);
        self
    }

    /// Sends the file a second time where that does no harm, which is not done unasked: after a 429, when its pause is over,
    /// with a renewed token after a 401, and after the response was lost and the track was looked for and not found. A
    /// [reader](crate::tracks::Asset::reader) can be sent once only.
    pub fn resend(mut self) -> Self {
        self.upload = self.upload.resend(true);
        self
    }

    /// Waits at the end until the track can be heard, at most this long.
    pub fn wait_until_ready(mut self, at_most: Duration) -> Self {
        self.ready = Some(at_most);
        self
    }

    /// Uploads the track.
    ///
    /// # Errors
    /// [`UploadError`].
    pub async fn send(self) -> Result<Uploaded, UploadError> {
        // On the heap: a job of many steps is kilobytes large.
        Box::pin(self.done()).await
    }

    async fn done(self) -> Result<Uploaded, UploadError> {
        // Built once before anything is asked: an empty or too large file needs no look at the account.
        self.client
            .core()
            .prepare(&self.upload)
            .map_err(|error| UploadError::Before(Error::build(NAME, error)))?;
        if self.known_length().is_some_and(|length| length > MAX_LENGTH) {
            let error = BuildError::value("length", "must be at most 24 h");
            return Err(UploadError::Before(Error::build(NAME, error)));
        }
        self.check_account().await?;
        let clock = Arc::clone(self.client.core().clock());
        let place = self.client.uploads().join(self.shape(), move || clock.now());
        let before = self.before().await.map_err(UploadError::Before)?;
        let mut uploaded = match self.deliver(&place, &before).await {
            Err(UploadError::Call(error)) if self.may_go_again(&error) => {
                self.deliver(&place, &before).await?
            }
            outcome => outcome?,
        };
        if let Some(at_most) = self.ready {
            let Some(urn) = uploaded.track.urn else { return Ok(uploaded) };
            uploaded.track = match self.client.wait_until_ready(urn, at_most).await {
                Ok(ready) => ready,
                Err(error) => return Err(UploadError::NotReady { track: uploaded.track.into(), error }),
            };
        }
        Ok(uploaded)
    }

    /// Sends the file, and looks whether it arrived if the response is lost.
    async fn deliver(&self, place: &UploadEntry, before: &TracksBefore) -> Result<Uploaded, UploadError> {
        let mut call = self.client.call(&self.upload);
        if let Some(report) = self.progress.clone() {
            call = call.progress(move |progress| report(progress));
        }
        match call.send().await {
            Ok(track) => {
                if let Some(urn) = track.urn {
                    place.given(urn);
                }
                Ok(Uploaded { track, found_afterwards: false })
            }
            Err(error) if error.may_have_taken_effect() => self.look_for_it(error, place, before).await,
            Err(error) => {
                place.refused();
                Err(UploadError::Call(error))
            }
        }
    }

    /// Whether an upload that was looked for and not found is sent again. A success that cannot be read is one.
    fn may_go_again(&self, error: &Error) -> bool {
        self.upload.may_be_resent() && error.may_have_taken_effect() && !error.is_decode()
    }

    /// What the service would only say with a bare 401.
    async fn check_account(&self) -> Result<(), UploadError> {
        if self.client.token_kind() == Some(TokenKind::App) {
            return Err(UploadError::NotAllowed(Diagnosis::TokenKind));
        }
        let me = self.client.core().send(&me::Get::new()).await.map_err(UploadError::Before)?;
        if let Some(against) = against_upload(&me) {
            return Err(UploadError::NotAllowed(against));
        }
        let needed =
            self.known_length().map(|length| length.as_secs() + u64::from(length.subsec_nanos() > 0));
        match (me.upload_seconds_left(), needed) {
            (Some(left_seconds), Some(needed_seconds)) if needed_seconds > left_seconds => {
                Err(UploadError::Quota { left_seconds, needed_seconds })
            }
            _ => Ok(()),
        }
    }

    /// How long the audio is, by what the caller says or else by what the file does.
    fn known_length(&self) -> Option<Duration> {
        self.length.or_else(|| self.upload.asset().length())
    }

    fn shape(&self) -> Shape {
        let title = self.upload.effective_title().to_owned();
        Shape { title, length: self.known_length(), bytes: self.upload.asset().len() }
    }

    /// One's latest tracks before the upload begins.
    async fn before(&self) -> Result<TracksBefore, Error> {
        let began = self.client.core().clock().wall();
        let latest = self.client.core().send(&Mine::new().limit(PAGE)).await?.items;
        Ok(TracksBefore::new(&latest, began))
    }

    /// One's latest tracks, down to those that were there before.
    async fn latest(&self, before: &TracksBefore) -> Result<Vec<Track>, Error> {
        let mut pages = self.client.pages(Mine::new().limit(PAGE));
        let mut latest = Vec::new();
        for _ in 0..MAX_PAGES {
            let Some(page) = pages.next().await.transpose()? else { break };
            let known = page.items.iter().any(|track| before.had(track));
            latest.extend(page.items);
            if known {
                break;
            }
        }
        Ok(latest)
    }

    /// Looks several times, because a track may appear some seconds after its upload, and has its length later still.
    async fn look_for_it(
        &self,
        upload: Error,
        place: &UploadEntry,
        before: &TracksBefore,
    ) -> Result<Uploaded, UploadError> {
        let mut candidates = Vec::new();
        let mut failed = None;
        for pause in LOOK_PAUSES {
            self.client.core().clock().sleep(pause).await;
            match self.latest(before).await {
                Ok(latest) => {
                    candidates = place.candidates(latest, before);
                    if let Some(track) = place.take(&candidates, before) {
                        return Ok(Uploaded { track, found_afterwards: true });
                    }
                    failed = None;
                }
                Err(error) => failed = Some(Box::new(error)),
            }
        }
        if candidates.is_empty() && failed.is_none() {
            return Err(UploadError::Call(upload));
        }
        Err(UploadError::Unknown { upload: upload.into(), candidates, look: failed })
    }
}

/// What was done about an upload that failed.
fn looked(upload: &Error) -> &'static str {
    if upload.may_have_taken_effect() { "the track was looked for and is not there: " } else { "" }
}

/// Why it is not known whether a track arrived. It stands first in the line, whose end may be cut.
fn doubt(candidates: &[Track], look: Option<&Error>) -> String {
    let urns: Vec<String> =
        candidates.iter().filter_map(|track| track.urn).map(|urn| urn.to_string()).collect();
    let named = urns.iter().take(MAX_NAMED).map(String::as_str).collect::<Vec<_>>().join(" or ");
    let more = urns.len().saturating_sub(MAX_NAMED);
    let more = if more > 0 { format!(" or {more} more") } else { String::new() };
    let mut doubt = "it is not known whether the track arrived".to_owned();
    if !named.is_empty() {
        doubt.push_str(&format!("; it may be {named}{more}"));
    }
    if let Some(error) = look {
        doubt.push_str(&format!("; looking for it failed ({})", error.cause()));
    }
    doubt
}

/// The most candidates that are named in the line of an error.
const MAX_NAMED: usize = 4;

const NAME: &str = <Upload as segno_core::Endpoint>::NAME;

impl std::fmt::Debug for UploadJob {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UploadJob").field("bytes", &self.upload.asset().len()).finish_non_exhaustive()
    }
}
