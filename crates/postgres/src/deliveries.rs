//! Webhook deliveries in rows.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use segno_core::BoxFuture;
use segno_core::time::retry_within;
use segno_core::webhook::{Delivery, Seen, SeenError};
use tokio_postgres::types::Type;

use crate::{Postgres, PostgresError};

/// How long a database that is away is asked again: a service does not wait much longer for the response to a delivery.
const PATIENCE: Duration = Duration::from_secs(5);

const WAS_ACCEPTED: &str =
    "SELECT 1 FROM segno_deliveries WHERE name = $1 AND signature = $2 AND expires_at >= clock_timestamp()";

/// Each one that is accepted sweeps out a few that expired.
const ACCEPT: &str = "WITH expired AS (DELETE FROM segno_deliveries WHERE (name, signature) IN \
    (SELECT name, signature FROM segno_deliveries WHERE expires_at < clock_timestamp() \
    AND (name, signature) <> ($1, $2) ORDER BY expires_at LIMIT 100 FOR UPDATE SKIP LOCKED)) \
    INSERT INTO segno_deliveries (name, signature, expires_at) \
    VALUES ($1, $2, clock_timestamp() + $3 * interval '1 millisecond') \
    ON CONFLICT (name, signature) DO UPDATE \
    SET expires_at = greatest(segno_deliveries.expires_at, excluded.expires_at)";

/// Remembers in the table `segno_deliveries` which webhook deliveries were accepted, for processes on any number of machines. Time
/// is that of the database.
#[derive(Clone)]
pub struct PostgresSeen {
    database: Postgres,
    name: Arc<str>,
}

impl Postgres {
    /// The memory of deliveries under `name`, one for each secret that signs them. The tables must be there:
    /// [`migrate`](Postgres::migrate).
    #[doc(alias("webhook", "replay"))]
    #[must_use]
    pub fn seen(&self, name: impl Into<Arc<str>>) -> PostgresSeen {
        PostgresSeen { database: self.clone(), name: name.into() }
    }
}

impl Seen for PostgresSeen {
    fn was_accepted<'a>(&'a self, delivery: &'a Delivery) -> BoxFuture<'a, Result<bool, SeenError>> {
        Box::pin(async move {
            let name = &*self.name;
            let values = [(&name as _, Type::TEXT), (&delivery.signature as _, Type::TEXT)];
            let ask = || self.database.query(WAS_ACCEPTED, &values);
            let rows = retry_within(&**self.database.clock(), PATIENCE, PostgresError::is_passing, ask).await;
            rows.map(|rows| !rows.is_empty()).map_err(failed)
        })
    }

    fn accept<'a>(&'a self, delivery: &'a Delivery) -> BoxFuture<'a, Result<(), SeenError>> {
        Box::pin(async move {
            let name = &*self.name;
            let milliseconds = i64::try_from(delivery.lifetime().as_millis()).unwrap_or(i64::MAX);
            let values = [
                (&name as _, Type::TEXT),
                (&delivery.signature as _, Type::TEXT),
                (&milliseconds as _, Type::INT8),
            ];
            let ask = || self.database.query(ACCEPT, &values);
            let rows = retry_within(&**self.database.clock(), PATIENCE, PostgresError::is_passing, ask).await;
            rows.map(drop).map_err(failed)
        })
    }
}

impl fmt::Debug for PostgresSeen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresSeen").field("name", &self.name).finish_non_exhaustive()
    }
}

fn failed(error: PostgresError) -> SeenError {
    SeenError::new(error.to_string())
}
