//! Which encoding a file is in, and its conversion to UTF-8.

use encoding_rs::{Decoder, DecoderResult, REPLACEMENT, UTF_16BE, UTF_16LE};

use crate::Error;

/// The byte-order mark as UTF-8.
pub(crate) const MARK: &[u8] = b"\xEF\xBB\xBF";

/// An encoding that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Utf8,
    /// Any other encoding of the WHATWG Encoding Standard, which is what web browsers read.
    Other(&'static encoding_rs::Encoding),
}

impl Encoding {
    /// Recognises the encoding from the first bytes: byte-order mark, the shape of `<?`, the declared name.
    pub(crate) fn detect(head: &[u8]) -> Result<Self, Error> {
        match head {
            [0xFE, 0xFF, ..] | [0, b'<', 0, b'?', ..] => return Ok(Self::Other(UTF_16BE)),
            [0xFF, 0xFE, ..] | [b'<', 0, b'?', 0, ..] => return Ok(Self::Other(UTF_16LE)),
            _ if head.starts_with(MARK) => return Ok(Self::Utf8),
            _ => {}
        }
        let Some(name) = declared(head) else { return Ok(Self::Utf8) };
        // A file that says UTF-16 in plain bytes was converted by a program that did not look inside.
        let plain = ["utf-8", "utf8", "us-ascii", "ascii", "utf-16", "utf-16le", "utf-16be"];
        if plain.iter().any(|plain| plain.eq_ignore_ascii_case(name)) {
            return Ok(Self::Utf8);
        }
        match encoding_rs::Encoding::for_label(name.as_bytes()) {
            Some(encoding) if encoding == REPLACEMENT => Err(Error::Encoding { name: name.to_owned() }),
            Some(encoding) => Ok(Self::Other(encoding)),
            None => Err(Error::Encoding { name: name.to_owned() }),
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Other(encoding) if encoding == UTF_16BE || encoding == UTF_16LE => "UTF-16",
            Self::Other(encoding) => encoding.name(),
        }
    }

    /// The conversion to UTF-8, if one is needed.
    pub(crate) fn decoder(self) -> Option<Decoder> {
        match self {
            Self::Utf8 => None,
            Self::Other(encoding) => Some(encoding.new_decoder_without_bom_handling()),
        }
    }
}

/// Appends the text of `bytes` to `out` as UTF-8; false if it is not text of that encoding, of which `out` then has the good beginning.
/// `last` tells that no bytes follow.
pub(crate) fn convert(decoder: &mut Decoder, bytes: &[u8], last: bool, out: &mut Vec<u8>) -> bool {
    let start = out.len();
    let Some(room) = decoder.max_utf8_buffer_length_without_replacement(bytes.len()) else { return false };
    out.resize(start + room, 0);
    let room = out.get_mut(start..).unwrap_or_default();
    let (result, _, written) = decoder.decode_to_utf8_without_replacement(bytes, room, last);
    out.truncate(start + written);
    result == DecoderResult::InputEmpty
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
        let name = |head: &[u8]| Encoding::detect(head).ok().map(Encoding::name);
        let declared = |name: &str| format!("<?xml version='1.0' encoding='{name}'?>").into_bytes();
        // By the standard, ISO-8859-1 is read as the Windows code page that contains it.
        assert_eq!(name(&declared("ISO-8859-1")), Some("windows-1252"));
        assert_eq!(name(&declared("ISO8859-1")), Some("windows-1252"));
        assert_eq!(name(&declared("Shift_JIS")), Some("Shift_JIS"));
        assert_eq!(name(&declared("GB2312")), Some("GBK"));
        assert_eq!(name(b"<?xml version=\"1.0\"?>"), Some("UTF-8"));
        assert_eq!(name(b"\xFF\xFE<\0"), Some("UTF-16"));
        assert_eq!(name(&declared("EBCDIC-INT")), None);
        assert_eq!(name(&declared("ISO-2022-KR")), None);
    }

    #[test]
    fn a_surrogate_pair_may_be_cut_by_a_buffer() {
        let mut decoder = Encoding::Other(UTF_16BE).decoder().unwrap();
        let mut out = Vec::new();
        assert!(convert(&mut decoder, &[0, b'a', 0xD8, 0x34], false, &mut out));
        assert!(convert(&mut decoder, &[0xDD, 0x0B], true, &mut out));
        assert_eq!(out, "a\u{1D10B}".as_bytes());
        for bad in [[0xD8, 0x34], [0xDD, 0x0B]] {
            let mut decoder = Encoding::Other(UTF_16BE).decoder().unwrap();
            assert!(!convert(&mut decoder, &bad, true, &mut out));
        }
    }
}
