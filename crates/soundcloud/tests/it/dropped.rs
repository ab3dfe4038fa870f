//! Calls, jobs and logins dropped at every point at which they wait: the client works on, a login is whole or none, and no unfinished
//! file is left.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use segno_core::auth::AuthError;
use segno_core::auth::store::{FileStore, TokenStore as _};
use segno_core::testing::{FnTransport, ManualClock};
use segno_core::{ClientBuilder, Endpoint};
use segno_sandbox::Sandbox;
use segno_soundcloud::streams::StreamKind;
use segno_soundcloud::tracks::{Asset, Upload};
use segno_soundcloud::{Client, Diagnosable, follows, legacy, me, playlists, tracks};
use segno_testkit::{Folder, Hesitant, after_downloads, comes_true, drop_calls, drop_everywhere};

use crate::audio::wave;
use crate::browser::decide;
#[cfg(feature = "loopback")]
use crate::embedding;
use crate::peer::{now, redirect, response};
use crate::sample::{self, Visit};

#[test]
fn every_call() {
    #[derive(Default)]
    struct Dropped(usize);

    impl Visit for Dropped {
        fn visit<E: Endpoint>(&mut self, endpoint: &E, status: u16, body: &str, _: &[u16])
        where
            E::Output: Debug,
            E::ApiError: Diagnosable,
        {
            let body = body.to_owned();
            let transport = Arc::new(Hesitant(FnTransport::new(move |_| Ok(response(status, body.clone())))));
            let client = Client::builder()
                .settings(move |core| {
                    core.transport(Arc::clone(&transport)).clock(ManualClock::new(now())).connections(1)
                })
                .token("t1")
                .build()
                .unwrap();
            let dropped = drop_calls(async || client.send(endpoint).await);
            assert!(dropped >= 3, "{}: {dropped}", E::NAME);
            self.0 += dropped;
        }
    }

    let mut dropped = Dropped::default();
    sample::every_endpoint(&mut dropped);
    assert!(dropped.0 >= 64 * 3, "{}", dropped.0);
}

#[test]
fn every_call_of_the_old_api() {
    #[derive(Default)]
    struct Dropped(usize);

    impl Visit for Dropped {
        fn visit<E: Endpoint>(&mut self, endpoint: &E, status: u16, body: &str, _: &[u16])
        where
            E::Output: Debug,
            E::ApiError: Diagnosable,
        {
            let body = body.to_owned();
            let transport = Hesitant(FnTransport::new(move |_| {
                Ok(if status == 302 { redirect(&body) } else { response(status, body.clone()) })
            }));
            let settings = move |core: ClientBuilder| {
                core.transport(transport).clock(ManualClock::new(now())).connections(1)
            };
            let builder = legacy::Client::builder("https://api.old.example/").basic("joey", "hairspray");
            let client = builder.settings(settings).build().unwrap();
            let dropped = drop_calls(async || client.send(endpoint).await);
            assert!(dropped >= 3, "{}: {dropped}", E::NAME);
            self.0 += dropped;
        }
    }

    let mut dropped = Dropped::default();
    crate::legacy::sample::every_endpoint(&mut dropped);
    assert!(dropped.0 >= 30 * 3, "{}", dropped.0);
}

/// Over real connections to the sandbox, one at a time.
#[tokio::test]
async fn jobs() {
    let sandbox = Sandbox::builder().seed(1).start().await.unwrap();
    let access = sandbox.description().soundcloud;
    let builder = Client::builder().base_url(&access.base_url).auth_url(&access.auth_url);
    let client = builder.token(access.access_token).settings(|core| core.connections(1)).build().unwrap();
    let works = async || drop(client.send(&me::Get::new()).await.unwrap());
    let upload = || client.upload(Upload::new("Harbour", Asset::bytes("harbour.wav", wave())));
    let first = upload().wait_until_ready(Duration::from_secs(60)).send().await.unwrap().track.urn.unwrap();

    let mut counts = Vec::new();
    let mut titles = 0;
    let uploaded = async || {
        titles += 1;
        let upload = Upload::new(format!("Harbour {titles}"), Asset::bytes("harbour.wav", wave()));
        client.upload(upload).send().await.unwrap();
    };
    counts.push(drop_everywhere(uploaded, async |_| works().await).await);
    let own = client.pages(tracks::Mine::new()).collect(1000).await.unwrap();
    for title in 1..=titles {
        let of_title =
            own.iter().filter(|track| track.title.as_deref() == Some(&format!("Harbour {title}"))).count();
        assert!(of_title <= 1, "an upload that was dropped is there once or not at all");
    }
    let ready = async || drop(client.wait_until_ready(first, Duration::from_secs(60)).await.unwrap());
    counts.push(drop_everywhere(ready, async |_| works().await).await);
    counts.push(
        drop_everywhere(
            async || drop(client.stream(first, &[StreamKind::HlsAac160], None).await.unwrap()),
            async |_| works().await,
        )
        .await,
    );

    let heard = async || {
        let (mut whole, mut audio) = (Vec::new(), client.audio(first).open().await.unwrap());
        while let Some(piece) = audio.next().await {
            whole.extend(piece.unwrap());
        }
        assert!(whole == wave());
    };
    counts.push(drop_everywhere(heard, async |_| works().await).await);
    let folder = Folder::new();
    let path = folder.file("harbour.wav");
    let saved = async || client.audio(first).download_to(&path).await.unwrap();
    let after = async |_| {
        works().await;
        after_downloads(&folder).await;
        if let Ok(file) = std::fs::read(&path) {
            assert!(file == wave());
            std::fs::remove_file(&path).unwrap();
        }
    };
    counts.push(drop_everywhere(saved, after).await);

    let list = client.send(&playlists::Create::new("Coast").tracks([first])).await.unwrap().urn.unwrap();
    let listed = async || {
        client.add_tracks(list, &[first]).await.unwrap();
        client.remove_tracks(list, &[first]).await.unwrap();
        client.playlist_tracks(list).await.unwrap()
    };
    counts.push(drop_everywhere(listed, async |_| works().await).await);
    let walked = async || {
        drop(client.pages(follows::MyFollowings::new().limit(1)).prefetch().collect(1000).await.unwrap())
    };
    counts.push(drop_everywhere(walked, async |_| works().await).await);
    assert!(counts.iter().all(|count| *count > 1), "{counts:?}");
}

#[tokio::test]
async fn logins() {
    let sandbox = Sandbox::builder().seed(1).start().await.unwrap();
    let access = sandbox.description().soundcloud;
    let folder = Folder::new();
    let store = Arc::new(FileStore::open(folder.file("login.json")).unwrap());
    let builder = Client::builder().base_url(&access.base_url).auth_url(&access.auth_url);
    let builder = builder.user(&access.client_id, Some(access.client_secret.into()), Arc::clone(&store));
    let client = builder.settings(|core| core.connections(1)).build().unwrap();
    let login = async || {
        let login = client.begin_login(&access.redirect_uri).unwrap();
        let redirect = decide(login.url(), "approve").await;
        login.finish(&redirect).await.unwrap();
    };
    // It works in both places or in neither.
    let is_whole = async || {
        comes_true(async || {
            store.lease().await.unwrap().release().await;
            let works = match client.send(&me::Get::new()).await {
                Ok(_) => true,
                Err(error) => {
                    let is_needed =
                        matches!(error.cause(), segno_core::Cause::Auth(AuthError::LoginNeeded(_)));
                    assert!(is_needed, "{error}");
                    false
                }
            };
            works == store.load().await.unwrap().token.is_some()
        })
        .await;
    };
    let mut counts = vec![drop_everywhere(login, async |_| is_whole().await).await];
    assert!(store.load().await.unwrap().token.is_some());
    #[cfg(feature = "loopback")]
    {
        sandbox.switches(|switches| switches.soundcloud.any_loopback_port = true);
        let in_browser = async || {
            let open = |page: &str| {
                let page = page.to_owned();
                // When the listener is gone, the task of the browser fails, and nobody waits for it.
                tokio::spawn(async move { embedding::page(&decide(&page, "approve").await).await });
            };
            client.login_in_browser(0, Duration::from_secs(60), open).await.unwrap();
        };
        counts.push(drop_everywhere(in_browser, async |_| is_whole().await).await);
    }
    // The access token is over on the other side, and the refresh token works once.
    let renewed = async || {
        sandbox.advance(Duration::from_secs(4000));
        client.send(&me::Get::new()).await.unwrap()
    };
    let goes_on = async || {
        store.lease().await.unwrap().release().await;
        client.send(&me::Get::new()).await.unwrap();
    };
    counts.push(drop_everywhere(renewed, async |_| goes_on().await).await);
    let signed_out = async || {
        let login = client.begin_login(&access.redirect_uri).unwrap();
        let redirect = decide(login.url(), "approve").await;
        login.finish(&redirect).await.unwrap();
        client.sign_out().await.unwrap();
    };
    counts.push(drop_everywhere(signed_out, async |_| is_whole().await).await);
    assert!(counts.iter().all(|count| *count > 1), "{counts:?}");
}
