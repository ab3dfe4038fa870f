//! Logins, refreshes and what is done to tokens, dropped at every point at which they wait: no token that works once is lost,
//! the store can be read, and nobody holds it.

use std::cell::Cell;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use segno_core::auth::oauth1;
use segno_core::auth::oauth2::{App, TokenResponse, TokenServer, TokenSource};
use segno_core::auth::store::{FileStore, Record, TokenStore as _};
use segno_core::auth::{AuthError, Redirected};
use segno_core::testing::{FnTransport, ManualClock};
use segno_core::time::Clock;
use segno_core::{Client, Response, Retry};
use segno_testkit::{Folder, Hesitant, comes_true, drop_everywhere};

use crate::example::moment;

/// A server whose refresh tokens and codes work once, a login in a file, and a clock that stands.
struct Scene {
    folder: Folder,
    clock: Arc<ManualClock>,
    /// The number of the refresh token that works, and the codes that were spent.
    server: Arc<Mutex<(u32, Vec<String>)>>,
    source: TokenSource,
}

impl Scene {
    fn new() -> Self {
        let (folder, clock) = (Folder::new(), ManualClock::stopped(moment()));
        let server = Arc::new(Mutex::new((0, Vec::new())));
        let source = process(&folder, &clock, &server);
        Self { folder, clock, server, source }
    }

    fn file(&self) -> FileStore {
        FileStore::open(self.folder.file("login.json")).unwrap()
    }

    /// What is right whatever was dropped: the store can be read and leased, and holds the token that works.
    async fn is_well(&self) -> Record {
        self.source.settle().await;
        let store = self.file();
        store.lease().await.unwrap().release().await;
        let record = store.load().await.unwrap();
        if let Some(token) = &record.token {
            let current = format!("r{}", self.server.lock().unwrap().0);
            assert_eq!(
                token.refresh.as_ref().unwrap().expose(),
                current,
                "the token that works is in the store"
            );
        }
        record
    }
}

fn tokens(number: u32) -> TokenResponse {
    let mut response = TokenResponse::new(format!("a{number}"));
    response.refresh_token = Some(format!("r{number}").into());
    response.expires_in = Some(Duration::from_secs(3600));
    response
}

fn process(
    folder: &Folder,
    clock: &Arc<ManualClock>,
    server: &Arc<Mutex<(u32, Vec<String>)>>,
) -> TokenSource {
    let state = Arc::clone(server);
    let transport = FnTransport::new(move |request| {
        let form = Redirected::parse(std::str::from_utf8(request.body()).unwrap());
        let (current, spent) = &mut *state.lock().unwrap();
        let works = match (form.get("refresh_token"), form.get("code")) {
            (Some(token), _) => token == format!("r{current}"),
            (_, Some(code)) if !spent.iter().any(|known| known == code) => {
                spent.push(code.to_owned());
                true
            }
            _ => false,
        };
        if !works {
            let refused = Response::builder().status(400);
            return Ok(refused.body(r#"{"error":"invalid_grant"}"#.into()).unwrap());
        }
        *current += 1;
        let body =
            format!(r#"{{"access_token":"a{current}","refresh_token":"r{current}","expires_in":3600}}"#);
        Ok(Response::new(body.into()))
    });
    let client = Client::builder("https://login.example/")
        .transport(Hesitant(transport))
        .clock(Arc::clone(clock) as Arc<dyn Clock>)
        .retry(Retry::never())
        .connections(1);
    let server = TokenServer::new(client.build().unwrap(), App { id: "app".into(), secret: None });
    TokenSource::user(server).build(FileStore::open(folder.file("login.json")).unwrap())
}

#[tokio::test]
async fn refreshes() {
    let scene = Scene::new();
    scene.source.install(tokens(0)).await.unwrap();
    let begin = async || {
        scene.clock.advance(Duration::from_secs(4000));
        scene.source.token().await.unwrap()
    };
    let dropped = drop_everywhere(begin, async |_| {
        scene.is_well().await;
        let current = || format!("a{}", scene.server.lock().unwrap().0);
        let token = scene.source.token().await.unwrap();
        assert_eq!(token.expose(), current());
        let other = process(&scene.folder, &scene.clock, &scene.server);
        assert_eq!(other.token().await.unwrap().expose(), current(), "another process goes on with it");
    })
    .await;
    // Whoever waits for a refresh waits for one thing only: the task that does it.
    assert!(dropped >= 2, "{dropped}");
}

#[tokio::test]
async fn logins() {
    let scene = Scene::new();
    let mut number = 0;
    let begin = async || {
        number += 1;
        let login = scene.source.begin_login("http://127.0.0.1:8500/callback").unwrap();
        let redirect =
            format!("http://127.0.0.1:8500/callback?code=c{number}&state={}", login.state().expose());
        login.finish(&redirect).await.unwrap();
    };
    let dropped = drop_everywhere(begin, async |_| {
        let record = scene.is_well().await;
        let spent = scene.server.lock().unwrap().1.len();
        assert_eq!(record.token.is_some(), spent > 0, "a code that was spent is a login");
        if record.token.is_some() {
            scene.source.token().await.unwrap();
        }
    })
    .await;
    assert!(dropped >= 2, "{dropped}");
}

#[tokio::test]
async fn what_is_done_to_tokens() {
    let scene = Scene::new();
    let installed = async || scene.source.install(tokens(0)).await.unwrap();
    drop_everywhere(installed, async |_| {
        if scene.is_well().await.token.is_some() {
            assert_eq!(scene.source.token().await.unwrap().expose(), "a0");
        }
    })
    .await;
    let checked = async || scene.source.check_store().await.unwrap();
    drop_everywhere(checked, async |_| {
        scene.is_well().await;
        assert_eq!(scene.source.token().await.unwrap().expose(), "a0");
    })
    .await;
    drop_everywhere(async || scene.source.settle().await, async |_| drop(scene.is_well().await)).await;
    let forgotten = async || {
        scene.source.install(tokens(0)).await.unwrap();
        scene.source.forget().await.1.unwrap();
    };
    let dropped = drop_everywhere(forgotten, async |_| {
        let record = scene.is_well().await;
        // It is in both places or in neither.
        match scene.source.token().await {
            Ok(token) => assert_eq!(record.token.unwrap().access.expose(), token.expose()),
            Err(error) => {
                assert!(matches!(error, AuthError::LoginNeeded(_)), "{error}");
                assert!(record.token.is_none(), "it is forgotten in the store, too");
            }
        }
    })
    .await;
    // The tasks that do it are certain waits; how often a file is waited for is up to the system.
    assert!(dropped >= 2, "{dropped}");
}

#[tokio::test]
async fn stores() {
    let folder = Folder::new();
    let store = FileStore::open(folder.file("login.json")).unwrap();
    let well = async |_| {
        store.lease().await.unwrap().release().await;
        store.load().await.unwrap();
        let names = folder.names();
        assert!(!names.iter().any(|name| name.ends_with(".new")), "{names:?}");
    };
    let dropped = [
        drop_everywhere(async || drop(store.load().await.unwrap()), async |_| well(()).await).await,
        drop_everywhere(async || store.lease().await.unwrap().release().await, async |_| well(()).await)
            .await,
        drop_everywhere(async || drop(store.lease().await.unwrap()), async |_| well(()).await).await,
        drop_everywhere(
            async || {
                let record = store.load().await.unwrap();
                store.swap(record.with(None)).await.unwrap();
            },
            async |_| well(()).await,
        )
        .await,
        drop_everywhere(
            async || {
                let record = store.load().await.unwrap();
                store.reserve(record).await.unwrap();
            },
            async |_| well(()).await,
        )
        .await,
    ];
    // Files are read and written on another thread, which may be done before the first look: one is certain, before the first poll.
    assert!(dropped.iter().all(|count| *count > 0), "{dropped:?}");
}

#[tokio::test]
async fn logins_of_oauth_1() {
    let folder = Folder::new();
    let open = || FileStore::open(folder.file("login.json")).unwrap();
    let source = oauth1::TokenSource::new(oauth1::Consumer::new("key", "secret"), open());
    let (begun, sent) = (Cell::new(0), Arc::new(Mutex::new(0)));
    let begin = async || {
        begun.set(begun.get() + 1);
        let sent = Arc::clone(&sent);
        let request = async move {
            tokio::task::yield_now().await;
            let number = {
                let mut sent = sent.lock().unwrap();
                *sent += 1;
                *sent
            };
            tokio::task::yield_now().await;
            Ok::<_, AuthError>(Some(oauth1::AccessToken::new(format!("t{number}"), "s")))
        };
        source.login_with(request).await.unwrap();
    };
    // Every login that was begun goes on, whoever waits for it; the last token is in use and in the store.
    let well = async || {
        comes_true(async || {
            open().lease().await.unwrap().release().await;
            let number = *sent.lock().unwrap();
            let stored = open().load().await.unwrap().token;
            let used = source.token().await.ok();
            let expected = format!("t{number}");
            let is_stored = stored.is_some_and(|token| token.access.expose() == expected);
            let is_used = used.is_some_and(|token| token.token.expose() == expected);
            number == begun.get() && (number == 0 || is_stored && is_used)
        })
        .await;
    };
    let dropped = drop_everywhere(begin, async |_| well().await).await;
    assert!(dropped >= 2, "{dropped}");
    let token = || oauth1::AccessToken::new(format!("t{}", sent.lock().unwrap()), "s");
    drop_everywhere(async || source.install(token()).await.unwrap(), async |_| well().await).await;
    drop_everywhere(async || source.check_store().await.unwrap(), async |_| well().await).await;
    let forgotten = async || {
        source.install(token()).await.unwrap();
        source.forget().await.unwrap();
    };
    let dropped = drop_everywhere(forgotten, async |_| {
        // It is in both places or in neither.
        comes_true(async || {
            open().lease().await.unwrap().release().await;
            source.token().await.is_ok() == open().load().await.unwrap().token.is_some()
        })
        .await;
    })
    .await;
    // The tasks that do it are certain waits; how often a file is waited for is up to the system.
    assert!(dropped >= 2, "{dropped}");
}
