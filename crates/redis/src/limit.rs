//! A rate limit in a key.

use std::fmt;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

use ::redis::Script;
use segno_core::BoxFuture;
use segno_core::auth::Reason;
use segno_core::client::{LimitError, RateLimit};

use crate::{Redis, RedisError};

static LIMIT: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("limit.lua")));

/// The longest time that is sent, in microseconds: 31 years.
const MOST: u64 = 1_000_000_000_000_000;

/// How long before its time a place is looked at once more: a round trip, on a machine that is busy.
const AHEAD: Duration = Duration::from_millis(20);

/// How long a reading of the server's clock is of use: in this time no two clocks drift apart by more than a few milliseconds.
const READING: Duration = Duration::from_secs(10);

/// A rate limit that all processes share which name it alike, by the clock of the server: in any window of time there start at most `burst`
/// requests plus one for each `interval` that the window is long. Each place costs one round trip, and so does a wait.
///
/// One key has the whole of it, and one script changes it; the key is gone once it says nothing more.
///
/// While the server is away, each request is sent again for up to 10 s; after that the call fails with the reason, and nothing was sent to
/// the service.
#[derive(Clone)]
pub struct RedisLimit {
    server: Redis,
    key: Arc<str>,
    interval: u64,
    burst: u32,
    reading: Arc<Mutex<Option<Reading>>>,
}

/// What the clock of the server said between two moments of this process.
#[derive(Clone, Copy)]
struct Reading {
    time: u64,
    asked: Instant,
    heard: Instant,
}

impl Reading {
    /// The latest moment of this process at which the server's clock can have said `time`, by this reading.
    fn latest(self, time: u64) -> Option<Instant> {
        let shift = Duration::from_micros(self.time.abs_diff(time));
        if time >= self.time { self.heard.checked_add(shift) } else { self.heard.checked_sub(shift) }
    }

    fn took(self) -> Duration {
        self.heard.saturating_duration_since(self.asked)
    }
}

impl Redis {
    /// The limit `name` of one request each `interval`, after `burst` (at least 1) that may start at once. All processes that name it
    /// must give the same numbers.
    #[must_use]
    pub fn limit(&self, name: &str, interval: Duration, burst: u32) -> RedisLimit {
        // Rounded up: a microsecond too short would fit one request too many into a long window.
        let interval = u64::try_from(interval.as_nanos().div_ceil(1000)).unwrap_or(MOST).min(MOST);
        RedisLimit {
            server: self.clone(),
            key: self.key("limit", name).into(),
            interval,
            burst: burst.max(1),
            reading: Arc::default(),
        }
    }

    /// The limit `name` of evenly spaced requests, `count` in each `period`.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let server = segno_redis::Redis::new("redis://127.0.0.1/")?;
    /// // All workers with one key of Soundstripe, which counts 25 in a second as they arrive.
    /// let limit = server.limit_per("soundstripe", 24, Duration::from_secs(1));
    /// # Ok::<(), segno_redis::RedisError>(())
    /// ```
    #[doc(alias("rate limit", "throttle"))]
    #[must_use]
    pub fn limit_per(&self, name: &str, count: u32, period: Duration) -> RedisLimit {
        let nanos = period.as_nanos().div_ceil(u128::from(count.max(1)));
        self.limit(name, u64::try_from(nanos).map_or(period, Duration::from_nanos), 1)
    }
}

impl RedisLimit {
    /// Whether it was done, the wait that the server tells, and since when that is: from the moment at which it was asked on.
    async fn ask(&self, values: &[String]) -> Result<(bool, Duration, Duration), LimitError> {
        let clock = self.server.clock();
        let asked = clock.now();
        let reply = self.server.run::<(i64, u64, u64)>(&LIMIT, &self.key, values).await;
        let (done, wait, time) = reply.map_err(|error| self.failed(error))?;
        let told = self.moment(Reading { time, asked, heard: clock.now() });
        Ok((done == 1, Duration::from_micros(wait), told.saturating_duration_since(asked)))
    }

    /// The moment of this process at which the server responded, and no earlier: between those at which it was asked and heard.
    /// Of the readings of the last seconds the quickest tells it best, for a process that gets no processor hears late.
    fn moment(&self, now: Reading) -> Instant {
        let mut kept = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        let usable = kept.filter(|kept| {
            now.heard.saturating_duration_since(kept.heard) < READING && kept.took() <= now.took()
        });
        match usable.and_then(|kept| kept.latest(now.time)) {
            // Otherwise a clock was set.
            Some(moment) if moment >= now.asked => moment.min(now.heard),
            _ => {
                *kept = Some(now);
                now.heard
            }
        }
    }

    fn failed(&self, error: RedisError) -> LimitError {
        LimitError::Unavailable(Reason::from_error(error))
    }
}

impl RateLimit for RedisLimit {
    fn reserve(
        &self,
        _: Instant,
        cost: u32,
        patience: Option<Duration>,
    ) -> BoxFuture<'_, Result<Duration, LimitError>> {
        Box::pin(async move {
            let patience = patience.map_or("-1".to_owned(), |patience| micros(patience).to_string());
            let numbers = [self.interval.to_string(), self.burst.to_string(), cost.max(1).to_string()];
            let [interval, burst, cost] = numbers;
            match self.ask(&["reserve".into(), interval, burst, cost, patience]).await? {
                (true, wait, since) => Ok(since.saturating_add(wait)),
                (false, wait, _) => Err(LimitError::TooFar(wait)),
            }
        })
    }

    fn hold(&self, now: Instant, until: Instant) -> BoxFuture<'_, Result<(), LimitError>> {
        let wait = micros(until.saturating_duration_since(now)).to_string();
        Box::pin(async move { self.ask(&["hold".into(), wait]).await.map(drop) })
    }

    fn held(&self, _: Instant) -> BoxFuture<'_, Result<Duration, LimitError>> {
        Box::pin(async move { self.ask(&["held".into()]).await.map(|(_, wait, _)| wait) })
    }

    /// A half of the interval, and at least 20 ms.
    fn tolerance(&self) -> Duration {
        Duration::from_micros(self.interval / 2).max(Duration::from_millis(20))
    }

    /// 20 ms.
    fn ahead(&self) -> Duration {
        AHEAD
    }
}

impl fmt::Debug for RedisLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisLimit").field("key", &self.key).finish_non_exhaustive()
    }
}

/// Rounded up: nobody comes back early.
fn micros(wait: Duration) -> u64 {
    u64::try_from(wait.as_nanos().div_ceil(1000)).unwrap_or(MOST).min(MOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand, of a server whose clock said 5 s between 0 and 2 ms of this process: 5.5 s were at 500 to 502 ms.
    #[test]
    fn a_response_that_is_heard_late_is_from_its_time() {
        let ms = Duration::from_millis;
        let limit = Redis::new("redis://127.0.0.1/").unwrap().limit_per("demo", 24, ms(1000));
        let start = Instant::now();
        let moment = |time: u64, asked: u64, heard: u64| {
            let now = Reading { time, asked: start + ms(asked), heard: start + ms(heard) };
            limit.moment(now).saturating_duration_since(start)
        };
        assert_eq!(moment(5_000_000, 0, 2), ms(2), "nothing better is known");
        assert_eq!(moment(5_500_000, 450, 700), ms(502), "it was asked early and heard late");
        assert_eq!(moment(5_600_000, 600, 601), ms(601), "a reading that is better");
        assert_eq!(moment(5_500_000, 450, 700), ms(501), "by the better one");
        // The latest that is possible, as nobody may start before its time.
        assert_eq!(moment(5_700_500, 701, 704), Duration::from_micros(701_500));
        // Its clock was set back by a second, and forward.
        assert_eq!(moment(4_900_000, 900, 910), ms(910));
        assert_eq!(moment(5_000_000, 950, 1100), ms(1010), "by the new reading");
        assert_eq!(moment(9_000_000, 1200, 1400), ms(1400), "what was heard says that it is no later");
        // After a while clocks may have drifted apart.
        assert_eq!(moment(20_000_000, 12_000, 12_800), ms(12_800));
    }
}
