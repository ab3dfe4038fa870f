//! Where a text cannot be read, and why.

use alloc::string::String;
use core::fmt;

use crate::problem::Problem;

/// A text that a reader of this crate refuses, with the place of the fault.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What is wrong there.
    pub cause: Cause,
}

/// Why a reader refuses a text.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Cause {
    /// The text is not of the format.
    Expected {
        /// What should stand there.
        expected: &'static str,
        /// What stands there, shortened; empty at the end of the text.
        found: String,
    },
    /// The format is right, and the value is none that a syncpoint can have.
    Point(Problem),
}

/// How much of the text an error quotes.
const QUOTE: usize = 24;

impl Fault {
    /// The fault at a byte of the text.
    pub(crate) fn at(text: &str, byte: usize, cause: Cause) -> Self {
        #[cfg(test)]
        tests::MADE.with(|made| made.set(made.get() + 1));
        let before = text.get(..byte).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Self {
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).unwrap_or("").chars().count() + 1,
            cause,
        }
    }

    /// Something else than `expected` stands at a byte of the text.
    pub(crate) fn expected(text: &str, byte: usize, expected: &'static str) -> Self {
        let rest = text.get(byte..).unwrap_or("");
        let line = rest.lines().next().unwrap_or("");
        let mut found: String = line.chars().take(QUOTE).collect();
        if found.len() < line.len() {
            found.push('…');
        }
        Self::at(text, byte, Cause::Expected { expected, found })
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.cause)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Expected { expected, found } if found.is_empty() => {
                write!(f, "expected {expected}, found the end of the line")
            }
            Self::Expected { expected, found } => write!(f, "expected {expected}, found {found:?}"),
            Self::Point(problem) => write!(f, "{problem}"),
        }
    }
}

impl core::error::Error for Fault {}

#[cfg(test)]
pub(crate) mod tests {
    extern crate std;

    use alloc::string::String;
    use core::cell::Cell;
    use core::fmt::Write;

    use crate::bridge::{alphatab, audacity, beats, lrc, measure_map, musescore, sonic, srt, timemap, vtt};

    std::thread_local! {
        /// How many faults this thread has made. Each costs the text up to its place.
        pub(crate) static MADE: Cell<usize> = const { Cell::new(0) };
    }

    /// How many faults are made by the way.
    #[track_caller]
    fn made(work: impl FnOnce() -> bool) -> usize {
        let before = MADE.get();
        assert!(work());
        MADE.get() - before
    }

    fn many(open: &str, item: impl Fn(usize) -> String, between: &str, close: &str) -> String {
        let mut text = String::from(open);
        for index in 0..50 {
            let _ = write!(text, "{}{}", if index == 0 { "" } else { between }, item(index));
        }
        text.push_str(close);
        text
    }

    #[test]
    fn a_text_without_a_fault_makes_none_by_the_way() {
        use alloc::format;
        let list = |item: fn(usize) -> String| many("[", item, ",", "]");
        let events = list(|n| format!("{{\"elid\":\"{n}\",\"position\":{}}}", 1000 * n));
        let entries = list(|n| format!("{{\"qstamp\":{n},\"tstamp\":{n}.5,\"on\":[\"n{n}\"]}}"));
        let measures = list(|n| format!("{{\"count\":{},\"number\":\"{n}\",\"next\":[1]}}", n + 1));
        let points = list(|n| format!("[{n},{n}.5]"));
        assert_eq!(made(|| musescore::read(&events).is_ok()), 0);
        assert_eq!(made(|| timemap::read(&entries).is_ok()), 0);
        assert_eq!(made(|| measure_map::read(&measures).is_ok()), 0);
        assert_eq!(made(|| crate::wire::read(&points).is_ok()), 0);
        let lines = |item: fn(usize) -> String| many("", item, "\n", "\n");
        assert_eq!(made(|| beats::read(&lines(|n| format!("{n}\t{n}\tdb"))).is_ok()), 0);
        assert_eq!(made(|| audacity::read(&lines(|n| format!("{n}\t{n}\tbar {n}"))).is_ok()), 0);
        assert_eq!(
            made(|| sonic::read(&lines(|n| format!("{n},bar {n}")), sonic::Layout::default()).is_ok()),
            0
        );
        assert_eq!(made(|| alphatab::read(&lines(|n| format!("\\sync {n} 0 {n}000"))).is_ok()), 0);
        assert_eq!(made(|| lrc::read(&lines(|n| format!("[00:{n:02}.00]bar {n}"))).is_ok()), 0);
        let cue = |n: usize| format!("00:00:{n:02}.000 --> 00:00:{n:02}.500\nbar {n}\n");
        assert_eq!(made(|| vtt::read(&many("WEBVTT\n\n", cue, "\n", "")).is_ok()), 0);
        let cue = |n: usize| format!("{n}\n00:00:{n:02},000 --> 00:00:{n:02},500\nbar {n}\n");
        assert_eq!(made(|| srt::read(&many("", cue, "\n", "")).is_ok()), 0);
    }

    #[test]
    fn one_fault_is_made_once() {
        assert_eq!(made(|| musescore::read("[{\"elid\":0,\"position\":1},{\"elid\":-1}]").is_err()), 1);
        assert_eq!(made(|| timemap::read("[{\"qstamp\":0,\"tstamp\":NaN}]").is_err()), 1);
    }
}
