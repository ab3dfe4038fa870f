//! Lookups a query: cursor, random, sorted batch, at three sizes, beside the method of alphaTab and plain binary search.
//!
//! The inputs are made by the same generator as those of `docs/benchmarks/lookup.py`, which runs `numpy.interp` on them.

use std::hint::black_box;

use divan::Bencher;
use divan::counter::ItemsCount;
use segno_syncpoint::{SyncMap, Syncpoint};

const SIZES: [u32; 3] = [64, 1024, 65_536];
const QUERIES: usize = 100_000;

fn main() {
    divan::main();
}

/// The generator of the inputs: a linear congruential one (Knuth's MMIX constants), easy to write again elsewhere.
struct Random(u64);

impl Random {
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// A point a bar, 1.5 to 2.5 s apart.
fn times(size: u32) -> Vec<f64> {
    let mut random = Random(1);
    let mut time = 0.0;
    (0..size)
        .map(|_| {
            let at = time;
            time += 1.5 + random.unit();
            at
        })
        .collect()
}

fn map(size: u32) -> SyncMap {
    let points: Vec<_> =
        times(size).iter().zip(0..).map(|(time, bar)| Syncpoint::bar_line(bar, *time)).collect();
    SyncMap::new(points).unwrap()
}

fn queries(size: u32) -> Vec<f64> {
    let end = times(size).last().copied().unwrap();
    let mut random = Random(2);
    (0..QUERIES).map(|_| random.unit() * end).collect()
}

fn sorted(size: u32) -> Vec<f64> {
    let mut queries = queries(size);
    queries.sort_by(f64::total_cmp);
    queries
}

/// Frames at 60 a second, over and over.
fn frames(size: u32) -> Vec<f64> {
    let end = times(size).last().copied().unwrap();
    (0..QUERIES).map(|frame| (frame as f64 / 60.0) % end).collect()
}

#[divan::bench(args = SIZES)]
fn random(bencher: Bencher<'_, '_>, size: u32) {
    let (map, queries) = (map(size), queries(size));
    bencher.counter(ItemsCount::new(QUERIES)).bench_local(|| {
        let mut sum = 0.0;
        for query in &queries {
            sum += map.bars_at(black_box(*query)).unwrap();
        }
        sum
    });
}

#[divan::bench(args = SIZES)]
fn cursor_at_60_fps(bencher: Bencher<'_, '_>, size: u32) {
    let (map, frames) = (map(size), frames(size));
    bencher.counter(ItemsCount::new(QUERIES)).bench_local(|| {
        let mut cursor = map.cursor();
        let mut sum = 0.0;
        for frame in &frames {
            sum += cursor.bars_at(black_box(*frame)).unwrap();
        }
        sum
    });
}

#[divan::bench(args = SIZES)]
fn sorted_batch(bencher: Bencher<'_, '_>, size: u32) {
    let (map, queries) = (map(size), sorted(size));
    let mut out = vec![0.0; QUERIES];
    bencher.counter(ItemsCount::new(QUERIES)).bench_local(|| {
        map.bars_at_many(black_box(&queries), &mut out);
        black_box(&out);
    });
}

/// The batch call on queries in no order.
#[divan::bench(args = SIZES)]
fn unsorted_batch(bencher: Bencher<'_, '_>, size: u32) {
    let (map, queries) = (map(size), queries(size));
    let mut out = vec![0.0; QUERIES];
    bencher.counter(ItemsCount::new(QUERIES)).bench_local(|| {
        map.bars_at_many(black_box(&queries), &mut out);
        black_box(&out);
    });
}

/// What one writes without this crate: binary search and a division.
#[divan::bench(args = SIZES)]
fn rival_binary_search(bencher: Bencher<'_, '_>, size: u32) {
    let (times, queries) = (times(size), queries(size));
    bencher.counter(ItemsCount::new(QUERIES)).bench_local(|| {
        let mut sum = 0.0;
        for query in &queries {
            let query = black_box(*query);
            let at = times.partition_point(|time| *time <= query).clamp(1, times.len() - 1) - 1;
            sum += at as f64 + (query - times[at]) / (times[at + 1] - times[at]);
        }
        sum
    });
}

/// The method of alphaTab 1.8 (`MidiFileSequencer.mainTimePositionFromBackingTrack`): remember the last point; if the time is before
/// it start over, then walk to the next ones. O(points) for a seek, about free in playback.
fn walk(times: &[f64], at: &mut usize, query: f64) -> f64 {
    if query < times[*at] {
        *at = 0;
    }
    while *at + 1 < times.len() && times[*at + 1] <= query {
        *at += 1;
    }
    let next = (*at + 1).min(times.len() - 1);
    *at as f64 + (query - times[*at]) / (times[next] - times[*at])
}

#[divan::bench(args = SIZES)]
fn rival_alphatab_random(bencher: Bencher<'_, '_>, size: u32) {
    let times = times(size);
    // A walk through 65,536 points takes long: fewer queries, counted as such.
    let queries = &queries(size)[..2000];
    bencher.counter(ItemsCount::new(queries.len())).bench_local(|| {
        let (mut at, mut sum) = (0, 0.0);
        for query in queries {
            sum += walk(&times, &mut at, black_box(*query));
        }
        sum
    });
}

#[divan::bench(args = SIZES)]
fn rival_alphatab_at_60_fps(bencher: Bencher<'_, '_>, size: u32) {
    let (times, frames) = (times(size), frames(size));
    bencher.counter(ItemsCount::new(QUERIES)).bench_local(|| {
        let (mut at, mut sum) = (0, 0.0);
        for frame in &frames {
            sum += walk(&times, &mut at, black_box(*frame));
        }
        sum
    });
}

/// Building the map, validation and both indexes included, a point.
#[divan::bench(args = SIZES)]
fn build(bencher: Bencher<'_, '_>, size: u32) {
    let points: Vec<_> =
        times(size).iter().zip(0..).map(|(time, bar)| Syncpoint::bar_line(bar, *time)).collect();
    bencher
        .counter(ItemsCount::new(size as usize))
        .with_inputs(|| points.clone())
        .bench_local_values(|points| SyncMap::new(points).unwrap());
}
