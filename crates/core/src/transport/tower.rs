//! tower: a transport of a service, a service of a transport.
//!
//! Both ways together put tower's layers between a client and the network; [`Client::service`](crate::Client::service) puts a whole client,
//! with its retries and credentials, under layers.
//!
//! ```
//! use segno_core::transport::hyper::Hyper;
//! use segno_core::transport::tower::{ServiceTransport, TransportService};
//! use tower::ServiceBuilder;
//!
//! let network = TransportService::new(Hyper::builder().build());
//! let layered = ServiceBuilder::new().concurrency_limit(4).service(network);
//! let client = segno_core::Client::builder("https://api.example.com/")
//!     .transport(ServiceTransport::new(layered))
//!     .build()?;
//! # Ok::<(), segno_core::client::ClientError>(())
//! ```

use std::error::Error as StdError;
use std::fmt;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::BodyExt as _;
use tower_service::Service;

use super::{Phase, ResponseBody, Transport, TransportError, TransportErrorKind};
use crate::BoxFuture;
use crate::request::body::RequestBody;

type BoxError = Box<dyn StdError + Send + Sync>;

/// A [`Transport`] that sends through a tower service.
///
/// A service that is not ready has sent nothing. Any other error of a layer is told as a request that may have arrived, unless it is a
/// [`TransportError`] itself, such as one of a [`TransportService`] below.
#[derive(Clone)]
pub struct ServiceTransport<S>(S);

impl<S> ServiceTransport<S> {
    /// Through this service, which is cloned for each request.
    #[must_use]
    pub fn new(service: S) -> Self {
        Self(service)
    }
}

impl<S, B> Transport for ServiceTransport<S>
where
    S: Service<Request<RequestBody>, Response = Response<B>> + Clone + Send + Sync + 'static,
    S::Future: Send,
    S::Error: Into<BoxError>,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    fn send(
        &self,
        request: Request<RequestBody>,
    ) -> BoxFuture<'_, Result<Response<ResponseBody>, TransportError>> {
        let mut service = self.0.clone();
        Box::pin(async move {
            poll_fn(|cx| service.poll_ready(cx)).await.map_err(|error| lost(Phase::NotSent, error.into()))?;
            let response =
                service.call(request).await.map_err(|error| lost(Phase::MaybeSent, error.into()))?;
            Ok(response
                .map(|body| ResponseBody::new(body.map_err(|error| lost(Phase::ReadingBody, error.into())))))
        })
    }
}

/// The error of a layer, or that of the transport below it.
fn lost(phase: Phase, error: BoxError) -> TransportError {
    match error.downcast::<TransportError>() {
        Ok(error) => *error,
        Err(error) => TransportError::new(phase, TransportErrorKind::Broken, error),
    }
}

impl<S> fmt::Debug for ServiceTransport<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServiceTransport")
    }
}

/// A tower service that sends through a [`Transport`].
pub struct TransportService<T: ?Sized>(Arc<T>);

impl<T: Transport> TransportService<T> {
    /// Through this transport.
    #[must_use]
    pub fn new(transport: T) -> Self {
        Self(Arc::new(transport))
    }
}

impl<T: ?Sized> Clone for TransportService<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: Transport + ?Sized> Service<Request<RequestBody>> for TransportService<T> {
    type Response = Response<ResponseBody>;
    type Error = TransportError;
    type Future = BoxFuture<'static, Result<Response<ResponseBody>, TransportError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<RequestBody>) -> Self::Future {
        let transport = Arc::clone(&self.0);
        Box::pin(async move { transport.send(request).await })
    }
}

impl<T: ?Sized> fmt::Debug for TransportService<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TransportService")
    }
}
