//! A client as a tower service, for layers around whole calls.

use std::fmt;
use std::task::{Context, Poll};

use tower_service::Service;

use super::{Client, Error};
use crate::BoxFuture;
use crate::endpoint::Endpoint;

/// A client as a tower service: takes endpoints, gives what they read. Made by [`Client::service`].
#[derive(Clone)]
pub struct ClientService(Client);

impl Client {
    /// This client under tower's layers: each call is a whole one, with its retries.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use segno_core::{Client, Endpoint};
    /// use tower::{ServiceBuilder, ServiceExt as _};
    ///
    /// async fn send<E>(client: &Client, endpoint: E) -> Result<E::Output, tower::BoxError>
    /// where
    ///     E: Endpoint<Output: Send> + Send + Sync + 'static,
    /// {
    ///     let layers = ServiceBuilder::new().timeout(Duration::from_secs(5)).concurrency_limit(8);
    ///     layers.service(client.service()).oneshot(endpoint).await
    /// }
    /// ```
    #[must_use]
    pub fn service(&self) -> ClientService {
        ClientService(self.clone())
    }
}

impl<E> Service<E> for ClientService
where
    E: Endpoint + Send + Sync + 'static,
    E::Output: Send,
{
    type Response = E::Output;
    type Error = Error<E::ApiError>;
    type Future = BoxFuture<'static, Result<E::Output, Error<E::ApiError>>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, endpoint: E) -> Self::Future {
        let client = self.0.clone();
        Box::pin(async move { client.send(&endpoint).await })
    }
}

impl fmt::Debug for ClientService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientService")
    }
}
