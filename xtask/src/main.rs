//! The workspace's own commands: `cargo xtask <command>`.
//!
//! What looks at the workspace from outside (tests, rules, checks, benchmarks) needs nothing of it; what works with its crates is
//! behind the feature `work`, which the front turns on for those commands.

use std::io::Write as _;
use std::process::ExitCode;

#[cfg(feature = "work")]
mod align;
mod bench;
mod checks;
#[cfg(feature = "work")]
mod corpus;
mod coverage;
#[cfg(feature = "work")]
mod example;
mod faults;
mod fixtures;
mod guard;
mod rules;
#[cfg(feature = "work")]
mod sandbox;
mod shell;
#[cfg(feature = "work")]
mod soak;
mod test;

/// Prints a line; a reader that went away is no reason to fail.
pub(crate) fn say(line: impl std::fmt::Display) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

const USAGE: &str = "\
usage: cargo xtask <command>

  test [--services] [--only-lints | --only-tests]
                        everything that must hold before a commit; what needs Redis and PostgreSQL only with --services
  rules                 the rules of the workspace alone: dependencies, fixtures, snapshots, words, links
  fixtures [--check | --live SERVICE]
                        write every fixture from the sandbox; compare; or record from the real service
  coverage [--check]    write docs/coverage.md: what the services' documents ask for, and where it is; compare
  demo [--score FILE --audio FILE] [--beats FILE] [--live]
                        a score and its recording onto Soundslice; writes target/demo/report.html
  example NAME [ARGUMENTS]
                        an example against a sandbox of its own; docs/examples/README.md lists them
  sandbox [--port-base N] [--json]
                        the four services on loopback, until stopped
  corpus DIR [--json]   run the mathematics on a corpus folder; fails if a case fails
  score FILE [--policy NAME] [--svg OUT] [--json]
                        what a score file says, and how it is played: MusicXML, MIDI, Guitar Pro, MuseScore, alphaTex
  align DIR [--json] [--rivals]
                        how well the bars of recordings are found whose bars are known; `align` alone tells more
  checks [NAME]...      what a release must pass beyond the tests: packages, external-types, docs, features, minimal,
                        semver, deny, wasm, network, publish
  faults [--service NAME]... [--json]
                        every endpoint of every client meets every fault of the sandbox: what comes of it, in figures; fails if
                        something happens that the laws of the clients do not allow
  bench [--quick | --counts] [ROW]...
                        what Segno costs beside its rivals; all rows are written to docs/benchmarks.md
  bench --check | --renew
                        what the hot paths cost beside the baseline, as the test command compares it; or it becomes the baseline
  soak [NAME]           the long runs: shared logins, memory, large uploads, exact maps, random structures
  soak --ops COUNT [--faults SHARE] [--seed NUMBER]
                        random jobs over all services while faults strike, and a ledger of what the program was told
  soak fleet_tokens [redis | postgres] [--expiries COUNT] [--processes COUNT] [--tasks COUNT]
                        processes with one login, while its store stops, restarts and pauses
  soak fleet_rate [--processes COUNT] [--seconds COUNT] [--rate COUNT]
                        processes at the limit of one key
  soak mutants [--package NAME]... [--sample COUNT] [--seed NUMBER] [--least PERCENT]
                        small faults put into the code, and whether a test notices them
  soak batch [kills | throughput | claims] [OPTIONS]
                        `segno batch` with workers that are killed; its pace; its ledger at a million jobs
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match words.as_slice() {
        ["test", rest @ ..] => test::run(rest),
        ["rules", rest @ ..] => rules::run(rest),
        ["fixtures", rest @ ..] => fixtures::run(rest),
        #[cfg(feature = "work")]
        ["example", rest @ ..] => example::run(rest),
        ["coverage", rest @ ..] => coverage::run(rest),
        #[cfg(feature = "work")]
        ["sandbox", rest @ ..] => sandbox::run(rest),
        #[cfg(feature = "work")]
        ["corpus", rest @ ..] => corpus::run(rest),
        #[cfg(feature = "work")]
        ["align", rest @ ..] => align::run(rest),
        ["checks", rest @ ..] => checks::run(rest),
        ["faults", rest @ ..] => faults::run(rest),
        ["bench", rest @ ..] => bench::run(rest),
        #[cfg(feature = "work")]
        ["soak", rest @ ..] => soak::run(rest),
        _ => Err(USAGE.to_owned()),
    };
    result.unwrap_or_else(|fault| {
        let _ = writeln!(std::io::stderr(), "{}", fault.trim_end());
        ExitCode::from(2)
    })
}

/// A runtime for the commands that talk over sockets.
#[cfg(feature = "work")]
fn runtime() -> Result<tokio::runtime::Runtime, String> {
    tokio::runtime::Runtime::new().map_err(|error| error.to_string())
}
