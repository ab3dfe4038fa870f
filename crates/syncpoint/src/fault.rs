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
