//! The two that every test has: a clock that stands still and a server of tokens.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Poll, Waker};
use std::time::Instant;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::BodyExt as _;
use tokio::sync::Semaphore;

use super::*;
use crate::auth::oauth2::App;
use crate::request::body::RequestBody;
use crate::transport::{Phase, TransportErrorKind};
use crate::transport::{ResponseBody, Transport, TransportError};
use crate::{Client, Retry, Timestamp};

/// A clock that stands until it is moved; sleepers wait for that. Pauses between two requests pass by themselves.
pub(super) struct StillClock {
    start: Instant,
    state: Mutex<(Duration, Vec<Waker>)>,
}

impl StillClock {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self { start: Instant::now(), state: Mutex::default() })
    }

    pub(super) fn advance(&self, seconds: u64) {
        let mut state = self.state.lock().unwrap();
        state.0 += Duration::from_secs(seconds);
        state.1.drain(..).for_each(Waker::wake);
    }

    pub(super) fn passed(&self) -> Duration {
        self.state.lock().unwrap().0
    }
}

pub(super) struct Handle(pub(super) Arc<StillClock>);

impl Clock for Handle {
    fn now(&self) -> Instant {
        self.0.start + self.0.passed()
    }

    fn wall(&self) -> Timestamp {
        Timestamp::from_unix_seconds(1_795_000_000).unwrap().plus(self.0.passed())
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        let clock = Arc::clone(&self.0);
        let until = clock.passed() + duration;
        Box::pin(std::future::poll_fn(move |cx| {
            let mut state = clock.state.lock().unwrap();
            if state.0 >= until || duration <= Duration::from_secs(1) {
                return Poll::Ready(());
            }
            state.1.push(cx.waker().clone());
            Poll::Pending
        }))
    }

    fn random(&self) -> u64 {
        0
    }
}

#[derive(Clone, Debug)]
pub(super) enum Reply {
    /// New tokens that live for an hour.
    Tokens,
    /// A new access token and no refresh token.
    NoRefresh,
    Status(u16, &'static str),
    /// The work is done, and the response has this body, with the number in the place of `#`.
    Body(&'static str),
    /// The work is done and the response is lost.
    Lost,
    Panic,
}

/// A server whose refresh tokens work once: `r1`, `r2`, … with access tokens `a1`, `a2`, …
pub(super) struct Peer {
    pub(super) issued: AtomicUsize,
    pub(super) requests: Mutex<Vec<String>>,
    pub(super) script: Mutex<VecDeque<Reply>>,
    /// A permit for each request that gets its response; `None` for all at once.
    pub(super) gate: Option<Semaphore>,
}

impl Peer {
    pub(super) fn new(script: impl IntoIterator<Item = Reply>) -> Arc<Self> {
        Self::with_gate(script, None)
    }

    pub(super) fn with_gate(script: impl IntoIterator<Item = Reply>, gate: Option<Semaphore>) -> Arc<Self> {
        let script = Mutex::new(script.into_iter().collect());
        Arc::new(Self { issued: AtomicUsize::new(1), requests: Mutex::default(), script, gate })
    }

    pub(super) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

pub(super) fn field(form: &str, name: &str) -> Option<String> {
    form_urlencoded::parse(form.as_bytes()).find(|(n, _)| n == name).map(|(_, value)| value.into_owned())
}

impl Transport for Peer {
    fn send(
        &self,
        request: Request<RequestBody>,
    ) -> BoxFuture<'_, Result<Response<ResponseBody>, TransportError>> {
        Box::pin(async move {
            let body = request.into_body().collect().await.unwrap().to_bytes();
            let form = String::from_utf8(body.to_vec()).unwrap();
            let grant_type = field(&form, "grant_type").unwrap();
            let spent = field(&form, "refresh_token");
            self.requests.lock().unwrap().push(spent.clone().unwrap_or(grant_type));
            if let Some(gate) = &self.gate {
                gate.acquire().await.unwrap().forget();
            }
            let reply = self.script.lock().unwrap().pop_front().unwrap_or(Reply::Tokens);
            let number = self.issued.load(Ordering::SeqCst);
            let (status, body) = match reply {
                Reply::Status(status, body) => (status, body.to_owned()),
                Reply::Panic => panic!("as the test wants it"),
                _ if spent.is_some_and(|spent| spent != format!("r{number}")) => {
                    (400, r#"{"error":"invalid_grant"}"#.to_owned())
                }
                Reply::NoRefresh => {
                    (200, format!(r#"{{"access_token":"a{}","expires_in":3600}}"#, number + 1))
                }
                Reply::Body(body) => {
                    let next = self.issued.fetch_add(1, Ordering::SeqCst) + 1;
                    (200, body.replace('#', &next.to_string()))
                }
                Reply::Tokens | Reply::Lost => {
                    let next = self.issued.fetch_add(1, Ordering::SeqCst) + 1;
                    (
                        200,
                        format!(
                            r#"{{"access_token":"a{next}","expires_in":3600,"refresh_token":"r{next}","scope":""}}"#
                        ),
                    )
                }
            };
            if matches!(reply, Reply::Lost) {
                let broken = std::io::Error::other("reset");
                return Err(TransportError::new(Phase::MaybeSent, TransportErrorKind::Broken, broken));
            }
            Ok(Response::builder().status(status).body(ResponseBody::from_bytes(Bytes::from(body))).unwrap())
        })
    }
}

pub(super) fn server(peer: &Arc<Peer>, clock: &Arc<StillClock>) -> TokenServer {
    let client = Client::builder("https://secure.example/")
        .transport(Arc::clone(peer))
        .clock(Arc::new(Handle(Arc::clone(clock))))
        .retry(Retry::never())
        .build()
        .unwrap();
    TokenServer::new(client, App { id: "app".into(), secret: Some("shh".into()) })
}

/// Tokens that live for an hour.
pub(super) fn tokens(access: &str, refresh: &str) -> TokenResponse {
    let mut response = TokenResponse::new(access);
    response.refresh_token = Some(refresh.into());
    response.expires_in = Some(Duration::from_secs(3600));
    response
}

/// A store with `a1` and `r1`, an hour to live.
pub(super) fn stored(clock: &Arc<StillClock>) -> Arc<MemoryStore> {
    let token = Token::received(tokens("a1", "r1"), None, Handle(Arc::clone(clock)).wall());
    Arc::new(MemoryStore::with(token))
}
