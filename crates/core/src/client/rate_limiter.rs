//! A rate limit of our own, so that the service's is not met: the generic cell rate algorithm (ITU-T I.371).

use std::future::ready;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::rate_limit::{LimitError, RateLimit, TOLERANCE};
use crate::BoxFuture;

/// A limit in the memory of this process, which every clone of a client shares.
///
/// In any window of time there start at most `burst` requests plus one for each `interval` that the window is long. A
/// service that counts 25 requests in any second is therefore met by a burst of 1 and an interval of 1/25 s. A request that costs
/// more than `burst` waits until so much is free and starts alone.
///
/// When the service says that it has too much to do and names a time, [everybody is held](RateLimit::hold), also those who had a
/// place already.
#[derive(Debug)]
#[doc(alias("rate limit", "throttle", "429"))]
pub struct RateLimiter {
    interval: Duration,
    burst: u32,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// When the next request would be due if they were evenly spaced: the "theoretical arrival time".
    due: Option<Instant>,
    /// Until when the service wants nobody.
    held: Option<Instant>,
}

impl RateLimiter {
    /// One request each `interval`, after `burst` (at least 1) that may start at once.
    #[must_use]
    pub fn new(interval: Duration, burst: u32) -> Self {
        Self { interval, burst: burst.max(1), state: Mutex::default() }
    }

    /// No limit but what the service itself asks for.
    #[must_use]
    pub fn none() -> Self {
        Self::new(Duration::ZERO, 1)
    }

    /// Evenly spaced requests, `count` in each `period`.
    #[must_use]
    pub fn per(count: u32, period: Duration) -> Self {
        // Rounded up: a nanosecond too short would fit one request too many into a long window.
        let nanos = period.as_nanos().div_ceil(u128::from(count.max(1)));
        Self::new(u64::try_from(nanos).map_or(period, Duration::from_nanos), 1)
    }

    /// Takes a place, unless it is further away than `patience`; gives the wait until then, or what it would have been.
    fn take(&self, now: Instant, cost: u32, patience: Option<Duration>) -> Result<Duration, Duration> {
        let cost = cost.max(1);
        let mut state = self.lock();
        let (free, short) = (self.burst.saturating_sub(cost), cost.saturating_sub(self.burst));
        let tolerance = self.interval.saturating_mul(free);
        let held = state.held.map(|until| until.checked_add(tolerance).unwrap_or(until));
        let arrival = now.max(state.due.unwrap_or(now)).max(held.unwrap_or(now));
        let wait = arrival.saturating_duration_since(now).saturating_sub(tolerance);
        let wait = wait.saturating_add(self.interval.saturating_mul(short));
        if patience.is_some_and(|patience| wait > patience) {
            return Err(wait);
        }
        // A moment beyond all counting never comes: whoever waits for it waits for ever.
        state.due = Some(arrival.checked_add(self.interval.saturating_mul(cost)).unwrap_or(arrival));
        Ok(wait)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RateLimit for RateLimiter {
    fn reserve(
        &self,
        now: Instant,
        cost: u32,
        patience: Option<Duration>,
    ) -> BoxFuture<'_, Result<Duration, LimitError>> {
        Box::pin(ready(self.take(now, cost, patience).map_err(LimitError::TooFar)))
    }

    fn hold(&self, _: Instant, until: Instant) -> BoxFuture<'_, Result<(), LimitError>> {
        let mut state = self.lock();
        state.held = state.held.max(Some(until));
        Box::pin(ready(Ok(())))
    }

    fn held(&self, now: Instant) -> BoxFuture<'_, Result<Duration, LimitError>> {
        let until = self.lock().held.unwrap_or(now);
        Box::pin(ready(Ok(until.saturating_duration_since(now))))
    }

    /// A half of the interval, and at least 20 ms.
    fn tolerance(&self) -> Duration {
        (self.interval / 2).max(TOLERANCE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MS: Duration = Duration::from_millis(1);

    fn hold(limit: &RateLimiter, until: Instant) {
        drop(limit.hold(until, until));
    }

    fn is_held(limit: &RateLimiter, now: Instant) -> bool {
        limit.lock().held.is_some_and(|until| until > now)
    }

    #[test]
    fn a_burst_and_then_evenly() {
        let limit = RateLimiter::new(40 * MS, 3);
        let start = Instant::now();
        let waits: Vec<_> = (0..6).map(|_| limit.take(start, 1, None).unwrap()).collect();
        assert_eq!(waits, [Duration::ZERO, Duration::ZERO, Duration::ZERO, 40 * MS, 80 * MS, 120 * MS]);
        // One may start at least.
        let limit = RateLimiter::new(40 * MS, 0);
        assert_eq!([0, 1].map(|_| limit.take(start, 1, None)), [Ok(Duration::ZERO), Ok(40 * MS)]);
    }

    #[test]
    fn a_place_that_is_too_far_is_not_taken() {
        let limit = RateLimiter::new(40 * MS, 1);
        let start = Instant::now();
        assert_eq!(limit.take(start, 1, Some(MS)), Ok(Duration::ZERO));
        assert_eq!(limit.take(start, 1, Some(MS)), Err(40 * MS));
        assert_eq!(limit.take(start, 1, None), Ok(40 * MS));
    }

    #[test]
    fn a_hold_binds_the_next_request() {
        let limit = RateLimiter::new(40 * MS, 4);
        let start = Instant::now();
        hold(&limit, start + 1000 * MS);
        assert_eq!(limit.take(start, 1, None), Ok(1000 * MS));
    }

    #[test]
    fn a_hold_binds_those_who_have_a_place_already() {
        let limit = RateLimiter::new(40 * MS, 1);
        let start = Instant::now();
        for _ in 0..50 {
            limit.take(start, 1, None).unwrap();
        }
        hold(&limit, start + 1000 * MS);
        assert!(is_held(&limit, start + 999 * MS));
        assert!(!is_held(&limit, start + 1000 * MS));
        hold(&limit, start + 500 * MS);
        assert!(is_held(&limit, start + 999 * MS), "a shorter hold does not shorten a longer one");
        assert_eq!(limit.take(start + 40 * MS, 1, None), Ok(1960 * MS), "behind those who are there");
    }

    #[test]
    fn no_limit_waits_only_when_it_is_deferred() {
        let limit = RateLimiter::none();
        let start = Instant::now();
        assert!((0..1000).all(|_| limit.take(start, 1, None) == Ok(Duration::ZERO)));
        hold(&limit, start + 1000 * MS);
        assert!((0..1000).all(|_| limit.take(start, 1, None) == Ok(1000 * MS)));
        assert_eq!(limit.take(start + 1000 * MS, 1, None), Ok(Duration::ZERO));
    }

    /// By hand: one each 40 ms, 4 may start at once; 3 leave one free, and two more are short of one.
    #[test]
    fn a_cost_takes_so_many_places() {
        let limit = RateLimiter::new(40 * MS, 4);
        let start = Instant::now();
        assert_eq!(limit.take(start, 3, None), Ok(Duration::ZERO));
        assert_eq!(limit.take(start, 2, Some(MS)), Err(40 * MS));
        assert_eq!(limit.take(start, 2, None), Ok(40 * MS));
        assert_eq!(limit.take(start, 0, None), Ok(80 * MS));
        // Once all is free again, six are two more than start at once.
        let later = start + 10_000 * MS;
        assert_eq!(limit.take(later, 6, None), Ok(80 * MS));
        assert_eq!(limit.take(later, 1, None), Ok(120 * MS));
    }

    #[test]
    fn nothing_overflows() {
        let start = Instant::now();
        for limit in [
            RateLimiter::new(Duration::MAX, 1),
            RateLimiter::new(Duration::MAX, u32::MAX),
            RateLimiter::per(1, Duration::MAX),
            RateLimiter::per(0, Duration::MAX),
        ] {
            assert_eq!(limit.take(start, 1, None), Ok(Duration::ZERO));
            let _ = limit.take(start, 1, None);
            hold(&limit, start + Duration::from_secs(7));
            let _ = limit.take(start, 1, Some(Duration::MAX));
            let _ = limit.take(start, u32::MAX, None);
        }
    }

    /// Rounded down, the interval of a third of a second is a nanosecond too short for any three requests.
    #[test]
    fn an_interval_is_never_rounded_down() {
        let limit = RateLimiter::per(3, Duration::from_secs(1));
        let start = Instant::now();
        let waits: Vec<_> = (0..4).map(|_| limit.take(start, 1, None).unwrap()).collect();
        assert!(waits[3] >= Duration::from_secs(1), "{waits:?}");
        assert!(waits[3] < Duration::from_secs(1) + Duration::from_nanos(10), "{waits:?}");
        let whole = RateLimiter::per(25, Duration::from_secs(1));
        let waits: Vec<_> = (0..26).map(|_| whole.take(start, 1, None).unwrap()).collect();
        assert_eq!(waits[25], Duration::from_secs(1));
    }

    proptest! {
        #[test]
        fn never_more_than_25_in_any_second(gaps in prop::collection::vec(0u64..100, 1..200)) {
            let limit = RateLimiter::per(25, Duration::from_secs(1));
            let start = Instant::now();
            let mut now = start;
            let mut starts = Vec::new();
            for gap in gaps {
                now += Duration::from_millis(gap);
                starts.push(now + limit.take(now, 1, None).unwrap());
            }
            for window in starts.windows(26) {
                prop_assert!(window[25] - window[0] >= Duration::from_secs(1));
            }
        }
    }
}
