//! Reads one file and prints the seconds that took, its bars, its notes, and the peak memory of the process in kB
//! (0 where the system does not tell): `cargo run --release --example read_file -- FILE`.
#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use std::time::Instant;

use segno_score::{Options, read_any};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let file = std::env::args().nth(1).ok_or("usage: read_file FILE")?;
    let start = Instant::now();
    let score = read_any(&std::fs::read(file)?, &Options::new().with_onsets())?;
    let seconds = start.elapsed().as_secs_f64();
    println!("{seconds} {} {} {}", score.structure.bars.len(), score.onsets.len(), peak());
    Ok(())
}

fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}
