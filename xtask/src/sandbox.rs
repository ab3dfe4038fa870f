//! `cargo xtask sandbox`: the four services on loopback until stopped.

use std::process::ExitCode;

use segno_sandbox::Sandbox;

use crate::{runtime, say};

const USAGE: &str = "usage: cargo xtask sandbox [--port-base N] [--json]";

/// Serves until interrupted.
pub(crate) fn run(arguments: &[&str]) -> Result<ExitCode, String> {
    let mut builder = Sandbox::builder();
    let mut json = false;
    let mut rest = arguments;
    loop {
        rest = match rest {
            [] => break,
            ["--json", rest @ ..] => {
                json = true;
                rest
            }
            ["--port-base", port, rest @ ..] => {
                let port = port
                    .parse()
                    .map_err(|_| format!("--port-base {port}: a port is a number from 1 to 65535"))?;
                builder = builder.port_base(port);
                rest
            }
            _ => return Err(USAGE.into()),
        };
    }
    runtime()?.block_on(async {
        let sandbox = builder.start().await.map_err(|error| error.to_string())?;
        let description = sandbox.description();
        if json {
            say!("{}", serde_json::to_string(&description).map_err(|error| error.to_string())?);
        } else {
            say!("{}", serde_json::to_string_pretty(&description).map_err(|error| error.to_string())?);
            say!(
                "The page at {} says what can be done with it. Stop with Ctrl-C.",
                description.control.base_url
            );
        }
        tokio::signal::ctrl_c().await.map_err(|error| error.to_string())?;
        sandbox.stop().await;
        Ok(ExitCode::SUCCESS)
    })
}
