//! A strictly increasing function made of straight lines, with its inverse.
//!
//! [`SyncMap`](crate::SyncMap) is such a curve from bars to seconds; two maps of one score give a curve from the seconds of
//! one recording to those of the other.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

mod algebra;
mod cursor;
mod index;

pub use cursor::{Backward, CurveCursor, Direction, Forward};
use index::Index;

/// A strictly increasing, continuous function made of straight lines between knots, exact at each knot.
///
/// Between two knots the value never leaves the range of the two, so that the function is monotone bit for bit, and
/// it is strictly increasing wherever the two numbers have room between them. Nothing allocates after construction.
#[derive(Clone)]
pub struct Curve {
    /// The knots, then a copy of the last one, so that each knot begins a segment.
    knots: Box<[Knot]>,
    by_x: Index,
    by_y: Index,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Knot {
    pub(crate) x: f64,
    pub(crate) y: f64,
    /// The slope of the segment that begins here, and its inverse; 0 at the last knot.
    pub(crate) dy_dx: f64,
    pub(crate) dx_dy: f64,
}

/// Why numbers make no [`Curve`].
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum CurveError {
    /// There are no knots.
    Empty,
    /// A number is not finite.
    NotFinite {
        /// Index of the knot, from 0.
        knot: usize,
    },
    /// The first number is not above that of the knot before.
    XNotIncreasing {
        /// Index of the knot, from 0.
        knot: usize,
    },
    /// The second number is not above that of the knot before.
    YNotIncreasing {
        /// Index of the knot, from 0.
        knot: usize,
    },
    /// More knots than a 32-bit number counts.
    TooMany,
    /// The two curves have no common part.
    Apart,
}

impl fmt::Display for CurveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("a curve needs at least one knot"),
            Self::NotFinite { knot } => write!(f, "knot {knot} is not finite"),
            Self::XNotIncreasing { knot } => {
                write!(f, "the first number of knot {knot} is not above the one before")
            }
            Self::YNotIncreasing { knot } => {
                write!(f, "the second number of knot {knot} is not above the one before")
            }
            Self::TooMany => f.write_str("a curve has at most 2^30 knots"),
            Self::Apart => f.write_str("the two curves have no common part"),
        }
    }
}

impl core::error::Error for CurveError {}

/// The slope, kept finite: 0 times infinity would be no number. A segment as steep as that has no numbers inside.
fn slope(rise: f64, run: f64) -> f64 {
    (rise / run).min(f64::MAX)
}

impl Curve {
    /// A curve through `(x, y)` knots. Cost: O(knots).
    ///
    /// # Errors
    /// If there are none, or numbers are not finite or not strictly increasing.
    pub fn new(knots: impl IntoIterator<Item = (f64, f64)>) -> Result<Self, CurveError> {
        let knots = knots.into_iter();
        let mut list: Vec<Knot> = Vec::with_capacity(knots.size_hint().0.saturating_add(1).min(1 << 20));
        for (knot, (x, y)) in knots.enumerate() {
            if !x.is_finite() || !y.is_finite() {
                return Err(CurveError::NotFinite { knot });
            }
            if let Some(before) = list.last_mut() {
                if x <= before.x {
                    return Err(CurveError::XNotIncreasing { knot });
                }
                if y <= before.y {
                    return Err(CurveError::YNotIncreasing { knot });
                }
                before.dy_dx = slope(y - before.y, x - before.x);
                before.dx_dy = slope(x - before.x, y - before.y);
            }
            if knot >= 1 << 30 {
                return Err(CurveError::TooMany);
            }
            list.push(Knot { x, y, dy_dx: 0.0, dx_dy: 0.0 });
        }
        let Some(last) = list.last().copied() else { return Err(CurveError::Empty) };
        let by_x = Index::new(list.iter().map(|knot| knot.x));
        let by_y = Index::new(list.iter().map(|knot| knot.y));
        list.push(last);
        Ok(Self { knots: list.into_boxed_slice(), by_x, by_y })
    }

    /// The function that maps every number from `from` to `to` to itself. Cost: O(1).
    ///
    /// # Errors
    /// If the numbers are not finite or not increasing.
    pub fn identity(from: f64, to: f64) -> Result<Self, CurveError> {
        Self::new([(from, from), (to, to)])
    }

    /// The number of knots, at least 1.
    #[must_use]
    pub fn len(&self) -> usize {
        self.knots.len() - 1
    }

    /// Never true: a curve has at least one knot.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The knots. Cost: O(1) each.
    pub fn knots(&self) -> impl ExactSizeIterator<Item = (f64, f64)> + DoubleEndedIterator + '_ {
        self.all().iter().map(|knot| (knot.x, knot.y))
    }

    /// The first knot. Cost: O(1).
    #[must_use]
    pub fn first(&self) -> (f64, f64) {
        let knot = self.knots[0];
        (knot.x, knot.y)
    }

    /// The last knot. Cost: O(1).
    #[must_use]
    pub fn last(&self) -> (f64, f64) {
        let knot = self.knots[self.knots.len() - 1];
        (knot.x, knot.y)
    }

    /// The value at `x`; `None` outside the knots. Cost: O(1) where knots are about even, O(log knots) at worst.
    #[must_use]
    pub fn y_at(&self, x: f64) -> Option<f64> {
        self.lookup::<Forward>(x)
    }

    /// The `x` that has the value `y`; `None` outside the knots. Cost: as [`Self::y_at`].
    #[must_use]
    pub fn x_at(&self, y: f64) -> Option<f64> {
        self.lookup::<Backward>(y)
    }

    /// The value at `x`, with the slope of the first or last segment outside the knots; a curve of one knot has slope 1
    /// there. Cost: as [`Self::y_at`].
    #[must_use]
    pub fn y_extended(&self, x: f64) -> f64 {
        self.extended::<Forward>(x)
    }

    /// The inverse of [`Self::y_extended`]. Cost: as [`Self::y_at`].
    #[must_use]
    pub fn x_extended(&self, y: f64) -> f64 {
        self.extended::<Backward>(y)
    }

    /// A cursor for values that mostly change a little from one lookup to the next.
    #[must_use]
    pub fn cursor<D: Direction>(&self) -> CurveCursor<'_, D> {
        CurveCursor::new(self)
    }

    /// Looks up many values, written to `out` (the shorter of the two slices counts); values outside the knots become
    /// NaN. Any order is right, an ascending one is fast. Cost: O(values + knots) if they ascend, otherwise for each value
    /// as [`Self::y_at`].
    pub fn many<D: Direction>(&self, values: &[f64], out: &mut [f64]) {
        let (first, last) = (self.knots[0].key::<D>(), self.knots[self.knots.len() - 1].key::<D>());
        let count = values.len().min(out.len());
        let (mut values, mut out) = (&values[..count], &mut out[..count]);
        let mut at = 0;
        while let Some(value) = values.first().copied() {
            let run = if value >= first && value <= last {
                if !self.holds::<D>(at, value) {
                    at += 1;
                    if !self.holds::<D>(at, value) {
                        // Far from the value before: probably far from the next one, too.
                        at = self.locate::<D>(value);
                        out[0] = self.on_segment::<D>(at, value);
                        (values, out) = (&values[1..], &mut out[1..]);
                        continue;
                    }
                }
                let (from, to) = (self.knots[at], self.knots[at + 1]);
                let (low, high) = (from.key::<D>(), to.key::<D>());
                let inside = |value: f64| (value >= low) & (value < high);
                let mut run = 0;
                // Eight at a time, judged and computed without branches.
                while let (Some(eight), Some(slots)) = (values.get(run..run + 8), out.get_mut(run..run + 8)) {
                    if !eight.iter().fold(true, |all, value| all & inside(*value)) {
                        break;
                    }
                    for (value, slot) in eight.iter().zip(slots) {
                        *slot = from.line::<D>(&to, *value);
                    }
                    run += 8;
                }
                // The first value is known to belong here, also at the last knot, which holds nothing but itself.
                while let (Some(value), Some(slot)) = (values.get(run), out.get_mut(run))
                    && (run == 0 || inside(*value))
                {
                    *slot = from.line::<D>(&to, *value);
                    run += 1;
                }
                run
            } else {
                out[0] = f64::NAN;
                1
            };
            values = &values[run..];
            out = &mut out[run..];
        }
    }

    /// True if the segment exists and holds the value.
    fn holds<D: Direction>(&self, at: usize, value: f64) -> bool {
        match (self.knots.get(at), self.knots.get(at + 1)) {
            (Some(from), Some(to)) => value >= from.key::<D>() && value < to.key::<D>(),
            _ => false,
        }
    }

    pub(crate) fn all(&self) -> &[Knot] {
        &self.knots[..self.knots.len() - 1]
    }

    /// The segment that holds a value within the knots: the last knot at or before it.
    pub(crate) fn locate<D: Direction>(&self, value: f64) -> usize {
        let (from, to) = if D::FORWARD { &self.by_x } else { &self.by_y }.range(value);
        let count = if to - from <= 1 {
            // The usual case, without a branch that cannot be foretold: a cell holds one knot or none. There is a knot after
            // the last, so that the load is always good.
            from + (usize::from(to > from) & usize::from(self.knots[from].key::<D>() <= value))
        } else {
            from + self.knots[from..to].partition_point(|knot| knot.key::<D>() <= value)
        };
        count.saturating_sub(1)
    }

    /// As [`Self::locate`], starting from a segment that is probably near.
    pub(crate) fn seek<D: Direction>(&self, at: usize, value: f64) -> usize {
        let knots = self.all();
        let mut step = 1;
        if knots[at].key::<D>() <= value {
            // Gallop: after the loop the knot is in low..high.
            let mut low = at;
            let mut high = at + 1;
            while high < knots.len() && knots[high].key::<D>() <= value {
                low = high;
                step *= 2;
                high = low + step;
            }
            let high = high.min(knots.len());
            low + knots[low + 1..high].partition_point(|knot| knot.key::<D>() <= value)
        } else {
            let mut high = at;
            let mut low = at.saturating_sub(1);
            while low > 0 && knots[low].key::<D>() > value {
                high = low;
                step *= 2;
                low = low.saturating_sub(step);
            }
            let count = knots[low..high].partition_point(|knot| knot.key::<D>() <= value);
            (low + count).saturating_sub(1)
        }
    }

    pub(crate) fn on_segment<D: Direction>(&self, at: usize, value: f64) -> f64 {
        self.knots[at].line::<D>(&self.knots[at + 1], value)
    }

    fn lookup<D: Direction>(&self, value: f64) -> Option<f64> {
        let (first, last) = (self.knots[0].key::<D>(), self.knots[self.knots.len() - 1].key::<D>());
        // False for NaN.
        if value >= first && value <= last {
            Some(self.on_segment::<D>(self.locate::<D>(value), value))
        } else {
            None
        }
    }

    pub(crate) fn extended<D: Direction>(&self, value: f64) -> f64 {
        if let Some(found) = self.lookup::<D>(value) {
            return found;
        }
        let last = self.len() - 1;
        let (knot, slope) = if value < self.knots[0].key::<D>() {
            (&self.knots[0], self.knots[0].slope::<D>())
        } else {
            (&self.knots[last], self.knots[last.saturating_sub(1)].slope::<D>())
        };
        let slope = if last == 0 { 1.0 } else { slope };
        knot.value::<D>() + (value - knot.key::<D>()) * slope
    }
}

impl fmt::Debug for Curve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.knots()).finish()
    }
}

impl PartialEq for Curve {
    /// The same knots.
    fn eq(&self, other: &Self) -> bool {
        self.knots().eq(other.knots())
    }
}
