//! Words, numbers and signs, and where they stand.

use crate::error::Error;

/// A piece of text that means one thing.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token<'a> {
    /// `\name`.
    Tag(&'a str),
    /// A whole number.
    Number(i64),
    /// A word, or `-`.
    Word(&'a str),
    /// A text in quotes.
    Text(String),
    Dot,
    Colon,
    Star,
    /// `|`.
    Bar,
    Open,
    Close,
    OpenBrace,
    CloseBrace,
}

/// A text being taken apart.
pub(super) struct Lexer<'a> {
    text: &'a str,
    at: usize,
    /// Where the token begins that comes next, or came last.
    start: usize,
    peeked: Option<Option<Token<'a>>>,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0, start: 0, peeked: None }
    }

    /// Bytes before the token that was seen last.
    pub(super) fn place(&self) -> u64 {
        self.start as u64
    }

    /// An error at the token that was seen last.
    pub(super) fn broken(&self, what: &str) -> Error {
        broken(self.text.as_bytes(), self.start, what)
    }

    pub(super) fn peek(&mut self) -> Result<Option<&Token<'a>>, Error> {
        if self.peeked.is_none() {
            let token = self.token()?;
            self.peeked = Some(token);
        }
        Ok(self.peeked.as_ref().and_then(Option::as_ref))
    }

    pub(super) fn next(&mut self) -> Result<Option<Token<'a>>, Error> {
        match self.peeked.take() {
            Some(token) => Ok(token),
            None => self.token(),
        }
    }

    /// Takes a token if it is that one.
    pub(super) fn accept(&mut self, token: &Token<'_>) -> Result<bool, Error> {
        let there = self.peek()? == Some(token);
        if there {
            self.next()?;
        }
        Ok(there)
    }

    /// Takes a number with its decimals, if one comes next.
    pub(super) fn decimal(&mut self) -> Result<Option<f64>, Error> {
        if !matches!(self.peek()?, Some(Token::Number(_))) {
            return Ok(None);
        }
        // Not looked beyond yet: the text goes on behind the whole number.
        let rest = self.text.get(self.at..).unwrap_or_default();
        let decimals =
            rest.strip_prefix('.').map_or(0, |rest| rest.bytes().take_while(u8::is_ascii_digit).count());
        let end = if decimals > 0 { self.at + 1 + decimals } else { self.at };
        let number = self.text.get(self.start..end).and_then(|text| text.parse().ok());
        self.peeked = None;
        self.at = end;
        Ok(number)
    }

    /// Whether a number follows the sign that was looked at.
    pub(super) fn number_follows(&self) -> bool {
        self.rest().trim_start().starts_with(|c: char| c.is_ascii_digit())
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn token(&mut self) -> Result<Option<Token<'a>>, Error> {
        loop {
            let rest = self.rest();
            let Some(first) = rest.chars().next() else {
                self.start = self.at;
                return Ok(None);
            };
            if first.is_whitespace() || first.is_control() || first == ',' {
                self.at += first.len_utf8();
            } else if rest.starts_with("//") {
                self.at += rest.find('\n').unwrap_or(rest.len());
            } else if rest.starts_with("/*") {
                self.at += rest.find("*/").map_or(rest.len(), |end| end + 2);
            } else {
                break;
            }
        }
        self.start = self.at;
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return Ok(None) };
        let sign = match first {
            '.' => Token::Dot,
            ':' => Token::Colon,
            '*' => Token::Star,
            '|' => Token::Bar,
            '(' => Token::Open,
            ')' => Token::Close,
            '{' => Token::OpenBrace,
            '}' => Token::CloseBrace,
            '"' | '\'' => return self.quoted(first).map(Some),
            '\\' => {
                let slashes = if rest.starts_with("\\\\") { 2 } else { 1 };
                let name = word(rest.get(slashes..).unwrap_or_default());
                if name.is_empty() {
                    return Err(self.broken("expected a name behind the backslash"));
                }
                self.at += slashes + name.len();
                return Ok(Some(Token::Tag(name)));
            }
            _ => {
                let (sign, unsigned) =
                    if first == '-' { (1, rest.get(1..).unwrap_or_default()) } else { (0, rest) };
                let name = word(unsigned);
                let whole = rest.get(..sign + name.len()).unwrap_or_default();
                let digits = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
                if digits {
                    let Ok(number) = whole.parse() else {
                        return Err(self.broken("expected a number of at most 18 digits"));
                    };
                    self.at += whole.len();
                    return Ok(Some(Token::Number(number)));
                }
                // A dash before anything but a number stands for itself.
                let whole = if sign == 1 { "-" } else { whole };
                if whole.is_empty() {
                    return Err(self.broken("expected a word, a number or a sign of alphaTex"));
                }
                self.at += whole.len();
                return Ok(Some(Token::Word(rest.get(..whole.len()).unwrap_or_default())));
            }
        };
        self.at += first.len_utf8();
        Ok(Some(sign))
    }

    fn quoted(&mut self, quote: char) -> Result<Token<'a>, Error> {
        let mut text = String::new();
        let mut characters = self.rest().char_indices().skip(1);
        while let Some((index, character)) = characters.next() {
            match character {
                _ if character == quote => {
                    self.at += index + quote.len_utf8();
                    return Ok(Token::Text(text));
                }
                '\\' => match characters.next() {
                    Some((_, 'u' | 'U')) => {
                        let code: String = characters.by_ref().take(4).map(|(_, digit)| digit).collect();
                        let code = u32::from_str_radix(&code, 16).ok().and_then(char::from_u32);
                        text.push(code.unwrap_or(char::REPLACEMENT_CHARACTER));
                    }
                    Some((_, 'n' | 'r' | 't' | 'N' | 'R' | 'T')) => text.push(' '),
                    Some((_, other)) => text.push(other),
                    None => break,
                },
                other => text.push(other),
            }
        }
        Err(self.broken("expected a closing quote, found the end of the file"))
    }
}

/// The letters, digits and accidentals at the beginning of a text.
fn word(text: &str) -> &str {
    let ends = |c: char| {
        c.is_whitespace()
            || c.is_control()
            || matches!(
                c,
                '.' | ':' | '*' | '|' | '(' | ')' | '{' | '}' | '"' | '\'' | '\\' | '/' | ',' | '-'
            )
    };
    text.get(..text.find(ends).unwrap_or(text.len())).unwrap_or_default()
}

/// An error at a byte of the text.
pub(super) fn broken(text: &[u8], at: usize, what: &str) -> Error {
    let before = text.get(..at).unwrap_or(text);
    let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
    let last = before.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    let column = 1 + String::from_utf8_lossy(last).chars().count();
    let place = format!("line {line}, column {column}");
    Error::Broken { format: "alphaTex", version: "1".to_owned(), place, what: what.to_owned() }
}
