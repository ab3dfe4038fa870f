//! Files of sound. Only WAV is small enough to be written here; `cargo xtask align --codecs` tries the others.

use std::io::Cursor;

use segno_align::Analyzer;
use segno_align::decode::{DecodeError, read};

use crate::studio::{Dice, RATE};

/// A WAV file of 16 bits.
fn wav(samples: &[i16], channels: u16) -> Vec<u8> {
    let bytes = samples.len() as u32 * 2;
    let mut out = b"RIFF".to_vec();
    out.extend((36 + bytes).to_le_bytes());
    out.extend(b"WAVEfmt ");
    out.extend(16_u32.to_le_bytes());
    out.extend(1_u16.to_le_bytes());
    out.extend(channels.to_le_bytes());
    out.extend(RATE.to_le_bytes());
    out.extend((RATE * u32::from(channels) * 2).to_le_bytes());
    out.extend((channels * 2).to_le_bytes());
    out.extend(16_u16.to_le_bytes());
    out.extend(b"data");
    out.extend(bytes.to_le_bytes());
    out.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
    out
}

fn noise() -> Vec<i16> {
    let mut dice = Dice::new(5);
    (0..RATE).map(|_| ((dice.roll() - 0.5) * 20_000.0) as i16).collect()
}

#[test]
fn a_file_gives_what_its_samples_give() {
    let samples = noise();
    let mut analyzer = Analyzer::new(RATE).unwrap();
    analyzer.push(&samples.iter().map(|sample| f32::from(*sample) / 32_768.0).collect::<Vec<f32>>());
    let expected = analyzer.finish();
    assert_eq!(read(Cursor::new(wav(&samples, 1))).unwrap(), expected);
    let stereo: Vec<i16> = samples.iter().flat_map(|sample| [*sample, *sample]).collect();
    assert_eq!(read(Cursor::new(wav(&stereo, 2))).unwrap(), expected);
}

#[test]
fn damaged_files_are_read_as_far_as_they_go_or_refused() {
    let whole = wav(&noise(), 1);
    let half = read(Cursor::new(whole[..whole.len() / 2].to_vec())).unwrap();
    assert!((half.seconds() - 0.5).abs() < 0.06, "{}", half.seconds());
    for length in [0, 1, 12, 30, 44] {
        assert!(read(Cursor::new(whole[..length].to_vec())).is_err());
    }
    let fault = read(Cursor::new(b"no sound at all, but some words".to_vec())).unwrap_err();
    assert!(matches!(fault, DecodeError::Unsupported(_) | DecodeError::Io(_)), "{fault:?}");
}
