//! A rate limit of our own, so that the service's is not met: the generic cell rate algorithm (ITU-T I.371).

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A limit that every clone of a client shares.
///
/// In any window of time there start at most `burst` requests plus one for each `interval` that the window is long. A
/// service that counts 25 requests in any second is therefore met by a burst of 1 and an interval of 1/25 s.
#[derive(Debug)]
pub struct Limit {
    interval: Duration,
    burst: u32,
    /// When the next request would be due if they were evenly spaced: the "theoretical arrival time".
    due: Mutex<Option<Instant>>,
}

impl Limit {
    /// One request each `interval`, after `burst` (at least 1) that may start at once.
    #[must_use]
    pub fn new(interval: Duration, burst: u32) -> Self {
        Self { interval, burst: burst.max(1), due: Mutex::new(None) }
    }

    /// Evenly spaced requests, `count` in each `period`.
    #[must_use]
    pub fn per(count: u32, period: Duration) -> Self {
        // Rounded up: a nanosecond too short would fit one request too many into a long window.
        let interval = period.div_f64(f64::from(count.max(1))) + Duration::from_nanos(1);
        Self::new(interval, 1)
    }

    /// Takes a place, unless it is further away than `patience`; gives the wait until then.
    ///
    /// # Errors
    /// The wait that there would have been, if it is longer than `patience`; no place is taken then.
    pub fn reserve(&self, now: Instant, patience: Option<Duration>) -> Result<Duration, Duration> {
        let mut due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        let arrival = due.map_or(now, |due| due.max(now));
        let tolerance = self.interval.saturating_mul(self.burst - 1);
        let wait = arrival.saturating_duration_since(now).saturating_sub(tolerance);
        if patience.is_some_and(|patience| wait > patience) {
            return Err(wait);
        }
        *due = Some(arrival + self.interval);
        Ok(wait)
    }

    /// Holds everybody back until `until`: the service said so.
    pub fn hold(&self, until: Instant) {
        let mut due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        let tolerance = self.interval.saturating_mul(self.burst - 1);
        let held = until + tolerance;
        *due = Some(due.map_or(held, |due| due.max(held)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn a_burst_and_then_evenly() {
        let limit = Limit::new(40 * MS, 3);
        let start = Instant::now();
        let waits: Vec<_> = (0..6).map(|_| limit.reserve(start, None).unwrap()).collect();
        assert_eq!(waits, [Duration::ZERO, Duration::ZERO, Duration::ZERO, 40 * MS, 80 * MS, 120 * MS]);
    }

    #[test]
    fn a_place_that_is_too_far_is_not_taken() {
        let limit = Limit::new(40 * MS, 1);
        let start = Instant::now();
        assert_eq!(limit.reserve(start, Some(MS)), Ok(Duration::ZERO));
        assert_eq!(limit.reserve(start, Some(MS)), Err(40 * MS));
        assert_eq!(limit.reserve(start, None), Ok(40 * MS));
    }

    #[test]
    fn a_hold_binds_the_next_request() {
        let limit = Limit::new(40 * MS, 4);
        let start = Instant::now();
        limit.hold(start + 1000 * MS);
        assert_eq!(limit.reserve(start, None), Ok(1000 * MS));
    }

    proptest! {
        #[test]
        fn never_more_than_25_in_any_second(gaps in prop::collection::vec(0u64..100, 1..200)) {
            let limit = Limit::per(25, Duration::from_secs(1));
            let start = Instant::now();
            let mut now = start;
            let mut starts = Vec::new();
            for gap in gaps {
                now += Duration::from_millis(gap);
                starts.push(now + limit.reserve(now, None).unwrap());
            }
            for window in starts.windows(26) {
                prop_assert!(window[25] - window[0] >= Duration::from_secs(1));
            }
        }
    }
}
