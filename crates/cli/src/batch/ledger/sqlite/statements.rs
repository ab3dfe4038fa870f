//! The statements of the embedded ledger, each in one transaction.

use std::time::Duration;

use rusqlite::{OptionalExtension as _, Row, Rows, params};
use segno_core::time::{Clock as _, SystemClock};

use super::super::{
    Added, Claim, Counts, End, Entry, Kept, Ledger, NewJob, Note, Reply, State, Thing, Which,
};
use super::Sqlite;

/// The priorities of the jobs that have not ended, one step in the index each.
const PRIORITIES: &str = "
WITH RECURSIVE p (v) AS (
    SELECT max(priority) FROM jobs WHERE queue = ?1 AND due IS NOT NULL
    UNION ALL
    SELECT (SELECT max(priority) FROM jobs WHERE queue = ?1 AND due IS NOT NULL AND priority < p.v)
    FROM p WHERE p.v IS NOT NULL
)";

/// No lease and no pause is longer (`--lease` is a day at most). What ends later was written while the clock of this machine was wrong.
const FARTHEST: Duration = Duration::from_secs(25 * 3600);
/// Has what would wait for such a time wait no longer.
const SET_RIGHT: &str = "UPDATE jobs SET due = ?2, age = min(age, ?2) WHERE queue = ?1 AND due IS NOT NULL AND (due > ?3 OR age > ?3)";

fn now() -> i64 {
    let since = std::time::SystemTime::from(SystemClock.wall()).duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

fn after(duration: Duration) -> i64 {
    now().saturating_add(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX))
}

fn counted(mut rows: Rows<'_>) -> rusqlite::Result<Counts> {
    let mut counts = Counts::default();
    while let Some(row) = rows.next()? {
        let (state, count): (String, i64) = (row.get(0)?, row.get(1)?);
        if let Some(state) = State::named(&state) {
            counts.set(state, u64::try_from(count).unwrap_or_default());
        }
    }
    Ok(counts)
}

fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let state: String = row.get("state")?;
    Ok(Entry {
        id: row.get("id")?,
        name: row.get("name")?,
        payload: row.get("payload")?,
        priority: row.get("priority")?,
        state: State::named(&state).unwrap_or(State::Failed),
        attempts: row.get("attempts")?,
        journal: row.get("journal")?,
        error: row.get("error")?,
        holder: row.get("holder")?,
    })
}

/// The condition for these jobs; `?1` is the queue.
fn condition(which: &Which) -> String {
    match which {
        Which::Ids(ids) => {
            let ids: Vec<String> = ids.iter().map(i64::to_string).collect();
            format!("queue = ?1 AND id IN ({})", ids.join(", "))
        }
        Which::In(state) => format!("queue = ?1 AND state = '{}'", state.name()),
        Which::All => "queue = ?1".to_owned(),
    }
}

impl Ledger for Sqlite {
    fn add(&self, jobs: Vec<NewJob>) -> Reply<'_, Added> {
        self.write(move |ledger, queue| {
            let mut added = Added::default();
            let mut insert = ledger.prepare(
                "INSERT INTO jobs (queue, key, name, payload, priority, due, age) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)
                 ON CONFLICT DO NOTHING",
            )?;
            let mut change = ledger.prepare(
                "UPDATE jobs SET payload = ?3, priority = ?4 WHERE queue = ?1 AND key = ?2 AND state IN ('waiting', 'failed')",
            )?;
            let due = now();
            for job in jobs {
                let values = params![queue, job.key, job.name, job.payload, job.priority, due];
                if insert.execute(values)? == 1 {
                    added.new += 1;
                } else {
                    added.known += 1;
                    change.execute(params![queue, job.key, job.payload, job.priority])?;
                }
            }
            Ok(added)
        })
    }

    fn claim<'a>(&'a self, holder: &'a str, lease: Duration) -> Reply<'a, Option<Claim>> {
        let holder = holder.to_owned();
        self.write(move |ledger, queue| {
            let next = format!(
                "{PRIORITIES} SELECT job FROM (
                     SELECT p.v AS v, (SELECT id FROM jobs INDEXED BY jobs_age
                                       WHERE queue = ?1 AND priority = p.v AND age <= ?2 AND due <= ?2
                                       ORDER BY age, id LIMIT 1) AS job
                     FROM p WHERE p.v IS NOT NULL
                 ) WHERE job IS NOT NULL ORDER BY v DESC LIMIT 1"
            );
            let mut next = ledger.prepare_cached(&next)?;
            let mut find = || next.query_row(params![queue, now()], |row| row.get::<_, i64>(0)).optional();
            let id = match find()? {
                Some(id) => id,
                None if ledger.execute(SET_RIGHT, params![queue, now(), after(FARTHEST)])? == 0 => return Ok(None),
                None => match find()? {
                    Some(id) => id,
                    None => return Ok(None),
                },
            };
            let mut take = ledger.prepare_cached(
                "UPDATE jobs SET losses = losses + (state = 'running'), state = 'running', fence = fence + 1, holder = ?2, due = ?3
                 WHERE id = ?1 RETURNING fence, name, payload, journal, attempts, losses",
            )?;
            let claim = take.query_row(params![id, holder, after(lease)], |row| {
                Ok(Claim {
                    id,
                    fence: row.get(0)?,
                    name: row.get(1)?,
                    payload: row.get(2)?,
                    journal: row.get(3)?,
                    attempts: row.get(4)?,
                    losses: row.get(5)?,
                })
            })?;
            Ok(Some(claim))
        })
    }

    fn next(&self) -> Reply<'_, Option<Duration>> {
        self.read(|ledger, queue| {
            let due = format!(
                "{PRIORITIES} SELECT min((SELECT min(due) FROM jobs WHERE queue = ?1 AND priority = p.v AND due IS NOT NULL))
                 FROM p WHERE p.v IS NOT NULL"
            );
            let due: Option<i64> = ledger.prepare_cached(&due)?.query_row([queue], |row| row.get(0))?;
            Ok(due.map(|due| Duration::from_millis(u64::try_from(due - now()).unwrap_or_default())))
        })
    }

    fn beat<'a>(&'a self, claim: &'a Claim, lease: Duration) -> Reply<'a, bool> {
        let (id, fence) = (claim.id, claim.fence);
        self.write(move |ledger, _| {
            let mut beat = ledger.prepare_cached(
                "UPDATE jobs SET due = ?3 WHERE id = ?1 AND fence = ?2 AND state = 'running'",
            )?;
            Ok(beat.execute(params![id, fence, after(lease)])? == 1)
        })
    }

    fn keep<'a>(&'a self, claim: &'a Claim, note: Note<'a>) -> Reply<'a, Kept> {
        let (id, fence) = (claim.id, claim.fence);
        let (journal, intent) = (note.journal.to_owned(), note.intent.map(str::to_owned));
        let things: Vec<_> = note
            .things
            .iter()
            .map(|thing| (thing.kind.to_owned(), thing.id.to_owned(), thing.like.to_owned()))
            .collect();
        self.write(move |ledger, queue| {
            let mine = "SELECT 1 FROM jobs WHERE id = ?1 AND fence = ?2 AND state = 'running'";
            if !ledger.prepare_cached(mine)?.exists(params![id, fence])? {
                return Ok(Kept::Lost);
            }
            for (kind, thing, _) in &things {
                let owner = "SELECT job FROM things WHERE queue = ?1 AND kind = ?2 AND id = ?3";
                let owner: Option<Option<i64>> = ledger
                    .prepare_cached(owner)?
                    .query_row(params![queue, kind, thing], |row| row.get(0))
                    .optional()?;
                if let Some(owner) = owner.filter(|owner| *owner != Some(id)) {
                    return Ok(Kept::Taken { job: owner.unwrap_or_default() });
                }
            }
            if let Some(intent) = &intent {
                let other = "SELECT id, due IS NULL FROM jobs WHERE queue = ?1 AND intent = ?2 AND id <> ?3";
                let other: Option<(i64, bool)> = ledger
                    .prepare_cached(other)?
                    .query_row(params![queue, intent, id], |row| Ok((row.get(0)?, row.get(1)?)))
                    .optional()?;
                if let Some((job, ended)) = other {
                    return Ok(Kept::Busy { job, ended });
                }
            }
            ledger
                .prepare_cached("UPDATE jobs SET journal = ?2, intent = ?3 WHERE id = ?1")?
                .execute(params![id, journal, intent])?;
            for (kind, thing, like) in &things {
                ledger
                    .prepare_cached(
                        "INSERT INTO things (queue, kind, id, alike, job, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                         ON CONFLICT DO NOTHING",
                    )?
                    .execute(params![queue, kind, thing, like, id, now()])?;
            }
            Ok(Kept::Yes)
        })
    }

    fn end<'a>(&'a self, claim: &'a Claim, end: End<'a>) -> Reply<'a, bool> {
        let (id, fence) = (claim.id, claim.fence);
        let (state, due, failed, error) = match end {
            End::Done => (State::Done, None, 0, None),
            End::Again { after: pause, error } => {
                (State::Waiting, Some(after(pause)), 1, Some(error.to_owned()))
            }
            End::Failed { error } => (State::Failed, None, 1, Some(error.to_owned())),
            End::Back { after: pause } | End::Behind { after: pause } => {
                (State::Waiting, Some(after(pause)), 0, None)
            }
        };
        let stays = !matches!(end, End::Again { .. } | End::Behind { .. });
        self.write(move |ledger, _| {
            // What a job that was put back has failed with before is still worth knowing.
            let mut write = ledger.prepare_cached(
                "UPDATE jobs SET state = ?3, due = ?4, attempts = attempts + ?5, holder = NULL,
                                 age = CASE WHEN ?7 THEN age ELSE ?4 END,
                                 error = CASE WHEN ?3 = 'waiting' THEN coalesce(?6, error) ELSE ?6 END
                 WHERE id = ?1 AND fence = ?2 AND state = 'running'",
            )?;
            Ok(write.execute(params![id, fence, state.name(), due, failed, error, stays])? == 1)
        })
    }

    fn disown<'a>(&'a self, thing: Thing<'a>) -> Reply<'a, bool> {
        let (kind, id, like) = (thing.kind.to_owned(), thing.id.to_owned(), thing.like.to_owned());
        self.write(move |ledger, queue| {
            ledger.execute(
                "INSERT INTO things (queue, kind, id, alike, job, at) VALUES (?1, ?2, ?3, ?4, NULL, ?5) ON CONFLICT DO NOTHING",
                params![queue, kind, id, like, now()],
            )?;
            let owner: Option<i64> = ledger.query_row(
                "SELECT job FROM things WHERE queue = ?1 AND kind = ?2 AND id = ?3",
                params![queue, kind, id],
                |row| row.get(0),
            )?;
            Ok(owner.is_none())
        })
    }

    fn alike<'a>(&'a self, claim: &'a Claim, kind: &'a str, like: &'a str) -> Reply<'a, Vec<String>> {
        let (job, kind, like) = (claim.id, kind.to_owned(), like.to_owned());
        self.write(move |ledger, queue| {
            let mut list = ledger.prepare_cached(
                "SELECT id FROM things WHERE queue = ?1 AND kind = ?2 AND alike = ?3 AND job IS NOT ?4",
            )?;
            list.query_map(params![queue, kind, like, job], |row| row.get(0))?.collect()
        })
    }

    fn lock<'a>(&'a self, name: &'a str, holder: &'a str, lease: Duration) -> Reply<'a, bool> {
        let (name, holder) = (name.to_owned(), holder.to_owned());
        self.write(move |ledger, queue| {
            let taken = ledger.execute(
                "INSERT INTO locks (queue, name, holder, until) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (queue, name) DO UPDATE SET holder = excluded.holder, until = excluded.until
                 WHERE holder = excluded.holder OR until <= ?5 OR until > ?6",
                params![queue, name, holder, after(lease), now(), after(FARTHEST)],
            )?;
            Ok(taken == 1)
        })
    }

    fn unlock<'a>(&'a self, name: &'a str, holder: &'a str) -> Reply<'a, ()> {
        let (name, holder) = (name.to_owned(), holder.to_owned());
        self.write(move |ledger, queue| {
            let unlock = "DELETE FROM locks WHERE queue = ?1 AND name = ?2 AND holder = ?3";
            ledger.execute(unlock, params![queue, name, holder]).map(|_| ())
        })
    }

    fn counts(&self) -> Reply<'_, Counts> {
        self.read(|ledger, queue| {
            let mut list =
                ledger.prepare_cached("SELECT state, count(*) FROM jobs WHERE queue = ?1 GROUP BY state")?;
            counted(list.query([queue])?)
        })
    }

    fn counts_of<'a>(&'a self, keys: &'a [String]) -> Reply<'a, Counts> {
        let keys = serde_json::Value::from(keys).to_string();
        self.read(move |ledger, queue| {
            let mut list = ledger.prepare_cached(
                "SELECT state, count(*) FROM jobs
                 WHERE queue = ?1 AND key IN (SELECT value FROM json_each(?2)) GROUP BY state",
            )?;
            counted(list.query(params![queue, keys])?)
        })
    }

    fn queues(&self) -> Reply<'_, Vec<String>> {
        self.read(|ledger, _| {
            // One step in the index each.
            let mut list = ledger.prepare(
                "WITH RECURSIVE q (name) AS (
                     SELECT min(queue) FROM jobs
                     UNION ALL SELECT (SELECT min(queue) FROM jobs WHERE queue > q.name) FROM q WHERE q.name IS NOT NULL
                 ) SELECT name FROM q WHERE name IS NOT NULL",
            )?;
            list.query_map([], |row| row.get(0))?.collect()
        })
    }

    fn notice<'a>(&'a self, holder: &'a str, said: Option<&'a str>, lasts: Duration) -> Reply<'a, ()> {
        let (holder, said) = (holder.to_owned(), said.map(str::to_owned));
        self.write(move |ledger, queue| {
            let old = "DELETE FROM notices WHERE queue = ?1 AND (until <= ?3 OR holder = ?2)";
            ledger.execute(old, params![queue, holder, now()])?;
            if let Some(said) = said {
                let new = "INSERT INTO notices (queue, holder, said, until) VALUES (?1, ?2, ?3, ?4)";
                ledger.execute(new, params![queue, holder, said, after(lasts)])?;
            }
            Ok(())
        })
    }

    fn notices(&self) -> Reply<'_, Vec<String>> {
        self.read(|ledger, queue| {
            let list = "SELECT said FROM notices WHERE queue = ?1 AND until > ?2 ORDER BY holder";
            ledger.prepare(list)?.query_map(params![queue, now()], |row| row.get(0))?.collect()
        })
    }

    fn list<'a>(&'a self, which: &'a Which, after: i64, limit: u32) -> Reply<'a, Vec<Entry>> {
        let text = format!("SELECT * FROM jobs WHERE {} AND id > ?2 ORDER BY id LIMIT ?3", condition(which));
        self.read(move |ledger, queue| {
            ledger.prepare(&text)?.query_map(params![queue, after, limit], entry)?.collect()
        })
    }

    fn retry<'a>(&'a self, which: &'a Which) -> Reply<'a, u64> {
        let text = format!(
            "UPDATE jobs SET state = 'waiting', due = ?2, age = ?2, attempts = 0, losses = 0, error = NULL
             WHERE {} AND state IN ('failed', 'cancelled')",
            condition(which)
        );
        self.write(move |ledger, queue| Ok(ledger.execute(&text, params![queue, now()])? as u64))
    }

    fn anew<'a>(&'a self, ids: &'a [i64], kinds: &'a [&'static str]) -> Reply<'a, u64> {
        let (ids, kinds) = (ids.to_vec(), kinds.to_vec());
        self.write(move |ledger, queue| {
            let mut change = ledger.prepare(
                "UPDATE jobs SET state = 'waiting', due = ?3, age = ?3, attempts = 0, losses = 0, error = NULL,
                                 journal = NULL, intent = NULL
                 WHERE queue = ?1 AND id = ?2 AND state <> 'running'",
            )?;
            let mut leave =
                ledger.prepare("UPDATE things SET job = NULL WHERE queue = ?1 AND kind = ?3 AND job = ?2")?;
            let mut changed = 0;
            for id in ids {
                if change.execute(params![queue, id, now()])? == 1 {
                    changed += 1;
                    for kind in &kinds {
                        leave.execute(params![queue, id, kind])?;
                    }
                }
            }
            Ok(changed)
        })
    }

    fn cancel<'a>(&'a self, which: &'a Which) -> Reply<'a, u64> {
        let text = format!(
            "UPDATE jobs SET state = 'cancelled', due = NULL WHERE {} AND state IN ('waiting', 'failed')",
            condition(which)
        );
        self.write(move |ledger, queue| Ok(ledger.execute(&text, params![queue])? as u64))
    }
}
