//! Metres and tempos that contradict each other, and silence at the end.

use segno_score::{DiagnosticKind, Error, Limit, Options, Score, read_any};

use crate::midi::{DIVISION, END, file};

fn read(bytes: &[u8]) -> Score {
    read_any(bytes, &Options::new().with_onsets()).unwrap()
}

/// A time signature after so many quarters.
fn metre(quarters: u8, beats: u8, power: u8) -> Vec<u8> {
    [&time(quarters)[..], &[0xFF, 0x58, 4, beats, power, 24, 8]].concat()
}

fn tempo(quarters: u8, micros: u32) -> Vec<u8> {
    [&time(quarters)[..], b"\xFF\x51\x03", &micros.to_be_bytes()[1..]].concat()
}

/// So many quarters of 96 ticks.
fn time(quarters: u8) -> [u8; 2] {
    let ticks = u16::from(quarters) * 96;
    [0x80 | u8::try_from(ticks >> 7).unwrap(), u8::try_from(ticks & 0x7F).unwrap()]
}

fn quarters(count: u8) -> Vec<u8> {
    (0..count).flat_map(|_| [0, 0x90, 60, 0x40, 0x60, 0x80, 60, 0]).collect()
}

fn tracks(tracks: &[&[Vec<u8>]]) -> Score {
    let tracks: Vec<Vec<u8>> = tracks.iter().map(|track| [&track.concat(), END].concat()).collect();
    let tracks: Vec<&[u8]> = tracks.iter().map(Vec::as_slice).collect();
    read(&file(1, DIVISION, &tracks))
}

fn bars(score: &Score) -> Vec<String> {
    score.grid.bars.iter().map(|bar| format!("{} {}", bar.nominal, bar.actual.lowest())).collect()
}

fn contradictions(score: &Score) -> Vec<&str> {
    let diagnostics =
        score.diagnostics.iter().filter(|diagnostic| diagnostic.kind == DiagnosticKind::Contradiction);
    diagnostics.map(|diagnostic| diagnostic.message.as_str()).collect()
}

/// pretty_midi reads metres from the first track alone.
#[test]
fn the_first_track_s_metre_counts() {
    let score = tracks(&[&[metre(0, 3, 2)], &[metre(0, 4, 2), quarters(6)], &[metre(0, 2, 2), quarters(6)]]);
    assert_eq!(bars(&score), ["3/4 3/4", "3/4 3/4"]);
    assert_eq!(
        contradictions(&score),
        [
            "track 2 has the metre 4/4 where an earlier track has 3/4; the earlier one counts",
            "track 3 has the metre 2/4 where an earlier track has 3/4; the earlier one counts"
        ]
    );
}

#[test]
fn a_metre_in_the_middle_of_a_later_track() {
    let score = tracks(&[&[metre(0, 3, 2)], &[metre(3, 4, 2), quarters(6)]]);
    assert_eq!((bars(&score).len(), contradictions(&score).len()), (3, 1));
}

#[test]
fn metres_that_every_track_repeats_contradict_nobody() {
    let change = [metre(0, 3, 2), metre(6, 2, 2), quarters(4)];
    let score = tracks(&[&change, &change, &[metre(0, 3, 2), metre(3, 3, 2), metre(3, 2, 2)]]);
    assert_eq!(bars(&score), ["3/4 3/4", "3/4 3/4", "2/4 1/2", "2/4 1/2"]);
    assert_eq!(score.diagnostics, []);
}

#[test]
fn a_later_track_may_say_what_holds_before_the_first_metre() {
    let score = tracks(&[&[metre(6, 2, 2)], &[metre(0, 3, 2), quarters(10)]]);
    assert_eq!(bars(&score), ["3/4 3/4", "3/4 3/4", "2/4 1/2", "2/4 1/2"]);
    assert_eq!(score.diagnostics, []);
}

#[test]
fn of_two_metres_at_one_time_in_a_track_the_last_counts() {
    let score = tracks(&[&[metre(0, 3, 2), metre(0, 2, 2), quarters(4)]]);
    assert_eq!(bars(&score), ["2/4 1/2", "2/4 1/2"]);
    assert_eq!(contradictions(&score), ["two metres at one time, 3/4 and 2/4; the last one counts"]);
}

#[test]
fn of_two_tempos_at_one_time_the_last_counts() {
    let score = tracks(&[&[tempo(0, 500_000), tempo(4, 600_000)], &[tempo(0, 1_000_000), quarters(8)]]);
    assert_eq!(score.tempos.iter().map(|tempo| tempo.quarter_bpm).collect::<Vec<_>>(), [60.0, 100.0]);
    assert_eq!(contradictions(&score), ["two tempos at one time; the last one counts"]);
    let score = tracks(&[&[tempo(0, 500_000)], &[tempo(0, 500_001), quarters(8)]]);
    assert_eq!(score.diagnostics, []);
}

#[test]
fn values_that_are_no_metre_and_no_tempo() {
    for event in [
        metre(0, 0, 2),
        metre(0, 4, 11),
        metre(0, 4, 255),
        tempo(0, 0),
        b"\0\xFF\x58\x01\x04".to_vec(),
        b"\0\xFF\x51\0".to_vec(),
    ] {
        let score = tracks(&[&[event.clone(), quarters(4)]]);
        assert_eq!(bars(&score), ["4/4 1/1"], "{event:02X?}");
        assert_eq!(score.diagnostics[0].kind, DiagnosticKind::BadValue);
        assert_eq!(score.diagnostics[0].offset, 22);
    }
}

/// A track may end up to 64 whole notes after the last note; MuseScore 3 makes no bars of a longer silence.
#[test]
fn silence_before_the_end() {
    // In ticks of 384 a whole note: 63 and 64 of them.
    for (end, expected) in
        [(&b"\x81\xBD\0\xFF\x2F\0"[..], 65), (b"\x81\xC0\0\xFF\x2F\0", 2), (b"\xFF\xFF\xFF\x7F\xFF\x2F\0", 2)]
    {
        let track = [quarters(8), end.to_vec()].concat();
        let score = read(&file(0, DIVISION, &[&track]));
        assert_eq!(
            (score.structure.bars.len(), score.diagnostics.is_empty()),
            (expected, expected > 2),
            "{end:?}"
        );
    }
}

#[test]
fn far_events_that_do_not_sound_make_no_bars() {
    for event in [
        &b"\xFF\x51\x03\x07\xA1\x20"[..],
        b"\xFF\x58\x04\x03\x02\x18\x08",
        b"\xFF\x06\x01x",
        b"\xB0\x07\x40",
        b"\xFF\x01\0",
    ] {
        let track = [quarters(8), b"\xFF\xFF\xFF\x7F".to_vec(), event.to_vec(), END.to_vec()].concat();
        let score = read(&file(0, DIVISION, &[&track]));
        assert_eq!(score.structure.bars.len(), 2, "{event:02X?}");
        let told = score.diagnostics.last().unwrap();
        assert_eq!(
            told.message,
            "the tracks end 699050 whole notes after the last note; that silence makes no bars"
        );
        assert_eq!(told.offset, 22 + 64 + 4 + event.len() as u64);
    }
    // A note that is never released ends with the bars.
    let track = [&quarters(7)[..], b"\0\x90\x3C\x40\xFF\xFF\xFF\x7F\xFF\x2F\0"].concat();
    let score = read(&file(0, DIVISION, &[&track]));
    assert_eq!(score.structure.bars.len(), 2);
    assert!(score.onsets.last().unwrap().duration.quarters() < 1.0);
}

#[test]
fn a_conductor_s_track_alone_has_its_bars() {
    // 70 bars of 4/4 in which nothing but the tempo changes.
    let changes: Vec<u8> =
        (0..70).flat_map(|bar| tempo(if bar == 0 { 0 } else { 4 }, 500_000 + bar)).collect();
    let score = read(&file(1, DIVISION, &[&[changes, time(4).to_vec(), END[1..].to_vec()].concat()]));
    assert_eq!((score.structure.bars.len(), score.tempos.len()), (70, 70));
}

#[test]
fn a_note_far_away_ends_at_the_limit() {
    let track = [&quarters(8)[..], b"\xFF\xFF\xFF\x7F\x90\x3C\x40", END].concat();
    let error = read_any(&file(0, DIVISION, &[&track]), &Options::new()).unwrap_err();
    assert!(matches!(error, Error::Limit { limit: Limit::Bars, .. }), "{error}");
}
