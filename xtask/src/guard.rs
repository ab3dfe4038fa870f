//! The instructions and allocations of hot paths beside a committed baseline: what was made fast stays fast.
//!
//! Counted is what callgrind counts in our own program; what the system's library does is not, as it differs from one system
//! to the next. Another compiler makes other instructions of the same code, so a baseline is good for its own compiler only.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::say;
use crate::shell::{cargo, output, root, step};

/// The program that does the work, and what of it is counted.
const PACKAGE: &str = "segno-guard";
const MEASURED: &str = "*measured_work*";

const PATHS: [&str; 8] = ["prepare", "call", "sign", "decode", "decode-odd", "lookup", "unroll", "read"];

/// By how much a path may become dearer unnoticed.
const TOLERANCE: f64 = 0.03;

/// What one path costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Cost {
    instructions: u64,
    /// Calls of `malloc`, `calloc` and `realloc`.
    allocations: u64,
}

/// What all paths cost, and the compiler and processor that it is true for.
#[derive(Debug, PartialEq)]
struct Baseline {
    compiler: String,
    costs: BTreeMap<String, Cost>,
}

fn file() -> PathBuf {
    root().join("xtask/guard/baseline.txt")
}

/// Compares with the baseline, where that can be done.
pub(crate) fn check() -> Result<(), String> {
    let start = Instant::now();
    let passed_over = |reason: &str| say(format_args!("== instructions: passed over; {reason}"));
    if !has_valgrind() {
        passed_over("Debian's valgrind counts them");
        return Ok(());
    }
    let text = std::fs::read_to_string(file()).map_err(|error| format!("{}: {error}", file().display()))?;
    let baseline = Baseline::parse(&text)?;
    let compiler = compiler()?;
    if compiler != baseline.compiler {
        passed_over(&format!("the baseline is of {}, this is {compiler}", baseline.compiler));
        return Ok(());
    }
    let costs = costs()?;
    let mut dearer = String::new();
    for (path, cost) in &costs {
        let Some(before) = baseline.costs.get(path) else {
            return Err(format!("instructions: {path} is not in the baseline; {RENEW}"));
        };
        let share = |now: u64, before: u64| (now as f64 - before as f64) / before.max(1) as f64 * 100.0;
        for (what, now, before) in [
            ("instructions", cost.instructions, before.instructions),
            ("allocations", cost.allocations, before.allocations),
        ] {
            let change = share(now, before);
            if change > TOLERANCE * 100.0 {
                let _ = writeln!(dearer, "{path}: {now} {what}, which were {before} ({change:+.1} %)");
            } else if change < -TOLERANCE * 100.0 {
                say(format_args!("   {path}: {now} {what}, which were {before} ({change:+.1} %); {RENEW}"));
            }
        }
    }
    if !dearer.is_empty() {
        return Err(format!(
            "instructions: some hot paths became dearer; if that is meant, {RENEW}\n{dearer}"
        ));
    }
    say(format_args!("   instructions: {:.1} s", start.elapsed().as_secs_f64()));
    Ok(())
}

const RENEW: &str = "cargo xtask bench --renew writes the baseline anew";

/// Writes the baseline anew.
pub(crate) fn renew() -> Result<(), String> {
    if !has_valgrind() {
        return Err("instructions are counted by valgrind, which is not installed".into());
    }
    let baseline = Baseline { compiler: compiler()?, costs: costs()? };
    std::fs::write(file(), baseline.to_text()).map_err(|error| format!("{}: {error}", file().display()))?;
    say(format_args!("{} is written", file().display()));
    Ok(())
}

fn has_valgrind() -> bool {
    let mut valgrind = Command::new("valgrind");
    valgrind.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
    valgrind.status().is_ok_and(|status| status.success())
}

/// The version of the compiler, the system that it compiles for, and whether searches go by the widest registers, which is found
/// out when they run.
fn compiler() -> Result<String, String> {
    let program = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let text = output(Command::new(program).arg("-vV").current_dir(root()))?;
    let value = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim();
    let registers = if has_avx2() { " with AVX2" } else { "" };
    Ok(format!("rustc {} for {}{registers}", value("release:"), value("host:")))
}

fn has_avx2() -> bool {
    #[cfg(target_arch = "x86_64")]
    let has = std::is_x86_feature_detected!("avx2");
    #[cfg(not(target_arch = "x86_64"))]
    let has = false;
    has
}

fn costs() -> Result<BTreeMap<String, Cost>, String> {
    let folder = root().join("target/guard");
    let mut build = cargo("build --release --quiet --locked --manifest-path xtask/guard/Cargo.toml");
    step("instructions", build.env("CARGO_TARGET_DIR", &folder))?;
    // As valgrind names it: a folder of builds may be a link.
    let program = folder.join("release").join(PACKAGE).canonicalize().map_err(|error| error.to_string())?;
    PATHS.iter().map(|path| Ok(((*path).to_owned(), cost(&program, path)?))).collect()
}

fn cost(program: &Path, path: &str) -> Result<Cost, String> {
    let file = std::env::temp_dir().join(format!("{PACKAGE}-{}-{path}", std::process::id()));
    let mut valgrind = Command::new("valgrind");
    valgrind.args([
        "--tool=callgrind",
        "--quiet",
        "--demangle=no",
        "--compress-strings=no",
        "--compress-pos=no",
    ]);
    valgrind.arg(format!("--toggle-collect={MEASURED}"));
    valgrind.arg(format!("--callgrind-out-file={}", file.display()));
    output(valgrind.arg(program).arg(path)).map_err(|error| format!("valgrind {PACKAGE} {path}: {error}"))?;
    let text = std::fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    std::fs::remove_file(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    let cost = read(&text, program);
    if cost.instructions == 0 { Err(format!("valgrind counted nothing of {path}")) } else { Ok(cost) }
}

/// Reads what callgrind wrote ("Callgrind Format Specification" in valgrind's manual): the lines of costs behind an `ob=` are of
/// that object, but for the one behind a `calls=`, which is the cost of what was called.
fn read(text: &str, program: &Path) -> Cost {
    let (mut cost, mut is_ours, mut is_called) = (Cost::default(), false, false);
    let mut called = "";
    for line in text.lines() {
        if let Some(object) = line.strip_prefix("ob=") {
            is_ours = Path::new(object) == program;
        } else if let Some(name) = line.strip_prefix("cfn=") {
            called = name;
        } else if let Some(calls) = line.strip_prefix("calls=") {
            is_called = true;
            // A function that calls itself has numbered names.
            if matches!(called.split('\'').next(), Some("malloc" | "calloc" | "realloc")) && is_ours {
                cost.allocations += number(calls.split(' ').next());
            }
        } else if line.starts_with(|first: char| first.is_ascii_digit()) {
            if is_ours && !std::mem::take(&mut is_called) {
                cost.instructions += number(line.split(' ').nth(1));
            }
            is_called = false;
        }
    }
    cost
}

fn number(text: Option<&str>) -> u64 {
    text.and_then(|text| text.parse().ok()).unwrap_or_default()
}

impl Baseline {
    fn parse(text: &str) -> Result<Self, String> {
        let mut lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
        let compiler = lines.next().unwrap_or_default().to_owned();
        let costs = lines.map(|line| {
            let mut words = line.split_whitespace();
            let path = words.next()?.to_owned();
            let cost =
                Cost { instructions: words.next()?.parse().ok()?, allocations: words.next()?.parse().ok()? };
            Some((path, cost))
        });
        let costs = costs.collect::<Option<_>>();
        costs
            .map(|costs| Self { compiler, costs })
            .ok_or_else(|| format!("{}: a line is not readable", file().display()))
    }

    fn to_text(&self) -> String {
        let mut text = format!(
            "# Path, instructions and allocations of 20 turns; see xtask/src/guard.rs. Written by cargo xtask bench --renew.\n{}\n",
            self.compiler
        );
        for (path, cost) in &self.costs {
            let _ = writeln!(text, "{path:<12} {:>9} {:>6}", cost.instructions, cost.allocations);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_callgrind_writes_is_read() {
        let text = "version: 1\nob=/x/segno-guard\nfl=???\nfn=work\n12 100\ncob=/lib/libc.so.6\ncfn=malloc\ncalls=3 0\n12 900\n\
            cfn=own\ncalls=1 0\n13 50\n14 7\n\nob=/lib/libc.so.6\nfn=malloc\n0 900\ncfn=malloc\ncalls=9 0\n0 1\n\nfn=own\nob=/x/segno-guard\n3 50\n";
        let cost = read(text, Path::new("/x/segno-guard"));
        assert_eq!(cost, Cost { instructions: 157, allocations: 3 });
    }

    #[test]
    fn a_baseline_comes_back() {
        let cost = Cost { instructions: 71_000, allocations: 12 };
        let baseline =
            Baseline { compiler: "rustc 1.89.0 for x".into(), costs: [("sign".into(), cost)].into() };
        assert_eq!(Baseline::parse(&baseline.to_text()), Ok(baseline));
        assert!(Baseline::parse("rustc\nsign many").is_err());
    }
}
