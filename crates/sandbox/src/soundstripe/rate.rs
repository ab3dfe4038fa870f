//! The rate limit: so many requests in any one-second window, per key.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

const WINDOW: Duration = Duration::from_secs(1);

/// When each account's requests of the last second came.
#[derive(Default)]
pub(super) struct Rate(HashMap<usize, VecDeque<Duration>>);

impl Rate {
    /// Counts a request, unless it is one too many; then it does not count, and the wait until one is let in is given.
    pub(super) fn count(&mut self, account: usize, limit: u32, now: Duration) -> Option<Duration> {
        let window = self.0.entry(account).or_default();
        while window.front().is_some_and(|&at| now.saturating_sub(at) >= WINDOW) {
            window.pop_front();
        }
        if window.len() >= limit as usize {
            return Some(window.front().map_or(WINDOW, |&at| (at + WINDOW).saturating_sub(now)));
        }
        window.push_back(now);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_slides() {
        let at = Duration::from_millis;
        let mut rate = Rate::default();
        for request in 0..25 {
            assert_eq!(rate.count(0, 25, at(request * 10)), None);
        }
        assert_eq!(rate.count(0, 25, at(250)), Some(at(750)));
        assert_eq!(rate.count(1, 25, at(250)), None);
        assert_eq!(rate.count(0, 25, at(999)), Some(at(1)));
        assert_eq!(rate.count(0, 25, at(1000)), None);
        assert_eq!(rate.count(0, 25, at(1000)), Some(at(10)));
        assert_eq!(rate.count(0, 25, at(1010)), None);
    }
}
