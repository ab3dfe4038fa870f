//! The command line: the four services on loopback until told to stop.

use std::io::{self, Write};

use crate::sandbox::{Builder, Sandbox, StartError};

const USAGE: &str = "\
usage: [--port-base N] [--seed N] [--frozen-at SECONDS] [--json | --env]

  --port-base N        ten ports in a row from N on, the control port first; 0, the default: free ports
  --seed N             decides every identifier and token
  --frozen-at SECONDS  time stands still at this second since 1970 and moves by POST /clock of the control port only
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
}

/// Runs the command with these arguments (without the command's name): prints URLs and credentials to `out`, serves until Ctrl-C or
/// SIGTERM, and closes every connection. Request it inside a tokio runtime with I/O and time.
///
/// # Errors
///
/// [`CommandError`] for arguments that are not understood, a port that cannot be had, or an output that cannot be written.
pub async fn run(arguments: &[&str], out: &mut impl Write) -> Result<(), CommandError> {
    let (builder, form) = read(arguments)?;
    // Before anything is said: whoever reads it may ask for the end at once.
    let terminated = termination()?;
    let sandbox = builder.start().await?;
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
    sandbox.stop().await;
    Ok(())
}

/// How URLs and credentials are printed.
enum Form {
    Page,
    Line,
    Environment,
}

fn read(mut arguments: &[&str]) -> Result<(Builder, Form), CommandError> {
    let (mut builder, mut form) = (Sandbox::builder(), Form::Page);
    loop {
        arguments = match arguments {
            [] => return Ok((builder, form)),
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
