//! `cargo xtask sandbox`: the four services on loopback until told to stop.

use std::process::ExitCode;

use crate::runtime;

/// Serves until it is told to stop.
pub(crate) fn run(arguments: &[&str]) -> Result<ExitCode, String> {
    runtime()?
        .block_on(segno_sandbox::command(arguments, &mut std::io::stdout()))
        .map(|()| ExitCode::SUCCESS)
        .map_err(|error| format!("cargo xtask sandbox: {error}"))
}
