//! Runs the rows and writes what they cost.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use crate::Outcome;
use crate::measure::{self, Counts, Own, Server, median};
use crate::rows::{ROWS, Row};
use crate::weigh::{self, Weight};

/// What a subject of a row costs, by the unit.
#[derive(serde::Serialize)]
struct Cost {
    subject: &'static str,
    instructions: Option<f64>,
    allocations: Option<f64>,
    /// Nanoseconds of processor time.
    time: Option<f64>,
    /// MB.
    peak: Option<f64>,
}

#[derive(serde::Serialize)]
struct Measured {
    row: &'static str,
    title: &'static str,
    unit: &'static str,
    limit: &'static str,
    target: Option<f64>,
    costs: Vec<Cost>,
}

#[derive(serde::Serialize)]
struct Report {
    machine: Vec<String>,
    how: How,
    rows: Vec<Measured>,
    programs: Vec<Weight>,
}

/// How much is measured.
#[derive(Clone, Copy, PartialEq, serde::Serialize)]
enum How {
    Whole,
    /// Fewer rounds, smaller files, no builds.
    Quick,
    /// What no load of the machine changes: instructions, allocations, crates.
    Counts,
}

const USAGE: &str = "usage: cargo xtask bench [--quick | --counts] [ROW]... | cargo xtask bench --renew";

/// All rows, which are written, or those that are named, which are printed alone.
pub(crate) fn run(arguments: &[&str]) -> Outcome {
    let (options, wanted): (Vec<&str>, Vec<&str>) = arguments.iter().partition(|word| word.starts_with('-'));
    let how = match options.as_slice() {
        [] => How::Whole,
        ["--quick"] => How::Quick,
        ["--counts"] => How::Counts,
        _ => return Err(USAGE.into()),
    };
    if let Some(unknown) = wanted.iter().find(|name| !ROWS.iter().any(|row| row.name == **name)) {
        let names: Vec<&str> = ROWS.iter().map(|row| row.name).collect();
        return Err(format!("no row {unknown}; there are {}\n{USAGE}", names.join(", ")).into());
    }
    let began = Instant::now();
    let server = Server::start()?;
    let counts = measure::counts_instructions();
    if !counts {
        println!("Instructions are not counted: valgrind is not installed.");
    }
    let mut rows = Vec::new();
    // To count what 64 MB of JSON take is minutes under callgrind; the row of 1,000 slices says the same of them.
    let is_wanted = |row: &&Row| match wanted.as_slice() {
        [] => how != How::Counts || !matches!(row.name, "list" | "stream"),
        names => names.contains(&row.name),
    };
    for row in ROWS.iter().filter(is_wanted) {
        let costs = costs(row, &server.address, how, counts)?;
        let Row { name, title, unit, limit, target, .. } = *row;
        let measured = Measured { row: name, title, unit, limit, target, costs };
        print!("{}", text(&measured));
        rows.push(measured);
    }
    if wanted.is_empty() {
        let programs = weigh::all(&server, how == How::Whole)?;
        let report = Report { machine: machine(), how, rows, programs };
        let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
        std::fs::write(docs.join("benchmarks.md"), page(&report))?;
        std::fs::write(docs.join("benchmarks.json"), serde_json::to_string_pretty(&report)? + "\n")?;
        println!("docs/benchmarks.md and docs/benchmarks.json are written");
    }
    println!("{:.0} s", began.elapsed().as_secs_f64());
    Ok(())
}

fn costs(row: &Row, address: &str, how: How, counts: bool) -> Outcome<Vec<Cost>> {
    let timed = match (row.name, how) {
        ("put", How::Whole) => 1024,
        ("put", _) => 256,
        (_, How::Whole) => row.timed,
        _ => row.timed.div_ceil(4),
    };
    let rounds = match (how, row.slow) {
        (How::Whole, _) => 5,
        (How::Quick, true) => 1,
        (How::Quick, false) => 3,
        (How::Counts, _) => 0,
    };
    if row.name == "put" {
        // Made here, so that nobody is charged for it.
        for length in [timed, row.counted[0], row.counted[1]] {
            crate::file(length)?;
        }
    }
    let mut own: Vec<Vec<Own>> = row.subjects.iter().map(|_| Vec::new()).collect();
    for _ in 0..rounds {
        for (subject, own) in row.subjects.iter().zip(&mut own) {
            own.push(measure::own(&["one", row.name, subject, &timed.to_string(), address])?);
        }
    }
    // Nothing is lost by counting all at once: no load changes what is counted.
    let counted: Vec<Outcome<[Counts; 2]>> = std::thread::scope(|scope| {
        let count = |subject: &'static str| {
            let of =
                |length: usize| measure::counted(&["one", row.name, subject, &length.to_string(), address]);
            scope.spawn(move || {
                Ok(if counts { [of(row.counted[0])?, of(row.counted[1])?] } else { Default::default() })
            })
        };
        let threads: Vec<_> = row.subjects.iter().map(|subject| count(subject)).collect();
        let join = |thread: std::thread::ScopedJoinHandle<'_, Outcome<[Counts; 2]>>| {
            thread.join().unwrap_or_else(|_| Err("a thread failed".into()))
        };
        threads.into_iter().map(join).collect()
    });
    let units = |count: usize| count as f64 * row.units;
    let cost = |((subject, own), counted): ((&&'static str, Vec<Own>), Outcome<[Counts; 2]>)| {
        let [short, long] = counted?;
        let between = units(row.counted[1]) - units(row.counted[0]);
        let a_unit = |short: u64, long: u64| counts.then(|| (long as f64 - short as f64) / between);
        let seconds: Vec<f64> = own.iter().map(|own| own.seconds).collect();
        Ok(Cost {
            subject,
            instructions: a_unit(short.instructions, long.instructions),
            allocations: a_unit(short.allocations, long.allocations),
            time: (rounds > 0).then(|| median(seconds) * 1e9 / units(timed)),
            peak: own.iter().map(|own| own.peak as f64 / 1e3).reduce(f64::max),
        })
    };
    row.subjects.iter().zip(own).zip(counted).map(cost).collect()
}

impl Measured {
    /// What a subject costs beside the limit: instructions, then time.
    fn ratios(&self, cost: &Cost) -> (Option<f64>, Option<f64>) {
        let Some(limit) = self.costs.iter().find(|cost| cost.subject == self.limit) else {
            return (None, None);
        };
        let instructions = cost.instructions.zip(limit.instructions).map(|(own, limit)| own / limit);
        (instructions, cost.time.zip(limit.time).map(|(own, limit)| own / limit))
    }
}

fn number(value: Option<f64>) -> String {
    match value {
        None => "-".into(),
        Some(value) if value.abs() >= 1e6 => format!("{:.2} M", value / 1e6),
        Some(value) if value.abs() >= 1e4 => format!("{:.1} k", value / 1e3),
        Some(value) if value.abs() >= 100.0 => format!("{value:.0}"),
        Some(value) => format!("{value:.1}"),
    }
}

fn ratio(value: Option<f64>) -> String {
    value.map_or("-".into(), |value| format!("{value:.2}"))
}

/// Nanoseconds as people read them.
fn time(nanoseconds: Option<f64>) -> String {
    match nanoseconds {
        None => "-".into(),
        Some(short) if short < 1e3 => format!("{short:.1} ns"),
        Some(middle) if middle < 1e6 => format!("{:.2} µs", middle / 1e3),
        Some(long) => format!("{:.2} ms", long / 1e6),
    }
}

/// A row for the terminal.
fn text(row: &Measured) -> String {
    let mut text = format!("{} ({}), a {}\n", row.title, row.row, row.unit);
    for cost in &row.costs {
        let (instructions, seconds) = row.ratios(cost);
        let _ = writeln!(
            text,
            "  {:<20} {:>9} instructions ({:>5}) {:>8} allocations {:>10} ({:>5}) {:>7} MB",
            cost.subject,
            number(cost.instructions),
            ratio(instructions),
            number(cost.allocations),
            time(cost.time),
            ratio(seconds),
            number(cost.peak),
        );
    }
    text
}

/// What the machine is, as far as it tells.
fn machine() -> Vec<String> {
    let first = |command: &str, arguments: &[&str]| {
        let output = Command::new(command).args(arguments).output().ok()?;
        Some(String::from_utf8_lossy(&output.stdout).lines().next()?.to_owned())
    };
    let processor = std::fs::read_to_string("/proc/cpuinfo").ok().and_then(|text| {
        let model = text.lines().find_map(|line| line.strip_prefix("model name"))?;
        Some(model.trim_start_matches(['\t', ':', ' ']).to_owned())
    });
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split_whitespace().next().unwrap_or("unknown").to_owned();
    let mut machine =
        vec![format!("{cores} cores of {}", processor.as_deref().unwrap_or(std::env::consts::ARCH))];
    machine.extend(first("uname", &["-sr"]));
    machine.extend(first("rustc", &["--version"]));
    machine.extend(first("valgrind", &["--version"]));
    machine.push(format!("load {load} at the end of the run"));
    machine
}

const HEAD: &str = "\
<!-- Written by cargo xtask bench. -->
# Benchmarks

What Segno costs beside what one would use instead. Every figure is from one run of one command; slower rows stay in the table.

```sh
cargo xtask bench            # all of it
cargo xtask bench --quick    # one round of what takes long, 256 MiB instead of 1 GiB, nothing built
cargo xtask bench --counts   # what no load of the machine changes: instructions, allocations, crates
cargo xtask bench get songs  # some rows, printed alone
```

";

const READING: &str = "
Instructions and allocations are those of callgrind (user space, with the system's library), the difference of two lengths of
a run, so that start-up is in neither; they are the same on a busy machine. Processor time is user and system together, the median
of rounds in which the subjects take turns, each in a process of its own; on a busy machine it is an upper bound. Peak memory is
that of the whole process. `ratio` is to the limit, which is set in bold: what does the same with less around it. `aim` is the
ratio of instructions that was aimed at.

The server is a process of its own. All calls carry the same headers, and all read the same struct. `hyper` is hyper with
hyper-util's pool and serde_json by hand: no deadlines, no retries, no limits, no errors that say anything.

";

const OTHERS: &str = "
## Other measurements

| what | command |
| --- | --- |
| how costs grow with size: readers, lookups, simplification, unrolling | `cargo bench -p segno-syncpoint --bench growth` |
| lookups by numpy, on the same queries | `python3 docs/benchmarks/lookup.py` |
| readers of scores beside partitura, music21 and verovio | `python3 docs/benchmarks/score_readers.py FILE...` |
| uploads of 4 GiB: memory and throughput | `cargo xtask soak upload_4gib` |
| memory of large transfers | `cargo xtask soak memory` |
| what the hot paths cost, beside a baseline, at every commit | `cargo xtask test`; `cargo xtask bench --renew` writes the baseline |
";

/// The page of all rows.
fn page(report: &Report) -> String {
    let mut page = String::from(HEAD);
    let how = match report.how {
        How::Whole => "",
        How::Quick => " A quick run.",
        How::Counts => " Counted only.",
    };
    let _ = writeln!(page, "{}.{how}", report.machine.join("; "));
    page.push_str(READING);
    page.push_str("| what, and a unit of it | subject | instructions | ratio | aim | allocations | processor time | ratio | peak MB |\n");
    page.push_str("| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n");
    for row in &report.rows {
        for (index, cost) in row.costs.iter().enumerate() {
            let (instructions, seconds) = row.ratios(cost);
            let what = if index == 0 { format!("{}; {}", row.title, row.unit) } else { String::new() };
            let name = if cost.subject == row.limit {
                format!("**{}**", cost.subject)
            } else {
                cost.subject.to_owned()
            };
            let aim = if index == 0 { ratio(row.target) } else { "-".into() };
            let _ = writeln!(
                page,
                "| {what} | {name} | {} | {} | {} | {} | {} | {} | {} |",
                number(cost.instructions),
                ratio(instructions),
                if aim == "-" { String::new() } else { aim },
                number(cost.allocations),
                time(cost.time),
                ratio(seconds),
                number(cost.peak),
            );
        }
    }
    page.push_str(
        "\n## A program with one call\n\nCrates by `cargo tree` (itself and Tokio among them), a debug build from nothing, the stripped release \
         program, and its time from start to end with one call over plain http (median of 31).\n\n\
         | program | crates | build, CPU s | size, MB | start to end, ms |\n| --- | --- | --- | --- | --- |\n",
    );
    for program in &report.programs {
        let _ = writeln!(
            page,
            "| {} | {} | {} | {} | {} |",
            program.name,
            program.crates.map_or("-".into(), |count| count.to_string()),
            number(program.build),
            program.size.map_or("-".into(), |size| format!("{:.2}", size as f64 / 1e6)),
            program.start.map_or("-".into(), |start| format!("{start:.2}")),
        );
    }
    page.push_str(OTHERS);
    page
}
