//! Beats of bars of all lengths in metres of even and uneven beats, counted eighth by eighth.

use proptest::prelude::*;
use segno_syncpoint::{BarGrid, BeatPlace, BeatUnit, Fraction, GridBar, Metre, MetrePart};

/// Metres over eighths: what is written, and how many eighths each beat has.
const METRES: [(&[u32], &[u32]); 5] =
    [(&[2, 2, 3], &[2, 2, 3]), (&[3, 2], &[3, 2]), (&[6], &[3, 3]), (&[9], &[3, 3, 3]), (&[3], &[1, 1, 1])];

/// A bar as it is written: its metre, and how many eighths it holds.
type Written = (usize, u32);

fn grid(bars: &[Written]) -> BarGrid {
    let bar = |&(metre, eighths): &Written| {
        let groups = METRES[metre].0.to_vec();
        GridBar {
            nominal: Fraction::new(groups.iter().sum(), 8).unwrap(),
            actual: Fraction::new(eighths, 8).unwrap(),
            metre: Metre { parts: vec![MetrePart { groups, unit: 8 }] },
            implicit: false,
        }
    };
    BarGrid { bars: bars.iter().map(bar).collect() }
}

/// The beats in so many eighths from the beginning of a bar on.
fn beats(metre: usize, eighths: u32) -> f64 {
    let mut left = eighths;
    let mut count = 0.0;
    for &beat in METRES[metre].1.iter().cycle() {
        if left < beat {
            return count + f64::from(left) / f64::from(beat);
        }
        left -= beat;
        count += 1.0;
    }
    unreachable!()
}

/// Where each bar begins in the bar of its metre, in eighths.
fn starts(bars: &[Written]) -> Vec<u32> {
    let mut open = 0;
    let mut starts = Vec::new();
    for (index, &(metre, eighths)) in bars.iter().enumerate() {
        let whole: u32 = METRES[metre].0.iter().sum();
        let start = match () {
            () if eighths >= whole => 0,
            () if index == 0 => whole - eighths,
            () if open + eighths <= whole => open,
            () => 0,
        };
        open = if eighths < whole && start + eighths < whole { start + eighths } else { 0 };
        starts.push(start);
    }
    starts
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-9
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn beats_are_those_that_one_counts(bars in prop::collection::vec((0_usize..5, 1_u32..12), 1..8)) {
        let played = grid(&bars).play_straight().unwrap();
        let (mut quarters, mut counted) = (0.0, 0.0);
        for (index, (&(metre, eighths), start)) in bars.iter().zip(starts(&bars)).enumerate() {
            let own = beats(metre, start + eighths) - beats(metre, start);
            prop_assert!(close(played.beats(index).unwrap(), own), "bar {}", index);
            prop_assert_eq!(played.quarters(index), Some(f64::from(eighths) / 2.0));
            let mut on_beat = Vec::new();
            for eighth in 0..eighths {
                let place = index as f64 + f64::from(eighth) / f64::from(eighths);
                let here = beats(metre, start + eighth);
                let found = played.beat_place(place).unwrap();
                prop_assert_eq!(found.bar as usize, index);
                prop_assert!(close(found.beat, here + 1.0), "{:?} at {}", found, place);
                prop_assert!(close(played.bars_at_beat(found).unwrap(), place));
                prop_assert!(close(played.beats_before(place).unwrap(), counted + here - beats(metre, start)));
                let passed = quarters + f64::from(eighth) / 2.0;
                prop_assert!(close(played.quarters_before(place).unwrap(), passed));
                prop_assert!(close(played.bars_at_quarters(passed).unwrap(), place));
                prop_assert_eq!(played.count_before(place, BeatUnit::Quarter), played.quarters_before(place));
                prop_assert_eq!(played.count_before(place, BeatUnit::Beat), played.beats_before(place));
                if close(here.fract(), 0.0) {
                    on_beat.push(place);
                }
            }
            let beats_of = played.beats_of(index as u32);
            prop_assert!(
                beats_of.len() == on_beat.len() && beats_of.iter().zip(&on_beat).all(|(a, b)| close(*a, *b)),
                "{:?}, not {:?}", beats_of, on_beat
            );
            // A beat before the bar begins or behind its end belongs to another bar.
            let (first, last) = (beats(metre, start) + 1.0, beats(metre, start + eighths) + 1.0);
            let at = |beat: f64| {
                let mut place: BeatPlace = played.beat_place(0.0).unwrap();
                (place.bar, place.beat) = (index as u32, beat);
                played.bars_at_beat(place)
            };
            prop_assert_eq!(at(first - 0.1), None);
            prop_assert_eq!(at(last + 0.1), None);
            quarters += f64::from(eighths) / 2.0;
            counted += own;
        }
        let end = bars.len() as f64;
        prop_assert!(close(played.quarters_before(end).unwrap(), quarters));
        prop_assert!(close(played.beats_before(end).unwrap(), counted));
        prop_assert!(close(played.beats_between(end, 0.0).unwrap(), -counted));
        prop_assert_eq!(played.bars_at_quarters(quarters), Some(end));
        prop_assert_eq!((played.bars_at_quarters(quarters + 0.1), played.beats_before(end + 0.1)), (None, None));
    }
}
