//! The client against the sandbox: whole jobs over real sockets, with and without faults.

mod catalogue;
mod downloads;
mod dropped;
mod jobs;
mod media;
mod supe;

use std::sync::Arc;
use std::time::{Duration, Instant};

use segno_core::time::{Clock, SystemClock};
use segno_core::{BoxFuture, Timestamp};
use segno_sandbox::{Host, LoggedRequest, Sandbox};
use segno_soundstripe::{Client, ClientBuilder};

/// The clock of a sandbox as a client's clock: what the client waits, the sandbox's time moves, so that pauses cost
/// nothing and both agree when a request came.
struct Shared {
    sandbox: Arc<Sandbox>,
    start: (Instant, Duration),
}

impl Clock for Shared {
    fn now(&self) -> Instant {
        self.start.0 + (self.sandbox.now() - self.start.1)
    }

    fn wall(&self) -> Timestamp {
        Timestamp::from(std::time::SystemTime::UNIX_EPOCH + self.sandbox.now())
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        // Deadlines of calls are that long, pauses are not; here nothing hangs, so no deadline ever ends.
        if duration >= Duration::from_secs(9) {
            return Box::pin(std::future::pending());
        }
        let sandbox = Arc::clone(&self.sandbox);
        Box::pin(async move { sandbox.advance(duration) })
    }

    fn random(&self) -> u64 {
        SystemClock.random()
    }
}

/// A sandbox that insists on the documented headers, and time that stands still.
async fn sandbox() -> Arc<Sandbox> {
    let builder = Sandbox::builder().frozen_at(1_900_000_000);
    let sandbox = builder.switches(|switches| switches.soundstripe.strict_headers = true).start().await;
    Arc::new(sandbox.unwrap())
}

fn builder(sandbox: &Arc<Sandbox>, account: usize) -> ClientBuilder {
    let token = sandbox.soundstripe_accounts()[account].key.token.clone();
    let base = sandbox.description().soundstripe.base_url;
    let start = (Instant::now(), sandbox.now());
    let clock = Arc::new(Shared { sandbox: Arc::clone(sandbox), start });
    Client::builder(token).base_url(&base).settings(|core| core.clock(clock))
}

fn client(sandbox: &Arc<Sandbox>) -> Client {
    builder(sandbox, 0).build().unwrap()
}

/// What arrived at the API.
fn arrived(sandbox: &Sandbox) -> Vec<LoggedRequest> {
    sandbox.requests().into_iter().filter(|request| request.host == Host::SOUNDSTRIPE).collect()
}

/// Never more than 25 requests in any window of one second.
fn assert_rate(requests: &[LoggedRequest]) {
    for window in requests.windows(26) {
        let span = window[25].at - window[0].at;
        assert!(span >= 1.0, "26 requests within {span} s");
    }
}
