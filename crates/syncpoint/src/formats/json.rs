//! A reader of JSON text that remembers where things stand.
//!
//! By hand, because the crate is `no_std` and without dependencies by default, because errors must name line and column of
//! a value that is good JSON but no syncpoint, and because syncpoints in the wild hold what JSON has not: Python writes
//! `NaN` and `Infinity`, and whether a number was `240` or `240.0` is kept. serde_json gives none of the three.

use alloc::string::String;
use core::fmt::{self, Write};

use crate::formats::ParseError;

/// Lists and objects inside each other deeper than this are refused.
const DEPTH: usize = 64;

/// A place in a JSON text. Pulls one value after the other; nothing is kept.
pub(crate) struct Json<'a> {
    text: &'a str,
    at: usize,
}

/// What kind of value comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Null,
    Bool,
    Number,
    Text,
    List,
    Object,
}

/// A number as written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Number {
    Integer(i64),
    Float(f64),
}

impl Number {
    pub(crate) fn value(self) -> f64 {
        match self {
            Self::Integer(value) => value as f64,
            Self::Float(value) => value,
        }
    }
}

impl<'a> Json<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        // A byte order mark is not JSON, and common.
        Self { text, at: if text.starts_with('\u{feff}') { 3 } else { 0 } }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    fn eat(&mut self, byte: u8) -> bool {
        self.space();
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn word(&mut self, word: &str) -> bool {
        let found = self.text.get(self.at..).is_some_and(|rest| rest.starts_with(word));
        if found {
            self.at += word.len();
        }
        found
    }

    pub(crate) fn expected(&self, expected: &'static str) -> ParseError {
        self.expected_at(self.at, expected)
    }

    /// As [`Self::expected`], of a value that was read. Lines are counted up to the place: for errors only.
    pub(crate) fn expected_at(&self, at: usize, expected: &'static str) -> ParseError {
        ParseError::expected(self.text, at, expected)
    }

    /// The byte at which the next value starts.
    pub(crate) fn next_at(&mut self) -> usize {
        self.space();
        self.at
    }

    pub(crate) fn kind(&mut self) -> Result<Kind, ParseError> {
        self.space();
        match self.peek() {
            Some(b'n') => Ok(Kind::Null),
            Some(b't' | b'f') => Ok(Kind::Bool),
            Some(b'"') => Ok(Kind::Text),
            Some(b'[') => Ok(Kind::List),
            Some(b'{') => Ok(Kind::Object),
            Some(b'-' | b'0'..=b'9' | b'N' | b'I') => Ok(Kind::Number),
            _ => Err(self.expected("a JSON value")),
        }
    }

    pub(crate) fn null(&mut self) -> Result<(), ParseError> {
        self.space();
        if self.word("null") { Ok(()) } else { Err(self.expected("null")) }
    }

    pub(crate) fn bool(&mut self) -> Result<bool, ParseError> {
        self.space();
        if self.word("true") {
            Ok(true)
        } else if self.word("false") {
            Ok(false)
        } else {
            Err(self.expected("true or false"))
        }
    }

    /// A number; also `NaN`, `Infinity` and `-Infinity`, which Python's json module writes.
    pub(crate) fn number(&mut self) -> Result<Number, ParseError> {
        self.space();
        for (word, value) in
            [("NaN", f64::NAN), ("Infinity", f64::INFINITY), ("-Infinity", f64::NEG_INFINITY)]
        {
            if self.word(word) {
                return Ok(Number::Float(value));
            }
        }
        let start = self.at;
        let mut end = start;
        let bytes = self.text.as_bytes();
        let digits = |end: &mut usize| {
            let from = *end;
            while bytes.get(*end).is_some_and(u8::is_ascii_digit) {
                *end += 1;
            }
            *end > from
        };
        let mut whole = true;
        end += usize::from(bytes.get(end) == Some(&b'-'));
        let zero = bytes.get(end) == Some(&b'0');
        let integer_at = end;
        let mut good = digits(&mut end) && !(zero && end > integer_at + 1);
        if bytes.get(end) == Some(&b'.') {
            whole = false;
            end += 1;
            good &= digits(&mut end);
        }
        if let Some(b'e' | b'E') = bytes.get(end) {
            whole = false;
            end += 1;
            end += usize::from(matches!(bytes.get(end), Some(b'+' | b'-')));
            good &= digits(&mut end);
        }
        let text = self.text.get(start..end).unwrap_or("");
        let float = if good { text.parse::<f64>().ok() } else { None };
        let Some(float) = float else { return Err(self.expected("a number")) };
        self.at = end;
        Ok(match text.parse::<i64>() {
            Ok(integer) if whole => Number::Integer(integer),
            _ => Number::Float(float),
        })
    }

    /// A number as its digits stand in the text.
    pub(crate) fn number_text(&mut self) -> Result<&'a str, ParseError> {
        self.space();
        let start = self.at;
        self.number()?;
        Ok(self.text.get(start..self.at).unwrap_or(""))
    }

    pub(crate) fn text(&mut self) -> Result<String, ParseError> {
        if !self.eat(b'"') {
            return Err(self.expected("a text in quotes"));
        }
        let mut out = String::new();
        loop {
            let rest = self.text.get(self.at..).unwrap_or("");
            let Some(c) = rest.chars().next() else { return Err(self.expected("the closing quote")) };
            match c {
                '"' => {
                    self.at += 1;
                    return Ok(out);
                }
                '\\' => {
                    let c = self.escape()?;
                    out.push(c);
                }
                c if c < ' ' => return Err(self.expected("no control character inside quotes")),
                c => {
                    self.at += c.len_utf8();
                    out.push(c);
                }
            }
        }
    }

    fn escape(&mut self) -> Result<char, ParseError> {
        let simple = match self.text.as_bytes().get(self.at + 1) {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                let first = self.hex(self.at + 2)?;
                if (0xd800..0xdc00).contains(&first) && self.text.get(self.at + 6..self.at + 8) == Some("\\u")
                {
                    let second = self.hex(self.at + 8)?;
                    if (0xdc00..0xe000).contains(&second) {
                        self.at += 12;
                        let code = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                        return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
                    }
                }
                self.at += 6;
                return Ok(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            _ => return Err(self.expected("an escape such as \\n or \\u00e9")),
        };
        self.at += 2;
        Ok(simple)
    }

    fn hex(&self, at: usize) -> Result<u32, ParseError> {
        self.text
            .get(at..at + 4)
            .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
            .and_then(|digits| u32::from_str_radix(digits, 16).ok())
            .ok_or_else(|| self.expected("an escape such as \\n or \\u00e9"))
    }

    /// Calls `item` at the start of each item of a list; `item` must read exactly one value.
    pub(crate) fn list(
        &mut self,
        mut item: impl FnMut(&mut Self) -> Result<(), ParseError>,
    ) -> Result<(), ParseError> {
        if !self.eat(b'[') {
            return Err(self.expected("a list"));
        }
        if self.eat(b']') {
            return Ok(());
        }
        loop {
            self.space();
            item(self)?;
            if self.eat(b']') {
                return Ok(());
            }
            if !self.eat(b',') {
                return Err(self.expected("a comma or the end of the list"));
            }
        }
    }

    /// Calls `member` with each name of an object; `member` must read exactly one value.
    pub(crate) fn object(
        &mut self,
        mut member: impl FnMut(&mut Self, &str) -> Result<(), ParseError>,
    ) -> Result<(), ParseError> {
        if !self.eat(b'{') {
            return Err(self.expected("an object"));
        }
        if self.eat(b'}') {
            return Ok(());
        }
        loop {
            let name = self.text()?;
            if !self.eat(b':') {
                return Err(self.expected("a colon"));
            }
            self.space();
            member(self, &name)?;
            if self.eat(b'}') {
                return Ok(());
            }
            if !self.eat(b',') {
                return Err(self.expected("a comma or the end of the object"));
            }
        }
    }

    /// Passes over one value.
    pub(crate) fn skip(&mut self) -> Result<(), ParseError> {
        self.skip_within(DEPTH)
    }

    fn skip_within(&mut self, depth: usize) -> Result<(), ParseError> {
        let kind = self.kind()?;
        let Some(inner) = depth.checked_sub(1) else {
            return Err(self.expected("lists and objects no deeper than 64"));
        };
        match kind {
            Kind::Null => self.null(),
            Kind::Bool => self.bool().map(drop),
            Kind::Number => self.number().map(drop),
            Kind::Text => self.text().map(drop),
            Kind::List => self.list(|json| json.skip_within(inner)),
            Kind::Object => self.object(|json, _| json.skip_within(inner)),
        }
    }

    /// The text must end here.
    pub(crate) fn end(&mut self) -> Result<(), ParseError> {
        self.space();
        if self.at == self.text.len() { Ok(()) } else { Err(self.expected("the end of the text")) }
    }
}

/// A number in the shortest form that reads back as the same number: `3`, `9.6`, `0.000001`.
pub(crate) struct Shortest(pub(crate) f64);

impl fmt::Display for Shortest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Rust prints the shortest digits that read back, never an exponent. Adding 0 turns -0 into 0.
        let value = self.0 + 0.0;
        if value.is_finite() {
            if value.abs() >= 1e17 || (value != 0.0 && value.abs() < 1e-5) {
                write!(f, "{value:e}")
            } else {
                write!(f, "{value}")
            }
        } else {
            // JSON has no such number; the readers of this crate say so when they meet it.
            f.write_str("null")
        }
    }
}

impl Shortest {
    /// The number as an integer, if it is one and an `i64` holds it.
    #[cfg(feature = "serde")]
    pub(crate) fn integer(&self) -> Option<i64> {
        (crate::float::is_whole(self.0) && self.0.abs() < 9e15).then_some(self.0 as i64)
    }
}

/// A text in quotes.
pub(crate) struct Quoted<'a>(pub(crate) &'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for c in self.0.chars() {
            match c {
                '"' => f.write_str("\\\"")?,
                '\\' => f.write_str("\\\\")?,
                '\n' => f.write_str("\\n")?,
                '\r' => f.write_str("\\r")?,
                '\t' => f.write_str("\\t")?,
                c if c < ' ' => write!(f, "\\u{:04x}", u32::from(c))?,
                c => f.write_char(c)?,
            }
        }
        f.write_char('"')
    }
}
