//! For tests: a transport that is a function, a clock that only moves when told, the exact bytes of a request, what an
//! endpoint reads from a response, and the contracts of token stores, rate limits and memories of deliveries.

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::BodyExt as _;

use crate::endpoint::ApiError as _;
use crate::request::body::RequestBody;
use crate::transport::body::ResponseBody;
use crate::transport::{Phase, Transport, TransportError, TransportErrorKind};
use crate::{BoxFuture, DecodeError, Endpoint};

mod clock;
mod rate_limit;
mod seen;
#[cfg(any(feature = "oauth1", feature = "oauth2"))]
mod token_store;
mod wire;

pub use clock::ManualClock;
pub use rate_limit::{rate_limit_contract, rate_limit_contract_between};
pub use seen::{seen_contract, seen_contract_between};
#[cfg(any(feature = "oauth1", feature = "oauth2"))]
pub use token_store::{token_store_contract, token_store_contract_between};
pub use wire::{wire, wire_bytes};

/// A transport that hands every request, its body read whole, to a function.
pub struct FnTransport<F>(F);

impl<F> FnTransport<F>
where
    F: Fn(Request<Bytes>) -> Result<Response<Bytes>, TransportError> + Send + Sync + 'static,
{
    /// A transport whose response is what `respond` returns.
    pub fn new(respond: F) -> Self {
        Self(respond)
    }
}

impl<F> Transport for FnTransport<F>
where
    F: Fn(Request<Bytes>) -> Result<Response<Bytes>, TransportError> + Send + Sync + 'static,
{
    fn send(
        &self,
        request: Request<RequestBody>,
    ) -> BoxFuture<'_, Result<Response<ResponseBody>, TransportError>> {
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let body = body
                .collect()
                .await
                .map_err(|error| TransportError::new(Phase::MaybeSent, TransportErrorKind::Source, error))?;
            let response = (self.0)(Request::from_parts(parts, body.to_bytes()))?;
            Ok(response.map(ResponseBody::from_bytes))
        })
    }
}

/// What a client makes of a response with a status that the endpoint accepts: its content is checked, an error of the
/// service in it is an error, then the endpoint reads it.
///
/// # Errors
/// [`DecodeError`] as the client reports it.
pub fn read_response<E: Endpoint>(response: Response<Bytes>) -> Result<E::Output, DecodeError> {
    E::CONTENT.check_whole(&response)?;
    if let Some(error) = E::ApiError::in_success(&response) {
        return Err(DecodeError::Other(error.to_string()));
    }
    E::read(response)
}
