//! The audio of a track itself: all of it, in order, whatever kind of stream it comes in.
//!
//! HLS is a playlist of pieces behind URLs that expire. The pieces are requested one after the other, each repeated as any request;
//! when their URLs have expired, new ones are asked for. Pieces locked with AES-128 are unlocked (feature `aes`). The
//! bytes are those of the stream: AAC or MP3 behind each other, or fragmented MP4; they are not decoded.

use std::collections::VecDeque;
use std::fmt;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::Path;

use segno_core::client::{FileSink, Raw, Resumption, Sink};
use segno_core::decode::Content;
use segno_core::http::HeaderValue;
use segno_core::http::header::{CONTENT_RANGE, ETAG, RANGE};
use segno_core::{Bytes, DecodeError, Method, Response, Secret, SecretUrl, StatusCode};
use tokio::io::{AsyncWrite, AsyncWriteExt as _};

use crate::client::Client;
use crate::error::{ApiError, Error};
use crate::hls::{Key, Piece, Playlist};
use crate::ids::TrackUrn;
use crate::jobs::StreamError;
use crate::streams::StreamKind;

/// How often new URLs are asked for before the next piece arrives.
const MAX_RENEWALS: u32 = 3;

/// A file that is one whole is requested in parts of so many bytes.
const PART: u64 = 4 * 1024 * 1024;

/// The longest file that is requested, in bytes: far more than a day of sound that is not compressed.
const LONGEST: u64 = 64 * 1024 * 1024 * 1024;

/// The audio of a track that is not requested yet. Made by [`Client::audio`].
#[derive(Clone, Debug)]
#[must_use = "nothing is requested until it is opened or downloaded"]
pub struct Audio<'a> {
    client: &'a Client,
    track: TrackUrn,
    kinds: &'static [StreamKind],
    secret_token: Option<Secret>,
}

/// Why the audio of a track cannot be had.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum AudioError {
    /// There is no URL for it.
    #[error(transparent)]
    Stream(#[from] StreamError),
    /// The playlist cannot be requested.
    #[error("the playlist of the stream: {0}")]
    Playlist(#[source] Error),
    /// The playlist cannot be used; the text says why.
    #[error("the playlist of the stream cannot be used: {0}")]
    Unusable(String),
    /// The file is longer than any track.
    #[error("the stream has {bytes} bytes: expected at most {most}")]
    TooLong {
        /// How long it says it is.
        bytes: u64,
        /// What is requested at most.
        most: u64,
    },
    /// A piece cannot be requested.
    #[error("piece {number} of {count}: {error}")]
    Piece {
        /// Which piece, from 1.
        number: usize,
        /// How many there are.
        count: usize,
        /// What went wrong.
        #[source]
        error: Error,
    },
    /// What came in place of a piece is no audio, such as the page of a captive portal.
    #[error("piece {number} of {count}: {found}")]
    NotAudio {
        /// Which piece, from 1.
        number: usize,
        /// How many there are.
        count: usize,
        /// What it is.
        #[source]
        found: DecodeError,
    },
    /// A piece cannot be unlocked.
    #[error("piece {number} cannot be unlocked: {reason}")]
    Locked {
        /// Which piece, from 1.
        number: usize,
        /// What is wrong.
        reason: &'static str,
    },
    /// New URLs led to another stream than the one that was begun.
    #[error("the stream became another one while it was read")]
    Changed,
    /// The file or the writer failed.
    #[error(transparent)]
    Sink(#[from] std::io::Error),
}

impl fmt::Debug for AudioError {
    // The line for people, as a program prints it that ends with this error.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Audio that was downloaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DownloadedAudio {
    /// The kind of stream it came from.
    pub kind: StreamKind,
    /// How many bytes there are.
    pub bytes: u64,
    /// How many pieces it came in.
    pub pieces: usize,
}

impl Client {
    /// The audio of a track.
    ///
    /// ```no_run
    /// # use segno_soundcloud::{Client, TrackUrn};
    /// # async fn example(client: Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let done = client.audio(TrackUrn::new(70071)).download_to("etude.aac").await?;
    /// println!("{} bytes of {:?}", done.bytes, done.kind);
    ///
    /// // Or as it arrives.
    /// let mut audio = client.audio(TrackUrn::new(70071)).open().await?;
    /// while let Some(bytes) = audio.next().await {
    ///     println!("{} bytes", bytes?.len());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn audio(&self, track: TrackUrn) -> Audio<'_> {
        Audio { client: self, track, kinds: StreamKind::WHOLE, secret_token: None }
    }
}

impl<'a> Audio<'a> {
    /// Which kinds of stream will do, the best first. Default: [`StreamKind::WHOLE`], so that a preview is not taken for a track.
    pub fn kinds(mut self, preference: &'static [StreamKind]) -> Self {
        self.kinds = preference;
        self
    }

    /// Opens a private track that was shared by a link: the `s-…` at its end.
    pub fn secret_token(mut self, token: impl Into<Secret>) -> Self {
        self.secret_token = Some(token.into());
        self
    }

    /// Asks for the stream and its pieces.
    ///
    /// # Errors
    /// [`AudioError`].
    pub async fn open(self) -> Result<AudioStream<'a>, AudioError> {
        let found = self.find(self.kinds).await?;
        let keys = VecDeque::new();
        Ok(AudioStream { audio: self, found, next: 0, keys, renewals: 0, has_failed: false })
    }

    /// Writes the audio to `writer`.
    ///
    /// # Errors
    /// [`AudioError`]; what was written before stays written.
    pub async fn download<W>(self, writer: &mut W) -> Result<DownloadedAudio, AudioError>
    where
        W: AsyncWrite + Unpin + Send + ?Sized,
    {
        let (mut audio, mut bytes) = (self.open().await?, 0);
        while let Some(piece) = audio.next().await {
            let piece = piece?;
            bytes += piece.len() as u64;
            writer.write_all(&piece).await?;
        }
        writer.flush().await?;
        Ok(DownloadedAudio { kind: audio.kind(), bytes, pieces: audio.pieces() })
    }

    /// Writes the audio to a file, which appears under its name when it is complete. If it fails, or its process ends, the next download
    /// of the same track to the same name goes on with the next piece, in any process; see
    /// [`Call::download_to`](segno_core::client::Call::download_to).
    ///
    /// # Errors
    /// [`AudioError`].
    pub async fn download_to(self, path: impl AsRef<Path>) -> Result<DownloadedAudio, AudioError> {
        let source = self.track.to_string();
        let mut sink = self.client.core().file_sink(path);
        let begun = sink.resume(&source).await?;
        let mut audio = self.open().await?;
        let tag = audio.found.tag();
        let mut written = 0;
        if let Some(begun) = begun {
            if begun.etag.as_deref() == Some(&tag) && begun.parts <= audio.pieces() {
                (audio.next, written) = (begun.parts, begun.range);
            } else {
                sink.restart().await?;
            }
        }
        let ended = fill(&mut audio, &mut sink, &source, &tag, &mut written).await;
        match ended {
            Ok(()) => {
                sink.finish().await?;
                Ok(DownloadedAudio { kind: audio.kind(), bytes: written, pieces: audio.pieces() })
            }
            Err(error) => {
                // The error that matters is the one that is there.
                let _ = sink.suspend().await;
                Err(error)
            }
        }
    }

    /// The first stream of these kinds.
    async fn find(&self, kinds: &[StreamKind]) -> Result<Found, AudioError> {
        let stream = self.client.stream(self.track, kinds, self.secret_token.as_ref()).await?;
        let kind = stream.kind;
        if !kind.is_hls() {
            let (length, etag) = self.length(&stream.url).await?;
            if length > LONGEST {
                return Err(AudioError::TooLong { bytes: length, most: LONGEST });
            }
            let parts = (0..length.div_ceil(PART)).map(|part| {
                let from = part * PART;
                let range = Some((from, PART.min(length - from)));
                Piece { url: stream.url.clone(), range, key: None, lasts: String::new() }
            });
            return Ok(Found { kind, pieces: parts.collect(), etag });
        }
        let mut url = stream.url;
        // A master playlist, and that which it names.
        for _ in 0..2 {
            let text = self.request(&url, None).await.map_err(AudioError::Playlist)?.into_body();
            let text = String::from_utf8_lossy(&text);
            match Playlist::read(&text, &url).map_err(AudioError::Unusable)? {
                Playlist::Media(pieces) => return Ok(Found { kind, pieces, etag: None }),
                Playlist::Master(best) => url = best,
            }
        }
        Err(AudioError::Unusable("it names nothing but other playlists".into()))
    }

    /// How long a file is, by its first byte, and its `ETag`.
    async fn length(&self, url: &SecretUrl) -> Result<(u64, Option<HeaderValue>), AudioError> {
        let raw = Raw::<ApiError>::at(Method::GET, url.clone()).header(RANGE, "bytes=0-0");
        let response = self.client.core().send(&raw).await.map_err(AudioError::Playlist)?;
        let range = response.headers().get(CONTENT_RANGE).and_then(|value| value.to_str().ok());
        let total = range.and_then(|range| range.rsplit_once('/')?.1.parse().ok());
        let etag = response.headers().get(ETAG).cloned();
        Ok((total.unwrap_or(response.body().len() as u64), etag))
    }

    /// The bytes behind a URL, or some of them.
    async fn request(&self, url: &SecretUrl, range: Option<(u64, u64)>) -> Result<Response<Bytes>, Error> {
        let mut raw = Raw::<ApiError>::at(Method::GET, url.clone());
        if let Some((from, length)) = range {
            raw = raw.header(RANGE, format!("bytes={from}-{}", from + length - 1));
        }
        self.client.core().send(&raw).await
    }
}

/// A stream as it was found.
struct Found {
    kind: StreamKind,
    pieces: Vec<Piece>,
    /// Of a file that is one whole.
    etag: Option<HeaderValue>,
}

impl Found {
    /// What two states of a stream have in common if one can go on where the other ended. URLs are others each time.
    fn tag(&self) -> String {
        let mut hasher = DefaultHasher::new();
        for piece in &self.pieces {
            (&piece.lasts, piece.range).hash(&mut hasher);
        }
        self.etag.as_ref().map(HeaderValue::as_bytes).hash(&mut hasher);
        format!("{:?} of {} pieces, {:016x}", self.kind, self.pieces.len(), hasher.finish())
    }
}

/// The part of a body that was asked for; a server without ranges sends all of it.
fn part(response: Response<Bytes>, range: Option<(u64, u64)>) -> Bytes {
    let whole = response.status() != StatusCode::PARTIAL_CONTENT;
    let body = response.into_body();
    match range {
        Some((from, length)) if whole => {
            let end = usize::try_from(from.saturating_add(length)).unwrap_or(usize::MAX).min(body.len());
            let from = usize::try_from(from).unwrap_or(usize::MAX).min(end);
            body.slice(from..end)
        }
        _ => body,
    }
}

/// Writes the pieces that are still to come, and what has to be known to go on behind each.
async fn fill(
    audio: &mut AudioStream<'_>,
    sink: &mut FileSink,
    source: &str,
    tag: &str,
    written: &mut u64,
) -> Result<(), AudioError> {
    while let Some(piece) = audio.next().await {
        let piece = piece?;
        sink.describe(Resumption::of_parts(source, tag, audio.next));
        *written += piece.len() as u64;
        sink.write(piece).await?;
    }
    Ok(())
}

/// The audio of a track as it arrives. Made by [`Audio::open`].
#[must_use = "pieces are requested when next() is called"]
pub struct AudioStream<'a> {
    audio: Audio<'a>,
    found: Found,
    next: usize,
    /// Keys that were used last.
    keys: VecDeque<(SecretUrl, Bytes)>,
    renewals: u32,
    has_failed: bool,
}

impl AudioStream<'_> {
    /// The kind of stream.
    #[must_use]
    pub fn kind(&self) -> StreamKind {
        self.found.kind
    }

    /// How many pieces there are.
    #[must_use]
    pub fn pieces(&self) -> usize {
        self.found.pieces.len()
    }

    /// The next bytes; `None` after the last, and after an error.
    ///
    /// # Errors
    /// [`AudioError`].
    pub async fn next(&mut self) -> Option<Result<Bytes, AudioError>> {
        if self.has_failed {
            return None;
        }
        loop {
            let piece = self.found.pieces.get(self.next)?.clone();
            let error = match self.read(&piece).await {
                Ok(bytes) => {
                    self.next += 1;
                    self.renewals = 0;
                    return Some(Ok(bytes));
                }
                Err(error) => error,
            };
            let renewed = if has_expired(&error) && self.renewals < MAX_RENEWALS {
                self.renewals += 1;
                self.renew().await
            } else {
                Err(error)
            };
            if let Err(error) = renewed {
                self.has_failed = true;
                return Some(Err(error));
            }
        }
    }

    /// Asks for new URLs of the same stream.
    async fn renew(&mut self) -> Result<(), AudioError> {
        let found = self.audio.find(&[self.found.kind]).await?;
        if found.tag() != self.found.tag() {
            return Err(AudioError::Changed);
        }
        self.found = found;
        self.keys.clear();
        Ok(())
    }

    /// A piece, unlocked.
    async fn read(&mut self, piece: &Piece) -> Result<Bytes, AudioError> {
        let (number, count) = (self.next + 1, self.pieces());
        let failed = |error| AudioError::Piece { number, count, error };
        let response = self.audio.request(&piece.url, piece.range).await.map_err(failed)?;
        if let (Some(begun), Some(now)) = (&self.found.etag, response.headers().get(ETAG))
            && begun != now
        {
            return Err(AudioError::Changed);
        }
        if response.status() == StatusCode::OK && piece.key.is_none() {
            let checked = Content::Binary.check(response.headers(), response.body());
            checked.map_err(|found| AudioError::NotAudio { number, count, found })?;
        }
        let bytes = part(response, piece.range);
        let Some(Key { url, iv }) = &piece.key else { return Ok(bytes) };
        let known = self.keys.iter().find(|(known, _)| known == url).map(|(_, key)| key.clone());
        let key = match known {
            Some(key) => key,
            None => {
                let key = self.audio.request(url, None).await.map_err(failed)?.into_body();
                self.keys.truncate(3);
                self.keys.push_front((url.clone(), key.clone()));
                key
            }
        };
        unlocked(&bytes, &key, iv).map_err(|reason| AudioError::Locked { number, reason })
    }
}

/// Whether a URL no longer works: another one may.
fn has_expired(error: &AudioError) -> bool {
    let AudioError::Piece { error, .. } = error else { return false };
    error.status().is_some_and(|status| matches!(status.as_u16(), 401 | 403 | 404 | 410))
}

#[cfg(feature = "aes")]
fn unlocked(bytes: &[u8], key: &[u8], iv: &[u8; 16]) -> Result<Bytes, &'static str> {
    use cbc::cipher::block_padding::Pkcs7;
    use cbc::cipher::{BlockModeDecrypt as _, KeyIvInit as _};
    let cipher =
        cbc::Decryptor::<aes::Aes128>::new_from_slices(key, iv).map_err(|_| "the key must have 16 bytes")?;
    let mut buffer = bytes.to_vec();
    let length = cipher
        .decrypt_padded::<Pkcs7>(&mut buffer)
        .map_err(|_| "it is not what the key locks: its end is not as expected")?
        .len();
    buffer.truncate(length);
    Ok(buffer.into())
}

#[cfg(not(feature = "aes"))]
fn unlocked(_: &[u8], _: &[u8], _: &[u8; 16]) -> Result<Bytes, &'static str> {
    Err("it is locked with AES-128; turn the feature \"aes\" on")
}

impl fmt::Debug for AudioStream<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AudioStream")
            .field("kind", &self.found.kind)
            .field("next", &self.next)
            .field("pieces", &self.found.pieces.len())
            .finish_non_exhaustive()
    }
}

#[cfg(all(test, feature = "aes"))]
mod tests {
    use super::*;

    /// `printf '%s' 'Minuet in G' | openssl enc -aes-128-cbc -K 000102…0f -iv 0…01 | xxd -p`
    #[test]
    fn what_openssl_locks_is_unlocked() {
        let locked =
            [0x3c, 0xe5, 0x98, 0xf4, 0x3e, 0x03, 0x22, 0x90, 0x02, 0x94, 0x86, 0xb8, 0xde, 0x31, 0x80, 0x08];
        let key: Vec<u8> = (0..16).collect();
        let iv = 1u128.to_be_bytes();
        assert_eq!(unlocked(&locked, &key, &iv).unwrap(), "Minuet in G");
        assert!(unlocked(&locked, &key[1..], &iv).is_err());
        assert!(unlocked(&locked[1..], &key, &iv).is_err());
        assert!(unlocked(&locked, &[7; 16], &iv).is_err());
    }
}
