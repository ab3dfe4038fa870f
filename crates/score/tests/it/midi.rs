//! Standard MIDI Files, byte by byte as in the specification (RP-001).

use segno_score::{Error, Format, Limit, Limits, Options, read_any};

pub(crate) fn file(format: u8, division: [u8; 2], tracks: &[&[u8]]) -> Vec<u8> {
    let mut bytes = b"MThd\0\0\0\x06\0".to_vec();
    bytes.extend([format, 0, u8::try_from(tracks.len()).unwrap(), division[0], division[1]]);
    for track in tracks {
        bytes.extend(b"MTrk");
        bytes.extend(u32::try_from(track.len()).unwrap().to_be_bytes());
        bytes.extend(*track);
    }
    bytes
}

fn read(bytes: &[u8]) -> segno_score::Score {
    read_any(bytes, &Options::new().with_onsets()).unwrap()
}

/// 96 ticks a quarter.
pub(crate) const DIVISION: [u8; 2] = [0, 96];
pub(crate) const END: &[u8] = b"\0\xFF\x2F\0";

/// The example of the specification: 4/4 at 120, three channels, two bars of which one sounds.
const EXAMPLE: &[u8] = b"\0\xFF\x58\x04\x04\x02\x18\x08\0\xFF\x51\x03\x07\xA1\x20\0\xC0\x05\0\xC1\x2E\0\xC2\x46\
\0\x92\x30\x60\0\x3C\x60\x60\x91\x43\x40\x60\x90\x4C\x20\x81\x40\x82\x30\x40\0\x3C\x40\0\x81\x43\x40\0\x80\x4C\x40\0\xFF\x2F\0";

#[test]
fn the_example_of_the_specification() {
    let score = read(&file(0, DIVISION, &[EXAMPLE]));
    assert_eq!(score.format, Format::Midi);
    assert_eq!(score.structure.bars.len(), 1);
    assert_eq!(score.structure.bars[0].nominal.to_string(), "4/4");
    assert_eq!(score.tempos.iter().map(|tempo| tempo.quarter_bpm).collect::<Vec<_>>(), [120.0]);
    let programs: Vec<(&str, &[u8])> =
        score.parts.iter().map(|part| (part.id.as_str(), part.programs.as_slice())).collect();
    assert_eq!(programs, [("1", &[5][..]), ("2", &[46][..]), ("3", &[70][..])]);
    let onsets: Vec<(usize, String, Option<u8>, String)> = score
        .onsets
        .iter()
        .map(|onset| {
            (onset.part, onset.offset.lowest().to_string(), onset.key, onset.duration.lowest().to_string())
        })
        .collect();
    let expected =
        [(2, "0/1", 48, "1/1"), (2, "0/1", 60, "1/1"), (1, "1/4", 67, "3/4"), (0, "1/2", 76, "1/2")];
    assert_eq!(
        onsets,
        expected.map(|(part, at, key, long)| (part, at.to_owned(), Some(key), long.to_owned()))
    );
    assert_eq!(score.bar_times([0]), [0.0, 2.0]);
}

#[test]
fn metres_tempos_markers_and_names_of_a_format_1_file() {
    // 3/8; 60 a quarter; marker "A" after a bar of 144 ticks; then 4/4 and 90 a quarter a quarter later.
    let conductor = [
        b"\0\xFF\x03\x05Waltz\0\xFF\x58\x04\x03\x03\x18\x08\0\xFF\x51\x03\x0F\x42\x40".as_slice(),
        b"\x81\x10\xFF\x06\x01A\x60\xFF\x58\x04\x04\x02\x18\x08\0\xFF\x51\x03\x0A\x2C\x2B",
        b"\x83\0",
        &END[1..],
    ]
    .concat();
    let flute = [b"\0\xFF\x03\x05Fl\xFBte\0\xC0\x49\0\x90\x48\x40\x81\x10\x48\0".as_slice(), END].concat();
    let score = read(&file(1, DIVISION, &[&conductor, &flute]));
    assert_eq!(score.title.as_deref(), Some("Waltz"));
    assert_eq!((score.parts[0].name.as_str(), score.parts[0].programs.as_slice()), ("Flûte", &[73][..]));
    let bars: Vec<String> =
        score.grid.bars.iter().map(|bar| format!("{} {}", bar.nominal, bar.actual.lowest())).collect();
    assert_eq!(bars, ["3/8 3/8", "3/8 1/4", "4/4 1/1"]);
    assert_eq!((score.sections[0].bar, score.sections[0].text.as_str()), (1, "A"));
    let tempos: Vec<(usize, f64)> =
        score.tempos.iter().map(|tempo| (tempo.bar, tempo.quarter_bpm.round())).collect();
    assert_eq!(tempos, [(0, 60.0), (2, 90.0)]);
}

#[test]
fn the_patterns_of_a_format_2_file_are_sections() {
    let pattern = [b"\0\xFF\x58\x04\x02\x02\x18\x08\0\x90\x3C\x40\x81\x40\x3C\0".as_slice(), END].concat();
    let score = read(&file(2, DIVISION, &[&pattern, &pattern]));
    let breaks: Vec<bool> = score.structure.bars.iter().map(|bar| bar.section_break).collect();
    assert_eq!(breaks, [true, false]);
    assert_eq!(score.onsets.iter().map(|onset| onset.bar).collect::<Vec<_>>(), [0, 1]);
}

#[test]
fn without_a_signature_bars_are_4_4() {
    let track = [b"\0\x90\x3C\x40\x86\x01\x3C\0".as_slice(), END].concat();
    let score = read(&file(0, DIVISION, &[&track]));
    // 769 ticks: two bars of 384 and a sliver that makes no bar.
    assert_eq!(score.structure.bars.len(), 2);
}

#[test]
fn smpte_time_has_no_bars() {
    let error = read_any(&file(0, [0xE7, 0x28], &[EXAMPLE]), &Options::new()).unwrap_err();
    assert!(matches!(error, Error::Smpte), "{error}");
    assert!(matches!(read_any(&file(0, [0, 0], &[EXAMPLE]), &Options::new()), Err(Error::Midi { .. })));
}

#[test]
fn every_smpte_rate_is_refused_alike() {
    for rate in 0x80..=0xFF {
        let error = read_any(&file(0, [rate, 0x28], &[EXAMPLE]), &Options::new()).unwrap_err();
        assert!(matches!(error, Error::Smpte), "{rate:#x}: {error}");
    }
}

#[test]
fn riff_files_hold_a_midi_file() {
    let inner = file(0, DIVISION, &[EXAMPLE]);
    let chunk = |name: &[u8], content: &[u8]| {
        let pad = if content.len() % 2 == 1 { &b"\0"[..] } else { b"" };
        [name, &u32::try_from(content.len()).unwrap().to_le_bytes(), content, pad].concat()
    };
    let riff = chunk(b"RIFF", &[&b"RMID"[..], &chunk(b"LIST", b"odd"), &chunk(b"data", &inner)].concat());
    assert_eq!(read(&riff), read(&inner));
    let smpte = chunk(b"RIFF", &[&b"RMID"[..], &chunk(b"data", &file(0, [0x80, 0x28], &[EXAMPLE]))].concat());
    assert!(matches!(read_any(&smpte, &Options::new()), Err(Error::Smpte)));
    for end in 0..riff.len() {
        let _ = read_any(&riff[..end], &Options::new());
    }
}

#[test]
fn a_long_silence_ends_at_the_limit() {
    let track = [b"\0\x90\x3C\x40\xFF\xFF\xFF\x7F\x3C\0".as_slice(), END].concat();
    let error = read_any(&file(0, [0, 1], &[&track]), &Options::new()).unwrap_err();
    assert!(matches!(error, Error::Limit { limit: Limit::Bars, .. }), "{error}");
    let mut limits = Limits::default();
    limits.marks = 1;
    let error = read_any(&file(0, DIVISION, &[EXAMPLE]), &Options::new().with_limits(limits)).unwrap_err();
    assert!(matches!(error, Error::Limit { limit: Limit::Marks, .. }), "{error}");
}

#[test]
fn broken_files_are_errors_or_scores() {
    let whole = file(0, DIVISION, &[EXAMPLE]);
    assert!(read_any(b"MThd", &Options::new()).is_err());
    assert!(read_any(&file(1, DIVISION, &[]), &Options::new()).is_err());
    for end in 0..whole.len() {
        let _ = read_any(&whole[..end], &Options::new().with_onsets());
    }
}

/// Behind a chunk of odd length a byte is filled in, behind one of even length none.
#[test]
fn chunks_of_riff_begin_at_even_places() {
    let inner = file(0, DIVISION, &[EXAMPLE]);
    for length in 0..5_u32 {
        let mut list = [b"LIST", &length.to_le_bytes()[..], &b"abcde"[..length as usize]].concat();
        list.resize(list.len().next_multiple_of(2), 0);
        let data = [b"data", &u32::try_from(inner.len()).unwrap().to_le_bytes()[..], &inner].concat();
        let content = [&b"RMID"[..], &list, &data].concat();
        let riff = [b"RIFF", &u32::try_from(content.len()).unwrap().to_le_bytes()[..], &content].concat();
        assert_eq!(read(&riff), read(&inner), "{length}");
    }
}
