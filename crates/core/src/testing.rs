//! For tests: a transport that is a function, a clock that only moves when told, the exact bytes of a request, a canary
//! for secrets, and the contract of token stores.

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::BodyExt as _;

use crate::BoxFuture;
use crate::body::RequestBody;
use crate::response::ResponseBody;
use crate::transport::{Phase, Transport, TransportError, TransportErrorKind};

mod canary;
mod clock;
mod environment;
mod odd;
mod recorder;
mod recording;
mod strangers;
#[cfg(any(feature = "oauth1", feature = "oauth2"))]
mod token_store;
mod wire;

pub use canary::Canary;
pub use clock::ManualClock;
pub use environment::{tell, told_in};
pub use odd::reads_odd_responses;
pub use recorder::{Fixtures, Recorder, answer, redact};
pub use recording::Recording;
pub use strangers::{STRANGERS, read, taken_strangers};
#[cfg(any(feature = "oauth1", feature = "oauth2"))]
pub use token_store::{token_store_contract, token_store_contract_between};
pub use wire::{wire, wire_bytes};

/// A transport that hands every request, its body read whole, to a function.
pub struct FnTransport<F>(F);

impl<F> FnTransport<F>
where
    F: Fn(Request<Bytes>) -> Result<Response<Bytes>, TransportError> + Send + Sync + 'static,
{
    /// A transport that answers with what `answer` returns.
    pub fn new(answer: F) -> Self {
        Self(answer)
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
                .map_err(|error| TransportError::new(Phase::MaybeSent, TransportErrorKind::Source, &error))?;
            let response = (self.0)(Request::from_parts(parts, body.to_bytes()))?;
            Ok(response.map(ResponseBody::from_bytes))
        })
    }
}
