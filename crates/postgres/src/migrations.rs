//! The tables, in steps that are taken once and in order.

use crate::{Postgres, PostgresError};

/// The steps by name. One that was released is never changed; what comes later is a step of its own.
const STEPS: [(&str, &str); 3] = [
    ("0001_shared", include_str!("../migrations/0001_shared.sql")),
    ("0002_queue", include_str!("../migrations/0002_queue.sql")),
    ("0003_queue_age", include_str!("../migrations/0003_queue_age.sql")),
];

/// The key of the lock that one migration at a time holds: `segno` in ASCII.
const LOCK: i64 = 0x73_65_67_6e_6f;

impl Postgres {
    /// Makes the tables that are missing: `segno_tokens`, `segno_deliveries` and those of the queue, in the first schema of the
    /// `search_path`. It can be called by every process at every start: one works, the others wait, and a step that was taken is
    /// passed over. Gives the names of the steps that were taken.
    ///
    /// Who gives a service no right to make tables runs the files of the folder `migrations` beforehand instead.
    ///
    /// # Errors
    /// [`PostgresError`] if the database is away or refuses a statement. A step is taken whole or not at all.
    pub async fn migrate(&self) -> Result<Vec<&'static str>, PostgresError> {
        let mut client = self.connection().await?;
        let work = async {
            let transaction = client.transaction().await?;
            transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK]).await?;
            transaction
                .batch_execute(
                    "CREATE TABLE IF NOT EXISTS segno_migrations \
                     (name text PRIMARY KEY, taken_at timestamptz NOT NULL DEFAULT now())",
                )
                .await?;
            let mut taken = Vec::new();
            for (name, step) in STEPS {
                let row = transaction
                    .execute(
                        "INSERT INTO segno_migrations (name) VALUES ($1) ON CONFLICT DO NOTHING",
                        &[&name],
                    )
                    .await?;
                if row == 1 {
                    transaction.batch_execute(step).await?;
                    taken.push(name);
                }
            }
            transaction.commit().await?;
            Ok(taken)
        };
        // Others may be migrating, which takes as long as it takes.
        work.await.map_err(|error| self.refused(error))
    }
}
