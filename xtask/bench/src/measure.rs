//! What a piece of work costs: processor time, memory, instructions, allocations.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::Outcome;

/// What one process found of itself.
#[derive(serde::Deserialize, serde::Serialize)]
pub(crate) struct Own {
    /// Processor time of the work, user and system, in seconds.
    pub(crate) seconds: f64,
    /// Peak memory of the process in kB, as far as the system tells.
    pub(crate) peak: u64,
}

/// What callgrind counted in one process.
#[derive(Clone, Copy, Default)]
pub(crate) struct Counts {
    pub(crate) instructions: u64,
    /// Calls of `malloc`, `calloc` and `realloc`.
    pub(crate) allocations: u64,
}

/// Peak memory of this process in kB, where the system tells.
pub(crate) fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}

/// Runs this program with arguments and reads what it prints.
pub(crate) fn own(arguments: &[&str]) -> Outcome<Own> {
    let output = Command::new(std::env::current_exe()?).args(arguments).stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(format!("{arguments:?}: {}", output.status).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// Whether instructions can be counted on this machine.
pub(crate) fn counts_instructions() -> bool {
    let valgrind =
        Command::new("valgrind").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    valgrind.is_ok_and(|status| status.success())
}

/// Runs this program under callgrind.
pub(crate) fn counted(arguments: &[&str]) -> Outcome<Counts> {
    static RUNS: AtomicUsize = AtomicUsize::new(0);
    let run = RUNS.fetch_add(1, Ordering::Relaxed);
    let file = std::env::temp_dir().join(format!("segno-bench-{}-{run}.callgrind", std::process::id()));
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", "--quiet", "--compress-strings=no", "--compress-pos=no"]);
    command.arg(format!("--callgrind-out-file={}", file.display()));
    let output = command.arg(std::env::current_exe()?).args(arguments).output()?;
    if !output.status.success() {
        return Err(format!("callgrind {arguments:?}: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    let counts = read(&file);
    std::fs::remove_file(&file)?;
    counts
}

/// Reads what callgrind wrote ("Callgrind Format Specification" of valgrind's manual).
fn read(file: &Path) -> Outcome<Counts> {
    let (mut counts, mut called) = (Counts::default(), String::new());
    for line in BufReader::new(std::fs::File::open(file)?).lines() {
        let line = line?;
        if let Some(name) = line.strip_prefix("cfn=") {
            name.clone_into(&mut called);
        } else if let Some(calls) = line.strip_prefix("calls=") {
            // A function that calls itself has numbered names.
            if matches!(called.split('\'').next(), Some("malloc" | "calloc" | "realloc")) {
                counts.allocations += calls.split(' ').next().unwrap_or_default().parse::<u64>()?;
            }
        } else if let Some(total) = line.strip_prefix("totals: ") {
            counts.instructions = total.trim().parse()?;
        }
    }
    Ok(counts)
}

/// A server in a process of its own.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: String,
}

impl Server {
    pub(crate) fn start() -> Outcome<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .arg("serve")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut address = String::new();
        let out = child.stdout.take().ok_or("no output of the server")?;
        BufReader::new(out).read_line(&mut address)?;
        Ok(Self { child, address: address.trim().to_owned() })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The middle one of some figures.
pub(crate) fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or_default()
}
