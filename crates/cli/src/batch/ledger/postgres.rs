//! The ledger of a fleet: a queue in PostgreSQL, for any number of workers on any number of machines.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use segno_core::time::{SystemClock, retry_within};
use segno_postgres::queue::Queue;
use segno_postgres::{Postgres, PostgresError};

use super::{Added, Claim, Counts, End, Entry, Kept, Ledger, NewJob, Note, Reply, Thing, Which};
use crate::failure::Failure;

/// A queue, and how long is waited for a database that is away.
pub(crate) struct Shared {
    queue: Queue,
    patience: Duration,
    /// Whether the database was found to be away, and who is told so.
    is_away: AtomicBool,
    tell: Box<dyn Fn(String) + Send + Sync>,
}

impl Shared {
    /// The queue of this name in the database at `url`, whose tables are made if they are missing and may be made; `make`: also where
    /// there are none at all.
    pub(crate) async fn open(
        url: &str,
        queue: String,
        make: bool,
        connections: usize,
        patience: Duration,
        tell: impl Fn(String) + Send + Sync + 'static,
    ) -> Result<Self, Failure> {
        let database = Postgres::builder(url).connections(connections).build();
        let database = database.map_err(|error| Failure::usage(error.to_string()))?;
        let (is_away, tell) = (AtomicBool::new(false), Box::new(tell));
        let ledger = Self { queue: Queue::new(database.clone(), queue), patience, is_away, tell };
        if !make {
            ledger.ask(|| ledger.queue.counts()).await?;
        }
        let made = ledger.ask(|| database.migrate()).await;
        if let Err(refused) = made {
            // Who may make no tables has them made by others: then they are there.
            ledger.queue.counts().await.map_err(|_| refused)?;
        }
        Ok(ledger)
    }

    /// Asks, and waits for a database that restarts: what is asked can be asked again.
    async fn ask<T, F>(&self, mut ask: impl FnMut() -> F) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, PostgresError>>,
    {
        let ask = || {
            let asked = ask();
            async {
                let reply = asked.await;
                self.notice_absence(reply.as_ref().err());
                reply
            }
        };
        retry_within(&SystemClock, self.patience, PostgresError::is_passing, ask).await.map_err(|error| {
            match &error {
                PostgresError::Statement { place, .. } if error.is_missing_table() => Failure::new(format!(
                    "there is no ledger in {place}; `segno batch MANIFEST` makes it, or correct --ledger"
                )),
                _ => Failure::ledger(format_args!("the ledger: {error}")),
            }
        })
    }
}

impl Shared {
    /// Tells once that the database is away, and once that it is back.
    fn notice_absence(&self, error: Option<&PostgresError>) {
        match error {
            Some(error) if error.is_passing() => {
                if !self.is_away.swap(true, Ordering::Relaxed) {
                    let wait = self.patience.as_secs();
                    (self.tell)(format!("away       the ledger: {error}; it is waited for, up to {wait} s"));
                }
            }
            _ => {
                if self.is_away.swap(false, Ordering::Relaxed) {
                    (self.tell)("back       the ledger responds again".to_owned());
                }
            }
        }
    }
}

impl Ledger for Shared {
    fn add(&self, jobs: Vec<NewJob>) -> Reply<'_, Added> {
        Box::pin(async move { self.ask(|| self.queue.add(&jobs)).await })
    }

    fn claim<'a>(&'a self, holder: &'a str, lease: Duration) -> Reply<'a, Option<Claim>> {
        Box::pin(self.ask(move || self.queue.claim(holder, lease)))
    }

    fn next(&self) -> Reply<'_, Option<Duration>> {
        Box::pin(self.ask(|| self.queue.next()))
    }

    fn beat<'a>(&'a self, claim: &'a Claim, lease: Duration) -> Reply<'a, bool> {
        Box::pin(self.ask(move || self.queue.beat(claim, lease)))
    }

    fn keep<'a>(&'a self, claim: &'a Claim, note: Note<'a>) -> Reply<'a, Kept> {
        Box::pin(self.ask(move || self.queue.keep(claim, note)))
    }

    fn end<'a>(&'a self, claim: &'a Claim, end: End<'a>) -> Reply<'a, bool> {
        Box::pin(self.ask(move || self.queue.end(claim, end)))
    }

    fn disown<'a>(&'a self, thing: Thing<'a>) -> Reply<'a, bool> {
        Box::pin(self.ask(move || self.queue.disown(thing)))
    }

    fn alike<'a>(&'a self, claim: &'a Claim, kind: &'a str, like: &'a str) -> Reply<'a, Vec<String>> {
        Box::pin(self.ask(move || self.queue.alike(claim, kind, like)))
    }

    fn lock<'a>(&'a self, name: &'a str, holder: &'a str, lease: Duration) -> Reply<'a, bool> {
        Box::pin(self.ask(move || self.queue.lock(name, holder, lease)))
    }

    fn unlock<'a>(&'a self, name: &'a str, holder: &'a str) -> Reply<'a, ()> {
        Box::pin(self.ask(move || self.queue.unlock(name, holder)))
    }

    fn counts(&self) -> Reply<'_, Counts> {
        Box::pin(self.ask(|| self.queue.counts()))
    }

    fn counts_of<'a>(&'a self, keys: &'a [String]) -> Reply<'a, Counts> {
        Box::pin(self.ask(move || self.queue.counts_of(keys)))
    }

    fn queues(&self) -> Reply<'_, Vec<String>> {
        Box::pin(self.ask(|| self.queue.names()))
    }

    fn notice<'a>(&'a self, holder: &'a str, said: Option<&'a str>, lasts: Duration) -> Reply<'a, ()> {
        Box::pin(self.ask(move || self.queue.notice(holder, said, lasts)))
    }

    fn notices(&self) -> Reply<'_, Vec<String>> {
        Box::pin(self.ask(|| self.queue.notices()))
    }

    fn list<'a>(&'a self, which: &'a Which, after: i64, limit: u32) -> Reply<'a, Vec<Entry>> {
        Box::pin(self.ask(move || self.queue.list(which, after, limit)))
    }

    fn retry<'a>(&'a self, which: &'a Which) -> Reply<'a, u64> {
        Box::pin(self.ask(move || self.queue.retry(which)))
    }

    fn anew<'a>(&'a self, ids: &'a [i64], kinds: &'a [&'static str]) -> Reply<'a, u64> {
        Box::pin(self.ask(move || self.queue.anew(ids, kinds)))
    }

    fn cancel<'a>(&'a self, which: &'a Which) -> Reply<'a, u64> {
        Box::pin(self.ask(move || self.queue.cancel(which)))
    }
}
