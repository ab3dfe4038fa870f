//! Unrolls random structures under every preset and checks each step:
//! `cargo run --release -p segno-syncpoint --example random_structures [-- COUNT]`.

#![allow(clippy::print_stdout)]

use std::time::{Duration, Instant};

use segno_syncpoint::Policy;

#[path = "../tests/it/random_structure.rs"]
mod random_structure;

fn main() -> Result<(), String> {
    let count: u64 = match std::env::args().nth(1) {
        Some(text) => text.parse().map_err(|error| format!("{text}: {error}"))?,
        None => 1_000_000,
    };
    let begun = Instant::now();
    let (mut runs, mut played, mut longest, mut too_long) = (0_u64, 0_u64, 0, 0_u64);
    let mut slowest = Duration::ZERO;
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    for round in 0..count {
        let mut random = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state
        };
        let bars = 1 + random() % 24;
        let bytes: Vec<u8> = (0..bars * 6).map(|_| random().to_le_bytes()[3]).collect();
        let structure = random_structure::structure(&bytes);
        for (name, policy) in Policy::PRESETS {
            let policy = Policy { max_bars: 2_000, ..policy };
            let start = Instant::now();
            let result = structure.unroll(&policy);
            slowest = slowest.max(start.elapsed());
            runs += 1;
            match result {
                Ok(playthrough) => {
                    random_structure::check(&structure, &policy, &playthrough)
                        .map_err(|error| format!("structure {round} under {name}: {error}"))?;
                    played += playthrough.len() as u64;
                    longest = longest.max(playthrough.len());
                }
                Err(_) => too_long += 1,
            }
        }
    }
    println!("{count} structures, {runs} unrollings, {played} bars played, longest {longest} bars");
    println!("{too_long} over the limit of 2000 bars; slowest {slowest:?}; {:?} in all", begun.elapsed());
    Ok(())
}
