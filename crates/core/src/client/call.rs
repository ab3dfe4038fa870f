//! One call of an endpoint, with what can be set for it alone.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Response, StatusCode};

use crate::BoxFuture;
use crate::client::Client;
use crate::client::attempt::{Attempt, Options};
use crate::client::cache::{Keep, request_key};
use crate::client::error::{Cause, Error, Reached};
use crate::client::exchange::{Streamed, Whole};
use crate::client::retry_loop::RetryLoop;
use crate::client::strike::Private;
use crate::decode::{Content, DecodeError};
use crate::endpoint::{ApiError, Endpoint};
use crate::request::progress::Progress;
use crate::request::{BuildError, Kind, Prepared};
use crate::transport::body::ResponseBody;

/// A call that is not sent yet.
#[must_use = "a call does nothing until it is sent"]
pub struct Call<'a, E: Endpoint> {
    pub(crate) client: &'a Client,
    pub(crate) endpoint: &'a E,
    pub(crate) options: Options,
}

impl Client {
    /// Sends an endpoint and reads the response.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn send<E: Endpoint>(&self, endpoint: &E) -> Result<E::Output, Error<E::ApiError>> {
        self.call(endpoint).send().await
    }

    /// A call that can still be given a deadline or a progress function.
    pub fn call<'a, E: Endpoint>(&'a self, endpoint: &'a E) -> Call<'a, E> {
        Call::new(self, endpoint)
    }
}

impl<'a, E: Endpoint> Call<'a, E> {
    pub(crate) fn new(client: &'a Client, endpoint: &'a E) -> Self {
        Self { client, endpoint, options: Options::default() }
    }

    /// Ends the call after this time, with all its attempts and pauses, whatever the client's default.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.options.deadline = Some(deadline);
        self
    }

    /// Tells a function how far the body of the request (or, for a download, of the response) has come.
    pub fn progress(mut self, report: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        self.options.progress = Some(Arc::new(report));
        self
    }

    /// Sends it and reads the response.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn send(self) -> Result<E::Output, Error<E::ApiError>> {
        let prepared = self.client.prepare(self.endpoint).map_err(unsent::<E>)?;
        let mut retry = self.retry_loop(&prepared);
        let outcome = self.whole_response(&prepared, &mut retry).await;
        read::<E, _>(outcome, &prepared, &retry, Ok)
    }

    /// Sends it and gives the response as it arrives, undecoded.
    ///
    /// # Errors
    /// See [`Error`]; a success that is not the [`Content`](crate::decode::Content) of the endpoint is one.
    pub async fn open(self) -> Result<Response<ResponseBody>, Error<E::ApiError>> {
        let mut prepared = self.client.prepare(self.endpoint).map_err(unsent::<E>)?;
        prepared.as_file();
        let mut retry = self.retry_loop(&prepared);
        let response = self.attempt(&prepared, Streamed).run(&mut retry).await?;
        checked::<E>(response).await.map_err(|cause| retry.error(cause))
    }

    /// Sends it and gives the whole response, undecoded.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn raw(self) -> Result<Response<Bytes>, Error<E::ApiError>> {
        let prepared = self.client.prepare(self.endpoint).map_err(unsent::<E>)?;
        self.attempt(&prepared, self.whole()).run(&mut self.retry_loop(&prepared)).await
    }

    /// The whole response, or that of an equal request under way.
    pub(crate) fn whole_response<'r>(
        &self,
        prepared: &'r Prepared,
        retry: &'r mut RetryLoop<'_>,
    ) -> BoxFuture<'r, Result<Response<Bytes>, Error<E::ApiError>>>
    where
        'a: 'r,
    {
        let attempt = self.attempt(prepared, self.whole());
        let inner = &self.client.0;
        let Some(flights) = inner.flights.as_ref().filter(|_| prepared.is_plain_get()) else {
            return attempt.run(retry);
        };
        let request = request_key(&prepared.uri, &prepared.headers);
        // Another endpoint with the same URL may accept another status.
        let flight = flights.join(format!("{}\n{}\n{request}", inner.partition, prepared.endpoint));
        Box::pin(async move {
            let mut seat =
                retry.timeout(flight.turn()).await.map_err(|limit| retry.error(Cause::Deadline(limit)))?;
            if let Some(response) = &*seat {
                return Ok(response.clone());
            }
            let response = attempt.run(retry).await?;
            *seat = Some(response.clone());
            flight.close();
            Ok(response)
        })
    }

    pub(crate) fn whole(&self) -> Whole {
        Whole(self.client.0.body_cap)
    }

    pub(crate) fn retry_loop(&self, prepared: &Prepared) -> RetryLoop<'a> {
        RetryLoop::new(&self.client.0, prepared, self.options.deadline)
    }

    pub(crate) fn attempt<'s, M>(&self, prepared: &'s Prepared, mode: M) -> Attempt<'s, M> {
        Attempt { prepared, progress: self.options.progress.clone(), accepts: E::accepts, mode }
    }
}

impl<E: Endpoint> fmt::Debug for Call<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("endpoint", &E::NAME).finish_non_exhaustive()
    }
}

/// The error of a call whose request cannot be built.
pub(crate) fn unsent<E: Endpoint>(error: BuildError) -> Error<E::ApiError> {
    Error::build(E::NAME, error)
}

/// Reads the response of a call and takes it further; both may find that it cannot be read.
pub(crate) fn read<E: Endpoint, T>(
    outcome: Result<Response<Bytes>, Error<E::ApiError>>,
    prepared: &Prepared,
    retry: &RetryLoop<'_>,
    further: impl FnOnce(E::Output) -> Result<T, DecodeError>,
) -> Result<T, Error<E::ApiError>> {
    let mut response = match outcome {
        Ok(response) => response,
        Err(failure) => {
            let Some(output) = deleted::<E>(&failure) else { return Err(failure) };
            // What is taken further of a deletion is nothing that could be wrong.
            return further(output).map_err(|_| failure);
        }
    };
    let keep = response.extensions_mut().remove::<Keep>().map(|keep| (keep, response.clone()));
    let private = Private::in_response(&response);
    let (status, headers) = (response.status(), response.headers().clone());
    let body = response.body().clone();
    let said = if status.is_success() { E::ApiError::in_success(&response) } else { None };
    let said = said.and_then(|_| E::ApiError::in_success(&response.clone().map(|body| private.strike(body))));
    // A file may look like an error document, so its endpoint is asked first.
    let said = match said {
        Some(error) if prepared.kind != Kind::Transfer => {
            return Err(retry.error(Cause::Api { status, error, headers, body }));
        }
        said => said,
    };
    let checked = E::CONTENT.check_whole(&response);
    match (checked.and_then(|()| E::read(response)).and_then(further), said) {
        (Ok(output), _) => {
            if let Some((keep, response)) = keep {
                keep.keep(response, retry.client);
            }
            Ok(output)
        }
        (Err(_), Some(error)) => Err(retry.error(Cause::Api { status, error, headers, body })),
        (Err(error), None) => {
            let error = private.strike_error(error);
            Err(retry.error(Cause::Decode { status, headers, error, body }))
        }
    }
}

/// The response, if its body begins as the endpoint's content does.
pub(crate) async fn checked<E: Endpoint>(
    response: Response<ResponseBody>,
) -> Result<Response<ResponseBody>, Cause<E::ApiError>> {
    let (parts, body) = response.into_parts();
    if !Content::is_checked_at(parts.status) {
        return Ok(Response::from_parts(parts, body));
    }
    let (start, body) = body.peek(|start| E::CONTENT.is_decided(start)).await;
    match E::CONTENT.check(&parts.headers, &start) {
        Ok(()) => Ok(Response::from_parts(parts, body)),
        Err(error) => {
            let error = Private::of_parts(&parts).strike_error(error);
            Err(Cause::Decode { status: parts.status, headers: parts.headers, error, body: start })
        }
    }
}

/// What was to be deleted is not there, and an earlier attempt may be the reason: that is what was asked for, if the
/// endpoint documents nothing else to come.
fn deleted<E: Endpoint>(failure: &Error<E::ApiError>) -> Option<E::Output> {
    let gone = matches!(failure.status(), Some(StatusCode::NOT_FOUND | StatusCode::GONE));
    if E::METHOD != Method::DELETE || !gone || failure.before() != Reached::Arrived {
        return None;
    }
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::NO_CONTENT;
    E::read(response).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoint::PlainApiError;
    use crate::{BuildError, Method, Replay, RequestWriter};

    struct Ping;

    impl Endpoint for Ping {
        type Output = ();
        type ApiError = PlainApiError;
        const NAME: &'static str = "example.ping";
        const METHOD: Method = Method::GET;
        const REPLAY: Replay = Replay::Safe;

        fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
            request.path("ping", &[])
        }

        fn read(_: Response<Bytes>) -> Result<(), DecodeError> {
            Ok(())
        }
    }

    /// Compiles only if a call can be spawned on a multi-threaded runtime.
    #[allow(dead_code)]
    fn calls_are_send(client: &Client) {
        fn send(_: impl Send) {}
        send(client.send(&Ping));
        send(client.call(&Ping).open());
    }
}
