//! How far the clock of this computer is from that of the service, learned from a refusal.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use http::header::DATE;

use crate::client::authorize::Rejection;
use crate::time::{Clock, Timestamp};

/// A difference below this is no reason to refuse a timestamp, in seconds: servers allow for minutes.
const LEAST: u64 = 30;

/// What was learned of a service's clock. Clones share it.
#[derive(Clone, Default)]
pub(super) struct ClockOffset(Arc<Mutex<Option<i64>>>);

impl ClockOffset {
    /// Seconds to add to the clock of this computer, once that is known.
    pub(super) fn seconds(&self) -> Option<i64> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The time for a signature.
    pub(super) fn now(&self, clock: &dyn Clock) -> i64 {
        clock.wall().unix_seconds().saturating_add(self.seconds().unwrap_or_default())
    }

    /// After a refusal of a request that was signed at this time: whether it was for the timestamp, and another attempt has
    /// another one. The offset is learned from the `Date` of the response, again if it turns out to be wrong: a response that was
    /// long on its way, or a computer that slept meanwhile, teaches a wrong one. A service that refuses its own time is not
    /// asked again.
    pub(super) fn learn(&self, rejection: &Rejection<'_>, signed_at: i64) -> bool {
        if !is_about_timestamp(rejection) {
            return false;
        }
        let is_other = |time: i64| time.abs_diff(signed_at) >= LEAST;
        let date = rejection.headers.get(DATE).and_then(|date| date.to_str().ok());
        if let Some(date) = date.and_then(|date| httpdate::parse_http_date(date).ok())
            && let date = Timestamp::from(date).unix_seconds()
            && is_other(date)
        {
            self.set(date - rejection.clock.wall().unix_seconds());
        }
        is_other(self.now(rejection.clock))
    }

    fn set(&self, seconds: i64) {
        let learned = Some(seconds).filter(|seconds| seconds.unsigned_abs() >= LEAST);
        let before = {
            let mut offset = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *offset, learned)
        };
        // Others who were refused meanwhile learn the same.
        if before.unwrap_or_default().abs_diff(seconds) < LEAST {
            return;
        }
        let side = if seconds > 0 { "behind" } else { "ahead of" };
        tracing::warn!(
            offset_s = seconds,
            "the clock of this computer is {} s {side} that of the service, which refused a timestamp; signatures of this \
             process use the service's time from now on",
            seconds.unsigned_abs()
        );
    }
}

/// Whether a refusal names the timestamp: `oauth_problem=timestamp_refused` (OAuth Problem Reporting), or in the service's own words.
fn is_about_timestamp(rejection: &Rejection<'_>) -> bool {
    let named = |text: &[u8]| text.to_ascii_lowercase().windows(9).any(|window| window == b"timestamp");
    let challenge = rejection.headers.get_all(http::header::WWW_AUTHENTICATE);
    named(rejection.body) || challenge.iter().any(|value| named(value.as_bytes()))
}

/// What was learned is no part of who a consumer is.
impl PartialEq for ClockOffset {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for ClockOffset {}

impl fmt::Debug for ClockOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClockOffset({:?})", self.seconds())
    }
}

#[cfg(all(test, feature = "testing"))]
mod tests {
    use std::time::{Duration, SystemTime};

    use http::HeaderMap;

    use super::*;
    use crate::Bytes;
    use crate::auth::CredentialVersion;
    use crate::testing::ManualClock;

    const NOW: i64 = 1_795_000_000;

    fn clock(seconds: i64) -> Arc<ManualClock> {
        ManualClock::stopped(Timestamp::from_unix_seconds(seconds).unwrap())
    }

    /// A refusal of the timestamp that the service sent at `date`, read when the computer's clock shows `now`.
    fn learn(offset: &ClockOffset, signed_at: i64, date: i64, now: i64) -> bool {
        let mut headers = HeaderMap::new();
        let date = SystemTime::UNIX_EPOCH + Duration::from_secs(date.unsigned_abs());
        headers.insert(DATE, httpdate::fmt_http_date(date).parse().unwrap());
        let body = Bytes::from_static(b"oauth_problem=timestamp_refused");
        let clock = clock(now);
        let version = CredentialVersion::default();
        offset.learn(&Rejection { version, headers: &headers, body: &body, clock: &*clock }, signed_at)
    }

    #[test]
    fn what_was_learned_from_a_late_response_is_learned_anew() {
        let offset = ClockOffset::default();
        // The clock is right, and the response was an hour on its way.
        assert!(learn(&offset, NOW - 3600, NOW, NOW + 3600));
        assert_eq!(offset.seconds(), Some(-3600));
        let signed_at = offset.now(&*clock(NOW + 3610));
        assert_eq!(signed_at, NOW + 10);
        assert!(learn(&offset, signed_at, NOW + 3610, NOW + 3610));
        assert_eq!(offset.seconds(), None);
    }

    #[test]
    fn what_was_signed_before_the_computer_slept_is_signed_again() {
        let offset = ClockOffset::default();
        assert!(learn(&offset, NOW - 3600, NOW, NOW));
        assert_eq!(offset.seconds(), None);
    }

    #[test]
    fn a_service_that_refuses_its_own_time_is_not_asked_again() {
        let offset = ClockOffset::default();
        assert!(!learn(&offset, NOW, NOW, NOW));
        assert!(learn(&offset, NOW + 7200, NOW, NOW + 7200));
        assert_eq!(offset.seconds(), Some(-7200));
        assert!(!learn(&offset, NOW, NOW, NOW + 7200));
        assert_eq!(offset.seconds(), Some(-7200));
        // Who signed before that learns it from the others.
        assert!(learn(&offset, NOW + 7200, NOW, NOW + 7200));
    }
}
