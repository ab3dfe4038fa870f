//! One time for client and sandbox, of which nobody waits for real.

use std::future::ready;
use std::sync::Arc;
use std::time::{Duration, Instant};

use segno_core::BoxFuture;
use segno_core::testing::ManualClock;
use segno_core::time::{Clock, Timestamp};
use segno_sandbox::Sandbox;

use super::THEN;

/// Who sleeps for less pauses between two attempts, and nothing goes on meanwhile; who sleeps longer is a deadline.
const PAUSE: Duration = Duration::from_secs(5);

/// How often everything that is ready goes on before time does.
const ROUNDS: u32 = 64;

/// The client's clock, which takes the sandbox's along. Pauses pass at once; deadlines when they are told.
#[derive(Debug)]
pub(super) struct TrialClock {
    client: Arc<ManualClock>,
    sandbox: Arc<Shared>,
}

/// A sandbox, printed as such.
pub(super) struct Shared(pub(super) Arc<Sandbox>);

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sandbox")
    }
}

impl TrialClock {
    pub(super) fn new(sandbox: Arc<Sandbox>) -> Arc<Self> {
        let then = i64::try_from(THEN).ok().and_then(Timestamp::from_unix_seconds);
        let client = ManualClock::stopped(then.expect("a time of this century"));
        Arc::new(Self { client, sandbox: Arc::new(Shared(sandbox)) })
    }

    /// How far the time is from where it began.
    pub(super) fn passed(&self) -> Duration {
        self.sandbox.0.now().saturating_sub(Duration::from_secs(THEN))
    }

    fn advance(&self, by: Duration) {
        self.client.advance(by);
        self.sandbox.0.advance(by);
    }

    /// Lets time pass in such steps once `begins` says so: for calls whose response is late.
    pub(super) async fn pass(&self, step: Duration, begins: impl Fn() -> bool) {
        loop {
            for _ in 0..ROUNDS {
                tokio::task::yield_now().await;
            }
            if begins() {
                self.advance(step);
            }
        }
    }
}

impl Clock for TrialClock {
    fn now(&self) -> Instant {
        self.client.now()
    }

    fn wall(&self) -> Timestamp {
        self.client.wall()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        if duration < PAUSE {
            self.advance(duration);
            Box::pin(ready(()))
        } else {
            self.client.sleep(duration)
        }
    }

    fn random(&self) -> u64 {
        self.client.random()
    }
}
