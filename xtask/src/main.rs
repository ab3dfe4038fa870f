//! The workspace's own commands: `cargo xtask <command>`.

use std::io::Write as _;
use std::process::ExitCode;

mod corpus;

const USAGE: &str = "\
usage: cargo xtask <command>

  corpus DIR [--json]   run the mathematics on a corpus folder; fails if a case fails
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match words.as_slice() {
        ["corpus", rest @ ..] => corpus::run(rest),
        _ => Err(USAGE.to_owned()),
    };
    result.unwrap_or_else(|fault| {
        let _ = writeln!(std::io::stderr(), "{}", fault.trim_end());
        ExitCode::from(2)
    })
}
