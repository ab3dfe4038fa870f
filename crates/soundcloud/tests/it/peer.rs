//! A client whose network is a function, and a log of what it sent.

use std::sync::{Arc, Mutex};

use segno_core::auth::oauth2::TokenResponse;
use segno_core::auth::store::{MemoryStore, Token, TokenStore};
use segno_core::http::{Request, header};
use segno_core::testing::{FnTransport, ManualClock};
use segno_core::time::Clock as _;
use segno_core::transport::TransportError;
use segno_core::{Bytes, Response, Timestamp};
use segno_soundcloud::{Client, ClientBuilder};

/// What was sent: method, URL, authorization and body, one a line.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    pub(crate) fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    /// The requests that begin so.
    pub(crate) fn count(&self, start: &str) -> usize {
        self.lines().iter().filter(|line| line.starts_with(start)).count()
    }
}

pub(crate) const NOW: &str = "2026-11-21T20:00:00Z";

pub(crate) fn now() -> Timestamp {
    NOW.parse().unwrap()
}

pub(crate) fn response(status: u16, body: impl Into<Bytes>) -> Response<Bytes> {
    Response::builder().status(status).body(body.into()).unwrap()
}

pub(crate) fn redirect(location: &str) -> Response<Bytes> {
    Response::builder().status(302).header(header::LOCATION, location).body(Bytes::new()).unwrap()
}

type Outcome = Result<Response<Bytes>, TransportError>;

/// A builder whose network is `peer`, which sees the line of the log.
pub(crate) fn builder(
    peer: impl Fn(&str) -> Outcome + Send + Sync + 'static,
) -> (ClientBuilder, Log, Arc<ManualClock>) {
    let log = Log::default();
    let seen = log.clone();
    let transport = Arc::new(FnTransport::new(move |request: Request<Bytes>| {
        let authorization = request.headers().get(header::AUTHORIZATION);
        let authorization = authorization.map_or("-", |value| value.to_str().unwrap());
        let body = String::from_utf8_lossy(request.body()).into_owned();
        let line = format!("{} {} [{authorization}] {body}", request.method(), request.uri());
        seen.0.lock().unwrap().push(line.clone());
        peer(&line)
    }));
    let clock = ManualClock::new(now());
    let given = Arc::clone(&clock);
    let builder = Client::builder().settings(move |core| {
        core.transport(Arc::clone(&transport)).clock(Arc::clone(&given) as Arc<dyn segno_core::time::Clock>)
    });
    (builder, log, clock)
}

/// A user's client with the token `t1`.
pub(crate) fn user_client(peer: impl Fn(&str) -> Response<Bytes> + Send + Sync + 'static) -> (Client, Log) {
    let (builder, log, _) = builder(move |line| Ok(peer(line)));
    (builder.token("t1").build().unwrap(), log)
}

/// A store with a user's tokens `t1` and `r1`, good for an hour.
pub(crate) fn stored() -> Arc<MemoryStore> {
    let mut response = TokenResponse::new("t1");
    response.refresh_token = Some("r1".into());
    response.expires_in = Some(std::time::Duration::from_secs(3599));
    Arc::new(MemoryStore::with(Token::received(response, None, now())))
}

/// A user's client whose login is in a store.
pub(crate) fn logged_in(
    store: impl TokenStore,
    peer: impl Fn(&str) -> Response<Bytes> + Send + Sync + 'static,
) -> (Client, Log, Arc<ManualClock>) {
    let (builder, log, clock) = builder(move |line| Ok(peer(line)));
    let client = builder.user("app1", Some("s3cret".into()), store).build().unwrap();
    assert_eq!(clock.wall(), now());
    (client, log, clock)
}

/// A client with the application's own rights.
pub(crate) fn app_client(
    store: impl TokenStore,
    peer: impl Fn(&str) -> Response<Bytes> + Send + Sync + 'static,
) -> (Client, Log, Arc<ManualClock>) {
    let (builder, log, clock) = builder(move |line| Ok(peer(line)));
    (builder.app("app1", "s3cret", store).build().unwrap(), log, clock)
}

/// The response to a token request: `t{number}` and `r{number}`.
pub(crate) fn tokens(number: u32) -> Response<Bytes> {
    response(
        200,
        format!(
            r#"{{"access_token":"t{number}","token_type":"bearer","expires_in":3599,"refresh_token":"r{number}","scope":""}}"#
        ),
    )
}
