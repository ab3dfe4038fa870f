//! Played bars and written bars, both ways.

use segno_syncpoint::{
    Fraction, PassChoice, Policy, RepeatEnd, RepeatStart, Step, Structure, UnmappedReason, WrittenBar,
};

use crate::repeats::cases;

fn plain(bars: usize) -> Structure {
    let whole = Fraction::new(4, 4).unwrap();
    Structure { bars: (0..bars).map(|bar| WrittenBar::new((bar + 1).to_string(), whole)).collect() }
}

fn repeat(structure: &mut Structure, first: usize, last: usize) {
    structure.bars[first].repeat_start = Some(RepeatStart::Printed);
    structure.bars[last].repeat_end = Some(RepeatEnd { plays: 2, after_jump: None });
}

#[test]
fn every_played_bar_is_one_pass_of_one_written_bar() {
    for case in cases() {
        let structure = case.structure().unwrap();
        for (name, policy) in Policy::PRESETS {
            let playthrough = structure.unroll(&policy).unwrap();
            let mut seen = 0;
            for written in 0..structure.bars.len() {
                for (index, &played) in playthrough.passes_of(written).iter().enumerate() {
                    let bar = playthrough.bars()[played];
                    assert_eq!((bar.written, bar.pass as usize), (written, index + 1), "{} {name}", case.id);
                    assert_eq!(playthrough.played(written, bar.pass), Some(played));
                    seen += 1;
                }
            }
            assert_eq!(seen, playthrough.len(), "{} {name}", case.id);
        }
    }
}

#[test]
fn musical_bars_merge_what_the_page_splits() {
    let mut checked = 0;
    for case in cases() {
        let Some(expected) = &case.musical else { continue };
        let structure = case.structure().unwrap();
        let playthrough = structure.unroll(&Policy::named(&case.policy).unwrap()).unwrap();
        let order: Vec<usize> = playthrough.order().collect();
        let found: Vec<Vec<usize>> =
            playthrough.musical_bars(&structure).into_iter().map(|range| order[range].to_vec()).collect();
        assert_eq!(&found, expected, "{}", case.id);
        checked += 1;
    }
    assert_eq!(checked, 2);
}

/// Parts of a bar in the metre that they share, up to its full length and no farther.
#[test]
fn which_bars_are_one() {
    // Quarters that each bar holds, of 4 or, where a 3 stands before them, of 3.
    let groups = |bars: &[(u32, u32)]| {
        let bar = |(index, &(metre, quarters)): (usize, &(u32, u32))| {
            let mut bar = WrittenBar::new(index.to_string(), Fraction::new(metre, 4).unwrap());
            bar.actual = Some(Fraction::new(quarters, 4).unwrap()).filter(|_| metre != quarters);
            bar
        };
        let structure = Structure { bars: bars.iter().enumerate().map(bar).collect() };
        let play = structure.unroll(&Policy::CLASSICAL).unwrap();
        play.musical_bars(&structure).iter().map(ExactSizeIterator::len).collect::<Vec<_>>()
    };
    assert_eq!(groups(&[(4, 3), (4, 1), (4, 4)]), [2, 1]);
    assert_eq!(groups(&[(4, 1), (4, 1), (4, 2), (4, 2), (4, 2)]), [3, 2]);
    assert_eq!(groups(&[(4, 1), (4, 4), (4, 3)]), [1, 1, 1]);
    assert_eq!(groups(&[(4, 3), (4, 2), (4, 2)]), [1, 2]);
    assert_eq!(groups(&[(4, 3), (3, 1), (4, 1)]), [1, 1, 1]);
    assert_eq!(groups(&[(4, 2), (4, 0), (4, 2)]), [1, 1, 1]);
    assert_eq!(groups(&[(4, 0), (4, 4), (4, 0), (4, 1), (4, 3)]), [1, 1, 1, 2]);
    assert_eq!(groups(&[(4, 5), (4, 3)]), [1, 1]);
    assert_eq!(groups(&[(4, 4), (4, 2)]), [1, 1]);
}

#[test]
fn endings_and_steps_are_told() {
    let case = cases().into_iter().find(|case| case.id == "musescore-repeat06").unwrap();
    let playthrough = case.structure().unwrap().unroll(&Policy::MUSESCORE).unwrap();
    let told: Vec<_> =
        playthrough.bars().iter().map(|bar| (bar.written, bar.pass, bar.ending, bar.step)).collect();
    assert_eq!(
        told,
        [
            (0, 1, None, Step::Start),
            (1, 1, None, Step::Next),
            (2, 1, Some(1), Step::Next),
            (1, 2, None, Step::Repeat { end: 2 }),
            (3, 1, Some(2), Step::Skip),
            (4, 1, None, Step::Next),
            (5, 1, None, Step::Next),
        ]
    );
}

#[test]
fn a_click_on_the_page_finds_the_pass_that_is_meant() {
    let mut structure = plain(6);
    repeat(&mut structure, 1, 2);
    // 0 1 2 1 2 3 4 5
    let playthrough = structure.unroll(&Policy::CLASSICAL).unwrap();
    assert_eq!(playthrough.passes_of(1), [1, 3]);
    assert_eq!(playthrough.passes_of(77), [0_usize; 0]);
    assert_eq!(playthrough.choose(1, PassChoice::First), Some(1));
    assert_eq!(playthrough.choose(1, PassChoice::Last), Some(3));
    assert_eq!(playthrough.choose(1, PassChoice::Pass(2)), Some(3));
    assert_eq!(playthrough.choose(1, PassChoice::Pass(3)), None);
    assert_eq!(playthrough.choose(1, PassChoice::Nearest(7.0)), Some(3));
    assert_eq!(playthrough.choose(1, PassChoice::Nearest(0.0)), Some(1));
    assert_eq!(playthrough.choose(1, PassChoice::Next(2)), Some(3));
    assert_eq!(playthrough.choose(1, PassChoice::Next(4)), Some(1));
    // Two seconds a bar: the passes begin at 2 s and 6 s.
    let start = |played: usize| 2.0 * f64::from(u32::try_from(played).unwrap());
    assert_eq!(playthrough.nearest_in_time(1, 3.9, start), Some(1));
    assert_eq!(playthrough.nearest_in_time(1, 4.1, start), Some(3));
    assert_eq!(playthrough.nearest_in_time(1, f64::NAN, start), Some(1));
}

#[test]
fn an_inserted_repeat_moves_what_follows() {
    let before = plain(4).unroll(&Policy::CLASSICAL).unwrap();
    let mut structure = plain(4);
    repeat(&mut structure, 1, 2);
    let after = structure.unroll(&Policy::CLASSICAL).unwrap();
    let remapped = before.remap(&after, 0..=4, Some);
    assert_eq!(remapped.kept, [0, 1, 2]);
    assert_eq!(remapped.moved, [(3, 5), (4, 6)], "bar 3 and the end move by the two bars of the repeat");
    assert!(remapped.unmapped.is_empty());
    assert_eq!(remapped.new_bar(3), Some(5));
    let back = after.remap(&before, 0..=6, Some);
    assert_eq!(back.moved, [(5, 3), (6, 4)]);
    assert_eq!(
        back.unmapped.iter().map(|unmapped| (unmapped.played, unmapped.reason)).collect::<Vec<_>>(),
        [(3, UnmappedReason::PassGone), (4, UnmappedReason::PassGone)]
    );
}

#[test]
fn a_deleted_bar_and_a_bar_beyond_the_end_are_lost() {
    let (before, after) =
        (plain(4).unroll(&Policy::WRITTEN).unwrap(), plain(3).unroll(&Policy::WRITTEN).unwrap());
    let remapped = before.remap(&after, [1, 2, 9], |bar| if bar == 1 { None } else { bar.checked_sub(1) });
    assert_eq!(remapped.moved, [(2, 1)]);
    let unmapped: Vec<_> =
        remapped.unmapped.iter().map(|unmapped| (unmapped.played, unmapped.reason)).collect();
    assert_eq!(unmapped, [(1, UnmappedReason::BarGone), (9, UnmappedReason::BeyondEnd)]);
}

#[test]
fn places_that_would_cross_are_lost_as_few_as_possible() {
    let playthrough = plain(5).unroll(&Policy::WRITTEN).unwrap();
    // The first bar was moved to the end.
    let remapped = playthrough.remap(&playthrough, 0..5, |bar| Some(bar.checked_sub(1).unwrap_or(4)));
    assert_eq!(remapped.moved, [(1, 0), (2, 1), (3, 2), (4, 3)]);
    assert_eq!(remapped.unmapped.len(), 1);
    assert_eq!(remapped.unmapped[0].reason, UnmappedReason::OutOfOrder);
}

/// Of two equally near passes the later; of the next, the bar itself counts.
#[test]
fn choices_at_their_edges() {
    let mut structure = plain(6);
    repeat(&mut structure, 1, 2);
    // 0 1 2 1 2 3 4 5: bar 1 sounds as played bars 1 and 3, whose middles are 1.5 and 3.5.
    let playthrough = structure.unroll(&Policy::CLASSICAL).unwrap();
    for (place, played) in [(2.4, 1), (2.5, 3), (2.6, 3), (1.5, 1), (3.5, 3)] {
        assert_eq!(playthrough.choose(1, PassChoice::Nearest(place)), Some(played), "{place}");
    }
    for (from, played) in [(0, 1), (1, 1), (2, 3), (3, 3), (4, 1)] {
        assert_eq!(playthrough.choose(1, PassChoice::Next(from)), Some(played), "{from}");
    }
}

/// An order that was heard gets the reasons that the score has for it, and none where it has none.
#[test]
fn a_performed_order_is_explained_by_the_score() {
    use segno_syncpoint::{Ending, EndingStop, Jump, JumpKind, Marker, MarkerKind, Place, Playthrough};
    let mut structure = plain(9);
    repeat(&mut structure, 0, 2);
    for (bar, number) in [(2, 1), (3, 2)] {
        let ending = Ending {
            numbers: vec![number],
            id: None,
            start: true,
            stop: Some(EndingStop::Stop),
            staff: None,
        };
        structure.bars[bar].endings.push(ending);
    }
    let marker = |kind, label: &str| Marker { kind, label: label.to_owned(), at: Place::Start, staff: None };
    structure.bars[1].markers.push(marker(MarkerKind::Segno, "segno"));
    structure.bars[4].markers.push(marker(MarkerKind::ToCoda, "tocoda"));
    structure.bars[7].markers.push(marker(MarkerKind::Coda, "coda"));
    structure.bars[6].jumps.push(Jump {
        kind: JumpKind::DalSegno,
        to: "segno".to_owned(),
        until: "tocoda".to_owned(),
        continue_at: Some("coda".to_owned()),
        play_repeats: false,
        passes: Vec::new(),
        staff: None,
    });
    structure.bars[7].section_break = true;
    let heard = [0, 1, 2, 0, 1, 3, 4, 5, 6, 1, 3, 4, 7, 8, 2, 5];
    let played = Playthrough::performed(&structure, heard).unwrap();
    let reasons: Vec<(Step, Option<u32>)> = played.bars().iter().map(|bar| (bar.step, bar.ending)).collect();
    let next = (Step::Next, None);
    assert_eq!(
        reasons,
        [
            (Step::Start, None),
            next,
            (Step::Next, Some(1)),
            (Step::Repeat { end: 2 }, None),
            next,
            (Step::Skip, Some(2)),
            next,
            next,
            next,
            (Step::Jump { from: 6 }, None),
            (Step::Skip, Some(2)),
            next,
            (Step::Coda { from: 4 }, None),
            (Step::Section, None),
            (Step::Break { from: 8 }, Some(1)),
            // Bar 3 is an ending, bar 4 is not: nothing in the score leads over both.
            (Step::Break { from: 2 }, None),
        ]
    );
    assert!(Playthrough::performed(&structure, [0, 9]).is_none());
    assert_eq!(
        played.bars().iter().map(|bar| bar.pass).collect::<Vec<_>>(),
        [1, 1, 1, 2, 2, 1, 1, 1, 1, 3, 2, 2, 1, 1, 2, 2]
    );
}

#[test]
fn how_much_is_played() {
    let play = |bars: &[&str]| crate::endings::structure(bars).unroll(&Policy::CLASSICAL).unwrap();
    let once = play(&["_", "_ :|"]);
    assert_eq!((once.is_empty(), once.len(), once.written_len()), (false, 4, 2));
    let nothing = play(&[]);
    assert_eq!((nothing.is_empty(), nothing.len(), nothing.written_len()), (true, 0, 0));
}
