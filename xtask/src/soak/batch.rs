//! `cargo xtask soak batch`: pieces onto a sandbox by worker processes that are killed at random, and what the sandbox counts.

mod claims;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use segno_sandbox::Sandbox;
use segno_testkit::Server;

use crate::shell::{cargo, step};
use crate::{runtime, say};

const USAGE: &str = "\
usage: cargo xtask soak batch [kills | throughput | claims] [--ledger sqlite | postgres] [--pieces COUNT] [--workers COUNT]
                              [--kills COUNT] [--restarts COUNT] [--jobs COUNT] [--lease SECONDS] [--seed NUMBER] [--segno FILE]

  kills        (also without a name) workers are killed with SIGKILL at random and begun anew, the database is killed and
               stopped in turn and started anew; then: is every piece there once?
  throughput   pieces a second with 1, 2 and 4 workers
  claims       how long a claim takes with 1,000, 10,000, 100,000 and 1,000,000 jobs in the ledger, all of them due, of three
               priorities: one worker claims them one after another, and each fails at once, as its files are missing

A release build of the command is made, unless --segno names a program.
";

/// What a run is to do.
struct Plan {
    postgres: bool,
    segno: Option<PathBuf>,
    pieces: usize,
    workers: usize,
    kills: usize,
    restarts: usize,
    jobs: usize,
    lease: usize,
    seed: u64,
}

pub(super) fn run(arguments: &[&str]) -> Result<ExitCode, String> {
    let mut plan = Plan {
        postgres: false,
        segno: None,
        pieces: 2000,
        workers: 6,
        kills: 60,
        restarts: 0,
        jobs: 2,
        lease: 5,
        seed: 1,
    };
    let (name, mut rest) = match arguments.split_first() {
        Some((name, rest)) if !name.starts_with('-') => (*name, rest),
        _ => ("kills", arguments),
    };
    while let Some((option, more)) = rest.split_first() {
        let (value, more) = more.split_first().ok_or(USAGE)?;
        let number =
            || value.parse::<usize>().map_err(|_| format!("{option}: expected a number, found {value}"));
        match *option {
            "--ledger" if matches!(*value, "sqlite" | "postgres") => plan.postgres = *value == "postgres",
            "--segno" => plan.segno = Some(PathBuf::from(value)),
            "--pieces" => plan.pieces = number()?,
            "--workers" => plan.workers = number()?.max(1),
            "--kills" => plan.kills = number()?,
            "--restarts" => plan.restarts = number()?,
            "--jobs" => plan.jobs = number()?,
            "--lease" => plan.lease = number()?,
            "--seed" => plan.seed = number()? as u64,
            _ => return Err(USAGE.into()),
        }
        rest = more;
    }
    if plan.restarts > 0 && !plan.postgres {
        return Err("--restarts needs --ledger postgres".into());
    }
    if plan.segno.is_none() {
        step("build", &mut cargo("build --release --quiet -p segno --bin segno"))?;
    }
    match name {
        "kills" => kills(&plan),
        "throughput" => throughput(&plan),
        "claims" => claims::run(&plan),
        _ => Err(USAGE.into()),
    }
}

/// A sandbox, files, and the variables for the command.
struct Ground {
    runtime: tokio::runtime::Runtime,
    sandbox: Sandbox,
    folder: PathBuf,
    segno: PathBuf,
    server: Option<Server>,
    ledger: String,
    port: u16,
}

impl Ground {
    fn new(plan: &Plan, pieces: usize) -> Result<Self, String> {
        let runtime = runtime()?;
        let sandbox = runtime
            .block_on(Sandbox::builder().seed(plan.seed).start())
            .map_err(|error| error.to_string())?;
        sandbox.switches(|switches| {
            switches.soundslice.notation_delay_s = 0.0;
            switches.soundslice.media_delay_s = 0.0;
        });
        let folder = PathBuf::from("target/soak/batch");
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
        let folder = folder.canonicalize().map_err(|error| error.to_string())?;
        files(&folder, pieces).map_err(|error| format!("{}: {error}", folder.display()))?;
        let server = if plan.postgres { Some(runtime.block_on(Server::postgres())) } else { None };
        let server = server.transpose().map_err(|error| error.to_string())?;
        let file = || folder.join("ledger.sqlite").display().to_string();
        let ledger = server.as_ref().map_or_else(file, Server::url);
        let segno = plan.segno.clone().unwrap_or_else(|| PathBuf::from("target/release/segno"));
        let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let port = free.map_err(|error| error.to_string())?.port();
        Ok(Self { runtime, sandbox, folder, segno, server, ledger, port })
    }

    fn segno(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.segno);
        command
            .args(arguments)
            .env_clear()
            .envs(self.sandbox.environment())
            .env("HOME", &self.folder)
            .env("XDG_STATE_HOME", self.folder.join("state"))
            .env("SEGNO_LEDGER", &self.ledger)
            .env("SEGNO_NO_KEYRING", "1")
            .stdin(Stdio::null());
        command
    }

    fn worker(&self, plan: &Plan, more: &[&str]) -> Result<Child, String> {
        let (jobs, lease) = (plan.jobs.to_string(), plan.lease.to_string());
        let words = ["batch", "work", "--quiet", "--attempts", "100", "--jobs", &jobs, "--lease", &lease];
        let mut command = self.segno(&[&words, more].concat());
        command.stdout(Stdio::null()).spawn().map_err(|error| format!("segno: {error}"))
    }

    fn output(&self, arguments: &[&str]) -> Result<String, String> {
        let output = self.segno(arguments).output().map_err(|error| format!("segno: {error}"))?;
        if !output.status.success() {
            return Err(format!(
                "segno {}: {}",
                arguments.join(" "),
                String::from_utf8_lossy(&output.stderr)
            ));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    fn add(&self, manifest: &str) -> Result<(), String> {
        let manifest = self.folder.join(manifest).display().to_string();
        self.output(&["batch", &manifest, "--only-add", "--quiet"]).map(drop)
    }

    /// A number of `segno batch status --json`; `None` while the ledger is away.
    fn status(&self) -> Option<serde_json::Value> {
        serde_json::from_str(&self.output(&["batch", "status", "--json"]).ok()?).ok()
    }

    fn end(self) {
        self.runtime.block_on(self.sandbox.stop());
    }
}

/// Scores of four bars, recordings of silence, the seconds of the bars, and a manifest. Each piece has bytes of its own; three of four
/// have a name of their own, the others share one.
fn files(folder: &Path, pieces: usize) -> std::io::Result<()> {
    let mut manifest = String::from("score,recording,name,points\n");
    std::fs::write(folder.join("bars.txt"), "0\n0.5\n1\n1.5\n2\n")?;
    for number in 0..pieces {
        std::fs::write(folder.join(format!("{number}.musicxml")), score(number))?;
        std::fs::write(folder.join(format!("{number}.mp3")), recording(number))?;
        let name = if number % 4 == 3 { "Étude".to_owned() } else { format!("Piece {number}") };
        let _ = writeln!(manifest, "{number}.musicxml,{number}.mp3,{name},bars.txt");
    }
    std::fs::write(folder.join("pieces.csv"), manifest)
}

/// Bars of one quarter at 120 a minute.
fn score(number: usize) -> String {
    let bars: String = (1..=4)
        .map(|bar| {
            let attributes = if bar == 1 {
                "<attributes><divisions>1</divisions><time><beats>1</beats><beat-type>4</beat-type></time></attributes>\
                 <sound tempo=\"120\"/>"
            } else {
                ""
            };
            let step = ["C", "D", "E", "F", "G", "A", "B"][(number + bar) % 7];
            format!(
                "<measure number=\"{bar}\">{attributes}<note><pitch><step>{step}</step><octave>4</octave></pitch>\
                 <duration>1</duration><type>quarter</type></note></measure>"
            )
        })
        .collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><score-partwise version=\"4.0\"><work><work-title>Piece {number}</work-title></work>\
         <part-list><score-part id=\"P1\"><part-name>Music</part-name></score-part></part-list><part id=\"P1\">{bars}</part></score-partwise>"
    )
}

/// Two seconds of silence: frames of MPEG-1 layer III, 32 kbit/s, 44.1 kHz, mono, behind an ID3v2 tag with the number.
fn recording(number: usize) -> Vec<u8> {
    const FRAMES: usize = 77;
    let mut bytes = b"ID3\x04\0\0\0\0\0\x20".to_vec();
    bytes.extend(format!("{number:032}").bytes());
    for _ in 0..FRAMES {
        bytes.extend([0xff, 0xfb, 0x10, 0xc0]);
        bytes.extend([0; 100]);
    }
    bytes
}

/// A generator that gives the same numbers for the same seed (SplitMix64, Steele and others 2014).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % limit.max(1) as u64) as usize
    }
}

#[allow(clippy::disallowed_methods)] // Processes are killed after real time.
fn pause(time: Duration) {
    std::thread::sleep(time);
}

fn kills(plan: &Plan) -> Result<ExitCode, String> {
    let mut ground = Ground::new(plan, plan.pieces)?;
    ground.add("pieces.csv")?;
    let begin = Instant::now();
    let mut workers = (0..plan.workers).map(|_| ground.worker(plan, &[])).collect::<Result<Vec<_>, _>>()?;
    let mut random = Random(plan.seed);
    let (mut killed, mut restarted, mut shown) = (0, 0, 0);
    loop {
        pause(Duration::from_millis(100 + random.below(300) as u64));
        let status = ground.status().unwrap_or_default();
        let count = |state: &str| status[state].as_u64().unwrap_or_default() as usize;
        let ended = count("done") + count("failed");
        // Kills and restarts are spread over the pieces, so that they meet every stretch of the run.
        let due = |all: usize| ((all + 1) * ended.min(plan.pieces)) / plan.pieces.max(1);
        if killed < due(plan.kills).min(plan.kills) {
            let victim = random.below(workers.len());
            if let Some(worker) = workers.get_mut(victim) {
                worker.kill().and_then(|()| worker.wait()).map_err(|error| error.to_string())?;
                *worker = ground.worker(plan, &[])?;
                killed += 1;
            }
        }
        if restarted < due(plan.restarts).min(plan.restarts)
            && let Some(server) = &mut ground.server
        {
            if restarted % 2 == 0 {
                server.kill();
            } else {
                server.stop();
            }
            pause(Duration::from_secs(1));
            ground.runtime.block_on(server.resume_or_start()).map_err(|error| error.to_string())?;
            restarted += 1;
        }
        if ended / 200 > shown {
            shown = ended / 200;
            say(format_args!(
                "{ended} of {} after {:.0} s, {killed} kills, {restarted} restarts",
                plan.pieces,
                begin.elapsed().as_secs_f64()
            ));
        }
        let mut running = 0;
        for worker in &mut workers {
            match worker.try_wait().map_err(|error| error.to_string())? {
                None => running += 1,
                Some(status) if !status.success() && count("failed") == 0 => {
                    return Err(format!("a worker ended with {status}"));
                }
                Some(_) => {}
            }
        }
        if running == 0 {
            break;
        }
    }
    let seconds = begin.elapsed().as_secs_f64();
    let verdict = judge(&ground, plan.pieces)?;
    say(format_args!(
        "{} pieces, {} workers x {} jobs, {killed} kills with SIGKILL, {restarted} restarts of the database: {seconds:.0} s",
        plan.pieces, plan.workers, plan.jobs
    ));
    ground.end();
    if killed < plan.kills || restarted < plan.restarts {
        return Err(format!("only {killed} kills and {restarted} restarts; give more pieces"));
    }
    Ok(if verdict { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What the sandbox has counted, and whether each piece is there once, with its recording.
fn judge(ground: &Ground, pieces: usize) -> Result<bool, String> {
    let effects = ground.sandbox.effects();
    let of = |kind| effects.of("soundslice", kind);
    let (slices, recordings, points) = (of("slices"), of("recordings"), of("syncpoints"));
    say(format_args!(
        "slices {} made, {} deleted · notations {} · recordings {} made, {} deleted · media {} · sets of points {}",
        slices.created,
        slices.deleted,
        of("notations").created,
        recordings.created,
        recordings.deleted,
        of("media").created,
        points.changed
    ));
    let list: serde_json::Value = serde_json::from_str(&ground.output(&[
        "soundslice",
        "slice",
        "list",
        "--json",
        "--limit",
        "9999999",
    ])?)
    .map_err(|error| error.to_string())?;
    let (mut there, mut bare, mut names) = (0, 0, std::collections::HashMap::new());
    for slice in list.as_array().into_iter().flatten() {
        let name = slice["name"].as_str().unwrap_or_default();
        if name.starts_with("Piece ") || name == "Étude" {
            there += 1;
            bare += usize::from(slice["recordings"] != 1 || slice["has_notation"] != true);
            *names.entry(name.to_owned()).or_insert(0) += 1;
        }
    }
    let wanted = |name: &str| if name == "Étude" { pieces / 4 } else { 1 };
    let doubled: usize =
        names.iter().map(|(name, count): (_, &usize)| count.saturating_sub(wanted(name))).sum();
    let lost = pieces - (there - doubled).min(pieces);
    let export = ground.output(&["batch", "export", "--json"])?;
    let mut ids: Vec<String> = export
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter_map(|piece| piece["slice"].as_str().map(str::to_owned))
        .collect();
    ids.sort_unstable();
    ids.dedup();
    say(format_args!(
        "{there} slices there: {doubled} doubled, {lost} lost, {bare} without notation or with other than one recording; {} in the ledger",
        ids.len()
    ));
    let once = |count: u64| count == pieces as u64;
    let counted = once(slices.created - slices.deleted)
        && once(recordings.created - recordings.deleted)
        && once(points.changed);
    Ok(counted && doubled == 0 && lost == 0 && bare == 0 && ids.len() == pieces)
}

fn throughput(plan: &Plan) -> Result<ExitCode, String> {
    for workers in [1, 2, 4] {
        let ground = Ground::new(plan, plan.pieces)?;
        ground.add("pieces.csv")?;
        let begin = Instant::now();
        let mut children = (0..workers).map(|_| ground.worker(plan, &[])).collect::<Result<Vec<_>, _>>()?;
        for child in &mut children {
            child.wait().map_err(|error| error.to_string())?;
        }
        let seconds = begin.elapsed().as_secs_f64();
        say(format_args!(
            "{workers} workers x {} jobs: {} pieces in {seconds:.1} s, {:.1} a second",
            plan.jobs,
            plan.pieces,
            plan.pieces as f64 / seconds
        ));
        if !judge(&ground, plan.pieces)? {
            return Ok(ExitCode::FAILURE);
        }
        ground.end();
    }
    Ok(ExitCode::SUCCESS)
}
