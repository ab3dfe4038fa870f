//! WebVTT subtitles: `WEBVTT`, then cues with an optional name and `hh:mm:ss.mmm --> hh:mm:ss.mmm`.
//!
//! Times are whole milliseconds. `&`, `<` and `>` in texts are escaped; comments, styles, regions and cue settings are passed
//! over. Source: W3C WebVTT.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;

use super::clock::{self, Clock};
use super::line::lines;
use super::srt::times;
pub use super::srt::{Cue, from_points, to_points};
use crate::formats::ParseError;

/// Reads cues. Cost: O(length of the text).
///
/// # Errors
/// Line and column of the first error.
pub fn read(text: &str) -> Result<Vec<Cue>, ParseError> {
    let mut lines = lines(text);
    let header = lines.next();
    if !header.is_some_and(|line| {
        line.text.strip_prefix("WEBVTT").is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']))
    }) {
        return Err(ParseError::expected(text, 0, "WEBVTT"));
    }
    /// What the lines up to the next empty one are.
    enum Block {
        /// Not known yet, or a name was seen.
        New,
        Cue,
        /// The header, a comment, a style or a region.
        Other,
    }
    let mut cues: Vec<Cue> = Vec::new();
    let mut block = Block::Other;
    for line in lines {
        if line.is_blank() {
            block = Block::New;
            continue;
        }
        match block {
            Block::Other => {}
            Block::Cue => {
                if let Some(cue) = cues.last_mut() {
                    if !cue.text.is_empty() {
                        cue.text.push('\n');
                    }
                    cue.text.push_str(&unescaped(line.text));
                }
            }
            Block::New if line.text.contains("-->") => {
                let (start, end) = times(line)?;
                cues.push(Cue { start, end, text: String::new() });
                block = Block::Cue;
            }
            Block::New if ["NOTE", "STYLE", "REGION"].iter().any(|word| line.text.starts_with(word)) => {
                block = Block::Other;
            }
            // The name of a cue: its times come next.
            Block::New => {}
        }
    }
    Ok(cues)
}

/// Writes cues. Cost: O(cues).
#[must_use]
pub fn write(cues: &[Cue]) -> String {
    let mut out = String::from("WEBVTT\n\n");
    for cue in cues {
        let clock = |seconds| Clock { milliseconds: clock::milliseconds(seconds), separator: '.' };
        let _ = writeln!(out, "{} --> {}", clock(cue.start), clock(cue.end));
        for line in cue.text.lines().filter(|line| !line.trim().is_empty()) {
            let _ = writeln!(out, "{}", line.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"));
        }
        out.push('\n');
    }
    out
}

/// The named entities that WebVTT has; `&amp;` last, so that nothing is unescaped twice.
fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&nbsp;", "\u{a0}")
        .replace("&lrm;", "\u{200e}")
        .replace("&rlm;", "\u{200f}")
        .replace("&amp;", "&")
}
