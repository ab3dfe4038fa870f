//! Metrics of a client as Prometheus text: counts attempts, pauses and repetitions against a sandbox.
//!
//! `cargo run -p segno-soundstripe --example metrics`; `promtool check metrics` takes what it prints.

#![allow(clippy::print_stdout)] // What it prints is what it is for.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use segno_sandbox::{Fault, Sandbox};
use segno_soundstripe::core::client::{Event, EventKind, Observer};
use segno_soundstripe::{Client, songs};

/// Upper bounds of the histogram, in seconds: those that OpenTelemetry recommends for `http.client.request.duration`.
const BOUNDS: [f64; 14] = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0];

#[derive(Default)]
struct Series {
    buckets: [u64; BOUNDS.len()],
    count: u64,
    sum: f64,
}

#[derive(Default)]
struct Metrics(Mutex<State>);

#[derive(Default)]
struct State {
    durations: BTreeMap<String, Series>,
    retries: BTreeMap<String, u64>,
    waits: BTreeMap<String, f64>,
}

impl Observer for Metrics {
    fn observe(&self, event: &Event<'_>) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let endpoint = format!("endpoint=\"{}\"", event.endpoint);
        match event.kind {
            EventKind::Ended { status, error, elapsed } => {
                let status = status.map(|status| status.as_u16().to_string()).unwrap_or_default();
                let labels = format!(
                    "{endpoint},http_request_method=\"{}\",url_template=\"{}\",server_address=\"{}\",\
                     http_response_status_code=\"{status}\",error_type=\"{}\"",
                    event.method,
                    event.template,
                    event.host,
                    error.unwrap_or_default()
                );
                state.durations.entry(labels).or_default().add(elapsed);
            }
            EventKind::Retried => *state.retries.entry(endpoint).or_default() += 1,
            EventKind::Waiting { wait, .. } => {
                *state.waits.entry(endpoint).or_default() += wait.as_secs_f64();
            }
            _ => {}
        }
    }
}

impl Series {
    fn add(&mut self, elapsed: Duration) {
        let seconds = elapsed.as_secs_f64();
        for (bucket, bound) in self.buckets.iter_mut().zip(BOUNDS) {
            *bucket += u64::from(seconds <= bound);
        }
        self.count += 1;
        self.sum += seconds;
    }
}

impl Metrics {
    /// The Prometheus text format, version 0.0.4.
    fn print(&self) {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let duration = "http_client_request_duration_seconds";
        println!("# HELP {duration} Duration of attempts.\n# TYPE {duration} histogram");
        for (labels, series) in &state.durations {
            for (bucket, bound) in series.buckets.iter().zip(BOUNDS) {
                println!("{duration}_bucket{{{labels},le=\"{bound}\"}} {bucket}");
            }
            println!("{duration}_bucket{{{labels},le=\"+Inf\"}} {}", series.count);
            println!("{duration}_sum{{{labels}}} {}", series.sum);
            println!("{duration}_count{{{labels}}} {}", series.count);
        }
        let retries = "segno_retries_total";
        println!("# HELP {retries} Attempts after the first.\n# TYPE {retries} counter");
        for (labels, count) in &state.retries {
            println!("{retries}{{{labels}}} {count}");
        }
        let waits = "segno_wait_seconds_total";
        println!("# HELP {waits} Pauses of calls.\n# TYPE {waits} counter");
        for (labels, seconds) in &state.waits {
            println!("{waits}{{{labels}}} {seconds}");
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sandbox = Sandbox::start().await?;
    let access = sandbox.description().soundstripe;
    let metrics = Arc::new(Metrics::default());
    let client = Client::builder(access.token.as_str())
        .base_url(&access.base_url)
        .settings(|core| core.observer(Arc::clone(&metrics)))
        .build()?;
    let first = client.items(songs::List::new()).collect(30).await?;
    sandbox.fault(Fault::status(503));
    if let Some(song) = first.first() {
        client.send(&songs::Get::new(song.id.clone())).await?;
    }
    metrics.print();
    Ok(())
}
