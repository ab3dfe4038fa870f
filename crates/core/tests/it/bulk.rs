//! Many calls at once: limits of the service are waited out, and waiting costs nobody else anything.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use segno_core::auth::Basic;
use segno_core::client::{LimitError, RateLimit, RateLimiter};
use segno_core::endpoint::PlainApiError;
use segno_core::time::Clock;
use segno_core::transport::Phase;
use segno_core::url::Origin;
use segno_core::{
    BoxFuture, BuildError, Bytes, DecodeError, Endpoint, Method, Replay, RequestWriter, Response, Retry,
};
use tokio::io::AsyncWriteExt as _;

use crate::example::{self, Get, Post, Reply, Service, lost};
use crate::peer::{self, read_request, soon};

const S: Duration = Duration::from_secs(1);

/// A service that takes `calls` in each window of 9 s and otherwise says when the next one begins.
fn limited(calls: usize, status: u16, clock: &Arc<segno_core::testing::ManualClock>) -> Service {
    let (clock, start) = (Arc::clone(clock), clock.now());
    let windows = std::sync::Mutex::new((0, 0));
    Service::new(move |_, _| {
        let passed = clock.now().saturating_duration_since(start).as_secs();
        let mut window = windows.lock().unwrap();
        if window.0 != passed / 9 {
            *window = (passed / 9, 0);
        }
        window.1 += 1;
        Ok(if window.1 > calls {
            Reply::new(status).header("retry-after", 9 - passed % 9)
        } else {
            Reply::ok()
        })
    })
}

#[tokio::test]
async fn two_hundred_calls_against_sixty_in_nine_seconds() {
    for status in [429, 503] {
        for limit in [RateLimiter::none(), RateLimiter::per(25, S)] {
            let clock = example::clock();
            let service = limited(60, status, &clock);
            let client =
                service.client().0.clock(Arc::clone(&clock) as _).limit(Arc::new(limit)).build().unwrap();
            let calls: Vec<_> = (0..200)
                .map(|_| {
                    let client = client.clone();
                    tokio::spawn(async move { client.send(&Get).await })
                })
                .collect();
            for call in calls {
                call.await.unwrap().unwrap();
            }
            let seen = service.seen().len();
            assert!(seen < 200 + 3 * 200, "{seen} requests for 200 calls");
        }
    }
}

#[tokio::test]
async fn a_time_that_is_named_costs_neither_attempts_nor_budget() {
    let clock = example::clock();
    let service = Service::new(|_, number| {
        Ok(if number < 50 { Reply::new(429).header("retry-after", 1) } else { Reply::ok() })
    });
    let retry = Retry::default().budget(0);
    let client = service.client().0.clock(Arc::clone(&clock) as _).retry(retry).build().unwrap();
    client.send(&Post).await.unwrap();
    assert_eq!(service.seen().len(), 51);

    // What counts is counted apart from it.
    let service = Service::new(|_, number| {
        Ok(match number {
            0..5 => Reply::new(429).header("retry-after", 1),
            5 | 6 => Reply::new(500),
            _ => Reply::ok(),
        })
    });
    service.client().0.build().unwrap().send(&Get).await.unwrap();
    assert_eq!(service.seen().len(), 8);
}

#[tokio::test]
async fn a_call_ends_at_its_patience_and_says_how_long_it_waited() {
    let service = Service::new(|_, _| Ok(Reply::new(429).header("retry-after", 25)));
    let (builder, clock) = service.client();
    let client = builder.call_deadline(Duration::MAX).build().unwrap();
    let error = client.send(&Get).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "example.get: 429 Too Many Requests (after 3 attempts in 50 s); the service asks to wait 25 s; 50 s \
         were waited already"
    );
    assert!(clock.slept().iter().filter(|slept| **slept == 25 * S).count() >= 2);
}

/// `Retry-After: 0` for ever must neither end a service nor never end.
#[tokio::test]
async fn no_wait_at_all_is_waited_over_with_growing_pauses() {
    let service = Service::new(|_, _| Ok(Reply::new(429).header("retry-after", 0)));
    let (builder, _) = service.client();
    let error = builder.call_deadline(Duration::MAX).build().unwrap().send(&Get).await.unwrap_err();
    assert!(error.is_rate_limited());
    assert!(error.to_string().contains("were waited already"), "{error}");
}

#[tokio::test]
async fn everybody_is_held_with_a_limit_or_without() {
    for (status, limit) in [(429, None), (503, None), (429, Some(RateLimiter::new(S, 5)))] {
        let service = Service::new(move |_, number| {
            Ok(if number == 0 { Reply::new(status).header("retry-after", 30) } else { Reply::ok() })
        });
        let (builder, clock) = service.client();
        let builder = match limit {
            Some(limit) => builder.limit(Arc::new(limit)),
            None => builder,
        };
        let client = builder.retry(Retry::never()).build().unwrap();
        client.send(&Post).await.unwrap_err();
        // Clones, and a client with other credentials, meet the same service.
        let origin = Origin::of(&"https://api.example/".parse().unwrap()).unwrap();
        let other = client.with_credentials(origin, Arc::new(Basic::new("a", &"CANARY".into()).unwrap()));
        other.send(&Get).await.unwrap();
        assert!(clock.wall().since(example::moment()) >= 30 * S, "{status}");
    }
}

/// Those who had a place under the limit before the service spoke wait, too.
#[tokio::test]
async fn a_place_under_the_limit_is_worth_nothing_while_everybody_is_held() {
    let clock = example::clock();
    let (at, start) = (Arc::clone(&clock), clock.now());
    let service = Service::new(move |_, number| {
        let passed = at.now().saturating_duration_since(start);
        assert!(passed >= 30 * S, "request {number} came after {passed:?}");
        Ok(Reply::ok())
    });
    let limit = Arc::new(RateLimiter::new(S, 1));
    limit.reserve(start, 1, None).await.unwrap();
    let builder = service.client().0.clock(Arc::clone(&clock) as _).limit(Arc::clone(&limit));
    let client = builder.build().unwrap();
    let calls: Vec<_> = (0..5)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.send(&Get).await })
        })
        .collect();
    // Until they sleep for their places, and not until the first may go.
    soon(clock.until_asleep(5 * S)).await;
    assert!(service.seen().is_empty());
    limit.hold(start, start + 30 * S).await.unwrap();
    for call in calls {
        soon(call).await.unwrap().unwrap();
    }
}

/// `PUT` to a storage, which is another service.
struct Store;

impl Endpoint for Store {
    type Output = ();
    type ApiError = PlainApiError;
    const NAME: &'static str = "example.storage.put";
    const METHOD: Method = Method::PUT;
    const REPLAY: Replay = Replay::Idempotent;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        let url = "https://storage.example/x?Signature=1".parse();
        request.url("storage", url.map_err(|_| BuildError::value("url", "must be a URL"))?);
        Ok(())
    }

    fn read(_: Response<Bytes>) -> Result<(), DecodeError> {
        Ok(())
    }
}

#[tokio::test]
async fn a_storage_is_not_under_the_limit_of_the_service() {
    let service = Service::new(|seen, number| {
        let busy = seen.method == Method::PUT && number == 0;
        Ok(if busy { Reply::new(503).header("retry-after", 30) } else { Reply::ok() })
    });
    let (builder, clock) = service.client();
    let client = builder.limit(Arc::new(RateLimiter::new(50 * S, 1))).retry(Retry::never()).build().unwrap();
    client.send(&Store).await.unwrap_err();
    client.send(&Get).await.unwrap();
    client.send(&Store).await.unwrap();
    assert_eq!(clock.wall().since(example::moment()), Duration::ZERO, "nobody waited for the other");
    client.send(&Get).await.unwrap();
    assert_eq!(clock.wall().since(example::moment()), 50 * S);
}

#[tokio::test]
async fn the_budget_is_a_setting_is_named_and_comes_back() {
    let down = Arc::new(AtomicUsize::new(1));
    let state = Arc::clone(&down);
    let service = Service::new(move |_, _| {
        Ok(if state.load(Ordering::Relaxed) == 1 { Reply::new(503).body("down") } else { Reply::ok() })
    });
    let (builder, _) = service.client();
    let client = builder.retry(Retry::default().budget(2)).build().unwrap();
    let origin = Origin::of(&"https://api.example/".parse().unwrap()).unwrap();
    let line = |error: segno_core::Error<PlainApiError>| error.to_string();
    assert_eq!(
        line(client.send(&Get).await.unwrap_err()),
        "example.get: 503 Service Unavailable: down (after 3 attempts)"
    );
    // It is one budget, also for the same client with other credentials.
    let other = client.with_credentials(origin, Arc::new(Basic::new("a", &"CANARY".into()).unwrap()));
    for client in [&client, &other] {
        assert_eq!(
            line(client.send(&Get).await.unwrap_err()),
            "example.get: 503 Service Unavailable: down; not repeated: too many calls failed lately (the \
             budget of 2 retries is used up)"
        );
    }
    down.store(0, Ordering::Relaxed);
    for _ in 0..5 {
        client.send(&Get).await.unwrap();
    }
    down.store(1, Ordering::Relaxed);
    let error = client.send(&Get).await.unwrap_err();
    assert_eq!(error.attempts(), 2, "five successes pay for one retry");
}

#[tokio::test]
async fn a_retry_after_is_waited_over_in_every_form() {
    for (values, wait) in [
        (vec!["1.5"], Duration::from_millis(1500)),
        (vec!["2s"], 2 * S),
        (vec!["1, 2"], 2 * S),
        (vec!["1", "9"], 9 * S),
        (vec!["2026-11-21T20:00:07Z"], 7 * S),
    ] {
        let asked = values.clone();
        let service = Service::new(move |_, number| {
            let refusal = Reply::new(429);
            let refusal = asked.iter().fold(refusal, |refusal, value| refusal.header("retry-after", value));
            Ok(if number == 0 { refusal } else { Reply::ok() })
        });
        let (builder, clock) = service.client();
        builder.build().unwrap().send(&Get).await.unwrap();
        let passed = clock.wall().since(example::moment());
        assert!(passed >= wait && passed < wait + S, "{values:?}: {passed:?}");
    }
}

#[tokio::test]
async fn absurd_waits_are_told_as_they_came() {
    for value in ["99999999999999", "99999999999999999999999999", "Fri, 31 Dec 9999 23:59:59 GMT"] {
        let service = Service::new(move |_, _| Ok(Reply::new(429).header("retry-after", value)));
        let error = service.client().0.build().unwrap().send(&Get).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("example.get: 429 Too Many Requests; the service asks to wait {value:?}")
        );
    }
}

/// A peer that takes one request on each connection, and closes it without a word when the second one comes.
async fn closes_at_the_second() -> String {
    peer::listen(|mut stream| async move {
        read_request(&mut stream).await?;
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await?;
        read_request(&mut stream).await.map(drop)
    })
    .await
}

#[tokio::test]
async fn a_connection_that_the_service_had_closed_costs_nothing() {
    let base = closes_at_the_second().await;
    let (builder, _) = peer::client(&base);
    let retry = Retry::default().attempts(1).budget(0);
    let client = builder.retry(retry).build().unwrap();
    for _ in 0..100 {
        soon(client.send(&Get)).await.unwrap();
        // The pool gets a connection back in a task of its own.
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
    }
}

/// The attempt that met it is no attempt: it is not told.
#[tokio::test]
async fn a_closed_connection_is_not_told_as_an_attempt() {
    let connections = Arc::new(AtomicUsize::new(0));
    let base = peer::listen(move |mut stream| {
        let first = connections.fetch_add(1, Ordering::SeqCst) == 0;
        async move {
            read_request(&mut stream).await?;
            if first {
                stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await?;
                return read_request(&mut stream).await.map(drop);
            }
            stream.write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n").await
        }
    })
    .await;
    let client = peer::client(&base).0.build().unwrap();
    soon(client.send(&Get)).await.unwrap();
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
    let error = soon(client.send(&Get)).await.unwrap_err();
    assert_eq!(error.to_string(), "example.get: 404 Not Found");
}

/// What may have arrived is not sent again, whatever it costs.
#[tokio::test]
async fn a_request_that_creates_is_not_repeated_on_another_connection() {
    let client = peer::client(&closes_at_the_second().await).0.build().unwrap();
    soon(client.send(&Post)).await.unwrap();
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
    let error = soon(client.send(&Post)).await.unwrap_err();
    assert!(error.may_have_taken_effect(), "{error}");
}

#[tokio::test]
async fn a_fresh_connection_that_breaks_counts() {
    let service = Service::new(|_, _| Err(lost(Phase::MaybeSent)));
    let error = service.client().0.build().unwrap().send(&Get).await.unwrap_err();
    assert_eq!(error.attempts(), 3);
}

#[tokio::test]
async fn so_many_requests_are_under_way_and_no_more() {
    let now = Arc::new(AtomicUsize::new(0));
    let most = Arc::new(AtomicUsize::new(0));
    let counts = (Arc::clone(&now), Arc::clone(&most));
    let base = peer::listen(move |mut stream| {
        let (now, most) = (Arc::clone(&counts.0), Arc::clone(&counts.1));
        async move {
            loop {
                read_request(&mut stream).await?;
                most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                for _ in 0..50 {
                    tokio::task::yield_now().await;
                }
                now.fetch_sub(1, Ordering::SeqCst);
                stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await?;
            }
        }
    })
    .await;
    let client = peer::client(&base).0.connections(5).build().unwrap();
    let calls: Vec<_> = (0..60)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.send(&Get).await })
        })
        .collect();
    for call in calls {
        soon(call).await.unwrap().unwrap();
    }
    assert_eq!(most.load(Ordering::SeqCst), 5);
}

#[tokio::test]
async fn an_announced_length_takes_no_memory_before_it_is_there() {
    let base = peer::listen(|mut stream| async move {
        read_request(&mut stream).await?;
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 9000000000000000000\r\n\r\nabc").await
    })
    .await;
    let client = peer::client(&base).0.body_cap(usize::MAX).build().unwrap();
    let error = soon(client.send(&Get)).await.unwrap_err();
    assert!(error.to_string().starts_with("example.get: the response broke off"), "{error}");
}

#[tokio::test]
async fn a_response_that_is_still_read_keeps_its_place() {
    let service = Service::new(|_, _| Ok(Reply::ok().body("abc")));
    let (builder, _) = service.client();
    let client = builder.connections(1).build().unwrap();
    let open = client.call(&Get).open().await.unwrap();
    let error = client.send(&Get).await.unwrap_err();
    assert_eq!(error.to_string(), "example.get: not finished within the deadline of 60 s");
    assert!(!error.may_have_taken_effect(), "it waited in the queue");
    drop(open);
    client.send(&Get).await.unwrap();
}

/// A limit whose server is away: at first, or only when others are to be told of a hold.
struct Away {
    reserves: bool,
}

impl RateLimit for Away {
    fn reserve(
        &self,
        _: Instant,
        _: u32,
        _: Option<Duration>,
    ) -> BoxFuture<'_, Result<Duration, LimitError>> {
        let away = LimitError::Unavailable("redis://127.0.0.1:6379: connection refused".into());
        Box::pin(std::future::ready(if self.reserves { Ok(Duration::ZERO) } else { Err(away) }))
    }

    fn hold(&self, now: Instant, _: Instant) -> BoxFuture<'_, Result<(), LimitError>> {
        let held = Self { reserves: false };
        Box::pin(async move { held.reserve(now, 1, None).await.map(drop) })
    }

    fn held(&self, _: Instant) -> BoxFuture<'_, Result<Duration, LimitError>> {
        Box::pin(std::future::ready(Ok(Duration::ZERO)))
    }
}

/// Without a limit that can be asked nothing is sent, and the line says what to look at.
#[tokio::test]
async fn a_limit_that_is_away_ends_the_call_before_anything_is_sent() {
    let service = Service::new(|_, _| Ok(Reply::ok()));
    let client = service.client().0.limit(Away { reserves: false }).build().unwrap();
    let error = client.send(&Get).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "example.get: the rate limit cannot be asked: redis://127.0.0.1:6379: connection refused; nothing was sent"
    );
    assert!(error.is_transient() && !error.may_have_taken_effect() && !error.is_rate_limited());
    assert!(service.seen().is_empty());
}

/// A hold that the others could not be told of does not hide the response, and is not passed over.
#[tokio::test]
async fn a_hold_that_nobody_could_be_told_of_is_told_in_the_error() {
    let service = Service::new(|_, _| Ok(Reply::new(429).header("retry-after", "7")));
    let client = service.client().0.limit(Away { reserves: true }).retry(Retry::never()).build().unwrap();
    let error = client.send(&Get).await.unwrap_err();
    assert!(error.is_rate_limited());
    let line = error.to_string();
    assert!(line.contains("the others who share the limit could not be told"), "{line}");
    assert!(line.contains("connection refused"), "{line}");
}
