//! `cargo xtask bench`: what Segno costs, each row beside its rivals in the same run.

use std::process::ExitCode;

use crate::shell::{cargo, root, step};

/// Runs the benchmarks, whose program is a workspace of its own: the rivals have many dependencies.
pub(crate) fn run(arguments: &[&str]) -> Result<ExitCode, String> {
    let mut program = cargo("run --release --quiet --manifest-path xtask/bench/Cargo.toml --");
    program.env("CARGO_TARGET_DIR", root().join("target/bench"));
    step("benchmarks", program.args(arguments))?;
    Ok(ExitCode::SUCCESS)
}
