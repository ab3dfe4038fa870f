//! `segno-sandbox [--json | --env]`: the four services on loopback until told to stop. `--help` lists the other arguments.

use std::io::Write as _;
use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match segno_sandbox::command(&arguments, &mut std::io::stdout()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody left to tell.
            let _ = writeln!(std::io::stderr(), "{}", error.to_string().trim_start());
            ExitCode::from(2)
        }
    }
}
