//! The files of a score: PDF, MIDI, MusicXML, MuseScore, MP3, page images, thumbnail.
//!
//! They need no key: the secret of the score is in their URL. A large one is best streamed to the disk, resuming where it
//! broke off:
//!
//! ```
//! use segno_musescore::files::{File, Get};
//!
//! # async fn example(client: segno_musescore::Client, score: segno_musescore::scores::Score) -> Result<(), segno_musescore::Error> {
//! client.call(&Get::of(&score, File::Mp3)).download_to("score.mp3").await?;
//! # Ok(())
//! # }
//! ```

use std::fmt;

use segno_core::decode::Content;
use segno_core::{
    BuildError, Bytes, DecodeError, Endpoint, Method, Replay, RequestWriter, Response, Secret, StatusCode,
};

use crate::client::STATIC;
use crate::error::{ApiError, Error};
use crate::ids::ScoreId;
use crate::scores::Score;

/// A file of a score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum File {
    /// `score.pdf`
    Pdf,
    /// `score.mid`
    Midi,
    /// `score.mxl`, compressed MusicXML
    MusicXml,
    /// `score.mscz`, as it was published
    MuseScore,
    /// `score.mp3`
    Mp3,
    /// `score_{n}.png`, a page from 0, transparent, at 100 dots per inch
    Page(u32),
    /// `thumb.png`
    Thumbnail,
}

impl fmt::Display for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pdf => f.write_str("score.pdf"),
            Self::Midi => f.write_str("score.mid"),
            Self::MusicXml => f.write_str("score.mxl"),
            Self::MuseScore => f.write_str("score.mscz"),
            Self::Mp3 => f.write_str("score.mp3"),
            Self::Page(page) => write!(f, "score_{page}.png"),
            Self::Thumbnail => f.write_str("thumb.png"),
        }
    }
}

/// `GET /{id}/{secret}/{file}` on the host of files: one file, whole.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "an endpoint does nothing until a client sends it"]
pub struct Get {
    id: ScoreId,
    secret: Secret,
    file: File,
}

impl Get {
    /// From the identifier and the secret of a score.
    pub fn new(id: ScoreId, secret: impl Into<Secret>, file: File) -> Self {
        Self { id, secret: secret.into(), file }
    }

    /// From a score that was read.
    pub fn of(score: &Score, file: File) -> Self {
        Self::new(score.id, score.secret.clone(), file)
    }

    /// The images of all pages of a score, first to last; nothing if the service did not say how many there are.
    pub fn pages(score: &Score) -> impl Iterator<Item = Self> + use<> {
        let (id, secret) = (score.id, score.secret.clone());
        (0..score.page_count().unwrap_or(0)).map(move |page| Self::new(id, secret.clone(), File::Page(page)))
    }
}

impl Endpoint for Get {
    type Output = Bytes;
    type ApiError = ApiError;
    const NAME: &'static str = "musescore.files.get";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;
    const CONTENT: Content = Content::Binary;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        if self.secret.is_empty() {
            return Err(BuildError::value("secret", "must be the secret of the score, found an empty text"));
        }
        request.base(STATIC);
        request.path("{id}/{secret}/{file}", &[&self.id, &self.secret.expose(), &self.file])?;
        request.anonymous();
        request.transfer();
        Ok(())
    }

    fn read(response: Response<Bytes>) -> Result<Bytes, DecodeError> {
        Ok(response.into_body())
    }
}

/// True if there is no such file: the storage responds with 403 to a wrong secret, and with 404 to anything else that it
/// lacks.
///
/// ```
/// use segno_musescore::files;
///
/// # fn example(error: segno_musescore::Error) {
/// if files::is_unavailable(&error) {
///     println!("the score has no such file: {error}");
/// }
/// # }
/// ```
#[must_use]
pub fn is_unavailable(error: &Error) -> bool {
    matches!(error.status(), Some(StatusCode::FORBIDDEN | StatusCode::NOT_FOUND))
}
