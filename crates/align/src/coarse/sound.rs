//! The recording as the coarse search sees it.

use crate::features::{Features, QUICK, SLOW};
use crate::signal::bank::BANDS;
use crate::template::{Row, product, whitened};

use super::plan::Plan;

/// A score frame costs so much where the recording is silent and the score is not.
const SILENT: f32 = 0.6;
/// Anything that stands for silence costs so much where the recording is silent.
pub(crate) const QUIET: f32 = 0.2;
/// A rest costs so much where the recording is not silent.
const REST: f32 = 0.55;

/// The frames of a recording, three slow ones each.
pub(crate) struct Sound {
    pub(crate) rows: Vec<Row>,
    /// Whether nothing is heard that could be a note.
    pub(crate) quiet: Vec<bool>,
    /// Whether the frame is below the threshold of hearing.
    silent: Vec<bool>,
}

impl Sound {
    pub(crate) fn new(features: &Features) -> Self {
        const GROUP: usize = 3;
        let levels = features.levels(300.0);
        let frames = features.slow_frames() / GROUP;
        let threshold = 0.00316 * features.loudness_at(0.95);
        let (mut rows, mut lengths, mut silent) = (Vec::new(), Vec::new(), Vec::new());
        for frame in 0..frames {
            let mut row = [0.0; BANDS];
            let codes = &features.slow[GROUP * frame * BANDS..GROUP * (frame + 1) * BANDS];
            for codes in codes.chunks_exact(BANDS) {
                for (band, code) in row.iter_mut().zip(codes) {
                    *band += levels[usize::from(*code)] / GROUP as f32;
                }
            }
            let (row, length) = whitened(&row);
            rows.push(row);
            lengths.push(length);
            let step = GROUP * QUICK / SLOW;
            let heard = features.loudness.get(frame * step..(frame + 1) * step).unwrap_or_default();
            silent.push(heard.iter().all(|level| *level <= threshold));
        }
        let mut sorted = lengths.clone();
        sorted.sort_unstable_by(f32::total_cmp);
        let usual = sorted.get(sorted.len().saturating_sub(1) * 9 / 10).copied().unwrap_or(0.0);
        let quiet =
            lengths.iter().zip(&silent).map(|(length, silent)| *silent || *length < 0.15 * usual).collect();
        Self { rows, quiet, silent }
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The number of frames from the first to the last that is not quiet.
    pub(crate) fn heard(&self) -> usize {
        let first = self.quiet.iter().position(|quiet| !quiet);
        let last = self.quiet.iter().rposition(|quiet| !quiet);
        first.zip(last).map_or(0, |(first, last)| last + 1 - first)
    }

    /// What each frame of the score costs at a frame of the recording.
    pub(crate) fn costs(&self, frame: usize, plan: &Plan, out: &mut [f32]) {
        let Some(row) = self.rows.get(frame) else { return };
        if self.silent.get(frame) == Some(&true) {
            for (out, audible) in out.iter_mut().zip(&plan.audible) {
                *out = QUIET + (SILENT - QUIET) * audible;
            }
            return;
        }
        for ((out, template), audible) in out.iter_mut().zip(&plan.rows).zip(&plan.audible) {
            *out = if *audible > 0.0 { 1.0 - product(row, template) } else { REST };
        }
    }

    /// What a frame costs that is not music of the score, for each frame of the recording.
    pub(crate) fn noise(&self, plan: &Plan) -> Vec<f32> {
        let heard: Vec<usize> = (0..self.len()).filter(|frame| !self.quiet[*frame]).collect();
        let step = heard.len().div_ceil(200).max(1);
        let mut costs = vec![0.0; plan.len()];
        let (mut least, mut mean) = (Vec::new(), Vec::new());
        for frame in heard.into_iter().step_by(step) {
            self.costs(frame, plan, &mut costs);
            least.push(costs.iter().copied().fold(f32::INFINITY, f32::min));
            mean.push(costs.iter().sum::<f32>() / costs.len().max(1) as f32);
        }
        let median = |values: &mut Vec<f32>| {
            values.sort_unstable_by(f32::total_cmp);
            values.get(values.len() / 2).copied().unwrap_or(0.5)
        };
        let noise = 0.5 * (median(&mut least) + median(&mut mean));
        self.quiet.iter().map(|quiet| if *quiet { QUIET } else { noise }).collect()
    }
}
