//! Pictures of tracks and playlists.

use std::path::Path;

use segno_core::request::{Multipart, file};
use segno_core::{Body, Bytes};
use tokio::io::AsyncReadExt as _;

/// A picture in one of the three formats that are taken: JPEG, PNG, GIF. The format is known by the content.
#[derive(Clone, Debug)]
pub struct Artwork {
    content_type: &'static str,
    file_name: &'static str,
    bytes: Bytes,
}

/// A picture that is not taken.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum ArtworkError {
    /// Neither JPEG, PNG nor GIF.
    #[error("invalid picture: expected JPEG, PNG or GIF, found another format")]
    Format,
    /// The file cannot be read.
    #[error("the picture cannot be read: {0}")]
    Io(#[from] std::io::Error),
}

impl std::fmt::Debug for ArtworkError {
    // The line for people, as a program prints it that ends with this error.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

impl Artwork {
    /// From the content of a file.
    ///
    /// # Errors
    /// [`ArtworkError::Format`].
    pub fn new(bytes: impl Into<Bytes>) -> Result<Self, ArtworkError> {
        let bytes = bytes.into();
        // The names are plain on purpose: pictures with other names were seen to end in a 500.
        let (content_type, file_name) = if bytes.starts_with(b"\xff\xd8\xff") {
            ("image/jpeg", "artwork.jpg")
        } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            ("image/png", "artwork.png")
        } else if bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a") {
            ("image/gif", "artwork.gif")
        } else {
            return Err(ArtworkError::Format);
        };
        Ok(Self { content_type, file_name, bytes })
    }

    /// From a file.
    ///
    /// # Errors
    /// [`ArtworkError`].
    pub async fn file(path: impl AsRef<Path>) -> Result<Self, ArtworkError> {
        let mut bytes = Vec::new();
        file::open(path).await?.read_to_end(&mut bytes).await?;
        Self::new(bytes)
    }

    pub(crate) fn part(&self, form: &mut Multipart, name: &str) {
        form.file(name, self.file_name, self.content_type, Body::from(self.bytes.clone()));
    }
}
