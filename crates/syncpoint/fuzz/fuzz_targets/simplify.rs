//! Any numbers as points: an error, or fewer points that keep the tolerance; from steps that increase, never an error.
#![no_main]

use libfuzzer_sys::fuzz_target;
use segno_syncpoint::simplify::{Mode, Rules, best, minimum, minimum_count};
use segno_syncpoint::{SyncMap, Syncpoint};

fuzz_target!(|input: (bool, u16, u8, &[u8])| {
    let (moves, tolerance, forced, bytes) = input;
    let mode = if moves { Mode::Move } else { Mode::Keep };
    let forced = [usize::from(forced)];
    let rules = Rules { mode, forced: if forced[0] < 64 { &forced } else { &[] } };
    let raw: Vec<f64> =
        bytes.chunks_exact(8).take(48).map(|eight| f64::from_le_bytes(eight.try_into().unwrap())).collect();
    let (x, t) = raw.split_at(raw.len() / 2);
    let _ = (
        minimum(x, t, f64::from(tolerance), &rules),
        best(x, t, 3, &rules),
        minimum_count(x, t, 0.01, rules.forced),
    );

    // Bars of 0.01 s to 2.56 s, some of them without a point.
    let (mut time, mut points) = (0.0, Vec::new());
    for (bar, &byte) in (0_u32..).zip(bytes.iter().take(96)) {
        if bar == 0 || byte % 7 != 0 {
            points.push(Syncpoint::bar_line(bar, time).hidden(byte % 11 == 0));
        }
        time += f64::from(u32::from(byte) + 1) / 100.0;
    }
    let Ok(map) = SyncMap::new(points) else { return };
    let tolerance = f64::from(tolerance) / 10_000.0;
    let less = map.simplified(tolerance, &Rules { mode, forced: &[] }).expect("a map can be simplified");
    assert!(less.max_error <= tolerance + 2e-9, "{} of {tolerance}", less.max_error);
    assert!(less.map.points().len() <= map.points().len());
    assert_eq!(less.map.hide_spans().count(), map.hide_spans().count());
    for point in map.points() {
        let Ok(near) = less.map.time_of(point.position) else { continue };
        assert!((near - point.time).abs() <= tolerance + 2e-9, "{near} for {}", point.time);
    }
});
