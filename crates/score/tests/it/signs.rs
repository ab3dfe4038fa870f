//! Repeats, endings, jumps and markers beyond what the generated corpus covers.

use segno_score::DiagnosticKind;
use segno_syncpoint::{EndingStop, JumpKind, MarkerKind, Place, RepeatStart};

use crate::score::{REST, read, read_text, told};

fn words(text: &str) -> String {
    format!("<direction><direction-type><words>{text}</words></direction-type></direction>")
}

const CODA: &str = "<direction><direction-type><coda/></direction-type></direction>";
const SEGNO: &str = "<direction><direction-type><segno/></direction-type></direction>";

/// Bar, kind and label of each marker.
fn markers(score: &segno_score::Score) -> Vec<(usize, MarkerKind, String)> {
    let of = |(index, bar): (usize, &segno_syncpoint::WrittenBar)| {
        bar.markers.iter().map(|marker| (index, marker.kind, marker.label.clone())).collect::<Vec<_>>()
    };
    score.structure.bars.iter().enumerate().flat_map(of).collect()
}

/// Bar, kind, target, end and continuation of each jump.
fn jumps(score: &segno_score::Score) -> Vec<(usize, JumpKind, String, String, Option<String>)> {
    let of = |(index, bar): (usize, &segno_syncpoint::WrittenBar)| {
        let jump = |jump: &segno_syncpoint::Jump| {
            (index, jump.kind, jump.to.clone(), jump.until.clone(), jump.continue_at.clone())
        };
        bar.jumps.iter().map(jump).collect::<Vec<_>>()
    };
    score.structure.bars.iter().enumerate().flat_map(of).collect()
}

#[test]
fn words_alone_are_enough() {
    let score =
        read(&[REST, &(REST.to_owned() + &words("Fine")), REST, &(REST.to_owned() + &words("D.C. al Fine"))]);
    assert_eq!(markers(&score), [(1, MarkerKind::Fine, "fine".to_owned())]);
    assert_eq!(score.structure.bars[1].markers[0].at, Place::End);
    assert_eq!(jumps(&score), [(3, JumpKind::DaCapo, "start".to_owned(), "fine".to_owned(), None)]);
    // But it is told that there are only words.
    assert_eq!(told(&score), ["Inferred 4"]);
}

#[test]
fn words_may_be_split_over_several_elements_and_lines() {
    let split = "<direction><direction-type><words>Da Capo</words><words>al\nFine</words></direction-type>\
                 <direction-type><words>senza rep.</words></direction-type></direction>";
    let score = read(&[&(REST.to_owned() + &words("Fine")), &(REST.to_owned() + split)]);
    assert_eq!(jumps(&score), [(1, JumpKind::DaCapo, "start".to_owned(), "fine".to_owned(), None)]);
    assert!(!score.structure.bars[1].jumps[0].play_repeats);
}

#[test]
fn con_repetizione_plays_the_repeats() {
    let score = read(&[&(REST.to_owned() + &words("D.C. con repetizione"))]);
    assert!(score.structure.bars[0].jumps[0].play_repeats);
}

#[test]
fn the_sound_element_and_the_words_are_one_jump() {
    let both = "<direction><direction-type><words>D.S. al Coda</words></direction-type><sound dalsegno='s1'/></direction>";
    let score = read(&[
        "<direction><direction-type><segno/></direction-type><sound segno='s1'/></direction>",
        &(REST.to_owned()
            + "<direction><direction-type><words>To Coda</words></direction-type><sound tocoda='k'/></direction>"),
        &(REST.to_owned() + both + "<sound dalsegno='s1'/>"),
        "<direction><direction-type><coda/></direction-type><sound coda='k'/></direction>",
    ]);
    assert_eq!(
        jumps(&score),
        [(2, JumpKind::DalSegno, "s1".to_owned(), "to-k".to_owned(), Some("k".to_owned()))]
    );
    assert_eq!(
        markers(&score),
        [
            (0, MarkerKind::Segno, "s1".to_owned()),
            (1, MarkerKind::ToCoda, "to-k".to_owned()),
            (3, MarkerKind::Coda, "k".to_owned())
        ]
    );
    assert_eq!(score.diagnostics, []);
}

#[test]
fn the_first_of_two_bare_coda_signs_is_where_one_leaves() {
    let score = read(&[SEGNO, &(REST.to_owned() + CODA), &(REST.to_owned() + &words("D.S. al Coda")), CODA]);
    assert_eq!(markers(&score)[1].1, MarkerKind::ToCoda);
    assert_eq!(jumps(&score)[0].4.as_deref(), Some("coda"));
    assert_eq!(told(&score), ["Inferred 2", "Inferred 3"]);
}

#[test]
fn a_plain_da_capo_ends_at_the_fine_on_its_way() {
    let da_capo = REST.to_owned() + "<sound dacapo='yes'/>";
    let score = read(&[&(REST.to_owned() + &words("Fine")), &da_capo]);
    assert_eq!(jumps(&score)[0].3, "fine");
    assert_eq!(told(&score), ["Inferred 2"]);
    let score = read(&[&da_capo, &(REST.to_owned() + &words("Fine"))]);
    assert_eq!(jumps(&score)[0].3, "end");
    assert!(score.diagnostics[0].message.contains("does not say how far"));
}

#[test]
fn several_parts_with_one_jump_jump_once() {
    let part = |id: &str, text: &str| {
        format!("<part id='{id}'><measure number='1'>{}</measure></part>", words(text))
    };
    let wrap = |parts: &[String]| format!("<score-partwise>{}</score-partwise>", parts.concat());
    let same = read_text(&wrap(&[part("A", "D.C."), part("B", "D.C."), part("C", "Da Capo")]));
    assert_eq!(jumps(&same).len(), 1);
    assert_eq!(told(&same), ["Inferred 1"; 2]);
    let differ = read_text(&wrap(&[part("A", "D.C. al Fine"), part("B", "D.C. al Coda")]));
    assert_eq!(jumps(&differ).len(), 1);
    assert_eq!(jumps(&differ)[0].3, "fine");
    assert!(told(&differ).contains(&"Contradiction 1".to_owned()));
}

#[test]
fn time_only_names_the_passes() {
    let score = read(&[&(REST.to_owned() + "<sound dacapo='yes' time-only='2, 3'/>")]);
    assert_eq!(score.structure.bars[0].jumps[0].passes, [2, 3]);
    // By the format a jump is taken the first time through if it does not say otherwise.
    let score = read(&[&(REST.to_owned() + "<sound dacapo='yes' time-only='1'/>")]);
    assert_eq!(score.structure.bars[0].jumps[0].passes, [0_u32; 0]);
}

#[test]
fn missing_targets_are_remarked_upon() {
    let score = read(&[
        &(REST.to_owned() + "<sound dalsegno='nowhere'/>"),
        &(REST.to_owned() + &words("D.C. al Coda")),
    ]);
    assert_eq!(jumps(&score)[0].2, "nowhere");
    let missing =
        score.diagnostics.iter().filter(|diagnostic| diagnostic.kind == DiagnosticKind::MissingTarget);
    assert_eq!(missing.map(|diagnostic| diagnostic.bar).collect::<Vec<_>>(), [Some(0), Some(1)]);
}

#[test]
fn a_nameless_dal_segno_goes_to_the_nearest_segno_before_it() {
    let ds = REST.to_owned() + &words("D.S.");
    let score = read(&[SEGNO, &ds, SEGNO, &ds, &(REST.to_owned() + "<sound dalsegno='other'/>"), SEGNO]);
    let targets: Vec<String> = jumps(&score).into_iter().map(|jump| jump.2).collect();
    assert_eq!(targets, ["segno", "segno-2", "segno-2"]);
    assert!(told(&score).contains(&"MissingTarget 5".to_owned()));
}

#[test]
fn each_to_coda_leads_to_the_coda_after_it() {
    let to = REST.to_owned() + &words("To Coda");
    let dc = REST.to_owned() + &words("D.C. al Coda");
    let ds = REST.to_owned() + &words("D.S. al Coda");
    let score = read(&[&to, &dc, CODA, SEGNO, &to, &ds, CODA]);
    let ends: Vec<(String, Option<String>)> =
        jumps(&score).into_iter().map(|jump| (jump.3, jump.4)).collect();
    let expected = [("to-coda", "coda"), ("to-coda-2", "coda-2")];
    assert_eq!(ends, expected.map(|(until, coda)| (until.to_owned(), Some(coda.to_owned()))));
}

#[test]
fn where_words_and_playback_disagree_the_playback_counts() {
    let both = "<direction><direction-type><words>Da Capo</words></direction-type><sound dalsegno='segno'/></direction>";
    let score = read(&[SEGNO, &(REST.to_owned() + both)]);
    assert_eq!(jumps(&score)[0].1, JumpKind::DalSegno);
    assert_eq!(told(&score)[0], "Contradiction 2");
}

#[test]
fn endings_with_ranges_lists_and_printed_text() {
    let ending = |attributes: &str, text: &str| {
        format!(
            "<barline location='left'><ending {attributes} type='start'>{text}</ending></barline>{REST}\
                 <barline location='right'><ending {attributes} type='stop'/><repeat direction='backward'/></barline>"
        )
    };
    let score = read(&[
        REST,
        &ending("number='1-3'", ""),
        &ending("number='4, 5'", ""),
        &ending("number=''", "6.-7."),
        &ending("number=''", ""),
    ]);
    let numbers: Vec<Vec<u32>> = score
        .structure
        .bars
        .iter()
        .flat_map(|bar| bar.endings.iter().map(|ending| ending.numbers.clone()))
        .collect();
    assert_eq!(numbers, [vec![1, 2, 3], vec![4, 5], vec![6, 7], vec![8]]);
    assert_eq!(told(&score), ["Ending 5"]);
}

#[test]
fn an_ending_covers_the_bars_between_its_edges() {
    let score = read(&[
        REST,
        &format!("<barline location='left'><ending number='1' type='start'/></barline>{REST}"),
        REST,
        &format!("{REST}<barline location='right'><ending number='1' type='discontinue'/></barline>"),
        &format!("<barline location='left'><ending number='2' type='start'/></barline>{REST}"),
        REST,
    ]);
    let seen: Vec<(usize, bool, Option<EndingStop>)> = score
        .structure
        .bars
        .iter()
        .enumerate()
        .flat_map(|(index, bar)| bar.endings.iter().map(move |ending| (index, ending.start, ending.stop)))
        .collect();
    assert_eq!(
        seen,
        [(1, true, None), (2, false, None), (3, false, Some(EndingStop::Discontinue)), (4, true, None)]
    );
    assert_eq!(told(&score), ["Ending 5"]);
}

#[test]
fn repeats_on_unusual_sides_mean_the_usual_places() {
    let score = read(&[
        &format!("{REST}<barline location='right'><repeat direction='forward'/></barline>"),
        REST,
        &format!("<barline location='left'><repeat direction='backward' times='3'/></barline>{REST}"),
        &format!(
            "<barline><repeat direction='forward'/></barline>{REST}<barline><repeat direction='backward'/></barline>"
        ),
    ]);
    let bars = &score.structure.bars;
    assert_eq!(bars[0].repeat_start, None);
    assert_eq!(bars[1].repeat_start, Some(RepeatStart::Printed));
    assert_eq!(bars[1].repeat_end.map(|end| end.plays), Some(3));
    assert_eq!(bars[2].repeat_end, None);
    assert_eq!(bars[3].repeat_start, Some(RepeatStart::Printed));
    assert_eq!(bars[3].repeat_end.map(|end| (end.plays, end.after_jump)), Some((2, None)));
}

#[test]
fn odd_repeat_attributes_are_remarked_upon() {
    let score = read(&[
        &format!("{REST}<barline location='right'><repeat direction='backward' times='many'/></barline>"),
        &format!("{REST}<barline location='right'><repeat direction='sideways'/></barline>"),
        &format!("{REST}<barline location='middle'><repeat direction='backward'/></barline>"),
    ]);
    assert_eq!(told(&score), ["BadValue 1", "BadValue 2", "Unsupported 3"]);
}

#[test]
fn repeats_that_the_first_part_lacks_are_remarked_upon() {
    let end =
        "<barline location='right'><ending number='1' type='stop'/><repeat direction='backward'/></barline>";
    let start =
        "<barline location='left'><ending number='1' type='start'/><repeat direction='forward'/></barline>";
    let part = |id: &str, bar: &str| format!("<part id='{id}'><measure number='1'>{bar}</measure></part>");
    let wrap = |parts: &[String]| format!("<score-partwise>{}</score-partwise>", parts.concat());
    let both = format!("{start}{end}");
    let later = read_text(&wrap(&[part("A", ""), part("B", &both)]));
    assert_eq!(later.structure.bars[0].repeat_end.map(|end| end.plays), Some(2));
    assert_eq!(told(&later), ["Contradiction 1"; 4]);
    let all = read_text(&wrap(&[part("A", &both), part("B", &both)]));
    assert_eq!(all.structure, later.structure);
    assert_eq!(all.diagnostics, []);
}

#[test]
fn signs_may_stand_on_the_bar_line() {
    let score = read(&[
        &format!("<barline location='left' segno='a'><segno/></barline>{REST}"),
        &format!("{REST}<barline location='right'><coda/></barline>"),
    ]);
    let seen: Vec<(usize, MarkerKind, Place)> = score
        .structure
        .bars
        .iter()
        .enumerate()
        .flat_map(|(index, bar)| bar.markers.iter().map(move |marker| (index, marker.kind, marker.at)))
        .collect();
    assert_eq!(seen, [(0, MarkerKind::Segno, Place::Start), (1, MarkerKind::Coda, Place::End)]);
}

#[test]
fn a_fine_that_is_denied_is_none() {
    assert_eq!(markers(&read(&[&(REST.to_owned() + "<sound fine='no'/>")])), []);
    assert_eq!(markers(&read(&[&(REST.to_owned() + "<sound fine='yes'/>")])).len(), 1);
    assert_eq!(markers(&read(&[&(REST.to_owned() + "<sound fine='4'/>")])).len(), 1);
}

#[test]
fn as_many_passes_as_are_believed() {
    let plays = |times: u32| {
        let end = format!(
            "{REST}<barline location='right'><repeat direction='backward' times='{times}'/></barline>"
        );
        let score = read(&[&end]);
        (score.structure.bars[0].repeat_end.map(|end| end.plays), score.diagnostics.len())
    };
    assert_eq!(plays(999), (Some(999), 0));
    assert_eq!(plays(1000), (Some(2), 1));
}

#[test]
fn a_coda_in_the_bar_of_the_to_coda_is_not_where_it_leads() {
    let leave = CODA.to_owned() + REST + &words("To Coda");
    let score = read(&[REST, &leave, &(REST.to_owned() + &words("D.C. al Coda")), CODA]);
    assert_eq!(jumps(&score)[0].4.as_deref(), Some("coda-2"));
}
