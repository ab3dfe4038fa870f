//! Responses that are kept, and equal requests at the same time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use segno_core::auth::StaticToken;
use segno_core::client::Cache;
use segno_core::testing::ManualClock;
use segno_core::{Client, Retry, Secret};
use tokio::io::AsyncWriteExt;

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
