//! The log of accepted deliveries.

use std::collections::{BTreeSet, HashSet};
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use segno_core::{BoxFuture, Timestamp};

/// An entry of a [`DeliveryLog`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Delivery {
    /// Its signature in lower-case hexadecimal, unique to it.
    pub signature: String,
    /// The time of its verification.
    pub now: Timestamp,
    /// From when on it is too old to be verified again, so that it can be removed.
    pub expires: Timestamp,
}

impl Delivery {
    /// How long it has to be kept: the time to live of its entry.
    #[must_use]
    pub fn lifetime(&self) -> Duration {
        self.expires.since(self.now)
    }
}

/// A log that failed, such as when its database is down. The message must contain no secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct DeliveryLogError(String);

impl DeliveryLogError {
    /// With a message of the log's own.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

/// Keeps which deliveries were accepted, so that each is processed once.
///
/// Several processes that receive deliveries share one: over Redis `was_accepted` is `EXISTS` and `accept` is
/// `SET … EX` with the [lifetime](Delivery::lifetime); over SQL they are a `SELECT` and an `INSERT` that ignores
/// duplicates. [`MemoryDeliveryLog`] is for one process.
pub trait DeliveryLog: Send + Sync + 'static {
    /// Whether this delivery was accepted before.
    fn was_accepted<'a>(&'a self, delivery: &'a Delivery) -> BoxFuture<'a, Result<bool, DeliveryLogError>>;

    /// Keeps that it was accepted, until it expires. Accepting it twice is not an error.
    fn accept<'a>(&'a self, delivery: &'a Delivery) -> BoxFuture<'a, Result<(), DeliveryLogError>>;
}

/// A log in the memory of this process. Only validly signed deliveries enter it, so only the service can make it grow, and
/// expired ones are removed.
#[derive(Default)]
pub struct MemoryDeliveryLog(Mutex<State>);

#[derive(Default)]
struct State {
    accepted: HashSet<String>,
    by_expiry: BTreeSet<(Timestamp, String)>,
}

impl MemoryDeliveryLog {
    /// A log without entries.
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

impl DeliveryLog for MemoryDeliveryLog {
    fn was_accepted<'a>(&'a self, delivery: &'a Delivery) -> BoxFuture<'a, Result<bool, DeliveryLogError>> {
        let known = self.at(delivery.now, |state| state.accepted.contains(&delivery.signature));
        Box::pin(std::future::ready(Ok(known)))
    }

    fn accept<'a>(&'a self, delivery: &'a Delivery) -> BoxFuture<'a, Result<(), DeliveryLogError>> {
        self.at(delivery.now, |state| {
            if state.accepted.insert(delivery.signature.clone()) {
                state.by_expiry.insert((delivery.expires, delivery.signature.clone()));
            }
        });
        Box::pin(std::future::ready(Ok(())))
    }
}

impl fmt::Debug for MemoryDeliveryLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MemoryDeliveryLog")
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
    async fn expired_deliveries_are_removed() {
        let log = MemoryDeliveryLog::new();
        log.accept(&delivery(1, 100, 400)).await.unwrap();
        assert!(log.was_accepted(&delivery(1, 400, 400)).await.unwrap());
        assert!(!log.was_accepted(&delivery(2, 400, 400)).await.unwrap());
        log.accept(&delivery(2, 401, 500)).await.unwrap();
        log.accept(&delivery(2, 401, 500)).await.unwrap();
        let state = log.0.lock().unwrap();
        assert_eq!((state.accepted.len(), state.by_expiry.len()), (1, 1));
    }

    /// A thousand a second for 100 s: all of them are kept; much later, none is.
    #[tokio::test]
    async fn many_deliveries_cost_no_more_each_than_few() {
        let log = MemoryDeliveryLog::new();
        for number in 0..100_000 {
            let now = number / 1000;
            let delivery = delivery(number, now, now + 300);
            assert!(!log.was_accepted(&delivery).await.unwrap());
            log.accept(&delivery).await.unwrap();
        }
        assert_eq!(log.0.lock().unwrap().accepted.len(), 100_000);
        assert!(!log.was_accepted(&delivery(0, 1000, 1300)).await.unwrap());
        let state = log.0.lock().unwrap();
        assert_eq!((state.accepted.len(), state.by_expiry.len()), (0, 0));
    }
}
