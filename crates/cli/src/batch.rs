//! `segno batch MANIFEST`: many pieces onto Soundslice by any number of workers, each piece as `segno sync` does it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, Subcommand};
use segno_core::time::{Clock as _, SystemClock};
use tokio::sync::{Mutex, watch};

use crate::arguments::{General, Limit};
use crate::destination::Destination;
use crate::failure::Failure;
use crate::media::Truncated;
use crate::output::{Output, Record};
use crate::progress::Bar;
use crate::score::Rules;
use crate::session::{self, Session};
use crate::sync;

mod add;
mod brake;
mod export;
mod journal;
mod ledger;
mod manifest;
mod meters;
mod place;
mod work;

use brake::Brake;
use ledger::{Counts, Entry, Ledger, State, Which};
use place::{Account, Looked, Place};
use work::{Catalogue, Shop, Task};

/// How many jobs are looked up at once.
const PORTION: usize = 1000;
/// What a job makes on the service, as the ledger calls it.
const MADE: [&str; 2] = ["slice", "recording"];

/// Many pieces.
#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct Batch {
    #[command(subcommand)]
    command: Option<Command>,
    /// The pieces, one a line: CSV with a heading, or JSON lines; score, recording, name, artist, folder, points, priority
    #[arg(required = true)]
    manifest: Option<PathBuf>,
    #[command(flatten)]
    rules: Rules,
    /// How far a bar line may be off so that fewer points suffice, in seconds
    #[arg(long, default_value_t = 0.02, value_name = "SECONDS", value_parser = sync::tolerance, allow_hyphen_values = true)]
    tolerance: f64,
    /// Take the scores' own tempo where there are no points, a guess
    #[arg(long)]
    guess: bool,
    #[command(flatten)]
    truncated: Truncated,
    /// Only put the pieces into the ledger; `segno batch work` does them
    #[arg(long)]
    only_add: bool,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    workers: Workers,
}

/// How jobs are done.
#[derive(Args, Debug)]
struct Workers {
    /// How many pieces are worked on side by side
    #[arg(long, default_value_t = 4, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..=256))]
    jobs: u16,
    /// After so many seconds without a sign of life another worker takes a job over
    #[arg(long, default_value_t = 30, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(3..=86_400))]
    lease: u32,
    /// How often a piece may fail before it is put aside
    #[arg(long, default_value_t = 5, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=1000))]
    attempts: u32,
    /// How long a service that is away is waited for; its absence is not held against the pieces
    #[arg(long, default_value_t = 86_400, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..))]
    patience: u32,
    /// Counters for Prometheus at this port of this machine, or at an address and port
    #[arg(long, value_name = "PORT", value_parser = address)]
    metrics: Option<SocketAddr>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Do the jobs of a ledger, to which others may add
    Work(Work),
    /// How many pieces are where; with --failed or numbers of jobs, one line a piece
    Status(Status),
    /// Try pieces again that failed or were cancelled
    Retry(Retry),
    /// Take pieces out that wait or have failed
    Cancel(Chosen),
    /// Every piece with what was made of it, as CSV, or as JSON lines with --json
    Export(Export),
}

/// Files are where the manifest says, unless --files names another folder.
#[derive(Args, Debug)]
struct Work {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    workers: Workers,
    /// The folder of the manifest on this machine
    #[arg(long, value_name = "FOLDER")]
    files: Option<PathBuf>,
    /// Wait for more when nothing is left to do
    #[arg(long)]
    wait: bool,
}

#[derive(Args, Debug)]
struct Status {
    #[command(flatten)]
    place: Place,
    /// These jobs
    #[arg(value_name = "JOB")]
    ids: Vec<i64>,
    /// The pieces that failed, each with its line
    #[arg(long, conflicts_with = "ids")]
    failed: bool,
    #[command(flatten)]
    limit: Limit,
}

#[derive(Args, Debug)]
struct Retry {
    #[command(flatten)]
    chosen: Chosen,
    /// Make everything anew, also what is done: for pieces whose slice or recording was deleted
    #[arg(long, conflicts_with = "all")]
    again: bool,
}

#[derive(Args, Debug)]
struct Chosen {
    #[command(flatten)]
    place: Place,
    /// The numbers of the jobs, as `segno batch status --failed` and `segno batch export` tell them
    #[arg(required_unless_present = "all", conflicts_with = "all", value_name = "JOB")]
    ids: Vec<i64>,
    /// All that failed; with `cancel`, all that wait, too
    #[arg(long)]
    all: bool,
}

#[derive(Args, Debug)]
struct Export {
    #[command(flatten)]
    place: Place,
    /// The file to write; standard output if not given, or -
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(crate) async fn run(batch: Box<Batch>, session: &Session) -> Result<Output, Failure> {
    let Batch { command, manifest, rules, tolerance, guess, truncated, only_add, place, workers } = *batch;
    match command {
        Some(Command::Work(Work { place, workers, files, wait })) => {
            let account = Account::find(session).await?;
            let ledger = place.workshop(&account, workers.jobs, wait, session).await?;
            let files = files
                .map(|files| std::fs::canonicalize(&files).map_err(|error| Failure::file(&files, error)));
            let run = Run { base: files.transpose()?, wait, keys: None };
            work(account, ledger, workers, run, session).await
        }
        Some(Command::Status(status)) => status.run(session).await,
        Some(Command::Retry(Retry { chosen, again })) => {
            let ledger = chosen.place.look(session).await?.ledger;
            let able: &[State] = if again {
                &[State::Failed, State::Cancelled, State::Done, State::Waiting]
            } else {
                &[State::Failed, State::Cancelled]
            };
            chosen.judge(&*ledger, able, "tried again").await?;
            let count = match again {
                true => ledger.anew(&chosen.ids, &MADE).await?,
                false => ledger.retry(&chosen.which(Which::In(State::Failed))).await?,
            };
            Ok(Record::new().with("waiting", count).into())
        }
        Some(Command::Cancel(chosen)) => {
            let ledger = chosen.place.look(session).await?.ledger;
            chosen.judge(&*ledger, &[State::Waiting, State::Failed, State::Cancelled], "cancelled").await?;
            let count = ledger.cancel(&chosen.which(Which::All)).await?;
            Ok(Record::new().with("cancelled", count).into())
        }
        Some(Command::Export(Export { place, output })) => {
            let output = output.as_deref().map(Destination::of).transpose()?;
            if let Some(output) = &output {
                place.is_not(output, session)?;
            }
            let Looked { ledger, base } = place.look(session).await?;
            export::run(&*ledger, &base, output.as_ref(), session.general().json).await
        }
        None => {
            let path = manifest.unwrap_or_default();
            let options = Task {
                base: PathBuf::new(),
                line: manifest::Line::default(),
                policy: rules.name(),
                tolerance,
                guess,
                truncated,
            };
            // Every line is judged before anything else is done.
            let tasks = add::judged(&path, options, session).await?;
            let account = Account::find(session).await?;
            let ledger = place.make(&account, workers.jobs, session).await?;
            let keys = add::add(&*ledger, tasks, session).await?;
            if only_add {
                return Ok(summary(&*ledger, Some(&keys)).await?.0.into());
            }
            let run = Run { base: None, wait: false, keys: Some(keys) };
            work(account, ledger, workers, run, session).await
        }
    }
}

impl Status {
    async fn run(self, session: &Session) -> Result<Output, Failure> {
        let ledger = self.place.look(session).await?.ledger;
        if !self.failed && self.ids.is_empty() {
            let counts = ledger.counts().await?;
            let record = states(Record::new(), &counts, State::name);
            return Ok(match ledger.notices().await? {
                away if away.is_empty() => record.into(),
                away => record.with("away", away).into(),
            });
        }
        let (mut first, entries) = if self.failed {
            let most = u32::try_from(self.limit.most()).unwrap_or(u32::MAX);
            let which = Which::In(State::Failed);
            (self.limit.first(), ledger.list(&which, 0, most.saturating_add(1)).await?)
        } else {
            (Limit::ALL.first(), found(&*ledger, &self.ids).await?)
        };
        let row = |entry: Entry| {
            Record::new()
                .with("job", entry.id)
                .with("state", entry.state.name())
                .with("name", entry.name)
                .with("attempts", entry.attempts)
                .with("error", entry.error)
                .with("worker", entry.holder)
        };
        for entry in entries {
            first.take(|| row(entry));
        }
        Ok(first.into())
    }
}

impl Chosen {
    fn which(&self, all: Which) -> Which {
        if self.all { all } else { Which::Ids(self.ids.clone()) }
    }

    /// Whether all jobs that are named are there and in such a state; else nothing is done with any.
    async fn judge(&self, ledger: &dyn Ledger, able: &[State], done: &str) -> Result<(), Failure> {
        if self.all {
            return Ok(());
        }
        let jobs = found(ledger, &self.ids).await?;
        let Some(job) = jobs.iter().find(|job| !able.contains(&job.state)) else { return Ok(()) };
        let advice = match job.state {
            State::Done if done == "tried again" => {
                "; `segno batch retry JOB --again` publishes it anew".to_owned()
            }
            State::Running => {
                let holder = job.holder.as_deref().unwrap_or("a worker");
                format!("; {holder} has it, wait until it ends or its lease is over")
            }
            _ => String::new(),
        };
        Err(Failure::new(format!(
            "nothing was done: job {} is {}, and is not {done}{advice}",
            job.id,
            job.state.name()
        )))
    }
}

/// The jobs of these numbers, all of which must be there.
async fn found(ledger: &dyn Ledger, ids: &[i64]) -> Result<Vec<Entry>, Failure> {
    let mut jobs = Vec::new();
    for portion in ids.chunks(PORTION) {
        jobs.extend(ledger.list(&Which::Ids(portion.to_vec()), 0, PORTION as u32).await?);
    }
    let unknown: Vec<String> =
        ids.iter().filter(|id| jobs.iter().all(|job| job.id != **id)).map(i64::to_string).collect();
    if unknown.is_empty() {
        return Ok(jobs);
    }
    Err(Failure::usage(format!(
        "there is no job {} in this ledger; `segno batch status --failed` and `segno batch export` tell the numbers",
        unknown.join(", ")
    )))
}

fn states(record: Record, counts: &Counts, name: impl Fn(State) -> &'static str) -> Record {
    State::ALL.iter().fold(record, |record, state| record.with(name(*state), counts.of(*state)))
}

/// How many jobs of these keys are where.
async fn counts_of(ledger: &dyn Ledger, keys: &[String]) -> Result<Counts, Failure> {
    let mut all = Counts::default();
    for portion in keys.chunks(PORTION) {
        let counts = ledger.counts_of(portion).await?;
        State::ALL.iter().for_each(|state| all.set(*state, all.of(*state) + counts.of(*state)));
    }
    Ok(all)
}

/// Where the pieces of a manifest are, and beside them those of the whole ledger. The counts are of the manifest, or without one of the
/// ledger.
async fn summary(ledger: &dyn Ledger, keys: Option<&[String]>) -> Result<(Record, Counts), Failure> {
    let all = ledger.counts().await?;
    let (record, counts) = match keys {
        Some(keys) => {
            let counts = counts_of(ledger, keys).await?;
            (states(Record::new(), &counts, State::name), counts)
        }
        None => (Record::new(), all),
    };
    let name = |state| match state {
        State::Waiting => "ledger_waiting",
        State::Running => "ledger_running",
        State::Done => "ledger_done",
        State::Failed => "ledger_failed",
        State::Cancelled => "ledger_cancelled",
    };
    Ok((states(record, &all, name), counts))
}

/// What a run is to do.
struct Run {
    /// The folder of the manifests on this machine.
    base: Option<PathBuf>,
    /// Whether it waits for more when nothing is left to do.
    wait: bool,
    /// The pieces of its manifest, if it has one.
    keys: Option<Vec<String>>,
}

/// Does the jobs of a ledger until none is left, or a signal ends it.
async fn work(
    account: Account,
    ledger: Arc<dyn Ledger>,
    workers: Workers,
    run: Run,
    session: &Session,
) -> Result<Output, Failure> {
    let Run { base, wait, keys } = run;
    let bar = Bar::count(session, "batch");
    let shop = Arc::new(Shop {
        client: session::soundslice(&account.settings)?,
        target: account.target,
        quiet: General { quiet: true, ..session.general().clone() },
        holder: holder(),
        lease: Duration::from_secs(workers.lease.into()),
        attempts: workers.attempts,
        base,
        wait,
        drain: watch::Sender::new(false),
        brake: Brake::new(Arc::new(SystemClock), Duration::from_secs(workers.patience.into())),
        meters: meters::Meters::default(),
        catalogue: Mutex::new(Catalogue::default()),
        tell: bar.teller(session),
        ledger,
    });
    if let Some(at) = workers.metrics {
        let at = meters::listen(at, Arc::clone(&shop)).await?;
        session.tell(format_args!("metrics    http://{at}/metrics"));
    }
    let mut signals = crate::Signals::listen()?;
    let work = shop.run(usize::from(workers.jobs));
    let show = async {
        if !bar.is_shown() {
            // Nobody is told: nothing is counted.
            std::future::pending::<()>().await;
        }
        loop {
            let begin = SystemClock.now();
            // A ledger that is away is no reason to end: it is the workers that wait for it.
            let counts = match &keys {
                Some(keys) => counts_of(&*shop.ledger, keys).await,
                None => shop.ledger.counts().await,
            };
            if let Ok(counts) = counts {
                let failed = Some(counts.of(State::Failed)).filter(|failed| *failed > 0);
                let failed = failed.map(|failed| format!("{failed} failed"));
                let away = shop.brake.away().map(|away| away.short());
                let said = [failed, away].into_iter().flatten().collect::<Vec<_>>().join(", ");
                bar.count_is(counts.all() - counts.open(), counts.all(), said);
            }
            // Counting millions takes its time: not more than a fiftieth of all.
            let took = SystemClock.now().duration_since(begin);
            SystemClock.sleep(Duration::from_secs(1).max(took * 50)).await;
        }
    };
    let ended = {
        let mut work = std::pin::pin!(work);
        let mut show = std::pin::pin!(show);
        let mut signal = None;
        loop {
            tokio::select! {
                result = &mut work => break result.map(|()| signal),
                never = &mut show => never,
                next = signals.next() => {
                    if signal.is_some() {
                        let text = "ended at once; jobs that were under way are taken over when their leases are over";
                        return Err(Failure::new(text).code(next));
                    }
                    signal = Some(next);
                    shop.drain.send_replace(true);
                    session.tell("stopping   what is under way is brought to a place where another can go on; once more ends at once");
                }
            }
        }
    };
    bar.finish();
    let signal = ended?;
    let (record, counts) = summary(&*shop.ledger, keys.as_deref()).await?;
    // Without a manifest a run sums up what it did itself.
    let (record, failed, all) = match keys {
        Some(_) => (record, counts.of(State::Failed), counts.all()),
        None => {
            let (done, failed) = shop.meters.ended();
            let ended = Record::new().with("done", done).with("failed", failed);
            (ended.and(record), failed, done + failed)
        }
    };
    match signal {
        Some(code @ 130) => Err(Failure::new(format!(
            "interrupted; {} pieces are left, run the same command again to go on",
            counts.open()
        ))
        .code(code)),
        None if failed > 0 => Err(Failure::new(format!(
            "{failed} of {all} pieces failed; `segno batch status --failed` lists them, `segno batch retry --all` tries them again"
        ))),
        _ => Ok(record.into()),
    }
}

/// What this process is called in the ledger: machine, process, and a number, as numbers of processes come again.
fn holder() -> String {
    let machine = std::env::var("HOSTNAME").ok().or_else(|| std::fs::read_to_string("/etc/hostname").ok());
    let machine = machine.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
    format!(
        "{} {} {:08x}",
        machine.as_deref().unwrap_or("machine"),
        std::process::id(),
        SystemClock.random() & 0xffff_ffff
    )
}

/// A port of this machine, or an address with a port.
fn address(text: &str) -> Result<SocketAddr, String> {
    let port = text.parse::<u16>().map(|port| SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port));
    port.or_else(|_| text.parse())
        .map_err(|_| "expected a port, or an address and port as in 0.0.0.0:9184".to_owned())
}
