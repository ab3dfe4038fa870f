//! The client for code without async, against the sandbox: without a runtime, on the thread of one, and in tasks of several threads.

use std::time::Duration;

use segno_core::Retry;
use segno_sandbox::Sandbox;
use segno_soundcloud::tracks::{Asset, Upload};
use segno_soundcloud::{Client, Diagnosis, blocking, likes, me, tracks};

use crate::audio::wave;

fn sandbox() -> Sandbox {
    segno_testkit::elsewhere(|| async { Sandbox::builder().seed(1).start().await.unwrap() })
}

fn all(sandbox: &Sandbox) {
    let access = sandbox.description().soundcloud;
    let client = Client::builder().base_url(&access.base_url).auth_url(&access.auth_url);
    let client = client.token(access.access_token).settings(|core| core.retry(Retry::never()));
    let client: blocking::Client = client.build().unwrap().blocking().unwrap();
    let me = client.send(&me::Get::new()).unwrap();
    let list = || tracks::Search::new().limit(2);
    let urns: Vec<_> = client.items(list()).map(|track| track.unwrap().urn).collect();
    assert!(me.user.urn.is_some() && urns.len() > 2, "{} tracks", urns.len());
    let first = client.collect(list(), 2).unwrap();
    assert_eq!([first[0].urn, first[1].urn], urns[..2]);
    let upload = Upload::new("Harbour", Asset::bytes("harbour.wav", wave()));
    let uploaded = client.run(|client| client.upload(upload).wait_until_ready(Duration::ZERO).send());
    let (track, mut whole) = (uploaded.unwrap().track.urn.unwrap(), Vec::new());
    client.run(|client| client.audio(track).download(&mut whole)).unwrap();
    assert!(whole == wave());
}

/// What the client adds to a call it adds here, too: the service gives no reason, and the client finds it.
#[test]
fn a_refusal_is_looked_into_as_it_is_with_async() {
    let sandbox = sandbox();
    let access = sandbox.description().soundcloud;
    let client = Client::builder().base_url(&access.base_url).auth_url(&access.auth_url);
    let client = client.token(access.access_token).settings(|core| core.retry(Retry::never()));
    let client: blocking::Client = client.build().unwrap().blocking().unwrap();
    let track = client.collect(tracks::Search::new(), 1).unwrap()[0].urn.unwrap();
    sandbox.switches(|switches| switches.soundcloud.app_may_write = false);
    let like = likes::LikeTrack::new(track);
    let error = client.send(&like).unwrap_err();
    assert_eq!(error.api().unwrap().diagnosis, Some(Diagnosis::AppNotAllowed), "{error}");
    let with_async = client.run(|client| client.send(&like)).unwrap_err();
    assert_eq!(error.to_string(), with_async.to_string());

    sandbox.switches(|switches| {
        switches.soundcloud.app_may_write = true;
        switches.soundcloud.email_confirmed = false;
    });
    let upload = Upload::new("Low Tide", Asset::bytes("a.flac", &b"fLaC-bytes"[..]));
    let error = client.send(&upload).unwrap_err();
    assert_eq!(error.api().unwrap().diagnosis, Some(Diagnosis::EmailUnconfirmed), "{error}");
}

#[test]
fn without_a_runtime_and_inside_of_any() {
    segno_testkit::inside_and_outside_of_runtimes(sandbox, all);
}
