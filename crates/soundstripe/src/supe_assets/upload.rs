//! Uploading a reference image or video.

use std::io;
use std::path::Path;
use std::time::Duration;

use segno_core::request::{Multipart, file};
use segno_core::{Body, BuildError, Bytes, DecodeError, Endpoint, Method, Replay, RequestWriter, Response};
use tokio::io::AsyncReadExt as _;

use super::{Asset, image, video};
use crate::error::ApiError;
use crate::json_api::read_one;

/// The formats that the service accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AssetFormat {
    /// `image/jpeg`
    Jpeg,
    /// `image/png`
    Png,
    /// `image/webp`
    WebP,
    /// `video/mp4`
    Mp4,
    /// `video/quicktime`
    QuickTime,
    /// `video/webm`
    WebM,
}

impl AssetFormat {
    /// The media type, such as `image/png`.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
            Self::Mp4 => "video/mp4",
            Self::QuickTime => "video/quicktime",
            Self::WebM => "video/webm",
        }
    }

    /// True for the image formats.
    #[must_use]
    pub fn is_image(self) -> bool {
        matches!(self, Self::Jpeg | Self::Png | Self::WebP)
    }

    /// The maximum size in bytes: 20 MB for an image, 500 MB for a video. Whether the service's MB is 10⁶ or 2²⁰ bytes is not
    /// documented; this is 2²⁰.
    #[must_use]
    pub fn max_bytes(self) -> u64 {
        (if self.is_image() { 20 } else { 500 }) << 20
    }

    /// The format of a file by its first bytes.
    #[must_use]
    pub fn of(head: &[u8]) -> Option<Self> {
        let brand = head.get(8..12);
        Some(match head {
            [0xff, 0xd8, 0xff, ..] => Self::Jpeg,
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Self::Png,
            [b'R', b'I', b'F', b'F', ..] if brand == Some(b"WEBP") => Self::WebP,
            [0x1a, 0x45, 0xdf, 0xa3, ..] => Self::WebM,
            [_, _, _, _, b'f', b't', b'y', b'p', ..] if brand == Some(b"qt  ") => Self::QuickTime,
            // HEIC and AVIF images have the same container, but are not accepted.
            [_, _, _, _, b'f', b't', b'y', b'p', ..] => match brand? {
                b"heic" | b"heix" | b"mif1" | b"msf1" | b"avif" | b"avis" => return None,
                _ => Self::Mp4,
            },
            [_, _, _, _, b'm', b'o', b'o', b'v' | b'f', ..] => Self::QuickTime,
            _ => return None,
        })
    }
}

/// The maximum width and height of an image, in pixels.
const MAX_PIXELS: u32 = 4096;

/// The maximum length of a video.
const MAX_LENGTH: Duration = Duration::from_secs(10 * 60);

/// How much of a file is read for its format and size, in bytes: the header of a photograph comes after its embedded preview.
const HEAD: u64 = 256 * 1024;

/// `POST /v1/supe/assets`: uploads one reference image or video, as a stream.
///
/// The documented limits are checked before anything is sent: format, length in bytes, pixels of an image, length of a
/// video, as far as the file has them. Every upload makes another asset, so it is not repeated once it may have
/// arrived. Processing goes on after the response: see [`Client::wait_for_asset`](crate::Client::wait_for_asset).
///
/// ```no_run
/// # async fn example(client: segno_soundstripe::Client) -> Result<(), Box<dyn std::error::Error>> {
/// use segno_soundstripe::supe_assets::Upload;
///
/// let upload = Upload::file("sunrise.webp").await?;
/// let asset = client.call(&upload).progress(|p| eprintln!("{} bytes", p.bytes)).send().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "an endpoint does nothing until a client sends it"]
pub struct Upload {
    format: AssetFormat,
    file_name: String,
    body: Body,
    content_type: Option<String>,
    max_bytes: u64,
    pixels: Option<(u32, u32)>,
    length: Option<Duration>,
}

impl Upload {
    /// From a body of your own. Only its format is known; give what else you know with
    /// [`pixels`](Upload::pixels) or [`length`](Upload::length).
    pub fn new(format: AssetFormat, file_name: impl Into<String>, body: impl Into<Body>) -> Self {
        Self {
            format,
            file_name: file_name.into(),
            body: body.into(),
            content_type: None,
            max_bytes: format.max_bytes(),
            pixels: None,
            length: None,
        }
    }

    /// From a file, whose format its first bytes determine.
    ///
    /// # Errors
    /// A file that cannot be read, or of a format that the service does not accept.
    pub async fn file(path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref();
        let mut file = file::open(path).await?;
        let mut head = Vec::new();
        (&mut file).take(HEAD).read_to_end(&mut head).await?;
        let format = AssetFormat::of(&head).ok_or_else(unknown_format)?;
        let name =
            path.file_name().map_or_else(|| "asset".into(), |name| name.to_string_lossy().into_owned());
        let mut upload = Self::new(format, name, Body::file(path).await?);
        upload.inspect(&head);
        if matches!(format, AssetFormat::Mp4 | AssetFormat::QuickTime) {
            upload.length = video::mp4_length(&mut file).await?;
        }
        Ok(upload)
    }

    /// From bytes, the first of which determine the format.
    ///
    /// # Errors
    /// Bytes of a format that the service does not accept.
    pub async fn bytes(file_name: impl Into<String>, bytes: impl Into<Bytes>) -> io::Result<Self> {
        let bytes = bytes.into();
        let format = AssetFormat::of(&bytes).ok_or_else(unknown_format)?;
        let mut upload = Self::new(format, file_name, bytes.clone());
        upload.inspect(&bytes);
        if matches!(format, AssetFormat::Mp4 | AssetFormat::QuickTime) {
            upload.length = video::mp4_length(&mut io::Cursor::new(bytes)).await?;
        }
        Ok(upload)
    }

    fn inspect(&mut self, head: &[u8]) {
        if self.format.is_image() {
            self.pixels = image::pixels(head);
        } else if self.format == AssetFormat::WebM {
            self.length = video::webm_length(head);
        }
    }

    /// Width and height of an image, in pixels.
    pub fn pixels(mut self, width: u32, height: u32) -> Self {
        self.pixels = Some((width, height));
        self
    }

    /// The length of a video.
    pub fn length(mut self, length: Duration) -> Self {
        self.length = Some(length);
        self
    }

    /// Sends a `content_type` part, which for the service overrides the media type of the file.
    pub fn content_type(mut self, media_type: impl Into<String>) -> Self {
        self.content_type = Some(media_type.into());
        self
    }

    /// Another limit of bytes than [`AssetFormat::max_bytes`].
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = bytes;
        self
    }

    fn check(&self) -> Result<(), BuildError> {
        let refuse = |reason: String| Err(BuildError::value("file", reason));
        let bytes = self.body.len();
        if bytes == 0 {
            return refuse("must not be empty".into());
        }
        if bytes > self.max_bytes {
            let kind = if self.format.is_image() { "an image" } else { "a video" };
            return refuse(format!("{kind} must have at most {} bytes, found {bytes}", self.max_bytes));
        }
        match self.pixels {
            Some((width, height)) if width > MAX_PIXELS || height > MAX_PIXELS => {
                return refuse(format!(
                    "an image must have at most {MAX_PIXELS} pixels on each axis, found {width} × {height}"
                ));
            }
            _ => {}
        }
        match self.length {
            Some(length) if length > MAX_LENGTH => refuse(format!(
                "a video must last at most {} s, found {} s",
                MAX_LENGTH.as_secs(),
                length.as_secs_f64()
            )),
            _ => Ok(()),
        }
    }
}

fn unknown_format() -> io::Error {
    let formats = "JPEG, PNG, WebP, MP4, QuickTime or WebM";
    io::Error::new(io::ErrorKind::InvalidData, format!("invalid file: expected {formats}"))
}

impl Endpoint for Upload {
    type Output = Asset;
    type ApiError = ApiError;
    const NAME: &'static str = "soundstripe.supe_assets.upload";
    const METHOD: Method = Method::POST;
    const REPLAY: Replay = Replay::Unsafe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        self.check()?;
        request.path("supe/assets", &[])?;
        let mut parts = Multipart::new();
        parts.text_some("content_type", self.content_type.as_deref());
        parts.file("file", &self.file_name, self.format.media_type(), self.body.clone());
        request.multipart(parts);
        request.transfer();
        Ok(())
    }

    fn read(response: Response<Bytes>) -> Result<Asset, DecodeError> {
        read_one(&response)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_by_their_first_bytes() {
        let cases: [(&[u8], Option<AssetFormat>); 9] = [
            (b"\xff\xd8\xff\xe0", Some(AssetFormat::Jpeg)),
            (b"\x89PNG\r\n\x1a\n", Some(AssetFormat::Png)),
            (b"RIFF\0\0\0\0WEBPVP8 ", Some(AssetFormat::WebP)),
            (b"RIFF\0\0\0\0WAVEfmt ", None),
            (b"\0\0\0\x18ftypisom", Some(AssetFormat::Mp4)),
            (b"\0\0\0\x14ftypqt  ", Some(AssetFormat::QuickTime)),
            (b"\0\0\0\x18ftypheic", None),
            (b"\x1a\x45\xdf\xa3", Some(AssetFormat::WebM)),
            (b"GIF89a", None),
        ];
        for (head, expected) in cases {
            assert_eq!(AssetFormat::of(head), expected, "{head:?}");
        }
    }

    #[test]
    fn the_documented_limits() {
        let refused = |upload: Upload| upload.check().unwrap_err().to_string();
        let png = || Upload::new(AssetFormat::Png, "a.png", Body::reader(tokio::io::empty(), 1000));
        let sized = |format, bytes| Upload::new(format, "a", Body::reader(tokio::io::empty(), bytes));
        assert_eq!(png().check(), Ok(()));
        assert_eq!(sized(AssetFormat::Png, 20 << 20).check(), Ok(()));
        assert_eq!(sized(AssetFormat::Mp4, 500 << 20).check(), Ok(()));
        assert_eq!(png().pixels(4096, 4096).check(), Ok(()));
        assert_eq!(sized(AssetFormat::Mp4, 1).length(MAX_LENGTH).check(), Ok(()));
        assert_eq!(sized(AssetFormat::Png, (20 << 20) + 1).max_bytes(30 << 20).check(), Ok(()));
        assert_eq!(
            refused(sized(AssetFormat::WebP, (20 << 20) + 1)),
            "file: an image must have at most 20971520 bytes, found 20971521"
        );
        assert_eq!(
            refused(sized(AssetFormat::WebM, (500 << 20) + 1)),
            "file: a video must have at most 524288000 bytes, found 524288001"
        );
        assert_eq!(
            refused(png().pixels(10, 4097)),
            "file: an image must have at most 4096 pixels on each axis, found 10 × 4097"
        );
        assert_eq!(
            refused(sized(AssetFormat::Mp4, 1).length(Duration::from_millis(600_500))),
            "file: a video must last at most 600 s, found 600.5 s"
        );
        assert_eq!(refused(sized(AssetFormat::Png, 0)), "file: must not be empty");
    }

    #[tokio::test]
    async fn bytes_are_inspected() {
        let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
        png.extend(5000u32.to_be_bytes());
        png.extend(10u32.to_be_bytes());
        let upload = Upload::bytes("big.png", png).await.unwrap();
        assert_eq!(upload.pixels, Some((5000, 10)));
        assert!(upload.check().is_err());
        assert!(Upload::bytes("a.gif", &b"GIF89a"[..]).await.is_err());
    }
}
