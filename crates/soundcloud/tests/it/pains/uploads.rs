//! Uploads, and what becomes of them.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use segno_core::auth::store::MemoryStore;
use segno_soundcloud::tracks::{Asset, Upload};
use segno_soundcloud::{Diagnosis, ReadyError, TrackUrn, UploadError, comments, me};

use crate::peer::{app_client, response, tokens, user_client};
use crate::responses::{ME, STREAMS};
use crate::sample::TRACK_URN;

fn flac() -> Upload {
    Upload::new("Low Tide", Asset::bytes("low-tide.flac", &b"fLaC-bytes"[..]))
}

#[tokio::test]
async fn pain_01_an_upload_gets_401_although_reads_work() {
    // The application's own token is not even sent.
    let (client, log, _) = app_client(MemoryStore::new(), |_| tokens(1));
    let error = client.upload(flac()).send().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "nothing was uploaded: the access token is the application's own, and this call needs a user's login"
    );
    let error = client.send(&comments::Create::new(TRACK_URN, "x")).await.unwrap_err();
    assert!(error.to_string().contains("the access token is the application's own"), "{error}");
    assert!(client.send(&me::Get::new()).await.is_err());
    assert!(log.lines().is_empty());

    // What the account has against it is known before anything is sent.
    for (me, expected) in [
        (r#"{"primary_email_confirmed":false}"#, Diagnosis::EmailUnconfirmed),
        (r#"{"primary_email_confirmed":true,"quota":{"upload_seconds_left":0}}"#, Diagnosis::QuotaGone),
    ] {
        let (client, log) = user_client(move |_| response(200, me));
        let error = client.upload(flac()).send().await.unwrap_err();
        assert!(matches!(error, UploadError::NotAllowed(diagnosis) if diagnosis == expected), "{error}");
        assert_eq!(log.count("POST"), 0);
    }
    let (client, _) = user_client(|_| response(200, ME));
    let error = client.upload(flac()).length(Duration::from_secs(7201)).send().await.unwrap_err();
    assert!(matches!(error, UploadError::Quota { left_seconds: 7200, needed_seconds: 7201 }), "{error}");

    // A bare 401 on a write is looked into, in both forms that were seen.
    for (body, me, expected) in [
        ("\n", response(200, ME), Diagnosis::AppNotAllowed),
        (r#"{"code":401,"message":"","errors":[]}"#, response(200, ME), Diagnosis::AppNotAllowed),
        ("\n", response(401, ""), Diagnosis::TokenBad),
        ("\n", response(200, r#"{"primary_email_confirmed":false}"#), Diagnosis::AppNotAllowed),
        ("\n", response(404, ""), Diagnosis::Unknown),
    ] {
        let (client, _) =
            user_client(move |line| if line.starts_with("GET") { me.clone() } else { response(401, body) });
        let error = client.send(&comments::Create::new(TRACK_URN, "x")).await.unwrap_err();
        assert_eq!(error.api().unwrap().diagnosis, Some(expected));
    }
}

#[tokio::test]
async fn pain_04_an_upload_that_ends_in_a_502_is_looked_for_and_never_sent_twice() {
    let gateway = "<html><head><title>502 Bad Gateway</title></head></html>";
    let peer = |arrives: bool| {
        let posted = AtomicU32::new(0);
        move |line: &str| {
            if line.starts_with("POST") {
                posted.fetch_add(1, Ordering::SeqCst);
                return response(502, gateway);
            }
            if line.contains("/me/tracks") {
                let old = r#"{"urn":"soundcloud:tracks:1","title":"Low Tide"}"#;
                let new = r#"{"urn":"soundcloud:tracks:2","title":"Low Tide","duration":3026}"#;
                let there = arrives && posted.load(Ordering::SeqCst) > 0;
                let all = if there { format!("{new},{old}") } else { old.to_owned() };
                return response(200, format!("{{\"collection\":[{all}]}}"));
            }
            response(200, ME)
        }
    };
    let (client, log) = user_client(peer(true));
    let uploaded = client.upload(flac()).length(Duration::from_secs(3)).send().await.unwrap();
    assert!(uploaded.found_afterwards);
    assert_eq!(uploaded.track.urn, Some(TrackUrn::new(2)), "not the older one of the same name");
    assert_eq!(log.count("POST"), 1);

    let (client, log) = user_client(peer(false));
    let error = client.upload(flac()).send().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the track was looked for and is not there: soundcloud.tracks.upload: 502 Bad Gateway: \
         a web page titled \"502 Bad Gateway\""
    );
    assert_eq!(error.is_uploaded(), None);
    assert_eq!(log.count("POST"), 1);
    assert_eq!(log.count("GET https://api.soundcloud.com/me/tracks"), 4, "before, and three looks after");
}

#[tokio::test]
async fn pain_11_processing_can_be_waited_for() {
    // The current service: no state, but a length and streams in the end.
    let looks = AtomicU32::new(0);
    let (client, log) = user_client(move |line| {
        if line.contains("/streams") {
            return if looks.load(Ordering::SeqCst) < 4 { response(404, "") } else { response(200, STREAMS) };
        }
        let look = looks.fetch_add(1, Ordering::SeqCst);
        let duration = if look < 2 { 0 } else { 183_000 };
        response(200, format!(r#"{{"urn":"soundcloud:tracks:70071","duration":{duration}}}"#))
    });
    let track = client.wait_until_ready(TRACK_URN, Duration::from_secs(300)).await.unwrap();
    assert_eq!(track.duration, Some(183_000));
    assert_eq!(log.lines().len(), 6, "four looks at the track, two at its streams: {:?}", log.lines());

    // Older servers say it.
    let (client, _) = user_client(|_| response(200, r#"{"state":"failed"}"#));
    let error = client.wait_until_ready(TRACK_URN, Duration::from_secs(300)).await.unwrap_err();
    assert!(matches!(error, ReadyError::Failed(_)), "{error}");

    // A track that hangs is not waited for longer than was said.
    let (client, log) = user_client(|_| response(200, r#"{"duration":0}"#));
    let error = client.wait_until_ready(TRACK_URN, Duration::from_secs(60)).await.unwrap_err();
    assert_eq!(error.to_string(), "it was not ready after 60 s");
    assert_eq!(log.lines().len(), 6, "after 0, 2, 6, 14, 30 and 60 s");
    let (client, log) = user_client(|_| response(200, r#"{"duration":0}"#));
    let error = client.wait_until_ready(TRACK_URN, Duration::from_secs(20)).await.unwrap_err();
    assert_eq!(error.to_string(), "it was not ready after 20 s");
    assert_eq!(log.lines().len(), 5, "after 0, 2, 6, 14 and 20 s");

    // A service that is down for a while, or too busy, is asked again; one that says no is not.
    for status in [503, 429] {
        let looks = AtomicU32::new(0);
        let (client, _) = user_client(move |_| match looks.fetch_add(1, Ordering::SeqCst) {
            // Three tries each for two looks.
            0..6 => response(status, ""),
            _ => response(200, r#"{"state":"finished"}"#),
        });
        client.wait_until_ready(TRACK_URN, Duration::MAX).await.unwrap();
    }
    let (client, log) = user_client(|_| response(503, ""));
    let error = client.wait_until_ready(TRACK_URN, Duration::from_secs(5)).await.unwrap_err();
    assert!(matches!(&error, ReadyError::Late { error: Some(_), last: None, .. }), "{error}");
    assert!(error.to_string().starts_with("it was not ready after 5 s; the last look failed: "), "{error}");
    assert!(log.lines().len() > 3, "{:?}", log.lines());
    let (client, log) = user_client(|_| response(404, ""));
    client.wait_until_ready(TRACK_URN, Duration::from_secs(60)).await.unwrap_err();
    assert_eq!(log.lines().len(), 1);
    let (client, _) = user_client(|line| {
        if line.contains("/streams") { response(403, "") } else { response(200, r#"{"duration":183000}"#) }
    });
    let error = client.wait_until_ready(TRACK_URN, Duration::from_secs(60)).await.unwrap_err();
    assert!(matches!(error, ReadyError::Look(_)), "{error}");

    // An empty file is refused before anything is sent.
    let (client, log) = user_client(|_| response(200, ME));
    let empty = Upload::new("Low Tide", Asset::bytes("low-tide.flac", ""));
    assert!(client.upload(empty).send().await.unwrap_err().to_string().contains("there is no audio in it"));
    assert!(log.lines().is_empty());
}
