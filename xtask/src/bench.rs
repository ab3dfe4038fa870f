//! `cargo xtask bench`: what Segno costs, each row beside its rivals in the same run.

use std::process::ExitCode;

use crate::guard;
use crate::shell::{cargo, root, step};

/// Runs the benchmarks, whose program is a workspace of its own: the rivals have many dependencies. `--renew` writes the baseline of
/// the [guard] instead, `--check` compares with it.
pub(crate) fn run(arguments: &[&str]) -> Result<ExitCode, String> {
    match arguments {
        ["--renew"] => return guard::renew().map(|()| ExitCode::SUCCESS),
        ["--check"] => return guard::check().map(|()| ExitCode::SUCCESS),
        _ => {}
    }
    let mut program = cargo("run --release --quiet --manifest-path xtask/bench/Cargo.toml --");
    program.env("CARGO_TARGET_DIR", root().join("target/bench"));
    step("benchmarks", program.args(arguments))?;
    Ok(ExitCode::SUCCESS)
}
