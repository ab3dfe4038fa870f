//! Each kind of fault, as the socket shows it.

mod coded;
mod delivery;
mod edit;

use std::io::ErrorKind;
use std::time::Duration;

use segno_sandbox::{Fault, FaultKind, Host, RetryAfter, Sandbox};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::wire::{Request, Response};

async fn start() -> Sandbox {
    Sandbox::builder().frozen_at(1_900_000_000).start().await.expect("starts")
}

/// Adds faults through the control port.
async fn add(sandbox: &Sandbox, faults: &Value) {
    let added = Request::new("POST", &(sandbox.origin(Host::CONTROL) + "/faults")).json(faults).send().await;
    assert_eq!(added.status, 200, "{}", added.text());
}

/// Sets switches through the control port.
async fn switch(sandbox: &Sandbox, switches: &Value) {
    let set = Request::new("PUT", &(sandbox.origin(Host::CONTROL) + "/switches")).json(switches).send().await;
    assert_eq!(set.status, 200, "{}", set.text());
}

/// A request to the Soundslice API, with credentials.
fn soundslice(sandbox: &Sandbox, method: &str, path: &str) -> Request {
    use base64::Engine as _;
    let access = sandbox.soundslice();
    let pair =
        base64::engine::general_purpose::STANDARD.encode(format!("{}:{}", access.app_id, access.password));
    Request::new(method, &(access.base_url + path)).header("Authorization", &format!("Basic {pair}"))
}

/// A request with a short, well-known response: the store's 403 to an unsigned GET.
fn probe(sandbox: &Sandbox) -> Request {
    Request::new("GET", &(sandbox.origin(Host::STORAGE) + "/bucket/key"))
}

async fn whole_response(sandbox: &Sandbox) -> Vec<u8> {
    probe(sandbox).raw().await.0
}

#[tokio::test]
async fn refuse_resets_the_next_connection() {
    let sandbox = start().await;
    sandbox.fault(Fault::new(FaultKind::refuse()).on(Host::STORAGE));
    let (bytes, end) = probe(&sandbox).raw().await;
    assert!(bytes.is_empty());
    let kind = end.expect_err("no connection").kind();
    assert!(matches!(kind, ErrorKind::ConnectionReset | ErrorKind::BrokenPipe), "{kind:?}");
    assert_eq!(sandbox.requests(), [], "nothing reached the host");
    assert_eq!(probe(&sandbox).send().await.status, 403);
}

#[tokio::test]
async fn refuse_for_a_time_closes_the_port_and_idle_connections() {
    let sandbox = start().await;
    let mut idle = TcpStream::connect(probe(&sandbox).address()).await.expect("connects");
    idle.write_all(&probe(&sandbox).bytes(false)).await.expect("writes");
    let mut buffer = vec![0; 4096];
    assert!(idle.read(&mut buffer).await.expect("a response") > 0);

    sandbox.fault(Fault::new(FaultKind::refuse_for(2.0)).on(Host::STORAGE));
    assert_eq!(idle.read(&mut buffer).await.expect("an orderly close"), 0);
    let refused = TcpStream::connect(probe(&sandbox).address()).await.expect_err("a closed port");
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    sandbox.advance(Duration::from_millis(1999));
    assert!(TcpStream::connect(probe(&sandbox).address()).await.is_err());
    sandbox.advance(Duration::from_millis(1));
    assert_eq!(probe(&sandbox).send().await.status, 403);
}

#[tokio::test]
async fn reset_lets_exactly_so_many_bytes_through() {
    let sandbox = start().await;
    let whole = whole_response(&sandbox).await;
    for after in [0, 1, 20, whole.len() - 1] {
        sandbox.fault(Fault::new(FaultKind::reset(after as u64)));
        let (bytes, end) = probe(&sandbox).raw().await;
        assert_eq!(end.expect_err("a reset").kind(), ErrorKind::ConnectionReset);
        assert_eq!(bytes, whole[..after]);
    }
}

#[tokio::test]
async fn truncate_sends_the_head_and_so_much_of_the_body_and_closes() {
    let sandbox = start().await;
    let whole = Response::parse(&whole_response(&sandbox).await);
    for after in [0, 1, 100, whole.body.len() - 1] {
        sandbox.fault(Fault::new(FaultKind::truncate(after as u64)));
        let cut = probe(&sandbox).send().await;
        assert_eq!(cut.headers, whole.headers);
        assert_eq!(cut.header("content-length"), Some(whole.body.len().to_string().as_str()));
        assert_eq!(cut.body, whole.body[..after]);
    }
}

#[tokio::test]
async fn stall_is_silent_until_its_time_is_up() {
    let sandbox = start().await;
    let whole = whole_response(&sandbox).await;
    sandbox.fault(Fault::new(FaultKind::stall_for(12, 5.0)));
    let mut stream = TcpStream::connect(probe(&sandbox).address()).await.expect("connects");
    stream.write_all(&probe(&sandbox).bytes(true)).await.expect("writes");
    let mut start = vec![0; 12];
    stream.read_exact(&mut start).await.expect("the first bytes");
    assert_eq!(start, whole[..12]);
    sandbox.advance(Duration::from_secs(4));
    let mut byte = [0];
    let silence = tokio::time::timeout(Duration::from_millis(50), stream.read(&mut byte)).await;
    assert!(silence.is_err(), "{silence:?}");
    sandbox.advance(Duration::from_secs(1));
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).await.expect("the rest");
    assert_eq!(rest, whole[12..]);
}

#[tokio::test]
async fn status_replaces_the_response_of_the_host_with_both_forms_of_retry_after() {
    let sandbox = start().await;
    sandbox.fault(Fault::status(429).retry_after(RetryAfter::Seconds(7)));
    sandbox.fault(Fault::status(503).retry_after(RetryAfter::DateIn(20)));
    let first = probe(&sandbox).send().await;
    assert_eq!((first.status, first.header("retry-after"), first.text()), (429, Some("7"), ""));
    let second = probe(&sandbox).send().await;
    assert_eq!((second.status, second.header("retry-after")), (503, Some("Sun, 17 Mar 2030 17:47:00 GMT")));

    let url = sandbox.origin(Host::CONTROL) + "/faults";
    let fault = serde_json::json!({"kind": "status", "status": 418, "headers": {"X-Pot": "tea"}, "body": {"short": true}});
    Request::new("POST", &url).json(&fault).send().await;
    let third = probe(&sandbox).send().await;
    assert_eq!((third.status, third.header("x-pot"), third.text()), (418, Some("tea"), r#"{"short":true}"#));
    assert_eq!(third.header("content-type"), Some("application/json"));
}

#[tokio::test]
async fn html_is_a_gateway_page() {
    let sandbox = start().await;
    sandbox.fault(Fault::new(FaultKind::html(504)));
    let page = probe(&sandbox).send().await;
    assert_eq!((page.status, page.header("content-type")), (504, Some("text/html")));
    assert!(page.text().contains("<h1>504 Gateway Timeout</h1>"));
}

#[tokio::test]
async fn faults_choose_their_request() {
    let sandbox = start().await;
    sandbox.fault(Fault::status(500).on(Host::STORAGE).method("GET").path("/bucket/").nth(2).times(2));
    let origin = sandbox.origin(Host::STORAGE);
    let status =
        async |method: &str, path: &str| Request::new(method, &(origin.clone() + path)).send().await.status;
    assert_eq!(status("GET", "/bucket/a").await, 403);
    assert_eq!(status("GET", "/other/a").await, 403);
    assert_eq!(status("POST", "/bucket/a").await, 405);
    assert_eq!(status("GET", "/bucket/a").await, 500);
    assert_eq!(sandbox.unused_faults().len(), 1);
    assert_eq!(status("GET", "/bucket/b").await, 500);
    assert_eq!(status("GET", "/bucket/a").await, 403);
    assert_eq!(sandbox.unused_faults(), []);
}

#[tokio::test]
async fn a_request_of_a_sequence_meets_one_fault_each() {
    let sandbox = start().await;
    [500, 502, 503].into_iter().for_each(|status| sandbox.fault(Fault::status(status)));
    for expected in [500, 502, 503, 403] {
        assert_eq!(probe(&sandbox).send().await.status, expected);
    }
}

/// A request that makes a slice, with credentials.
fn create(sandbox: &Sandbox) -> Request {
    soundslice(sandbox, "POST", "slices/").form("name=Made")
}

fn made(sandbox: &Sandbox) -> u64 {
    sandbox.effects().of("soundslice", "slices").created
}

#[tokio::test]
async fn drop_response_does_the_work_and_says_nothing() {
    let sandbox = start().await;
    sandbox.fault(Fault::new(FaultKind::DropResponse));
    let (bytes, end) = create(&sandbox).raw().await;
    end.expect("a plain close");
    assert_eq!(bytes, b"");
    assert_eq!(made(&sandbox), 1);
    assert_eq!(sandbox.requests()[0].status, None);
}

#[tokio::test]
async fn duplicate_does_the_work_twice_and_shows_the_second_response() {
    let sandbox = start().await;
    sandbox.fault(Fault::new(FaultKind::Duplicate));
    let response = create(&sandbox).send().await;
    assert_eq!(response.status, 201);
    assert_eq!(made(&sandbox), 2);
    let last = sandbox.soundslice_accounts()[0].slices.last().expect("a slice").clone();
    assert_eq!(response.json()["scorehash"], last);
    assert_eq!(sandbox.requests()[0].body.length, 9);
}

#[tokio::test]
async fn malformed_json_is_the_right_response_cut_in_the_middle() {
    let sandbox = start().await;
    sandbox.fault(Fault::new(FaultKind::MalformedJson));
    let response = create(&sandbox).send().await;
    assert_eq!((response.status, response.header("content-type")), (201, Some("application/json")));
    assert!(response.text().starts_with("{\"scorehash\": "));
    assert_eq!(response.header("content-length"), Some(response.body.len().to_string().as_str()));
    assert!(serde_json::from_slice::<Value>(&response.body).is_err());
    assert_eq!(made(&sandbox), 1);
}

#[tokio::test]
async fn work_is_done_or_not_as_asked() {
    let sandbox = start().await;
    sandbox.fault(Fault::status(503));
    assert_eq!(create(&sandbox).send().await.status, 503);
    assert_eq!(made(&sandbox), 0);
    sandbox.fault(Fault::status(503).work(true));
    assert_eq!(create(&sandbox).send().await.status, 503);
    assert_eq!(made(&sandbox), 1);
    sandbox.fault(Fault::new(FaultKind::reset(5)).work(false));
    create(&sandbox).raw().await.1.expect_err("a reset");
    assert_eq!(made(&sandbox), 1);
    sandbox.fault(Fault::new(FaultKind::reset(5)));
    create(&sandbox).raw().await.1.expect_err("a reset");
    assert_eq!(made(&sandbox), 2);
}

#[tokio::test]
async fn reset_upload_cuts_the_request_and_does_nothing() {
    let sandbox = start().await;
    sandbox.fault(Fault::new(FaultKind::reset_upload(4)));
    let (bytes, end) = create(&sandbox).raw().await;
    assert_eq!(bytes, b"");
    assert_eq!(end.expect_err("a reset").kind(), ErrorKind::ConnectionReset);
    assert_eq!(made(&sandbox), 0);

    // A large body is cut on the way, not after it has arrived.
    sandbox.fault(Fault::new(FaultKind::reset_upload(100_000)));
    let mut stream = TcpStream::connect(probe(&sandbox).address()).await.expect("connects");
    let head =
        Request::new("PUT", &(sandbox.origin(Host::STORAGE) + "/b/k")).header("Content-Length", "50000000");
    stream.write_all(&head.bytes(true)).await.expect("writes");
    let piece = [0; 65_536];
    let sent = async {
        for sent in 0..800 {
            if stream.write_all(&piece).await.is_err() {
                return sent;
            }
        }
        800
    }
    .await;
    assert!(sent < 800, "the connection was reset before the end");
    let logged = sandbox.requests().pop().expect("a request");
    assert!((100_000..50_000_000).contains(&logged.body.length), "{:?}", logged.body);
    assert!(!logged.body.complete);
}

#[tokio::test]
async fn a_client_that_leaves_a_stalled_response_is_let_go() {
    let sandbox = start().await;
    sandbox.fault(Fault::new(FaultKind::stall(0)));
    let mut stream = TcpStream::connect(probe(&sandbox).address()).await.expect("connects");
    stream.write_all(&probe(&sandbox).bytes(true)).await.expect("writes");
    let silence = tokio::time::timeout(Duration::from_millis(20), stream.read(&mut [0])).await;
    assert!(silence.is_err(), "{silence:?}");
    drop(stream);
    assert_eq!(probe(&sandbox).send().await.status, 403, "others are served meanwhile");
}

#[tokio::test]
async fn switches_of_each_service_stand_for_single_requests() {
    let sandbox = start().await;
    let bearer = format!("Bearer {}", sandbox.description().soundstripe.token);
    let scores = &sandbox.musescore_accounts()[0].scores;
    let score = scores.iter().find(|score| !score.private).expect("a public score").id;
    let embed = format!("/oembed/endpoint?url=http://mus.cr/{score}");
    for (host, path, switches) in [
        (Host::SOUNDSLICE, "/api/v1/slices/", serde_json::json!({"bad_credentials": "401"})),
        (Host::SOUNDSTRIPE, "/v1/songs", serde_json::json!({"strict_headers": true})),
        (Host::SOUNDCLOUD, "/connect", serde_json::json!({"old_oauth": true})),
        (Host::MUSESCORE_WEB, embed.as_str(), serde_json::json!({"escape_json": false})),
    ] {
        let request = || Request::new("GET", &(sandbox.origin(host) + path)).header("Authorization", &bearer);
        let response = async || {
            let response = request().send().await;
            (response.status, response.text().to_owned())
        };
        let usual = response().await;
        sandbox.fault(Fault::switches(host, &switches).expect("a fault").times(2));
        let (first, second, third) = (response().await, response().await, response().await);
        assert_ne!(first, usual, "{host}");
        assert_eq!((first, third), (second, usual), "{host}");
    }
    let hit: Vec<_> = sandbox.requests().into_iter().map(|request| request.fault).collect();
    assert_eq!(hit.iter().filter(|fault| fault.as_deref() == Some("switches")).count(), 8);
    assert_eq!(sandbox.current_switches(), segno_sandbox::Switches::default(), "the standing ones stay");
}
