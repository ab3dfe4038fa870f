//! The map: exact at its points, increasing, invertible, total, and equal to rational arithmetic.

use std::sync::Arc;

use proptest::prelude::*;
use segno_syncpoint::{
    BarGrid, Extrapolation, Fraction, GridBar, Interpolation, MapError, Metre, Offset, Options, Outside,
    Position, Side, SyncMap, Syncpoint, wire,
};

use crate::{exact, maps};

fn map(text: &str) -> SyncMap {
    SyncMap::new(wire::read(text).unwrap()).unwrap()
}

fn with(text: &str, options: Options) -> Result<SyncMap, MapError> {
    SyncMap::with(wire::read(text).unwrap(), options)
}

fn outside(extrapolation: Extrapolation) -> SyncMap {
    with("[[0,3],[8,19],[10,29]]", Options { extrapolation, ..Options::default() }).unwrap()
}

/// Places within the map, sorted: as positions, so that the reference knows them without rounding.
fn places(map: &SyncMap, shares: &[f64]) -> Vec<Position> {
    let end = map.last().position.bars();
    let mut places: Vec<Position> = shares
        .iter()
        .map(|share| Position::from_bars(share * end).unwrap().min(map.last().position))
        .chain(map.points().iter().map(|point| point.position))
        .collect();
    places.sort();
    places
}

proptest! {
    #[test]
    fn equals_rational_arithmetic(map in maps::maps(), shares in prop::collection::vec(0.0_f64..1.0, 16)) {
        for place in places(&map, &shares) {
            let exactly = exact::time(map.points(), &exact::bars(place));
            let error = exact::error(map.time_of(place).unwrap(), &exactly);
            prop_assert!(error <= 1e-11, "{} is off by {} s", place, error);
        }
    }

    #[test]
    fn anchors_are_exact_both_ways(map in maps::maps()) {
        let (mut times, mut bars) = (map.cursor(), map.cursor());
        for point in map.points() {
            prop_assert_eq!(map.time_of(point.position).unwrap(), point.time);
            let place = map.position_at(point.time).unwrap();
            prop_assert_eq!(place, point.position);
            prop_assert_eq!(place.offset().is_float(), point.position.offset().is_float());
            prop_assert_eq!(map.bars_at(point.time).unwrap(), point.position.bars());
            prop_assert_eq!(times.time_at(point.position.bars()).unwrap(), point.time);
            prop_assert_eq!(bars.bars_at(point.time).unwrap(), point.position.bars());
        }
    }

    #[test]
    fn strictly_increasing_and_back_within_1e_9_bar(map in maps::maps(), shares in prop::collection::vec(0.0_f64..1.0, 64)) {
        let mut last: Option<(f64, f64)> = None;
        prop_assert!(map.round_trip_bound() <= 1e-9);
        for place in places(&map, &shares) {
            let bars = place.bars();
            let time = map.time_at(bars).unwrap();
            if let Some((before, earlier)) = last {
                prop_assert!(time >= earlier);
                prop_assert!(time > earlier || bars - before < 1e-9);
            }
            last = Some((bars, time));
            let back = map.bars_at(time).unwrap();
            prop_assert!((back - bars).abs() <= map.round_trip_bound(), "{} came back as {}", bars, back);
        }
    }

    /// Neighbouring floats around each point: where rounding would show first.
    #[test]
    fn never_steps_back(map in maps::maps()) {
        for point in map.points() {
            let mut bars = point.position.bars();
            for _ in 0..40 { bars = bars.next_down(); }
            let mut last = f64::NEG_INFINITY;
            for _ in 0..80 {
                if let Ok(time) = map.time_at(bars) {
                    prop_assert!(time >= last);
                    last = time;
                }
                bars = bars.next_up();
            }
        }
    }

    #[test]
    fn cursor_batch_and_single_lookups_are_the_same(map in maps::maps(), values in prop::collection::vec(-10.0_f64..300.0, 0..80), rule in 0_usize..3) {
        let extrapolation = [Extrapolation::Error, Extrapolation::Clamp, Extrapolation::LastSlope][rule];
        let map = SyncMap::with(map.into_points(), Options { extrapolation, ..Options::default() }).unwrap();
        let mut cursor = map.cursor();
        let (mut times, mut bars) = (vec![0.0; values.len()], vec![0.0; values.len()]);
        map.times_at(&values, &mut times);
        map.bars_at_many(&values, &mut bars);
        for (index, value) in values.iter().enumerate() {
            prop_assert_eq!(cursor.time_at(*value), map.time_at(*value));
            prop_assert_eq!(cursor.bars_at(*value), map.bars_at(*value));
            let same = |single: Result<f64, Outside>, many: f64| single.map_or(many.is_nan(), |single| single == many);
            prop_assert!(same(map.time_at(*value), times[index]));
            prop_assert!(same(map.bars_at(*value), bars[index]));
        }
        let mut sorted = values;
        sorted.sort_by(f64::total_cmp);
        map.times_at(&sorted, &mut times);
        for (value, time) in sorted.iter().zip(&times) {
            prop_assert!(map.time_at(*value).map_or(time.is_nan(), |single| single == *time));
        }
    }

    #[test]
    fn no_number_makes_a_lookup_panic(map in maps::maps(), value in any::<f64>(), rule in 0_usize..4) {
        let fixed = Extrapolation::FixedBpm { bpm: 90.0, beats_per_bar: 3.0 };
        let extrapolation = [Extrapolation::Error, Extrapolation::Clamp, Extrapolation::LastSlope, fixed][rule];
        let map = SyncMap::with(map.into_points(), Options { extrapolation, ..Options::default() }).unwrap();
        for value in [value, -value, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 0.0] {
            let _ = (map.time_at(value), map.bars_at(value), map.position_at(value), map.cursor().bars_at(value));
            let _ = (map.segment_at(value, Side::Left), map.segment_at_time(value, Side::Right));
            let _ = (map.next_point(value), map.previous_point(value));
        }
        prop_assert_eq!(map.time_at(f64::NAN), Err(Outside::NotANumber));
    }
}

#[test]
fn bars_between_points_are_even() {
    // The example of the service's page: 2 s a bar, bar 3 starts at 9 s.
    let map = map("[[0,3],[8,19]]");
    assert_eq!(map.time_at(3.0), Ok(9.0));
    assert_eq!(map.position_at(12.0), Ok(Position::new(4, Offset::integer(240).unwrap()).unwrap()));
}

#[test]
fn outside_the_points_the_rule_is_explicit() {
    let error = outside(Extrapolation::Error);
    assert_eq!((error.time_at(-0.5), error.time_at(10.5)), (Err(Outside::Before), Err(Outside::After)));
    assert_eq!((error.bars_at(2.9), error.bars_at(29.1)), (Err(Outside::Before), Err(Outside::After)));
    let clamp = outside(Extrapolation::Clamp);
    assert_eq!((clamp.time_at(-0.5), clamp.time_at(99.0)), (Ok(3.0), Ok(29.0)));
    assert_eq!((clamp.bars_at(0.0), clamp.bars_at(99.0)), (Ok(0.0), Ok(10.0)));
    let slope = outside(Extrapolation::LastSlope);
    assert_eq!((slope.time_at(-0.5), slope.time_at(11.0)), (Ok(2.0), Ok(34.0)));
    assert_eq!((slope.bars_at(1.0), slope.bars_at(39.0)), (Ok(-1.0), Ok(12.0)));
    // 120 beats a minute in bars of four: 2 s a bar on both sides.
    let fixed = outside(Extrapolation::FixedBpm { bpm: 120.0, beats_per_bar: 4.0 });
    assert_eq!((fixed.time_at(-0.5), fixed.time_at(11.0)), (Ok(2.0), Ok(31.0)));
    assert_eq!((fixed.bars_at(1.0), fixed.bars_at(39.0)), (Ok(-1.0), Ok(15.0)));
    assert!(matches!(slope.position_at(1.0), Err(Outside::NoPosition(_))));
    let alone =
        with("[[0,3]]", Options { extrapolation: Extrapolation::LastSlope, ..Options::default() }).unwrap();
    assert_eq!((alone.time_at(0.0), alone.time_at(1.0)), (Ok(3.0), Err(Outside::After)));
    for bpm in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e-320] {
        let extrapolation = Extrapolation::FixedBpm { bpm, beats_per_bar: 4.0 };
        let refused = with("[[0,3]]", Options { extrapolation, ..Options::default() });
        assert_eq!(refused, Err(MapError::BadTempo), "{bpm}");
    }
}

#[test]
fn sides_of_a_breakpoint() {
    let map = map("[[0,0],[4,8],[8,12]]");
    let left = map.segment_at(4.0, Side::Left).unwrap();
    let right = map.segment_at(4.0, Side::Right).unwrap();
    assert_eq!((left.seconds_per_bar(), right.seconds_per_bar()), (2.0, 1.0));
    assert_eq!(map.segment_at_time(8.0, Side::Left), Some(left));
    assert_eq!(map.segment_at_time(8.0, Side::Right), Some(right));
    assert_eq!(map.segment_at(0.0, Side::Left), None);
    assert_eq!(map.segment_at(8.0, Side::Right), None);
    assert_eq!(map.segment_at(8.0, Side::Left), Some(right));
    assert_eq!(map.next_point(8.0).unwrap().0, 2);
    assert_eq!(map.previous_point(8.0).unwrap().0, 0);
    assert_eq!(map.next_point(12.0), None);
    assert_eq!(map.previous_point(0.0), None);
}

/// Two bars of 4/4, two of 2/4, one of 3/4.
fn grid() -> BarGrid {
    let bar = |beats| {
        let length = Fraction::new(beats, 4).unwrap();
        GridBar { nominal: length, actual: length, metre: Metre::simple(beats, 4), implicit: false }
    };
    BarGrid { bars: [4, 4, 2, 2, 3].map(bar).into() }
}

#[test]
fn a_gap_across_a_metre_change() {
    // 15 quarters in 30 s: 2 s a quarter.
    let played = Arc::new(grid().play_straight().unwrap());
    let even = Options { interpolation: Interpolation::PerQuarter(played.clone()), ..Options::default() };
    let map = with("[[0,10],[5,40]]", even.clone()).unwrap();
    for (bars, time) in [(1.0, 18.0), (2.0, 26.0), (2.5, 28.0), (4.0, 34.0), (4.5, 37.0), (5.0, 40.0)] {
        assert_eq!(map.time_at(bars), Ok(time), "{bars}");
        assert_eq!(map.bars_at(time), Ok(bars), "{time}");
    }
    assert_eq!(map.points().len(), 2);
    assert_eq!(with("[[0,10],[5,40]]", Options::default()).unwrap().time_at(2.0), Ok(22.0));
    // From the middle of a bar to the middle of another: 2 + 2 + 1 quarters in 5 s.
    let inside = with("[[0,1],[1,2,240],[3,7,240]]", even.clone()).unwrap();
    assert_eq!(inside.time_at(2.0), Ok(4.0));
    assert_eq!(inside.time_at(3.0), Ok(6.0));
    assert_eq!(with("[[0,1],[6,2]]", even), Err(MapError::GridTooShort { bars: 5 }));
    let mut empty = grid();
    empty.bars[2].actual = Fraction::ZERO;
    let interpolation = Interpolation::PerQuarter(Arc::new(empty.play_straight().unwrap()));
    let refused = with("[[0,1],[5,2]]", Options { interpolation, ..Options::default() });
    assert_eq!(refused, Err(MapError::BarWithoutLength { bar: 2 }));
}

#[test]
fn points_that_make_no_map() {
    for (text, code, index) in [
        ("[]", "Empty", None),
        ("[[1,0]]", "FirstNotBarZero", Some(0)),
        ("[[0,0,1]]", "FirstNotBarZero", Some(0)),
        ("[[0,0],[2,1],[1,2]]", "PositionNotIncreasing", Some(2)),
        ("[[0,0],[1,1],[1,2]]", "PositionNotIncreasing", Some(2)),
        ("[[0,0],[1,1,480],[2,2]]", "PositionNotIncreasing", Some(2)),
        ("[[0,0],[1,1],[2,1]]", "TimeNotIncreasing", Some(2)),
        ("[[0,5],[1,4]]", "TimeNotIncreasing", Some(1)),
        ("[[0,0],[5,1]]", "BeyondEnd", Some(1)),
        ("[[0,0],[4,1,0.5]]", "BeyondEnd", Some(1)),
    ] {
        let refused = with(text, Options { bar_count: Some(4), ..Options::default() });
        let Err(MapError::Points(diagnostics)) = refused else { panic!("{text} was accepted") };
        let first = diagnostics.errors().next().unwrap();
        assert_eq!((first.kind.code(), first.point), (code, index), "{text}");
    }
    let nan = [Syncpoint::bar_line(0, f64::NAN)];
    assert!(matches!(SyncMap::new(nan), Err(MapError::Points(_))));
    let fragment = Options { fragment: true, bar_count: Some(4), ..Options::default() };
    assert!(with("[[3,1],[4,2]]", fragment).is_ok());
}
