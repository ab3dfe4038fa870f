//! What the client sends, how it reads responses, and what it does when a request fails.

mod blocking;
mod contradictions;
mod decode;
mod dropped;
mod environment;
mod errors;
mod faults;
mod fixtures;
mod flows;
#[path = "../../../testkit/matrix/matrix.rs"]
mod matrix;
mod sandbox;
mod success;
mod webhooks;
mod wire;

use segno_core::testing::{FnTransport, ManualClock};
use segno_core::transport::TransportError;
use segno_core::{Bytes, Endpoint, Response, Timestamp, http};
use segno_soundstripe::{Client, ClientBuilder};
use std::sync::Arc;

/// The time of the documented delivery of a webhook.
fn moment() -> Timestamp {
    Timestamp::from_unix_seconds(1_790_000_000).unwrap()
}

fn clock() -> Arc<ManualClock> {
    ManualClock::new(moment())
}

/// A client whose transport is a function.
fn builder<F>(respond: F) -> ClientBuilder
where
    F: Fn(http::Request<Bytes>) -> Result<Response<Bytes>, TransportError> + Send + Sync + 'static,
{
    Client::builder("sk_demo_0001").settings(|core| core.transport(FnTransport::new(respond)).clock(clock()))
}

/// A client whose requests are only inspected.
fn client() -> Client {
    builder(|_| Ok(response(500, ""))).build().unwrap()
}

fn response(status: u16, body: impl Into<Bytes>) -> Response<Bytes> {
    Response::builder()
        .status(status)
        .header("content-type", "application/vnd.api+json; charset=utf-8")
        .body(body.into())
        .unwrap()
}

/// The value that an endpoint reads from a body.
fn read<E: Endpoint>(status: u16, body: impl Into<Bytes>) -> E::Output {
    E::read(response(status, body)).unwrap_or_else(|error| panic!("{}: {error}", E::NAME))
}
