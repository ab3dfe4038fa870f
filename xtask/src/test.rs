//! `cargo xtask test`: everything that must hold before a commit.

use std::process::ExitCode;
use std::time::Instant;

use crate::shell::{cargo, step};
use crate::{guard, rules, say};

/// Formatting, the design's rules, lints, feature sets; tests with doctests, the instructions of hot paths, documentation. The two
/// parts share nothing that is built, so that they can run on two machines.
pub(crate) fn run(arguments: &[&str]) -> Result<ExitCode, String> {
    let (mut lints, mut tests, mut services) = (true, true, false);
    for argument in arguments {
        match *argument {
            "--services" => services = true,
            "--only-lints" => tests = false,
            "--only-tests" => lints = false,
            _ => return Err("usage: cargo xtask test [--services] [--only-lints | --only-tests]".into()),
        }
    }
    #[cfg(feature = "work")]
    if let Some(missing) = segno_testkit::missing_servers().filter(|_| services) {
        return Err(format!("the tests with real servers need Debian's programs: {missing}"));
    }
    let start = Instant::now();
    if lints {
        self::lints()?;
    }
    if tests {
        self::tests(services)?;
    }
    let what = match (lints, tests) {
        (true, false) => "the lints hold",
        (false, true) => "the tests hold",
        _ => "everything holds",
    };
    say(format_args!("{what} ({:.0} s)", start.elapsed().as_secs_f64()));
    Ok(ExitCode::SUCCESS)
}

fn lints() -> Result<(), String> {
    step("format", &mut cargo("fmt --all --check"))?;
    rules::run(&[])?;
    step("lints", &mut cargo("clippy --workspace --all-targets --all-features --quiet -- -D warnings"))?;
    for features in FEATURES {
        step(&format!("core {features}"), &mut cargo(&format!("check --quiet -p segno-core {features}")))?;
    }
    step("syncpoint without std", &mut cargo("check --quiet -p segno-syncpoint --no-default-features"))
}

fn tests(services: bool) -> Result<(), String> {
    // Snapshots and fixtures are compared, never written: a change is reviewed by whoever makes it.
    let mut tests = cargo("test --workspace --quiet");
    tests.env("INSTA_UPDATE", "no").env("INSTA_FORCE_PASS", "0").env_remove("SEGNO_FIXTURES");
    step("tests", &mut tests)?;
    guard::check()?;
    let mut documentation = cargo("doc --workspace --no-deps --quiet");
    documentation.env("RUSTDOCFLAGS", "-D warnings");
    step("documentation", &mut documentation)?;
    for (name, arguments) in SERVICES {
        if services {
            step(name, &mut cargo(arguments))?;
        } else {
            say(format_args!("== {name}: passed over; cargo xtask test --services runs it"));
        }
    }
    Ok(())
}

/// What needs real servers, each of which the tests start and stop by themselves.
const SERVICES: [(&str, &str); 5] = [
    ("Redis", "test --quiet -p segno-redis --features _services --test services"),
    ("PostgreSQL", "test --quiet -p segno-postgres --features _services --test services"),
    ("one login", "xtask soak fleet_tokens --expiries 20 --processes 3 --tasks 10"),
    ("batch over PostgreSQL", "test --quiet -p segno --features _services --bin segno --test it postgres"),
    ("one rate", "xtask soak fleet_rate --processes 4 --seconds 4 --rate 12"),
];

/// Sets of features of the core that people build it with; each must compile.
const FEATURES: [&str; 12] = [
    "--no-default-features",
    "--no-default-features --features hyper",
    "--no-default-features --features testing",
    "--no-default-features --features hyper,rustls-ring,webpki-roots",
    "--no-default-features --features hyper,rustls-aws-lc-rs,platform-verifier",
    "--no-default-features --features http2",
    "--no-default-features --features socks",
    "--no-default-features --features idn,tower",
    "--no-default-features --features oauth1",
    "--no-default-features --features loopback,oauth2",
    "--no-default-features --features oauth1,oauth2",
    "--no-default-features --features encryption,oauth2",
];
