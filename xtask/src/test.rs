//! `cargo xtask test`: everything that must hold before a commit.

use std::process::ExitCode;
use std::time::Instant;

use crate::shell::{cargo, step};
use crate::{rules, say};

/// Formatting, lints, the design's rules, feature sets, tests with doctests, documentation.
pub(crate) fn run(arguments: &[&str]) -> Result<ExitCode, String> {
    let services = match arguments {
        [] => false,
        ["--services"] => true,
        _ => return Err("usage: cargo xtask test [--services]".into()),
    };
    if let Some(missing) = segno_testkit::missing_servers().filter(|_| services) {
        return Err(format!("the tests with real servers need Debian's programs: {missing}"));
    }
    let start = Instant::now();
    step("format", &mut cargo("fmt --all --check"))?;
    rules::run(&[])?;
    step("lints", &mut cargo("clippy --workspace --all-targets --all-features --quiet -- -D warnings"))?;
    for features in FEATURES {
        step(&format!("core {features}"), &mut cargo(&format!("check --quiet -p segno-core {features}")))?;
    }
    step("syncpoint without std", &mut cargo("check --quiet -p segno-syncpoint --no-default-features"))?;
    // Snapshots and fixtures are compared, never written: a change is reviewed by whoever makes it.
    let mut tests = cargo("test --workspace --quiet");
    tests.env("INSTA_UPDATE", "no").env("INSTA_FORCE_PASS", "0").env_remove("SEGNO_FIXTURES");
    step("tests", &mut tests)?;
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
    say(format_args!("everything holds ({:.0} s)", start.elapsed().as_secs_f64()));
    Ok(ExitCode::SUCCESS)
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
