//! MuseScore's own files: orders and times as MuseScore 3.2.3 gives them, unless a test says otherwise.

use std::io::Write;

use segno_score::{DiagnosticKind, Error, Format, Options, Score, musescore, read_any};
use segno_syncpoint::Policy;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A bar that holds one whole-measure rest.
pub(crate) const REST: &str = "<Rest><durationType>measure</durationType><duration>4/4</duration></Rest>";

/// A score of version 3.01 or 4 with one staff; of each measure what stands before its voice and in it.
pub(crate) fn mscx(version: &str, measures: &[(&str, &str)]) -> String {
    let measures: String = measures
        .iter()
        .map(|(head, voice)| {
            let (attributes, head) = head.split_once('|').unwrap_or(("", head));
            format!("<Measure{attributes}>{head}<voice>{voice}</voice></Measure>")
        })
        .collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><museScore version=\"{version}\"><Score><Division>480</Division>\
         <metaTag name=\"workTitle\">Own tune</metaTag>\
         <Part><Staff id=\"1\"/><trackName>Flute</trackName><Instrument><longName>Flute</longName><Channel>\
         <program value=\"73\"/></Channel></Instrument></Part><Staff id=\"1\">{measures}</Staff></Score></museScore>"
    )
}

pub(crate) fn read(text: &str) -> Score {
    read_any(text.as_bytes(), &Options::new().with_onsets()).unwrap()
}

fn order(score: &Score) -> Vec<usize> {
    score.structure.unroll(&score.format.policy()).unwrap().order().collect()
}

/// The starts of the played bars and the end, and the same from the map.
#[track_caller]
pub(crate) fn check_times(score: &Score, expected: &[f64]) {
    let play = score.structure.unroll(&score.format.policy()).unwrap();
    let times = score.bar_times(play.order());
    let close =
        |a: &[f64]| a.len() == expected.len() && a.iter().zip(expected).all(|(a, b)| (a - b).abs() < 0.002);
    assert!(close(&times), "{times:?}, expected {expected:?}");
    let map = score.sync_map(&play).unwrap();
    let bars: Vec<f64> = (0..times.len()).map(|bar| map.time_at(bar as f64).unwrap()).collect();
    assert!(close(&bars), "map {bars:?}, expected {expected:?}");
}

const START: &str = "<startRepeat/>";
const END: &str = "<endRepeat>2</endRepeat>";

fn volta(endings: &str, measures: u32, closed: bool) -> String {
    let hook = if closed { "<endHookType>1</endHookType>" } else { "" };
    format!(
        "<Spanner type=\"Volta\"><Volta>{hook}<endings>{endings}</endings></Volta>\
         <next><location><measures>{measures}</measures></location></next></Spanner>{REST}"
    )
}

#[test]
fn titles_parts_and_format() {
    let score = read(&mscx("3.01", &[("", REST)]));
    assert_eq!((score.format, score.title.as_deref()), (Format::Mscx, Some("Own tune")));
    assert_eq!((score.parts[0].name.as_str(), score.parts[0].programs.as_slice()), ("Flute", &[73][..]));
    assert_eq!(score.diagnostics, []);
}

#[test]
fn close_signs_in_both_endings_count_for_themselves() {
    let first = volta("1", 1, true);
    let second = volta("2", 1, true);
    let score = read(&mscx("3.01", &[(START, REST), (END, &first), (END, &second), ("", REST)]));
    assert_eq!(order(&score), [0, 1, 0, 2, 0, 3]);
}

#[test]
fn repeats_after_a_jump_as_the_jump_says() {
    let jump = |repeats: &str| {
        format!(
            "<Jump><jumpTo>start</jumpTo><playUntil>fine</playUntil><continueAt></continueAt>{repeats}</Jump>"
        )
    };
    let fine = "<Marker><text>Fine</text><label>fine</label></Marker>";
    let tune = |repeats: &str| {
        read(&mscx("3.01", &[(START, REST), (END, REST), (fine, REST), (&jump(repeats), REST)]))
    };
    for none in ["", "<playRepeats>0</playRepeats>"] {
        assert_eq!(order(&tune(none)), [0, 1, 0, 1, 2, 3, 0, 1, 2]);
    }
    assert_eq!(order(&tune("<playRepeats>1</playRepeats>")), [0, 1, 0, 1, 2, 3, 0, 1, 0, 1, 2]);
}

#[test]
fn a_drawn_rest_of_several_measures_is_none_of_them() {
    let drawn = " len=\"12/4\"|<multiMeasureRest>3</multiMeasureRest>";
    let score = read(&mscx("3.01", &[("", REST), (drawn, REST), ("", REST), ("", REST), ("", REST)]));
    assert_eq!(score.structure.bars.len(), 4);
    check_times(&score, &[0.0, 2.0, 4.0, 6.0, 8.0]);
}

#[test]
fn the_pause_behind_a_section_comes_once() {
    // MuseScore 3.2.3 makes it after each pass, which its issue 24832 calls wrong.
    let pause = "<LayoutBreak><subtype>section</subtype><pause>2</pause></LayoutBreak>";
    let last = format!("{END}{pause}");
    let score = read(&mscx("3.01", &[(START, REST), (&last, REST), (START, REST), (END, REST)]));
    assert_eq!(order(&score), [0, 1, 0, 1, 2, 3, 2, 3]);
    check_times(&score, &[0.0, 2.0, 4.0, 6.0, 10.0, 12.0, 14.0, 16.0, 18.0]);
    let jump = format!("{pause}<Jump><jumpTo>start</jumpTo><playUntil>fine</playUntil><continueAt/></Jump>");
    let fine = "<Marker><label>fine</label></Marker>";
    let score = read(&mscx("3.01", &[("", REST), (fine, REST), (&jump, REST), ("", REST)]));
    assert_eq!(order(&score), [0, 1, 2, 0, 1, 3]);
    check_times(&score, &[0.0, 2.0, 4.0, 6.0, 8.0, 12.0, 14.0]);
}

#[test]
fn an_open_volta_in_each_version() {
    let third = volta("3", 1, false);
    let first = volta("1, 2", 1, true);
    let three = [
        (START, REST),
        ("<endRepeat>3</endRepeat>", first.as_str()),
        ("", &third),
        ("", REST),
        (START, REST),
    ];
    assert_eq!(order(&read(&mscx("3.01", &three))), [0, 1, 0, 1, 0, 2, 3, 4]);
    let two = "<museScore version=\"2.06\"><Score><Division>480</Division><Part><Staff id=\"1\"/></Part><Staff id=\"1\">\
        <Measure number=\"1\"><startRepeat/><Rest><durationType>measure</durationType><duration z=\"4\" n=\"4\"/></Rest></Measure>\
        <Measure number=\"2\"><endRepeat>3</endRepeat><Volta id=\"2\"><endHookType>1</endHookType><endings>1, 2</endings></Volta></Measure>\
        <Measure number=\"3\"><endSpanner id=\"2\"/><Volta id=\"3\"><endings>3</endings></Volta></Measure>\
        <Measure number=\"4\"><endSpanner id=\"3\"/></Measure><Measure number=\"5\"><startRepeat/></Measure></Staff></Score></museScore>";
    assert_eq!(order(&read(two)), [0, 1, 0, 1, 0, 2, 3, 4]);
    let one = "<museScore version=\"1.14\"><Division>480</Division>\
        <siglist><sig tick=\"0\"><nom>4</nom><denom>4</denom></sig></siglist><tempolist fix=\"2\"><tempo tick=\"0\">2</tempo></tempolist>\
        <Part><Staff/><Instrument/></Part>\
        <Volta><endHook>1</endHook><endings>1, 2</endings><tick>1920</tick><anchor>1</anchor><tick2>3840</tick2></Volta>\
        <Volta><endings>3</endings><tick>3840</tick><anchor>1</anchor><tick2>5760</tick2></Volta>\
        <Staff id=\"1\"><Measure number=\"1\"><startRepeat/></Measure><Measure number=\"2\"><endRepeat>3</endRepeat></Measure>\
        <Measure number=\"3\"/><Measure number=\"4\"/><Measure number=\"5\"><startRepeat/></Measure></Staff></museScore>";
    assert_eq!(order(&read(one)), [0, 1, 0, 1, 0, 2, 3, 4]);
    check_times(&read(one), &[0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 14.0, 16.0]);
}

#[test]
fn a_bar_split_around_a_repeat_sign() {
    let pickup = " len=\"1/4\"|<irregular>1</irregular>";
    let rest = " len=\"3/4\"|<endRepeat>2</endRepeat>";
    let score = read(&mscx("3.01", &[(pickup, REST), (rest, REST), ("", REST)]));
    assert_eq!(order(&score), [0, 1, 0, 1, 2]);
    check_times(&score, &[0.0, 0.5, 2.0, 2.5, 4.0, 6.0]);
    let bars = &score.structure.bars;
    assert!(bars[0].implicit && !bars[1].implicit);
    assert_eq!([&bars[1].number, &bars[2].number], ["1", "2"]);
}

#[test]
fn fermata_breath_and_hidden_tempo() {
    let quarter = "<Chord><durationType>quarter</durationType><Note><pitch>60</pitch></Note></Chord>";
    let first = format!(
        "{quarter}<Fermata><timeStretch>2</timeStretch></Fermata>{quarter}<Breath><pause>0.5</pause></Breath>{quarter}{quarter}"
    );
    let second = format!("<Tempo><tempo>1</tempo><visible>0</visible></Tempo>{REST}");
    let score = read(&mscx("3.01", &[("", &first), ("", &second), ("", REST)]));
    check_times(&score, &[0.0, 3.0, 7.0, 11.0]);
    assert_eq!(score.onsets.len(), 4);
}

#[test]
fn a_pickup_takes_the_first_tempo_from_version_4_on() {
    // As the source of MuseScore 4 has it; 3.2.3 plays the pickup at 120.
    let pickup = " len=\"1/4\"|<irregular>1</irregular>";
    let tempo = format!("<Tempo><tempo>1</tempo></Tempo>{REST}");
    let bars = [(pickup, REST), ("", tempo.as_str())];
    check_times(&read(&mscx("4.20", &bars)), &[0.0, 1.0, 5.0]);
    check_times(&read(&mscx("3.01", &bars)), &[0.0, 0.5, 4.5]);
}

#[test]
fn a_gradual_change_goes_by_steps() {
    let change = format!(
        "<Tempo><tempo>2</tempo></Tempo><Spanner type=\"GradualTempoChange\"><GradualTempoChange>\
         <tempoChangeType>ritardando</tempoChangeType><tempoChangeFactor>0.5</tempoChangeFactor></GradualTempoChange>\
         <next><location><measures>2</measures></location></next></Spanner>{REST}"
    );
    let score = read(&mscx("4.20", &[("", &change), ("", REST), ("", REST)]));
    // Eight quarters, each a sixteenth of the way from 120 to 60 slower than the one before; then 60.
    let step = |quarter: f64| 60.0 / (120.0 - 60.0 * quarter / 8.0);
    let first: f64 = (0..4).map(|quarter| step(f64::from(quarter))).sum();
    let second: f64 = (4..8).map(|quarter| step(f64::from(quarter))).sum();
    check_times(&score, &[0.0, first, first + second, first + second + 4.0]);
}

#[test]
fn ties_tuplets_graces_and_octave_lines() {
    let note = |kind: &str, key: u32, more: &str| {
        format!("<Chord><durationType>{kind}</durationType><Note>{more}<pitch>{key}</pitch></Note></Chord>")
    };
    let tie =
        "<Spanner type=\"Tie\"><Tie/><next><location><measures>1</measures></location></next></Spanner>";
    let end = "<Spanner type=\"Tie\"><prev><location><measures>-1</measures></location></prev></Spanner>";
    let octave = "<Spanner type=\"Ottava\"><Ottava><subtype>8va</subtype></Ottava><next><location><fractions>1/4</fractions></location></next></Spanner>";
    let first = format!(
        "<Tuplet><normalNotes>2</normalNotes><actualNotes>3</actualNotes></Tuplet>{0}{0}{0}<endTuplet/>\
         <Chord><acciaccatura/><durationType>eighth</durationType><Note><pitch>70</pitch></Note></Chord>{octave}{1}{2}",
        note("eighth", 60, ""),
        note("quarter", 62, ""),
        note("half", 64, tie),
    );
    let second = format!("{}{}", note("half", 64, end), note("half", 65, ""));
    let score = read(&mscx("3.01", &[("", &first), ("", &second)]));
    let told: Vec<String> = score
        .onsets
        .iter()
        .map(|onset| format!("{}+{} {} {}", onset.bar, onset.offset, onset.key.unwrap(), onset.duration))
        .collect();
    assert_eq!(
        told,
        [
            "0+0/1 60 1/12",
            "0+1/12 60 1/12",
            "0+1/6 60 1/12",
            "0+1/4 70 0/1",
            "0+1/4 74 1/4",
            "0+1/2 64 1/1",
            "1+1/2 65 1/2"
        ]
    );
}

#[test]
fn grace_notes_behind_a_chord_stand_before_it_in_the_file() {
    let grace =
        "<Chord><grace16after/><durationType>16th</durationType><Note><pitch>70</pitch></Note></Chord>";
    let half = |key: u32| {
        format!("<Chord><durationType>half</durationType><Note><pitch>{key}</pitch></Note></Chord>")
    };
    let score = read(&mscx("3.01", &[("", &format!("{grace}{}{}", half(60), half(62)))]));
    let told: Vec<(String, Option<u8>)> =
        score.onsets.iter().map(|onset| (onset.offset.to_string(), onset.key)).collect();
    assert_eq!(
        told,
        [("0/1".to_owned(), Some(60)), ("1/2".to_owned(), Some(70)), ("1/2".to_owned(), Some(62))]
    );
}

#[test]
fn excerpts_inside_of_a_score_are_no_parts_of_it() {
    // Versions 2 and 3 keep the parts as scores inside of the score: the same notes once more.
    let note = "<Chord><durationType>whole</durationType><Note><pitch>60</pitch></Note></Chord>";
    let whole = mscx("3.01", &[("", note), ("", note)]);
    let inner = whole.split("<Score>").nth(1).unwrap().split("</Score>").next().unwrap();
    let excerpt = format!("<Score>{}<name>Flute</name></Score>", inner.replace("Own tune", "Flute alone"));
    let with_excerpts = whole.replace("</Score>", &format!("{excerpt}{excerpt}</Score>"));
    let (plain, nested) = (read(&whole), read(&with_excerpts));
    assert_eq!((nested.title.as_deref(), nested.parts.len()), (Some("Own tune"), 1));
    assert_eq!((nested.structure.bars.len(), nested.onsets.len()), (2, 2));
    assert_eq!(nested, plain);
}

#[test]
fn an_archive_holds_the_score_and_its_excerpts() {
    let score = mscx("4.20", &[("", REST), ("", REST)]);
    let pack = |files: &[(&str, &str)]| {
        let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, text) in files {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
            zip.write_all(text.as_bytes()).unwrap();
        }
        zip.finish().unwrap().into_inner()
    };
    let excerpt = mscx("4.20", &[("", REST)]);
    let container = "<container><rootfiles><rootfile full-path=\"tune.mscx\"/></rootfiles></container>";
    for files in [
        &[("Excerpts/1/part.mscx", excerpt.as_str()), ("tune.mscx", &score)][..],
        &[("other.mscx", &excerpt), ("META-INF/container.xml", container), ("tune.mscx", &score)],
    ] {
        let read = read_any(&pack(files), &Options::new()).unwrap();
        assert_eq!((read.format, read.structure.bars.len()), (Format::Mscz, 2));
    }
    let two = pack(&[("a.mscx", &score), ("b.mscx", &score)]);
    let error = musescore::read_archive(&two, &Options::new()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "invalid archive: expected one file named *.mscx, found \"a.mscx\" and \"b.mscx\""
    );
}

#[test]
fn versions_and_roots_are_named() {
    for version in ["0.9", "5.00", "three", ""] {
        let error =
            musescore::read_slice(mscx(version, &[("", REST)]).as_bytes(), &Options::new()).unwrap_err();
        assert!(
            matches!(&error, Error::Version { format: "MuseScore", version: found, .. } if found == version),
            "{error}"
        );
    }
    let error = musescore::read_slice(b"<score-partwise/>", &Options::new()).unwrap_err();
    assert!(matches!(error, Error::Root { root, .. } if root == "score-partwise"));
    let error = read_any(b"<museScore version=\"3.01\"><Score/></museScore>", &Options::new()).unwrap_err();
    assert!(matches!(error, Error::NoBars));
}

#[test]
fn what_cannot_be_told_is_a_remark() {
    let repeat = "<RepeatMeasure><durationType>measure</durationType></RepeatMeasure>";
    let nameless = "<Marker><text>?</text></Marker>";
    let no_number = volta("", 1, true);
    let score = read(&mscx(
        "3.01",
        &[("", REST), (nameless, repeat), ("", &no_number), ("", "<Tempo><tempo>0</tempo></Tempo>")],
    ));
    let kinds: Vec<DiagnosticKind> = score.diagnostics.iter().map(|remark| remark.kind).collect();
    for kind in [DiagnosticKind::Unsupported, DiagnosticKind::BadValue, DiagnosticKind::Ending] {
        assert!(kinds.contains(&kind), "{kind:?} not in {:?}", score.diagnostics);
    }
    assert_eq!(score.structure.unroll(&Policy::MUSESCORE).unwrap().order().collect::<Vec<_>>(), [0, 1, 2, 3]);
}

#[test]
fn the_labels_of_the_users_own_markers_act_where_jumps_name_them() {
    // As MuseScore's own test repeat35 expects it, with other labels and bars.
    let jump = "<Jump><jumpTo>here</jumpTo><playUntil>there</playUntil><continueAt/></Jump>";
    let marker = |label: &str| format!("<Marker><text>?</text><label>{label}</label></Marker>");
    let (here, there) = (marker("here"), marker("there"));
    let score = read(&mscx("3.02", &[("", REST), (&here, REST), (&there, REST), (jump, REST)]));
    assert_eq!(order(&score), [0, 1, 2, 3, 1, 2]);
}

#[test]
fn behind_an_ending_the_tempo_is_the_one_before_it() {
    // MuseScore 3.2.3 on its own test midi/testVoltaTemp, with other tempos.
    let fast = format!("<Tempo><tempo>4</tempo></Tempo>{}", volta("1", 1, true));
    let second = volta("2", 1, true);
    let score = read(&mscx("3.01", &[("", REST), (END, &fast), ("", &second)]));
    check_times(&score, &[0.0, 2.0, 3.0, 5.0, 7.0]);
}

#[test]
fn a_staff_in_its_own_time_signature() {
    let own = "<TimeSig><stretchN>3</stretchN><stretchD>2</stretchD><sigN>12</sigN><sigD>8</sigD></TimeSig>";
    let note =
        "<Chord><durationType>quarter</durationType><dots>1</dots><Note><pitch>60</pitch></Note></Chord>";
    let score = read(&mscx("3.01", &[("", &format!("{own}{note}{note}{note}{note}")), ("", REST)]));
    check_times(&score, &[0.0, 2.0, 4.0]);
    assert_eq!(score.structure.bars[0].nominal.to_string(), "4/4");
    let places: Vec<f64> = score.onsets.iter().map(|onset| onset.offset.quarters()).collect();
    assert_eq!(places, [0.0, 1.0, 2.0, 3.0]);
}

#[test]
fn a_tie_into_a_lower_staff() {
    let tie = |end: &str, staves: i32, measures: i32| {
        let begin = if end == "next" { "<Tie/>" } else { "" };
        format!(
            "<Spanner type=\"Tie\">{begin}<{end}><location><staves>{staves}</staves><measures>{measures}</measures></location></{end}></Spanner>"
        )
    };
    let bar = |tie: &str| {
        format!(
            "<Measure><voice><Chord><durationType>whole</durationType><Note>{tie}<pitch>59</pitch></Note></Chord></voice></Measure>"
        )
    };
    let rest = format!("<Measure><voice>{REST}</voice></Measure>");
    let text = format!(
        "<museScore version=\"3.02\"><Score><Part><Staff id=\"1\"/><Staff id=\"2\"/></Part><Staff id=\"1\">{}{rest}</Staff>\
         <Staff id=\"2\">{rest}{}</Staff></Score></museScore>",
        bar(&tie("next", 1, 1)),
        bar(&tie("prev", -1, -1)),
    );
    let score = read(&text);
    assert_eq!(score.onsets.len(), 1);
    assert_eq!(score.onsets[0].duration.to_string(), "2/1");
}

/// What the player never comes to is told in runs.
#[test]
fn bars_that_are_never_played() {
    let fine = format!("<Marker><label>fine</label></Marker>{REST}");
    let back = format!("<Jump><jumpTo>start</jumpTo><playUntil>fine</playUntil><continueAt/></Jump>{REST}");
    for (behind, told) in [
        (0, None),
        (1, Some("this bar is never played")),
        (2, Some("this bar and the 1 after it are never played")),
        (3, Some("this bar and the 2 after it are never played")),
    ] {
        let bars = [&[("", fine.as_str()), ("", back.as_str())][..], &vec![("", REST); behind]].concat();
        let score = read(&mscx("3.01", &bars));
        assert_eq!(order(&score), [0, 1, 0]);
        let found: Vec<_> =
            score.diagnostics.iter().map(|told| (told.kind, told.bar, told.message.as_str())).collect();
        let expected: Vec<_> =
            told.map(|told| (DiagnosticKind::NeverPlayed, Some(2), told)).into_iter().collect();
        assert_eq!(found, expected, "{behind}");
    }
}

/// An ending covers the bar in which it begins, and no bar behind the last one.
#[test]
fn endings_as_long_as_they_say() {
    for (measures, last) in [(0, 1), (1, 1), (2, 2), (3, 3), (9, 3)] {
        for first in 0..2 {
            let volta = volta("1", measures, false);
            let mut bars = vec![("", REST); 4];
            bars[first] = ("", volta.as_str());
            let score = read(&mscx("3.01", &bars));
            let under: Vec<usize> =
                (0..4).filter(|bar| !score.structure.bars[*bar].endings.is_empty()).collect();
            let expected: Vec<usize> = (first..=if measures == 9 { 3 } else { last + first - 1 }).collect();
            assert_eq!(
                under,
                expected.into_iter().filter(|bar| *bar < 4).collect::<Vec<_>>(),
                "{measures} from {first}"
            );
        }
    }
}
