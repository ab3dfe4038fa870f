//! When a call ends, whatever it is at.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::{Duration, Instant};

use crate::time::Clock;

/// The moment at which a call ends, and how long it had.
#[derive(Clone, Copy)]
pub(crate) struct Deadline {
    at: Instant,
    pub(crate) limit: Duration,
}

impl Deadline {
    /// The deadline in `limit` from now; `None` if that is beyond what the clock can count, which is no limit.
    pub(crate) fn after(limit: Duration, clock: &dyn Clock) -> Option<Self> {
        clock.now().checked_add(limit).map(|at| Self { at, limit })
    }

    /// The time that is left.
    pub(crate) fn left(self, clock: &dyn Clock) -> Duration {
        self.at.saturating_duration_since(clock.now())
    }

    /// Whether it is over before a pause is.
    pub(crate) fn ends_within(self, pause: Duration, clock: &dyn Clock) -> bool {
        clock.now().checked_add(pause).is_none_or(|end| end >= self.at)
    }
}

/// The output of `work`, or how long a call had if `work` does not end before its deadline. The timer is made when `work` waits
/// for the first time: much of it never does.
pub(crate) async fn with_deadline<T>(
    work: impl Future<Output = T>,
    deadline: Option<Deadline>,
    clock: &dyn Clock,
) -> Result<T, Duration> {
    let Some(deadline) = deadline else { return Ok(work.await) };
    let (mut work, mut asleep) = (pin!(work), None);
    poll_fn(|cx| {
        if let Poll::Ready(value) = work.as_mut().poll(cx) {
            return Poll::Ready(Ok(value));
        }
        let asleep = asleep.get_or_insert_with(|| clock.sleep(deadline.left(clock)));
        asleep.as_mut().poll(cx).map(|()| Err(deadline.limit))
    })
    .await
}
