//! `cargo xtask checks`: what a release must pass beyond the tests, each by its own tool.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};

use serde_json::Value;

use crate::say;
use crate::shell::{cargo, output, root, step};

mod external_types;
mod packages;

/// A crate that is published.
pub(crate) struct Package {
    pub(crate) name: String,
    /// Whether it is a library, perhaps with a command beside it.
    pub(crate) library: bool,
    /// The features that are for users, with commas between. Those that begin with `_` are for the workspace.
    pub(crate) features: String,
}

/// The crates that are published, in the order in which a first release goes out: each after what it depends on.
pub(crate) fn packages() -> Result<Vec<Package>, String> {
    let text = output(&mut cargo("metadata --format-version 1 --no-deps"))?;
    let metadata: Value = serde_json::from_str(&text).map_err(|error| format!("cargo metadata: {error}"))?;
    let mut waiting: Vec<&Value> =
        list(&metadata["packages"]).filter(|package| package["publish"].is_null()).collect();
    waiting.sort_by_key(|package| package["name"].as_str());
    let mut ordered: Vec<Package> = Vec::new();
    while !waiting.is_empty() {
        let needs = |package: &Value, names: &[&str]| {
            let mut dependencies =
                list(&package["dependencies"]).filter(|dependency| dependency["kind"].is_null());
            dependencies
                .any(|dependency| dependency["name"].as_str().is_some_and(|name| names.contains(&name)))
        };
        let names: Vec<&str> = waiting.iter().filter_map(|package| package["name"].as_str()).collect();
        let Some(place) = waiting.iter().position(|package| !needs(package, &names)) else {
            return Err(format!("the packages depend on each other in a circle: {}", names.join(", ")));
        };
        let package = waiting.remove(place);
        let library = list(&package["targets"]).any(|target| list(&target["kind"]).any(|kind| kind == "lib"));
        let features = package["features"].as_object().into_iter().flatten().map(|(name, _)| name.as_str());
        let features: Vec<&str> = features.filter(|name| !name.starts_with('_')).collect();
        let name = package["name"].as_str().unwrap_or_default().to_owned();
        ordered.push(Package { name, library, features: features.join(",") });
    }
    Ok(ordered)
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// One check: its name, what it is for, and how it is done.
struct Check {
    name: &'static str,
    about: &'static str,
    run: fn() -> Result<(), String>,
}

const CHECKS: [Check; 10] = [
    Check {
        name: "packages",
        about: "each .crate, unpacked into an empty folder, compiles alone and passes its tests",
        run: packages::run,
    },
    Check {
        name: "external-types",
        about: "types of other crates in public interfaces are on the list",
        run: external_types::run,
    },
    Check { name: "docs", about: "documentation as docs.rs builds it (nightly)", run: docs },
    Check { name: "features", about: "every pair of features compiles (cargo-hack)", run: features },
    Check {
        name: "minimal",
        about: "the oldest versions that the manifests allow compile (nightly)",
        run: minimal,
    },
    Check {
        name: "semver",
        about: "no break since the last release of a crate (cargo-semver-checks)",
        run: semver,
    },
    Check { name: "deny", about: "licences, bans, sources, advisories (cargo-deny)", run: deny },
    Check { name: "wasm", about: "syncpoint, score and align compile for wasm32-unknown-unknown", run: wasm },
    Check {
        name: "network",
        about: "the core against squid, tinyproxy, microsocks, dante, nghttpd, nginx, OpenSSL and promtool",
        run: network,
    },
    Check { name: "publish", about: "cargo publish --workspace --dry-run from a clean clone", run: publish },
];

/// Runs the named checks, or all of them, and tells at the end how each went.
pub(crate) fn run(arguments: &[&str]) -> Result<ExitCode, String> {
    if let Some(unknown) = arguments.iter().find(|name| !CHECKS.iter().any(|check| check.name == **name)) {
        let names: Vec<String> =
            CHECKS.iter().map(|check| format!("  {:15} {}", check.name, check.about)).collect();
        return Err(format!("there is no check {unknown:?}; there are:\n{}", names.join("\n")));
    }
    let chosen = CHECKS.iter().filter(|check| arguments.is_empty() || arguments.contains(&check.name));
    let results: Vec<_> = chosen.map(|check| (check, (check.run)())).collect();
    for (check, result) in &results {
        match result {
            Ok(()) => say(format_args!("holds   {:15} {}", check.name, check.about)),
            Err(why) => say(format_args!("fails   {:15} {}", check.name, why.trim_end())),
        }
    }
    let all_hold = results.iter().all(|(_, result)| result.is_ok());
    Ok(if all_hold { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Whether cargo has this subcommand; if not, how to get it.
fn needs(subcommand: &str) -> Result<(), String> {
    let found =
        cargo(&format!("{subcommand} --version")).stdout(Stdio::null()).stderr(Stdio::null()).status();
    match found {
        Ok(status) if status.success() => Ok(()),
        _ => Err(format!("needs cargo-{subcommand}: cargo install cargo-{subcommand} --locked")),
    }
}

/// Cargo of the nightly toolchain.
fn nightly(arguments: &str) -> Command {
    let mut command = Command::new("rustup");
    command.args(["run", "nightly", "cargo"]).args(arguments.split_whitespace()).current_dir(root());
    // Of another toolchain, as this program was started by one.
    command
        .env_remove("RUSTC")
        .env_remove("RUSTDOC")
        .env_remove("CARGO")
        .env_remove("RUSTUP_TOOLCHAIN")
        .stdin(Stdio::null());
    command
}

/// Where nightly builds: what one check has compiled serves the next.
fn nightly_target() -> PathBuf {
    root().join("target/nightly")
}

/// `-p NAME` for each.
fn selection(libraries_only: bool) -> Result<String, String> {
    let packages = packages()?.into_iter().filter(|package| package.library || !libraries_only);
    Ok(packages.map(|package| format!("-p {}", package.name)).collect::<Vec<_>>().join(" "))
}

/// `apt-get install squid tinyproxy microsocks dante-server nghttp2-server nginx-light openssl prometheus`.
fn network() -> Result<(), String> {
    let features = "http2,socks,idn,tower";
    let tests = format!("test -p segno-core --features {features} --test it programs -- --nocapture");
    step("programs that people run", cargo(&tests).env("SEGNO_PROGRAMS", "all"))?;
    let metrics = output(&mut cargo("run --quiet -p segno-soundstripe --example metrics"))?;
    let missing = |error: std::io::Error| format!("promtool: {error}");
    let mut promtool = Command::new("promtool");
    let mut promtool = promtool.args(["check", "metrics"]).stdin(Stdio::piped()).spawn().map_err(missing)?;
    if let Some(mut input) = promtool.stdin.take() {
        input.write_all(metrics.as_bytes()).map_err(missing)?;
    }
    if promtool.wait().map_err(missing)?.success() {
        say(format_args!("   promtool: {} lines of metrics hold", metrics.lines().count()));
        Ok(())
    } else {
        Err("promtool does not take the metrics of the example".into())
    }
}

fn docs() -> Result<(), String> {
    let mut command = nightly(&format!("doc --no-deps --all-features --quiet --lib {}", selection(true)?));
    command.env("RUSTDOCFLAGS", "--cfg docsrs -D warnings").env("CARGO_TARGET_DIR", nightly_target());
    step("documentation as docs.rs builds it", &mut command)
}

fn features() -> Result<(), String> {
    needs("hack")?;
    // What one switch adds to the next is found in pairs; a provider of TLS is one of two.
    let arguments = "hack check --quiet --feature-powerset --depth 2 --no-dev-deps --skip _tls";
    step("pairs of features", &mut cargo(&format!("{arguments} {}", selection(false)?)))
}

fn minimal() -> Result<(), String> {
    let folder = packages::clean_clone("minimal")?;
    let mut update = nightly("update --quiet -Z direct-minimal-versions");
    step("the oldest versions", update.current_dir(&folder))?;
    let mut check = cargo(&format!("check --quiet --all-features {}", selection(false)?));
    step(
        "compiles with them",
        check.current_dir(&folder).env("CARGO_TARGET_DIR", root().join("target/minimal-build")),
    )
}

fn semver() -> Result<(), String> {
    let tags = output(&mut crate::shell::git("tag --list"))?;
    let mut compared = 0;
    for Package { name, .. } in packages()? {
        let newest = tags.lines().rfind(|tag| tag.starts_with(&format!("{name}-v")));
        if let Some(tag) = newest {
            needs("semver-checks")?;
            compared += 1;
            step(
                &format!("{name} since {tag}"),
                &mut cargo(&format!("semver-checks -p {name} --all-features --baseline-rev {tag}")),
            )?;
        }
    }
    if compared == 0 {
        say("   semver: no crate has a release to compare with (tags NAME-vX.Y.Z)");
    }
    Ok(())
}

fn deny() -> Result<(), String> {
    needs("deny")?;
    step("licences, bans, sources", &mut cargo("deny --all-features check licenses bans sources"))?;
    step("advisories", &mut cargo("deny --all-features check advisories"))
}

fn wasm() -> Result<(), String> {
    let target = "wasm32-unknown-unknown";
    let hint = |error| format!("{error}; rustup target add {target}");
    for crates in ["-p segno-syncpoint -p segno-score --all-features", "-p segno-align"] {
        step(target, &mut cargo(&format!("check --quiet --target {target} {crates}"))).map_err(hint)?;
    }
    Ok(())
}

fn publish() -> Result<(), String> {
    let folder = packages::clean_clone("clean")?;
    let mut command = cargo("publish --workspace --dry-run --quiet");
    step(
        "publish, dry, from a clean clone",
        command.current_dir(&folder).env("CARGO_TARGET_DIR", root().join("target/clean-build")),
    )
}

#[cfg(test)]
mod tests {
    use super::{CHECKS, packages};
    use crate::shell::root;

    #[test]
    fn every_check_is_run_by_the_workflow_and_told_to_who_releases() {
        let read = |path: &str| std::fs::read_to_string(root().join(path)).expect(path);
        let (workflow, page) = (read(".github/workflows/ci.yml"), read("docs/release.md"));
        for check in CHECKS {
            let job = format!("- check: {}\n", check.name);
            assert!(workflow.contains(&job), "the workflow ci does not run {}", check.name);
            let row = format!("| `cargo xtask checks {}` |", check.name);
            assert!(page.contains(&row), "docs/release.md does not tell {}", check.name);
        }
    }

    #[test]
    fn a_first_release_goes_out_from_the_ground_up() {
        let names: Vec<String> =
            packages().expect("packages").into_iter().map(|package| package.name).collect();
        let place = |name: &str| names.iter().position(|known| known == name).expect(name);
        assert!(place("segno-core") < place("segno-soundslice"));
        assert!(
            place("segno-syncpoint") < place("segno-score") && place("segno-score") < place("segno-align")
        );
        for unpublished in ["xtask", "segno-testkit", "snippets"] {
            assert!(!names.iter().any(|name| name == unpublished), "{unpublished}");
        }
    }
}
