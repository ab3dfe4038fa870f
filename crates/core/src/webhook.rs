//! Memory of the webhook deliveries that were accepted, so that each is processed once.

use std::collections::{BTreeSet, HashSet};
use std::fmt;
use std::future::ready;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::{BoxFuture, Timestamp};

/// A delivery, as [`Seen`] knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Delivery {
    /// Its signature in lower-case hexadecimal, or what else it alone has.
    pub signature: String,
    /// The time of its verification.
    pub now: Timestamp,
    /// From when on it is too old to be verified again, so that it can be forgotten.
    pub expires: Timestamp,
}

impl Delivery {
    /// A delivery that was verified at `now`.
    pub fn new(signature: impl Into<String>, now: Timestamp, expires: Timestamp) -> Self {
        Self { signature: signature.into(), now, expires }
    }

    /// How long it has to be kept: the time to live of its entry.
    #[must_use]
    pub fn lifetime(&self) -> Duration {
        self.expires.since(self.now)
    }
}

/// A memory that failed, such as when its database is down. The message must contain no secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SeenError(String);

impl SeenError {
    /// With a message of the memory's own.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

/// Remembers which deliveries were accepted. [`MemorySeen`] is for one process; several processes that receive deliveries share
/// one: `segno-redis` has it over Redis, `segno-postgres` over PostgreSQL.
///
/// # The contract
///
/// * [`was_accepted`](Seen::was_accepted) is true from the end of [`accept`](Seen::accept) on, in all processes, for as long as the
///   delivery can be verified again ([`Delivery::lifetime`]). After that it may be forgotten.
/// * To accept a delivery twice is not an error.
/// * Both end in a few seconds. What cannot be asked is an error, never "no": the delivery comes again.
///
/// `segno_core::testing::seen_contract` tries this on a memory.
pub trait Seen: Send + Sync + 'static {
    /// Whether this delivery was accepted before.
    fn was_accepted<'a>(&'a self, delivery: &'a Delivery) -> BoxFuture<'a, Result<bool, SeenError>>;

    /// Keeps that it was accepted, until it expires.
    fn accept<'a>(&'a self, delivery: &'a Delivery) -> BoxFuture<'a, Result<(), SeenError>>;
}

impl<S: Seen + ?Sized> Seen for Arc<S> {
    fn was_accepted<'a>(&'a self, delivery: &'a Delivery) -> BoxFuture<'a, Result<bool, SeenError>> {
        (**self).was_accepted(delivery)
    }

    fn accept<'a>(&'a self, delivery: &'a Delivery) -> BoxFuture<'a, Result<(), SeenError>> {
        (**self).accept(delivery)
    }
}

/// Deliveries in the memory of this process. Only validly signed ones enter it, so only the service can make it grow, and expired ones
/// are removed.
#[derive(Default)]
pub struct MemorySeen(Mutex<State>);

#[derive(Default)]
struct State {
    accepted: HashSet<String>,
    by_expiry: BTreeSet<(Timestamp, String)>,
}

impl MemorySeen {
    /// A memory without entries.
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
        Box::pin(ready(Ok(known)))
    }

    fn accept<'a>(&'a self, delivery: &'a Delivery) -> BoxFuture<'a, Result<(), SeenError>> {
        self.at(delivery.now, |state| {
            if state.accepted.insert(delivery.signature.clone()) {
                state.by_expiry.insert((delivery.expires, delivery.signature.clone()));
            }
        });
        Box::pin(ready(Ok(())))
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
        Delivery::new(format!("{number:064x}"), at(now), at(expires))
    }

    #[tokio::test]
    async fn expired_deliveries_are_removed() {
        let seen = MemorySeen::new();
        seen.accept(&delivery(1, 100, 400)).await.unwrap();
        assert!(seen.was_accepted(&delivery(1, 400, 400)).await.unwrap());
        assert!(!seen.was_accepted(&delivery(2, 400, 400)).await.unwrap());
        seen.accept(&delivery(2, 401, 500)).await.unwrap();
        seen.accept(&delivery(2, 401, 500)).await.unwrap();
        let state = seen.0.lock().unwrap();
        assert_eq!((state.accepted.len(), state.by_expiry.len()), (1, 1));
    }

    /// A thousand a second for 100 s: all of them are kept; much later, none is.
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
