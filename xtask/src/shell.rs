//! Running other programs, with what is run shown first and a failure told once.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::say;

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map_or_else(PathBuf::new, Path::to_path_buf)
}

/// Cargo in the root of the workspace, the same that runs this program.
pub(crate) fn cargo(arguments: &str) -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(program);
    command.args(arguments.split_whitespace()).current_dir(root()).stdin(Stdio::null());
    command
}

/// Git in the root of the workspace.
pub(crate) fn git(arguments: &str) -> Command {
    let mut command = Command::new("git");
    command.args(arguments.split_whitespace()).current_dir(root()).stdin(Stdio::null());
    command
}

/// Runs a step of a check under a title and says how long it took.
pub(crate) fn step(title: &str, command: &mut Command) -> Result<(), String> {
    say(format_args!("== {title}"));
    let start = Instant::now();
    let status = command.status().map_err(|error| format!("{title}: cannot be started: {error}"))?;
    if !status.success() {
        return Err(format!("{title}: failed ({status})"));
    }
    say(format_args!("   {title}: {:.1} s", start.elapsed().as_secs_f64()));
    Ok(())
}

/// What a program prints.
pub(crate) fn output(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    String::from_utf8(output.stdout).map_err(|error| error.to_string())
}
