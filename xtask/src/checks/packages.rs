//! Each package as others get it: unpacked into an empty folder, built and tested there.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use super::{Package, packages, selection};
use crate::say;
use crate::shell::{cargo, output, root, step};

/// What every package must hold.
const FILES: [&str; 5] = ["Cargo.toml", "README.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE"];

/// Packs all and unpacks each into a folder of its own. Each is compiled by itself there, with what its own manifest asks for; then the
/// examples and tests that the packages hold, and those of their documentation, are built and run together, or the core would be built
/// a dozen times. Our other crates come from the unpacked ones too: they may not be on the index yet.
pub(super) fn run() -> Result<(), String> {
    let folder = root().join("target/packages");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    step("packing", &mut cargo(&format!("package --no-verify --allow-dirty --quiet {}", selection(false)?)))?;
    let packages = packages()?;
    let mut unpacked = Vec::new();
    for Package { name, .. } in &packages {
        let archive = newest(name)?;
        let mut tar = Command::new("tar");
        step(&format!("{name}: unpacking"), tar.arg("xzf").arg(&archive).arg("-C").arg(&folder))?;
        let stem = archive.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_owned();
        for file in FILES {
            if !folder.join(&stem).join(file).is_file() {
                return Err(format!("{name}: the package holds no {file}"));
            }
        }
        let bytes = fs::metadata(&archive).map_err(|error| error.to_string())?.len();
        let files = output(Command::new("tar").arg("tzf").arg(&archive))?.lines().count();
        say(format_args!("   {name}: {files} files, {} kB", bytes / 1000));
        unpacked.push((name.as_str(), stem));
    }
    let manifest = fs::write(folder.join("Cargo.toml"), workspace(&unpacked));
    // The versions that are tested here every day.
    let lock = fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock"));
    manifest.and(lock).map_err(|error| format!("{}: {error}", folder.display()))?;
    let cargo_there = |arguments: &str| {
        let mut command = cargo(arguments);
        command.current_dir(&folder).env("CARGO_TARGET_DIR", root().join("target/packages-build"));
        command
    };
    // One that fails does not hide the others.
    let mut faults = Vec::new();
    let mut all = Vec::new();
    for Package { name, features, .. } in &packages {
        let arguments = format!("check --quiet -p {name} --features={features}");
        faults.extend(step(&format!("{name}: alone"), &mut cargo_there(&arguments)).err());
        all.extend(features.split(',').filter(|one| !one.is_empty()).map(|one| format!("{name}/{one}")));
    }
    for (title, what) in [("tests", "--tests --examples"), ("documentation tests", "--doc")] {
        let arguments =
            format!("test --quiet --no-fail-fast --workspace --features={} {what}", all.join(","));
        faults.extend(step(title, &mut cargo_there(&arguments)).err());
    }
    let _ = fs::remove_dir_all(&folder);
    if faults.is_empty() { Ok(()) } else { Err(faults.join("; ")) }
}

/// A workspace of its own of the unpacked packages, each a name and its folder, that takes them for those of the index.
fn workspace(unpacked: &[(&str, String)]) -> String {
    let members: Vec<String> = unpacked.iter().map(|(_, folder)| format!("{folder:?}")).collect();
    let patches: Vec<String> =
        unpacked.iter().map(|(name, folder)| format!("{name} = {{ path = {folder:?} }}")).collect();
    // Tests of the two that calculate are unusably slow without optimisation.
    format!(
        "[workspace]\nresolver = \"3\"\nmembers = [{}]\n\n[patch.crates-io]\n{}\n\n\
         [profile.dev.package]\nsegno-align = {{ opt-level = 3 }}\nsegno-syncpoint = {{ opt-level = 2 }}\n",
        members.join(", "),
        patches.join("\n")
    )
}

/// The package file of a crate that was written last.
fn newest(name: &str) -> Result<PathBuf, String> {
    let folder = root().join("target/package");
    let mut found: Vec<(std::time::SystemTime, PathBuf)> = fs::read_dir(&folder)
        .map_err(|error| format!("{}: {error}", folder.display()))?
        .flatten()
        .filter(|entry| {
            let file = entry.file_name();
            let version = file
                .to_str()
                .and_then(|file| file.strip_prefix(name)?.strip_prefix('-')?.strip_suffix(".crate"));
            version.is_some_and(|version| version.starts_with(|c: char| c.is_ascii_digit()))
        })
        .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
        .collect();
    found.sort();
    found.pop().map(|(_, path)| path).ok_or_else(|| format!("{name} was not packed"))
}

/// What git has of the workspace, in a folder of its own: nothing that only lies about is in it.
pub(super) fn clean_clone(name: &str) -> Result<PathBuf, String> {
    let folder = root().join("target").join(name);
    let _ = fs::remove_dir_all(&folder);
    let mut clone = Command::new("git");
    clone.args(["clone", "--quiet", "--local", "--no-hardlinks"]).arg(root()).arg(&folder);
    step("a clean clone", &mut clone)?;
    Ok(folder)
}
