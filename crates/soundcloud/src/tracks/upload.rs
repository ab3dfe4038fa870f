//! Uploading a track: the request. [`Client::upload`](crate::Client::upload) is the whole job.

use std::io;
use std::path::Path;
use std::time::Duration;

use segno_core::request::{Multipart, file};
use segno_core::{Body, BuildError, Bytes, Replay, RequestWriter, endpoint};
use tokio::io::{AsyncRead, AsyncReadExt as _};

use super::length::{HEAD, length};
use super::{Artwork, Format, Track, TrackFields};
use crate::ApiError;
use crate::read::created;

/// The audio of a track: a file, bytes, or anything that can be read.
#[derive(Clone, Debug)]
pub struct Asset {
    body: Body,
    file_name: String,
    format: Option<Format>,
    length: Option<Duration>,
}

impl Asset {
    /// A file. It is read while it is sent, and read again if the request must be repeated.
    ///
    /// # Errors
    /// If the file does not exist or cannot be read.
    pub async fn file(path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let mut start = Vec::new();
        file::open(path).await?.take(HEAD).read_to_end(&mut start).await?;
        Ok(Self::named(&name, &start, Body::file(path).await?))
    }

    /// Bytes in memory, under a name such as `low-tide.flac`.
    pub fn bytes(name: &str, bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        Self::named(name, &bytes.clone(), bytes.into())
    }

    /// Exactly `length` bytes from a reader, under a name such as `low-tide.flac`. It can be read only once, so the
    /// request is never repeated after it began.
    ///
    /// # Errors
    /// If the first bytes, which tell the format, cannot be read.
    pub async fn reader(
        name: &str,
        mut reader: impl AsyncRead + Send + Unpin + 'static,
        length: u64,
    ) -> io::Result<Self> {
        let mut start = Vec::new();
        (&mut reader).take(length.min(HEAD)).read_to_end(&mut start).await?;
        Ok(Self::named(name, &start.clone(), Body::reader(io::Cursor::new(start).chain(reader), length)))
    }

    /// The content decides about the format, the name only if the content does not tell.
    fn named(name: &str, head: &[u8], body: Body) -> Self {
        let of_content = Format::of_content(head);
        let length = of_content.and_then(|format| length(format, head, body.len()));
        let format = of_content.or_else(|| Format::of_name(name));
        if format.is_none() {
            tracing::warn!(name, "the format of the audio is not known; the service may refuse it");
        }
        Self { body, file_name: ascii(name, format), format, length }
    }

    /// How long it lasts, if its beginning tells: that of WAVE, AIFF and FLAC does.
    #[must_use]
    pub fn length(&self) -> Option<Duration> {
        self.length
    }

    /// The length in bytes.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.body.len()
    }

    /// True if it holds no byte.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The format, if it is one that is known to be taken.
    #[must_use]
    pub fn format(&self) -> Option<Format> {
        self.format
    }
}

impl Asset {
    pub(crate) fn part(&self, form: &mut Multipart) {
        let content_type = self.format.map_or("application/octet-stream", Format::content_type);
        form.file("track[asset_data]", &self.file_name, content_type, self.body.clone());
    }
}

/// A name in ASCII, because others were seen to end in a 500, and with the ending of the format.
fn ascii(name: &str, format: Option<Format>) -> String {
    let mut plain = String::with_capacity(name.len());
    for letter in name.chars().filter(|letter| !letter.is_control()) {
        plain.push(if letter.is_ascii() && !"\"\\/%".contains(letter) { letter } else { '_' });
    }
    let stem = plain.rsplit_once('.').map_or(plain.as_str(), |(stem, _)| stem);
    if !stem.contains(|letter: char| letter.is_ascii_alphanumeric()) {
        plain = format!("upload.{}", plain.rsplit_once('.').map_or("", |(_, ending)| ending));
        plain.truncate(plain.trim_end_matches('.').len());
    }
    match format {
        Some(format) if Format::of_name(&plain) != Some(format) => format!("{plain}.{}", format.ending()),
        _ => plain,
    }
}

endpoint! {
    /// `POST /tracks`: uploads a track with a title and its audio.
    ///
    /// The request is sent once: it is repeated only if it certainly never left, not even after a 429 or with a renewed token
    /// after a 401 ([`resend`](Upload::resend) allows both). [`Client::upload`](crate::Client::upload) looks whether an upload
    /// arrived whose response was lost.
    pub struct Upload { field title: String, field asset: Asset }
    optional {
        /// What else there is to say about it. A title in there replaces the one of `new`.
        field fields: TrackFields,
        /// The cover picture. The specification says that this is for paying accounts.
        field artwork: Artwork,
        /// Refuses files that are larger than this, in bytes. Default [`MAX_BYTES`](Upload::MAX_BYTES).
        field max_bytes: u64,
        /// Whether the whole file is sent again after a 429, when its pause is over, and once with a renewed token after a
        /// 401, as other requests are.
        field resend: bool,
    }
    name: "soundcloud.tracks.upload",
    method: POST,
    path: "tracks",
    replay: Once,
    write: Self::write_form,
    response: Track,
    error: ApiError,
    read: created,
}

impl Upload {
    /// The largest file that the documents of today name, in bytes: 4 GB.
    pub const MAX_BYTES: u64 = 4_000_000_000;
    /// The largest file that older documents name, in bytes: 500 MB.
    pub const MAX_BYTES_OF_OLD: u64 = 500_000_000;

    /// The title that is sent.
    pub(crate) fn effective_title(&self) -> &str {
        self.fields.as_ref().and_then(TrackFields::title_set).unwrap_or(&self.title)
    }

    /// The audio file with its name and format.
    pub(crate) fn asset(&self) -> &Asset {
        &self.asset
    }

    /// Whether it may be sent a second time.
    pub(crate) fn may_be_resent(&self) -> bool {
        self.resend == Some(true) && self.asset.body.reopenable()
    }

    fn write_form(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        if self.effective_title().trim().is_empty() {
            return Err(BuildError::value("track[title]", "must not be empty"));
        }
        if self.asset.is_empty() {
            return Err(BuildError::value("track[asset_data]", "must not be empty: there is no audio in it"));
        }
        let max_bytes = self.max_bytes.unwrap_or(Self::MAX_BYTES);
        if self.asset.len() > max_bytes {
            let reason = format!("must have at most {max_bytes} bytes, found {}", self.asset.len());
            return Err(BuildError::value("track[asset_data]", reason));
        }
        let fields = self.fields.clone().unwrap_or_default().title(self.effective_title());
        fields.check()?;
        request.transfer();
        if self.resend == Some(true) {
            request.replay(Replay::Unsafe);
        }
        let mut form = Multipart::new();
        fields.parts(&mut form);
        if let Some(artwork) = &self.artwork {
            artwork.part(&mut form, "track[artwork_data]");
        }
        self.asset.part(&mut form);
        request.multipart(form);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_sent_in_ascii_and_with_an_ending_that_is_true() {
        let name = |name: &str, content: &'static [u8]| Asset::bytes(name, content).file_name;
        assert_eq!(name("low-tide.flac", b"fLaC"), "low-tide.flac");
        assert_eq!(name("Étude Nº 3.mp3", b"ID3"), "_tude N_ 3.mp3");
        assert_eq!(name("音楽.wav", b"RIFF\0\0\0\0WAVE"), "upload.wav");
        assert_eq!(name("", b"fLaC"), "upload.flac");
        assert_eq!(name("song.mp3", b"fLaC"), "song.mp3.flac", "the content decides");
        assert_eq!(name("a\"b\r\n.ogg", b"OggS"), "a_b.ogg");
        assert_eq!(name("notes.txt", b"hello"), "notes.txt");
        assert_eq!(name("take.m4a", b"\0\0\0\x20ftypM4A "), "take.m4a");
    }

    #[tokio::test]
    async fn a_reader_gives_all_its_bytes() {
        let asset = Asset::reader("x.bin", &b"fLaC and the rest"[..], 17).await.unwrap();
        assert_eq!((asset.format(), asset.len()), (Some(Format::Flac), 17));
    }

    proptest! {
        #[test]
        fn any_name_becomes_a_plain_one(name in "\\PC{0,30}") {
            let plain = ascii(&name, Some(Format::Wave));
            prop_assert!(plain.is_ascii() && !plain.contains(['"', '\r', '\n', '/', '\\']));
            prop_assert_eq!(Format::of_name(&plain), Some(Format::Wave));
        }
    }
}
