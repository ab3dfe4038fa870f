//! Published play orders: MuseScore, alphaTab, music21 and partitura tests, MusicXML's reference, common practice.

use std::path::Path;

use segno_syncpoint::Policy;

use crate::skeleton::{Case, Schema};

pub(crate) fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/repeats");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let read = |file: &std::path::PathBuf| {
        serde_json::from_str(&std::fs::read_to_string(file).unwrap())
            .unwrap_or_else(|error| panic!("{}: {error}", file.display()))
    };
    files.iter().map(read).collect()
}

fn order(case: &Case, policy: &str) -> Vec<usize> {
    let policy = Policy::named(policy).unwrap_or_else(|| panic!("{}: no policy {policy}", case.id));
    case.structure().unwrap().unroll(&policy).unwrap().order().collect()
}

#[test]
fn every_published_order_is_met_under_its_policy() {
    let cases = cases();
    assert_eq!(cases.len(), 88);
    let failed: Vec<_> = cases
        .iter()
        .filter_map(|case| {
            let found = order(case, &case.policy);
            (found != case.order).then(|| format!("{}: {found:?}, not {:?}", case.id, case.order))
        })
        .collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn the_other_published_orders_are_met_too() {
    for case in cases() {
        for other in case.alternatives.iter().filter(|other| Policy::named(&other.policy).is_some()) {
            assert_eq!(order(&case, &other.policy), other.order, "{} under {}", case.id, other.policy);
        }
    }
}

#[test]
fn the_contested_cases_are_known() {
    let contested: Vec<_> = cases().into_iter().filter(|case| case.contested).map(|case| case.id).collect();
    assert_eq!(contested, ["musescore-repeat70", "musescore-repeat72"]);
    assert!(cases().iter().all(|case| case.schema == Schema::Repeats));
}

/// A minuet and trio as a measures table writes it: endings by number, D.C. across the section break.
const MINUET: &str = r#"{"schema": "dcml-measures/1", "id": "minuet", "origin": "made up", "policy": "dcml", "bars": [
    {"n": "1", "len": "3/4", "next": [1]},
    {"n": "2", "len": "3/4", "repeat_end": {"plays": 2}, "next": [0, 2]},
    {"n": "3", "len": "3/4", "repeat_start": true, "next": [3]},
    {"n": "4", "len": "3/4", "repeat_end": {"plays": 2}, "markers": [{"kind": "fine", "label": "fine"}],
        "section_break": true, "next": [2, 4, -1]},
    {"n": "5", "len": "3/4", "next": [5, 6]},
    {"n": "6", "len": "3/4", "repeat_end": {"plays": 2}, "volta": 1, "next": [4]},
    {"n": "6", "len": "3/4", "volta": 2, "dont_count": true, "jump": {"to": "start", "until": "fine"}, "next": [0]}
], "order": [0, 1, 0, 1, 2, 3, 2, 3, 4, 5, 4, 6, 0, 1, 2, 3]}"#;

#[test]
fn successor_lists_are_followed() {
    let case: Case = serde_json::from_str(MINUET).unwrap();
    assert_eq!(order(&case, "classical"), case.order);
    assert_eq!(case.successor_fault(&case.order), None);
    assert_eq!(case.successor_fault(&case.order[..15]), Some(14), "the checker sees a missing bar");
}
