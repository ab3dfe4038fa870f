//! Semitone bands: from the bins of a spectrum to notes.

/// The lowest band is MIDI key 24 (33 Hz).
pub(crate) const LOWEST: usize = 24;
/// The number of bands; the highest is MIDI key 123 (10 kHz).
pub(crate) const BANDS: usize = 100;

/// Triangles of weights over the bins of a spectrum, one for each semitone.
pub(crate) struct Bank {
    bands: Vec<Band>,
}

struct Band {
    first: usize,
    weights: Vec<f32>,
}

impl Bank {
    /// The bands `from..to` (0 is MIDI key [`LOWEST`]) for spectra of `size` values at `rate` Hz, tuned `tuning` semitones
    /// above 440 Hz. Each triangle reaches `width` semitones to each side.
    pub(crate) fn new(size: usize, rate: f64, from: usize, to: usize, tuning: f64, width: f64) -> Self {
        let bin = rate / size as f64;
        let key_of = |bins: usize| 69.0 + 12.0 * (bins as f64 * bin / 440.0).log2() - tuning;
        let band = |index: usize| {
            let key = (index + LOWEST) as f64;
            let place = |key: f64| 440.0 * ((key + tuning - 69.0) / 12.0).exp2() / bin;
            let (low, centre, high) = (place(key - width), place(key), place(key + width));
            // What lies near the end of the spectrum is not heard but folded.
            if centre > 0.47 * size as f64 {
                return Band { first: 0, weights: Vec::new() };
            }
            let first = (low.ceil() as usize).max(1);
            let last = (high.floor() as usize).min(size / 2);
            let mut weights: Vec<f64> =
                (first..=last).map(|bin| (1.0 - (key_of(bin) - key).abs() / width).max(0.0)).collect();
            let sum: f64 = weights.iter().sum();
            if sum < 1.0 {
                // Narrower than a bin: between the two nearest.
                let below = (centre.floor() as usize).max(1);
                let share = (centre - below as f64).clamp(0.0, 1.0);
                return Band { first: below, weights: vec![(1.0 - share) as f32, share as f32] };
            }
            for weight in &mut weights {
                *weight /= sum.sqrt();
            }
            Band { first, weights: weights.into_iter().map(|weight| weight as f32).collect() }
        };
        Self { bands: (from..to).map(band).collect() }
    }

    /// How many bins are looked at.
    pub(crate) fn bins(&self) -> usize {
        self.bands.iter().map(|band| band.first + band.weights.len()).max().unwrap_or(0)
    }

    /// The number of bands.
    pub(crate) fn len(&self) -> usize {
        self.bands.len()
    }

    /// The magnitude in each band.
    pub(crate) fn of<'a>(&'a self, spectrum: &'a [f32]) -> impl Iterator<Item = f32> + 'a {
        self.bands.iter().map(|band| {
            let bins = spectrum.get(band.first..).unwrap_or_default();
            band.weights.iter().zip(bins).map(|(weight, bin)| weight * bin).sum()
        })
    }
}

/// Magnitudes are kept as the logarithm to base 2 in sixteenths, above this power of two: 96 dB in a byte.
const FLOOR: f32 = -18.0;
const STEPS: f32 = 16.0;

/// The byte for a magnitude.
pub(crate) fn code(magnitude: f32) -> u8 {
    // 0 and everything below the range saturates to 0.
    ((magnitude.max(1e-12).log2() - FLOOR) * STEPS + 0.5) as u8
}

/// The magnitude of a byte; 0 is silence.
pub(crate) fn decoded(code: u8) -> f32 {
    if code == 0 { 0.0 } else { (f32::from(code) / STEPS + FLOOR).exp2() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_within_a_fifth_of_a_decibel() {
        assert_eq!(code(0.0), 0);
        assert_eq!(decoded(0), 0.0);
        let mut magnitude = 1e-5_f32;
        while magnitude < 0.2 {
            let error = 20.0 * (decoded(code(magnitude)) / magnitude).log10();
            assert!(error.abs() < 0.2, "{magnitude} {error}");
            magnitude *= 1.07;
        }
        assert_eq!(code(1e9), 255);
    }

    #[test]
    fn a_tone_is_loudest_in_its_own_band() {
        for (size, rate, from, to) in
            [(512, 2756.25, 0, 33), (256, 2756.25, 33, 50), (1024, 22050.0, 50, 100)]
        {
            for tuning in [-0.4, 0.0, 0.3] {
                let bank = Bank::new(size, rate, from, to, tuning, 0.75);
                assert_eq!(bank.len(), to - from);
                for band in (from..to).skip(if from == 0 { 22 } else { 3 }) {
                    let frequency = 440.0 * (((band + LOWEST) as f64 + tuning - 69.0) / 12.0).exp2();
                    let place = frequency * size as f64 / rate;
                    // A smooth peak as wide as that of a Hann window.
                    let spectrum: Vec<f32> = (0..=size / 2)
                        .map(|bin| (1.0 - (bin as f64 - place).abs() / 2.0).max(0.0) as f32)
                        .collect();
                    let levels: Vec<f32> = bank.of(&spectrum).collect();
                    let loudest = (0..levels.len()).max_by(|a, b| levels[*a].total_cmp(&levels[*b]));
                    assert!(loudest.is_some_and(|found| found.abs_diff(band - from) <= 1), "{band}");
                }
            }
        }
    }
}
