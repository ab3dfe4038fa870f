//! Downloading the files behind links.

use std::path::Path;

use segno_core::client::Downloaded;
use segno_core::decode::Content;
use segno_core::{Bytes, endpoint};
use tokio::io::AsyncWrite;

use super::MediaUrl;
use crate::client::Client;
use crate::error::{ApiError, Error};

endpoint! {
    /// `GET` of a signed link: the bytes of the file.
    ///
    /// The API key is never sent along: the file host neither needs nor should see it. [`Client::call`] reports progress, then
    /// [`download`](segno_core::client::Call::download).
    pub struct Download { field link: MediaUrl }
    name: "soundstripe.media.download",
    method: GET,
    replay: Safe,
    write: |this, request| {
        request.download_from("{media}", this.link.url());
        Ok(())
    },
    response: Bytes,
    error: ApiError,
    content: Content::Binary,
    read: |response| Ok(response.body().clone()),
}

impl Client {
    /// Writes the file behind a link to `writer`, and resumes if the connection breaks.
    ///
    /// # Errors
    /// See [`segno_core::Error`]; 403 from a link that has expired: [`refresh`](Client::refresh) the song.
    pub async fn download<W>(&self, link: &MediaUrl, writer: &mut W) -> Result<Downloaded, Error>
    where
        W: AsyncWrite + Unpin + Send + ?Sized,
    {
        self.call(&Download::new(link)).download(writer).await
    }

    /// Writes the file behind a link to a file, which appears under its name when it is complete.
    ///
    /// # Errors
    /// See [`download`](Client::download).
    pub async fn download_to(&self, link: &MediaUrl, path: impl AsRef<Path>) -> Result<Downloaded, Error> {
        self.call(&Download::new(link)).download_to(path).await
    }
}
