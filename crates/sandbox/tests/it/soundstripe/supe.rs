//! Searches, assets, webhooks: docs/services/soundstripe.md#supe, docs/services/soundstripe.md#webhooks.

use std::time::Duration;

use hmac::{Hmac, KeyInit as _, Mac as _};
use segno_sandbox::Callback;
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::{Api, included, refusal};
use crate::wire::Response;

const SEARCH: &str = "/supe/search";

fn search(attributes: Value) -> Value {
    json!({"data": {"type": "supe_searches", "attributes": attributes}})
}

/// A receiver that responds to each delivery with the next of these statuses.
async fn receiver(statuses: &'static [u16]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/supe", listener.local_addr().unwrap());
    tokio::spawn(async move {
        for status in statuses {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut buffer = vec![0; 1 << 20];
            let mut length = 0;
            loop {
                let read = stream.read(&mut buffer[length..]).await.unwrap();
                length += read;
                let text = String::from_utf8_lossy(&buffer[..length]);
                let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
                let announced = head.to_ascii_lowercase();
                let announced = announced
                    .split("content-length: ")
                    .nth(1)
                    .unwrap()
                    .lines()
                    .next()
                    .unwrap()
                    .parse::<usize>();
                if read == 0 || body.len() >= announced.unwrap() {
                    break;
                }
            }
            let response = format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            stream.write_all(response.as_bytes()).await.unwrap();
        }
    });
    url
}

/// The deliveries, once there are this many and all have a response.
async fn callbacks(api: &Api, count: usize) -> Vec<Callback> {
    let mut rounds = 0;
    loop {
        let callbacks = api.sandbox.callbacks();
        if callbacks.len() >= count && callbacks.iter().all(|it| it.status.is_some() || it.error.is_some()) {
            return callbacks;
        }
        rounds += 1;
        assert!(rounds < 2_000_000, "{callbacks:?}");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn from_processing_to_completed_and_cached() {
    let api = Api::start().await;
    api.switch("search_delay_s", 3.0);
    let url = receiver(&[200, 200]).await;
    let body = search(json!({"query": " happy piano ", "callback_url": url}));
    let started = api.send("POST", SEARCH, &body).await;
    assert_eq!(started.status, 202);
    let started = started.json();
    assert_eq!(started["data"]["attributes"]["status"], "processing");
    assert_eq!(started["data"]["relationships"]["songs"]["data"], json!([]));
    assert!(started.get("included").is_none());
    let path = format!("{SEARCH}/{}", started["data"]["id"].as_str().unwrap());
    assert_eq!(api.document(&path).await["data"]["attributes"]["status"], "processing");

    api.sandbox.advance(Duration::from_secs(3));
    let done = api.document(&path).await;
    assert_eq!(done["data"]["attributes"]["status"], "completed");
    let songs = done["data"]["relationships"]["songs"]["data"].as_array().unwrap();
    assert_eq!(songs.len(), 10);
    for song in songs {
        let song = included(&done, "songs", &song["id"]);
        assert!(song["attributes"]["tags"]["mood"].as_array().unwrap().contains(&json!("Happy")));
        included(&done, "audio_files", &song["relationships"]["audio_files"]["data"][0]["id"]);
    }

    // For 24 hours the same search has its results at once, wherever its result is to go.
    let again = search(json!({"query": "happy piano", "callback_url": "https://hooks.example.test/"}));
    let cached = api.send("POST", SEARCH, &again).await;
    assert_eq!((cached.status, &cached.json()["data"]["id"]), (200, &started["data"]["id"]));
    api.sandbox.advance(Duration::from_secs(86_400));
    assert_eq!(api.send("POST", SEARCH, &body).await.status, 202);
    assert_eq!(api.sandbox.effects().of("soundstripe", "supe_searches").created, 2);
}

#[tokio::test]
async fn links_in_results_live_for_seven_days_and_are_renewed() {
    let api = Api::start().await;
    let started =
        api.send("POST", SEARCH, &search(json!({"query": "x", "callback_url": "https://a.test/"}))).await;
    let path = format!("{SEARCH}/{}", started.json()["data"]["id"].as_str().unwrap());
    let link = |document: &Value| {
        let song = included(document, "songs", &document["data"]["relationships"]["songs"]["data"][0]["id"]);
        let file = included(document, "audio_files", &song["relationships"]["audio_files"]["data"][0]["id"]);
        file["attributes"]["versions"]["mp3"].as_str().unwrap().to_owned()
    };
    let old = link(&api.document(&path).await);
    api.sandbox.advance(Duration::from_secs(7 * 86_400 - 1));
    assert_eq!(crate::wire::Request::new("GET", &old).send().await.status, 200);
    api.sandbox.advance(Duration::from_secs(1));
    assert_eq!(crate::wire::Request::new("GET", &old).send().await.status, 403);
    let new = link(&api.document(&path).await);
    assert_eq!(crate::wire::Request::new("GET", &new).send().await.status, 200);
}

#[tokio::test]
async fn what_is_refused() {
    let mut api = Api::start().await;
    let https = "https://hooks.example.test/";
    for (attributes, expected) in [
        (json!({"callback_url": https}), 400),
        (json!({"query": " ", "callback_url": https}), 400),
        (json!({"query": "x"}), 400),
        (json!({"query": "x", "callback_url": "http://hooks.example.test/"}), 400),
        (json!({"asset_ids": vec!["asset_1"; 12], "callback_url": https}), 400),
        (json!({"asset_ids": ["asset_77"], "callback_url": https}), 404),
        (json!({"query": 7, "callback_url": https}), 400),
    ] {
        assert_eq!(
            refusal(&api.send("POST", SEARCH, &search(attributes.clone())).await).0,
            expected,
            "{attributes}"
        );
    }
    let started =
        api.send("POST", SEARCH, &search(json!({"query": "x", "callback_url": https}))).await.json();
    let path = format!("{SEARCH}/{}", started["data"]["id"].as_str().unwrap());
    api.account = 1;
    assert_eq!(refusal(&api.get(&path).await).0, 404, "a foreign search");
    api.account = 0;
    api.switch("search_visible_after_s", 5.0);
    let late = api.send("POST", SEARCH, &search(json!({"query": "y", "callback_url": https}))).await.json();
    let path = format!("{SEARCH}/{}", late["data"]["id"].as_str().unwrap());
    assert_eq!(refusal(&api.get(&path).await).0, 404);
    api.sandbox.advance(Duration::from_secs(5));
    assert_eq!(api.get(&path).await.status, 200);
}

fn header<'a>(callback: &'a Callback, name: &str) -> &'a str {
    let found = callback.headers.iter().find(|(header, _)| header.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.as_str()).unwrap_or_default()
}

#[tokio::test]
async fn webhooks_are_signed_and_tried_five_times() {
    let api = Api::start().await;
    let url = receiver(&[500, 503, 404, 200]).await;
    let body = search(json!({"query": "calm harp", "callback_url": url}));
    let started = api.send("POST", SEARCH, &body).await.json();
    let secret = api.sandbox.description().soundstripe.webhook_secret;
    // Delays of 1, 2 and 4 seconds.
    for (count, wait) in [(1, 1), (2, 2), (3, 4), (4, 8)] {
        let sent = callbacks(&api, count).await;
        assert_eq!(sent.len(), count);
        let last = &sent[count - 1];
        let timestamp = header(last, "x-soundstripe-timestamp");
        assert_eq!(timestamp, (last.at as u64).to_string(), "a fresh timestamp");
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(format!("{timestamp}.{}", last.body).as_bytes());
        let expected: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(header(last, "x-soundstripe-signature"), expected);
        assert_eq!(header(last, "content-type"), "application/vnd.api+json");
        let document: Value = serde_json::from_str(&last.body).unwrap();
        assert_eq!(document["data"]["id"], started["data"]["id"]);
        assert_eq!(document["data"]["attributes"]["status"], "completed");
        assert!(document["included"].is_array());
        api.sandbox.advance(Duration::from_secs(wait));
    }
    let sent = callbacks(&api, 4).await;
    assert_eq!(sent.iter().map(|it| it.status.unwrap()).collect::<Vec<_>>(), [500, 503, 404, 200]);
}

#[tokio::test]
async fn a_webhook_comes_again_with_the_same_bytes_or_after_a_success() {
    let api = Api::start().await;
    api.switch("webhook_redelivery", "same");
    api.switch("webhook_repeats", 2);
    let url = receiver(&[500, 200, 200, 200]).await;
    api.send("POST", SEARCH, &search(json!({"query": "calm harp", "callback_url": url}))).await;
    for (count, wait) in [(1, 1), (2, 2), (3, 1), (4, 8)] {
        assert_eq!(callbacks(&api, count).await.len(), count);
        api.sandbox.advance(Duration::from_secs(wait));
    }
    let sent = callbacks(&api, 4).await;
    assert_eq!(sent.iter().map(|it| it.status.unwrap()).collect::<Vec<_>>(), [500, 200, 200, 200]);
    assert!(sent.iter().all(|it| (&it.headers, &it.body) == (&sent[0].headers, &sent[0].body)));
    assert!(sent[3].at > sent[0].at);
    // Signed again, each repetition is another.
    api.switch("webhook_redelivery", "signed_again");
    let url = receiver(&[200, 200, 200]).await;
    api.send("POST", SEARCH, &search(json!({"query": "loud drums", "callback_url": url}))).await;
    for count in 5..=7 {
        callbacks(&api, count).await;
        api.sandbox.advance(Duration::from_secs(1));
    }
    let sent = callbacks(&api, 7).await;
    assert_ne!(header(&sent[4], "x-soundstripe-signature"), header(&sent[5], "x-soundstripe-signature"));
}

#[tokio::test]
async fn a_failed_search_is_delivered_too() {
    let api = Api::start().await;
    api.switch("search_outcome", "failed");
    let url = receiver(&[204]).await;
    api.send("POST", SEARCH, &search(json!({"context": {"scene": 1}, "callback_url": url}))).await;
    let sent = callbacks(&api, 1).await;
    let document: Value = serde_json::from_str(&sent[0].body).unwrap();
    assert_eq!(document["data"]["attributes"]["status"], "failed");
    assert!(document.get("included").is_none());
}

/// An upload as the reference shows it.
async fn upload(api: &Api, file: &[u8], declared: &str, content_type: Option<&str>) -> Response {
    let mut body = Vec::new();
    if let Some(content_type) = content_type {
        body.extend(
            format!(
                "--XyZ\r\nContent-Disposition: form-data; name=\"content_type\"\r\n\r\n{content_type}\r\n"
            )
            .as_bytes(),
        );
    }
    body.extend(
        format!(
            "--XyZ\r\nContent-Disposition: form-data; name=\"file\"; filename=\"sunrise\"\r\nContent-Type: {declared}\r\n\r\n"
        )
        .as_bytes(),
    );
    body.extend(file);
    body.extend(b"\r\n--XyZ--\r\n");
    let key = &api.sandbox.soundstripe_accounts()[api.account].key.token;
    api.anonymous("POST", "/supe/assets")
        .header("Authorization", &format!("Token {key}"))
        .header("Accept", "application/vnd.api+json")
        .header("Content-Type", "multipart/form-data; boundary=XyZ")
        .body(body)
        .send()
        .await
}

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
    png.extend(width.to_be_bytes());
    png.extend(height.to_be_bytes());
    png
}

#[tokio::test]
async fn assets_are_pending_then_processing_then_done() {
    let mut api = Api::start().await;
    api.switch("asset_delay_s", 4.0);
    let made = upload(&api, &png(640, 480), "image/png", None).await;
    assert_eq!(made.status, 202);
    let made = made.json();
    assert_eq!(made["data"]["attributes"]["status"], "pending");
    assert_eq!(made["data"]["attributes"]["byte_size"], 24);
    let id = made["data"]["id"].as_str().unwrap().to_owned();
    let path = format!("/supe/assets/{id}");
    let mut states = Vec::new();
    let body = search(json!({"asset_ids": [id], "callback_url": "https://a.test/"}));
    for _ in 0..3 {
        states.push(api.document(&path).await["data"]["attributes"]["status"].as_str().unwrap().to_owned());
        let status = if states.last().unwrap() == "processed" { 202 } else { 400 };
        assert_eq!(api.send("POST", SEARCH, &body).await.status, status);
        api.sandbox.advance(Duration::from_secs(2));
    }
    assert_eq!(states, ["pending", "processing", "processed"]);
    api.account = 1;
    assert_eq!(refusal(&api.get(&path).await), (404, format!("Couldn't find Asset with 'id'={id}")));
    assert_eq!(refusal(&api.send("POST", SEARCH, &body).await).0, 404, "a foreign asset");
}

#[tokio::test]
async fn limits_of_assets() {
    let api = Api::start().await;
    let state = |response: Response| {
        let id = response.json()["data"]["id"].as_str().unwrap().to_owned();
        let api = &api;
        async move { api.document(&format!("/supe/assets/{id}")).await["data"]["attributes"]["status"].clone() }
    };
    // Pixels and length are found out later, type and bytes at once.
    assert_eq!(state(upload(&api, &png(4096, 4096), "image/png", None).await).await, "processed");
    assert_eq!(state(upload(&api, &png(4097, 1), "image/png", None).await).await, "failed");
    assert_eq!(state(upload(&api, b"no image", "image/jpeg", None).await).await, "failed");
    assert_eq!(state(upload(&api, b"...", "text/plain", Some("video/mp4")).await).await, "processed");
    api.switch("video_duration_s", 601.0);
    assert_eq!(state(upload(&api, b"...", "video/webm", None).await).await, "failed");
    let gif = upload(&api, b"GIF89a", "image/gif", None).await;
    assert_eq!((gif.status, &gif.json()["errors"][0]["code"]), (400, &json!("unsupported_media_type")));
    let large = vec![0; (20 << 20) + 1];
    let refused = upload(&api, &large, "image/webp", None).await;
    assert_eq!((refused.status, &refused.json()["errors"][0]["code"]), (400, &json!("file_too_large")));
    api.switch("asset_refusal", "specific");
    assert_eq!(upload(&api, b"GIF89a", "image/gif", None).await.status, 415);
    assert_eq!(upload(&api, &large, "image/webp", None).await.status, 413);
}
