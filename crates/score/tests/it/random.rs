//! Any bytes, and valid files with damage: no panic, and the same score in one piece as in many.

use std::io::BufReader;

use proptest::prelude::*;
use segno_score::{Limits, Options, musicxml, read_any};

use crate::score::{REST, xml};

fn options() -> Options {
    let mut limits = Limits::default();
    (limits.bytes, limits.token, limits.bars, limits.onsets) = (1 << 20, 1 << 14, 2_000, 10_000);
    Options::new().with_onsets().with_limits(limits)
}

fn read(bytes: &[u8]) {
    if let Ok(score) = read_any(bytes, &options()) {
        assert_eq!(score.structure.bars.len(), score.grid.bars.len());
        let times = score.bar_times(0..score.grid.bars.len());
        assert!(times.windows(2).all(|pair| pair[0] <= pair[1] && pair[1].is_finite()));
        for tempo in &score.tempos {
            assert!(tempo.bar < score.grid.bars.len() && tempo.quarter_bpm > 0.0);
        }
    }
}

/// A score with everything in it.
fn rich() -> Vec<u8> {
    xml(&[
        "<barline location='left'><repeat direction='forward'/></barline><sound tempo='90'/>\
         <note><pitch><step>C</step><alter>1</alter><octave>4</octave></pitch><duration>12</duration><tie type='start'/></note>",
        "<note><pitch><step>C</step><alter>1</alter><octave>4</octave></pitch><duration>4</duration><tie type='stop'/></note>\
         <backup><duration>2</duration></backup><forward><duration>14</duration></forward>\
         <direction><direction-type><words>To Coda</words></direction-type><sound tocoda='k'/></direction>",
        "<barline location='left'><ending number='1, 2' type='start'/></barline><note><rest/><duration>16</duration></note>\
         <barline location='right'><ending number='1, 2' type='stop'/><repeat direction='backward' times='3'/></barline>",
        "<attributes><time><beats>3+2</beats><beat-type>8</beat-type></time></attributes>\
         <direction><direction-type><metronome><beat-unit>quarter</beat-unit><beat-unit>half</beat-unit></metronome></direction-type></direction>\
         <direction><direction-type><words>D.S. al Coda</words></direction-type><sound dalsegno='s' time-only='1'/></direction>",
        REST,
    ])
    .into_bytes()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        read(&bytes);
        read(&[b"<score-partwise>", &bytes[..]].concat());
        read(&[b"MThd\0\0\0\x06\0\x01\0\x01\0\x60MTrk\0\0\x01\0", &bytes[..]].concat());
        read(&[b"PK\x03\x04", &bytes[..]].concat());
        read(&[b"\xFF\xFE", &bytes[..]].concat());
    }

    #[test]
    fn damaged_scores(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0_u8..3), 1..12)) {
        let mut bytes = rich();
        for (at, value, how) in changes {
            let at = at.index(bytes.len());
            match how {
                0 => bytes[at] = value,
                1 => { bytes.remove(at); }
                _ => bytes.insert(at, value),
            }
        }
        read(&bytes);
        let whole = musicxml::read_slice(&bytes, &options());
        let pieces = musicxml::read(BufReader::with_capacity(9, &bytes[..]), &options());
        match (whole, pieces) {
            (Ok(whole), Ok(pieces)) => prop_assert_eq!(whole, pieces),
            (Err(_), Err(_)) => {}
            (whole, pieces) => prop_assert!(false, "whole {:?}, in pieces {:?}", whole.err(), pieces.err()),
        }
    }

    #[test]
    fn shuffled_markup(order in prop::collection::vec(any::<prop::sample::Index>(), 1..60)) {
        let text = String::from_utf8(rich()).unwrap();
        let pieces: Vec<&str> = text.split_inclusive('>').collect();
        let shuffled: String = order.iter().map(|index| *index.get(&pieces)).collect();
        read(format!("<score-partwise><part id='P'><measure number='1'>{shuffled}").as_bytes());
        read(format!("<score-timewise><measure number='1'><part id='P'>{shuffled}</part></measure></score-timewise>").as_bytes());
    }
}
