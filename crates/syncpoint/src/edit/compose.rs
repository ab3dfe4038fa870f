//! Composition: two recordings of one score, and a map carried from one to the other.

use alloc::vec::Vec;

use super::EditError;
use crate::curve::{Backward, Curve};
use crate::map::{Side, SyncMap};
use crate::point::Syncpoint;
use crate::position::Position;

impl SyncMap {
    /// From the seconds of this recording to the seconds of another of the same score: where a listener who switches
    /// recordings goes on. `a.onto(b)` followed by `b.onto(a)` changes nothing, and `a.onto(b)` followed by `b.onto(c)` is
    /// `a.onto(c)`, as far as all three reach. Cost: O(points of both).
    ///
    /// # Errors
    /// If the two maps have no bar in common.
    pub fn onto(&self, other: &Self) -> Result<Curve, EditError> {
        Ok(self.curve().inverse().then(other.curve())?)
    }

    /// The map of another recording, whose seconds `warp` gives for the seconds of this one. Has the points of this map and one at
    /// each bend of the warp, as far as it reaches. Cost: O(points + knots).
    ///
    /// # Errors
    /// If the warp has nothing in common with the map, begins after the first point of a map that is not a fragment, or
    /// leads to negative times.
    pub fn through(&self, warp: &Curve) -> Result<Self, EditError> {
        let low = self.first().time.max(warp.first().0);
        let high = self.last().time.min(warp.last().0);
        if low > high {
            return Err(EditError::NothingLeft);
        }
        let mut ours = self.points().iter().peekable();
        let mut bends =
            warp.knots().map(|(time, _)| time).filter(|time| *time >= low && *time <= high).peekable();
        let mut places = self.curve().cursor::<Backward>();
        let mut points: Vec<Syncpoint> = Vec::with_capacity(self.points().len() + warp.len());
        loop {
            let point = match (ours.peek(), bends.peek()) {
                (Some(point), Some(bend)) if point.time <= *bend => Some(**point),
                (Some(point), None) => Some(**point),
                (_, Some(bend)) => {
                    let time = *bend;
                    let bars = places.at(time);
                    bars.and_then(|bars| Position::from_bars(bars).ok()).map(|position| Syncpoint {
                        position,
                        time,
                        hide: points
                            .last()
                            .map_or_else(|| self.hidden_at(time, Side::Right), |before| before.hide),
                    })
                }
                (None, None) => break,
            };
            let Some(point) = point else {
                bends.next();
                continue;
            };
            ours.next_if(|ours| ours.time <= point.time);
            bends.next_if(|bend| *bend <= point.time);
            if let Some(time) = warp.y_at(point.time)
                // Bends closer to a point than numbers can tell are that point.
                && points.last().is_none_or(|before| {
                    time > before.time && point.position.bars() > before.position.bars()
                })
            {
                points.push(Syncpoint { time, ..point });
            }
        }
        Ok(self.rebuilt(points)?)
    }
}
