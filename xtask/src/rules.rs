//! `cargo xtask rules`: the rules of the house that the compiler does not know.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::Value;

use crate::say;
use crate::shell::{cargo, output, root};

mod alone;
mod features;
mod folders;
mod fronts;
mod layers;
mod links;
mod macros;
mod programs;
mod promises;
mod sentences;
mod text;
mod trees;
mod words;

/// The crates of one service each.
pub(crate) const SERVICES: [&str; 4] = ["soundslice", "soundstripe", "soundcloud", "musescore"];

/// The most crates that a service crate may pull in, itself included.
const TREE_LIMIT: usize = 80;

/// Checks every rule and tells all violations at once.
pub(crate) fn run(arguments: &[&str]) -> Result<ExitCode, String> {
    if !arguments.is_empty() {
        return Err("usage: cargo xtask rules".into());
    }
    say("== rules");
    let mut faults = Vec::new();
    dependencies(&mut faults)?;
    let found = trees::Trees::read()?;
    trees(&found, &mut faults);
    features::check(&found, &mut faults)?;
    endpoints(&mut faults)?;
    licences(&mut faults)?;
    crate::coverage::check(&mut faults)?;
    sources(&mut faults)?;
    let texts = text::all()?;
    words::check(&texts, &mut faults);
    macros::check(&texts, &mut faults);
    links::check(&texts, &mut faults);
    programs::check(&texts, &mut faults);
    alone::check(&texts, &mut faults);
    promises::check(&texts, &mut faults);
    sentences::check(&texts, &mut faults);
    fronts::check(&texts, &mut faults);
    layers::check(&texts, &mut faults);
    folders::check(&texts, &mut faults);
    if faults.is_empty() {
        say("   rules: all hold");
        Ok(ExitCode::SUCCESS)
    } else {
        Err(format!("rules broken:\n  {}", faults.join("\n  ")))
    }
}

/// Which of our crates may stand in the run-time dependencies of which.
fn allowed(package: &str) -> Option<&'static [&'static str]> {
    match package {
        "segno-core" | "segno-syncpoint" => Some(&[]),
        "segno-score" | "segno-sandbox" => Some(&["segno-syncpoint"]),
        "segno-align" => Some(&["segno-score", "segno-syncpoint"]),
        "segno-soundslice" | "segno-soundstripe" | "segno-soundcloud" | "segno-musescore" | "segno-redis"
        | "segno-postgres" | "segno-testkit" => Some(&["segno-core"]),
        // The command knows every crate but the testkit.
        "segno" => Some(&[
            "segno-align",
            "segno-core",
            "segno-musescore",
            "segno-postgres",
            "segno-redis",
            "segno-sandbox",
            "segno-score",
            "segno-soundcloud",
            "segno-soundslice",
            "segno-soundstripe",
            "segno-syncpoint",
        ]),
        "xtask" => None,
        _ => Some(&[]),
    }
}

fn dependencies(faults: &mut Vec<String>) -> Result<(), String> {
    let text = output(&mut cargo("metadata --format-version 1 --no-deps"))?;
    let metadata: Value = serde_json::from_str(&text).map_err(|error| format!("cargo metadata: {error}"))?;
    for package in list(&metadata, "packages") {
        let name = word(package, "name");
        for dependency in list(package, "dependencies") {
            let on = word(dependency, "name");
            let kind = word(dependency, "kind");
            if !on.starts_with("segno-") {
                if name == "segno-syncpoint" && kind.is_empty() && dependency["optional"] == false {
                    faults.push(format!("{name} must have no dependency by default, but has {on}"));
                }
                continue;
            }
            let for_tests = kind == "dev";
            if !for_tests && allowed(name).is_some_and(|allowed| !allowed.contains(&on)) {
                faults.push(format!("{name} must not depend on {on}"));
            }
            if for_tests && matches!(on, "segno-sandbox" | "segno-testkit") && word(dependency, "req") != "*"
            {
                faults.push(format!(
                    "{name}: the dev-dependency on {on} must have no version, or it cannot be published"
                ));
            }
            if for_tests && name == "segno-sandbox" && matches!(on, "segno-core" | "segno-testkit") {
                faults.push(format!("{name} must not know {on}, not even in tests"));
            }
        }
        let manifest =
            fs::read_to_string(word(package, "manifest_path")).map_err(|error| error.to_string())?;
        if !manifest.contains("[lints]\nworkspace = true") {
            faults.push(format!(
                "{name} must inherit the lints of the workspace (unsafe code is forbidden there)"
            ));
        }
    }
    Ok(())
}

fn trees(trees: &trees::Trees, faults: &mut Vec<String>) {
    for service in SERVICES {
        let count = trees.crates(&format!("segno-{service}"), &["default"]).len();
        if count > TREE_LIMIT {
            faults.push(format!("segno-{service} pulls in {count} crates, more than {TREE_LIMIT}"));
        }
    }
    let bare = trees.crates("segno-core", &[]);
    let ring = trees.crates("segno-core", &["default"]);
    for (set, name, banned) in [
        (&bare, "the bare core", ["rustls", "ring", "hyper"]),
        (&ring, "the core by default", ["aws-lc-rs", "openssl-sys", "native-tls"]),
    ] {
        faults.extend(
            banned
                .iter()
                .filter(|crate_| set.contains(**crate_))
                .map(|crate_| format!("{name} pulls in {crate_}")),
        );
    }
}

/// Every endpoint has its fixture and its three snapshots, is shown what it does not document and meets every fault: the tests
/// that do so visit the endpoints that the snapshots are made of, and fail for one of which no call is kept as a fixture.
fn endpoints(faults: &mut Vec<String>) -> Result<(), String> {
    for service in SERVICES {
        let folder = root().join("crates").join(service);
        let snapshots: Vec<String> =
            files(&folder.join("tests/it/snapshots")).iter().filter_map(|file| base(file)).collect();
        let mut names = BTreeSet::new();
        let library = read(&folder.join("src/lib.rs"))?;
        for file in files(&folder.join("src")) {
            let source = read(&file)?;
            let found = endpoint_names(service, &source);
            let stem = file.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
            let is_public = file.parent() == Some(&folder.join("src"))
                && library.lines().any(|line| line == format!("pub mod {stem};"));
            if is_public && !found.is_empty() && !has_example(&source) {
                faults.push(format!("segno-{service}: the endpoints of `{stem}` have no example"));
            }
            names.extend(found);
        }
        for (call, what) in [
            ("accepted_undocumented::<", "shows its endpoints responses that they do not document"),
            ("meets_every_fault(", "lets its endpoints meet the faults of the sandbox"),
        ] {
            let mut tests = files(&folder.join("tests/it"))
                .into_iter()
                .filter(|file| file.extension().is_some_and(|extension| extension == "rs"));
            if !tests.any(|file| read(&file).is_ok_and(|text| text.contains(call))) {
                faults.push(format!("segno-{service} has no test that {what} ({})", &call[..call.len() - 1]));
            }
        }
        for name in names {
            let Some((_, case)) = name.split_once('.') else {
                faults.push(format!("{name}: an endpoint is named service.resource.operation"));
                continue;
            };
            let fixture = folder.join("tests/fixtures").join(format!("{}.http", case.replacen('.', "/", 1)));
            if !fixture.is_file() {
                faults.push(format!(
                    "{name} has no fixture: cargo xtask fixtures writes it once a test drives the endpoint"
                ));
            }
            for family in ["wire", "decode", "errors"] {
                let found = snapshots
                    .iter()
                    .any(|file| file.contains(&format!("__{family}__")) && names_it(file, &name));
                if !found {
                    faults.push(format!("{name} has no {family} snapshot"));
                }
            }
        }
    }
    Ok(())
}

/// Whether the documentation of a module, or of something in it, has a block of code.
fn has_example(source: &str) -> bool {
    source.lines().map(str::trim_start).any(|line| line.starts_with("//! ```") || line.starts_with("/// ```"))
}

/// `it__wire__soundslice.slices.create.snap`, and with a case behind: `…create-root.snap`.
fn names_it(file: &str, name: &str) -> bool {
    let mut rests = file.match_indices(name).map(|(at, _)| &file[at + name.len()..]);
    rests.any(|rest| rest == ".snap" || rest.starts_with('-') || rest.starts_with('@'))
}

/// The names of endpoints in a source: texts such as `"soundslice.slices.create"`, whether a constant or an argument of a
/// macro that makes one.
fn endpoint_names(service: &str, source: &str) -> Vec<String> {
    let is_name = |text: &&str| {
        let is_word = |word: &str| {
            !word.is_empty()
                && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        };
        text.strip_prefix(service)
            .and_then(|rest| rest.strip_prefix('.'))
            .is_some_and(|rest| rest.contains('.') && rest.split('.').all(is_word))
    };
    source
        .split('"')
        .skip(1)
        .step_by(2)
        .chain(source.split('"').step_by(2))
        .filter(is_name)
        .map(str::to_owned)
        .collect()
}

/// The two licence texts stand in every package and are those of the root: cargo packs no file from outside a package.
fn licences(faults: &mut Vec<String>) -> Result<(), String> {
    for name in ["LICENSE-MIT", "LICENSE-APACHE"] {
        let text = read(&root().join(name))?;
        for folder in fs::read_dir(root().join("crates")).map_err(|error| error.to_string())?.flatten() {
            let folder = folder.path();
            let manifest = read(&folder.join("Cargo.toml"))?;
            if manifest.contains("\npublish = false") {
                continue;
            }
            let shown = folder.strip_prefix(root()).unwrap_or(&folder).display();
            if fs::read_to_string(folder.join(name)).is_ok_and(|copy| copy == text) {
                if manifest.contains("\ninclude = [") && !manifest.contains("\"LICENSE-*\"") {
                    faults.push(format!("{shown} does not package {name}"));
                }
            } else {
                faults.push(format!("{shown}/{name} must be a copy of the text at the root"));
            }
        }
    }
    Ok(())
}

/// Marks in the sources that nobody may leave.
fn sources(faults: &mut Vec<String>) -> Result<(), String> {
    for file in files(&root().join("crates")).into_iter().chain(files(&root().join("xtask"))) {
        if file.extension().is_none_or(|extension| extension != "rs") || file.ends_with("xtask/src/rules.rs")
        {
            continue;
        }
        let text = read(&file)?;
        let shown = file.strip_prefix(root()).unwrap_or(&file).display();
        for mark in ["#[ignore", "```ignore", "todo!(", "unimplemented!(", "FIXME"] {
            if text.contains(mark) {
                faults.push(format!("{shown} has {mark}"));
            }
        }
        if file.file_name().is_some_and(|name| name == "mod.rs") {
            faults.push(format!("{shown}: modules are foo.rs beside foo/"));
        }
    }
    Ok(())
}

/// All files below a folder, but for build output.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            if path.file_name().is_none_or(|name| name != "target") {
                found.extend(files(&path));
            }
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn base(file: &Path) -> Option<String> {
    Some(file.file_name()?.to_str()?.to_owned())
}

fn read(file: &Path) -> Result<String, String> {
    fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

fn word<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}
