//! Supe from the upload of a picture to the delivery of the result.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use segno_core::{HeaderMap, Timestamp, http};
use segno_sandbox::{Sandbox, WebhookRedelivery};
use segno_soundstripe::supe_assets::{AssetFormat, AssetState, Upload};
use segno_soundstripe::supe_searches::{Create, SearchStatus, Submission};
use segno_soundstripe::webhooks::{Verifier, WebhookError};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use super::{client, sandbox};

type Delivery = (HeaderMap, Vec<u8>);

/// A receiver that accepts deliveries, responding to each with the next status.
async fn receiver(statuses: &'static [u16]) -> (String, mpsc::UnboundedReceiver<Delivery>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/supe", listener.local_addr().unwrap());
    let (sender, deliveries) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        for status in statuses {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut bytes = Vec::new();
            let delivery = loop {
                assert_ne!(stream.read_buf(&mut bytes).await.unwrap(), 0, "a delivery broke off");
                if let Some(delivery) = parse(&bytes) {
                    break delivery;
                }
            };
            let response = format!("HTTP/1.1 {status} OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            stream.write_all(response.as_bytes()).await.unwrap();
            let _ = sender.send(delivery);
        }
    });
    (url, deliveries)
}

fn parse(bytes: &[u8]) -> Option<Delivery> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&bytes[..end]).unwrap();
    let mut headers = HeaderMap::new();
    for line in head.split("\r\n").skip(1) {
        let (name, value) = line.split_once(": ").unwrap();
        headers.append(http::HeaderName::try_from(name).unwrap(), value.parse().unwrap());
    }
    let length: usize = headers["content-length"].to_str().unwrap().parse().unwrap();
    let body = &bytes[end + 4..];
    (body.len() >= length).then(|| (headers, body.to_vec()))
}

fn now(sandbox: &Sandbox) -> Timestamp {
    Timestamp::from(std::time::SystemTime::UNIX_EPOCH + sandbox.now())
}

fn png() -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
    png.extend(640u32.to_be_bytes());
    png.extend(480u32.to_be_bytes());
    png.resize(300_000, 7);
    png
}

#[tokio::test]
async fn a_picture_finds_songs_and_the_result_is_delivered() {
    let sandbox = sandbox().await;
    sandbox.switches(|switches| {
        switches.soundstripe.asset_delay_s = 6.0;
        switches.soundstripe.search_delay_s = 5.0;
        switches.soundstripe.search_visible_after_s = 2.0;
    });
    let client = client(&sandbox);
    let reported = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&reported);
    let upload = Upload::bytes("sunrise.png", png()).await.unwrap();
    let asset =
        client.call(&upload).progress(move |step| log.lock().unwrap().push(step.bytes)).send().await.unwrap();
    assert_eq!(asset.state, Some(AssetState::Pending));
    let steps = reported.lock().unwrap().clone();
    assert!(steps.len() > 2 && steps.is_sorted() && *steps.last().unwrap() > 300_000, "{steps:?}");
    let asset = client.wait_for_asset(&asset.id, Duration::from_secs(60)).await.unwrap();
    assert_eq!(asset.state, Some(AssetState::Processed));

    let (url, mut deliveries) = receiver(&[200]).await;
    let create = || Create::new(url.clone()).query("hopeful piano").assets([asset.id.clone()]);
    let Submission::Accepted(search) = client.send(&create()).await.unwrap() else { panic!("not accepted") };
    assert_eq!(search.status, Some(SearchStatus::Processing));
    let found = client.wait_for_search(&search.id, Duration::from_secs(60)).await.unwrap();
    assert_eq!((found.status.clone(), found.songs.len()), (Some(SearchStatus::Completed), 10));
    assert!(
        found.songs.iter().all(|song| song.primary_audio().is_some_and(|file| file.versions.wav.is_some()))
    );

    let (headers, body) = deliveries.recv().await.unwrap();
    let secret = sandbox.description().soundstripe.webhook_secret;
    let verifier = Verifier::new(&secret).unwrap();
    let event = verifier.verify(&headers, &body, now(&sandbox)).await.unwrap();
    assert_eq!(event.search.id, search.id);
    assert_eq!(event.search.song_ids, found.song_ids);
    event.accept().await.unwrap();

    // The same delivery again, a changed one, an old one, one of another sender.
    assert_eq!(verifier.verify(&headers, &body, now(&sandbox)).await, Err(WebhookError::Replayed));
    let changed = [&body[..], b" "].concat();
    assert_eq!(verifier.verify(&headers, &changed, now(&sandbox)).await, Err(WebhookError::Forged));
    sandbox.advance(Duration::from_secs(400));
    let fresh = Verifier::new(&secret).unwrap();
    assert!(matches!(fresh.verify(&headers, &body, now(&sandbox)).await, Err(WebhookError::Stale { .. })));
    let other = Verifier::new(&sandbox.soundstripe_accounts()[1].key.webhook_secret).unwrap();
    assert_eq!(other.verify(&headers, &body, now(&sandbox)).await, Err(WebhookError::Forged));

    let Submission::Cached(cached) = client.send(&create()).await.unwrap() else { panic!("not cached") };
    assert_eq!((cached.id, cached.song_ids), (found.id, found.song_ids));
    assert_eq!(sandbox.effects().of("soundstripe", "supe_searches").created, 1);
}

#[tokio::test]
async fn a_delivery_that_failed_comes_again_and_is_no_replay() {
    let sandbox = sandbox().await;
    let client = client(&sandbox);
    let (url, mut deliveries) = receiver(&[500, 200]).await;
    client.send(&Create::new(url).query("calm harp")).await.unwrap();
    let verifier = Verifier::new(sandbox.description().soundstripe.webhook_secret).unwrap();
    let (headers, body) = deliveries.recv().await.unwrap();
    let first = verifier.verify(&headers, &body, now(&sandbox)).await.unwrap();
    while sandbox.callbacks()[0].status.is_none() {
        tokio::task::yield_now().await;
    }
    sandbox.advance(Duration::from_secs(1));
    let (headers, body) = deliveries.recv().await.unwrap();
    let second = verifier.verify(&headers, &body, now(&sandbox)).await.unwrap();
    assert_eq!(first.search.id, second.search.id);
    assert_ne!(first.signature, second.signature);
}

/// The first handler fails; the service sends the same bytes once more, and then again although they were accepted.
#[tokio::test]
async fn a_delivery_whose_handler_failed_comes_again_byte_for_byte_and_is_handled_once() {
    let sandbox = sandbox().await;
    sandbox.switches(|switches| {
        switches.soundstripe.webhook_redelivery = WebhookRedelivery::Same;
        switches.soundstripe.webhook_repeats = 1;
    });
    let client = client(&sandbox);
    let (url, mut deliveries) = receiver(&[500, 200, 200]).await;
    client.send(&Create::new(url).query("calm harp")).await.unwrap();
    let verifier = Verifier::new(sandbox.description().soundstripe.webhook_secret).unwrap();
    let (mut handled, mut bytes) = (0, Vec::new());
    for (number, works) in [false, true, true].into_iter().enumerate() {
        let (headers, body) = deliveries.recv().await.unwrap();
        bytes.push((headers["x-soundstripe-signature"].clone(), body.clone()));
        match verifier.verify(&headers, &body, now(&sandbox)).await {
            Ok(event) if works => {
                handled += 1;
                event.accept().await.unwrap();
            }
            Ok(_) => {}
            Err(error) => {
                assert_eq!((number, &error, error.status().as_u16()), (2, &WebhookError::Replayed, 200))
            }
        }
        while sandbox.callbacks()[number].status.is_none() {
            tokio::task::yield_now().await;
        }
        sandbox.advance(Duration::from_secs(5));
    }
    assert!(bytes.windows(2).all(|pair| pair[0] == pair[1]), "the same signature each time");
    assert_eq!(handled, 1);
}

#[tokio::test]
async fn what_is_too_large_is_not_sent() {
    let sandbox = sandbox().await;
    let client = client(&sandbox);
    let body = segno_core::Body::reader(tokio::io::repeat(0), (20 << 20) + 1);
    let error = client.send(&Upload::new(AssetFormat::WebP, "large.webp", body)).await.unwrap_err();
    assert!(error.is_build());
    assert!(super::arrived(&sandbox).is_empty());
}

#[tokio::test]
async fn a_file_is_looked_into_before_it_is_sent() {
    let sandbox = sandbox().await;
    let client = client(&sandbox);
    let folder = segno_testkit::Folder::new();
    let path = folder.file("sunrise.png");
    tokio::fs::write(&path, png()).await.unwrap();
    let upload = Upload::file(&path).await.unwrap();
    let asset = client.send(&upload).await.unwrap();
    assert_eq!(asset.other["byte_size"], 300_000);
    assert_eq!(asset.other["content_type"], "image/png");
    let text = folder.file("notes.txt");
    tokio::fs::write(&text, "no image").await.unwrap();
    assert!(Upload::file(&text).await.is_err());
}
