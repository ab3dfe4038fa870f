//! alphaTab sync points: `\sync bar occurrence milliseconds [ratio]`, one a line, and the same as values.
//!
//! The bar is a written one and the occurrence counts how often it was played before, so that both directions need the
//! order in which the written bars are played. The end of the piece is the last bar with ratio 1. The hide flag has no place.
//! Source: alphaTab documentation, "Sync Points".

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Write};

use super::decimal::Milliseconds;
use super::line::lines;
use crate::formats::ParseError;
use crate::formats::json::Shortest;
use crate::point::Syncpoint;
use crate::position::{BAR_PARTS, Offset, Position};

/// One sync point as alphaTab has it (`FlatSyncPoint`), with the time in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FlatSyncPoint {
    /// The written bar, from 0.
    pub bar: u32,
    /// How often that bar was played before.
    pub occurrence: u32,
    /// Seconds; alphaTab counts milliseconds.
    pub time: f64,
    /// The share of the bar that has passed, 0.0..=1.0.
    pub ratio: f64,
}

/// A sync point that fits no played bar, or a point that fits no written one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OrderError {
    /// The written bar is not played so often.
    NotPlayed {
        /// Index of the sync point in the list.
        index: usize,
    },
    /// The ratio is not within 0 and 1.
    BadRatio {
        /// Index of the sync point in the list.
        index: usize,
    },
    /// The point is after the last played bar.
    BeyondEnd {
        /// Index of the syncpoint in the map.
        index: usize,
    },
}

impl fmt::Display for OrderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotPlayed { index } => {
                write!(f, "sync point {index} is in a bar that is not played so often")
            }
            Self::BadRatio { index } => write!(f, "the ratio of sync point {index} is not within 0 and 1"),
            Self::BeyondEnd { index } => write!(f, "point {index} is after the last played bar"),
        }
    }
}

impl core::error::Error for OrderError {}

/// Reads `\sync` lines. Empty lines, a line with the dot that separates them from the music, and comments (`//`) are passed over.
/// Cost: O(length of the text).
///
/// # Errors
/// Line and column of the first line that is not a sync point.
pub fn read(text: &str) -> Result<Vec<FlatSyncPoint>, ParseError> {
    let mut points = Vec::new();
    for line in lines(text) {
        let line = line.trim();
        if line.text.is_empty() || line.text == "." || line.text.starts_with("//") {
            continue;
        }
        let Some(values) = line.after("\\sync").filter(|rest| rest.text.starts_with([' ', '\t'])) else {
            return Err(line.expected("\\sync"));
        };
        let mut words = values.words();
        let mut next = || words.next().unwrap_or(line.end());
        let bar = next().whole_number("a bar")?;
        let occurrence = next().whole_number("an occurrence")?;
        let time = next().thousandths("a time in milliseconds")?;
        let ratio = match words.next() {
            Some(ratio) => ratio.number("a ratio from 0 to 1")?,
            None => 0.0,
        };
        if let Some(more) = words.next() {
            return Err(more.expected("the end of the line"));
        }
        points.push(FlatSyncPoint { bar, occurrence, time, ratio });
    }
    Ok(points)
}

/// Writes `\sync` lines, the ratio only where it is not 0. Cost: O(points).
#[must_use]
pub fn write(points: &[FlatSyncPoint]) -> String {
    let mut out = String::new();
    for point in points {
        let _ = write!(out, "\\sync {} {} {}", point.bar, point.occurrence, Milliseconds(point.time));
        if point.ratio > 0.0 {
            let _ = write!(out, " {}", Shortest(point.ratio));
        }
        out.push('\n');
    }
    out
}

/// Sync points for points. `order` is the written bar of each played bar. Cost: O(points + played bars).
///
/// # Errors
/// If a point is after the end of the last played bar.
pub fn from_points(points: &[Syncpoint], order: &[usize]) -> Result<Vec<FlatSyncPoint>, OrderError> {
    let occurrences = occurrences(order);
    let mut flat = Vec::with_capacity(points.len());
    for (index, point) in points.iter().enumerate() {
        let (mut bar, mut ratio) = (point.position.bar() as usize, point.position.offset().share());
        if bar == order.len() && ratio == 0.0 && bar > 0 {
            (bar, ratio) = (bar - 1, 1.0);
        }
        let (Some(written), Some(occurrence)) = (order.get(bar), occurrences.get(bar)) else {
            return Err(OrderError::BeyondEnd { index });
        };
        let written = u32::try_from(*written).map_err(|_| OrderError::BeyondEnd { index })?;
        flat.push(FlatSyncPoint { bar: written, occurrence: *occurrence, time: point.time, ratio });
    }
    Ok(flat)
}

/// Points of sync points. The ratio 1 of the last played bar is the end of the piece; elsewhere it is kept as offset 480.
/// Cost: O(points x log played bars + played bars x log played bars).
///
/// # Errors
/// If a bar is not played so often, or a ratio is out of range.
pub fn to_points(flat: &[FlatSyncPoint], order: &[usize]) -> Result<Vec<Syncpoint>, OrderError> {
    let occurrences = occurrences(order);
    let mut played: Vec<(usize, u32, u32)> = order
        .iter()
        .zip(&occurrences)
        .zip(0_u32..)
        .map(|((bar, pass), played)| (*bar, *pass, played))
        .collect();
    played.sort_unstable();
    let mut points = Vec::with_capacity(flat.len());
    for (index, point) in flat.iter().enumerate() {
        let key = (point.bar as usize, point.occurrence);
        let found = played.binary_search_by_key(&key, |(bar, pass, _)| (*bar, *pass));
        let Some((_, _, bar)) = found.ok().and_then(|at| played.get(at)) else {
            return Err(OrderError::NotPlayed { index });
        };
        let Ok(exact) = Offset::float(point.ratio * f64::from(BAR_PARTS)) else {
            return Err(OrderError::BadRatio { index });
        };
        let position = Position::new(*bar, nearest_offset(exact, point.ratio))
            .map_err(|_| OrderError::NotPlayed { index })?;
        let at_end = position.normalised().bar() as usize == order.len();
        points.push(Syncpoint::new(if at_end { position.normalised() } else { position }, point.time));
    }
    Ok(points)
}

/// A whole offset if it has the same ratio: 0.666… is 320.
fn nearest_offset(exact: Offset, ratio: f64) -> Offset {
    let whole = Offset::shortest(crate::float::round(exact.value()));
    if whole.share() == ratio { whole } else { Offset::shortest(exact.value()) }
}

/// How often each played bar's written bar was played before. Cost: O(played bars x log written bars).
fn occurrences(order: &[usize]) -> Vec<u32> {
    let mut seen: alloc::collections::BTreeMap<usize, u32> = alloc::collections::BTreeMap::new();
    order
        .iter()
        .map(|bar| {
            let count = seen.entry(*bar).or_insert(0);
            *count += 1;
            *count - 1
        })
        .collect()
}
