//! Notes in MuseScore's own files: lengths, ties, tuplets, octave lines and graces as each version writes them.

use segno_score::{DiagnosticKind, Error, Limit, Limits, Options, Score, read_any};

fn read(text: &str) -> Score {
    read_any(text.as_bytes(), &Options::new().with_onsets()).unwrap()
}

/// A score of one staff: the measures with what stands in them.
fn staff(version: &str, measures: &[&str]) -> Score {
    let measures: String = measures.iter().map(|content| format!("<Measure>{content}</Measure>")).collect();
    read(&format!(
        "<museScore version='{version}'><Score><Division>480</Division><Part><Staff id='1'/><Staff id='2'/></Part>\
         <Staff id='1'>{measures}</Staff></Score></museScore>"
    ))
}

/// Bar, quarters into it, key and quarters of length; `g` behind a grace note.
fn notes(score: &Score) -> Vec<String> {
    let onsets = score.onsets.iter();
    onsets
        .map(|onset| {
            let grace = if onset.grace { "g" } else { "" };
            format!(
                "{}.{} {} {}{grace}",
                onset.bar,
                onset.offset.quarters(),
                onset.key.unwrap(),
                onset.duration.quarters()
            )
        })
        .collect()
}

fn told(score: &Score) -> Vec<(DiagnosticKind, Option<usize>)> {
    score.diagnostics.iter().map(|told| (told.kind, told.bar)).collect()
}

fn chord(kind: &str, more: &str, note: &str) -> String {
    format!("<Chord>{more}<durationType>{kind}</durationType><Note>{note}</Note></Chord>")
}

fn key(key: u32) -> String {
    format!("<pitch>{key}</pitch>")
}

#[test]
fn lengths_of_chords_and_rests() {
    let voice = |content: &str| format!("<voice>{content}</voice>");
    let rest = |kind: &str, more: &str| format!("<Rest>{more}<durationType>{kind}</durationType></Rest>");
    let last = chord("quarter", "", &key(60));
    let begin = |before: &str| {
        let score = staff("3.01", &[&voice(&format!("{before}{last}"))]);
        (score.onsets[0].offset.quarters(), told(&score))
    };
    for (before, quarters) in [
        (rest("half", ""), 2.0),
        (rest("half", "<dots>1</dots>"), 3.0),
        (rest("eighth", "<dots>2</dots>"), 0.875),
        (rest("quarter", "<duration>1/8</duration>"), 0.5),
        (rest("measure", "<duration>3/4</duration>"), 3.0),
        (rest("measure", ""), 4.0),
        ("<location><fractions>3/8</fractions></location>".to_owned(), 1.5),
        ("<RepeatMeasure/>".to_owned(), 4.0),
    ] {
        assert_eq!(begin(&before).0, quarters, "{before}");
    }
    for wrong in
        [rest("minim", ""), rest("half", "<dots>40</dots>"), rest("half", "<duration>-1/4</duration>")]
    {
        assert_eq!(begin(&wrong), (0.0, vec![(DiagnosticKind::BadValue, Some(0))]), "{wrong}");
    }
    // A second voice begins at the bar line again.
    let score = staff("3.01", &[&(voice(&rest("half", "")) + &voice(&last))]);
    assert_eq!(notes(&score), ["0.0 60 1"]);
    // Signs that repeat measures are told once.
    let score = staff("3.01", &[&voice("<RepeatMeasure/>"), &voice("<MeasureRepeat/>")]);
    assert_eq!(told(&score), [(DiagnosticKind::Unsupported, Some(0))]);
    // Version 2 writes the length as attributes, and versions 1 and 2 the place in ticks.
    let two = "<Rest><durationType>measure</durationType><duration z='3' n='8'/></Rest>";
    assert_eq!(notes(&staff("2.06", &[&(two.to_owned() + &last)])), ["0.1.5 60 1"]);
    let moved = format!("<tick>2880</tick>{last}<move>1920</move>{last}");
    assert_eq!(notes(&staff("2.06", &["", &moved])), ["1.0 60 1", "1.2 60 1"]);
    let inside = "<Chord><tick>960</tick><ticklen>240</ticklen><Note pitch='62'/></Chord>";
    assert_eq!(notes(&staff("1.11", &[inside])), ["0.2 62 0.5"]);
}

#[test]
fn notes_without_a_usable_pitch() {
    let voice =
        |note: &str| format!("<voice>{}{}</voice>", chord("half", "", note), chord("half", "", &key(60)));
    for note in ["", "<pitch>x</pitch>", "<pitch>128</pitch>", "<pitch>-1</pitch>"] {
        let score = staff("3.01", &[&voice(note)]);
        assert_eq!(
            (notes(&score), told(&score)),
            (vec!["0.2 60 2".to_owned()], vec![(DiagnosticKind::BadValue, Some(0))]),
            "{note}"
        );
    }
    for edge in [0, 127] {
        assert_eq!(notes(&staff("3.01", &[&voice(&key(edge))]))[0], format!("0.0 {edge} 2"));
    }
}

#[test]
fn grace_notes_of_all_names_take_no_time() {
    for name in [
        "acciaccatura",
        "appoggiatura",
        "grace4",
        "grace8",
        "grace16",
        "grace32",
        "grace8after",
        "grace16after",
        "grace32after",
    ] {
        let grace = chord("eighth", &format!("<{name}/>"), &key(70));
        let score = staff("3.01", &[&format!("<voice>{grace}{}</voice>", chord("whole", "", &key(60)))]);
        // MuseScore writes all of them before their chord; its own MusicXML has those named "after" behind it.
        let expected =
            if name.ends_with("after") { ["0.0 60 4", "0.4 70 0g"] } else { ["0.0 70 0g", "0.0 60 4"] };
        assert_eq!(notes(&score), expected, "{name}");
    }
    let plain = chord("eighth", "<stem/>", &key(70));
    assert_eq!(notes(&staff("3.01", &[&format!("<voice>{plain}</voice>")])), ["0.0 70 0.5"]);
}

#[test]
fn tuplets_inside_of_tuplets() {
    let open = |normal: &str, actual: &str| {
        format!("<Tuplet><normalNotes>{normal}</normalNotes><actualNotes>{actual}</actualNotes></Tuplet>")
    };
    let eighth = chord("eighth", "", &key(60));
    let voice = |content: String| staff("3.01", &[&format!("<voice>{content}</voice>")]);
    let places =
        |score: &Score| score.onsets.iter().map(|onset| onset.offset.to_string()).collect::<Vec<_>>();
    // Five eighths in the time of four, of which the second is one of three in the time of two.
    let nested = format!(
        "{}{eighth}{}{eighth}<endTuplet/>{eighth}<endTuplet/>{eighth}{eighth}",
        open("4", "5"),
        open("2", "3")
    );
    assert_eq!(places(&voice(nested)), ["0/1", "1/10", "1/6", "4/15", "47/120"]);
    for (normal, actual) in [("0", "3"), ("2", "0"), ("x", "3")] {
        let score = voice(format!("{}{eighth}<endTuplet/>{eighth}", open(normal, actual)));
        assert_eq!(
            (places(&score), told(&score)),
            (vec!["0/1".to_owned(), "1/8".to_owned()], vec![(DiagnosticKind::BadValue, Some(0))])
        );
    }
    // Another voice begins without one.
    let score = staff(
        "3.01",
        &[&format!("<voice>{}{eighth}</voice><voice>{eighth}{eighth}</voice>", open("2", "3"))],
    );
    assert_eq!(score.onsets.last().unwrap().offset.to_string(), "1/8");
    // Until version 2 they have numbers, and the notes name theirs.
    let of = |id: &str| chord("eighth", &format!("<Tuplet>{id}</Tuplet>"), &key(60));
    let tuplet = "<Tuplet id='1'><normalNotes>2</normalNotes><actualNotes>3</actualNotes></Tuplet>";
    let inner =
        "<Tuplet id='2'><Tuplet>1</Tuplet><normalNotes>2</normalNotes><actualNotes>3</actualNotes></Tuplet>";
    let score = staff("2.06", &[&format!("{tuplet}{inner}{}{}{eighth}{eighth}", of("1"), of("2"))]);
    assert_eq!(places(&score), ["0/1", "1/12", "5/36", "19/72"]);
    // Ticks of version 1.11 are the true length; from 1.12 on a length is what is written.
    let ticks = "<Chord><Tuplet>1</Tuplet><ticklen>160</ticklen><Note><pitch>60</pitch></Note></Chord>";
    let lengths = |version: &str| {
        let score = staff(version, &[&format!("{tuplet}{ticks}")]);
        score.onsets[0].duration.to_string()
    };
    assert_eq!((lengths("1.11"), lengths("1.12")), ("1/12".to_owned(), "1/18".to_owned()));
}

#[test]
fn octave_lines_of_all_kinds() {
    let whole = |key: u32| chord("whole", "", &self::key(key));
    for (subtypes, keys) in [
        (["8va", "0"], 12),
        (["8vb", "2"], -12),
        (["15ma", "1"], 24),
        (["15mb", "3"], -24),
        (["22ma", "4"], 36),
        (["22mb", "5"], -36),
        (["loco", "9"], 0),
    ] {
        for subtype in subtypes {
            let line = format!(
                "<Spanner type='Ottava'><Ottava><subtype>{subtype}</subtype></Ottava><next><location><measures>1</measures></location></next></Spanner>"
            );
            let score = staff(
                "3.01",
                &[&format!("<voice>{line}{}</voice>", whole(60)), &format!("<voice>{}</voice>", whole(60))],
            );
            let keys: Vec<i32> = vec![60 + keys, 60];
            let found: Vec<i32> = score.onsets.iter().map(|onset| onset.key.unwrap().into()).collect();
            assert_eq!(found, keys, "{subtype}");
            // Version 2 says where it ends by its number.
            let old = [
                format!("<Ottava id='7'><subtype>{subtype}</subtype></Ottava>{}", whole(60)),
                format!("<endSpanner id='8'/><endSpanner id='7'/>{}", whole(60)),
            ];
            let score = staff("2.06", &[&old[0], &old[1]]);
            let found: Vec<i32> = score.onsets.iter().map(|onset| onset.key.unwrap().into()).collect();
            assert_eq!(found, keys, "{subtype}");
        }
    }
    // It begins and ends inside of a bar; a length beyond the bar reaches into the next one.
    let line = |length: &str| {
        format!(
            "<Spanner type='Ottava'><Ottava><subtype>8va</subtype></Ottava><next><location><fractions>{length}</fractions></location></next></Spanner>"
        )
    };
    let half = chord("half", "", &key(60));
    let keys = |length: &str| {
        let score = staff(
            "3.01",
            &[
                &format!("<voice>{half}{}{half}</voice>", line(length)),
                &format!("<voice>{half}{half}</voice>"),
            ],
        );
        score.onsets.iter().map(|onset| onset.key.unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(keys("1/2"), [60, 72, 60, 60]);
    assert_eq!(keys("1/1"), [60, 72, 72, 60]);
    assert_eq!(keys("5/4"), [60, 72, 72, 72]);
    // Two at once add up, and each ends for itself.
    let both = format!("<voice>{}{}{half}{half}</voice>", line("1/1"), line("1/2"));
    let score = staff("3.01", &[&both]);
    assert_eq!(score.onsets.iter().map(|onset| onset.key.unwrap()).collect::<Vec<_>>(), [84, 72]);
}

/// A line may begin inside of a chord, which then is the first one under it.
#[test]
fn octave_lines_that_begin_in_a_chord() {
    let line = "<Spanner type='Ottava'><Ottava><subtype>8va</subtype></Ottava><next><location><fractions>1/2</fractions></location></next></Spanner>";
    let half = |more: &str| chord("half", more, &key(60));
    let keys = |version: &str, bars: &[&str]| {
        let score = staff(version, bars);
        score.onsets.iter().map(|onset| onset.key.unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(keys("3.01", &[&format!("<voice>{}{}</voice>", half(line), half(""))]), [72, 60]);
    let old = [
        half("<Ottava id='3'><subtype>8va</subtype></Ottava>") + &half(""),
        half("") + &half("<endSpanner id='3'/>"),
    ];
    assert_eq!(keys("2.06", &[&old[0], &old[1]])[..3], [72, 72, 72]);
}

/// Of octave lines one after the other only those that are not over count for the limit on signs.
#[test]
fn as_many_octave_lines_as_may_be_open() {
    let line = "<Spanner type='Ottava'><Ottava><subtype>8va</subtype></Ottava><next><location><measures>1</measures></location></next></Spanner>";
    let bar = |lines: usize| {
        format!("<Measure><voice>{}{}</voice></Measure>", line.repeat(lines), chord("whole", "", &key(60)))
    };
    let read = |bars: &[usize], most: usize| {
        let bars: String = bars.iter().map(|lines| bar(*lines)).collect();
        let mut limits = Limits::default();
        limits.signs = most;
        let text =
            format!("<museScore version='3.01'><Score><Staff id='1'>{bars}</Staff></Score></museScore>");
        read_any(text.as_bytes(), &Options::new().with_onsets().with_limits(limits))
    };
    let score = read(&[1, 1, 1, 1, 1, 1], 2).unwrap();
    assert_eq!(score.onsets.iter().map(|onset| onset.key.unwrap()).collect::<Vec<_>>(), [72; 6]);
    assert!(read(&[3], 3).is_ok());
    assert!(matches!(read(&[3], 2), Err(Error::Limit { limit: Limit::Signs, allowed: 2, .. })));
}

#[test]
fn an_octave_line_is_for_its_own_staff() {
    let line = "<Spanner type='Ottava'><Ottava><subtype>8va</subtype></Ottava><next><location><measures>2</measures></location></next></Spanner>";
    let note = chord("whole", "", &key(60));
    let bar = |content: &str| format!("<Measure><voice>{content}</voice></Measure>");
    let score = read(&format!(
        "<museScore version='3.01'><Score><Part><Staff id='1'/><Staff id='2'/></Part><Staff id='1'>{}{}</Staff><Staff id='2'>{}{}</Staff></Score></museScore>",
        bar(&format!("{line}{note}")),
        bar(&note),
        bar(&note),
        bar(&format!("{line}{note}")),
    ));
    let mut keys: Vec<(usize, u8)> =
        score.onsets.iter().map(|onset| (onset.bar, onset.key.unwrap())).collect();
    keys.sort_unstable();
    assert_eq!(keys, [(0, 60), (0, 72), (1, 72), (1, 72)]);
}

/// Each staff belongs to the part that names it; one that no part names to the last one.
#[test]
fn staves_and_their_parts() {
    let bar = |key: u32| format!("<Measure><voice>{}</voice></Measure>", chord("whole", "", &self::key(key)));
    let score = read(&format!(
        "<museScore version='3.01'><Score><Part><Staff id='1'/></Part><Part><Staff id='2'/><Staff id='3'/></Part><Part><Staff/></Part>\
         <Staff id='1'>{}</Staff><Staff id='2'>{}</Staff><Staff id='3'>{}</Staff><Staff id='4'>{}</Staff><Staff id='9'>{}</Staff></Score></museScore>",
        bar(61),
        bar(62),
        bar(63),
        bar(64),
        bar(65)
    ));
    let mut parts: Vec<(u8, usize)> =
        score.onsets.iter().map(|onset| (onset.key.unwrap(), onset.part)).collect();
    parts.sort_unstable();
    assert_eq!(parts, [(61, 0), (62, 1), (63, 1), (64, 2), (65, 2)]);
    assert_eq!(score.parts.iter().map(|part| part.id.as_str()).collect::<Vec<_>>(), ["P1", "P2", "P3"]);
}

#[test]
fn ties_as_each_version_writes_them() {
    let half = |inside: &str| chord("half", "", &format!("{inside}{}", key(60)));
    let begin =
        "<Spanner type='Tie'><Tie/><next><location><fractions>1/2</fractions></location></next></Spanner>";
    let end = "<Spanner type='Tie'><prev><location><fractions>-1/2</fractions></location></prev></Spanner>";
    let voice = |content: String| format!("<voice>{content}</voice>");
    // Three in a row are one note; what is struck again begins anew.
    let both = format!("{begin}{end}");
    let bars = [voice(half(begin) + &half(&both)), voice(half(end) + &half(""))];
    assert_eq!(notes(&staff("3.01", &[&bars[0], &bars[1]])), ["0.0 60 6", "1.2 60 2"]);
    // An end without a beginning is a note, and so is one of another key.
    assert_eq!(notes(&staff("3.01", &[&voice(half(end))])), ["0.0 60 2"]);
    let other = chord("half", "", &format!("{end}{}", key(61)));
    assert_eq!(notes(&staff("3.01", &[&voice(half(begin) + &other)])), ["0.0 60 2", "0.2 61 2"]);
    // A tie may lead into another voice of the staff.
    let second =
        voice(half(begin)) + &voice(format!("<location><fractions>1/2</fractions></location>{}", half(end)));
    assert_eq!(notes(&staff("3.01", &[&second])), ["0.0 60 4"]);
    // Version 2 has numbers: of the tie where it begins, and of what ends.
    let (from, to) = ("<Tie id='3'/>", "<endSpanner id='3'/>");
    assert_eq!(notes(&staff("2.06", &[&(half(from) + &half(to))])), ["0.0 60 4"]);
    assert_eq!(
        notes(&staff("2.06", &[&(half(from) + &half("<endSpanner id='4'/>"))])),
        ["0.0 60 2", "0.2 60 2"]
    );
    assert_eq!(notes(&staff("2.06", &[&(half(from) + &half(""))])), ["0.0 60 2", "0.2 60 2"]);
    // Version 1 ties on to the next note of the key in the voice, whatever that says.
    assert_eq!(notes(&staff("1.14", &[&(half("<Tie/>") + &half(""))])), ["0.0 60 4"]);
    let track = |track: u32, inside: &str| {
        chord("half", &format!("<track>{track}</track>"), &format!("{inside}{}", key(60)))
    };
    assert_eq!(notes(&staff("1.14", &[&(track(0, "<Tie/>") + &track(1, ""))])), ["0.0 60 2", "0.2 60 2"]);
    assert_eq!(notes(&staff("1.14", &[&(track(1, "<Tie/>") + &track(5, ""))])), ["0.0 60 4"]);
    assert_eq!(notes(&staff("1.14", &[&(half("") + &half(""))])), ["0.0 60 2", "0.2 60 2"]);
    // A grace note ties nothing on.
    let grace = chord("eighth", "<grace8/>", &format!("<Tie/>{}", key(60)));
    assert_eq!(notes(&staff("1.14", &[&(grace + &half(""))])), ["0.0 60 0g", "0.0 60 2"]);
    // From a lower staff, which the file has not come to: told, and struck.
    let up = "<Spanner type='Tie'><prev><location><staves>1</staves></location></prev></Spanner>";
    let score = staff("3.01", &[&voice(half(up))]);
    assert_eq!(
        (notes(&score), told(&score)),
        (vec!["0.0 60 2".to_owned()], vec![(DiagnosticKind::Unsupported, Some(0))])
    );
}

#[test]
fn names_and_programs_of_parts() {
    let part = |inside: &str| {
        let text = format!(
            "<museScore version='3.01'><Score><Part><Staff id='1'/>{inside}</Part><Staff id='1'><Measure/></Staff></Score></museScore>"
        );
        read(&text).parts[0].clone()
    };
    let channel = |program: &str| format!("<Channel><program value='{program}'/></Channel>");
    let full = part(&format!(
        "<trackName>Track</trackName><Instrument><longName>First</longName><longName>Second</longName><shortName>Fl.</shortName>{}{}</Instrument>",
        channel("73"),
        channel("74")
    ));
    assert_eq!(
        (full.name.as_str(), full.abbreviation.as_deref(), full.programs.as_slice()),
        ("First", Some("Fl."), &[73][..])
    );
    assert_eq!((full.id.as_str()), "P1");
    let bare = part("<trackName>Track</trackName><Instrument><shortName> </shortName></Instrument>");
    assert_eq!((bare.name.as_str(), bare.abbreviation, bare.programs.len()), ("Track", None, 0));
    let old = part("<name>Flauto</name><shortName>F.</shortName><trackName>Track</trackName>");
    assert_eq!((old.name.as_str(), old.abbreviation.as_deref()), ("Flauto", Some("F.")));
    for (program, kept) in [("127", true), ("128", false), ("x", false)] {
        assert_eq!(
            part(&format!("<Instrument>{}</Instrument>", channel(program))).programs.len() == 1,
            kept,
            "{program}"
        );
    }
    // Without a channel of use the next one counts.
    assert_eq!(part(&format!("<Instrument><Channel/>{}</Instrument>", channel("5"))).programs, [5]);
}
