//! Clients without a network.

use std::sync::{Arc, Mutex};

use segno_core::http::{Request, Response};
use segno_core::testing::{FnTransport, ManualClock};
use segno_core::{Bytes, Timestamp};
use segno_musescore::{AccessToken, Client, Consumer, Credentials};

pub(crate) fn consumer() -> Consumer {
    Consumer::new("emu-app-key", "emu app&secret=1")
}

pub(crate) fn user() -> Credentials {
    Credentials::User(consumer(), AccessToken::new("tok-7f3a", "tok+secret/%"))
}

/// What arrived, in order.
pub(crate) type Log = Arc<Mutex<Vec<Request<Bytes>>>>;

/// A client that gets its responses from `respond`, and the requests that it sent.
pub(crate) fn client(
    access: Credentials,
    respond: impl Fn(&Request<Bytes>) -> Response<Bytes> + Send + Sync + 'static,
) -> (Client, Log) {
    let log = Log::default();
    let seen = Arc::clone(&log);
    let transport = FnTransport::new(move |request: Request<Bytes>| {
        let response = respond(&request);
        seen.lock().unwrap().push(request);
        Ok(response)
    });
    let client = Client::builder(access)
        .base_url("http://127.0.0.1:8406/services/rest/")
        .oauth_url("http://127.0.0.1:8406/oauth/")
        .web_url("http://127.0.0.1:8407/")
        .static_url("http://127.0.0.1:8408/")
        .settings(|core| {
            core.transport(transport)
                .clock(ManualClock::new(Timestamp::from_unix_seconds(1_400_000_000).unwrap()))
        })
        .build()
        .unwrap();
    (client, log)
}

/// A client with a key alone whose every response is this.
pub(crate) fn responding(status: u16, body: &str) -> Client {
    let body = Bytes::copy_from_slice(body.as_bytes());
    client(Credentials::key("KEY"), move |_| Response::builder().status(status).body(body.clone()).unwrap()).0
}

pub(crate) fn ok(body: impl Into<Bytes>) -> Response<Bytes> {
    Response::new(body.into())
}
