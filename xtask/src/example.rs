//! `cargo xtask example NAME`: an example against a sandbox that is there for it alone.

use std::process::ExitCode;

use crate::runtime;
use crate::shell::{cargo, root};

/// Starts a sandbox and runs the example with its URLs and credentials.
pub(crate) fn run(arguments: &[&str]) -> Result<ExitCode, String> {
    let [name, rest @ ..] = arguments else {
        return Err(
            "usage: cargo xtask example NAME [ARGUMENTS]\n  the names stand in docs/examples/README.md"
                .into(),
        );
    };
    let runtime = runtime()?;
    let sandbox = runtime.block_on(segno_sandbox::Sandbox::start()).map_err(|error| error.to_string())?;
    let mut command = cargo("run --quiet --package snippets --example");
    command.arg(name).arg("--").args(rest).envs(sandbox.environment());
    // Paths of the arguments are those of the caller.
    command.current_dir(std::env::current_dir().unwrap_or_else(|_| root()));
    let status = command.status().map_err(|error| error.to_string())?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
