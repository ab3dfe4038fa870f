//! Bulk work against a service that limits it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use segno_core::testing::ManualClock;
use segno_core::{Timeouts, Timestamp};
use segno_sandbox::Sandbox;
use segno_soundslice::{Client, slices};

const THEN: u64 = 1_900_000_000;
const S: Duration = Duration::from_secs(1);

/// 200 calls at once against 60 in 10 s: every one succeeds, within the deadline of a call and with the default of
/// everything else.
#[tokio::test]
async fn two_hundred_calls_at_once_against_sixty_in_ten_seconds() {
    let sandbox = Sandbox::builder().seed(3).frozen_at(THEN).start().await.unwrap();
    let limit = serde_json::json!({"soundslice": {"rate_limit": {"calls": 60, "window_s": 10}}});
    sandbox.set_switches(&limit).unwrap();
    let access = sandbox.description().soundslice;
    let clock = ManualClock::stopped(Timestamp::from_unix_seconds(THEN as i64).unwrap());
    let core = Arc::clone(&clock);
    // Longer than any wait that the service asks for, so that the sleeps of waiting calls are known by their length.
    let timeouts = Timeouts::new().connect(30 * S);
    let client = Client::builder(&access.app_id, access.password)
        .base_url(&access.base_url)
        .settings(move |builder| builder.clock(core).timeouts(timeouts))
        .build()
        .unwrap();
    let done = Arc::new(AtomicUsize::new(0));
    let calls: Vec<_> = (0..200)
        .map(|_| {
            let (client, done) = (client.clone(), Arc::clone(&done));
            tokio::spawn(async move {
                let outcome = client.send(&slices::List::new()).await.map(drop);
                done.fetch_add(1, Ordering::Relaxed);
                outcome
            })
        })
        .collect();
    let mut passed = Duration::ZERO;
    while done.load(Ordering::Relaxed) < 200 {
        let waiting = clock.sleeping().iter().filter(|asked| **asked <= 10 * S).count();
        if waiting + done.load(Ordering::Relaxed) == 200 {
            assert!(passed < 60 * S, "{waiting} calls still wait after {passed:?}");
            clock.advance(S);
            sandbox.advance(S);
            passed += S;
        }
        tokio::task::yield_now().await;
    }
    for call in calls {
        call.await.unwrap().unwrap();
    }
    let refused = sandbox.requests().iter().filter(|request| request.status == Some(429)).count();
    assert!(refused > 0, "the limit was met");
}
