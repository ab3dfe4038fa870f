//! Downloading the files behind links.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use segno_core::client::Downloaded;
use segno_core::decode::Content;
use segno_core::{Bytes, endpoint};
use tokio::io::AsyncWrite;

use super::MediaUrl;
use crate::client::{Client, Refresh};
use crate::error::{ApiError, Error, ErrorKind};

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

    /// Writes a file of a song or a sound effect to `path`; `None` if it has no such file. Unlike
    /// [`download_to`](Client::download_to) it reads `resource` again when the link has expired, and goes on with the new one.
    ///
    /// ```no_run
    /// # async fn example(client: segno_soundstripe::Client) -> Result<(), segno_soundstripe::Error> {
    /// use segno_soundstripe::songs::{self, Song};
    ///
    /// let wav = |song: &Song| song.primary_audio()?.versions.wav.clone();
    /// let song = client.send(&songs::Get::new(1001)).await?;
    /// client.download_version_to(&song, wav, "harbour.wav").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// See [`download`](Client::download).
    pub async fn download_version_to<T>(
        &self,
        resource: &T,
        version: impl Fn(&T) -> Option<MediaUrl> + Send + Sync,
        path: impl AsRef<Path>,
    ) -> Result<Option<Downloaded>, Error>
    where
        T: Refresh + Send + Sync,
    {
        let held = Mutex::new(version(resource));
        let fresh = || async {
            let held = held.lock().unwrap_or_else(PoisonError::into_inner).take();
            let link = match held {
                Some(link) => Some(link),
                None => version(&self.refresh(resource).await?),
            };
            Ok(link.map(Download::new))
        };
        let is_expired = |error: &ApiError| error.kind() == ErrorKind::Forbidden;
        self.core().fetch(&mut self.core().file_sink(path), fresh, is_expired).await
    }
}
