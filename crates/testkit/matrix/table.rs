//! What came of all encounters of a client, in figures.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::trial::{Matrix, Report};

/// The figures as JSON: how many endpoints, cases, faults and runs, how the runs ended, and every deviation.
pub(super) fn table(service: &str, matrix: &Matrix, reports: &[Report]) -> Value {
    let mut classes: BTreeMap<String, u64> = BTreeMap::new();
    for report in reports {
        *classes.entry(report.class.to_string()).or_default() += 1;
    }
    let endpoints: BTreeSet<&str> = matrix.cases.iter().map(|case| case.endpoint).collect();
    let faults: BTreeSet<&str> = matrix.encounters.iter().map(|encounter| encounter.name).collect();
    let deviations: Vec<&str> =
        reports.iter().flat_map(|report| &report.deviations).map(String::as_str).collect();
    json!({
        "service": service,
        "endpoints": endpoints.len(),
        "cases": matrix.cases.len(),
        "faults": faults.len(),
        "runs": reports.len(),
        "outcomes": classes,
        "deviations": deviations,
    })
}
