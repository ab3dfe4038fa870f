//! Endings, jumps and signs in small forms, each as a performer plays it.

use segno_syncpoint::{
    Ending, EndingStop, Fraction, Jump, JumpKind, Marker, MarkerKind, Place, Policy, RepeatEnd, RepeatStart,
    Structure, WrittenBar,
};

/// A bar as it looks: `|:` and `:|` (`:|x3`), `[1,2` an ending that begins and `]` one that stops (`]-` open), `segno`,
/// `coda`, `tocoda`, `fine`, `DC` and `DS` (`DC-fine`, `DS-coda`), `//` the end of a section.
fn bar(index: usize, text: &str, numbers: &mut Vec<u32>) -> WrittenBar {
    let mut bar = WrittenBar::new((index + 1).to_string(), Fraction::new(4, 4).unwrap());
    let mut ending: Option<Ending> = None;
    let begun = |numbers: &[u32], start| Ending {
        numbers: numbers.to_vec(),
        id: None,
        start,
        stop: None,
        staff: None,
    };
    for token in text.split_whitespace() {
        let marker = |kind, at| Marker { kind, label: token.to_owned(), at, staff: None };
        let plays = |text: &str| text.strip_prefix('x').map_or(2, |plays| plays.parse().unwrap());
        if let Some(times) = token.strip_prefix(":|") {
            bar.repeat_end = Some(RepeatEnd { plays: plays(times), after_jump: None });
        } else if let Some(list) = token.strip_prefix('[') {
            *numbers = list.split(',').map(|number| number.parse().unwrap()).collect();
            ending = Some(begun(numbers, true));
        } else if let Some(how) = token.strip_prefix(']') {
            let stop = if how.is_empty() { EndingStop::Stop } else { EndingStop::Discontinue };
            let mut last = ending.take().unwrap_or_else(|| begun(numbers, false));
            last.stop = Some(stop);
            bar.endings.push(last);
            numbers.clear();
        } else if let Some(until) = token.strip_prefix("DC").or_else(|| token.strip_prefix("DS")) {
            let capo = token.starts_with("DC");
            let (until, continue_at) = match until {
                "-fine" => ("fine", None),
                "-coda" => ("tocoda", Some("coda".to_owned())),
                _ => ("end", None),
            };
            bar.jumps.push(Jump {
                kind: if capo { JumpKind::DaCapo } else { JumpKind::DalSegno },
                to: if capo { "start" } else { "segno" }.to_owned(),
                until: until.to_owned(),
                continue_at,
                play_repeats: false,
                passes: Vec::new(),
                staff: None,
            });
        } else {
            match token {
                "|:" => bar.repeat_start = Some(RepeatStart::Printed),
                "segno" => bar.markers.push(marker(MarkerKind::Segno, Place::Start)),
                "coda" => bar.markers.push(marker(MarkerKind::Coda, Place::Start)),
                "tocoda" => bar.markers.push(marker(MarkerKind::ToCoda, Place::End)),
                "fine" => bar.markers.push(marker(MarkerKind::Fine, Place::End)),
                "//" => bar.section_break = true,
                "_" => {}
                other => panic!("{other}"),
            }
        }
    }
    if let Some(open) = ending {
        bar.endings.push(open);
    } else if !numbers.is_empty() && bar.endings.is_empty() {
        bar.endings.push(begun(numbers, false));
    }
    bar
}

pub(crate) fn structure(bars: &[&str]) -> Structure {
    let mut numbers = Vec::new();
    Structure { bars: bars.iter().enumerate().map(|(index, text)| bar(index, text, &mut numbers)).collect() }
}

/// The played bars as runs: `0-1 0 2`.
pub(crate) fn played(bars: &[&str], policy: &Policy) -> String {
    let order: Vec<usize> = structure(bars).unroll(policy).unwrap().order().collect();
    let run = |run: &[usize]| match run {
        [only] => only.to_string(),
        [first, .., last] => format!("{first}-{last}"),
        [] => String::new(),
    };
    order.chunk_by(|a, b| a + 1 == *b).map(run).collect::<Vec<_>>().join(" ")
}

#[track_caller]
pub(crate) fn plays(expected: &str, bars: &[&str]) {
    assert_eq!(played(bars, &Policy::CLASSICAL), expected, "{bars:?}");
}

#[test]
fn repeats() {
    plays("0-1 0-2", &["_", "_ :|", "_"]);
    plays("0-2 1-3", &["_", "|: _", "_ :|", "_"]);
    plays("0-1 0-1 0-1", &["|: _", "_ :|x3"]);
    plays("0-1 0-3 2-3", &["|: _", "_ :|", "|: _", "_ :|"]);
    // A repeat sign without a forward one goes back to behind the repeat before it.
    plays("0-1 0-3 2-4", &["_", "_ :|", "_", "_ :|", "_"]);
}

#[test]
fn endings_by_number() {
    plays("0-1 0 2-3", &["|: _", "[1 _ ] :|", "[2 _ ]-", "_"]);
    plays("0-1 0-1 0 2-3", &["|: _", "[1,2 _ ] :|x3", "[3 _ ]-", "_"]);
    plays("0-1 0 2 0-1 0 2 0 3", &["|: _", "[1,3 _ ] :|x3", "[2,4 _ ] :|x3", "[5 _ ]-"]);
    plays("0-2 0 3-5", &["|: _", "[1 _", "_ ] :|", "[2 _", "_ ]", "_"]);
    plays("0-2 1 3-4", &["_", "|: _", "[1 _ ] :|", "[2 _ ]-", "_"]);
    // Two passages with endings, one behind the other.
    plays("0-1 0 2-4 3 5", &["|: _", "[1 _ ] :|", "[2 _ ]-", "|: _", "[1 _ ] :|", "[2 _ ]-"]);
}

#[test]
fn da_capo_and_dal_segno() {
    plays("0-3 0-1", &["_", "_ fine", "_", "_ DC-fine"]);
    plays("0-3 1-2", &["_", "segno _", "_ fine", "_ DS-fine"]);
    plays("0-2 0-3", &["_", "_", "_ DC", "_"]);
    plays("0-3 1 4", &["_", "segno _ tocoda", "_", "_ DS-coda", "coda _"]);
    plays("0-2 0 3", &["_ tocoda", "_", "_ DC-coda", "coda _"]);
    // After the jump repeats are not played again, and the last ending is the one.
    plays("0-1 0-3 0-2", &["|: _", "_ :|", "_ fine", "_ DC-fine"]);
    plays("0-1 0 2-4 0 2-3", &["|: _", "[1 _ ] :|", "[2 _ ]-", "_ fine", "_ DC-fine"]);
    // All repeats where the policy says so.
    let bars = ["|: _", "_ :|", "_ fine", "_ DC-fine"];
    assert_eq!(played(&bars, &Policy::MAXIMAL_PATH), "0-1 0-3 0-1 0-2");
    assert_eq!(played(&bars, &Policy::MINIMAL_PATH), "0-3");
    assert_eq!(played(&bars, &Policy::WRITTEN), "0-3");
}

#[test]
fn after_a_jump_the_ending_with_the_sign_is_open() {
    plays("0-1 0 2-3 0-1", &["|: _", "[1 _ fine ] :|", "[2 _ ]-", "_ DC-fine"]);
    plays("0-1 0 2-3 0-1 4", &["|: _", "[1 _ tocoda ] :|", "[2 _ ]-", "_ DC-coda", "coda _"]);
    plays("0-1 0 2 0 3-4 0 2", &["|: _", "[1 _ ] :|", "[2 _ fine ] :|", "[3 _ ]-", "_ DC-fine"]);
    plays("0-2 1 3 1 4 1-2", &["_", "segno |: _", "[1,4 _ fine ] :|x3", "[2 _ ] :|", "[3 _ DS-fine ]"]);
    plays("0-1 0 2-3 0 2", &["|: _", "[1 _ ] :|", "[2 _ fine ]-", "_ DC-fine"]);
    // In a passage on the way to it the last ending is open.
    plays(
        "0-1 0 2-4 3 5-6 0 2-4",
        &["|: _", "[1 _ ] :|", "[2 _ ]-", "|: _", "[1 _ fine ] :|", "[2 _ ]-", "_ DC-fine"],
    );
}

#[test]
fn an_ending_beyond_the_passes_waits_for_the_jump() {
    plays("0-1 0 2 4 0 3", &["|: _", "[1 _ ] :|", "[2 _ ]", "[3 _ fine ]", "_ DC-fine"]);
}

#[test]
fn endings_without_repeat_signs_follow_the_jumps() {
    plays("0-1 3-4 0 2", &["_", "[1 _ ]", "[2 _ fine ]", "_", "_ DC-fine"]);
    plays("0-1 3-4 0 2", &["segno _", "[1 _ ]", "[2 _ fine ]", "_", "_ DS-fine"]);
    plays("0-2 0-1 3", &["_", "_", "[1 _ DC ]", "[2 _ ]-"]);
    plays("0-2 5 0 3-5", &["_", "[1 _", "_ ]", "[2 _", "_ ]-", "_ DC"]);
    plays("0-1 4 0 2 4-5 0 3", &["segno _", "[1 _ ]", "[2 _ ]", "[3 _ fine ]", "_ DS", "_ DS-fine"]);
    plays("0-2 0 2", &["_", "[1 _ ]", "_ DC"]);
    // Without a jump back over them they imply a repeat, from the sign if there is one, or are only brackets.
    plays("0-1 0 2-3", &["_", "[1 _ ]", "[2 _ ]-", "_"]);
    plays("0-2 1-2 1 3-4", &["_", "segno _", "[1,2 _ ]", "[3 _ ]-", "_"]);
    plays("0-2 1 3", &["_", "|: _", "[1 _ ]", "[2 _ ]-"]);
    plays("0-3", &["_", "[2 _ ]", "[3 _ ]-", "_"]);
    plays("0-2", &["_", "[1 _ ]", "_"]);
    plays("0-1 0-2 0-1 3-4", &["_", "_ DC", "[1 _ ]", "[2 _ ]-", "_"]);
}

#[test]
fn a_segno_inside_an_ending_that_is_not_the_last() {
    let bars = ["_", "[1 _", "segno _ ] :|", "[2 _ tocoda ]-", "_ DS-coda", "coda _"];
    plays("0-2 0 3-4 2 0 3 5", &bars);
    assert_eq!(played(&bars, &Policy::MUSESCORE), "0-2 0 3-4 2 0 3 5");
}

/// A fine to which a later jump leads is not the end yet: what stands behind the first jump comes before.
#[test]
fn a_fine_for_two_jumps() {
    use segno_syncpoint::policy::EarlyFine;
    let bars = ["_ fine", "_", "_ DC-fine", "_", "_ DC-fine"];
    plays("0-2 0 3-4 0", &bars);
    assert_eq!(played(&bars, &Policy { early_fine: EarlyFine::End, ..Policy::CLASSICAL }), "0-2 0");
    let segnos = ["_", "segno _ fine", "_ DS-fine", "_", "_ DS-fine"];
    plays("0-2 1 3-4 1", &segnos);
    // The later one leads elsewhere, or stands before the fine.
    plays("0-2 0", &["_ fine", "_", "_ DC-fine", "_", "_"]);
    plays("0-2 0", &["_ fine", "_", "_ DC-fine", "segno _ fine", "_ DS-fine"]);
}

/// In Guitar Pro all signs of a repeat with endings count the same passes, so that the second one has nothing to repeat.
#[test]
fn signs_that_count_the_passes_of_their_passage() {
    let bars = ["|: _", "[1 _ ] :|", "[2 _ ] :|", "_"];
    assert_eq!(played(&bars, &Policy::GUITAR_PRO), "0-1 0 2-3");
    assert_eq!(played(&bars, &Policy::MUSESCORE), "0-1 0 2 0 3");
}

/// Without repeat signs the music is repeated at the end of each ending but the last, and the passes of jumps go through the
/// last ending there is.
#[test]
fn endings_without_repeat_signs() {
    plays("0-1 0 2-3", &["_", "[1 _ ]", "[2 _ ]", "_"]);
    plays("0-1 0 2 0 3-4", &["_", "[1 _ ]", "[2 _ ]", "[3 _ ]", "_"]);
    plays("0-1 0-1 0 2-3", &["_", "[1,2 _ ]", "[3 _ ]", "_"]);
    // One alone is repeated by nothing, and neither are endings that lack a pass.
    plays("0-2", &["_", "[1 _ ]", "_"]);
    plays("0-2", &["_", "[1,2 _ ]", "_"]);
    plays("0-3", &["_", "[1 _ ]", "[3 _ ]", "_"]);
    // Two jumps back make three passes, of which the third has no ending of its own.
    plays("0-1 3 0 2-4 0 2-5", &["segno _", "[1 _ ]", "[2 _ ]", "_ DC", "_ DS", "_"]);
    plays("0-1 4 0 2 4-5 0 3-6", &["segno _", "[1 _ ]", "[2 _ ]", "[3 _ ]", "_ DC", "_ DS", "_"]);
}
