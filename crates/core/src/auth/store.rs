//! Where tokens are kept, so that a login outlives a process and many processes can share one.
//!
//! Refresh tokens may work once. Whoever spends one must save its successor before anybody uses it, and nobody else may
//! spend it meanwhile. A store gives the two means for that: a [lease](TokenStore::lease) that one refresher at a time
//! holds, and a [swap](TokenStore::swap) that never overwrites what it has not seen.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::oauth2::Token;
use crate::{BoxFuture, Secret, Timestamp};

mod file;
mod memory;

pub use file::FileStore;
pub use memory::MemoryStore;

/// Keeps the tokens of one login. A program with many logins has a store for each: a file each, or a row each.
///
/// In a database: one row with a number `version` and a text `record` ([`Record::to_json`], encrypted if you like).
///
/// * `load`: `SELECT record`; no row is [`Record::default`].
/// * `swap`: `UPDATE … SET version = $next.version, record = $text WHERE version = $next.version - 1`, or an `INSERT`
///   that fails on conflict where `$next.version` is 1; no row changed means [`Swapped::Conflict`].
/// * `lease`: an advisory lock of the database held by a connection, or a row `leased_until` that is taken with a
///   conditional `UPDATE`. A lease must end by itself when its holder dies; a minute is long enough. If it ends too
///   early, `swap` still keeps the record whole.
pub trait TokenStore: Send + Sync + 'static {
    /// What is kept now.
    fn load(&self) -> BoxFuture<'_, Result<Record, StoreError>>;

    /// Keeps `next` if what is kept now has the version before it, and has it safe when the future resolves.
    fn swap(&self, next: Record) -> BoxFuture<'_, Result<Swapped, StoreError>>;

    /// Waits until no other refresher is at work, in this process or another, and keeps the others waiting until the
    /// lease is dropped.
    fn lease(&self) -> BoxFuture<'_, Result<Lease, StoreError>>;
}

impl<S: TokenStore + ?Sized> TokenStore for Arc<S> {
    fn load(&self) -> BoxFuture<'_, Result<Record, StoreError>> {
        (**self).load()
    }

    fn swap(&self, next: Record) -> BoxFuture<'_, Result<Swapped, StoreError>> {
        (**self).swap(next)
    }

    fn lease(&self) -> BoxFuture<'_, Result<Lease, StoreError>> {
        (**self).lease()
    }
}

/// The right to refresh. It ends on drop.
pub struct Lease {
    _held: Box<dyn Any + Send>,
}

impl Lease {
    /// A lease that ends when `held` is dropped.
    pub fn new(held: impl Any + Send) -> Self {
        Self { _held: Box::new(held) }
    }
}

impl fmt::Debug for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lease")
    }
}

/// What a store keeps.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Counts the changes; 0 if nothing was ever kept.
    pub version: u64,
    /// The token; `None` if nobody is logged in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<Token>,
    /// When the program asked for tokens of its own, as far as its quota still counts it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub issued: Vec<Timestamp>,
}

impl Record {
    /// The successor of this record, with another token.
    #[must_use]
    pub fn with(&self, token: Option<Token>) -> Self {
        Self { version: self.version + 1, token, issued: self.issued.clone() }
    }

    /// As JSON, for a store that keeps text.
    #[must_use]
    pub fn to_json(&self) -> Secret {
        serde_json::to_string(self).map(Secret::new).unwrap_or_default()
    }

    /// From JSON.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if it is none.
    pub fn from_json(text: &[u8]) -> Result<Self, StoreError> {
        // serde_json quotes what it does not like, and here everything is secret: only the place is told.
        serde_json::from_slice(text)
            .map_err(|error| StoreError::Damaged { line: error.line(), column: error.column() })
    }
}

/// Whether a swap took place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Swapped {
    /// The record is kept.
    Done,
    /// Somebody changed it before; this is what is kept.
    Conflict(Record),
}

/// A store that failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Reading or writing failed.
    #[error("{0}")]
    Io(String),
    /// What is kept is not a record.
    #[error("what is kept is no record (line {line}, column {column}); move it away and log in again")]
    Damaged {
        /// The line where reading stopped, from 1.
        line: usize,
        /// The column where reading stopped.
        column: usize,
    },
    /// Others may read the file.
    #[error("{path} may be read by others (mode {mode:o}); run chmod 600 on it")]
    Exposed {
        /// The file.
        path: String,
        /// Its permissions.
        mode: u32,
    },
    /// Another refresher holds the lease for too long.
    #[error("another process holds the lease for longer than {0} s")]
    Busy(u64),
    /// Anything else, in the words of the store.
    #[error("{0}")]
    Other(String),
}

impl From<std::io::Error> for StoreError {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error.to_string())
    }
}

/// The bytes of a record, wiped after use.
fn bytes(record: &Record) -> Result<Zeroizing<Vec<u8>>, StoreError> {
    serde_json::to_vec(record).map(Zeroizing::new).map_err(|error| StoreError::Other(error.to_string()))
}

#[cfg(test)]
mod tests;
