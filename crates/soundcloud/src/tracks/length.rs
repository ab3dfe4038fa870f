//! How long audio lasts, by the beginning of its file: WAVE, AIFF and FLAC say so there.

use std::time::Duration;

use super::Format;

/// How much of a file is read for it, in bytes: notes and pictures may stand before what is wanted.
pub(super) const HEAD: u64 = 64 * 1024;

/// The length of a file of `total` bytes that begins with `head`; `None` if it cannot be told from there.
pub(super) fn length(format: Format, head: &[u8], total: u64) -> Option<Duration> {
    let seconds = match format {
        Format::Wave => wave(head, total),
        Format::Aiff => aiff(head),
        Format::Flac => flac(head),
        _ => None,
    }?;
    Duration::try_from_secs_f64(seconds).ok()
}

/// Bytes of sound by bytes in a second, from the chunks `fmt ` and `data`.
fn wave(head: &[u8], total: u64) -> Option<f64> {
    let mut rate = None;
    for chunk in Chunks::of(head, u32::from_le_bytes) {
        match &chunk.name {
            b"fmt " => rate = Some(u32::from_le_bytes(chunk.content.get(8..12)?.try_into().ok()?)),
            b"data" => {
                // A writer that could not go back leaves 0 or the largest number; then all that follows is sound.
                let rest = total.checked_sub(chunk.start as u64)?;
                let bytes =
                    Some(u64::from(chunk.size)).filter(|size| *size > 0 && *size <= rest).unwrap_or(rest);
                return rate.filter(|rate| *rate > 0).map(|rate| bytes as f64 / f64::from(rate));
            }
            _ => {}
        }
    }
    None
}

/// Sample frames by frames in a second, from the chunk `COMM`; the rate is an 80-bit float.
fn aiff(head: &[u8]) -> Option<f64> {
    let common = Chunks::of(head, u32::from_be_bytes).find(|chunk| &chunk.name == b"COMM")?.content;
    let frames = u32::from_be_bytes(common.get(2..6)?.try_into().ok()?);
    let exponent = i32::from(u16::from_be_bytes(common.get(8..10)?.try_into().ok()?) & 0x7fff) - 16_383 - 63;
    let mantissa = u64::from_be_bytes(common.get(10..18)?.try_into().ok()?);
    let rate = mantissa as f64 * 2_f64.powi(exponent);
    (1.0..1e9).contains(&rate).then(|| f64::from(frames) / rate)
}

/// Samples by samples in a second, from the block `STREAMINFO` (RFC 9639, section 8.2); 0 samples is an unknown number.
fn flac(head: &[u8]) -> Option<f64> {
    if head.get(4)? & 0x7f != 0 {
        return None;
    }
    let packed = u64::from_be_bytes(head.get(18..26)?.try_into().ok()?);
    let (rate, samples) = (packed >> 44, packed & 0xf_ffff_ffff);
    (rate > 0 && samples > 0).then(|| samples as f64 / rate as f64)
}

/// The chunks of a RIFF or IFF file: a name, a size, content padded to an even length.
struct Chunks<'h> {
    head: &'h [u8],
    at: usize,
    number: fn([u8; 4]) -> u32,
}

struct Chunk<'h> {
    name: [u8; 4],
    size: u32,
    /// Where its content begins.
    start: usize,
    /// As much of its content as is here.
    content: &'h [u8],
}

impl<'h> Chunks<'h> {
    fn of(head: &'h [u8], number: fn([u8; 4]) -> u32) -> Self {
        Self { head, at: 12, number }
    }
}

impl<'h> Iterator for Chunks<'h> {
    type Item = Chunk<'h>;

    fn next(&mut self) -> Option<Chunk<'h>> {
        let start = self.at.checked_add(8)?;
        let name = self.head.get(self.at..self.at + 4)?.try_into().ok()?;
        let size = (self.number)(self.head.get(self.at + 4..start)?.try_into().ok()?);
        let length = usize::try_from(size).ok()?;
        let content = self.head.get(start..)?;
        self.at = start.checked_add(length)?.checked_add(length % 2)?;
        Some(Chunk { name, size, start, content: content.get(..length).unwrap_or(content) })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(head: &[u8], total: u64) -> Option<Duration> {
        length(Format::of_content(head)?, head, total)
    }

    fn wave_head(rate: u32, data: u32) -> Vec<u8> {
        let mut head = b"RIFF\0\0\0\0WAVEJUNK\x03\0\0\0abc\0fmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0".to_vec();
        head.extend(rate.to_le_bytes());
        head.extend(b"\x02\0\x10\0data");
        head.extend(data.to_le_bytes());
        head
    }

    #[test]
    fn what_the_three_formats_say() {
        let head = wave_head(16_000, 24_000);
        let total = head.len() as u64 + 24_000;
        assert_eq!(of(&head, total), Some(Duration::from_millis(1500)));
        for unknown in [0, u32::MAX] {
            assert_eq!(of(&wave_head(16_000, unknown), total), Some(Duration::from_millis(1500)));
        }
        assert_eq!(of(&wave_head(0, 24_000), total), None);

        // 44,100 Hz as an 80-bit float (IEEE 754 extended): exponent 0x400e, mantissa 0xac44 at its upper end.
        let mut aiff = b"FORM\0\0\0\0AIFFCOMM\0\0\0\x12\0\x02".to_vec();
        aiff.extend(88_200_u32.to_be_bytes());
        aiff.extend(b"\0\x10\x40\x0e\xac\x44\0\0\0\0\0\0");
        assert_eq!(of(&aiff, 1000), Some(Duration::from_secs(2)));

        // RFC 9639, appendix D.1: 44,100 Hz, one sample.
        let flac = b"fLaC\x80\0\0\x22\x10\0\x10\0\0\0\x0f\0\0\x0f\x0a\xc4\x42\xf0\0\0\0\x01";
        assert_eq!(of(flac, 1000), Some(Duration::from_secs_f64(1.0 / 44_100.0)));
        assert_eq!(of(b"fLaC-bytes", 10), None);
    }

    proptest! {
        #[test]
        fn no_bytes_panic(
            magic in prop_oneof![Just("RIFF....WAVE"), Just("FORM....AIFF"), Just("fLaC")],
            rest in prop::collection::vec(any::<u8>(), 0..80),
            named in prop::collection::vec(prop_oneof![Just("fmt "), Just("data"), Just("COMM")], 0..4),
            total in any::<u64>(),
        ) {
            let mut head = magic.as_bytes().to_vec();
            for name in named {
                head.extend(name.as_bytes());
                head.extend(rest.iter().take(4));
            }
            head.extend(&rest);
            let _ = of(&head, total);
        }
    }
}
