//! What the client puts on the wire, what it makes of answers, and what it does when things go wrong.

mod contradictions;
mod decode;
mod environment;
mod errors;
mod fixtures;
mod flows;
mod sandbox;
mod success;
mod webhooks;
mod wire;

use segno_core::testing::{FnTransport, ManualClock};
use segno_core::transport::TransportError;
use segno_core::{Bytes, Endpoint, Response, Timestamp, http};
use segno_soundstripe::{Client, ClientBuilder};
use std::sync::Arc;

/// The moment of the sheet's webhook vector.
fn moment() -> Timestamp {
    Timestamp::from_unix_seconds(1_790_000_000).unwrap()
}

fn clock() -> Arc<ManualClock> {
    ManualClock::new(moment())
}

/// A client with a key of the sheet that answers by a function.
fn builder<F>(answer: F) -> ClientBuilder
where
    F: Fn(http::Request<Bytes>) -> Result<Response<Bytes>, TransportError> + Send + Sync + 'static,
{
    Client::builder("sk_demo_0001").settings(|core| core.transport(FnTransport::new(answer)).clock(clock()))
}

/// A client whose requests are only looked at.
fn client() -> Client {
    builder(|_| Ok(answer(500, ""))).build().unwrap()
}

fn answer(status: u16, body: impl Into<Bytes>) -> Response<Bytes> {
    Response::builder()
        .status(status)
        .header("content-type", "application/vnd.api+json; charset=utf-8")
        .body(body.into())
        .unwrap()
}

/// What an endpoint makes of a body.
fn read<E: Endpoint>(status: u16, body: impl Into<Bytes>) -> E::Output {
    E::read(answer(status, body)).unwrap_or_else(|error| panic!("{}: {error}", E::NAME))
}
