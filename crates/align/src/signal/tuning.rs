//! How far a recording is from 440 Hz.

use std::f64::consts::TAU;

use super::fft::Fft;

/// Samples of a frame: 0.7 s, so that neighbouring low notes are apart.
const SIZE: usize = 16_384;
/// The tones that are looked at, in Hz.
const RANGE: (f64, f64) = (150.0, 2500.0);

/// Collects where the peaks of the spectrum lie between the semitones.
pub(crate) struct Tuner {
    fft: Fft,
    rate: f64,
    window: Vec<f32>,
    /// The sum of unit vectors, one turn a semitone, by weight.
    sum: (f64, f64),
    weight: f64,
    frames: usize,
    re: Vec<f32>,
    im: Vec<f32>,
    first: Vec<f32>,
    second: Vec<f32>,
}

impl Tuner {
    pub(crate) fn new(rate: f64) -> Self {
        let angle = |n: usize| TAU * n as f64 / SIZE as f64;
        let bins = ((RANGE.1 * SIZE as f64 / rate) as usize + 2).min(SIZE / 2 + 1);
        Self {
            fft: Fft::new(SIZE),
            rate,
            window: (0..SIZE).map(|n| ((1.0 - angle(n).cos()) / SIZE as f64) as f32).collect(),
            sum: (0.0, 0.0),
            weight: 0.0,
            frames: 0,
            re: vec![0.0; SIZE],
            im: vec![0.0; SIZE],
            first: vec![0.0; bins],
            second: vec![0.0; bins],
        }
    }

    /// How many samples [`Self::push`] takes at a time.
    pub(crate) const BLOCK: usize = 2 * SIZE;

    /// Looks at a block of samples.
    pub(crate) fn push(&mut self, block: &[f32]) {
        let (Some(a), Some(b)) = (block.get(..SIZE), block.get(SIZE..Self::BLOCK)) else { return };
        for (n, weight) in self.window.iter().enumerate() {
            self.re[n] = a[n] * weight;
            self.im[n] = b[n] * weight;
        }
        self.fft.magnitudes(&mut self.re, &mut self.im, &mut self.first, &mut self.second);
        let low = (RANGE.0 * SIZE as f64 / self.rate) as usize;
        for spectrum in [&self.first, &self.second] {
            let Some(bins) = spectrum.get(low..) else { continue };
            let loudest = bins.iter().fold(0.0_f32, |peak, bin| peak.max(*bin));
            if loudest < 1e-6 {
                continue;
            }
            self.frames += 1;
            for (index, three) in bins.windows(3).enumerate() {
                let &[below, peak, above] = three else { continue };
                if peak <= below || peak < above || peak < 0.05 * loudest {
                    continue;
                }
                let log = |x: f32| f64::from(x.max(1e-12)).ln();
                let (a, b, c) = (log(below), log(peak), log(above));
                let offset = 0.5 * (a - c) / (a - 2.0 * b + c - 1e-12);
                let frequency = ((low + index + 1) as f64 + offset) * self.rate / SIZE as f64;
                let angle = TAU * 12.0 * (frequency / 440.0).log2();
                let weight = f64::from(peak).sqrt();
                self.sum.0 += weight * angle.cos();
                self.sum.1 += weight * angle.sin();
                self.weight += weight;
            }
        }
    }

    /// Whether enough was heard: half a minute of tones that agree.
    pub(crate) fn is_settled(&self) -> bool {
        self.frames >= 48 && self.sum.0.hypot(self.sum.1) > 0.3 * self.weight
    }

    /// Semitones above 440 Hz, -0.5..=0.5; 0 if nothing was heard.
    pub(crate) fn tuning(&self) -> f64 {
        if self.weight > 0.0 { self.sum.1.atan2(self.sum.0) / TAU } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_tuning_of_chords() {
        for cents in [-40.0, 0.0, 11.8, 30.0] {
            let rate = 22_050.0;
            let tone = |key: f64, n: usize| {
                let frequency = 440.0 * ((key + cents / 100.0 - 69.0) / 12.0).exp2();
                (TAU * frequency * n as f64 / rate).sin()
            };
            let chord =
                |n: usize| [60.0, 64.0, 67.0, 76.0].iter().map(|key| 0.1 * tone(*key, n)).sum::<f64>();
            let signal: Vec<f32> = (0..Tuner::BLOCK).map(|n| chord(n) as f32).collect();
            let mut tuner = Tuner::new(rate);
            tuner.push(&signal);
            assert!((100.0 * tuner.tuning() - cents).abs() < 3.0, "{cents} {}", tuner.tuning());
        }
        assert_eq!(Tuner::new(22_050.0).tuning(), 0.0);
    }
}
