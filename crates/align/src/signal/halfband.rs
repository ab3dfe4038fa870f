//! Halves the sample rate, without delay and in blocks of any length.

use std::f64::consts::PI;

/// The filter reaches so many samples to each side; every second of its factors is 0.
const REACH: usize = 23;
/// The shape of the Kaiser window: 80 dB attenuation.
const BETA: f64 = 7.9;

/// A half-band low-pass filter that keeps every second sample.
pub(crate) struct HalfBand {
    /// The factors at the odd distances 1, 3, 5 and so on.
    factors: [f32; REACH.div_ceil(2)],
    /// The samples that are still needed; the next output is centred on index [`REACH`].
    pending: Vec<f32>,
}

impl HalfBand {
    pub(crate) fn new() -> Self {
        let mut factors = [0.0; REACH.div_ceil(2)];
        for (index, factor) in factors.iter_mut().enumerate() {
            let distance = (2 * index + 1) as f64;
            let sign = if index % 2 == 0 { 1.0 } else { -1.0 };
            let share = distance / (REACH + 1) as f64;
            let window = bessel(BETA * (1.0 - share * share).sqrt()) / bessel(BETA);
            *factor = (sign * window / (PI * distance)) as f32;
        }
        // A constant passes unchanged.
        let sum: f32 = factors.iter().sum();
        for factor in &mut factors {
            *factor *= 0.25 / sum;
        }
        Self { factors, pending: vec![0.0; REACH] }
    }

    /// Takes samples and appends what can be said of the slower signal: its sample n lies at sample 2n of the input.
    pub(crate) fn push(&mut self, samples: &[f32], out: &mut Vec<f32>) {
        self.pending.extend_from_slice(samples);
        let mut at = 0;
        while let Some(span) = self.pending.get(at..at + 2 * REACH + 1) {
            let mut sum = 0.5 * span[REACH];
            for (index, factor) in self.factors.iter().enumerate() {
                let distance = 2 * index + 1;
                sum += factor * (span[REACH - distance] + span[REACH + distance]);
            }
            out.push(sum);
            at += 2;
        }
        self.pending.drain(..at);
    }

    /// The samples that are left, as if silence followed.
    pub(crate) fn finish(&mut self, out: &mut Vec<f32>) {
        self.push(&[0.0; REACH], out);
    }
}

/// The modified Bessel function of order 0, by its series.
fn bessel(x: f64) -> f64 {
    let (mut term, mut sum) = (1.0, 1.0);
    for k in 1..40 {
        let factor = x / (2.0 * f64::from(k));
        term *= factor * factor;
        sum += term;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The level of a tone of this frequency (in cycles a sample of the input) behind the filter, and its delay.
    fn level(frequency: f64) -> f64 {
        let input: Vec<f32> = (0..4000).map(|n| (2.0 * PI * frequency * f64::from(n)).cos() as f32).collect();
        let mut out = Vec::new();
        let mut filter = HalfBand::new();
        for block in input.chunks(333) {
            filter.push(block, &mut out);
        }
        filter.finish(&mut out);
        assert_eq!(out.len(), 2000);
        out[100..1900].iter().fold(0.0_f32, |peak, x| peak.max(x.abs())).into()
    }

    #[test]
    fn passes_low_tones_and_stops_high_ones() {
        for frequency in [0.001, 0.05, 0.1, 0.18] {
            assert!((level(frequency) - 1.0).abs() < 0.01, "{frequency}");
        }
        for frequency in [0.32, 0.4, 0.49] {
            assert!(level(frequency) < 2e-3, "{frequency}");
        }
    }

    #[test]
    fn does_not_delay() {
        let mut input = vec![0.0; 200];
        input[100] = 1.0;
        let mut out = Vec::new();
        HalfBand::new().push(&input, &mut out);
        let peak = (0..out.len()).max_by(|a, b| out[*a].total_cmp(&out[*b]));
        assert_eq!(peak, Some(50));
    }
}
