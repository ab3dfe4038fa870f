//! Width and height of an uploaded image.

use crate::kit::Spool;

/// So much of a file is looked at.
const HEAD: usize = 512 * 1024;

/// Width and height in pixels of a PNG, JPEG or WebP file; `None` for anything else.
pub(super) fn size(content: &Spool) -> Option<(u32, u32)> {
    let head = content.read_at(0, HEAD).ok()?;
    let at = |place: usize, count: usize| head.get(place..place + count);
    let big =
        |place, count| Some(at(place, count)?.iter().fold(0, |value, &byte| value << 8 | u32::from(byte)));
    let little = |place, count| {
        Some(at(place, count)?.iter().rev().fold(0, |value, &byte| value << 8 | u32::from(byte)))
    };
    if at(0, 8)? == b"\x89PNG\r\n\x1a\n" {
        return Some((big(16, 4)?, big(20, 4)?));
    }
    if at(0, 4)? == b"RIFF" && at(8, 4)? == b"WEBP" {
        return match at(12, 4)? {
            b"VP8X" => Some((little(24, 3)? + 1, little(27, 3)? + 1)),
            b"VP8L" => {
                let bits = little(21, 4)?;
                Some(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
            }
            b"VP8 " => Some((little(26, 2)? & 0x3fff, little(28, 2)? & 0x3fff)),
            _ => None,
        };
    }
    if at(0, 2)? != b"\xff\xd8" {
        return None;
    }
    // JPEG: segments up to the frame header.
    let mut place = 2;
    loop {
        let marker = big(place, 2)?;
        match marker {
            0xffc0..=0xffc3 | 0xffc5..=0xffc7 | 0xffc9..=0xffcb | 0xffcd..=0xffcf => {
                return Some((big(place + 7, 2)?, big(place + 5, 2)?));
            }
            0xff01 | 0xffd0..=0xffd8 => place += 2,
            0xffd9 | 0xffda => return None,
            0xff00.. => place += 2 + usize::try_from(big(place + 2, 2)?.max(2)).ok()?,
            _ => return None,
        }
    }
}
