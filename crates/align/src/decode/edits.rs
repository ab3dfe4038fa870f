//! The edit lists of MP4 files: which part of the coded sound is played. Encoders of AAC put a thousand samples or two of
//! silence before the first sound, and the edit list takes them away again.
//!
//! Source: ISO/IEC 14496-12, boxes `moov`, `trak`, `tkhd`, `mdhd`, `edts`, `elst`.

use std::io::{Error, Read, Seek, SeekFrom};
use std::ops::Range;

/// The largest `moov` that is looked at.
const MAX_BYTES: u64 = 64 << 20;
/// The most edits of a track that are looked at.
const MAX_EDITS: usize = 1000;

/// What is played of a track, in seconds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Edits {
    /// Silence before the first sound.
    pub(crate) silence: f64,
    /// The parts of the coded sound that are played, each after the one before. The last may have no end.
    pub(crate) parts: Vec<Range<f64>>,
}

/// The edits of each track that has some, by track number. Leaves the source where it was. A file that is not an MP4, or a
/// damaged one, has none.
pub(crate) fn read(source: &mut (impl Read + Seek)) -> Result<Vec<(u32, Edits)>, Error> {
    let begin = source.stream_position()?;
    let moov = movie(source);
    source.seek(SeekFrom::Start(begin))?;
    Ok(moov?.map_or(Vec::new(), |moov| tracks(&moov)))
}

/// The content of the `moov` box.
fn movie(source: &mut (impl Read + Seek)) -> Result<Option<Vec<u8>>, Error> {
    let mut first = true;
    loop {
        let mut head = [0; 8];
        if let Err(error) = source.read_exact(&mut head) {
            return if error.kind() == std::io::ErrorKind::UnexpectedEof { Ok(None) } else { Err(error) };
        }
        let kind = &head[4..];
        if first && !matches!(kind, b"ftyp" | b"moov" | b"free" | b"skip" | b"wide" | b"mdat") {
            return Ok(None);
        }
        first = false;
        let mut length = u64::from(number(&head, 0).unwrap_or(0));
        let mut header = 8;
        if length == 1 {
            let mut long = [0; 8];
            if source.read_exact(&mut long).is_err() {
                return Ok(None);
            }
            length = u64::from_be_bytes(long);
            header = 16;
        }
        let Some(content) = length.checked_sub(header) else { return Ok(None) };
        if kind == b"moov" {
            if content > MAX_BYTES {
                return Ok(None);
            }
            let mut moov = Vec::new();
            source.take(content).read_to_end(&mut moov)?;
            return Ok(Some(moov));
        }
        let Ok(content) = i64::try_from(content) else { return Ok(None) };
        source.seek(SeekFrom::Current(content))?;
    }
}

fn tracks(moov: &[u8]) -> Vec<(u32, Edits)> {
    let Some(ticks) = child(moov, b"mvhd").and_then(timescale) else { return Vec::new() };
    let track = |trak: &[u8]| {
        let tkhd = child(trak, b"tkhd")?;
        let id = number(tkhd, if tkhd.first() == Some(&1) { 20 } else { 12 })?;
        let media = child(child(trak, b"mdia")?, b"mdhd").and_then(timescale)?;
        Some((id, edits(child(child(trak, b"edts")?, b"elst")?, ticks, media)?))
    };
    boxes(moov).filter(|(kind, _)| *kind == b"trak").filter_map(|(_, trak)| track(trak)).collect()
}

/// The list itself. `None` if it says nothing, or plays parts out of order.
fn edits(elst: &[u8], movie: f64, media: f64) -> Option<Edits> {
    let long = *elst.first()? == 1;
    let count = (number(elst, 4)? as usize).min(MAX_EDITS);
    let mut edits = Edits { silence: 0.0, parts: Vec::new() };
    for index in 0..count {
        let (duration, start) = if long {
            let at = 8 + 20 * index;
            (wide(elst, at)? as f64, wide(elst, at + 8)? as i64 as f64)
        } else {
            let at = 8 + 12 * index;
            (f64::from(number(elst, at)?), f64::from(number(elst, at + 4)? as i32))
        };
        let seconds = duration / movie;
        if start < 0.0 {
            // Silence between parts would move all that follows; files with it are not seen.
            if !edits.parts.is_empty() {
                return None;
            }
            edits.silence += seconds;
            continue;
        }
        let from = start / media;
        if edits.parts.last().is_some_and(|before| from < before.end) {
            return None;
        }
        // Fragmented files say 0 for all there is.
        edits.parts.push(from..if seconds > 0.0 { from + seconds } else { f64::INFINITY });
    }
    (!edits.parts.is_empty()).then_some(edits)
}

/// The ticks a second of an `mvhd` or `mdhd` box.
fn timescale(header: &[u8]) -> Option<f64> {
    let ticks = number(header, if header.first() == Some(&1) { 20 } else { 12 })?;
    (ticks > 0).then(|| f64::from(ticks))
}

/// The boxes in a box, by kind.
fn boxes(mut bytes: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    std::iter::from_fn(move || {
        let length = match number(bytes, 0)? {
            0 => bytes.len(),
            length => length as usize,
        };
        let (found, rest) = (bytes.get(..length)?, bytes.get(length..)?);
        bytes = rest;
        Some((found.get(4..8)?, found.get(8..)?))
    })
}

fn child<'a>(bytes: &'a [u8], kind: &[u8; 4]) -> Option<&'a [u8]> {
    boxes(bytes).find(|(found, _)| found == kind).map(|(_, content)| content)
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn wide(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_be_bytes(bytes.get(at..at + 8)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn packed(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
        let mut out = ((content.len() + 8) as u32).to_be_bytes().to_vec();
        out.extend_from_slice(kind);
        out.extend_from_slice(content);
        out
    }

    fn numbers(values: &[u32]) -> Vec<u8> {
        values.iter().flat_map(|value| value.to_be_bytes()).collect()
    }

    /// A file with one track whose edits are these, at 1000 ticks a second of the movie and 44,100 of the sound.
    fn file(edits: &[(u32, u32)]) -> Vec<u8> {
        let mut list = numbers(&[0, edits.len() as u32]);
        for (duration, start) in edits {
            list.extend(numbers(&[*duration, *start, 0x0001_0000]));
        }
        let track = [
            packed(b"tkhd", &numbers(&[0, 0, 0, 7, 0])),
            packed(b"edts", &packed(b"elst", &list)),
            packed(b"mdia", &packed(b"mdhd", &numbers(&[0, 0, 0, 44_100]))),
        ];
        let movie = [packed(b"mvhd", &numbers(&[0, 0, 0, 1000])), packed(b"trak", &track.concat())];
        [packed(b"ftyp", b"M4A "), packed(b"mdat", &[9; 50]), packed(b"moov", &movie.concat())].concat()
    }

    #[test]
    fn the_delay_of_the_encoder_is_found() {
        let found = read(&mut Cursor::new(file(&[(5000, 1024)]))).unwrap();
        let from = 1024.0 / 44_100.0;
        assert_eq!(found, [(7, Edits { silence: 0.0, parts: vec![from..from + 5.0] })]);
        let found = read(&mut Cursor::new(file(&[(250, u32::MAX), (0, 2112)]))).unwrap();
        assert_eq!(found[0].1, Edits { silence: 0.25, parts: vec![2112.0 / 44_100.0..f64::INFINITY] });
    }

    #[test]
    fn lists_that_go_back_are_left_alone() {
        assert_eq!(read(&mut Cursor::new(file(&[(5000, 44_100), (1000, 0)]))).unwrap(), []);
    }

    #[test]
    fn damage_is_no_error() {
        let whole = file(&[(5000, 1024)]);
        for length in 0..whole.len() {
            let _ = read(&mut Cursor::new(&whole[..length])).unwrap();
        }
        for index in 0..whole.len() {
            for value in [0, 1, 8, 255] {
                let mut bytes = whole.clone();
                bytes[index] = value;
                let _ = read(&mut Cursor::new(&bytes)).unwrap();
            }
        }
        assert_eq!(read(&mut Cursor::new(b"RIFF....WAVE")).unwrap(), []);
    }
}
