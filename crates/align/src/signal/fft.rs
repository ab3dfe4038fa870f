//! A fast Fourier transform on split arrays, and the magnitudes of two real frames by one of them.

use std::f64::consts::TAU;

/// A transform of one size, with its tables.
pub(crate) struct Fft {
    size: usize,
    swaps: Vec<(u32, u32)>,
    /// The factors of the stages after the first two, one stage after the other, so that each is read in order.
    cos: Vec<f32>,
    sin: Vec<f32>,
}

impl Fft {
    /// For a power of two, 8 or more.
    pub(crate) fn new(size: usize) -> Self {
        debug_assert!(size.is_power_of_two() && size >= 8, "a power of two");
        let bits = size.trailing_zeros();
        let reversed = |index: u32| index.reverse_bits() >> (32 - bits);
        let swaps = (0..size as u32).map(|index| (index, reversed(index))).filter(|(a, b)| a < b).collect();
        let (mut cos, mut sin) = (Vec::with_capacity(size), Vec::with_capacity(size));
        let mut half = 4;
        while half < size {
            for k in 0..half {
                let angle = -TAU * k as f64 / (2 * half) as f64;
                cos.push(angle.cos() as f32);
                sin.push(angle.sin() as f32);
            }
            half *= 2;
        }
        Self { size, swaps, cos, sin }
    }

    /// The number of values.
    pub(crate) fn size(&self) -> usize {
        self.size
    }

    /// Transforms in place. Both slices must have the transform's size; others are left alone.
    pub(crate) fn run(&self, re: &mut [f32], im: &mut [f32]) {
        if re.len() != self.size || im.len() != self.size {
            return;
        }
        for &(a, b) in &self.swaps {
            re.swap(a as usize, b as usize);
            im.swap(a as usize, b as usize);
        }
        // The first two stages have the factors 1 and -i only.
        for (re, im) in re.chunks_exact_mut(4).zip(im.chunks_exact_mut(4)) {
            let ([r0, r1, r2, r3], [i0, i1, i2, i3]) = (re, im) else { continue };
            let (sum_r, dif_r, sum_i, dif_i) = (*r0 + *r1, *r0 - *r1, *i0 + *i1, *i0 - *i1);
            let (more_r, less_r, more_i, less_i) = (*r2 + *r3, *r2 - *r3, *i2 + *i3, *i2 - *i3);
            (*r0, *r1, *r2, *r3) = (sum_r + more_r, dif_r + less_i, sum_r - more_r, dif_r - less_i);
            (*i0, *i1, *i2, *i3) = (sum_i + more_i, dif_i - less_r, sum_i - more_i, dif_i + less_r);
        }
        let mut half = 4;
        let mut table = 0;
        while half < self.size {
            let (cos, sin) = (&self.cos[table..table + half], &self.sin[table..table + half]);
            for (re, im) in re.chunks_exact_mut(2 * half).zip(im.chunks_exact_mut(2 * half)) {
                let (r0, r1) = re.split_at_mut(half);
                let (i0, i1) = im.split_at_mut(half);
                for k in 0..half {
                    let r = r1[k] * cos[k] - i1[k] * sin[k];
                    let i = r1[k] * sin[k] + i1[k] * cos[k];
                    r1[k] = r0[k] - r;
                    i1[k] = i0[k] - i;
                    r0[k] += r;
                    i0[k] += i;
                }
            }
            table += half;
            half *= 2;
        }
    }

    /// Turns two real frames, given as real and imaginary part, into the magnitudes of their spectra: bins 0 up to the
    /// length of `first` and `second`, at most half the size.
    pub(crate) fn magnitudes(&self, re: &mut [f32], im: &mut [f32], first: &mut [f32], second: &mut [f32]) {
        self.run(re, im);
        let size = self.size;
        for (bin, (first, second)) in first.iter_mut().zip(second.iter_mut()).enumerate().take(size / 2 + 1) {
            let mirror = (size - bin) % size;
            let (a, b, c, d) = (re[bin], im[bin], re[mirror], im[mirror]);
            *first = 0.5 * ((a + c) * (a + c) + (b - d) * (b - d)).sqrt();
            *second = 0.5 * ((b + d) * (b + d) + (a - c) * (a - c)).sqrt();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The definition, in double precision.
    fn slow(re: &[f32], im: &[f32]) -> Vec<(f64, f64)> {
        let size = re.len();
        let term = |k: usize, n: usize| {
            let (sin, cos) = (-TAU * (k * n % size) as f64 / size as f64).sin_cos();
            let (re, im) = (f64::from(re[n]), f64::from(im[n]));
            (re * cos - im * sin, re * sin + im * cos)
        };
        (0..size)
            .map(|k| (0..size).map(|n| term(k, n)).fold((0.0, 0.0), |sum, x| (sum.0 + x.0, sum.1 + x.1)))
            .collect()
    }

    fn noise(count: usize, mut state: u32) -> Vec<f32> {
        let next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 23) as f32 - 1.0
        };
        std::iter::repeat_with(next).take(count).collect()
    }

    #[test]
    fn agrees_with_the_definition() {
        for size in [8, 16, 128, 512] {
            let (mut re, mut im) = (noise(size, 1), noise(size, 2));
            let expected = slow(&re, &im);
            Fft::new(size).run(&mut re, &mut im);
            for (k, (r, i)) in expected.into_iter().enumerate() {
                assert!((f64::from(re[k]) - r).abs() < 1e-4 && (f64::from(im[k]) - i).abs() < 1e-4);
            }
        }
    }

    #[test]
    fn two_real_frames_at_once() {
        let (one, two, none) = (noise(64, 3), noise(64, 4), vec![0.0; 64]);
        let (mut first, mut second) = (vec![0.0; 33], vec![0.0; 33]);
        Fft::new(64).magnitudes(&mut one.clone(), &mut two.clone(), &mut first, &mut second);
        for (found, signal) in [(&first, &one), (&second, &two)] {
            let expected = slow(signal, &none);
            for (bin, found) in found.iter().enumerate() {
                assert!((f64::from(*found) - expected[bin].0.hypot(expected[bin].1)).abs() < 1e-4);
            }
        }
    }
}
