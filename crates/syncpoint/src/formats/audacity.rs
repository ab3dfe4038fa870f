//! Audacity label tracks: `start<TAB>end<TAB>text`, one label a line, with an optional second line
//! `\<TAB>low<TAB>high` for the frequency range of a spectral selection.
//!
//! Times may also be read as `1:02:03.5`. Numbers are written in full precision; Audacity itself writes six decimals.
//! Source: Audacity manual, "Importing and Exporting Labels".

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;

use super::clock;
use super::line::{Piece, lines};
use crate::formats::ParseError;
use crate::formats::json::Shortest;
use crate::point::Syncpoint;

/// A place or a stretch of the recording, and what is written at it.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    /// Where it begins, in seconds of the recording.
    pub start: f64,
    /// Seconds; equal to `start` for a point.
    pub end: f64,
    /// The text; tabs and line breaks become spaces when it is written.
    pub text: String,
    /// The frequency range in hertz: low, high.
    pub frequencies: Option<(f64, f64)>,
}

/// Reads a label track. Empty lines are passed over. Cost: O(length of the text).
///
/// # Errors
/// Line and column of the first line that is not a label.
pub fn read(text: &str) -> Result<Vec<Label>, ParseError> {
    let mut labels: Vec<Label> = Vec::new();
    for line in lines(text).filter(|line| !line.is_blank()) {
        if let Some(range) = line.after("\\") {
            let Some(label) = labels.last_mut().filter(|label| label.frequencies.is_none()) else {
                return Err(line.expected("a label before its frequency range"));
            };
            let mut fields = range.split('\t').skip(1);
            let mut next = || fields.next().unwrap_or(range.end()).number("a frequency in hertz");
            label.frequencies = Some((next()?, next()?));
            continue;
        }
        let Some((start, rest)) = line.split_once("\t") else { return Err(line.end().expected("a tab")) };
        let (end, text) = match rest.split_once("\t") {
            Some((end, text)) => (end, text.text),
            None => (rest, ""),
        };
        labels.push(Label { start: time(start)?, end: time(end)?, text: text.into(), frequencies: None });
    }
    Ok(labels)
}

fn time(piece: Piece<'_>) -> Result<f64, ParseError> {
    let piece = piece.trim();
    if piece.text.contains(':') {
        return clock::seconds(piece.text).ok_or_else(|| piece.expected("a time in seconds"));
    }
    piece.number("a time in seconds")
}

/// Writes a label track. Cost: O(labels).
#[must_use]
pub fn write(labels: &[Label]) -> String {
    let mut out = String::new();
    for label in labels {
        let text = super::name::one_line(&label.text);
        let _ = writeln!(out, "{}\t{}\t{text}", Shortest(label.start), Shortest(label.end));
        if let Some((low, high)) = label.frequencies {
            let _ = writeln!(out, "\\\t{}\t{}", Shortest(low), Shortest(high));
        }
    }
    out
}

/// Labels for points, named by [`name_of`](super::name_of). Cost: O(points).
#[must_use]
pub fn from_points(points: &[Syncpoint]) -> Vec<Label> {
    let label = |point: &Syncpoint| Label {
        start: point.time,
        end: point.time,
        text: super::name_of(point),
        frequencies: None,
    };
    points.iter().map(label).collect()
}

/// The points of labels that [`from_points`] made; labels with other texts become the next bar line after the label before,
/// the first one bar 0, so that tapped bar lines need no text at all. Cost: O(labels).
#[must_use]
pub fn to_points(labels: &[Label]) -> Vec<Syncpoint> {
    super::name::points_of(labels.iter().map(|label| (label.text.as_str(), label.start)))
}
