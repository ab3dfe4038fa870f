//! The embedded ledger: a file of SQLite, for any number of processes on one machine.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::Reply;
use crate::failure::Failure;

mod place;
mod statements;

use place::Place;

/// How long a statement waits for those of other processes.
const BUSY: Duration = Duration::from_secs(60);
/// What the tables of this version are; another number is another version's.
const VERSION: i64 = 2;

/// The steps to it, each from the version before.
const STEPS: [&str; 2] = [FIRST, AGE];

const FIRST: &str = "
CREATE TABLE jobs (
    id INTEGER PRIMARY KEY,
    queue TEXT NOT NULL,
    key TEXT NOT NULL,
    name TEXT NOT NULL,
    payload TEXT NOT NULL,
    priority INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting',
    -- When it may be claimed, in milliseconds since 1970: of a running job, the end of the lease. NULL: it has ended.
    due INTEGER,
    fence INTEGER NOT NULL DEFAULT 0,
    holder TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    losses INTEGER NOT NULL DEFAULT 0,
    intent TEXT,
    journal TEXT,
    error TEXT,
    UNIQUE (queue, key)
);
CREATE INDEX jobs_due ON jobs (queue, priority, due) WHERE due IS NOT NULL;
CREATE INDEX jobs_state ON jobs (queue, state, id);
CREATE UNIQUE INDEX jobs_intent ON jobs (queue, intent) WHERE intent IS NOT NULL;
-- What was made, each thing by one job. Without a job: it was disowned.
CREATE TABLE things (
    queue TEXT NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    alike TEXT NOT NULL,
    job INTEGER,
    at INTEGER NOT NULL,
    PRIMARY KEY (queue, kind, id)
) WITHOUT ROWID;
CREATE INDEX things_alike ON things (queue, kind, alike);
CREATE TABLE locks (
    queue TEXT NOT NULL,
    name TEXT NOT NULL,
    holder TEXT NOT NULL,
    until INTEGER NOT NULL,
    PRIMARY KEY (queue, name)
) WITHOUT ROWID;
";

const AGE: &str = "
-- A job's place in the order of its priority. Unlike `due` it stays while a job is worked on, so that one whose worker was lost comes
-- back to its place.
ALTER TABLE jobs ADD COLUMN age INTEGER NOT NULL DEFAULT 0;
UPDATE jobs SET age = coalesce(due, 0);
CREATE INDEX jobs_age ON jobs (queue, priority, age) WHERE due IS NOT NULL;
-- What workers say of themselves, each until a time.
CREATE TABLE notices (
    queue TEXT NOT NULL,
    holder TEXT NOT NULL,
    said TEXT NOT NULL,
    until INTEGER NOT NULL,
    PRIMARY KEY (queue, holder)
) WITHOUT ROWID;
";

/// A ledger in a file, or in memory.
pub(crate) struct Sqlite {
    connection: Arc<Mutex<Connection>>,
    /// What only looks holds up nobody who writes: counting a million jobs takes its time.
    reader: Arc<Mutex<Connection>>,
    queue: String,
    file: Option<Arc<Place>>,
}

impl Sqlite {
    /// The ledger of a file, which is made if it is missing.
    pub(crate) fn open(path: &Path, queue: String) -> Result<Self, Failure> {
        let failed = |error: rusqlite::Error| {
            Failure::file(path, format_args!("the ledger cannot be opened: {error}"))
        };
        let mut connection = Connection::open(path).map_err(failed)?;
        prepare(&mut connection).map_err(failed)?.map_err(|version| {
            Failure::file(
                path,
                format_args!("the ledger is of another version ({version}, not {VERSION}); use the segno that made it, or a later one"),
            )
        })?;
        let reader = Connection::open(path).map_err(failed)?;
        reader.busy_timeout(BUSY).map_err(failed)?;
        let file = Some(Arc::new(Place::of(path)));
        let (connection, reader) = (Arc::new(Mutex::new(connection)), Arc::new(Mutex::new(reader)));
        Ok(Self { connection, reader, queue, file })
    }

    /// The ledger of a file that is there.
    pub(crate) fn existing(path: &Path, queue: String) -> Result<Self, Failure> {
        match std::fs::metadata(path) {
            // An empty file is a new ledger to SQLite.
            Ok(about) if about.len() > 0 => Self::open(path, queue),
            Ok(_) => Err(Failure::file(path, "this is no ledger: it is empty; correct --ledger")),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(Failure::file(
                path,
                "there is no such ledger; `segno batch MANIFEST` makes it, or correct --ledger",
            )),
            Err(error) => Err(Failure::file(path, error)),
        }
    }

    /// A ledger that ends with this process.
    pub(crate) fn in_memory(queue: String) -> Result<Self, Failure> {
        let made = Connection::open_in_memory().and_then(|mut connection| {
            let prepared = prepare(&mut connection)?;
            Ok((connection, prepared))
        });
        let (connection, prepared) = made.map_err(|error| Failure::new(format!("the ledger: {error}")))?;
        prepared.map_err(|version| Failure::new(format!("the ledger is of version {version}")))?;
        let connection = Arc::new(Mutex::new(connection));
        Ok(Self { reader: Arc::clone(&connection), connection, queue, file: None })
    }

    /// Changes something in one transaction.
    fn write<'a, T, F>(&'a self, work: F) -> Reply<'a, T>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>, &str) -> rusqlite::Result<T> + Send + 'static,
    {
        self.transact(&self.connection, TransactionBehavior::Immediate, work)
    }

    /// Looks at one state of the ledger.
    fn read<'a, T, F>(&'a self, work: F) -> Reply<'a, T>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>, &str) -> rusqlite::Result<T> + Send + 'static,
    {
        self.transact(&self.reader, TransactionBehavior::Deferred, work)
    }

    /// Does something in one transaction, away from the threads that talk to the network.
    fn transact<'a, T, F>(
        &'a self,
        connection: &Arc<Mutex<Connection>>,
        behavior: TransactionBehavior,
        work: F,
    ) -> Reply<'a, T>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>, &str) -> rusqlite::Result<T> + Send + 'static,
    {
        let (connection, queue, place) = (Arc::clone(connection), self.queue.clone(), self.file.clone());
        Box::pin(async move {
            let done = tokio::task::spawn_blocking(move || {
                let mut connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(place) = &place {
                    place.check(&connection)?;
                }
                transact(&mut connection, behavior, &queue, work).map_err(|error| match &place {
                    Some(place) => place.failure(&error),
                    None => Failure::ledger(format_args!("the ledger: {error}")),
                })
            });
            done.await.map_err(|error| Failure::new(format!("the ledger broke off: {error}")))?
        })
    }
}

fn transact<T>(
    connection: &mut Connection,
    behavior: TransactionBehavior,
    queue: &str,
    work: impl FnOnce(&Transaction<'_>, &str) -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    let transaction = connection.transaction_with_behavior(behavior)?;
    let done = work(&transaction, queue)?;
    transaction.commit()?;
    Ok(done)
}

/// Brings a database to this version. The inner error is a version that this segno does not know.
fn prepare(connection: &mut Connection) -> rusqlite::Result<Result<(), i64>> {
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    // What was made is told only once it is on the disk.
    connection.pragma_update(None, "synchronous", "full")?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found: i64 = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if !(0..=VERSION).contains(&found) {
        return Ok(Err(found));
    }
    for (version, step) in (1..).zip(STEPS) {
        if version > found {
            transaction.execute_batch(step)?;
            transaction.pragma_update(None, "user_version", version)?;
        }
    }
    transaction.commit()?;
    Ok(Ok(()))
}

#[cfg(test)]
mod tests {
    use super::super::Ledger as _;
    use super::*;

    #[tokio::test]
    async fn a_ledger_of_the_first_version_is_gone_on_with() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ledger.sqlite");
        let old = Connection::open(&file).unwrap();
        old.execute_batch(FIRST).unwrap();
        old.pragma_update(None, "user_version", 1).unwrap();
        let add =
            "INSERT INTO jobs (queue, key, name, payload, priority, due) VALUES ('q', ?1, ?1, '{}', 0, ?2)";
        for (key, due) in [("late", 2000), ("early", 1000)] {
            old.execute(add, rusqlite::params![key, due]).unwrap();
        }
        drop(old);
        let ledger = Sqlite::open(&file, "q".into()).unwrap();
        for name in ["early", "late"] {
            let claim = ledger.claim("worker", Duration::from_secs(60)).await.unwrap().unwrap();
            assert_eq!(claim.name, name);
        }
        // And is of this version once.
        drop(Sqlite::open(&file, "q".into()).unwrap());
    }
}
