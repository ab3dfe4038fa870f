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
        read(&[b"<museScore version='3.01'>", &bytes[..]].concat());
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

    #[test]
    fn shuffled_alphatex(order in prop::collection::vec(any::<prop::sample::Index>(), 1..80)) {
        let text: String = order.iter().map(|index| format!("{} ", index.get(ALPHATEX))).collect();
        if let Ok(score) = segno_score::alphatex::read_slice(text.as_bytes(), &options()) {
            prop_assert_eq!(score.structure.bars.len(), score.grid.bars.len());
            let _ = score.structure.unroll(&score.format.policy()).map(|play| (score.sync_map(&play).is_ok(), score.recording_map(&play)));
        }
        read(format!("\\title x {text}").as_bytes());
    }

    #[test]
    fn damaged_guitar_pro(
        sample in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0_u8..4), 1..12),
    ) {
        let samples = [crate::gpif::samples(), crate::gp5::samples()].concat();
        let mut bytes = sample.get(&samples).clone();
        for (at, value, how) in changes {
            let at = at.index(bytes.len());
            match how {
                0 => bytes[at] = value,
                1 => { bytes.remove(at); }
                2 => bytes.insert(at, value),
                _ => bytes.truncate(at.max(bytes.len() / 2)),
            }
        }
        read(&bytes);
        read(&[b"BCFZ\0\x10\0\0", &bytes[..]].concat());
    }

    #[test]
    fn shuffled_markup_of_musescore(order in prop::collection::vec(any::<prop::sample::Index>(), 1..80), version in 0_usize..4) {
        let version = ["1.14", "2.06", "3.01", "4.20"][version];
        let shuffled: String = order.iter().map(|index| *index.get(MUSESCORE)).collect();
        read(format!("<museScore version='{version}'><Part><Staff id='1'/></Part><Staff id='1'><Measure>{shuffled}").as_bytes());
        read(format!("<museScore version='{version}'><Score><Staff id='1'><Measure><voice>{shuffled}</voice></Measure></Staff></Score></museScore>").as_bytes());
        let pieces: Vec<String> = order.iter().map(|index| balanced(index.get::<&str>(MUSESCORE))).collect();
        read(format!("<museScore version='{version}'><Score><Staff id='1'><Measure>{}</Measure><Measure>{}</Measure></Staff></Score></museScore>",
            pieces.concat(), pieces.iter().rev().cloned().collect::<String>()).as_bytes());
    }
}

const ALPHATEX: &[&str] = &[
    "\\ts 3 4",
    "\\ts 4294967295 1",
    "\\ro",
    "\\rc 3",
    "\\rc 4294967295",
    "\\ae (1 2)",
    "\\jump DaCapoAlCoda",
    "\\jump Coda",
    "\\tempo 1e9",
    "\\tempo (90 \"x\" 0.5)",
    "\\tempo 0",
    "\\ac",
    "\\track \"a\"",
    "\\staff",
    "\\voice",
    "\\tuning piano",
    "\\tuning E4 B3",
    "\\capo 99999",
    "\\instrument percussion",
    "\\sync 0 0 1000",
    "\\sync 1 99 5000 0.5",
    "\\section A",
    "\\nothing",
    "3.3.4",
    "3.3",
    "(3.3 5.4).8",
    "c4.1",
    "-.3",
    "-",
    "x.1",
    "r",
    "*3",
    "*10000",
    ":8",
    ":4 {tu 3}",
    "{d}",
    "{tu 0 0}",
    "{tu 3 4294967295}",
    "{gr}",
    "{tempo 70}",
    "|",
    "|",
    ".",
    "(",
    ")",
    "{",
    "}",
    "\"",
    "99999999999999999999",
    "9223372036854775807.9223372036854775807",
    "KickHit",
    "//\n",
];

/// An element with its end, whatever it holds.
fn balanced(open: &str) -> String {
    let name: String =
        open.trim_start_matches(['<', '/']).chars().take_while(|c| c.is_alphanumeric()).collect();
    match open.strip_prefix('<') {
        Some(rest)
            if !rest.starts_with('/')
                && open.ends_with('>')
                && !open.ends_with("/>")
                && !open.contains("</") =>
        {
            format!("{open}1</{name}>")
        }
        Some(rest) if rest.starts_with('/') => String::new(),
        _ => open.to_owned(),
    }
}

const MUSESCORE: &[&str] = &[
    "<Measure len='3/8'>",
    "</Measure>",
    "<voice>",
    "</voice>",
    "<Chord>",
    "</Chord>",
    "<durationType>quarter</durationType>",
    "<dots>99</dots>",
    "<duration>1/0</duration>",
    "<duration z='1' n='4294967295'/>",
    "<Note>",
    "</Note>",
    "<pitch>300</pitch>",
    "<pitch>60</pitch>",
    "<Spanner type='Tie'><next/></Spanner>",
    "<Spanner type='Tie'><prev/></Spanner>",
    "<Tie id='1'/>",
    "<endSpanner id='1'/>",
    "<Volta id='1'><endings>1,9999999999</endings></Volta>",
    "<Ottava id='1'><subtype>8va</subtype></Ottava>",
    "<Spanner type='Volta'><Volta><endings>1</endings></Volta><next><location><measures>-9</measures><fractions>-7/3</fractions></location></next></Spanner>",
    "<Spanner type='GradualTempoChange'><GradualTempoChange/><next><location><measures>1</measures></location></next></Spanner>",
    "<Spanner type='GradualTempoChange'><GradualTempoChange><tempoChangeFactor>1e9</tempoChangeFactor></GradualTempoChange><next><location><fractions>9/1</fractions></location></next></Spanner>",
    "<location><fractions>-1/3</fractions></location>",
    "<location><fractions>9223372036854775807/2</fractions></location>",
    "<tick>-9223372036854775808</tick>",
    "<tick>480</tick>",
    "<TimeSig><sigN>4294967295</sigN><sigD>1</sigD></TimeSig>",
    "<TimeSig><sigN>3</sigN><sigD>8</sigD></TimeSig>",
    "<Tuplet id='1'><normalNotes>2</normalNotes><actualNotes>0</actualNotes></Tuplet>",
    "<Tuplet><normalNotes>2</normalNotes><actualNotes>3</actualNotes></Tuplet>",
    "<endTuplet/>",
    "<Tempo><tempo>NaN</tempo></Tempo>",
    "<Tempo><tempo>1.5</tempo><followText>1</followText><type>a tempo</type></Tempo>",
    "<Fermata><timeStretch>3</timeStretch></Fermata>",
    "<Breath><pause>1</pause></Breath>",
    "<Breath><pause>-1</pause></Breath>",
    "<startRepeat/>",
    "<endRepeat>4294967295</endRepeat>",
    "<Marker><label>segno</label></Marker>",
    "<Jump><jumpTo>segno</jumpTo><playUntil>end</playUntil></Jump>",
    "<LayoutBreak><subtype>section</subtype><pause>1e300</pause></LayoutBreak>",
    "<multiMeasureRest>2</multiMeasureRest>",
    "<irregular/>",
    "<noOffset>9223372036854775807</noOffset>",
    "<RepeatMeasure/>",
];
