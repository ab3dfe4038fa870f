//! `cargo xtask fixtures`: every exchange with every service as a file beside the crate that uses it.
//!
//! The recording itself is a test of each service crate, so that it is checked with every test run; this command runs
//! just these tests and has them write.

use std::process::ExitCode;

use crate::rules::SERVICES;
use crate::shell::{cargo, step};

const USAGE: &str = "usage: cargo xtask fixtures [--check | --live SERVICE]";

/// Writes the fixtures from the sandbox, compares them, or records them from a real service.
pub(crate) fn run(arguments: &[&str]) -> Result<ExitCode, String> {
    match arguments {
        [] => each(Some("write")),
        ["--check"] => each(None),
        ["--live", service] if SERVICES.contains(service) => {
            credentials(service)?;
            let mut test = recording(service, "fixtures::from_the_real_service");
            test.env("SEGNO_FIXTURES", "write").env("SEGNO_LIVE", service);
            step(&format!("record from the real {service}"), &mut test)?;
            Ok(ExitCode::SUCCESS)
        }
        ["--live", other] => Err(format!("there is no service {other:?}; there are {}", SERVICES.join(", "))),
        _ => Err(USAGE.into()),
    }
}

/// What must be in the environment to be somebody at the real service; of each line one variable is enough.
fn needed(service: &str) -> &'static [&'static [&'static str]] {
    match service {
        "soundslice" => &[&["SOUNDSLICE_APP_ID"], &["SOUNDSLICE_PASSWORD"]],
        "soundstripe" => &[&["SOUNDSTRIPE_API_KEY"]],
        "soundcloud" => &[&["SOUNDCLOUD_ACCESS_TOKEN", "SOUNDCLOUD_TOKEN_FILE"]],
        _ => &[],
    }
}

/// Says which credentials are missing before anything is built.
fn credentials(service: &str) -> Result<(), String> {
    let is_set = |name: &&str| std::env::var(name).is_ok_and(|value| !value.is_empty());
    let missing = needed(service).iter().filter(|names| !names.iter().any(is_set));
    let missing: Vec<String> = missing.map(|names| names.join(" or ")).collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(format!("recording from the real {service} needs {} in the environment", missing.join(" and ")))
    }
}

fn each(mode: Option<&str>) -> Result<ExitCode, String> {
    for service in SERVICES {
        let mut test = recording(service, "fixtures::from_the_sandbox");
        match mode {
            Some(mode) => test.env("SEGNO_FIXTURES", mode),
            None => test.env_remove("SEGNO_FIXTURES"),
        };
        step(&format!("{service} fixtures"), &mut test)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn recording(service: &str, test: &str) -> std::process::Command {
    cargo(&format!("test --quiet -p segno-{service} --test it -- {test} --exact"))
}
