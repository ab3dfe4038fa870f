//! Lengths, metres, pickups, parts and titles.

use segno_score::DiagnosticKind;
use segno_syncpoint::{Metre, MetrePart, Policy};

use crate::score::{REST, read, read_text, told};

fn lengths(score: &segno_score::Score) -> Vec<String> {
    score.grid.bars.iter().map(|bar| format!("{} of {}", bar.actual.lowest(), bar.nominal)).collect()
}

fn note(duration: &str) -> String {
    format!("<note><pitch><step>C</step><octave>4</octave></pitch><duration>{duration}</duration></note>")
}

#[test]
fn the_length_is_what_the_notes_add_up_to() {
    let chord = "<note><chord/><pitch><step>E</step><octave>4</octave></pitch><duration>4</duration></note>";
    let grace = "<note><grace/><pitch><step>E</step><octave>4</octave></pitch></note>";
    let bars = [
        // A pickup of one quarter, with a chord and a grace note that take no time.
        format!("{grace}{}{chord}", note("4")),
        // Two voices: a half note, back, and a whole bar.
        format!("{}<backup><duration>8</duration></backup>{}", note("8"), note("16")),
        // A voice that begins late.
        format!(
            "{}<backup><duration>16</duration></backup><forward><duration>12</duration></forward>{}",
            note("16"),
            note("4")
        ),
        String::new(),
    ];
    let score = read(&bars.each_ref().map(String::as_str));
    assert_eq!(
        lengths(&score),
        ["1/4 of 4/4", "1/1 of 4/4", "1/1 of 4/4", "4/4 of 4/4".replace("4/4 of", "1/1 of").as_str()]
    );
    assert_eq!(score.structure.bars[0].actual.map(|actual| actual.to_string()), Some("1/4".to_owned()));
    assert_eq!(score.structure.bars[1].actual, None);
    assert_eq!(score.diagnostics, []);
}

#[test]
fn divisions_may_change_and_may_be_decimal() {
    let score = read(&[
        &format!("{}<attributes><divisions>12</divisions></attributes>{}", note("8"), note("24")),
        &format!("<attributes><divisions>0.5</divisions></attributes>{}", note("2")),
        // Three triplet quarters in a half note, 3 divisions a quarter.
        &format!("<attributes><divisions>3</divisions></attributes>{0}{0}{0}{1}", note("2"), note("6")),
    ]);
    assert_eq!(lengths(&score), ["1/1 of 4/4", "1/1 of 4/4", "1/1 of 4/4"]);
}

#[test]
fn rounded_tuplets_do_not_make_a_bar_short() {
    // Seven septuplet 16ths of 137 divisions where 137 1/7 would be right.
    let notes = note("137").repeat(7) + &note("2880");
    let score = read(&[&format!("<attributes><divisions>960</divisions></attributes>{notes}")]);
    assert_eq!(lengths(&score), ["1/1 of 4/4"]);
    assert_eq!(score.diagnostics, []);
}

#[test]
fn metres_of_all_forms() {
    let time = |content: &str| format!("<attributes><time>{content}</time></attributes>");
    let score = read(&[
        &time("<beats>3+2</beats><beat-type>8</beat-type>"),
        &time("<beats>3</beats><beat-type>8</beat-type><beats>2</beats><beat-type>4</beat-type>"),
        &(time("<senza-misura/>") + &note("28")),
        &time("<beats>3</beats><beat-type>0</beat-type>"),
    ]);
    let metre = |index: usize| score.grid.bars[index].metre.clone();
    // The first bar has a second signature at its beginning; the first one counts, as for a second staff.
    assert_eq!(metre(0), Metre::simple(4, 4));
    assert_eq!(
        metre(1).parts,
        [MetrePart { groups: vec![3], unit: 8 }, MetrePart { groups: vec![2], unit: 4 }]
    );
    assert_eq!(score.structure.bars[1].nominal.to_string(), "7/8");
    assert_eq!(metre(2).parts, []);
    assert_eq!(lengths(&score)[2], "7/4 of 7/4");
    assert_eq!(told(&score), ["BadValue 4"]);
}

#[test]
fn an_additive_signature_keeps_its_groups() {
    let score = read_text(
        "<score-partwise><part id='P'><measure number='1'><attributes><divisions>2</divisions>\
         <time><beats>3+2</beats><beat-type>8</beat-type></time></attributes></measure></part></score-partwise>",
    );
    assert_eq!(score.grid.bars[0].metre.parts, [MetrePart { groups: vec![3, 2], unit: 8 }]);
    assert_eq!(score.structure.bars[0].nominal.to_string(), "5/8");
}

#[test]
fn wrong_lengths_are_remarked_upon() {
    let half = note("8");
    let score = read(&[REST, REST, &half, REST, &(note("16") + &half), REST]);
    assert_eq!(lengths(&score)[2], "1/2 of 4/4");
    assert_eq!(lengths(&score)[4], "3/2 of 4/4");
    assert_eq!(told(&score), ["Length 3", "Length 5"]);
    let diagnostic = &score.diagnostics[0];
    assert_eq!((diagnostic.kind, diagnostic.bar), (DiagnosticKind::Length, Some(2)));
    let text = crate::score::xml(&[REST, REST, &half, REST, &(note("16") + &half), REST]);
    let at = usize::try_from(diagnostic.offset).unwrap();
    assert!(text[at..].starts_with("<measure number=\"3\">"), "{at}");
    assert!(diagnostic.to_string().starts_with(&format!("measure 3 (byte {at}): ")));
}

#[test]
fn backing_up_too_far_stays_at_the_bar_line() {
    let score = read(&[&format!("{}<backup><duration>99</duration></backup>{REST}", note("4"))]);
    assert_eq!(lengths(&score), ["1/1 of 4/4"]);
    assert_eq!(told(&score), ["BadValue 1"]);
}

#[test]
fn the_longest_part_counts() {
    let score = read_text(
        "<score-partwise><part id='A'><measure number='1'><note><duration>2</duration></note></measure></part>\
         <part id='B'><measure number='1'><note><duration>4</duration></note></measure></part></score-partwise>",
    );
    assert_eq!(lengths(&score), ["1/1 of 4/4"]);
    assert_eq!(told(&score), ["BadValue 1", "Length 1"]);
}

#[test]
fn timewise_and_partwise_say_the_same() {
    let head = "<part-list><score-part id='A'><part-name>Viola</part-name></score-part>\
                <score-part id='B'><part-name>Cello</part-name></score-part></part-list>";
    let bar = |n: u8| {
        format!("<note><pitch><step>C</step><octave>{n}</octave></pitch><duration>4</duration></note>")
    };
    let right = "<barline location='right'><repeat direction='backward'/></barline>";
    let timewise = format!(
        "<score-timewise>{head}<measure number='1'><part id='A'>{0}</part><part id='B'>{1}</part></measure>\
         <measure number='2'><part id='A'>{0}{right}</part><part id='B'>{1}</part></measure></score-timewise>",
        bar(4),
        bar(3)
    );
    let partwise = format!(
        "<score-partwise>{head}<part id='A'><measure number='1'>{0}</measure><measure number='2'>{0}{right}</measure></part>\
         <part id='B'><measure number='1'>{1}</measure><measure number='2'>{1}</measure></part></score-partwise>",
        bar(4),
        bar(3)
    );
    let (timewise, partwise) = (read_text(&timewise), read_text(&partwise));
    assert_eq!(timewise.structure, partwise.structure);
    assert_eq!(timewise.onsets, partwise.onsets);
    assert_eq!(timewise.parts, partwise.parts);
    assert_eq!(timewise.structure.bars[1].repeat_end.map(|end| end.plays), Some(2));
}

#[test]
fn titles_names_and_programs() {
    let score = read_text(
        "<score-partwise><work><work-title>Six &amp; <![CDATA[<Seven>]]></work-title></work>\
         <movement-title>II. Adagio</movement-title>\
         <identification><creator type='lyricist'>N. N.</creator><creator type='composer'>Fanny\n Hensel</creator></identification>\
         <part-list><part-group type='start'/><score-part id='P1'><part-name>Clarinet in B&#9837;</part-name>\
         <part-abbreviation>Cl.</part-abbreviation><score-instrument id='I'><instrument-name>x</instrument-name></score-instrument>\
         <midi-instrument id='I'><midi-channel>1</midi-channel><midi-program>72</midi-program></midi-instrument></score-part></part-list>\
         <part id='P1'><measure number='1'/></part></score-partwise>",
    );
    assert_eq!(score.title.as_deref(), Some("Six & <Seven>"));
    assert_eq!(score.movement.as_deref(), Some("II. Adagio"));
    assert_eq!(score.composer.as_deref(), Some("Fanny Hensel"));
    assert_eq!(score.parts[0].name, "Clarinet in B♭");
    assert_eq!(score.parts[0].abbreviation.as_deref(), Some("Cl."));
    assert_eq!(score.parts[0].programs, [71]);
}

#[test]
fn a_credit_stands_in_for_a_missing_title() {
    let score = read_text(
        "<score-partwise><credit page='1'><credit-type>title</credit-type><credit-words>Sonata</credit-words></credit>\
         <part id='P1'><measure number='1'/></part></score-partwise>",
    );
    assert_eq!(score.title.as_deref(), Some("Sonata"));
    let score = read_text(
        "<score-partwise><credit page='1'><credit-type>composer</credit-type><credit-words>Clara Wieck</credit-words></credit>\
         <part id='P1'><measure number='1'/></part></score-partwise>",
    );
    assert_eq!((score.title, score.composer.as_deref()), (None, Some("Clara Wieck")));
}

#[test]
fn untyped_credits_are_known_by_size_and_place() {
    let credit = |size: u8, justify: &str, valign: &str, words: &str| {
        format!(
            "<credit page='1'><credit-words font-size='{size}' justify='{justify}' valign='{valign}'>{words}</credit-words></credit>"
        )
    };
    let score = read_text(&format!(
        "<score-partwise>{}{}{}{}<part id='P1'><measure number='1'/></part></score-partwise>",
        credit(14, "center", "top", "for four hands"),
        credit(24, "center", "top", "Polonaise"),
        credit(12, "right", "top", "Clara Wieck"),
        credit(30, "center", "bottom", "Copyright"),
    ));
    assert_eq!((score.title.as_deref(), score.composer.as_deref()), (Some("Polonaise"), Some("Clara Wieck")));
}

#[test]
fn bars_split_at_a_repeat_are_one_musical_bar() {
    let eighth = note("2");
    let rest = note("14");
    let end = "<barline location='right'><repeat direction='backward'/></barline>";
    let start = "<barline location='left'><repeat direction='forward'/></barline>";
    let score = read(&[
        &eighth,
        REST,
        &format!("{rest}{end}"),
        &format!("{start}{eighth}"),
        REST,
        &format!("{rest}{end}"),
    ]);
    assert_eq!(score.diagnostics, []);
    let play = score.structure.unroll(&Policy::CLASSICAL).unwrap();
    assert_eq!(play.order().collect::<Vec<_>>(), [0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5]);
    let groups = play.musical_bars(&score.structure);
    // The pickup, then 1, 2+0, 1, 2+3, 4, 5+3, 4, and the short last bar.
    let sizes: Vec<usize> = groups.iter().map(ExactSizeIterator::len).collect();
    assert_eq!(sizes, [1, 1, 2, 1, 2, 1, 2, 1, 1]);
}

#[test]
fn numbering_that_begins_again_after_a_final_bar_line_is_a_new_movement() {
    let last = "<barline location='right'><bar-style>light-heavy</bar-style></barline>";
    let score = read_text(&format!(
        "<score-partwise><part id='P'><measure number='1'/><measure number='2'>{last}</measure>\
         <measure number='1'/><measure number='2'>{last}</measure></part></score-partwise>"
    ));
    let breaks: Vec<bool> = score.structure.bars.iter().map(|bar| bar.section_break).collect();
    assert_eq!(breaks, [false, true, false, false]);
    assert_eq!(told(&score), ["Inferred 2"]);
}

#[test]
fn rehearsal_marks_are_listed_once() {
    let mark = "<direction><direction-type><rehearsal>A</rehearsal></direction-type></direction>";
    let score = read_text(&format!(
        "<score-partwise><part id='P'><measure number='1'/><measure number='2'>{mark}</measure></part>\
         <part id='Q'><measure number='1'/><measure number='2'>{mark}</measure></part></score-partwise>"
    ));
    let marks: Vec<(usize, &str)> =
        score.sections.iter().map(|mark| (mark.bar, mark.text.as_str())).collect();
    assert_eq!(marks, [(1, "A")]);
}

/// A part of measures that are given whole.
fn part(id: &str, measures: &str) -> String {
    format!("<part id='{id}'>{measures}</part>")
}

fn quarters(score: &segno_score::Score) -> Vec<f64> {
    score.grid.bars.iter().map(|bar| bar.actual.quarters()).collect()
}

#[test]
fn a_whole_measure_rest_fits_its_bar() {
    let three = "<attributes><divisions>4</divisions><time><beats>3</beats><beat-type>4</beat-type></time></attributes>";
    let rest = |duration: u32| format!("<note><rest measure='yes'/><duration>{duration}</duration></note>");
    let bars = |first: &str, second: &str| {
        read_text(&format!(
            "<score-partwise>{}</score-partwise>",
            part(
                "A",
                &format!(
                    "<measure number='1'>{three}{first}</measure><measure number='2'>{second}</measure>"
                )
            )
        ))
    };
    let score = bars(&rest(16), &rest(16));
    assert_eq!(quarters(&score), [3.0, 3.0]);
    assert_eq!(score.diagnostics, []);
    // A second voice beside it, a rest that is as long as written, and one that is shorter.
    let beside = format!("{}<backup><duration>16</duration></backup>{}", note("12"), rest(16));
    assert_eq!(quarters(&bars(&beside, &rest(12))), [3.0, 3.0]);
    assert_eq!(quarters(&bars(&rest(4), &rest(12))), [1.0, 3.0]);
    // A rest that does not say that it fills the bar does lengthen it.
    assert_eq!(quarters(&bars("<note><rest/><duration>16</duration></note>", &rest(12))), [4.0, 3.0]);
    // In a metre without bars it is as long as it says.
    let free = "<attributes><divisions>4</divisions><time><senza-misura/></time></attributes>";
    let score = read_text(&format!(
        "<score-partwise>{}</score-partwise>",
        part("A", &format!("<measure number='1'>{free}{}</measure>", rest(28)))
    ));
    assert_eq!(quarters(&score), [7.0]);
}

#[test]
fn a_pickup_is_as_long_as_its_notes_whatever_rests_beside_them() {
    let four = "<attributes><divisions>4</divisions><time><beats>4</beats><beat-type>4</beat-type></time></attributes>";
    let score = read_text(&format!(
        "<score-partwise>{}{}</score-partwise>",
        part(
            "A",
            &format!(
                "<measure number='0' implicit='yes'>{four}{}</measure><measure number='1'>{}</measure>",
                note("4"),
                note("16")
            )
        ),
        part(
            "B",
            &format!(
                "<measure number='0' implicit='yes'>{four}{REST}</measure><measure number='1'>{REST}</measure>"
            )
        ),
    ));
    assert_eq!(quarters(&score), [1.0, 4.0]);
}

#[test]
fn without_divisions_the_types_of_the_notes_count() {
    let typed = |kind: &str, more: &str| format!("<note><rest/><type>{kind}</type>{more}</note>");
    let long = |kind: &str, duration: u32| {
        format!("<note><rest/><duration>{duration}</duration><type>{kind}</type></note>")
    };
    let score = read_text(&format!(
        "<score-partwise>{}</score-partwise>",
        part("A", &[
            // The durations of the examples of the specification say nothing: they are in no unit.
            format!("<measure number='1'>{}{}{}</measure>", long("half", 1), long("quarter", 1), long("quarter", 1)),
            format!("<measure number='2'>{}{}</measure>", typed("half", "<dot/>"), typed("quarter", "")),
            format!(
                "<measure number='3'>{0}{0}{0}{1}</measure>",
                typed("quarter", "<time-modification><actual-notes>3</actual-notes><normal-notes>2</normal-notes></time-modification>"),
                typed("half", "")
            ),
            // What has no type is measured by a note that has both: a duration of 1 was a half note.
            format!(
                "<measure number='4'>{}<backup><duration>2</duration></backup>{}{}</measure>",
                long("whole", 2), long("half", 1), "<note><rest/><duration>1</duration></note>"
            ),
            format!("<measure number='5'>{}</measure>", "<note><rest measure='yes'/></note>"),
        ].concat())
    ));
    assert_eq!(quarters(&score), [4.0; 5]);
    assert_eq!(told(&score), ["BadValue 1"]);
    assert!(score.diagnostics[0].message.contains("no divisions"));
}

#[test]
fn measures_of_parts_in_several_metres_are_paired_by_number() {
    let time = |beats: u8| {
        format!(
            "<attributes><divisions>1</divisions><time><beats>{beats}</beats><beat-type>4</beat-type></time></attributes>"
        )
    };
    let measure = |number: &str, free: bool, content: &str| {
        let free = if free { " non-controlling='yes'" } else { "" };
        format!("<measure number='{number}'{free}>{content}</measure>")
    };
    let plain = [
        measure("1", false, &(time(4) + &note("4"))),
        measure("2", false, &note("4")),
        measure("3", false, &note("4")),
    ]
    .concat();
    let read = |first: &str, second: &str| {
        read_text(&format!("<score-partwise>{}{}</score-partwise>", part("A", first), part("B", second)))
    };
    let onsets = |score: &segno_score::Score, part: usize| -> Vec<(usize, f64)> {
        score
            .onsets
            .iter()
            .filter(|onset| onset.part == part)
            .map(|onset| (onset.bar, onset.offset.quarters()))
            .collect()
    };
    // Two halves of a bar, the first of which has its number.
    let halves: String = (1..=3)
        .map(|bar| {
            let content = if bar == 1 { time(2) + &note("2") } else { note("2") };
            measure(&bar.to_string(), bar == 1, &content) + &measure(&format!("X{bar}"), true, &note("2"))
        })
        .collect();
    let score = read(&plain, &halves);
    assert_eq!(quarters(&score), [4.0; 3]);
    assert_eq!(onsets(&score, 1), [(0, 0.0), (0, 2.0), (1, 0.0), (1, 2.0), (2, 0.0), (2, 2.0)]);
    assert!(score.diagnostics.iter().any(|diagnostic| diagnostic.message.contains("joined by number")));
    // A measure as long as two bars of the other part.
    let double = measure("1", true, &(time(8) + &note("4") + &note("2") + &note("2")))
        + &measure("3", true, &note("4"));
    let score = read(&plain, &double);
    assert_eq!(quarters(&score), [4.0; 3]);
    assert_eq!(onsets(&score, 1), [(0, 0.0), (1, 0.0), (1, 2.0), (2, 0.0)]);
    // The part with the halves stands first.
    let score = read(&halves, &plain);
    assert_eq!(quarters(&score), [4.0; 3]);
    assert_eq!(onsets(&score, 0), [(0, 0.0), (0, 2.0), (1, 0.0), (1, 2.0), (2, 0.0), (2, 2.0)]);
}

#[test]
fn a_bar_may_differ_from_its_metre_by_less_than_a_128th() {
    // 32 divisions a quarter: one of them is a 128th.
    let rest = |divisions: u32| {
        format!(
            "<attributes><divisions>32</divisions></attributes><note><rest/><duration>{divisions}</duration></note>"
        )
    };
    let bars = [
        rest(128),
        rest(127),
        rest(129),
        "<attributes><divisions>64</divisions></attributes>".to_owned()
            + "<note><rest/><duration>255</duration></note>",
        rest(128),
    ];
    let score = read(&bars.each_ref().map(String::as_str));
    let actual: Vec<String> = score.grid.bars.iter().map(|bar| bar.actual.lowest().to_string()).collect();
    assert_eq!(actual, ["1/1", "127/128", "129/128", "1/1", "1/1"]);
}

#[test]
fn bars_that_are_never_played_are_told() {
    let fine = format!(
        "{REST}<direction><direction-type><words>Fine</words></direction-type><sound fine='yes'/></direction>"
    );
    let da_capo = format!(
        "{REST}<direction><direction-type><words>D.C. al Fine</words></direction-type><sound dacapo='yes'/></direction>"
    );
    let score = read(&[&fine, &da_capo, REST, REST]);
    let never: Vec<(Option<usize>, &str)> = score
        .diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.kind == DiagnosticKind::NeverPlayed)
        .map(|diagnostic| (diagnostic.bar, diagnostic.message.as_str()))
        .collect();
    assert_eq!(never, [(Some(2), "this bar and the 1 after it are never played in the usual order")]);
    let score = read(&[&fine, &da_capo, REST]);
    assert!(
        score
            .diagnostics
            .iter()
            .any(|diagnostic| diagnostic.message == "this bar is never played in the usual order")
    );
    assert!(read(&[REST, REST]).diagnostics.is_empty());
}
