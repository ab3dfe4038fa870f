//! The tempo map of a Standard MIDI File as values: so many microseconds a quarter from a tick on.
//!
//! A tempo is a whole number of microseconds in 24 bits, at most 16.777215 seconds a quarter. Rounding each by itself would add
//! up; here the rounding of one tempo is made good by the next, so that at each event the file is off by no more than half a
//! microsecond for each quarter since the event before. A file begins at 0 seconds; what comes before is told apart.
//! Source: Standard MIDI Files 1.0, meta event 51.

use alloc::vec::Vec;
use core::fmt;

use crate::float;
use crate::grid::PlayedGrid;
use crate::map::SyncMap;
use crate::point::Syncpoint;
use crate::position::Position;

/// The slowest tempo that 24 bits hold.
pub const SLOWEST: u32 = 0xff_ffff;

/// A set-tempo event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TempoEvent {
    /// The tick, from the start of the piece.
    pub tick: u64,
    /// Microseconds a quarter, 1..=0xffffff.
    pub microseconds: u32,
}

/// The tempos of a MIDI file whose ticks keep to the seconds of a map.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct TempoMap {
    /// Ticks a quarter (the division of the file header).
    pub division: u16,
    /// The tempos, in order of their ticks; the first at tick 0.
    pub events: Vec<TempoEvent>,
    /// The tick at which the piece ends.
    pub end: u64,
    /// The second of the recording at which tick 0 is.
    pub start: f64,
    /// How far the file is from the map at worst, in seconds, at the ticks of events and the end.
    pub drift: f64,
}

/// Where tempos are put.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Resolution {
    /// At each point of the map (and each bend of its curve).
    Points,
    /// At each bar line too.
    Bars,
    /// At each beat too.
    #[default]
    Beats,
}

/// Why there is no tempo map.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum SmfError {
    /// The division is 0 or above 32767.
    BadDivision,
    /// The map begins after the first bar line, or goes beyond the grid.
    OutsideGrid,
    /// The tempo is slower than 24 bits hold: more than 16.777215 seconds a quarter.
    TooSlow {
        /// The place, in bars.
        bars: f64,
        /// The length that a quarter would have, in seconds.
        seconds: f64,
    },
    /// The tempo is faster than a microsecond a quarter.
    TooFast {
        /// The place, in bars.
        bars: f64,
    },
    /// Two places are on the same tick.
    TooFine {
        /// The later place, in bars.
        bars: f64,
    },
    /// Events are not in order of their ticks, a tempo is 0 or above 24 bits, or the first is not at tick 0.
    BadEvent {
        /// Index of the event in the list.
        index: usize,
    },
}

impl fmt::Display for SmfError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadDivision => f.write_str("the ticks of a quarter must be within 1 and 32767"),
            Self::OutsideGrid => f.write_str("the map does not begin with the grid or goes beyond it"),
            Self::TooSlow { bars, seconds } => {
                write!(f, "{seconds} s a quarter at bar {bars} are more than the 16.777215 s that MIDI holds")
            }
            Self::TooFast { bars } => {
                write!(f, "the tempo at bar {bars} is faster than a microsecond a quarter")
            }
            Self::TooFine { bars } => write!(f, "bar {bars} is on the same tick as the place before"),
            Self::BadEvent { index } => write!(f, "tempo event {index} is out of order or out of range"),
        }
    }
}

impl core::error::Error for SmfError {}

/// The tempo map of a map. Cost: O(points + bars x beats).
///
/// # Errors
/// If the map does not fit the grid, or its tempo does not fit MIDI.
pub fn from_map(
    map: &SyncMap,
    grid: &PlayedGrid,
    division: u16,
    resolution: Resolution,
) -> Result<TempoMap, SmfError> {
    if division == 0 || division > 0x7fff {
        return Err(SmfError::BadDivision);
    }
    if map.first().position != Position::START {
        return Err(SmfError::OutsideGrid);
    }
    let places = places(map, grid, resolution);
    let start = map.first().time;
    let mut events: Vec<TempoEvent> = Vec::with_capacity(places.len());
    let (mut tick, mut seconds, mut drift) = (0_u64, 0.0_f64, 0.0_f64);
    // Ticks x microseconds so far: whole numbers, so that nothing is lost however long the piece.
    let mut elapsed = 0_u128;
    let mut cursor = map.curve().cursor::<crate::curve::Forward>();
    for pair in places.windows(2) {
        let [from, to] = *pair else { continue };
        let (Some(quarters), Some(time)) = (grid.quarters_before(to), cursor.at(to)) else {
            return Err(SmfError::OutsideGrid);
        };
        let next = float::round(quarters * f64::from(division)) as u64;
        if next <= tick {
            return Err(SmfError::TooFine { bars: to });
        }
        let length = (next - tick) as f64 / f64::from(division);
        // From where the file is, not from where it should be.
        let microseconds = float::round(((time - start) - seconds) * 1e6 / length);
        if microseconds > f64::from(SLOWEST) {
            return Err(SmfError::TooSlow { bars: from, seconds: microseconds / 1e6 });
        }
        if microseconds < 1.0 {
            return Err(SmfError::TooFast { bars: from });
        }
        let microseconds = microseconds as u32;
        if events.last().is_none_or(|before| before.microseconds != microseconds) {
            events.push(TempoEvent { tick, microseconds });
        }
        elapsed += u128::from(next - tick) * u128::from(microseconds);
        tick = next;
        seconds = whole_and_rest(elapsed, division);
        drift = drift.max((seconds - (time - start)).abs());
    }
    Ok(TempoMap { division, events, end: tick, start, drift })
}

/// Seconds of ticks x microseconds.
fn whole_and_rest(elapsed: u128, division: u16) -> f64 {
    let per_second = u128::from(division) * 1_000_000;
    (elapsed / per_second) as f64 + (elapsed % per_second) as f64 / per_second as f64
}

/// The places at which a tempo may change, ascending, as numbers of bars.
fn places(map: &SyncMap, grid: &PlayedGrid, resolution: Resolution) -> Vec<f64> {
    let end = map.last().position.bars();
    let mut places: Vec<f64> = map.curve().knots().map(|(bars, _)| bars).collect();
    let bars = 0..u32::try_from(grid.len()).unwrap_or(u32::MAX);
    match resolution {
        Resolution::Points => {}
        Resolution::Bars => places.extend(bars.map(f64::from).filter(|bars| *bars < end)),
        Resolution::Beats => {
            let beats = bars.flat_map(|bar| grid.beats_of(bar).into_iter().chain([f64::from(bar)]));
            places.extend(beats.filter(|bars| *bars < end));
        }
    }
    places.sort_unstable_by(f64::total_cmp);
    // A beat next to a point by no more than rounding is that point.
    places.dedup_by(|later, kept| *later - *kept <= 1e-9);
    places
}

/// The points of a tempo map: one at each tempo, and one at the end. Between them quarters are even, whatever the bars: where
/// the metre changes, a map of them wants [`Interpolation::PerQuarter`](crate::Interpolation::PerQuarter) with the same
/// grid. Cost: O(events x log bars).
///
/// # Errors
/// If events are not in order, or go beyond the grid.
pub fn to_points(tempo: &TempoMap, grid: &PlayedGrid) -> Result<Vec<Syncpoint>, SmfError> {
    if tempo.division == 0 || tempo.division > 0x7fff {
        return Err(SmfError::BadDivision);
    }
    let mut points = Vec::with_capacity(tempo.events.len() + 1);
    let mut elapsed = 0_u128;
    let mut place = |tick: u64, elapsed: u128| {
        let bars =
            grid.bars_at_quarters(tick as f64 / f64::from(tempo.division)).ok_or(SmfError::OutsideGrid)?;
        let position = Position::from_bars(bars).map_err(|_| SmfError::OutsideGrid)?;
        points.push(Syncpoint::new(position, tempo.start + whole_and_rest(elapsed, tempo.division)));
        Ok::<(), SmfError>(())
    };
    let mut before: Option<TempoEvent> = None;
    for (index, event) in tempo.events.iter().enumerate() {
        let in_order = before.map_or(event.tick == 0, |before| event.tick > before.tick);
        if !in_order || event.microseconds == 0 || event.microseconds > SLOWEST {
            return Err(SmfError::BadEvent { index });
        }
        if let Some(before) = before {
            elapsed += u128::from(event.tick - before.tick) * u128::from(before.microseconds);
        }
        place(event.tick, elapsed)?;
        before = Some(*event);
    }
    if let Some(last) = before.filter(|last| tempo.end > last.tick) {
        elapsed += u128::from(tempo.end - last.tick) * u128::from(last.microseconds);
        place(tempo.end, elapsed)?;
    }
    Ok(points)
}

impl TempoMap {
    /// Seconds of the recording at a tick: what a player makes of the file. Cost: O(events).
    #[must_use]
    pub fn time_at(&self, tick: u64) -> f64 {
        let mut elapsed = 0_u128;
        for (index, event) in self.events.iter().enumerate() {
            let until = self.events.get(index + 1).map_or(tick, |next| next.tick.min(tick));
            elapsed += u128::from(until.saturating_sub(event.tick)) * u128::from(event.microseconds);
        }
        self.start + whole_and_rest(elapsed, self.division.max(1))
    }
}
