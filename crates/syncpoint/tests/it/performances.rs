//! Which repeats were taken?

use std::collections::BTreeSet;

use segno_syncpoint::variants::{JumpReading, Observed, Variants, VariantsError};
use segno_syncpoint::{
    Ending, EndingStop, Fraction, Jump, JumpKind, Policy, RepeatEnd, RepeatStart, Step, Structure, WrittenBar,
};

fn plain(bars: usize) -> Structure {
    let whole = Fraction::new(4, 4).unwrap();
    Structure { bars: (0..bars).map(|bar| WrittenBar::new((bar + 1).to_string(), whole)).collect() }
}

fn repeat(structure: &mut Structure, first: usize, last: usize, plays: u32) {
    structure.bars[first].repeat_start = Some(RepeatStart::Printed);
    structure.bars[last].repeat_end = Some(RepeatEnd { plays, after_jump: None });
}

fn ending(number: u32) -> Ending {
    Ending { numbers: vec![number], id: None, start: true, stop: Some(EndingStop::Stop), staff: None }
}

#[test]
fn a_skipped_repeat_takes_the_last_ending() {
    let mut structure = plain(5);
    repeat(&mut structure, 0, 2, 2);
    structure.bars[2].endings.push(ending(1));
    structure.bars[3].endings.push(ending(2));
    // 0 1 2 0 1 3 4, or without the repeat 0 1 3 4.
    let mut variants = Variants::new(&structure, &Policy::CLASSICAL, Observed::Bars(4)).unwrap();
    let best = variants.next().unwrap();
    assert!(best.playthrough.order().eq([0, 1, 3, 4]));
    assert_eq!((best.skipped, best.distance), (vec![2], 0.0));
    assert_eq!(best.playthrough.bars()[0].step, Step::Start);
    assert_eq!(best.playthrough.bars()[2].step, Step::Skip);
    let next = variants.next().unwrap();
    assert!(next.playthrough.order().eq([0, 1, 2, 0, 1, 3, 4]));
    assert_eq!(next.distance, 3.0);
    assert!(variants.next().is_none());
}

#[test]
fn every_variant_comes_once_and_in_order() {
    let mut structure = plain(12);
    repeat(&mut structure, 0, 1, 2);
    repeat(&mut structure, 2, 4, 3);
    repeat(&mut structure, 6, 9, 2);
    let heard = 17;
    let all: Vec<_> = Variants::new(&structure, &Policy::CLASSICAL, Observed::Bars(heard)).unwrap().collect();
    // By hand: passes of 2, 3, 3 and 4 bars may go; the two of 3 bars are alike.
    assert_eq!(all.len(), 2 * 3 * 2);
    let orders: BTreeSet<Vec<usize>> =
        all.iter().map(|variant| variant.playthrough.order().collect()).collect();
    assert_eq!(orders.len(), all.len());
    assert!(all.windows(2).all(|pair| pair[0].distance <= pair[1].distance));
    for variant in &all {
        assert_eq!(variant.distance, variant.playthrough.len().abs_diff(heard) as f64);
        let lost: usize = variant
            .skipped
            .iter()
            .map(|&end| [(1, 2), (4, 3), (9, 4)].iter().find(|of| of.0 == end).unwrap().1)
            .sum();
        assert_eq!(variant.playthrough.len() + lost, 24);
    }
    assert_eq!(all[0].playthrough.len(), 17);
}

#[test]
fn forty_repeats_are_ranked_at_once() {
    let mut structure = plain(0);
    for part in 0..40 {
        let first = structure.bars.len();
        let length = 3 + part % 7;
        structure.bars.extend(plain(length).bars);
        repeat(&mut structure, first, first + length - 1, 2);
    }
    let full = structure.unroll(&Policy::CLASSICAL).unwrap().len();
    let variants = Variants::new(&structure, &Policy::CLASSICAL, Observed::Bars(full - 5)).unwrap();
    let best: Vec<_> = variants.take(100).collect();
    assert_eq!(best.len(), 100);
    // One repeat of five bars is missing: six parts are of that length, and they come first.
    for variant in &best[..6] {
        assert_eq!((variant.distance, variant.skipped.len()), (0.0, 1));
        assert_eq!(variant.playthrough.len(), full - 5);
    }
    assert!(best[6].distance > 0.0);
}

#[test]
fn a_da_capo_may_be_left_out_or_played_with_repeats() {
    let mut structure = plain(6);
    repeat(&mut structure, 0, 1, 2);
    repeat(&mut structure, 2, 3, 2);
    structure.bars[5].jumps.push(Jump {
        kind: JumpKind::DaCapo,
        to: "start".into(),
        until: "end".into(),
        continue_at: None,
        play_repeats: false,
        passes: Vec::new(),
        staff: None,
    });
    let first =
        |bars| Variants::new(&structure, &Policy::CLASSICAL, Observed::Bars(bars)).unwrap().next().unwrap();
    assert_eq!((first(16).jumps, first(16).distance), (JumpReading::AsWritten, 0.0));
    assert_eq!((first(10).jumps, first(10).skipped), (JumpReading::NotTaken, vec![]));
    assert_eq!((first(20).jumps, first(20).skipped), (JumpReading::WithRepeats, vec![]));
}

#[test]
fn durations_tell_repeats_of_equal_length_apart() {
    // Two repeats of two bars, the second in 2/4: only the lengths of the bars tell which was taken.
    let mut structure = plain(5);
    let half = Fraction::new(2, 4).unwrap();
    structure.bars[2].nominal = half;
    structure.bars[3].nominal = half;
    repeat(&mut structure, 0, 1, 2);
    repeat(&mut structure, 2, 3, 2);
    let heard = [2.0, 2.1, 1.0, 1.0, 1.1, 0.9, 2.0];
    let best =
        Variants::new(&structure, &Policy::CLASSICAL, Observed::Durations(&heard)).unwrap().next().unwrap();
    assert!(best.playthrough.order().eq([0, 1, 2, 3, 2, 3, 4]), "{best:?}");
    let error = Variants::new(&structure, &Policy::CLASSICAL, Observed::Durations(&[1.0, 0.0])).unwrap_err();
    assert_eq!(error, VariantsError::Duration { index: 1 });
}

#[test]
fn many_plays_of_one_repeat_are_no_burden() {
    let mut structure = plain(3);
    repeat(&mut structure, 1, 1, 60);
    let all: Vec<_> = Variants::new(&structure, &Policy::CLASSICAL, Observed::Bars(30)).unwrap().collect();
    assert_eq!(all.len(), 60);
    assert_eq!((all[0].playthrough.len(), all[0].skipped.len()), (30, 32));
}

/// Whatever the tempo, bars that last as long as they are written are no sign of another order.
#[test]
fn at_any_tempo_an_even_performance_is_near() {
    let mut structure = plain(8);
    repeat(&mut structure, 0, 3, 2);
    for (index, bar) in structure.bars.iter_mut().enumerate() {
        if index % 4 == 3 {
            bar.nominal = Fraction::new(3, 4).unwrap();
        }
    }
    for order in [vec![0, 1, 2, 3, 4, 5, 6, 7], vec![0, 1, 2, 3, 0, 1, 2, 3, 4, 5, 6, 7]] {
        for whole in [0.9, 2.0, 7.5] {
            let durations: Vec<f64> =
                order.iter().map(|bar| if bar % 4 == 3 { 0.75 * whole } else { whole }).collect();
            let observed = Observed::Durations(&durations);
            let best = Variants::new(&structure, &Policy::CLASSICAL, observed).unwrap().next().unwrap();
            assert!(best.playthrough.order().eq(order.iter().copied()), "{whole}: {:?}", best.skipped);
            assert!(best.distance < 1e-9, "{whole}: {}", best.distance);
        }
    }
}
