//! Logins that another process finishes, and tokens in a store.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use proptest::prelude::*;

use crate::auth::AuthError;
use crate::auth::oauth1::*;
use crate::auth::store::{FileStore, Lease, MemoryStore, Record, StoreError, Swapped, Token, TokenStore};
use crate::endpoint::PlainApiError;
use crate::testing::{FnTransport, ManualClock};
use crate::{
    BoxFuture, BuildError, Cause, Client, DecodeError, Endpoint, Error, Method, Replay, RequestWriter,
    Secret, Timestamp,
};

fn now() -> Timestamp {
    "2026-11-21T20:00:00Z".parse().unwrap()
}

fn consumer() -> Consumer {
    Consumer::new("consumer-1", "CANARY-consumer")
}

fn pending() -> Pending {
    let body = "oauth_token=req-CANARY&oauth_token_secret=sec-CANARY&oauth_callback_confirmed=true";
    Begin::new(consumer(), Callback::OutOfBand).pending(TokenResponse::read(&body.into()).unwrap(), now())
}

const BACK: &str = "https://my.example/callback?oauth_token=req-CANARY&oauth_verifier=v1";

fn signed(credentials: OAuth1) -> String {
    let url = "https://service.example/access_token".parse().unwrap();
    credentials.header(&Method::POST, &url, [], "nonce", 1_795_292_100)
}

#[test]
fn a_login_is_finished_by_another_process() {
    let record = pending().to_record();
    let resumed = Pending::from_record(consumer(), &record).unwrap();
    assert_eq!(resumed.token(), pending().token());
    assert!(resumed.callback_confirmed());
    let page = "https://service.example/authorize";
    assert_eq!(resumed.authorize_url(page), pending().authorize_url(page));
    let here = pending().redirected(BACK).unwrap().credentials(now()).unwrap();
    let there = resumed.redirected(BACK).unwrap().credentials(now()).unwrap();
    assert_eq!(signed(there), signed(here), "the same signature");
    assert!(!record.expose().contains("CANARY-consumer"), "the secret of the consumer stays where it is");
}

#[test]
fn a_login_expires() {
    let verified = pending().redirected(BACK).unwrap();
    let ten = now().plus(Duration::from_secs(600));
    assert!(verified.credentials(now().plus(Duration::from_secs(599))).is_ok());
    assert_eq!(verified.credentials(ten).unwrap_err(), LoginError::Expired(ten));
    let resumed = Pending::from_record(consumer(), &pending().to_record()).unwrap();
    assert_eq!(resumed.expires(), ten);
    assert_eq!(resumed.redirected(BACK).unwrap().credentials(ten).unwrap_err(), LoginError::Expired(ten));
    let longer = pending().valid_until(now().plus(Duration::from_secs(3600)));
    let longer = Pending::from_record(consumer(), &longer.to_record()).unwrap();
    assert!(longer.redirected(BACK).unwrap().credentials(ten).is_ok());
}

#[test]
fn what_is_no_record_of_ours() {
    let error = |consumer: Consumer, record: &str| {
        let error = Pending::from_record(consumer, &record.into()).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("CANARY"), "{error:?}");
        error.to_string()
    };
    let record = pending().to_record();
    let text = record.expose();
    let expected = "invalid login record: expected the JSON of Pending::to_record, found something else at line 1, column ";
    for wrong in ["", "{}", "null", &text[..text.len() - 1], &text.replace("true", "\"CANARY\"")] {
        assert!(error(consumer(), wrong).starts_with(expected), "{wrong}");
    }
    let other = Consumer::new("consumer-2", "s");
    assert_eq!(error(other, text), "invalid login record: it was begun by another consumer");
    let empty = text.replace("req-CANARY", "");
    assert_eq!(error(consumer(), &empty), "invalid login record: its request token is empty");
}

#[test]
fn never_printed() {
    let login = pending();
    let resumed = Pending::from_record(consumer(), &login.to_record()).unwrap();
    let source =
        TokenSource::new(consumer(), MemoryStore::with(Token::from(&AccessToken::new("CANARY", "CANARY"))));
    let verified = resumed.clone().redirected(BACK).unwrap();
    let shown = format!("{login:?}{resumed:?}{verified:?}{:?}{source:?}{source:#?}", login.to_record());
    assert!(!shown.contains("CANARY"), "{shown}");
}

proptest! {
    #[test]
    fn any_text_is_a_record_or_an_error(text in "\\PC{0,80}", cut in 0usize..200) {
        let _ = Pending::from_record(consumer(), &Secret::new(text.as_str()));
        let record = pending().to_record();
        let cut = record.expose().get(..cut).unwrap_or_default();
        if cut.len() < record.expose().len() {
            prop_assert!(Pending::from_record(consumer(), &Secret::new(cut)).is_err());
        }
    }
}

/// `GET /me`
struct Me;

impl Endpoint for Me {
    type Output = ();
    type ApiError = PlainApiError;
    const NAME: &'static str = "example.me";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("me", &[])
    }

    fn read(_: Response<Bytes>) -> Result<(), DecodeError> {
        Ok(())
    }
}

/// A client of a service that takes one token only.
fn client(source: &TokenSource, good: &'static str) -> Client {
    let transport = FnTransport::new(move |request: Request<Bytes>| {
        let header = request.headers()["authorization"].to_str().unwrap();
        let status = if header.contains(&format!("oauth_token=\"{good}\"")) { 200 } else { 401 };
        Ok(Response::builder().status(status).body(Bytes::new()).unwrap())
    });
    Client::builder("https://api.example/")
        .transport(transport)
        .clock(ManualClock::new(now()))
        .authorize(source.clone())
        .build()
        .unwrap()
}

fn reason(outcome: Result<(), Error<PlainApiError>>) -> AuthError {
    match outcome.unwrap_err().into_cause() {
        Cause::Auth(error) => error,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_token_is_kept_in_a_file_and_found_by_the_next_process() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token.json");
    let open = || TokenSource::new(consumer(), FileStore::open(&path).unwrap()).login_hint("call log_in()");
    let first = open();
    let error = reason(client(&first, "t1").send(&Me).await);
    assert_eq!(error, AuthError::LoginNeeded("nobody has logged in: call log_in()".into()));
    first.check_store().await.unwrap();
    assert_eq!(reason(client(&first, "t1").send(&Me).await), error, "nothing was kept by that");
    first.install(AccessToken::new("t1", "s1")).await.unwrap();
    client(&first, "t1").send(&Me).await.unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let second = open();
    assert_eq!(second.token().await.unwrap(), AccessToken::new("t1", "s1"));
    client(&second, "t1").send(&Me).await.unwrap();
    // A login in another process is found when the service refuses the old token.
    second.install(AccessToken::new("t2", "s2")).await.unwrap();
    client(&first, "t2").send(&Me).await.unwrap();
    let refused = client(&first, "t3").send(&Me).await.unwrap_err();
    assert_eq!(refused.status().unwrap(), 401, "there is no better one");
    second.forget().await.unwrap();
    let error = reason(client(&first, "t3").send(&Me).await);
    assert_eq!(error, AuthError::LoginNeeded("signed out; log in again".into()));
}

/// A store without room, or that breaks when it is written.
#[derive(Default)]
struct Broken {
    inner: MemoryStore,
    full: bool,
}

impl TokenStore for Broken {
    fn load(&self) -> BoxFuture<'_, Result<Record, StoreError>> {
        self.inner.load()
    }

    fn swap(&self, _: Record) -> BoxFuture<'_, Result<Swapped, StoreError>> {
        Box::pin(std::future::ready(Err(StoreError::Io("/x/token.json: broken".into()))))
    }

    fn lease(&self) -> BoxFuture<'_, Result<Lease, StoreError>> {
        self.inner.lease()
    }

    fn reserve(&self, record: Record) -> BoxFuture<'_, Result<Record, StoreError>> {
        let full = StoreError::Io("/x/token.json: no space".into());
        Box::pin(std::future::ready(if self.full { Err(full) } else { Ok(record) }))
    }
}

#[tokio::test]
async fn the_last_leg_is_gone_only_when_the_token_can_be_kept() {
    let asked = Arc::new(AtomicUsize::new(0));
    let ask = || {
        let asked = Arc::clone(&asked);
        async move {
            asked.fetch_add(1, Ordering::SeqCst);
            Ok::<_, AuthError>(Some(AccessToken::new("t1", "s1")))
        }
    };
    let full = TokenSource::new(consumer(), Broken { full: true, ..Broken::default() });
    let error = full.login_with(ask()).await.unwrap_err();
    let expected = "the token store: /x/token.json: no space; nothing was asked of the server";
    assert_eq!((error.to_string().as_str(), asked.load(Ordering::SeqCst)), (expected, 0));
    // It broke after it promised: the token is used all the same, and the error is told.
    let broken = TokenSource::new(consumer(), Broken::default());
    let error = broken.login_with(ask()).await.unwrap_err();
    assert_eq!(error, AuthError::Store("/x/token.json: broken".into()));
    assert_eq!(broken.token().await.unwrap(), AccessToken::new("t1", "s1"));
    // And who gives up waiting loses nothing.
    let store = Arc::new(MemoryStore::new());
    let source = TokenSource::new(consumer(), Arc::clone(&store));
    let (go, wait) = tokio::sync::oneshot::channel::<()>();
    let slow = async move {
        wait.await.unwrap();
        Ok::<_, AuthError>(Some(AccessToken::new("t2", "s2")))
    };
    let waiting = tokio::spawn({
        let source = source.clone();
        async move { source.login_with(slow).await }
    });
    tokio::task::yield_now().await;
    waiting.abort();
    let _ = waiting.await;
    go.send(()).unwrap();
    store.lease().await.unwrap().release().await;
    assert_eq!(source.token().await.unwrap(), AccessToken::new("t2", "s2"));
}

#[tokio::test]
async fn a_token_of_oauth_2_does_not_sign() {
    let source = TokenSource::new(consumer(), MemoryStore::with(Token::new("bearer")));
    let error = reason(client(&source, "bearer").send(&Me).await);
    assert_eq!(error.to_string(), "the token store: it holds a login of OAuth 2; give this client another");
}
