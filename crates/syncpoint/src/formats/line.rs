//! A text as lines and fields that know where they stand.

use crate::formats::ParseError;

/// A piece of a text.
#[derive(Clone, Copy)]
pub(super) struct Piece<'a> {
    whole: &'a str,
    at: usize,
    pub(super) text: &'a str,
}

/// The lines of a text without their ends, and without a byte order mark.
pub(super) fn lines(whole: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut at = if whole.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    core::iter::from_fn(move || {
        let rest = whole.get(at..).filter(|rest| !rest.is_empty())?;
        let (line, next) = match rest.find('\n') {
            Some(end) => (rest.get(..end)?, at + end + 1),
            None => (rest, whole.len()),
        };
        let piece = Piece { whole, at, text: line.strip_suffix('\r').unwrap_or(line) };
        at = next;
        Some(piece)
    })
}

impl<'a> Piece<'a> {
    pub(super) fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }

    /// The piece without spaces around it.
    pub(super) fn trim(self) -> Self {
        let start = self.text.trim_start();
        Self { at: self.at + self.text.len() - start.len(), text: start.trim_end(), ..self }
    }

    /// What comes before and after the first `separator`.
    pub(super) fn split_once(self, separator: &str) -> Option<(Self, Self)> {
        let (before, after) = self.text.split_once(separator)?;
        let at = self.at + before.len() + separator.len();
        Some((Self { text: before, ..self }, Self { at, text: after, ..self }))
    }

    /// The pieces between separators; always at least one.
    pub(super) fn split(self, separator: char) -> impl Iterator<Item = Self> {
        let mut rest = Some(self);
        core::iter::from_fn(move || {
            let piece = rest?;
            match piece.text.split_once(separator) {
                Some((before, after)) => {
                    let at = piece.at + before.len() + separator.len_utf8();
                    rest = Some(Piece { at, text: after, ..piece });
                    Some(Piece { text: before, ..piece })
                }
                None => {
                    rest = None;
                    Some(piece)
                }
            }
        })
    }

    /// The words between white space.
    pub(super) fn words(self) -> impl Iterator<Item = Self> {
        self.split(' ').flat_map(|part| part.split('\t')).filter(|word| !word.is_blank()).map(Self::trim)
    }

    /// The piece after a prefix.
    pub(super) fn after(self, prefix: &str) -> Option<Self> {
        let text = self.text.strip_prefix(prefix)?;
        Some(Self { at: self.at + prefix.len(), text, ..self })
    }

    /// An empty piece at the end of this one, for what is missing.
    pub(super) fn end(self) -> Self {
        Self { at: self.at + self.text.len(), text: "", ..self }
    }

    pub(super) fn expected(&self, expected: &'static str) -> ParseError {
        ParseError::expected(self.whole, self.at, expected)
    }

    /// A finite number.
    pub(super) fn number(self, expected: &'static str) -> Result<f64, ParseError> {
        let piece = self.trim();
        match piece.text.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(number),
            _ => Err(piece.expected(expected)),
        }
    }

    /// A number divided by a thousand, rounded once: milliseconds as seconds.
    pub(super) fn thousandths(self, expected: &'static str) -> Result<f64, ParseError> {
        let piece = self.trim();
        super::decimal::thousandths(piece.text).ok_or_else(|| piece.expected(expected))
    }

    /// A whole number from 0.
    pub(super) fn whole_number(self, expected: &'static str) -> Result<u32, ParseError> {
        let piece = self.trim();
        let digits = !piece.text.is_empty() && piece.text.bytes().all(|byte| byte.is_ascii_digit());
        piece.text.parse().ok().filter(|_| digits).ok_or_else(|| piece.expected(expected))
    }
}
