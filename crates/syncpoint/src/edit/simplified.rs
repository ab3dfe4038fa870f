//! The fewest points of a whole map: with its own interpolation, and nothing lost of what it hides.

use alloc::vec::Vec;

use super::EditError;
use crate::map::{Interpolation, MapError, SyncMap};
use crate::point::Syncpoint;
use crate::simplify::{self, Certificate, Mode, Rules, Simplified};

/// A simplified map and what was lost by it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SimplifiedMap {
    /// The map, with the options of the one it was made from.
    pub map: SyncMap,
    /// The points that are left, as indexes of the points before.
    pub kept: Vec<usize>,
    /// The largest distance in time between the two maps at any place, in seconds, measured on the new map. Both are
    /// straight between the points before, so it comes up at one of them.
    pub max_error: f64,
    /// Why fewer points do not suffice.
    pub certificate: Certificate,
}

impl SyncMap {
    /// The same map within `tolerance` seconds, with the fewest points, by [`simplify::minimum`]. Time is shared between the
    /// points that are left as between those before, by [`Options::interpolation`](crate::Options::interpolation), or the
    /// tolerance would not hold. Points at which the playhead is hidden or shown keep their places, beside the forced
    /// ones; under [`Mode::Move`] their times may move as all others.
    ///
    /// A first point that [`Mode::Move`] would put before the recording stands at 0; where that breaks the tolerance, points
    /// are kept instead of moved. Cost: as [`simplify::minimum`].
    ///
    /// # Errors
    /// As [`simplify::minimum`]; or, with [`Interpolation::PerQuarter`], if a bar without a length lies between two points.
    pub fn simplified(&self, tolerance: f64, rules: &Rules<'_>) -> Result<SimplifiedMap, EditError> {
        self.with_fewer(
            rules,
            |places, times, rules| simplify::minimum(places, times, tolerance, rules),
            tolerance,
        )
    }

    /// The map of at most `points` points that is nearest to this one, by [`simplify::best`]; for the rest as
    /// [`Self::simplified`]. Cost: as [`simplify::best`].
    ///
    /// # Errors
    /// As [`Self::simplified`], and if more points must stay.
    pub fn simplified_to(&self, points: usize, rules: &Rules<'_>) -> Result<SimplifiedMap, EditError> {
        self.with_fewer(
            rules,
            |places, times, rules| simplify::best(places, times, points, rules),
            f64::INFINITY,
        )
    }

    fn with_fewer(
        &self,
        rules: &Rules<'_>,
        search: impl Fn(&[f64], &[f64], &Rules<'_>) -> Result<Simplified, simplify::SimplifyError>,
        tolerance: f64,
    ) -> Result<SimplifiedMap, EditError> {
        let places = self.even_places()?;
        let times: Vec<f64> = self.points().iter().map(|point| point.time).collect();
        let changes = self.points().windows(2).zip(1_usize..).filter_map(|(pair, index)| match pair {
            [before, point] if before.hide != point.hide => Some(index),
            _ => None,
        });
        let forced: Vec<usize> = rules.forced.iter().copied().chain(changes).collect();
        let rules = Rules { mode: rules.mode, forced: &forced };
        let found = self.of_simplified(search(&places, &times, &rules)?)?;
        match found {
            // A nanosecond is what rounding is allowed.
            Some(found) if rules.mode == Mode::Keep || found.max_error <= tolerance + 1e-9 => Ok(found),
            _ => {
                let kept = search(&places, &times, &Rules { mode: Mode::Keep, ..rules })?;
                self.of_simplified(kept)?.ok_or(EditError::NothingLeft)
            }
        }
    }

    /// The points in the unit in which time is shared evenly: bars or quarters.
    fn even_places(&self) -> Result<Vec<f64>, EditError> {
        let bars = self.points().iter().map(|point| point.position.bars());
        match &self.options().interpolation {
            Interpolation::PerBar => Ok(bars.collect()),
            Interpolation::PerQuarter(grid) => {
                let quarters: Option<Vec<f64>> = bars.map(|bars| grid.quarters_before(bars)).collect();
                quarters.ok_or(EditError::Map(MapError::GridTooShort { bars: grid.len() }))
            }
        }
    }

    /// `None` if more than the first point would come before the recording.
    fn of_simplified(&self, found: Simplified) -> Result<Option<SimplifiedMap>, EditError> {
        let mut points: Vec<Syncpoint> = Vec::with_capacity(found.points.len());
        let mut kept = Vec::with_capacity(found.points.len());
        for point in &found.points {
            let Some(given) = self.points().get(point.index) else { continue };
            let time = if points.is_empty() { point.time.max(0.0) } else { point.time };
            if points.last().is_some_and(|before| time <= before.time) {
                return Ok(None);
            }
            points.push(Syncpoint { time, ..*given });
            kept.push(point.index);
        }
        let map = self.rebuilt(points)?;
        let mut max_error = 0.0_f64;
        for point in self.points() {
            max_error = max_error.max((map.time_of(point.position)? - point.time).abs());
        }
        Ok(Some(SimplifiedMap { map, kept, max_error, certificate: found.certificate }))
    }
}
