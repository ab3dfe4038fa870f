//! Tokens that end with the process.

use std::sync::{Arc, Mutex, PoisonError};

use super::{Lease, Record, StoreError, Swapped, TokenStore};
use crate::BoxFuture;

/// Keeps tokens in memory: for tests, for tokens of the client itself, and for logins that may end with the process.
#[derive(Debug, Default)]
pub struct MemoryStore {
    record: Mutex<Record>,
    lease: Arc<tokio::sync::Mutex<()>>,
}

impl MemoryStore {
    /// A store with nothing in it.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A store with a token that was kept elsewhere.
    #[must_use]
    pub fn with(token: super::Token) -> Self {
        Self { record: Mutex::new(Record::default().with(Some(token))), lease: Arc::default() }
    }
}

impl TokenStore for MemoryStore {
    fn load(&self) -> BoxFuture<'_, Result<Record, StoreError>> {
        let record = self.record.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Box::pin(std::future::ready(Ok(record)))
    }

    fn swap(&self, next: Record) -> BoxFuture<'_, Result<Swapped, StoreError>> {
        let mut record = self.record.lock().unwrap_or_else(PoisonError::into_inner);
        let swapped = next.follows(&record).map(|follows| {
            if !follows {
                return Swapped::Conflict(record.clone());
            }
            *record = next;
            Swapped::Done
        });
        Box::pin(std::future::ready(swapped))
    }

    fn lease(&self) -> BoxFuture<'_, Result<Lease, StoreError>> {
        let lease = Arc::clone(&self.lease);
        Box::pin(async { Ok(Lease::new(lease.lock_owned().await)) })
    }

    /// Memory has room, as long as there is a next version.
    fn reserve(&self, _: Record) -> BoxFuture<'_, Result<Record, StoreError>> {
        let record = self.record.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let outcome = record.with(None).follows(&record).map(|_| record);
        Box::pin(std::future::ready(outcome))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::store::Token;

    #[tokio::test]
    async fn the_last_version_has_no_successor() {
        let mut last = Record::default().with(Some(Token::new("1")));
        last.version = u64::MAX;
        let store = MemoryStore { record: Mutex::new(last.clone()), ..MemoryStore::new() };
        let exhausted = StoreError::Exhausted(u64::MAX);
        assert_eq!(
            store.reserve(last.clone()).await.unwrap_err(),
            exhausted,
            "known before anything is spent"
        );
        assert_eq!(store.swap(last.with(None)).await.unwrap_err(), exhausted);
    }
}
