//! The bands of a signal at a fixed number of frames a second, made while the signal comes in.

use super::bank::{Bank, code};
use super::fft::Fft;

/// Frames of one window length over one stream of samples.
pub(crate) struct Spectrogram {
    fft: Fft,
    window: Vec<f32>,
    bank: Bank,
    /// Samples from frame to frame.
    step: f64,
    /// Samples by which each frame is taken early.
    lead: f64,
    /// The frames that are done.
    frames: usize,
    /// The sample that `buffer` begins with; negative ones are silence.
    base: i64,
    buffer: Vec<f32>,
    rows: Vec<u8>,
    re: Vec<f32>,
    im: Vec<f32>,
    first: Vec<f32>,
    second: Vec<f32>,
}

impl Spectrogram {
    /// Frame t is centred `t * step - lead` samples into the signal.
    pub(crate) fn new(size: usize, bank: Bank, step: f64, lead: f64) -> Self {
        let angle = |n: usize| std::f64::consts::TAU * n as f64 / size as f64;
        let window = (0..size).map(|n| ((1.0 - angle(n).cos()) / size as f64) as f32).collect();
        let before = size / 2 + lead.max(0.0).ceil() as usize + 1;
        let bins = bank.bins().min(size / 2 + 1);
        Self {
            fft: Fft::new(size),
            window,
            bank,
            step,
            lead,
            frames: 0,
            base: -(before as i64),
            buffer: vec![0.0; before],
            rows: Vec::new(),
            re: vec![0.0; size],
            im: vec![0.0; size],
            first: vec![0.0; bins],
            second: vec![0.0; bins],
        }
    }

    /// The index in the buffer at which a frame begins.
    fn start(&self, frame: usize) -> usize {
        let centre = (frame as f64 * self.step - self.lead).round() as i64;
        usize::try_from(centre - (self.fft.size() / 2) as i64 - self.base).unwrap_or(0)
    }

    /// Takes samples and makes the frames that are complete, in pairs.
    pub(crate) fn push(&mut self, samples: &[f32]) {
        self.buffer.extend_from_slice(samples);
        let size = self.fft.size();
        loop {
            let (one, two) = (self.start(self.frames), self.start(self.frames + 1));
            let (Some(a), Some(b)) = (self.buffer.get(one..one + size), self.buffer.get(two..two + size))
            else {
                break;
            };
            for (n, weight) in self.window.iter().enumerate() {
                self.re[n] = a[n] * weight;
                self.im[n] = b[n] * weight;
            }
            self.fft.magnitudes(&mut self.re, &mut self.im, &mut self.first, &mut self.second);
            self.rows.extend(self.bank.of(&self.first).map(code));
            self.rows.extend(self.bank.of(&self.second).map(code));
            self.frames += 2;
        }
        let done = self.start(self.frames);
        if done > 8 * size {
            self.buffer.drain(..done);
            self.base += done as i64;
        }
    }

    /// The rows of exactly so many frames, as if silence followed the signal.
    pub(crate) fn finish(mut self, frames: usize) -> Vec<u8> {
        while self.frames < frames {
            let missing = self.start(self.frames + 2) + self.fft.size();
            self.push(&vec![0.0; missing.saturating_sub(self.buffer.len()).max(1)]);
        }
        self.rows.truncate(frames * self.bank.len());
        self.rows
    }
}

#[cfg(test)]
mod tests {
    use super::super::bank::decoded;
    use super::*;

    #[test]
    fn blocks_of_any_length_give_the_same_frames() {
        let signal: Vec<f32> = (0..5000).map(|n| (n as f32 * 0.3).sin() * 0.5).collect();
        let make = || Spectrogram::new(256, Bank::new(256, 2756.25, 33, 50, 0.0, 0.75), 27.5625, 0.0);
        let mut whole = make();
        whole.push(&signal);
        let mut pieces = make();
        for piece in signal.chunks(37) {
            pieces.push(piece);
        }
        let frames = 182;
        let rows = whole.finish(frames);
        assert_eq!(rows.len(), frames * 17);
        assert_eq!(rows, pieces.finish(frames));
        // 0.3 rad a sample is 131.6 Hz, below the lowest of these bands: next to nothing.
        assert!(decoded(rows[100 * 17 + 10]) < 1e-3);
    }
}
