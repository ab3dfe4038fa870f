//! What was accepted already.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use segno_core::Timestamp;

/// The signatures that were accepted, until their time is out of the window anyway. Only what is signed well gets in,
/// so nobody without the secret can make it grow.
#[derive(Debug, Default)]
pub(super) struct Seen(Mutex<BTreeMap<[u8; 32], Timestamp>>);

impl Seen {
    /// True the first time; remembers it until it expires.
    pub(super) fn is_new(&self, signature: [u8; 32], expires: Timestamp, now: Timestamp) -> bool {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.retain(|_, expires| *expires >= now);
        seen.insert(signature, expires).is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forgets_what_has_expired() {
        let at = |seconds| Timestamp::from_unix_seconds(seconds).unwrap();
        let seen = Seen::default();
        assert!(seen.is_new([1; 32], at(400), at(100)));
        assert!(!seen.is_new([1; 32], at(400), at(400)));
        assert!(seen.is_new([2; 32], at(500), at(401)));
        assert_eq!(seen.0.lock().unwrap().len(), 1);
    }
}
