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

/// A page of an Ogg stream (RFC 3533) with one packet.
fn page(packet: &[u8], number: u32) -> Vec<u8> {
    let begins = u8::from(number == 0) * 2;
    let mut out = b"OggS\0".to_vec();
    out.push(begins);
    out.extend([0; 8]);
    out.extend(7_u32.to_le_bytes());
    out.extend(number.to_le_bytes());
    out.extend([0; 4]);
    out.extend([1, packet.len() as u8]);
    out.extend(packet);
    let crc = out.iter().fold(0_u32, |crc, byte| {
        (0..8).fold(crc ^ (u32::from(*byte) << 24), |crc, _| {
            (crc << 1) ^ if crc >> 31 == 1 { 0x04c1_1db7 } else { 0 }
        })
    });
    out[22..26].copy_from_slice(&crc.to_le_bytes());
    out
}

/// The error says what the file is in words that its owner knows.
#[test]
fn what_is_not_decoded_is_called_by_its_name() {
    let head = b"OpusHead\x01\x01\x38\x01\x80\xbb\0\0\0\0\0";
    let tags = b"OpusTags\x04\0\0\0test\0\0\0\0";
    let opus = [page(head, 0), page(tags, 1), page(&[0xf8, 0xff, 0xfe], 2)].concat();
    let fault = read(Cursor::new(opus)).unwrap_err();
    assert!(matches!(&fault, DecodeError::Codec { name, .. } if name == "Opus"), "{fault:?}");
    assert_eq!(
        fault.to_string(),
        "the recording is coded as Opus, which is not decoded; convert it to FLAC, MP3 or WAV, as ffmpeg does"
    );
    for (file, name) in [
        (&b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01"[..], "WebM"),
        (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\0\xaa\0\x62\xce\x6c", "Windows Media"),
        (b"MThd\0\0\0\x06\0\x01\0\x02\x01\xe0MTrk", "MIDI"),
    ] {
        let file = [file, &[0; 3000]].concat();
        let fault = read(Cursor::new(file)).unwrap_err();
        assert!(fault.to_string().contains(name), "{fault}");
    }
}

/// The decoder of ADPCM that there is overflows on damaged files.
#[test]
fn adpcm_is_refused() {
    let mut out = b"RIFF\0\0\x02\0WAVEfmt ".to_vec();
    out.extend(50_u32.to_le_bytes());
    out.extend([2_u16, 1].into_iter().flat_map(u16::to_le_bytes));
    out.extend([RATE, RATE / 2].into_iter().flat_map(u32::to_le_bytes));
    out.extend([256_u16, 4, 32, 500, 7].into_iter().flat_map(u16::to_le_bytes));
    let coefficients = [256_i16, 0, 512, -256, 0, 0, 192, 64, 240, 0, 460, -208, 392, -232];
    out.extend(coefficients.into_iter().flat_map(i16::to_le_bytes));
    out.extend(b"data");
    out.extend(2560_u32.to_le_bytes());
    let block = [&[0_u8, 0xff, 0x7f, 0xff, 0x7f, 0xff, 0x7f][..], &[0x88; 249]].concat();
    out.extend(block.repeat(10));
    let fault = read(Cursor::new(out)).unwrap_err();
    assert!(matches!(&fault, DecodeError::Codec { name, .. } if name == "ADPCM"), "{fault:?}");
}
