//! What uploaded bytes are, and how long they last.

use std::io::{BufReader, Read, Seek, SeekFrom};

use crate::kit::Spool;
use crate::media::seconds_of_audio;

/// Milliseconds of audio whose bytes do not tell.
const UNKNOWN_DURATION: u64 = 180_000;
/// So many chunks of an AIFF file are looked through.
const MAX_CHUNKS: usize = 1000;

/// Milliseconds, from the bytes if they are WAV, AIFF, FLAC or MP3.
pub(super) fn duration(content: &Spool) -> u64 {
    let mut reader = BufReader::with_capacity(64 * 1024, content.reader());
    let seconds = aiff(&mut reader)
        .or_else(|| flac(&mut reader))
        .or_else(|| seconds_of_audio(&mut reader, content.len()));
    match seconds {
        Some(seconds) => ((seconds * 1000.0).round() as u64).max(1),
        None => UNKNOWN_DURATION,
    }
}

/// Seconds by the `COMM` chunk of an AIFF or AIFF-C file: sample frames, and a rate as an 80-bit float.
fn aiff(reader: &mut (impl Read + Seek)) -> Option<f64> {
    reader.seek(SeekFrom::Start(0)).ok()?;
    let mut form = [0; 12];
    reader.read_exact(&mut form).ok()?;
    if &form[..4] != b"FORM" || !matches!(&form[8..], b"AIFF" | b"AIFC") {
        return None;
    }
    let mut position = 12_u64;
    for _ in 0..MAX_CHUNKS {
        let mut head = [0; 8];
        reader.seek(SeekFrom::Start(position)).ok()?;
        reader.read_exact(&mut head).ok()?;
        let size = u32::from_be_bytes([head[4], head[5], head[6], head[7]]);
        if &head[..4] == b"COMM" {
            let mut common = [0; 18];
            reader.read_exact(&mut common).ok()?;
            let frames = u32::from_be_bytes([common[2], common[3], common[4], common[5]]);
            let exponent = i32::from(u16::from_be_bytes([common[8], common[9]]) & 0x7fff) - 16_383 - 63;
            let mantissa = common[10..].iter().fold(0_u64, |mantissa, byte| mantissa << 8 | u64::from(*byte));
            let rate = mantissa as f64 * 2_f64.powi(exponent);
            return (1.0..1e9).contains(&rate).then(|| f64::from(frames) / rate);
        }
        position = position.checked_add(8 + u64::from(size) + u64::from(size % 2))?;
    }
    None
}

/// Seconds by the `STREAMINFO` block of a FLAC file (RFC 9639, section 8.2); a stream of unknown length gives none.
fn flac(reader: &mut (impl Read + Seek)) -> Option<f64> {
    reader.seek(SeekFrom::Start(0)).ok()?;
    let mut head = [0; 26];
    reader.read_exact(&mut head).ok()?;
    if &head[..4] != b"fLaC" || head[4] & 0x7f != 0 {
        return None;
    }
    // 20 bits of rate, 3 of channels, 5 of sample size, 36 of samples.
    let packed = head[18..].iter().fold(0_u64, |packed, byte| packed << 8 | u64::from(*byte));
    let (rate, samples) = (packed >> 44, packed & 0xf_ffff_ffff);
    (rate > 0 && samples > 0).then(|| samples as f64 / rate as f64)
}

/// Content type and usual file name's end by the first bytes: AIFF, WAVE, FLAC, OGG, MP2, MP3, AAC, AMR and WMA.
pub(super) fn format(content: &Spool) -> Option<(&'static str, &'static str)> {
    let start = content.read_at(0, 16).ok()?;
    let at = |offset: usize, magic: &[u8]| start.get(offset..).is_some_and(|rest| rest.starts_with(magic));
    if at(0, b"FORM") && (at(8, b"AIFF") || at(8, b"AIFC")) {
        return Some(("audio/aiff", "aiff"));
    }
    if (at(0, b"RIFF") || at(0, b"RF64") || at(0, b"BW64")) && at(8, b"WAVE") {
        return Some(("audio/wav", "wav"));
    }
    if at(0, b"fLaC") {
        return Some(("audio/flac", "flac"));
    }
    if at(0, b"OggS") {
        return Some(("audio/ogg", "ogg"));
    }
    if at(0, b"#!AMR") {
        return Some(("audio/amr", "amr"));
    }
    if at(0, b"\x30\x26\xb2\x75") {
        return Some(("audio/x-ms-wma", "wma"));
    }
    if at(4, b"ftyp") {
        return Some(("audio/mp4", "m4a"));
    }
    if at(0, b"ID3") {
        return Some(("audio/mpeg", "mp3"));
    }
    // Frame sync: layer 0 is ADTS, the others are MPEG audio.
    match (start.first()?, start.get(1)?) {
        (0xff, second) if second & 0xf6 == 0xf0 => Some(("audio/aac", "aac")),
        (0xff, second) if second & 0xe0 == 0xe0 => Some(("audio/mpeg", "mp3")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::{duration, format};
    use crate::kit::Spool;

    proptest! {
        #[test]
        fn no_bytes_break_the_readers(
            magic in prop_oneof![Just("FORM....AIFF"), Just("FORM....AIFCCOMM"), Just("fLaC\0"), Just("ID3"), Just("")],
            bytes in vec(any::<u8>(), 0..600),
        ) {
            let content = Spool::from_bytes([magic.as_bytes(), &bytes].concat());
            prop_assert!(duration(&content) > 0);
            format(&content);
        }
    }

    #[test]
    fn chunks_are_looked_through_up_to_a_point() {
        let file = |empty: usize| {
            // Two seconds: 88200 frames at 44100 Hz, as an 80-bit float.
            let common = b"COMM\0\0\0\x12\0\x01\0\x01\x58\x88\0\x10\x40\x0e\xac\x44\0\0\0\0\0\0";
            [b"FORM\0\0\0\0AIFF".to_vec(), vec![0; 8 * empty], common.to_vec()].concat()
        };
        assert_eq!(duration(&Spool::from_bytes(file(10))), 2000);
        assert_eq!(duration(&Spool::from_bytes(file(super::MAX_CHUNKS))), super::UNKNOWN_DURATION);
    }

    #[test]
    fn formats_are_known_by_their_first_bytes() {
        for (start, content_type) in [
            (&b"FORM\0\0\0\0AIFF"[..], Some("audio/aiff")),
            (b"RIFF\0\0\0\0WAVE", Some("audio/wav")),
            (b"RIFF\0\0\0\0AVI ", None),
            (b"fLaC", Some("audio/flac")),
            (b"OggS", Some("audio/ogg")),
            (b"#!AMR\n", Some("audio/amr")),
            (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", Some("audio/x-ms-wma")),
            (b"\0\0\0\x20ftypM4A ", Some("audio/mp4")),
            (b"ID3\x04", Some("audio/mpeg")),
            // MPEG 1 layer III, layer II, and ADTS.
            (b"\xff\xfb\x90", Some("audio/mpeg")),
            (b"\xff\xfd\x90", Some("audio/mpeg")),
            (b"\xff\xf1\x50", Some("audio/aac")),
            (b"GIF89a", None),
            (b"", None),
        ] {
            let known = format(&Spool::from_bytes(start));
            assert_eq!(known.map(|(content_type, _)| content_type), content_type, "{start:?}");
        }
    }
}
