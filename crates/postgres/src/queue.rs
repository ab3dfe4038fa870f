//! A queue of jobs with leases and fences, and a journal of what they make.
//!
//! A job is claimed for the time of a lease and with a fence, a number that grows with every claim. What a worker writes about its
//! job is written only while the fence is its own: a worker that was away for longer than the lease, and whose job another has
//! claimed meanwhile, cannot write any more. Time is the server's.
//!
//! `segno batch --ledger postgres://...` works on it.

use std::time::Duration;

use crate::Postgres;

mod statements;

/// The jobs of one name in a database. Others do not see them.
#[derive(Clone, Debug)]
pub struct Queue {
    database: Postgres,
    name: String,
}

impl Queue {
    /// The queue of this name. [`Postgres::migrate`] makes its tables.
    #[must_use]
    pub fn new(database: Postgres, name: impl Into<String>) -> Self {
        Self { database, name: name.into() }
    }
}

/// A job that is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewJob {
    /// What it is known by: a job is in a queue once.
    pub key: String,
    /// What people call it.
    pub name: String,
    /// What there is to do, in words of the caller.
    pub payload: String,
    /// Larger ones are claimed first.
    pub priority: i32,
}

/// What became of jobs that were added.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Added {
    /// How many were not there.
    pub new: u64,
    /// How many were there already.
    pub known: u64,
}

/// A job in the hands of a worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The number of the job.
    pub id: i64,
    /// The number of the claim: what is written with another is refused.
    pub fence: i64,
    /// What people call it.
    pub name: String,
    /// What there is to do.
    pub payload: String,
    /// What was made so far, as the last note told it.
    pub journal: Option<String>,
    /// How often it failed.
    pub attempts: u32,
    /// How often its worker was not heard of for the time of a lease.
    pub losses: u32,
}

/// A thing that a job has made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Thing<'a> {
    /// What kind of thing; kinds have their own ids.
    pub kind: &'a str,
    /// The id that the service gave it.
    pub id: &'a str,
    /// What is alike for things that could be taken for each other, such as a name.
    pub like: &'a str,
}

/// What a worker writes about its job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Note<'a> {
    /// What was made so far.
    pub journal: &'a str,
    /// Something is about to be made that could be taken for the same of another job: one job at a time may have this intent.
    pub intent: Option<&'a str>,
    /// What was made, each thing by one job only.
    pub things: &'a [Thing<'a>],
}

/// What became of a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It is in the database.
    Yes,
    /// The job is in other hands; nothing was written.
    Lost,
    /// Another job has this intent; nothing was written.
    Busy {
        /// The other job.
        job: i64,
        /// Whether it has failed or was cancelled with it, and so will not be through before it is tried again.
        ended: bool,
    },
    /// A thing belongs to another job; nothing was written.
    Taken {
        /// The other job; 0 if the thing was disowned.
        job: i64,
    },
}

/// How the work on a job ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End<'a> {
    /// The work succeeded: nobody claims the job again.
    Done,
    /// It failed, and is to be tried again.
    Again {
        /// After this pause at the earliest.
        after: Duration,
        /// Why, in one line.
        error: &'a str,
    },
    /// It failed for good.
    Failed {
        /// Why, in one line.
        error: &'a str,
    },
    /// It is put back to its place in the order, as if it had not been claimed.
    Back {
        /// Nobody claims it before.
        after: Duration,
    },
    /// It is put back behind those that wait, as if it had not been claimed.
    Behind {
        /// Nobody claims it before.
        after: Duration,
    },
}

/// Where a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// It can be claimed, now or after a pause.
    Waiting,
    /// A worker has it, or had it until its lease was over.
    Running,
    /// A worker finished it, and nobody claims it again.
    Done,
    /// It failed for good.
    Failed,
    /// It was cancelled.
    Cancelled,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Waiting, Self::Running, Self::Done, Self::Failed, Self::Cancelled];

    /// The word in the database.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state of this word; `None` for other words.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// A job as the queue knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The number of the job.
    pub id: i64,
    /// What people call it.
    pub name: String,
    /// What there is to do.
    pub payload: String,
    /// Larger ones are claimed first.
    pub priority: i32,
    /// Where it is.
    pub state: State,
    /// How often it failed.
    pub attempts: u32,
    /// What was made so far.
    pub journal: Option<String>,
    /// Why it failed the last time.
    pub error: Option<String>,
    /// Who has it, or had it last.
    pub holder: Option<String>,
}

/// How many jobs are where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts([u64; 5]);

impl Counts {
    /// How many are in this state.
    #[must_use]
    pub fn of(&self, state: State) -> u64 {
        State::ALL.iter().zip(self.0).find(|(known, _)| **known == state).map_or(0, |(_, count)| count)
    }

    /// Sets how many are in this state.
    pub fn set(&mut self, state: State, count: u64) {
        for (known, slot) in State::ALL.iter().zip(&mut self.0) {
            if *known == state {
                *slot = count;
            }
        }
    }

    /// Those on which there is still something to do.
    #[must_use]
    pub fn open(&self) -> u64 {
        self.of(State::Waiting) + self.of(State::Running)
    }

    /// All of them.
    #[must_use]
    pub fn all(&self) -> u64 {
        self.0.iter().sum()
    }
}

/// Which jobs are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// Those of these numbers.
    Ids(Vec<i64>),
    /// All that are in this state.
    In(State),
    /// Every job of the queue, whatever its state.
    All,
}
