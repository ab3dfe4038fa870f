//! The duration of a WAV file, from its `fmt ` and `data` chunks (RF64 and BW64 too).

use std::io::{Read, Seek, SeekFrom};

/// Seconds; `None` if this is not a WAV file or its header makes no sense.
pub(crate) fn duration(reader: &mut (impl Read + Seek), len: u64) -> Option<f64> {
    reader.seek(SeekFrom::Start(0)).ok()?;
    let mut riff = [0; 12];
    reader.read_exact(&mut riff).ok()?;
    if !matches!(&riff[..4], b"RIFF" | b"RF64" | b"BW64") || &riff[8..] != b"WAVE" {
        return None;
    }
    let (mut rate, mut block, mut long) = (0_u32, 0_u16, None);
    let mut position = 12_u64;
    loop {
        let mut head = [0; 8];
        reader.seek(SeekFrom::Start(position)).ok()?;
        reader.read_exact(&mut head).ok()?;
        let size = u32::from_le_bytes([head[4], head[5], head[6], head[7]]);
        match &head[..4] {
            b"ds64" => {
                let mut sizes = [0; 16];
                reader.read_exact(&mut sizes).ok()?;
                long = sizes.last_chunk::<8>().map(|bytes| u64::from_le_bytes(*bytes));
            }
            b"fmt " => {
                let mut format = [0; 16];
                reader.read_exact(&mut format).ok()?;
                rate = u32::from_le_bytes([format[4], format[5], format[6], format[7]]);
                block = u16::from_le_bytes([format[12], format[13]]);
            }
            b"data" => {
                // A recorder that was cut off leaves a size that the file does not hold.
                let there = len.saturating_sub(position + 8);
                let bytes = if size == u32::MAX { long.unwrap_or(there) } else { u64::from(size) }.min(there);
                if rate == 0 || block == 0 {
                    return None;
                }
                return Some((bytes / u64::from(block)) as f64 / f64::from(rate));
            }
            _ => {}
        }
        position = position.checked_add(8 + u64::from(size) + u64::from(size % 2))?;
    }
}
