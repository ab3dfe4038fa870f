//! Several passes over one piece made into one.

use alloc::vec::Vec;

use super::EditError;
use crate::curve::Forward;
use crate::map::SyncMap;
use crate::point::Syncpoint;
use crate::position::Position;

/// What is taken of several times.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Average {
    /// The middle one: one wild tap does no harm.
    #[default]
    Median,
    /// Their sum over their number.
    Mean,
}

/// Several maps made into one.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Averaged {
    /// The average, with the options and hide flags of the first map.
    pub map: SyncMap,
    /// How far the farthest pass is from the average, in seconds.
    pub largest_spread: f64,
    /// The mean distance of the passes from the average, in seconds.
    pub mean_spread: f64,
}

impl SyncMap {
    /// The average of maps of the same recording, at every place at which one of them has a point and all are defined.
    /// Mean and median of increasing numbers increase, so that the result is a valid map.
    /// Cost: O(maps x points of all maps).
    ///
    /// # Errors
    /// If there are no maps, or no place is in all of them.
    pub fn average(passes: &[Self], average: Average) -> Result<Averaged, EditError> {
        let Some(first) = passes.first() else { return Err(EditError::NothingLeft) };
        let mut places: Vec<Position> =
            passes.iter().flat_map(|pass| pass.points().iter().map(|point| point.position)).collect();
        places.sort_unstable();
        places.dedup_by(|later, kept| later.bars() <= kept.bars());
        let mut cursors: Vec<_> = passes.iter().map(|pass| pass.curve().cursor::<Forward>()).collect();
        let mut points: Vec<Syncpoint> = Vec::with_capacity(places.len());
        let mut times = Vec::with_capacity(passes.len());
        let mut flags = first.points().iter().peekable();
        let (mut hide, mut largest_spread, mut sum, mut count) = (false, 0.0_f64, 0.0, 0_usize);
        for position in places {
            while let Some(flag) = flags.next_if(|flag| flag.position <= position) {
                hide = flag.hide;
            }
            times.clear();
            times.extend(cursors.iter_mut().filter_map(|cursor| cursor.at(position.bars())));
            if times.len() < passes.len() {
                continue;
            }
            let time = match average {
                Average::Mean => times.iter().sum::<f64>() / times.len() as f64,
                Average::Median => median(&mut times),
            };
            for other in &times {
                largest_spread = largest_spread.max((other - time).abs());
                sum += (other - time).abs();
                count += 1;
            }
            points.push(Syncpoint { position, time, hide });
        }
        if points.is_empty() {
            return Err(EditError::NothingLeft);
        }
        let map = Self::part_of(points, first.options())?;
        Ok(Averaged { map, largest_spread, mean_spread: sum / count.max(1) as f64 })
    }
}

/// Not called without times.
fn median(times: &mut [f64]) -> f64 {
    times.sort_unstable_by(f64::total_cmp);
    let middle = times.len() / 2;
    match (times.get(middle.wrapping_sub(1)), times.get(middle)) {
        (Some(low), Some(high)) if times.len().is_multiple_of(2) => low.midpoint(*high),
        (_, Some(middle)) => *middle,
        _ => f64::NAN,
    }
}
