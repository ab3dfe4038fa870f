//! A rate limit in a key.

use std::fmt;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use ::redis::Script;
use segno_core::BoxFuture;
use segno_core::auth::Reason;
use segno_core::client::{LimitError, RateLimit};

use crate::{Redis, RedisError};

static LIMIT: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("limit.lua")));

/// The longest time that is sent, in microseconds: 31 years.
const MOST: u64 = 1_000_000_000_000_000;

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
    async fn ask(&self, values: &[String]) -> Result<(bool, Duration), LimitError> {
        let asked = self.server.run::<(i64, i64)>(&LIMIT, &self.key, values).await;
        let (given, wait) = asked.map_err(|error| self.failed(error))?;
        let wait = u64::try_from(wait).map_err(|_| self.failed(self.server.odd(&self.key)))?;
        Ok((given == 1, Duration::from_micros(wait)))
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
                (true, wait) => Ok(wait),
                (false, wait) => Err(LimitError::TooFar(wait)),
            }
        })
    }

    fn hold(&self, now: Instant, until: Instant) -> BoxFuture<'_, Result<(), LimitError>> {
        let wait = micros(until.saturating_duration_since(now)).to_string();
        Box::pin(async move { self.ask(&["hold".into(), wait]).await.map(drop) })
    }

    fn held(&self, _: Instant) -> BoxFuture<'_, Result<Duration, LimitError>> {
        Box::pin(async move { self.ask(&["held".into()]).await.map(|(_, wait)| wait) })
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
