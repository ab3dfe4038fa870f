//! Numbers and texts, little endian, and where they stand.

use encoding_rs::WINDOWS_1252;

use crate::error::Error;
use crate::outline::one_line;

/// What is left of a file.
pub(super) struct Bytes<'a> {
    bytes: &'a [u8],
    at: usize,
    /// The version, for errors.
    pub(super) version: u16,
    /// The bar and track being read, for errors.
    pub(super) inside: Option<(usize, usize)>,
}

impl<'a> Bytes<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, version: 0, inside: None }
    }

    /// Bytes before this place.
    pub(super) fn place(&self) -> u64 {
        self.at as u64
    }

    pub(super) fn is_empty(&self) -> bool {
        self.at >= self.bytes.len()
    }

    /// An error at this place.
    pub(super) fn broken(&self, what: impl Into<String>) -> Error {
        let mut place = format!("byte {}", self.at);
        if let Some((bar, track)) = self.inside {
            place += &format!(", bar {}, track {}", bar + 1, track + 1);
        }
        let version = match self.version {
            0 => "unknown".to_owned(),
            version => format!("{}.{:02}", version / 100, version % 100),
        };
        Error::Broken { format: crate::guitar_pro::NAME, version, place, what: what.into() }
    }

    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8], Error> {
        let end = self.at.checked_add(count);
        match end.and_then(|end| self.bytes.get(self.at..end)) {
            Some(taken) => {
                self.at += count;
                Ok(taken)
            }
            None => Err(self.broken(format!("expected {count} more bytes, found the end of the file"))),
        }
    }

    pub(super) fn skip(&mut self, count: usize) -> Result<(), Error> {
        self.take(count).map(|_| ())
    }

    pub(super) fn byte(&mut self) -> Result<u8, Error> {
        Ok(self.take(1)?.first().copied().unwrap_or(0))
    }

    pub(super) fn signed(&mut self) -> Result<i8, Error> {
        Ok(self.byte()?.cast_signed())
    }

    pub(super) fn short(&mut self) -> Result<i16, Error> {
        Ok(self.take(2)?.try_into().map_or(0, i16::from_le_bytes))
    }

    pub(super) fn int(&mut self) -> Result<i32, Error> {
        Ok(self.take(4)?.try_into().map_or(0, i32::from_le_bytes))
    }

    /// A number of things that follow.
    pub(super) fn count(&mut self, of: &str) -> Result<usize, Error> {
        let count = self.int()?;
        usize::try_from(count)
            .map_err(|_| self.broken(format!("invalid number of {of}: expected 0 or more, found {count}")))
    }

    /// A text in a field of so many bytes.
    pub(super) fn sized_text(&mut self, size: usize) -> Result<String, Error> {
        let length = usize::from(self.byte()?);
        let field = self.take(size)?;
        Ok(text(field.get(..length.min(size)).unwrap_or_default()))
    }

    /// A text behind the length of its field and its own.
    pub(super) fn long_text(&mut self) -> Result<String, Error> {
        let size = self.int()?;
        let length = self.byte()?;
        // Some programs leave the length of the field out.
        let size =
            usize::try_from(size).ok().filter(|size| *size > 1).map_or(usize::from(length), |size| size - 1);
        let field = self.take(size)?;
        Ok(text(field.get(..usize::from(length).min(size)).unwrap_or_default()))
    }

    /// A text behind its length.
    pub(super) fn int_text(&mut self) -> Result<(), Error> {
        let size = self.count("bytes of a text")?;
        self.skip(size)
    }
}

/// The files do not say which encoding they are in; that of western Windows is the usual one.
fn text(bytes: &[u8]) -> String {
    one_line(&match core::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned(),
    })
}
