//! Small scores of which another program, a specification or a musician says how they are played: `tests/data/cases`.

use std::path::PathBuf;

use segno_score::{Options, Score, read_any};
use segno_syncpoint::Policy;
use serde_json::Value;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/cases")
}

/// What is wrong with a score by one expectation.
fn unmet(want: &Value, score: &Score) -> Option<String> {
    let policy = want["policy"].as_str().map_or(Policy::CLASSICAL, |name| Policy::named(name).unwrap());
    let play = score.structure.unroll(&policy).unwrap();
    let order: Vec<u64> = play.order().map(|bar| bar as u64).collect();
    let starts = score.bar_times(play.order());
    let list = |key: &str| want[key].as_array();
    if let Some(bars) = want["bars"].as_u64().filter(|&bars| bars != score.structure.bars.len() as u64) {
        return Some(format!("{} bars, wanted {bars}", score.structure.bars.len()));
    }
    if let Some(wanted) = list("order").filter(|wanted| !wanted.iter().eq(order.iter())) {
        return Some(format!("order {order:?}, wanted {wanted:?}"));
    }
    let times = list("starts_s").into_iter().flatten().filter_map(Value::as_f64);
    if times.zip(&starts).any(|(wanted, start)| (wanted - start).abs() > 0.005) {
        return Some(format!("starts {starts:?}, wanted {:?}", want["starts_s"]));
    }
    let silent = score.diagnostics.is_empty() && play.diagnostics().is_empty();
    (want["diagnostic"] == true && silent).then(|| "no diagnostic".to_owned())
}

#[test]
fn every_case_holds() {
    let rows: Vec<Value> =
        serde_json::from_slice(&std::fs::read(folder().join("expect.json")).unwrap()).unwrap();
    let mut wrong = Vec::new();
    for row in &rows {
        let name = row["file"].as_str().unwrap();
        let bytes = std::fs::read(folder().join(name)).unwrap();
        let score = match read_any(&bytes, &Options::new().with_onsets()) {
            Ok(score) => score,
            Err(error) => {
                wrong.push(format!("{name}: {error}"));
                continue;
            }
        };
        let others = row["or"].as_array().into_iter().flatten();
        if let Some(reason) = unmet(row, &score)
            && others.clone().all(|other| unmet(other, &score).is_some())
        {
            wrong.push(format!("{name}: {reason}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(rows.len() >= 25, "only {} cases", rows.len());
}
