//! What holds against a real Redis. `cargo xtask test --services` runs it.

mod cluster;
mod tls;

use std::sync::Arc;
use std::time::{Duration, Instant};

use segno_core::Timestamp;
use segno_core::auth::store::{Keyring, LEASE, Record, StoreError, Swapped, Token, TokenStore as _};
use segno_core::client::{LimitError, RateLimit as _};
use segno_core::testing::{
    ManualClock, rate_limit_contract_between, seen_contract_between, token_store_contract_between,
};
use segno_core::time::{Clock as _, SystemClock};
use segno_core::webhook::{Delivery, Seen as _};
use segno_redis::Redis;
use segno_testkit::Server;

const S: Duration = Duration::from_secs(1);

fn connect(server: &Server) -> Redis {
    Redis::new(&server.url()).unwrap()
}

fn record(name: &str) -> Record {
    Record::default().with(Some(Token::new(format!("CANARY-{name}"))))
}

/// What the server gives for a command.
fn ask(server: &Server, command: &str) -> String {
    let output = server.ask_redis().args(command.split(' ')).output().unwrap();
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_contracts_hold_between_two_connections() {
    let server = Server::redis().await.unwrap();
    let (one, other) = (connect(&server), connect(&server));
    token_store_contract_between(one.tokens("demo"), other.tokens("demo")).await;
    let keys = || Keyring::new("a", &[7; 32]).unwrap();
    token_store_contract_between(
        one.tokens("safe").encrypted(keys()),
        other.tokens("safe").encrypted(keys()),
    )
    .await;
    let limit = |redis: &Redis| redis.limit("demo", 10 * S, 1);
    rate_limit_contract_between(limit(&one), limit(&other), 10 * S).await;
    seen_contract_between(one.seen("demo"), other.seen("demo")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_outlives_a_power_cut_and_is_encrypted() {
    let mut server = Server::redis().await.unwrap();
    let redis = connect(&server);
    let keys = Keyring::new("old", &[1; 32]).unwrap();
    let store = redis.tokens("demo").encrypted(keys);
    assert_eq!(store.swap(record("1")).await.unwrap(), Swapped::Done);
    // The same once more, as after a lost response.
    assert_eq!(store.swap(record("1")).await.unwrap(), Swapped::Done);
    assert_eq!(store.swap(record("2")).await.unwrap(), Swapped::Conflict(record("1")));
    server.kill();
    server.resume_or_start().await.unwrap();
    assert_eq!(store.load().await.unwrap(), record("1"));

    let plain = redis.tokens("demo").load().await.unwrap_err();
    assert!(matches!(plain, StoreError::Damaged { .. }), "{plain}");
    assert!(plain.to_string().contains("key segno:token:{demo}"), "{plain}");
    // Another key decrypts nothing; both do, and the next record is of the new one.
    let new = || Keyring::new("new", &[2; 32]).unwrap();
    assert!(redis.tokens("demo").encrypted(new()).load().await.is_err());
    let both = redis.tokens("demo").encrypted(new().also("old", &[1; 32]).unwrap());
    let kept = both.load().await.unwrap();
    assert_eq!(both.reserve(kept.clone()).await.unwrap().token, kept.token);
    assert_eq!(redis.tokens("demo").encrypted(new()).load().await.unwrap().token, kept.token);
    // A record that is put under another name is refused.
    assert_eq!(redis.tokens("other").encrypted(new()).load().await.unwrap(), Record::default());
    assert_eq!(ask(&server, "copy segno:token:{demo} segno:token:{other}"), "1");
    let moved = redis.tokens("other").encrypted(new()).load().await.unwrap_err();
    assert!(moved.to_string().contains("is of another login"), "{moved}");
}

/// Who waits for the lease while the server pauses and restarts gets it; nobody gets it twice.
#[tokio::test(flavor = "multi_thread")]
async fn a_lease_outlives_pauses_and_restarts() {
    let mut server = Server::redis().await.unwrap();
    let (one, other) = (connect(&server).tokens("demo"), connect(&server).tokens("demo"));
    let lease = one.lease().await.unwrap();
    let waiting = tokio::spawn(async move { other.lease().await });
    server.pause();
    SystemClock.sleep(S).await;
    server.resume();
    server.kill();
    server.resume_or_start().await.unwrap();
    assert_eq!(one.load().await.unwrap(), Record::default());
    assert!(!waiting.is_finished(), "the lease is held over a restart");
    lease.release().await;
    waiting.await.unwrap().unwrap().release().await;
}

/// A request for a lease that was carried out although its response was lost finds its own when it is sent again. The owner is the
/// first random number of the clock.
#[tokio::test(flavor = "multi_thread")]
async fn a_lease_whose_response_was_lost_is_had() {
    let server = Server::redis().await.unwrap();
    assert_eq!(ask(&server, "set segno:lease:{demo} 0000000000000001 px 45000"), "OK");
    let clock = ManualClock::new("2026-11-21T20:00:00Z".parse().unwrap());
    let redis = Redis::builder(&server.url()).clock(Arc::clone(&clock) as _).build().unwrap();
    redis.tokens("demo").lease().await.unwrap().release().await;
    assert!(clock.slept().is_empty(), "{:?}", clock.slept());
}

/// Without the server calls wait, then fail with the reason.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_away_is_waited_for_and_then_told() {
    let mut server = Server::redis().await.unwrap();
    let redis = connect(&server);
    let (store, limit) = (redis.tokens("demo"), redis.limit("demo", S, 1));
    assert!(limit.reserve(Instant::now(), 1, None).await.unwrap() < S);
    server.stop();
    let start = Instant::now();
    let (lease, place) = tokio::join!(store.lease(), limit.reserve(start, 1, None));
    let took = start.elapsed();
    assert!(took > 3 * S && took < 15 * S, "{took:?}");
    let line = lease.unwrap_err().to_string();
    assert!(line.starts_with("redis://127.0.0.1:") && line.contains("refused"), "{line}");
    let LimitError::Unavailable(reason) = place.unwrap_err() else { panic!("the limit was asked") };
    assert!(reason.as_str().contains("refused"), "{reason}");
    server.resume_or_start().await.unwrap();
    store.lease().await.unwrap().release().await;
}

/// By hand: 40 ms each, four may start at once; a hold of 5 s comes before all.
#[tokio::test(flavor = "multi_thread")]
async fn a_burst_a_cost_and_a_hold() {
    let server = Server::redis().await.unwrap();
    let limit = connect(&server).limit("demo", 10 * S, 4);
    let now = Instant::now();
    let place = async |cost| limit.reserve(now, cost, None).await.unwrap();
    let near = |wait: Duration, expected: Duration| {
        assert!(wait < expected + S && wait + 2 * S > expected, "{wait:?}");
    };
    near(place(3).await, Duration::ZERO);
    near(place(2).await, 10 * S);
    near(place(6).await, 70 * S);
    limit.hold(now, now + 500 * S).await.unwrap();
    near(place(1).await, 500 * S);
}

/// A number too large for the script's arithmetic is a wait of years and not a wrong one.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_overflows() {
    let server = Server::redis().await.unwrap();
    let limit = connect(&server).limit("demo", Duration::MAX, u32::MAX);
    let now = Instant::now();
    for _ in 0..3 {
        let wait = limit.reserve(now, u32::MAX, Some(Duration::MAX)).await;
        assert!(matches!(wait, Ok(_) | Err(LimitError::TooFar(_))), "{wait:?}");
    }
    limit.hold(now, now + 1_000_000 * S).await.unwrap();
    assert!(limit.held(now).await.unwrap() > 999_000 * S);
}

/// Versions beyond what a Lua number can tell apart.
#[tokio::test(flavor = "multi_thread")]
async fn versions_are_told_apart_to_the_last() {
    let server = Server::redis().await.unwrap();
    let store = connect(&server).tokens("demo");
    let mut last = record("last");
    last.version = u64::MAX - 1;
    let text = last.to_json();
    let version = last.version.to_string();
    let arguments = ["hset", "segno:token:{demo}", "version", &version, "record", text.expose()];
    assert!(server.ask_redis().args(arguments).output().unwrap().status.success());
    assert_eq!(store.load().await.unwrap(), last);
    let mut early = last.clone();
    early.version = u64::MAX - 1;
    early.token = None;
    assert_eq!(store.swap(early).await.unwrap(), Swapped::Conflict(last.clone()));
    assert_eq!(store.swap(last.with(None)).await.unwrap(), Swapped::Done);
    assert_eq!(store.swap(record("1")).await.unwrap_err(), StoreError::Exhausted(u64::MAX));
}

/// What nobody takes away ends by itself; what is a login does not.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_of_no_use_any_more_ends_by_itself() {
    let server = Server::redis().await.unwrap();
    let redis = connect(&server);
    let within = |key: &str, lifetime: Duration| {
        let left: i64 = ask(&server, &format!("pttl {key}")).parse().unwrap();
        let all = lifetime.as_millis() as i64;
        assert!(left <= all && left > all - 20_000, "{key}: {left} ms of {lifetime:?}");
    };
    let lease = redis.tokens("demo").lease().await.unwrap();
    within("segno:lease:{demo}", LEASE);
    let limit = redis.limit("demo", 100 * S, 1);
    limit.reserve(Instant::now(), 1, None).await.unwrap();
    within("segno:limit:{demo}", 101 * S);
    let start = Instant::now();
    limit.hold(start, start + 300 * S).await.unwrap();
    within("segno:limit:{demo}", 301 * S);
    let now = Timestamp::from(std::time::SystemTime::now());
    redis.seen("demo").accept(&Delivery::new("1", now, now.plus(60 * S))).await.unwrap();
    within("segno:delivery:{demo:1}", 60 * S);
    redis.tokens("demo").swap(record("1")).await.unwrap();
    assert_eq!(ask(&server, "ttl segno:token:{demo}"), "-1");

    // Whose lease has ended does not give back that of another.
    assert_eq!(ask(&server, "del segno:lease:{demo}"), "1");
    let second = redis.tokens("demo").lease().await.unwrap();
    let owner = ask(&server, "get segno:lease:{demo}");
    lease.release().await;
    assert_eq!(ask(&server, "get segno:lease:{demo}"), owner);
    second.release().await;
    assert_eq!(ask(&server, "exists segno:lease:{demo}"), "0");
}

/// What has another name, or another prefix, is another thing.
#[tokio::test(flavor = "multi_thread")]
async fn names_and_prefixes_are_kept_apart() {
    let server = Server::redis().await.unwrap();
    let one = connect(&server);
    let prefixed = Redis::builder(&server.url()).prefix("prefixed").build().unwrap();
    let now = Timestamp::from(std::time::SystemTime::now());
    let delivery = Delivery::new("1", now, now.plus(60 * S));
    let _lease = one.tokens("one").lease().await.unwrap();
    one.tokens("one").swap(record("1")).await.unwrap();
    one.limit("one", 100 * S, 1).reserve(Instant::now(), 1, None).await.unwrap();
    one.seen("one").accept(&delivery).await.unwrap();
    for (redis, name) in [(&one, "other"), (&prefixed, "one")] {
        assert_eq!(redis.tokens(name).load().await.unwrap(), Record::default());
        redis.tokens(name).lease().await.unwrap().release().await;
        let wait = redis.limit(name, 100 * S, 1).reserve(Instant::now(), 1, None).await.unwrap();
        assert!(wait < 50 * S, "{wait:?}");
        assert!(!redis.seen(name).was_accepted(&delivery).await.unwrap());
    }
    let keys = ask(&server, "keys *");
    assert!(keys.lines().all(|key| key.starts_with("segno:") || key.starts_with("prefixed:")), "{keys}");
}

/// Places come nearer as time passes: of four at a second each, the fourth is a second away after two.
#[tokio::test(flavor = "multi_thread")]
async fn time_passes_for_a_limit() {
    let server = Server::redis().await.unwrap();
    let limit = connect(&server).limit("demo", S, 1);
    for _ in 0..3 {
        limit.reserve(Instant::now(), 1, None).await.unwrap();
    }
    SystemClock.sleep(2 * S).await;
    let wait = limit.reserve(Instant::now(), 1, None).await.unwrap();
    assert!(wait < 2 * S, "{wait:?}");
}

/// Clocks of processes differ; that of the server decides.
#[tokio::test(flavor = "multi_thread")]
async fn the_clock_of_a_process_does_not_matter() {
    let server = Server::redis().await.unwrap();
    let wrong = ManualClock::stopped("1999-12-31T23:00:00Z".parse().unwrap());
    wrong.advance(3600 * S);
    let wrong = Redis::builder(&server.url()).clock(wrong).build().unwrap();
    let right = connect(&server);
    let limit = |redis: &Redis| redis.limit("demo", 10 * S, 1);
    rate_limit_contract_between(limit(&wrong), limit(&right), 10 * S).await;
}
