//! What holds against a real Redis. `cargo xtask test --services` runs it.

use std::time::{Duration, Instant};

use segno_core::auth::store::{Keyring, Record, StoreError, Swapped, Token, TokenStore as _};
use segno_core::client::{LimitError, RateLimit as _};
use segno_core::testing::{rate_limit_contract_between, seen_contract_between, token_store_contract_between};
use segno_core::time::{Clock as _, SystemClock};
use segno_redis::Redis;
use segno_testkit::Server;

const S: Duration = Duration::from_secs(1);

fn connect(server: &Server) -> Redis {
    Redis::new(&server.url()).unwrap()
}

fn record(name: &str) -> Record {
    Record::default().with(Some(Token::new(format!("CANARY-{name}"))))
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

/// A cluster refuses a script with keys of several nodes.
#[tokio::test(flavor = "multi_thread")]
async fn the_contracts_hold_on_a_node_of_a_cluster() {
    let server = Server::redis_cluster().await.unwrap();
    let redis = connect(&server);
    token_store_contract_between(redis.tokens("demo"), redis.tokens("demo")).await;
    let limit = || redis.limit("demo", 10 * S, 1);
    rate_limit_contract_between(limit(), limit(), 10 * S).await;
    seen_contract_between(redis.seen("demo"), redis.seen("demo")).await;
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
    assert!(redis.tokens("other").encrypted(new()).load().await.unwrap() == Record::default());
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

/// Without the server calls wait, then fail with the reason.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_away_is_waited_for_and_then_told() {
    let mut server = Server::redis().await.unwrap();
    let redis = connect(&server);
    let (store, limit) = (redis.tokens("demo"), redis.limit("demo", S, 1));
    assert_eq!(limit.reserve(Instant::now(), 1, None).await.unwrap(), Duration::ZERO);
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
    let near =
        |wait: Duration, expected: Duration| assert!(wait <= expected && wait + 2 * S > expected, "{wait:?}");
    assert_eq!(place(3).await, Duration::ZERO);
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
    let port = server.url().trim_end_matches('/').rsplit(':').next().unwrap().to_owned();
    let text = last.to_json();
    let version = last.version.to_string();
    let arguments = ["-p", &port, "hset", "segno:token:{demo}", "version", &version, "record", text.expose()];
    assert!(std::process::Command::new("redis-cli").args(arguments).output().unwrap().status.success());
    assert_eq!(store.load().await.unwrap(), last);
    let mut early = last.clone();
    early.version = u64::MAX - 1;
    early.token = None;
    assert_eq!(store.swap(early).await.unwrap(), Swapped::Conflict(last.clone()));
    assert_eq!(store.swap(last.with(None)).await.unwrap(), Swapped::Done);
    assert_eq!(store.swap(record("1")).await.unwrap_err(), StoreError::Exhausted(u64::MAX));
}
