//! The ledger of a batch: what there is to do, who does it, what was made, and what went wrong.
//!
//! A job is claimed with a lease and a fence, a number that grows with every claim: whatever a worker writes about a job is
//! written only if the fence is still its own. So a worker that was away for longer than its lease, and whose job another has
//! taken over, cannot write any more.

use std::time::Duration;

use segno_core::BoxFuture;

use crate::failure::Failure;

#[cfg(test)]
mod contract;
mod postgres;
mod sqlite;

pub(crate) use postgres::Shared;
pub(crate) use segno_postgres::queue::{
    Added, Claim, Counts, End, Entry, Kept, NewJob, Note, State, Thing, Which,
};
pub(crate) use sqlite::Sqlite;

/// A response of the ledger.
pub(crate) type Reply<'a, T> = BoxFuture<'a, Result<T, Failure>>;

/// The jobs of one account. What it promises stands in `contract`, which every ledger passes.
pub(crate) trait Ledger: Send + Sync {
    /// Adds what is not there yet. Of a job that waits or has failed, the payload and priority become those that are given now.
    fn add(&self, jobs: Vec<NewJob>) -> Reply<'_, Added>;

    /// Takes the job that is next: of the largest priority, and of these the one that was added, failed or was retried first. Others
    /// may take it when the lease is over; it comes back to its place.
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
    fn alike<'a>(&'a self, claim: &'a Claim, kind: &'a str, like: &'a str) -> Reply<'a, Vec<String>>;

    /// Locks a name for others until it is unlocked or the lease is over. `false`: another has it.
    fn lock<'a>(&'a self, name: &'a str, holder: &'a str, lease: Duration) -> Reply<'a, bool>;

    /// Unlocks a name.
    fn unlock<'a>(&'a self, name: &'a str, holder: &'a str) -> Reply<'a, ()>;

    fn counts(&self) -> Reply<'_, Counts>;

    /// How many of the jobs of these keys are where.
    fn counts_of<'a>(&'a self, keys: &'a [String]) -> Reply<'a, Counts>;

    /// The accounts that have jobs in this ledger, this one or others, by the names of their queues.
    fn queues(&self) -> Reply<'_, Vec<String>>;

    /// Has a worker say something of itself for so long, in place of what it said before; `None`: nothing any more.
    fn notice<'a>(&'a self, holder: &'a str, said: Option<&'a str>, lasts: Duration) -> Reply<'a, ()>;

    /// What workers say of themselves now.
    fn notices(&self) -> Reply<'_, Vec<String>>;

    /// Jobs in the order of their numbers, at most `limit` that come after the number `after`.
    fn list<'a>(&'a self, which: &'a Which, after: i64, limit: u32) -> Reply<'a, Vec<Entry>>;

    /// Has jobs that failed or were cancelled wait again, as if they had never failed; what they have made is kept. Gives how many.
    fn retry<'a>(&'a self, which: &'a Which) -> Reply<'a, u64>;

    /// Has jobs that are not being worked on wait again, as if they had made nothing: of these kinds, what they have made belongs to
    /// nobody from now on. Gives how many.
    fn anew<'a>(&'a self, ids: &'a [i64], kinds: &'a [&'static str]) -> Reply<'a, u64>;

    /// Cancels jobs that wait or have failed. Gives how many.
    fn cancel<'a>(&'a self, which: &'a Which) -> Reply<'a, u64>;
}
