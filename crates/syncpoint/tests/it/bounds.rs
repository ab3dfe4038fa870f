//! What large and hostile inputs may cost, and that the ways to make them cheap change nothing.

use std::collections::HashMap;

use proptest::prelude::*;
use segno_syncpoint::formats::timemap::{When, when_points};
use segno_syncpoint::formats::{lrc, measure_map};
use segno_syncpoint::{BarGrid, Interpolation, Options, Side, SyncMap, Syncpoint};

use crate::maps;

proptest! {
    /// The k-th value of an id belongs to the k-th time its bar is played.
    #[test]
    fn when_values_are_dealt_out_in_order(
        values in prop::collection::vec((0_usize..6, 0.0_f64..100.0), 0..30),
        order in prop::collection::vec(0_usize..7, 0..30),
    ) {
        // Two bars of one id; one id that no bar has, one bar that has none.
        let ids = ["a", "b", "c", "b", "d"];
        let names = ["a", "b", "c", "d", "nobody", "a"];
        let whens: Vec<When> =
            values.iter().map(|(name, time)| When { id: names[*name].to_owned(), time: *time }).collect();
        let mut heard: HashMap<&str, usize> = HashMap::new();
        let mut expected = Vec::new();
        for (played, written) in order.iter().enumerate() {
            let Some(id) = ids.get(*written) else { continue };
            let nth = heard.entry(id).or_default();
            if let Some(when) = whens.iter().filter(|when| when.id == *id).nth(*nth) {
                expected.push(Syncpoint::bar_line(played as u32, when.time));
                *nth += 1;
            }
        }
        prop_assert_eq!(when_points(&whens, &ids, &order), expected);
    }

    /// By going through the points one after the other.
    #[test]
    fn hide_changes_are_those_of_the_points(points in maps::points(), times in prop::collection::vec(-5.0_f64..400.0, 0..20)) {
        let map = SyncMap::new(points.clone()).unwrap();
        let at_points = points.iter().map(|point| point.time);
        for time in times.into_iter().chain(at_points) {
            let last = |passed: &dyn Fn(&Syncpoint) -> bool| points.iter().take_while(|point| passed(point)).last().is_some_and(|point| point.hide);
            let now = last(&|point| point.time <= time);
            prop_assert_eq!(map.hidden_at(time, Side::Right), now);
            prop_assert_eq!(map.hidden_at(time, Side::Left), last(&|point| point.time < time));
            let next = points.iter().find(|point| point.time > time && point.hide != now);
            prop_assert_eq!(map.next_hide_change(time), next);
        }
    }

    /// At the time of each point its own position, also where knots stand between the points.
    #[test]
    fn positions_are_those_of_the_points(points in maps::points()) {
        let grid = BarGrid::uniform(600, 4, 4).unwrap();
        let mut order: Vec<usize> = (0..600).collect();
        order[3] = 0;
        let mut grid = grid;
        grid.bars[5].actual = segno_syncpoint::Fraction::new(1, 4).unwrap();
        grid.bars[17].actual = segno_syncpoint::Fraction::new(3, 4).unwrap();
        let played = std::sync::Arc::new(grid.play(&order).unwrap());
        let by_quarters = Options { interpolation: Interpolation::PerQuarter(played), ..Options::default() };
        for map in [SyncMap::new(points.clone()).unwrap(), SyncMap::with(points.clone(), by_quarters).unwrap()] {
            for point in &points {
                prop_assert_eq!(map.position_at(point.time), Ok(point.position));
                prop_assert_eq!(map.position_at(point.time).unwrap().offset().value(), point.position.offset().value());
            }
            for pair in points.windows(2) {
                let middle = f64::midpoint(pair[0].time, pair[1].time);
                prop_assert_eq!(map.position_at(middle).unwrap().bars(), segno_syncpoint::Position::from_bars(map.bars_at(middle).unwrap()).unwrap().bars());
            }
        }
    }

    /// Many lookups in any order are the single ones.
    #[test]
    fn many_lookups_are_the_single_ones(map in maps::maps(), shares in prop::collection::vec(-0.1_f64..1.1, 0..60)) {
        let (first, last) = (map.first().time, map.last().time);
        let times: Vec<f64> = shares.iter().map(|share| first + share * (last - first)).collect();
        let mut bars = vec![0.0; times.len()];
        map.bars_at_many(&times, &mut bars);
        for (time, bars) in times.iter().zip(&bars) {
            match map.bars_at(*time) {
                Ok(single) => prop_assert_eq!(single.to_bits(), bars.to_bits()),
                Err(_) => prop_assert!(bars.is_nan()),
            }
        }
    }
}

#[test]
fn a_line_of_lyrics_cannot_multiply_its_text() {
    let stamped =
        |stamps: usize, text: usize| format!("{}{}\n", "[00:01.00]".repeat(stamps), "x".repeat(text));
    assert_eq!(lrc::read(&stamped(5, 100)).unwrap().lines.len(), 5);
    // A thousand times a refrain of a thousand bytes is just within the bound.
    assert_eq!(lrc::read(&stamped(1_049, 1_000)).unwrap().lines.len(), 1_049);
    let error = lrc::read(&stamped(1_051, 1_000)).unwrap_err();
    assert_eq!((error.line, error.column), (1, 10_511));
    assert!(error.to_string().contains("expected a text that fewer stamps share"), "{error}");
    // Many lines are counted together; a text of its own may be as long as it is.
    let error = lrc::read(&stamped(11, 1_000).repeat(200)).unwrap_err();
    assert_eq!(error.line, 105);
    assert!(lrc::read(&stamped(1, 1_000).repeat(5_000)).is_ok());
    assert_eq!(lrc::read(&stamped(100_000, 0)).unwrap().lines.len(), 100_000);
}

#[test]
fn a_measure_map_cannot_leave_out_measures_without_end() {
    let map = |counts: &[u32]| {
        let measures: Vec<String> = counts.iter().map(|count| format!("{{\"count\":{count}}}")).collect();
        measure_map::read(&format!("[{}]", measures.join(",")))
    };
    assert_eq!(map(&[1, 65_538]).unwrap().len(), 65_538);
    assert_eq!(map(&[1, 30_002, 65_539]).unwrap().len(), 65_539);
    for counts in [&[1, 65_539][..], &[1, 40_000, 80_000], &[1, 4_294_967_295]] {
        let error = map(counts).unwrap_err();
        assert!(error.to_string().contains("expected no more than 65536 measures left out"), "{error}");
    }
    for counts in [&[2][..], &[1, 1], &[1, 3, 2]] {
        let error = map(counts).unwrap_err();
        assert!(
            error.to_string().contains("expected a measure whose count is above the one before"),
            "{error}"
        );
    }
}
