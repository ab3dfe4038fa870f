//! Which deliveries were accepted.

use std::collections::{BTreeSet, HashSet};
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use segno_core::{BoxFuture, Timestamp};

/// One delivery, as a memory knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Delivery {
    /// Its signature as lower-case hexadecimal, which no other delivery has.
    pub signature: String,
    /// When it was verified.
    pub now: Timestamp,
    /// When it is too old to be verified again, so that it can be forgotten.
    pub expires: Timestamp,
}

impl Delivery {
    /// How long it has to be remembered: the time to live of an entry that ends by itself.
    #[must_use]
    pub fn lifetime(&self) -> Duration {
        self.expires.since(self.now)
    }
}

/// A memory that failed: its database is down. In a text for people, without what is secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SeenError(pub String);

/// Remembers which deliveries were accepted, so that none is acted on twice.
///
/// Several processes that receive deliveries share one: over Redis `was_accepted` is `EXISTS` and `accept` is
/// `SET … EX` with the [lifetime](Delivery::lifetime); over SQL they are a `SELECT` and an `INSERT` that takes a row that
/// is there for no error. [`MemorySeen`] is for one process.
pub trait Seen: Send + Sync + 'static {
    /// Whether this delivery was accepted before.
    fn was_accepted<'a>(&'a self, delivery: &'a Delivery) -> BoxFuture<'a, Result<bool, SeenError>>;

    /// Remembers that it was accepted, until it expires. To accept it twice is no error.
    fn accept<'a>(&'a self, delivery: &'a Delivery) -> BoxFuture<'a, Result<(), SeenError>>;
}

/// Remembers in the memory of this process. Only what was signed well gets in, so nobody without the secret can make it
/// grow, and what has expired is forgotten.
#[derive(Default)]
pub struct MemorySeen(Mutex<State>);

#[derive(Default)]
struct State {
    accepted: HashSet<String>,
    by_expiry: BTreeSet<(Timestamp, String)>,
}

impl MemorySeen {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn at<T>(&self, now: Timestamp, work: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some((_, signature)) = state.by_expiry.first().filter(|(expires, _)| *expires < now) {
            let signature = signature.clone();
            state.accepted.remove(&signature);
            state.by_expiry.pop_first();
        }
        work(&mut state)
    }
}

impl Seen for MemorySeen {
    fn was_accepted<'a>(&'a self, delivery: &'a Delivery) -> BoxFuture<'a, Result<bool, SeenError>> {
        let known = self.at(delivery.now, |state| state.accepted.contains(&delivery.signature));
        Box::pin(std::future::ready(Ok(known)))
    }

    fn accept<'a>(&'a self, delivery: &'a Delivery) -> BoxFuture<'a, Result<(), SeenError>> {
        self.at(delivery.now, |state| {
            if state.accepted.insert(delivery.signature.clone()) {
                state.by_expiry.insert((delivery.expires, delivery.signature.clone()));
            }
        });
        Box::pin(std::future::ready(Ok(())))
    }
}

impl fmt::Debug for MemorySeen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MemorySeen")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivery(number: i64, now: i64, expires: i64) -> Delivery {
        let at = |seconds| Timestamp::from_unix_seconds(seconds).unwrap();
        Delivery { signature: format!("{number:064x}"), now: at(now), expires: at(expires) }
    }

    #[tokio::test]
    async fn forgets_what_has_expired() {
        let seen = MemorySeen::new();
        seen.accept(&delivery(1, 100, 400)).await.unwrap();
        assert!(seen.was_accepted(&delivery(1, 400, 400)).await.unwrap());
        assert!(!seen.was_accepted(&delivery(2, 400, 400)).await.unwrap());
        seen.accept(&delivery(2, 401, 500)).await.unwrap();
        seen.accept(&delivery(2, 401, 500)).await.unwrap();
        let state = seen.0.lock().unwrap();
        assert_eq!((state.accepted.len(), state.by_expiry.len()), (1, 1));
    }

    /// A thousand a second for 100 s: all of them are remembered; much later, none.
    #[tokio::test]
    async fn many_deliveries_cost_no_more_each_than_few() {
        let seen = MemorySeen::new();
        for number in 0..100_000 {
            let now = number / 1000;
            let delivery = delivery(number, now, now + 300);
            assert!(!seen.was_accepted(&delivery).await.unwrap());
            seen.accept(&delivery).await.unwrap();
        }
        assert_eq!(seen.0.lock().unwrap().accepted.len(), 100_000);
        assert!(!seen.was_accepted(&delivery(0, 1000, 1300)).await.unwrap());
        let state = seen.0.lock().unwrap();
        assert_eq!((state.accepted.len(), state.by_expiry.len()), (0, 0));
    }
}
