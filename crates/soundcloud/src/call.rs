//! One call of an endpoint, whose refusal is looked into.

use std::fmt;
use std::time::Duration;

use segno_core::request::Progress;
use segno_core::{Endpoint, Error, Method, Replay};

use crate::client::Client;
use crate::diagnosis::Diagnosable;

/// A call that is not sent yet. Made by [`Client::call`].
#[must_use = "a call does nothing until it is sent"]
pub struct Call<'a, E: Endpoint> {
    client: &'a Client,
    call: segno_core::client::Call<'a, E>,
}

impl<'a, E: Endpoint> Call<'a, E> {
    pub(crate) fn new(client: &'a Client, endpoint: &'a E) -> Self {
        Self { client, call: client.core().call(endpoint) }
    }

    /// Ends the call after this time, with all its attempts and pauses, whatever the client's default.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.call = self.call.deadline(deadline);
        self
    }

    /// Tells a function how far the body of the request has come.
    pub fn progress(mut self, report: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        self.call = self.call.progress(report);
        self
    }

    /// Sends it and reads the response. A write that is refused without a reason is looked into: see
    /// [`Diagnosis`](crate::Diagnosis).
    ///
    /// # Errors
    /// See [`segno_core::Error`].
    pub async fn send(self) -> Result<E::Output, Error<E::ApiError>>
    where
        E::ApiError: Diagnosable,
    {
        let client = self.client;
        // An upload is not tried again with a renewed token, so it matters which one it had.
        let used = if E::REPLAY == Replay::Once { Box::pin(client.held_token()).await } else { None };
        let error = match self.call.send().await {
            Ok(output) => return Ok(output),
            Err(error) => error,
        };
        // On the heap, because it is seldom needed and would make every call larger.
        if E::METHOD == Method::GET { Err(error) } else { Err(Box::pin(client.explained(error, used)).await) }
    }

    /// The call of segno-core, for a response that is wanted as a stream or undecoded. Its errors have no diagnosis.
    pub fn into_core(self) -> segno_core::client::Call<'a, E> {
        self.call
    }
}

impl<E: Endpoint> fmt::Debug for Call<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.call.fmt(f)
    }
}
