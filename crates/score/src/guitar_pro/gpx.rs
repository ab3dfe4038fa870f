//! The container of Guitar Pro 6: bits that are packed, and in them sectors that hold files.

use crate::error::{Error, Limit};
use crate::options::Limits;

const NAME: &str = "Guitar Pro";
const VERSION: &str = "6";

/// Sectors are of this size, and so is the piece of a file in one.
const SECTOR: usize = 4096;

/// The longest name of a file.
const MAX_NAME: usize = 127;

/// What the sectors hold, without the four bytes before them.
pub(crate) struct Files(Vec<u8>);

/// Unpacks a file, if it is packed.
pub(crate) fn unpack(bytes: &[u8], limits: &Limits) -> Result<Files, Error> {
    match bytes {
        [b'B', b'C', b'F', b'S', sectors @ ..] => {
            exceeds(sectors.len() as u64, limits)?;
            Ok(Files(sectors.to_vec()))
        }
        [b'B', b'C', b'F', b'Z', a, b, c, d, packed @ ..] => {
            let expected = u64::from(u32::from_le_bytes([*a, *b, *c, *d]));
            exceeds(expected, limits)?;
            let ratio = limits.ratio.max(1).saturating_mul(packed.len() as u64).max(16 << 20);
            if expected > ratio {
                return Err(Error::Limit { at: None, limit: Limit::Ratio, allowed: limits.ratio });
            }
            let out = decompressed(packed, usize::try_from(expected).unwrap_or(usize::MAX));
            match out.strip_prefix(b"BCFS") {
                Some(sectors) => Ok(Files(sectors.to_vec())),
                None => Err(broken("byte 8", "expected the letters BCFS in the packed data")),
            }
        }
        _ => Err(broken("byte 0", "expected the letters BCFZ or BCFS")),
    }
}

impl Files {
    /// The file of a name.
    pub(crate) fn file(&self, wanted: &str, limits: &Limits) -> Result<Vec<u8>, Error> {
        let mut sector = 1;
        while let Some(entry) = self.sector(sector) {
            let begun = sector;
            if number(entry, 0) == Some(2) {
                let (name, content, last) = self.entry(entry, sector, limits)?;
                if name == wanted {
                    return Ok(content);
                }
                // The next entry stands behind the last piece of this one.
                sector = sector.max(last);
            }
            sector += 1;
            debug_assert!(sector > begun);
        }
        Err(broken("the list of files", "expected a file named score.gpif, found no such file"))
    }

    /// The name and content of a file, and its last sector.
    fn entry(&self, entry: &[u8], at: usize, limits: &Limits) -> Result<(String, Vec<u8>, usize), Error> {
        let name = entry.get(4..4 + MAX_NAME).unwrap_or_default();
        let end = name.iter().position(|byte| *byte == 0).unwrap_or(name.len());
        let name = String::from_utf8_lossy(name.get(..end).unwrap_or_default()).into_owned();
        let size = number(entry, 0x8C).unwrap_or(0) as usize;
        exceeds(size as u64, limits)?;
        let (mut content, mut last) = (Vec::new(), at);
        let numbers = entry.get(0x94..).unwrap_or_default().chunks_exact(4);
        for piece in numbers.map(|piece| piece.try_into().map_or(0, u32::from_le_bytes) as usize) {
            if piece == 0 || content.len() >= size {
                break;
            }
            let begin = piece.saturating_mul(SECTOR).min(self.0.len());
            content
                .extend_from_slice(self.0.get(begin..self.0.len().min(begin + SECTOR)).unwrap_or_default());
            last = last.max(piece);
        }
        content.truncate(size);
        Ok((name, content, last.min(self.0.len() / SECTOR)))
    }

    fn sector(&self, sector: usize) -> Option<&[u8]> {
        let begin = sector.checked_mul(SECTOR)?;
        self.0.get(begin..self.0.len().min(begin + SECTOR)).filter(|sector| sector.len() >= 4)
    }
}

/// The packed bytes as they were. What is there counts, however early the file ends.
fn decompressed(packed: &[u8], expected: usize) -> Vec<u8> {
    let mut bits = Bits { bytes: packed, at: 0 };
    let mut out = Vec::with_capacity(expected.min(packed.len().saturating_mul(4)));
    while out.len() < expected {
        let Some(flag) = bits.high_first(1) else { break };
        if flag == 1 {
            let Some(width) = bits.high_first(4) else { break };
            let (Some(offset), Some(length)) = (bits.low_first(width), bits.low_first(width)) else { break };
            let Some(begin) = out.len().checked_sub(offset as usize) else { break };
            let end = begin + (length as usize).min(offset as usize).min(expected - out.len());
            out.extend_from_within(begin..end);
        } else {
            let Some(count) = bits.low_first(2) else { break };
            for _ in 0..count {
                match bits.high_first(8) {
                    Some(byte) if out.len() < expected => out.push(byte as u8),
                    _ => return out,
                }
            }
        }
    }
    out
}

/// Bits, the highest of a byte first.
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn bit(&mut self) -> Option<u32> {
        let byte = *self.bytes.get(self.at / 8)?;
        let bit = byte >> (7 - self.at % 8) & 1;
        self.at += 1;
        Some(bit.into())
    }

    fn high_first(&mut self, count: u32) -> Option<u32> {
        (0..count).try_fold(0, |value, _| Some(value << 1 | self.bit()?))
    }

    fn low_first(&mut self, count: u32) -> Option<u32> {
        (0..count).try_fold(0, |value, place| Some(value | self.bit()? << place))
    }
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes)
}

fn exceeds(bytes: u64, limits: &Limits) -> Result<(), Error> {
    if bytes > limits.bytes {
        return Err(Error::Limit { at: None, limit: Limit::Bytes, allowed: limits.bytes });
    }
    Ok(())
}

fn broken(place: &str, what: &str) -> Error {
    Error::Broken {
        format: NAME,
        version: VERSION.to_owned(),
        place: place.to_owned(),
        what: what.to_owned(),
    }
}
