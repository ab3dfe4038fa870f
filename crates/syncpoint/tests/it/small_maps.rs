//! Operations on small maps and curves, with results worked out by hand.

use std::sync::Arc;

use segno_syncpoint::playthrough::{Diagnostic, DiagnosticKind};
use segno_syncpoint::simplify::{Mode, Rules, SimplifyError};
use segno_syncpoint::validate::{self, Context};
use segno_syncpoint::{
    Affine, Average, BarGrid, BeatPlace, BeatUnit, Crop, Curve, Extrapolation, Fraction, Interpolation,
    MapError, Offset, Options, Position, RawPoint, RawValue, Repair, Side, SyncMap, Syncpoint, metronome,
    wire,
};

fn map(text: &str) -> SyncMap {
    SyncMap::new(wire::read(text).unwrap()).unwrap()
}

fn text(map: &SyncMap) -> String {
    wire::write(map.points())
}

fn knots(curve: &Curve) -> Vec<(f64, f64)> {
    curve.knots().collect()
}

#[test]
fn averages() {
    let passes = [map("[[0,0],[2,4],[4,8]]"), map("[[0,1],[4,7]]"), map("[[0,2],[2,9],[4,12]]")];
    let median = SyncMap::average(&passes, Average::Median).unwrap();
    assert_eq!((text(&median.map).as_str(), median.largest_spread), ("[[0,1],[2,4],[4,8]]", 5.0));
    assert!((median.mean_spread - 12.0 / 9.0).abs() < 1e-12, "{}", median.mean_spread);
    let mean = SyncMap::average(&passes, Average::Mean).unwrap();
    let times: Vec<f64> = mean.map.points().iter().map(|point| point.time).collect();
    assert!(times.iter().zip([1.0, 17.0 / 3.0, 9.0]).all(|(a, b)| (a - b).abs() < 1e-12), "{times:?}");
    assert!((mean.largest_spread - 10.0 / 3.0).abs() < 1e-12);
    // Of two the median is between them.
    let two = SyncMap::average(&passes[..2], Average::Median).unwrap();
    assert_eq!((text(&two.map).as_str(), two.largest_spread), ("[[0,0.5],[2,4],[4,7.5]]", 0.5));
    assert!((two.mean_spread - 1.0 / 3.0).abs() < 1e-12);
    // Only as far as all reach, and hidden as in the first.
    let longer = [map("[[0,0],[2,4,0,1],[4,8]]"), map("[[0,0],[6,12]]"), map("[[0,0],[3,6,0,1],[6,12]]")];
    let common = SyncMap::average(&longer, Average::Mean).unwrap();
    assert_eq!(text(&common.map), "[[0,0],[2,4,0,1],[3,6,0,1],[4,8]]");
    assert_eq!((common.largest_spread, common.mean_spread), (0.0, 0.0));
    assert!(SyncMap::average(&[], Average::Mean).is_err());
}

#[test]
fn one_curve_after_another() {
    let first = Curve::new([(0.0, 0.0), (2.0, 4.0), (4.0, 6.0)]).unwrap();
    let then = |next: &[(f64, f64)]| {
        first.then(&Curve::new(next.iter().copied()).unwrap()).map(|curve| knots(&curve)).ok()
    };
    // Bends at the same places are one; others are put in where they come.
    assert_eq!(
        then(&[(0.0, 10.0), (4.0, 12.0), (6.0, 20.0)]),
        Some(vec![(0.0, 10.0), (2.0, 12.0), (4.0, 20.0)])
    );
    assert_eq!(
        then(&[(1.0, 10.0), (5.0, 14.0), (9.0, 16.0)]),
        Some(vec![(0.5, 10.0), (2.0, 13.0), (3.0, 14.0), (4.0, 14.5)])
    );
    assert_eq!(then(&[(-2.0, 1.0), (8.0, 11.0)]), Some(vec![(0.0, 3.0), (2.0, 7.0), (4.0, 9.0)]));
    assert_eq!(then(&[(1.0, 5.0), (2.0, 7.0)]), Some(vec![(0.5, 5.0), (1.0, 7.0)]));
    // One place in common, and none.
    assert_eq!(then(&[(6.0, 1.0), (8.0, 2.0)]), Some(vec![(4.0, 1.0)]));
    assert_eq!(then(&[(-2.0, 1.0), (0.0, 2.0)]), Some(vec![(0.0, 2.0)]));
    assert_eq!(then(&[(6.5, 1.0), (8.0, 2.0)]), None);
    assert_eq!(then(&[(-2.0, 1.0), (-1.0, 2.0)]), None);
}

#[test]
fn a_curve_in_a_message() {
    let curve = Curve::new([(0.0, 0.5), (2.0, 4.0)]).unwrap();
    assert_eq!(format!("{curve:?}"), "[(0.0, 0.5), (2.0, 4.0)]");
}

/// Of places that are one number only the first is a bend.
#[test]
fn bends_closer_than_numbers_can_tell() {
    // Between 1e16 and the next number but one there is one number: a tenth of the way is the beginning.
    let first = Curve::new([(1e16, 0.0), (1e16 + 4.0, 1.0)]).unwrap();
    let bent = Curve::new([(0.0, 0.0), (0.1, 5.0), (1.0, 10.0)]).unwrap();
    assert_eq!(knots(&first.then(&bent).unwrap()), [(1e16, 0.0), (1e16 + 4.0, 10.0)]);
    let steep = Curve::new([(0.0, 1e16), (0.1, 1e16 + 2.0), (0.11, 1e16 + 4.0), (1.0, 1e16 + 40.0)]).unwrap();
    let then = Curve::new([(0.0, 0.0), (0.05, 0.001), (1.0, 1.0)]).unwrap();
    let both = then.then(&steep).unwrap();
    assert!(both.knots().zip(both.knots().skip(1)).all(|(a, b)| a.0 < b.0 && a.1 < b.1));
}

#[test]
fn parts_of_curves_at_their_knots() {
    let curve = Curve::new([(0.0, 10.0), (2.0, 14.0), (4.0, 15.0)]).unwrap();
    let part = |from, to| curve.part(from, to).map(|part| knots(&part)).ok();
    assert_eq!(part(0.0, 2.0), Some(vec![(0.0, 10.0), (2.0, 14.0)]));
    assert_eq!(part(1.0, 2.0), Some(vec![(1.0, 12.0), (2.0, 14.0)]));
    assert_eq!(part(2.0, 2.0), Some(vec![(2.0, 14.0)]));
    assert_eq!(part(4.0, 9.0), Some(vec![(4.0, 15.0)]));
    assert_eq!(part(-3.0, 0.0), Some(vec![(0.0, 10.0)]));
    assert_eq!(part(3.0, 1.0), None);
    assert_eq!(part(4.5, 9.0), None);
}

#[test]
fn carried_through_a_warp() {
    let warp = Curve::new([(0.0, 10.0), (4.0, 12.0), (8.0, 20.0)]).unwrap();
    let through = |points: &str| text(&map(points).through(&warp).unwrap());
    assert_eq!(through("[[0,0],[4,8]]"), "[[0,10],[2,12],[4,20]]");
    assert_eq!(through("[[0,0],[2,4],[4,8]]"), "[[0,10],[2,12],[4,20]]");
    assert_eq!(through("[[0,0],[1,2],[3,6],[4,8]]"), "[[0,10],[1,11],[2,12],[3,16],[4,20]]");
    // A bend in what is hidden is hidden.
    assert_eq!(through("[[0,0],[1,2,0,1],[4,8]]"), "[[0,10],[1,11,0,1],[2,12,0,1],[4,20]]");
    // Only as far as both reach.
    assert_eq!(through("[[0,2],[4,6]]"), "[[0,11],[2,12],[4,16]]");
    assert_eq!(through("[[0,6],[4,14]]"), "[[0,16],[1,20]]");
    let short = Curve::new([(0.0, 1.0), (3.0, 4.0)]).unwrap();
    assert_eq!(text(&map("[[0,0],[4,8]]").through(&short).unwrap()), "[[0,1],[1,4,240]]");
    assert!(map("[[0,9],[4,12]]").through(&warp).is_err());
}

/// Thousands of hours into a recording the factor is as sure as at its start.
#[test]
fn a_fit_of_large_times() {
    let start = f64::from(1 << 28);
    let old = [0.1, 0.7, 1.3, 2.2, 3.1].map(|seconds| start + seconds);
    let pairs = old.map(|old| (old, 2.0 * (old - start)));
    let fit = Affine::fit(&pairs).unwrap();
    assert!((fit.factor - 2.0).abs() < 1e-10, "{}", fit.factor);
    let same = Affine::fit(&[(3.0, 5.0), (3.0, 5.0)]).unwrap();
    assert_eq!((same.factor, same.offset, same.rms), (1.0, 2.0, 0.0));
    assert!(Affine::fit(&[(0.0, 5.0), (1.0, 4.0)]).is_err(), "it would run backwards");
    assert!(Affine::fit(&[(0.0, f64::NAN)]).is_err() && Affine::fit(&[(f64::INFINITY, 0.0)]).is_err());
}

#[test]
fn what_repair_counts_as_moved() {
    // Three times in the wrong order: the middle one is right where it is.
    let points = wire::read("[[0,0],[1,5.1],[2,4.1],[3,3.1],[4,9]]").unwrap();
    let repaired = Repair { minimum_gap: 0.1, ..Repair::default() }.points(&points);
    let times: Vec<f64> = repaired.points.iter().map(|point| point.time).collect();
    assert_eq!(repaired.moved, 2, "{times:?}");
    assert_eq!(times[2], 4.1);
    assert!((times[1] - 4.0).abs() < 1e-9 && (times[3] - 4.2).abs() < 1e-9, "{times:?}");
    assert!((repaired.total_change - 2.2).abs() < 1e-9 && (repaired.largest_change - 1.1).abs() < 1e-9);
    // A first point with no room before it becomes the start.
    let early = Repair::default().points(&wire::read("[[2,0],[3,2]]").unwrap());
    assert_eq!(wire::write(&early.points), "[[0,0],[3,2]]");
    assert_eq!((early.merged, early.start_added, early.is_unchanged()), (1, true, false));
    // Else the start is put before it, on the line through the first two if there is time.
    for (given, start) in
        [("[[1,4],[2,6]]", 2.0), ("[[1,1],[2,4]]", 0.0), ("[[1,2],[2,4]]", 0.0), ("[[3,5]]", 0.0)]
    {
        let repaired = Repair::default().points(&wire::read(given).unwrap());
        assert_eq!(repaired.points[0], Syncpoint::bar_line(0, start), "{given}");
        assert_eq!((repaired.start_added, repaired.merged, repaired.moved), (true, 0, 0), "{given}");
    }
}

#[test]
fn values_at_their_limits() {
    let raw = |values: [RawValue; 4]| {
        let mut raw = RawPoint::from(&Syncpoint::bar_line(0, 0.0));
        (raw.values, raw.arity) = (values, Some(4));
        validate::point(3, &raw).map_err(|diagnostic| diagnostic.kind.code())
    };
    let (zero, one) = (RawValue::Integer(0), RawValue::Integer(1));
    for (hide, hidden) in [
        (RawValue::Null, Some(false)),
        (RawValue::Bool(false), Some(false)),
        (RawValue::Bool(true), Some(true)),
        (zero, Some(false)),
        (one, Some(true)),
        (RawValue::Float(0.0), Some(false)),
        (RawValue::Float(1.0), Some(true)),
        (RawValue::Float(0.5), None),
        (RawValue::Integer(-1), None),
        (RawValue::Other, None),
    ] {
        assert_eq!(
            raw([zero, zero, zero, hide]).map(|point| point.hide),
            hidden.ok_or("BadHideFlag"),
            "{hide:?}"
        );
    }
    let highest = i64::from(Position::MAX_BAR);
    for (bar, found) in [
        (RawValue::Integer(highest), Ok(Position::MAX_BAR)),
        (RawValue::Integer(highest + 1), Err("BarTooLarge")),
        (RawValue::Integer(i64::MAX), Err("BarTooLarge")),
        (RawValue::Integer(-1), Err("BarNegative")),
        (RawValue::Float(7.0), Ok(7)),
        (RawValue::Float(-1.0), Err("BarNegative")),
        (RawValue::Float(1e30), Err("BarTooLarge")),
        (RawValue::Float(0.5), Err("BarNotInteger")),
        (RawValue::Null, Err("BarNotInteger")),
    ] {
        assert_eq!(raw([bar, zero, zero, zero]).map(|point| point.position.bar()), found, "{bar:?}");
    }
    // Of several faults the first counts, in the order of the values.
    let nan = RawValue::Float(f64::NAN);
    assert_eq!(raw([RawValue::Integer(highest + 1), nan, nan, nan]), Err("BarTooLarge"));
    assert_eq!(raw([zero, nan, nan, nan]), Err("TimeNotFinite"));
    assert_eq!(raw([zero, RawValue::Float(-0.1), nan, nan]), Err("TimeNegative"));
    assert_eq!(raw([zero, zero, nan, nan]), Err("OffsetNotFinite"));
    assert_eq!(raw([zero, zero, RawValue::Integer(481), nan]), Err("OffsetOutOfRange"));
    assert_eq!(raw([zero, zero, RawValue::Integer(480), nan]), Err("BadHideFlag"));
    assert_eq!(wire::write(&[Syncpoint::bar_line(0, -0.0)]), "[[0,0]]");
    let end = Position::new(Position::MAX_BAR, Offset::integer(480).unwrap()).unwrap();
    assert_eq!(end.normalised().bar(), Position::MAX_BAR);
    let before = Position::new(Position::MAX_BAR - 1, Offset::integer(480).unwrap()).unwrap();
    assert_eq!((before.normalised().bar(), before.normalised().offset().value()), (Position::MAX_BAR, 0.0));
}

#[test]
fn a_fixed_tempo_must_be_one() {
    let with = |bpm, beats_per_bar| {
        let extrapolation = Extrapolation::FixedBpm { bpm, beats_per_bar };
        SyncMap::with(wire::read("[[0,0],[4,8]]").unwrap(), Options { extrapolation, ..Options::default() })
    };
    assert_eq!(with(60.0, 3.0).unwrap().time_at(6.0), Ok(14.0));
    for (bpm, beats) in [(0.0, 4.0), (-1.0, 4.0), (60.0, 0.0), (60.0, -1.0), (f64::NAN, 4.0), (0.1, 1e308)] {
        assert!(matches!(with(bpm, beats), Err(MapError::BadTempo)), "{bpm} {beats}");
    }
}

#[test]
fn the_segment_at_a_place_by_the_side() {
    let map = map("[[0,1],[2,5],[4,11]]");
    for (bars, time, left, right) in [
        (0.0, 1.0, None, Some(0)),
        (1.0, 3.0, Some(0), Some(0)),
        (2.0, 5.0, Some(0), Some(1)),
        (3.0, 8.0, Some(1), Some(1)),
        (4.0, 11.0, Some(1), None),
        (-0.5, 0.5, None, None),
        (4.5, 11.5, None, None),
    ] {
        for (side, expected) in [(Side::Left, left), (Side::Right, right)] {
            assert_eq!(map.segment_at(bars, side).map(|segment| segment.index), expected, "{bars} {side:?}");
            assert_eq!(
                map.segment_at_time(time, side).map(|segment| segment.index),
                expected,
                "{time} {side:?}"
            );
        }
    }
    let index = |found: Option<(usize, &Syncpoint)>| found.map(|found| found.0);
    for (time, previous, next) in [
        (0.5, None, Some(0)),
        (1.0, None, Some(1)),
        (5.0, Some(0), Some(2)),
        (11.0, Some(1), None),
        (12.0, Some(2), None),
    ] {
        assert_eq!(
            (index(map.previous_point(time)), index(map.next_point(time))),
            (previous, next),
            "{time}"
        );
    }
}

#[test]
fn as_many_segments_as_gaps() {
    for (points, segments) in [("[[0,0]]", 0), ("[[0,0],[1,2]]", 1), ("[[0,0],[1,2],[2,3],[4,7]]", 3)] {
        let map = map(points);
        assert_eq!((map.segment_count(), map.segments().count()), (segments, segments));
        let ends: Vec<f64> = map.segments().map(|segment| segment.to_time).collect();
        assert_eq!(ends, map.points().iter().skip(1).map(|point| point.time).collect::<Vec<_>>());
    }
}

#[test]
fn a_metronome_knows_how_many_bars_it_beats() {
    let grid = BarGrid::uniform(5, 3, 4).unwrap().play_straight().unwrap();
    let map = metronome(&grid, 60.0, BeatUnit::Beat, 2.0).unwrap();
    assert_eq!((text(&map).as_str(), map.options().bar_count), ("[[0,2],[5,17]]", Some(5)));
    assert_eq!(map.with_bars_inserted(2, 3).unwrap().options().bar_count, Some(8));
}

#[test]
fn the_bars_of_a_crop() {
    let map = map("[[0,2],[8,18]]");
    let bars = |start, end| map.cropped(Crop::new(start, end).unwrap()).bars();
    assert_eq!(bars(0.0, None), Some(0.0..=8.0));
    assert_eq!(bars(4.0, Some(10.0)), Some(1.0..=4.0));
    assert_eq!(bars(18.0, None), Some(8.0..=8.0));
    assert_eq!(bars(0.0, Some(2.0)), Some(0.0..=0.0));
    assert_eq!(bars(18.5, None), None);
    assert_eq!(bars(0.0, Some(1.5)), None);
    let cut = |start, end| map.cut(Crop::new(start, end).unwrap()).map(|cut| text(&cut)).ok();
    assert_eq!(cut(18.0, None), Some("[[8,0]]".to_owned()));
    assert_eq!(cut(0.0, Some(2.0)), Some("[[0,2]]".to_owned()));
    assert_eq!(cut(0.0, Some(18.0)), Some("[[0,2],[8,18]]".to_owned()));
    assert_eq!(cut(18.5, None), None);
}

/// Bars of 4/4, the second without a length.
#[test]
fn a_bar_without_a_length() {
    let mut grid = BarGrid::uniform(4, 4, 4).unwrap();
    grid.bars[1].actual = Fraction::ZERO;
    let with = |points: &str| {
        let interpolation = Interpolation::PerQuarter(Arc::new(grid.play_straight().unwrap()));
        SyncMap::with(wire::read(points).unwrap(), Options { interpolation, ..Options::default() })
    };
    assert!(with("[[0,0],[1,2],[2,3],[4,7]]").is_ok(), "between points it takes what time they say");
    assert_eq!(with("[[0,0],[4,7]]").err(), Some(MapError::BarWithoutLength { bar: 1 }));
    assert_eq!(with("[[0,0],[2,7]]").err(), Some(MapError::BarWithoutLength { bar: 1 }));
    assert_eq!(with("[[0,0],[1,2],[3,7]]").err(), Some(MapError::BarWithoutLength { bar: 1 }));
    assert!(matches!(with("[[0,0],[1,2],[2,3],[5,7]]"), Err(MapError::GridTooShort { bars: 4 })));
}

/// Bars of 4/4 and 2/4 by quarters: a bend at each bar line where the length changes, and none elsewhere.
#[test]
fn bends_where_the_length_of_bars_changes() {
    let mut grid = BarGrid::uniform(2, 4, 4).unwrap();
    grid.bars.extend(BarGrid::uniform(2, 2, 4).unwrap().bars);
    let interpolation = Interpolation::PerQuarter(Arc::new(grid.play_straight().unwrap()));
    let options = Options { interpolation, ..Options::default() };
    let made = |points: &str| SyncMap::with(wire::read(points).unwrap(), options.clone()).unwrap();
    assert_eq!(knots(made("[[0,1],[4,7]]").curve()), [(0.0, 1.0), (2.0, 5.0), (4.0, 7.0)]);
    assert_eq!(knots(made("[[0,1],[2,5],[4,7]]").curve()), [(0.0, 1.0), (2.0, 5.0), (4.0, 7.0)]);
    assert_eq!(
        knots(made("[[0,1],[1,3,240],[3,6]]").curve()),
        [(0.0, 1.0), (1.5, 3.0), (2.0, 4.5), (3.0, 6.0)]
    );
    assert_eq!(knots(made("[[0,1],[2,5],[2,5.5,240]]").curve()).len(), 3);
}

#[test]
fn places_of_beats() {
    // A pickup of a quarter, a full bar of 4/4, then 6/8.
    let mut grid = BarGrid::uniform(2, 4, 4).unwrap();
    grid.bars[0].actual = "1/4".parse().unwrap();
    grid.bars.extend(BarGrid::uniform(1, 6, 8).unwrap().bars);
    let grid = grid.play_straight().unwrap();
    let at = |bar, beat| {
        let mut place: BeatPlace = grid.beat_place(0.0).unwrap();
        (place.bar, place.beat) = (bar, beat);
        grid.bars_at_beat(place)
    };
    for (bar, beat, bars) in [
        (0, 4.0, Some(0.0)),
        (0, 4.5, Some(0.5)),
        (0, 5.0, Some(1.0)),
        (0, 3.5, None),
        (0, 5.5, None),
        (1, 1.0, Some(1.0)),
        (1, 2.0, Some(1.25)),
        (1, 5.0, Some(2.0)),
        (1, 0.5, None),
        (1, 5.25, None),
        (2, 2.0, Some(2.5)),
        (2, 2.5, Some(2.75)),
        (3, 1.0, None),
    ] {
        assert_eq!(at(bar, beat), bars, "bar {bar} beat {beat}");
    }
    assert_eq!(
        [0, 1, 2, 3].map(|bar| grid.beats_of(bar)),
        [vec![0.0], vec![1.0, 1.25, 1.5, 1.75], vec![2.0, 2.5], vec![]]
    );
    assert_eq!(
        [0.0, 1.0, 1.5, 2.0, 3.0].map(|bars| grid.beats_before(bars).unwrap()),
        [0.0, 1.0, 3.0, 5.0, 7.0]
    );
    assert_eq!(
        [0.0, 1.0, 3.0, 8.0].map(|quarters| grid.bars_at_quarters(quarters)),
        [Some(0.0), Some(1.0), Some(1.5), Some(3.0)]
    );
    assert_eq!((grid.bars_at_quarters(8.1), grid.bars_at_quarters(-0.1)), (None, None));
    assert!(!grid.is_empty() && BarGrid::default().play_straight().unwrap().is_empty());
}

#[test]
fn fewer_points_of_a_map_that_begins_at_once() {
    // Moved points would begin before the recording, so that the first stands at 0; within the tolerance that is one.
    let steep = map("[[0,0],[1,3],[2,4],[3,5],[4,6]]");
    let moved = steep.simplified(0.8, &Rules::MOVE).unwrap();
    assert!(moved.max_error <= 0.8 + 1e-9 && moved.map.first().time >= 0.0, "{moved:?}");
    let kept = steep.simplified(0.8, &Rules::KEEP).unwrap();
    assert!(moved.map.points().len() <= kept.map.points().len());
    // A line above the first point needs no more than two points.
    let bent = map("[[0,1],[1,2.1],[2,3],[3,3.9],[4,5]]");
    let line = bent.simplified(0.2, &Rules { mode: Mode::Move, forced: &[] }).unwrap();
    assert_eq!(line.kept, [0, 4]);
    assert!(line.max_error < 0.1, "moving makes the most of the tolerance: {}", line.max_error);
}

#[test]
fn each_diagnostic_and_error_names_its_place() {
    for (error, words) in [
        (SimplifyError::Empty, "no points"),
        (SimplifyError::LengthsDiffer, "each position"),
        (SimplifyError::OutOfRange { index: 7 }, "point 7"),
        (SimplifyError::NotIncreasing { index: 7 }, "point 7"),
        (SimplifyError::Tolerance, "tolerance"),
        (SimplifyError::Forced { index: 7 }, "point 7"),
        (SimplifyError::TooFew { least: 7 }, "at least 7"),
    ] {
        assert!(error.to_string().contains(words), "{error}");
    }
    for (kind, words) in [
        (DiagnosticKind::RepeatEndWithoutStart { goes_to: 12 }, "bar 12"),
        (DiagnosticKind::RepeatEndWithoutRepeat { plays: 1 }, "1 play"),
        (DiagnosticKind::EndingRenumbered { pass: 3 }, "pass 3"),
        (DiagnosticKind::BarNeverPlayed, "never played"),
    ] {
        let told = Diagnostic::new(41, kind).to_string();
        assert!(told.starts_with("bar 41: ") && told.contains(words), "{told}");
    }
    assert!(validate::points(&[], &Context::default()).iter().all(|told| told.point.is_none()));
}

#[test]
fn places_on_a_grid_of_parts() {
    use segno_syncpoint::PlaceGrid;
    let rough = map("[[0,0],[0,1,110],[1,2,250],[2,6,470],[4,9]]");
    for (parts, expected) in [
        (4, "[[0,0],[0,1,120],[1,2,240],[3,6],[4,9]]"),
        (3, "[[0,0],[0,1,160],[1,2,320],[3,6],[4,9]]"),
        (480, "[[0,0],[0,1,110],[1,2,250],[2,6,470],[4,9]]"),
        (48, "[[0,0],[0,1,110],[1,2,250],[2,6,470],[4,9]]"),
        (12, "[[0,0],[0,1,120],[1,2,240],[3,6],[4,9]]"),
    ] {
        assert_eq!(text(&rough.with_places_rounded(PlaceGrid::Parts(parts)).unwrap().0), expected, "{parts}");
    }
    assert!(rough.with_places_rounded(PlaceGrid::Parts(0)).is_err());
}

/// At its end a loop has begun again.
#[test]
fn the_ends_of_laps() {
    let phrase = segno_syncpoint::Loop::new(1.0, 3.0).unwrap();
    for (clock, place, laps) in [
        (0.0, 0.0, 0),
        (1.0, 1.0, 0),
        (2.5, 2.5, 0),
        (3.0, 1.0, 1),
        (4.5, 2.5, 1),
        (5.0, 1.0, 2),
        (7.0, 1.0, 3),
    ] {
        assert_eq!((phrase.wrap(clock), phrase.laps(clock)), (place, laps), "{clock}");
    }
    assert_eq!((phrase.start(), phrase.end(), phrase.duration()), (1.0, 3.0, 2.0));
}
