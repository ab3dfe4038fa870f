//! Any samples and any score: a map inside the recording, or a typed error.
#![no_main]

use libfuzzer_sys::fuzz_target;
use segno_align::{Aligner, Analyzer, svg};
use segno_score::{Onset, Score};
use segno_syncpoint::{BarGrid, Fraction, Policy, RepeatEnd, WrittenBar};

/// The next byte, or 0.
fn next(bytes: &mut &[u8]) -> u8 {
    let Some((first, rest)) = bytes.split_first() else { return 0 };
    *bytes = rest;
    *first
}

fn score(bytes: &mut &[u8]) -> Option<Score> {
    let bars = usize::from(next(bytes) % 8) + 1;
    let beats = u32::from(next(bytes) % 9) + 1;
    let mut score = Score::default();
    for number in 1..=bars {
        let mut bar = WrittenBar::new(number.to_string(), Fraction::new(beats, 4)?);
        if next(bytes) % 5 == 0 {
            bar.repeat_end = Some(RepeatEnd { plays: 2, after_jump: None });
        }
        score.structure.bars.push(bar);
    }
    score.grid = BarGrid::uniform(bars, beats, 4)?;
    for _ in 0..next(bytes) % 64 {
        let bar = usize::from(next(bytes)) % (bars + 1);
        let offset = Fraction::new(u32::from(next(bytes) % 40), 16)?;
        let duration = Fraction::new(u32::from(next(bytes) % 64), 16)?;
        let key = Some(next(bytes)).filter(|key| *key < 250);
        score.onsets.push(Onset::new(0, bar, offset, key, duration));
    }
    Some(score)
}

fuzz_target!(|bytes: &[u8]| {
    let mut bytes = bytes;
    let Some(score) = score(&mut bytes) else { return };
    let Ok(order) = score.structure.unroll(&Policy::CLASSICAL) else { return };
    let fixed = next(&mut bytes) % 2 == 0;
    let rate = [8_000, 8_000, 11_025, 22_050][usize::from(next(&mut bytes) % 4)];
    let Ok(mut analyzer) = Analyzer::new(rate) else { return };
    // Each byte is a silence, the next note of the score, noise or numbers as they stand, for a while. A few seconds are enough for
    // everything that can happen, and are done in a few milliseconds.
    let mut keys = score.onsets.iter().filter_map(|onset| onset.key).cycle();
    let mut state = 1_u32;
    for byte in bytes.iter().take(32) {
        let length = u32::from(*byte) * if byte % 4 == 0 { 32 } else { 8 };
        let key = if byte % 4 == 1 { keys.next() } else { None };
        let pitch = 440.0 * ((f32::from(key.unwrap_or(*byte)) - 69.0) / 12.0).exp2();
        let turn = std::f32::consts::TAU * pitch / rate as f32;
        let samples: Vec<f32> = (0..length)
            .map(|n| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                match byte % 4 {
                    0 => 0.0,
                    1 => (n as f32 * turn).sin() * (-(n as f32) / 1_000.0).exp(),
                    2 => (state >> 8) as f32 / (1 << 24) as f32 - 0.5,
                    _ => f32::from_bits(state),
                }
            })
            .collect();
        analyzer.push(&samples);
    }
    let features = analyzer.finish();
    let mut aligner = Aligner::new(&score);
    if fixed {
        aligner = aligner.order(&order);
    }
    match aligner.align(&features) {
        Err(error) => assert!(!error.to_string().is_empty()),
        Ok(aligned) => {
            let map = aligned.map().expect("the times rise");
            assert!(map.first().time >= 0.0 && map.last().time <= features.seconds() + 1e-9);
            assert!(aligned.bars.iter().all(|bar| bar.spread.is_finite()));
            let sent = aligned.delivery(&order, 0.03).expect("it can be simplified");
            assert_eq!(sent.map().is_ok(), sent.is_sequential());
            assert!(svg::draw(&aligned, &features, &svg::Drawing::default()).ends_with("</svg>\n"));
        }
    }
});
