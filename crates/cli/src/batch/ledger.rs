//! The ledger of a batch: what there is to do, who does it, what was made, and what went wrong.
//!
//! A job is claimed with a lease and a fence, a number that grows with every claim: whatever a worker writes about a job is
//! written only if the fence is still its own. So a worker that was away for longer than its lease, and whose job another has
//! taken over, cannot write any more.

use std::time::Duration;

use segno_core::BoxFuture;
use serde::Serialize;

use crate::failure::Failure;

#[cfg(test)]
mod contract;
mod sqlite;

pub(crate) use sqlite::Sqlite;

/// A response of the ledger.
pub(crate) type Reply<'a, T> = BoxFuture<'a, Result<T, Failure>>;

/// A job that is to be done.
#[derive(Clone, Debug)]
pub(crate) struct NewJob {
    /// What it is known by: a job is there once.
    pub(crate) key: String,
    /// What people call it.
    pub(crate) name: String,
    /// What there is to do, as JSON.
    pub(crate) payload: String,
    /// Larger ones are taken first.
    pub(crate) priority: i32,
}

/// What became of jobs that were added.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Added {
    pub(crate) new: u64,
    /// Those that were there already.
    pub(crate) known: u64,
}

/// A job in the hands of a worker.
#[derive(Clone, Debug)]
pub(crate) struct Claim {
    pub(crate) id: i64,
    /// Whatever is written about the job carries this number, and is refused if the job was claimed again since.
    pub(crate) fence: i64,
    pub(crate) name: String,
    pub(crate) payload: String,
    /// What was made so far, as JSON.
    pub(crate) journal: Option<String>,
    /// How often it failed.
    pub(crate) attempts: u32,
    /// How often its worker was not heard of any more.
    pub(crate) losses: u32,
}

/// A thing that a job has made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Thing<'a> {
    pub(crate) kind: &'static str,
    pub(crate) id: &'a str,
    /// What things are known by that could be taken for each other.
    pub(crate) like: &'a str,
}

/// What a worker writes about its job.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Note<'a> {
    pub(crate) journal: &'a str,
    /// Something is about to be made that could be taken for the same of another job: one job at a time.
    pub(crate) intent: Option<&'a str>,
    pub(crate) things: &'a [Thing<'a>],
}

/// What became of a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kept {
    Yes,
    /// The job is in other hands; nothing was written.
    Lost,
    /// Another job is about to make the same; nothing was written. `ended`: it has failed or was cancelled at this place.
    Busy {
        job: i64,
        ended: bool,
    },
    /// One of the things belongs to another job, or to none any more (0); nothing was written.
    Taken {
        job: i64,
    },
}

/// How the work on a job ended.
#[derive(Clone, Debug)]
pub(crate) enum End<'a> {
    Done,
    /// It failed, and is tried again.
    Again {
        after: Duration,
        error: &'a str,
    },
    /// It failed for good.
    Failed {
        error: &'a str,
    },
    /// It is put back as if it had not been taken.
    Back {
        after: Duration,
    },
}

/// Where a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum State {
    Waiting,
    Running,
    Done,
    Failed,
    Cancelled,
}

impl State {
    pub(crate) const ALL: [Self; 5] =
        [Self::Waiting, Self::Running, Self::Done, Self::Failed, Self::Cancelled];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// A job as the ledger knows it.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) payload: String,
    pub(crate) priority: i32,
    pub(crate) state: State,
    pub(crate) attempts: u32,
    pub(crate) journal: Option<String>,
    pub(crate) error: Option<String>,
    pub(crate) holder: Option<String>,
}

/// How many jobs are where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts([u64; 5]);

impl Counts {
    pub(crate) fn of(&self, state: State) -> u64 {
        State::ALL.iter().zip(self.0).find(|(known, _)| **known == state).map_or(0, |(_, count)| count)
    }

    pub(crate) fn set(&mut self, state: State, count: u64) {
        for (known, slot) in State::ALL.iter().zip(&mut self.0) {
            if *known == state {
                *slot = count;
            }
        }
    }

    /// Those on which there is still something to do.
    pub(crate) fn open(&self) -> u64 {
        self.of(State::Waiting) + self.of(State::Running)
    }

    pub(crate) fn all(&self) -> u64 {
        self.0.iter().sum()
    }
}

/// Which jobs are meant.
#[derive(Clone, Debug)]
pub(crate) enum Which {
    /// Those of these numbers.
    Ids(Vec<i64>),
    /// All that are in this state.
    In(State),
    All,
}

/// The jobs of one account. What it promises stands in `contract`, which every ledger passes.
pub(crate) trait Ledger: Send + Sync {
    /// Adds what is not there yet. Of a job that waits or has failed, the payload and priority become those that are given now.
    fn add(&self, jobs: Vec<NewJob>) -> Reply<'_, Added>;

    /// Takes the job that is next: of the largest priority, and due for the longest time. Others may take it when the lease is over.
    fn claim<'a>(&'a self, holder: &'a str, lease: Duration) -> Reply<'a, Option<Claim>>;

    /// How long until a job may be due; `None` if all have ended.
    fn next(&self) -> Reply<'_, Option<Duration>>;

    /// Makes the lease as long as at the beginning. `false`: the job is in other hands.
    fn beat<'a>(&'a self, claim: &'a Claim, lease: Duration) -> Reply<'a, bool>;

    /// Keeps the journal and the things that were made, all or nothing.
    fn keep<'a>(&'a self, claim: &'a Claim, note: Note<'a>) -> Reply<'a, Kept>;

    /// Ends the work on a job. `false`: the job is in other hands, and nothing was written.
    fn end<'a>(&'a self, claim: &'a Claim, end: End<'a>) -> Reply<'a, bool>;

    /// Whether a thing belongs to no job; from now on none can have it.
    fn disown<'a>(&'a self, thing: Thing<'a>) -> Reply<'a, bool>;

    /// The things of this kind that are alike and do not belong to this job.
    fn alike<'a>(&'a self, claim: &'a Claim, kind: &'static str, like: &'a str) -> Reply<'a, Vec<String>>;

    /// Locks a name for others until it is unlocked or the lease is over. `false`: another has it.
    fn lock<'a>(&'a self, name: &'a str, holder: &'a str, lease: Duration) -> Reply<'a, bool>;

    /// Unlocks a name.
    fn unlock<'a>(&'a self, name: &'a str, holder: &'a str) -> Reply<'a, ()>;

    fn counts(&self) -> Reply<'_, Counts>;

    /// Jobs in the order of their numbers, at most `limit` that come after the number `after`.
    fn list<'a>(&'a self, which: &'a Which, after: i64, limit: u32) -> Reply<'a, Vec<Entry>>;

    /// Has jobs that failed or were cancelled wait again, as if they had never failed; what they have made is kept. Gives how many.
    fn retry<'a>(&'a self, which: &'a Which) -> Reply<'a, u64>;

    /// Cancels jobs that wait or have failed. Gives how many.
    fn cancel<'a>(&'a self, which: &'a Which) -> Reply<'a, u64>;
}
