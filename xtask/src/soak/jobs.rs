//! `cargo xtask soak --ops N`: random jobs over all services while faults strike, and a ledger of what the program was told beside
//! what the sandbox says that happened.

mod ledger;
mod site;
mod work;

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use ledger::Ledger;
use site::Site;
use work::Worker;

use crate::{runtime, say};

const USAGE: &str = "\
usage: cargo xtask soak --ops COUNT [--faults SHARE] [--seed NUMBER]

  random jobs over all services by 32 tasks: how many, the share of them at which a fault strikes (0.1), and the seed of the jobs (1)
";

/// How many tasks there are.
const TASKS: u64 = 32;

/// How often memory and descriptors are looked at.
const SAMPLES: u64 = 10;

/// The first word of every line about what does not agree.
const DEVIATIONS: [&str; 7] =
    ["lost", "doubled", "unexplained", "miscounted", "wrong", "failed", "login lost"];

/// What a run is to do.
#[derive(Clone, Copy)]
struct Plan {
    ops: u64,
    faults: f64,
    seed: u64,
}

pub(super) fn run(arguments: &[&str]) -> Result<ExitCode, String> {
    let mut plan = Plan { ops: 1_000_000, faults: 0.1, seed: 1 };
    for pair in arguments.chunks(2) {
        let [option, value] = pair else { return Err(USAGE.into()) };
        let wrong = || format!("{option}: expected a number, found {value}");
        match *option {
            "--ops" => plan.ops = value.parse().map_err(|_| wrong())?,
            "--faults" => plan.faults = value.parse().map_err(|_| wrong())?,
            "--seed" => plan.seed = value.parse().map_err(|_| wrong())?,
            _ => return Err(USAGE.into()),
        }
    }
    if !(0.0..=1.0).contains(&plan.faults) {
        return Err(format!("--faults: expected a share from 0 to 1, found {}", plan.faults));
    }
    let start = Instant::now();
    let found = runtime()?.block_on(soak(plan, true))?;
    say(format_args!("{} jobs in {:.0} s", plan.ops, start.elapsed().as_secs_f64()));
    Ok(if found.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Does the jobs and reconciles; what does not agree, a line each.
async fn soak(plan: Plan, is_told: bool) -> Result<Vec<String>, String> {
    let site = Arc::new(Site::start(plan.seed).await?);
    let (ledger, done) = (Arc::new(Ledger::default()), Arc::new(AtomicU64::new(0)));
    let tasks: Vec<_> = (0..TASKS)
        .map(|task| {
            let (site, ledger, done) = (Arc::clone(&site), Arc::clone(&ledger), Arc::clone(&done));
            tokio::spawn(async move {
                let mut worker = Worker::new(&site, &ledger, plan.seed, task);
                for _ in 0..plan.ops / TASKS {
                    worker.job(plan.faults).await;
                    let count = done.fetch_add(1, Ordering::Relaxed) + 1;
                    if is_told && count % (plan.ops / SAMPLES).max(1) == 0 {
                        say(format_args!("{count:>9} jobs  {}", held()));
                    }
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.map_err(|error| error.to_string())?;
    }
    site.calm();
    let found = ledger.reconcile(&site).await?;
    if is_told {
        say(ledger.table(&site));
        for line in &found {
            say(line);
        }
        let counts = DEVIATIONS.map(|word| {
            let count = found.iter().filter(|line| line.starts_with(word)).count();
            format!("{word} {count}")
        });
        say(counts.join(", "));
    }
    Ok(found)
}

/// Memory and descriptors of this process, with the sandbox in it, where the system tells.
fn held() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let memory = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("unknown").trim();
    let descriptors = std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count);
    format!("memory {memory}, descriptors {descriptors}")
}

#[cfg(test)]
mod tests {
    use super::{Plan, soak};

    fn found(faults: f64) -> Vec<String> {
        let plan = Plan { ops: 320, faults, seed: 1 };
        crate::runtime().unwrap().block_on(soak(plan, false)).unwrap()
    }

    #[test]
    fn a_small_soak_agrees() {
        assert_eq!(found(0.1), [""; 0]);
    }

    #[test]
    fn without_faults_no_job_fails() {
        assert_eq!(found(0.0), [""; 0]);
    }
}
