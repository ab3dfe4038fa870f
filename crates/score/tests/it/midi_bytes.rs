//! Tracks that lost, gained or changed one byte anywhere: how much of the music is still read.

use segno_score::{Options, read_any};

use crate::midi::{DIVISION, END, file};

/// Where the events of the first track begin in a file.
const EVENTS: usize = 22;
const METRE: &[u8] = b"\0\xFF\x58\x04\x04\x02\x18\x08";

/// Key and quarters from the beginning of each note.
fn notes(bytes: &[u8]) -> Vec<(u8, u64)> {
    let Ok(score) = read_any(bytes, &Options::new().with_onsets()) else { return Vec::new() };
    let place = |bar: usize, offset: segno_syncpoint::Fraction| {
        let quarters = bar as f64 * 4.0 + offset.quarters();
        (quarters * 96.0).round() as u64
    };
    score.onsets.iter().filter_map(|onset| Some((onset.key?, place(onset.bar, onset.offset)))).collect()
}

/// The share of notes that are read for each way to damage a byte of these events: at their places, and by their keys.
fn kept(events: &[u8]) -> [(f64, f64); 3] {
    let whole = file(0, DIVISION, &[&[METRE, events, END].concat()]);
    let all = notes(&whole);
    let keys = |notes: &[(u8, u64)]| notes.iter().map(|note| note.0).collect::<Vec<u8>>();
    let mut found = [(0, 0, 0); 3];
    for at in (EVENTS + METRE.len()..whole.len() - END.len()).step_by(2) {
        let mut tries: Vec<(usize, Vec<u8>)> = Vec::new();
        for value in [0x40, 0x80, 0xC5, 0xF0, 0xF4, 0xFF] {
            let mut inserted = whole.clone();
            inserted.insert(at, value);
            tries.push((0, inserted));
            let mut replaced = whole.clone();
            replaced[at] = value;
            tries.push((1, replaced));
        }
        let mut lost = whole.clone();
        lost.remove(at);
        tries.push((2, lost));
        for (way, bytes) in tries {
            let notes = notes(&bytes);
            let held = keys(&notes);
            found[way].0 += all.iter().filter(|note| notes.contains(note)).count();
            found[way].1 += all.iter().filter(|note| held.contains(&note.0)).count();
            found[way].2 += all.len();
        }
    }
    found.map(|(placed, keyed, of)| (placed as f64 / of as f64, keyed as f64 / of as f64))
}

fn styles() -> Vec<(&'static str, Vec<u8>)> {
    let note = |key: u8| vec![0, 0x90, key, 0x40, 0x60, 0x80, key, 0];
    let plain: Vec<u8> = (40..57).flat_map(note).collect();
    let mut running = vec![0, 0x90, 40, 0x40, 0x60, 40, 0];
    running.extend((41..57).flat_map(|key| [0, key, 0x40, 0x60, key, 0]));
    let mixed: Vec<u8> = (40..51)
        .flat_map(|key| {
            [
                &[0, 0xB0, 7, key, 0, 0xC1, key & 0x1F, 0, 0x90, key, 0x40, 0, 0x91, key + 40, 0x50][..],
                &[0x60, 0x80, key, 0, 0, 0x81, key + 40, 0, 0, 0xE0, 0, 0x40],
            ]
            .concat()
        })
        .collect();
    let slow: Vec<u8> =
        (40..57).flat_map(|key| vec![0x83, 0, 0x90, key, 0x40, 0x81, 0x40, 0x80, key, 0]).collect();
    let metas: Vec<u8> = (40..51)
        .flat_map(|key| {
            [&b"\0\xFF\x51\x03\x07\xA1\x20\0\xFF\x01\x02hi\0\xF0\x03\x7E\x09\xF7"[..], &note(key)].concat()
        })
        .collect();
    vec![("plain", plain), ("running", running), ("mixed", mixed), ("slow", slow), ("metas", metas)]
}

/// In hundredths, at their places and by their keys, with a byte too many, a wrong one, and one too few. A byte that is lost may
/// leave events that can all be read, as others than they were. What is kept may grow, and must not fall.
const FLOORS: [(&str, [(f64, f64); 3]); 5] = [
    ("plain", [(65.5, 98.1), (84.0, 98.3), (49.8, 51.2)]),
    ("running", [(52.8, 64.8), (69.2, 72.1), (49.8, 49.8)]),
    ("mixed", [(70.7, 98.4), (85.9, 97.5), (75.1, 97.7)]),
    ("slow", [(63.9, 98.9), (74.3, 97.2), (59.8, 98.6)]),
    ("metas", [(60.9, 98.8), (83.1, 98.2), (60.2, 96.9)]),
];

#[test]
fn one_byte_costs_little_of_the_music() {
    for ((name, events), (floor, least)) in styles().into_iter().zip(FLOORS) {
        let kept = kept(&events).map(|(placed, keyed)| (100.0 * placed, 100.0 * keyed));
        let enough = kept.iter().zip(least).all(|(kept, least)| kept.0 >= least.0 && kept.1 >= least.1);
        assert!(name == floor && enough, "{name}: {kept:?}, not {least:?}");
    }
}

/// RP-001: what these meta events hold is always so many bytes.
const LENGTHS: [(u8, usize); 6] = [(0x20, 1), (0x21, 1), (0x51, 3), (0x54, 5), (0x58, 4), (0x59, 2)];

#[test]
fn meta_events_of_any_wrong_length() {
    let note = |key: u8| vec![0, 0x90, key, 0x40, 0x60, 0x80, key, 0];
    for (kind, length) in LENGTHS {
        for claimed in [length - 1, length + 1, length + 2, length + 27, 0x7F] {
            let data: &[u8] = match kind {
                0x51 => b"\x07\xA1\x20",
                0x58 => b"\x04\x02\x18\x08",
                _ => &[0; 5][..length],
            };
            let event = [&[0, 0xFF, kind, u8::try_from(claimed).unwrap()][..], data].concat();
            let events: Vec<u8> =
                (60..64).flat_map(note).chain(event).chain((64..68).flat_map(note)).collect();
            let read = notes(&file(0, DIVISION, &[&[METRE, &events, END].concat()]));
            let expected: Vec<(u8, u64)> = (60..68).map(|key| (key, 96 * u64::from(key - 60))).collect();
            assert_eq!(read, expected, "{kind:02X} of {claimed}");
        }
    }
}

/// What stands behind an end-of-track event is music if it ends with another one, or if it is most of the track.
#[test]
fn music_behind_the_end_of_a_track() {
    let of = |keys: core::ops::Range<u8>| {
        keys.flat_map(|key| [0, 0x90, key, 0x40, 0x60, 0x80, key, 0]).collect::<Vec<u8>>()
    };
    let kept = |parts: &[&[u8]]| notes(&file(0, DIVISION, &[&parts.concat()])).len();
    assert_eq!(kept(&[METRE, &of(60..64), END, &of(64..68), END]), 8);
    assert_eq!(kept(&[METRE, &of(60..67), END, &of(67..68), END]), 8);
    assert_eq!(kept(&[METRE, &of(60..62), END, &of(62..72)]), 12);
    assert_eq!(kept(&[METRE, &of(60..70), END, &of(70..72)]), 10);
    assert_eq!(kept(&[METRE, &of(60..64), END, &[0; 40], END]), 4);
    assert_eq!(kept(&[METRE, &of(60..64), END, &[0xFF; 200]]), 4);
}
