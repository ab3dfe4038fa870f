//! The embedded ledger: a file of SQLite, for any number of processes on one machine.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior};

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
        place::make(path)?;
        Self::at(path, queue, true)
    }

    fn at(path: &Path, queue: String, make: bool) -> Result<Self, Failure> {
        let failed = |error: rusqlite::Error| place::unusable(path, "the ledger cannot be opened", &error);
        let flags = OpenFlags::default() & !OpenFlags::SQLITE_OPEN_CREATE;
        let mut connection = Connection::open_with_flags(path, flags).map_err(failed)?;
        prepare(&mut connection, make).map_err(failed)?.map_err(|other| match other {
            Other::Version(version) => Failure::file(
                path,
                format_args!("the ledger is of another version ({version}, not {VERSION}); use the segno that made it, or a later one"),
            ),
            Other::Database => Failure::file(
                path,
                "this is a database of another program and no ledger; nothing was changed in it; correct --ledger",
            ),
        })?;
        let reader = Connection::open_with_flags(path, flags).map_err(failed)?;
        reader.busy_timeout(BUSY).map_err(failed)?;
        let file = Some(Arc::new(Place::of(path)));
        let (connection, reader) = (Arc::new(Mutex::new(connection)), Arc::new(Mutex::new(reader)));
        Ok(Self { connection, reader, queue, file })
    }

    /// The ledger of a file that is there.
    pub(crate) fn existing(path: &Path, queue: String) -> Result<Self, Failure> {
        match std::fs::metadata(path) {
            // An empty file is a new ledger to SQLite.
            Ok(about) if about.is_dir() => Err(place::is_folder(path)),
            Ok(about) if about.len() > 0 => Self::at(path, queue, false),
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
            let _ = prepare(&mut connection, true)?;
            Ok(connection)
        });
        let connection = made.map_err(|error| Failure::new(format!("the ledger: {error}")))?;
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

/// Why a database is not used.
#[derive(Debug)]
enum Other {
    /// It is a ledger of a version that this segno does not know.
    Version(i64),
    /// It is another program's.
    Database,
}

/// Brings a ledger to this version; `make`: also a database in which there is nothing. Of a database of another program nothing is
/// changed.
fn prepare(connection: &mut Connection, make: bool) -> rusqlite::Result<Result<(), Other>> {
    connection.busy_timeout(BUSY)?;
    if let Some(other) = judge(connection, make)? {
        return Ok(Err(other));
    }
    connection.pragma_update(None, "journal_mode", "wal")?;
    // What was made is told only once it is on the disk.
    connection.pragma_update(None, "synchronous", "full")?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found: i64 = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    for (version, step) in (1..).zip(STEPS) {
        if version > found {
            transaction.execute_batch(step)?;
            transaction.pragma_update(None, "user_version", version)?;
        }
    }
    transaction.commit()?;
    Ok(Ok(()))
}

/// What speaks against a database, before anything is changed in it.
fn judge(connection: &Connection, make: bool) -> rusqlite::Result<Option<Other>> {
    let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if tables == 0 {
        return Ok(match version {
            0 if make => None,
            0 => Some(Other::Database),
            version => Some(Other::Version(version)),
        });
    }
    // Names of these columns in one database are no chance.
    let of_ledger = "SELECT 1 FROM (SELECT queue, key, payload, fence, journal FROM jobs), (SELECT alike, job FROM things)";
    Ok(match connection.prepare(of_ledger) {
        Ok(_) if (1..=VERSION).contains(&version) => None,
        Ok(_) => Some(Other::Version(version)),
        // There is no such table or column.
        Err(rusqlite::Error::SqliteFailure(error, _) | rusqlite::Error::SqlInputError { error, .. })
            if error.code == ErrorCode::Unknown =>
        {
            Some(Other::Database)
        }
        Err(error) => return Err(error),
    })
}

#[cfg(test)]
mod tests {
    use super::super::Ledger as _;
    use super::*;

    #[test]
    fn a_database_of_another_program_is_refused_and_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        for (name, tables, version) in [
            ("notes", "CREATE TABLE notes (text TEXT); INSERT INTO notes VALUES ('a')", 0),
            ("versioned", "CREATE TABLE notes (text TEXT)", 2),
            ("alike", "CREATE TABLE jobs (id INTEGER PRIMARY KEY, title TEXT)", 0),
            ("empty", "CREATE TABLE a (b); DROP TABLE a", 0),
        ] {
            let file = folder.path().join(name);
            let theirs = Connection::open(&file).unwrap();
            theirs.execute_batch(tables).unwrap();
            theirs.pragma_update(None, "user_version", version).unwrap();
            drop(theirs);
            let before = std::fs::read(&file).unwrap();
            let line = |opened: Result<Sqlite, Failure>| opened.err().unwrap().to_string();
            let told = line(Sqlite::existing(&file, "q".into()));
            assert!(told.contains("this is a database of another program and no ledger"), "{name}: {told}");
            if name != "empty" {
                assert_eq!(line(Sqlite::open(&file, "q".into())), told);
            }
            assert!(std::fs::read(&file).unwrap() == before, "{name}");
            assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "{name}");
            std::fs::remove_file(&file).unwrap();
        }
    }

    #[test]
    fn what_cannot_be_used_says_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let line = |opened: Result<Sqlite, Failure>| opened.err().unwrap().to_string();
        let told = line(Sqlite::open(folder.path(), "q".into()));
        assert!(told.ends_with("this is a folder; give the name of a file as the ledger"), "{told}");
        let file = folder.path().join("ledger.sqlite");
        drop(Sqlite::open(&file, "q".into()).unwrap());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        }
        let mut bytes = std::fs::read(&file).unwrap();
        bytes[100..200].fill(0x55);
        std::fs::write(&file, bytes).unwrap();
        let told = line(Sqlite::existing(&file, "q".into()));
        assert!(told.contains("the file is damaged; put a copy in its place"), "{told}");
        std::fs::write(&file, "score,recording\n".repeat(100)).unwrap();
        let told = line(Sqlite::existing(&file, "q".into()));
        assert!(told.ends_with("this is no ledger; correct --ledger"), "{told}");
    }

    #[tokio::test]
    async fn what_was_written_while_the_clock_was_wrong_holds_up_nobody() {
        let ledger = Sqlite::in_memory("q".into()).unwrap();
        let job = |name: &str| super::super::NewJob {
            key: name.into(),
            name: name.into(),
            payload: "{}".into(),
            priority: 0,
        };
        ledger.add(vec![job("leased"), job("put back")]).await.unwrap();
        let lease = Duration::from_secs(60);
        for _ in 0..2 {
            ledger.claim("worker", lease).await.unwrap().unwrap();
        }
        assert!(ledger.lock("Lessons", "worker", lease).await.unwrap());
        // A lease of a day is possible, one of two is not.
        let wrong = |hours: i64, state: &'static str| {
            ledger.write(move |ledger, _| {
                let shift = hours * 3_600_000;
                ledger.execute("UPDATE locks SET until = until + ?1", [shift])?;
                let jobs =
                    "UPDATE jobs SET due = due + ?1, age = age + ?1, state = ?2 WHERE name = 'put back'";
                ledger.execute(jobs, rusqlite::params![shift, state])?;
                ledger.execute("UPDATE jobs SET due = due + ?1 WHERE name = 'leased'", [shift])
            })
        };
        wrong(23, "waiting").await.unwrap();
        assert!(ledger.claim("other", lease).await.unwrap().is_none());
        assert!(!ledger.lock("Lessons", "other", lease).await.unwrap());
        wrong(24, "waiting").await.unwrap();
        let mut names = Vec::new();
        while let Some(claim) = ledger.claim("other", lease).await.unwrap() {
            names.push(claim.name);
        }
        assert_eq!(names, ["leased", "put back"]);
        assert!(ledger.lock("Lessons", "other", lease).await.unwrap());
    }

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
