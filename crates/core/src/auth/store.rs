//! Where tokens are kept, so that a login outlives a process and many processes can share one.
//!
//! Refresh tokens may work once. Whoever spends one must save its successor before anybody uses it, nobody else may
//! spend it meanwhile, and it must be known beforehand that the successor can be saved. A store gives the means: a
//! [lease](TokenStore::lease) that one refresher at a time holds, a [reservation](TokenStore::reserve) that is made
//! before the token is spent, and a [swap](TokenStore::swap) that never overwrites what it has not seen.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::Reason;
use crate::{BoxFuture, Secret, Timestamp};

mod envelope;
mod file;
#[cfg(feature = "encryption")]
mod keyring;
mod lease;
mod memory;
mod token;

pub use envelope::Envelope;
pub use file::FileStore;
#[cfg(feature = "encryption")]
pub use keyring::{Keyring, KeyringError};
pub use lease::{Lease, take_lease};
pub use memory::MemoryStore;
pub use token::Token;
#[cfg(feature = "oauth2")]
pub(super) use token::lifetime;

/// How long a lease lasts at most: 45 s, less than the 60 s that a call has by default, so that whoever waits behind a
/// crashed holder still gets a token in time. A token source asks the server for at most 30 s of it and has the rest to save.
pub const LEASE: Duration = Duration::from_secs(45);

/// Keeps the tokens of one login. A service with many users has a store for each: a file each, or a row each.
///
/// # The contract
///
/// * [`load`](TokenStore::load) gives what the last successful swap kept, by this process or another. Nothing kept is
///   [`Record::default`], not an error. It waits for no lease.
/// * [`swap`](TokenStore::swap) keeps the record if it [follows](Record::follows) what is kept, in one step, and has it
///   safe when it resolves. Of many at once one wins; the others are told what is kept now.
/// * [`lease`](TokenStore::lease) is held by one at a time, over all processes. It ends when its holder releases it, and
///   by itself after [`LEASE`] when the holder died. If it ends too early, `swap` still keeps the record whole.
/// * A swap of just what is kept already may be done: the response to the one that kept it was lost.
/// * [`reserve`](TokenStore::reserve) fails if a swap would fail: nothing is spent then.
/// * Each of them ends by itself in a few seconds (a lease: in [`LEASE`]); a store behind a network has timeouts.
/// * A token is read back letter by letter, whatever its length. Errors say where (a path, a key) and show no token.
///
/// `segno_core::testing::token_store_contract` tries all of this on a store.
///
/// # A store over a database
///
/// `segno-redis` and `segno-postgres` are such stores. Over another database: one row with a number `version` and a text `record`
/// ([`Record::to_json`], or encrypted by a `Keyring`).
///
/// * `load`: `SELECT record`; no row is [`Record::default`].
/// * `swap`: `UPDATE … SET version = $next.version, record = $text WHERE version = $next.version - 1`, or an `INSERT`
///   that fails on conflict where `$next.version` is 1; no row changed means [`Swapped::Conflict`].
/// * `lease`: an advisory lock that a connection holds, or a row `leased_until` that is taken with a conditional
///   `UPDATE` and ends after [`LEASE`]. To wait for it is [`take_lease`], to give it back
///   is a request, too: [`Lease::with_release`].
/// * `reserve`: the default writes the record anew, which finds a full disk and a read-only replica.
#[doc(alias("database", "session", "refresh token"))]
pub trait TokenStore: Send + Sync + 'static {
    /// What is kept now.
    fn load(&self) -> BoxFuture<'_, Result<Record, StoreError>>;

    /// Keeps `next` if it follows what is kept now, and has it safe when the future resolves.
    fn swap(&self, next: Record) -> BoxFuture<'_, Result<Swapped, StoreError>>;

    /// Waits until no other refresher is at work, in this process or another, and keeps the others waiting until the
    /// lease is released. Who drops the future no longer waits.
    fn lease(&self) -> BoxFuture<'_, Result<Lease, StoreError>>;

    /// Makes sure that a successor of `record`, which was loaded under the lease, can be kept: room is there and the way
    /// of writing works. Gives what is kept now; if its token is another one, somebody was faster.
    ///
    /// The default keeps the record once more under its next version.
    fn reserve(&self, record: Record) -> BoxFuture<'_, Result<Record, StoreError>> {
        Box::pin(async move {
            let next = record.with(record.token.clone());
            Ok(match self.swap(next.clone()).await? {
                Swapped::Done => next,
                Swapped::Conflict(now) => now,
            })
        })
    }
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

    fn reserve(&self, record: Record) -> BoxFuture<'_, Result<Record, StoreError>> {
        (**self).reserve(record)
    }
}

/// What a store keeps.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Record {
    /// Counts the changes; 0 if nothing was ever kept.
    pub version: u64,
    /// The token; `None` if nobody is logged in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<Token>,
    /// When the client asked for tokens of its own, as far as its quota still counts it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub issued: Vec<Timestamp>,
}

impl Record {
    /// The successor of this record, with another token. The last version of all has none: what is made here does not
    /// [follow](Record::follows) it then, and no store keeps it.
    #[must_use]
    pub fn with(&self, token: Option<Token>) -> Self {
        Self { version: self.version.saturating_add(1), token, issued: self.issued.clone() }
    }

    /// Whether this record is the next after `current`: what a [swap](TokenStore::swap) asks.
    ///
    /// # Errors
    /// [`StoreError::Exhausted`] if no version follows the current one.
    pub fn follows(&self, current: &Self) -> Result<bool, StoreError> {
        let next = current.version.checked_add(1).ok_or(StoreError::Exhausted(current.version))?;
        Ok(self.version == next)
    }

    /// As JSON, for a store that keeps text.
    #[must_use]
    pub fn to_json(&self) -> Secret {
        serde_json::to_string(self).map(Secret::new).unwrap_or_default()
    }

    /// From JSON.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if it is something else.
    pub fn from_json(text: &[u8]) -> Result<Self, StoreError> {
        // serde_json quotes what it does not like, and here everything is secret: only the place is told.
        serde_json::from_slice(text).map_err(|error| StoreError::Damaged {
            place: "the store".into(),
            line: error.line(),
            column: error.column(),
        })
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

/// A store that failed. The text says where and what to do; it never shows a token.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Reading or writing failed; the reason names the file.
    #[error(transparent)]
    Io(Reason),
    /// What is kept is not a record.
    #[error("{place}: invalid record at line {line}, column {column}; move it away and log in again")]
    Damaged {
        /// The file, or what else holds it.
        place: Box<str>,
        /// The line where reading stopped, from 1.
        line: usize,
        /// The column where reading stopped.
        column: usize,
    },
    /// Others may read the file.
    #[error("{path} may be read by others (mode {mode:o}); run chmod 600 on it, or mount it with that mode")]
    Exposed {
        /// The file.
        path: String,
        /// Its permissions.
        mode: u32,
    },
    /// The path leads to something that cannot keep a token.
    #[error(
        "{path} is {found}; a token file must be a regular file: give the path of one, or of one that does not exist yet"
    )]
    NotAFile {
        /// The path.
        path: String,
        /// What it is: `a directory`, `a FIFO`, `a device`, …
        found: &'static str,
    },
    /// The file was replaced outside of the container that it is mounted into by itself. What is written there now is lost.
    #[error(
        "{path} was replaced outside of the container that it is mounted into, which still sees the old file; mount its \
         folder instead of the file, and start the container anew"
    )]
    Replaced {
        /// The file, as the container sees it.
        path: String,
    },
    /// Another refresher holds the lease for too long.
    #[error("{place} is held by another process for more than {seconds} s; if that process hangs, end it")]
    Busy {
        /// The lock file, or what else is held.
        place: Box<str>,
        /// How long was waited.
        seconds: u64,
    },
    /// The version of the record is the last one that there is, so nothing can follow it.
    #[error("version {0} of the record has no successor; move the record away and log in again")]
    Exhausted(u64),
    /// Anything else, as the store tells it.
    #[error(transparent)]
    Other(Reason),
}

impl std::fmt::Debug for StoreError {
    // The line for people, as a program prints it that ends with this error.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

impl StoreError {
    /// With the place that was read, where the error has one: a file, a key, a row.
    #[must_use]
    pub fn at(self, place: impl Into<Box<str>>) -> Self {
        match self {
            Self::Damaged { line, column, .. } => Self::Damaged { place: place.into(), line, column },
            other => other,
        }
    }
}

/// How often saving is tried.
const MAX_SAVES: u32 = 3;

/// Puts a token, or none, into a store, as long as it may replace what is there; pauses after a failure. Returns what is
/// there otherwise. An error comes with the record that was to be replaced.
pub(super) async fn replace<F: Future<Output = ()>>(
    store: &dyn TokenStore,
    mut record: Record,
    token: Option<&Token>,
    may_replace: impl Fn(&Record) -> bool,
    pause: impl Fn() -> F,
) -> Result<Option<Record>, (Record, StoreError)> {
    let mut tries = 1;
    loop {
        match store.swap(record.with(token.cloned())).await {
            Ok(Swapped::Done) => return Ok(None),
            Ok(Swapped::Conflict(now)) if may_replace(&now) => record = now,
            Ok(Swapped::Conflict(now)) => return Ok(Some(now)),
            Err(error) if tries >= MAX_SAVES => return Err((record, error)),
            Err(_) => {
                tries += 1;
                pause().await;
            }
        }
    }
}

/// The bytes of a record, wiped after use.
fn bytes(record: &Record) -> Result<Zeroizing<Vec<u8>>, StoreError> {
    serde_json::to_vec(record)
        .map(Zeroizing::new)
        .map_err(|error| StoreError::Other(Reason::from_error(error)))
}

#[cfg(test)]
mod tests;
