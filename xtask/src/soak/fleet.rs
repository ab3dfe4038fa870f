//! `cargo xtask soak fleet_tokens` and `fleet_rate`: many processes with one login, and with one rate, against the sandbox.

mod rate;
mod tokens;

pub(super) use tokens::log_in;

use std::io::Read as _;
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::Duration;

use segno_sandbox::LoggedRequest;
use segno_soundstripe::core::time::{Clock as _, SystemClock};
use serde::Serialize;
use serde::de::DeserializeOwned;

const USAGE: &str = "\
usage: cargo xtask soak fleet_tokens [redis | postgres] [--expiries COUNT] [--processes COUNT] [--tasks COUNT]
       cargo xtask soak fleet_rate [--processes COUNT] [--seconds COUNT] [--rate COUNT]
";

pub(super) fn run(name: &str, arguments: &[&str]) -> Result<ExitCode, String> {
    match (name, arguments) {
        ("fleet_tokens", ["worker", rest @ ..]) => tokens::worker(rest),
        ("fleet_rate", ["worker", rest @ ..]) => rate::worker(rest),
        ("fleet_tokens", _) => tokens::run(arguments),
        _ => rate::run(arguments),
    }
}

/// The numbers of options, in the order of their names; what else there is.
fn numbers<'a, const N: usize>(
    arguments: &[&'a str],
    options: [(&str, u32); N],
) -> Result<([u32; N], Vec<&'a str>), String> {
    let mut values = options.map(|(_, default)| default);
    let (mut words, mut rest) = (Vec::new(), arguments);
    while let Some((first, more)) = rest.split_first() {
        rest = more;
        match options.iter().position(|(name, _)| name == first) {
            Some(index) => {
                let (value, more) = more.split_first().ok_or(USAGE)?;
                values[index] =
                    value.parse().map_err(|_| format!("{first}: expected a number, found {value}"))?;
                rest = more;
            }
            None if first.starts_with('-') => return Err(USAGE.into()),
            None => words.push(*first),
        }
    }
    Ok((values, words))
}

/// This program once more, as a worker, which ends when its input does and prints what it counted.
fn spawn(arguments: &[&str]) -> Result<Child, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut command = Command::new(program);
    command.arg("soak").args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
    command.spawn().map_err(|error| error.to_string())
}

/// What a worker counted.
fn finished<T: DeserializeOwned>(mut child: Child) -> Result<T, String> {
    drop(child.stdin.take());
    let output = child.wait_with_output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err("a worker failed".into());
    }
    serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())
}

/// Resolves when the input ends.
async fn until_told() {
    let read = tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new()));
    let _ = read.await;
}

fn tell(counts: &impl Serialize) -> Result<ExitCode, String> {
    crate::say(serde_json::to_string(counts).map_err(|error| error.to_string())?);
    Ok(ExitCode::SUCCESS)
}

/// A moment between two looks at what arrived.
async fn moment(milliseconds: u64) {
    SystemClock.sleep(Duration::from_millis(milliseconds)).await;
}

/// A number that differs from run to run.
fn random() -> u64 {
    SystemClock.random()
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// What arrived since the last look.
struct Log<'a> {
    sandbox: &'a segno_sandbox::Sandbox,
    last: u64,
    /// Those whose response is not known yet.
    open: Vec<u64>,
}

impl<'a> Log<'a> {
    fn new(sandbox: &'a segno_sandbox::Sandbox) -> Self {
        Self { sandbox, last: 0, open: Vec::new() }
    }

    /// The requests that were responded to since the last look, each once.
    fn more(&mut self) -> Vec<LoggedRequest> {
        let since = self.open.first().map_or(self.last, |first| first - 1);
        let seen: Vec<LoggedRequest> = self.sandbox.requests_since(since);
        let last = self.last;
        let fresh = seen.into_iter().filter(|request| request.id > last || self.open.contains(&request.id));
        let (done, open): (Vec<_>, Vec<_>) =
            fresh.partition(|request| request.status.is_some() || request.fault.is_some());
        self.last = done.iter().chain(&open).map(|request| request.id).fold(last, u64::max);
        self.open = open.iter().map(|request| request.id).collect();
        done
    }
}
