//! How pieces are played whose signs musicians understand and the letter does not: movements, menuets, endings, jumps in
//! words. The expected orders are those of performers, or follow from the rule that no music is left out.

use segno_score::{DiagnosticKind, Score};
use segno_syncpoint::Policy;
use segno_syncpoint::policy::OpenDaCapo;

use crate::score::read_text;

/// A bar that is written as it looks: `|:` and `:|` (`:|x3`), `[1` and `]` (`[1/2.` with another text, `]-` open, `]2`
/// under another number), `||` and `|.`, `'words'`, `"rehearsal mark"`, `=fine` for a sound element, `#1` for a
/// printed number, `key2`, `t3` for a metre of three quarters; `_` is the note.
fn bar(index: usize, text: &str) -> String {
    let (mut left, mut style, mut right) = (String::new(), String::new(), String::new());
    let (mut before, mut after) = (String::new(), String::new());
    let (mut number, mut ending, mut seen) = ((index + 1).to_string(), String::new(), false);
    let mut attributes = String::new();
    if index == 0 {
        attributes += "<divisions>1</divisions>";
    }
    for token in tokens(text) {
        let sign = if seen { &mut after } else { &mut before };
        let (kind, rest) = token.split_at(1);
        let direction =
            |content: String| format!("<direction><direction-type>{content}</direction-type></direction>");
        match (kind, rest) {
            ("'", words) => *sign += &direction(format!("<words>{words}</words>")),
            ("\"", mark) => *sign += &direction(format!("<rehearsal>{mark}</rehearsal>")),
            ("=", sound) => {
                let (name, value) = sound.split_once('=').unwrap_or((sound, "yes"));
                *sign += &format!("<sound {name}='{value}'/>");
            }
            ("#", given) => number = given.to_owned(),
            ("k", fifths) => {
                attributes += &format!("<key><fifths>{}</fifths></key>", fifths.trim_start_matches("ey"));
            }
            ("t", beats) => {
                attributes += &format!("<time><beats>{beats}</beats><beat-type>4</beat-type></time>");
            }
            ("[", stated) => {
                let (stated, printed) = stated.split_once('/').unwrap_or((stated, ""));
                ending = stated.to_owned();
                left += &format!("<ending number='{stated}' type='start'>{printed}</ending>");
            }
            ("]", "-") => right += &format!("<ending number='{ending}' type='discontinue'/>"),
            ("]", "") => right += &format!("<ending number='{ending}' type='stop'/>"),
            ("]", stated) => right += &format!("<ending number='{stated}' type='stop'/>"),
            ("|", ":") => left += "<repeat direction='forward'/>",
            (":", plays) => {
                let times = plays.strip_prefix("|x").map(|times| format!(" times='{times}'"));
                right += &format!("<repeat direction='backward'{}/>", times.unwrap_or_default());
            }
            ("|", "|") => style += "<bar-style>light-light</bar-style>",
            ("|", ".") => style += "<bar-style>light-heavy</bar-style>",
            ("_", "") => seen = true,
            ("s", _) => *sign += &direction("<segno/>".to_owned()),
            ("c", _) => *sign += &direction("<coda/>".to_owned()),
            _ => panic!("{token}"),
        }
    }
    let edge = |side: &str, content: String| match content.as_str() {
        "" => content,
        content => format!("<barline location='{side}'>{content}</barline>"),
    };
    let implicit = if number.starts_with('X') || number == "0" { " implicit='yes'" } else { "" };
    let (left, right) = (edge("left", left), edge("right", style + &right));
    format!(
        "<measure number='{number}'{implicit}>{left}<attributes>{attributes}</attributes>{before}\
         <note><rest/><duration>4</duration></note>{after}{right}</measure>"
    )
}

fn tokens(text: &str) -> Vec<String> {
    let (mut tokens, mut quote) = (vec![String::new()], None);
    for character in text.chars() {
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (None, ' ') => tokens.push(String::new()),
            _ => {
                if quote.is_none() && matches!(character, '\'' | '"') {
                    quote = Some(character);
                }
                tokens.last_mut().unwrap().push(character);
            }
        }
    }
    tokens.retain(|token| !token.is_empty());
    tokens
}

pub(crate) fn score(bars: &[&str]) -> Score {
    let measures: String = bars.iter().enumerate().map(|(index, text)| bar(index, text)).collect();
    read_text(&format!("<score-partwise><part id='P'>{measures}</part></score-partwise>"))
}

/// The played bars of a score, as runs: `0-1 0 2`.
pub(crate) fn played(score: &Score, policy: &Policy) -> String {
    let order: Vec<usize> = score.structure.unroll(policy).unwrap().order().collect();
    let run = |run: &[usize]| match run {
        [only] => only.to_string(),
        [first, .., last] => format!("{first}-{last}"),
        [] => String::new(),
    };
    order.chunk_by(|a, b| a + 1 == *b).map(run).collect::<Vec<_>>().join(" ")
}

#[track_caller]
pub(crate) fn plays(expected: &str, bars: &[&str]) -> Score {
    let score = score(bars);
    assert_eq!(played(&score, &Policy::CLASSICAL), expected, "{:#?}", score.diagnostics);
    score
}

pub(crate) fn has(score: &Score, kind: DiagnosticKind, words: &str) -> bool {
    score.diagnostics.iter().any(|diagnostic| diagnostic.kind == kind && diagnostic.message.contains(words))
}

#[test]
fn words_that_speak_of_a_jump_do_not_make_one() {
    for words in ["Come al principio", "voice tacet on D.S.", "Tempo vom Anfang", "From the top of the bow"] {
        let score = plays("0-3", &["_", "segno _", &format!("_ '{words}'"), "_"]);
        assert_eq!(has(&score, DiagnosticKind::Unsupported, "say more"), words.contains("D.S."), "{words}");
    }
    // Playback outranks words, both ways.
    plays("0-2 0-3", &["_", "_", "_ 'Come al principio' =dacapo", "_"]);
    plays("0-3", &["_", "_", "_ =fine", "_"]);
}

#[test]
fn a_jump_in_words_is_told_and_doubted_at_a_plain_bar_line() {
    let inside = plays("0-2 0-3", &["_", "_", "_ 'D.C.'", "_"]);
    assert!(has(&inside, DiagnosticKind::Inferred, "doubtful"));
    for last in ["_ 'D.C.' ||", "_ 'D.C.' |.", "_ 'D.C.' :|"] {
        let score = score(&["_", "_", last, "_"]);
        assert!(has(&score, DiagnosticKind::Inferred, "only the words state"), "{last}");
        assert!(!has(&score, DiagnosticKind::Inferred, "doubtful"), "{last}");
    }
    let before_repeat = score(&["_", "_", "_ 'D.C.'", "|: _", "_ :|"]);
    assert!(!has(&before_repeat, DiagnosticKind::Inferred, "doubtful"));
    assert!(!has(&score(&["_", "_ 'D.C.' =dacapo"]), DiagnosticKind::Inferred, "words"));
}

#[test]
fn movements_end_with_and_without_a_repeat_sign() {
    for line in ["|.", "|. :|", "||"] {
        let ends = format!("_ {line}");
        let first = if line.contains(':') { "0-1 0-3 2 4" } else { "0-3 2 4" };
        let score = score(&["_", &ends, "#1 _ 'Fine'", "#2 _ 'D.C. al Fine' =dacapo |.", "#1 _ |."]);
        assert_eq!(played(&score, &Policy::CLASSICAL), first, "{line}");
        let breaks: Vec<bool> = score.structure.bars.iter().map(|bar| bar.section_break).collect();
        assert_eq!(breaks, [false, true, false, true, false], "{line}");
    }
    // A pickup may begin the next movement, and the number of a movement says so too.
    plays("0-1 0-3 2-4", &["_", "_ |. :|", "#0 _ 'Fine'", "#1 _ |. :|", "#1 _"]);
    plays(
        "0-3 2 4",
        &["_", "_", "#1 'II. Menuetto' _ 'Fine'", "#2 _ 'D.C. al Fine' =dacapo |.", "#1 'III.' _"],
    );
    plays("0-3 0", &["_ 'Fine'", "_", "#1 'Menuetto' _", "#2 _ 'D.C. al Fine' =dacapo |."]);
}

#[test]
fn a_fine_of_another_movement_is_not_meant() {
    let bars = ["_ 'Fine'", "_ |.", "#1 _", "#2 _ |.", "#1 _", "#2 _ 'D.C. al Fine' =dacapo |."];
    let score = plays("0-5 4-5", &bars);
    assert!(has(&score, DiagnosticKind::MissingTarget, "no fine in this movement"));
    plays("0-3 2 4-5", &["_ 'Fine'", "_ |.", "#1 _ 'Fine'", "#2 _ 'D.C. al Fine' =dacapo |.", "#1 _", "_"]);
}

#[test]
fn what_follows_a_da_capo_al_fine_is_another_piece() {
    let score = plays(
        "0-1 0 2-3 2",
        &["_ 'Fine'", "_ 'D.C. al Fine' =dacapo |.", "_ 'Fine'", "_ 'D.C. al Fine' =dacapo |."],
    );
    assert!(score.structure.bars[1].section_break);
    plays("0-2 0 3-4", &["_ 'Fine'", "_", "_ 'D.C.' =dacapo |.", "_", "_ |."]);
    // A rondeau comes back to its refrain after each couplet.
    plays("0-1 0 2-3 0", &["_ 'Fine' ||", "_ 'D.C. al Fine' =dacapo ||", "_", "_ 'D.C. al Fine' =dacapo |."]);
    // A coda is not another piece, and neither is what a repeat leads back from.
    plays("0-2 0 3", &["_ 'To Coda' =tocoda=k", "_", "_ 'D.C. al Coda' =dacapo ||", "coda =coda=k _"]);
}

#[test]
fn a_menuet_comes_again_without_its_trio() {
    let trio = ["_", "_ :|", "|: 'Trio' _", "_ 'Menuetto D.C.' =dacapo :|"];
    let score = plays("0-1 0-3 2-3 0-1", &trio);
    assert!(has(&score, DiagnosticKind::Inferred, "before the trio, measure 2"));
    let literal = Policy { open_da_capo: OpenDaCapo::ToSectionEnd, ..Policy::CLASSICAL };
    assert_eq!(played(&score, &literal), "0-1 0-3 2-3 0-3");
    assert_eq!(played(&score, &Policy::MUSESCORE), "0-1 0-3 2-3 0-3");
    for (heading, words) in [
        ("'TRIO.'", "M.D.C."),
        ("'Menuetto II'", "Menuetto I da capo"),
        ("'Minore'", "Da Capo il Maggiore"),
        ("\"Trio\"", "D.C."),
        ("'Trio. Allegretto'", "Scherzo D.C. senza replica"),
        ("'Maggiore'", "D.C. al Maggiore"),
    ] {
        let (heading, jump) = (format!("{heading} _"), format!("_ '{words}' |."));
        plays("0-1 0-3 0-1", &["_", "_ :|", &heading, &jump]);
    }
    // The heading over the first full bar after a pickup, and at the end of the bar before.
    plays("0-4 0-1", &["_", "_ ||", "#X1 _", "'Trio' _", "_ 'Men. D.C.' |."]);
    plays("0-3 0-1", &["_", "_ 'Trio' ||", "_", "_ 'Menuet D.C.' |."]);
    // Without a heading: a final bar line before, or a change of key and the name of the piece.
    plays("0-3 0-1", &["_", "_ |.", "_", "_ 'D.C.' =dacapo |."]);
    plays("0-1 0-3 0-1", &["key0 _", "_ :|", "key3 _", "_ 'Scherzo da capo' |."]);
    // Two strains each, all of them repeated.
    plays("0 0-1 1-2 2-3 3 0-1", &["_ :|", "|: _ :|", "|: _ :|", "|: _ 'M.D.C.' :|"]);
    plays("0 0-1 1-2 2-3 3 0-3", &["_ :|", "|: _ :|", "|: _ :|", "|: _ 'D.C.' :|"]);
    // What ends the menuet according to the signs counts more.
    plays("0-3 0", &["_ 'Fine'", "_ ||", "'Trio' _", "_ 'Menuetto D.C.' |."]);
    plays("0-3 0-3", &["_", "_", "_", "_ 'D.C.' |."]);
}

#[test]
fn after_the_menuet_the_piece_goes_on_with_its_coda_or_a_second_trio() {
    plays(
        "0-3 0-1 4-5",
        &["_", "_ ||", "'Trio' _", "_ 'Menuetto D.C. e poi la Coda' ||", "'Coda' _", "_ |."],
    );
    plays(
        "0-3 0-1 4-5 0-1",
        &["_", "_ ||", "'Trio I' _", "_ 'Menuetto D.C.' ||", "'Trio II' _", "_ 'Menuetto D.C.' |."],
    );
}

#[test]
fn a_trio_that_is_numbered_for_itself_belongs_to_its_menuet() {
    plays("0-3 0-1", &["_", "_ |.", "#1 'Trio' _", "#2 _ 'Menuetto D.C.' ||"]);
    plays("0-1 0-3 2-3 0-1", &["_", "_ |. :|", "#1 'Trio' |: _", "#2 _ 'Menuetto D.C.' |. :|"]);
    plays("0-3 0", &["_ 'Fine'", "_ |.", "#1 _", "#2 _ 'Menuetto D.C. al Fine' |."]);
    plays("0-3 0-1", &["'Menuetto' _", "_ |.", "#1 _", "#2 _ 'Menuetto D.C.' |."]);
    // A movement of that name that has its own trio does not.
    plays(
        "0-5 2-3",
        &["_", "_ |.", "#1 'III. Menuetto' _", "#2 _ ||", "#3 'Trio' _", "#4 _ 'Menuetto D.C.' |."],
    );
    // And the movement after it is one of its own.
    plays("0-3 0-1 4", &["_", "_ |.", "#1 'Trio' _", "#2 _ 'Menuetto D.C.' |.", "#1 _ |."]);
}

#[test]
fn a_jump_in_words_one_bar_early_does_not_eat_the_last_bar() {
    plays("0-1 0-4 2-4 0-1", &["_", "_ :|", "'Trio' |: _", "_ 'Menuetto D.C.'", "_ :|"]);
    plays("0-3 0-1", &["_", "_ ||", "'Trio' _ 'Menuetto D.C.'", "_ |."]);
    // Also where another piece follows.
    plays("0-2 0 3", &["_ 'Fine'", "_ 'D.C. al Fine'", "_ |.", "_"]);
    // Playback says where it means, and a coda of one bar is a coda.
    plays("0-2 0 3", &["_ 'Fine'", "_", "_ 'D.C. al Fine' =dacapo ||", "_ |."]);
    plays("0-2 0 3", &["_ 'To Coda' =tocoda=k", "_", "_ 'D.C. al Coda'", "coda =coda=k _ |."]);
}

#[test]
fn a_rehearsal_mark_is_the_coda_if_there_is_no_other() {
    let bars = ["_", "_ 'To Coda' =tocoda=coda", "_", "_ 'D.C. al Coda' =dacapo"];
    for mark in ["\"Coda\" _", "'Coda (Presto)' _", "\"CODA\" _", "\"Coda 2\" _"] {
        let score = plays("0-3 0-1 4", &[&bars[..], &[mark]].concat());
        assert!(has(&score, DiagnosticKind::Inferred, "no coda sign"), "{mark}");
    }
    // The sign counts more than the mark.
    plays("0-3 0-1 5", &[&bars[..], &["\"Coda\" _", "coda _"]].concat());
    plays("0-2", &["_", "\"Coda\" _", "_"]);
}

/// Quartets in one file are often numbered through: the da capo of the menuet goes back to the menuet.
#[test]
fn a_da_capo_inside_numbering_that_goes_on_keeps_to_its_movement() {
    // Beethoven's op. 18 no. 4 in small: bars 0-1, menuet 2-3, trio 4-5, finale 6.
    let quartet = [
        "t4 'Allegro' _",
        "_",
        "t3 |: 'Allegretto' _",
        "_ :|",
        "|: 'Trio' _",
        "_ 'Men. D.C.'",
        "t2 'Allegro' _",
    ];
    let score = plays("0-3 2-5 2-3 6", &quartet);
    assert!(has(&score, DiagnosticKind::Inferred, "its own movement began, measure 3"));
    // Op. 18 no. 5: the words stand one bar before the trio's last, whose bar line is plain.
    let early =
        ["t4 _", "_", "t3 'Menuetto' _", "_ :|", "|: 'Trio' _", "'Menuetto D.C.' _", "_", "t2 'Andante' _"];
    plays("0-3 2-6 2-3 7", &early);
    // Op. 132: a fine instead of a trio.
    let fine = [
        "t4 _",
        "_",
        "t3 'Allegro ma non tanto' _",
        "_ 'Fine'",
        "_",
        "_ 'D.C. al Fine' ||",
        "t4 'Molto Adagio' _",
    ];
    plays("0-5 2-3 6", &fine);
}

/// Without a movement that begins behind it, a da capo is one of the whole piece, whatever metres there are on the way.
#[test]
fn a_da_capo_at_the_end_goes_back_to_the_beginning() {
    plays("0-4 0-2", &["t4 'Andante' _", "_", "t3 'Allegro' _ 'Fine'", "_", "_ 'D.C. al Fine' |."]);
    // Nor where only the tempo or only the metre changes behind it.
    for behind in ["'Allegro' _", "t2 _"] {
        plays(
            "0-4 0-2 5",
            &["t4 'Andante' _", "_", "t3 'Allegro' _ 'Fine'", "_", "_ 'D.C. al Fine' ||", behind],
        );
    }
}
