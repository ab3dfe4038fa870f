//! Nodes of a cluster. This crate speaks to one server, and says so.

use std::sync::Arc;
use std::time::{Duration, Instant};

use segno_core::auth::store::TokenStore as _;
use segno_core::client::{LimitError, RateLimit as _};
use segno_core::testing::{
    ManualClock, rate_limit_contract_between, seen_contract_between, token_store_contract_between,
};
use segno_redis::Redis;
use segno_testkit::Server;

const S: Duration = Duration::from_secs(1);

/// A cluster refuses a script with keys of several nodes.
#[tokio::test(flavor = "multi_thread")]
async fn the_contracts_hold_on_a_node_that_is_alone() {
    let [server] = Server::redis_cluster().await.unwrap();
    let redis = Redis::new(&server.url()).unwrap();
    token_store_contract_between(redis.tokens("demo"), redis.tokens("demo")).await;
    let limit = || redis.limit("demo", 10 * S, 1);
    rate_limit_contract_between(limit(), limit(), 10 * S).await;
    seen_contract_between(redis.seen("demo"), redis.seen("demo")).await;
}

/// Of three nodes each has a third of the keys, and redirects for the others, which nobody follows here.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_on_another_node_is_told_at_once() {
    let nodes: [Server; 3] = Server::redis_cluster().await.unwrap();
    let clock = ManualClock::new("2026-11-21T20:00:00Z".parse().unwrap());
    let mut elsewhere = 0;
    for node in &nodes {
        let redis = Redis::builder(&node.url()).clock(Arc::clone(&clock) as _).build().unwrap();
        let Err(error) = redis.tokens("demo").load().await else { continue };
        elsewhere += 1;
        let line = error.to_string();
        assert!(line.contains("is a node of a cluster, and the key is on the node 127.0.0.1:"), "{line}");
        assert!(line.contains("name a single Redis, or a proxy in front of the cluster"), "{line}");
        // What the lease is asked for is on the same node.
        assert_eq!(redis.tokens("demo").lease().await.unwrap_err().to_string(), line);
        let limit = redis.limit("demo", S, 1).reserve(Instant::now(), 1, None).await;
        assert!(matches!(limit, Err(LimitError::Unavailable(_))), "{limit:?}");
    }
    assert_eq!(elsewhere, 2, "one of three nodes has the key");
    assert!(clock.slept().is_empty(), "nobody asks again");
}
