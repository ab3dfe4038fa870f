//! `segno sandbox`: the four services on this machine until told to stop.

use clap::Args;
use segno_sandbox::CommandError;

use crate::failure::Failure;
use crate::output::Output;
use crate::session::Session;

/// How the sandbox starts.
#[derive(Args, Clone, Debug)]
pub(crate) struct Arguments {
    /// Eleven ports in a row from N on, the control port first; 0 for free ports
    #[arg(long, value_name = "N", default_value_t = 0)]
    port_base: u16,
    /// Decides every identifier and token
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Time stands still at this second since 1970, and moves by POST /clock of the control port
    #[arg(long, value_name = "SECONDS")]
    frozen_at: Option<u64>,
    /// The address to listen at, 127.0.0.1 by default; with 0.0.0.0 everybody who reaches this machine reaches the sandbox
    #[arg(long, value_name = "ADDRESS")]
    bind: Option<String>,
    /// The name in the URLs that are given out, such as that of a container
    #[arg(long, value_name = "NAME")]
    host_name: Option<String>,
    /// JSON that is added to the catalogues of the services
    #[arg(long, value_name = "FILE")]
    catalogue: Option<String>,
    /// Requests that were recorded with the same seed and ports arrive before anything else
    #[arg(long, value_name = "FILE")]
    replay: Option<String>,
    /// Write the requests that arrived to this file at the end
    #[arg(long, value_name = "FILE")]
    record: Option<String>,
    /// Print URLs and credentials as variables of the environment
    #[arg(long, conflicts_with = "json")]
    env: bool,
}

pub(crate) async fn run(arguments: Arguments, session: &Session) -> Result<Output, Failure> {
    let mut words = vec!["--port-base".to_owned(), arguments.port_base.to_string()];
    let number = |number: Option<u64>| number.map(|number| number.to_string());
    for (name, value) in [
        ("--seed", number(arguments.seed)),
        ("--frozen-at", number(arguments.frozen_at)),
        ("--bind", arguments.bind),
        ("--host-name", arguments.host_name),
        ("--catalogue", arguments.catalogue),
        ("--replay", arguments.replay),
        ("--record", arguments.record),
    ] {
        words.extend(value.map(|value| [name.to_owned(), value]).into_iter().flatten());
    }
    if arguments.env {
        words.push("--env".to_owned());
    } else if session.general().json {
        words.push("--json".to_owned());
    }
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    segno_sandbox::command(&words, &mut std::io::stdout()).await.map(|()| Output::Nothing).map_err(|error| {
        let text = error.to_string();
        let line = text.lines().next().unwrap_or_default();
        match error {
            CommandError::Usage(_) => Failure::usage(line),
            _ => Failure::new(line),
        }
    })
}
