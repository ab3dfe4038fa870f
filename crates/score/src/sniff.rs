//! Which format a file is in.

use crate::error::Error;
use crate::options::Options;
use crate::score::{Format, Score};
use crate::{midi, musicxml, mxl};

/// The format of a file by its first bytes; `None` for a format that this crate does not read.
///
/// ```
/// use segno_score::{Format, sniff};
///
/// assert_eq!(sniff(b"MThd\0\0\0\x06"), Some(Format::Midi));
/// assert_eq!(sniff(b"<?xml version='1.0'?>"), Some(Format::MusicXml));
/// assert_eq!(sniff(b"%PDF-1.7"), None);
/// ```
#[must_use]
pub fn sniff(bytes: &[u8]) -> Option<Format> {
    match bytes {
        [b'P', b'K', 3, 4, ..] => Some(Format::Mxl),
        [b'M', b'T', b'h', b'd', ..] => Some(Format::Midi),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'R', b'M', b'I', b'D', ..] => Some(Format::Midi),
        [0xFE, 0xFF, ..] | [0xFF, 0xFE, ..] | [0, b'<', ..] | [b'<', 0, ..] => Some(Format::MusicXml),
        _ => {
            let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
            let first = text.iter().find(|byte| !byte.is_ascii_whitespace());
            if first == Some(&b'<') {
                return Some(Format::MusicXml);
            }
            midi::begins_late(bytes).then_some(Format::Midi)
        }
    }
}

/// Reads a file in any of the formats, recognised by its first bytes.
///
/// ```
/// use segno_score::{Options, read_any};
///
/// let xml = b"<score-partwise><part id='P1'><measure number='1'/></part></score-partwise>";
/// let score = read_any(xml, &Options::new())?;
/// assert_eq!(score.structure.bars[0].number, "1");
/// # Ok::<(), segno_score::Error>(())
/// ```
///
/// # Errors
/// [`Error::UnknownFormat`] for anything else, otherwise as for the format's own reader.
pub fn read_any(bytes: &[u8], options: &Options) -> Result<Score, Error> {
    match sniff(bytes) {
        Some(Format::MusicXml) => musicxml::read_slice(bytes, options),
        Some(Format::Mxl) => mxl::read_slice(bytes, options),
        Some(Format::Midi) => midi::read_slice(bytes, options),
        None => Err(Error::UnknownFormat),
    }
}
