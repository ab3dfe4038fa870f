//! Unrolling and ranking of variants: `cargo bench -p segno-syncpoint --bench unroll`.

use divan::{Bencher, black_box};
use segno_syncpoint::variants::{Observed, Variants};
use segno_syncpoint::{Fraction, Policy, RepeatEnd, RepeatStart, Structure, WrittenBar};

fn main() {
    divan::main();
}

/// Passages of eight bars, each repeated.
fn repeats(passages: usize) -> Structure {
    let four = Fraction::new(4, 4).unwrap_or(Fraction::ZERO);
    let mut structure = Structure::default();
    for bar in 0..passages * 8 {
        let mut written = WrittenBar::new((bar + 1).to_string(), four);
        if bar % 8 == 0 {
            written.repeat_start = Some(RepeatStart::Printed);
        }
        if bar % 8 == 7 {
            written.repeat_end = Some(RepeatEnd { plays: 2, after_jump: None });
        }
        structure.bars.push(written);
    }
    structure
}

#[divan::bench(args = [1, 10, 100, 1_000])]
fn unroll(bencher: Bencher<'_, '_>, passages: usize) {
    let structure = repeats(passages);
    bencher
        .counter(divan::counter::ItemsCount::new(passages * 16))
        .bench(|| black_box(&structure).unroll(&Policy::CLASSICAL));
}

#[divan::bench(args = [10, 40, 100])]
fn ten_best_variants(bencher: Bencher<'_, '_>, repeated: usize) {
    let structure = repeats(repeated);
    let heard = repeated * 12;
    bencher.bench(|| {
        Variants::new(black_box(&structure), &Policy::CLASSICAL, Observed::Bars(heard))
            .map(|variants| variants.take(10).count())
    });
}
