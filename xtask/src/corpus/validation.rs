//! Maps of `asap/downbeats.jsonl` spoiled on purpose: each fault must be found with its code and point, and nothing else.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use segno_syncpoint::validate;
use segno_syncpoint::{RawPoint, Repair, SyncMap, Syncpoint};
use serde_json::json;

use super::asap::Performance;
use super::mutations::{CLASSES, Mutated};
use super::random::Random;
use super::{Section, read};

const MUTATED: usize = 100_000;
const SEED: u64 = 6;
/// A spoiled map needs some points before and after the fault.
const LEAST_POINTS: usize = 6;

pub(crate) fn run(folder: &Path) -> Result<Option<Vec<Section>>, String> {
    let Some(performances) = read::lines::<Performance>(&folder.join("asap/downbeats.jsonl"))? else {
        return Ok(None);
    };
    let mut originals = Section::new("validation/originals");
    let mut sources: Vec<(&str, Vec<Syncpoint>)> = Vec::new();
    for performance in &performances {
        let points = performance.points();
        let raw: Vec<RawPoint> = points.iter().map(RawPoint::from).collect();
        let bar_count = u32::try_from(points.len()).ok().map(|points| points.saturating_sub(1));
        let context = validate::Context {
            bar_count,
            crop_start: Some(0.0),
            duration: points.last().map(|point| point.time),
            ..validate::Context::default()
        };
        let findings = validate::raw(&raw, &context);
        let alarm = findings.errors().next().map_or(Ok(()), |alarm| Err(format!("false alarm: {alarm}")));
        let unchanged = if Repair::default().points(&points).is_unchanged() {
            Ok(())
        } else {
            Err("repair changes a valid map".to_owned())
        };
        originals.case(&performance.id, alarm.and(unchanged));
        if points.len() >= LEAST_POINTS {
            sources.push((&performance.id, points));
        }
    }
    if sources.is_empty() {
        return Ok(Some(vec![originals]));
    }
    let mut section = Section::new("validation/mutated");
    let mut classes: BTreeMap<&str, usize> = BTreeMap::new();
    let mut random = Random::new(SEED);
    let begun = Instant::now();
    for round in 0..MUTATED {
        // Every class in turn, every map in turn, so that each class meets each map.
        let (name, mutate) = CLASSES[round % CLASSES.len()];
        let (id, points) = &sources[(round / CLASSES.len()) % sources.len()];
        let mutated = mutate(points, &mut random);
        *classes.entry(mutated.code).or_default() += 1;
        // The place in the text is made only for a failure: there are many cases.
        match check(&mutated) {
            Ok(()) => {
                section.cases += 1;
                section.passed += 1;
            }
            Err(reason) => section.case(&format!("{round} {name} in {id}"), Err(reason)),
        }
    }
    section.figure("seed", SEED);
    section.figure("maps", sources.len());
    section.figure("ways_to_spoil", CLASSES.len());
    section.figure("codes", classes.len());
    section.figure("cases_of_a_code", json!(classes));
    section.figure("ms", begun.elapsed().as_millis().to_string());
    Ok(Some(vec![originals, section]))
}

fn check(mutated: &Mutated) -> Result<(), String> {
    let findings = validate::raw(&mutated.points, &mutated.context);
    let found: Vec<(&str, Option<usize>)> =
        findings.iter().map(|problem| (problem.kind.code(), problem.point)).collect();
    let expected = (mutated.code, mutated.point);
    let mut errors = findings.errors().map(|problem| (problem.kind.code(), problem.point));
    // One error is one error: nothing else may be called wrong. Warnings may come with others.
    let right = if mutated.is_error {
        errors.next() == Some(expected) && errors.next().is_none()
    } else {
        errors.next().is_none() && found.contains(&expected)
    };
    if !right {
        return Err(format!("found {found:?}, expected {expected:?}"));
    }
    let repaired = Repair { bar_count: mutated.context.bar_count, ..Repair::default() }.raw(&mutated.points);
    if repaired.points.is_empty() {
        return if mutated.points.is_empty() { Ok(()) } else { Err("repair leaves nothing".to_owned()) };
    }
    SyncMap::new(repaired.points).map(|_| ()).map_err(|fault| format!("repaired: {fault}"))
}
