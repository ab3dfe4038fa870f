//! The size of an image by its header.

/// Width and height in pixels; `None` where the beginning of the file does not tell.
pub(super) fn pixels(head: &[u8]) -> Option<(u32, u32)> {
    match head {
        [0x89, b'P', b'N', b'G', ..] => Some((be32(head, 16)?, be32(head, 20)?)),
        [b'R', b'I', b'F', b'F', ..] => webp(head),
        [0xff, 0xd8, ..] => jpeg(head),
        _ => None,
    }
}

/// The frame header of ITU-T T.81, section B.2.2: the first SOF segment.
fn jpeg(head: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    loop {
        if *head.get(at)? != 0xff {
            return None;
        }
        let marker = *head.get(at + 1)?;
        match marker {
            0xff => at += 1,
            // Markers without a segment.
            0x01 | 0xd0..=0xd8 => at += 2,
            // SOF0 to SOF15 without DHT, JPG and DAC: length, precision, height, width.
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                return Some((be16(head, at + 7)?, be16(head, at + 5)?));
            }
            // The image data or its end came before a frame header.
            0xd9 | 0xda => return None,
            _ => at += 2 + usize::try_from(be16(head, at + 2)?.max(2)).ok()?,
        }
    }
}

/// RFC 9649, sections 2.5 to 2.7 and 3.4.
fn webp(head: &[u8]) -> Option<(u32, u32)> {
    let le24 = |at: usize| Some(u32::from(le16(head, at)?) | u32::from(*head.get(at + 2)?) << 16);
    match head.get(12..16)? {
        b"VP8X" => Some((le24(24)? + 1, le24(27)? + 1)),
        b"VP8L" if *head.get(20)? == 0x2f => {
            let bits = u32::from(le16(head, 21)?) | u32::from(le16(head, 23)?) << 16;
            Some(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
        }
        b"VP8 " if head.get(23..26)? == b"\x9d\x01\x2a" => {
            Some((u32::from(le16(head, 26)? & 0x3fff), u32::from(le16(head, 28)? & 0x3fff)))
        }
        _ => None,
    }
}

fn be16(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?)))
}

fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn le16(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn headers_of_each_format() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x02\x80\0\0\x01\xe0";
        assert_eq!(pixels(png), Some((640, 480)));
        let jpeg = b"\xff\xd8\xff\xe0\0\x04ab\xff\xc2\0\x11\x08\x01\xe0\x02\x80\x03";
        assert_eq!(pixels(jpeg), Some((640, 480)));
        // Any marker may have fill bytes before it (ITU-T T.81, section B.1.1.2).
        let filled = b"\xff\xd8\xff\xff\xff\xe0\0\x04ab\xff\xff\xc2\0\x11\x08\x01\xe0\x02\x80\x03";
        assert_eq!(pixels(filled), Some((640, 480)));
        let vp8x = b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x7f\x02\0\xdf\x01\0";
        assert_eq!(pixels(vp8x), Some((640, 480)));
        let bits = (639u32 | 479 << 14).to_le_bytes();
        let vp8l = [b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f".as_slice(), &bits].concat();
        assert_eq!(pixels(&vp8l), Some((640, 480)));
        let vp8 = b"RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\x01\x2a\x80\x02\xe0\x01";
        assert_eq!(pixels(vp8), Some((640, 480)));
        assert_eq!(pixels(b"\xff\xd8\xff\xda"), None);
    }

    proptest! {
        #[test]
        fn nothing_panics_or_turns_in_circles(
            start in prop::sample::select(vec![&b"\xff\xd8"[..], b"\x89PNG", b"RIFF", b"RIFF\0\0\0\0WEBPVP8 "]),
            rest in prop::collection::vec(any::<u8>(), 0..60),
        ) {
            let _ = pixels(&[start, &rest].concat());
        }
    }
}
