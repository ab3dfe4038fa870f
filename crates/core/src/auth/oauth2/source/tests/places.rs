//! Stores that cannot be written, are slow, or are written by others.

use super::*;

/// A store that tells what is done with it and can be broken.
#[derive(Default)]
struct Broken {
    inner: MemoryStore,
    no_lease: AtomicBool,
    no_room: AtomicBool,
    no_swap: AtomicBool,
    log: Mutex<Vec<&'static str>>,
}

impl Broken {
    fn with(token: Token) -> Arc<Self> {
        Arc::new(Self { inner: MemoryStore::with(token), ..Self::default() })
    }

    fn says<T>(&self, what: &'static str, broken: &AtomicBool) -> Result<(), T>
    where
        T: From<StoreError>,
    {
        self.log.lock().unwrap().push(what);
        if broken.load(Ordering::SeqCst) {
            Err(StoreError::Io("/x/tokens.json: no space".into()).into())
        } else {
            Ok(())
        }
    }

    fn took(&self) -> Vec<&'static str> {
        std::mem::take(&mut self.log.lock().unwrap())
    }
}

impl TokenStore for Broken {
    fn load(&self) -> BoxFuture<'_, Result<Record, StoreError>> {
        self.log.lock().unwrap().push("load");
        self.inner.load()
    }

    fn swap(&self, next: Record) -> BoxFuture<'_, Result<Swapped, StoreError>> {
        Box::pin(async {
            self.says::<StoreError>("swap", &self.no_swap)?;
            self.inner.swap(next).await
        })
    }

    fn lease(&self) -> BoxFuture<'_, Result<Lease, StoreError>> {
        Box::pin(async {
            self.says::<StoreError>("lease", &self.no_lease)?;
            self.inner.lease().await
        })
    }

    fn reserve(&self, record: Record) -> BoxFuture<'_, Result<Record, StoreError>> {
        Box::pin(async {
            self.says::<StoreError>("reserve", &self.no_room)?;
            self.inner.reserve(record).await
        })
    }
}

fn token(clock: &Arc<StillClock>, access: &str, refresh: &str) -> Token {
    Token::received(tokens(access, refresh), None, Handle(Arc::clone(clock)).wall())
}

#[tokio::test]
async fn a_refresh_token_is_spent_only_when_its_successor_can_be_kept() {
    let (clock, peer) = (StillClock::new(), Peer::new([]));
    let store = Broken::with(token(&clock, "a1", "r1"));
    let source = user(&peer, &clock, Arc::clone(&store));
    clock.advance(4000);
    store.no_room.store(true, Ordering::SeqCst);
    let error = source.token().await.unwrap_err();
    let expected = "the token store: /x/tokens.json: no space; nothing was asked of the server";
    assert_eq!(error.to_string(), expected);
    assert!(peer.requests().is_empty());
    store.no_room.store(false, Ordering::SeqCst);
    store.took();
    assert_eq!(text(&source).await, "a2");
    assert_eq!(store.took(), ["load", "lease", "load", "reserve", "swap"]);
    assert_eq!(peer.requests(), ["r1"]);
}

#[tokio::test]
async fn a_token_that_works_needs_nothing_but_to_be_read() {
    let (clock, peer) = (StillClock::new(), Peer::new([]));
    let store = Broken::with(token(&clock, "a1", "r1"));
    for broken in [&store.no_lease, &store.no_room, &store.no_swap] {
        broken.store(true, Ordering::SeqCst);
    }
    let source = user(&peer, &clock, Arc::clone(&store));
    assert_eq!(text(&source).await, "a1");
    assert_eq!(store.took(), ["load"], "no lease, no lock");
    // Due, not over; in this process and in one that begins now.
    clock.advance(3590);
    assert_eq!(text(&source).await, "a1");
    assert_eq!(text(&user(&peer, &clock, Arc::clone(&store))).await, "a1");
    clock.advance(10);
    let error = source.token().await.unwrap_err();
    assert_eq!(error.to_string(), "the token store: /x/tokens.json: no space");
    assert!(peer.requests().is_empty());
    let status = source.status();
    assert!(status.has_token && status.refreshable && !status.refreshing);
    assert_eq!(status.last_error.unwrap().1, error);
}

#[tokio::test]
async fn an_empty_store_needs_no_lease_to_say_so() {
    let (clock, peer) = (StillClock::new(), Peer::new([]));
    let store = Arc::new(Broken::default());
    store.no_lease.store(true, Ordering::SeqCst);
    let source =
        TokenSource::user(server(&peer, &clock)).login_hint("call client.login_in_browser()").build(store);
    let error = source.token().await.unwrap_err();
    assert_eq!(error, AuthError::LoginNeeded("nobody has logged in: call client.login_in_browser()".into()));
}

/// The one who refreshed could not save, and another process that found the spent token said so to the store meanwhile.
#[tokio::test]
async fn a_token_that_could_not_be_saved_is_newer_than_a_reservation_of_another() {
    let (clock, peer) = (StillClock::new(), Peer::new([]));
    let store = Broken::with(token(&clock, "a1", "r1"));
    let source = user(&peer, &clock, Arc::clone(&store));
    clock.advance(4000);
    store.no_swap.store(true, Ordering::SeqCst);
    source.token().await.unwrap_err();
    assert!(source.status().unsaved);
    // A reservation as stores make it that know no other.
    let record = store.load().await.unwrap();
    let again = record.with(record.token.clone());
    assert_eq!(store.inner.swap(again).await.unwrap(), Swapped::Done);
    let other = user(&peer, &clock, Arc::clone(&store));
    assert!(matches!(other.token().await, Err(AuthError::LoginNeeded(_))), "spent");
    store.no_swap.store(false, Ordering::SeqCst);
    assert_eq!(text(&source).await, "a2");
    assert_eq!(text(&other).await, "a2", "and the other lives again");
    assert_eq!(peer.requests(), ["r1", "r1"]);
    assert!(!source.status().unsaved);
}

/// While the server works, another process makes a reservation, as stores do that know no other.
#[tokio::test]
async fn a_reservation_of_another_does_not_stop_the_successor() {
    let (clock, peer) = (StillClock::new(), Peer::with_gate([], Some(Semaphore::new(0))));
    let store = stored(&clock);
    let source = user(&peer, &clock, Arc::clone(&store));
    clock.advance(4000);
    let waiter = tokio::spawn({
        let source = source.clone();
        async move { text(&source).await }
    });
    settle().await;
    assert_eq!(peer.requests(), ["r1"]);
    let record = store.load().await.unwrap();
    let again = record.with(record.token.clone());
    assert_eq!(store.swap(again).await.unwrap(), Swapped::Done);
    peer.gate.as_ref().unwrap().add_permits(1);
    assert_eq!(waiter.await.unwrap(), "a2");
    assert_eq!(store.load().await.unwrap().token.unwrap().access.expose(), "a2");
}

/// A login in another process is newer than what this one could not save.
#[tokio::test]
async fn a_login_elsewhere_is_newer_than_what_could_not_be_saved() {
    let (clock, peer) = (StillClock::new(), Peer::new([]));
    let store = Broken::with(token(&clock, "a1", "r1"));
    let source = user(&peer, &clock, Arc::clone(&store));
    clock.advance(4000);
    store.no_swap.store(true, Ordering::SeqCst);
    source.token().await.unwrap_err();
    let record = store.load().await.unwrap();
    let login = record.with(Some(token(&clock, "b1", "s1")));
    assert_eq!(store.inner.swap(login).await.unwrap(), Swapped::Done);
    store.no_swap.store(false, Ordering::SeqCst);
    assert_eq!(text(&source).await, "b1");
}

#[tokio::test]
async fn an_install_that_could_not_be_kept_waits() {
    let (clock, peer) = (StillClock::new(), Peer::new([]));
    let store = Broken::with(token(&clock, "a1", "r1"));
    let source = user(&peer, &clock, Arc::clone(&store));
    assert_eq!(text(&source).await, "a1");
    store.no_swap.store(true, Ordering::SeqCst);
    let error = source.install(tokens("b1", "s1")).await.unwrap_err();
    assert!(matches!(error, AuthError::Store(_)), "{error}");
    source.token().await.expect_err("neither the old login nor the new one");
    store.no_swap.store(false, Ordering::SeqCst);
    assert_eq!(text(&source).await, "b1");
    assert_eq!(store.load().await.unwrap().token.unwrap().access.expose(), "b1");
}

/// A server that takes the connection and says nothing: the lease must not end before the request does.
#[tokio::test]
async fn the_server_is_asked_for_less_than_a_lease() {
    let (clock, peer) = (StillClock::new(), Peer::with_gate([], Some(Semaphore::new(0))));
    let source = user(&peer, &clock, stored(&clock));
    clock.advance(4000);
    let waiter = tokio::spawn({
        let source = source.clone();
        async move { source.token().await }
    });
    settle().await;
    assert_eq!(peer.requests(), ["r1"]);
    clock.advance(29);
    settle().await;
    assert!(!waiter.is_finished());
    clock.advance(1);
    let error = waiter.await.unwrap().unwrap_err();
    assert!(error.to_string().ends_with("within 30 s"), "{error}");
    assert_eq!(peer.requests(), ["r1"], "no second request on a lease that ends soon");
}

/// Another process hangs with the lease.
#[tokio::test]
async fn who_has_a_token_that_works_does_not_wait_long_for_a_lease() {
    let (clock, peer) = (StillClock::new(), Peer::new([]));
    let store = stored(&clock);
    let source = user(&peer, &clock, Arc::clone(&store));
    assert_eq!(text(&source).await, "a1");
    let lease = store.lease().await.unwrap();
    clock.advance(3550);
    let waiting = |source: &TokenSource| {
        let source = source.clone();
        tokio::spawn(async move { source.token().await.map(|token| token.expose().to_owned()) })
    };
    let waiter = waiting(&source);
    settle().await;
    assert!(!waiter.is_finished());
    clock.advance(10);
    assert_eq!(waiter.await.unwrap().unwrap(), "a1");
    let error = source.status().last_error.unwrap().1;
    assert_eq!(error.to_string(), "the token store: its lease was not free within 10 s");
    // Who has none waits for it.
    clock.advance(3600);
    let waiter = waiting(&source);
    settle().await;
    clock.advance(30);
    settle().await;
    assert!(!waiter.is_finished());
    lease.release().await;
    assert_eq!(waiter.await.unwrap().unwrap(), "a2");
    assert_eq!(peer.requests(), ["r1"]);
}

/// A store whose leases are given back by a request that takes its time.
struct Slow(MemoryStore, Arc<Semaphore>);

impl TokenStore for Slow {
    fn load(&self) -> BoxFuture<'_, Result<Record, StoreError>> {
        self.0.load()
    }

    fn swap(&self, next: Record) -> BoxFuture<'_, Result<Swapped, StoreError>> {
        self.0.swap(next)
    }

    fn lease(&self) -> BoxFuture<'_, Result<Lease, StoreError>> {
        let slow = Arc::clone(&self.1);
        Box::pin(async {
            let lease = self.0.lease().await?;
            Ok(Lease::with_release(async move {
                slow.acquire().await.unwrap().forget();
                lease.release().await;
            }))
        })
    }
}

#[tokio::test]
async fn nobody_waits_for_a_lease_to_be_given_back_but_the_end_of_the_process() {
    let (clock, peer) = (StillClock::new(), Peer::new([]));
    let gate = Arc::new(Semaphore::new(0));
    let store = Arc::new(Slow(MemoryStore::with(token(&clock, "a1", "r1")), Arc::clone(&gate)));
    let source = user(&peer, &clock, Arc::clone(&store));
    clock.advance(4000);
    assert_eq!(text(&source).await, "a2");
    let settling = tokio::spawn({
        let source = source.clone();
        async move { source.settle().await }
    });
    settle().await;
    assert!(!settling.is_finished());
    gate.add_permits(1);
    settling.await.unwrap();
    store.0.lease().await.unwrap().release().await;
    // And not for ever.
    source.install(tokens("b1", "s1")).await.unwrap();
    let settling = tokio::spawn({
        let source = source.clone();
        async move { source.settle().await }
    });
    settle().await;
    assert!(!settling.is_finished());
    clock.advance(10);
    settling.await.unwrap();
}

#[tokio::test]
async fn a_token_of_oauth_1_is_not_sent_as_a_bearer_token() {
    let (clock, peer) = (StillClock::new(), Peer::new([]));
    let mut signing = Token::new("t1");
    signing.secret = Some("s1".into());
    let source = user(&peer, &clock, MemoryStore::with(signing));
    let error = source.token().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the token store: it holds a login of OAuth 1.0a; give this client another"
    );
}

#[tokio::test]
async fn a_token_without_a_refresh_token_is_used_to_its_end() {
    let (clock, peer) = (StillClock::new(), Peer::new([]));
    let mut bare = token(&clock, "a1", "r1");
    bare.refresh = None;
    let source = user(&peer, &clock, MemoryStore::with(bare));
    clock.advance(3599);
    assert_eq!(text(&source).await, "a1");
    clock.advance(1);
    let error = source.token().await.unwrap_err();
    assert_eq!(error.to_string(), "the token has expired and there is no refresh token; log in again");
}

#[tokio::test]
async fn the_status_of_a_grant() {
    let (clock, peer) = (StillClock::new(), Peer::new([Reply::Status(503, ""), Reply::Status(503, "")]));
    let source = user(&peer, &clock, stored(&clock));
    let status = source.status();
    assert!(
        !status.has_token
            && status.expires.is_none()
            && status.refreshed_at.is_none()
            && status.last_error.is_none()
    );
    text(&source).await;
    let start = Handle(Arc::clone(&clock)).wall();
    assert_eq!(source.status().expires, Some(start.plus(Duration::from_secs(3600))));
    assert_eq!(source.status().refreshed_at, None, "it was found in the store");
    clock.advance(4000);
    let error = source.token().await.unwrap_err();
    let failed = start.plus(Duration::from_secs(4000));
    assert_eq!(source.status().last_error, Some((failed, error)));
    clock.advance(10);
    text(&source).await;
    let renewed = start.plus(Duration::from_secs(4010));
    let status = source.status();
    assert_eq!((status.refreshed_at, status.kind), (Some(renewed), TokenKind::User));
    assert_eq!(status.expires, Some(renewed.plus(Duration::from_secs(3600))));
    assert!(!format!("{status:?}").contains("a2"));
}
