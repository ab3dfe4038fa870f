//! Small scores and tracks, each read by hand.

use segno_score::{DiagnosticKind, Options, Score, read_any};

use crate::midi::{DIVISION, END, file};
use crate::score::{REST, read, read_text, told};

const HALF: &str = "<note><rest/><duration>8</duration></note>";
const FORWARD: &str = "<barline location='left'><repeat direction='forward'/></barline>";
const BACKWARD: &str = "<barline location='right'><repeat direction='backward'/></barline>";

/// A short bar is told unless it is the first or the last, stands at a repeat sign, or beside another short bar.
#[test]
fn what_explains_a_short_bar() {
    let lengths = |bars: &[&str]| {
        let score = read(bars);
        let told = score.diagnostics.iter().filter(|told| told.kind == DiagnosticKind::Length);
        told.map(|told| told.bar.unwrap()).collect::<Vec<_>>()
    };
    let (short_forward, rest_forward) = (format!("{FORWARD}{HALF}"), format!("{FORWARD}{REST}"));
    let (short_backward, rest_backward) = (format!("{HALF}{BACKWARD}"), format!("{REST}{BACKWARD}"));
    assert_eq!(lengths(&[REST, REST, HALF, REST, REST]), [2]);
    assert_eq!(lengths(&[HALF, REST, REST]), [0_usize; 0]);
    assert_eq!(lengths(&[REST, REST, HALF]), [0_usize; 0]);
    assert_eq!(lengths(&[REST, REST, HALF, HALF, REST, REST]), [0_usize; 0]);
    for explained in [
        [REST, REST, &short_forward, REST, REST],
        [REST, REST, &short_backward, REST, REST],
        [REST, &rest_backward, HALF, REST, REST],
        [REST, REST, HALF, &rest_forward, REST],
    ] {
        assert_eq!(lengths(&explained), [0_usize; 0], "{explained:?}");
    }
    for not in [
        [REST, &rest_forward, HALF, REST, REST],
        [REST, REST, HALF, &rest_backward, REST],
        [&rest_backward, REST, HALF, REST, REST],
        [REST, REST, HALF, REST, &rest_forward],
    ] {
        assert_eq!(lengths(&not), [2], "{not:?}");
    }
    let long = read(&[REST, "<note><rest/><duration>20</duration></note>", REST]);
    assert_eq!(told(&long), ["Length 2"]);
    assert!(long.diagnostics[0].message.contains("holds 5/4"), "{:?}", long.diagnostics);
    // Durations with a fraction: one and a half quarters and two and a half.
    let divided = "<attributes><divisions>1</divisions></attributes>";
    let note = |duration: &str| format!("<note><rest/><duration>{duration}</duration></note>");
    assert_eq!(
        lengths(&[REST, &format!("{divided}{}{}", note("1.5"), note("2.5")), &note("4")]),
        [0_usize; 0]
    );
}

/// One part of one bar for each of these, which hold a note and then directions.
fn parts(bars: &[&str]) -> Score {
    let part = |(index, bar): (usize, &&str)| {
        format!(
            "<part id='P{index}'><measure number='1'><attributes><divisions>4</divisions></attributes>{REST}{bar}</measure></part>"
        )
    };
    let parts: String = bars.iter().enumerate().map(part).collect();
    read_text(&format!("<score-partwise>{parts}</score-partwise>"))
}

fn words(text: &str) -> String {
    format!("<direction><direction-type><words>{text}</words></direction-type></direction>")
}

fn contradicts(score: &Score) -> bool {
    score.diagnostics.iter().any(|told| told.message.contains("twice with different meanings"))
}

/// The same sign in several parts is one, and each adds what the others leave open.
#[test]
fn a_jump_in_several_parts() {
    let jumps = |bars: &[&str]| {
        let score = parts(bars);
        let jumps = score.structure.bars[0].jumps.clone();
        (jumps, contradicts(&score))
    };
    let fine = words("Fine");
    let (plain, to_fine) = (words("D.C."), words("D.C. al Fine"));
    let then = words("D.C. al Fine e poi la Coda");
    let coda = "<direction><direction-type><coda/></direction-type></direction>";
    for both in [[&to_fine, &then], [&then, &to_fine]] {
        let (found, contradiction) = jumps(&[&(fine.clone() + coda + both[0]), both[1]]);
        assert_eq!((found.len(), contradiction), (1, false));
        assert_eq!((found[0].until.as_str(), found[0].continue_at.as_deref()), ("fine", Some("coda")));
    }
    for both in [[&plain, &to_fine], [&to_fine, &plain]] {
        let (found, contradiction) = jumps(&[&(fine.clone() + both[0]), both[1]]);
        assert_eq!((found.len(), found[0].until.as_str(), contradiction), (1, "fine", false));
    }
    let with = words("D.C. con repetizione");
    let without = words("D.C. senza repetizione");
    assert!(jumps(&[&plain, &with]).0[0].play_repeats);
    let (differing, contradiction) = jumps(&[&with, &without]);
    assert!(contradiction && differing[0].play_repeats, "the first one counts");
    assert!(!jumps(&[&with, &with]).1);
    // Passes: two of one part are two jumps, of two parts one.
    let time = |passes: &str| format!("<sound dacapo='yes' time-only='{passes}'/>");
    let of = |bars: &[&str]| {
        let (found, contradiction) = jumps(bars);
        (found.into_iter().map(|jump| jump.passes).collect::<Vec<_>>(), contradiction)
    };
    assert_eq!(of(&[&(time("2") + &time("3"))]), (vec![vec![2], vec![3]], false));
    assert_eq!(of(&[&(time("2") + &time("2"))]), (vec![vec![2]], false));
    assert_eq!(of(&[&time("2"), &time("2")]), (vec![vec![2]], false));
    assert_eq!(of(&[&time("2"), &time("3")]), (vec![vec![2]], true));
    assert_eq!(of(&[&time("2"), "<sound dacapo='yes'/>"]), (vec![vec![2]], false));
    assert_eq!(of(&["<sound dacapo='yes'/>", &time("2")]), (vec![vec![2]], false));
    // Segnos: one name or none is one sign, two names are two.
    let segnos = |bars: &[&str]| {
        let score = parts(bars);
        score.structure.bars[0].markers.iter().map(|marker| marker.label.clone()).collect::<Vec<_>>()
    };
    assert_eq!(segnos(&["<sound segno='a'/>", "<sound segno='a'/>"]), ["a"]);
    assert_eq!(segnos(&["<sound segno='a'/>", "<sound segno='b'/>"]), ["a", "b"]);
    let sign = "<direction><direction-type><segno/></direction-type></direction>";
    assert_eq!(segnos(&[sign, "<sound segno='b'/>"]), ["b"]);
    assert_eq!(segnos(&["<sound segno='a'/>", sign]), ["a"]);
}

/// A sign in a bar that holds nothing stands at its start.
#[test]
fn signs_in_an_empty_bar() {
    use segno_syncpoint::Place;
    let segno = "<direction><direction-type><segno/></direction-type></direction>";
    let place = |bar: &str| read(&[bar, REST]).structure.bars[0].markers[0].at;
    assert_eq!(place(segno), Place::Start);
    assert_eq!(place(&format!("{segno}{REST}")), Place::Start);
    assert_eq!(place(&format!("{REST}{segno}")), Place::End);
    assert_eq!(place(&format!("{HALF}{segno}{HALF}")), Place::Start);
}

#[test]
fn metronome_marks() {
    let tempos = |marks: &[&str]| {
        let bars: Vec<String> = marks
            .iter()
            .map(|mark| format!("<direction><direction-type><metronome>{mark}</metronome></direction-type></direction>{REST}"))
            .collect();
        let score = read(&bars.iter().map(String::as_str).collect::<Vec<_>>());
        score.tempos.iter().map(|tempo| tempo.quarter_bpm).collect::<Vec<_>>()
    };
    let unit = |name: &str| format!("<beat-unit>{name}</beat-unit>");
    let per = |minute: &str| format!("<per-minute>{minute}</per-minute>");
    for (name, quarters) in [
        ("long", 16.0),
        ("breve", 8.0),
        ("whole", 4.0),
        ("half", 2.0),
        ("eighth", 0.5),
        ("16th", 0.25),
        ("32nd", 0.125),
    ] {
        assert_eq!(tempos(&[&(unit(name) + &per("40"))]), [40.0 * quarters], "{name}");
    }
    let tied = "<beat-unit-tied><beat-unit>eighth</beat-unit><beat-unit-dot/></beat-unit-tied>";
    assert_eq!(tempos(&[&(unit("quarter") + tied + &per("60"))]), [105.0]);
    assert_eq!(tempos(&[&(unit("half") + "<beat-unit-dot/><beat-unit-dot/>" + &per("60"))]), [210.0]);
    // A range has its middle, and other numbers follow.
    for (text, bpm) in [
        ("120-132", 126.0),
        ("132-120", 132.0),
        ("96 (112)", 96.0),
        ("c. 50", 50.0),
        ("100 - 104 - 108", 102.0),
    ] {
        assert_eq!(tempos(&[&(unit("quarter") + &per(text))]), [bpm], "{text}");
    }
    // What lasted as long as the left side lasts as long as the right one.
    let start = unit("quarter") + &per("80");
    let note = |content: &str| format!("<metronome-note>{content}</metronome-note>");
    let equals = "<metronome-relation>equals</metronome-relation>";
    let kind = |name: &str| format!("<metronome-type>{name}</metronome-type>");
    let triplet = "<metronome-tuplet type='start'><actual-notes>3</actual-notes><normal-notes>2</normal-notes></metronome-tuplet>";
    for (equation, bpm) in [
        (unit("quarter") + &unit("half"), 160.0),
        (unit("half") + "<beat-unit-dot/>" + &unit("half"), 80.0 * 2.0 / 3.0),
        (note(&kind("quarter")) + equals + &note(&(kind("quarter") + "<metronome-dot/>")), 120.0),
        (
            note(&kind("quarter")) + equals + &note(&(kind("quarter") + "<metronome-dot/><metronome-dot/>")),
            140.0,
        ),
        (note(&kind("eighth")) + equals + &note(&(kind("eighth") + triplet)), 80.0 * 2.0 / 3.0),
        (note(&(kind("eighth") + triplet)) + equals + &note(&kind("eighth")), 120.0),
    ] {
        let found = tempos(&[&start, &equation]);
        assert!(found.len() == 2 && (found[1] - bpm).abs() < 1e-9, "{equation}: {found:?}");
    }
    // Nothing to count, or nothing to count it by.
    assert_eq!(tempos(&[&per("60")]), [0.0_f64; 0]);
    assert_eq!(tempos(&[&unit("quarter")]), [0.0_f64; 0]);
    assert_eq!(tempos(&[&(unit("quaver") + &per("60"))]), [0.0_f64; 0]);
}

#[test]
fn a_title_without_end_is_cut() {
    let text = "a ".repeat(20_000);
    let score = read_text(&format!(
        "<score-partwise><work><work-title>{text}</work-title></work><part id='P'><measure number='1'>{REST}</measure></part></score-partwise>"
    ));
    let title = score.title.unwrap();
    assert!(title.len() <= 1_010 && title.len() >= 900, "{}", title.len());
    assert!(title.starts_with("a a a"));
}

/// The signs of music fonts by their places and names in the standard (SMuFL), where the font keeps to it.
#[test]
fn letters_of_music_fonts() {
    let jumps = |text: &str, font: &str| {
        let score = read(&[
            "<direction><direction-type><segno/></direction-type></direction>",
            &format!(
                "{REST}<direction><direction-type><words{font}>{text}</words></direction-type></direction>"
            ),
        ]);
        let bar = &score.structure.bars[1];
        let jumps = bar.jumps.iter().map(|jump| format!("{:?}", jump.kind));
        jumps.chain(bar.markers.iter().map(|marker| format!("{:?}", marker.kind))).collect::<Vec<_>>()
    };
    for (letter, name, meaning) in [
        ("\u{E045}", "dalSegno", "DalSegno"),
        ("\u{E046}", "daCapo", "DaCapo"),
        ("\u{E047}", "segno", "Segno"),
        ("\u{E048}", "coda", "Coda"),
        ("\u{E049}", "codaSquare", "Coda"),
        ("\u{E04A}", "segnoSerpent1", "Segno"),
        ("\u{E04B}", "segnoSerpent2", "Segno"),
    ] {
        assert_eq!(jumps(letter, ""), [meaning], "{name}");
        assert_eq!(jumps(letter, " font-family='Bravura Text'"), [meaning], "{name}");
        assert_eq!(jumps(letter, " font-family='MScore Text'"), [""; 0], "{name}");
        assert_eq!(jumps(&format!("&lt;sym>{name}&lt;/sym>"), ""), [meaning], "{name}");
    }
    // Another letter of the private use area is a word that nobody knows.
    assert_eq!(jumps("D.C. \u{E100}", ""), [""; 0]);
    assert_eq!(jumps("\u{F8FF} D.C.", ""), [""; 0]);
    assert_eq!(jumps("D.C. &lt;sym>noteQuarterUp&lt;/sym>", ""), ["DaCapo"]);
}

/// Key, channel's part, place and length in ticks.
fn onsets(tracks: &[&[u8]]) -> Vec<(u8, usize, f64, f64)> {
    let format = u8::from(tracks.len() > 1);
    let score = read_any(&file(format, DIVISION, tracks), &Options::new().with_onsets()).unwrap();
    let place = |bar: usize, offset: segno_syncpoint::Fraction| bar as f64 * 384.0 + offset.quarters() * 96.0;
    score
        .onsets
        .iter()
        .map(|onset| {
            (onset.key.unwrap(), onset.part, place(onset.bar, onset.offset), onset.duration.quarters() * 96.0)
        })
        .collect()
}

#[test]
fn notes_of_one_key() {
    let track = |events: &[u8]| [events, END].concat();
    // Struck twice before it ends: the first to begin is the first to end.
    assert_eq!(
        onsets(&[&track(b"\0\x90\x3C\x40\x18\x90\x3C\x40\x18\x80\x3C\0\x18\x80\x3C\0")]),
        [(60, 0, 0.0, 48.0), (60, 0, 24.0, 48.0)]
    );
    // On two channels they are two notes, each with its own end.
    assert_eq!(
        onsets(&[&track(b"\0\x90\x3C\x40\x18\x91\x3C\x40\x18\x81\x3C\0\x18\x80\x3C\0")]),
        [(60, 0, 0.0, 72.0), (60, 1, 24.0, 24.0)]
    );
    // Neighbouring keys of neighbouring channels.
    assert_eq!(
        onsets(&[&track(b"\0\x90\x7F\x40\x18\x91\0\x40\x18\x80\x7F\0\x18\x81\0\0")]),
        [(127, 0, 0.0, 48.0), (0, 1, 24.0, 48.0)]
    );
    // An end without a beginning, and a second end.
    assert_eq!(
        onsets(&[&track(
            b"\0\x80\x3C\0\x18\x90\x3C\x40\x18\x80\x3C\0\x18\x80\x3C\0\0\x90\x3E\x40\x18\x80\x3E\0"
        )]),
        [(60, 0, 24.0, 24.0), (62, 0, 72.0, 24.0)]
    );
    // Of two names of a track the first counts.
    let named = track(b"\0\xFF\x03\x04Oboe\0\xFF\x03\x05Flute\0\x90\x3C\x40\x60\x80\x3C\0");
    let other = track(b"\0\xFF\x03\x04Horn\0\x91\x3C\x40\x60\x81\x3C\0");
    let score = read_any(&file(1, DIVISION, &[&named, &other]), &Options::new()).unwrap();
    assert_eq!(score.parts.iter().map(|part| part.name.as_str()).collect::<Vec<_>>(), ["Oboe", "Horn"]);
}

/// Where words and playback name different signs the playback counts, and that is told.
#[test]
fn signs_in_words_and_in_playback() {
    for (sound, stated) in
        [("tocoda='k'", "ToCoda"), ("segno='k'", "Segno"), ("coda='k'", "Coda"), ("fine='yes'", "Fine")]
    {
        for (text, said) in
            [("To Coda", "ToCoda"), ("Segno", "Segno"), ("Coda", "Coda"), ("Fine", "Fine"), ("dolce", stated)]
        {
            let both = format!(
                "{REST}<direction><direction-type><words>{text}</words></direction-type><sound {sound}/></direction>"
            );
            let score = read(&[REST, &both, REST]);
            let kinds: Vec<String> =
                score.structure.bars[1].markers.iter().map(|marker| format!("{:?}", marker.kind)).collect();
            assert_eq!(kinds, [stated], "{sound} {text}");
            let contradicts = score.diagnostics.iter().any(|told| told.kind == DiagnosticKind::Contradiction);
            assert_eq!(contradicts, stated != said, "{sound} {text}");
        }
    }
}

/// On the bar lines too the first of two bare coda signs is where one leaves.
#[test]
fn signs_of_codas_on_bar_lines() {
    let coda = |side: &str, name: &str| format!("<barline location='{side}'{name}><coda/></barline>");
    let kinds = |first: &str, second: &str| {
        let jump = words("D.C. al Coda");
        let score =
            read(&[&(REST.to_owned() + first), &(REST.to_owned() + &jump), &(second.to_owned() + REST)]);
        let of = |bar: usize| format!("{:?}", score.structure.bars[bar].markers[0].kind);
        [of(0), of(2)]
    };
    assert_eq!(kinds(&coda("right", ""), &coda("left", "")), ["ToCoda", "Coda"]);
    assert_eq!(kinds(&coda("right", " coda='a'"), &coda("left", " coda='b'")), ["Coda", "Coda"]);
}

/// A bracket that begins at a bar line without a side, before the first note, begins there.
#[test]
fn bar_lines_without_a_side() {
    let start = "<barline><ending number='1' type='start'/></barline>";
    let stop = "<barline><ending number='1' type='stop'/><repeat direction='backward'/></barline>";
    let score = read(&[REST, &(start.to_owned() + REST), &(REST.to_owned() + stop), REST]);
    let under: Vec<bool> = score.structure.bars.iter().map(|bar| !bar.endings.is_empty()).collect();
    assert_eq!(under, [false, true, true, false]);
    assert!(score.structure.bars[2].repeat_end.is_some());
}
