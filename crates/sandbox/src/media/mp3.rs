//! The duration of an MP3 file, from its frames: MPEG 1, 2 and 2.5, layers I to III. A Xing or Info header (and the encoder's
//! delay and padding in it) is believed; without one the frames are counted.

use std::io::{BufReader, Read, Seek, SeekFrom};

/// How far into the file the first frame may be, after an ID3 tag.
const SEARCH: u64 = 128 * 1024;
/// So many bytes are counted frame by frame. A larger file is taken to go on as it began: a client waits for the response.
const COUNTED: u64 = 64 * 1024 * 1024;

/// Seconds; `None` if this is not an MPEG audio file.
pub(crate) fn duration(reader: &mut BufReader<impl Read + Seek>, len: u64) -> Option<f64> {
    let start = skip_id3(reader)?;
    let (mut position, first) = first_frame(reader, start, len)?;
    let rate = f64::from(first.rate);
    if let Some(info) = info_header(reader, position, &first) {
        let samples = u64::from(info.frames) * u64::from(first.samples);
        return Some(samples.saturating_sub(info.trimmed) as f64 / rate);
    }
    let (begin, mut samples) = (position, 0_u64);
    // The last frame may be cut short; what is there of it is not played.
    while let Some(frame) = frame_at(reader, position).filter(|frame| frame.alike(&first)) {
        if position + frame.size > len {
            break;
        }
        samples += u64::from(frame.samples);
        position += frame.size;
        if position - begin >= COUNTED {
            let share = (position - begin) as f64 / (len - begin) as f64;
            return Some(samples as f64 / rate / share);
        }
    }
    Some(samples as f64 / rate)
}

/// The position after an ID3v2 tag.
fn skip_id3(reader: &mut BufReader<impl Read + Seek>) -> Option<u64> {
    let mut head = [0; 10];
    reader.seek(SeekFrom::Start(0)).ok()?;
    reader.read_exact(&mut head).ok()?;
    if &head[..3] != b"ID3" {
        return Some(0);
    }
    // Four bytes of seven bits each; a footer repeats the ten bytes.
    let size = head[6..].iter().try_fold(0_u64, |size, byte| {
        if byte & 0x80 == 0 { Some(size << 7 | u64::from(*byte)) } else { None }
    })?;
    let footer = if head[5] & 0x10 == 0 { 0 } else { 10 };
    Some(10 + size + footer)
}

/// The first place with two frames of one kind in a row (or one that ends the file).
fn first_frame(reader: &mut BufReader<impl Read + Seek>, start: u64, len: u64) -> Option<(u64, Frame)> {
    let mut window = Vec::new();
    reader.seek(SeekFrom::Start(start)).ok()?;
    reader.by_ref().take(SEARCH).read_to_end(&mut window).ok()?;
    for (offset, bytes) in window.windows(4).enumerate() {
        let Some(frame) = bytes.first_chunk().and_then(|bytes| Frame::parse(*bytes)) else { continue };
        let position = start + offset as u64;
        let next = position + frame.size;
        if next == len || frame_at(reader, next).is_some_and(|next| next.alike(&frame)) {
            return Some((position, frame));
        }
    }
    None
}

fn frame_at(reader: &mut BufReader<impl Read + Seek>, position: u64) -> Option<Frame> {
    let mut head = [0; 4];
    seek(reader, position)?;
    reader.read_exact(&mut head).ok()?;
    Frame::parse(head)
}

/// Goes to a position, keeping what the buffer holds of the way.
fn seek(reader: &mut BufReader<impl Read + Seek>, position: u64) -> Option<()> {
    let now = i64::try_from(reader.stream_position().ok()?).ok()?;
    let by = i64::try_from(position).ok()?.checked_sub(now)?;
    reader.seek_relative(by).ok()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Frame {
    /// Version and layer as in the header.
    kind: u8,
    mono: bool,
    rate: u32,
    samples: u32,
    size: u64,
}

impl Frame {
    fn parse(head: [u8; 4]) -> Option<Self> {
        if head[0] != 0xff || head[1] & 0xe0 != 0xe0 {
            return None;
        }
        let (version, layer) = (head[1] >> 3 & 3, head[1] >> 1 & 3);
        let one = version == 3;
        let halved = match version {
            3 => 1,
            2 => 2,
            0 => 4,
            _ => return None,
        };
        let rate = [44_100, 48_000, 32_000].get(usize::from(head[2] >> 2 & 3))? / halved;
        let index = usize::from(head[2] >> 4);
        // In kbit/s; 0 is free format, which nobody writes.
        let table: &[u32; 14] = match (one, layer) {
            (true, 3) => &[32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
            (true, 2) => &[32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
            (true, 1) => &[32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
            (false, 3) => &[32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
            (false, 1 | 2) => &[8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
            _ => return None,
        };
        let bits = table.get(index.checked_sub(1)?)? * 1000;
        let padding = u32::from(head[2] >> 1 & 1);
        let (samples, size) = match (layer, one) {
            (3, _) => (384, (12 * bits / rate + padding) * 4),
            (1, false) => (576, 72 * bits / rate + padding),
            _ => (1152, 144 * bits / rate + padding),
        };
        let mono = head[3] >> 6 == 3;
        Some(Self { kind: head[1] & 0x1e, mono, rate, samples, size: u64::from(size) })
    }

    /// Whether two frames can stand in one stream.
    fn alike(&self, other: &Self) -> bool {
        self.kind == other.kind && self.rate == other.rate
    }
}

/// What a Xing or Info header tells.
struct Info {
    frames: u32,
    /// Samples that the encoder added before and after.
    trimmed: u64,
}

fn info_header(reader: &mut BufReader<impl Read + Seek>, position: u64, frame: &Frame) -> Option<Info> {
    let one = frame.kind & 0x18 == 0x18;
    let side = match (one, frame.mono) {
        (true, false) => 32,
        (true, true) | (false, false) => 17,
        (false, true) => 9,
    };
    seek(reader, position + 4 + side)?;
    let mut tag = [0; 8];
    reader.read_exact(&mut tag).ok()?;
    if !matches!(&tag[..4], b"Xing" | b"Info") || tag[7] & 1 == 0 {
        return None;
    }
    let mut count = [0; 4];
    reader.read_exact(&mut count).ok()?;
    // Bytes, table of contents and quality come before the encoder's part, as the flags say.
    let before =
        [(2, 4), (4, 100), (8, 4)].iter().filter(|(flag, _)| tag[7] & flag != 0).map(|(_, size)| size);
    let encoder = position + 4 + side + 12 + before.sum::<u64>();
    Some(Info { frames: u32::from_be_bytes(count), trimmed: delay_and_padding(reader, encoder).unwrap_or(0) })
}

fn delay_and_padding(reader: &mut BufReader<impl Read + Seek>, encoder: u64) -> Option<u64> {
    let mut part = [0; 24];
    seek(reader, encoder)?;
    reader.read_exact(&mut part).ok()?;
    if !part[..4].iter().all(u8::is_ascii_alphanumeric) {
        return None;
    }
    let both = u32::from_be_bytes([0, part[21], part[22], part[23]]);
    Some(u64::from(both >> 12) + u64::from(both & 0xfff))
}

#[cfg(test)]
mod tests {
    use std::io::{BufReader, Cursor};

    #[test]
    fn a_large_file_is_as_long_as_its_beginning_says() {
        // 128 kbit/s at 44.1 kHz: 417 bytes a frame of 1152 samples.
        let mut frame = vec![0xff, 0xfb, 0x90, 0x00];
        frame.resize(417, 0);
        for frames in [1000, 300_000] {
            let file = frame.repeat(frames);
            let length = file.len() as u64;
            let seconds =
                super::duration(&mut BufReader::new(Cursor::new(file)), length).expect("an MP3 file");
            assert!((seconds - frames as f64 * 1152.0 / 44_100.0).abs() < 1e-3, "{seconds}");
        }
    }
}
