//! The provably smallest maps against Douglas-Peucker and farthest-legal greedy, on maps with the unsteady tempo of a
//! performance: `cargo bench -p segno-syncpoint --bench simplify`.

use divan::{Bencher, black_box};
use segno_syncpoint::simplify::{Rules, best, minimum, minimum_count};

#[path = "../tests/it/random.rs"]
mod random;
#[path = "../tests/it/rivals.rs"]
mod rivals;

const POINTS: [usize; 3] = [100, 1_000, 10_000];
const TOLERANCE: f64 = 0.05;

fn main() {
    divan::main();
}

/// Bars of about two seconds; the tempo wanders, and each bar is some 40 ms off.
fn performance(points: usize) -> (Vec<f64>, Vec<f64>) {
    let mut random = random::Random::new(7);
    let mut unit = || f64::from(u32::try_from(random.below(2_001)).unwrap_or(0)) / 1_000.0 - 1.0;
    let x: Vec<f64> = (0_u32..).take(points).map(f64::from).collect();
    let (mut time, mut bar) = (1.0, 2.0);
    let t = x
        .iter()
        .map(|_| {
            bar = (bar + 0.02 * unit()).clamp(1.2, 3.0);
            time += bar + 0.04 * unit();
            (time * 1e6).round() / 1e6
        })
        .collect();
    (x, t)
}

#[divan::bench(args = POINTS)]
fn optimal_count(bencher: Bencher<'_, '_>, points: usize) {
    let (x, t) = performance(points);
    bencher.bench(|| minimum_count(black_box(&x), black_box(&t), TOLERANCE, &[]));
}

#[divan::bench(args = POINTS)]
fn optimal_keep(bencher: Bencher<'_, '_>, points: usize) {
    let (x, t) = performance(points);
    bencher.bench(|| minimum(black_box(&x), black_box(&t), TOLERANCE, &Rules::KEEP));
}

#[divan::bench(args = [100, 1_000], sample_count = 20)]
fn optimal_move(bencher: Bencher<'_, '_>, points: usize) {
    let (x, t) = performance(points);
    bencher.bench(|| minimum(black_box(&x), black_box(&t), TOLERANCE, &Rules::MOVE));
}

#[divan::bench(args = [100, 1_000], sample_count = 20)]
fn best_of_a_quarter_of_the_points(bencher: Bencher<'_, '_>, points: usize) {
    let (x, t) = performance(points);
    bencher.bench(|| best(black_box(&x), black_box(&t), points / 4, &Rules::KEEP));
}

#[divan::bench(args = POINTS)]
fn douglas_peucker(bencher: Bencher<'_, '_>, points: usize) {
    let (x, t) = performance(points);
    bencher.bench(|| rivals::douglas_peucker(black_box(&x), black_box(&t), TOLERANCE));
}

#[divan::bench(args = POINTS)]
fn greedy(bencher: Bencher<'_, '_>, points: usize) {
    let (x, t) = performance(points);
    bencher.bench(|| rivals::greedy(black_box(&x), black_box(&t), TOLERANCE));
}

#[divan::bench(args = POINTS)]
fn metronome(bencher: Bencher<'_, '_>, points: usize) {
    let (x, _) = performance(points);
    let t: Vec<f64> = x.iter().map(|x| 2.0 * x).collect();
    bencher.bench(|| minimum(black_box(&x), black_box(&t), TOLERANCE, &Rules::KEEP));
}
