//! Where a text cannot be read, and why.

use alloc::string::String;
use core::fmt;

use crate::validate::Diagnostic;

/// A text that a reader of this crate refuses, and where.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ParseError {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What stands there, and what should.
    pub kind: ParseErrorKind,
}

/// Why a reader refuses a text.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ParseErrorKind {
    /// The text is not of the format.
    Expected {
        /// What should stand there.
        expected: &'static str,
        /// What stands there, shortened; empty at the end of the text.
        found: String,
    },
    /// The format is right, but no syncpoint can have such a value.
    Point(Diagnostic),
}

/// How much of the text an error quotes.
const QUOTE: usize = 24;

impl ParseError {
    /// The error at a byte of the text.
    pub(crate) fn at(text: &str, byte: usize, kind: ParseErrorKind) -> Self {
        #[cfg(test)]
        counted::MADE.with(|made| made.set(made.get() + 1));
        let before = text.get(..byte).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Self {
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).unwrap_or("").chars().count() + 1,
            kind,
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
        Self::at(text, byte, ParseErrorKind::Expected { expected, found })
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.kind)
    }
}

impl fmt::Display for ParseErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Expected { expected, found } if found.is_empty() => {
                write!(f, "expected {expected}, found the end of the line")
            }
            Self::Expected { expected, found } => write!(f, "expected {expected}, found {found:?}"),
            Self::Point(diagnostic) => write!(f, "{diagnostic}"),
        }
    }
}

impl core::error::Error for ParseError {}

#[cfg(test)]
pub(super) mod counted {
    extern crate std;

    use core::cell::Cell;

    std::thread_local! {
        /// How many errors this thread has made. Each costs the text up to its place.
        pub(crate) static MADE: Cell<usize> = const { Cell::new(0) };
    }
}
