//! What is kept of a recording: semitone bands over time, in about 13 kB a second.

use std::ops::Range;

use crate::signal::bank::{BANDS, decoded};

/// Frames a second of the quick bands, which show when notes begin.
pub(crate) const QUICK: usize = 100;
/// Frames a second of the slow bands, which show which notes sound.
pub(crate) const SLOW: usize = 25;

/// What an [`Analyzer`](crate::Analyzer) keeps of a recording: enough to align any score with it, a hundredth of the samples.
#[derive(Clone, Debug, PartialEq)]
pub struct Features {
    pub(crate) seconds: f64,
    /// Semitones above 440 Hz.
    pub(crate) tuning: f64,
    /// The number of quick frames.
    pub(crate) frames: usize,
    /// [`BANDS`] codes for each of the quick frames.
    pub(crate) quick: Vec<u8>,
    /// [`BANDS`] codes for each of the slow frames, one for four quick ones.
    pub(crate) slow: Vec<u8>,
    /// The root mean square of the samples of each quick frame.
    pub(crate) loudness: Vec<f32>,
    /// The recording goes on beyond the limit.
    pub(crate) cut: bool,
}

impl Features {
    /// The length of the recording in seconds.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        self.seconds
    }

    /// How far the recording is tuned above 440 Hz, in cents, -50..=50. What is further off shows as a transposition.
    #[must_use]
    pub fn tuning_cents(&self) -> f64 {
        100.0 * self.tuning
    }

    /// The loudness over time: the root mean square of each hundredth of a second, 1 for a square wave at full scale.
    #[must_use]
    pub fn loudness(&self) -> &[f32] {
        &self.loudness
    }

    /// A part of the recording by itself, and the second at which it begins. `None` if there is nothing of it.
    pub(crate) fn part(&self, seconds: Range<f64>) -> Option<(Self, f64)> {
        const GROUP: usize = QUICK / SLOW;
        if seconds.is_empty() {
            return None;
        }
        let from = (seconds.start.max(0.0) * SLOW as f64) as usize;
        let to = ((seconds.end * SLOW as f64) as usize).min(self.slow_frames().saturating_sub(1));
        if from >= to {
            return None;
        }
        let frames = (GROUP * (to - from) + 1).min(self.frames - GROUP * from);
        let slow = frames.div_ceil(GROUP).min(self.slow_frames() - from);
        let part = Self {
            seconds: (frames - 1) as f64 / QUICK as f64,
            tuning: self.tuning,
            frames,
            quick: self.quick.get(GROUP * from * BANDS..(GROUP * from + frames) * BANDS)?.to_vec(),
            slow: self.slow.get(from * BANDS..(from + slow) * BANDS)?.to_vec(),
            loudness: self.loudness.get(GROUP * from..GROUP * from + frames)?.to_vec(),
            cut: false,
        };
        Some((part, from as f64 / SLOW as f64))
    }

    /// The number of slow frames.
    pub(crate) fn slow_frames(&self) -> usize {
        self.slow.len() / BANDS
    }

    /// The loudness that a share of the frames does not exceed.
    pub(crate) fn loudness_at(&self, share: f64) -> f32 {
        let mut sorted = self.loudness.clone();
        sorted.sort_unstable_by(f32::total_cmp);
        let place = (share * sorted.len().saturating_sub(1) as f64) as usize;
        sorted.get(place).copied().unwrap_or(0.0)
    }

    /// The factor that brings what is audible of the recording to a common level.
    fn gain(&self) -> f32 {
        let audible = 0.01 * self.loudness_at(0.95);
        let (sum, count) = self
            .loudness
            .iter()
            .filter(|level| **level > audible)
            .fold((0.0_f64, 0.0_f64), |(sum, count), level| (sum + f64::from(level * level), count + 1.0));
        if sum > 0.0 { (0.05 / (sum / count).sqrt()) as f32 } else { 0.0 }
    }

    /// For each code the logarithmic level: 0 for silence, straight in decibels above a knee that `strength` sets.
    pub(crate) fn levels(&self, strength: f32) -> [f32; 256] {
        let factor = strength * self.gain();
        std::array::from_fn(|code| (factor * decoded(code as u8)).ln_1p())
    }
}
