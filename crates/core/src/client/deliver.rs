//! Uploads in two steps: a URL that a service gives, and a request there.

use std::fmt;
use std::future::Future;

use super::Client;
use crate::client::error::Error;
use crate::endpoint::Endpoint;
use crate::one_line::write_around;
use crate::request::body::Body;
use crate::request::progress::OnProgress;
use crate::url::SecretUrl;

/// An upload in two steps that failed: which step it was, and so what is with the service.
#[non_exhaustive]
pub enum Undelivered<A> {
    /// No URL could be had. Nothing was uploaded.
    Url(Error<A>),
    /// The request to the URL failed. The file may be with the service if the error
    /// [says so](Error::may_have_taken_effect).
    Put(Error<A>),
}

impl Client {
    /// Asks for a URL and sends a body there with the endpoint that `put` makes of both. If the URL had expired on the
    /// way, which `is_expired` finds in the error, a fresh one is asked for, once, if the body can be read again.
    ///
    /// # Errors
    /// [`Undelivered`].
    pub async fn deliver<P, F>(
        &self,
        body: &Body,
        progress: Option<OnProgress>,
        url: impl Fn() -> F,
        put: impl Fn(SecretUrl, Body) -> P,
        is_expired: impl Fn(&P::ApiError) -> bool,
    ) -> Result<P::Output, Undelivered<P::ApiError>>
    where
        P: Endpoint,
        F: Future<Output = Result<SecretUrl, Error<P::ApiError>>>,
    {
        let mut renewed = false;
        loop {
            let put = put(url().await.map_err(Undelivered::Url)?, body.clone());
            let mut call = self.call(&put);
            call.options.progress.clone_from(&progress);
            match call.send().await {
                Ok(output) => return Ok(output),
                Err(error) if !renewed && body.reopenable() && error.api().is_some_and(&is_expired) => {
                    renewed = true;
                }
                Err(error) => return Err(Undelivered::Put(error)),
            }
        }
    }
}

impl<A> Undelivered<A> {
    /// The error of the step that failed.
    #[must_use]
    pub fn error(&self) -> &Error<A> {
        match self {
            Self::Url(error) | Self::Put(error) => error,
        }
    }

    /// Whether the file is with the service: no, or nobody knows.
    #[must_use]
    pub fn may_have_arrived(&self) -> bool {
        matches!(self, Self::Put(error) if error.may_have_taken_effect())
    }
}

impl<A: fmt::Display> fmt::Display for Undelivered<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self {
            Self::Url(_) => "nothing was uploaded",
            Self::Put(_) if self.may_have_arrived() => "the upload failed, though the file may have arrived",
            Self::Put(_) => "the upload failed, and nothing of it is kept",
        };
        write_around(f, format_args!("{what}: "), self.error(), "")
    }
}

impl<A: fmt::Display> fmt::Debug for Undelivered<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Undelivered({self})")
    }
}

impl<A: fmt::Display + 'static> std::error::Error for Undelivered<A> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(self.error())
    }
}
