//! Getting the files behind links.

use std::path::Path;

use segno_core::{
    BuildError, Bytes, Content, DecodeError, Downloaded, Endpoint, Method, Replay, RequestWriter, Response,
};
use tokio::io::AsyncWrite;

use super::MediaUrl;
use crate::client::Client;
use crate::error::{ApiError, Error};

/// `GET` of a signed link: the sound itself.
///
/// The API key is never sent along: the link is all that the file host wants, and none of its business is the key. Give
/// it to [`Client::call`] for progress, then [`download`](segno_core::Call::download).
#[derive(Clone, Debug)]
#[must_use = "a request does nothing until it is sent"]
pub struct Download {
    link: MediaUrl,
}

impl Download {
    /// Gets this file.
    pub fn new(link: &MediaUrl) -> Self {
        Self { link: link.clone() }
    }
}

impl Endpoint for Download {
    type Output = Bytes;
    type ApiError = ApiError;
    const NAME: &'static str = "soundstripe.media.download";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;
    const CONTENT: Content = Content::Binary;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.url("{media}", self.link.url().clone());
        request.transfer();
        Ok(())
    }

    fn read(response: Response<Bytes>) -> Result<Bytes, DecodeError> {
        Ok(response.into_body())
    }
}

impl Client {
    /// Writes the file behind a link to `writer`, going on where it was if the connection breaks.
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
