//! Which encoding a file is in, and its conversion to UTF-8.

use crate::Error;

/// The encodings that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Utf8,
    Utf16 { big_endian: bool },
    Latin1,
    Windows1252,
}

/// Characters of Windows-1252 at 0x80..=0x9F; 0 where none is assigned.
const WINDOWS_1252: [u16; 32] = [
    0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0,
    0x017D, 0, 0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A,
    0x0153, 0, 0x017E, 0x0178,
];

/// What a conversion step came to.
pub(crate) enum Step {
    /// This many bytes were used up; the rest is the beginning of a character that needs more bytes.
    Used(usize),
    /// The bytes after what was converted are no text.
    Bad,
}

impl Encoding {
    /// Recognises the encoding from the first bytes: byte-order mark, the shape of `<?`, the declared name.
    pub(crate) fn detect(head: &[u8]) -> Result<Self, Error> {
        match head {
            [0xFE, 0xFF, ..] | [0, b'<', 0, b'?', ..] => return Ok(Self::Utf16 { big_endian: true }),
            [0xFF, 0xFE, ..] | [b'<', 0, b'?', 0, ..] => return Ok(Self::Utf16 { big_endian: false }),
            [0xEF, 0xBB, 0xBF, ..] => return Ok(Self::Utf8),
            _ => {}
        }
        let Some(name) = declared(head) else { return Ok(Self::Utf8) };
        match name.to_ascii_lowercase().as_str() {
            // A file that says UTF-16 in plain bytes was converted by a program that did not look inside.
            "utf-8" | "utf8" | "us-ascii" | "ascii" | "utf-16" | "utf-16le" | "utf-16be" => Ok(Self::Utf8),
            "iso-8859-1" | "latin1" | "latin-1" | "iso_8859-1" => Ok(Self::Latin1),
            "windows-1252" | "cp1252" => Ok(Self::Windows1252),
            _ => Err(Error::Encoding { name: name.to_owned() }),
        }
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf16 { .. } => "UTF-16",
            Self::Latin1 => "ISO-8859-1",
            Self::Windows1252 => "Windows-1252",
        }
    }

    /// Appends the text of `bytes` to `out` as UTF-8. `last` tells that no bytes follow.
    pub(crate) fn convert(self, bytes: &[u8], last: bool, out: &mut Vec<u8>) -> Step {
        match self {
            Self::Utf8 => {
                out.extend_from_slice(bytes);
                Step::Used(bytes.len())
            }
            Self::Latin1 => {
                bytes.iter().for_each(|&byte| push(out, char::from(byte)));
                Step::Used(bytes.len())
            }
            Self::Windows1252 => windows_1252(bytes, out),
            Self::Utf16 { big_endian } => utf16(bytes, big_endian, last, out),
        }
    }
}

fn push(out: &mut Vec<u8>, character: char) {
    out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
}

fn windows_1252(bytes: &[u8], out: &mut Vec<u8>) -> Step {
    for &byte in bytes {
        let character = match byte {
            0x80..=0x9F => match WINDOWS_1252.get(usize::from(byte - 0x80)) {
                Some(&code) if code != 0 => char::from_u32(u32::from(code)),
                _ => None,
            },
            _ => Some(char::from(byte)),
        };
        match character {
            Some(character) => push(out, character),
            None => return Step::Bad,
        }
    }
    Step::Used(bytes.len())
}

fn utf16(bytes: &[u8], big_endian: bool, last: bool, out: &mut Vec<u8>) -> Step {
    let unit = |at: usize| -> Option<u32> {
        let pair: [u8; 2] = bytes.get(at..at + 2)?.try_into().ok()?;
        Some(u32::from(if big_endian { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) }))
    };
    let mut at = 0;
    while let Some(first) = unit(at) {
        let (code, width) = match first {
            0xD800..=0xDBFF => match unit(at + 2) {
                Some(second @ 0xDC00..=0xDFFF) => {
                    (0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00), 4)
                }
                None if !last => return Step::Used(at),
                _ => return Step::Bad,
            },
            _ => (first, 2),
        };
        match char::from_u32(code) {
            Some(character) => push(out, character),
            None => return Step::Bad,
        }
        at += width;
    }
    if last && at < bytes.len() { Step::Bad } else { Step::Used(at) }
}

/// The value of `encoding` in the XML declaration.
fn declared(head: &[u8]) -> Option<&str> {
    let end = head.windows(2).position(|pair| pair == b"?>")?;
    let declaration = core::str::from_utf8(head.get(..end)?).ok()?.strip_prefix("<?xml")?;
    let (_, rest) = declaration.split_once("encoding")?;
    let rest = rest.trim_start().strip_prefix('=')?.trim_start();
    let quote = rest.chars().next().filter(|&quote| quote == '"' || quote == '\'')?;
    rest.get(1..)?.split(quote).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_declaration_is_believed_when_the_bytes_agree() {
        let detect = |head: &[u8]| Encoding::detect(head).ok();
        assert_eq!(detect(b"<?xml version='1.0' encoding='ISO-8859-1'?>"), Some(Encoding::Latin1));
        assert_eq!(detect(b"<?xml version=\"1.0\"?>"), Some(Encoding::Utf8));
        assert_eq!(detect(b"\xFF\xFE<\0"), Some(Encoding::Utf16 { big_endian: false }));
        assert_eq!(detect(b"<?xml version=\"1.0\" encoding=\"EBCDIC-INT\"?>"), None);
    }

    #[test]
    fn a_surrogate_pair_may_be_cut_by_a_buffer() {
        let encoding = Encoding::Utf16 { big_endian: true };
        let mut out = Vec::new();
        assert!(matches!(encoding.convert(&[0, b'a', 0xD8, 0x34], false, &mut out), Step::Used(2)));
        assert!(matches!(encoding.convert(&[0xD8, 0x34, 0xDD, 0x0B], true, &mut out), Step::Used(4)));
        assert_eq!(out, "a\u{1D10B}".as_bytes());
        assert!(matches!(encoding.convert(&[0xD8, 0x34], true, &mut out), Step::Bad));
        assert!(matches!(encoding.convert(&[0xDD, 0x0B], true, &mut out), Step::Bad));
    }
}
