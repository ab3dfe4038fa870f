//! What stands between the notes of Guitar Pro 3 to 5: each effect takes its bytes and no more, so that the note behind it is
//! read. The layouts are those of PyGuitarPro and alphaTab, as for the other tests of these versions.

use segno_score::{DiagnosticKind, Error, Limit, Limits, Options, Score, guitar_pro};

use crate::gp5::{Bar, File, VERSIONS, int, long, sized};

/// A beat of a quarter: its flags, what stands behind the duration, and one note on the highest string of these bytes.
fn beat(version: u16, flags: u8, before: &[u8], note: &[u8]) -> Vec<u8> {
    let mut out = vec![flags, 0];
    out.extend(before);
    out.push(0x40);
    out.extend(note);
    if version >= 500 {
        out.extend([0, 0]);
    }
    out
}

/// A note: its flags beside the one of the fret, what stands before the fret, the fret, and what stands behind.
fn note(version: u16, flags: u8, before: &[u8], fret: u8, behind: &[u8]) -> Vec<u8> {
    let mut out = vec![flags | 0x20, 1];
    out.extend(before);
    out.push(fret);
    if flags & 0x80 != 0 {
        out.extend([1, 2]);
    }
    if version >= 500 {
        out.extend(vec![0; if flags & 0x01 != 0 { 9 } else { 1 }]);
    }
    out.extend(behind);
    out
}

fn plain(version: u16, fret: u8) -> Vec<u8> {
    note(version, 0, &[], fret, &[])
}

fn read(version: u16, beats: Vec<Vec<u8>>) -> Score {
    let mut file = File::new(version, vec![Bar::default()]);
    file.bars[0].beats = beats;
    guitar_pro::read_binary(&file.bytes(), &Options::new().with_onsets())
        .unwrap_or_else(|error| panic!("{version}: {error}"))
}

/// Key and quarter of each note, `g` behind a grace note.
fn notes(score: &Score) -> Vec<String> {
    let onsets = score.onsets.iter();
    onsets
        .map(|it| format!("{}@{}{}", it.key.unwrap(), it.offset.quarters(), if it.grace { "g" } else { "" }))
        .collect()
}

/// A bend of so many points.
fn bend(points: i32) -> Vec<u8> {
    let mut out = vec![1];
    int(&mut out, 100);
    int(&mut out, points);
    (0..points).for_each(|point| {
        int(&mut out, point);
        int(&mut out, 50);
        out.push(0);
    });
    out
}

/// The highest string is E, key 64.
#[track_caller]
fn passes(version: u16, what: &str, first: Vec<u8>, expected: &[&str]) {
    let score = read(version, vec![first, beat(version, 0, &[], &plain(version, 7))]);
    let expected: Vec<String> =
        expected.iter().map(|it| (*it).to_owned()).chain(["71@1".to_owned()]).collect();
    assert_eq!(notes(&score), expected, "{version} {what}");
    assert_eq!(score.diagnostics, [], "{version} {what}");
}

#[test]
fn the_parts_of_a_note() {
    for version in VERSIONS {
        let five = version >= 500;
        let of = |flags: u8, before: &[u8], behind: &[u8]| {
            beat(version, 0, &[], &note(version, flags, before, 3, behind))
        };
        passes(version, "nothing", of(0, &[], &[]), &["67@0"]);
        // Its own duration: two bytes before the fret, or a number behind it.
        passes(version, "duration", of(0x01, if five { &[] } else { &[0, 0] }, &[]), &["67@0"]);
        passes(version, "dynamic", of(0x10, &[6], &[]), &["67@0"]);
        passes(version, "fingers", of(0x80, &[], &[]), &["67@0"]);
        let all: &[u8] = if five { &[6] } else { &[0, 0, 6] };
        passes(version, "all", of(0x91, all, &[]), &["67@0"]);
    }
}

#[test]
fn the_effects_of_a_note() {
    for version in VERSIONS {
        let (four, five) = (version >= 400, version >= 500);
        let of = |flags: u8, more: u8, behind: &[u8]| {
            let mut effects = vec![flags];
            effects.extend(four.then_some(more));
            effects.extend(behind);
            beat(version, 0, &[], &note(version, 0x08, &[], 3, &effects))
        };
        passes(version, "none", of(0, 0, &[]), &["67@0"]);
        passes(version, "hammer", of(0x02, 0, &[]), &["67@0"]);
        for points in [0, 1, 3] {
            passes(version, "bend", of(0x01, 0, &bend(points)), &["67@0"]);
        }
        // The fret, and how it is played.
        let grace: &[u8] = if five { &[5, 6, 0, 1, 0] } else { &[5, 6, 0, 1] };
        passes(version, "grace", of(0x10, 0, grace), &["69@0g", "67@0"]);
        let both = [&bend(2), grace].concat();
        passes(version, "bend and grace", of(0x11, 0, &both), &["69@0g", "67@0"]);
        if !four {
            continue;
        }
        passes(version, "tremolo picking", of(0, 0x04, &[1]), &["67@0"]);
        passes(version, "slide", of(0, 0x08, &[1]), &["67@0"]);
        passes(version, "trill", of(0, 0x20, &[5, 1]), &["67@0"]);
        // Natural at the third fret: the sixth partial, two octaves and a fifth above the open string.
        passes(version, "natural", of(0, 0x10, &[1]), &["95@0"]);
        passes(version, "no harmonic", of(0, 0x10, &[0]), &["67@0"]);
        if five {
            // The step of the scale that sounds (7 is G), its accidental, and the octaves above.
            for (sounding, key) in [([2, 7, 0, 1], "79@0"), ([2, 0, 0, 1], "84@0"), ([2, 7, 0, 2], "91@0")] {
                passes(version, "artificial", of(0, 0x10, &sounding), &[key]);
            }
            // Tapped twelve, seven and five frets above: an octave, a twelfth, two octaves.
            for (tapped, key) in [(15, "79@0"), (10, "86@0"), (8, "91@0")] {
                passes(version, "tapped", of(0, 0x10, &[3, tapped]), &[key]);
            }
            passes(version, "pinch", of(0, 0x10, &[4]), &["79@0"]);
        } else {
            // Five, seven and twelve frets above: two octaves, a twelfth, an octave.
            for (kind, key) in [(15, "91@0"), (17, "86@0"), (22, "79@0")] {
                passes(version, "artificial", of(0, 0x10, &[kind]), &[key]);
            }
        }
        passes(version, "all", of(0, 0x2C, &[1, 1, 5, 1]), &["67@0"]);
    }
}

#[test]
fn the_effects_of_a_beat() {
    for version in VERSIONS {
        let four = version >= 400;
        let of = |flags: u8, more: u8, rest: &[u8]| {
            let mut effects = vec![flags];
            effects.extend(four.then_some(more));
            effects.extend(rest);
            beat(version, 0x08, &effects, &plain(version, 3))
        };
        passes(version, "none", of(0, 0, &[]), &["67@0"]);
        passes(version, "vibrato", of(0x01, 0, &[]), &["67@0"]);
        passes(version, "stroke", of(0x40, 0, &[1, 0]), &["67@0"]);
        if four {
            passes(version, "tapping", of(0x20, 0, &[1]), &["67@0"]);
            passes(version, "bar", of(0, 0x04, &bend(2)), &["67@0"]);
            passes(version, "pick", of(0, 0x02, &[1]), &["67@0"]);
            let all = [&[1][..], &bend(1), &[1, 0], &[2]].concat();
            passes(version, "all", of(0x60, 0x06, &all), &["67@0"]);
        } else {
            passes(version, "tapping or bar", of(0x20, 0, &[1, 0, 0, 0, 0]), &["67@0"]);
            passes(version, "both", of(0x60, 0, &[1, 0, 0, 0, 0, 1, 0]), &["67@0"]);
            passes(version, "natural", of(0x04, 0, &[]), &["95@0"]);
            passes(version, "artificial", of(0x08, 0, &[]), &["79@0"]);
        }
    }
}

#[test]
fn chords_and_texts_over_a_beat() {
    for version in VERSIONS {
        let mut text = Vec::new();
        long(&mut text, b"dolce");
        passes(version, "text", beat(version, 0x04, &text, &plain(version, 3)), &["67@0"]);
        let mut diagrams: Vec<Vec<u8>> = Vec::new();
        let diagram = |out: &mut Vec<u8>| {
            sized(out, 21, b"Am7");
            out.extend([0; 4 + 4 + 28 + 1 + 5 + 26]);
        };
        if version >= 500 {
            let mut chord = vec![1; 17];
            diagram(&mut chord);
            diagrams.push(chord);
        } else {
            // The name, the first fret, and the strings unless that is 0.
            for fret in [0, 5] {
                let mut chord = vec![0];
                long(&mut chord, b"Am7");
                int(&mut chord, fret);
                if fret > 0 {
                    (0..if version >= 406 { 7 } else { 6 }).for_each(|string| int(&mut chord, string));
                }
                diagrams.push(chord);
            }
            let mut chord = vec![1; 1 + if version >= 400 { 16 } else { 25 }];
            if version >= 400 {
                diagram(&mut chord);
            } else {
                sized(&mut chord, 34, b"Am7");
                chord.extend([0; 4 + 24 + 36]);
            }
            diagrams.push(chord);
        }
        for chord in diagrams {
            passes(version, "chord", beat(version, 0x02, &chord, &plain(version, 3)), &["67@0"]);
            let both = [&chord[..], &text].concat();
            passes(version, "chord and text", beat(version, 0x06, &both, &plain(version, 3)), &["67@0"]);
        }
    }
}

#[test]
fn durations_of_all_values() {
    let begins = |value: i8, flags: u8, tuplet: Option<i32>| {
        let mut first = vec![flags, value.cast_unsigned()];
        if let Some(tuplet) = tuplet {
            int(&mut first, tuplet);
        }
        first.push(0);
        let score = read(406, vec![first, beat(406, 0, &[], &plain(406, 0))]);
        (score.onsets[0].offset.quarters(), score.diagnostics.first().map(|told| told.kind))
    };
    for (value, quarters) in
        [(-2, 4.0), (-1, 2.0), (0, 1.0), (1, 0.5), (2, 0.25), (3, 0.125), (4, 0.0625), (8, 1.0 / 256.0)]
    {
        assert_eq!(begins(value, 0, None), (quarters, None), "{value}");
        assert_eq!(begins(value, 0x01, None), (quarters * 1.5, None), "{value} dotted");
    }
    for value in [-3, 9] {
        assert_eq!(begins(value, 0, None), (0.0, Some(DiagnosticKind::BadValue)), "{value}");
    }
    for (tuplet, quarters) in
        [(3, 2.0), (5, 4.0), (6, 4.0), (7, 4.0), (9, 8.0), (10, 8.0), (11, 8.0), (12, 8.0), (13, 8.0)]
    {
        let (begin, told) = begins(0, 0x20, Some(tuplet));
        assert!((begin - quarters / f64::from(tuplet)).abs() < 1e-12 && told.is_none(), "{tuplet}: {begin}");
    }
    for other in [1, 2, 4, 8, 14] {
        assert_eq!(begins(0, 0x20, Some(other)), (1.0, None), "{other}");
    }
    // An empty beat takes no time, a rest does.
    for (status, begin) in [(0, 0.0), (2, 1.0)] {
        let first = vec![0x40, status, 0, 0];
        let score = read(406, vec![first, beat(406, 0, &[], &plain(406, 0))]);
        assert_eq!(score.onsets[0].offset.quarters(), begin, "{status}");
    }
    // What version 5 draws between beats has a byte more.
    let mut broken = beat(510, 0, &[], &plain(510, 3));
    broken.truncate(broken.len() - 2);
    broken.extend([0x00, 0x08, 0x01]);
    passes(510, "broken beam", broken, &["67@0"]);
    // A note without a fret is left out, and told.
    let empty = beat(406, 0, &[], &[0x00]);
    let score = read(406, vec![empty, beat(406, 0, &[], &plain(406, 7))]);
    assert_eq!(
        (notes(&score), score.diagnostics[0].kind),
        (vec!["71@1".to_owned()], DiagnosticKind::BadValue)
    );
}

#[test]
fn keys_outside_of_what_there_is_are_left_out() {
    let score = |fret: u8| read(406, vec![beat(406, 0, &[], &plain(406, fret))]);
    assert_eq!(notes(&score(63)), ["127@0"]);
    assert!(notes(&score(64)).is_empty());
    assert_eq!(score(64).diagnostics[0].kind, DiagnosticKind::BadValue);
}

/// As many as the limits say are read, one more is refused.
#[test]
fn each_limit_lets_through_what_it_allows() {
    type Set = fn(&mut Limits, usize);
    let cases: [(Limit, Set); 2] = [
        (Limit::Bars, |limits, most| limits.bars = most),
        (Limit::Onsets, |limits, most| limits.onsets = most),
    ];
    for version in VERSIONS {
        let mut file = File::new(version, vec![Bar::default(); 3]);
        file.bars[0].beats = vec![beat(version, 0, &[], &plain(version, 3)); 3];
        for (limit, set) in cases {
            let read = |most: usize| {
                let mut limits = Limits::default();
                set(&mut limits, most);
                guitar_pro::read_binary(&file.bytes(), &Options::new().with_onsets().with_limits(limits))
            };
            assert!(read(3).is_ok(), "{version} {limit:?}");
            let error = read(2).unwrap_err();
            assert!(
                matches!(&error, Error::Limit { limit: found, allowed: 2, .. } if *found == limit),
                "{error}"
            );
        }
        let size = file.bytes().len() as u64;
        let sized = |most: u64| {
            let mut limits = Limits::default();
            limits.bytes = most;
            guitar_pro::read_binary(&file.bytes(), &Options::new().with_limits(limits)).is_ok()
        };
        assert_eq!((sized(size), sized(size - 1)), (true, false), "{version}");
    }
}

/// Each name that a file may begin with, and how many numbers of an excerpt stand behind it.
#[test]
fn names_of_versions_and_excerpts() {
    for (name, version, excerpt) in [
        ("FICHIER GUITAR PRO v3.00", 300, 0),
        ("FICHIER GUITAR PRO v4.00", 400, 0),
        ("FICHIER GUITAR PRO v4.06", 406, 0),
        ("FICHIER GUITAR PRO L4.06", 406, 0),
        ("CLIPBOARD GUITAR PRO 4.0 [c6]", 406, 4),
        ("FICHIER GUITAR PRO v5.00", 500, 0),
        ("FICHIER GUITAR PRO v5.10", 510, 0),
        ("CLIPBOARD GP 5.0", 500, 7),
        ("CLIPBOARD GP 5.1", 510, 7),
        ("CLIPBOARD GP 5.2", 510, 7),
    ] {
        let mut file = File::new(version, vec![Bar::default(); 2]);
        file.bars[1].beats = vec![beat(version, 0, &[], &plain(version, 3))];
        let mut bytes = Vec::new();
        sized(&mut bytes, 30, name.as_bytes());
        (0..excerpt).for_each(|number| int(&mut bytes, number));
        bytes.extend(&file.bytes()[31..]);
        let score = guitar_pro::read_binary(&bytes, &Options::new().with_onsets()).unwrap();
        assert_eq!((score.structure.bars.len(), notes(&score)), (2, vec!["67@0".to_owned()]), "{name}");
    }
}
