//! MPEG audio: how long the frames play that are there, and how many the header of the file promises.

use std::io::{self, BufReader, Read, Seek};

use super::Content;

/// How far a frame is looked for: behind a tag, or behind damage.
const SEARCH: u64 = 128 << 10;
/// A file that is damaged more often than this does not tell its length.
const DAMAGES: u32 = 100;
/// Encoders count the frame that holds the header, or do not.
const SPARE: u64 = 2;

pub(super) fn look<R: Read + Seek>(file: &mut BufReader<R>, len: u64) -> io::Result<Content> {
    let start = after_tags(file)?;
    let Some((mut at, first)) = find(file, start, None)? else {
        return Ok(Content { seconds: None, missing: Some("there is no sound in it".to_owned()) });
    };
    let header = header(file, at, &first)?;
    if header.is_some() {
        // The frame of the header is silent.
        at += first.bytes;
    }
    let (mut frames, mut cut, mut damages) = (0_u64, None, 0);
    while at < len {
        match frame(file, at)?.filter(|frame| frame.is_like(&first)) {
            Some(frame) if at + frame.bytes > len => {
                cut = Some(at + frame.bytes - len);
                break;
            }
            Some(frame) => {
                frames += 1;
                at += frame.bytes;
            }
            // Damage, or the tags at the end.
            None => match find(file, at + 1, Some(&first))? {
                Some((next, _)) if damages < DAMAGES => {
                    damages += 1;
                    at = next;
                }
                Some(_) => return Ok(Content::default()),
                None => break,
            },
        }
    }
    let seconds = |frames: u64| (frames * first.samples) as f64 / f64::from(first.rate);
    let missing = match header {
        Some(Some(promised)) if promised > frames + SPARE => Some(format!(
            "its header tells of {:.1} s, and {:.1} s are there",
            seconds(promised),
            seconds(frames)
        )),
        Some(Some(_)) => None,
        _ => cut
            .map(|bytes| format!("{bytes} bytes of its last frame are missing, at {:.1} s", seconds(frames))),
    };
    Ok(Content { seconds: (frames > 0).then(|| seconds(frames)), missing })
}

/// The place behind the ID3 tags at the start.
fn after_tags<R: Read + Seek>(file: &mut BufReader<R>) -> io::Result<u64> {
    let mut at = 0;
    loop {
        let head: [u8; 10] = match read_at(file, at)? {
            Some(head) if head.starts_with(b"ID3") => head,
            _ => return Ok(at),
        };
        let footer = if head[5] & 0x10 == 0 { 0 } else { 10 };
        at += 10 + footer + head[6..].iter().fold(0, |size, byte| size << 7 | u64::from(byte & 0x7f));
    }
}

/// The first place from here on with two frames of one kind in a row.
fn find<R: Read + Seek>(
    file: &mut BufReader<R>,
    from: u64,
    like: Option<&Frame>,
) -> io::Result<Option<(u64, Frame)>> {
    let mut window = Vec::new();
    go(file, from)?;
    file.by_ref().take(SEARCH).read_to_end(&mut window)?;
    for (at, bytes) in (from..).zip(window.windows(4)) {
        let found = bytes.first_chunk().and_then(|bytes| Frame::read(*bytes));
        let Some(found) = found.filter(|found| like.is_none_or(|like| found.is_like(like))) else { continue };
        let next = window.get((at - from + found.bytes) as usize..).and_then(<[u8]>::first_chunk);
        if next.and_then(|bytes| Frame::read(*bytes)).is_some_and(|next| next.is_like(&found)) {
            return Ok(Some((at, found)));
        }
    }
    Ok(None)
}

fn frame<R: Read + Seek>(file: &mut BufReader<R>, at: u64) -> io::Result<Option<Frame>> {
    Ok(read_at(file, at)?.and_then(Frame::read))
}

/// Goes to a place; what is in the buffer of the way is kept.
fn go<R: Read + Seek>(file: &mut BufReader<R>, at: u64) -> io::Result<()> {
    let by = i128::from(at) - i128::from(file.stream_position()?);
    let by = i64::try_from(by).map_err(|_| io::ErrorKind::UnexpectedEof)?;
    file.seek_relative(by)
}

/// Some bytes; `None` if the file ends before them.
fn read_at<const COUNT: usize, R: Read + Seek>(
    file: &mut BufReader<R>,
    at: u64,
) -> io::Result<Option<[u8; COUNT]>> {
    let mut bytes = [0; COUNT];
    go(file, at)?;
    match file.read_exact(&mut bytes) {
        Ok(()) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error),
    }
}

/// How many frames a Xing, Info or VBRI header in the first frame tells of, if there is one and it tells.
fn header<R: Read + Seek>(
    file: &mut BufReader<R>,
    at: u64,
    first: &Frame,
) -> io::Result<Option<Option<u64>>> {
    let count = |bytes: &[u8]| bytes.first_chunk().map(|bytes| u64::from(u32::from_be_bytes(*bytes)));
    let xing: Option<[u8; 12]> = read_at(file, at + 4 + first.side)?;
    if let Some(header) = xing.filter(|header| header.starts_with(b"Xing") || header.starts_with(b"Info")) {
        return Ok(Some(count(&header[8..]).filter(|_| header[7] & 1 == 1)));
    }
    let vbri: Option<[u8; 18]> = read_at(file, at + 36)?;
    Ok(vbri.filter(|header| header.starts_with(b"VBRI")).map(|header| count(&header[14..])))
}

/// What the four bytes at the start of a frame say.
#[derive(Clone, Copy, Debug)]
struct Frame {
    /// Version and layer.
    kind: u8,
    /// Samples in a second.
    rate: u32,
    samples: u64,
    bytes: u64,
    /// The bytes of side information, behind which a Xing header begins.
    side: u64,
}

impl Frame {
    /// ISO/IEC 11172-3 and 13818-3, and the unofficial MPEG 2.5.
    fn read(head: [u8; 4]) -> Option<Self> {
        const RATES: [u32; 3] = [44_100, 48_000, 32_000];
        const MPEG1: [[u32; 14]; 3] = [
            [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
            [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
            [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
        ];
        const MPEG2: [[u32; 14]; 2] = [
            [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
            [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
        ];
        let [sync, kind, coding, mode] = head;
        if sync != 0xff || kind & 0xe0 != 0xe0 {
            return None;
        }
        let slowness = match kind >> 3 & 3 {
            0 => 4,
            2 => 2,
            3 => 1,
            _ => return None,
        };
        let layer = usize::from(4 - (kind >> 1 & 3));
        let table = match (slowness, layer) {
            (_, 4) => return None,
            (1, layer) => &MPEG1[layer - 1],
            (_, 1) => &MPEG2[0],
            _ => &MPEG2[1],
        };
        // Neither the free format, whose frames do not tell their length, nor a rate that does not exist.
        let kilobits = table.get(usize::from(coding >> 4).checked_sub(1)?)?;
        let rate = RATES.get(usize::from(coding >> 2 & 3))? / slowness;
        let padding = u32::from(coding >> 1 & 1);
        let (samples, bytes) = match (layer, slowness) {
            (1, _) => (384, (12_000 * kilobits / rate + padding) * 4),
            (3, 2 | 4) => (576, 72_000 * kilobits / rate + padding),
            _ => (1152, 144_000 * kilobits / rate + padding),
        };
        let side = match (slowness, mode >> 6 == 3) {
            (1, false) => 32,
            (1, true) | (_, false) => 17,
            (_, true) => 9,
        };
        Some(Self { kind: kind & 0x1e, rate, samples, bytes: u64::from(bytes), side })
    }

    /// Whether both can be of one recording.
    fn is_like(&self, other: &Self) -> bool {
        (self.kind, self.rate) == (other.kind, other.rate)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use segno_musescore::files::{self, File};
    use segno_musescore::scores::{self, Filters};
    use segno_musescore::{Client, Credentials};

    use super::*;

    fn found(bytes: &[u8]) -> Content {
        look(&mut BufReader::new(Cursor::new(bytes)), bytes.len() as u64).unwrap()
    }

    /// Frames of 128 kbit/s at 44,100 Hz: 417 bytes and 1152 samples each.
    fn frames(count: usize) -> Vec<u8> {
        let frame = [&[0xff, 0xfb, 0x90, 0x00][..], &[0; 413]].concat();
        frame.repeat(count)
    }

    #[test]
    fn frames_are_counted_between_tags() {
        let seconds = Some(100.0 * 1152.0 / 44_100.0);
        let whole = Content { seconds, missing: None };
        assert_eq!(found(&frames(100)), whole);
        let tag = b"ID3\x04\x00\x00\x00\x00\x01\x05".iter().copied().chain([0; 133]);
        let tagged: Vec<u8> = tag.chain(frames(100)).chain(*b"TAG").chain([b' '; 125]).collect();
        assert_eq!(found(&tagged), whole);
        // Damage in the middle is passed over, as players do.
        let damaged = [frames(60), b"damage".to_vec(), frames(40)].concat();
        assert_eq!(found(&damaged), whole);
    }

    #[test]
    fn a_tag_alone_is_no_recording() {
        for bytes in [&b"ID3\x04\0\0\0\0\0\0"[..], &frames(1), b"\xff\xfb\x90\0"] {
            assert_eq!(found(bytes).missing.as_deref(), Some("there is no sound in it"));
        }
    }

    #[test]
    fn an_end_that_is_missing_is_told() {
        let all = frames(100);
        let cut = found(&all[..all.len() - 17]);
        assert_eq!(cut.missing.as_deref(), Some("17 bytes of its last frame are missing, at 2.6 s"));
        // A header of 100 frames, before 100 and before 50.
        let mut header = frames(1);
        header[36..48].copy_from_slice(b"Info\0\0\0\x01\0\0\0\x64");
        assert_eq!(found(&[header.clone(), frames(100)].concat()).missing, None);
        let half = found(&[header, frames(50)].concat());
        assert_eq!(half.missing.as_deref(), Some("its header tells of 2.6 s, and 1.3 s are there"));
        let mut vbri = frames(1);
        vbri[36..54].copy_from_slice(b"VBRI\0\x01\0\0\0\0\0\0\0\0\0\0\0\x64");
        assert!(found(&[vbri, frames(50)].concat()).missing.is_some());
    }

    /// The recording comes from the sandbox: the package of this crate holds none.
    #[tokio::test]
    async fn a_recording_of_a_known_length_is_as_long() {
        let sandbox = segno_sandbox::Sandbox::start().await.unwrap();
        let access = sandbox.musescore();
        let client = Client::builder(Credentials::key(access.consumer_key.as_str()))
            .base_url(&access.base_url)
            .static_url(&access.static_url)
            .build()
            .unwrap();
        let mut scores = client.items(scores::Search::new(Filters::new().phrase("minuet")));
        let minuet = scores.next().await.unwrap().unwrap();
        let recording = client.send(&files::Get::of(&minuet, File::Mp3)).await.unwrap();
        let found = found(&recording);
        // Its header tells of 3851 frames: 576 samples each, 22,050 a second.
        assert_eq!(found.seconds, Some(3851.0 * 576.0 / 22_050.0));
        assert_eq!(found.missing, None);
    }

    #[test]
    fn anything_is_read_without_a_panic() {
        for seed in 0..2000_u32 {
            let mut state = seed.wrapping_mul(2_654_435_761).max(1);
            let noise: Vec<u8> = (0..600)
                .map(|_| {
                    state ^= state << 13;
                    state ^= state >> 17;
                    state ^= state << 5;
                    if state & 7 == 0 { 0xff } else { state as u8 }
                })
                .collect();
            found(&noise);
            let tagged: Vec<u8> = b"ID3\x04\x00\x10\x7f\x7f\x7f\x7f".iter().copied().chain(noise).collect();
            found(&tagged);
        }
    }
}
