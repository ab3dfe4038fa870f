//! MuseScore time events: when each measure begins in the score's MP3 and MIDI files, in playing order.
//!
//! A measure that is repeated comes again with the same `elid`, so that the list is the unrolled order as well. Positions are
//! milliseconds. There is no event for the end of the last measure, no place inside a measure and no hide flag.
//! Source: MuseScore API, `GET /score/{id}/time`.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;

use super::decimal::{Milliseconds, thousandths};
use crate::formats::ParseError;
use crate::formats::json::{Json, Kind, Number};
use crate::map::SyncMap;
use crate::point::Syncpoint;

/// The begin of a measure, each time that it is played.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Event {
    /// The written bar, from 0 (`elid`).
    pub bar: usize,
    /// When it begins, in seconds; MuseScore counts milliseconds.
    pub time: f64,
}

/// How the last measure ends, which the events do not say.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum End {
    /// It stays open: no end point.
    #[default]
    Open,
    /// With the recording, so many seconds long.
    Recording(f64),
    /// After so many seconds.
    LastBar(f64),
}

/// Reads the JSON form: a list of objects with `elid` and `position`, each a number or a number in quotes. Other members are
/// passed over. Cost: O(length of the text).
///
/// # Errors
/// Line and column of the first error.
pub fn read(text: &str) -> Result<Vec<Event>, ParseError> {
    let mut json = Json::new(text);
    let mut events = Vec::new();
    json.list(|json| {
        let start = json.next_at();
        let (mut bar, mut time) = (None, None);
        json.object(|json, name| {
            match name {
                "elid" => bar = Some(element(json)?),
                "position" => time = Some(position(json)?),
                _ => json.skip()?,
            }
            Ok(())
        })?;
        let (Some(bar), Some(time)) = (bar, time) else {
            return Err(ParseError::expected(text, start, "an event with elid and position"));
        };
        events.push(Event { bar, time });
        Ok(())
    })?;
    json.end()?;
    Ok(events)
}

fn element(json: &mut Json<'_>) -> Result<usize, ParseError> {
    let at = json.next_at();
    let value = match json.kind()? {
        Kind::Text => json.text()?.trim().parse::<u32>().ok(),
        Kind::Number => match json.number()? {
            Number::Integer(value) => u32::try_from(value).ok(),
            Number::Float(_) => None,
        },
        _ => None,
    };
    value.map(|value| value as usize).ok_or_else(|| json.expected_at(at, "a measure from 0"))
}

fn position(json: &mut Json<'_>) -> Result<f64, ParseError> {
    let at = json.next_at();
    let value = match json.kind()? {
        Kind::Text => thousandths(json.text()?.trim()),
        Kind::Number => thousandths(json.number_text()?),
        _ => None,
    };
    value.ok_or_else(|| json.expected_at(at, "a time in milliseconds"))
}

/// Writes the JSON form as MuseScore does: `elid` in quotes, `position` as a number. Cost: O(events).
#[must_use]
pub fn write(events: &[Event]) -> String {
    let mut out = String::from("[");
    for (index, event) in events.iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        let _ =
            write!(out, "{comma}{{\"elid\":\"{}\",\"position\":{}}}", event.bar, Milliseconds(event.time));
    }
    out.push(']');
    out
}

/// The written bar of each played bar. Cost: O(events).
#[must_use]
pub fn order(events: &[Event]) -> Vec<usize> {
    events.iter().map(|event| event.bar).collect()
}

/// A point for each event, and one for the end if it is known and after the last event. Cost: O(events).
#[must_use]
pub fn to_points(events: &[Event], end: End) -> Vec<Syncpoint> {
    let mut points: Vec<Syncpoint> =
        events.iter().zip(0_u32..).map(|(event, bar)| Syncpoint::bar_line(bar, event.time)).collect();
    if let Some(last) = points.last() {
        let time = match end {
            End::Open => None,
            End::Recording(duration) => Some(duration),
            End::LastBar(seconds) => Some(last.time + seconds),
        };
        if let (Some(time), Ok(bar)) = (time.filter(|time| *time > last.time), u32::try_from(points.len())) {
            points.push(Syncpoint::bar_line(bar, time));
        }
    }
    points
}

/// An event for each played bar that begins inside the map. `order` is the written bar of each played bar. The end of the map
/// is lost. Cost: O(points + bars).
#[must_use]
pub fn from_map(map: &SyncMap, order: &[usize]) -> Vec<Event> {
    let mut cursor = map.cursor();
    let bars = order.iter().zip(0_u32..);
    bars.filter_map(|(bar, played)| Some(Event { bar: *bar, time: cursor.time_at(f64::from(played)).ok()? }))
        .collect()
}
