//! The command line: the four services on loopback until told to stop.

use std::io::{self, Write};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::kit::recording::RecordedRequest;
use crate::sandbox::{Builder, Sandbox, StartError};

const USAGE: &str = "\
usage: [--port-base N] [--bind ADDRESS] [--host-name NAME] [--seed N] [--frozen-at SECONDS] [--catalogue FILE]
       [--replay FILE] [--record FILE] [--json | --env]

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

Serves until it is interrupted (Ctrl-C) or told to terminate (SIGTERM).";

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

/// Runs the command with these arguments (without the command's name): prints URLs and credentials to `out`, serves until Ctrl-C or
/// SIGTERM, and closes every connection. Request it inside a tokio runtime with I/O and time.
///
/// # Errors
///
/// [`CommandError`] for arguments that are not understood, a port that cannot be had, or an output that cannot be written.
pub async fn run(arguments: &[&str], out: &mut impl Write) -> Result<(), CommandError> {
    let Command { builder, form, replay, record } = read(arguments)?;
    // Before anything is said: whoever reads it may ask for the end at once.
    let terminated = termination()?;
    let sandbox = builder.start().await?;
    if let Some(path) = &replay {
        let recorded: Recorded = json(path)?;
        sandbox.replay(&recorded.requests).await.map_err(|error| file(path, &error))?;
    }
    if record.is_some() {
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
        let requests = sandbox.recording().map_err(|error| file(path, &error))?;
        let text =
            serde_json::to_string_pretty(&Recorded { requests }).map_err(|error| file(path, &error))?;
        std::fs::write(path, text).map_err(|error| file(path, &error))?;
    }
    sandbox.stop().await;
    Ok(())
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
            [] => return Ok(Command { builder, form, replay, record }),
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
                builder = builder.frozen_at(number("--frozen-at", second, MAX_SECOND)?);
                rest
            }
            ["--help" | "-h", ..] => return Err(CommandError::Usage(String::new())),
            [other, ..] => return Err(CommandError::Usage(format!("unknown argument {other:?}"))),
        };
    }
}

/// The end of the year 9999, in seconds since 1970: what the dates of HTTP can say.
const MAX_SECOND: u64 = 253_402_300_799;

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
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
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
