//! What holds against a real PostgreSQL. `cargo xtask test --services` runs it.

mod tls;

use std::sync::Arc;
use std::time::{Duration, Instant};

use segno_core::Timestamp;
use segno_core::auth::store::{Keyring, LEASE, Record, StoreError, Swapped, Token, TokenStore as _};
use segno_core::testing::{ManualClock, seen_contract_between, token_store_contract_between};
use segno_core::time::{Clock as _, SystemClock};
use segno_core::webhook::{Delivery, Seen as _};
use segno_postgres::Postgres;
use segno_postgres::queue::Queue;
use segno_testkit::Server;

const S: Duration = Duration::from_secs(1);

async fn connect(server: &Server) -> Postgres {
    let database = Postgres::new(&server.url()).unwrap();
    database.migrate().await.unwrap();
    database
}

fn record(name: &str) -> Record {
    Record::default().with(Some(Token::new(format!("CANARY-{name}"))))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_contracts_hold_between_two_pools() {
    let server = Server::postgres().await.unwrap();
    let (one, other) = (connect(&server).await, connect(&server).await);
    token_store_contract_between(one.tokens("demo"), other.tokens("demo")).await;
    let keys = || Keyring::new("a", &[7; 32]).unwrap();
    token_store_contract_between(
        one.tokens("safe").encrypted(keys()),
        other.tokens("safe").encrypted(keys()),
    )
    .await;
    seen_contract_between(one.seen("demo"), other.seen("demo")).await;
}

/// Many processes start at once; each step is taken once.
#[tokio::test(flavor = "multi_thread")]
async fn many_migrate_at_once() {
    let server = Server::postgres().await.unwrap();
    let url = server.url();
    let without = Postgres::new(&url).unwrap().tokens("demo").load().await.unwrap_err().to_string();
    assert!(without.contains("call Postgres::migrate once"), "{without}");
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let database = Postgres::new(&url).unwrap();
            tokio::spawn(async move { database.migrate().await.unwrap() })
        })
        .collect();
    let mut taken = Vec::new();
    for task in tasks {
        taken.extend(task.await.unwrap());
    }
    let mut once = taken.clone();
    once.dedup();
    assert!(!taken.is_empty() && taken == once && taken[0] == "0001_shared", "{taken:?}");
}

/// A step that fails leaves nothing behind, and is taken once its obstacle is gone.
#[tokio::test(flavor = "multi_thread")]
async fn a_step_is_taken_whole_or_not_at_all() {
    let server = Server::postgres().await.unwrap();
    // The first step makes the table of tokens, then fails at an index of a table that is another's.
    server.ask_postgres("CREATE TABLE segno_deliveries (other text)").unwrap();
    let database = Postgres::new(&server.url()).unwrap();
    let line = database.migrate().await.unwrap_err().to_string();
    assert!(line.contains("expires_at"), "{line}");
    let tables = "SELECT count(*) FROM pg_tables WHERE tablename IN ('segno_tokens', 'segno_migrations')";
    assert_eq!(server.ask_postgres(tables).unwrap(), "0");
    server.ask_postgres("DROP TABLE segno_deliveries").unwrap();
    assert_eq!(database.migrate().await.unwrap(), ["0001_shared", "0002_queue", "0003_queue_age"]);
    assert_eq!(database.migrate().await.unwrap(), [""; 0]);
}

/// Jobs of a queue that was made before jobs had a place in the order keep theirs.
#[tokio::test(flavor = "multi_thread")]
async fn a_queue_of_an_older_version_is_gone_on_with() {
    let server = Server::postgres().await.unwrap();
    let database = connect(&server).await;
    server
        .ask_postgres(
            "DROP INDEX segno_jobs_age; ALTER TABLE segno_jobs DROP COLUMN age; DROP TABLE segno_notices;
             DELETE FROM segno_migrations WHERE name = '0003_queue_age';
             INSERT INTO segno_jobs (queue, key, name, payload, priority, due)
             VALUES ('demo', 'b', 'late', '{}', 0, now() - interval '1 hour'),
                    ('demo', 'a', 'early', '{}', 0, now() - interval '2 hours')",
        )
        .unwrap();
    assert_eq!(database.migrate().await.unwrap(), ["0003_queue_age"]);
    let queue = Queue::new(database, "demo");
    for name in ["early", "late"] {
        assert_eq!(queue.claim("worker", 60 * S).await.unwrap().unwrap().name, name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_outlives_a_crash_and_is_encrypted() {
    let mut server = Server::postgres().await.unwrap();
    let database = connect(&server).await;
    let store = database.tokens("demo").encrypted(Keyring::new("old", &[1; 32]).unwrap());
    assert_eq!(store.swap(record("1")).await.unwrap(), Swapped::Done);
    // The same once more, as after a lost response.
    assert_eq!(store.swap(record("1")).await.unwrap(), Swapped::Done);
    assert_eq!(store.swap(record("2")).await.unwrap(), Swapped::Conflict(record("1")));
    server.kill();
    server.resume_or_start().await.unwrap();
    assert_eq!(store.load().await.unwrap(), record("1"));

    let plain = database.tokens("demo").load().await.unwrap_err();
    assert!(plain.to_string().contains(r#"(segno_tokens, name "demo")"#), "{plain}");
    let new = || Keyring::new("new", &[2; 32]).unwrap();
    assert!(database.tokens("demo").encrypted(new()).load().await.is_err());
    let both = database.tokens("demo").encrypted(new().also("old", &[1; 32]).unwrap());
    let kept = both.load().await.unwrap();
    assert_eq!(both.reserve(kept.clone()).await.unwrap().token, kept.token);
    assert_eq!(database.tokens("demo").encrypted(new()).load().await.unwrap().token, kept.token);
}

/// Who waits for the lease while the server pauses and restarts gets it; nobody gets it twice.
#[tokio::test(flavor = "multi_thread")]
async fn a_lease_outlives_pauses_and_restarts() {
    let mut server = Server::postgres().await.unwrap();
    let one = connect(&server).await.tokens("demo");
    let other = connect(&server).await.tokens("demo");
    let lease = one.lease().await.unwrap();
    let waiting = tokio::spawn(async move { other.lease().await });
    server.pause();
    SystemClock.sleep(S).await;
    server.resume();
    server.stop();
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
    let server = Server::postgres().await.unwrap();
    connect(&server).await;
    let its = "INSERT INTO segno_tokens (name, lease_owner, leased_until) \
        VALUES ('demo', '0000000000000001', now() + interval '45 seconds')";
    server.ask_postgres(its).unwrap();
    let clock = ManualClock::new("2026-11-21T20:00:00Z".parse().unwrap());
    let database = Postgres::builder(&server.url()).clock(Arc::clone(&clock) as _).build().unwrap();
    database.tokens("demo").lease().await.unwrap().release().await;
    assert!(clock.slept().is_empty(), "{:?}", clock.slept());
}

/// Without the server calls wait, then fail with the reason.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_away_is_waited_for_and_then_told() {
    let mut server = Server::postgres().await.unwrap();
    let store = connect(&server).await.tokens("demo");
    store.swap(record("1")).await.unwrap();
    server.stop();
    let start = Instant::now();
    let line = store.lease().await.unwrap_err().to_string();
    let took = start.elapsed();
    assert!(took > 3 * S && took < 15 * S, "{took:?}");
    assert!(line.starts_with("postgres://127.0.0.1:") && line.contains("refused"), "{line}");
    server.resume_or_start().await.unwrap();
    store.lease().await.unwrap().release().await;

    // One that does not respond is no different, and the connections that hang are not used again.
    server.pause();
    let error = store.load().await.unwrap_err();
    assert!(matches!(error, StoreError::Io(_)), "{error}");
    assert!(error.to_string().contains("no response within 3 s"), "{error}");
    server.resume();
    assert_eq!(store.load().await.unwrap(), record("1"));
}

/// What expired is swept out by what comes after it.
#[tokio::test(flavor = "multi_thread")]
async fn deliveries_expire_and_are_swept_out() {
    let server = Server::postgres().await.unwrap();
    let database = connect(&server).await;
    let seen = database.seen("demo");
    let now = Timestamp::from(std::time::SystemTime::now());
    for number in 0..50 {
        seen.accept(&Delivery::new(format!("{number}"), now, now)).await.unwrap();
    }
    let last = Delivery::new("last", now, now.plus(60 * S));
    seen.accept(&last).await.unwrap();
    assert!(seen.was_accepted(&last).await.unwrap());
    assert_eq!(server.ask_postgres("SELECT count(*) FROM segno_deliveries").unwrap(), "1");
    let left = "SELECT extract(epoch FROM expires_at - clock_timestamp()) FROM segno_deliveries";
    let left: f64 = server.ask_postgres(left).unwrap().parse().unwrap();
    assert!(left <= 60.0 && left > 40.0, "{left}");
    // What is accepted once more is remembered for the longer of the two times; one that has expired is not known any more.
    seen.accept(&Delivery::new("last", now, now)).await.unwrap();
    assert!(seen.was_accepted(&last).await.unwrap());
    server.ask_postgres("UPDATE segno_deliveries SET expires_at = now() - interval '1 second'").unwrap();
    assert!(!seen.was_accepted(&last).await.unwrap());
}

/// A lease ends by itself, by the clock of the database, and whoever had it then does not give back that of another.
#[tokio::test(flavor = "multi_thread")]
async fn a_lease_ends_and_is_not_given_back_by_whom_it_ended() {
    let server = Server::postgres().await.unwrap();
    let store = connect(&server).await.tokens("demo");
    let first = store.lease().await.unwrap();
    let left = "SELECT extract(epoch FROM leased_until - clock_timestamp()) FROM segno_tokens";
    let left: f64 = server.ask_postgres(left).unwrap().parse().unwrap();
    let all = LEASE.as_secs_f64();
    assert!(left <= all && left > all - 20.0, "{left}");
    server.ask_postgres("UPDATE segno_tokens SET leased_until = now() - interval '1 second'").unwrap();
    let second = store.lease().await.unwrap();
    let owner = server.ask_postgres("SELECT lease_owner FROM segno_tokens").unwrap();
    first.release().await;
    assert_eq!(server.ask_postgres("SELECT lease_owner FROM segno_tokens").unwrap(), owner);
    second.release().await;
    assert_eq!(server.ask_postgres("SELECT lease_owner FROM segno_tokens").unwrap(), "");
    // A row that is there for its lease alone has no version yet.
    assert_eq!(store.swap(record("1")).await.unwrap(), Swapped::Done);
}

/// What has another name is another thing.
#[tokio::test(flavor = "multi_thread")]
async fn names_are_kept_apart() {
    let server = Server::postgres().await.unwrap();
    let database = connect(&server).await;
    let keys = || Keyring::new("a", &[7; 32]).unwrap();
    let (one, other) = (database.tokens("one").encrypted(keys()), database.tokens("other").encrypted(keys()));
    assert_eq!(one.swap(record("1")).await.unwrap(), Swapped::Done);
    assert_eq!(other.load().await.unwrap(), Record::default());
    let (first, second) = (one.lease().await.unwrap(), other.lease().await.unwrap());
    first.release().await;
    second.release().await;
    // A record that is put under another name is refused.
    let copy = "UPDATE segno_tokens SET (version, record) = \
        (SELECT version, record FROM segno_tokens WHERE name = 'one') WHERE name = 'other'";
    server.ask_postgres(copy).unwrap();
    let moved = other.load().await.unwrap_err();
    assert!(moved.to_string().contains("is of another login"), "{moved}");

    let now = Timestamp::from(std::time::SystemTime::now());
    let delivery = Delivery::new("1", now, now.plus(60 * S));
    database.seen("one").accept(&delivery).await.unwrap();
    assert!(!database.seen("other").was_accepted(&delivery).await.unwrap());
}
