//! SubRip subtitles: a number, `hh:mm:ss,mmm --> hh:mm:ss,mmm`, lines of text, an empty line.
//!
//! Times are whole milliseconds. Each cue needs an end: that of a point is the next point.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;

use super::clock::{self, Clock};
use super::line::{Piece, lines};
use crate::formats::ParseError;
use crate::point::Syncpoint;

/// A text shown for a while.
#[derive(Clone, Debug, PartialEq)]
pub struct Cue {
    /// When the text appears, in seconds.
    pub start: f64,
    /// When it goes, in seconds; not before `start`.
    pub end: f64,
    /// The text, its lines separated by `\n`. Empty lines inside it cannot be written and are left out.
    pub text: String,
}

/// Reads subtitles. Numbers are not needed and not judged. Cost: O(length of the text).
///
/// # Errors
/// Line and column of the first error.
pub fn read(text: &str) -> Result<Vec<Cue>, ParseError> {
    let mut cues: Vec<Cue> = Vec::new();
    let mut open = false;
    for line in lines(text) {
        if line.is_blank() {
            open = false;
        } else if let Some(cue) = cues.last_mut().filter(|_| open) {
            if !cue.text.is_empty() {
                cue.text.push('\n');
            }
            cue.text.push_str(line.text);
        } else if line.text.contains("-->") {
            let (start, end) = times(line)?;
            cues.push(Cue { start, end, text: String::new() });
            open = true;
        } else if !line.text.trim().bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(line.expected("a number or a line of times"));
        }
    }
    Ok(cues)
}

/// The two times of a line; what stands after the second is passed over.
pub(super) fn times(line: Piece<'_>) -> Result<(f64, f64), ParseError> {
    let Some((start, rest)) = line.split_once("-->") else { return Err(line.expected("-->")) };
    let (start, end) = (start.trim(), rest.words().next().unwrap_or(rest.end()));
    let time = |piece: Piece<'_>| {
        clock::seconds(piece.text).ok_or_else(|| piece.expected("a time such as 00:01:02,500"))
    };
    Ok((time(start)?, time(end)?))
}

/// Writes subtitles, numbered from 1. Cost: O(cues).
#[must_use]
pub fn write(cues: &[Cue]) -> String {
    let mut out = String::new();
    for (index, cue) in cues.iter().enumerate() {
        let clock = |seconds| Clock { milliseconds: clock::milliseconds(seconds), separator: ',' };
        let _ = writeln!(out, "{}\n{} --> {}", index + 1, clock(cue.start), clock(cue.end));
        for line in cue.text.lines().filter(|line| !line.trim().is_empty()) {
            let _ = writeln!(out, "{}", line.replace("-->", "→"));
        }
        out.push('\n');
    }
    out
}

/// A cue for each point, lasting to the next, with a text of your own. The last point ends the last cue; a point that is alone
/// has none. Cost: O(points).
#[must_use]
pub fn from_points(points: &[Syncpoint], name: impl Fn(&Syncpoint) -> String) -> Vec<Cue> {
    let cue = |pair: &[Syncpoint]| match pair {
        [from, to] => Some(Cue { start: from.time, end: to.time, text: name(from) }),
        _ => None,
    };
    points.windows(2).filter_map(cue).collect()
}

/// The points of cues named by [`name_of`](super::name_of); other texts become the next bar line, the first one bar 0. The end of
/// the last cue is a bar line more. Cost: O(cues).
#[must_use]
pub fn to_points(cues: &[Cue]) -> Vec<Syncpoint> {
    let starts = cues.iter().map(|cue| (cue.text.as_str(), cue.start));
    super::name::points_of(starts.chain(cues.last().map(|cue| ("", cue.end))))
}
