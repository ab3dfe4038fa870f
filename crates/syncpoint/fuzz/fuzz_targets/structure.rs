//! Any structure, under every preset: each step of the order has its cause; written orders are ranked nearest first.
#![no_main]

use libfuzzer_sys::fuzz_target;
use segno_syncpoint::variants::{Observed, Variants};
use segno_syncpoint::{BarGrid, Playthrough, Policy};

#[path = "../../tests/it/random_structure.rs"]
mod random_structure;

fuzz_target!(|input: (u8, &[u8])| {
    let structure = random_structure::structure(&input.1[..input.1.len().min(6 * 64)]);
    for (name, preset) in Policy::PRESETS {
        let policy = Policy { max_bars: 2_000, ..preset };
        let Ok(play) = structure.unroll(&policy) else { continue };
        if let Err(what) = random_structure::check(&structure, &policy, &play) {
            panic!("{name}: {what}");
        }
        let musical = play.musical_bars(&structure);
        assert!(musical.iter().map(|bars| bars.len()).sum::<usize>() == play.len(), "{name}: {musical:?}");
        let order: Vec<usize> = play.order().collect();
        for (index, bar) in order.iter().enumerate() {
            assert!(play.passes_of(*bar).contains(&index), "{name}");
        }
        let again = Playthrough::performed(&structure, order.iter().copied()).expect("bars that are there");
        assert!(again.order().eq(order.iter().copied()), "{name}");
        if let Some(Ok(grid)) = BarGrid::uniform(structure.bars.len(), 4, 4).map(|grid| grid.play(&order)) {
            assert_eq!(grid.len(), order.len());
        }
    }
    let policy = Policy { max_bars: 500, ..Policy::CLASSICAL };
    let Ok(variants) = Variants::new(&structure, &policy, Observed::Bars(usize::from(input.0))) else {
        return;
    };
    let mut before = 0.0;
    for variant in variants.take(8) {
        assert!(variant.distance >= before - 1e-9, "{} after {before}", variant.distance);
        before = variant.distance;
    }
});
