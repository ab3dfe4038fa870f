//! Downloads in two steps: a URL that expires, and what is behind it.

use std::future::{Future, ready};

use super::{Downloaded, Sink};
use crate::client::Client;
use crate::client::error::Error;
use crate::endpoint::Endpoint;

/// Where a download gets another request when the URL of the first one has expired.
pub(super) trait Renewal<E: Endpoint>: Send + Sync {
    fn is_expired(&self, error: &E::ApiError) -> bool;

    fn fresh(&self) -> impl Future<Output = Result<Option<E>, Error<E::ApiError>>> + Send;
}

/// Nowhere.
pub(super) struct Fixed;

impl<E: Endpoint> Renewal<E> for Fixed {
    fn is_expired(&self, _: &E::ApiError) -> bool {
        false
    }

    fn fresh(&self) -> impl Future<Output = Result<Option<E>, Error<E::ApiError>>> + Send {
        ready(Ok(None))
    }
}

struct Renewed<N, X> {
    fresh: N,
    is_expired: X,
}

impl<E, N, F, X> Renewal<E> for Renewed<N, X>
where
    E: Endpoint,
    N: Fn() -> F + Send + Sync,
    F: Future<Output = Result<Option<E>, Error<E::ApiError>>> + Send,
    X: Fn(&E::ApiError) -> bool + Send + Sync,
{
    fn is_expired(&self, error: &E::ApiError) -> bool {
        (self.is_expired)(error)
    }

    fn fresh(&self) -> impl Future<Output = Result<Option<E>, Error<E::ApiError>>> + Send {
        (self.fresh)()
    }
}

impl Client {
    /// Writes what is behind a URL that expires to a sink: `fresh` asks for the URL and makes the endpoint of it, `None` if there is
    /// none. If the URL has expired before the file is complete, which `is_expired` finds in the error, `fresh` is asked for another
    /// one, and the download goes on where it was; twice only if bytes arrived in between.
    ///
    /// # Errors
    /// See [`Error`], of either step.
    pub async fn fetch<E, F, S>(
        &self,
        sink: &mut S,
        fresh: impl Fn() -> F + Send + Sync,
        is_expired: impl Fn(&E::ApiError) -> bool + Send + Sync,
    ) -> Result<Option<Downloaded>, Error<E::ApiError>>
    where
        E: Endpoint,
        F: Future<Output = Result<Option<E>, Error<E::ApiError>>> + Send,
        S: Sink + ?Sized,
    {
        let Some(endpoint) = fresh().await? else { return Ok(None) };
        let renewed = Renewed { fresh, is_expired };
        self.call(&endpoint).download_with(sink, &renewed).await.map(Some)
    }
}
