//! Logouts while others read the store: a token that was forgotten is in use nowhere afterwards.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use segno_core::auth::oauth2::{App, TokenServer};
use segno_core::auth::store::{Lease, MemoryStore, Record, StoreError, Swapped, Token, TokenStore};
use segno_core::auth::{AuthError, oauth1, oauth2};
use segno_core::testing::{FnTransport, ManualClock};
use segno_core::{BoxFuture, Client, Response, Secret};
use segno_testkit::poll_times;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::example::moment;

/// A store in memory in which one operation can be held up: it has read, or will write, but does not return.
#[derive(Clone, Default)]
struct Slow {
    store: Arc<MemoryStore>,
    load: Held,
    swap: Held,
}

/// Where the next who comes is held up: it says that it is there, and waits.
#[derive(Clone, Default)]
struct Held(Arc<Mutex<Option<Stop>>>);

type Stop = (oneshot::Sender<()>, oneshot::Receiver<()>);

impl Held {
    /// Holds the next one up. Resolves when it is there, and gives what lets it go.
    fn next(&self) -> (oneshot::Receiver<()>, oneshot::Sender<()>) {
        let ((there, is_there), (go, goes)) = (oneshot::channel(), oneshot::channel());
        *self.0.lock().unwrap() = Some((there, goes));
        (is_there, go)
    }

    async fn pass(&self) {
        let held = self.0.lock().unwrap().take();
        if let Some((there, goes)) = held {
            there.send(()).unwrap();
            goes.await.unwrap();
        }
    }
}

impl TokenStore for Slow {
    fn load(&self) -> BoxFuture<'_, Result<Record, StoreError>> {
        Box::pin(async {
            let record = self.store.load().await;
            self.load.pass().await;
            record
        })
    }

    fn swap(&self, next: Record) -> BoxFuture<'_, Result<Swapped, StoreError>> {
        Box::pin(async {
            self.swap.pass().await;
            self.store.swap(next).await
        })
    }

    fn lease(&self) -> BoxFuture<'_, Result<Lease, StoreError>> {
        self.store.lease()
    }

    fn reserve(&self, record: Record) -> BoxFuture<'_, Result<Record, StoreError>> {
        self.store.reserve(record)
    }
}

/// A login of either kind.
#[derive(Clone)]
enum Login {
    OAuth1(oauth1::TokenSource),
    OAuth2(oauth2::TokenSource),
}

impl Login {
    /// One of each, that has not looked into its store yet.
    fn both() -> [(Self, Slow); 2] {
        let store = |token: Token| Slow { store: Arc::new(MemoryStore::with(token)), ..Slow::default() };
        let mut signing = Token::new("t1");
        signing.secret = Some("s1".into());
        let (first, second) = (store(signing), store(Token::new("t1")));
        let client = Client::builder("https://login.example/")
            .transport(FnTransport::new(|_| Ok(Response::builder().status(500).body("".into()).unwrap())))
            .clock(ManualClock::stopped(moment()));
        let server = TokenServer::new(client.build().unwrap(), App { id: "app".into(), secret: None });
        let oauth1 = oauth1::TokenSource::new(oauth1::Consumer::new("key", "secret"), first.clone());
        let oauth2 = oauth2::TokenSource::user(server).build(second.clone());
        [(Self::OAuth1(oauth1), first), (Self::OAuth2(oauth2), second)]
    }

    async fn token(&self) -> Result<Secret, AuthError> {
        match self {
            Self::OAuth1(source) => Ok(source.token().await?.token),
            Self::OAuth2(source) => source.token().await,
        }
    }

    /// A call that has read the store and is held up there, and what lets it go.
    async fn reads(&self, store: &Slow) -> (JoinHandle<Result<Secret, AuthError>>, oneshot::Sender<()>) {
        let (is_there, go) = store.load.next();
        let login = self.clone();
        let reader = tokio::spawn(async move { login.token().await });
        is_there.await.unwrap();
        (reader, go)
    }

    async fn forget(&self) {
        match self {
            Self::OAuth1(source) => source.forget().await.unwrap(),
            Self::OAuth2(source) => source.forget().await.1.unwrap(),
        }
    }

    /// The login is gone, here and in the store.
    async fn is_forgotten(&self, store: &Slow) {
        assert!(store.store.load().await.unwrap().token.is_none());
        let error = self.token().await.expect_err("the token that was forgotten is in use");
        assert!(matches!(error, AuthError::LoginNeeded(_)), "{error}");
    }
}

#[tokio::test]
async fn while_the_store_is_read() {
    for (login, store) in Login::both() {
        let (reader, go) = login.reads(&store).await;
        login.forget().await;
        go.send(()).unwrap();
        let error = reader.await.unwrap().expect_err("what was read is older than the logout");
        assert!(matches!(error, AuthError::LoginNeeded(_)), "{error}");
        login.is_forgotten(&store).await;
    }
}

#[tokio::test]
async fn before_the_store_has_forgotten_it() {
    for (login, store) in Login::both() {
        let (is_there, go) = store.swap.next();
        let logout = tokio::spawn({
            let login = login.clone();
            async move { login.forget().await }
        });
        is_there.await.unwrap();
        // Whether this still gets the token does not matter.
        let _ = login.token().await;
        go.send(()).unwrap();
        logout.await.unwrap();
        login.is_forgotten(&store).await;
    }
}

#[tokio::test]
async fn a_logout_that_nobody_waits_for() {
    for (login, store) in Login::both() {
        let (is_there, go) = store.swap.next();
        let is_done = poll_times(1, login.forget()).await.is_some();
        assert!(!is_done, "it is held up");
        let goes_on = tokio::time::timeout(Duration::from_secs(10), is_there).await;
        goes_on.expect("it goes on").unwrap();
        let _ = login.token().await;
        go.send(()).unwrap();
        store.lease().await.unwrap().release().await;
        login.is_forgotten(&store).await;
    }
}

#[tokio::test]
async fn a_login_while_the_store_is_read() {
    for (login, store) in Login::both() {
        let (reader, go) = login.reads(&store).await;
        match &login {
            Login::OAuth1(source) => source.install(oauth1::AccessToken::new("t2", "s2")).await.unwrap(),
            Login::OAuth2(source) => source.install(oauth2::TokenResponse::new("t2")).await.unwrap(),
        }
        go.send(()).unwrap();
        assert_eq!(reader.await.unwrap().unwrap().expose(), "t2", "what was read is older than the login");
        assert_eq!(login.token().await.unwrap().expose(), "t2");
    }
}
