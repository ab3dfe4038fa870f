//! `segno batch MANIFEST`: many pieces onto Soundslice by any number of workers, each piece as `segno sync` does it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, Subcommand};
use segno_core::time::{Clock as _, SystemClock};
use sha2::{Digest as _, Sha256};
use tokio::sync::{Mutex, watch};

use crate::accounts::Service;
use crate::arguments::{General, Limit, To};
use crate::failure::Failure;
use crate::output::{Output, Record};
use crate::progress::Bar;
use crate::score::Rules;
use crate::session::{self, Session, Settings};
use crate::sync::Target;
use crate::{places, sync};

mod export;
mod journal;
mod ledger;
mod manifest;
mod meters;
mod work;

use ledger::{Counts, Ledger, NewJob, Shared, Sqlite, State, Which};
use manifest::Manifest;
use work::{Catalogue, Shop, Task};

/// How many jobs are added at once.
const PORTION: usize = 1000;
/// How long workers wait for a database that is away, and how long those who look wait.
const PATIENCE: Duration = Duration::from_secs(900);
const QUICK: Duration = Duration::from_secs(10);

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
    /// Only put the pieces into the ledger; `segno batch work` does them
    #[arg(long)]
    only_add: bool,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    workers: Workers,
}

/// Where the jobs are.
#[derive(Args, Debug)]
struct Place {
    /// The ledger: a file, or postgres://...; a file of this user if not given
    #[arg(long, value_name = "LEDGER", env = "SEGNO_LEDGER", hide_env = true)]
    ledger: Option<String>,
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
    /// Counters for Prometheus at this port of this machine, or at an address and port
    #[arg(long, value_name = "PORT", value_parser = address)]
    metrics: Option<SocketAddr>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Do the jobs of a ledger, to which others may add
    Work(Work),
    /// How many pieces are where; with --failed, what went wrong
    Status(Status),
    /// Try pieces again that failed or were cancelled
    Retry(Chosen),
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
    /// The pieces that failed, each with its line
    #[arg(long)]
    failed: bool,
    #[command(flatten)]
    limit: Limit,
}

#[derive(Args, Debug)]
struct Chosen {
    #[command(flatten)]
    place: Place,
    /// The numbers of the jobs, as `segno batch status --failed` and `segno batch export` tell them
    #[arg(required_unless_present = "all", conflicts_with = "all", value_name = "JOB")]
    ids: Vec<i64>,
    /// All of them
    #[arg(long)]
    all: bool,
}

#[derive(Args, Debug)]
struct Export {
    #[command(flatten)]
    place: Place,
    /// The file to write; standard output if not given
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(crate) async fn run(batch: Box<Batch>, session: &Session) -> Result<Output, Failure> {
    let Batch { command, manifest, rules, tolerance, guess, only_add, place, workers } = *batch;
    match command {
        Some(Command::Work(Work { place, workers, files, wait })) => {
            let account = Account::find(session).await?;
            let ledger = place.open(&account, Some(&workers), session).await?;
            let files = files
                .map(|files| std::fs::canonicalize(&files).map_err(|error| Failure::file(&files, error)));
            work(account, ledger, workers, files.transpose()?, wait, session).await
        }
        Some(Command::Status(Status { place, failed, limit })) => {
            let ledger = place.of(session).await?;
            if !failed {
                return Ok(summary(&ledger.counts().await?).into());
            }
            let limit = u32::try_from(limit.limit.get()).unwrap_or(u32::MAX);
            let failed = ledger.list(&Which::In(State::Failed), 0, limit).await?;
            let row = |entry: ledger::Entry| {
                Record::new()
                    .with("job", entry.id)
                    .with("name", entry.name)
                    .with("attempts", entry.attempts)
                    .with("error", entry.error)
            };
            Ok(failed.into_iter().map(row).collect::<Vec<_>>().into())
        }
        Some(Command::Retry(chosen)) => {
            let ledger = chosen.place.of(session).await?;
            let count = ledger.retry(&chosen.which(State::Failed)).await?;
            Ok(Record::new().with("waiting", count).into())
        }
        Some(Command::Cancel(chosen)) => {
            let ledger = chosen.place.of(session).await?;
            let count = ledger.cancel(&chosen.which(State::Waiting)).await?;
            Ok(Record::new().with("cancelled", count).into())
        }
        Some(Command::Export(Export { place, output })) => {
            let account = Account::find(session).await?;
            let ledger = place.open(&account, None, session).await?;
            export::run(&*ledger, &account.target.base, output.as_deref(), session.general().json).await
        }
        None => {
            let path = manifest.unwrap_or_default();
            // Every line is judged before anything else is done.
            let manifest = judged(&path, session).await?;
            let account = Account::find(session).await?;
            let ledger = place.open(&account, Some(&workers), session).await?;
            let options = Task {
                base: manifest.folder,
                line: manifest::Line::default(),
                policy: rules.name(),
                tolerance,
                guess,
            };
            add(&*ledger, &options, manifest.lines, session).await?;
            if only_add {
                return Ok(summary(&ledger.counts().await?).into());
            }
            work(account, ledger, workers, None, false, session).await
        }
    }
}

impl Chosen {
    fn which(&self, all: State) -> Which {
        if self.all { Which::In(all) } else { Which::Ids(self.ids.clone()) }
    }
}

/// The account that pieces go to; its jobs are no other account's.
struct Account {
    settings: Settings,
    target: Target,
}

impl Account {
    async fn find(session: &Session) -> Result<Self, Failure> {
        let settings = session.settings(Service::Soundslice).await?;
        let target = Target::of(&settings)?;
        Ok(Self { settings, target })
    }
}

impl Place {
    async fn of(&self, session: &Session) -> Result<Arc<dyn Ledger>, Failure> {
        self.open(&Account::find(session).await?, None, session).await
    }

    async fn open(
        &self,
        account: &Account,
        workers: Option<&Workers>,
        session: &Session,
    ) -> Result<Arc<dyn Ledger>, Failure> {
        let queue = format!("{} {}", account.target.base, account.target.id);
        match self.ledger.as_deref() {
            Some(url) if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
                // Each job that is worked on writes by itself, and beside them the leases and counts.
                let (connections, patience) =
                    workers.map_or((1, QUICK), |workers| (usize::from(workers.jobs) + 2, PATIENCE));
                Ok(Arc::new(Shared::open(url, queue, connections, patience).await?))
            }
            Some(url) if url.contains("://") => Err(Failure::usage(
                "invalid --ledger: expected a file or postgres://USER:PASSWORD@HOST:PORT/DATABASE",
            )),
            // What is in a sandbox of this command ends with it.
            None if session.general().to == Some(To::Sandbox) => Ok(Arc::new(Sqlite::in_memory(queue)?)),
            Some(file) => Ok(Arc::new(Sqlite::open(Path::new(file), queue)?)),
            None => {
                let folder = places::state()?.join("batch");
                places::private_folder(&folder)?;
                Ok(Arc::new(Sqlite::open(&folder.join("ledger.sqlite"), queue)?))
            }
        }
    }
}

/// Reads a manifest and says what is wrong with its lines, if anything is.
async fn judged(path: &Path, session: &Session) -> Result<Manifest, Failure> {
    let file = path.to_owned();
    let read = tokio::task::spawn_blocking(move || Manifest::read(&file));
    let (manifest, faults) =
        read.await.map_err(|error| Failure::new(format!("reading the manifest broke off: {error}")))??;
    if faults.is_empty() {
        return Ok(manifest);
    }
    for fault in &faults {
        session.tell(format_args!("line {}: {}", fault.line, fault.what));
    }
    let mut lines: Vec<u64> = faults.iter().map(|fault| fault.line).collect();
    lines.dedup();
    let first =
        faults.first().map(|fault| format!("; line {}: {}", fault.line, fault.what)).unwrap_or_default();
    Err(Failure::file(path, format_args!("nothing was done, because of {} of its lines{first}", lines.len())))
}

/// Puts the pieces into the ledger.
async fn add(
    ledger: &dyn Ledger,
    options: &Task,
    lines: Vec<(u64, manifest::Line)>,
    session: &Session,
) -> Result<(), Failure> {
    let (mut new, mut known) = (0, 0);
    for portion in lines.chunks(PORTION) {
        let jobs = portion.iter().map(|(_, line)| job(options, line)).collect::<Result<Vec<_>, _>>()?;
        let added = ledger.add(jobs).await?;
        new += added.new;
        known += added.known;
    }
    session.tell(match known {
        0 => format!("ledger     {new} pieces"),
        _ => format!("ledger     {new} pieces, and {known} that were there already"),
    });
    Ok(())
}

fn job(options: &Task, line: &manifest::Line) -> Result<NewJob, Failure> {
    let task = Task { line: line.clone(), ..options.clone() };
    let mut hash = Sha256::new();
    let (score, recording) = (task.base.join(&line.score), task.base.join(&line.recording));
    // Components: what is written as `./a` and as `a` is the same.
    let path = |path: &Path| path.components().collect::<PathBuf>().into_os_string().into_encoded_bytes();
    for part in [
        path(&score),
        path(&recording),
        line.name.clone().unwrap_or_default().into_bytes(),
        line.artist.clone().unwrap_or_default().into_bytes(),
    ] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    let key = hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    let name = line.name.clone().unwrap_or_else(|| line.score.display().to_string());
    let payload = serde_json::to_string(&task).map_err(|error| Failure::new(error.to_string()))?;
    Ok(NewJob { key, name, payload, priority: line.priority.unwrap_or_default() })
}

fn summary(counts: &Counts) -> Record {
    State::ALL.iter().fold(Record::new(), |record, state| record.with(state.name(), counts.of(*state)))
}

/// Does the jobs of a ledger until none is left, or a signal ends it.
async fn work(
    account: Account,
    ledger: Arc<dyn Ledger>,
    workers: Workers,
    base: Option<PathBuf>,
    wait: bool,
    session: &Session,
) -> Result<Output, Failure> {
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
        loop {
            let begin = SystemClock.now();
            // A ledger that is away is no reason to end: it is the workers that wait for it.
            if let Ok(counts) = shop.ledger.counts().await {
                bar.count_is(counts.all() - counts.open(), counts.all(), counts.of(State::Failed));
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
    let counts = shop.ledger.counts().await;
    bar.finish();
    let signal = ended?;
    let counts = counts?;
    let (open, failed) = (counts.open(), counts.of(State::Failed));
    match signal {
        Some(code @ 130) => Err(Failure::new(format!(
            "interrupted; {open} pieces are left, run the same command again to go on"
        ))
        .code(code)),
        None if failed > 0 => Err(Failure::new(format!(
            "{failed} of {} pieces failed; `segno batch status --failed` lists them, `segno batch retry --all` tries them again",
            counts.all()
        ))),
        _ => Ok(summary(&counts).into()),
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
