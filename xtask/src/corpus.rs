//! `cargo xtask corpus DIR [--json]`: everything that syncpoint and score claim, measured on a corpus folder.
//!
//! A section is skipped by name if the folder lacks its files. Exit code 1: a case failed; 2: the folder cannot be
//! read.

mod asap;
mod dcml;
mod formats;
mod map;
mod musicxml;
mod mutations;
#[path = "../../crates/score/tests/it/neutral.rs"]
mod neutral;
mod oracles;
#[path = "../../crates/syncpoint/tests/it/random.rs"]
mod random;
mod read;
mod repeats;
#[path = "../../crates/syncpoint/tests/it/rivals.rs"]
mod rivals;
mod simplify;
#[path = "../../crates/syncpoint/tests/it/skeleton.rs"]
mod skeleton;
mod taps;
mod validation;

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use serde::Serialize;
use serde_json::{Map, Value};

/// What one section found.
#[derive(Debug, Serialize)]
pub(crate) struct Section {
    /// Its name, `repeats/musescore`.
    pub(crate) section: String,
    pub(crate) cases: usize,
    pub(crate) passed: usize,
    /// The ids of the failed cases.
    pub(crate) failed: Vec<String>,
    /// Everything else that was measured.
    pub(crate) figures: Map<String, Value>,
    /// Why each case failed, for people.
    #[serde(skip)]
    reasons: Vec<String>,
    /// Failures do not fail the run: nobody knows the right result.
    #[serde(skip)]
    pub(crate) contested: bool,
}

impl Section {
    pub(crate) fn new(name: impl Into<String>) -> Self {
        Self {
            section: name.into(),
            cases: 0,
            passed: 0,
            failed: Vec::new(),
            figures: Map::new(),
            reasons: Vec::new(),
            contested: false,
        }
    }

    /// Counts one case; `Err` says why it failed.
    pub(crate) fn case(&mut self, id: &str, result: Result<(), String>) {
        self.cases += 1;
        match result {
            Ok(()) => self.passed += 1,
            Err(reason) => {
                self.failed.push(id.to_owned());
                self.reasons.push(format!("{id}: {reason}"));
            }
        }
    }

    pub(crate) fn figure(&mut self, name: &str, value: impl Into<Value>) {
        self.figures.insert(name.to_owned(), value.into());
    }
}

/// What a part of the folder gives: its sections, or nothing if the folder lacks its files.
type Part = fn(&Path) -> Result<Option<Vec<Section>>, String>;

/// The parts in the order of the table. Further readers of the folder are added here.
const PARTS: [(&str, Part); 10] = [
    ("repeats", repeats::run),
    ("dcml", dcml::run),
    ("simplify", simplify::run),
    ("asap", asap::run),
    ("map", map::run),
    ("validation", validation::run),
    ("formats", formats::run),
    ("taps", taps::run),
    ("musicxml", musicxml::run),
    ("oracles", oracles::run),
];

pub(crate) fn run(arguments: &[&str]) -> Result<ExitCode, String> {
    let (folder, json) = match arguments {
        [folder] => (folder, false),
        [folder, "--json"] | ["--json", folder] => (folder, true),
        _ => return Err("usage: cargo xtask corpus DIR [--json]".to_owned()),
    };
    let folder = Path::new(folder);
    if !folder.is_dir() {
        return Err(format!("{}: not a folder", folder.display()));
    }
    let mut out = std::io::stdout().lock();
    let mut all_passed = true;
    let write = |fault: std::io::Error| format!("standard output: {fault}");
    if !json {
        writeln!(out, "{:<26} {:>6} {:>6}  figures", "section", "cases", "passed").map_err(write)?;
    }
    for (name, part) in PARTS {
        let Some(sections) = part(folder)? else {
            let note = "not in this folder, passed over";
            if json {
                writeln!(std::io::stderr(), "{name}: {note}").map_err(write)?;
            } else {
                writeln!(out, "{name:<26} {:>6} {:>6}  {note}", "-", "-").map_err(write)?;
            }
            continue;
        };
        for section in sections {
            all_passed &= section.failed.is_empty() || section.contested;
            if json {
                let line = serde_json::to_string(&section).map_err(|fault| fault.to_string())?;
                writeln!(out, "{line}").map_err(write)?;
            } else {
                print(&mut out, &section).map_err(write)?;
            }
        }
    }
    Ok(if all_passed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn print(out: &mut impl std::io::Write, section: &Section) -> std::io::Result<()> {
    let figures: Vec<String> =
        section.figures.iter().map(|(name, value)| format!("{name} {value}")).collect();
    let indent = format!("\n{:42}", "");
    let figures = if figures.len() > 4 { figures.join(&indent) } else { figures.join(", ") };
    writeln!(out, "{:<26} {:>6} {:>6}  {figures}", section.section, section.cases, section.passed)?;
    section.reasons.iter().try_for_each(|reason| writeln!(out, "    FAILED {reason}"))
}
