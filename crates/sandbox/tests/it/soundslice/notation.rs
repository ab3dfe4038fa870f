//! Notation: docs/services/soundslice.md#notation.

use std::time::Duration;

use segno_sandbox::{Callback, CallbackKey, Outcome};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::{Api, FORBIDDEN, is_html_404, put, text};
use crate::wire::Request;

const SCORE: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE score-partwise PUBLIC \"x\" \"y\">\n<!-- by hand -->\n\
    <score-partwise version=\"4.0\">\n  <part-list><score-part id=\"P1\"><part-name>Cello &amp; Co</part-name></score-part></part-list>\n\
    \n  <part id=\"P1\"><measure number=\"1\"/></part></score-partwise>\n";

async fn has_notation(api: &Api, slice: &str) -> bool {
    api.get(&format!("/slices/{slice}/")).await.json()["has_notation"] == true
}

async fn upload(api: &Api, bytes: &[u8]) -> String {
    let slice = api.slice("name=A&artist=B").await;
    let url = api.upload_url(&format!("/slices/{slice}/notation-file/"), "").await;
    assert_eq!(put(&url, bytes).await.status, 200);
    slice
}

#[tokio::test]
async fn a_slice_without_notation_has_an_empty_url_and_no_musicxml() {
    let api = Api::start().await;
    let slice = api.slice("").await;
    assert_eq!(api.get(&format!("/slices/{slice}/notation-file/")).await.summary(), (200, "{\"url\": \"\"}"));
    assert!(is_html_404(&api.get(&format!("/slices/{slice}/musicxml/")).await));
    assert!(is_html_404(&api.get("/slices/zzzzz/musicxml/").await), "404 here, not 403");
}

/// A link that was good leads nowhere when its slice is gone.
#[tokio::test]
async fn the_notation_of_a_deleted_slice_is_gone() {
    let api = Api::start().await;
    let slice = upload(&api, SCORE.as_bytes()).await;
    let link = text(&api.get(&format!("/slices/{slice}/notation-file/")).await.json(), "url");
    assert_eq!(Request::new("GET", &link).send().await.text(), SCORE);
    api.delete(&format!("/slices/{slice}/")).await;
    let gone = Request::new("GET", &link).send().await;
    assert_eq!(gone.status, 404);
    assert!(gone.text().contains("<Code>NoSuchKey</Code>"), "{}", gone.text());
}

#[tokio::test]
async fn formats_are_told_by_their_first_bytes() {
    let api = Api::start().await;
    let tuxguitar: Vec<u8> =
        [vec![21], "TuxGuitar File Format".bytes().flat_map(|byte| [0, byte]).collect(), vec![1, 2]].concat();
    let good: [&[u8]; 12] = [
        b"<?xml version='1.0'?><score-partwise/>",
        b"<score-partwise version=\"3.1\"/>",
        b"<score-timewise/>",
        b"\xef\xbb\xbf<?xml version='1.0'?>",
        b"\n\n<score-partwise/>",
        b"PK\x03\x04",
        b"BCFZ....",
        b"BCFS....",
        b"\x18FICHIER GUITAR PRO v5.00",
        b"ptab-2.0",
        &tuxguitar,
        SCORE.as_bytes(),
    ];
    for bytes in good {
        let slice = upload(&api, bytes).await;
        assert!(has_notation(&api, &slice).await, "{:?}", String::from_utf8_lossy(bytes));
        let url = text(&api.get(&format!("/slices/{slice}/notation-file/")).await.json(), "url");
        assert_eq!(Request::new("GET", &url).send().await.body, bytes);
    }
    // Soundslice does not read what MuseScore writes, packed or not.
    let mscz = b"PK\x03\x04 tune.mscx PK\x01\x02";
    let mscx = b"<?xml version='1.0'?><museScore version=\"4.20\"/>";
    for bytes in
        [b"".as_slice(), b"%PDF-1.7", b"MThd\0\0\0\x06", b"score-partwise", b"\x18FICHIER", mscz, mscx]
    {
        let slice = upload(&api, bytes).await;
        assert!(!has_notation(&api, &slice).await, "{:?}", String::from_utf8_lossy(bytes));
    }
}

#[tokio::test]
async fn a_failed_upload_leaves_the_slice_as_it_was() {
    let api = Api::start().await;
    let slice = upload(&api, SCORE.as_bytes()).await;
    put(&api.upload_url(&format!("/slices/{slice}/notation-file/"), "").await, b"%PDF").await;
    let url = text(&api.get(&format!("/slices/{slice}/notation-file/")).await.json(), "url");
    assert_eq!(Request::new("GET", &url).send().await.text(), SCORE);
}

#[tokio::test]
async fn uploading_may_be_forbidden_and_callbacks_must_be_urls() {
    let api = Api::start().await;
    let slice = api.slice("").await;
    let path = format!("/slices/{slice}/notation-file/");
    for wrong in ["hooks.example.net", "ftp://example.net/", "http://", "/soundslice"] {
        let refused = api.post(&path, &format!("callback_url={wrong}")).await;
        assert_eq!(refused.summary(), (422, "{\"error\": \"Enter a valid URL.\"}"), "{wrong}");
    }
    let started =
        api.post(&path, "callback_url=https%3A%2F%2Fhooks.example.net%2Fsoundslice%3Fjob%3D17").await;
    assert_eq!(started.status, 200);
    assert_eq!(started.json().as_object().expect("an object").keys().collect::<Vec<_>>(), ["url"]);
    api.sandbox.switches(|switches| switches.soundslice.notation_upload = false);
    assert_eq!(api.post(&path, "").await.summary(), FORBIDDEN);
    assert_eq!(api.get(&path).await.status, 200);
}

#[tokio::test]
async fn processing_takes_the_time_of_the_switch_and_ends_as_it_says() {
    let api = Api::start().await;
    api.sandbox.switches(|switches| switches.soundslice.notation_delay_s = 5.0);
    let slice = upload(&api, SCORE.as_bytes()).await;
    api.sandbox.advance(Duration::from_millis(4_999));
    assert!(!has_notation(&api, &slice).await);
    api.sandbox.advance(Duration::from_millis(1));
    assert!(has_notation(&api, &slice).await);
    api.sandbox.switches(|switches| {
        switches.soundslice.notation_delay_s = 0.0;
        switches.soundslice.notation_outcome = Outcome::Error;
    });
    let slice = upload(&api, SCORE.as_bytes()).await;
    assert!(!has_notation(&api, &slice).await);
    api.sandbox.switches(|switches| switches.soundslice.notation_outcome = Outcome::Ready);
    let slice = upload(&api, b"anything").await;
    assert!(has_notation(&api, &slice).await);
}

/// Takes one request and responds to it; the request as text.
async fn receive(listener: &TcpListener, response: &[u8]) -> String {
    let (mut stream, _) = listener.accept().await.expect("a callback");
    let mut text = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let end = String::from_utf8_lossy(&text).find("\r\n\r\n");
        if let Some(end) = end {
            let head = String::from_utf8_lossy(&text[..end]).to_lowercase();
            let length =
                head.lines().find_map(|line| line.strip_prefix("content-length: ")).expect("a length");
            if text.len() >= end + 4 + length.parse::<usize>().expect("a number") {
                break;
            }
        }
        let read = stream.read(&mut buffer).await.expect("bytes");
        assert_ne!(read, 0, "a whole request");
        text.extend(&buffer[..read]);
    }
    stream.write_all(response).await.expect("the response is sent");
    String::from_utf8(text).expect("text")
}

async fn settled(api: &Api, count: usize) -> Vec<Callback> {
    loop {
        let callbacks = api.sandbox.callbacks();
        if callbacks.len() == count && callbacks.iter().all(|it| it.status.is_some() || it.error.is_some()) {
            return callbacks;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn the_callback_is_posted_once_with_the_keys_of_the_switch() {
    let api = Api::start().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let slice = api.slice("").await;
    let slug = text(&api.get(&format!("/slices/{slice}/")).await.json(), "slug");
    let hook = format!("callback_url=http%3A%2F%2F{address}%2Fsoundslice%3Fjob%3D17");
    let path = format!("/slices/{slice}/notation-file/");
    let error = "error=We+couldn%27t+parse+the+given+file.";
    for (index, (key, bytes, body)) in [
        (CallbackKey::Both, SCORE, format!("scorehash={slice}&score_slug={slug}&success=1")),
        (CallbackKey::Scorehash, SCORE, format!("scorehash={slice}&success=1")),
        (CallbackKey::ScoreSlug, "%PDF", format!("score_slug={slug}&success=2&{error}")),
    ]
    .into_iter()
    .enumerate()
    {
        api.sandbox.switches(|switches| switches.soundslice.callback_key = key);
        put(&api.upload_url(&path, &hook).await, bytes.as_bytes()).await;
        let request = receive(&listener, b"HTTP/1.1 204 No Content\r\n\r\n").await;
        let expected = format!(
            "POST /soundslice?job=17 HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        assert_eq!(request, expected);
        let callback = settled(&api, index + 1).await.pop().expect("a record");
        assert_eq!(
            (callback.status, callback.body, callback.service),
            (Some(204), body, "soundslice".to_owned())
        );
    }
}

#[tokio::test]
async fn a_callback_that_fails_is_recorded_and_not_repeated() {
    let api = Api::start().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let slice = api.slice("").await;
    let path = format!("/slices/{slice}/notation-file/");
    put(&api.upload_url(&path, &format!("callback_url=http://{address}/a")).await, SCORE.as_bytes()).await;
    receive(&listener, b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n").await;
    assert_eq!(settled(&api, 1).await[0].status, Some(500));
    drop(listener);
    put(&api.upload_url(&path, &format!("callback_url=http://{address}/b")).await, SCORE.as_bytes()).await;
    assert!(settled(&api, 2).await[1].error.as_ref().expect("an error").contains("connect"));
    put(&api.upload_url(&path, "callback_url=https://hooks.example.net/").await, SCORE.as_bytes()).await;
    assert!(settled(&api, 3).await[2].error.as_ref().expect("an error").contains("http://"));
    api.sandbox.advance(Duration::from_secs(3600));
    assert_eq!(api.sandbox.callbacks().len(), 3);
    let url = api.sandbox.origin(segno_sandbox::Host::CONTROL) + "/callbacks";
    let listed = Request::new("GET", &url).send().await.json();
    assert_eq!(listed["callbacks"].as_array().map(Vec::len), Some(3));
}

#[tokio::test]
async fn musicxml_is_made_anew_from_the_notation() {
    let api = Api::start().await;
    let slice = upload(&api, SCORE.as_bytes()).await;
    let exported = api.get(&format!("/slices/{slice}/musicxml/")).await;
    assert_eq!(exported.header("content-type"), Some("application/xml; charset=utf-8"));
    let expected = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<score-partwise version=\"4.0\"><part-list><score-part id=\"P1\">\
        <part-name>Cello &amp; Co</part-name></score-part></part-list><part id=\"P1\"><measure number=\"1\"/></part></score-partwise>";
    assert_eq!(exported.summary(), (200, expected));

    let mxl = mxl("scores/a.xml", SCORE.as_bytes());
    let slice = upload(&api, &mxl).await;
    assert_eq!(api.get(&format!("/slices/{slice}/musicxml/")).await.summary(), (200, expected));

    let utf16: Vec<u8> =
        std::iter::once(0xfeff_u16).chain(SCORE.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    api.sandbox.switches(|switches| switches.soundslice.notation_outcome = Outcome::Ready);
    let slice = upload(&api, &utf16).await;
    assert_eq!(api.get(&format!("/slices/{slice}/musicxml/")).await.summary(), (200, expected));

    for other in
        [b"ptab-2.0".as_slice(), b"<?xml version=\"1.0\"?><score-partwise><part>", b"PK\x03\x04 broken"]
    {
        let slice = upload(&api, other).await;
        let exported = api.get(&format!("/slices/{slice}/musicxml/")).await;
        assert_eq!(exported.status, 200);
        for part in [
            "<score-partwise version=\"4.0\">",
            "<work-title>A</work-title>",
            ">B</creator>",
            "<measure number=\"1\">",
        ] {
            assert!(exported.text().contains(part), "{part} in {}", exported.text());
        }
    }
}

/// A MusicXML archive, written with the container that its specification asks for.
fn mxl(name: &str, score: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let container = format!(
        "<?xml version=\"1.0\"?><container><rootfiles><rootfile full-path=\"{name}\"/></rootfiles></container>"
    );
    for (name, content) in [("META-INF/container.xml", container.as_bytes()), (name, score)] {
        archive.start_file(name, zip::write::SimpleFileOptions::default()).expect("an entry");
        archive.write_all(content).expect("content");
    }
    archive.finish().expect("an archive").into_inner()
}

#[tokio::test]
async fn with_a_running_clock_delayed_work_happens_by_itself() {
    let sandbox = segno_sandbox::Sandbox::builder()
        .switches(|switches| switches.soundslice.notation_delay_s = 0.02)
        .start()
        .await
        .expect("starts");
    let key = sandbox.soundslice_accounts()[0].keys[0].clone();
    let api = Api { sandbox, key };
    let slice = upload(&api, SCORE.as_bytes()).await;
    let made = || api.sandbox.effects().of("soundslice", "notations").created;
    // No request and no advance in between.
    while made() == 0 {
        tokio::task::yield_now().await;
    }
    assert!(has_notation(&api, &slice).await);
}

#[tokio::test(start_paused = true)]
async fn a_receiver_that_does_not_respond_is_given_up_after_five_seconds() {
    let api = Api::start().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let slice = api.slice("").await;
    let hook = format!("callback_url=http://{address}/");
    let url = api.upload_url(&format!("/slices/{slice}/notation-file/"), &hook).await;
    let start = tokio::time::Instant::now();
    put(&url, SCORE.as_bytes()).await;
    while api.sandbox.callbacks()[0].error.is_none() {
        tokio::time::advance(Duration::from_millis(100)).await;
    }
    let waited = start.elapsed();
    assert!((5.0..5.5).contains(&waited.as_secs_f64()), "{waited:?}");
    assert_eq!(api.sandbox.callbacks()[0].error.as_deref(), Some("no response within 5 s"));
}

#[tokio::test]
async fn work_on_the_way_of_an_advance_is_done_at_the_time_it_is_due() {
    let api = Api::start().await;
    api.sandbox.switches(|switches| switches.soundslice.notation_delay_s = 5.0);
    let slice = api.slice("").await;
    let path = format!("/slices/{slice}/notation-file/");
    put(&api.upload_url(&path, "callback_url=https://hooks.example.net/").await, SCORE.as_bytes()).await;
    api.sandbox.advance(Duration::from_secs(100));
    assert_eq!(settled(&api, 1).await[0].at, 1_900_000_005.0);
    let url = text(&api.get(&path).await.json(), "url");
    let made = Request::new("GET", &url).send().await;
    assert_eq!(made.header("date"), Some("Sun, 17 Mar 2030 17:48:20 GMT"));
}
