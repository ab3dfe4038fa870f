//! The attempt loop: prepare, limit, authorize, send, observe, judge.

use std::pin::pin;
use std::time::Duration;

use http::{Response, StatusCode};
use tracing::Instrument as _;

use super::error::{Cause, Error};
use super::exchange::{BodyMode, Exchange};
use super::retry_loop::RetryLoop;
use crate::BoxFuture;
use crate::endpoint::ApiError;
use crate::request::Prepared;
use crate::request::progress::OnProgress;

/// What can be set for one call.
#[derive(Clone, Default)]
pub(crate) struct Options {
    pub(crate) deadline: Option<Duration>,
    pub(crate) progress: Option<OnProgress>,
}

/// One request, and how its response is taken.
pub(crate) struct Attempt<'a, M> {
    pub(crate) prepared: &'a Prepared,
    pub(crate) progress: Option<OnProgress>,
    /// Whether a response of this status is for the endpoint to read rather than an error.
    pub(crate) accepts: fn(StatusCode) -> bool,
    pub(crate) mode: M,
}

impl<'a, M: BodyMode> Attempt<'a, M> {
    /// Sends until there is an accepted response, or no sense in another attempt. On the heap: it is kilobytes large, and
    /// callers hold many calls in one function.
    pub(crate) fn run<'r, A: ApiError>(
        self,
        retry: &'r mut RetryLoop<'_>,
    ) -> BoxFuture<'r, Result<Response<M::Body>, Error<A>>>
    where
        'a: 'r,
        M: 'r,
    {
        let span =
            tracing::debug_span!("call", endpoint = self.prepared.endpoint, path = self.prepared.template);
        let call = async move {
            if let Err(missing) = retry.client.clock.ready() {
                return Err(retry.error(Cause::Transport(missing.into())));
            }
            let mut earlier = None;
            loop {
                // Limit.
                if let Err(cause) = retry.acquire_permit().await {
                    return Err(earlier.unwrap_or_else(|| retry.error(cause)));
                }
                // Authorize and send.
                let mut exchange = Exchange::new(&self, retry.begin());
                let span = exchange.span();
                let outcome = {
                    // In its place at once: each future that it were moved into would have room for it twice.
                    let sending = pin!(exchange.send().instrument(span.clone()));
                    retry.timeout(sending).await.unwrap_or_else(Exchange::<M>::out_of_time)
                };
                // Observe.
                retry.tell(exchange.observe(&outcome, &span));
                let failure = match outcome {
                    Ok(response) => return Ok(retry.succeeded(response)),
                    Err(cause) => retry.failed(cause, exchange.sent).await,
                };
                // Judge.
                earlier = Some(retry.next(failure, exchange.authorized).await?);
            }
        };
        Box::pin(call.instrument(span))
    }
}
