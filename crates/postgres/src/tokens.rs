//! Tokens in a row.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use segno_core::auth::Reason;
use segno_core::auth::store::{Envelope, LEASE, Lease, Record, StoreError, Swapped, TokenStore, take_lease};
use segno_core::time::retry_within;
use segno_core::{BoxFuture, Secret};
use tokio_postgres::Row;
use tokio_postgres::types::Type;

use crate::{Postgres, PostgresError};

/// How long a database that is away is asked again. With the time that the last of the requests takes it is 10 s.
const PATIENCE: Duration = Duration::from_secs(7);

const LOAD: &str = "SELECT version, record FROM segno_tokens WHERE name = $1";

/// A row may be there for its lease alone.
const FIRST: &str = "INSERT INTO segno_tokens (name, version, record) VALUES ($1, $2, $3) \
    ON CONFLICT (name) DO UPDATE SET version = excluded.version, record = excluded.record, changed_at = now() \
    WHERE segno_tokens.version = 0 RETURNING version";

const NEXT: &str = "UPDATE segno_tokens SET version = $2, record = $3, changed_at = now() \
    WHERE name = $1 AND version = $2 - 1 RETURNING version";

const TAKE: &str = "INSERT INTO segno_tokens (name, lease_owner, leased_until) \
    VALUES ($1, $2, clock_timestamp() + $3 * interval '1 millisecond') \
    ON CONFLICT (name) DO UPDATE SET lease_owner = excluded.lease_owner, leased_until = excluded.leased_until \
    WHERE segno_tokens.lease_owner IS NULL OR segno_tokens.lease_owner = excluded.lease_owner \
    OR segno_tokens.leased_until < clock_timestamp() RETURNING name";

const GIVE_BACK: &str = "UPDATE segno_tokens SET lease_owner = NULL, leased_until = NULL \
    WHERE name = $1 AND lease_owner = $2";

/// Keeps the tokens of one login in a row of `segno_tokens`, for processes on any number of machines. A service with many users
/// has a name for each.
///
/// * A [swap](TokenStore::swap) is one `UPDATE` whose condition is the version before. It has been written to the disk when it
///   resolves, unless the database was told otherwise (`synchronous_commit`).
/// * The lease is in the same row: an owner and a time by the clock of the database.
/// * While the database is away, each request is sent again for up to 10 s; after that it fails with the reason. No refresh
///   token is spent without the lease and a reservation.
#[derive(Clone)]
pub struct PostgresStore {
    database: Postgres,
    envelope: Envelope,
}

impl Postgres {
    /// The store of the login `name`. The tables must be there: [`migrate`](Postgres::migrate).
    ///
    /// ```
    /// let database = segno_postgres::Postgres::new("postgres://segno@127.0.0.1/segno?sslmode=disable")?;
    /// let store = database.tokens("soundcloud");
    /// # Ok::<(), segno_postgres::PostgresError>(())
    /// ```
    #[doc(alias("token store", "session"))]
    #[must_use]
    pub fn tokens(&self, name: impl Into<Arc<str>>) -> PostgresStore {
        PostgresStore { database: self.clone(), envelope: Envelope::plain(name) }
    }
}

impl PostgresStore {
    /// Encrypts what is kept, and reads what one of the keys encrypted.
    #[cfg(feature = "encryption")]
    #[must_use]
    pub fn encrypted(mut self, keys: segno_core::auth::store::Keyring) -> Self {
        self.envelope = self.envelope.encrypted(keys);
        self
    }

    /// Where the row is, for messages.
    fn place(&self) -> String {
        format!("{} (segno_tokens, name {:?})", self.database.place(), self.envelope.name())
    }

    /// Sends a statement about this login, again while the database is away.
    async fn query(
        &self,
        statement: &str,
        version: Option<i64>,
        text: Option<&Secret>,
    ) -> Result<Vec<Row>, StoreError> {
        let text = text.map(Secret::expose);
        let name = self.envelope.name();
        let ask = || async move {
            match (&version, &text) {
                (Some(version), Some(text)) => {
                    let values =
                        [(&name as _, Type::TEXT), (version as _, Type::INT8), (text as _, Type::TEXT)];
                    self.database.query(statement, &values).await
                }
                _ => self.database.query(statement, &[(&name as _, Type::TEXT)]).await,
            }
        };
        retry_within(&**self.database.clock(), PATIENCE, PostgresError::is_passing, ask).await.map_err(failed)
    }

    async fn read(&self) -> Result<Record, StoreError> {
        let rows = self.query(LOAD, None, None).await?;
        let Some(row) = rows.first() else { return Ok(Record::default()) };
        let version: i64 = column(row, 0)?;
        let Some(text) = column::<Option<&str>>(row, 1)? else { return Ok(Record::default()) };
        let record = self.envelope.open(text).map_err(|error| error.at(self.place()))?;
        if i64::try_from(record.version) != Ok(version) {
            let reason = format!(
                "{}: invalid row: expected the record of version {version}, found that of version {}; restore it or log in again",
                self.place(),
                record.version
            );
            return Err(StoreError::Other(reason.into()));
        }
        Ok(record)
    }

    async fn keep(&self, next: Record) -> Result<Swapped, StoreError> {
        let version = i64::try_from(next.version).map_err(|_| StoreError::Exhausted(next.version))?;
        if version > 0 {
            let statement = if version == 1 { FIRST } else { NEXT };
            let text = self.envelope.seal(&next)?;
            if !self.query(statement, Some(version), Some(&text)).await?.is_empty() {
                return Ok(Swapped::Done);
            }
        }
        let now = self.read().await?;
        // It was kept by a request whose response was lost.
        Ok(if now == next { Swapped::Done } else { Swapped::Conflict(now) })
    }
}

impl TokenStore for PostgresStore {
    fn load(&self) -> BoxFuture<'_, Result<Record, StoreError>> {
        Box::pin(self.read())
    }

    fn swap(&self, next: Record) -> BoxFuture<'_, Result<Swapped, StoreError>> {
        Box::pin(self.keep(next))
    }

    fn lease(&self) -> BoxFuture<'_, Result<Lease, StoreError>> {
        Box::pin(async move {
            let owner = format!("{:016x}", self.database.clock().random());
            let held = Held { store: self.clone(), owner };
            // Made before it is asked for: a request that nobody waits for any more may still be carried out.
            let store = held.store.clone();
            let owner = held.owner.clone();
            let lease = Lease::with_release(held.give_back());
            let milliseconds = i64::try_from(LEASE.as_millis()).unwrap_or(i64::MAX);
            let ask = || async {
                let values = [
                    (&store.envelope.name() as _, Type::TEXT),
                    (&owner as _, Type::TEXT),
                    (&milliseconds as _, Type::INT8),
                ];
                let ask = || store.database.query(TAKE, &values);
                let clock = store.database.clock();
                let rows = retry_within(&**clock, PATIENCE, PostgresError::is_passing, ask).await;
                rows.map(|rows| !rows.is_empty()).map_err(failed)
            };
            take_lease(&**store.database.clock(), &store.place(), ask).await?;
            Ok(lease)
        })
    }
}

/// A lease that is perhaps held.
struct Held {
    store: PostgresStore,
    owner: String,
}

impl Held {
    async fn give_back(self) {
        let database = &self.store.database;
        let values = [(&self.store.envelope.name() as _, Type::TEXT), (&self.owner as _, Type::TEXT)];
        let ask = || database.query(GIVE_BACK, &values);
        let given = retry_within(&**database.clock(), PATIENCE, PostgresError::is_passing, ask).await;
        // It ends by itself, too.
        drop(given);
    }
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore").field("place", &self.place()).finish_non_exhaustive()
    }
}

fn failed(error: PostgresError) -> StoreError {
    StoreError::Io(Reason::from_error(error))
}

/// A value of a row. A table of another shape is not ours.
fn column<'r, T: tokio_postgres::types::FromSql<'r>>(row: &'r Row, index: usize) -> Result<T, StoreError> {
    row.try_get(index).map_err(|error| StoreError::Other(Reason::from_error(error)))
}
