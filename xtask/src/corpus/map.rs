//! `asap/*.jsonl` as maps: valid, exact at their points, strictly increasing, and the way back.

use std::path::Path;

use segno_syncpoint::SyncMap;
use segno_syncpoint::validate::{self, Context};

use super::asap::Performance;
use super::{Section, read};

/// Places that are looked up between two points.
const PLACES: u32 = 16;
/// How far a place may come back from where it was, in bars.
const ROUND_TRIP: f64 = 1e-9;

pub(crate) fn run(folder: &Path) -> Result<Option<Vec<Section>>, String> {
    let mut sections = Vec::new();
    for (name, file) in [("map/downbeats", "asap/downbeats.jsonl"), ("map/beats", "asap/beats.jsonl")] {
        let Some(performances) = read::lines::<Performance>(&folder.join(file))? else { continue };
        let mut section = Section::new(name);
        let (mut worst, mut bound, mut lookups, mut warnings) = (0.0_f64, 0.0_f64, 0, 0);
        for performance in &performances {
            let result = check(performance).map(|seen| {
                worst = worst.max(seen.round_trip);
                bound = bound.max(seen.bound);
                lookups += seen.lookups;
                warnings += seen.warnings;
            });
            section.case(&performance.id, result);
        }
        section.figure("points", performances.iter().map(|performance| performance.t.len()).sum::<usize>());
        section.figure("lookups", lookups);
        section.figure("worst_round_trip_bars", worst);
        section.figure("promised_round_trip_bars", bound);
        section.figure("warnings", warnings);
        sections.push(section);
    }
    Ok((!sections.is_empty()).then_some(sections))
}

struct Seen {
    round_trip: f64,
    bound: f64,
    lookups: usize,
    warnings: usize,
}

fn check(performance: &Performance) -> Result<Seen, String> {
    let points = performance.points();
    let bars = u32::try_from(points.len().saturating_sub(1)).map_err(|fault| fault.to_string())?;
    let findings = validate::points(&points, &Context { bar_count: Some(bars), ..Context::default() });
    if let Some(alarm) = findings.errors().next() {
        return Err(format!("false alarm: {alarm}"));
    }
    let map = SyncMap::new(points).map_err(|fault| fault.to_string())?;
    for point in map.points() {
        if map.time_of(point.position) != Ok(point.time)
            || map.position_at(point.time) != Ok(point.position)
            || map.bars_at(point.time) != Ok(point.position.bars())
        {
            return Err(format!("not exact at {}", point.position));
        }
    }
    let mut seen = Seen {
        round_trip: 0.0,
        bound: map.round_trip_bound(),
        lookups: 0,
        warnings: findings.warnings().count(),
    };
    let mut before = f64::NEG_INFINITY;
    for bar in 0..=bars {
        // Of the last bar line only the point itself.
        for part in 0..if bar == bars { 1 } else { PLACES } {
            let place = f64::from(bar) + f64::from(part) / f64::from(PLACES);
            let time = map.time_at(place).map_err(|fault| format!("at {place}: {fault}"))?;
            if time <= before {
                return Err(format!("{time} s at bar {place} is not after {before} s"));
            }
            before = time;
            let back = map.bars_at(time).map_err(|fault| format!("at {time} s: {fault}"))?;
            seen.round_trip = seen.round_trip.max((back - place).abs());
            seen.lookups += 2;
        }
    }
    if seen.round_trip > ROUND_TRIP.min(seen.bound) {
        return Err(format!("a place came back {} bars away", seen.round_trip));
    }
    Ok(seen)
}
