//! Tokens in a hash.

use std::fmt;
use std::sync::{Arc, LazyLock};

use ::redis::Script;
use segno_core::BoxFuture;
use segno_core::auth::Reason;
use segno_core::auth::store::{Envelope, LEASE, Lease, Record, StoreError, Swapped, TokenStore, take_lease};

use crate::{Redis, RedisError};

static LOAD: LazyLock<Script> =
    LazyLock::new(|| Script::new("return redis.call('HMGET', KEYS[1], 'version', 'record')"));
static SWAP: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("swap.lua")));
static TAKE: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("take.lua")));

/// Keeps the tokens of one login in a hash, for processes on any number of machines. A service with many users has a name for each.
///
/// * A [swap](TokenStore::swap) is one script, whose condition is the version before.
/// * The lease is a key of its own with a time to live, so no script needs more than one key.
/// * While the server is away, each request is sent again for up to 10 s; after that it fails with the reason. No refresh token is spent
///   without the lease and a reservation.
///
/// A refresh token that works once must outlive the server: give it `appendonly yes` and `appendfsync always`, and a policy that evicts
/// nothing (`maxmemory-policy noeviction`). A replica that takes over may lack the last swap; where that is too much, use
/// `segno-postgres`.
#[derive(Clone)]
pub struct RedisStore {
    server: Redis,
    envelope: Envelope,
    record: Arc<str>,
    lease: Arc<str>,
}

impl Redis {
    /// The store of the login `name`.
    ///
    /// ```
    /// let server = segno_redis::Redis::new("redis://127.0.0.1/")?;
    /// let store = server.tokens("soundcloud");
    /// # Ok::<(), segno_redis::RedisError>(())
    /// ```
    #[doc(alias("token store", "session"))]
    #[must_use]
    pub fn tokens(&self, name: impl Into<Arc<str>>) -> RedisStore {
        let name = name.into();
        RedisStore {
            record: self.key("token", &name).into(),
            lease: self.key("lease", &name).into(),
            server: self.clone(),
            envelope: Envelope::plain(name),
        }
    }
}

impl RedisStore {
    /// Encrypts what is kept, and reads what one of the keys encrypted.
    #[cfg(feature = "encryption")]
    #[must_use]
    pub fn encrypted(mut self, keys: segno_core::auth::store::Keyring) -> Self {
        self.envelope = self.envelope.encrypted(keys);
        self
    }

    /// Where the record is, for messages.
    fn place(&self) -> String {
        format!("{} (key {})", self.server.place(), self.record)
    }

    /// What is kept, of a version and a text.
    fn read(&self, version: Option<&str>, text: Option<&str>) -> Result<Record, StoreError> {
        let (Some(version), Some(text)) = (version, text) else { return Ok(Record::default()) };
        if version == "0" {
            return Ok(Record::default());
        }
        let record = self.envelope.open(text).map_err(|error| error.at(self.place()))?;
        if record.version.to_string() != version {
            let reason = format!(
                "{}: invalid hash: expected the record of version {}, found version {version}; restore it or log in again",
                self.place(),
                record.version
            );
            return Err(StoreError::Other(reason.into()));
        }
        Ok(record)
    }

    async fn keep(&self, next: Record) -> Result<Swapped, StoreError> {
        let Some(before) = next.version.checked_sub(1) else {
            return Ok(Swapped::Conflict(self.load().await?));
        };
        let text = self.envelope.seal(&next)?;
        let values = [before.to_string(), next.version.to_string(), text.expose().to_owned()];
        let swapped = self.server.run::<(i64, String, String)>(&SWAP, &self.record, &values[..]).await;
        let (kept, version, text) = swapped.map_err(failed)?;
        if kept == 1 {
            return Ok(Swapped::Done);
        }
        let now = self.read(Some(&version), Some(&text))?;
        if now.version == u64::MAX {
            return Err(StoreError::Exhausted(now.version));
        }
        // It was kept by a request whose response was lost.
        Ok(if now == next { Swapped::Done } else { Swapped::Conflict(now) })
    }

    /// Asks for the lease, or gives it back after 0 milliseconds.
    async fn ask(&self, owner: &str, milliseconds: u128) -> Result<bool, StoreError> {
        let values = [owner.to_owned(), milliseconds.to_string()];
        let taken = self.server.run::<i64>(&TAKE, &self.lease, &values[..]).await;
        taken.map(|taken| taken == 1).map_err(failed)
    }
}

impl TokenStore for RedisStore {
    fn load(&self) -> BoxFuture<'_, Result<Record, StoreError>> {
        Box::pin(async {
            let run = self.server.run::<(Option<String>, Option<String>)>(&LOAD, &self.record, &[""; 0][..]);
            let (version, text) = run.await.map_err(failed)?;
            self.read(version.as_deref(), text.as_deref())
        })
    }

    fn swap(&self, next: Record) -> BoxFuture<'_, Result<Swapped, StoreError>> {
        Box::pin(self.keep(next))
    }

    fn lease(&self) -> BoxFuture<'_, Result<Lease, StoreError>> {
        Box::pin(async {
            let owner = format!("{:016x}", self.server.clock().random());
            let (store, its_owner) = (self.clone(), owner.clone());
            // Made before it is asked for: a request that nobody waits for any more may still be carried out.
            let lease = Lease::with_release(async move {
                // It ends by itself, too.
                let _ = store.ask(&its_owner, 0).await;
            });
            let ask = || self.ask(&owner, LEASE.as_millis());
            take_lease(self.server.clock(), &format!("{} (key {})", self.server.place(), self.lease), ask)
                .await?;
            Ok(lease)
        })
    }
}

impl fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisStore").field("place", &self.place()).finish_non_exhaustive()
    }
}

fn failed(error: RedisError) -> StoreError {
    StoreError::Io(Reason::from_error(error))
}
