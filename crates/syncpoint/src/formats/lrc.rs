//! LRC lyrics: `[mm:ss.xx]text`, with tags such as `[ti:title]` before them.
//!
//! Several stamps may stand before one text. Times are written with milliseconds, which the format's readers accept; finer is
//! lost. `[offset:+500]` shifts all times earlier by so many milliseconds, as players do.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;

use super::clock;
use super::line::lines;
use super::name::one_line;
use crate::formats::ParseError;
use crate::point::Syncpoint;

/// An LRC file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lyrics {
    /// The tags in their order, without `offset`: name and value.
    pub tags: Vec<(String, String)>,
    /// The lines in the order of their times, with the offset already applied.
    pub lines: Vec<LyricLine>,
}

/// A text with its time.
#[derive(Clone, Debug, PartialEq)]
pub struct LyricLine {
    /// When the line begins, in seconds, 0 or above.
    pub time: f64,
    /// The words of the line, without stamps; may be empty.
    pub text: String,
}

/// How many bytes of texts may be repeated in all for stamps that share a line: more than all songs together have.
const REPEATED: usize = 1 << 20;

/// Reads an LRC file. Lines without a stamp are passed over. Cost: O(length of the text + lines log lines), and memory within
/// a mebibyte of the length of the text.
///
/// # Errors
/// Line and column of the first bracket that is neither a stamp nor a tag, and of a text that more stamps share than any song
/// has, so that a small file cannot become a large one.
pub fn read(text: &str) -> Result<Lyrics, ParseError> {
    let mut lyrics = Lyrics::default();
    let (mut offset, mut repeated) = (0.0, 0_usize);
    for line in lines(text) {
        let mut rest = line.trim();
        let mut times = Vec::new();
        while let Some(inside) = rest.after("[") {
            let Some((stamp, after)) = inside.split_once("]") else {
                return Err(inside.end().expected("a closing bracket"));
            };
            if stamp.text.starts_with(|c: char| c.is_ascii_digit()) {
                times.push(
                    clock::seconds(stamp.text.trim())
                        .ok_or_else(|| stamp.expected("a time such as 01:02.50"))?,
                );
            } else if !times.is_empty() {
                // A bracket in the text itself.
                break;
            } else {
                let Some((name, value)) = stamp.split_once(":") else {
                    return Err(stamp.expected("a time such as 01:02.50, or a tag such as ti:title"));
                };
                if name.text.trim() == "offset" {
                    offset = value.number("an offset in milliseconds")? / 1000.0;
                } else {
                    lyrics.tags.push((name.text.trim().into(), value.text.trim().into()));
                }
            }
            rest = after;
        }
        repeated = repeated.saturating_add(times.len().saturating_sub(1).saturating_mul(rest.text.len()));
        if repeated > REPEATED {
            return Err(rest.expected("a text that fewer stamps share"));
        }
        lyrics.lines.extend(times.into_iter().map(|time| LyricLine { time, text: rest.text.into() }));
    }
    for line in &mut lyrics.lines {
        line.time -= offset;
    }
    lyrics.lines.sort_by(|a, b| a.time.total_cmp(&b.time));
    Ok(lyrics)
}

/// Writes an LRC file. Line breaks in texts become spaces; times before 0 become 0. Cost: O(lines).
#[must_use]
pub fn write(lyrics: &Lyrics) -> String {
    let mut out = String::new();
    for (name, value) in &lyrics.tags {
        let _ = writeln!(out, "[{}:{}]", one_line(name).replace(']', ")"), one_line(value).replace(']', ")"));
    }
    for line in &lyrics.lines {
        let milliseconds = clock::milliseconds(line.time);
        let (minutes, rest) = (milliseconds / 60_000, milliseconds % 60_000);
        let text = one_line(&line.text);
        // A text that begins with a bracket would be read as one more stamp.
        let gap = if text.trim_start().starts_with('[') { " " } else { "" };
        let _ = writeln!(out, "[{minutes:02}:{:02}.{:03}]{gap}{}", rest / 1000, rest % 1000, text.trim());
    }
    out
}

/// A line for each point, with a text of your own: a bar number, the name of a section. Cost: O(points).
#[must_use]
pub fn from_points(points: &[Syncpoint], name: impl Fn(&Syncpoint) -> String) -> Lyrics {
    let line = |point: &Syncpoint| LyricLine { time: point.time, text: name(point) };
    Lyrics { tags: Vec::new(), lines: points.iter().map(line).collect() }
}

/// The points of lines named by [`name_of`](super::name_of); other texts become the next bar line, the first one bar 0.
/// Cost: O(lines).
#[must_use]
pub fn to_points(lyrics: &Lyrics) -> Vec<Syncpoint> {
    super::name::points_of(lyrics.lines.iter().map(|line| (line.text.as_str(), line.time)))
}
