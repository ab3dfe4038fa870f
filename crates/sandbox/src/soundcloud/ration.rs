//! The limits on tokens that applications get for themselves.

use super::store::Store;
use super::switches::Switches;
use crate::kit::RateLimit;

/// A limit that is exceeded.
pub(super) struct Exceeded {
    pub(super) limit: RateLimit,
    pub(super) bucket: &'static str,
    /// When its window ends.
    pub(super) reset: u64,
}

/// Counts a token that an application gets for itself. What is refused for one limit is not counted for the other.
pub(super) fn ration(
    store: &mut Store,
    switches: &Switches,
    client_id: &str,
    now: f64,
) -> Result<(), Exceeded> {
    let limits = [
        (format!("tokens of {client_id}"), switches.client_credentials_per_12h, 43_200.0, "by-client"),
        ("tokens of an IP".to_owned(), switches.client_credentials_per_1h, 3_600.0, "by-ip"),
    ];
    let limits =
        limits.map(|(name, calls, window_s, bucket)| (name, RateLimit::new(calls, window_s), bucket));
    let exceeded = |limit, bucket| move |end: f64| Exceeded { limit, bucket, reset: end.ceil() as u64 };
    for (name, limit, bucket) in &limits {
        store.windows.check(name, *limit, now).map_err(exceeded(*limit, *bucket))?;
    }
    for (name, limit, bucket) in &limits {
        store.windows.count(name, *limit, now).map_err(exceeded(*limit, *bucket))?;
    }
    Ok(())
}
