//! What is sent again, when, and what is told when it is not.

use std::sync::Arc;
use std::time::Duration;

use segno_core::client::RateLimiter;
use segno_core::endpoint::PlainApiError;
use segno_core::time::Clock as _;
use segno_core::transport::{Phase, TransportErrorKind};
use segno_core::{
    Body, BuildError, Bytes, Cause, DecodeError, Endpoint, Method, Replay, RequestWriter, Response, Retry,
    StatusCode,
};

use crate::example::{self, Reply, Service, lost};

/// The same request under the four kinds of replay: 0 safe, 1 idempotent, 2 unsafe, 3 once.
struct Send<const REPLAY: u8>(Body);

impl<const REPLAY: u8> Endpoint for Send<REPLAY> {
    type Output = Bytes;
    type ApiError = PlainApiError;
    const NAME: &'static str = "example.things.send";
    const METHOD: Method = Method::POST;
    const REPLAY: Replay = match REPLAY {
        0 => Replay::Safe,
        1 => Replay::Idempotent,
        2 => Replay::Unsafe,
        _ => Replay::Once,
    };

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.body(self.0.clone());
        request.path("things", &[])
    }

    fn read(response: Response<Bytes>) -> Result<Bytes, DecodeError> {
        Ok(response.into_body())
    }
}

const SAFE: Send<0> = Send(Body::empty());
const IDEMPOTENT: Send<1> = Send(Body::empty());
const UNSAFE: Send<2> = Send(Body::empty());
const ONCE: Send<3> = Send(Body::empty());

const S: Duration = Duration::from_secs(1);

/// A service that fails once, in one of many ways, and then works.
fn fails_once(how: &'static str) -> Service {
    Service::new(move |_, number| match (number, how) {
        (1.., _) => Ok(Reply::ok().body("done")),
        (_, "not sent") => Err(lost(Phase::NotSent)),
        (_, "maybe sent") => Err(lost(Phase::MaybeSent)),
        (_, "broken off") => Ok(Reply::ok().body("do").breaks()),
        (_, status) => Ok(Reply::new(status.parse().unwrap())),
    })
}

#[tokio::test]
async fn the_replay_table_end_to_end() {
    let table = [
        ("not sent", [2, 2, 2, 2]),
        ("429", [2, 2, 2, 1]),
        ("500", [2, 2, 1, 1]),
        ("502", [2, 2, 1, 1]),
        ("503", [2, 2, 1, 1]),
        ("408", [2, 2, 1, 1]),
        ("425", [2, 2, 1, 1]),
        ("520", [2, 2, 1, 1]),
        ("524", [2, 2, 1, 1]),
        ("504", [2, 2, 1, 1]),
        ("maybe sent", [2, 2, 1, 1]),
        ("broken off", [2, 2, 1, 1]),
        ("400", [1, 1, 1, 1]),
        ("404", [1, 1, 1, 1]),
        ("422", [1, 1, 1, 1]),
        ("501", [1, 1, 1, 1]),
    ];
    for (how, expected) in table {
        let services = [(); 4].map(|()| fails_once(how));
        let clients = services.each_ref().map(|service| service.client().0.build().unwrap());
        let outcomes = [
            clients[0].send(&SAFE).await,
            clients[1].send(&IDEMPOTENT).await,
            clients[2].send(&UNSAFE).await,
            clients[3].send(&ONCE).await,
        ];
        for ((service, outcome), expected) in services.iter().zip(outcomes).zip(expected) {
            assert_eq!(service.seen().len(), expected, "{how}");
            assert_eq!(outcome.is_ok(), expected == 2, "{how}");
            if let Err(error) = outcome {
                assert_eq!(error.attempts(), 1, "{how}");
            }
        }
    }
}

#[tokio::test]
async fn the_error_tells_how_often_it_was_tried() {
    let service = Service::new(|_, _| Ok(Reply::new(503).body("Down for maintenance")));
    let error = service.client().0.build().unwrap().send(&SAFE).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "example.things.send: 503 Service Unavailable: Down for maintenance (after 3 attempts)"
    );
    assert_eq!(service.seen().len(), 3);
}

#[tokio::test]
async fn retry_after_in_both_forms_is_slept_and_never_cut_short() {
    for (form, wait) in [("7", 7), ("Sat, 21 Nov 2026 20:00:09 GMT", 9), ("Sat, 21 Nov 2026 19:59:00 GMT", 0)]
    {
        let service = Service::new(move |_, number| {
            Ok(if number == 0 { Reply::new(429).header("retry-after", form) } else { Reply::ok() })
        });
        let (builder, clock) = service.client();
        builder.build().unwrap().send(&UNSAFE).await.unwrap();
        let passed = clock.wall().since(example::moment());
        assert!(passed >= wait * S, "{form}: came back after {passed:?}");
        assert!(passed < (wait + 1) * S, "{form}: {passed:?}");
    }
}

/// A request whose service says in the body of a refusal when to come back: `again after N`, from the moment of the tests.
struct Polite;

#[derive(Debug)]
struct Again(Option<u64>);

impl segno_core::ApiError for Again {
    fn read(_: StatusCode, _: &segno_core::HeaderMap, body: &Bytes) -> Self {
        Self(std::str::from_utf8(body).ok().and_then(|text| text.strip_prefix("again after ")?.parse().ok()))
    }

    fn retry_after(&self, now: segno_core::Timestamp) -> Option<Duration> {
        self.0.map(|seconds| example::moment().plus(Duration::from_secs(seconds)).since(now))
    }
}

impl std::fmt::Display for Again {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("too many")
    }
}

impl Endpoint for Polite {
    type Output = Bytes;
    type ApiError = Again;
    const NAME: &'static str = "example.things.polite";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("things", &[])
    }

    fn read(response: Response<Bytes>) -> Result<Bytes, DecodeError> {
        Ok(response.into_body())
    }
}

#[tokio::test]
async fn a_wait_that_the_body_asks_for_is_slept_like_that_of_the_head() {
    // In the body alone, with a shorter one in the head, with a longer one in the head.
    for (body, head, wait) in
        [("again after 7", None, 7), ("again after 7", Some(3), 7), ("again after 7", Some(9), 9)]
    {
        let service = Service::new(move |_, number| {
            let refusal = Reply::new(429).body(body);
            Ok(match (number, head) {
                (1.., _) => Reply::ok(),
                (_, Some(head)) => refusal.header("retry-after", head),
                (_, None) => refusal,
            })
        });
        let (builder, clock) = service.client();
        builder.build().unwrap().send(&Polite).await.unwrap();
        let passed = clock.wall().since(example::moment());
        assert!(passed >= wait * S && passed < (wait + 1) * S, "{body} {head:?}: {passed:?}");
    }
}

#[tokio::test]
async fn a_wait_in_the_body_that_is_too_long_is_told_and_not_slept() {
    // Beyond the patience, and beyond the deadline of the call.
    let late = "; not repeated: the deadline of 40 s leaves no time";
    for (seconds, deadline, end) in [(61, 3600, ""), (50, 40, late)] {
        let service = Service::new(move |_, _| Ok(Reply::new(429).body(format!("again after {seconds}"))));
        let (builder, clock) = service.client();
        let client = builder.build().unwrap();
        let error = client.call(&Polite).deadline(deadline * S).send().await.unwrap_err();
        let line = format!("429 Too Many Requests: too many; the service asks to wait {seconds} s{end}");
        assert_eq!(error.to_string(), format!("example.things.polite: {line}"));
        assert_eq!(error.retry_after(), Some(seconds * S));
        assert_eq!((service.seen().len(), clock.slept()), (1, vec![]));
    }
}

#[tokio::test]
async fn a_wait_that_the_body_asks_for_holds_for_all_who_share_the_limit() {
    let service = Service::new(|_, number| {
        Ok(if number == 0 { Reply::new(429).body("again after 7") } else { Reply::ok() })
    });
    let (builder, clock) = service.client();
    let client =
        builder.limit(Arc::new(RateLimiter::new(Duration::ZERO, 1))).retry(Retry::never()).build().unwrap();
    client.send(&Polite).await.unwrap_err();
    client.send(&SAFE).await.unwrap();
    assert_eq!(clock.wall().since(example::moment()), 7 * S);
}

/// A request of which the endpoint says that it must not be repeated, and its value that it may.
struct Wished;

impl Endpoint for Wished {
    type Output = Bytes;
    type ApiError = PlainApiError;
    const NAME: &'static str = "example.things.wished";
    const METHOD: Method = Method::POST;
    const REPLAY: Replay = Replay::Once;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.replay(Replay::Unsafe);
        request.path("things", &[])
    }

    fn read(response: Response<Bytes>) -> Result<Bytes, DecodeError> {
        Ok(response.into_body())
    }
}

#[tokio::test]
async fn a_value_may_wish_for_another_replay_than_its_endpoint() {
    let service = fails_once("429");
    service.client().0.build().unwrap().send(&Wished).await.unwrap();
    assert_eq!(service.seen().len(), 2);
    let service = fails_once("503");
    service.client().0.build().unwrap().send(&Wished).await.unwrap_err();
    assert_eq!(service.seen().len(), 1);
}

/// Futures are moved about, joined and held by the dozen in one function; the loop itself is on the heap.
#[tokio::test]
async fn a_call_is_small() {
    let service = fails_once("429");
    let client = service.client().0.build().unwrap();
    for (what, size, bound) in [
        ("send", size_of_val(&client.send(&SAFE)), 1024),
        ("call", size_of_val(&client.call(&SAFE).send()), 1024),
        ("raw", size_of_val(&client.call(&SAFE).raw()), 1024),
        ("open", size_of_val(&client.call(&SAFE).open()), 1024),
    ] {
        assert!(size <= bound, "{what}: {size} bytes");
    }
}

#[tokio::test]
async fn a_wait_beyond_patience_is_told_and_not_slept() {
    let service = Service::new(|_, _| Ok(Reply::new(429).header("retry-after", 3600).body("Slow down")));
    let (builder, clock) = service.client();
    let error = builder.build().unwrap().send(&SAFE).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "example.things.send: 429 Too Many Requests: Slow down; the service asks to wait 3600 s"
    );
    assert_eq!(error.retry_after(), Some(3600 * S));
    assert!(error.is_rate_limited());
    assert_eq!((service.seen().len(), clock.slept()), (1, vec![]));
}

#[tokio::test]
async fn a_sleep_that_would_outlive_the_deadline_is_not_begun_and_the_real_error_is_told() {
    let service = Service::new(|_, _| Ok(Reply::new(503).header("retry-after", 20).body("busy")));
    let (builder, clock) = service.client();
    let client = builder.build().unwrap();
    let error = client.call(&SAFE).deadline(50 * S).send().await.unwrap_err();
    assert_eq!(error.status(), Some(StatusCode::SERVICE_UNAVAILABLE));
    assert_eq!(
        error.to_string(),
        "example.things.send: 503 Service Unavailable: busy (after 3 attempts in 40 s); the service asks to wait 20 s; not repeated: the deadline of 50 s leaves no time"
    );
    let client = service.client().0.build().unwrap();
    let error = client.call(&SAFE).deadline(30 * S).send().await.unwrap_err();
    assert_eq!(error.attempts(), 2, "a third attempt would begin after 40 s");
    assert_eq!(clock.slept(), [20 * S, 20 * S]);
}

#[tokio::test]
async fn absurd_waits_and_deadlines_do_not_panic() {
    for wait in ["99999999999999999999999999", "18446744073709551615"] {
        let service = Service::new(move |_, _| Ok(Reply::new(429).header("retry-after", wait)));
        let (builder, _) = service.client();
        let patient = Retry::default().patience(Duration::MAX);
        let limit = Arc::new(RateLimiter::per(10, S));
        let client = builder.retry(patient).limit(limit).call_deadline(Duration::MAX).build().unwrap();
        let error = client.send(&SAFE).await.unwrap_err();
        assert_eq!(error.attempts(), 2, "the patience is used up by the first wait");
        assert!(error.to_string().contains(&format!("asks to wait \"{wait}\"")), "{error}");
    }
}

#[tokio::test]
async fn a_body_that_can_be_read_once_makes_the_call_single_shot() {
    for status in [429, 503] {
        let service = Service::new(move |_, _| Ok(Reply::new(status)));
        let client = service.client().0.build().unwrap();
        let once = Body::reader(&b"abc"[..], 3);
        let error = client.send(&Send::<0>(once)).await.unwrap_err();
        assert_eq!(error.attempts(), 1);
        let seen = service.seen();
        assert_eq!((seen.len(), &*seen[0].body), (1, &b"abc"[..]), "never an empty body in its place");
    }
}

#[tokio::test]
async fn a_body_that_can_be_opened_again_is_sent_whole_each_time() {
    let service = fails_once("503");
    let client = service.client().0.build().unwrap();
    let mut body = Body::from("head ");
    body.push(Body::from(vec![b'x'; 300_000]));
    client.send(&Send::<1>(body)).await.unwrap();
    let seen = service.seen();
    assert_eq!(seen[0].body, seen[1].body);
    assert_eq!(seen[1].body.len(), 300_005);
    assert_eq!(seen[1].method, Method::POST);
}

#[tokio::test]
async fn the_budget_stops_retries_when_the_service_is_down() {
    let service = Service::new(|_, _| Ok(Reply::new(503)));
    let client = service.client().0.build().unwrap();
    let clone = client.clone();
    for _ in 0..20 {
        let _ = client.send(&SAFE).await;
        let _ = clone.send(&SAFE).await;
    }
    assert_eq!(service.seen().len(), 40 + 20, "every first attempt, and 20 retries in all");
}

#[tokio::test]
async fn clones_share_one_rate_limit() {
    let service = Service::new(|_, _| Ok(Reply::ok()));
    let (builder, clock) = service.client();
    let client = builder.limit(Arc::new(RateLimiter::new(2 * S, 1))).build().unwrap();
    let clone = client.clone();
    for _ in 0..3 {
        client.send(&SAFE).await.unwrap();
        clone.send(&SAFE).await.unwrap();
    }
    assert_eq!(clock.wall().since(example::moment()), 10 * S);
}

#[tokio::test]
async fn a_429_holds_everybody_back_who_shares_the_limit() {
    let service = Service::new(|_, number| {
        Ok(if number == 0 { Reply::new(429).header("retry-after", 30) } else { Reply::ok() })
    });
    let (builder, clock) = service.client();
    let client = builder.retry(Retry::never()).limit(Arc::new(RateLimiter::new(S, 5))).build().unwrap();
    client.send(&SAFE).await.unwrap_err();
    client.clone().send(&SAFE).await.unwrap();
    assert!(clock.wall().since(example::moment()) >= 30 * S);
}

#[tokio::test]
async fn a_limit_without_room_before_the_deadline_sends_nothing() {
    let service = Service::new(|_, _| Ok(Reply::ok()));
    let (builder, _) = service.client();
    let client = builder.limit(Arc::new(RateLimiter::new(100 * S, 1))).build().unwrap();
    client.send(&SAFE).await.unwrap();
    let error = client.send(&SAFE).await.unwrap_err();
    assert_eq!(error.attempts(), 0);
    assert_eq!(
        error.to_string(),
        "example.things.send: rate limited: the next slot of the client's own limit is in 100 s, after the deadline; nothing was sent"
    );
    assert_eq!(service.seen().len(), 1);
}

#[tokio::test]
async fn a_limit_that_fills_up_between_attempts_tells_the_real_error() {
    let service = Service::new(|_, _| Ok(Reply::new(503).body("busy")));
    let (builder, _) = service.client();
    let client = builder.limit(Arc::new(RateLimiter::new(100 * S, 1))).build().unwrap();
    let error = client.send(&SAFE).await.unwrap_err();
    assert_eq!(error.to_string(), "example.things.send: 503 Service Unavailable: busy");
}

#[tokio::test]
async fn a_dropped_call_leaves_the_client_as_it_was() {
    let service =
        Service::new(|_, number| Ok(if number == 0 { Reply::ok().body("a").stalls() } else { Reply::ok() }));
    let (builder, clock) = service.client();
    let client = builder.limit(Arc::new(RateLimiter::new(S, 1))).build().unwrap();
    let endpoint = SAFE;
    let mut call = Box::pin(client.send(&endpoint));
    std::future::poll_fn(|cx| {
        assert!(call.as_mut().poll(cx).is_pending());
        std::task::Poll::Ready(())
    })
    .await;
    drop(call);
    assert!(clock.sleeping().is_empty(), "no deadline is left running");
    client.send(&UNSAFE).await.unwrap();
    assert_eq!(service.seen().len(), 2);
    assert_eq!(clock.slept(), [S], "its place under the limit stays taken: the request was sent");
}

#[tokio::test]
async fn responses_over_the_cap_are_refused_whether_announced_or_not() {
    let service = Service::new(|_, _| Ok(Reply::ok().body([b'x'; 60]).body([b'x'; 41])));
    let (builder, _) = service.client();
    let client = builder.body_cap(100).build().unwrap();
    let error = client.send(&SAFE).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "example.things.send: 200 OK, but the response cannot be read: it is larger than the cap of 100 bytes"
    );
    let exact = Service::new(|_, _| Ok(Reply::ok().body([b'x'; 60]).body([b'x'; 40])));
    let client = exact.client().0.body_cap(100).build().unwrap();
    assert_eq!(client.send(&SAFE).await.unwrap().len(), 100);
}

#[tokio::test]
async fn error_responses_are_kept_only_so_far() {
    let service = Service::new(|_, _| Ok(Reply::new(400).body(vec![b'x'; 200_000])));
    let error = service.client().0.build().unwrap().send(&SAFE).await.unwrap_err();
    assert_eq!(error.body().unwrap().len(), 64 * 1024);
}

/// `GET` of something in JSON.
struct Read;

impl Endpoint for Read {
    type Output = Vec<u32>;
    type ApiError = PlainApiError;
    const NAME: &'static str = "example.things.read";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("things/{id}", &[&7])
    }

    fn read(response: Response<Bytes>) -> Result<Vec<u32>, DecodeError> {
        segno_core::decode::read_json(&response)
    }
}

#[tokio::test]
async fn responses_that_are_something_else_are_named() {
    let page = "<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body>CANARY</body></html>";
    let cases = [
        (200, page, "200 OK, but the response cannot be read: it is a web page titled \"502 Bad Gateway\""),
        (200, "", "200 OK, but the response cannot be read: the body is empty"),
        (200, "[1,2", "200 OK, but the response cannot be read: the JSON ends in the middle, after 4 bytes"),
        (400, page, "400 Bad Request: a web page titled \"502 Bad Gateway\""),
        (400, "", "400 Bad Request"),
        (400, "{\"error\":\"CANARY", "400 Bad Request"),
    ];
    for (status, body, expected) in cases {
        let service = Service::new(move |_, _| Ok(Reply::new(status).body(body)));
        let error = service.client().0.build().unwrap().send(&Read).await.unwrap_err();
        assert_eq!(error.to_string(), format!("example.things.read: {expected}"));
        assert_eq!(error.status().unwrap().as_u16(), status);
        assert!(!format!("{error:?} {:?}", error.cause()).contains("CANARY"));
        assert_eq!(error.body().unwrap(), body, "the evidence is kept");
        assert_eq!(error.attempts(), 1, "a success that cannot be read is not sent again");
    }
}

#[tokio::test]
async fn a_source_that_fails_is_not_sent_again() {
    let service = Service::new(|_, _| Ok(Reply::ok()));
    let client = service.client().0.build().unwrap();
    let error = client.send(&Send::<0>(Body::reader(&b"ab"[..], 3))).await.unwrap_err();
    let Cause::Transport(lost) = error.cause() else { panic!("{error}") };
    assert_eq!(lost.kind(), TransportErrorKind::Source);
    assert_eq!(
        error.to_string(),
        "example.things.send: the body to send cannot be read: \
         the source ended 1 bytes before its announced length"
    );
    let error = client.send(&Send::<0>(Body::reader(&b"abcd"[..], 3))).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "example.things.send: the body to send cannot be read: the source is longer than its announced length"
    );
}
