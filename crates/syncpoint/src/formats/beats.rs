//! Beat lists as tab-separated text: `time<TAB>time<TAB>label`, as in the ASAP data set.
//!
//! The label is `db` for a downbeat, `b` for a beat, `bR` for a beat in rubato; after commas may stand the metre and the key
//! (`db,4/4,2`). The beats of a pickup are `b`: what comes before the first downbeat is played bar 0.
//! Source: ASAP data set (Foscarin et al., 2020), annotation format.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;

use super::line::lines;
use crate::formats::ParseError;
use crate::formats::json::Shortest;
use crate::grid::PlayedGrid;
use crate::map::{Outside, SyncMap};
use crate::point::Syncpoint;
use crate::position::Position;

/// One line of a beat list.
#[derive(Clone, Debug, PartialEq)]
pub struct Beat {
    /// When it sounds, in seconds of the recording.
    pub time: f64,
    /// The second column, in seconds; the same as `time` in every file seen.
    pub end: f64,
    /// What the beat is.
    pub kind: BeatKind,
    /// What stands after the label, without the first comma: `4/4,2`.
    pub rest: Option<String>,
}

/// What a beat is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BeatKind {
    /// `db`: the first beat of a bar.
    Downbeat,
    /// `b`.
    Beat,
    /// `bR`: a beat whose time is unsure.
    Rubato,
}

/// Reads a beat list. Empty lines are passed over; a line with one column of time (`time<TAB>label`) is read too.
/// Cost: O(length of the text).
///
/// # Errors
/// Line and column of the first line that is not a beat.
pub fn read(text: &str) -> Result<Vec<Beat>, ParseError> {
    let mut beats = Vec::new();
    for line in lines(text).filter(|line| !line.is_blank()) {
        let mut fields = line.split('\t');
        let time = fields.next().unwrap_or(line).number("a time in seconds")?;
        let second = fields.next().ok_or_else(|| line.end().expected("a tab"))?;
        let (end, label) = match fields.next() {
            Some(label) => (second.number("a time in seconds")?, label.trim()),
            None => (time, second.trim()),
        };
        if let Some(more) = fields.next() {
            return Err(more.expected("the end of the line"));
        }
        let (name, rest) = match label.split_once(",") {
            Some((name, rest)) => (name, Some(rest.text.into())),
            None => (label, None),
        };
        let kind = match name.text {
            "db" => BeatKind::Downbeat,
            "b" => BeatKind::Beat,
            "bR" => BeatKind::Rubato,
            _ => return Err(name.expected("db, b or bR")),
        };
        beats.push(Beat { time, end, kind, rest });
    }
    Ok(beats)
}

/// Writes a beat list. Cost: O(beats).
#[must_use]
pub fn write(beats: &[Beat]) -> String {
    let mut out = String::new();
    for beat in beats {
        let label = match beat.kind {
            BeatKind::Downbeat => "db",
            BeatKind::Beat => "b",
            BeatKind::Rubato => "bR",
        };
        let _ = write!(out, "{}\t{}\t{label}", Shortest(beat.time), Shortest(beat.end));
        if let Some(rest) = &beat.rest {
            let clean: String = rest.chars().filter(|c| !c.is_control()).collect();
            let _ = write!(out, ",{clean}");
        }
        out.push('\n');
    }
    out
}

/// A point for each downbeat: the bar lines. Beats before the first downbeat make bar 0, a pickup, whose only point is its
/// first beat. Cost: O(beats).
#[must_use]
pub fn bar_lines(beats: &[Beat]) -> Vec<Syncpoint> {
    let downbeats = beats.iter().filter(|beat| beat.kind == BeatKind::Downbeat);
    let pickup = beats.first().filter(|beat| beat.kind != BeatKind::Downbeat);
    pickup
        .into_iter()
        .chain(downbeats)
        .zip(0_u32..)
        .map(|(beat, bar)| Syncpoint::bar_line(bar, beat.time))
        .collect()
}

/// A point for each beat, the beats of a bar being equal parts of it. The last bar is taken to have as many beats as the one
/// before. Beats in rubato count, but get no point. Cost: O(beats).
///
/// # Errors
/// None in practice: more bars than [`Position::MAX_BAR`].
pub fn points(beats: &[Beat]) -> Result<Vec<Syncpoint>, Outside> {
    let mut points = Vec::with_capacity(beats.len());
    let mut before = 0;
    let mut bar = 0_u32;
    let mut start = 0;
    while let Some(first) = beats.get(start) {
        let next = beats.iter().skip(start + 1).position(|beat| beat.kind == BeatKind::Downbeat);
        let count = match next {
            Some(others) => others + 1,
            None if before > 0 && first.kind == BeatKind::Downbeat => before.max(beats.len() - start),
            None => beats.len() - start,
        };
        for (index, beat) in beats.iter().skip(start).take(count).enumerate() {
            if beat.kind != BeatKind::Rubato || index == 0 {
                let share = index as f64 / count as f64;
                let position = Position::from_bars(f64::from(bar) + share).map_err(Outside::NoPosition)?;
                points.push(Syncpoint::new(position, beat.time));
            }
        }
        before = count;
        start += count;
        bar = bar.saturating_add(1);
    }
    Ok(points)
}

/// The beat list of a map: a downbeat for each bar line between its ends, and with a grid the beats between them. A pickup is
/// written as beats, as the format wants it. Cost: O(points + bars x beats).
#[must_use]
pub fn from_map(map: &SyncMap, grid: Option<&PlayedGrid>) -> Vec<Beat> {
    let mut beats = Vec::new();
    let mut cursor = map.cursor();
    let first = map.first().position.bar();
    let last = map.last().position.normalised().bar();
    for bar in first..=last {
        let line = f64::from(bar);
        let pickup =
            bar == 0 && grid.and_then(|grid| grid.beat_place(0.0)).is_some_and(|place| place.beat > 1.0);
        let places = match grid {
            Some(grid) if (bar as usize) < grid.len() => grid.beats_of(bar),
            _ => alloc::vec![line],
        };
        for bars in places {
            if bars > map.last().position.bars() {
                break;
            }
            if let Ok(time) = cursor.time_at(bars) {
                let kind = if bars == line && !pickup { BeatKind::Downbeat } else { BeatKind::Beat };
                beats.push(Beat { time, end: time, kind, rest: None });
            }
        }
    }
    beats
}
