//! What holds for every structure, however absurd.

use proptest::prelude::*;
use segno_syncpoint::playthrough::{Diagnostic, DiagnosticKind};
use segno_syncpoint::policy::MissingTarget;
use segno_syncpoint::{
    Ending, EndingStop, Fraction, Jump, JumpKind, Policy, RepeatEnd, RepeatStart, Structure, UnrollError,
    WrittenBar,
};

use crate::random_structure::{check, structure};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn every_structure_is_unrolled_with_a_reason_for_each_step(bytes in prop::collection::vec(any::<u8>(), 0..240)) {
        let structure = structure(&bytes);
        for (name, policy) in Policy::PRESETS {
            let policy = Policy { max_bars: 20_000, ..policy };
            match structure.unroll(&policy) {
                Ok(playthrough) => {
                    prop_assert_eq!(check(&structure, &policy, &playthrough), Ok(()), "{}", name);
                    let musical = playthrough.musical_bars(&structure);
                    prop_assert_eq!(musical.iter().map(ExactSizeIterator::len).sum::<usize>(), playthrough.len());
                }
                Err(error) => prop_assert_eq!(error, UnrollError::TooManyBars { limit: 20_000 }),
            }
        }
    }

    #[test]
    fn written_plays_every_bar_once(bytes in prop::collection::vec(any::<u8>(), 0..240)) {
        let structure = structure(&bytes);
        let playthrough = structure.unroll(&Policy::WRITTEN).unwrap();
        prop_assert!(playthrough.order().eq(0..structure.bars.len()));
    }
}

fn plain(bars: usize) -> Structure {
    let whole = Fraction::new(4, 4).unwrap();
    Structure { bars: (0..bars).map(|bar| WrittenBar::new((bar + 1).to_string(), whole)).collect() }
}

#[test]
fn runaway_play_counts_are_an_error_at_once() {
    let mut structure = plain(1_000);
    for bar in &mut structure.bars {
        bar.repeat_end = Some(RepeatEnd { plays: u32::MAX, after_jump: None });
    }
    for (name, policy) in Policy::PRESETS {
        if matches!(name, "written" | "minimal" | "partitura") {
            assert!(structure.unroll(&policy).is_ok(), "{name}");
        } else {
            assert_eq!(
                structure.unroll(&policy),
                Err(UnrollError::TooManyBars { limit: policy.max_bars }),
                "{name}"
            );
        }
    }
}

#[test]
fn an_ending_of_a_pass_that_never_comes_does_not_hang() {
    let mut structure = plain(3);
    structure.bars[1].endings.push(Ending {
        numbers: vec![1, 4_000_000_000],
        id: None,
        start: true,
        stop: None,
        staff: None,
    });
    structure.bars[1].repeat_end = Some(RepeatEnd { plays: 2, after_jump: None });
    structure.bars[2].repeat_end = Some(RepeatEnd { plays: u32::MAX, after_jump: None });
    structure.bars[1].jumps.push(da_capo());
    for (_, policy) in Policy::PRESETS {
        let _ = structure.unroll(&policy);
    }
}

#[test]
fn as_many_bars_as_the_policy_allows() {
    for (name, policy) in Policy::PRESETS {
        let limited = |max_bars| plain(5).unroll(&Policy { max_bars, ..policy });
        assert_eq!(limited(5).unwrap().len(), 5, "{name}");
        assert_eq!(limited(4), Err(UnrollError::TooManyBars { limit: 4 }), "{name}");
    }
}

#[test]
fn ten_thousands_of_endings_over_one_passage() {
    // Going from one ending to the next on each pass would take 200 million steps, more than a walk may take.
    const ENDINGS: usize = 20_000;
    let mut structure = plain(ENDINGS + 2);
    structure.bars[0].repeat_start = Some(RepeatStart::Printed);
    for (number, bar) in (1_u32..).zip(&mut structure.bars[1..=ENDINGS]) {
        let stop = Some(EndingStop::Stop);
        bar.endings.push(Ending { numbers: vec![number], id: None, start: true, stop, staff: None });
        if (number as usize) < ENDINGS {
            bar.repeat_end = Some(RepeatEnd { plays: 2, after_jump: None });
        }
    }
    let play = structure.unroll(&Policy::CLASSICAL).unwrap();
    let expected = (1..=ENDINGS).flat_map(|ending| [0, ending]).chain([ENDINGS + 1]);
    assert!(play.order().eq(expected));
}

fn da_capo() -> Jump {
    Jump {
        kind: JumpKind::DaCapo,
        to: "start".into(),
        until: "end".into(),
        continue_at: None,
        play_repeats: false,
        passes: Vec::new(),
        staff: None,
    }
}

#[test]
fn what_is_ignored_or_repaired_is_told() {
    let mut structure = plain(5);
    structure.bars[1].repeat_end = Some(RepeatEnd { plays: 2, after_jump: None });
    structure.bars[2].repeat_start = Some(RepeatStart::Printed);
    structure.bars[3].jumps.push(Jump { to: "nowhere".into(), ..da_capo() });
    let playthrough = structure.unroll(&Policy::CLASSICAL).unwrap();
    assert_eq!(
        playthrough.diagnostics(),
        [
            Diagnostic::new(1, DiagnosticKind::RepeatEndWithoutStart { goes_to: 0 }),
            Diagnostic::new(2, DiagnosticKind::RepeatStartWithoutEnd),
            Diagnostic::new(3, DiagnosticKind::JumpTargetMissing),
            Diagnostic::new(3, DiagnosticKind::JumpNotTaken),
        ]
    );
    let strict = Policy { missing_target: MissingTarget::Error, ..Policy::CLASSICAL };
    assert_eq!(structure.unroll(&strict), Err(UnrollError::MissingTarget { bar: 3 }));
    let lenient = Policy { missing_target: MissingTarget::FromStart, ..Policy::CLASSICAL };
    assert!(structure.unroll(&lenient).unwrap().order().eq([0, 1, 0, 1, 2, 3, 0, 1, 2, 3, 4]));
}

/// What the maintainers of MuseScore say of endings where none are usual: they may skip the start of a score, as for
/// an incipit, and without repeats only pass 1 exists.
#[test]
fn an_ending_may_skip_the_start_of_a_score() {
    let mut structure = plain(4);
    structure.bars[0].endings.push(Ending {
        numbers: vec![3],
        id: None,
        start: true,
        stop: None,
        staff: None,
    });
    structure.bars[0].endings[0].stop = Some(EndingStop::Stop);
    let order =
        |structure: &Structure| structure.unroll(&Policy::MUSESCORE).unwrap().order().collect::<Vec<_>>();
    assert_eq!(order(&structure), [1, 2, 3]);
    structure.bars[2].repeat_end = Some(RepeatEnd { plays: 2, after_jump: None });
    assert_eq!(order(&structure), [1, 2, 1, 2, 3], "pass 3 never comes");
    structure.bars[0].endings[0].numbers = vec![2];
    assert_eq!(order(&structure), [1, 2, 0, 1, 2, 3]);
}

#[test]
fn as_many_bars_as_the_limit_says() {
    let bar = WrittenBar::new("1", Fraction::new(4, 4).unwrap());
    let structure = Structure { bars: vec![bar; 5] };
    let limited = |max_bars| Policy { max_bars, ..Policy::CLASSICAL };
    assert_eq!(structure.unroll(&limited(5)).unwrap().len(), 5);
    assert_eq!(structure.unroll(&limited(4)), Err(UnrollError::TooManyBars { limit: 4 }));
}
