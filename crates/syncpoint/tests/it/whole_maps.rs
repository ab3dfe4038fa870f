//! Edits of whole maps: simplified with their own interpolation, and what they hide stays hidden.

use std::sync::Arc;

use proptest::prelude::*;
use segno_syncpoint::simplify::{Mode, Rules, SimplifyError};
use segno_syncpoint::{
    BarGrid, EditError, Interpolation, Offset, Options, Position, Repair, SyncMap, Syncpoint, validate, wire,
};

use crate::maps;

fn map(text: &str) -> SyncMap {
    SyncMap::new(wire::read(text).unwrap()).unwrap()
}

fn text(map: &SyncMap) -> String {
    wire::write(map.points())
}

/// The hide state at the start of each bar.
fn hidden(map: &SyncMap) -> Vec<bool> {
    let last = map.last().position.bar();
    (0..last)
        .map(|bar| {
            let line = Position::bar_line(bar);
            map.points().iter().rev().find(|point| point.position <= line).is_some_and(|point| point.hide)
        })
        .collect()
}

/// Bars of 4/4 and 2/4 in turn, each quarter of a second: even per quarter, uneven per bar.
fn alternating(bars: u32) -> (BarGrid, Vec<Syncpoint>) {
    let pair = [(4, 4), (2, 4)].map(|(beats, unit)| BarGrid::uniform(1, beats, unit).unwrap().bars.remove(0));
    let grid = BarGrid { bars: pair.iter().cloned().cycle().take(bars as usize).collect() };
    let time = |bar: u32| f64::from(bar / 2 * 6 + bar % 2 * 4);
    (grid, (0..=bars).map(|bar| Syncpoint::bar_line(bar, time(bar))).collect())
}

#[test]
fn simplified_by_the_interpolation_of_the_map() {
    let (grid, points) = alternating(12);
    let interpolation = Interpolation::PerQuarter(Arc::new(grid.play_straight().unwrap()));
    let quarters = SyncMap::with(points.clone(), Options { interpolation, ..Options::default() }).unwrap();
    let found = quarters.simplified(0.01, &Rules::KEEP).unwrap();
    assert_eq!((text(&found.map), found.kept), ("[[0,0],[12,36]]".to_owned(), vec![0, 12]));
    assert!(found.max_error < 1e-9);
    assert_eq!(found.map.time_at(1.0), Ok(4.0));
    // Per bar the same points do not make a line, and two of them would be a second off at every second bar line.
    let bars = SyncMap::new(points).unwrap();
    let found = bars.simplified(0.01, &Rules::KEEP).unwrap();
    assert_eq!((found.map.points().len(), found.max_error), (13, 0.0));
    assert_eq!(bars.simplified(1.0, &Rules::KEEP).unwrap().map.points().len(), 2);
}

#[test]
fn simplified_keeps_what_is_hidden() {
    let map = map("[[0,0],[1,2],[2,4,0,1],[3,6,0,1],[4,8],[5,10],[6,12]]");
    let found = map.simplified(0.5, &Rules::KEEP).unwrap();
    assert_eq!(text(&found.map), "[[0,0],[2,4,0,1],[4,8],[6,12]]");
    let forced = map.simplified(0.5, &Rules { forced: &[5], ..Rules::KEEP }).unwrap();
    assert_eq!(forced.kept, [0, 2, 4, 5, 6]);
    let four = map.simplified_to(4, &Rules::KEEP).unwrap();
    assert_eq!((four.kept, four.max_error), (vec![0, 2, 4, 6], 0.0));
    assert_eq!(
        map.simplified_to(3, &Rules::KEEP).unwrap_err(),
        EditError::Simplify(SimplifyError::TooFew { least: 4 })
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn simplified_within_the_tolerance(map in maps::maps(), tolerance in 0.0_f64..1.0, quarters in any::<bool>(), moving in any::<bool>()) {
        let bars = map.last().position.bar() + 1;
        let (grid, _) = alternating(bars);
        let interpolation = if quarters {
            Interpolation::PerQuarter(Arc::new(grid.play_straight().unwrap()))
        } else {
            Interpolation::PerBar
        };
        let map = SyncMap::with(map.into_points(), Options { interpolation, ..Options::default() }).unwrap();
        let mode = if moving { Mode::Move } else { Mode::Keep };
        let found = map.simplified(tolerance, &Rules { mode, forced: &[] }).unwrap();
        prop_assert!(found.max_error <= tolerance + 2e-9, "{}", found.max_error);
        prop_assert_eq!(hidden(&found.map), hidden(&map));
        // Not only at the points: at bar lines and between them too.
        let end = map.last().position.bars();
        for step in 0..=200 {
            let place = (end * f64::from(step) / 200.0).min(end);
            let (new, old) = (found.map.time_at(place).unwrap(), map.time_at(place).unwrap());
            prop_assert!((new - old).abs() <= tolerance + 2e-9, "{} s instead of {} s at {}", new, old, place);
        }
        if !moving {
            for (point, index) in found.map.points().iter().zip(&found.kept) {
                prop_assert_eq!(point, &map.points()[*index]);
            }
        }
    }

    /// What is hidden of the bars that are left is what was hidden.
    #[test]
    fn deleted_bars_take_nothing_hidden_with_them(
        points in maps::points_after(1..40),
        at in any::<prop::sample::Index>(),
        count in any::<prop::sample::Index>(),
    ) {
        let mut map = SyncMap::new(points).unwrap();
        // At least two bars, so that one is left.
        if map.last().position.bar() < 2 {
            map = map.with_bars_recorded(map.last().position.bar(), 2, 4.0).unwrap();
        }
        let mut expected = hidden(&map);
        let at = at.index(expected.len() - 1);
        let count = 1 + count.index((expected.len() - 1 - at).min(8));
        expected.drain(at..at + count);
        for after in [
            map.with_bars_deleted(at as u32, count as u32).unwrap(),
            map.with_bars_cut(at as u32, count as u32).unwrap(),
        ] {
            prop_assert_eq!(hidden(&after)[..expected.len().min(hidden(&after).len())].to_vec(), expected.clone());
        }
    }

    #[test]
    fn a_merged_map_hides_what_the_first_hides(a in maps::maps(), b in maps::maps()) {
        let merged = a.merged(&b).unwrap().map;
        let (before, after) = (hidden(&a), hidden(&merged));
        prop_assert_eq!(&after[..before.len()], &before[..]);
    }
}

#[test]
fn deleting_bars_by_hand() {
    // Hidden from bar 3 on, which goes: the first bar that is left is hidden all the same.
    let map = map("[[0,0],[3,6,0,1],[7,14],[8,16]]");
    assert_eq!(text(&map.with_bars_deleted(2, 3).unwrap()), "[[0,0],[2,7,0,1],[4,14],[5,16]]");
    let shown = self::map("[[0,0,0,1],[2,4,0,1],[3,6],[7,14]]");
    assert_eq!(text(&shown.with_bars_deleted(2, 3).unwrap()), "[[0,0,0,1],[2,4],[4,14]]");
}

#[test]
fn more_bars_deleted_than_there_are() {
    let points = wire::read("[[0,0],[4,8],[8,16]]").unwrap();
    let map = SyncMap::with(points, Options { bar_count: Some(8), ..Options::default() }).unwrap();
    let left = map.with_bars_deleted(4, 100).unwrap();
    assert_eq!((text(&left).as_str(), left.options().bar_count), ("[[0,0],[4,8]]", Some(4)));
}

#[test]
fn merged_flags_of_the_second_map_count_only_after_the_first() {
    let first = map("[[0,0],[2,4,0,1],[8,16]]");
    let second = map("[[0,0],[1,2,0,1],[4,8],[9,18,0,1],[10,20]]");
    let merged = first.merged(&second).unwrap();
    assert_eq!(text(&merged.map), "[[0,0],[1,2],[2,4,0,1],[4,8,0,1],[8,16],[9,18,0,1],[10,20]]");
    assert_eq!(merged.dropped, [0]);
}

#[test]
fn spliced_flags_hold_between_the_seams() {
    let ours = map("[[0,0],[2,4,0,1],[6,12],[8,16]]");
    let other = map("[[0,0],[4,9],[8,18]]");
    let line = Position::bar_line;
    let spliced = ours.spliced(&other, line(3), line(5)).unwrap();
    // Shown between the seams as in the other map, hidden again after them until bar 6.
    assert_eq!(text(&spliced), "[[0,0],[2,4,0,1],[3,6.75],[4,9],[5,11.25,0,1],[6,12],[8,16]]");
}

#[test]
fn the_highest_bar() {
    let end = Position::new(Position::MAX_BAR, Offset::integer(480).unwrap()).unwrap();
    let points = vec![Syncpoint::bar_line(0, 0.0), Syncpoint::new(end, 2e6)];
    let bar_count = Some(Position::MAX_BAR + 1);
    let map = SyncMap::with(points.clone(), Options { bar_count, ..Options::default() }).unwrap();
    assert_eq!(map.position_at(2e6), Ok(end));
    assert_eq!(map.time_at(1_048_576.0), Ok(2e6));
    let context = validate::Context { bar_count, ..validate::Context::default() };
    let diagnostics = validate::points(&points, &context);
    assert!(
        diagnostics.iter().all(|diagnostic| diagnostic.kind.code() != "MissingEndPoint"),
        "{diagnostics}"
    );
    assert!(Repair { bar_count, ..Repair::default() }.points(&points).is_unchanged());
    let repaired =
        Repair { bar_count, ..Repair::default() }.points(&[points[0], Syncpoint::bar_line(1, 1.5)]);
    assert_eq!(repaired.points.last().map(|point| point.position), Some(end));
    assert!(map.with_bars_inserted(0, 1).is_err());
    assert!(map.with_bars_deleted(5, u32::MAX).is_ok());
}
