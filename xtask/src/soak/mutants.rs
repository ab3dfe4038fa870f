//! `cargo xtask soak mutants`: breaks the code in small ways, one at a time, and sees whether a test notices.
//!
//! Needs the program `cargo-mutants` (`cargo install cargo-mutants`). All mutants of the workspace take days, so a sample
//! is taken: the same seed gives the same sample of the same code.

use std::process::ExitCode;

use crate::say;
use crate::shell::{cargo, output, root};

const USAGE: &str = "\
usage: cargo xtask soak mutants [--package NAME]... [--sample COUNT] [--seed NUMBER] [--least PERCENT]

  --package NAME    a crate to break, such as score; score and syncpoint if none is named
  --sample COUNT    about so many mutants (default 200)
  --seed NUMBER     another sample (default 0)
  --least PERCENT   fails if fewer are noticed (default 90)";

/// What is asked for.
struct Plan {
    packages: Vec<String>,
    sample: usize,
    seed: usize,
    least: usize,
}

impl Plan {
    fn read(arguments: &[&str]) -> Option<Self> {
        let mut plan = Self { packages: Vec::new(), sample: 200, seed: 0, least: 90 };
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            let value = rest.next()?;
            match *argument {
                "--package" => plan.packages.push((*value).to_owned()),
                "--sample" => plan.sample = value.parse().ok().filter(|sample| *sample > 0)?,
                "--seed" => plan.seed = value.parse().ok()?,
                "--least" => plan.least = value.parse().ok().filter(|least| *least <= 100)?,
                _ => return None,
            }
        }
        if plan.packages.is_empty() {
            plan.packages = vec!["score".to_owned(), "syncpoint".to_owned()];
        }
        Some(plan)
    }

    /// The crates as arguments of cargo.
    fn packages(&self) -> String {
        self.packages.iter().map(|name| format!(" -p segno-{name}")).collect()
    }
}

/// Runs a sample and prints what no test noticed.
pub(super) fn run(arguments: &[&str]) -> Result<ExitCode, String> {
    let plan = Plan::read(arguments).ok_or(USAGE)?;
    let list = output(&mut cargo(&format!("mutants --list{}", plan.packages()))).map_err(|fault| {
        format!("cargo-mutants is needed (cargo install cargo-mutants): {}", fault.trim())
    })?;
    let shards = (list.lines().count() / plan.sample).max(1);
    let shard = plan.seed % shards;
    say(format_args!("{} mutants, of which part {shard} of {shards} is tried", list.lines().count()));
    let folder = root().join("target/mutants");
    std::fs::create_dir_all(&folder).map_err(|fault| format!("{}: {fault}", folder.display()))?;
    // Without every feature, the faults in what a feature gates would all go unnoticed. Optimised builds take longer than slow
    // tests do.
    let run = format!(
        "mutants{} --all-features --shard {shard}/{shards} --sharding round-robin -j1 --no-times --minimum-test-timeout 60 \
         --cargo-arg=--config=profile.dev.package.segno-syncpoint.opt-level=0",
        plan.packages()
    );
    let mut command = cargo(&run);
    command.arg("--output").arg(&folder).args(["--", "--lib", "--test", "it"]);
    // It fails if a mutant survives, which is judged here; a run that could not be made leaves no list.
    command.status().map_err(|fault| format!("cargo mutants: {fault}"))?;
    let listed = |name: &str| {
        let path = folder.join("mutants.out").join(name);
        std::fs::read_to_string(&path).map_err(|fault| format!("{}: {fault}", path.display()))
    };
    let (caught, missed) = (listed("caught.txt")?, listed("missed.txt")?);
    let noticed = caught.lines().count() + listed("timeout.txt")?.lines().count();
    let all = noticed + missed.lines().count();
    for survivor in missed.lines() {
        say(format_args!("survived: {survivor}"));
    }
    say(format_args!("{noticed} of {all} mutants noticed"));
    let enough = noticed * 100 >= all * plan.least;
    Ok(if all > 0 && enough { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for() {
        let plan = Plan::read(&[]).unwrap();
        assert_eq!((plan.packages(), plan.sample), (" -p segno-score -p segno-syncpoint".to_owned(), 200));
        let plan =
            Plan::read(&["--package", "core", "--sample", "50", "--seed", "7", "--least", "85"]).unwrap();
        assert_eq!(
            (plan.packages(), plan.sample, plan.seed, plan.least),
            (" -p segno-core".to_owned(), 50, 7, 85)
        );
        for wrong in
            [&["--package"][..], &["--sample", "0"], &["--least", "101"], &["core", "x"], &["--seed", "-1"]]
        {
            assert!(Plan::read(wrong).is_none(), "{wrong:?}");
        }
    }
}
