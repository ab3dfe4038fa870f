//! Where movements, pieces and parts end: for each rule a form that just meets it beside forms that just do not.

use segno_score::{DiagnosticKind, Score};
use segno_syncpoint::{MarkerKind, Place, Policy};

use crate::form::{has, played, plays, score};

/// The bars after which a movement or piece ends.
fn breaks(score: &Score) -> Vec<usize> {
    let bars = score.structure.bars.iter().enumerate();
    bars.filter(|(_, bar)| bar.section_break).map(|(index, _)| index).collect()
}

/// The bars at whose end a jump is taken.
fn jumps(score: &Score) -> Vec<usize> {
    let bars = score.structure.bars.iter().enumerate();
    bars.flat_map(|(index, bar)| bar.jumps.iter().map(move |_| index)).collect()
}

/// The markers of a kind: bar, label and place.
fn markers(score: &Score, kind: MarkerKind) -> Vec<(usize, &str, Place)> {
    let bars = score.structure.bars.iter().enumerate();
    bars.flat_map(|(index, bar)| bar.markers.iter().map(move |marker| (index, marker)))
        .filter(|(_, marker)| marker.kind == kind)
        .map(|(index, marker)| (index, marker.label.as_str(), marker.at))
        .collect()
}

/// Collects what does not end where it should.
#[derive(Default)]
struct Wrong(Vec<String>);

impl Wrong {
    fn parts(&mut self, expected: &[usize], bars: &[&str]) {
        let found = breaks(&score(bars));
        if found != expected {
            self.0.push(format!("{found:?}, not {expected:?}: {bars:?}"));
        }
    }

    fn plays(&mut self, expected: &str, bars: &[&str]) {
        let found = played(&score(bars), &Policy::CLASSICAL);
        if found != expected {
            self.0.push(format!("{found:?}, not {expected:?}: {bars:?}"));
        }
    }

    #[track_caller]
    fn none(self) {
        assert!(self.0.is_empty(), "{}", self.0.join("\n"));
    }
}

#[test]
fn numbering_that_begins_again() {
    let mut wrong = Wrong::default();
    wrong.parts(&[0], &["_ |.", "#1 _"]);
    wrong.parts(&[1], &["_", "_ |.", "#1 _"]);
    wrong.parts(&[1], &["_", "_ |.", "#0 _", "#1 _"]);
    // A bar line that is only double, or none but the number of a movement, needs more than one bar before it.
    wrong.parts(&[], &["_ ||", "#1 _"]);
    wrong.parts(&[1], &["_", "_ ||", "#1 _"]);
    wrong.parts(&[], &["#1 _", "#1 'II. Menuetto' _"]);
    wrong.parts(&[1], &["_", "_", "#1 'II. Menuetto' _"]);
    wrong.parts(&[], &["_", "_", "#1 _"]);
    wrong.parts(&[], &["_", "_", "#1 'Menuetto' _"]);
    // A pickup alone is no movement, and neither are bars without a number.
    wrong.parts(&[], &["#0 _ |.", "#1 _"]);
    wrong.parts(&[], &["#X1 _ |.", "#1 _"]);
    // It begins with 0 or 1 and nothing else.
    wrong.parts(&[], &["_", "_ |.", "#2 _"]);
    wrong.parts(&[], &["_", "_ |.", "#10 _"]);
    wrong.parts(&[], &["_", "_ |.", "#1a _"]);
    // "2a" counts as 2.
    wrong.parts(&[1], &["_", "#2a _ ||", "#1 _"]);
    // The bar line is that of the bar before, not of an earlier one.
    wrong.parts(&[], &["_", "_ |.", "_", "#1 _"]);
    wrong.parts(&[1, 3], &["_", "_ |.", "#1 _", "#2 _ |.", "#1 _"]);
    wrong.none();
}

#[test]
fn a_trio_numbered_for_itself() {
    let mut wrong = Wrong::default();
    // A dal segno leads out of it if the sign stands before it, and only there.
    wrong.plays("0-3 0-1", &["segno _", "_ |.", "#1 'Trio' _", "#2 _ 'D.S.' |."]);
    wrong.plays("0-3 2-3", &["_", "_ |.", "#1 segno 'Trio' _", "#2 _ 'D.S.' |."]);
    wrong.plays("0-3 2-3", &["segno _", "_ |.", "#1 segno 'Trio' _", "#2 _ 'D.S.' |."]);
    wrong.parts(&[1], &["_", "_ |.", "#1 'Trio' _", "#2 _ 'D.S.' |."]);
    // It has its own fine or coda.
    wrong.plays("0-3 2", &["_", "_ |.", "#1 'Trio' _ 'Fine'", "#2 _ 'D.C. al Fine' |."]);
    wrong.plays("0-3 2", &["_ 'Fine'", "_ |.", "#1 'Trio' _ 'Fine'", "#2 _ 'D.C. al Fine' |."]);
    wrong.plays(
        "0-3 2 4",
        &[
            "_",
            "_ |.",
            "#1 'Trio' _ 'To Coda' =tocoda=k",
            "#2 _ 'D.C. al Coda' =dacapo ||",
            "#3 coda =coda=k _",
        ],
    );
    // Without the heading, the jump must name a dance that there is, or go to a fine that there is.
    wrong.plays("0-3 2-3", &["_", "_ |.", "#1 _", "#2 _ 'Menuetto D.C.' |."]);
    wrong.plays("0-3 2-3", &["'Menuetto' _", "_ |.", "#1 _", "#2 _ 'D.C.' |."]);
    wrong.plays("0-3 0-1", &["'Menuetto' _", "_ |.", "#1 _", "#2 _ 'Menuetto D.C.' |."]);
    wrong.parts(&[1], &["_", "_ |.", "#1 _", "#2 _ 'D.C. al Fine' |."]);
    wrong.parts(&[], &["_ 'Fine'", "_ |.", "#1 _", "#2 _ 'D.C. al Fine' |."]);
    wrong.parts(&[1], &["_ 'Fine'", "_ |.", "#1 'Menuetto' _", "#2 _ 'D.C. al Fine' |."]);
    // And there must be a jump.
    wrong.parts(&[1], &["'Menuetto' _", "_ |.", "#1 'Trio' _", "#2 _ |."]);
    wrong.none();
}

/// A heading is a title over the first three bars; later ones are inside.
#[test]
fn how_far_a_title_may_stand_from_the_beginning() {
    let menuet = |at: usize| {
        let mut bars = ["_", "_", "_", "_", "_ |.", "#1 _", "#2 _ 'Menuetto D.C.' |."].map(str::to_owned);
        bars[at] = format!("'Menuetto' {}", bars[at]);
        bars
    };
    let mut wrong = Wrong::default();
    for (at, expected) in [(0, "0-6 0-4"), (1, "0-6 0-4"), (2, "0-6 0-4"), (3, "0-6 5-6")] {
        wrong.plays(expected, &menuet(at).each_ref().map(String::as_str));
    }
    let trio = |at: usize| {
        let mut bars = [
            "'Menuetto' _",
            "_",
            "_ |.",
            "#1 _",
            "#2 _ ||",
            "#3 _",
            "#4 _",
            "#5 _",
            "#6 _ 'Menuetto D.C.' |.",
        ]
        .map(str::to_owned);
        bars[at] = bars[at].replace('_', "'Trio' _");
        bars
    };
    // A title makes it the trio of what stands before; further in, it has a trio of its own.
    for (at, expected) in [(3, "0-8 0-2"), (4, "0-8 0-2"), (5, "0-8 0-4"), (6, "0-8 3-4"), (7, "0-8 3-6")] {
        wrong.plays(expected, &trio(at).each_ref().map(String::as_str));
    }
    wrong.none();
}

#[test]
fn a_da_capo_inside_numbering_that_goes_on() {
    let own = |score: &Score| {
        score.diagnostics.iter().filter(|told| told.message.contains("its own movement began")).count()
    };
    let base = ["t4 _", "_", "t3 'Menuetto' _", "_ :|", "|: 'Trio' _", "_ 'Men. D.C.' :|", "t2 'Allegro' _"];
    assert_eq!(own(&plays("0-3 2-5 4-5 2-3 6", &base)), 1);
    let with = |at: usize, bar: &'static str| {
        let mut bars = base;
        bars[at] = bar;
        score(&bars)
    };
    // Playback says where it means, and a dal segno has its sign.
    assert_eq!(own(&with(5, "_ 'Men. D.C.' =dacapo :|")), 0);
    assert_eq!(own(&with(5, "_ 'D.S.' :|")), 0);
    // A trio of one bar, and a piece that is called a trio.
    assert_eq!(
        own(&plays(
            "0-3 2-4 2-3 5",
            &["t4 _", "_", "t3 'Menuetto' _", "_ :|", "'Trio' _ 'Men. D.C.' ||", "t2 'Allegro' _"]
        )),
        1
    );
    assert_eq!(own(&with(0, "t4 'Trio' _")), 1);
    // Up to its fine, which may stand in its first bar.
    let fine = ["t4 _", "_", "t3 'Menuetto' _ 'Fine'", "_ 'D.C. al Fine' ||", "t2 'Allegro' _"];
    assert_eq!(own(&plays("0-3 2 4", &fine)), 1);
    // Neither trio nor fine.
    assert_eq!(own(&with(4, "|: _")), 0);
    // The next movement begins at most two bars behind, with its metre and the words over its first note.
    for (behind, expected) in [(&["_"][..], 1), (&["_", "_"], 0)] {
        let bars: Vec<&str> = base[..6].iter().chain(behind).chain(&base[6..]).copied().collect();
        assert_eq!(own(&score(&bars)), expected, "{bars:?}");
    }
    assert_eq!(own(&with(6, "t2 _ 'Allegro'")), 0);
    assert_eq!(own(&with(6, "t2 'Trio' _")), 0);
    assert_eq!(own(&with(6, "t2 'Menuetto' _")), 1);
    assert_eq!(own(&with(6, "t3 'Allegro' _")), 0);
    assert_eq!(own(&with(2, "t3 _ 'Menuetto'")), 0);
    assert_eq!(own(&with(2, "t3 _")), 0);
    // After such a movement the same is looked for behind it, not at its first bar.
    let two = [&base[..6], &["t2 'Andante' _", "_ 'Fine'", "_", "_ 'D.C. al Fine' ||", "t4 'Allegro' _"][..]]
        .concat();
    assert_eq!(own(&plays("0-3 2-5 4-5 2-3 6-9 6-7 10", &two)), 1);
    let both = [
        &base[..6],
        &["t2 'Andante' _", "t3 'Menuetto' _", "_ :|", "'Trio' _", "_ 'D.C.' ||", "t4 'Allegro' _"][..],
    ]
    .concat();
    let score = plays("0-3 2-5 4-5 2-3 6-8 7-10 7-8 11", &both);
    assert_eq!((own(&score), breaks(&score)), (2, vec![1, 5, 6, 10]));
}

#[test]
fn a_piece_behind_a_jump_up_to_a_fine() {
    let mut wrong = Wrong::default();
    // What follows could never be played otherwise.
    wrong.parts(&[1], &["_ 'Fine'", "_ 'D.C. al Fine' =dacapo |.", "_"]);
    wrong.parts(&[1], &["segno _ 'Fine'", "_ 'D.S. al Fine' =dalsegno=segno |.", "_"]);
    wrong.parts(&[1], &["_ 'Fine'", "_ 'D.C.' =dacapo ||", "_"]);
    // A dal segno that says nothing ends at the fine on its way, which begins at the segno.
    wrong.parts(&[1], &["segno _ 'Fine'", "_ 'D.S.' =dalsegno=segno |.", "_"]);
    wrong.plays("0-1 0 2", &["segno _ 'Fine'", "_ 'D.S.' =dalsegno=segno |.", "_"]);
    wrong.parts(&[3], &["_ 'Fine'", "segno _", "_ 'Fine'", "_ 'D.S.' ||", "_"]);
    wrong.plays("0-3 1-4", &["_ 'Fine'", "segno _", "_", "_ 'D.S.' ||", "_"]);
    wrong.parts(&[], &["_ 'Fine'", "segno _", "_", "_ 'D.S.' ||", "_"]);
    // What it comes to first counts: a place to leave for the coda leads on into what follows.
    for jump in ["_ 'D.C.' =dacapo ||", "_ 'D.S.' =dalsegno=segno ||"] {
        let coda = ["segno _ 'To Coda' =tocoda=k", "_ 'Fine'", jump, "coda =coda=k _"];
        wrong.parts(&[], &coda);
        wrong.plays("0-2 0 3", &coda);
        wrong.parts(&[2], &["segno _ 'Fine'", "_ 'To Coda' =tocoda=k", jump, "_"]);
    }
    // A plain bar line parts nothing, and behind the last bar there is nothing to part.
    wrong.parts(&[], &["_ 'Fine'", "_ 'D.C. al Fine' =dacapo", "_"]);
    wrong.parts(&[], &["_ 'Fine'", "_ 'D.C. al Fine' =dacapo |."]);
    // No fine, or not up to it.
    wrong.parts(&[], &["_", "_ 'D.C. al Fine' =dacapo |.", "_"]);
    wrong.parts(&[], &["_", "_ 'D.C. al Fine' =dacapo |.", "_ 'Fine'"]);
    wrong.parts(&[], &["_ 'Fine'", "_ 'To Coda' =tocoda=k", "_ 'D.C. al Coda' =dacapo |.", "coda =coda=k _"]);
    wrong.parts(&[], &["_ 'Fine'", "_ 'D.C. al Fine e poi la Coda' ||", "'Coda' _"]);
    // Another jump behind leads back, unless it has a fine of its own.
    wrong.parts(&[], &["_ 'Fine'", "_ 'D.C. al Fine' =dacapo ||", "_", "_ 'D.C. al Fine' =dacapo |."]);
    wrong
        .parts(&[1], &["_ 'Fine'", "_ 'D.C. al Fine' =dacapo ||", "_ 'Fine'", "_ 'D.C. al Fine' =dacapo |."]);
    wrong.parts(
        &[1, 3],
        &["_ 'Fine'", "_ 'D.C. al Fine' =dacapo ||", "_ 'Fine'", "_ 'D.C. al Fine' =dacapo ||", "_"],
    );
    // An ending follows, or the bar line stands inside a repeat.
    wrong.parts(&[], &["_ 'Fine'", "_ 'D.C. al Fine' =dacapo ||", "[1 _ ]"]);
    wrong.parts(&[], &["_ 'Fine'", "_ 'D.C. al Fine' =dacapo ||", "[1 _", "_ ]"]);
    wrong.parts(&[], &["|: _ 'Fine'", "_ 'D.C. al Fine' =dacapo ||", "_ :|"]);
    wrong.parts(&[1], &["|: _ 'Fine'", "_ 'D.C. al Fine' =dacapo ||", "_"]);
    wrong.parts(&[1], &["|: _ 'Fine'", "_ 'D.C. al Fine' =dacapo ||", "|: _ :|"]);
    wrong.parts(&[2], &["_ 'Fine'", "|: _ :|", "_ 'D.C. al Fine' =dacapo ||", "_ :|"]);
    wrong.parts(&[1], &["_ 'Fine'", "_ 'D.C. al Fine' =dacapo ||", "_", "_ :|"]);
    wrong.none();
}

#[test]
fn a_jump_in_words_one_bar_early() {
    let mut wrong = Vec::new();
    let mut at = |expected: [usize; 1], bars: &[&str]| {
        let found = jumps(&score(bars));
        if found != expected {
            wrong.push(format!("{found:?}, not {expected:?}: {bars:?}"));
        }
    };
    at([2], &["_ 'Fine'", "_ 'D.C. al Fine'", "_ |.", "_"]);
    at([2], &["_ 'Fine'", "_ 'D.C. al Fine'", "_ ||", "_"]);
    at([2], &["|: _ 'Fine'", "_ 'D.C. al Fine'", "_ :|", "_"]);
    // The bracket of an ending goes over both bars.
    at([2], &["_ 'Fine'", "[1 _ 'D.C. al Fine'", "_ ] |."]);
    // The next bar line is plain, or its own is not.
    at([1], &["_ 'Fine'", "_ 'D.C. al Fine'", "_", "_ |."]);
    at([1], &["_ 'Fine'", "_ 'D.C. al Fine' ||", "_ |."]);
    at([1], &["_ 'Fine'", "_ 'D.C. al Fine' :|", "_ |."]);
    at([1], &["_ 'Fine'", "_ 'D.C. al Fine'", "|: _ :|"]);
    // Something stands in the next bar, or an ending begins there or ends before it.
    at([1], &["_ 'Fine'", "_ 'D.C. al Fine'", "segno _ |."]);
    at([1], &["_ 'Fine'", "_ 'D.C. al Fine'", "[1 _ ] |."]);
    at([1], &["_ 'Fine'", "[1 _ 'D.C. al Fine' ]", "_ |."]);
    // The next bar may be a coda, and playback says where it means.
    at([1], &["_ 'To Coda' =tocoda=k", "_ 'D.C. al Coda'", "_ |."]);
    at([1], &["_ 'Fine'", "_ 'D.C. al Fine e poi la Coda'", "_ |."]);
    at([1], &["_ 'Fine'", "_ 'D.C. al Fine' =dacapo", "_ |."]);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // It is told at its own place.
    let moved = score(&["_ 'Fine'", "_ 'D.C. al Fine'", "_ |."]);
    let told: Vec<_> =
        moved.diagnostics.iter().filter(|told| told.message.contains("one bar before")).collect();
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].kind, told[0].bar), (DiagnosticKind::Inferred, Some(1)));
}

#[test]
fn where_the_first_part_ends() {
    let mut wrong = Vec::new();
    let mut end = |expected: &[usize], bars: &[&str]| {
        let score = score(bars);
        let found: Vec<usize> = markers(&score, MarkerKind::PartEnd).iter().map(|marker| marker.0).collect();
        if found != expected {
            wrong.push(format!("{found:?}, not {expected:?}: {bars:?}"));
        }
    };
    // A trio of one bar; a piece that is called a trio; two trios, and the menuet ends once.
    end(&[1], &["_", "_ ||", "'Trio' _ 'Men. D.C.' |."]);
    end(&[1], &["'Trio' _", "_ ||", "'Trio' _", "_ 'Men. D.C.' |."]);
    end(&[], &["'Trio' _", "_ ||", "_", "_ 'D.C.' |."]);
    end(&[1], &["_", "_ ||", "'Trio I' _", "_ 'Menuetto D.C.' ||", "'Trio II' _", "_ 'Menuetto D.C.' |."]);
    // A text of more than six words is no heading.
    end(&[1], &["_", "_ ||", "'Trio one two three four five' _", "_ 'D.C.' |."]);
    end(&[], &["_", "_ ||", "'Trio one two three four five six' _", "_ 'D.C.' |."]);
    end(&[], &["_", "_ ||", "'Trio one two three four five six seven' _", "_ 'D.C.' |."]);
    // A heading at the end of a bar belongs to what follows if the bar closes with a line.
    end(&[2], &["_", "_", "_ 'Trio' ||", "_ 'Men. D.C.' |."]);
    end(&[1], &["_", "_ ||", "_ 'Trio'", "_ 'Men. D.C.' |."]);
    end(&[1], &["_", "_ ||", "'Trio' _ ||", "_ 'Men. D.C.' |."]);
    end(&[1], &["_", "_ ||", "_", "_ 'Trio' 'Men. D.C.' |."]);
    // The trio begins with a pickup or two, at a line; further back, no line is looked for.
    end(&[1], &["_", "_ ||", "'Trio' _", "_ 'Men. D.C.' |."]);
    end(&[1], &["_", "_ ||", "_", "'Trio' _", "_ 'Men. D.C.' |."]);
    end(&[3], &["_", "_ ||", "_", "_", "'Trio' _", "_ 'Men. D.C.' |."]);
    end(&[1], &["_", "_ :|", "_", "'Trio' _", "_ 'Men. D.C.' |."]);
    end(&[1], &["_", "_", "|: _", "'Trio' _", "_ 'Men. D.C.' :|"]);
    // A final bar line that repeats nothing, before the bar of the jump.
    end(&[1], &["_", "_ |.", "_", "_ 'D.C.' |."]);
    end(&[], &["_", "_ ||", "_", "_ 'D.C.' |."]);
    end(&[], &["_", "_ |. :|", "_", "_ 'D.C.' |."]);
    // Four strains, each of them repeated, and the name of the piece.
    end(&[1], &["_ :|", "|: _ :|", "|: _ :|", "|: _ 'M.D.C.' :|"]);
    end(&[], &["_ :|", "|: _ :|", "|: _ 'M.D.C.' :|"]);
    end(&[], &["_ :|", "|: _ :|", "|: _ :|", "|: _ :|", "|: _ 'M.D.C.' :|"]);
    end(&[], &["_ :|", "|: _ :|", "|: _", "|: _ 'M.D.C.' :|"]);
    end(&[], &["_", "|: _ :|", "|: _ :|", "|: _ 'M.D.C.' :|"]);
    end(&[], &["_ :|", "|: _ :|", "|: _ :|", "|: _ 'M.D.C.' |."]);
    // A change of key behind a line.
    end(&[1], &["key0 _", "_ ||", "key3 _", "_ 'Men. D.C.' |."]);
    end(&[], &["key0 _", "_", "key3 _", "_ 'Men. D.C.' |."]);
    end(&[], &["key0 _", "_ ||", "key0 _", "_ 'Men. D.C.' |."]);
    end(&[2], &["key0 _", "_", "_ ||", "key3 _ 'Men. D.C.' |."]);
    end(&[], &["key0 _", "_ ||", "key3 _", "_ 'D.C.' |."]);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_mark_that_is_needed_as_coda() {
    let mut wrong = Vec::new();
    let mut codas = |expected: Option<(usize, Place)>, bars: &[&str]| {
        let score = score(bars);
        let found: Vec<_> = markers(&score, MarkerKind::Coda).iter().map(|&(bar, _, at)| (bar, at)).collect();
        if found != expected.into_iter().collect::<Vec<_>>() {
            wrong.push(format!("{found:?}, not {expected:?}: {bars:?}"));
        }
    };
    let start = |bar| Some((bar, Place::Start));
    // Needed by a to-coda, by a jump up to one, or by one that goes on at the coda.
    codas(start(2), &["_ 'To Coda' =tocoda=k", "_ 'D.C.' =dacapo", "\"Coda\" _"]);
    codas(start(2), &["_", "_ 'D.C. al Coda' =dacapo", "\"Coda\" _"]);
    codas(start(2), &["_ 'Fine'", "_ 'D.C. al Fine e poi la Coda' ||", "\"Coda\" _"]);
    codas(None, &["_ 'Fine'", "_ 'D.C. al Fine' =dacapo", "\"Coda\" _"]);
    // The first one behind all that needs it, else the first one.
    let needs = ["_ 'To Coda' =tocoda=k", "_ 'D.C. al Coda' =dacapo"];
    codas(start(3), &["\"Coda\" _", needs[0], "_ 'D.C. al Coda' =dacapo", "\"Coda\" _", "\"Coda\" _"]);
    codas(start(3), &["\"Coda\" _", needs[0], "\"Coda\" _ 'D.C. al Coda' =dacapo", "\"Coda\" _"]);
    codas(start(0), &["\"Coda\" _", needs[0], "\"Coda\" _", needs[1]]);
    // At the end of a bar it stands before the next one.
    codas(Some((2, Place::End)), &[needs[0], needs[1], "_ \"Coda\"", "_"]);
    plays("0-1 0 3", &[needs[0], needs[1], "_ \"Coda\"", "_"]);
    // That of another movement is another's, and a heading of another kind says nothing of a coda.
    codas(None, &[needs[0], "_ 'D.C. al Coda' =dacapo |.", "#1 _", "\"Coda\" _"]);
    codas(start(0), &["\"Coda\" _", needs[0], "_ 'D.C. al Coda' =dacapo |.", "#1 \"Coda\" _"]);
    codas(None, &[needs[0], needs[1], "'Trio' _"]);
    // A sign is one already.
    codas(start(3), &[needs[0], needs[1], "\"Coda\" _", "coda _"]);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let told = score(&[needs[0], needs[1], "\"Coda\" _"]);
    assert!(has(&told, DiagnosticKind::Inferred, "no coda sign"));
}
