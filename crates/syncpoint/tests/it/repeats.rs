//! Published play orders: MuseScore, alphaTab, music21 and partitura tests, MusicXML's reference, common practice.

use std::path::Path;

use segno_syncpoint::Policy;

use crate::skeleton::Case;

pub(crate) fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/repeats");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let read = |file: &std::path::PathBuf| {
        serde_json::from_str(&std::fs::read_to_string(file).unwrap())
            .unwrap_or_else(|fault| panic!("{}: {fault}", file.display()))
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
    assert_eq!(cases.len(), 85);
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
