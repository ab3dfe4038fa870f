//! `musicxml/*.musicxml` and `musicxml-real/*.musicxml`: structures, play orders and seconds.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use segno_score::{Options, Score, read_any};
use segno_syncpoint::Policy;
use serde::Deserialize;
use serde_json::Value;

use super::neutral::{lines, neutral};
use super::{Section, read};

/// What MuseScore makes of a file.
#[derive(Deserialize)]
struct Oracle {
    order: Vec<usize>,
    /// The beginning of each played bar in milliseconds.
    ms: Vec<f64>,
    /// The order is the right one; not stated for the real files.
    equals_expected: Option<bool>,
}

/// What is known about a real file.
#[derive(Deserialize)]
struct Meta {
    musescore3_oracle_valid: bool,
    expected_order: Option<Vec<usize>>,
}

/// Bar lines may differ by this many milliseconds: the oracle rounds to whole ones.
const TOLERANCE: f64 = 1.0;

pub(crate) fn run(folder: &Path) -> Result<Option<Vec<Section>>, String> {
    let generated = folder.join("musicxml");
    if !generated.is_dir() {
        return Ok(None);
    }
    let mut sections = generated_files(folder, &generated)?;
    let real = folder.join("musicxml-real");
    if real.is_dir() {
        sections.extend(real_files(&real)?);
    }
    Ok(Some(sections))
}

fn generated_files(folder: &Path, generated: &Path) -> Result<Vec<Section>, String> {
    let mut structures = Section::new("musicxml/structure");
    let mut orders = Section::new("musicxml/order");
    let mut oracle_orders = Section::new("musicxml/oracle-order");
    let mut times = Section::new("musicxml/ms");
    let mut worst = 0.0;
    for file in scores(generated)? {
        let name = stem(&file);
        let bytes = fs::read(&file).map_err(|fault| format!("{}: {fault}", file.display()))?;
        let case: Value = read::json(&folder.join("repeats").join(&name).with_extension("json"))?;
        let score = match read_any(&bytes, &Options::new()) {
            Ok(score) => score,
            Err(fault) => {
                structures.case(&name, Err(fault.to_string()));
                continue;
            }
        };
        let (found, expected) = (lines(&score.structure), lines(&neutral(&case)));
        structures.case(&name, same_lines(&found, &expected));
        let expected: Vec<usize> = serde_json::from_value(case["order"].clone())
            .map_err(|fault| format!("{name}: order: {fault}"))?;
        let policy = case["policy"].as_str().and_then(Policy::named);
        let policy = policy.ok_or_else(|| format!("{name}: no preset is called {}", case["policy"]))?;
        orders.case(&name, order(&score, &policy, &expected));
        let oracle: Oracle = read::json(&file.with_extension("mpos.json"))?;
        if oracle.equals_expected == Some(true) {
            oracle_orders.case(&name, order(&score, &Policy::MUSESCORE, &oracle.order));
        }
        times.case(&name, seconds(&score, &oracle, &mut worst));
    }
    times.figure("worst_ms", worst);
    Ok(vec![structures, orders, oracle_orders, times])
}

fn real_files(real: &Path) -> Result<Vec<Section>, String> {
    let meta: std::collections::BTreeMap<String, Meta> = read::json(&real.join("meta.json"))?;
    let mut orders = Section::new("musicxml-real/order");
    let mut times = Section::new("musicxml-real/ms");
    let (mut worst, mut size, mut spent, mut diagnostics) = (0.0, 0, 0.0, 0);
    for file in scores(real)? {
        let name = stem(&file);
        let bytes = fs::read(&file).map_err(|fault| format!("{}: {fault}", file.display()))?;
        let start = Instant::now();
        let score = match read_any(&bytes, &Options::new()) {
            Ok(score) => score,
            Err(fault) => {
                orders.case(&name, Err(fault.to_string()));
                continue;
            }
        };
        spent += start.elapsed().as_secs_f64();
        size += bytes.len();
        diagnostics += score.diagnostics.len();
        let oracle: Oracle = read::json(&file.with_extension("mpos.json"))?;
        let known = meta.get(&name).ok_or_else(|| format!("meta.json does not know {name}"))?;
        let expected = known.expected_order.as_ref().filter(|_| !known.musescore3_oracle_valid);
        orders.case(&name, order(&score, &Policy::CLASSICAL, expected.unwrap_or(&oracle.order)));
        times.case(&name, seconds(&score, &oracle, &mut worst));
    }
    orders.figure("bytes", size);
    orders.figure("read_ms", spent * 1e3);
    orders.figure("diagnostics", diagnostics);
    times.figure("worst_ms", worst);
    Ok(vec![orders, times])
}

/// The scores of a folder by name.
fn scores(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let near = |fault: std::io::Error| format!("{}: {fault}", folder.display());
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(near)? {
        let path = entry.map_err(near)?.path();
        if path.extension().is_some_and(|extension| extension == "musicxml") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn stem(file: &Path) -> String {
    file.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn same_lines(found: &[String], expected: &[String]) -> Result<(), String> {
    if found.len() != expected.len() {
        return Err(format!("{} bars, expected {}", found.len(), expected.len()));
    }
    match found.iter().zip(expected).find(|(found, expected)| found != expected) {
        Some((found, expected)) => Err(format!("found {found:?}, expected {expected:?}")),
        None => Ok(()),
    }
}

fn order(score: &Score, policy: &Policy, expected: &[usize]) -> Result<(), String> {
    let play = score.structure.unroll(policy).map_err(|fault| fault.to_string())?;
    let found: Vec<usize> = play.order().collect();
    if found == expected { Ok(()) } else { Err(format!("found {found:?}, expected {expected:?}")) }
}

/// The beginnings of the bars in the oracle's order against the oracle's times.
fn seconds(score: &Score, oracle: &Oracle, worst: &mut f64) -> Result<(), String> {
    if oracle.order.len() != oracle.ms.len() {
        return Err("the oracle has not as many times as bars".to_owned());
    }
    let times = score.bar_times(oracle.order.iter().copied());
    let mut result = Ok(());
    for (played, (&ms, seconds)) in oracle.ms.iter().zip(times).enumerate() {
        let error = (seconds * 1e3 - ms).abs();
        *worst = worst.max(error);
        if error > TOLERANCE && result.is_ok() {
            result = Err(format!("played bar {played} begins at {:.3} ms, expected {ms}", seconds * 1e3));
        }
    }
    result
}
