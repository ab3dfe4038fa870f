//! `cargo xtask`: says at once what it does, and builds what it needs for it in sight. Nothing but the standard library is in here, so
//! that it is there within a second; the work is done by the packages `xtask` and `segno`.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

mod demo;

/// Prints a line; a reader that went away is no reason to fail.
fn say(line: impl std::fmt::Display) {
    let mut out = std::io::stdout();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let result = match arguments.split_first() {
        Some((first, rest)) if first == "demo" => demo::run(rest),
        Some((first, rest)) if first == "score" => segno(&["score", "show"], rest),
        _ => xtask(&arguments),
    };
    result.unwrap_or_else(|fault| {
        let _ = writeln!(std::io::stderr(), "{}", fault.trim_end());
        ExitCode::from(2)
    })
}

/// The folder of the workspace.
fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_owned()
}

fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Builds a package by a profile (`dev` or `release`), its progress in sight, and gives the path of its program.
fn build(package: &str, program: &str, profile: &str, options: &[&str]) -> Result<PathBuf, String> {
    let manifest = root().join("Cargo.toml");
    let mut command = cargo();
    command.args(["build", "--package", package, "--profile", profile, "--manifest-path"]).arg(manifest);
    let built = command.args(options).status();
    if !built.map_err(|error| format!("cargo build: {error}"))?.success() {
        return Err(format!("{package} does not build; the errors are above"));
    }
    let folder = match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => PathBuf::from(folder),
        None => root().join("target"),
    };
    let folder = folder.join(if profile == "dev" { "debug" } else { profile });
    Ok(folder.join(format!("{program}{}", std::env::consts::EXE_SUFFIX)))
}

/// The workspace's own commands.
fn xtask(arguments: &[String]) -> Result<ExitCode, String> {
    // What tells time and memory tells those of what people run.
    let profile = if arguments.first().is_some_and(|first| first == "align") { "release" } else { "dev" };
    // What looks at the workspace from outside needs nothing of it, and need not wait for it.
    let is_outside = match arguments.first().map(String::as_str) {
        Some("bench" | "checks" | "coverage" | "faults" | "rules") => true,
        // With real servers it asks first whether they are there.
        Some("test") => !arguments.iter().any(|argument| argument == "--services"),
        _ => false,
    };
    let options: &[&str] = if is_outside { &["--no-default-features"] } else { &[] };
    ended(Command::new(build("xtask", "xtask", profile, options)?).args(arguments))
}

fn segno(command: &[&str], arguments: &[String]) -> Result<ExitCode, String> {
    ended(Command::new(build("segno", "segno", "dev", &[])?).args(command).args(arguments))
}

/// Runs a command to its end and ends like it.
fn ended(command: &mut Command) -> Result<ExitCode, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let status = command.status().map_err(|error| format!("{name}: {error}"))?;
    Ok(ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1)))
}
