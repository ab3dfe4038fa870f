//! `simplify-gold.json`: the fewest points of real maps, computed elsewhere.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use segno_syncpoint::simplify::{Rules, best, minimum};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::asap::Performance;
use super::{Section, read};

#[derive(Debug, Deserialize)]
struct Gold {
    schema: String,
    maps: Vec<GoldMap>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct GoldMap {
    id: String,
    points: usize,
    /// By tolerance in milliseconds.
    minimum: BTreeMap<String, Minimum>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Minimum {
    count: usize,
    /// The smallest whole microsecond at which the same count suffices.
    least_tolerance_us: f64,
    #[serde(rename = "example")]
    _example: IgnoredAny,
    #[serde(default)]
    borderline: bool,
}

pub(crate) fn run(folder: &Path) -> Result<Option<Vec<Section>>, String> {
    let file = folder.join("simplify-gold.json");
    if !file.is_file() {
        return Ok(None);
    }
    let gold: Gold = read::json(&file)?;
    if gold.schema != "simplify-gold/1" {
        return Err(format!("{}:1: the schema is not simplify-gold/1", file.display()));
    }
    let Some(performances) = read::lines::<Performance>(&folder.join("asap/downbeats.jsonl"))? else {
        return Ok(None);
    };
    let by_id: BTreeMap<&str, &Performance> =
        performances.iter().map(|performance| (performance.id.as_str(), performance)).collect();
    let mut section = Section::new("simplify");
    let (mut points, mut borderline, mut took) = (0, 0, Duration::ZERO);
    for map in &gold.maps {
        points += map.points;
        let Some(performance) = by_id.get(map.id.as_str()) else {
            section.case(&map.id, Err("not in asap/downbeats.jsonl".to_owned()));
            continue;
        };
        for (ms, expected) in &map.minimum {
            let tolerance: f64 =
                ms.parse().map_err(|_| format!("{}: {ms:?} is no tolerance", file.display()))?;
            borderline += usize::from(expected.borderline);
            let begun = Instant::now();
            let result = compare(performance, tolerance / 1e3, expected);
            took += begun.elapsed();
            section.case(&format!("{} at {ms} ms", map.id), result);
        }
    }
    section.figure("maps", gold.maps.len());
    section.figure("points", points);
    section.figure("borderline", borderline);
    section.figure("ms", took.as_millis().to_string());
    Ok(Some(vec![section]))
}

fn compare(performance: &Performance, tolerance: f64, expected: &Minimum) -> Result<(), String> {
    let (x, t) = (performance.positions(), &performance.t);
    let found = minimum(&x, t, tolerance, &Rules::KEEP).map_err(|fault| fault.to_string())?;
    if found.points.len() != expected.count {
        return Err(format!("{} points, not {}", found.points.len(), expected.count));
    }
    let least = |error: f64| (error * 1e6 - 1e-6).ceil();
    if (least(found.max_error) - expected.least_tolerance_us).abs() > 0.5 {
        return Err(format!("maximum error {} s, not {} us", found.max_error, expected.least_tolerance_us));
    }
    // The other way round: so many points allow an error no greater.
    let dual = best(&x, t, expected.count, &Rules::KEEP).map_err(|fault| fault.to_string())?;
    if dual.points.len() > expected.count || dual.max_error > found.max_error + 1e-9 {
        return Err(format!("best map of {} points: {} s", expected.count, dual.max_error));
    }
    Ok(())
}
