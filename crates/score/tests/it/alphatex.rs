//! alphaTex: orders and times as alphaTab 1.8.4 gives them, unless a test says otherwise.

use segno_score::{DiagnosticKind, Error, Format, Limit, Limits, Options, Score, alphatex, read_any};

fn read(text: &str) -> Score {
    let score = read_any(text.as_bytes(), &Options::new().with_onsets()).unwrap();
    assert_eq!(score.format, Format::AlphaTex);
    score
}

fn order(score: &Score) -> Vec<usize> {
    score.structure.unroll(&score.format.policy()).unwrap().order().collect()
}

#[track_caller]
fn check_times(score: &Score, expected: &[f64]) {
    let times = score.bar_times(order(score));
    assert!(
        times.len() == expected.len() && times.iter().zip(expected).all(|(a, b)| (a - b).abs() < 0.001),
        "{times:?}, expected {expected:?}"
    );
}

fn notes(score: &Score) -> Vec<String> {
    let told = |onset: &segno_score::Onset| {
        let key = onset.key.map_or_else(|| "?".to_owned(), |key| key.to_string());
        format!(
            "{}+{} {key} {}{}",
            onset.bar,
            onset.offset,
            onset.duration,
            if onset.grace { "g" } else { "" }
        )
    };
    score.onsets.iter().map(told).collect()
}

#[test]
fn titles_metres_repeats_and_endings() {
    let score = read(
        "\\title \"Own tune\"\n\\artist 'Nobody' // a comment\n\\tempo 60\n.\n\\ts 3 4 \\ro r.2{d} | \\ae 1 \\rc 2 r.2 r.4 | /* two */ \\ae (2) \\ts (2 4) r.2 |",
    );
    assert_eq!((score.title.as_deref(), score.composer.as_deref()), (Some("Own tune"), Some("Nobody")));
    assert_eq!(order(&score), [0, 1, 0, 2]);
    check_times(&score, &[0.0, 3.0, 6.0, 9.0, 11.0]);
}

#[test]
fn directions() {
    // alphaTab's issue 2884, as Guitar Pro 8 plays it.
    let text = "r.1 | \\jump DaCoda r.1 | \\jump Coda r.1 | \\jump DaCapoAlCoda r.1 | r.1";
    let score = read(&format!("\\title x . {text}"));
    assert_eq!(order(&score), [0, 1, 2, 3, 0, 1, 2, 3, 4]);
    let score =
        read("\\tempo 120 r.1 | \\jump Segno r.1 | \\jump Fine r.1 | \\jump DalSegnoAlFine r.1 | r.1");
    assert_eq!(order(&score), [0, 1, 2, 3, 1, 2]);
}

#[test]
fn beats_durations_tuplets_ties_and_multipliers() {
    let score = read(
        "\\tuning E4 B3 G3 D3 A2 E2 \\capo 2 \n :8 0.6 (3.1 1.2).4 {tu 3} 5.3*2 -.3.4{d} | r.2 3.3{t} 3.3 | :16 {tu 3 2} 1.1 :4 1.1{gr} 12.1{nh}",
    );
    assert_eq!(
        notes(&score),
        [
            "0+0/1 42 1/8",
            "0+1/8 69 1/6",
            "0+1/8 62 1/6",
            "0+7/24 62 1/4",
            // The tie and, behind half a bar of rest, the tied note go on with it.
            "0+13/24 62 9/8",
            "1+1/1 60 1/2",
            "2+0/1 67 1/24",
            "2+1/24 67 0/1g",
            "2+1/24 78 1/4",
        ]
    );
}

#[test]
fn pitches_drums_tracks_staves_and_voices() {
    let score = read(
        "\\track \"Piano\" \"pno\" \\instrument 0 \\tuning piano c4.4 F#4 Bb3 r | e4.1 \\voice c3.1 | d3.1 \\staff {score} \\tuning none c2.1 | c2.1 \
         \\track (\"Drums\") { instrument percussion } 42.4 \"Snare (hit)\" (KickHit 46) nothing.4 | 38.1",
    );
    assert_eq!(score.parts.len(), 2);
    assert_eq!(
        (score.parts[0].name.as_str(), score.parts[0].abbreviation.as_deref()),
        ("Piano", Some("pno"))
    );
    assert_eq!((score.parts[0].programs.as_slice(), score.parts[1].name.as_str()), (&[0][..], "Drums"));
    assert_eq!(score.structure.bars.len(), 2);
    let keys = |part: usize| {
        let own = score.onsets.iter().filter(|onset| onset.part == part);
        own.map(|onset| (onset.bar, onset.offset.quarters(), onset.key)).collect::<Vec<_>>()
    };
    assert_eq!(
        keys(0),
        [
            (0, 0.0, Some(60)),
            (0, 0.0, Some(48)),
            (0, 0.0, Some(36)),
            (0, 1.0, Some(66)),
            (0, 2.0, Some(58)),
            (1, 0.0, Some(64)),
            (1, 0.0, Some(50)),
            (1, 0.0, Some(36)),
        ]
    );
    assert_eq!(
        keys(1),
        [
            (0, 0.0, Some(42)),
            (0, 1.0, Some(38)),
            (0, 2.0, Some(35)),
            (0, 2.0, Some(46)),
            (0, 3.0, None),
            (1, 0.0, Some(38))
        ]
    );
}

#[test]
fn pickups_and_tempos_inside_of_bars() {
    let score = read("\\ac 3.3.4 | \\tempo (60 \"slow\" 0.5) 3.3.1 | 3.3.2 3.3.2{tempo 120}");
    check_times(&score, &[0.0, 0.5, 3.5, 6.5]);
    assert!(score.structure.bars[0].implicit);
}

#[test]
fn sync_points() {
    let score = read(
        "\\ro \\rc 2 r.1 | r.1 .\n\\sync 0 0 500\n\\sync 0 1 2500.5\n\\sync 1 0 4500 0.5\n\\sync 9 0 1\n\\sync 1 3 9000",
    );
    let map = score.recording_map(&score.structure.unroll(&score.format.policy()).unwrap()).unwrap().unwrap();
    let points: Vec<(f64, f64)> =
        map.points().iter().map(|point| (point.position.bars(), (point.time * 1e6).round() / 1e6)).collect();
    assert_eq!(points, [(0.0, 0.5), (1.0, 2.5005), (2.5, 4.5), (3.0, 5.1665)]);
    let kinds: Vec<DiagnosticKind> = score.diagnostics.iter().map(|remark| remark.kind).collect();
    assert_eq!(kinds, [DiagnosticKind::BadValue, DiagnosticKind::MissingTarget]);
}

#[test]
fn errors_say_line_and_column() {
    let error = |text: &str| alphatex::read_slice(text.as_bytes(), &Options::new()).unwrap_err().to_string();
    for (text, place, what) in [
        ("\\title \"x\n.\n3.3", "line 1, column 8", "expected a closing quote"),
        ("3.3.4 |\n  3.3.7777", "line 2, column 7", "expected a duration"),
        ("3.3.4 |\n(3.3", "line 2, column 5", "expected a closing parenthesis"),
        ("3.3 { d", "line 1, column 8", "expected a closing brace"),
        ("3.3 *x", "line 1, column 6", "expected a number from 1 to 10000"),
        ("3.3 ) 3.3", "line 1, column 5", "expected a note"),
    ] {
        let error = error(text);
        assert!(
            error.starts_with(&format!("invalid alphaTex file of version 1: {place}: {what}")),
            "{text}: {error}"
        );
    }
    assert!(matches!(alphatex::read_slice(b"\\title x", &Options::new()), Err(Error::NoBars)));
    assert!(matches!(alphatex::read_slice(b"\xFF", &Options::new()), Err(Error::Broken { .. })));
}

#[test]
fn what_other_texts_look_like() {
    for text in
        ["hello", "\\documentclass{article}", "{\\rtf1 x}", "1.5 million", "- a list | of things", "", "|"]
    {
        assert!(matches!(read_any(text.as_bytes(), &Options::new()), Err(Error::UnknownFormat)), "{text}");
    }
    let unknown = read("\\title x \\sparkle \"very\" 3.3.4");
    assert!(unknown.diagnostics[0].message.contains("\\sparkle"));
}

/// TuxGuitar's archives hold two files; one alone may be anything.
#[test]
fn archives_of_other_programs() {
    for names in [&["content.xml"][..], &["version.txt"], &["content.xml", "version.xml"], &[]] {
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for name in names {
            zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        }
        let bytes = zip.finish().unwrap().into_inner();
        let error = read_any(&bytes, &Options::new()).unwrap_err();
        assert!(!matches!(error, Error::Unsupported { .. }), "{names:?}: {error}");
    }
}

#[test]
fn formats_that_are_not_read_are_named_with_a_way_out() {
    let tuxguitar: Vec<u8> = core::iter::once(25)
        .chain("TuxGuitar File Format - 1.5".encode_utf16().flat_map(u16::to_be_bytes))
        .collect();
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for name in ["content.xml", "version.txt"] {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
    }
    let newer = zip.finish().unwrap().into_inner();
    for (bytes, name) in
        [(b"ptab\x04\0".to_vec(), "PowerTab"), (tuxguitar, "TuxGuitar"), (newer, "TuxGuitar")]
    {
        let error = read_any(&bytes, &Options::new()).unwrap_err();
        assert!(matches!(error, Error::Unsupported { format, .. } if format == name), "{error}");
        assert!(error.to_string().contains("export it as"), "{error}");
    }
}

#[test]
fn a_text_as_long_as_the_limit() {
    let text = b"\\title x . 3.3.4";
    let read = |bytes: usize| {
        let mut limits = Limits::default();
        limits.bytes = bytes as u64;
        alphatex::read_slice(text, &Options::new().with_limits(limits))
    };
    assert!(read(text.len()).is_ok());
    assert!(matches!(read(text.len() - 1), Err(Error::Limit { limit: Limit::Bytes, allowed: 15, .. })));
}

/// What a text is shows in its first 4,096 bytes, also where these end inside of a letter; behind them it may hold anything.
#[test]
fn a_letter_at_the_end_of_what_is_looked_at() {
    for before in 4_080..4_100 {
        let head = "\\title \"";
        let letters = "\u{1D11E}".repeat(3);
        let text = format!("{head}{}{letters}\" . 3.3.4", "x".repeat(before - head.len()));
        assert_eq!(read(&text).structure.bars.len(), 1, "{before}");
    }
    // A byte that no letter begins with is no text, at whatever place.
    for before in [20, 4_095] {
        let mut bytes = format!("\\title \"{}", "x".repeat(before - 8)).into_bytes();
        bytes.extend(b"\xFFx\" . 3.3.4");
        assert!(matches!(read_any(&bytes, &Options::new()), Err(Error::UnknownFormat)), "{before}");
    }
}

#[test]
fn multipliers() {
    let beats = |text: &str| alphatex::read_slice(text.as_bytes(), &Options::new().with_onsets());
    for (times, notes) in [("0", 1), ("1", 1), ("3", 3), ("10000", 10_000)] {
        assert_eq!(beats(&format!("3.3.4*{times}")).unwrap().onsets.len(), notes, "{times}");
    }
    for times in ["10001", "-1", "999999999", "x"] {
        let error = beats(&format!("3.3.4*{times}")).unwrap_err().to_string();
        assert!(error.contains("expected a number from 1 to 10000"), "{times}: {error}");
    }
}

/// Harmonics sound as the string divided: at the seventh fret in three, at the fifth in four, at the fourth in five.
#[test]
fn harmonics() {
    let keys = |effect: &str| {
        let score = read(&format!("\\title x . 7.1{effect} 5.1{effect} 12.1{effect}"));
        score.onsets.iter().map(|onset| onset.key.unwrap() - 64).collect::<Vec<_>>()
    };
    assert_eq!(keys(""), [7, 5, 12]);
    assert_eq!(keys("{nh}"), [19, 24, 12]);
    // Artificial ones are an octave above the fretted note, unless they say otherwise.
    for name in ["ah", "th", "ph", "sh", "fh"] {
        assert_eq!(keys(&format!("{{{name}}}")), [19, 17, 24], "{name}");
        assert_eq!(keys(&format!("{{{name} 7}}")), [26, 24, 31], "{name}");
    }
    assert_eq!(keys("{nh x}"), [7, 5, 12]);
}
