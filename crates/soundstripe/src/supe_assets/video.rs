//! The length of a video by its container.

use std::io::{self, SeekFrom};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncSeek, AsyncSeekExt as _};

/// The maximum number of boxes that are read: far more than a file has.
const MAX_BOXES: u32 = 4096;

/// The length in the movie header of an MP4 or QuickTime file (ISO/IEC 14496-12, section 8.2.2); `None` without such a header.
pub(super) async fn mp4_length(
    file: &mut (impl AsyncRead + AsyncSeek + Unpin),
) -> io::Result<Option<Duration>> {
    let mut at = 0;
    let mut end = file.seek(SeekFrom::End(0)).await?;
    for _ in 0..MAX_BOXES {
        if at + 8 > end {
            return Ok(None);
        }
        file.seek(SeekFrom::Start(at)).await?;
        let mut length = u64::from(file.read_u32().await?);
        let kind = file.read_u32().await?.to_be_bytes();
        let mut header = 8;
        match length {
            0 => length = end - at,
            1 if at + 16 <= end => {
                length = file.read_u64().await?;
                header = 16;
            }
            _ => {}
        }
        match at.checked_add(length) {
            Some(next) if length >= header && next <= end => match &kind {
                // The movie: on with the boxes inside it.
                b"moov" => (at, end) = (at + header, next),
                b"mvhd" => {
                    let mut body = Vec::new();
                    file.take((length - header).min(64)).read_to_end(&mut body).await?;
                    return Ok(movie_header(&body));
                }
                _ => at = next,
            },
            _ => return Ok(None),
        }
    }
    Ok(None)
}

fn movie_header(body: &[u8]) -> Option<Duration> {
    let u32_at = |at: usize| Some(u32::from_be_bytes(body.get(at..at + 4)?.try_into().ok()?));
    let (scale, units) = match body.first()? {
        0 => (u32_at(12)?, u64::from(u32_at(16)?)),
        1 => (u32_at(20)?, u64::from_be_bytes(body.get(24..32)?.try_into().ok()?)),
        _ => return None,
    };
    // All ones mean that the length is not known.
    if scale == 0 || units == u64::from(u32::MAX) || units == u64::MAX {
        return None;
    }
    Duration::try_from_secs_f64(units as f64 / f64::from(scale)).ok()
}

/// The length that the segment information of a WebM file tells (RFC 9559, section 5.1.2); `None` where its beginning
/// has none.
pub(super) fn webm_length(head: &[u8]) -> Option<Duration> {
    const SEGMENT: u32 = 0x1853_8067;
    const INFO: u32 = 0x1549_a966;
    const TIMESTAMP_SCALE: u32 = 0x002a_d7b1;
    const DURATION: u32 = 0x4489;
    let (mut scale, mut units) = (1_000_000.0, None);
    let mut rest = head;
    while let Some((id, content, behind)) = element(rest) {
        rest = match id {
            // The elements inside, one after the other; what follows is of no interest.
            SEGMENT | INFO => content,
            _ => behind,
        };
        match id {
            TIMESTAMP_SCALE => {
                scale = content.iter().fold(0.0, |value, &byte| value * 256.0 + f64::from(byte));
            }
            DURATION => {
                units = match content.len() {
                    4 => content.try_into().ok().map(|bytes| f64::from(f32::from_be_bytes(bytes))),
                    8 => content.try_into().ok().map(f64::from_be_bytes),
                    _ => None,
                };
            }
            _ => {}
        }
    }
    Duration::try_from_secs_f64(units? * scale / 1e9).ok()
}

/// One EBML element (RFC 8794): its id, what is in it, what is behind it.
fn element(bytes: &[u8]) -> Option<(u32, &[u8], &[u8])> {
    let width = bytes.first()?.leading_zeros() as usize + 1;
    if width > 4 {
        return None;
    }
    let id = bytes.get(..width)?.iter().fold(0, |id, &byte| id << 8 | u32::from(byte));
    let bytes = &bytes[width..];
    let width = bytes.first()?.leading_zeros() as usize + 1;
    if width > 8 {
        return None;
    }
    let marked = bytes.get(..width)?.iter().fold(0u64, |size, &byte| size << 8 | u64::from(byte));
    let mark = 1u64 << (7 * width);
    let content = &bytes[width..];
    // All ones mean a size that is not known: to the end.
    let size = match marked & (mark - 1) {
        size if size == mark - 1 => content.len(),
        size => usize::try_from(size).unwrap_or(usize::MAX).min(content.len()),
    };
    let (content, behind) = content.split_at(size);
    Some((id, content, behind))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn boxed(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
        let length = u32::try_from(content.len() + 8).unwrap().to_be_bytes();
        [&length, kind.as_slice(), content].concat()
    }

    async fn length(file: Vec<u8>) -> Option<Duration> {
        mp4_length(&mut io::Cursor::new(file)).await.unwrap()
    }

    #[tokio::test]
    async fn the_movie_header_may_stand_behind_the_data() {
        let mut header = vec![0; 12];
        header.extend(600u32.to_be_bytes());
        header.extend(90_300u32.to_be_bytes());
        let movie = boxed(b"moov", &boxed(b"mvhd", &header));
        let file = [boxed(b"ftyp", b"isom"), boxed(b"mdat", &[0; 5000]), movie].concat();
        assert_eq!(length(file.clone()).await, Some(Duration::from_millis(150_500)));
        assert_eq!(length(file[..file.len() - 40].to_vec()).await, None);
        let mut long = vec![1; 1];
        long.extend([0; 19]);
        long.extend(1000u32.to_be_bytes());
        long.extend(601_000u64.to_be_bytes());
        assert_eq!(length(boxed(b"moov", &boxed(b"mvhd", &long))).await, Some(Duration::from_secs(601)));
        assert_eq!(length(boxed(b"moov", &boxed(b"mvhd", &[0; 20]))).await, None);
        // A box of length 0 goes on to the end of the file (ISO/IEC 14496-12, section 4.2).
        let mut open = boxed(b"moov", &boxed(b"mvhd", &header));
        open[..4].fill(0);
        let file = [boxed(b"ftyp", b"isom"), open].concat();
        assert_eq!(length(file).await, Some(Duration::from_millis(150_500)));
        // All ones: the length is not known (section 8.2.2).
        header.truncate(16);
        header.extend([0xff; 4]);
        assert_eq!(length(boxed(b"moov", &boxed(b"mvhd", &header))).await, None);
        long.truncate(24);
        long.extend([0xff; 8]);
        assert_eq!(length(boxed(b"moov", &boxed(b"mvhd", &long))).await, None);
    }

    #[test]
    fn segment_information_of_webm() {
        // EBML header (empty), segment of unknown size, Info with TimestampScale 1000000 and Duration 90500.0.
        let mut info = vec![0x2a, 0xd7, 0xb1, 0x83, 0x0f, 0x42, 0x40, 0x44, 0x89, 0x84];
        info.extend(90_500f32.to_be_bytes());
        let mut file = vec![0x1a, 0x45, 0xdf, 0xa3, 0x80, 0x18, 0x53, 0x80, 0x67, 0x01];
        file.extend([0xff; 7]);
        file.extend([0x15, 0x49, 0xa9, 0x66, 0x80 | 14]);
        file.extend(info);
        assert_eq!(webm_length(&file), Some(Duration::from_millis(90_500)));
        // With ticks of half the length.
        let mut finer = file.clone();
        let scale = finer.windows(3).position(|bytes| bytes == [0x0f, 0x42, 0x40]).unwrap();
        finer[scale..scale + 3].copy_from_slice(&[0x07, 0xa1, 0x20]);
        assert_eq!(webm_length(&finer), Some(Duration::from_millis(45_250)));
        assert_eq!(webm_length(&file[..20]), None);
    }

    proptest! {
        #[test]
        fn nothing_panics(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            let _ = webm_length(&bytes);
            let _ = movie_header(&bytes);
        }

        #[test]
        fn any_boxes_end(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let file = [boxed(b"moov", &bytes), bytes].concat();
            let _ = runtime.block_on(mp4_length(&mut io::Cursor::new(file)));
        }
    }
}
