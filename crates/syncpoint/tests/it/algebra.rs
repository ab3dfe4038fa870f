//! Maps made of maps: the laws that the operations keep, and examples worked by hand.

use std::sync::Arc;

use proptest::prelude::*;
use segno_syncpoint::{
    Affine, Average, BarGrid, BeatUnit, Crop, Curve, EditError, Extrapolation, Loop, LoopError, Options,
    Outside, PlaceGrid, Position, Ripple, Side, SyncMap, Syncpoint, TimeGrid, metronome, wire,
};

use crate::maps;

fn map(text: &str) -> SyncMap {
    SyncMap::new(wire::read(text).unwrap()).unwrap()
}

fn text(map: &SyncMap) -> String {
    wire::write(map.points())
}

fn curve() -> impl Strategy<Value = Curve> {
    (-50.0_f64..50.0, prop::collection::vec((0.1_f64..5.0, 0.1_f64..5.0), 1..30)).prop_map(
        |(start, steps)| {
            let (mut x, mut y) = (start, start);
            let mut knots = vec![(x, y)];
            for (dx, dy) in steps {
                x += dx;
                y += dy;
                knots.push((x, y));
            }
            Curve::new(knots).unwrap()
        },
    )
}

/// Values of both where both are defined.
fn same(a: &Curve, b: &Curve) -> bool {
    let (from, to) = (a.first().0.max(b.first().0), a.last().0.min(b.last().0));
    (0..=100).all(|step| {
        let x = from + (to - from) * f64::from(step) / 100.0;
        match (a.y_at(x), b.y_at(x)) {
            (Some(a), Some(b)) => (a - b).abs() <= 1e-9,
            _ => true,
        }
    })
}

proptest! {
    #[test]
    fn there_and_back_is_nothing(a in curve()) {
        let identity = Curve::identity(a.first().0, a.last().0).unwrap();
        prop_assert!(same(&a.then(&a.inverse()).unwrap(), &identity));
        prop_assert_eq!(&a.inverse().inverse(), &a);
        prop_assert!(same(&a.then(&Curve::identity(-1e6, 1e6).unwrap()).unwrap(), &a));
    }

    #[test]
    fn the_order_of_bracketing_does_not_matter(a in curve(), b in curve(), c in curve()) {
        let left = a.then(&b).and_then(|ab| ab.then(&c));
        let right = b.then(&c).and_then(|bc| a.then(&bc));
        if let (Ok(left), Ok(right)) = (left, right) {
            prop_assert!(same(&left, &right));
            prop_assert!((left.first().0 - right.first().0).abs() <= 1e-9);
            prop_assert!((left.last().0 - right.last().0).abs() <= 1e-9);
        }
    }

    /// Whoever switches recordings and back is where he was; through a third recording is the same as directly.
    #[test]
    fn recordings_of_one_score(a in maps::maps(), b in maps::maps(), c in maps::maps()) {
        let there = a.onto(&b).unwrap();
        let back = b.onto(&a).unwrap();
        if there.len() > 1 {
            let identity = Curve::identity(there.first().0, there.last().0).unwrap();
            prop_assert!(same(&there.then(&back).unwrap(), &identity));
        }
        if let (Ok(through), Ok(direct)) = (there.then(&b.onto(&c).unwrap()), a.onto(&c)) {
            prop_assert!(same(&through, &direct));
        }
        // The bar and the share of it are kept.
        for (time, other) in there.knots() {
            prop_assert!((a.curve().x_extended(time) - b.curve().x_extended(other)).abs() <= 1e-9);
        }
        let carried = a.through(&there).unwrap();
        for point in carried.points() {
            prop_assert!((b.curve().y_extended(point.position.bars()) - point.time).abs() <= 1e-9);
        }
    }

    #[test]
    fn shift_scale_and_fit_undo_each_other(map in maps::maps(), offset in 0.0_f64..100.0, factor in 0.25_f64..4.0) {
        let changed = map.changed(&Affine::new(offset, factor)).unwrap();
        prop_assert_eq!(&map.scaled(factor).unwrap().shifted(offset).unwrap(), &changed);
        let undone = changed.shifted(-offset).and_then(|back| back.scaled(1.0 / factor));
        if let Ok(undone) = undone {
            for (a, b) in undone.points().iter().zip(map.points()) {
                prop_assert!((a.time - b.time).abs() <= 1e-9);
            }
        }
        let fit = map.fit_to(&changed).unwrap();
        if map.points().len() > 1 {
            prop_assert!((fit.factor - factor).abs() <= 1e-6 && (fit.offset - offset).abs() <= 1e-4, "{:?}", fit);
        }
        prop_assert!(fit.rms <= 1e-9 && fit.largest <= 1e-9);
    }

    #[test]
    fn densified_maps_are_the_same_map(map in maps::maps(), share in 0.0_f64..1.0) {
        let dense = map.per_bar().unwrap();
        let bars = share * map.last().position.bars();
        prop_assert!((dense.time_at(bars).unwrap() - map.time_at(bars).unwrap()).abs() <= 1e-9);
        for time in map.points().iter().map(|point| point.time) {
            prop_assert_eq!(dense.hidden_at(time, Side::Right), map.hidden_at(time, Side::Right));
        }
        let beats = BarGrid::uniform(dense.points().len() * 9, 3, 4).unwrap().play_straight().unwrap();
        let beats = map.per_beat(&beats).unwrap();
        prop_assert!((beats.time_at(bars).unwrap() - map.time_at(bars).unwrap()).abs() <= 1e-9);
    }

    #[test]
    fn inserted_bars_can_be_deleted(map in maps::maps(), at in 0_u32..40, count in 1_u32..9, seconds in 0.5_f64..9.0) {
        if let Ok(longer) = map.with_bars_recorded(at, count, seconds) {
            let back = longer.with_bars_cut(at, count).unwrap();
            for point in map.points() {
                prop_assert!((back.curve().y_extended(point.position.bars()) - point.time).abs() <= 1e-9);
            }
        } else {
            prop_assert!(f64::from(at) > map.last().position.bars());
        }
        prop_assert!(map.with_bars_inserted(at, count).is_ok());
        prop_assert!(map.with_bars_deleted(at, count).is_ok());
    }

    #[test]
    fn cutting_keeps_the_music(map in maps::maps(), from in 0.0_f64..1.0, length in 0.01_f64..1.0) {
        let (first, last) = (map.first().time, map.last().time);
        let start = first + from * (last - first);
        let end = start + length * (last - start);
        prop_assume!(end > start + 0.01);
        let crop = Crop::new(start, Some(end)).unwrap();
        let cut = map.cut(crop).unwrap();
        prop_assert!(cut.first().time.abs() <= 1e-9);
        prop_assert!((cut.last().time - (end - start)).abs() <= 1e-9);
        let view = map.cropped(crop);
        for step in 0..=20 {
            let time = (start + (end - start) * f64::from(step) / 20.0).min(end);
            let cut_time = (time - start).clamp(cut.first().time, cut.last().time);
            prop_assert!((cut.bars_at(cut_time).unwrap() - map.bars_at(time).unwrap()).abs() <= 1e-8);
            prop_assert_eq!(cut.hidden_at(time - start + 1e-9, Side::Right), map.hidden_at(time + 1e-9, Side::Right) );
            prop_assert_eq!(view.bars_at(time), map.bars_at(time));
        }
        prop_assert_eq!(view.bars_at(start - 0.001), Err(Outside::Before));
        prop_assert_eq!(view.bars_at(end + 0.001), Err(Outside::After));
    }

    #[test]
    fn rounding_is_within_half_a_step(map in maps::maps()) {
        match map.with_times_rounded(TimeGrid::Milliseconds) {
            Ok((rounded, told)) => {
                prop_assert!(told.largest <= 0.000_5 + 1e-9);
                let moved = rounded.points().iter().zip(map.points()).map(|(a, b)| (a.time - b.time).abs());
                prop_assert_eq!(moved.fold(0.0, f64::max), told.largest);
            }
            // Two points of a grace note at a fast tempo may share a millisecond.
            Err(error) => prop_assert!(
                map.points().windows(2).any(|pair| pair[1].time - pair[0].time < 0.001), "{error}"
            ),
        }
        if let Ok((rounded, told)) = map.with_places_rounded(PlaceGrid::Parts(480)) {
            prop_assert!(told.largest <= 0.5 / 480.0 + 1e-12);
            prop_assert!(rounded.points().iter().all(|point| point.position.offset().value().fract() == 0.0));
        }
    }

    #[test]
    fn an_average_lies_between_its_passes(a in maps::maps(), shift in 0.0_f64..2.0, wild in 0.0_f64..60.0) {
        let passes = [a.clone(), a.shifted(shift).unwrap(), a.shifted(wild + 2.0).unwrap()];
        let median = SyncMap::average(&passes, Average::Median).unwrap();
        prop_assert!((median.map.first().time - passes[1].first().time).abs() <= 1e-9);
        let mean = SyncMap::average(&passes, Average::Mean).unwrap();
        for point in mean.map.points() {
            let times: Vec<f64> = passes.iter().map(|pass| pass.time_of(point.position).unwrap()).collect();
            prop_assert!((point.time - times.iter().sum::<f64>() / 3.0).abs() <= 1e-9);
        }
    }

    #[test]
    fn merging_keeps_the_first_map(a in maps::maps(), b in maps::maps()) {
        let merged = a.merged(&b).unwrap();
        prop_assert_eq!(merged.map.points().len() + merged.dropped.len(), a.points().len() + b.points().len());
        for point in a.points() {
            prop_assert_eq!(merged.map.time_of(point.position).unwrap(), point.time);
        }
    }

    /// Lap after lap the same place: against whole-number arithmetic in 2^-20 s.
    #[test]
    fn a_loop_does_not_drift(start in 0_i64..100_000_000, lap in 1_i64..100_000_000, into in any::<prop::sample::Index>(), laps in 1_i64..1_000_000) {
        let seconds = |ticks: i64| ticks as f64 / f64::from(1 << 20);
        let phrase = Loop::new(seconds(start), seconds(start + lap)).unwrap();
        let place = into.index(lap as usize) as i64;
        let clock = seconds(start + laps * lap + place);
        prop_assert_eq!(phrase.wrap(clock), seconds(start + place));
        prop_assert_eq!(phrase.laps(clock), laps as u64);
    }
}

#[test]
fn a_million_laps_of_a_length_that_is_no_binary_number() {
    // 0.1 and 3.3 are rounded; what counts is that lap 1,000,000 begins where the exact numbers say.
    let phrase = Loop::new(0.1, 3.3).unwrap();
    let exact = |number: f64| crate::exact::exact(number);
    for lap in [1_u32, 999, 1_000_000] {
        let clock = 0.1 + f64::from(lap) * 3.2 + 1.0;
        let length = exact(3.3) - exact(0.1);
        let place = exact(clock) - exact(0.1) - length * exact(f64::from(lap));
        let error = crate::exact::error(phrase.wrap(clock), &(place + exact(0.1)));
        assert!(error <= 1e-15, "lap {lap}: {error}");
    }
    assert_eq!((phrase.wrap(-1.0), phrase.wrap(2.0), phrase.laps(2.0)), (-1.0, 2.0, 0));
    assert!(phrase.wrap(f64::NAN).is_nan());
    assert_eq!(Loop::new(1.0, 1.0), Err(LoopError::Empty));
}

#[test]
fn loops_of_bars() {
    let map = map("[[0,3],[8,19]]");
    let phrase = map.loop_over(Position::bar_line(2)..Position::bar_line(4)).unwrap();
    assert_eq!((phrase.start(), phrase.end(), phrase.wrap(11.5)), (7.0, 11.0, 7.5));
    assert_eq!(map.loop_positions(&phrase).unwrap(), Position::bar_line(2)..Position::bar_line(4));
    let loose = Loop::new(7.5, 10.0).unwrap();
    assert_eq!(map.snap_to_bars(&loose), Ok(phrase));
    let beyond = map.loop_over(Position::bar_line(2)..Position::bar_line(9));
    assert_eq!(beyond, Err(LoopError::Outside(Outside::After)));
}

#[test]
fn hidden_stretches_are_steps() {
    let map = map("[[0,0],[2,4,0,1],[4,8,0,1],[6,12],[8,16,0,1]]");
    let spans: Vec<_> = map.hide_spans().map(|span| (span.from.time, span.to.map(|to| to.time))).collect();
    assert_eq!(spans, [(4.0, Some(12.0)), (16.0, None)]);
    assert!(!map.hidden_at(4.0, Side::Left) && map.hidden_at(4.0, Side::Right));
    assert!(!map.hidden_at(-1.0, Side::Right) && map.hidden_at(99.0, Side::Right));
    assert_eq!(map.next_hide_change(5.0).unwrap().time, 12.0);
    assert_eq!(map.next_hide_change(12.0).unwrap().time, 16.0);
    assert_eq!(map.next_hide_change(16.0), None);
}

#[test]
fn crops() {
    assert!(Crop::new(-1.0, None).is_err() && Crop::new(2.0, Some(2.0)).is_err());
    // The service's example: 60 s with the first 10 s cropped are 50.
    assert_eq!(Crop::new(10.0, None).unwrap().duration_of(60.0), 50.0);
    let map = map("[[0,2],[2,6,0,1],[8,18]]");
    let cut = map.cut(Crop::new(4.0, Some(12.0)).unwrap()).unwrap();
    assert_eq!(text(&cut), "[[1,0],[2,2,0,1],[5,8,0,1]]");
    assert!(cut.options().fragment);
    let view = map.cropped(Crop::new(4.0, Some(12.0)).unwrap());
    assert_eq!(view.bars(), Some(1.0..=5.0));
    assert_eq!(view.points().count(), 1);
    assert_eq!(view.time_at(0.5), Err(Outside::Before));
    assert_eq!(map.cut(Crop::new(20.0, None).unwrap()), Err(EditError::NothingLeft));
}

#[test]
fn splices_by_hand() {
    let (a, b) = (map("[[0,0],[4,8,0,1],[6,12],[8,16]]"), map("[[0,1],[3,4],[5,11],[8,20]]"));
    let line = Position::bar_line;
    assert_eq!(text(&a.spliced(&b, line(3), line(5)).unwrap()), "[[0,0],[3,4],[5,11,0,1],[6,12],[8,16]]");
    assert!(matches!(a.spliced(&b, line(3), line(7)), Err(EditError::Map(_))));
    assert!(matches!(a.spliced(&b, line(3), line(9)), Err(EditError::Outside(_))));
    let merged = a.merged(&b).unwrap();
    assert_eq!(text(&merged.map), "[[0,0],[3,4],[4,8,0,1],[5,11,0,1],[6,12],[8,16]]");
    assert_eq!(merged.dropped, [0, 3]);
    let part = a.excerpt(line(2), line(5)).unwrap();
    assert_eq!(text(&part), "[[2,4],[4,8,0,1],[5,10,0,1]]");
}

#[test]
fn renumbering_by_hand() {
    let counted = Options { bar_count: Some(8), ..Options::default() };
    let map = SyncMap::with(wire::read("[[0,0],[4,8],[8,16]]").unwrap(), counted).unwrap();
    let inserted = map.with_bars_inserted(4, 2).unwrap();
    assert_eq!((text(&inserted).as_str(), inserted.options().bar_count), ("[[0,0],[6,8],[10,16]]", Some(10)));
    assert_eq!(text(&map.with_bars_inserted(0, 2).unwrap()), "[[0,0],[6,8],[10,16]]");
    assert_eq!(text(&map.with_bars_recorded(4, 2, 3.0).unwrap()), "[[0,0],[4,8],[6,11],[10,19]]");
    assert_eq!(text(&map.with_bars_recorded(0, 1, 3.0).unwrap()), "[[0,0],[1,3],[5,11],[9,19]]");
    assert_eq!(text(&map.with_bars_deleted(2, 4).unwrap()), "[[0,0],[4,16]]");
    let cut = map.with_bars_cut(2, 4).unwrap();
    assert_eq!((text(&cut).as_str(), cut.options().bar_count), ("[[0,0],[2,4],[4,8]]", Some(4)));
    assert_eq!(text(&map.with_bars_cut(0, 4).unwrap()), "[[0,0],[4,8]]");
}

#[test]
fn single_points() {
    let map = map("[[0,0],[4,8],[8,16]]");
    assert_eq!(text(&map.with_point(Syncpoint::bar_line(6, 13.0)).unwrap()), "[[0,0],[4,8],[6,13],[8,16]]");
    assert_eq!(text(&map.with_point(Syncpoint::bar_line(4, 9.0)).unwrap()), "[[0,0],[4,9],[8,16]]");
    assert!(map.with_point(Syncpoint::bar_line(6, 17.0)).is_err());
    assert_eq!(text(&map.with_point_at(Position::bar_line(2)).unwrap()), "[[0,0],[2,4],[4,8],[8,16]]");
    assert_eq!(text(&map.with_point_moved(1, 9.0, Ripple::Neighbours).unwrap()), "[[0,0],[4,9],[8,16]]");
    assert_eq!(text(&map.with_point_moved(1, 9.0, Ripple::Following).unwrap()), "[[0,0],[4,9],[8,17]]");
    assert_eq!(map.with_point_moved(3, 9.0, Ripple::Following), Err(EditError::NoSuchPoint { index: 3 }));
    assert_eq!(text(&map.without_point(1).unwrap()), "[[0,0],[8,16]]");
    assert!(matches!(map.without_point(0), Err(EditError::Map(_))));
    assert_eq!(text(&map.cleared_before(Position::bar_line(5)).unwrap()), "[[0,0],[8,16]]");
    assert_eq!(text(&map.cleared_after(Position::bar_line(5)).unwrap()), "[[0,0],[4,8]]");
    assert_eq!(
        text(&map.per_bar().unwrap().cleared_after(Position::bar_line(3)).unwrap()),
        "[[0,0],[1,2],[2,4],[3,6]]"
    );
}

#[test]
fn tempo_by_metre() {
    // Two bars of 6/8, one of them at half speed, then a bar of 3/4 split 2 + 1.
    let mut grid = BarGrid::uniform(2, 6, 8).unwrap();
    let mut split = BarGrid::uniform(2, 3, 4).unwrap();
    split.bars[0].actual = "2/4".parse().unwrap();
    split.bars[1].actual = "1/4".parse().unwrap();
    grid.bars.append(&mut split.bars);
    let grid = grid.play_straight().unwrap();
    let map = map("[[0,0],[1,2],[2,6],[3,7],[4,7.5]]");
    let bpm = |unit| map.tempo_per_bar(&grid, unit).iter().map(|bar| bar.bpm).collect::<Vec<_>>();
    assert_eq!(bpm(BeatUnit::Beat), [60.0, 30.0, 120.0, 120.0]);
    assert_eq!(bpm(BeatUnit::Quarter), [90.0, 45.0, 120.0, 120.0]);
    assert_eq!(map.bpm_at(2.0, Side::Left, &grid, BeatUnit::Beat), Some(60.0));
    assert_eq!(map.bpm_at(2.0, Side::Right, &grid, BeatUnit::Beat), Some(30.0));
    assert_eq!(map.bpm_at(6.5, Side::Right, &grid, BeatUnit::Quarter), Some(120.0));
    assert_eq!(map.bpm_at(9.0, Side::Right, &grid, BeatUnit::Quarter), None);
    assert_eq!(map.segment_bpm(1, &grid, BeatUnit::Beat), Some(30.0));
    assert_eq!(map.mean_bpm(0.0, 2.0, &grid, BeatUnit::Beat), Some(40.0));
    assert_eq!(map.mean_bpm(2.0, 2.0, &grid, BeatUnit::Beat), None);
    let steady = metronome(&grid, 60.0, BeatUnit::Beat, 1.0).unwrap();
    // 6/8 and the 2/4 part both have two beats.
    assert_eq!(text(&steady), "[[0,1],[3,7],[4,8]]");
    assert!(metronome(&grid, 0.0, BeatUnit::Beat, 1.0).is_err());
    let (rounded, told) = map.with_places_rounded(PlaceGrid::Beats(&grid)).unwrap();
    assert_eq!((text(&rounded), told.changed), (text(&map), 0));
    let loose = self::map("[[0,0],[0,1,200],[2,6]]");
    let (rounded, told) = loose.with_places_rounded(PlaceGrid::Beats(&grid)).unwrap();
    assert_eq!(text(&rounded), "[[0,0],[0,1,240],[2,6]]");
    assert!((told.largest - 40.0 / 480.0).abs() < 1e-12 && told.changed == 1);
    assert!(Arc::new(grid).beat_place(0.75).is_some_and(|place| place.beat == 2.5));
}

#[test]
fn a_fit_tells_what_is_left() {
    let fit = Affine::fit(&[(0.0, 1.0), (1.0, 3.0), (2.0, 5.5), (3.0, 6.5)]).unwrap();
    // By the normal equations: slope 1.9, intercept 1.15; residuals 0.15, 0.05, 0.55, 0.35.
    assert!((fit.factor - 1.9).abs() < 1e-12 && (fit.offset - 1.15).abs() < 1e-12);
    assert!((fit.largest - 0.55).abs() < 1e-12);
    assert!(
        (fit.rms - (0.15_f64.powi(2) + 0.05_f64.powi(2) + 0.55_f64.powi(2) + 0.35_f64.powi(2)).sqrt() / 2.0)
            .abs()
            < 1e-12
    );
    assert!(Affine::fit(&[]).is_err() && Affine::fit(&[(1.0, 2.0), (1.0, 3.0)]).is_err());
}

#[test]
fn options_are_kept() {
    let options = Options { extrapolation: Extrapolation::LastSlope, ..Options::default() };
    let map = SyncMap::with(wire::read("[[0,0],[4,8]]").unwrap(), options).unwrap();
    assert_eq!(map.shifted(1.0).unwrap().time_at(5.0), Ok(11.0));
}

#[test]
fn parts_of_a_curve_by_hand() {
    let curve = Curve::new([(0.0, 10.0), (2.0, 14.0), (4.0, 15.0), (6.0, 21.0)]).unwrap();
    let knots = |part: &Curve| part.knots().collect::<Vec<_>>();
    assert_eq!(knots(&curve.part(1.0, 5.0).unwrap()), [(1.0, 12.0), (2.0, 14.0), (4.0, 15.0), (5.0, 18.0)]);
    assert_eq!(knots(&curve.part(2.0, 4.0).unwrap()), [(2.0, 14.0), (4.0, 15.0)]);
    assert_eq!(knots(&curve.part(-9.0, 9.0).unwrap()), knots(&curve));
    assert_eq!(knots(&curve.part(3.0, 3.0).unwrap()), [(3.0, 14.5)]);
    for (from, to) in [(4.0, 3.0), (7.0, 9.0), (-3.0, -1.0)] {
        assert!(curve.part(from, to).is_err(), "{from} to {to}");
    }
    assert!(!curve.is_empty() && !curve.part(3.0, 3.0).unwrap().is_empty());
    assert_eq!((curve.len(), curve.part(3.0, 3.0).unwrap().len()), (4, 1));
}

#[test]
fn a_cursor_tells_its_segment() {
    use segno_syncpoint::curve::Forward;
    let curve = Curve::new([(0.0, 10.0), (2.0, 14.0), (4.0, 15.0), (6.0, 21.0)]).unwrap();
    let mut cursor = curve.cursor::<Forward>();
    for (x, y, segment) in [(1.0, 12.0, 0), (3.0, 14.5, 1), (5.0, 18.0, 2), (0.5, 11.0, 0), (5.5, 19.5, 2)] {
        assert_eq!((cursor.at(x), cursor.segment()), (Some(y), segment), "{x}");
    }
}

#[test]
fn rounding_tells_the_mean_and_the_largest_change() {
    let rough = map("[[0,0],[1,2.0004],[2,4.0002],[3,6]]");
    let (rounded, told) = rough.with_times_rounded(TimeGrid::Milliseconds).unwrap();
    assert_eq!(text(&rounded), "[[0,0],[1,2],[2,4],[3,6]]");
    assert_eq!(told.changed, 2);
    assert!((told.largest - 0.0004).abs() < 1e-12, "{told:?}");
    assert!((told.mean - 0.000_15).abs() < 1e-12, "{told:?}");
}

/// Many lookups at once are the lookups one by one, in whatever order, inside and outside, in stretches of any length.
#[test]
fn many_lookups_are_single_ones() {
    use segno_syncpoint::curve::{Backward, Forward};
    let curve = Curve::new([(0.0, 10.0), (2.0, 14.0), (4.0, 15.0), (6.0, 21.0)]).unwrap();
    let steps: Vec<f64> = (-4..30_i32).map(|step| f64::from(step) / 4.0).collect();
    let backwards: Vec<f64> = steps.iter().rev().copied().collect();
    let mixed: Vec<f64> = (0..40_i32).map(|step| f64::from(step * 7 % 31) / 4.0 - 0.5).collect();
    for values in [steps, backwards, mixed, vec![6.0; 20], vec![0.0; 9], vec![f64::NAN; 3], Vec::new()] {
        let mut out = vec![0.0; values.len()];
        curve.many::<Forward>(&values, &mut out);
        for (value, many) in values.iter().zip(&out) {
            assert_eq!(curve.y_at(*value), Some(*many).filter(|many| !many.is_nan()), "{value}");
        }
        let times: Vec<f64> = values.iter().map(|value| 10.0 + 2.0 * value).collect();
        curve.many::<Backward>(&times, &mut out);
        for (time, many) in times.iter().zip(&out) {
            assert_eq!(curve.x_at(*time), Some(*many).filter(|many| !many.is_nan()), "{time}");
        }
    }
}

/// Bars of 2 s in 4/4, then of 3 s in 3/4: 120 and 60 quarters a minute, at the bar line by the side.
#[test]
fn the_tempo_at_an_instant() {
    let map = map("[[0,1],[2,5],[4,11]]");
    let mut bars = BarGrid::uniform(2, 4, 4).unwrap();
    bars.bars.extend(BarGrid::uniform(2, 3, 4).unwrap().bars);
    let grid = bars.play_straight().unwrap();
    let bpm = |time, side| map.bpm_at(time, side, &grid, BeatUnit::Beat);
    for (time, left, right) in [
        (1.0, None, Some(120.0)),
        (2.0, Some(120.0), Some(120.0)),
        (3.0, Some(120.0), Some(120.0)),
        (5.0, Some(120.0), Some(60.0)),
        (6.5, Some(60.0), Some(60.0)),
        (11.0, Some(60.0), None),
        (0.5, None, None),
        (11.5, None, None),
    ] {
        assert_eq!((bpm(time, Side::Left), bpm(time, Side::Right)), (left, right), "{time}");
    }
}
