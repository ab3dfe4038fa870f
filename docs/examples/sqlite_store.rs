//! A login in SQLite: a `TokenStore` over a database is four functions. Several processes can share the file.
//!
//! ```text
//! cargo run -p snippets --example sqlite_store
//! ```
//!
//! It tries the contract of stores on itself; `Client::builder().user(id, secret, store)` takes it as it is.

#![allow(clippy::print_stdout)]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, OptionalExtension as _, params};
use segno_core::auth::store::{LEASE, Lease, Record, StoreError, Swapped, TokenStore};
use segno_core::time::{Clock as _, SystemClock};
use segno_core::{BoxFuture, testing};

/// A row of a table that may hold the logins of many users.
#[derive(Clone)]
struct SqliteStore {
    path: PathBuf,
    user: String,
}

/// How long a lease is waited for between two looks.
const PAUSE: Duration = Duration::from_millis(50);

impl SqliteStore {
    fn open(path: &Path, user: &str) -> Result<Self, rusqlite::Error> {
        let store = Self { path: path.to_owned(), user: user.to_owned() };
        store.connection()?.execute_batch(
            "PRAGMA journal_mode = WAL;
             CREATE TABLE IF NOT EXISTS logins (user TEXT PRIMARY KEY, version INTEGER NOT NULL, record TEXT NOT NULL);
             CREATE TABLE IF NOT EXISTS leases (user TEXT PRIMARY KEY, holder TEXT NOT NULL, until REAL NOT NULL);",
        )?;
        Ok(store)
    }

    fn connection(&self) -> Result<Connection, rusqlite::Error> {
        let connection = Connection::open(&self.path)?;
        connection.busy_timeout(Duration::from_secs(5))?;
        // A token that was saved survives a loss of power.
        connection.pragma_update(None, "synchronous", "FULL")?;
        Ok(connection)
    }

    /// Runs `work` on a thread that may wait.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection, &str) -> Result<T, rusqlite::Error> + Send + 'static,
    ) -> Result<T, StoreError> {
        let store = self.clone();
        let outcome = tokio::task::spawn_blocking(move || work(&store.connection()?, &store.user)).await;
        let place = self.path.display();
        match outcome {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => Err(StoreError::Io(format!("{place}: {error}").into())),
            Err(error) => Err(StoreError::Other(format!("{place}: {error}").into())),
        }
    }
}

fn kept(connection: &Connection, user: &str) -> Result<Option<String>, rusqlite::Error> {
    connection.query_row("SELECT record FROM logins WHERE user = ?1", [user], |row| row.get(0)).optional()
}

fn record(text: Option<String>) -> Result<Record, StoreError> {
    text.map_or_else(|| Ok(Record::default()), |text| Record::from_json(text.as_bytes()))
}

fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}

impl TokenStore for SqliteStore {
    fn load(&self) -> BoxFuture<'_, Result<Record, StoreError>> {
        Box::pin(async { record(self.run(kept).await?) })
    }

    fn swap(&self, next: Record) -> BoxFuture<'_, Result<Swapped, StoreError>> {
        Box::pin(async move {
            // In one statement: of many at once one wins.
            let Ok(version) = i64::try_from(next.version) else {
                return Err(StoreError::Exhausted(next.version));
            };
            let text = next.to_json();
            let changed = self.run(move |connection, user| {
                let text = text.expose();
                if version == 1 {
                    let insert = "INSERT INTO logins VALUES (?1, 1, ?2) ON CONFLICT DO NOTHING";
                    return connection.execute(insert, params![user, text]);
                }
                let update =
                    "UPDATE logins SET version = ?2, record = ?3 WHERE user = ?1 AND version = ?2 - 1";
                connection.execute(update, params![user, version, text])
            });
            match changed.await? {
                0 => Ok(Swapped::Conflict(self.load().await?)),
                _ => Ok(Swapped::Done),
            }
        })
    }

    fn lease(&self) -> BoxFuture<'_, Result<Lease, StoreError>> {
        Box::pin(async {
            let holder = format!("{}-{:?}-{}", std::process::id(), std::thread::current().id(), now());
            loop {
                let name = holder.clone();
                let taken = self.run(move |connection, user| {
                    let take = "INSERT INTO leases VALUES (?1, ?2, ?3) ON CONFLICT (user) DO UPDATE
                                SET holder = ?2, until = ?3 WHERE until < ?4";
                    connection.execute(take, params![user, name, now() + LEASE.as_secs_f64(), now()])
                });
                if taken.await? == 1 {
                    let store = self.clone();
                    return Ok(Lease::with_release(async move {
                        let give_back = move |connection: &Connection, user: &str| {
                            connection.execute(
                                "DELETE FROM leases WHERE user = ?1 AND holder = ?2",
                                [user, &holder],
                            )
                        };
                        // If it fails, the lease ends by itself.
                        let _ = store.run(give_back).await;
                    }));
                }
                SystemClock.sleep(PAUSE).await;
            }
        })
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("logins.sqlite");
    testing::token_store_contract(SqliteStore::open(&path, "ada")?).await;
    // Another user's login is another row.
    assert_eq!(SqliteStore::open(&path, "bela")?.load().await?, Record::default());
    println!("the store keeps the contract");
    Ok(())
}
