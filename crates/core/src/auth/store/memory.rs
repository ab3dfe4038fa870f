//! Tokens that end with the process.

use std::sync::{Arc, Mutex, PoisonError};

use super::{Lease, Record, StoreError, Swapped, TokenStore};
use crate::BoxFuture;

/// Keeps tokens in memory: for tests, for tokens of the program itself, and for logins that may end with the process.
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
        let record = Record { version: 1, token: Some(token), issued: Vec::new() };
        Self { record: Mutex::new(record), lease: Arc::default() }
    }
}

impl TokenStore for MemoryStore {
    fn load(&self) -> BoxFuture<'_, Result<Record, StoreError>> {
        let record = self.record.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Box::pin(std::future::ready(Ok(record)))
    }

    fn swap(&self, next: Record) -> BoxFuture<'_, Result<Swapped, StoreError>> {
        let mut record = self.record.lock().unwrap_or_else(PoisonError::into_inner);
        let swapped = if record.version + 1 == next.version {
            *record = next;
            Swapped::Done
        } else {
            Swapped::Conflict(record.clone())
        };
        Box::pin(std::future::ready(Ok(swapped)))
    }

    fn lease(&self) -> BoxFuture<'_, Result<Lease, StoreError>> {
        let lease = Arc::clone(&self.lease);
        Box::pin(async { Ok(Lease::new(lease.lock_owned().await)) })
    }
}
