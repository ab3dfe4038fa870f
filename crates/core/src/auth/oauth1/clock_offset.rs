//! How far the clock of this computer is from that of the service, learned from a refusal.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use http::header::DATE;

use crate::client::authorize::Rejection;
use crate::time::{Clock, Timestamp};

/// A difference below this is no reason to refuse a timestamp, in seconds: servers allow for minutes.
const LEAST: i64 = 30;

/// What was learned of a service's clock. Clones share it.
#[derive(Clone, Default)]
pub(super) struct ClockOffset(Arc<Mutex<Option<i64>>>);

impl ClockOffset {
    /// Seconds to add to the clock of this computer, once that is known.
    pub(super) fn seconds(&self) -> Option<i64> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The time for a signature, and whether it is a corrected one.
    pub(super) fn now(&self, clock: &dyn Clock) -> (i64, bool) {
        let offset = self.seconds();
        (clock.wall().unix_seconds().saturating_add(offset.unwrap_or_default()), offset.is_some())
    }

    /// After a refusal: whether it was for the timestamp, and another attempt with a corrected one may succeed. It is learned
    /// once, from the `Date` of the response; a corrected timestamp that is refused is not corrected again.
    pub(super) fn learn(&self, rejection: &Rejection<'_>, was_corrected: bool) -> bool {
        if was_corrected || !is_about_timestamp(rejection) {
            return false;
        }
        let mut offset = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Another request has learned it in the meantime.
        if offset.is_some() {
            return true;
        }
        let date = rejection.headers.get(DATE).and_then(|date| date.to_str().ok());
        let Some(date) = date.and_then(|date| httpdate::parse_http_date(date).ok()) else { return false };
        let seconds = Timestamp::from(date).unix_seconds() - rejection.clock.wall().unix_seconds();
        if seconds.abs() < LEAST {
            return false;
        }
        *offset = Some(seconds);
        let side = if seconds > 0 { "behind" } else { "ahead of" };
        tracing::warn!(
            offset_s = seconds,
            "the clock of this computer is {} s {side} that of the service, which refused a timestamp; signatures of this \
             process use the service's time from now on",
            seconds.unsigned_abs()
        );
        true
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
