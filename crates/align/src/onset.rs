//! How much each pitch begins at each moment.

use crate::features::Features;
use crate::signal::bank::{BANDS, LOWEST};
use crate::template::PARTIALS;

/// The keys for which strengths are kept: those of a piano.
const FIRST_KEY: i32 = 21;
const KEYS: usize = 88;
/// A rise is measured over so many frames.
const LAG: usize = 2;
/// Frames to each side within which strengths are compared.
const AROUND: usize = 150;
/// Frames that are worked on at a time.
const BLOCK: usize = 3000;
/// Bands to each side over whose median a band must rise.
const SPREAD: usize = 15;

/// Strengths of onsets at each quick frame, each relative to the strongest nearby, as shares of 255.
#[cfg_attr(test, derive(PartialEq))]
pub(crate) struct Onsets {
    frames: usize,
    keys: Vec<u8>,
    all: Vec<u8>,
}

impl Onsets {
    pub(crate) fn new(features: &Features) -> Self {
        Self::by_blocks(features, BLOCK)
    }

    fn by_blocks(features: &Features, block: usize) -> Self {
        let frames = features.frames;
        let levels = features.levels(1000.0);
        let row = |frame: usize| &features.quick[frame * BANDS..(frame + 1) * BANDS];
        let mut out = vec![0; frames * KEYS];
        let mut all = vec![0.0_f32; frames];
        let mut rises = [0.0_f32; BANDS];
        let mut median = Median::default();
        // Strengths are compared within seconds, so that those of a block and its surroundings are all that is held at a time.
        for begin in (0..frames).step_by(block) {
            let end = (begin + block).min(frames);
            let (from, to) = (begin.saturating_sub(AROUND + 1), (end + AROUND + 1).min(frames));
            let mut keys = vec![0.0_f32; (to - from) * KEYS];
            for (frame, keys) in (from..to).zip(keys.chunks_exact_mut(KEYS)) {
                if frame < LAG {
                    continue;
                }
                rise(row(frame - LAG), row(frame), &levels, &mut rises);
                median.subtract(&mut rises);
                for (key, out) in (FIRST_KEY..).zip(keys) {
                    *out = strength(&rises, key);
                }
                all[frame] = rises.iter().sum::<f32>() / BANDS as f32;
            }
            smooth(&mut keys, KEYS);
            let loudest: Vec<f32> =
                keys.chunks_exact(KEYS).map(|row| row.iter().copied().fold(0.0, f32::max)).collect();
            let around_any = running_maximum(&loudest, AROUND);
            for key in 0..KEYS {
                let column: Vec<f32> = keys.iter().skip(key).step_by(KEYS).copied().collect();
                let around = running_maximum(&column, AROUND);
                for frame in begin..end {
                    let here = frame - from;
                    let reference = around[here].max(0.25 * around_any[here]) + 1e-6;
                    out[frame * KEYS + key] = share(column[here] / reference);
                }
            }
        }
        smooth(&mut all, 1);
        let around = running_maximum(&all, AROUND);
        let mut sorted = all.clone();
        sorted.sort_unstable_by(f32::total_cmp);
        let usual = sorted.get(sorted.len().saturating_sub(1) * 98 / 100).copied().unwrap_or(0.0);
        let all = all.iter().zip(around).map(|(value, most)| share(value / (most.max(0.15 * usual) + 1e-6)));
        let all = all.collect();
        Self { frames, keys: out, all }
    }

    /// The number of frames.
    pub(crate) fn len(&self) -> usize {
        self.frames
    }

    /// The strength of the beginning of a key at a frame, 0..=1.
    pub(crate) fn key(&self, frame: usize, key: i32) -> f32 {
        let key = (key - FIRST_KEY).clamp(0, KEYS as i32 - 1) as usize;
        self.keys.get(frame * KEYS + key).map_or(0.0, |value| f32::from(*value) / 255.0)
    }

    /// The strength of the beginning of anything at a frame, 0..=1.
    pub(crate) fn any(&self, frame: usize) -> f32 {
        self.all.get(frame).map_or(0.0, |value| f32::from(*value) / 255.0)
    }
}

fn share(value: f32) -> u8 {
    (value.min(1.0) * 255.0 + 0.5) as u8
}

/// How much each band rose above the loudest of itself and its neighbours before, so that vibrato is no onset.
fn rise(before: &[u8], now: &[u8], levels: &[f32; 256], out: &mut [f32; BANDS]) {
    for (band, out) in out.iter_mut().enumerate() {
        let from = band.saturating_sub(1);
        let loudest = before[from..(band + 2).min(BANDS)].iter().copied().max().unwrap_or(0);
        *out = (levels[usize::from(now[band])] - levels[usize::from(loudest)]).max(0.0);
    }
}

/// The mean rise of the partials of a key.
fn strength(rises: &[f32; BANDS], key: i32) -> f32 {
    let (mut sum, mut weights) = (0.0, 0.0);
    for (above, weight) in PARTIALS {
        weights += weight;
        let band = usize::try_from(key + above as i32 - LOWEST as i32).ok();
        sum += weight * band.and_then(|band| rises.get(band)).copied().unwrap_or(0.0);
    }
    sum / weights
}

/// Adds 0.6 of both neighbours in time to each value; rows of `width` values.
fn smooth(values: &mut [f32], width: usize) {
    let mut before = vec![0.0; width];
    let count = values.len() / width;
    for row in 0..count {
        for (column, before) in before.iter_mut().enumerate() {
            let index = row * width + column;
            let now = values[index];
            let after = values.get(index + width).copied().unwrap_or(0.0);
            values[index] = now + 0.6 * (*before + after);
            *before = now;
        }
    }
}

/// The largest value within so many places to each side.
fn running_maximum(values: &[f32], reach: usize) -> Vec<f32> {
    let mut out = Vec::with_capacity(values.len());
    // Candidates in order, each smaller than the one before it.
    let mut best: std::collections::VecDeque<usize> = std::collections::VecDeque::new();
    let mut next = 0;
    for centre in 0..values.len() {
        while next < values.len() && next <= centre + reach {
            while best.back().is_some_and(|last| values[*last] <= values[next]) {
                best.pop_back();
            }
            best.push_back(next);
            next += 1;
        }
        while best.front().is_some_and(|first| first + reach < centre) {
            best.pop_front();
        }
        out.push(best.front().map_or(0.0, |first| values[*first]));
    }
    out
}

/// Takes the median over neighbouring bands out of each band: drums and noise rise everywhere, notes do not.
struct Median {
    counts: [u16; 256],
}

impl Default for Median {
    fn default() -> Self {
        Self { counts: [0; 256] }
    }
}

impl Median {
    fn subtract(&mut self, rises: &mut [f32; BANDS]) {
        const FINE: f32 = 40.0;
        let codes: [u8; BANDS] = std::array::from_fn(|band| (rises[band] * FINE) as u8);
        self.counts.fill(0);
        // `below` values are less than `middle`.
        let (mut middle, mut below, mut count) = (0_usize, 0_usize, 0_usize);
        for code in &codes[..SPREAD] {
            self.counts[usize::from(*code)] += 1;
            count += 1;
        }
        for (band, rise) in rises.iter_mut().enumerate() {
            if let Some(code) = codes.get(band + SPREAD) {
                self.counts[usize::from(*code)] += 1;
                count += 1;
                below += usize::from(usize::from(*code) < middle);
            }
            if let Some(code) = band.checked_sub(SPREAD + 1).and_then(|gone| codes.get(gone)) {
                self.counts[usize::from(*code)] -= 1;
                count -= 1;
                below -= usize::from(usize::from(*code) < middle);
            }
            while middle > 0 && below > count / 2 {
                middle -= 1;
                below -= usize::from(self.counts[middle]);
            }
            while below + usize::from(self.counts[middle]) <= count / 2 && middle < 255 {
                below += usize::from(self.counts[middle]);
                middle += 1;
            }
            *rise = (*rise - middle as f32 / FINE).max(0.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_of_any_length_give_the_same_strengths() {
        let mut analyzer = crate::Analyzer::new(8_000).unwrap();
        let mut state = 9_u32;
        for n in 0..12 * 8_000_u32 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise = (state >> 8) as f32 / (1 << 24) as f32 - 0.5;
            let note = (n as f32 * 0.2 * ((n / 3_000 % 7 + 2) as f32 / 8.0)).sin();
            analyzer.push(&[0.3 * note * (-((n % 3_000) as f32) / 900.0).exp() + 0.001 * noise]);
        }
        let features = analyzer.finish();
        let whole = Onsets::by_blocks(&features, features.frames);
        assert!(whole.keys.iter().any(|strength| *strength > 200));
        for block in [100, 333, 700] {
            assert!(Onsets::by_blocks(&features, block) == whole, "blocks of {block} frames");
        }
    }

    #[test]
    fn the_running_median_is_the_median() {
        let mut state = 7_u32;
        for _ in 0..20 {
            let rises: [f32; BANDS] = std::array::from_fn(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                ((state >> 24) / 40) as f32
            });
            let mut out = rises;
            Median::default().subtract(&mut out);
            for band in 0..BANDS {
                let mut around = rises[band.saturating_sub(SPREAD)..(band + SPREAD + 1).min(BANDS)].to_vec();
                around.sort_by(f32::total_cmp);
                let median = around[around.len() / 2];
                assert!((out[band] - (rises[band] - median).max(0.0)).abs() < 0.03);
            }
        }
    }

    #[test]
    fn the_running_maximum_is_the_maximum() {
        let values = [1.0, 5.0, 2.0, 2.0, 0.0, 3.0, 1.0, 0.0];
        assert_eq!(running_maximum(&values, 1), [5.0, 5.0, 5.0, 2.0, 3.0, 3.0, 3.0, 1.0]);
        assert_eq!(running_maximum(&values, 0), values);
    }
}
