//! Any samples and any score: a map inside the recording, or a typed error.

use proptest::prelude::*;
use segno_align::{Aligner, Analyzer, Features, svg};
use segno_score::{Onset, Score, Tempo};
use segno_syncpoint::{BarGrid, Fraction, Policy, RepeatEnd, Structure, WrittenBar};

use crate::studio::Dice;

fn fraction(numerator: u32, denominator: u32) -> Fraction {
    Fraction::new(numerator, denominator).unwrap()
}

/// A score that no reader would give: notes anywhere, bars of any length, wild tempos, repeats.
fn scores() -> impl Strategy<Value = Score> {
    let notes = prop::collection::vec(
        (
            0_usize..9,
            0_u32..40,
            prop::option::weighted(0.9, 0_u8..=127),
            0_u32..64,
            prop::bool::weighted(0.1),
        ),
        0..120,
    );
    let tempos = prop::collection::vec((0_usize..9, prop_oneof![1e-3_f64..2e4, Just(f64::NAN)]), 0..3);
    (1_usize..8, 1_u32..9, notes, tempos, prop::collection::vec(0_usize..8, 0..3)).prop_map(
        |(bars, beats, notes, tempos, repeats)| {
            let mut score = Score::default();
            let bar = |number: usize| WrittenBar::new(number.to_string(), fraction(beats, 4));
            score.structure = Structure { bars: (1..=bars).map(bar).collect() };
            for repeat in repeats {
                if let Some(bar) = score.structure.bars.get_mut(repeat) {
                    bar.repeat_end = Some(RepeatEnd { plays: 2, after_jump: None });
                }
            }
            score.grid = BarGrid::uniform(bars, beats, 4).unwrap();
            for (bar, offset, key, duration, grace) in notes {
                let mut onset = Onset::new(0, bar, fraction(offset, 16), key, fraction(duration, 16));
                onset.grace = grace;
                score.onsets.push(onset);
            }
            score.tempos =
                tempos.into_iter().map(|(bar, bpm)| Tempo::new(bar, Fraction::ZERO, bpm)).collect();
            score
        },
    )
}

/// A recording at some rate: stretches of silence, noise, tones and what is not a number at all.
fn recordings() -> impl Strategy<Value = (u32, Vec<f32>)> {
    let part = (0_u8..5, 0_usize..12_000, 30.0_f64..8_000.0, 0.0_f32..2.0);
    let rates = prop::sample::select(vec![8_000_u32, 11_025, 22_050, 44_100]);
    (rates, prop::collection::vec(part, 0..8), any::<u64>()).prop_map(|(rate, parts, seed)| {
        let mut dice = Dice::new(seed);
        let mut samples = Vec::new();
        for (kind, length, frequency, loud) in parts {
            samples.extend((0..length).map(|n| match kind {
                0 => 0.0,
                1 => loud * (dice.roll() as f32 - 0.5),
                2 => f32::from_bits(dice.roll().to_bits() as u32),
                _ => {
                    let phase = std::f64::consts::TAU * frequency * n as f64 / f64::from(rate);
                    let fades = if kind == 3 { (-(n as f64) / 3_000.0).exp() } else { 1.0 };
                    loud * (fades * phase.sin()) as f32
                }
            }));
        }
        (rate, samples)
    })
}

/// Puts the notes of the score after what is there, or before it, a quarter in a quarter of a second.
fn played(score: &Score, rate: u32, samples: &[f32], before: bool) -> Vec<f32> {
    let bar = score.grid.bars.first().map_or(1.0, |bar| bar.actual.quarters());
    let per_quarter = 0.25 * f64::from(rate);
    let mut music = vec![0.0_f32; (per_quarter * bar * score.grid.bars.len() as f64) as usize];
    for onset in score.onsets.iter().filter(|onset| !onset.grace) {
        let Some(key) = onset.key else { continue };
        let start = (per_quarter * (bar * onset.bar as f64 + onset.offset.quarters())) as usize;
        let frequency = 440.0 * ((f64::from(key) - 69.0) / 12.0).exp2();
        for (n, out) in music.iter_mut().skip(start).take(rate as usize).enumerate() {
            let time = n as f64 / f64::from(rate);
            let partials =
                (1..5_u32).map(f64::from).filter(|partial| partial * frequency < 0.4 * f64::from(rate));
            let sum: f64 = partials.map(|p| (std::f64::consts::TAU * p * frequency * time).sin() / p).sum();
            *out += (0.1 * sum * (-4.0 * time).exp()) as f32;
        }
    }
    if before { [&music, samples].concat() } else { [samples, &music].concat() }
}

fn analysed(rate: u32, samples: &[f32], piece: usize) -> Features {
    let mut analyzer = Analyzer::new(rate).unwrap();
    for piece in samples.chunks(piece) {
        analyzer.push(piece);
    }
    analyzer.finish()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn a_map_or_a_typed_error(
        score in scores(),
        (rate, samples) in recordings(),
        plays in prop::option::weighted(0.7, any::<bool>()),
        piece in 1_usize..5_000,
        fixed: bool,
        part in prop::option::weighted(0.3, (-1.0_f64..3.0, 0.0_f64..4.0)),
    ) {
        let samples = plays.map_or(samples.clone(), |before| played(&score, rate, &samples, before));
        let features = analysed(rate, &samples, piece);
        let order = score.structure.unroll(&Policy::CLASSICAL).unwrap();
        let mut aligner = Aligner::new(&score);
        if fixed {
            aligner = aligner.order(&order);
        }
        if let Some((from, length)) = part {
            aligner = aligner.between(from..from + length);
        }
        match aligner.align(&features) {
            Err(error) => prop_assert!(!error.to_string().is_empty()),
            Ok(aligned) => {
                prop_assert_eq!(aligned.bars.len(), aligned.playthrough.len());
                prop_assert!(aligned.bars.iter().zip(aligned.playthrough.order()).all(|(bar, written)| bar.written == written));
                prop_assert!(aligned.bars.iter().all(|bar| bar.spread.is_finite() && bar.spread >= 0.0));
                prop_assert!(aligned.match_.is_finite() && !aligned.margin.is_nan());
                prop_assert!(aligned.before >= 0.0 && aligned.after >= 0.0);
                let map = aligned.map().unwrap();
                prop_assert!(map.points().windows(2).all(|pair| pair[0].time < pair[1].time));
                prop_assert!(map.first().time >= 0.0 && map.last().time <= features.seconds() + 1e-9);
                let sent = aligned.delivery(&order, 0.03).unwrap();
                prop_assert_eq!(sent.map().is_ok(), sent.is_sequential());
                prop_assert_eq!(sent.points.first().map(|point| point.position.bars()), Some(0.0));
                let picture = svg::draw(&aligned, &features, &svg::Drawing::default());
                prop_assert!(!picture.contains("NaN") && !picture.contains("inf"));
            }
        }
    }
}

/// The same samples give the same result in pieces of any length, and every time.
#[test]
fn pieces_of_any_length_give_the_same_result() {
    use crate::studio::{Piece, RATE, plucked};
    let piece = Piece::tune(4, 61);
    let sound = piece.perform(&[0, 1, 2, 3], 0.3, 0.5, 62).record(0.5, plucked);
    let score = piece.score();
    let of = |length: usize| Aligner::new(&score).align(&analysed(RATE, &sound, length)).unwrap();
    let whole = of(sound.len());
    for length in [1, 997, 22_050] {
        assert_eq!(of(length), whole);
    }
}
