//! Takes a recording sample by sample and keeps what alignment needs.

use std::fmt;

use crate::features::{Features, QUICK, SLOW};
use crate::signal::bank::{BANDS, Bank};
use crate::signal::halfband::HalfBand;
use crate::signal::spectrogram::Spectrogram;
use crate::signal::tuning::Tuner;

/// The sample rates that can be analysed, in Hz.
const RATES: std::ops::RangeInclusive<u32> = 8_000..=384_000;
/// Signals are halved until they are at or below this rate: notes up to 10 kHz remain.
const WORKING_RATE: f64 = 31_500.0;
/// Seconds after which the tuning is taken for what it is.
const TUNING_SECONDS: f64 = 120.0;
/// The most seconds that are kept of a recording.
pub(crate) const MAX_SECONDS: f64 = 3.0 * 3600.0;

/// The first band of the middle and of the high register; each has a window of its own length.
const MIDDLE: usize = 57 - 24;
const HIGH: usize = 74 - 24;
/// How early the attack of a note shows in the windows of the low, middle and high register, as shares of the window.
const LEADS: [f64; 3] = [0.237, 0.172, 0.022];

/// Reads a recording in pieces of any length. Memory grows with about 13 kB a second of the recording, beside at most
/// two minutes of samples that are held until its tuning is known.
///
/// ```
/// use segno_align::Analyzer;
/// let mut analyzer = Analyzer::new(44_100)?;
/// for _ in 0..100 {
///     analyzer.push_interleaved(&[0.0; 2 * 441], 2); // 10 ms of stereo
/// }
/// assert_eq!(analyzer.finish().seconds(), 1.0);
/// # Ok::<(), segno_align::RateError>(())
/// ```
#[doc(alias("chroma", "onset", "spectrum"))]
pub struct Analyzer {
    /// The rate of the samples that come in.
    rate: f64,
    /// The samples that came in.
    count: u64,
    halvings: Vec<HalfBand>,
    working: f64,
    stage: Stage,
    level: Level,
    /// Scratch: the mono signal, and the signal between two filters.
    mono: Vec<f32>,
    scratch: [Vec<f32>; 2],
}

enum Stage {
    Tuning { held: Vec<f32>, seen: usize, tuner: Box<Tuner> },
    Running(Box<Bands>),
}

/// The sample rate cannot be analysed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateError {
    /// The rate in Hz.
    pub rate: u32,
}

impl fmt::Display for RateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "invalid sample rate: expected {} to {} Hz, found {}",
            RATES.start(),
            RATES.end(),
            self.rate
        )
    }
}

impl std::error::Error for RateError {}

impl Analyzer {
    /// An analyzer for samples at `rate` Hz, 8,000 to 384,000.
    ///
    /// # Errors
    /// For other rates.
    pub fn new(rate: u32) -> Result<Self, RateError> {
        if !RATES.contains(&rate) {
            return Err(RateError { rate });
        }
        let rate = f64::from(rate);
        let mut working = rate;
        let mut halvings = Vec::new();
        while working > WORKING_RATE {
            working /= 2.0;
            halvings.push(HalfBand::new());
        }
        Ok(Self {
            rate,
            count: 0,
            halvings,
            working,
            stage: Stage::Tuning { held: Vec::new(), seen: 0, tuner: Box::new(Tuner::new(working)) },
            level: Level::default(),
            mono: Vec::new(),
            scratch: [Vec::new(), Vec::new()],
        })
    }

    /// Takes the next samples of a recording with one channel, nominally -1..=1. What is not finite counts as silence.
    pub fn push(&mut self, samples: &[f32]) {
        for block in samples.chunks(1 << 14) {
            self.mono.clear();
            self.mono.extend(block.iter().map(|sample| sane(*sample)));
            self.take();
        }
    }

    /// Takes the next samples of a recording with several channels in turn and listens to their mean. A last, incomplete
    /// group of samples is left out; with 0 channels nothing is taken.
    pub fn push_interleaved(&mut self, samples: &[f32], channels: usize) {
        if channels == 0 {
            return;
        }
        for block in samples.chunks(channels.saturating_mul(1 << 14)) {
            self.mono.clear();
            let mean =
                |group: &[f32]| group.iter().map(|sample| sane(*sample)).sum::<f32>() / channels as f32;
            self.mono.extend(block.chunks_exact(channels).map(mean));
            self.take();
        }
    }

    /// Whether more has come than is kept: three hours. What follows is only counted.
    fn is_full(&self) -> bool {
        self.count as f64 > MAX_SECONDS * self.rate
    }

    /// Brings the mono signal to the working rate and on to the bands.
    fn take(&mut self) {
        let full = self.is_full();
        self.count += self.mono.len() as u64;
        if full {
            return;
        }
        self.level.push(&self.mono, self.rate);
        let [from, to] = &mut self.scratch;
        std::mem::swap(from, &mut self.mono);
        for filter in &mut self.halvings {
            to.clear();
            filter.push(from, to);
            std::mem::swap(from, to);
        }
        self.stage.push(from, self.working);
    }

    /// What is known of the recording, now that all of it came.
    #[must_use]
    pub fn finish(mut self) -> Features {
        let [from, to] = &mut self.scratch;
        from.clear();
        for filter in &mut self.halvings {
            to.clear();
            filter.push(from, to);
            filter.finish(to);
            std::mem::swap(from, to);
        }
        self.stage.push(from, self.working);
        self.stage.settle(self.working);
        let seconds = self.count as f64 / self.rate;
        let frames = (seconds.min(MAX_SECONDS) * QUICK as f64) as usize + 1;
        let cut = self.is_full();
        let loudness = self.level.finish(frames);
        match self.stage {
            Stage::Running(bands) => {
                let (tuning, quick, slow) = bands.finish(frames);
                Features { seconds, tuning, frames, quick, slow, loudness, cut }
            }
            // Settled above.
            Stage::Tuning { .. } => Features {
                seconds,
                tuning: 0.0,
                frames: 0,
                quick: Vec::new(),
                slow: Vec::new(),
                loudness,
                cut,
            },
        }
    }
}

impl fmt::Debug for Analyzer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Analyzer")
            .field("rate", &self.rate)
            .field("samples", &self.count)
            .finish_non_exhaustive()
    }
}

/// A sample without the values that would spoil all that follows.
fn sane(sample: f32) -> f32 {
    if sample.is_finite() { sample.clamp(-4.0, 4.0) } else { 0.0 }
}

impl Stage {
    fn push(&mut self, samples: &[f32], rate: f64) {
        match self {
            Self::Tuning { held, seen, tuner } => {
                held.extend_from_slice(samples);
                while let Some(block) = held.get(*seen..*seen + Tuner::BLOCK) {
                    tuner.push(block);
                    *seen += Tuner::BLOCK;
                }
                if tuner.is_settled() || held.len() as f64 > TUNING_SECONDS * rate {
                    self.settle(rate);
                }
            }
            Self::Running(bands) => bands.push(samples),
        }
    }

    /// Begins with the bands, for the tuning as far as it is known.
    fn settle(&mut self, rate: f64) {
        let Self::Tuning { held, seen, tuner } = self else { return };
        if held.len() > *seen && *seen == 0 {
            // A recording shorter than a block.
            let mut block = std::mem::take(held);
            let length = block.len();
            block.resize(Tuner::BLOCK, 0.0);
            tuner.push(&block);
            block.truncate(length);
            *held = block;
        }
        let mut bands = Bands::new(rate, tuner.tuning());
        for block in held.chunks(1 << 14) {
            bands.push(block);
        }
        *self = Self::Running(Box::new(bands));
    }
}

/// The quick and slow bands of all registers. The low and middle register are heard at an eighth of the rate.
struct Bands {
    tuning: f64,
    halvings: [HalfBand; 3],
    scratch: [Vec<f32>; 2],
    low: Spectrogram,
    middle: Spectrogram,
    high: Spectrogram,
    slow_low: Spectrogram,
    slow_high: Spectrogram,
}

impl Bands {
    fn new(rate: f64, tuning: f64) -> Self {
        let slower = rate / 8.0;
        // 1024 samples at 22,050 Hz, or about as long at others.
        let high = if rate < 15_000.0 { 512 } else { 1024 };
        let quick = |size: usize, rate: f64, from: usize, to: usize, lead: f64| {
            let bank = Bank::new(size, rate, from, to, tuning, 0.75);
            Spectrogram::new(size, bank, rate / QUICK as f64, lead * size as f64)
        };
        let slow = |size: usize, rate: f64, from: usize, to: usize| {
            let bank = Bank::new(size, rate, from, to, tuning, 0.6);
            Spectrogram::new(size, bank, rate / SLOW as f64, 0.0)
        };
        Self {
            tuning,
            halvings: std::array::from_fn(|_| HalfBand::new()),
            scratch: [Vec::new(), Vec::new()],
            low: quick(high / 2, slower, 0, MIDDLE, LEADS[0]),
            middle: quick(high / 4, slower, MIDDLE, HIGH, LEADS[1]),
            high: quick(high, rate, HIGH, BANDS, LEADS[2]),
            slow_low: slow(high, slower, 0, MIDDLE),
            slow_high: slow(4 * high, rate, MIDDLE, BANDS),
        }
    }

    fn push(&mut self, samples: &[f32]) {
        self.high.push(samples);
        self.slow_high.push(samples);
        let [from, to] = &mut self.scratch;
        from.clear();
        from.extend_from_slice(samples);
        for filter in &mut self.halvings {
            to.clear();
            filter.push(from, to);
            std::mem::swap(from, to);
        }
        self.low.push(from);
        self.middle.push(from);
        self.slow_low.push(from);
    }

    /// The tuning, and the codes of the quick and the slow frames.
    fn finish(mut self, frames: usize) -> (f64, Vec<u8>, Vec<u8>) {
        let [from, to] = &mut self.scratch;
        from.clear();
        for filter in &mut self.halvings {
            to.clear();
            filter.push(from, to);
            filter.finish(to);
            std::mem::swap(from, to);
        }
        self.low.push(from);
        self.middle.push(from);
        self.slow_low.push(from);
        let quick = joined(frames, [self.low, self.middle, self.high]);
        let slow = joined(frames.div_ceil(QUICK / SLOW), [self.slow_low, self.slow_high]);
        (self.tuning, quick, slow)
    }
}

/// The rows of several registers side by side.
fn joined<const N: usize>(frames: usize, registers: [Spectrogram; N]) -> Vec<u8> {
    let mut out = vec![0; frames * BANDS];
    let mut at = 0;
    for register in registers {
        let rows = register.finish(frames);
        let width = rows.len() / frames.max(1);
        for (row, out) in rows.chunks_exact(width.max(1)).zip(out.chunks_exact_mut(BANDS)) {
            out[at..at + width].copy_from_slice(row);
        }
        at += width;
    }
    out
}

/// The root mean square of each hundredth of a second.
#[derive(Debug, Default)]
struct Level {
    done: Vec<f32>,
    sum: f64,
    count: u64,
    total: u64,
}

impl Level {
    fn push(&mut self, samples: &[f32], rate: f64) {
        for sample in samples {
            self.sum += f64::from(sample * sample);
            self.count += 1;
            self.total += 1;
            if self.total as f64 >= (self.done.len() + 1) as f64 * rate / QUICK as f64 {
                self.flush();
            }
        }
    }

    fn flush(&mut self) {
        self.done.push((self.sum / self.count.max(1) as f64).sqrt() as f32);
        (self.sum, self.count) = (0.0, 0);
    }

    fn finish(mut self, frames: usize) -> Vec<f32> {
        self.flush();
        self.done.resize(frames, 0.0);
        self.done
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn click(rate: u32, at: f64) -> Features {
        let mut analyzer = Analyzer::new(rate).unwrap();
        let tone = |n: u32| {
            let time = f64::from(n) / f64::from(rate) - at;
            if time < 0.0 {
                return 0.0;
            }
            let partial = |frequency: f64| (std::f64::consts::TAU * frequency * time).sin();
            let attack = (time / 0.004).min(1.0) * (-time / 0.5).exp();
            (0.2 * attack * (partial(130.81) + partial(440.0) + partial(1174.66))) as f32
        };
        let samples: Vec<f32> = (0..rate * 2).map(tone).collect();
        for piece in samples.chunks(1000) {
            analyzer.push(piece);
        }
        analyzer.finish()
    }

    /// Where the rise in a band is centred, in seconds.
    fn rise(features: &Features, key: usize) -> f64 {
        let levels = features.levels(1000.0);
        let level = |frame: usize| levels[usize::from(features.quick[frame * BANDS + key - 24])];
        let rises: Vec<f64> = (2..features.frames)
            .map(|frame| f64::from(level(frame) - level(frame - 2)).max(0.0).powi(2))
            .collect();
        let sum: f64 = rises.iter().sum();
        rises.iter().zip(2..).map(|(rise, frame)| rise * f64::from(frame)).sum::<f64>() / sum / QUICK as f64
    }

    #[test]
    fn attacks_line_up_in_all_registers_and_at_all_rates() {
        for rate in [11_025, 16_000, 22_050, 44_100, 48_000, 96_000] {
            let features = click(rate, 0.703);
            assert_eq!(features.seconds(), 2.0);
            assert!(features.tuning_cents().abs() < 2.0);
            for key in [48, 69, 86] {
                let error = rise(&features, key) - 0.703;
                assert!(error.abs() < 0.012, "{rate} Hz, key {key}: {error}");
            }
        }
    }

    #[test]
    fn rates_out_of_range_are_refused() {
        assert_eq!(
            Analyzer::new(4000).unwrap_err().to_string(),
            "invalid sample rate: expected 8000 to 384000 Hz, found 4000"
        );
    }

    #[test]
    fn odd_samples_count_as_silence() {
        let mut analyzer = Analyzer::new(22_050).unwrap();
        analyzer.push(&[f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 0.0, 1e30]);
        analyzer.push_interleaved(&[1.0; 7], 0);
        analyzer.push_interleaved(&[f32::NAN; 9], 2);
        let features = analyzer.finish();
        assert!(features.loudness().iter().all(|level| level.is_finite()));
        assert_eq!(features.frames, 1);
    }
}
