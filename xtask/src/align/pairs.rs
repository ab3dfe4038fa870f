//! Recordings with the scores of other pieces: all of them should be refused.

use std::collections::BTreeSet;

use serde_json::json;

use super::cases::Case;
use super::{own, tell};
use crate::say;

/// Tries up to `most` pieces, evenly chosen, each with the scores of all the others.
pub(crate) fn run(cases: &[Case], most: usize, json: bool) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    let plain: Vec<&Case> =
        cases.iter().filter(|case| case.variant == "plain" && seen.insert(case.score.as_str())).collect();
    let step = plain.len().div_ceil(most).max(1);
    let sample: Vec<&Case> = plain.into_iter().step_by(step).collect();
    let (mut pairs, mut refused, mut taken) = (0, 0, Vec::new());
    let (mut right, mut right_refused) = (0, 0);
    for case in &sample {
        let others: Vec<&&Case> = sample.iter().filter(|other| other.score != case.score).collect();
        let mut arguments = vec!["--one", &case.description, &case.score];
        arguments.extend(others.iter().map(|other| other.score.as_str()));
        let value = own(&arguments)?;
        right += 1;
        right_refused += usize::from(value["results"][0]["error"].is_string());
        for (place, other) in others.iter().enumerate() {
            pairs += 1;
            let result = &value["results"][place + 1];
            if result["error"].is_string() {
                refused += 1;
            } else {
                taken.push(format!("{} with the score of {}, match {}", case.id, other.id, result["match"]));
            }
        }
    }
    tell(
        json,
        &json!({"wrong_pairs": pairs, "wrong_refused": refused, "right_pairs": right, "right_refused": right_refused}),
        &format!("wrong pairs refused {refused}/{pairs}, right pairs refused {right_refused}/{right}"),
    );
    if !json {
        for pair in taken {
            say(format_args!("  taken: {pair}"));
        }
    }
    Ok(())
}
