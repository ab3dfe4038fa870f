//! The command line: the four services on loopback until told to stop.

use std::io::{self, Write};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::kit::clock::END;
use crate::kit::recording::{RecordedRequest, Replayed};
use crate::sandbox::{Builder, Sandbox, StartError};

const USAGE: &str = "\
usage: segno-sandbox [--port-base N] [--bind ADDRESS] [--host-name NAME] [--seed N] [--frozen-at SECONDS]
                     [--catalogue FILE]                     [--replay FILE] [--record FILE] [--json | --env]

  --port-base N        eleven ports in a row from N on, the control port first; 0, the default: free ports
  --bind ADDRESS       the address to listen at, 127.0.0.1 by default; with 0.0.0.0 everybody who reaches the machine reaches the
                       sandbox, whose credentials are public
  --host-name NAME     the name in the URLs that are given out, such as that of a container
  --seed N             decides every identifier and token
  --frozen-at SECONDS  time stands still at this second since 1970 and moves by POST /clock of the control port only
  --catalogue FILE     JSON that is added to the catalogues of the services, as by POST /catalogue of the control port
  --replay FILE        requests that were recorded with the same seed and ports arrive before anything else
  --record FILE        the requests that arrived are written to this file at the end
  --json               print the URLs and credentials as one line of JSON
  --env                print them as variables of the environment, one NAME=VALUE a line, then an empty line

Serves until it is interrupted (Ctrl-C), told to terminate (SIGTERM), or its terminal is closed (SIGHUP).";

/// Why the command ended without serving.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CommandError {
    /// The arguments are not understood.
    #[error("{0}\n{USAGE}")]
    Usage(String),
    /// The sandbox did not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// No signal can be waited for, or the description cannot be written.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A file cannot be read or written, or does not hold what it should.
    #[error("{path}: {problem}")]
    File {
        /// The file that was to be read or written.
        path: String,
        /// What is wrong with it.
        problem: String,
    },
}

/// Runs the command with these arguments (without the command's name): prints URLs and credentials to `out`, serves until Ctrl-C,
/// SIGTERM or SIGHUP, and closes every connection. `--help` and `--version` are written to `out`. Request it inside a tokio
/// runtime with I/O and time.
///
/// # Errors
///
/// [`CommandError`] for arguments that are not understood, a port that cannot be had, or an output that cannot be written.
pub async fn run(arguments: &[&str], out: &mut impl Write) -> Result<(), CommandError> {
    match arguments {
        ["--help" | "-h", ..] => return Ok(writeln!(out, "{USAGE}")?),
        ["--version" | "-V", ..] => {
            return Ok(writeln!(out, "segno-sandbox {}", env!("CARGO_PKG_VERSION"))?);
        }
        _ => {}
    }
    let Command { builder, form, replay, record } = read(arguments)?;
    // Before anything is said: whoever reads it may ask for the end at once.
    let terminated = termination()?;
    let sandbox = builder.start().await?;
    let mut requests = Vec::new();
    if let Some(path) = &replay {
        let recorded: Recorded = json(path)?;
        requests = recorded.requests;
        let replayed = sandbox.replay(&requests).await.map_err(|error| file(path, &error))?;
        tell_differences(path, &replayed);
    }
    if let Some(path) = &record {
        // Tried before anything is recorded. What is there stays until the end.
        let tried = std::fs::OpenOptions::new().append(true).create(true).open(path);
        tried.map_err(|error| file(path, &error))?;
        sandbox.record();
    }
    let description = sandbox.description();
    match form {
        Form::Line => writeln!(out, "{}", serde_json::to_string(&description).map_err(io::Error::from)?)?,
        Form::Environment => {
            for (name, value) in sandbox.environment() {
                writeln!(out, "{name}={value}")?;
            }
            writeln!(out)?;
        }
        Form::Page => {
            writeln!(out, "{}", serde_json::to_string_pretty(&description).map_err(io::Error::from)?)?;
            let control = &description.control.base_url;
            writeln!(out, "The page at {control} says what can be done with it. Stop with Ctrl-C.")?;
        }
    }
    out.flush()?;
    terminated.await;
    if let Some(path) = &record {
        // What was replayed is where the others begin.
        requests.extend(sandbox.recording().map_err(|error| file(path, &error))?);
        let text =
            serde_json::to_string_pretty(&Recorded { requests }).map_err(|error| file(path, &error))?;
        std::fs::write(path, text).map_err(|error| file(path, &error))?;
    }
    sandbox.stop().await;
    Ok(())
}

/// Tells on standard error which responses are not those that were recorded.
fn tell_differences(path: &str, replayed: &[Replayed]) {
    let differs = |one: &&Replayed| one.recorded.is_some_and(|recorded| recorded != one.status);
    let mut different = replayed.iter().filter(differs);
    let Some(first) = different.next() else { return };
    let (count, all) = (1 + different.count(), replayed.len());
    let Replayed { method, path: url, recorded, status, .. } = first;
    let recorded = recorded.unwrap_or_default();
    // Nobody may be there to be told.
    let _ = writeln!(
        io::stderr(),
        "{path}: {count} of {all} responses have another status than those that were recorded, the first {method} {url}: {status}, \
         not {recorded}. Were they recorded with another seed or other ports, or with faults?"
    );
}

/// How URLs and credentials are printed.
enum Form {
    Page,
    Line,
    Environment,
}

/// What the arguments ask for.
struct Command {
    builder: Builder,
    form: Form,
    replay: Option<String>,
    record: Option<String>,
}

/// A recording in a file: the form that the control port gives and takes.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Recorded {
    requests: Vec<RecordedRequest>,
}

/// The JSON in a file.
fn json<T: DeserializeOwned>(path: &str) -> Result<T, CommandError> {
    let text = std::fs::read(path).map_err(|error| file(path, &error))?;
    serde_json::from_slice(&text).map_err(|error| file(path, &error))
}

fn file(path: &str, problem: &dyn std::fmt::Display) -> CommandError {
    CommandError::File { path: path.to_owned(), problem: problem.to_string() }
}

fn read(mut arguments: &[&str]) -> Result<Command, CommandError> {
    let (mut builder, mut form) = (Sandbox::builder(), Form::Page);
    let (mut replay, mut record) = (None, None);
    loop {
        arguments = match arguments {
            [name] if VALUES.contains(name) => {
                return Err(CommandError::Usage(format!("{name} needs a value")));
            }
            [] => return Ok(Command { builder, form, replay, record }),
            ["--json" | "--env", ..] if !matches!(form, Form::Page) => {
                return Err(CommandError::Usage("only one of --json and --env can be had".into()));
            }
            ["--json", rest @ ..] => {
                form = Form::Line;
                rest
            }
            ["--env", rest @ ..] => {
                form = Form::Environment;
                rest
            }
            ["--port-base", port, rest @ ..] => {
                builder = builder.port_base(number("--port-base", port, u16::MAX.into())? as u16);
                rest
            }
            ["--bind", address, rest @ ..] => {
                let parsed = address.parse().map_err(|_| {
                    let expected = "expected an IP address such as 0.0.0.0";
                    CommandError::Usage(format!("invalid --bind: {expected}, found {address:?}"))
                })?;
                builder = builder.bind(parsed);
                rest
            }
            ["--host-name", name, rest @ ..] => {
                let is_name = |c: char| c.is_ascii_alphanumeric() || ".-_[]:".contains(c);
                if name.is_empty() || !name.chars().all(is_name) {
                    let expected = "expected a name such as that of a container";
                    return Err(CommandError::Usage(format!(
                        "invalid --host-name: {expected}, found {name:?}"
                    )));
                }
                builder = builder.host_name(*name);
                rest
            }
            ["--catalogue", path, rest @ ..] => {
                builder = builder.catalogue(json(path)?);
                rest
            }
            ["--replay", path, rest @ ..] => {
                replay = Some((*path).to_owned());
                rest
            }
            ["--record", path, rest @ ..] => {
                record = Some((*path).to_owned());
                rest
            }
            ["--seed", seed, rest @ ..] => {
                builder = builder.seed(number("--seed", seed, u64::MAX)?);
                rest
            }
            ["--frozen-at", second, rest @ ..] => {
                builder = builder.frozen_at(number("--frozen-at", second, END.as_secs())?);
                rest
            }
            [other, ..] => return Err(CommandError::Usage(format!("unknown argument {other:?}"))),
        };
    }
}

/// The arguments that a value follows.
const VALUES: [&str; 8] =
    ["--port-base", "--bind", "--host-name", "--seed", "--frozen-at", "--catalogue", "--replay", "--record"];

fn number(name: &str, text: &str, max: u64) -> Result<u64, CommandError> {
    text.parse().ok().filter(|number| *number <= max).ok_or_else(|| {
        CommandError::Usage(format!("invalid {name}: expected a number from 0 to {max}, found {text:?}"))
    })
}

/// Listens from now on for the signals that end a server.
#[cfg(unix)]
fn termination() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    // Who started it with nohup wants it to stay.
    let mut hangup = if hangup_is_ignored() { None } else { Some(signal(SignalKind::hangup())?) };
    Ok(async move {
        let hung_up = async {
            match &mut hangup {
                Some(hangup) => hangup.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = hung_up => {}
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Whether this process was started so that it outlives its terminal, as far as the system tells (Linux does, proc(5)).
#[cfg(unix)]
fn hangup_is_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_none_or(|mask| mask & 1 == 1)
}

#[cfg(not(unix))]
fn termination() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            // Without signals it serves until it is killed.
            std::future::pending().await
        }
    })
}
