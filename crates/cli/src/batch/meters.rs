//! What is counted, and its text for Prometheus.

use std::convert::Infallible;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use http_body_util::Full;
use hyper::Response;
use hyper::body::Bytes;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use segno_core::time::{Clock as _, SystemClock};
use tokio::net::TcpListener;

use super::ledger::{Counts, State};
use super::work::Shop;
use crate::failure::Failure;

/// How long is waited for the ledger when the counters are asked for: shorter than Prometheus waits.
const PATIENCE: Duration = Duration::from_secs(5);

/// The counters of this process.
#[derive(Debug, Default)]
pub(super) struct Meters {
    done: AtomicU64,
    failed: AtomicU64,
    retried: AtomicU64,
    lost: AtomicU64,
    taken_over: AtomicU64,
    work: Sum,
    claims: Sum,
}

/// How often something was done and how long all of it took.
#[derive(Debug, Default)]
struct Sum {
    count: AtomicU64,
    micros: AtomicU64,
}

impl Sum {
    fn add(&self, took: Duration) {
        self.count.fetch_add(1, Ordering::Relaxed);
        self.micros.fetch_add(u64::try_from(took.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}

impl Meters {
    pub(super) fn claimed(&self, took: Duration) {
        self.claims.add(took);
    }

    pub(super) fn done(&self, took: Duration) {
        self.done.fetch_add(1, Ordering::Relaxed);
        self.work.add(took);
    }

    pub(super) fn failed(&self) {
        self.failed.fetch_add(1, Ordering::Relaxed);
    }

    /// How many jobs were done, and how many failed for good.
    pub(super) fn ended(&self) -> (u64, u64) {
        (self.done.load(Ordering::Relaxed), self.failed.load(Ordering::Relaxed))
    }

    pub(super) fn retried(&self) {
        self.retried.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn lost(&self) {
        self.lost.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn taken_over(&self, taken_over: bool) {
        self.taken_over.fetch_add(u64::from(taken_over), Ordering::Relaxed);
    }

    /// The text format of Prometheus, version 0.0.4; without `counts` the ledger is away; `away`: whether the workers wait for the
    /// service.
    fn text(&self, counts: Option<&Counts>, away: bool) -> String {
        let mut text = String::new();
        if let Some(counts) = counts {
            text.push_str(
                "# HELP segno_batch_jobs Jobs of the ledger by state.\n# TYPE segno_batch_jobs gauge\n",
            );
            for state in State::ALL {
                let _ = writeln!(text, "segno_batch_jobs{{state=\"{}\"}} {}", state.name(), counts.of(state));
            }
        }
        for (name, help, value) in [
            ("service_away", "Whether this process waits for a service that is away.", away),
            ("ledger_away", "Whether the ledger cannot be asked.", counts.is_none()),
        ] {
            let value = u8::from(value);
            let _ = writeln!(
                text,
                "# HELP segno_batch_{name} {help}\n# TYPE segno_batch_{name} gauge\nsegno_batch_{name} {value}"
            );
        }
        for (name, help, count) in [
            ("done", "Jobs that this process has done.", &self.done),
            ("failed", "Jobs that failed for good in this process.", &self.failed),
            ("retried", "Attempts of this process that failed and are made again.", &self.retried),
            ("lost", "Jobs that another worker took from this process.", &self.lost),
            (
                "taken_over",
                "Jobs whose worker was not heard of any more and that this process went on with.",
                &self.taken_over,
            ),
        ] {
            let count = count.load(Ordering::Relaxed);
            let _ = writeln!(
                text,
                "# HELP segno_batch_{name}_total {help}\n# TYPE segno_batch_{name}_total counter\nsegno_batch_{name}_total {count}"
            );
        }
        for (name, help, sum) in [
            ("job", "The work on a job that was done.", &self.work),
            ("claim", "Asking the ledger for a job.", &self.claims),
        ] {
            let (count, micros) = (sum.count.load(Ordering::Relaxed), sum.micros.load(Ordering::Relaxed));
            let seconds = micros as f64 / 1e6;
            let _ = writeln!(
                text,
                "# HELP segno_batch_{name}_seconds {help}\n# TYPE segno_batch_{name}_seconds summary\n\
                 segno_batch_{name}_seconds_sum {seconds}\nsegno_batch_{name}_seconds_count {count}"
            );
        }
        text
    }
}

/// Listens for Prometheus; every path gives the counters.
pub(super) async fn listen(at: SocketAddr, shop: Arc<Shop>) -> Result<SocketAddr, Failure> {
    let failed = |error: std::io::Error| Failure::new(format!("--metrics {at}: {error}"));
    let listener = TcpListener::bind(at).await.map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    tokio::spawn(async move {
        // A connection that cannot be accepted is the scraper's loss.
        while let Ok((stream, _)) = listener.accept().await {
            let shop = Arc::clone(&shop);
            let respond = service_fn(move |_| {
                let shop = Arc::clone(&shop);
                async move {
                    let counts = tokio::select! {
                        counts = shop.ledger.counts() => counts.ok(),
                        () = SystemClock.sleep(PATIENCE) => None,
                    };
                    let text = shop.meters.text(counts.as_ref(), shop.brake.away().is_some());
                    let response = Response::builder()
                        .header("content-type", "text/plain; version=0.0.4; charset=utf-8")
                        .body(Full::new(Bytes::from(text)));
                    Ok::<_, Infallible>(response.unwrap_or_default())
                }
            });
            tokio::spawn(
                hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), respond),
            );
        }
    });
    Ok(bound)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_what_prometheus_reads() {
        let meters = Meters::default();
        meters.done(Duration::from_millis(1500));
        meters.taken_over(true);
        let mut counts = Counts::default();
        counts.set(State::Waiting, 7);
        let text = meters.text(Some(&counts), true);
        // By the text format: a HELP and a TYPE line before the samples of each name, a line break at the end.
        for line in [
            "# TYPE segno_batch_jobs gauge\nsegno_batch_jobs{state=\"waiting\"} 7\n",
            "# TYPE segno_batch_service_away gauge\nsegno_batch_service_away 1\n",
            "# TYPE segno_batch_ledger_away gauge\nsegno_batch_ledger_away 0\n",
            "# TYPE segno_batch_done_total counter\nsegno_batch_done_total 1\n",
            "segno_batch_taken_over_total 1\n",
            "# TYPE segno_batch_job_seconds summary\nsegno_batch_job_seconds_sum 1.5\nsegno_batch_job_seconds_count 1\n",
        ] {
            assert!(text.contains(line), "{text}");
        }
        assert!(text.ends_with('\n') && text.lines().all(|line| !line.is_empty()));
        // What this process counted is told without the ledger, too.
        let text = meters.text(None, false);
        assert!(
            text.contains("\nsegno_batch_ledger_away 1\n") && !text.contains("segno_batch_jobs"),
            "{text}"
        );
        assert!(text.contains("\nsegno_batch_done_total 1\n"), "{text}");
    }
}
