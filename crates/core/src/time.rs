//! Time, sleep and randomness behind one seam, so that tests neither wait nor guess.

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::str::FromStr;
use std::task::Poll;
use std::time::{Duration, Instant, SystemTime};

use crate::BoxFuture;

/// Where the crate gets the time, its pauses and its random numbers from.
pub trait Clock: Send + Sync + 'static {
    /// Monotonic time: for deadlines, limits and the age of tokens.
    fn now(&self) -> Instant;
    /// Wall time: for OAuth 1.0a timestamps and `Retry-After` dates.
    fn wall(&self) -> Timestamp;
    /// Resolves after `duration`.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()>;
    /// Whether [`sleep`](Clock::sleep) can be used here. Asked before a call, so that it fails instead of panicking.
    ///
    /// # Errors
    /// What is missing.
    fn ready(&self) -> Result<(), RuntimeError> {
        Ok(())
    }
    /// 64 random bits from a source that nobody can predict: nonces, verifiers and boundaries are made of them.
    fn random(&self) -> u64;
}

/// What is missing where a call was made: a Tokio runtime, or its timers or sockets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct RuntimeError(pub &'static str);

impl RuntimeError {
    pub(crate) const NO_RUNTIME: Self =
        Self("there is no Tokio runtime here; call from within one, such as #[tokio::main]");
    #[cfg(feature = "hyper")]
    pub(crate) const NO_SOCKETS: Self = Self("this Tokio runtime has no sockets; build it with enable_all()");
}

/// Resolves with `work`, or with `None` once `limit` is over.
pub(crate) async fn timeout<T>(work: impl Future<Output = T>, limit: impl Future<Output = ()>) -> Option<T> {
    let (mut work, mut limit) = (pin!(work), pin!(limit));
    poll_fn(|cx| {
        if let Poll::Ready(value) = work.as_mut().poll(cx) {
            return Poll::Ready(Some(value));
        }
        limit.as_mut().poll(cx).map(|()| None)
    })
    .await
}

/// The shortest and the longest pause before a server that is away is asked again.
const AGAIN: (Duration, Duration) = (Duration::from_millis(20), Duration::from_secs(1));

/// Asks, and asks again after growing pauses while the failure is a passing one and `patience` is not over: for what stands on a
/// server of one's own, such as a database, that may be restarting. Gives the last failure.
pub async fn retry_within<T, E, F>(
    clock: &dyn Clock,
    patience: Duration,
    is_passing: impl Fn(&E) -> bool,
    mut ask: impl FnMut() -> F,
) -> Result<T, E>
where
    F: Future<Output = Result<T, E>>,
{
    let start = clock.now();
    let mut pause = AGAIN.0;
    loop {
        let error = match ask().await {
            Err(error) if is_passing(&error) => error,
            outcome => return outcome,
        };
        if clock.now().saturating_duration_since(start).saturating_add(pause) > patience {
            return Err(error);
        }
        // Between half of the pause and the whole, so that many processes do not come back together.
        let part = clock.random() as f64 / u64::MAX as f64;
        clock.sleep(pause.mul_f64(0.5 + part / 2.0)).await;
        pause = (pause * 2).min(AGAIN.1);
    }
}

impl fmt::Debug for dyn Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

/// The real clock: the system's time, tokio's timer, the operating system's randomness.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn wall(&self) -> Timestamp {
        Timestamp::from(SystemTime::now())
    }

    #[allow(clippy::disallowed_methods)] // This is the one place that may wait.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }

    fn ready(&self) -> Result<(), RuntimeError> {
        if tokio::runtime::Handle::try_current().is_err() {
            return Err(RuntimeError::NO_RUNTIME);
        }
        // Nothing tells whether a runtime has timers but the attempt to make one.
        #[allow(clippy::disallowed_methods)]
        std::panic::catch_unwind(|| drop(tokio::time::sleep(Duration::ZERO)))
            .map_err(|_| RuntimeError("this Tokio runtime has no timers; build it with enable_all()"))
    }

    fn random(&self) -> u64 {
        // Without the system's randomness there is no safe nonce. A generator seeded from addresses and time keeps
        // requests apart, which is all that a boundary or a jitter needs; such systems do not exist in practice.
        getrandom::u64().unwrap_or_else(|_| fastrand::u64(..))
    }
}

/// A moment of wall time, in nanoseconds since 1970-01-01T00:00:00Z. Reads and prints RFC 3339.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(jiff::Timestamp);

impl Timestamp {
    /// From whole seconds since 1970; `None` outside the years -9999 to 9999.
    #[must_use]
    pub fn from_unix_seconds(seconds: i64) -> Option<Self> {
        jiff::Timestamp::from_second(seconds).ok().map(Self)
    }

    /// Whole seconds since 1970, rounded towards zero.
    #[must_use]
    pub fn unix_seconds(self) -> i64 {
        self.0.as_second()
    }

    /// A date in another usual form: RFC 3339 with a blank or without a zone (which is then taken for UTC), RFC 2822.
    pub(crate) fn lenient(text: &str) -> Option<Self> {
        let utc = |date: jiff::civil::DateTime| date.to_zoned(jiff::tz::TimeZone::UTC).ok();
        // What begins with a number alone is no date: jiff would take `2026` apart otherwise.
        let dated = text.get(4..5) == Some("-");
        let parsed = text.parse::<jiff::Timestamp>().ok().filter(|_| dated);
        let parsed = parsed
            .or_else(|| text.parse().ok().filter(|_| dated).and_then(utc).map(|zoned| zoned.timestamp()))
            .or_else(|| jiff::fmt::rfc2822::parse(text).ok().map(|zoned| zoned.timestamp()));
        parsed.map(Self)
    }

    /// The time from `earlier` to this moment; zero if `earlier` is not earlier.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::try_from(self.0.duration_since(earlier.0)).unwrap_or(Duration::ZERO)
    }

    /// This moment moved into the future, at most to the end of the year 9999.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(duration).unwrap_or(jiff::Timestamp::MAX))
    }
}

impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        Self(jiff::Timestamp::try_from(time).unwrap_or(jiff::Timestamp::MAX))
    }
}

impl From<Timestamp> for SystemTime {
    fn from(timestamp: Timestamp) -> Self {
        timestamp.0.into()
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The text is not a time in RFC 3339, such as `2026-11-21T20:15:00Z`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a time such as 2026-11-21T20:15:00Z")]
pub struct TimestampError;

impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, TimestampError> {
        text.parse().map(Self).map_err(|_| TimestampError)
    }
}

impl serde::Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Timestamp {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_prints_rfc_3339() {
        let moment: Timestamp = "2026-11-21T21:15:00+01:00".parse().unwrap();
        assert_eq!(moment.to_string(), "2026-11-21T20:15:00Z");
        assert_eq!(moment, Timestamp::from_unix_seconds(1_795_292_100).unwrap());
        assert_eq!("yesterday".parse::<Timestamp>(), Err(TimestampError));
    }

    #[test]
    fn differences_never_go_negative() {
        let early = Timestamp::from_unix_seconds(100).unwrap();
        assert_eq!(early.plus(Duration::from_secs(5)).since(early), Duration::from_secs(5));
        assert_eq!(early.since(early.plus(Duration::from_secs(5))), Duration::ZERO);
        assert_eq!(Timestamp::from_unix_seconds(i64::MAX), None);
    }
}
