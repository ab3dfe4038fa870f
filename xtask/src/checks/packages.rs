//! Each package as others get it: unpacked into an empty folder, built and tested there.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use super::{Package, packages, selection};
use crate::say;
use crate::shell::{cargo, output, root, step};

/// What every package must hold.
const FILES: [&str; 5] = ["Cargo.toml", "README.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE"];

/// Packs all, unpacks each into a folder of its own, builds it with its examples and runs the tests that it holds and those of its documentation. Our
/// other crates come from the unpacked ones too: they may not be on the index yet.
pub(super) fn run() -> Result<(), String> {
    // Outside of the workspace, or cargo takes the packages for members that are not listed.
    let folder = std::env::temp_dir().join(format!("segno-packages-{}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    step("packing", &mut cargo(&format!("package --no-verify --allow-dirty --quiet {}", selection(false)?)))?;
    let mut unpacked = Vec::new();
    for Package { name, library, features } in packages()? {
        let archive = newest(&name)?;
        let mut tar = Command::new("tar");
        step(&format!("{name}: unpacking"), tar.arg("xzf").arg(&archive).arg("-C").arg(&folder))?;
        let stem = archive.file_stem().map(PathBuf::from).unwrap_or_default();
        let package = folder.join(stem);
        for file in FILES {
            if !package.join(file).is_file() {
                return Err(format!("{name}: the package holds no {file}"));
            }
        }
        let bytes = fs::metadata(&archive).map_err(|error| error.to_string())?.len();
        let files = output(Command::new("tar").arg("tzf").arg(&archive))?.lines().count();
        say(format_args!("   {name}: {files} files, {} kB", bytes / 1000));
        unpacked.push((name, library, features, package));
    }
    // One that fails does not hide the others.
    let mut faults = Vec::new();
    for (name, library, features, package) in &unpacked {
        let mut patches = Vec::new();
        for (other, _, _, path) in unpacked.iter().filter(|(other, ..)| other != name) {
            patches.extend([
                "--config".to_owned(),
                format!("patch.crates-io.{other}.path={:?}", path.display().to_string()),
            ]);
        }
        // Tests of these are unusably slow without optimisation.
        let profile = format!("profile.dev.package.{name}.opt-level=2");
        let calculates = matches!(name.as_str(), "segno-align" | "segno-syncpoint");
        let of_a_library = [("tests", "--tests --examples"), ("documentation tests", "--doc")];
        for (title, what) in &of_a_library[..if *library { 2 } else { 1 }] {
            let mut test = cargo(&format!("test --quiet --features={features} {what}"));
            test.args(calculates.then_some(["--config", &profile]).into_iter().flatten())
                .args(&patches)
                .current_dir(package)
                .env("CARGO_TARGET_DIR", root().join("target/packages-build"));
            faults.extend(step(&format!("{name}: {title}"), &mut test).err());
        }
    }
    let _ = fs::remove_dir_all(&folder);
    if faults.is_empty() { Ok(()) } else { Err(faults.join("; ")) }
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
