//! Endings whose numbers, texts or repeat signs do not fit together: no music is left out, and what was done is told.

use segno_score::DiagnosticKind;
use segno_syncpoint::Policy;

use crate::form::{has, played, plays, score};

#[test]
fn the_last_ending_is_that_of_the_last_pass_whatever_its_number() {
    for last in ["[1", "[2", "[3", "[7", "[99"] {
        plays("0-1 0 2-3", &["|: _", "[1 _ ] :|", &format!("{last} _ ]-"), "_"]);
        plays("0-2 0-1 3", &["|: _", "_", "[1 _ ] :|", &format!("{last} _ ]")].map(|bar| bar));
    }
    plays("0-1 0-1 0 2", &["|: _", "[1,2 _ ] :|x3", "[2 _ ]-"]);
    plays("0-1 0 2", &["|: _", "[99 _ ] :|", "[99 _ ]-"]);
    plays("0-1 0 2", &["|: _", "[2 _ ] :|", "[1 _ ]-"]);
    // Stopped but not started, and under the number of the next one.
    plays("0-2 0-1 3", &["|: _", "_", "_ ]2 :|", "[2 _ ]-"]);
    plays("0-2 0-1 3-4", &["|: _", "_", "_ ]2 :|", "[2 _", "_ ]-"]);
    // Three endings, two of which have the same number.
    plays("0-1 0 2 0 3", &["|: _", "[1 _ ] :|", "[1 _ ] :|", "[2 _ ]-"]);
    plays("0-1 0 2 0 3", &["|: _", "[1 _ ] :|", "[2 _ ] :|", "[2 _ ]-"]);
    // A bracket that is drawn in pieces stops in each of them.
    plays("0-3 0 4-6", &["|: _", "[1 _ ]", "_", "_ ]1 :|", "[2 _ ]-", "_ ]2", "_"]);
    // An ending in the middle of the way, and a repeat sign at the end of the second.
    plays("0-2 0 2-3", &["|: _", "[1 _ ]", "[2 _ ] :|", "_"]);
}

#[test]
fn numbers_that_fit_stay_as_they_are() {
    plays("0-1 0 2 0-1 0 2 0 3", &["|: _", "[1,3 _ ] :|x3", "[2,4 _ ] :|x3", "[5 _ ]-"]);
    plays("0-1 0-1 0 2-3", &["|: _", "[1,2 _ ] :|x3", "[3 _ ]", "_"]);
    plays("0-1 0 2-3", &["|: _", "[1 _ ] :|", "[3 _ ]", "_"]);
    let score = plays("0-1 0 2", &["|: _", "[1 _ ] :|", "[2 _ ]-"]);
    assert_eq!(score.diagnostics, []);
}

#[test]
fn the_printed_text_corrects_a_number_that_contradicts() {
    for (bars, expected) in [
        (["|: _", "[1/1. _ ] :|", "[1/2. _ ]-", "_"], "0-1 0 2-3"),
        (["|: _", "[1/1. _ ] :|", "[3/2. _ ]-", "_"], "0-1 0 2-3"),
        (["|: _", "[1/1.2. _ ] :|x3", "[2/3. _ ]-", "_"], "0-1 0-1 0 2-3"),
        (["|: _", "[1,2/1.-2. _ ] :|x3", "[2/3. _ ]-", "_"], "0-1 0-1 0 2-3"),
        (["|: _", "[1/1.u.2. _ ] :|", "[3/3. _ ]-", "_"], "0-1 0-1 0 2-3"),
    ] {
        let score = plays(expected, &bars);
        assert!(has(&score, DiagnosticKind::Contradiction, "the text counts"), "{bars:?}");
    }
    // Verses that the file does not count: its numbers fit together and with the repeat sign.
    let verses = plays("0-1 0 2", &["|: _", "[1/1.-5. _ ] :|", "[2/6. _ ]-"]);
    assert!(has(&verses, DiagnosticKind::Contradiction, "fit together"));
    // Words are not numbers.
    let words = plays("0-1 0 2", &["|: _", "[1/prima _ ] :|", "[2/finale _ ]-"]);
    assert_eq!(words.diagnostics, []);
}

#[test]
fn after_a_jump_the_ending_with_the_sign_is_open() {
    // The fine in the ending "1, 4", in the first one, and the to-coda in the first one.
    plays(
        "0-2 1 3 1 4 1-2",
        &["_", "segno |: _", "[1,4 _ 'Fine' ] :|x3", "[2 _ ] :|", "[3 _ 'D.S. al Fine' =dalsegno=segno ]"],
    );
    plays("0-1 0 2-3 0-1", &["|: _", "[1 _ 'Fine' ] :|", "[2 _ ]-", "_ 'D.C. al Fine' =dacapo |."]);
    plays(
        "0-1 0 2-3 0-1 4",
        &[
            "|: _",
            "[1 _ 'To Coda' =tocoda=coda ] :|",
            "[2 _ ]-",
            "_ 'D.C. al Coda' =dacapo ||",
            "coda =coda=coda _",
        ],
    );
    plays(
        "0-1 0 2 0 3-4 0 2",
        &["|: _", "[1 _ ] :|", "[2 _ 'Fine' ] :|", "[3 _ ]-", "_ 'D.C. al Fine' =dacapo |."],
    );
    // Without such a sign the last one is.
    plays("0-1 0 2-3 0 2", &["|: _", "[1 _ ] :|", "[2 _ 'Fine' ]-", "_ 'D.C. al Fine' =dacapo |."]);
    plays("0-1 0 2-4 0 2-3", &["|: _", "[1 _ ] :|", "[2 _ ]-", "_ 'Fine'", "_ 'D.C. al Fine' =dacapo |."]);
}

#[test]
fn an_ending_beyond_the_passes_waits_for_the_jump() {
    plays("0-1 0 2 4 0 3", &["|: _", "[1 _ ] :|", "[2 _ ]", "[3 _ 'Fine' ]", "_ 'D.C. al Fine' =dacapo |."]);
    plays("0-1 0 2-3", &["|: _", "[1 _ ] :|", "[2 _ ]", "[3 _ ]-"]);
}

#[test]
fn endings_without_repeat_signs_follow_the_jumps() {
    plays("0-1 3-4 0 2", &["_", "[1 _ ]", "[2 _ 'Fine' ]", "_", "_ 'D.C. al Fine' =dacapo"]);
    plays("0-1 3-4 0 2", &["segno _", "[1 _ ]", "[2 _ 'Fine' ]", "_", "_ 'D.S. al Fine' =dalsegno=segno"]);
    // The jump stands in the first ending, or the endings are longer, or there are three.
    plays("0-2 0-1 3", &["_", "_", "[1 _ 'D.C.' =dacapo ]", "[2 _ ]-"]);
    plays("0-2 5 0 3-5", &["_", "[1 _", "_ ]", "[2 _", "_ ]-", "_ 'D.C.' =dacapo |."]);
    plays(
        "0-1 4 0 2 4-5 0 3",
        &[
            "segno _",
            "[1 _ ]",
            "[2 _ ]",
            "[3 _ 'Fine' ]",
            "_ 'D.S.' =dalsegno=segno",
            "_ 'D.S. al Fine' =dalsegno=segno",
        ],
    );
    plays("0-2 0 2", &["_", "[1 _ ]", "_ 'D.C.' =dacapo |."]);
    // Without a jump back over them they imply a repeat, from the sign if there is one, or are only brackets.
    plays("0-1 0 2-3", &["_", "[1 _ ]", "[2 _ ]-", "_"]);
    plays("0-2 1-2 1 3-4", &["_", "segno _", "[1,2 _ ]", "[3 _ ]-", "_"]);
    plays("0-2 1 3", &["_", "|: _", "[1 _ ]", "[2 _ ]-"]);
    plays("0-3", &["_", "[2 _ ]", "[3 _ ]-", "_"]);
    plays("0-2", &["_", "[1 _ ]", "_"]);
    plays("0-1 0-2 0-1 3-4", &["_", "_ 'D.C.' =dacapo", "[1 _ ]", "[2 _ ]-", "_"]);
}

#[test]
fn a_segno_inside_an_ending_that_is_not_the_last() {
    let bars = [
        "_",
        "[1 _",
        "segno =segno=segno _ ] :|",
        "[2 _ 'To Coda' =tocoda=coda ]-",
        "_ 'D.S. al Coda' =dalsegno=segno",
        "coda =coda=coda _",
    ];
    let score = plays("0-2 0 3-4 2 0 3 5", &bars);
    assert_eq!(played(&score, &Policy::MUSESCORE), "0-2 0 3-4 2 0 3 5");
}

#[test]
fn bars_that_are_never_played_are_told() {
    let score = score(&["_ 'Fine'", "_ 'D.C. al Fine' =dacapo", "_", "_", "_"]);
    assert!(has(&score, DiagnosticKind::NeverPlayed, "this bar and the 2 after it"));
    let all = plays("0-1 0 2", &["|: _", "[1 _ ] :|", "[2 _ ]-"]);
    assert!(!all.diagnostics.iter().any(|diagnostic| diagnostic.kind == DiagnosticKind::NeverPlayed));
}

/// Sibelius by way of Dolet closes a first ending where its line of music ends (Beethoven's op. 18 no. 5 and op. 132).
#[test]
fn an_ending_that_stops_before_its_repeat_sign_reaches_it() {
    let score = plays("0-2 0 3", &["|: _", "[1 _ ]", "_ :|", "[2 _ ]-"]);
    assert!(has(&score, DiagnosticKind::Ending, "covers the bars up to the sign"));
    plays("0-4 0 5", &["|: _", "[1 _ ]", "_", "_", "_ :|", "[2 _ ]-"]);
    plays("0-2 0-2 0 3", &["|: _", "[1,2 _ ]", "_ :|x3", "[3 _ ]-"]);
    // Not so if the sign belongs to a repeat of its own, or more music stands before the next ending.
    plays("0-2 2-3", &["_", "[1 _ ]", "|: _ :|", "[2 _ ]-"]);
    plays("0-2 0 2-4", &["|: _", "[1 _ ]", "_ :|", "_", "[2 _ ]-"]);
}
