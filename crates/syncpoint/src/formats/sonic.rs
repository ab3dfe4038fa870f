//! Sonic Visualiser annotation layers as CSV: time instants (`time[,label]`) or time values (`time,value[,label]`).
//!
//! Times are seconds, or sample frames if the layer was exported that way. Labels with commas or quotes are quoted.
//! Source: Sonic Visualiser reference manual, "Exporting annotation layers".

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;

use super::line::{Piece, lines};
use crate::float;
use crate::formats::ParseError;
use crate::formats::json::Shortest;
use crate::point::Syncpoint;

/// One row of a layer.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Where the instant lies, in seconds of the recording.
    pub time: f64,
    /// The value, in a layer that has values.
    pub value: Option<f64>,
    /// The label, may be empty; line breaks become spaces when it is written.
    pub label: String,
}

/// What the columns of a layer are.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Layout {
    /// The second column is a number.
    pub values: bool,
    /// Times are sample frames, so many a second.
    pub sample_rate: Option<f64>,
}

/// Reads a layer. Empty lines are passed over, and so is a first line that does not begin with a number. Cost: O(length of the
/// text).
///
/// # Errors
/// Line and column of the first row that is not one.
pub fn read(text: &str, layout: Layout) -> Result<Vec<Row>, ParseError> {
    let mut rows = Vec::new();
    for (index, line) in lines(text).filter(|line| !line.is_blank()).enumerate() {
        let (time, mut rest) = match line.split_once(",") {
            Some((time, rest)) => (time, Some(rest)),
            None => (line, None),
        };
        if index == 0
            && time.number("").is_err()
            && !time.text.trim_start().starts_with(['-', '+', '.'])
            && time.text.starts_with(|c: char| c.is_alphabetic() || c == '"')
        {
            continue;
        }
        let time = time.number("a time")? / layout.sample_rate.unwrap_or(1.0);
        let mut value = None;
        if layout.values {
            let column = rest.unwrap_or(line.end());
            let (number, label) = match column.split_once(",") {
                Some((number, label)) => (number, Some(label)),
                None => (column, None),
            };
            value = Some(number.number("a value")?);
            rest = label;
        }
        let label = rest.map_or(Ok(String::new()), unquoted)?;
        rows.push(Row { time, value, label });
    }
    Ok(rows)
}

fn unquoted(piece: Piece<'_>) -> Result<String, ParseError> {
    let Some(quoted) = piece.after("\"") else { return Ok(piece.text.into()) };
    let Some(inner) = quoted.text.strip_suffix('"') else {
        return Err(piece.end().expected("the closing quote"));
    };
    if inner.replace("\"\"", "").contains('"') {
        return Err(piece.expected("a label whose quotes are doubled"));
    }
    Ok(inner.replace("\"\"", "\""))
}

/// Writes a layer; a row without a value gets 0 in a layer that has values. Frames are whole numbers: at 44,100 a second times
/// change by up to 11.4 microseconds. Cost: O(rows).
#[must_use]
pub fn write(rows: &[Row], layout: Layout) -> String {
    let mut out = String::new();
    for row in rows {
        let time = layout.sample_rate.map_or(row.time, |rate| float::round(row.time * rate));
        let _ = write!(out, "{}", Shortest(time));
        if layout.values {
            let _ = write!(out, ",{}", Shortest(row.value.unwrap_or(0.0)));
        }
        if !row.label.is_empty() {
            let label = super::name::one_line(&row.label);
            if label.contains(['"', ',']) {
                let _ = write!(out, ",\"{}\"", label.replace('"', "\"\""));
            } else {
                let _ = write!(out, ",{label}");
            }
        }
        out.push('\n');
    }
    out
}

/// Rows for points, named by [`name_of`](super::name_of), with the number of bars as value. Cost: O(points).
#[must_use]
pub fn from_points(points: &[Syncpoint]) -> Vec<Row> {
    let row = |point: &Syncpoint| Row {
        time: point.time,
        value: Some(point.position.bars()),
        label: super::name_of(point),
    };
    points.iter().map(row).collect()
}

/// The points of rows that [`from_points`] made; rows with other labels become the next bar line, the first one bar 0.
/// Cost: O(rows).
#[must_use]
pub fn to_points(rows: &[Row]) -> Vec<Syncpoint> {
    super::name::points_of(rows.iter().map(|row| (row.label.as_str(), row.time)))
}
