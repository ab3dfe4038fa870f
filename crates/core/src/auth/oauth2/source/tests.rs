//! One test for each rule of the module.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Poll, Waker};
use std::time::Instant;

use http::{HeaderMap, HeaderValue, Method, Uri};
use tokio::sync::Semaphore;

use super::*;
use crate::auth::oauth2::App;
use crate::auth::store::{Lease, MemoryStore, Record, StoreError, Swapped};
use crate::request::body::Body;
use crate::{Client, Timestamp};

mod app;
mod odd;
mod peer;
mod places;

use peer::{Handle, Peer, Reply, StillClock, server, stored, tokens};

fn user(peer: &Arc<Peer>, clock: &Arc<StillClock>, store: impl TokenStore) -> TokenSource {
    TokenSource::user(server(peer, clock)).scheme("OAuth").build(store)
}

async fn text(source: &TokenSource) -> String {
    source.token().await.unwrap().expose().to_owned()
}

/// Lets every task run until all wait.
async fn settle() {
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn one_request_for_fifty_waiters() {
    let (clock, peer) = (StillClock::new(), Peer::with_gate([], Some(Semaphore::new(0))));
    let source = user(&peer, &clock, stored(&clock));
    clock.advance(4000);
    let waiters: Vec<_> = (0..50)
        .map(|_| {
            let source = source.clone();
            tokio::spawn(async move { text(&source).await })
        })
        .collect();
    settle().await;
    peer.gate.as_ref().unwrap().add_permits(1);
    for waiter in waiters {
        assert_eq!(waiter.await.unwrap(), "a2");
    }
    assert_eq!(peer.requests(), ["r1"]);
}

#[tokio::test]
async fn a_caller_dropped_in_the_middle_loses_nothing() {
    let (clock, peer) = (StillClock::new(), Peer::with_gate([], Some(Semaphore::new(0))));
    let store = stored(&clock);
    let source = user(&peer, &clock, Arc::clone(&store));
    clock.advance(4000);
    let caller = tokio::spawn({
        let source = source.clone();
        async move { text(&source).await }
    });
    settle().await;
    assert_eq!(peer.requests(), ["r1"], "the request is on its way");
    caller.abort();
    peer.gate.as_ref().unwrap().add_permits(1);
    source.settle().await;
    assert_eq!(store.load().await.unwrap().token.unwrap().refresh.unwrap().expose(), "r2");
    assert_eq!(text(&source).await, "a2");
    assert_eq!(peer.requests(), ["r1"]);
}

#[tokio::test]
async fn a_failure_keeps_a_token_that_still_works() {
    let page = "<html><title>504</title>";
    let (clock, peer) = (StillClock::new(), Peer::new([Reply::Status(504, page), Reply::Status(403, page)]));
    let source = user(&peer, &clock, stored(&clock));
    assert_eq!(text(&source).await, "a1");
    clock.advance(3550);
    assert_eq!(text(&source).await, "a1", "due, not over");
    assert_eq!(peer.requests(), ["r1", "r1"], "asked twice");
    assert_eq!(text(&source).await, "a1");
    assert_eq!(peer.requests().len(), 2, "it rests before it asks again");
    clock.advance(6);
    assert_eq!(text(&source).await, "a2");
}

#[tokio::test]
async fn a_passing_failure_is_not_sticky() {
    let down = Reply::Status(503, "");
    let (clock, peer) = (StillClock::new(), Peer::new([down.clone(), down]));
    let source = user(&peer, &clock, stored(&clock));
    clock.advance(4000);
    let error = source.token().await.unwrap_err();
    assert!(matches!(error, AuthError::Unavailable(_)), "{error}");
    assert_eq!(text(&source).await, "a2");
}

#[tokio::test]
async fn a_page_of_a_firewall_is_no_logout() {
    let page = "<!DOCTYPE html><title>ERROR: The request could not be satisfied</title>";
    let (clock, peer) = (StillClock::new(), Peer::new([Reply::Status(403, page), Reply::Status(403, page)]));
    let source = user(&peer, &clock, stored(&clock));
    clock.advance(4000);
    let error = source.token().await.unwrap_err();
    assert!(error.to_string().contains("The request could not be satisfied"), "{error}");
    assert!(matches!(error, AuthError::Unavailable(_)));
    assert_eq!(text(&source).await, "a2");
}

#[tokio::test]
async fn invalid_grant_is_final_until_new_credentials() {
    let spent = Reply::Status(400, r#"{"error":"invalid_grant"}"#);
    let (clock, peer) = (StillClock::new(), Peer::new([spent]));
    let store = stored(&clock);
    let source = user(&peer, &clock, Arc::clone(&store));
    clock.advance(4000);
    for _ in 0..3 {
        assert!(matches!(source.token().await, Err(AuthError::LoginNeeded(_))));
    }
    assert_eq!(peer.requests(), ["r1"], "asked once, never again");

    let other = user(&peer, &clock, store);
    let response = tokens("b1", "r1");
    other.install(response).await.unwrap();
    assert_eq!(text(&source).await, "b1", "a login in another process revives this one");
}

#[tokio::test]
async fn a_response_without_a_refresh_token_keeps_the_old_one() {
    let (clock, peer) = (StillClock::new(), Peer::new([Reply::NoRefresh]));
    let store = stored(&clock);
    let source = user(&peer, &clock, Arc::clone(&store));
    clock.advance(4000);
    assert_eq!(text(&source).await, "a2");
    assert_eq!(store.load().await.unwrap().token.unwrap().refresh.unwrap().expose(), "r1");
    clock.advance(4000);
    text(&source).await;
    assert_eq!(peer.requests(), ["r1", "r1"]);
    assert_eq!(
        store.load().await.unwrap().token.unwrap().refresh.unwrap().expose(),
        "r2",
        "one with replaces it"
    );
}

/// A store that tells when it saves, and fails when told.
struct Watching {
    inner: Arc<MemoryStore>,
    saving: Semaphore,
    saved: AtomicBool,
    failures: AtomicUsize,
}

impl Watching {
    fn new(inner: Arc<MemoryStore>, permits: usize, failures: usize) -> Arc<Self> {
        let (saving, saved) = (Semaphore::new(permits), AtomicBool::new(false));
        Arc::new(Self { inner, saving, saved, failures: AtomicUsize::new(failures) })
    }
}

impl TokenStore for Watching {
    fn load(&self) -> BoxFuture<'_, Result<Record, StoreError>> {
        self.inner.load()
    }

    fn swap(&self, next: Record) -> BoxFuture<'_, Result<Swapped, StoreError>> {
        Box::pin(async move {
            self.saving.acquire().await.unwrap().forget();
            if self.failures.load(Ordering::SeqCst) > 0 {
                self.failures.fetch_sub(1, Ordering::SeqCst);
                return Err(StoreError::Io("no space left on device".into()));
            }
            let swapped = self.inner.swap(next).await;
            self.saved.store(true, Ordering::SeqCst);
            swapped
        })
    }

    fn lease(&self) -> BoxFuture<'_, Result<Lease, StoreError>> {
        self.inner.lease()
    }

    fn reserve(&self, record: Record) -> BoxFuture<'_, Result<Record, StoreError>> {
        self.inner.reserve(record)
    }
}

#[tokio::test]
async fn saved_before_anybody_sees_it() {
    let (clock, peer) = (StillClock::new(), Peer::new([]));
    let store = Watching::new(stored(&clock), 0, 0);
    let source = user(&peer, &clock, Arc::clone(&store));
    clock.advance(4000);
    let waiter = tokio::spawn({
        let (source, store) = (source.clone(), Arc::clone(&store));
        async move { (text(&source).await, store.saved.load(Ordering::SeqCst)) }
    });
    settle().await;
    assert_eq!(peer.requests(), ["r1"]);
    assert!(!waiter.is_finished(), "the response is here, but not saved");
    store.saving.add_permits(1);
    assert_eq!(waiter.await.unwrap(), ("a2".into(), true));
}

#[tokio::test]
async fn a_full_disk_loses_no_token() {
    let (clock, peer) = (StillClock::new(), Peer::new([]));
    let store = Watching::new(stored(&clock), 100, 3);
    let source = user(&peer, &clock, Arc::clone(&store));
    clock.advance(4000);
    let error = source.token().await.unwrap_err();
    assert_eq!(error.to_string(), "the token store: no space left on device");
    assert_eq!(text(&source).await, "a2", "saved at the second try, without another request");
    assert_eq!(peer.requests(), ["r1"]);
}

#[tokio::test]
async fn renewed_early_and_at_different_moments() {
    let (clock, peer) = (StillClock::new(), Peer::new([]));
    let source = user(&peer, &clock, stored(&clock));
    assert_eq!(text(&source).await, "a1");
    clock.advance(3539);
    assert_eq!(text(&source).await, "a1");
    clock.advance(1);
    assert_eq!(text(&source).await, "a2", "60 s before its end, as there is no jitter on this clock");

    let held = |random: u64| {
        let client = Client::builder("https://secure.example/")
            .transport(Peer::new([]))
            .clock(Arc::new(Fixed(random)))
            .build()
            .unwrap();
        let app = App { id: "app".into(), secret: None };
        let source = TokenSource::user(TokenServer::new(client, app)).build(MemoryStore::new());
        let response = tokens("a", "r");
        let token = Token::received(response, None, Fixed(0).wall());
        let active = source.0.state().activate(token, &source.0.config, &*source.0.clock).unwrap();
        active.expires_at.unwrap() - active.refresh_at.unwrap()
    };
    assert_eq!(held(0), Duration::from_secs(60));
    assert_eq!(held(u64::MAX), Duration::from_secs(90));
}

/// A clock that stands, with one random number.
struct Fixed(u64);

impl Clock for Fixed {
    fn now(&self) -> Instant {
        static NOW: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
        *NOW.get_or_init(Instant::now)
    }

    fn wall(&self) -> Timestamp {
        Timestamp::from_unix_seconds(1_795_000_000).unwrap()
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'static, ()> {
        Box::pin(std::future::pending())
    }

    fn random(&self) -> u64 {
        self.0
    }
}

#[tokio::test]
async fn a_wall_clock_that_was_set_back_lengthens_nothing() {
    let clock = StillClock::new();
    let response = tokens("a1", "r1");
    // Saved by a process whose clock was a day ahead.
    let ahead = Handle(Arc::clone(&clock)).wall().plus(Duration::from_secs(86_400));
    let token = Token::received(response, None, ahead);
    let peer = Peer::new([]);
    let source = user(&peer, &clock, MemoryStore::with(token));
    assert_eq!(text(&source).await, "a1");
    clock.advance(3600);
    assert_eq!(text(&source).await, "a2");
}

#[tokio::test]
async fn a_panic_in_the_renewal_stops_nobody() {
    let (clock, peer) = (StillClock::new(), Peer::new([Reply::Panic]));
    let source = user(&peer, &clock, stored(&clock));
    clock.advance(4000);
    let error = source.token().await.unwrap_err();
    assert_eq!(error, AuthError::Unavailable("the refresh of the token was interrupted".into()));
    assert_eq!(text(&source).await, "a2");
}

#[tokio::test]
async fn another_process_was_faster() {
    let (clock, peer) = (StillClock::new(), Peer::with_gate([], Some(Semaphore::new(0))));
    let store = stored(&clock);
    let grants = [user(&peer, &clock, Arc::clone(&store)), user(&peer, &clock, Arc::clone(&store))];
    for source in &grants {
        assert_eq!(text(source).await, "a1");
    }
    clock.advance(4000);
    let waiting = grants.map(|source| tokio::spawn(async move { text(&source).await }));
    settle().await;
    assert_eq!(peer.requests(), ["r1"], "the other waits for the lease");
    peer.gate.as_ref().unwrap().add_permits(5);
    for waiter in waiting {
        assert_eq!(waiter.await.unwrap(), "a2");
    }
    assert_eq!(peer.requests(), ["r1"]);
}

#[tokio::test]
async fn a_lost_response_is_asked_for_once_more_and_then_needs_a_login() {
    let (clock, peer) = (StillClock::new(), Peer::new([Reply::Lost]));
    let source = user(&peer, &clock, stored(&clock));
    clock.advance(4000);
    let error = source.token().await.unwrap_err();
    assert!(error.to_string().contains("the response to a refresh was lost"), "{error}");
    assert_eq!(peer.requests(), ["r1", "r1"]);
}

/// A response that comes after the deadline is lost too, and the caller who then asks learns why there must be a login.
#[tokio::test]
async fn a_response_for_which_no_time_was_left_is_told_when_its_token_is_spent() {
    let (clock, peer) = (StillClock::new(), Peer::with_gate([], Some(Semaphore::new(0))));
    let source = user(&peer, &clock, stored(&clock));
    clock.advance(4000);
    let waiting = tokio::spawn({
        let source = source.clone();
        async move { source.token().await }
    });
    settle().await;
    clock.advance(31);
    let error = waiting.await.unwrap().unwrap_err();
    assert!(matches!(error, AuthError::Unavailable(_)), "{error}");
    // The server had done its work.
    peer.issued.fetch_add(1, Ordering::SeqCst);
    peer.gate.as_ref().unwrap().add_permits(9);
    let error = source.token().await.unwrap_err();
    assert!(error.to_string().contains("the response to a refresh was lost"), "{error}");
    assert_eq!(peer.requests(), ["r1", "r1"]);
}

#[tokio::test]
async fn a_wrong_secret_is_said_and_is_no_logout() {
    let wrong = Reply::Status(401, r#"{"error":"invalid_client","error_description":"unknown client"}"#);
    let (clock, peer) = (StillClock::new(), Peer::new([wrong]));
    let source = user(&peer, &clock, stored(&clock));
    clock.advance(4000);
    let error = source.token().await.unwrap_err();
    assert_eq!(error, AuthError::Refused("invalid_client: unknown client".into()));
    assert_eq!(text(&source).await, "a2");
}

async fn authorize(source: &TokenSource) -> (CredentialVersion, HeaderValue) {
    let (mut uri, mut headers, mut body) =
        (Uri::from_static("https://api.example/me"), HeaderMap::new(), Body::empty());
    let clock = Fixed(0);
    let attempt = AuthRequest {
        method: &Method::GET,
        uri: &mut uri,
        headers: &mut headers,
        body: &mut body,
        clock: &clock,
    };
    let ticket = source.authorize(attempt).await.unwrap();
    (ticket, headers.remove(AUTHORIZATION).unwrap())
}

#[tokio::test]
async fn a_rejected_token_is_renewed_only_if_no_newer_one_is_held() {
    let (clock, peer) = (StillClock::new(), Peer::new([]));
    let source = user(&peer, &clock, stored(&clock));
    let (first, header) = authorize(&source).await;
    assert_eq!(header, "OAuth a1");
    assert!(header.is_sensitive());
    assert!(source.rejected(first).await.unwrap());
    assert!(source.rejected(first).await.unwrap(), "the newer one is worth a try, without another request");
    assert_eq!(peer.requests(), ["r1"]);
    let (second, header) = authorize(&source).await;
    assert_eq!(header, "OAuth a2");
    assert_ne!(first, second);
}

#[tokio::test]
async fn signed_out_means_log_in_again() {
    let (clock, peer) = (StillClock::new(), Peer::new([]));
    let store = stored(&clock);
    let source = user(&peer, &clock, Arc::clone(&store));
    text(&source).await;
    let (token, stored) = source.forget().await;
    assert_eq!((token.unwrap().expose(), stored), ("a1", Ok(())));
    assert_eq!(store.load().await.unwrap().token, None);
    assert_eq!(source.token().await.unwrap_err(), signed_out());
    assert_eq!(peer.requests().len(), 0);
}

#[tokio::test]
async fn signed_out_here_even_if_the_store_cannot_forget() {
    let (clock, peer) = (StillClock::new(), Peer::new([]));
    let kept = stored(&clock);
    let store = Watching::new(Arc::clone(&kept), 100, 3);
    let source = user(&peer, &clock, store);
    text(&source).await;
    let (token, stored) = source.forget().await;
    assert_eq!(token.unwrap().expose(), "a1");
    assert!(matches!(stored, Err(AuthError::Store(_))), "{stored:?}");
    assert!(kept.load().await.unwrap().token.is_some());
    for _ in 0..2 {
        assert_eq!(source.token().await.unwrap_err(), signed_out());
    }
    // A token whose renewal could not be saved is the one that the server knows.
    let kept = self::stored(&clock);
    let source = user(&peer, &clock, Watching::new(Arc::clone(&kept), 100, 3));
    clock.advance(4000);
    source.token().await.unwrap_err();
    assert_eq!(source.forget().await.0.unwrap().expose(), "a2");
}

#[test]
fn without_a_runtime_there_is_an_error_and_no_panic() {
    let clock = StillClock::new();
    let source = user(&Peer::new([]), &clock, stored(&clock));
    let mut future = std::pin::pin!(source.token());
    let outcome = future.as_mut().poll(&mut std::task::Context::from_waker(Waker::noop()));
    assert!(matches!(outcome, Poll::Ready(Err(AuthError::Unavailable(_)))));
}

#[test]
fn never_printed() {
    let clock = StillClock::new();
    let source = user(&Peer::new([]), &clock, stored(&clock));
    assert_eq!(format!("{source:?}"), "TokenSource { kind: User, .. }");
}

/// Whoever needs more than the text finds the error of the request, and behind it that of the transport.
#[tokio::test]
async fn a_failure_keeps_its_cause() {
    use std::error::Error as _;

    use crate::auth::oauth2::TokenError;
    let (clock, peer) =
        (StillClock::new(), Peer::new([Reply::Lost, Reply::Status(400, r#"{"error":"invalid_grant"}"#)]));
    let source = user(&peer, &clock, stored(&clock));
    clock.advance(4000);
    let error = source.token().await.unwrap_err();
    assert!(matches!(error, AuthError::LoginNeeded(_)), "{error}");
    let cause = error.source().unwrap().downcast_ref::<crate::Error<TokenError>>().unwrap();
    assert_eq!(cause.api().unwrap().code, crate::auth::oauth2::TokenErrorCode::InvalidGrant);
}
