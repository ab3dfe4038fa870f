//! Recordings with the scores of other pieces, which should be refused, and with their own, which should not.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::cases::Case;
use super::own;

/// Tries up to `most` pieces, evenly chosen, each with the scores of all of them. Gives the figures and lines that say the same.
pub(crate) fn run(cases: &[Case], most: usize) -> Result<(Value, Vec<String>), String> {
    // One recording of each score, an unchanged one if there is one.
    let mut pieces: BTreeMap<&str, &Case> = BTreeMap::new();
    for case in cases {
        let known = pieces.entry(&case.score).or_insert(case);
        if known.variant != "plain" && case.variant == "plain" {
            *known = case;
        }
    }
    let step = pieces.len().div_ceil(most).max(1);
    let sample: Vec<&Case> = pieces.into_values().step_by(step).collect();
    let (mut wrong, mut taken, mut refused) = (0, Vec::new(), Vec::new());
    for case in &sample {
        let others: Vec<&&Case> = sample.iter().filter(|other| other.score != case.score).collect();
        let mut arguments = vec!["--one", &case.description, &case.score];
        arguments.extend(others.iter().map(|other| other.score.as_str()));
        let value = own(&arguments)?;
        let error = |place: usize| value["results"][place]["error"].as_str();
        if let Some(error) = error(0) {
            refused.push(format!("{}: {error}", case.id));
        }
        for (place, other) in (1..).zip(others) {
            wrong += 1;
            if error(place).is_none() {
                let result = &value["results"][place];
                taken.push(format!("{} with the score of {}, match {}", case.id, other.id, result["match"]));
            }
        }
    }
    let counts = format!(
        "pairs of {} pieces: wrong ones refused {}/{wrong}, right ones refused {}/{}",
        sample.len(),
        wrong - taken.len(),
        refused.len(),
        sample.len()
    );
    let value = json!({
        "wrong": wrong,
        "wrong_refused": wrong - taken.len(),
        "wrong_taken": taken,
        "right": sample.len(),
        "right_refused": refused.len(),
    });
    let lines = [counts].into_iter().chain(taken.iter().map(|pair| format!("  taken: {pair}")));
    let lines = lines.chain(refused.iter().map(|case| format!("  refused: {case}"))).collect();
    Ok((value, lines))
}
