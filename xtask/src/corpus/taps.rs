//! `taps.json`: simulated tapping, which is not always in order. There is no tap assistance yet (no outliers are found, no
//! missed or double taps), so what is checked is repair: it must give a valid map and never lead away from the truth.

use std::path::Path;

use segno_syncpoint::{Repair, SyncMap, Syncpoint};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{Section, read};

#[derive(Debug, Deserialize)]
struct Taps {
    schema: String,
    pieces: Vec<Piece>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Piece {
    id: String,
    truth: Vec<f64>,
    taps: Vec<f64>,
    #[serde(rename = "outliers")]
    _outliers: IgnoredAny,
    #[serde(rename = "gaps")]
    _gaps: IgnoredAny,
}

pub(crate) fn run(folder: &Path) -> Result<Option<Vec<Section>>, String> {
    let file = folder.join("taps.json");
    if !file.is_file() {
        return Ok(None);
    }
    let taps: Taps = read::json(&file)?;
    if taps.schema != "taps/1" {
        return Err(format!("{}:1: the schema is not taps/1", file.display()));
    }
    let mut section = Section::new("taps/repair");
    let (mut beats, mut moved, mut raw, mut repaired) = (0_u32, 0, 0.0, 0.0);
    for piece in &taps.pieces {
        let result = check(piece).map(|seen| {
            beats += seen.beats;
            moved += seen.moved;
            raw += seen.raw;
            repaired += seen.repaired;
        });
        section.case(&piece.id, result);
    }
    let mean = |sum: f64| (1e5 * sum / f64::from(beats.max(1))).round() / 100.0;
    section.figure("beats", beats);
    section.figure("moved", moved);
    section.figure("mean_error_of_taps_ms", mean(raw));
    section.figure("mean_error_after_repair_ms", mean(repaired));
    Ok(Some(vec![section]))
}

struct Seen {
    beats: u32,
    moved: usize,
    /// Sums of absolute errors in seconds.
    raw: f64,
    repaired: f64,
}

fn check(piece: &Piece) -> Result<Seen, String> {
    if piece.truth.len() != piece.taps.len() {
        return Err("there is not one tap for each beat".to_owned());
    }
    let points: Vec<Syncpoint> =
        piece.taps.iter().zip(0..).map(|(time, beat)| Syncpoint::bar_line(beat, *time)).collect();
    let repaired = Repair::default().points(&points);
    if repaired.points.len() != points.len() {
        return Err(format!("{} taps became {} points", points.len(), repaired.points.len()));
    }
    SyncMap::new(repaired.points.clone()).map_err(|fault| fault.to_string())?;
    let errors = |points: &[Syncpoint]| {
        let errors = points.iter().zip(&piece.truth).map(|(point, truth)| (point.time - truth).abs());
        errors.fold((0.0, 0.0), |(sum, squares), error| (sum + error, squares + error * error))
    };
    let (raw, repair) = (errors(&points), errors(&repaired.points));
    // The truth is in order too, and least squares towards what is in order cannot lead away from it; but for the
    // millisecond that repair leaves between points that it moves.
    if repair.1 > raw.1 + 1e-3 {
        return Err(format!("repair leads away from the truth: {} s2, not {} s2", repair.1, raw.1));
    }
    let beats = u32::try_from(points.len()).map_err(|fault| fault.to_string())?;
    Ok(Seen { beats, moved: repaired.moved, raw: raw.0, repaired: repair.0 })
}
