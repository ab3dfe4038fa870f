//! Many processes at the limit of one key.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use segno_redis::Redis;
use segno_sandbox::Sandbox;
use segno_soundstripe::{Client, categories};
use segno_testkit::Server;

use super::{finished, moment, numbers, spawn, tell, text, until_told};
use crate::{runtime, say};

#[derive(Default, serde::Serialize, serde::Deserialize)]
struct Counts {
    ok: u64,
    failed: u64,
}

/// How many requests a worker has under way at once: enough to be at the limit with any number of them.
const AT_ONCE: usize = 4;

pub(super) fn run(arguments: &[&str]) -> Result<ExitCode, String> {
    let options = [("--processes", 8), ("--seconds", 30), ("--rate", 24)];
    let ([processes, seconds, rate], words) = numbers(arguments, options)?;
    if !words.is_empty() {
        return Err(super::USAGE.into());
    }
    let holds = runtime()?.block_on(soak(processes, seconds, rate))?;
    Ok(if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn soak(processes: u32, seconds: u32, rate: u32) -> Result<bool, String> {
    let sandbox = Sandbox::start().await.map_err(text)?;
    let server = Server::redis().await.map_err(text)?;
    let description = sandbox.description();
    let given = &description.soundstripe;
    let (url, rate_text) = (server.url(), rate.to_string());
    let mut workers = Vec::new();
    for _ in 0..processes {
        let arguments = ["fleet_rate", "worker", &url, &rate_text, &given.base_url, &given.token];
        workers.push(spawn(&arguments)?);
    }
    // Until all are there.
    let start = Instant::now();
    while sandbox.requests().len() < 2 * rate as usize {
        if start.elapsed() > Duration::from_secs(60) {
            return Err("no requests arrive".into());
        }
        moment(20).await;
    }
    sandbox.clear_requests();
    moment(u64::from(seconds) * 1000).await;
    let requests = sandbox.requests();
    let mut sum = Counts::default();
    for worker in workers {
        let counts: Counts = finished(worker)?;
        sum.ok += counts.ok;
        sum.failed += counts.failed;
    }
    let refused = requests.iter().filter(|request| request.status == Some(429)).count();
    let times: Vec<f64> = requests.iter().map(|request| request.at).collect();
    let span = times.last().zip(times.first()).map_or(0.0, |(last, first)| last - first);
    let mean = times.len().saturating_sub(1) as f64 / span.max(0.001);
    let most = times
        .iter()
        .enumerate()
        .map(|(index, at)| times[index..].iter().take_while(|later| **later < at + 1.0).count())
        .max()
        .unwrap_or(0);
    say(format_args!("{processes} processes under one limit of {rate} a second in Redis, {seconds} s"));
    say(format_args!("  requests a second      {mean:.2} of 25"));
    say(format_args!("  in any second          at most {most}"));
    say(format_args!("  refused (429)          {refused}"));
    say(format_args!("  calls                  {} succeeded, {} failed", sum.ok, sum.failed));
    Ok(refused == 0 && sum.failed == 0)
}

/// A process of the fleet.
pub(super) fn worker(arguments: &[&str]) -> Result<ExitCode, String> {
    let [url, rate, base, key] = arguments else { return Err(super::USAGE.into()) };
    let rate: u32 = rate.parse().map_err(text)?;
    runtime()?.block_on(async {
        let limit = Redis::new(url).map_err(text)?.limit_per("soundstripe", rate, Duration::from_secs(1));
        let builder = Client::builder(*key).base_url(base).settings(|core| core.limit(limit));
        let client = builder.build().map_err(text)?;
        let (sender, mut outcomes) = tokio::sync::mpsc::unbounded_channel();
        let mut running = Vec::new();
        for _ in 0..AT_ONCE {
            let (client, sender) = (client.clone(), sender.clone());
            running.push(tokio::spawn(async move {
                while sender.send(client.send(&categories::List::new()).await.is_ok()).is_ok() {}
            }));
        }
        drop(sender);
        until_told().await;
        running.iter().for_each(tokio::task::JoinHandle::abort);
        let mut counts = Counts::default();
        while let Some(is_ok) = outcomes.recv().await {
            *(if is_ok { &mut counts.ok } else { &mut counts.failed }) += 1;
        }
        tell(&counts)
    })
}
