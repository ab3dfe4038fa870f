//! MP4 and QuickTime: how long the movie is, and whether its boxes are all there.

use std::io::{self, Read, Seek, SeekFrom};

use super::Content;

/// More boxes than a movie of hours in fragments has.
const BOXES: usize = 100_000;

pub(super) fn look<R: Read + Seek>(file: &mut R, len: u64) -> io::Result<Content> {
    let mut found = Content::default();
    let (mut at, mut has_movie) = (0, false);
    for _ in 0..BOXES {
        let Some(found_box) = Header::read(file, at, len)? else { break };
        let end = at.saturating_add(found_box.bytes);
        if end > len {
            found.missing =
                Some(format!("{} bytes of its {} box are missing", end - len, name(found_box.kind)));
            break;
        }
        if found_box.kind == *b"moov" {
            has_movie = true;
            found.seconds = duration(file, at + found_box.head, end)?;
        }
        at = end;
    }
    if !has_movie && found.missing.is_none() {
        found.missing = Some("its moov box is missing, without which nothing plays".to_owned());
    }
    Ok(found)
}

/// The length in the movie header; a movie in fragments has none there.
fn duration<R: Read + Seek>(file: &mut R, mut at: u64, end: u64) -> io::Result<Option<f64>> {
    for _ in 0..BOXES {
        let Some(header) = Header::read(file, at, end)?.filter(|_| at < end) else { break };
        if header.kind == *b"mvhd" {
            let mut body = Vec::new();
            file.seek(SeekFrom::Start(at + header.head))?;
            file.by_ref().take(32).read_to_end(&mut body)?;
            let number =
                |from: usize| body.get(from..from + 4)?.first_chunk().map(|four| u32::from_be_bytes(*four));
            let long = || Some(u64::from(number(24)?) << 32 | u64::from(number(28)?));
            let (scale, length) = match body.first() {
                Some(0) => {
                    (number(12), number(16).map(u64::from).filter(|length| *length != u64::from(u32::MAX)))
                }
                _ => (number(20), long().filter(|length| *length != u64::MAX)),
            };
            let seconds = scale.zip(length).map(|(scale, length)| length as f64 / f64::from(scale));
            return Ok(seconds.filter(|seconds| seconds.is_finite() && *seconds > 0.0));
        }
        at = at.saturating_add(header.bytes);
    }
    Ok(None)
}

/// The head of a box (ISO/IEC 14496-12).
struct Header {
    kind: [u8; 4],
    /// The bytes of the head.
    head: u64,
    /// The bytes of head and content.
    bytes: u64,
}

impl Header {
    /// `None` at the end, and at what is no box.
    fn read<R: Read + Seek>(file: &mut R, at: u64, end: u64) -> io::Result<Option<Self>> {
        let mut head = Vec::new();
        file.seek(SeekFrom::Start(at))?;
        file.by_ref().take(16).read_to_end(&mut head)?;
        let (Some(size), Some(kind)) = (head.first_chunk(), head.get(4..8).and_then(<[u8]>::first_chunk))
        else {
            return Ok(None);
        };
        let long = || head.get(8..16)?.first_chunk().map(|size| u64::from_be_bytes(*size));
        let (head, bytes) = match u32::from_be_bytes(*size) {
            // To the end of the file.
            0 => (8, Some(end.saturating_sub(at))),
            1 => (16, long()),
            size => (8, Some(u64::from(size))),
        };
        Ok(bytes.filter(|bytes| *bytes >= head).map(|bytes| Self { kind: *kind, head, bytes }))
    }
}

fn name(kind: [u8; 4]) -> String {
    kind.escape_ascii().to_string()
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn found(bytes: &[u8]) -> Content {
        look(&mut Cursor::new(bytes), bytes.len() as u64).unwrap()
    }

    fn boxed(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
        let size = u32::try_from(content.len() + 8).unwrap();
        [&size.to_be_bytes()[..], kind, content].concat()
    }

    #[test]
    fn the_length_is_that_of_the_movie_header() {
        // Version 0: created, modified, 1000 units a second, 12,500 units.
        let header = [&[0; 12][..], &1000_u32.to_be_bytes(), &12_500_u32.to_be_bytes(), &[0; 80]].concat();
        let movie = boxed(b"moov", &[boxed(b"free", b"x"), boxed(b"mvhd", &header)].concat());
        let file = [boxed(b"ftyp", b"isom"), boxed(b"mdat", &[0; 500]), movie].concat();
        assert_eq!(found(&file), Content { seconds: Some(12.5), missing: None });
        let cut = found(&file[..300]);
        assert_eq!(cut.missing.as_deref(), Some("220 bytes of its mdat box are missing"));
        let without = [boxed(b"ftyp", b"isom"), boxed(b"mdat", &[0; 500])].concat();
        assert!(found(&without).missing.unwrap().contains("moov"));
    }

    #[test]
    fn odd_sizes_end_the_walk() {
        for size in [[0; 4], [0, 0, 0, 1], [0, 0, 0, 7], [0xff; 4]] {
            for rest in [&b"moov"[..], b"mvhd", b"moov\xff\xff\xff\xff\xff\xff\xff\xff", b""] {
                found(&[boxed(b"ftyp", b"isom"), size.to_vec(), rest.to_vec()].concat());
            }
        }
    }
}
