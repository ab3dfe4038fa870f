//! What unrolling tells of the signs of a page, and what must not change the order of its bars.

use proptest::prelude::*;
use segno_syncpoint::playthrough::DiagnosticKind;
use segno_syncpoint::policy::Sections;
use segno_syncpoint::{Ending, EndingStop, Fraction, Policy, Structure, WrittenBar};

use crate::endings::{played, plays, structure};
use crate::random_structure;
use crate::repeats::cases;

/// The diagnostics as bar and code: `1 RepeatEndWithoutStart, 2 BarNeverPlayed`.
fn told(structure: &Structure, policy: &Policy) -> String {
    let playthrough = structure.unroll(policy).unwrap();
    let told = playthrough.diagnostics().iter();
    told.map(|found| format!("{} {}", found.bar, found.kind.code())).collect::<Vec<_>>().join(", ")
}

#[track_caller]
fn tells(expected: &str, bars: &[&str]) {
    assert_eq!(told(&structure(bars), &Policy::CLASSICAL), expected, "{bars:?}");
}

#[test]
fn signs_in_order_are_not_told() {
    for bars in [
        &["_", "_"][..],
        &["|: _", "_ :|", "_"],
        &["|: _", "_ :|x3"],
        &["|: _", "[1 _ ] :|", "[2 _ ]-", "_"],
        &["|: _", "[1,2 _ ] :|x3", "[3 _ ]"],
        &["_ fine", "_ DC-fine"],
        &["_", "segno _ fine", "_ DS-fine"],
        &["segno _ tocoda", "_ DS-coda", "coda _"],
        &["_", "[1 _ ]", "[2 _ fine ]", "_", "_ DC-fine"],
        &["|: _", "[1 _ ] :|", "[2 _ fine ]-", "_ DC-fine"],
    ] {
        tells("", bars);
    }
}

#[test]
fn repeats_are_told() {
    tells("1 RepeatEndWithoutStart", &["_", "_ :|", "_"]);
    tells("1 RepeatEndWithoutStart, 3 RepeatEndWithoutStart", &["_", "_ :|", "_", "_ :|"]);
    tells("3 RepeatEndWithoutStart", &["|: _", "_ :|", "_", "_ :|"]);
    tells("1 RepeatStartWithoutEnd", &["_", "|: _", "_"]);
    tells("0 RepeatStartWithoutEnd", &["|: _", "|: _", "_ :|"]);
    tells("1 RepeatEndWithoutRepeat", &["|: _", "_ :|x1"]);
    tells("1 RepeatEndWithoutRepeat", &["|: _", "_ :|x0"]);
    tells("", &["|: _", "_ :|x2"]);
    let repeat = structure(&["|: _", "_ :|", "_"]);
    assert_eq!(told(&repeat, &Policy::MINIMAL_PATH), "1 RepeatEndNotTaken");
    assert_eq!(told(&repeat, &Policy::WRITTEN), "1 RepeatEndNotTaken");
    assert_eq!(told(&structure(&["|: _", "_ :|x1"]), &Policy::WRITTEN), "1 RepeatEndWithoutRepeat");
    let starts = structure(&["_", "_ :|", "_", "_ :|"]).unroll(&Policy::CLASSICAL).unwrap();
    let kinds: Vec<DiagnosticKind> = starts.diagnostics().iter().map(|found| found.kind).collect();
    let goes_to = |goes_to| DiagnosticKind::RepeatEndWithoutStart { goes_to };
    assert_eq!(kinds, [goes_to(0), goes_to(2)]);
}

#[test]
fn endings_are_told() {
    tells("1 EndingWithoutRepeat", &["_", "[1 _ ]", "_"]);
    tells("1 EndingWithoutRepeat, 2 EndingWithoutRepeat", &["_", "[1 _ ]", "[2 _ ]-", "_"]);
    tells("2 EndingRenumbered", &["|: _", "[1 _ ] :|", "[1 _ ]-"]);
    tells("1 EndingRenumbered, 2 EndingRenumbered", &["|: _", "[2 _ ] :|", "[1 _ ]-"]);
    tells("3 EndingRenumbered", &["|: _", "[1 _ ] :|", "[2 _ ] :|", "[2 _ ]-"]);
    let renumbered = structure(&["|: _", "[2 _ ] :|", "[1 _ ]-"]).unroll(&Policy::CLASSICAL).unwrap();
    let kinds: Vec<DiagnosticKind> = renumbered.diagnostics().iter().map(|found| found.kind).collect();
    let pass = |pass| DiagnosticKind::EndingRenumbered { pass };
    assert_eq!(kinds, [pass(1), pass(2)]);
    let late = structure(&["|: _", "[1 _ ] :|", "[3 _ ]", "_"]);
    assert_eq!(told(&late, &Policy::MUSESCORE_3_2), "2 EndingNeverPlayed, 2 BarNeverPlayed");
    assert_eq!(told(&late, &Policy::CLASSICAL), "");
}

#[test]
fn jumps_and_markers_are_told() {
    tells("1 JumpTargetMissing, 1 JumpNotTaken", &["_", "_ DS"]);
    tells("1 JumpUntilMissing", &["_", "_ DC-fine"]);
    tells("1 JumpUntilMissing, 1 JumpCodaMissing", &["_", "_ DC-coda"]);
    tells("1 JumpCodaMissing", &["_ tocoda", "_ DC-coda"]);
    tells("1 JumpTargetMissing, 1 JumpUntilMissing, 1 JumpNotTaken", &["_", "_ DS-fine"]);
    for sign in ["segno _", "coda _", "_ fine", "_ tocoda"] {
        tells("1 MarkerWithoutEffect", &["_", sign]);
        // Used by none of the jumps there are.
        tells("0 MarkerWithoutEffect", &[sign, "_ DC", "_"]);
    }
    tells("2 MarkerWithoutEffect", &["segno _", "_ DS", "coda _"]);
    tells("2 BarNeverPlayed", &["_ fine", "_ DC-fine", "_"]);
    tells("2 BarNeverPlayed, 3 BarNeverPlayed", &["_ fine", "_ DC-fine", "_", "_"]);
    let jump = structure(&["_", "_ DC"]);
    assert_eq!(told(&jump, &Policy::WRITTEN), "1 JumpNotTaken");
    assert_eq!(told(&jump, &Policy::CLASSICAL), "");
}

fn plain(bars: usize) -> Structure {
    let whole = Fraction::new(4, 4).unwrap();
    Structure { bars: (0..bars).map(|bar| WrittenBar::new((bar + 1).to_string(), whole)).collect() }
}

fn ending(number: u32, id: Option<&str>, start: bool, stop: Option<EndingStop>) -> Ending {
    Ending { numbers: vec![number], id: id.map(str::to_owned), start, stop, staff: None }
}

#[test]
fn brackets_by_their_names() {
    let brackets = |second: Ending| {
        let mut structure = plain(4);
        structure.bars[1].endings.push(ending(1, Some("a"), true, None));
        structure.bars[2].endings.push(second);
        told(&structure, &Policy::CLASSICAL)
    };
    // Goes on; begins anew; goes on with another that began nowhere.
    assert_eq!(brackets(ending(1, Some("a"), false, None)), "1 EndingWithoutRepeat");
    assert_eq!(brackets(ending(1, Some("a"), true, None)), "1 EndingWithoutRepeat, 2 EndingWithoutRepeat");
    for other in
        [ending(1, Some("b"), false, None), ending(1, None, false, None), ending(2, Some("a"), false, None)]
    {
        assert_eq!(brackets(other), "1 EndingWithoutRepeat, 2 EndingWithoutStart, 2 EndingWithoutRepeat");
    }
    let mut closed = plain(4);
    closed.bars[1].endings.push(ending(1, None, true, Some(EndingStop::Stop)));
    closed.bars[2].endings.push(ending(1, None, false, None));
    assert_eq!(
        told(&closed, &Policy::CLASSICAL),
        "1 EndingWithoutRepeat, 2 EndingWithoutStart, 2 EndingWithoutRepeat"
    );
    // Two over one bar, one without a number, copies on a lower staff.
    let mut over = plain(4);
    over.bars[1].endings.extend([ending(1, Some("a"), true, None), ending(2, Some("b"), true, None)]);
    assert_eq!(told(&over, &Policy::CLASSICAL), "1 EndingsOverlap, 1 EndingWithoutRepeat");
    let mut none = plain(4);
    none.bars[1].endings.push(Ending { numbers: Vec::new(), ..ending(1, None, true, None) });
    assert_eq!(told(&none, &Policy::CLASSICAL), "1 EndingWithoutNumbers");
    let copy = |number, start| Ending { staff: Some(2), ..ending(number, None, start, None) };
    let copied = |number, start| {
        let mut structure = plain(4);
        structure.bars[1].endings.extend([ending(1, None, true, None), copy(number, start)]);
        told(&structure, &Policy::CLASSICAL)
    };
    assert_eq!(copied(1, true), "1 EndingWithoutRepeat, 1 StaffCopy");
    assert_eq!(copied(1, false), "1 EndingWithoutRepeat");
    assert_eq!(copied(2, true), "1 EndingsOverlap, 1 EndingWithoutRepeat");
    let mut alone = plain(4);
    alone.bars[1].endings.push(copy(1, true));
    assert_eq!(told(&alone, &Policy::CLASSICAL), "1 EndingWithoutRepeat");
}

/// After a jump, as each repeat sign says.
#[test]
fn repeats_after_a_jump_by_their_signs() {
    let with = |bars: &[&str], says: &[(usize, Option<bool>)]| {
        let mut structure = structure(bars);
        for &(bar, after_jump) in says {
            structure.bars[bar].repeat_end.as_mut().unwrap().after_jump = after_jump;
        }
        let order: Vec<usize> = structure.unroll(&Policy::CLASSICAL).unwrap().order().collect();
        order
    };
    let plain = ["|: _", "_ :|", "_ DC"];
    assert_eq!(with(&plain, &[(1, Some(true))]), [0, 1, 0, 1, 2, 0, 1, 0, 1, 2]);
    assert_eq!(with(&plain, &[(1, Some(false))]), [0, 1, 0, 1, 2, 0, 1, 2]);
    assert_eq!(with(&plain, &[(1, None)]), [0, 1, 0, 1, 2, 0, 1, 2]);
    let endings = ["|: _", "[1 _ ] :|", "[2 _ ]-", "_ DC"];
    assert_eq!(with(&endings, &[(1, Some(true))]), [0, 1, 0, 2, 3, 0, 1, 0, 2, 3]);
    assert_eq!(with(&endings, &[(1, Some(false))]), [0, 1, 0, 2, 3, 0, 2, 3]);
    let three = ["|: _", "[1 _ ] :|", "[2 _ ] :|", "[3 _ ]-", "_ DC"];
    assert_eq!(with(&three, &[(1, Some(true)), (2, Some(true))]), [0, 1, 0, 2, 0, 3, 4, 0, 1, 0, 2, 0, 3, 4]);
    // Of two passages only the one whose sign says so.
    let two = ["|: _ :|", "|: _ :|", "_ DC"];
    assert_eq!(with(&two, &[(0, Some(true)), (1, None)]), [0, 0, 1, 1, 2, 0, 0, 1, 2]);
    assert_eq!(with(&two, &[(0, None), (1, Some(true))]), [0, 0, 1, 1, 2, 0, 1, 1, 2]);
}

#[test]
fn forms_of_repeats() {
    // Endings behind a repeat that is done, with music between: from behind that repeat.
    plays("0-1 0-3 2 4", &["_", "_ :|", "_", "[1 _ ] :|", "[2 _ ]-"]);
    // Right behind it they are its own.
    plays("0-1 0 2-3", &["_", "[1 _ ] :|", "[2 _ ]-", "_"]);
    // One inside another, and one behind the other.
    plays("0-1 1-2 0-1 1-2", &["|: _", "|: _ :|", "_ :|"]);
    plays("0-2 1-2 1-3 0-2 1-2 1-4", &["|: _", "|: _", "_ :|x3", "_ :|", "_"]);
    plays("0-1 1-2 2", &["_", "|: _ :|", "_ :|"]);
    plays("0 0-1 1-2", &["|: _ :|", "|: _ :|", "_"]);
    plays("0-1 0-3 2-4 4", &["|: _", "_ :|", "|: _", "_ :|", "_ :|"]);
    let inner = ["|: _", "|: _ :|", "_ :|"];
    assert_eq!(played(&inner, &Policy::MUSESCORE), "0-1 1-2 1-2");
    // Without a forward sign: back to the last one, to behind the last repeat, or to the start.
    let unmatched = ["_", "|: _", "_ :|", "_ :|"];
    assert_eq!(played(&unmatched, &Policy::MUSESCORE), "0-2 1-3 1-3");
    assert_eq!(played(&unmatched, &Policy::CLASSICAL), "0-2 1-3 3");
    // A section ends: nothing goes back across it.
    plays("0-1 1-3 3", &["_ //", "_ :|", "_ //", "_ :|"]);
    assert_eq!(played(&["_ //", "_ :|"], &Policy::GUITAR_PRO), "0-1 0-1", "where sections count for nothing");
}

#[test]
fn what_is_missing_by_policy() {
    let (until, coda) = (["_", "_ DC-fine"], ["_ tocoda", "_ DC-coda"]);
    assert_eq!(played(&until, &Policy::MUSESCORE_3_2), "0-1");
    assert_eq!(played(&coda, &Policy::MUSESCORE_3_2), "0-1");
    assert_eq!(played(&until, &Policy::MUSESCORE), "0-1 0-1");
    assert_eq!(played(&coda, &Policy::MUSESCORE), "0-1 0");
    // One that is missing is passed by.
    assert_eq!(played(&coda, &Policy::GUITAR_PRO), "0-1 0-1");
    // Nothing without the place to go to, or from the start.
    let segno = ["_", "_ DS"];
    assert_eq!(played(&segno, &Policy::CLASSICAL), "0-1");
    use segno_syncpoint::UnrollError;
    use segno_syncpoint::policy::MissingTarget;
    let with = |bars: &[&str], missing_target| {
        structure(bars).unroll(&Policy { missing_target, ..Policy::CLASSICAL }).map(|play| play.len())
    };
    assert_eq!(with(&segno, MissingTarget::FromStart), Ok(4));
    for bars in [&until, &coda, &segno] {
        assert_eq!(with(bars, MissingTarget::Error), Err(UnrollError::MissingTarget { bar: 1 }), "{bars:?}");
    }
    assert_eq!(with(&["_ fine", "_ DC-fine"], MissingTarget::Error), Ok(3));
    assert_eq!(with(&["segno _ tocoda", "_ DS-coda", "coda _"], MissingTarget::Error), Ok(4));
}

#[test]
fn across_sections() {
    // The fine stands in the section before, so that the da capo means its start.
    plays("0-2 0", &["_ fine", "_ //", "_ DC-fine"]);
    plays("0-3 1", &["_ //", "_ fine", "_ //", "_ DC-fine"]);
    plays("0-2 1", &["_ //", "_ fine", "_ DC-fine"]);
    plays("0-3 1-2", &["_", "segno _", "_ fine //", "_ DS-fine"]);
    // Its own section comes first, and only the one before is looked into.
    plays("0-3 2", &["_", "_ fine //", "_ fine", "_ DC-fine"]);
    plays("0-3", &["segno _ //", "_ //", "_", "_ DS"]);
    assert_eq!(played(&["_", "segno _", "_ fine //", "_ DS-fine"], &Policy::MUSESCORE), "0-3");
}

/// A part ends before the bar of the jump, at or behind its target.
#[test]
fn where_a_part_may_end() {
    use segno_syncpoint::{Marker, MarkerKind, Place, Step};
    let with = |bars: &[&str], ends: &[usize]| {
        let mut structure = structure(bars);
        for &bar in ends {
            let (label, at) = ("part-end".to_owned(), Place::End);
            structure.bars[bar].markers.push(Marker { kind: MarkerKind::PartEnd, label, at, staff: None });
        }
        let play = structure.unroll(&Policy::CLASSICAL).unwrap();
        let last = play.bars().last().map(|bar| bar.step);
        (play.order().collect::<Vec<_>>(), last)
    };
    let bars = ["_", "_", "_ DC", "_"];
    assert_eq!(with(&bars, &[0]), (vec![0, 1, 2, 0, 3], Some(Step::Coda { from: 0 })));
    assert_eq!(with(&bars, &[1]), (vec![0, 1, 2, 0, 1, 3], Some(Step::Coda { from: 1 })));
    assert_eq!(with(&bars, &[2]), (vec![0, 1, 2, 0, 1, 2, 3], Some(Step::Next)));
    assert_eq!(with(&bars, &[3]), (vec![0, 1, 2, 0, 1, 2, 3], Some(Step::Next)));
    let from_sign = ["_", "segno _", "_", "_ DS", "_"];
    assert_eq!(with(&from_sign, &[0]).0, [0, 1, 2, 3, 1, 2, 3, 4]);
    assert_eq!(with(&from_sign, &[1]).0, [0, 1, 2, 3, 1, 4]);
    assert_eq!(with(&from_sign, &[0, 2]).0, [0, 1, 2, 3, 1, 2, 4]);
}

/// MusicXML `time-only`: the passes on which a jump is taken.
#[test]
fn jumps_that_name_their_passes() {
    let with = |bars: &[&str], passes: &[u32]| {
        let mut structure = structure(bars);
        for bar in &mut structure.bars {
            bar.jumps.iter_mut().for_each(|jump| jump.passes = passes.to_vec());
        }
        structure.unroll(&Policy::CLASSICAL).unwrap().order().collect::<Vec<_>>()
    };
    assert_eq!(with(&["_", "_ DC", "_"], &[1]), [0, 1, 0, 1, 2]);
    assert_eq!(with(&["_", "_ DC", "_"], &[2]), [0, 1, 2]);
    assert_eq!(with(&["|: _", "_ :| DC", "_"], &[1]), [0, 1, 0, 1, 2]);
    assert_eq!(with(&["|: _", "_ :| DC", "_"], &[2]), [0, 1, 0, 1, 0, 1, 2]);
    assert_eq!(with(&["|: _", "_ :|x3 DC", "_"], &[2]), [0, 1, 0, 1, 0, 1, 2]);
    assert_eq!(with(&["|: _", "_ :| DC", "_"], &[3]), [0, 1, 0, 1, 2]);
    assert_eq!(with(&["|: _", "_ :| DC", "_"], &[]), [0, 1, 0, 1, 0, 1, 2]);
    // Behind the repeat it counts how often the bar was played.
    assert_eq!(with(&["|: _ :|", "_ DC", "_"], &[1]), [0, 0, 1, 0, 1, 2]);
    assert_eq!(with(&["|: _ :|", "_ DC", "_"], &[2]), [0, 0, 1, 2]);
}

/// A copy on a lower staff changes nothing, and is told.
fn copied(structure: &Structure) -> Structure {
    let mut copied = structure.clone();
    for bar in &mut copied.bars {
        let (markers, jumps, endings) = (bar.markers.clone(), bar.jumps.clone(), bar.endings.clone());
        bar.markers.extend(markers.into_iter().filter(|sign| sign.staff.is_none()).map(|mut sign| {
            sign.staff = Some(2);
            sign
        }));
        bar.jumps.extend(jumps.into_iter().filter(|sign| sign.staff.is_none()).map(|mut sign| {
            sign.staff = Some(2);
            sign
        }));
        bar.endings.extend(endings.into_iter().filter(|sign| sign.staff.is_none()).map(|mut sign| {
            sign.staff = Some(2);
            sign
        }));
    }
    copied
}

#[test]
fn copies_on_lower_staves() {
    for bars in [
        &["|: _", "[1 _ ] :|", "[2 _ fine ]-", "_ DC-fine"][..],
        &["segno _ tocoda", "_ DS-coda", "coda _"],
        &["_", "segno _ fine", "_ DS-fine"],
        &["|: _", "[1 _ ] :|", "[2 _ ]", "[3 _ ]", "[4 _ ]", "_ DC"],
    ] {
        let written = structure(bars);
        let play = copied(&written).unroll(&Policy::CLASSICAL).unwrap();
        assert!(play.order().eq(written.unroll(&Policy::CLASSICAL).unwrap().order()), "{bars:?}");
        let mut expected: Vec<usize> = written
            .bars
            .iter()
            .enumerate()
            .filter(|(_, bar)| {
                !bar.markers.is_empty()
                    || !bar.jumps.is_empty()
                    || bar.endings.iter().any(|ending| ending.start)
            })
            .map(|(index, _)| index)
            .collect();
        expected.dedup();
        let told: Vec<(usize, &str)> =
            play.diagnostics().iter().map(|found| (found.bar, found.kind.code())).collect();
        assert_eq!(told, expected.iter().map(|&bar| (bar, "StaffCopy")).collect::<Vec<_>>(), "{bars:?}");
    }
    // What stands on the lower staff alone, or says something else there, is no copy.
    let mut other = structure(&["segno _", "_ DS"]);
    other.bars[0].markers[0].staff = Some(2);
    assert_eq!(told(&other, &Policy::CLASSICAL), "");
    let mut second = structure(&["segno _ fine", "_ DS"]);
    second.bars[0].markers[1].staff = Some(2);
    assert_eq!(told(&second, &Policy::CLASSICAL), "0 MarkerWithoutEffect");
    let mut named = structure(&["segno _", "_ DS"]);
    let mut sign = named.bars[0].markers[0].clone();
    (sign.staff, sign.label) = (Some(2), "other".to_owned());
    named.bars[0].markers.push(sign);
    assert_eq!(told(&named, &Policy::CLASSICAL), "0 MarkerWithoutEffect");
    for change in 0..3 {
        let mut jumps = structure(&["segno _ fine", "_ DS", "_"]);
        let mut jump = jumps.bars[1].jumps[0].clone();
        jump.staff = Some(2);
        match change {
            0 => jump.to = "start".to_owned(),
            1 => jump.until = "fine".to_owned(),
            _ => jump.continue_at = Some("coda".to_owned()),
        }
        jumps.bars[1].jumps.push(jump);
        assert!(!told(&jumps, &Policy::CLASSICAL).contains("StaffCopy"), "{change}");
    }
}

/// A movement before or behind a piece changes nothing in it; nor do copies of its signs.
fn stays(structure: &Structure) -> Result<(), TestCaseError> {
    for (name, policy) in Policy::PRESETS {
        let policy = Policy { max_bars: 2_000, ..policy };
        let Ok(own) = structure.unroll(&policy) else { continue };
        let order: Vec<usize> = own.order().collect();
        let roomy = Policy { max_bars: 2_001, ..policy };
        let copy = copied(structure).unroll(&policy).map(|play| play.order().collect::<Vec<_>>());
        prop_assert_eq!(copy.as_ref(), Ok(&order), "{} with copies", name);
        if policy.sections == Sections::Ignore {
            continue;
        }
        let mut before = structure.clone();
        before.bars.insert(0, WrittenBar { section_break: true, ..plain(1).bars[0].clone() });
        let play = before.unroll(&roomy).unwrap();
        let later: Vec<usize> = core::iter::once(0).chain(order.iter().map(|bar| bar + 1)).collect();
        prop_assert_eq!(play.order().collect::<Vec<_>>(), later, "{} behind a movement", name);
        let told = |play: &segno_syncpoint::Playthrough, by: usize| {
            let told = play.diagnostics().iter();
            told.map(|found| {
                let kind = match found.kind {
                    DiagnosticKind::RepeatEndWithoutStart { goes_to } => {
                        DiagnosticKind::RepeatEndWithoutStart { goes_to: goes_to + by }
                    }
                    kind => kind,
                };
                (found.bar + by, kind)
            })
            .collect::<Vec<_>>()
        };
        prop_assert_eq!(told(&play, 0), told(&own, 1), "{} behind a movement", name);
        let mut behind = structure.clone();
        if let Some(last) = behind.bars.last_mut() {
            last.section_break = true;
        }
        behind.bars.extend(plain(1).bars);
        let play = behind.unroll(&roomy).unwrap();
        let longer: Vec<usize> = order.iter().copied().chain([structure.bars.len()]).collect();
        prop_assert_eq!(play.order().collect::<Vec<_>>(), longer, "{} before a movement", name);
        prop_assert_eq!(told(&play, 0), told(&own, 0), "{} before a movement", name);
    }
    Ok(())
}

#[test]
fn published_forms_stay_as_they_are_beside_other_movements() {
    for case in cases() {
        stays(&case.structure().unwrap()).unwrap_or_else(|error| panic!("{}: {error}", case.id));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn forms_stay_as_they_are_beside_other_movements(bytes in prop::collection::vec(any::<u8>(), 0..120)) {
        stays(&random_structure::structure(&bytes))?;
    }
}
