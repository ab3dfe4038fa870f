//! When and how a response reaches the client: early, byte by byte, not at all on a kept connection; odd heads.

use std::io::ErrorKind;
use std::time::Duration;

use segno_sandbox::{Fault, FaultKind, Host};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{add, create, made, probe, soundslice, start, whole_response};
use crate::wire::{Request, Response};

/// Sends a head that announces 50 MB and as much of them as the other side takes; what came back, how it ended, and how
/// much was sent.
async fn upload(head: Request) -> (Vec<u8>, std::io::Result<()>, usize) {
    let stream = TcpStream::connect(head.address().to_owned()).await.expect("connects");
    let (mut read, mut write) = stream.into_split();
    let head = head.header("Content-Length", "50000000").bytes(false);
    let sending = async move {
        if write.write_all(&head).await.is_err() {
            return 0;
        }
        for sent in 0..800 {
            if write.write_all(&[0; 62_500]).await.is_err() {
                return sent * 62_500;
            }
        }
        50_000_000
    };
    let receiving = async move {
        let mut bytes = Vec::new();
        let end = read.read_to_end(&mut bytes).await.map(drop);
        (bytes, end)
    };
    let (sent, (bytes, end)) = tokio::join!(sending, receiving);
    (bytes, end, sent)
}

#[tokio::test]
async fn early_refuses_an_upload_before_it_is_read() {
    let sandbox = start().await;
    let head = || soundslice(&sandbox, "POST", "slices/").header("Content-Type", "application/octet-stream");
    let early = |linger| json!({"kind": "status", "status": 413, "body": "too large", "also": [{"kind": "early", "linger": linger}]});
    add(&sandbox, &early(true)).await;
    let (bytes, end, sent) = upload(head()).await;
    let response = Response::parse(&bytes);
    assert_eq!(
        (response.status, response.text(), response.header("connection")),
        (413, "too large", Some("close"))
    );
    end.expect("an orderly end");
    assert_eq!(sent, 50_000_000, "all of it was taken");

    add(&sandbox, &early(false)).await;
    let (bytes, _, sent) = upload(head()).await;
    assert!(sent < 50_000_000, "the rest met a closed connection");
    // The reset may overtake the response: that is what this fault is for.
    if !bytes.is_empty() {
        assert_eq!(Response::parse(&bytes).status, 413);
    }
    let logged = sandbox.requests();
    assert_eq!(logged.iter().filter(|it| it.status == Some(413)).count(), 2);
    assert_eq!(logged.last().expect("a request").body.length, 0);
    assert_eq!(made(&sandbox), 0);
}

/// A client that waits for the response before it sends the body gets it without sending any.
#[tokio::test]
async fn early_needs_no_byte_of_the_body() {
    let sandbox = start().await;
    for (after_bytes, sent) in [(0, 0), (1000, 1000)] {
        add(&sandbox, &json!({"kind": "early", "after_bytes": after_bytes})).await;
        let head = Request::new("PUT", &(sandbox.origin(Host::STORAGE) + "/b/k"))
            .header("Content-Length", "50000000");
        let mut stream = TcpStream::connect(head.address()).await.expect("connects");
        stream.write_all(&head.bytes(false)).await.expect("writes");
        stream.write_all(&vec![0; sent]).await.expect("writes");
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await.expect("an orderly end");
        assert_eq!(Response::parse(&bytes).status, 403, "the host's own refusal");
    }
}

#[tokio::test]
async fn stale_ends_a_kept_connection_when_it_is_used_again() {
    let sandbox = start().await;
    for reset in [false, true] {
        add(&sandbox, &json!({"kind": "stale", "reset": reset})).await;
        assert_eq!(probe(&sandbox).send().await.status, 403, "a new connection is not stale");
        let mut stream = TcpStream::connect(probe(&sandbox).address()).await.expect("connects");
        stream.write_all(&probe(&sandbox).bytes(false)).await.expect("writes");
        let mut first = [0; 4096];
        assert!(stream.read(&mut first).await.expect("a response") > 0);
        stream.write_all(&probe(&sandbox).bytes(false)).await.expect("writes");
        let end = stream.read(&mut first).await;
        match reset {
            false => assert_eq!(end.expect("a plain close"), 0),
            true => assert_eq!(end.expect_err("a reset").kind(), ErrorKind::ConnectionReset),
        }
        let last = sandbox.requests().pop().expect("a request");
        assert_eq!((last.status, last.fault.as_deref()), (None, Some("stale")));
    }
    // A write on such a connection is not done.
    add(&sandbox, &json!({"kind": "stale", "method": "POST"})).await;
    let mut stream = TcpStream::connect(create(&sandbox).address()).await.expect("connects");
    stream.write_all(&soundslice(&sandbox, "GET", "folders/").bytes(false)).await.expect("writes");
    assert!(stream.read(&mut [0; 65_536]).await.expect("a response") > 0);
    stream.write_all(&create(&sandbox).bytes(false)).await.expect("writes");
    assert_eq!(stream.read(&mut [0]).await.expect("a plain close"), 0);
    assert_eq!(made(&sandbox), 0);
}

#[tokio::test]
async fn drip_lets_a_byte_through_now_and_then() {
    let sandbox = start().await;
    let fault = Fault::status(500).body("a slow error");
    sandbox.fault(fault.clone());
    let whole = whole_response(&sandbox).await;
    sandbox.fault(fault.also(FaultKind::drip(whole.len() as u64 - 5, 0.5)));
    let mut stream = TcpStream::connect(probe(&sandbox).address()).await.expect("connects");
    stream.write_all(&probe(&sandbox).bytes(true)).await.expect("writes");
    let mut begin = vec![0; whole.len() - 5];
    stream.read_exact(&mut begin).await.expect("the first bytes");
    assert_eq!(begin, whole[..whole.len() - 5]);
    let mut byte = [0];
    for expected in &whole[whole.len() - 5..] {
        let silence = tokio::time::timeout(Duration::from_millis(5), stream.read(&mut byte)).await;
        assert!(silence.is_err(), "{silence:?}");
        sandbox.advance(Duration::from_millis(500));
        stream.read_exact(&mut byte).await.expect("one more byte");
        assert_eq!(byte[0], *expected);
    }
    assert_eq!(stream.read(&mut byte).await.expect("the end"), 0);
    drop(stream);
    // The connection is gone, and with it the dripping.
    for _ in 0..1000 {
        sandbox.advance(Duration::from_millis(500));
        let clock = Request::new("GET", &(sandbox.origin(Host::CONTROL) + "/clock")).send().await.json();
        if clock["waiting"] == 0 {
            return;
        }
    }
    panic!("still dripping");
}

#[tokio::test]
async fn statuses_of_gateways_have_their_pages() {
    let sandbox = start().await;
    for (status, title) in [
        (408, "408 Request Timeout"),
        (425, "425 Too Early"),
        (520, "520 Web server is returning an unknown error"),
        (521, "521 Web server is down"),
        (522, "522 Connection timed out"),
        (523, "523 Origin is unreachable"),
        (524, "524 A timeout occurred"),
    ] {
        add(&sandbox, &json!({"kind": "html", "status": status, "host": "storage"})).await;
        let page = probe(&sandbox).send().await;
        assert_eq!((page.status, page.header("content-type")), (status, Some("text/html")));
        assert!(page.text().contains(&format!("<title>{title}</title>")), "{}", page.text());
    }
}

#[tokio::test]
async fn heads_take_odd_values_and_many_of_them() {
    let sandbox = start().await;
    for odd in ["1.5", "2s", "1, 2", "2030-03-17T17:46:43Z", "99999999999999", "-1", "soon"] {
        add(&sandbox, &json!({"kind": "status", "status": 429, "headers": {"Retry-After": odd}})).await;
        assert_eq!(probe(&sandbox).send().await.header("retry-after"), Some(odd));
    }
    sandbox.fault(Fault::status(503).header("Retry-After", "1").header("Retry-After", "5"));
    let twice = probe(&sandbox).send().await;
    let values: Vec<_> = twice.headers.iter().filter(|(name, _)| name == "retry-after").collect();
    assert_eq!(values.iter().map(|(_, value)| value.as_str()).collect::<Vec<_>>(), ["1", "5"]);

    for location in ["/caf\u{e9} \u{1d11e}/a b?q=\u{df}", "//other.example/ a", "http://h/\u{65e5}\u{672c}"] {
        add(&sandbox, &json!({"kind": "status", "status": 302, "headers": {"Location": location}})).await;
        assert_eq!(probe(&sandbox).send().await.header("location"), Some(location));
    }
    add(
        &sandbox,
        &json!({"kind": "status", "status": 302, "headers": {"Location": {"latin1": "/caf\u{e9}"}}}),
    )
    .await;
    let raw = whole_response(&sandbox).await;
    assert!(raw.windows(15).any(|window| window == b"Location: /caf\xe9"), "{}", raw.escape_ascii());

    let many: serde_json::Map<_, _> =
        (0..150).map(|n| (format!("X-Filler-{n}"), n.to_string().into())).collect();
    add(&sandbox, &json!({"kind": "edit", "headers": many})).await;
    assert!(probe(&sandbox).send().await.headers.len() > 150);
}

#[tokio::test]
async fn a_write_is_done_and_then_redirected() {
    let sandbox = start().await;
    for (times, status) in [301, 302, 303, 307, 308].into_iter().enumerate() {
        sandbox.fault(Fault::status(status).header("Location", "/elsewhere").work(true));
        assert_eq!(create(&sandbox).send().await.status, status);
        assert_eq!(made(&sandbox), times as u64 + 1);
    }
}

/// Presigned URLs that lead elsewhere, over plain http, and that are over when they are handed out.
#[tokio::test]
async fn presigned_urls_are_handed_out_as_the_switches_say() {
    let sandbox = start().await;
    let scorehash = sandbox.soundslice_accounts()[0].slices[0].clone();
    let ask = async || {
        let path = format!("slices/{scorehash}/notation-file/");
        let response = soundslice(&sandbox, "POST", &path).form("").send().await;
        response.json()["url"].as_str().unwrap_or_else(|| panic!("{}", response.text())).to_owned()
    };
    let url = ask().await;
    let path = url.strip_prefix(&sandbox.origin(Host::STORAGE)).expect("the storage host").to_owned();
    for origin in [
        "http://169.254.169.254",
        "https://uploads.example.net",
        "ftp://127.0.0.1",
        "http://u:p@127.0.0.1:22",
    ] {
        super::switch(&sandbox, &json!({"storage": {"link_origin": origin}})).await;
        let url = ask().await;
        assert!(url.starts_with(&format!("{origin}/")), "{url} {path}");
    }
    super::switch(&sandbox, &json!({"storage": {"link_origin": null}, "soundslice": {"upload_life_s": 0}}))
        .await;
    for _ in 0..3 {
        let over = Request::new("PUT", &ask().await).body("x").send().await;
        assert_eq!(over.status, 403);
        assert!(over.text().contains("Request has expired"), "{}", over.text());
    }
}
