//! Simplifying and ranking, on whatever comes.

use std::collections::HashSet;

use proptest::prelude::*;
use segno_syncpoint::simplify::{Mode, Rules, SimplifyError, best, minimum, minimum_count};
use segno_syncpoint::variants::{Observed, Variants};
use segno_syncpoint::{Policy, SyncMap, Syncpoint};

use crate::random_structure::structure;

/// Positions and times that increase, in steps from tiny to large.
fn increasing(most: usize) -> impl Strategy<Value = (Vec<f64>, Vec<f64>)> {
    let step = prop_oneof![4 => 0.5_f64..2.0, 1 => 1e-6_f64..1e-3, 1 => 10.0_f64..1e3];
    prop::collection::vec((step.clone(), step), 1..most).prop_map(|steps| {
        let (mut place, mut time) = (0.0, 0.0);
        let sums = steps.into_iter().map(|(bars, seconds)| {
            place += bars;
            time += seconds;
            (place, time)
        });
        sums.unzip()
    })
}

/// How far a chain of points is from the given ones at most.
fn distance(x: &[f64], t: &[f64], chain: &[(usize, f64)]) -> f64 {
    let mut worst = 0.0_f64;
    for pair in chain.windows(2) {
        let ((from, start), (to, end)) = (pair[0], pair[1]);
        for at in from..=to {
            let time = start + (x[at] - x[from]) / (x[to] - x[from]) * (end - start);
            worst = worst.max((time - t[at]).abs());
        }
    }
    worst
}

proptest! {
    #[test]
    fn a_simplified_map_keeps_its_promise(
        (x, t) in increasing(40),
        tolerance in prop_oneof![Just(0.0), 1e-6_f64..0.01, 0.01_f64..5.0],
        forced in prop::collection::vec(any::<prop::sample::Index>(), 0..4),
        moves: bool,
    ) {
        let forced: Vec<usize> = forced.iter().map(|index| index.index(x.len())).collect();
        let mode = if moves { Mode::Move } else { Mode::Keep };
        let found = minimum(&x, &t, tolerance, &Rules { mode, forced: &forced }).unwrap();
        let chain: Vec<(usize, f64)> = found.points.iter().map(|point| (point.index, point.time)).collect();
        prop_assert_eq!(chain[0].0, 0);
        prop_assert_eq!(chain[chain.len() - 1].0, x.len() - 1);
        prop_assert!(chain.windows(2).all(|pair| pair[0].0 < pair[1].0));
        prop_assert!(forced.iter().all(|index| chain.iter().any(|point| point.0 == *index)));
        let error = distance(&x, &t, &chain);
        // What is rounded, and no more. The times of both ends of a chord and of a point between are each half a
        // nanosecond off, of which at most two halves add up; the three positions are each off by at most 2^-51 of the
        // largest, which moves the chord's time by at most four times as much, times its slope. On top of that comes what
        // `distance` itself rounds: six operations on numbers up to the largest time.
        let steepest = chain.windows(2).map(|pair| (pair[1].1 - pair[0].1) / (x[pair[1].0] - x[pair[0].0]));
        let positions = 2_f64.powi(-49) * x[x.len() - 1].max(1.0) * steepest.fold(0.0, f64::max);
        let slack = 1e-9 + positions + 6.0 * f64::EPSILON * t[t.len() - 1].max(1.0);
        prop_assert!(error <= tolerance + slack, "{} of {}", error, tolerance);
        prop_assert!((found.max_error - error).abs() < slack, "{} is {}", found.max_error, error);
        let count = minimum_count(&x, &t, tolerance, &forced).unwrap();
        if moves {
            prop_assert!(chain.len() <= count);
        } else {
            prop_assert_eq!(chain.len(), count);
            prop_assert!(chain.iter().all(|(index, time)| t[*index] == *time));
            // With so many points nothing is nearer.
            let nearest = best(&x, &t, count, &Rules { mode, forced: &forced }).unwrap();
            prop_assert!(nearest.points.len() <= count && nearest.max_error <= found.max_error + 2e-9);
        }
    }

    #[test]
    fn numbers_that_are_no_map_are_an_error(
        x in prop::collection::vec(any::<f64>(), 0..12),
        t in prop::collection::vec(any::<f64>(), 0..12),
        tolerance: f64,
        forced in prop::collection::vec(0_usize..14, 0..3),
        moves: bool,
    ) {
        let rules = Rules { mode: if moves { Mode::Move } else { Mode::Keep }, forced: &forced };
        let found = minimum(&x, &t, tolerance, &rules);
        if x.is_empty() {
            prop_assert_eq!(found, Err(SimplifyError::Empty));
        } else if x.len() != t.len() {
            prop_assert_eq!(found, Err(SimplifyError::LengthsDiffer));
        } else if let Ok(found) = found {
            prop_assert!(!found.points.is_empty());
        }
        let _ = (best(&x, &t, 3, &rules), minimum_count(&x, &t, tolerance, &forced));
    }

    #[test]
    fn whole_maps_of_any_points(times in prop::collection::vec(0.01_f64..3.0, 1..30), tolerance in 0.0_f64..1.0, hidden in any::<u32>()) {
        let mut time = 0.0;
        let points: Vec<Syncpoint> = (0_u32..).zip(&times).map(|(bar, step)| {
            time += step;
            Syncpoint::bar_line(bar, time).hidden(bar < 32 && hidden >> bar & 1 == 1)
        }).collect();
        let map = SyncMap::new(points.clone()).unwrap();
        for mode in [Mode::Keep, Mode::Move] {
            let less = map.simplified(tolerance, &Rules { mode, forced: &[] }).unwrap();
            prop_assert!(less.max_error <= tolerance + 2e-9);
            prop_assert!(map.hide_spans().count() == less.map.hide_spans().count());
        }
    }

    #[test]
    fn variants_come_nearest_first_and_once(
        bytes in prop::collection::vec(any::<u8>(), 6..120),
        heard in 1_usize..60,
        durations in prop::option::of(prop::collection::vec(0.2_f64..8.0, 1..40)),
    ) {
        ranked(&bytes, heard, durations.as_deref())?;
    }
}

/// The first variants come nearest first, each order once, and their distances are what they should be.
fn ranked(bytes: &[u8], heard: usize, durations: Option<&[f64]>) -> Result<(), TestCaseError> {
    let structure = structure(bytes);
    let observed = durations.map_or(Observed::Bars(heard), Observed::Durations);
    let policy = Policy { max_bars: 2_000, ..Policy::CLASSICAL };
    let Ok(variants) = Variants::new(&structure, &policy, observed) else { return Ok(()) };
    let (mut before, mut orders) = (0.0, HashSet::new());
    for variant in variants.take(25) {
        prop_assert!(variant.distance >= before - 1e-9, "{} after {}", variant.distance, before);
        before = variant.distance;
        let order: Vec<usize> = variant.playthrough.order().collect();
        prop_assert!(order.iter().all(|bar| *bar < structure.bars.len()));
        if durations.is_none() {
            prop_assert_eq!(variant.distance, order.len().abs_diff(heard) as f64);
        }
        prop_assert!(orders.insert(order));
    }
    Ok(())
}

/// Paths that leave out different passes and play the same bars are too many to walk all of them: their memory had no bound.
#[test]
fn paths_that_play_the_same_bars_are_walked_once() {
    let bytes = [
        138, 54, 121, 84, 99, 202, 11, 246, 4, 154, 137, 91, 240, 7, 224, 75, 115, 59, 27, 163, 73, 218, 195,
        220, 166, 199, 214, 159, 151, 79, 114, 51, 36, 168, 137, 135, 186, 173, 158, 237, 165, 143, 119, 99,
        255, 115, 75, 96, 202, 251, 201, 245, 163, 198, 219, 78, 74, 135, 98, 152, 206, 250, 104, 51, 210, 5,
        191, 113, 231, 27, 159, 71, 140, 161, 219, 110, 39, 156, 229, 87, 14, 214, 237, 106, 243, 234, 43,
        98, 229, 131, 130, 155, 238, 183, 38, 56, 93, 75, 46, 121, 251, 104, 99, 253, 216, 149, 22, 252, 84,
        106, 38, 127,
    ];
    ranked(&bytes, 31, None).unwrap();
}
