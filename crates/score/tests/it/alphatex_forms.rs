//! alphaTex by its reference: durations, tuplets, pitches, texts, tags and their arguments at their limits.

use segno_score::{DiagnosticKind, Error, Limit, Limits, Options, Score, alphatex};
use segno_syncpoint::Fraction;

fn read(text: &str) -> Score {
    alphatex::read_slice(text.as_bytes(), &Options::new().with_onsets())
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn error(text: &str) -> String {
    alphatex::read_slice(text.as_bytes(), &Options::new()).unwrap_err().to_string()
}

fn fraction(numerator: u32, denominator: u32) -> Fraction {
    Fraction::new(numerator, denominator).unwrap()
}

fn lengths(text: &str) -> Vec<Fraction> {
    read(text).onsets.iter().map(|onset| onset.duration).collect()
}

fn keys(text: &str) -> Vec<u8> {
    read(text).onsets.iter().map(|onset| onset.key.unwrap()).collect()
}

fn told(score: &Score) -> Vec<DiagnosticKind> {
    score.diagnostics.iter().map(|told| told.kind).collect()
}

#[test]
fn durations_and_dots() {
    for (duration, length) in
        [("1", (1, 1)), ("2", (1, 2)), ("64", (1, 64)), ("1024", (1, 1024)), ("-2", (2, 1)), ("-4", (4, 1))]
    {
        assert_eq!(lengths(&format!("3.3.{duration}")), [fraction(length.0, length.1)], "{duration}");
        assert_eq!(lengths(&format!(":{duration} 3.3")), [fraction(length.0, length.1)], "{duration}");
    }
    for duration in ["0", "1025", "-1", "-3", "-5"] {
        let error = error(&format!("3.3.{duration}"));
        assert!(
            error.contains("expected a duration: 1, 2, 4, 8 up to 1024, or -2 or -4"),
            "{duration}: {error}"
        );
    }
    assert_eq!(lengths("3.3.4{d} 3.3.4{dd} 3.3.4"), [fraction(3, 8), fraction(7, 16), fraction(1, 4)]);
    // What was said last goes on.
    assert_eq!(
        lengths("3.3 3.3.8 3.3 :2 3.3"),
        [fraction(1, 4), fraction(1, 8), fraction(1, 8), fraction(1, 2)]
    );
    assert!(error("3.3.x").contains("expected a duration behind the dot"));
    assert!(error(":x 3.3").contains("expected a number behind the colon"));
}

/// Three in the time of two, five to seven in that of four, nine to thirteen in that of eight.
#[test]
fn tuplets_by_their_number() {
    for (count, normal) in [
        (2, 2),
        (3, 2),
        (4, 4),
        (5, 4),
        (6, 4),
        (7, 4),
        (8, 8),
        (9, 8),
        (10, 8),
        (11, 8),
        (12, 8),
        (13, 8),
        (14, 14),
    ] {
        let length = fraction(normal, 4 * count);
        assert_eq!(lengths(&format!("3.3.4{{tu {count}}}")), [length], "{count}");
        // Behind a duration it holds until the next one says otherwise.
        let ranged = lengths(&format!(":4 {{tu {count}}} 3.3 3.3 :4 3.3"));
        assert_eq!(ranged, [length, length, fraction(1, 4)], "{count}");
    }
    assert_eq!(
        lengths("3.3.4{tu 7 8} 3.3.4{tu 1 3} 3.3.4{tu 0}"),
        [fraction(2, 7), fraction(3, 4), fraction(1, 4)]
    );
}

#[test]
fn pitches_by_name() {
    assert_eq!(keys("c0.8 C4 c9.16"), [12, 60, 120]);
    assert_eq!(
        keys("c4 d4 e4 f4 g4 a4 b4 C#4 Db4 F##4 Gx4 Abb4 Bb3"),
        [60, 62, 64, 65, 67, 69, 71, 61, 61, 67, 69, 67, 58]
    );
    // What is no pitch is a name, and a name without a key is left out and told.
    for odd in ["h4", "c11", "c###4", "c"] {
        let score = read(&format!("{odd}.4 c4"));
        assert_eq!((score.onsets.len(), told(&score)), (1, vec![DiagnosticKind::BadValue]), "{odd}");
    }
}

#[test]
fn strings_frets_and_capos() {
    // The strings of a guitar, the highest first, and there are six.
    assert_eq!(keys("0.1 0.2 0.3 0.4 0.5 0.6"), [64, 59, 55, 50, 45, 40]);
    for string in ["0", "7"] {
        assert_eq!(told(&read(&format!("3.{string} c4"))), [DiagnosticKind::BadValue], "{string}");
    }
    assert_eq!(keys("\\tuning D4 A3 . 2.1 2.2 x.2"), [64, 59, 57]);
    for (capo, above) in [("1", 1), ("64", 64), ("65", 0)] {
        assert_eq!(keys(&format!("\\capo {capo} . 0.6")), [40 + above], "{capo}");
    }
}

#[test]
fn ties() {
    let ties = |text: &str| {
        let score = read(text);
        score.onsets.iter().map(|onset| (onset.key.unwrap(), onset.duration.quarters())).collect::<Vec<_>>()
    };
    // On the string, or of the same note; another string or voice has its own.
    assert_eq!(ties("3.3.4 -.3 3.2"), [(58, 2.0), (62, 1.0)]);
    assert_eq!(ties("3.3.4 3.2 3.3{t} 3.3"), [(58, 2.0), (62, 1.0), (58, 1.0)]);
    assert_eq!(ties("c4.4 - d4 c4{t}"), [(60, 3.0), (62, 1.0)]);
    // Nothing to go on with: a note.
    assert_eq!(ties("3.3.4{t} 3.3"), [(58, 1.0), (58, 1.0)]);
    assert_eq!(ties("3.3.1 | -.3.2 3.2.2{t}"), [(58, 6.0), (62, 2.0)]);
}

#[test]
fn texts_and_comments() {
    let title = |text: &str| read(&format!("\\title {text} . r")).title.unwrap();
    for (text, title_of) in [
        ("\"a b\"", "a b"),
        ("'a \"b\"'", "a \"b\""),
        ("\"a\\nb\\tc\\rd\"", "a b c d"),
        ("\"\\\"q\\\" \\\\\"", "\"q\" \\"),
        ("\"\\u00c9t\\u00C9\"", "ÉtÉ"),
        ("\"\\ud800x\"", "\u{FFFD}x"),
        ("plain", "plain"),
        ("\"x\" \"%TITLE%\" left", "x"),
    ] {
        assert_eq!(title(text), title_of, "{text}");
    }
    let bars = |text: &str| read(text).structure.bars.len();
    assert_eq!(bars("r | r // | r | r\n | r"), 3);
    assert_eq!(bars("r | /* r | r | r */ r | r"), 3);
    assert_eq!((bars("r | r // to the end"), bars("r | r /* to the end"), bars("r,\r\n|\tr")), (2, 2, 2));
    assert!(error("\\title \"x\\").contains("expected a closing quote"));
    assert!(error("\\ x").contains("expected a name behind the backslash"));
}

/// Columns count letters, not bytes.
#[test]
fn places_of_errors() {
    for (text, place) in [
        ("3.3.4 /* É */ )", "line 1, column 15"),
        ("\n\n )", "line 3, column 2"),
        ("3.3.99999999999999999999", "line 1, column 5"),
        ("r\r\n3.3.4*", "line 2, column 7"),
    ] {
        assert!(error(text).contains(place), "{text:?}: {}", error(text));
    }
}

#[test]
fn who_wrote_it() {
    for (head, composer) in [
        ("\\artist a", "a"),
        ("\\artist a \\music m", "m"),
        ("\\music m \\artist a", "m"),
        ("\\wordsandmusic w \\artist a", "w"),
        ("\\words x \\album y \\artist a", "a"),
    ] {
        assert_eq!(read(&format!("{head} . r")).composer.as_deref(), Some(composer), "{head}");
    }
    assert_eq!(read("\\title \" \" . r").title, None);
}

#[test]
fn time_signatures_and_pickups() {
    let metres = |text: &str| {
        let score = read(text);
        let bars = score.grid.bars.iter().map(|bar| (bar.nominal, bar.actual)).collect::<Vec<_>>();
        (bars, told(&score))
    };
    let (three, four, half) = (fraction(3, 4), fraction(4, 4), fraction(2, 4));
    assert_eq!(metres("\\ts 3 4 r | r | \\ts common r").0, [(three, three), (three, three), (four, four)]);
    assert_eq!(metres("\\ts 1024 1024 r"), (vec![(fraction(1024, 1024), fraction(1024, 1024))], vec![]));
    for odd in ["0 4", "4 0", "1025 4", "4 1025", "(3)", "rare"] {
        assert_eq!(
            metres(&format!("\\ts {odd} r")),
            (vec![(four, four)], vec![DiagnosticKind::BadValue]),
            "{odd}"
        );
    }
    // A pickup is as long as its notes; one that fills its metre is a whole bar.
    assert_eq!(metres("\\ac r.2 | r").0, [(four, half), (four, four)]);
    assert_eq!(metres("\\ac r.1 | r").0, [(four, four); 2]);
    assert_eq!(read("\\ac r.2 | r").structure.bars[0].actual, Some(half));
    assert_eq!(read("\\ac r.1 | r").structure.bars[0].actual, None);
    // Of its voices the longest counts.
    assert_eq!(metres("\\ac r.4 | r \\voice r.2 | r \\voice r.8 | r").0, [(four, half), (four, four)]);
}

#[test]
fn tempos_where_they_stand() {
    let tempos = |text: &str| {
        let score = read(text);
        score
            .tempos
            .iter()
            .map(|tempo| (tempo.bar, tempo.offset.quarters(), tempo.quarter_bpm))
            .collect::<Vec<_>>()
    };
    assert_eq!(tempos("\\tempo 90 . r"), [(0, 0.0, 90.0)]);
    assert_eq!(
        tempos("\\tempo 90.5 \"Allegro\" . r | r.2 r.4{tempo 60} r"),
        [(0, 0.0, 90.5), (1, 2.0, 60.0)]
    );
    // A share of the bar, whatever its metre.
    assert_eq!(tempos("\\ts 3 4 \\tempo (90 \"x\" 0.5) r"), [(0, 1.5, 90.0)]);
    assert_eq!(tempos("\\ts 3 4 r | r.2 r.4{tempo 50}"), [(1, 2.0, 50.0)]);
    for odd in ["(90 \"x\" -0.5)", "(\"x\")"] {
        let score = read(&format!("\\tempo {odd} r"));
        assert_eq!((score.tempos.len(), told(&score)), (0, vec![DiagnosticKind::BadValue]), "{odd}");
    }
}

#[test]
fn parts_staves_and_voices() {
    let score = read(
        "\\track \"Lute\" \"lt\" { instrument 24 } 0.1.1 | 0.1 \\staff \\tuning c3 0.1.1 \\voice 1.1.1 | 1.1 \
         \\track { instrument 300 } c4.1 \\track \\instrument 127 d4.1 | \\instrument 128 e4.1",
    );
    let names: Vec<_> = score
        .parts
        .iter()
        .map(|part| (part.id.as_str(), part.name.as_str(), part.programs.as_slice()))
        .collect();
    assert_eq!(names, [("1", "Lute", &[24][..]), ("2", "", &[]), ("3", "", &[])]);
    let notes = |part: usize| {
        let own = score.onsets.iter().filter(|onset| onset.part == part);
        own.map(|onset| (onset.bar, onset.key.unwrap())).collect::<Vec<_>>()
    };
    assert_eq!(notes(0), [(0, 64), (0, 48), (0, 49), (1, 64), (1, 49)]);
    assert_eq!((notes(1), notes(2)), (vec![(0, 60)], vec![(0, 62), (1, 64)]));
    assert_eq!(read("\\track \"Solo\" . c4").parts.len(), 1);
}

#[test]
fn sections_jumps_and_what_is_not_followed() {
    let score = read("r | \\section \"A\" \"Intro\" r | \\section Verse r");
    let sections: Vec<_> =
        score.sections.iter().map(|section| (section.bar, section.text.as_str())).collect();
    assert_eq!(sections, [(1, "A Intro"), (2, "Verse")]);
    assert_eq!(score.diagnostics, []);
    for (text, count) in [
        ("\\jump Somewhere r", 1),
        ("\\simile simple r", 1),
        ("\\simile none r", 0),
        ("\\voiceMode barWise r", 1),
        ("\\voiceMode staffWise r", 0),
        ("\\clef G2 \\ks d \\accidentals auto \\scale 0.5 r", 0),
    ] {
        assert_eq!(told(&read(text)), vec![DiagnosticKind::Unsupported; count], "{text}");
    }
}

#[test]
fn sync_points_at_their_limits() {
    let points = |sync: &str| {
        let score = read(&format!("r | r . {sync}"));
        let found = score.recording.as_ref().map_or_else(Vec::new, |recording| {
            recording
                .points
                .iter()
                .map(|point| (point.bar, point.occurrence, point.share, point.seconds))
                .collect()
        });
        (found, told(&score))
    };
    assert_eq!(points("\\sync 1 0 1500 1"), (vec![(1, 0, 1.0, 1.5)], vec![]));
    assert_eq!(points("\\sync 1 0 -250.5"), (vec![(1, 0, 0.0, -0.2505)], vec![]));
    for odd in ["1 0 1500 1.5", "1 0 1500 -0.5", "-1 0 0", "0 -1 0", "0.5 0 0", "0 0 x"] {
        assert_eq!(points(&format!("\\sync {odd}")), (vec![], vec![DiagnosticKind::BadValue]), "{odd}");
    }
    assert_eq!(points("\\sync 2 0 0"), (vec![], vec![DiagnosticKind::BadValue]));
    // A pass that is not played is kept, and told.
    assert_eq!(points("\\sync 1 1 0"), (vec![(1, 1, 0.0, 0.0)], vec![DiagnosticKind::MissingTarget]));
    assert!(read("r . \\sync 0 4 0").diagnostics[0].message.contains("for pass 5 of a bar"));
}

/// Every beat and note counts, as often as it is played, and so do arguments.
#[test]
fn as_much_as_the_limits_say() {
    let read = |text: &str, elements: usize| {
        let mut limits = Limits::default();
        limits.elements = elements;
        alphatex::read_slice(text.as_bytes(), &Options::new().with_limits(limits)).map(|_| ())
    };
    // A beat and its note: two each time; the notes of a chord once more, as they are read.
    for (text, least) in [("3.3.4*5", 10), ("(3.3 3.2).4", 5), ("r.4*7", 7)] {
        assert!(read(text, least).is_ok(), "{text}");
        let refused = read(text, least - 1);
        assert!(matches!(refused, Err(Error::Limit { limit: Limit::Elements, .. })), "{text}: {refused:?}");
    }
    let arguments = |count: usize| read(&format!("\\ts ({}) r", "4 ".repeat(count)), 10_000);
    assert!(arguments(1_000).is_ok() && arguments(1_001).is_err());
    let properties = |count: usize| read(&format!("3.3.4{{{}}}", "x ".repeat(count)), 10_000);
    assert!(properties(1_000).is_ok() && properties(1_001).is_err());
}

/// A tag without parentheses takes so many arguments, and the music begins behind them.
#[test]
fn arguments_end_where_the_music_begins() {
    let bars_and_notes = |text: &str| {
        let score = read(text);
        (score.structure.bars.len(), score.onsets.len())
    };
    for text in [
        "\\rc 3 3.3.4",
        "\\ae 1 3.3.4",
        "\\ts 3 4 3.3.4",
        "\\ts common 3.3.4",
        "\\tempo 90 3.3.4",
        "\\tempo 90 \"fast\" 3.3.4",
        "\\section \"A\" 3.3.4",
        "\\ks d 3.3.4",
        "\\ro 3.3.4",
        "\\tuning E4 B3 G3 3.3.4",
        "\\chord \"C\" 0 1 0 2 3 x . 3.3.4",
        "\\lyrics \"la la\" 3.3.4",
        "\\lyrics 2 \"la la\" 3.3.4",
        "\\articulation \"Snare\" 38 . 3.3.4",
        "\\title \"x\" . 3.3.4",
        "\\beaming (8 2 2 2 2) 3.3.4",
        "\\sparkle \"a\" \"b\" 3.3.4",
        "3.3.4{dy f} ",
        "3.3.4{v b (0 4)}",
        "3.3.4{ch \"C\" txt \"x\"}",
    ] {
        assert_eq!(bars_and_notes(text), (1, 1), "{text}");
    }
    assert_eq!(bars_and_notes("3.3.4{gr bb} 3.3"), (1, 2));
    assert_eq!(bars_and_notes("\\ts 3 4"), (1, 0));
    assert_eq!(bars_and_notes("r | | r"), (3, 0));
    assert_eq!(bars_and_notes("r | r |"), (2, 0));
}
