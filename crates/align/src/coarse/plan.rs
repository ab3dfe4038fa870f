//! The score on the grid of frames of the coarse search.

use crate::graph::Graph;
use crate::music::Music;
use crate::signal::bank::BANDS;
use crate::template::{DECAY, Row, add, compressed, whitened};

/// The frames of all places one after the other.
pub(crate) struct Plan {
    /// Frames a second.
    rate: f32,
    /// The first frame of each place, and at last the number of frames.
    pub(crate) start: Vec<usize>,
    /// What each frame should sound like; length 1, or 0 for a rest.
    pub(crate) rows: Vec<Row>,
    /// How loud each frame should still be, 0..=1.
    pub(crate) audible: Vec<f32>,
}

impl Plan {
    /// The places of a graph at `rate` frames a second, each as long as written times its member of `scales`, moved up by
    /// `transposition` semitones.
    pub(crate) fn new(music: &Music, graph: &Graph, rate: f64, scales: &[f64], transposition: i32) -> Self {
        let mut start = vec![0];
        let mut times = vec![0.0];
        let mut now = 0.0;
        for (bar, scale) in graph.written.iter().zip(scales) {
            now += music.bars.get(*bar).map_or(0.01, |bar| bar.seconds) * scale;
            let next = ((now * rate).round() as usize).max(start.last().map_or(0, |last| last + 1));
            start.push(next);
            times.push(now);
        }
        let frames = start.last().copied().unwrap_or(0);
        let mut sums = vec![[0.0; BANDS]; frames];
        let mut audible = vec![0.0_f32; frames];
        for ((place, bar), (begin, scale)) in graph.written.iter().enumerate().zip(times.iter().zip(scales)) {
            let (from, to) = (start[place], start[place + 1]);
            for note in music.bars.get(*bar).map(|bar| bar.notes.as_slice()).unwrap_or_default() {
                let first = ((begin + note.at * scale) * rate).round() as usize;
                let first = first.clamp(from, to - 1);
                let held = (note.held * scale).max(0.15);
                let count = (((held + 0.3) * rate).round() as usize).max(1);
                for frame in first..(first + count).min(frames) {
                    let age = (frame - first) as f64 / rate;
                    let released = if age < held { 1.0 } else { (-(age - held) / 0.15).exp() };
                    let strength = ((-age / DECAY).exp() * released) as f32;
                    add(&mut sums[frame], i32::from(note.key) + transposition, strength);
                    audible[frame] = audible[frame].max(strength);
                }
            }
        }
        let mut rows = Vec::with_capacity(frames);
        for (sum, audible) in sums.into_iter().zip(&mut audible) {
            let (row, length) = whitened(&compressed(sum));
            if length < 1e-6 {
                *audible = 0.0;
            }
            rows.push(row);
        }
        Self { rate: rate as f32, start, rows, audible }
    }

    /// The number of frames.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// A price in distance added up over seconds, in distance added up over frames.
    pub(crate) fn price(&self, price: f32) -> f32 {
        price * self.rate
    }

    /// The number of places.
    pub(crate) fn places(&self) -> usize {
        self.start.len() - 1
    }

    /// The frames of a place.
    pub(crate) fn frames(&self, place: usize) -> std::ops::Range<usize> {
        self.start[place]..self.start[place + 1]
    }

    /// The place of a frame.
    pub(crate) fn place(&self, frame: usize) -> usize {
        self.start.partition_point(|start| *start <= frame).saturating_sub(1)
    }
}
