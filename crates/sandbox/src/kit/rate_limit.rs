//! Limits on requests in a window of time that starts with its first request.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::seconds::from_zero;

/// So many calls in a window; a window starts with its first call.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct RateLimit {
    /// Calls that a window takes.
    pub calls: u32,
    /// Its length in seconds.
    #[serde(deserialize_with = "from_zero")]
    pub window_s: f64,
}

impl RateLimit {
    /// So many calls in a window of so many seconds.
    #[must_use]
    pub fn new(calls: u32, window_s: f64) -> Self {
        Self { calls, window_s }
    }
}

/// The windows under way, by what is counted.
#[derive(Default)]
pub(crate) struct Windows(HashMap<String, Window>);

struct Window {
    start: f64,
    calls: u32,
}

impl Windows {
    /// Counts a call, unless it is one too many; then it is not counted, and the time at which the window ends is given.
    pub(crate) fn count(&mut self, what: &str, limit: RateLimit, now: f64) -> Result<(), f64> {
        self.check(what, limit, now)?;
        let window = self.0.entry(what.to_owned()).or_insert(Window { start: now, calls: 0 });
        if now >= window.start + limit.window_s {
            *window = Window { start: now, calls: 0 };
        }
        window.calls += 1;
        Ok(())
    }

    /// Whether one more call is within the limit; else the time at which the window ends.
    pub(crate) fn check(&self, what: &str, limit: RateLimit, now: f64) -> Result<(), f64> {
        let running = self.0.get(what).filter(|window| now < window.start + limit.window_s);
        let (start, calls) = running.map_or((now, 0), |window| (window.start, window.calls));
        if calls < limit.calls { Ok(()) } else { Err(start + limit.window_s) }
    }
}
