//! The statements of the queue. Each is one round trip but [`Queue::keep`], which is one transaction.

use std::time::Duration;

use deadpool_postgres::Client;
use tokio_postgres::Row;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{ToSql, Type};

use super::{Added, Claim, Counts, End, Entry, Kept, NewJob, Note, Queue, State, Thing, Which};
use crate::PostgresError;

/// A value and its type.
type Value<'a> = (&'a (dyn ToSql + Sync), Type);

/// How long is waited for a transaction.
const KEEPING: Duration = Duration::from_secs(10);
/// How long is waited for what looks at every job or changes them.
const ALL: Duration = Duration::from_secs(120);

/// The priorities of the jobs that have not ended, one step in the index each.
const PRIORITIES: &str = "
WITH RECURSIVE p (v) AS (
    (SELECT priority FROM segno_jobs WHERE queue = $1 AND due IS NOT NULL ORDER BY priority DESC LIMIT 1)
    UNION ALL
    SELECT (SELECT j.priority FROM segno_jobs j WHERE j.queue = $1 AND j.due IS NOT NULL AND j.priority < p.v
            ORDER BY j.priority DESC LIMIT 1)
    FROM p WHERE p.v IS NOT NULL
)";

impl Queue {
    /// Adds what is not there yet. Of a job that waits or has failed, the payload and priority become those that are given now.
    ///
    /// # Errors
    /// [`PostgresError`]; all were added or none.
    pub async fn add(&self, jobs: &[NewJob]) -> Result<Added, PostgresError> {
        let column = |of: fn(&NewJob) -> &str| jobs.iter().map(of).collect::<Vec<&str>>();
        let (keys, names) = (column(|job| &job.key), column(|job| &job.name));
        let (payloads, priorities) =
            (column(|job| &job.payload), jobs.iter().map(|job| job.priority).collect::<Vec<i32>>());
        let statement = "
            INSERT INTO segno_jobs (queue, key, name, payload, priority, due)
            SELECT $1, key, min(name), min(payload), min(priority), now()
            FROM unnest($2, $3, $4, $5) WITH ORDINALITY AS job (key, name, payload, priority, place)
            GROUP BY key ORDER BY min(place)
            ON CONFLICT (queue, key) DO UPDATE SET payload = excluded.payload, priority = excluded.priority
            WHERE segno_jobs.state IN ('waiting', 'failed')
            RETURNING xmax = 0";
        let values: [Value<'_>; 5] = [
            (&self.name, Type::TEXT),
            (&keys, Type::TEXT_ARRAY),
            (&names, Type::TEXT_ARRAY),
            (&payloads, Type::TEXT_ARRAY),
            (&priorities, Type::INT4_ARRAY),
        ];
        let rows = self.database.query_within(ALL, statement, &values).await?;
        let mut new = 0;
        for row in rows {
            new += u64::from(self.cell::<bool>(&row, 0)?);
        }
        Ok(Added { new, known: jobs.len() as u64 - new })
    }

    /// Claims the job that is next: of the largest priority, and of these the one that was added, failed or was retried first. When the
    /// lease is over others may claim it.
    ///
    /// # Errors
    /// [`PostgresError`]. A claim whose response is lost is over with its lease.
    pub async fn claim(&self, holder: &str, lease: Duration) -> Result<Option<Claim>, PostgresError> {
        let statement = format!(
            "{PRIORITIES}, next AS (
                SELECT c.id FROM p CROSS JOIN LATERAL (
                    SELECT id FROM segno_jobs WHERE queue = $1 AND priority = p.v AND age <= now() AND due <= now()
                    ORDER BY age, id LIMIT 1 FOR UPDATE SKIP LOCKED
                ) AS c WHERE p.v IS NOT NULL LIMIT 1
            )
            UPDATE segno_jobs AS job
            SET losses = job.losses + (job.state = 'running')::int, state = 'running', fence = job.fence + 1, holder = $2,
                due = now() + $3 * interval '1 millisecond'
            FROM next WHERE job.id = next.id
            RETURNING job.id, job.fence, job.name, job.payload, job.journal, job.attempts, job.losses"
        );
        let lease = millis(lease);
        let values: [Value<'_>; 3] =
            [(&self.name, Type::TEXT), (&holder, Type::TEXT), (&lease, Type::FLOAT8)];
        let rows = self.database.query(&statement, &values).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        Ok(Some(Claim {
            id: self.cell(row, 0)?,
            fence: self.cell(row, 1)?,
            name: self.cell(row, 2)?,
            payload: self.cell(row, 3)?,
            journal: self.cell(row, 4)?,
            attempts: self.number(row, 5)?,
            losses: self.number(row, 6)?,
        }))
    }

    /// How long until a job may be due; `None` if all have ended.
    ///
    /// # Errors
    /// [`PostgresError`].
    pub async fn next(&self) -> Result<Option<Duration>, PostgresError> {
        let statement = format!(
            "{PRIORITIES} SELECT (extract(epoch FROM min(c.due) - now()) * 1000)::float8 FROM p CROSS JOIN LATERAL (
                SELECT due FROM segno_jobs WHERE queue = $1 AND priority = p.v AND due IS NOT NULL ORDER BY due LIMIT 1
            ) AS c WHERE p.v IS NOT NULL"
        );
        let rows = self.database.query(&statement, &[(&self.name, Type::TEXT)]).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let millis: Option<f64> = self.cell(row, 0)?;
        Ok(millis.map(|millis| Duration::try_from_secs_f64(millis / 1000.0).unwrap_or(Duration::ZERO)))
    }

    /// Makes the lease as long as at the beginning. `false`: the job is in other hands.
    ///
    /// # Errors
    /// [`PostgresError`].
    pub async fn beat(&self, claim: &Claim, lease: Duration) -> Result<bool, PostgresError> {
        let statement = "UPDATE segno_jobs SET due = now() + $3 * interval '1 millisecond'
                         WHERE id = $1 AND fence = $2 AND state = 'running' RETURNING id";
        let lease = millis(lease);
        let values: [Value<'_>; 3] =
            [(&claim.id, Type::INT8), (&claim.fence, Type::INT8), (&lease, Type::FLOAT8)];
        Ok(!self.database.query(statement, &values).await?.is_empty())
    }

    /// Keeps the journal and the things that were made, all or nothing. The same note may be written again.
    ///
    /// # Errors
    /// [`PostgresError`]. Whether the note was kept is then not known.
    pub async fn keep(&self, claim: &Claim, note: Note<'_>) -> Result<Kept, PostgresError> {
        let mut connection = self.database.connection().await?;
        let kept = tokio::time::timeout(KEEPING, self.keep_on(&mut connection, claim, note)).await;
        match kept {
            Ok(Ok(Some(kept))) => Ok(kept),
            Ok(Ok(None)) => {
                drop(connection);
                self.busy(claim, note.intent.unwrap_or_default()).await
            }
            Ok(Err(error)) => Err(error),
            Err(_) => Err(self.database.hangs(connection, KEEPING)),
        }
    }

    /// One transaction; `None` if another job has the intent.
    async fn keep_on(
        &self,
        connection: &mut Client,
        claim: &Claim,
        note: Note<'_>,
    ) -> Result<Option<Kept>, PostgresError> {
        let refused = |error| self.database.refused(error);
        let transaction = connection.transaction().await.map_err(refused)?;
        let mine = "SELECT 1 FROM segno_jobs WHERE id = $1 AND fence = $2 AND state = 'running' FOR UPDATE";
        let values: [Value<'_>; 2] = [(&claim.id, Type::INT8), (&claim.fence, Type::INT8)];
        if transaction.query_typed(mine, &values).await.map_err(refused)?.is_empty() {
            return Ok(Some(Kept::Lost));
        }
        for thing in note.things {
            let owner = "
                WITH mine AS (
                    INSERT INTO segno_things (queue, kind, id, alike, job) VALUES ($1, $2, $3, $4, $5)
                    ON CONFLICT DO NOTHING RETURNING job
                )
                SELECT job FROM mine UNION ALL SELECT job FROM segno_things WHERE queue = $1 AND kind = $2 AND id = $3";
            let values: [Value<'_>; 5] = [
                (&self.name, Type::TEXT),
                (&thing.kind, Type::TEXT),
                (&thing.id, Type::TEXT),
                (&thing.like, Type::TEXT),
                (&claim.id, Type::INT8),
            ];
            let rows = transaction.query_typed(owner, &values).await.map_err(refused)?;
            // Without a row, another has just written it in a transaction that ended meanwhile: it is taken all the same.
            let owner = rows.first().map(|row| self.cell::<Option<i64>>(row, 0)).transpose()?.flatten();
            if owner != Some(claim.id) {
                return Ok(Some(Kept::Taken { job: owner.unwrap_or_default() }));
            }
        }
        let write = "UPDATE segno_jobs SET journal = $2, intent = $3 WHERE id = $1";
        let values: [Value<'_>; 3] =
            [(&claim.id, Type::INT8), (&note.journal, Type::TEXT), (&note.intent, Type::TEXT)];
        match transaction.query_typed(write, &values).await {
            Ok(_) => {}
            Err(error) if error.code() == Some(&SqlState::UNIQUE_VIOLATION) => return Ok(None),
            Err(error) => return Err(refused(error)),
        }
        transaction.commit().await.map_err(refused)?;
        Ok(Some(Kept::Yes))
    }

    /// Who has an intent.
    async fn busy(&self, claim: &Claim, intent: &str) -> Result<Kept, PostgresError> {
        let statement =
            "SELECT id, due IS NULL FROM segno_jobs WHERE queue = $1 AND intent = $2 AND id <> $3";
        let values: [Value<'_>; 3] =
            [(&self.name, Type::TEXT), (&intent, Type::TEXT), (&claim.id, Type::INT8)];
        let rows = self.database.query(statement, &values).await?;
        // The other may be through meanwhile: then it was busy, and is not any more.
        let Some(row) = rows.first() else { return Ok(Kept::Busy { job: 0, ended: false }) };
        Ok(Kept::Busy { job: self.cell(row, 0)?, ended: self.cell(row, 1)? })
    }

    /// Ends the work on a job. `false`: the job is in other hands, and nothing was written.
    ///
    /// # Errors
    /// [`PostgresError`].
    pub async fn end(&self, claim: &Claim, end: End<'_>) -> Result<bool, PostgresError> {
        let (state, after, failed, error) = match end {
            End::Done => (State::Done, None, 0, None),
            End::Again { after, error } => (State::Waiting, Some(millis(after)), 1, Some(error)),
            End::Failed { error } => (State::Failed, None, 1, Some(error)),
            End::Back { after } | End::Behind { after } => (State::Waiting, Some(millis(after)), 0, None),
        };
        let (state, stays) = (state.name(), !matches!(end, End::Again { .. } | End::Behind { .. }));
        // What a job that was put back has failed with before is still worth knowing.
        let statement = "
            UPDATE segno_jobs SET state = $3, due = now() + $4 * interval '1 millisecond', attempts = attempts + $5,
                age = CASE WHEN $7 THEN age ELSE now() + $4 * interval '1 millisecond' END,
                holder = NULL, error = CASE WHEN $3 = 'waiting' THEN coalesce($6, error) ELSE $6 END
            WHERE id = $1 AND fence = $2 AND state = 'running' RETURNING id";
        let values: [Value<'_>; 7] = [
            (&claim.id, Type::INT8),
            (&claim.fence, Type::INT8),
            (&state, Type::TEXT),
            (&after, Type::FLOAT8),
            (&failed, Type::INT4),
            (&error, Type::TEXT),
            (&stays, Type::BOOL),
        ];
        Ok(!self.database.query(statement, &values).await?.is_empty())
    }

    /// Whether a thing belongs to no job; from now on none can have it.
    ///
    /// # Errors
    /// [`PostgresError`].
    pub async fn disown(&self, thing: Thing<'_>) -> Result<bool, PostgresError> {
        let insert = "INSERT INTO segno_things (queue, kind, id, alike, job) VALUES ($1, $2, $3, $4, NULL) ON CONFLICT DO NOTHING";
        let values: [Value<'_>; 4] = [
            (&self.name, Type::TEXT),
            (&thing.kind, Type::TEXT),
            (&thing.id, Type::TEXT),
            (&thing.like, Type::TEXT),
        ];
        self.database.query(insert, &values).await?;
        let owner = "SELECT job FROM segno_things WHERE queue = $1 AND kind = $2 AND id = $3";
        let rows = self.database.query(owner, &values[..3]).await?;
        let owner = rows.first().map(|row| self.cell::<Option<i64>>(row, 0)).transpose()?;
        Ok(owner == Some(None))
    }

    /// The things of this kind that are alike and do not belong to this job.
    ///
    /// # Errors
    /// [`PostgresError`].
    pub async fn alike(&self, claim: &Claim, kind: &str, like: &str) -> Result<Vec<String>, PostgresError> {
        let statement = "SELECT id FROM segno_things WHERE queue = $1 AND kind = $2 AND alike = $3 AND job IS DISTINCT FROM $4";
        let values: [Value<'_>; 4] =
            [(&self.name, Type::TEXT), (&kind, Type::TEXT), (&like, Type::TEXT), (&claim.id, Type::INT8)];
        self.database.query(statement, &values).await?.iter().map(|row| self.cell(row, 0)).collect()
    }

    /// Locks a name for others until it is unlocked or the lease is over. `false`: another holder has it.
    ///
    /// # Errors
    /// [`PostgresError`].
    pub async fn lock(&self, name: &str, holder: &str, lease: Duration) -> Result<bool, PostgresError> {
        let statement = "
            INSERT INTO segno_locks AS mine (queue, name, holder, until)
            VALUES ($1, $2, $3, now() + $4 * interval '1 millisecond')
            ON CONFLICT (queue, name) DO UPDATE SET holder = excluded.holder, until = excluded.until
            WHERE mine.holder = excluded.holder OR mine.until <= now() RETURNING name";
        let lease = millis(lease);
        let values: [Value<'_>; 4] =
            [(&self.name, Type::TEXT), (&name, Type::TEXT), (&holder, Type::TEXT), (&lease, Type::FLOAT8)];
        Ok(!self.database.query(statement, &values).await?.is_empty())
    }

    /// Unlocks a name that this holder has.
    ///
    /// # Errors
    /// [`PostgresError`].
    pub async fn unlock(&self, name: &str, holder: &str) -> Result<(), PostgresError> {
        let statement = "DELETE FROM segno_locks WHERE queue = $1 AND name = $2 AND holder = $3";
        let values: [Value<'_>; 3] = [(&self.name, Type::TEXT), (&name, Type::TEXT), (&holder, Type::TEXT)];
        self.database.query(statement, &values).await.map(drop)
    }

    /// How many jobs are where.
    ///
    /// # Errors
    /// [`PostgresError`].
    pub async fn counts(&self) -> Result<Counts, PostgresError> {
        let statement = "SELECT state, count(*) FROM segno_jobs WHERE queue = $1 GROUP BY state";
        self.counted(statement, &[(&self.name, Type::TEXT)]).await
    }

    /// How many of the jobs of these keys are where.
    ///
    /// # Errors
    /// [`PostgresError`].
    pub async fn counts_of(&self, keys: &[String]) -> Result<Counts, PostgresError> {
        let statement =
            "SELECT state, count(*) FROM segno_jobs WHERE queue = $1 AND key = ANY ($2) GROUP BY state";
        self.counted(statement, &[(&self.name, Type::TEXT), (&keys, Type::TEXT_ARRAY)]).await
    }

    async fn counted(&self, statement: &str, values: &[Value<'_>]) -> Result<Counts, PostgresError> {
        let mut counts = Counts::default();
        for row in self.database.query_within(ALL, statement, values).await? {
            let (state, count): (String, i64) = (self.cell(&row, 0)?, self.cell(&row, 1)?);
            if let Some(state) = State::named(&state) {
                counts.set(state, u64::try_from(count).unwrap_or_default());
            }
        }
        Ok(counts)
    }

    /// The names of all queues of the database that have jobs, in the order of the alphabet.
    ///
    /// # Errors
    /// [`PostgresError`].
    pub async fn names(&self) -> Result<Vec<String>, PostgresError> {
        // One step in the index each.
        let statement = "
            WITH RECURSIVE q (name) AS (
                (SELECT queue FROM segno_jobs ORDER BY queue LIMIT 1)
                UNION ALL
                SELECT (SELECT j.queue FROM segno_jobs j WHERE j.queue > q.name ORDER BY j.queue LIMIT 1)
                FROM q WHERE q.name IS NOT NULL
            )
            SELECT name FROM q WHERE name IS NOT NULL";
        self.database.query(statement, &[]).await?.iter().map(|row| self.cell(row, 0)).collect()
    }

    /// Has a worker say something of itself for so long, in place of what it said before; `None`: nothing any more.
    ///
    /// # Errors
    /// [`PostgresError`].
    pub async fn notice(
        &self,
        holder: &str,
        said: Option<&str>,
        lasts: Duration,
    ) -> Result<(), PostgresError> {
        let statement = "
            WITH gone AS (
                DELETE FROM segno_notices
                WHERE queue = $1 AND (holder <> $2 AND until <= now() OR holder = $2 AND $3::text IS NULL)
            )
            INSERT INTO segno_notices (queue, holder, said, until)
            SELECT $1, $2, $3::text, now() + $4 * interval '1 millisecond' WHERE $3::text IS NOT NULL
            ON CONFLICT (queue, holder) DO UPDATE SET said = excluded.said, until = excluded.until";
        let lasts = millis(lasts);
        let values: [Value<'_>; 4] =
            [(&self.name, Type::TEXT), (&holder, Type::TEXT), (&said, Type::TEXT), (&lasts, Type::FLOAT8)];
        self.database.query(statement, &values).await.map(drop)
    }

    /// What workers say of themselves now.
    ///
    /// # Errors
    /// [`PostgresError`].
    pub async fn notices(&self) -> Result<Vec<String>, PostgresError> {
        let statement = "SELECT said FROM segno_notices WHERE queue = $1 AND until > now() ORDER BY holder";
        let rows = self.database.query(statement, &[(&self.name, Type::TEXT)]).await?;
        rows.iter().map(|row| self.cell(row, 0)).collect()
    }

    /// Jobs in the order of their numbers, at most `limit` that come after the number `after`.
    ///
    /// # Errors
    /// [`PostgresError`].
    pub async fn list(&self, which: &Which, after: i64, limit: u32) -> Result<Vec<Entry>, PostgresError> {
        let statement = format!(
            "SELECT id, name, payload, priority, state, attempts, journal, error, holder FROM segno_jobs
             WHERE {CHOSEN} AND id > $4 ORDER BY id LIMIT $5"
        );
        let (ids, state, limit) = (ids(which), state(which), i64::from(limit));
        let values: [Value<'_>; 5] = [
            (&self.name, Type::TEXT),
            (&ids, Type::INT8_ARRAY),
            (&state, Type::TEXT),
            (&after, Type::INT8),
            (&limit, Type::INT8),
        ];
        let rows = self.database.query(&statement, &values).await?;
        let entry = |row: &Row| {
            let state: String = self.cell(row, 4)?;
            Ok(Entry {
                id: self.cell(row, 0)?,
                name: self.cell(row, 1)?,
                payload: self.cell(row, 2)?,
                priority: self.cell(row, 3)?,
                state: State::named(&state).unwrap_or(State::Failed),
                attempts: self.number(row, 5)?,
                journal: self.cell(row, 6)?,
                error: self.cell(row, 7)?,
                holder: self.cell(row, 8)?,
            })
        };
        rows.iter().map(entry).collect()
    }

    /// Has jobs that failed or were cancelled wait again, as if they had never failed; what they have made is kept. Gives how many.
    ///
    /// # Errors
    /// [`PostgresError`].
    pub async fn retry(&self, which: &Which) -> Result<u64, PostgresError> {
        let set = "state = 'waiting', due = now(), age = now(), attempts = 0, losses = 0, error = NULL";
        self.change(set, which, "'failed', 'cancelled'").await
    }

    /// Has jobs that are not being worked on wait again, as if they had made nothing: of these kinds, what they have made belongs to
    /// nobody from now on. Gives how many.
    ///
    /// # Errors
    /// [`PostgresError`].
    pub async fn anew(&self, ids: &[i64], kinds: &[&str]) -> Result<u64, PostgresError> {
        let statement = "
            WITH changed AS (
                UPDATE segno_jobs SET state = 'waiting', due = now(), age = now(), attempts = 0, losses = 0, error = NULL,
                    journal = NULL, intent = NULL
                WHERE queue = $1 AND id = ANY ($2) AND state <> 'running' RETURNING id
            ), left_behind AS (
                UPDATE segno_things SET job = NULL FROM changed
                WHERE queue = $1 AND kind = ANY ($3) AND job = changed.id
            )
            SELECT count(*) FROM changed";
        let values: [Value<'_>; 3] =
            [(&self.name, Type::TEXT), (&ids, Type::INT8_ARRAY), (&kinds, Type::TEXT_ARRAY)];
        self.count(statement, &values).await
    }

    /// Cancels jobs that wait or have failed. Gives how many.
    ///
    /// # Errors
    /// [`PostgresError`].
    pub async fn cancel(&self, which: &Which) -> Result<u64, PostgresError> {
        self.change("state = 'cancelled', due = NULL", which, "'waiting', 'failed'").await
    }

    async fn change(&self, set: &str, which: &Which, states: &str) -> Result<u64, PostgresError> {
        let statement = format!(
            "WITH changed AS (UPDATE segno_jobs SET {set} WHERE {CHOSEN} AND state IN ({states}) RETURNING 1)
             SELECT count(*) FROM changed"
        );
        let (ids, state) = (ids(which), state(which));
        let values: [Value<'_>; 3] =
            [(&self.name, Type::TEXT), (&ids, Type::INT8_ARRAY), (&state, Type::TEXT)];
        self.count(&statement, &values).await
    }

    async fn count(&self, statement: &str, values: &[Value<'_>]) -> Result<u64, PostgresError> {
        let rows = self.database.query_within(ALL, statement, values).await?;
        let count: i64 = rows.first().map_or(Ok(0), |row| self.cell(row, 0))?;
        Ok(u64::try_from(count).unwrap_or_default())
    }

    fn cell<'a, T: tokio_postgres::types::FromSql<'a>>(
        &self,
        row: &'a Row,
        place: usize,
    ) -> Result<T, PostgresError> {
        row.try_get(place).map_err(|error| self.database.refused(error))
    }

    fn number(&self, row: &Row, place: usize) -> Result<u32, PostgresError> {
        Ok(u32::try_from(self.cell::<i32>(row, place)?).unwrap_or_default())
    }
}

/// The condition for the jobs that are meant: `$1` is the queue, `$2` the numbers, `$3` the state.
const CHOSEN: &str =
    "queue = $1 AND ($2::bigint[] IS NULL OR id = ANY ($2)) AND ($3::text IS NULL OR state = $3)";

fn ids(which: &Which) -> Option<&[i64]> {
    match which {
        Which::Ids(ids) => Some(ids),
        _ => None,
    }
}

fn state(which: &Which) -> Option<&'static str> {
    match which {
        Which::In(state) => Some(state.name()),
        _ => None,
    }
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
