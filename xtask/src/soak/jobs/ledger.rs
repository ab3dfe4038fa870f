//! What the program was told, thing by thing, and whether it is so.

use std::collections::BTreeMap;
use std::fmt::{Display, Write as _};
use std::sync::{Mutex, MutexGuard, PoisonError};

use segno_soundcloud::core::{ApiError, Error};

use super::site::Site;

/// What a call said of its work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Told {
    /// Nobody asked for it.
    #[default]
    Unasked,
    /// It failed, without effect.
    Failed,
    /// It failed, and may have taken effect.
    Unknown,
    Done,
}

impl Told {
    fn of<T, A>(outcome: &Result<T, Error<A>>) -> Self {
        match outcome {
            Ok(_) => Self::Done,
            Err(error) if error.may_have_taken_effect() => Self::Unknown,
            Err(_) => Self::Failed,
        }
    }
}

/// What was told of one thing.
#[derive(Clone, Copy, Default)]
struct Entry {
    made: Told,
    gone: Told,
}

/// Service and kind, as the sandbox counts them.
pub(super) type Kind = (&'static str, &'static str);

/// Everything that was asked for, by kind and name. No two things have one name.
#[derive(Default)]
pub(super) struct Ledger {
    entries: Mutex<BTreeMap<Kind, BTreeMap<String, Entry>>>,
    reads: Mutex<Reads>,
    /// What those that failed said, each with how often.
    failures: Mutex<BTreeMap<String, u64>>,
}

/// Calls that the sandbox does not count.
#[derive(Clone, Copy, Default)]
struct Reads {
    done: u64,
    failed: u64,
    /// Those that gave what belongs to something else.
    wrong: u64,
}

impl Ledger {
    pub(super) fn made<T, A: ApiError>(&self, kind: Kind, name: &str, outcome: &Result<T, Error<A>>) {
        self.note(outcome);
        let mut entries = lock(&self.entries);
        let entry = entries.entry(kind).or_default().entry(name.to_owned()).or_default();
        // What is asked for twice, such as a like, is there once.
        entry.made = entry.made.max(Told::of(outcome));
    }

    pub(super) fn gone<T, A: ApiError>(&self, kind: Kind, name: &str, outcome: &Result<T, Error<A>>) {
        self.note(outcome);
        lock(&self.entries).entry(kind).or_default().entry(name.to_owned()).or_default().gone =
            Told::of(outcome);
    }

    fn note<T, E: Display>(&self, outcome: &Result<T, E>) {
        if let Err(error) = outcome {
            *lock(&self.failures).entry(error.to_string()).or_default() += 1;
        }
    }

    /// A call that reads, or changes what is there; whether what it gave is what was asked for.
    pub(super) fn read<T, E: Display>(&self, outcome: &Result<T, E>, is_right: impl FnOnce(&T) -> bool) {
        self.note(outcome);
        let mut reads = lock(&self.reads);
        match outcome {
            Ok(value) if is_right(value) => reads.done += 1,
            Ok(_) => reads.wrong += 1,
            Err(_) => reads.failed += 1,
        }
    }

    /// What does not agree: things that are lost, doubled or there without explanation, and counts that nothing explains.
    pub(super) async fn reconcile(&self, site: &Site) -> Result<Vec<String>, String> {
        let mut found = Vec::new();
        let entries = lock(&self.entries).clone();
        for (kind, things) in &entries {
            let counted = site.counted(*kind);
            let sum = |of: fn(&Entry) -> Told, told: Told| {
                things.values().filter(|entry| of(entry) == told).count() as u64
            };
            for (what, of, counted) in [
                ("made", (|entry: &Entry| entry.made) as fn(&Entry) -> Told, counted.created),
                ("deleted", |entry: &Entry| entry.gone, counted.deleted),
            ] {
                let (done, unknown) = (sum(of, Told::Done), sum(of, Told::Unknown));
                // Recordings go with their slices.
                if sum(of, Told::Unasked) == things.len() as u64 {
                    continue;
                }
                if !(done..=done + unknown).contains(&counted) {
                    found.push(format!(
                        "miscounted: {}.{}: {counted} {what}, told {done} and {unknown} unknown",
                        kind.0, kind.1
                    ));
                }
            }
            let Some(there) = site.there(*kind).await? else { continue };
            for (name, entry) in things {
                let count = there.get(name).copied().unwrap_or(0);
                let (least, most) = match (entry.made, entry.gone) {
                    (Told::Done, Told::Unasked | Told::Failed) => (1, 1),
                    (Told::Done, Told::Unknown) | (Told::Unknown, _) => (0, 1),
                    _ => (0, 0),
                };
                if !(least..=most).contains(&count) {
                    let what = if count < least {
                        "lost"
                    } else if count > 1 {
                        "doubled"
                    } else {
                        "unexplained"
                    };
                    found.push(format!(
                        "{what}: {}.{} {name}: {count} there, made {:?}, deleted {:?}",
                        kind.0, kind.1, entry.made, entry.gone
                    ));
                }
            }
        }
        let wrong = lock(&self.reads).wrong;
        if wrong > 0 {
            found.push(format!("wrong: {wrong} calls gave what belongs to something else"));
        }
        if site.met() == 0 {
            let failures = lock(&self.failures);
            found.extend(
                failures
                    .iter()
                    .map(|(what, count)| format!("failed: {count} times, without a fault: {what}")),
            );
        }
        found.extend(site.lost_login().await);
        Ok(found)
    }

    /// The ledger beside the sandbox's counts.
    pub(super) fn table(&self, site: &Site) -> String {
        let mut table = format!(
            "{:32} {:>8} {:>8} {:>8} {:>8} | {:>8} {:>8} {:>8} {:>8}\n",
            "", "made", "failed", "unknown", "sandbox", "deleted", "failed", "unknown", "sandbox"
        );
        for (kind, things) in &*lock(&self.entries) {
            let sum =
                |of: fn(&Entry) -> Told, told: Told| things.values().filter(|it| of(it) == told).count();
            let counted = site.counted(*kind);
            let _ = write!(table, "{:32}", format!("{}.{}", kind.0, kind.1));
            for told in [Told::Done, Told::Failed, Told::Unknown] {
                let _ = write!(table, " {:>8}", sum(|entry| entry.made, told));
            }
            let _ = write!(table, " {:>8} |", counted.created);
            for told in [Told::Done, Told::Failed, Told::Unknown] {
                let _ = write!(table, " {:>8}", sum(|entry| entry.gone, told));
            }
            let _ = writeln!(table, " {:>8}", counted.deleted);
        }
        let Reads { done, failed, wrong } = *lock(&self.reads);
        let _ = write!(
            table,
            "reads and changes: {done} done, {failed} failed, {wrong} wrong; {} faults struck",
            site.met()
        );
        table
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
