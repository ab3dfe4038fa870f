//! Tracks with damage: what can be read is read, and what is passed over is told with its place. The orders expected are
//! those of players (MuseScore 3, mido) or follow from where the bytes were broken.

use segno_score::{DiagnosticKind, Error, Options, Score, read_any};

use crate::midi::{DIVISION, END, file};

/// Where the events of the first track begin in a file.
const EVENTS: u64 = 22;
const METRE: &[u8] = b"\0\xFF\x58\x04\x04\x02\x18\x08";

fn read(bytes: &[u8]) -> Score {
    read_any(bytes, &Options::new().with_onsets()).unwrap()
}

/// A quarter note.
fn note(key: u8) -> Vec<u8> {
    vec![0, 0x90, key, 0x40, 0x60, 0x80, key, 0]
}

/// A quarter note that ends by a note-on of no velocity.
fn struck(key: u8) -> Vec<u8> {
    vec![0, 0x90, key, 0x40, 0x60, key, 0]
}

/// A quarter note in running status, for which a note-on must have come before.
fn running(key: u8) -> Vec<u8> {
    vec![0, key, 0x40, 0x60, key, 0]
}

fn notes(keys: core::ops::Range<u8>) -> Vec<u8> {
    keys.flat_map(note).collect()
}

/// A file of one track with these events and its end.
fn track(events: &[&[u8]]) -> Vec<u8> {
    file(0, DIVISION, &[&[&events.concat(), END].concat()])
}

/// The notes as key and beat from the beginning, 4/4 throughout.
fn beats(score: &Score) -> Vec<(u8, f64)> {
    let beat = |bar: usize, offset: segno_syncpoint::Fraction| bar as f64 * 4.0 + offset.quarters();
    score.onsets.iter().map(|onset| (onset.key.unwrap(), beat(onset.bar, onset.offset))).collect()
}

/// Quarter notes one after the other.
fn scale(keys: core::ops::Range<u8>) -> Vec<(u8, f64)> {
    keys.clone().map(|key| (key, f64::from(key - keys.start))).collect()
}

fn damage(score: &Score) -> Vec<(u64, &str)> {
    let diagnostics = score.diagnostics.iter().filter(|diagnostic| diagnostic.kind == DiagnosticKind::Damage);
    diagnostics.map(|diagnostic| (diagnostic.offset, diagnostic.message.as_str())).collect()
}

/// A scale of eight notes with these bytes after the second one: all eight are read, and one diagnostic tells the place, so
/// many bytes into the damage.
#[track_caller]
fn scale_around(bytes: &[u8], place: u64) {
    for (before, after) in [
        (notes(60..62), notes(62..68)),
        (notes(60..62), [struck(62), (63..68).flat_map(running).collect()].concat()),
    ] {
        let score = read(&track(&[METRE, &before, bytes, &after]));
        assert_eq!(beats(&score), scale(60..68), "{bytes:02X?}");
        let told: Vec<u64> = damage(&score).iter().map(|diagnostic| diagnostic.0).collect();
        assert_eq!(told, [EVENTS + 8 + 16 + place], "{bytes:02X?}: {:?}", score.diagnostics);
        assert_eq!(score.structure.bars.len(), 2);
    }
}

#[test]
fn running_status_goes_on_after_meta_and_exclusive_events() {
    for between in [
        &b"\0\xFF\x01\x02hi"[..],
        b"\0\xF0\x05\x7E\x7F\x09\x01\xF7",
        b"\0\xF7\x02\xF3\x01",
        b"\0\xFF\x01\x00\0\xF0\x01\xF7\0\xFF\x05\x03ah ",
    ] {
        let running = |keys: core::ops::Range<u8>| keys.flat_map(running).collect::<Vec<u8>>();
        let events = [METRE, b"\0\x90\x3C\x40\x60\x3C\0", &running(61..64), between, &running(64..68)];
        let score = read(&track(&events));
        assert_eq!(beats(&score), scale(60..68));
        assert_eq!(score.diagnostics, []);
    }
}

#[test]
fn system_messages_as_events() {
    for status in [0xF4, 0xF5, 0xF6, 0xF8, 0xF9, 0xFA, 0xFB, 0xFC, 0xFD, 0xFE] {
        scale_around(&[0, status], 1);
    }
    scale_around(&[0, 0xF1, 0x7F], 1);
    scale_around(&[0, 0xF2, 0x7F, 0x7F], 1);
    scale_around(&[0, 0xF3, 0x7F], 1);
}

#[test]
fn the_time_of_a_message_that_is_passed_over_passes() {
    let score = read(&track(&[METRE, &note(60), &[0x60, 0xFE], &note(61)]));
    assert_eq!(beats(&score), [(60, 0.0), (61, 2.0)]);
}

#[test]
fn many_system_messages_in_a_row() {
    let clocks: Vec<u8> = [0, 0xF8].repeat(50);
    let score = read(&track(&[METRE, &note(60), &clocks, &note(61)]));
    assert_eq!(beats(&score), scale(60..62));
    assert_eq!(damage(&score).len(), 50);
    let all =
        b"\0\xF1\x7F\0\xF2\x7F\x7F\0\xF3\x7F\0\xF4\0\xF5\0\xF6\0\xF8\0\xF9\0\xFA\0\xFB\0\xFC\0\xFD\0\xFE";
    let score = read(&track(&[METRE, all, &notes(60..64)]));
    assert_eq!(beats(&score), scale(60..64));
    assert_eq!(damage(&score).len(), 13);
}

#[test]
fn realtime_bytes_as_a_cable_carries_them() {
    for status in [0xF8, 0xFA, 0xFE] {
        // Between the time and the status, and between the bytes of a message.
        for message in [[status, 0x90, 62, 0x40], [0x90, status, 62, 0x40], [0x90, 62, status, 0x40]] {
            let third = [&[0][..], &message, &[0x60, 0x80, 62, 0]].concat();
            let score = read(&track(&[METRE, &notes(60..62), &third, &notes(63..68)]));
            assert_eq!(beats(&score), scale(60..68), "{message:02X?}");
            assert_eq!(damage(&score).len(), 1);
        }
    }
}

#[test]
fn data_bytes_above_127() {
    // Program, controller and its value, pitch bend, pressure: with running status behind or not.
    for bytes in [
        &b"\0\xC0\xFF"[..],
        b"\0\xC0\x80",
        b"\0\xC0\xF8",
        b"\0\xD0\x90",
        b"\0\xB0\x07\xFF",
        b"\0\xB0\x87\x40",
        b"\0\xE0\x80\x40",
        b"\0\xA0\x3C\xC0",
    ] {
        let place = bytes.iter().rposition(|byte| *byte > 127).unwrap() as u64;
        scale_around(bytes, place);
    }
    let score = read(&track(&[METRE, b"\0\xC0\xA8", &notes(60..62)]));
    assert_eq!(score.parts[0].programs, [40], "the highest bit is ignored, as MuseScore does");
}

#[test]
fn data_bytes_above_127_throughout() {
    let loud = |key: u8| vec![0, 0x90, key, 0xC0, 0x60, 0x80, key, 0xC0];
    let score = read(&track(&[METRE, &(60..76).flat_map(loud).collect::<Vec<u8>>()]));
    assert_eq!(beats(&score), scale(60..76));
    assert_eq!(damage(&score).len(), 32);
    // Louder than there is, at the value of a tune: each velocity could be a status as well.
    let tune = |key: u8| vec![0, 0x90, key, 0xD0 + 0x10 * (key % 3), 0x81, 0x70, 0x80, key, 0x64];
    let score = read(&track(&[METRE, &(60..76).flat_map(tune).collect::<Vec<u8>>()]));
    assert_eq!((score.onsets.len(), damage(&score).len()), (16, 16));
    let high = |key: u8| vec![0, 0x90, key | 0x80, 0x40, 0x60, 0x80, key | 0x80, 0];
    let score = read(&track(&[METRE, &(60..76).flat_map(high).collect::<Vec<u8>>()]));
    assert_eq!(beats(&score), scale(60..76));
}

#[test]
fn bytes_that_are_no_event() {
    // Each begins like a time and goes on as nothing that a file may hold.
    for bytes in [
        &b"\x81\x82\x83\x84\x85\x86"[..],
        b"\x90\x91\x92\x93\x94",
        b"\xFF\xFF\xFF\xFF\xFF\xFF",
        b"\0\xFF\x01\xFF\xFF\xFF\x7F",
        b"\0\xF0\xFF\xFF\xFF\x7F",
        b"\0\xFF\x01\x80\x80\x80\x80\x01",
        b"\0\xFF\x99\xFF\xFF\xFF\xFF",
    ] {
        let score = read(&track(&[METRE, &notes(60..62), bytes, &notes(62..68)]));
        let keys: Vec<u8> =
            score.onsets.iter().filter_map(|note| note.key.filter(|key| (60..68).contains(key))).collect();
        assert_eq!(keys, [60, 61, 62, 63, 64, 65, 66, 67], "{bytes:02X?} {:?}", score.diagnostics);
        assert!(!damage(&score).is_empty());
    }
}

#[test]
fn a_message_that_lost_its_first_status() {
    let score = read(&track(&[METRE, &running(59), &notes(60..68)]));
    let told = damage(&score);
    assert_eq!(told, [(EVENTS + 8, "6 bytes of no event passed over")]);
    assert_eq!(score.onsets.len(), 8);
}

#[test]
fn a_message_that_lost_a_byte_is_told_at_the_latest_by_the_end_of_the_track() {
    for bytes in [&b"\0\xB0\x07"[..], b"\0\xB0"] {
        let score = read(&track(&[METRE, &notes(60..62), bytes, &notes(62..68)]));
        assert!(!damage(&score).is_empty(), "{bytes:02X?} {:?}", beats(&score));
    }
}

#[test]
fn times_of_more_than_four_bytes() {
    let padded = [&[0x80, 0x80, 0x80, 0x80, 0x80, 0][..], &note(62)[1..]].concat();
    let score = read(&track(&[METRE, &notes(60..62), &padded, &notes(63..68)]));
    assert_eq!(beats(&score), scale(60..68));
    assert_eq!(damage(&score), [(EVENTS + 24, "a time of more than four bytes")]);
    let endless = [&[0xFF; 300][..], &[0x81; 300]].concat();
    let score = read(&track(&[METRE, &notes(60..62), &endless, &notes(62..64)]));
    assert_eq!(beats(&score).len(), 4);
}

#[test]
fn exclusive_messages_of_the_wrong_length() {
    // As sent on a cable, without a length; too long by 2; too short by 2; without an end; with one that is too long.
    scale_around(b"\0\xF0\x41\x10\x42\x12\x40\0\x7F\0\x41\xF7", 1);
    scale_around(b"\0\xF0\x0C\x41\x10\x42\x12\x40\0\x7F\0\x41\xF7", 1);
    scale_around(b"\0\xF0\x08\x41\x10\x42\x12\x40\0\x7F\0\x41\xF7", 1);
    scale_around(b"\0\xF0\x81\x70\x41\x10\x42\x12\x40\0\x7F\0\x41\xF7", 1);
    // A message in two packets is right as it is.
    let packets = b"\0\xF0\x03\x43\x12\0\x00\xF7\x03\x43\x12\xF7";
    let score = read(&track(&[METRE, &notes(60..62), packets, &notes(62..68)]));
    assert_eq!((beats(&score), damage(&score)), (scale(60..68), vec![]));
}

#[test]
fn meta_events_of_the_wrong_length() {
    // A key of two bytes that claims three and 64, a tempo of three that claims two and twenty.
    scale_around(b"\0\xFF\x59\x03\0\0", 1);
    scale_around(b"\0\xFF\x51\x02\x07\xA1\x20", 1);
    scale_around(b"\0\xFF\x51\x14\x07\xA1\x20", 1);
    scale_around(b"\0\xFF\x59\x40\0\0", 1);
    let score = read(&track(&[b"\0\xFF\x51\xFF\xFF\xFF\x7F\x0F\x42\x40", METRE, &notes(60..64)]));
    assert_eq!(beats(&score), scale(60..64));
    assert_eq!(score.tempos[0].quarter_bpm, 60.0);
    // Longer ones that are followed by an event are right as they are.
    let longer = b"\0\xFF\x58\x05\x04\x02\x18\x08\x00\0\xFF\x51\x04\x07\xA1\x20\x00";
    let score = read(&track(&[longer, &notes(60..64)]));
    assert_eq!((beats(&score), damage(&score)), (scale(60..64), vec![]));
}

#[test]
fn one_bad_byte_anywhere_mostly_costs_a_note_or_two() {
    // A byte above 127 put anywhere among 64 notes, or in place of any byte. As players do, the reader loses its place
    // for longer if the byte can be part of a time or of a meta event.
    let whole = track(&[METRE, &notes(30..94)]);
    let (first, last) = (EVENTS as usize + 8, whole.len() - END.len());
    let (mut few, mut all) = (0, 0);
    for at in (first..last).step_by(3) {
        for value in [0x80, 0xC5, 0xF0, 0xF4, 0xF8, 0xFF] {
            let mut inserted = whole.clone();
            inserted.insert(at, value);
            let mut replaced = whole.clone();
            replaced[at] = value;
            for bytes in [inserted, replaced] {
                let kept = match read_any(&bytes, &Options::new().with_onsets()) {
                    Ok(score) => {
                        (30..94).filter(|key| score.onsets.iter().any(|note| note.key == Some(*key))).count()
                    }
                    // A damaged time may be any number.
                    Err(_) => 0,
                };
                few += usize::from(kept >= 60);
                all += 1;
            }
        }
    }
    assert!(few * 10 >= all * 9, "{few} of {all}");
}

#[test]
fn a_file_that_was_sent_as_text() {
    // Each line feed became a carriage return and a line feed: in each panning controller.
    let bar = |key: u8| {
        [&[0, 0xB0, 0x0A, 0x40, 0, 0xB0, 0x07, 0x64][..], &note(key), &note(key), &[0, 0xB0, 0x40, 0]]
            .concat()
    };
    let volume = b"\0\xB0\x07\x64\0\xB0\x07\x64";
    let whole = track(&[METRE, volume, &notes(38..40), &(40..100).flat_map(bar).collect::<Vec<u8>>()]);
    let sent: Vec<u8> =
        whole.iter().flat_map(|byte| if *byte == 10 { vec![13, 10] } else { vec![*byte] }).collect();
    let score = read(&sent);
    let kept = (40..100)
        .filter(|key| score.onsets.iter().filter(|note| note.key == Some(*key)).count() >= 2)
        .count();
    assert!(kept >= 57, "{kept} of 60: {:?}", score.diagnostics);
    assert!(score.structure.bars.len() < 45, "{}", score.structure.bars.len());
}

#[test]
fn every_truncation_is_told() {
    let whole = track(&[METRE, &notes(60..68)]);
    let mut most = 0;
    for end in EVENTS as usize + 8..whole.len() {
        match read_any(&whole[..end], &Options::new().with_onsets()) {
            Ok(score) => {
                assert!(score.onsets.len() >= most, "{end}");
                most = score.onsets.len();
                let last = damage(&score).pop().unwrap();
                let held = end as u64 - EVENTS;
                let expected =
                    format!("the file ends early: the track is to have 76 bytes, {held} are there");
                assert_eq!(last, (EVENTS - 8, expected.as_str()), "{end}");
            }
            Err(error) => assert!(matches!(error, Error::NoBars), "{end}: {error}"),
        }
    }
    assert_eq!(most, 8);
}

#[test]
fn the_first_note_is_a_bar_even_if_the_file_ends_behind_it() {
    let score = read(&file(0, DIVISION, &[b"\0\x90\x3C\x40"]));
    assert_eq!((score.structure.bars.len(), beats(&score)), (1, vec![(60, 0.0)]));
}

/// In a damaged track a time of more than 256 quarters cannot be meant; in a sound one every time is.
#[test]
fn times_that_cannot_be_meant() {
    // 256 quarters of 96 ticks are 24,576, in bytes of seven bits.
    let far = |over: u8| vec![0x81, 0xC0, over, 0x90, 70, 0x40, 0x60, 0x80, 70, 0];
    let bar = |damage: &[u8], over: u8| {
        let score = read(&track(&[METRE, &notes(50..58), damage, &far(over)]));
        score.onsets.iter().find(|note| note.key == Some(70)).map(|note| note.bar)
    };
    let broken = b"\0\x90\xBC\x40";
    assert_eq!((bar(broken, 0), bar(broken, 1)), (Some(66), Some(2)));
    assert_eq!((bar(b"", 0), bar(b"", 1)), (Some(66), Some(66)));
}
