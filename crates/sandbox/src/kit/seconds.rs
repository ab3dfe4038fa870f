//! Seconds, as switches and faults give them.

use std::time::Duration;

use serde::de::{Deserialize, Deserializer, Error as _};

/// A duration from seconds: zero for a negative number, the longest `Duration` for one that does not fit.
pub(crate) fn seconds(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(Duration::MAX)
}

/// Reads a number of seconds from 0.
pub(crate) fn from_zero<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    let seconds = f64::deserialize(deserializer)?;
    if (0.0..1e10).contains(&seconds) {
        Ok(seconds)
    } else {
        Err(D::Error::custom(format!("invalid number of seconds: expected one from 0, found {seconds}")))
    }
}
