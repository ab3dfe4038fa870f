//! `cargo xtask soak`: the long runs that are too slow for every test run, each of which fails if what it looks for happens.

mod batch;
mod fleet;
mod jobs;
mod mutants;

use std::process::ExitCode;

use crate::shell::{cargo, step};

/// Crate and example.
const SOAKS: [(&str, &str); 5] = [
    ("core", "token_soak"),
    ("core", "memory"),
    ("soundcloud", "upload_4gib"),
    ("syncpoint", "exact_maps"),
    ("syncpoint", "random_structures"),
];

/// Runs all of them, or the one that is named; `mutants`, `batch`, the jobs over all services and those of a
/// fleet, which have arguments of their own, only by their names.
pub(crate) fn run(arguments: &[&str]) -> Result<ExitCode, String> {
    if let ["mutants", rest @ ..] = arguments {
        return mutants::run(rest);
    }
    if arguments.first().is_some_and(|first| first.starts_with("--")) {
        return jobs::run(arguments);
    }
    if let ["batch", rest @ ..] = arguments {
        return batch::run(rest);
    }
    if let [name @ ("fleet_tokens" | "fleet_rate"), rest @ ..] = arguments {
        return fleet::run(name, rest);
    }
    let names: Vec<&str> = SOAKS.iter().map(|(_, name)| *name).collect();
    let wanted: &[&str] = match arguments {
        [] => &names,
        [one] if names.contains(one) => arguments,
        _ => return Err(format!("usage: cargo xtask soak [{}]", names.join(" | "))),
    };
    for (owner, name) in SOAKS.iter().filter(|(_, name)| wanted.contains(name)) {
        let features = if *owner == "core" { " --features oauth2,hyper,testing" } else { "" };
        let example = format!("run --release --quiet -p segno-{owner}{features} --example {name}");
        step(&format!("{owner} {name}"), &mut cargo(&example))?;
    }
    Ok(ExitCode::SUCCESS)
}
