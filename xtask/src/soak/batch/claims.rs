//! How long a claim takes in ledgers of different sizes.

use std::io::{Read as _, Write as _};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use segno_postgres::Postgres;
use segno_postgres::queue::{NewJob, Queue, Which};

use super::{Ground, Plan, pause};
use crate::say;

/// Jobs in the ledger.
const SIZES: [usize; 4] = [1_000, 10_000, 100_000, 1_000_000];
/// Claims that are measured in each.
const CLAIMS: f64 = 500.0;
/// How many rows one statement adds.
const PORTION: usize = 50_000;

pub(super) fn run(plan: &Plan) -> Result<ExitCode, String> {
    let ground = Ground::new(plan, 1)?;
    // The command makes the tables and the first row; the others are copies of it that name no files that are there.
    ground.add("pieces.csv")?;
    let mut rows = 1;
    for size in SIZES {
        let begin = Instant::now();
        if ground.server.is_some() {
            ground.runtime.block_on(grow_postgres(&ground.ledger, rows, size))?;
        } else {
            grow_sqlite(&ground.ledger, size).map_err(|error| error.to_string())?;
        }
        rows = size;
        let added = begin.elapsed().as_secs_f64();
        let begin = Instant::now();
        ground.status().ok_or("the ledger cannot be counted")?;
        let counted = begin.elapsed().as_secs_f64();
        let (count, seconds) = measure(&ground)?;
        say(format_args!(
            "{size:>9} jobs: a claim takes {:.2} ms (mean of {count}); counting all takes {counted:.2} s, adding took {added:.1} s",
            seconds / count * 1000.0
        ));
    }
    ground.end();
    Ok(ExitCode::SUCCESS)
}

/// How many claims a worker made, and how many seconds they took together.
fn measure(ground: &Ground) -> Result<(f64, f64), String> {
    let port = ground.port.to_string();
    let arguments =
        ["batch", "work", "--quiet", "--jobs", "1", "--attempts", "1", "--lease", "60", "--metrics", &port];
    let mut worker = ground.segno(&arguments).spawn().map_err(|error| format!("segno: {error}"))?;
    let begin = Instant::now();
    let measured = loop {
        // Each look counts all jobs, so there are few.
        pause(Duration::from_secs(2));
        let text = scrape(ground.port).unwrap_or_default();
        let value = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name));
            line.and_then(|value| value.trim().parse::<f64>().ok()).unwrap_or_default()
        };
        let count = value("segno_batch_claim_seconds_count");
        if count >= CLAIMS {
            break Ok((count, value("segno_batch_claim_seconds_sum")));
        }
        if begin.elapsed() > Duration::from_secs(120) {
            break Err(format!("only {count} claims in two minutes"));
        }
    };
    worker.kill().and_then(|()| worker.wait()).map_err(|error| error.to_string())?;
    measured
}

/// A payload that names a score that is not there.
fn missing(payload: &str) -> Result<String, String> {
    let mut payload: serde_json::Value = serde_json::from_str(payload).map_err(|error| error.to_string())?;
    payload["score"] = "missing.musicxml".into();
    Ok(payload.to_string())
}

fn grow_sqlite(file: &str, size: usize) -> Result<(), Box<dyn std::error::Error>> {
    let mut ledger = Connection::open(file)?;
    ledger.busy_timeout(Duration::from_secs(60))?;
    let transaction = ledger.transaction()?;
    let (rows, queue, payload): (usize, String, String) =
        transaction.query_row("SELECT max(id), queue, payload FROM jobs", [], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?;
    let payload = missing(&payload)?;
    transaction.execute(
        "WITH RECURSIVE n (i) AS (SELECT ?1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2)
         INSERT INTO jobs (queue, key, name, payload, priority, due, age)
         SELECT ?3, printf('%032x', i), 'Of many ' || i, ?4, i % 3, d, d
         FROM n, (SELECT max(age) AS d FROM jobs)",
        rusqlite::params![rows + 1, size, queue, payload],
    )?;
    transaction.commit()?;
    Ok(())
}

async fn grow_postgres(url: &str, rows: usize, size: usize) -> Result<(), String> {
    let text = |error: segno_postgres::PostgresError| error.to_string();
    let database = Postgres::new(url).map_err(text)?;
    let name = Queue::new(database.clone(), "").names().await.map_err(text)?.pop().ok_or("no queue")?;
    let queue = Queue::new(database, name);
    let first = queue.list(&Which::All, 0, 1).await.map_err(text)?.pop().ok_or("no job")?;
    let payload = missing(&first.payload)?;
    let numbers: Vec<usize> = (rows + 1..=size).collect();
    for portion in numbers.chunks(PORTION) {
        let jobs: Vec<NewJob> = portion
            .iter()
            .map(|number| NewJob {
                key: format!("{number:032x}"),
                name: format!("Of many {number}"),
                payload: payload.clone(),
                priority: (number % 3) as i32,
            })
            .collect();
        queue.add(&jobs).await.map_err(text)?;
    }
    Ok(())
}

/// What a worker tells Prometheus.
fn scrape(port: u16) -> Option<String> {
    let mut stream = std::net::TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream.write_all(b"GET /metrics HTTP/1.1\r\nhost: segno\r\nconnection: close\r\n\r\n").ok()?;
    let mut text = String::new();
    stream.read_to_string(&mut text).ok()?;
    Some(text)
}
