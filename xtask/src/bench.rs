//! `cargo xtask bench`: every benchmark, each beside its rivals in the same run.

use std::process::ExitCode;

use crate::shell::{cargo, step};

/// Crate and benchmark.
const BENCHES: [(&str, &str); 7] = [
    ("core", "call"),
    ("syncpoint", "lookup"),
    ("syncpoint", "simplify"),
    ("syncpoint", "unroll"),
    ("syncpoint", "growth"),
    ("score", "read"),
    ("musescore", "signing"),
];

/// Runs all benchmarks, or the one that is named.
pub(crate) fn run(arguments: &[&str]) -> Result<ExitCode, String> {
    each("bench", arguments, &BENCHES, |name, bench| cargo(&format!("bench -p segno-{name} --bench {bench}")))
}

/// Runs the programs of a table that the argument names, all of them without one.
pub(crate) fn each(
    command: &str,
    arguments: &[&str],
    table: &[(&str, &str)],
    start: impl Fn(&str, &str) -> std::process::Command,
) -> Result<ExitCode, String> {
    let names: Vec<&str> = table.iter().map(|(_, name)| *name).collect();
    let usage = || format!("usage: cargo xtask {command} [{}]", names.join(" | "));
    let wanted: &[&str] = match arguments {
        [] => &names,
        [one] if names.contains(one) => arguments,
        _ => return Err(usage()),
    };
    for (owner, name) in table.iter().filter(|(_, name)| wanted.contains(name)) {
        step(&format!("{owner} {name}"), &mut start(owner, name))?;
    }
    Ok(ExitCode::SUCCESS)
}
