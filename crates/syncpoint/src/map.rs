//! The map between bars and seconds.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::cmp::Ordering;
use core::fmt;

use crate::curve::{Backward, Curve, Direction, Forward};
use crate::grid::PlayedGrid;
use crate::point::Syncpoint;
use crate::position::{Position, PositionError};
use crate::validate::{self, Context, Diagnostics};

mod cursor;
mod knots;
mod segment;

pub use cursor::MapCursor;
pub use segment::{Segment, Side};

/// Syncpoints that are known to be in order, ready for lookups in both directions.
///
/// Between its points the map is strictly increasing, exact at each point, and total: a lookup fails only outside the
/// points, and only under [`Extrapolation::Error`] or without a tempo to go on with. "Strictly" holds down to the
/// resolution of an `f64` second: two places closer than that share a time; see [`Self::round_trip_bound`].
///
/// ```
/// use segno_syncpoint::{SyncMap, Syncpoint};
///
/// let map = SyncMap::new(vec![Syncpoint::bar_line(0, 3.0), Syncpoint::bar_line(8, 19.0)])?;
/// assert_eq!(map.time_at(3.0)?, 9.0);
/// assert_eq!(map.bars_at(10.0)?, 3.5);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[doc(alias("syncpoint", "time map", "playhead"))]
pub struct SyncMap {
    points: Vec<Syncpoint>,
    /// The points at which the playhead is hidden or shown.
    hide_changes: Vec<usize>,
    curve: Curve,
    options: Options,
}

/// How a [`SyncMap`] behaves between, before and after its points.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Options {
    /// What lookups before the first and after the last point give.
    pub extrapolation: Extrapolation,
    /// Between two points more than a bar apart.
    pub interpolation: Interpolation,
    /// The number of played bars; a point after the end of the last one is an error.
    pub bar_count: Option<u32>,
    /// The first point need not be the start of the first bar: the map is a part of another.
    pub fragment: bool,
}

/// What lies before the first and after the last point. Soundslice does not say; players differ.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Extrapolation {
    /// Nothing: a lookup there is an error.
    #[default]
    Error,
    /// The place and time of the nearest point.
    Clamp,
    /// The tempo of the first or last segment goes on. Times and places before the first point may be negative. A map
    /// of one point has no tempo, and lookups outside it stay an error.
    LastSlope,
    /// A fixed tempo, before and after.
    FixedBpm {
        /// Beats per minute, above 0.
        bpm: f64,
        /// Beats in a bar, above 0.
        beats_per_bar: f64,
    },
}

/// How bars without a point share the time between their neighbours.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Interpolation {
    /// Every bar the same, whatever its metre: the reading of "evenly" that needs no score.
    #[default]
    PerBar,
    /// Every quarter the same: a bar of 2/4 gets half the time of a bar of 4/4.
    PerQuarter(Arc<PlayedGrid>),
}

/// Why there is no map.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum MapError {
    /// The points are not valid; the diagnostics hold at least one error.
    Points(Diagnostics),
    /// The grid ends before the last point.
    GridTooShort {
        /// The bars of the grid.
        bars: usize,
    },
    /// Between two points the grid has a bar without a length, so that the time cannot be shared by quarters.
    BarWithoutLength {
        /// The played bar, from 0.
        bar: usize,
    },
    /// The tempo of [`Extrapolation::FixedBpm`] is not a finite number above 0.
    BadTempo,
}

impl fmt::Display for MapError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Points(diagnostics) => {
                let mut errors = diagnostics.errors();
                match errors.next() {
                    Some(first) => write!(f, "{first}")?,
                    None => f.write_str("the syncpoints are not valid")?,
                }
                match errors.count() {
                    0 => Ok(()),
                    more => write!(f, " (and {more} more)"),
                }
            }
            Self::GridTooShort { bars } => {
                write!(f, "the grid has {bars} bars, and the syncpoints go further")
            }
            Self::BarWithoutLength { bar } => {
                write!(f, "played bar {bar} has no length, and no time can be given to it")
            }
            Self::BadTempo => f.write_str("the tempo outside the syncpoints must be finite and above 0"),
        }
    }
}

impl core::error::Error for MapError {}

/// A lookup outside the map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outside {
    /// Before the first point.
    Before,
    /// After the last point.
    After,
    /// The number is NaN.
    NotANumber,
    /// The place has no [`Position`]: it is before the first bar or beyond any score.
    NoPosition(PositionError),
}

impl fmt::Display for Outside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Before => f.write_str("before the first syncpoint"),
            Self::After => f.write_str("after the last syncpoint"),
            Self::NotANumber => f.write_str("not a number"),
            Self::NoPosition(error) => write!(f, "{error}"),
        }
    }
}

impl core::error::Error for Outside {}

impl SyncMap {
    /// A map with the default options. Cost: O(points).
    ///
    /// # Errors
    /// If the points have errors; [`validate::points`] lists the same with warnings.
    pub fn new(points: impl Into<Vec<Syncpoint>>) -> Result<Self, MapError> {
        Self::with(points, Options::default())
    }

    /// A map with options. Cost: O(points), and O(bars) with [`Interpolation::PerQuarter`].
    ///
    /// # Errors
    /// If the points have errors, the grid does not cover them or the tempo is not above 0.
    pub fn with(points: impl Into<Vec<Syncpoint>>, options: Options) -> Result<Self, MapError> {
        let points = points.into();
        let context =
            Context { bar_count: options.bar_count, fragment: options.fragment, ..Context::default() };
        let diagnostics = validate::points(&points, &context);
        if !diagnostics.is_valid() {
            return Err(MapError::Points(diagnostics));
        }
        if let Extrapolation::FixedBpm { bpm, beats_per_bar } = options.extrapolation {
            let seconds = 60.0 * beats_per_bar / bpm;
            if !(bpm > 0.0 && beats_per_bar > 0.0 && seconds > 0.0 && seconds.is_finite()) {
                return Err(MapError::BadTempo);
            }
        }
        let curve = match &options.interpolation {
            Interpolation::PerBar => {
                Curve::new(points.iter().map(|point| (point.position.bars(), point.time)))
            }
            Interpolation::PerQuarter(grid) => Curve::new(knots::per_quarter(&points, grid)?),
        };
        // The validated points are exactly what a curve asks for.
        let curve = curve.map_err(|_| MapError::Points(diagnostics))?;
        let mut hidden = false;
        let changes = |point: &Syncpoint| core::mem::replace(&mut hidden, point.hide) != point.hide;
        let changes = points.iter().map(changes).enumerate();
        let hide_changes = changes.filter_map(|(index, change)| change.then_some(index)).collect();
        Ok(Self { points, hide_changes, curve, options })
    }

    /// The same options with other points. Cost: as [`Self::with`].
    ///
    /// # Errors
    /// As [`Self::with`].
    pub fn rebuilt(&self, points: impl Into<Vec<Syncpoint>>) -> Result<Self, MapError> {
        Self::with(points, self.options.clone())
    }

    /// A map of what is left of another with these options: a fragment if its first bar is gone.
    pub(crate) fn part_of(points: Vec<Syncpoint>, options: &Options) -> Result<Self, MapError> {
        let begins_late = points.first().is_some_and(|first| first.position != Position::START);
        Self::with(points, Options { fragment: options.fragment || begins_late, ..options.clone() })
    }

    /// The points, as given.
    #[must_use]
    pub fn points(&self) -> &[Syncpoint] {
        &self.points
    }

    /// The indexes of the points at which the playhead is hidden or shown, in order.
    pub(crate) fn hide_changes(&self) -> &[usize] {
        &self.hide_changes
    }

    /// The points, given back.
    #[must_use]
    pub fn into_points(self) -> Vec<Syncpoint> {
        self.points
    }

    /// The options that the map was made with.
    #[must_use]
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// The curve from bars to seconds. With [`Interpolation::PerQuarter`] it has a knot at each change of bar length between
    /// two points, beside the points.
    #[must_use]
    pub fn curve(&self) -> &Curve {
        &self.curve
    }

    /// The first point: the start of the music, unless the map is a fragment.
    #[must_use]
    pub fn first(&self) -> &Syncpoint {
        &self.points[0]
    }

    /// The last point: where the last known tempo ends.
    #[must_use]
    pub fn last(&self) -> &Syncpoint {
        &self.points[self.points.len() - 1]
    }

    /// Seconds at a place, given as a number of bars. Cost: O(1) where points are about even, O(log points) at worst.
    ///
    /// # Errors
    /// Outside the points, under [`Extrapolation::Error`].
    #[inline]
    pub fn time_at(&self, bars: f64) -> Result<f64, Outside> {
        match self.curve.y_at(bars) {
            Some(time) => Ok(time),
            None => self.outside::<Forward>(bars),
        }
    }

    /// The number of bars at a time in seconds: the inverse of [`Self::time_at`]. Cost: as [`Self::time_at`].
    ///
    /// # Errors
    /// Outside the points, under [`Extrapolation::Error`].
    #[inline]
    pub fn bars_at(&self, time: f64) -> Result<f64, Outside> {
        match self.curve.x_at(time) {
            Some(bars) => Ok(bars),
            None => self.outside::<Backward>(time),
        }
    }

    /// Seconds at a position. Cost: as [`Self::time_at`].
    ///
    /// # Errors
    /// As [`Self::time_at`].
    pub fn time_of(&self, position: Position) -> Result<f64, Outside> {
        self.time_at(position.bars())
    }

    /// The position at a time in seconds; at the time of a point, its position exactly as given. Cost: as [`Self::bars_at`],
    /// and with [`Interpolation::PerQuarter`] O(log points) at a breakpoint.
    ///
    /// # Errors
    /// As [`Self::bars_at`], and where extrapolation leads before the first bar.
    pub fn position_at(&self, time: f64) -> Result<Position, Outside> {
        if !(time >= self.first().time && time <= self.last().time) {
            return Position::from_bars(self.bars_at(time)?).map_err(Outside::NoPosition);
        }
        let knot = self.curve.locate::<Backward>(time);
        if self.curve.all().get(knot).is_some_and(|knot| knot.y == time) {
            // Knots between the points, if there are any, shift the numbers.
            let index = if self.curve.len() == self.points.len() {
                Some(knot)
            } else {
                self.points
                    .binary_search_by(|point| point.time.partial_cmp(&time).unwrap_or(Ordering::Less))
                    .ok()
            };
            if let Some(point) = index.and_then(|index| self.points.get(index)) {
                return Ok(point.position);
            }
        }
        Position::from_bars(self.curve.on_segment::<Backward>(knot, time)).map_err(Outside::NoPosition)
    }

    /// Seconds at many places, in `out`; the shorter slice counts. Any order is right, an ascending one is fast. Places outside
    /// the map under [`Extrapolation::Error`] become NaN. Cost: O(places + points) if they ascend.
    pub fn times_at(&self, bars: &[f64], out: &mut [f64]) {
        self.many::<Forward>(bars, out);
    }

    /// The number of bars at many times: the inverse of [`Self::times_at`]. Cost: as [`Self::times_at`].
    pub fn bars_at_many(&self, times: &[f64], out: &mut [f64]) {
        self.many::<Backward>(times, out);
    }

    fn many<D: Direction>(&self, values: &[f64], out: &mut [f64]) {
        self.curve.many::<D>(values, out);
        if self.options.extrapolation == Extrapolation::Error {
            return;
        }
        for (value, slot) in values.iter().zip(out) {
            if slot.is_nan() {
                *slot = self.outside::<D>(*value).unwrap_or(f64::NAN);
            }
        }
    }

    /// A cursor for playback.
    #[must_use]
    pub fn cursor(&self) -> MapCursor<'_> {
        MapCursor::new(self)
    }

    /// How far `bars_at(time_at(b))` can be from `b`, in bars, for any place between the points: a bound that holds for all
    /// roundings. It is set by the steepest segment, where one step of an `f64` second is the most bars. Cost: O(points).
    #[must_use]
    pub fn round_trip_bound(&self) -> f64 {
        let knots: Vec<(f64, f64)> = self.curve.knots().collect();
        let mut worst = 0.0_f64;
        for pair in knots.windows(2) {
            if let [(x0, y0), (x1, y1)] = pair {
                // The time is off by its own rounding (half a step) and by those of the product and the difference, each
                // within a step of the segment's length; back the same again, in bars.
                let step = |value: f64| value.abs().next_up() - value.abs();
                let times = 0.5 * step(y0.abs().max(y1.abs())) + 2.0 * step(y1 - y0);
                let bars = step(x0.abs().max(x1.abs())) + 4.0 * step(x1 - x0);
                worst = worst.max(times * (x1 - x0) / (y1 - y0) + bars);
            }
        }
        worst
    }

    /// The cold path: extrapolation.
    #[cold]
    fn outside<D: Direction>(&self, value: f64) -> Result<f64, Outside> {
        let ends = (self.curve.first(), self.curve.last());
        let turned = |(x, y)| if D::FORWARD { (x, y) } else { (y, x) };
        let ((first, first_value), (last, last_value)) = (turned(ends.0), turned(ends.1));
        let error = if value.is_nan() {
            return Err(Outside::NotANumber);
        } else if value < first {
            Outside::Before
        } else {
            Outside::After
        };
        let (key, from) = if error == Outside::Before { (first, first_value) } else { (last, last_value) };
        match self.options.extrapolation {
            Extrapolation::Error => Err(error),
            Extrapolation::Clamp => Ok(from),
            Extrapolation::LastSlope if self.curve.len() == 1 => Err(error),
            Extrapolation::LastSlope => Ok(self.curve.extended::<D>(value)),
            Extrapolation::FixedBpm { bpm, beats_per_bar } => {
                let seconds_per_bar = 60.0 * beats_per_bar / bpm;
                let slope = if D::FORWARD { seconds_per_bar } else { 1.0 / seconds_per_bar };
                Ok(from + (value - key) * slope)
            }
        }
    }
}
