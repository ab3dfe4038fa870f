//! Marks of MusicXML at the edges of what they may be: time signatures, rehearsal marks, tempos inside of bars, bar lines, and
//! parts that differ in them.

use segno_score::{DiagnosticKind, Error, Limit, Limits, Options, Score, musicxml, read_any};
use segno_syncpoint::{MarkerKind, Place};

use crate::form::{played, score as formed};
use crate::score::{REST, read, read_text, told, xml};

fn direction(content: &str) -> String {
    format!("<direction><direction-type>{content}</direction-type></direction>")
}

fn barline(side: &str, content: &str) -> String {
    format!("<barline location='{side}'>{content}</barline>")
}

/// A score of parts that hold one bar each.
fn parts(bars: &[&str]) -> Score {
    let part = |(index, bar): (usize, &&str)| {
        format!(
            "<part id='P{index}'><measure number='1'><attributes><divisions>4</divisions></attributes>{bar}</measure></part>"
        )
    };
    let parts: String = bars.iter().enumerate().map(part).collect();
    read_text(&format!("<score-partwise>{parts}</score-partwise>"))
}

fn says(score: &Score, words: &str) -> bool {
    score.diagnostics.iter().any(|told| told.message.contains(words))
}

#[test]
fn parts_that_differ_in_a_repeat() {
    let close =
        |more: &str| format!("{REST}{}", barline("right", &format!("<repeat direction='backward'{more}/>")));
    let differ = |bars: &[&str]| {
        let score = parts(bars);
        let end = score.structure.bars[0].repeat_end.unwrap();
        (end.plays, end.after_jump, says(&score, "differ in how often"), says(&score, "the first part lacks"))
    };
    assert_eq!(differ(&[&close(" times='3'"), &close(" times='2'")]), (3, None, true, false));
    assert_eq!(differ(&[&close(""), &close(" times='2'")]), (2, None, false, false));
    // What the first part leaves open the second one says, if they agree otherwise.
    assert_eq!(differ(&[&close(""), &close(" after-jump='yes'")]), (2, Some(true), false, false));
    assert_eq!(
        differ(&[&close(" after-jump='no'"), &close(" after-jump='yes'")]),
        (2, Some(false), false, false)
    );
    assert_eq!(differ(&[&close(""), &close(" times='3' after-jump='yes'")]), (2, None, true, false));
    // One that only the second part has counts, and is told.
    assert_eq!(differ(&[REST, &close(" times='4'")]), (4, None, false, true));
    let open = |bars: &[&str]| {
        let score = parts(bars);
        (score.structure.bars[0].repeat_start.is_some(), says(&score, "the first part lacks"))
    };
    let forward = barline("left", "<repeat direction='forward'/>") + REST;
    assert_eq!(open(&[&forward, &forward]), (true, false));
    assert_eq!(open(&[&forward, REST]), (true, false));
    assert_eq!(open(&[REST, &forward]), (true, true));
    assert_eq!(open(&[REST, &forward, &forward]), (true, true));
}

#[test]
fn parts_that_differ_in_an_ending() {
    let start = |numbers: &str| barline("left", &format!("<ending number='{numbers}' type='start'/>")) + REST;
    let under = |bars: &[&str]| {
        let score = parts(bars);
        let endings: Vec<Vec<u32>> =
            score.structure.bars[0].endings.iter().map(|ending| ending.numbers.clone()).collect();
        (endings, says(&score, "different numbers"), says(&score, "the first part lacks"))
    };
    assert_eq!(under(&[&start("1"), &start("1")]), (vec![vec![1]], false, false));
    assert_eq!(under(&[&start("1"), &start("2")]), (vec![vec![1]], true, false));
    assert_eq!(under(&[REST, &start("2")]), (vec![vec![2]], false, true));
}

#[test]
fn repeats_inside_of_a_bar_are_told() {
    let half = "<note><rest/><duration>8</duration></note>";
    let inside = |content: &str| {
        let score = read(&[REST, &format!("{half}{}{half}", barline("middle", content)), REST]);
        (says(&score, "inside a bar"), score.structure.bars[1].clone())
    };
    let (told, bar) = inside("<repeat direction='forward'/>");
    assert!(told && bar.repeat_start.is_some());
    let (told, bar) = inside("<repeat direction='backward'/>");
    assert!(told && bar.repeat_end.is_some());
    assert!(inside("<ending number='1' type='start'/>").0);
    assert!(!inside("<bar-style>light-light</bar-style>").0);
    assert!(!says(
        &read(&[&(REST.to_owned() + &barline("right", "<repeat direction='backward'/>"))]),
        "inside a bar"
    ));
    let odd = read(&[&(REST.to_owned() + &barline("right", "<repeat direction='both'/>"))]);
    assert!(says(&odd, "neither forward nor backward") && odd.structure.bars[0].repeat_end.is_none());
    let odd = read(&[&(barline("left", "<ending number='1' type='wide'/>") + REST)]);
    assert!(says(&odd, "neither starts nor stops") && odd.structure.bars[0].endings.is_empty());
    let none = read(&[&(barline("left", "<repeat direction='backward'/>") + REST)]);
    assert!(says(&none, "before the first bar") && none.structure.bars[0].repeat_end.is_none());
}

/// The sign on a bar line stands where that is; inside of a bar it is one of that bar's beginning.
#[test]
fn where_signs_on_bar_lines_stand() {
    let half = "<note><rest/><duration>8</duration></note>";
    let at = |bar: &str| {
        let score = read(&[REST, bar, REST]);
        score.structure.bars[1]
            .markers
            .iter()
            .map(|it| (it.kind, it.label.clone(), it.at))
            .collect::<Vec<_>>()
    };
    let sign = |kind: MarkerKind, label: &str, at: Place| vec![(kind, label.to_owned(), at)];
    assert_eq!(at(&(barline("left", "<segno/>") + REST)), sign(MarkerKind::Segno, "segno", Place::Start));
    assert_eq!(
        at(&(REST.to_owned() + &barline("right", "<segno/>"))),
        sign(MarkerKind::Segno, "segno", Place::End)
    );
    assert_eq!(
        at(&format!("{half}{}{half}", barline("middle", "<coda/>"))),
        sign(MarkerKind::Coda, "coda", Place::Start)
    );
    let named = format!("<barline location='left' segno='a'><bar-style>regular</bar-style></barline>{REST}");
    assert_eq!(at(&named), sign(MarkerKind::Segno, "a", Place::Start));
    let unnamed = format!("<barline location='left' segno=''/>{REST}");
    assert_eq!(at(&unnamed), sign(MarkerKind::Segno, "segno", Place::Start));
    // In words: before the notes, among them, and behind the last one.
    let segno = direction("<segno/>");
    for (bar, place) in
        [(format!("{half}{segno}{half}"), Place::Start), (format!("{half}{half}{segno}"), Place::End)]
    {
        assert_eq!(at(&bar), sign(MarkerKind::Segno, "segno", place), "{bar}");
    }
}

#[test]
fn rehearsal_marks_are_as_long_as_they_may_be() {
    let sections = |marks: &[&str]| {
        let marks: String = marks.iter().map(|mark| format!("<rehearsal>{mark}</rehearsal>")).collect();
        let score = read(&[&(direction(&marks) + REST)]);
        score.sections.into_iter().map(|section| section.text).collect::<Vec<_>>()
    };
    assert_eq!(sections(&["A"]), ["A"]);
    assert_eq!(sections(&["A", "1"]), ["A1"]);
    assert_eq!(sections(&[" Trio  I\n"]), ["Trio I"]);
    assert!(sections(&[]).is_empty() && sections(&[""]).is_empty());
    let (long, longer) = ("a".repeat(399), "a".repeat(400));
    assert_eq!(sections(&[&long]), [long.as_str()]);
    assert!(sections(&[&longer]).is_empty());
    assert_eq!(sections(&[&"a".repeat(300), &"b".repeat(99)])[0].len(), 399);
    assert_eq!(sections(&[&"a".repeat(300), &"b".repeat(100)]), ["a".repeat(300)]);
}

/// Words over several elements are one text up to a length that no sign has.
#[test]
fn words_are_as_long_as_they_may_be() {
    let jumps = |words: &[&str]| {
        let words: String = words.iter().map(|words| format!("<words>{words}</words>")).collect();
        read(&[REST, &(REST.to_owned() + &direction(&words))]).structure.bars[1].jumps.len()
    };
    assert_eq!(jumps(&["D.C.", "al", "Fine"]), 1);
    assert_eq!(jumps(&["D.C.", &"a".repeat(390)]), 0, "with so many letters it is another text");
    // What does not fit any more is left out: 4 and 396 letters would be 400.
    assert_eq!(jumps(&["D.C.", &"a".repeat(396)]), 1);
    assert_eq!(jumps(&["D.C.", &"a".repeat(395)]), 0);
}

#[test]
fn time_signatures_that_are_not_understood() {
    let metre = |content: &str| {
        let score = read(&[REST, &format!("<attributes><time>{content}</time></attributes>{REST}")]);
        let bar = &score.grid.bars[1];
        (bar.nominal.to_string(), says(&score, "is not understood"))
    };
    let time = |beats: &str, unit: &str| format!("<beats>{beats}</beats><beat-type>{unit}</beat-type>");
    for (content, nominal) in [
        (time("4", "4"), "4/4"),
        (time("1024", "1024"), "1024/1024"),
        (time("1", "1"), "1/1"),
        (time(" 3 + 2 ", "8"), "5/8"),
        (time("3", "8") + &time("2", "4"), "7/8"),
        // Sixteen terms at most, in one number or in several.
        (time(&["1"; 16].join("+"), "4"), "16/4"),
        (time(&["1"; 8].join("+"), "8") + &time(&["1"; 8].join("+"), "8"), "16/8"),
    ] {
        assert_eq!(metre(&content), (nominal.to_owned(), false), "{content}");
    }
    for content in [
        time("0", "4"),
        time("1025", "4"),
        time("4", "0"),
        time("4", "1025"),
        time("x", "4"),
        time("4", "x"),
        time("3+", "4"),
        time(&["1"; 17].join("+"), "4"),
        time(&["1"; 9].join("+"), "8") + &time(&["1"; 8].join("+"), "8"),
        "<beats>x</beats>".to_owned() + &time("4", "4"),
        "<beats>3</beats>".to_owned(),
        "<beat-type>4</beat-type>".to_owned(),
        time("3", "4") + "<beat-type>4</beat-type>",
        "<interchangeable/>".to_owned(),
    ] {
        assert_eq!(metre(&content), ("4/4".to_owned(), true), "{content}");
    }
    assert!(!metre("<senza-misura/>").1);
}

#[test]
fn which_of_several_time_signatures_counts() {
    let three = "<attributes><time><beats>3</beats><beat-type>4</beat-type></time></attributes>";
    let two = "<attributes><time><beats>2</beats><beat-type>4</beat-type></time></attributes>";
    let half = "<note><rest/><duration>8</duration></note>";
    let nominals =
        |score: &Score| score.grid.bars.iter().map(|bar| bar.nominal.to_string()).collect::<Vec<_>>();
    // Inside of a bar it holds from the next one on; a second one at a beginning is another staff's.
    assert_eq!(nominals(&read(&[REST, &format!("{half}{three}{half}"), REST])), ["4/4", "4/4", "3/4"]);
    let first = read(&[REST, &format!("{three}{two}{REST}")]);
    assert_eq!(nominals(&first), ["4/4", "3/4"]);
    let differ = |first: &str, second: &str| {
        let score = parts(&[&(first.to_owned() + REST), &(second.to_owned() + REST)]);
        (nominals(&score), says(&score, "different time signatures"))
    };
    assert_eq!(differ(three, three), (vec!["3/4".to_owned()], false));
    assert_eq!(differ(three, two), (vec!["3/4".to_owned()], true));
    assert_eq!(differ("", two), (vec!["4/4".to_owned()], true));
}

/// Bars of 4/4 with changes at the first and third quarter: no share is half, none equals its inverse.
#[test]
fn several_tempos_inside_of_a_bar() {
    let quarter = "<note><rest/><duration>4</duration></note>";
    let tempo = |bpm: u32| format!("<sound tempo='{bpm}'/>");
    let bar = format!("{quarter}{}{quarter}{quarter}{}{quarter}", tempo(60), tempo(240));
    let score = read(&[&(tempo(120) + &bar), REST]);
    let segments: Vec<Vec<(f64, f64, f64)>> = score
        .tempo_segments()
        .iter()
        .map(|bar| bar.iter().map(|it| (it.offset.quarters(), it.quarter_bpm, it.seconds)).collect())
        .collect();
    assert_eq!(
        segments,
        [vec![(0.0, 120.0, 0.5), (1.0, 60.0, 2.0), (3.0, 240.0, 0.25)], vec![(0.0, 240.0, 1.0)]]
    );
    assert_eq!(score.bar_times(0..2), [0.0, 2.75, 3.75]);
    // One bar of a metre of three, with a change at its second quarter.
    let waltz = "<attributes><time><beats>3</beats><beat-type>4</beat-type></time></attributes>";
    let score = read(&[&format!("{waltz}{}{quarter}{}{quarter}{quarter}", tempo(60), tempo(120))]);
    assert_eq!(score.bar_times(0..1), [0.0, 2.0]);
    // A mark behind the end of its bar holds from the next one on.
    let late = format!("<sound tempo='60'><offset>20</offset></sound>{REST}");
    assert_eq!(read(&[&late, REST]).bar_times(0..2), [0.0, 2.0, 6.0]);
    let end = format!("{REST}<sound tempo='60'/>");
    assert_eq!(read(&[&end, REST]).bar_times(0..2), [0.0, 2.0, 6.0]);
    // Offsets with a fraction, and backwards.
    let back = format!("{quarter}{quarter}<sound tempo='60'><offset>-2.5</offset></sound>{quarter}{quarter}");
    assert_eq!(read(&[&back]).tempos[0].offset.quarters(), 1.375);
    let too_far = format!("{quarter}<sound tempo='60'><offset>-99</offset></sound>{quarter}");
    assert_eq!(read(&[&too_far]).tempos[0].offset.quarters(), 0.0);
}

#[test]
fn a_mark_of_utf_8_outranks_the_declared_encoding() {
    let text = "<?xml version='1.0' encoding='ISO-8859-1'?><score-partwise><work><work-title>Für Élise</work-title></work>\
                <part id='P'><measure number='1'/></part></score-partwise>";
    let marked = [b"\xEF\xBB\xBF", text.as_bytes()].concat();
    assert_eq!(read_any(&marked, &Options::new()).unwrap().title.as_deref(), Some("Für Élise"));
    assert_eq!(musicxml::read(&marked[..], &Options::new()).unwrap().title.as_deref(), Some("Für Élise"));
    assert_eq!(read_any(text.as_bytes(), &Options::new()).unwrap().title.as_deref(), Some("FÃ¼r Ã‰lise"));
}

/// A fine or trio in the first bar of its movement is inside of it.
#[test]
fn a_fine_in_the_first_bar_of_its_movement() {
    let own = |score: &Score| {
        score.diagnostics.iter().filter(|told| told.message.contains("its own movement")).count()
    };
    // The menuet is one bar, which ends at the fine in it; the trio another, with the da capo.
    let bars = ["t4 _", "t3 'Menuetto' _ 'Fine'", "_ 'Men. D.C.' ||", "t2 'Allegro' _"];
    let score = formed(&bars);
    assert_eq!((own(&score), played(&score, &segno_syncpoint::Policy::CLASSICAL).as_str()), (1, "0-2 1 3"));
    // The fine stands in the very first bar: no metre changes behind it, so nothing tells movements apart.
    assert_eq!(own(&formed(&["t3 'Menuetto' _ 'Fine'", "_", "_ 'Men. D.C.' ||", "t2 'Allegro' _"])), 0);
    // Where the fine of the movement before is in its last bar, no movement of its own is told apart.
    assert_eq!(own(&formed(&["t4 _ 'Fine'", "t3 'Menuetto' _", "_ 'Men. D.C.' ||", "t2 'Allegro' _"])), 0);
}

/// As many as the limits say are read, one more is refused.
#[test]
fn each_limit_lets_through_what_it_allows() {
    let note = "<note><pitch><step>C</step><octave>4</octave></pitch><duration>1</duration></note>";
    let signs = direction("<segno/>") + REST + &direction("<coda/>") + &direction("<words>Fine</words>");
    let tempo = "<sound tempo='90'/>".repeat(3);
    type Set = fn(&mut Limits, usize);
    let three = xml(&[REST, REST, REST]);
    let part = "<part id='A'><measure number='1'/></part>";
    let several = format!(
        "<score-partwise>{part}{}{}</score-partwise>",
        part.replace('A', "B"),
        part.replace('A', "C")
    );
    let drum = |number: usize| {
        format!("<midi-instrument id='d{number}'><midi-unpitched>{number}</midi-unpitched></midi-instrument>")
    };
    let drums: String = (36..39).map(drum).collect();
    let drums = format!(
        "<score-partwise><part-list><score-part id='A'>{drums}</score-part></part-list>{part}</score-partwise>"
    );
    let cases: [(Limit, Set, String); 6] = [
        (Limit::Bars, |limits, most| limits.bars = most, three),
        (Limit::Marks, |limits, most| limits.marks = most, drums),
        (Limit::Parts, |limits, most| limits.parts = most, several),
        (Limit::Signs, |limits, most| limits.signs = most, xml(&[&signs])),
        (Limit::Marks, |limits, most| limits.marks = most, xml(&[&(tempo + REST)])),
        (Limit::Onsets, |limits, most| limits.onsets = most, xml(&[&note.repeat(3)])),
    ];
    for (limit, set, text) in cases {
        let read = |most: usize| {
            let mut limits = Limits::default();
            set(&mut limits, most);
            read_any(text.as_bytes(), &Options::new().with_onsets().with_limits(limits))
        };
        assert!(read(3).is_ok(), "{limit:?}: {:?}", read(3).err());
        let error = read(2).unwrap_err();
        assert!(
            matches!(&error, Error::Limit { limit: found, allowed: 2, .. } if *found == limit),
            "{limit:?}: {error}"
        );
        assert!(error.position().is_some(), "{limit:?}: where in the file");
    }
}

/// The names of the standard for music fonts (SMuFL), as `symbol` has them.
#[test]
fn symbols_by_their_names() {
    let of = |symbol: &str| {
        let score = read(&[REST, &(REST.to_owned() + &direction(&format!("<symbol>{symbol}</symbol>")))]);
        let bar = &score.structure.bars[1];
        let jumps = bar.jumps.iter().map(|jump| format!("{:?}", jump.kind));
        jumps.chain(bar.markers.iter().map(|it| format!("{:?}", it.kind))).collect::<Vec<_>>()
    };
    for (symbol, meaning) in [
        ("segno", "Segno"),
        ("segnoSerpent1", "Segno"),
        ("segnoSerpent2", "Segno"),
        ("coda", "Coda"),
        ("codaSquare", "Coda"),
        ("dalSegno", "DalSegno"),
        ("daCapo", "DaCapo"),
    ] {
        assert_eq!(of(symbol), [meaning], "{symbol}");
    }
    assert!(of("noteheadBlack").is_empty());
}

#[test]
fn values_that_cannot_be_are_told_once_each() {
    let bad = |bar: &str| told(&read(&[REST, bar, REST])) == [format!("{:?} 2", DiagnosticKind::BadValue)];
    for divisions in ["0", "-4", "x", ""] {
        assert!(
            bad(&format!("<attributes><divisions>{divisions}</divisions></attributes>{REST}")),
            "{divisions}"
        );
    }
    assert!(bad(&format!("{REST}<forward/>")));
    assert!(bad(&format!("{REST}<forward><duration>-4</duration></forward>")));
    assert!(bad(&format!("{REST}<note><rest/></note>")));
    assert!(bad(&format!("{REST}<backup><duration>17</duration></backup>")));
    assert!(!bad(&format!("{REST}<backup><duration>16</duration></backup>")));
    // The edges of what a tempo may be.
    for (tempo, used) in [("0.001", true), ("0.0009", false), ("100000", true), ("100001", false)] {
        let score = read(&[&format!("<sound tempo='{tempo}'/>{REST}")]);
        assert_eq!((score.tempos.len() == 1, score.diagnostics.is_empty()), (used, used), "{tempo}");
    }
}
