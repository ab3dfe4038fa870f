//! How many tokens of its own a client may ask for.

use std::time::Duration;

use super::super::AuthError;
use crate::Timestamp;

/// Limits on token requests, all of which must leave room. A request is counted before it is sent, because one whose
/// response was lost counted too.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Quota {
    limits: Vec<QuotaLimit>,
}

/// At most `count` requests in any `window`. Any window is stricter than one that the service begins at a moment of its
/// choice, so the service's count is never exceeded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuotaLimit {
    /// How many requests are sent in one window at most.
    pub count: u32,
    /// How long a window is. It slides: any stretch of this length counts.
    pub window: Duration,
    /// What it is called in errors, such as "50 tokens in 12 hours for one client".
    pub name: &'static str,
}

impl Quota {
    /// No limits.
    #[must_use]
    pub const fn none() -> Self {
        Self { limits: Vec::new() }
    }

    /// These limits.
    #[must_use]
    pub fn new(limits: Vec<QuotaLimit>) -> Self {
        Self { limits }
    }

    /// True if there is no limit.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.limits.is_empty()
    }

    /// Adds a request at `now` to the past ones, which are given in any order and left without those that no longer
    /// count.
    ///
    /// # Errors
    /// [`AuthError::Quota`] if it would break a limit; it is not added then.
    pub fn take(&self, issued: &mut Vec<Timestamp>, now: Timestamp) -> Result<(), AuthError> {
        let longest = self.limits.iter().map(|limit| limit.window).max().unwrap_or_default();
        // A request from the future was noted under a wrong clock: it counts as if it were made now.
        for moment in issued.iter_mut() {
            *moment = (*moment).min(now);
        }
        issued.retain(|moment| now.since(*moment) < longest);
        issued.sort_unstable();
        let mut refusal: Option<(&QuotaLimit, Duration)> = None;
        for limit in &self.limits {
            let counted: Vec<_> = issued.iter().filter(|moment| now.since(**moment) < limit.window).collect();
            let count = usize::try_from(limit.count).unwrap_or(usize::MAX);
            let Some(over) = counted.len().checked_sub(count) else { continue };
            // Room comes when so many of the oldest have left the window that one fits.
            let wait = match counted.get(over) {
                Some(moment) => limit.window.saturating_sub(now.since(**moment)),
                None => limit.window,
            };
            if refusal.is_none_or(|(_, longest)| wait > longest) {
                refusal = Some((limit, wait));
            }
        }
        if let Some((limit, wait)) = refusal {
            return Err(AuthError::Quota { reason: format!("the quota is {}", limit.name), wait });
        }
        if !self.limits.is_empty() {
            issued.push(now);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn quota() -> Quota {
        Quota::new(vec![
            QuotaLimit { count: 50, window: 12 * HOUR, name: "50 in 12 hours" },
            QuotaLimit { count: 30, window: HOUR, name: "30 in one hour" },
        ])
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix_seconds(1_795_000_000 + seconds).unwrap()
    }

    #[test]
    fn the_31st_in_an_hour_waits_until_the_first_is_an_hour_old() {
        let mut issued = Vec::new();
        for second in 0..30 {
            quota().take(&mut issued, at(second)).unwrap();
        }
        let refused = quota().take(&mut issued, at(60)).unwrap_err();
        let wait = Duration::from_secs(3540);
        assert_eq!(refused, AuthError::Quota { reason: "the quota is 30 in one hour".into(), wait });
        assert_eq!(issued.len(), 30, "a refused request does not count");
        quota().take(&mut issued, at(3600)).unwrap();
    }

    #[test]
    fn the_51st_in_twelve_hours_is_refused() {
        let mut issued = Vec::new();
        for hour in 0..50 {
            quota().take(&mut issued, at(hour * 300)).unwrap();
        }
        let refused = quota().take(&mut issued, at(50 * 300)).unwrap_err();
        let wait = 12 * HOUR - Duration::from_secs(15_000);
        assert_eq!(refused, AuthError::Quota { reason: "the quota is 50 in 12 hours".into(), wait });
    }

    #[test]
    fn a_moment_from_the_future_does_not_lock_out_for_good() {
        let mut issued = vec![at(1_000_000_000); 30];
        quota().take(&mut issued, at(0)).unwrap_err();
        quota().take(&mut issued, at(3600)).unwrap();
    }

    proptest! {
        #[test]
        fn never_more_than_30_in_any_hour(gaps in prop::collection::vec(0i64..400, 1..200)) {
            let (mut issued, mut now, mut granted) = (Vec::new(), 0, Vec::new());
            for gap in gaps {
                now += gap;
                if quota().take(&mut issued, at(now)).is_ok() {
                    granted.push(now);
                }
            }
            for window in granted.windows(31) {
                prop_assert!(window[30] - window[0] >= 3600);
            }
            for window in granted.windows(51) {
                prop_assert!(window[50] - window[0] >= 12 * 3600);
            }
        }
    }
}
