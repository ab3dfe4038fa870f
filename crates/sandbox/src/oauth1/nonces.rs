//! What was used once.

use std::collections::{HashSet, VecDeque};

/// What makes a request one of a kind (RFC 5849 section 3.3).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct NonceKey {
    pub(crate) consumer: String,
    /// Empty without one.
    pub(crate) token: String,
    pub(crate) timestamp: u64,
    pub(crate) nonce: String,
}

/// The nonces of a while.
#[derive(Debug, Default)]
pub(crate) struct Nonces {
    used: HashSet<NonceKey>,
    /// When to forget them, in the order in which they came.
    order: VecDeque<(f64, NonceKey)>,
}

impl Nonces {
    /// Remembers one for so many seconds; false if it is remembered already.
    pub(crate) fn take(&mut self, key: NonceKey, now: f64, for_s: f64) -> bool {
        while let Some((until, old)) = self.order.front() {
            if *until >= now {
                break;
            }
            self.used.remove(old);
            self.order.pop_front();
        }
        let new = self.used.insert(key.clone());
        if new {
            self.order.push_back((now + for_s, key));
        }
        new
    }
}
