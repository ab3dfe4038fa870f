//! verovio timemaps and MEI `when` values: quarters or measures of the played score with their milliseconds.
//!
//! A timemap entry has `tstamp` (milliseconds) and `qstamp` (quarters from the start, repeats written out); at the start of a
//! measure also `measureOn`, its id. An MEI `<when absolute>` ties an id to a time; its value form here is [`When`].
//! Source: verovio reference book, "Timemap".

use alloc::collections::{BTreeMap, VecDeque};
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;

use super::decimal::{Milliseconds, thousandths};
use crate::formats::ParseError;
use crate::formats::json::{Json, Kind, Quoted, Shortest};
use crate::grid::PlayedGrid;
use crate::map::{Outside, SyncMap};
use crate::point::Syncpoint;
use crate::position::Position;

/// One entry of a timemap.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Seconds; the format counts milliseconds (`tstamp`).
    pub time: f64,
    /// Quarters from the start of the piece in played order (`qstamp`).
    pub quarters: f64,
    /// The id of the measure that begins here.
    pub measure: Option<String>,
}

/// An id of the score with its time, as an MEI `when` element has it.
#[derive(Clone, Debug, PartialEq)]
pub struct When {
    /// The id of a measure (the element that `when@data` points to, without `#`).
    pub id: String,
    /// When it sounds, in seconds from the start of the performance.
    pub time: f64,
}

/// Reads a timemap; members other than the three are passed over. Cost: O(length of the text).
///
/// # Errors
/// Line and column of the first error.
pub fn read(text: &str) -> Result<Vec<Entry>, ParseError> {
    let mut json = Json::new(text);
    let mut entries = Vec::new();
    json.list(|json| {
        let start = json.next_at();
        let (mut time, mut quarters, mut measure) = (None, None, None);
        json.object(|json, name| {
            match name {
                "tstamp" => {
                    let at = json.next_at();
                    let value = thousandths(json.number_text()?);
                    time = Some(value.ok_or_else(|| json.expected_at(at, "a time in milliseconds"))?);
                }
                "qstamp" => {
                    let at = json.next_at();
                    quarters = Some(json.number()?.value()).filter(|value| value.is_finite());
                    if quarters.is_none() {
                        return Err(json.expected_at(at, "a number of quarters"));
                    }
                }
                "measureOn" if json.kind()? == Kind::Text => measure = Some(json.text()?),
                _ => json.skip()?,
            }
            Ok(())
        })?;
        let (Some(time), Some(quarters)) = (time, quarters) else {
            return Err(ParseError::expected(text, start, "an entry with tstamp and qstamp"));
        };
        entries.push(Entry { time, quarters, measure });
        Ok(())
    })?;
    json.end()?;
    Ok(entries)
}

/// Writes a timemap. Cost: O(entries).
#[must_use]
pub fn write(entries: &[Entry]) -> String {
    let mut out = String::from("[");
    for (index, entry) in entries.iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        let _ = write!(
            out,
            "{comma}{{\"qstamp\":{},\"tstamp\":{}",
            Shortest(entry.quarters),
            Milliseconds(entry.time)
        );
        if let Some(measure) = &entry.measure {
            let _ = write!(out, ",\"measureOn\":{}", Quoted(measure));
        }
        out.push('}');
    }
    out.push(']');
    out
}

/// A point for each entry that begins a measure, in their order; if none says so, one for each entry. Entries at the place of the
/// one before are left out. Cost: O(entries x log bars).
///
/// # Errors
/// If an entry is outside the grid.
pub fn to_points(entries: &[Entry], grid: &PlayedGrid) -> Result<Vec<Syncpoint>, Outside> {
    let measures = entries.iter().any(|entry| entry.measure.is_some());
    let mut points: Vec<Syncpoint> = Vec::new();
    for entry in entries.iter().filter(|entry| !measures || entry.measure.is_some()) {
        let bars = grid.bars_at_quarters(entry.quarters).ok_or(Outside::After)?;
        let position = Position::from_bars(bars).map_err(Outside::NoPosition)?;
        if points.last().is_none_or(|before| before.position < position) {
            points.push(Syncpoint::new(position, entry.time));
        }
    }
    Ok(points)
}

/// An entry for each bar line inside the map. `name` gives the id of a played bar; the end of the piece has none.
/// Cost: O(points + bars).
#[must_use]
pub fn from_map(map: &SyncMap, grid: &PlayedGrid, name: impl Fn(u32) -> Option<String>) -> Vec<Entry> {
    let mut cursor = map.cursor();
    let bars = u32::try_from(grid.len()).unwrap_or(u32::MAX);
    let entry = |bar: u32| {
        let quarters = grid.quarters_before(f64::from(bar))?;
        let time = cursor.time_at(f64::from(bar)).ok()?;
        Some(Entry { time, quarters, measure: if bar < bars { name(bar) } else { None } })
    };
    (0..=bars).filter_map(entry).collect()
}

/// Points of `when` values: the k-th value of an id belongs to the k-th time its bar is played. `ids` are the ids of the written
/// bars, `order` the written bar of each played bar. Values of other ids are left out. Cost: O((values + played bars) log values).
#[must_use]
pub fn when_points(values: &[When], ids: &[&str], order: &[usize]) -> Vec<Syncpoint> {
    let mut left: BTreeMap<&str, VecDeque<f64>> = BTreeMap::new();
    for when in values {
        left.entry(&when.id).or_default().push_back(when.time);
    }
    let point = |(bar, written): (u32, &usize)| {
        let time = left.get_mut(*ids.get(*written)?)?.pop_front()?;
        Some(Syncpoint::bar_line(bar, time))
    };
    (0_u32..).zip(order).filter_map(point).collect()
}

/// A `when` value for each played bar that begins inside the map. Cost: O(points + bars).
#[must_use]
pub fn when_values(map: &SyncMap, ids: &[&str], order: &[usize]) -> Vec<When> {
    let mut cursor = map.cursor();
    let value = |(bar, written): (u32, &usize)| {
        Some(When { id: (*ids.get(*written)?).into(), time: cursor.time_at(f64::from(bar)).ok()? })
    };
    (0_u32..).zip(order).filter_map(value).collect()
}
