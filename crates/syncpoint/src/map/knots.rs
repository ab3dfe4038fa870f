//! Even sharing by quarters, as bends at the bar lines where the length of bars changes.

use alloc::vec::Vec;

use super::MapError;
use crate::float;
use crate::grid::PlayedGrid;
use crate::point::Syncpoint;

/// The points, and between them a knot at each bar line where the two bars differ in length: within bars of one length
/// "per quarter" and "per bar" are the same. Cost: O(points + bars).
pub(super) fn per_quarter(points: &[Syncpoint], grid: &PlayedGrid) -> Result<Vec<(f64, f64)>, MapError> {
    let too_short = MapError::GridTooShort { bars: grid.len() };
    let mut knots = Vec::with_capacity(points.len());
    for pair in points.windows(2) {
        let [a, b] = pair else { continue };
        let (from, to) = (a.position.bars(), b.position.bars());
        let (Some(start), Some(end)) = (grid.quarters_before(from), grid.quarters_before(to)) else {
            return Err(too_short);
        };
        knots.push((from, a.time));
        let first = float::floor(from) as usize;
        let last = float::floor(to) as usize + usize::from(float::floor(to) < to);
        if last > first + 1 {
            let empty = (first..last).find(|bar| grid.quarters(*bar).is_none_or(|quarters| quarters <= 0.0));
            if let Some(bar) = empty {
                return Err(MapError::BarWithoutLength { bar });
            }
        }
        for bar in first + 1..last {
            if grid.quarters(bar - 1) == grid.quarters(bar) {
                continue;
            }
            let Some(quarters) = grid.quarters_before(bar as f64) else { return Err(too_short) };
            let time = a.time + (quarters - start) / (end - start) * (b.time - a.time);
            // Where seconds are too coarse for a bend, its knot is left out.
            if knots.last().is_some_and(|(_, before)| time > *before) && time < b.time {
                knots.push((bar as f64, time));
            }
        }
    }
    if let Some(last) = points.last() {
        if grid.quarters_before(last.position.bars()).is_none() {
            return Err(too_short);
        }
        knots.push((last.position.bars(), last.time));
    }
    Ok(knots)
}
