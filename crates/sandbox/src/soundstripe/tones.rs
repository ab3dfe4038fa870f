//! The sound itself: a few small recordings that all files share.

use std::time::{Duration, SystemTime};

use crate::storage::Object;

/// How many different recordings there are; files share them.
const TONES: u32 = 12;

const SAMPLE_RATE: u32 = 48_000;

/// Frames of MPEG audio in a file: 1,152 samples each.
const FRAMES: usize = 50;

/// Small recordings: a tone as WAV (48 kHz, 24 bit, mono, 1/20 s) and silence as MP3 (1.2 s).
pub(super) struct Tones(Vec<(Object, Object)>);

impl Tones {
    pub(super) fn new() -> Self {
        let object = |bytes: Vec<u8>, content_type: &str| Object {
            content_type: Some(content_type.to_owned()),
            ..Object::from_bytes(bytes, SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000))
        };
        let pair = |tone| (object(mp3(tone), "audio/mpeg"), object(wav(tone), "audio/wav"));
        Self((0..TONES).map(pair).collect())
    }

    /// The recording of a file in both formats: MP3, WAV.
    pub(super) fn of(&self, id: u64) -> &(Object, Object) {
        &self.0[usize::try_from(id % u64::from(TONES)).unwrap_or_default()]
    }
}

/// RIFF/WAVE with PCM samples: a sine, a semitone higher from tone to tone.
fn wav(tone: u32) -> Vec<u8> {
    let samples = SAMPLE_RATE / 20;
    let frequency = 220.0 * 2f64.powf(f64::from(tone) / 12.0);
    let data_length = samples * 3;
    let mut bytes = Vec::with_capacity(44 + data_length as usize);
    bytes.extend(b"RIFF");
    bytes.extend((36 + data_length).to_le_bytes());
    bytes.extend(b"WAVEfmt ");
    bytes.extend(16u32.to_le_bytes());
    // PCM, one channel, bytes per second, bytes per sample, bits per sample.
    for field in [1u16, 1] {
        bytes.extend(field.to_le_bytes());
    }
    bytes.extend(SAMPLE_RATE.to_le_bytes());
    bytes.extend((SAMPLE_RATE * 3).to_le_bytes());
    for field in [3u16, 24] {
        bytes.extend(field.to_le_bytes());
    }
    bytes.extend(b"data");
    bytes.extend(data_length.to_le_bytes());
    for sample in 0..samples {
        let phase = std::f64::consts::TAU * frequency * f64::from(sample) / f64::from(SAMPLE_RATE);
        // A quarter of full scale; the value fits 24 bits by far.
        #[allow(clippy::cast_possible_truncation)]
        let value = (phase.sin() * 2_097_152.0) as i32;
        bytes.extend(&value.to_le_bytes()[..3]);
    }
    bytes
}

/// An ID3v2.3 tag with a title, then silent frames of MPEG-1 layer III: 32 kbit/s, 48 kHz, mono, 96 bytes each.
fn mp3(tone: u32) -> Vec<u8> {
    let title = format!("\0Silence {tone}");
    let mut frame = b"TIT2".to_vec();
    frame.extend(u32::try_from(title.len()).unwrap_or_default().to_be_bytes());
    frame.extend([0, 0]);
    frame.extend(title.as_bytes());
    let mut bytes = b"ID3\x03\0\0".to_vec();
    let length = frame.len();
    // A synchsafe length: seven bits to a byte.
    bytes.extend([21u32, 14, 7, 0].map(|shift| u8::try_from(length >> shift & 0x7f).unwrap_or_default()));
    bytes.extend(frame);
    for _ in 0..FRAMES {
        bytes.extend([0xff, 0xfb, 0x14, 0xc4]);
        bytes.extend([0; 92]);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_what_the_headers_say() {
        let wav = wav(3);
        assert_eq!(wav.len(), 44 + 2400 * 3);
        assert_eq!(wav[4..8], u32::try_from(wav.len() - 8).unwrap().to_le_bytes());
        let mp3 = mp3(3);
        // 144 * 32000 / 48000 bytes a frame (ISO/IEC 11172-3, section 2.4.3.1).
        let tag = 10 + usize::from(mp3[9]);
        assert_eq!((mp3.len() - tag) % 96, 0);
        assert_eq!(&mp3[tag..tag + 2], &[0xff, 0xfb]);
    }
}
