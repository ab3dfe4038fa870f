//! Responses that are kept, and equal requests at the same time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use segno_core::auth::StaticToken;
use segno_core::client::Cache;
use segno_core::endpoint::PlainApiError;
use segno_core::testing::ManualClock;
use segno_core::{Bytes, Client, Method, Retry, Secret};
use tokio::io::AsyncWriteExt;
use tokio::sync::{mpsc, oneshot};

use crate::example::{Get, Post, Reply, Seen, Service, base, moment};
use crate::peer::{self, read_head, soon};

/// A client of this service with a cache, and its clock.
fn client(service: &Service, cache: Cache) -> (Client, Arc<ManualClock>) {
    let clock = ManualClock::stopped(moment());
    let builder = Client::builder(base()).transport(service.clone()).clock(Arc::clone(&clock) as _);
    (builder.cache(cache).build().unwrap(), clock)
}

/// A file in its second state once the clock of the test says so: with an `ETag`, and 304 to whoever has it.
fn tagged(seen: &Seen, state: &AtomicUsize) -> Reply {
    let state = state.load(Ordering::Relaxed);
    let tag = format!("\"{state}\"");
    if seen.header("if-none-match") == Some(&tag) {
        return Reply::new(304).header("etag", tag);
    }
    Reply::ok().header("etag", tag).body(format!("state {state}"))
}

#[tokio::test]
async fn what_did_not_change_is_not_sent_again() {
    let state = Arc::new(AtomicUsize::new(1));
    let now = Arc::clone(&state);
    let service = Service::new(move |seen, _| Ok(tagged(seen, &now)));
    let (client, _) = client(&service, Cache::new(1024 * 1024));
    for _ in 0..3 {
        assert_eq!(client.send(&Get).await.unwrap(), "state 1");
    }
    state.store(2, Ordering::Relaxed);
    assert_eq!(client.send(&Get).await.unwrap(), "state 2");
    let asked: Vec<_> =
        service.seen().iter().map(|seen| seen.header("if-none-match").map(str::to_owned)).collect();
    let one = Some("\"1\"".to_owned());
    assert_eq!(asked, [None, one.clone(), one.clone(), one]);
}

/// RFC 9111, sections 4.2 and 5.2.2.
#[tokio::test]
async fn what_is_fresh_is_not_asked_for() {
    for (said, age, fresh_s) in [
        ("max-age=60", 0, 60),
        ("private, max-age=60", 300, 60),
        ("max-age=60, no-cache", 300, 0),
        ("no-store", 300, 0),
        ("max-age=soon", 300, 0),
        ("", 30, 30),
        ("", 0, 0),
    ] {
        let service = Service::new(move |_, number| {
            let reply = Reply::ok().header("etag", format!("\"{number}\"")).body(number.to_string());
            Ok(if said.is_empty() { reply } else { reply.header("cache-control", said) })
        });
        let (client, clock) = client(&service, Cache::new(1024).age(Duration::from_secs(age)));
        for (after, requests) in [(0, 1), (fresh_s, if fresh_s > 0 { 1 } else { 2 })] {
            if after > 0 {
                clock.advance(Duration::from_secs(after - 1));
            }
            client.send(&Get).await.unwrap();
            assert_eq!(service.seen().len(), requests, "{said:?}, {age} s, after {after} s");
        }
        clock.advance(Duration::from_secs(2));
        client.send(&Get).await.unwrap();
        assert_eq!(service.seen().len(), if fresh_s > 0 { 2 } else { 3 }, "{said:?}");
        let conditional = service.seen().last().unwrap().header("if-none-match").is_some();
        assert_eq!(conditional, said != "no-store", "{said:?}");
    }
}

#[tokio::test]
async fn a_write_ends_the_time_of_what_is_kept() {
    let service = Service::new(|_, number| Ok(Reply::ok().header("etag", "\"1\"").body(number.to_string())));
    let (client, _) = client(&service, Cache::new(1024).age(Duration::from_secs(60)));
    client.send(&Get).await.unwrap();
    client.send(&Get).await.unwrap();
    assert_eq!(service.seen().len(), 1);
    client.send(&Post).await.unwrap();
    client.send(&Get).await.unwrap();
    assert_eq!(service.seen().len(), 3);
}

#[tokio::test]
async fn nobody_sees_what_others_have_kept() {
    let service = Service::new(|seen, _| {
        Ok(Reply::ok().header("cache-control", "max-age=60").body(seen.header("authorization").unwrap()))
    });
    let (client, _) = client(&service, Cache::new(1024));
    let user = |token: &str| {
        let token = StaticToken::new("Bearer", &Secret::new(token)).unwrap();
        client.with_credentials(base().origin(), Arc::new(token))
    };
    let (ada, bob) = (user("ada"), user("bob"));
    for _ in 0..2 {
        assert_eq!(ada.send(&Get).await.unwrap(), "Bearer ada");
        assert_eq!(bob.send(&Get).await.unwrap(), "Bearer bob");
    }
    assert_eq!(service.seen().len(), 2);
}

#[tokio::test]
async fn no_more_is_kept_than_there_is_room_for() {
    let service =
        Service::new(|_, _| Ok(Reply::ok().header("cache-control", "max-age=60").body([b'x'; 2000])));
    let (client, _) = client(&service, Cache::new(1000));
    client.send(&Get).await.unwrap();
    client.send(&Get).await.unwrap();
    assert_eq!(service.seen().len(), 2);
}

/// RFC 9111, section 5.3.
#[tokio::test]
async fn a_date_says_how_long_a_response_is_fresh() {
    let date = "Sat, 21 Nov 2026 20:00:00 GMT";
    for (expires, requests) in [
        ("Sat, 21 Nov 2026 20:01:00 GMT", 1),
        (date, 2),
        ("Sat, 21 Nov 2026 19:00:00 GMT", 2),
        ("0", 2),
        ("-1", 2),
    ] {
        let service = Service::new(move |_, _| {
            let reply = Reply::ok().header("etag", "\"1\"").header("date", date);
            Ok(reply.header("expires", expires).body("ok"))
        });
        let (client, clock) = client(&service, Cache::new(1024).age(Duration::from_secs(600)));
        client.send(&Get).await.unwrap();
        clock.advance(Duration::from_secs(59));
        client.send(&Get).await.unwrap();
        assert_eq!(service.seen().len(), requests, "{expires}");
        clock.advance(Duration::from_secs(2));
        client.send(&Get).await.unwrap();
        assert_eq!(service.seen().len(), requests + 1, "{expires}");
    }
}

/// The page of a captive portal may be kept for an hour, as it says itself; it is no response of the service.
#[tokio::test]
async fn what_its_endpoint_cannot_read_is_not_kept() {
    let service = Service::new(|_, number| {
        let body = if number == 0 { "<html><title>Sign in</title>" } else { "7" };
        Ok(Reply::ok().header("cache-control", "max-age=3600").body(body))
    });
    let (client, _) = client(&service, Cache::new(1024).age(Duration::from_secs(60)));
    let read = || client.raw::<PlainApiError>(Method::GET, "thing").read::<u32>();
    read().await.unwrap_err();
    assert_eq!(read().await.unwrap(), 7);
    assert_eq!(read().await.unwrap(), 7);
    assert_eq!(service.seen().len(), 2);
}

/// The URL is not all that there is to a request.
#[tokio::test]
async fn requests_with_a_body_are_each_their_own() {
    let service = Service::new(|seen, _| Ok(Reply::ok().body(&seen.body)));
    let clock = ManualClock::stopped(moment());
    let builder = Client::builder(base()).transport(service.clone()).clock(clock);
    let client = builder.cache(Cache::new(1024).age(Duration::from_secs(60))).coalesce().build().unwrap();
    for number in [1, 2] {
        let call = client.raw::<PlainApiError>(Method::GET, "thing").json(&number);
        assert_eq!(call.read::<u32>().await.unwrap(), number);
    }
}

/// A server that responds to each request with what the test says, when it says so.
struct Held {
    base: String,
    requests: mpsc::UnboundedReceiver<(String, oneshot::Sender<&'static str>)>,
}

impl Held {
    async fn listen() -> Self {
        let (arrived, requests) = mpsc::unbounded_channel();
        let base = peer::listen(move |mut stream| {
            let arrived = arrived.clone();
            async move {
                let mut rest = Vec::new();
                loop {
                    let head = String::from_utf8(read_head(&mut stream, &mut rest).await?).unwrap();
                    let (respond, response) = oneshot::channel();
                    let _ = arrived.send((head, respond));
                    let Ok(response) = response.await else { return Ok(()) };
                    stream.write_all(format!("HTTP/1.1 {response}\r\n\r\n").as_bytes()).await?;
                }
            }
        })
        .await;
        Self { base, requests }
    }

    /// The next request, which begins so.
    async fn next(&mut self, line: &str) -> (String, oneshot::Sender<&'static str>) {
        let (head, respond) = soon(self.requests.recv()).await.unwrap();
        assert!(head.starts_with(line), "{head} and not {line}");
        (head, respond)
    }
}

/// A client with both layers.
fn layered(base: &str, capacity: usize) -> Client {
    let cache = Cache::new(capacity).age(Duration::from_secs(60));
    Client::builder(base).cache(cache).coalesce().build().unwrap()
}

fn spawn(client: &Client) -> tokio::task::JoinHandle<Bytes> {
    let client = client.clone();
    tokio::spawn(async move { client.send(&Get).await.unwrap() })
}

const OLD: &str = "200 OK\r\nETag: \"old\"\r\nContent-Length: 3\r\n\r\nold";
const NEW: &str = "200 OK\r\nETag: \"new\"\r\nContent-Length: 3\r\n\r\nnew";

/// Whoever has written sees what was written: neither a response that was asked for before, nor one that was kept of it.
#[tokio::test]
async fn what_was_asked_for_before_a_write_is_not_what_comes_after_it() {
    let mut held = Held::listen().await;
    let client = layered(&held.base, 1024);
    let first = spawn(&client);
    let (_, respond_first) = held.next("GET").await;
    let writer = client.clone();
    let write = tokio::spawn(async move { writer.send(&Post).await });
    let (_, respond) = held.next("POST").await;
    respond.send(OLD).unwrap();
    soon(write).await.unwrap().unwrap();

    let second = spawn(&client);
    let (_, respond_second) = held.next("GET").await;
    respond_first.send(OLD).unwrap();
    assert_eq!(soon(first).await.unwrap(), "old");
    respond_second.send(NEW).unwrap();
    assert_eq!(soon(second).await.unwrap(), "new");

    // And if the old one comes last, it is asked about again.
    let first = spawn(&client);
    assert_eq!(soon(first).await.unwrap(), "new", "it is fresh");
    let writer = client.clone();
    let write = tokio::spawn(async move { writer.send(&Post).await });
    let (_, respond_write) = held.next("POST").await;
    let slow = spawn(&client);
    let (_, respond_slow) = held.next("GET").await;
    respond_write.send(OLD).unwrap();
    soon(write).await.unwrap().unwrap();
    respond_slow.send(OLD).unwrap();
    assert_eq!(soon(slow).await.unwrap(), "old");
    let last = spawn(&client);
    let (head, respond) = held.next("GET").await;
    assert!(head.contains("if-none-match: \"old\""), "{head}");
    respond.send(NEW).unwrap();
    assert_eq!(soon(last).await.unwrap(), "new");
}

/// 304 is of use also where what it is about had to make room meanwhile.
#[tokio::test]
async fn what_made_room_while_it_was_asked_about_is_not_lost() {
    // Of which there is room for one.
    let large = |tag: &str| -> &'static str {
        let body = tag.repeat(2500);
        format!("200 OK\r\nETag: \"{tag}\"\r\nContent-Length: {}\r\n\r\n{body}", body.len()).leak()
    };
    let mut held = Held::listen().await;
    let client = Client::builder(held.base.as_str()).cache(Cache::new(15_000)).build().unwrap();
    let first = spawn(&client);
    held.next("GET /thing").await.1.send(large("old!")).unwrap();
    soon(first).await.unwrap();
    let again = spawn(&client);
    let (head, unchanged) = held.next("GET /thing").await;
    assert!(head.contains("if-none-match: \"old!\""), "{head}");
    let other = client.clone();
    let other = tokio::spawn(async move { other.raw::<PlainApiError>(Method::GET, "another").send().await });
    held.next("GET /another").await.1.send(large("long")).unwrap();
    soon(other).await.unwrap().unwrap();
    unchanged.send("304 Not Modified\r\nETag: \"old!\"").unwrap();
    assert!(soon(again).await.unwrap().starts_with(b"old!old!"));
}

/// A server that responds when all are waiting, and counts.
async fn slow_server(status: &'static str) -> (String, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    let base = peer::listen(move |mut stream| {
        let counted = Arc::clone(&counted);
        async move {
            let mut rest = Vec::new();
            loop {
                read_head(&mut stream, &mut rest).await?;
                counted.fetch_add(1, Ordering::Relaxed);
                for _ in 0..100 {
                    tokio::task::yield_now().await;
                }
                let response = format!("HTTP/1.1 {status}\r\nContent-Length: 2\r\n\r\nok");
                stream.write_all(response.as_bytes()).await?;
            }
        }
    })
    .await;
    (base, count)
}

#[tokio::test]
async fn equal_requests_at_the_same_time_are_one() {
    for (coalesces, expected) in [(true, 1), (false, 20)] {
        let (base, count) = slow_server("200 OK").await;
        let builder = Client::builder(base);
        let client = if coalesces { builder.coalesce() } else { builder }.build().unwrap();
        let calls: Vec<_> = (0..20)
            .map(|_| {
                let client = client.clone();
                tokio::spawn(async move { client.send(&Get).await })
            })
            .collect();
        for call in calls {
            assert_eq!(soon(call).await.unwrap().unwrap(), "ok");
        }
        assert_eq!(count.load(Ordering::Relaxed), expected);
        soon(client.send(&Get)).await.unwrap();
        assert_eq!(count.load(Ordering::Relaxed), expected + 1, "a later one is a request of its own");
    }
}

#[tokio::test]
async fn a_failure_is_nobody_elses() {
    let (base, count) = slow_server("500 Internal Server Error").await;
    let client = Client::builder(base).retry(Retry::never()).coalesce().build().unwrap();
    let calls: Vec<_> = (0..3)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.send(&Get).await })
        })
        .collect();
    for call in calls {
        assert_eq!(soon(call).await.unwrap().unwrap_err().attempts(), 1);
    }
    assert_eq!(count.load(Ordering::Relaxed), 3);
}

#[tokio::test]
async fn who_is_dropped_leaves_the_request_to_the_next() {
    let (base, count) = slow_server("200 OK").await;
    let client = Client::builder(base).coalesce().build().unwrap();
    let (first, second) = (client.clone(), client.clone());
    let first = tokio::spawn(async move { first.send(&Get).await });
    while count.load(Ordering::Relaxed) == 0 {
        tokio::task::yield_now().await;
    }
    let second = tokio::spawn(async move { second.send(&Get).await });
    tokio::task::yield_now().await;
    first.abort();
    assert_eq!(soon(second).await.unwrap().unwrap(), "ok");
    assert_eq!(count.load(Ordering::Relaxed), 2);
}
