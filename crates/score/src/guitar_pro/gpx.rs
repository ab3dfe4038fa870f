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

#[cfg(test)]
mod tests {
    use super::*;

    /// Bits as they are written, the highest of a byte first; the last byte is filled up with zeros.
    fn bits(text: &str) -> Vec<u8> {
        let digits: Vec<u8> = text.bytes().filter(|digit| *digit != b' ').map(|digit| digit - b'0').collect();
        digits
            .chunks(8)
            .map(|byte| byte.iter().enumerate().fold(0, |sum, (at, bit)| sum | bit << (7 - at)))
            .collect()
    }

    const ABC: &str = "0 11 01100001 01100010 01100011";

    /// A flag; then two bits that count bytes, or four that say how wide an offset back and a length are.
    #[test]
    fn packed_bits() {
        let unpacked =
            |text: &str, expected: usize| String::from_utf8(decompressed(&bits(text), expected)).unwrap();
        assert_eq!(unpacked(ABC, 3), "abc");
        assert_eq!(unpacked("0 10 01100001 0 01 01100001 01100010", 3), "aab");
        // Three back and two of these; numbers have their lowest bit first.
        assert_eq!(unpacked(&format!("{ABC} 1 0010 11 01"), 5), "abcab");
        assert_eq!(unpacked(&format!("{ABC} 1 0010 01 10"), 4), "abcb");
        assert_eq!(unpacked(&format!("{ABC} 1 0011 110 010"), 5), "abcab");
        // No more than lies between, and no more than is expected.
        assert_eq!(unpacked(&format!("{ABC} 1 0010 01 11"), 9), "abcbc");
        assert_eq!(unpacked(&format!("{ABC} 1 0010 11 11"), 4), "abca");
        assert_eq!(unpacked(ABC, 2), "ab");
        // What comes before the beginning cannot be; what is there stays, wherever the bits end.
        assert_eq!(unpacked(&format!("{ABC} 1 0011 001 010"), 9), "abc");
        for end in ["1 0010", "1 1000 11000000", "0 11 01", "0 00 1 0", "0 00 0 1"] {
            assert_eq!(unpacked(&format!("{ABC} {end}"), 9), "abc", "{end}");
        }
    }

    /// A file's name, size and pieces.
    type Entry<'a> = (&'a str, u32, &'a [u32]);

    /// Sectors: entries of files, and pieces filled with a letter.
    fn files(sectors: &[Result<Entry<'_>, u8>], cut: usize) -> Files {
        let mut bytes = vec![0; SECTOR];
        for sector in sectors {
            let begin = bytes.len();
            match *sector {
                Ok((name, size, pieces)) => {
                    bytes.extend(2_u32.to_le_bytes());
                    bytes.extend(name.as_bytes());
                    bytes.resize(begin + 0x8C, 0);
                    bytes.extend(size.to_le_bytes());
                    bytes.resize(begin + 0x94, 0);
                    bytes.extend(pieces.iter().flat_map(|piece| piece.to_le_bytes()));
                    bytes.resize(begin + SECTOR, 0);
                }
                Err(letter) => bytes.resize(begin + SECTOR, letter),
            }
        }
        bytes.truncate(bytes.len() - cut);
        Files(bytes)
    }

    fn found(files: &Files, name: &str) -> Option<Vec<u8>> {
        files.file(name, &Limits::default()).ok()
    }

    #[test]
    fn files_in_sectors() {
        let sector = |letter: u8| vec![letter; SECTOR];
        let two = files(&[Ok(("a", 3, &[2])), Err(b'x'), Ok(("b", 4097, &[5, 4])), Err(b'y'), Err(b'z')], 0);
        assert_eq!(found(&two, "a"), Some(b"xxx".to_vec()));
        assert_eq!(found(&two, "b"), Some([&sector(b'z')[..], b"y"].concat()));
        assert_eq!(found(&two, "c"), None);
        // As much as its size says, of as many pieces as that takes; the list of pieces ends with 0.
        let sizes = |size: u32, pieces: &[u32]| {
            found(&files(&[Ok(("a", size, pieces)), Err(b'x'), Err(b'y')], 0), "a").unwrap().len()
        };
        assert_eq!((sizes(0, &[2]), sizes(4096, &[2, 3]), sizes(4097, &[2, 3])), (0, 4096, 4097));
        assert_eq!((sizes(9_000, &[2, 3]), sizes(9_000, &[2, 0, 3])), (8192, 4096));
        // A piece that is not there, or not all of it.
        assert_eq!((sizes(5, &[9]), sizes(5_000, &[9, 2])), (0, 4096));
        let cut = files(&[Ok(("a", 4096, &[2])), Err(b'x')], 96);
        assert_eq!(found(&cut, "a").unwrap().len(), 4000);
        // What looks like an entry in the pieces of a file is passed over.
        let inner: &[u32] = &[2, 3];
        let nested =
            files(&[Ok(("a", 8192, inner)), Ok(("b", 1, &[3])), Err(b'x'), Ok(("b", 2, &[5])), Err(b'y')], 0);
        assert_eq!(found(&nested, "b"), Some(b"yy".to_vec()));
        // Names are up to 127 bytes.
        let long = "n".repeat(MAX_NAME);
        assert!(found(&files(&[Ok((&long, 1, &[2])), Err(b'x')], 0), &long).is_some());
    }

    #[test]
    fn as_large_as_the_limit_says() {
        let file = files(&[Ok(("a", 100, &[2])), Err(b'x')], 0);
        let most = |bytes: u64| Limits { bytes, ..Limits::default() };
        for (bytes, fits) in [(100, true), (99, false)] {
            assert_eq!(file.file("a", &most(bytes)).is_ok(), fits, "{bytes}");
        }
        let packed = [
            b"BCFZ\x07\0\0\0".to_vec(),
            bits("0 11 01000010 01000011 01000110 0 10 01010011 0 11 01100001 01100010 01100011"),
        ]
        .concat();
        assert_eq!(unpack(&packed, &most(7)).map(|files| files.0).ok(), Some(b"abc".to_vec()));
        assert!(matches!(unpack(&packed, &most(6)), Err(Error::Limit { limit: Limit::Bytes, .. })));
        assert_eq!(unpack(b"BCFSabc", &most(3)).map(|files| files.0).ok(), Some(b"abc".to_vec()));
        assert!(unpack(b"BCFSabc", &most(2)).is_err());
        // More than the ratio lets out is refused from 16 MiB on.
        let claims = |size: u32, ratio: u64| {
            let limits = Limits { ratio, ..Limits::default() };
            let bytes = [b"BCFZ".to_vec(), size.to_le_bytes().to_vec(), vec![0xFF; 1 << 20]].concat();
            matches!(unpack(&bytes, &limits), Err(Error::Limit { limit: Limit::Ratio, .. }))
        };
        assert!(!claims(16 << 20, 1) && claims((16 << 20) + 1, 1));
        assert!(!claims(20 << 20, 20) && claims((20 << 20) + 1, 20));
    }
}
