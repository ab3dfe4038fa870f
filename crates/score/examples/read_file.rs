//! Reads one file and says how long that took: `cargo run --release --example read_file -- FILE`.
#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use std::time::Instant;

use segno_score::{Options, read_any};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let file = std::env::args().nth(1).ok_or("usage: read_file FILE")?;
    let start = Instant::now();
    let score = read_any(&std::fs::read(file)?, &Options::new().with_onsets())?;
    let seconds = start.elapsed().as_secs_f64();
    println!("{seconds} {} {}", score.structure.bars.len(), score.onsets.len());
    Ok(())
}
