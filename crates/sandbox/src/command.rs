//! The command line: the four services on loopback until told to stop.

use std::io::{self, Write};

use crate::sandbox::{Sandbox, StartError};

const USAGE: &str = "\
usage: [--port-base N] [--json]

  --port-base N   ten ports in a row from N on, the control port first; 0, the default: free ports
  --json          print the URLs and credentials as one line of JSON

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
    let (port_base, json) = read(arguments)?;
    // Before anything is said: whoever reads it may ask for the end at once.
    let terminated = termination()?;
    let sandbox = Sandbox::builder().port_base(port_base).start().await?;
    let description = sandbox.description();
    if json {
        writeln!(out, "{}", serde_json::to_string(&description).map_err(io::Error::from)?)?;
    } else {
        writeln!(out, "{}", serde_json::to_string_pretty(&description).map_err(io::Error::from)?)?;
        let control = &description.control.base_url;
        writeln!(out, "The page at {control} says what can be done with it. Stop with Ctrl-C.")?;
    }
    out.flush()?;
    terminated.await;
    sandbox.stop().await;
    Ok(())
}

fn read(mut arguments: &[&str]) -> Result<(u16, bool), CommandError> {
    let (mut port_base, mut json) = (0, false);
    loop {
        arguments = match arguments {
            [] => return Ok((port_base, json)),
            ["--json", rest @ ..] => {
                json = true;
                rest
            }
            ["--port-base", port, rest @ ..] => {
                let invalid = |_| {
                    CommandError::Usage(format!(
                        "invalid --port-base: expected a number from 0 to 65535, found {port:?}"
                    ))
                };
                port_base = port.parse().map_err(invalid)?;
                rest
            }
            ["--help" | "-h", ..] => return Err(CommandError::Usage(String::new())),
            [other, ..] => return Err(CommandError::Usage(format!("unknown argument {other:?}"))),
        };
    }
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
