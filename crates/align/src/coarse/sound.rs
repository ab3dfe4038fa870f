//! The recording as the coarse search sees it.

use crate::features::{Features, QUICK, SLOW};
use crate::signal::bank::BANDS;
use crate::template::{Row, audible, product, products, whitened};

use super::plan::Plan;

/// A score frame costs so much where the recording is silent and the score is not.
const SILENT: f32 = 0.6;
/// How many frames of the recording are compared at once.
pub(crate) const BLOCK: usize = 4;
/// Anything that stands for silence costs so much where the recording is silent.
pub(crate) const QUIET: f32 = 0.2;
/// A rest costs so much where the recording is not silent.
const REST: f32 = 0.55;

/// A silence says that what is written has faded or is no longer held, once. After so many seconds it only says that the performance
/// waits, which it may do anywhere.
const SAID: f64 = 1.0;
/// What any place costs then.
const WAITING: f32 = 0.25;

/// The frames of a recording, several slow ones each.
pub(crate) struct Sound {
    /// Frames a second.
    pub(crate) rate: f64,
    pub(crate) rows: Vec<Row>,
    /// Whether nothing is heard that could be a note.
    pub(crate) quiet: Vec<bool>,
    /// Whether the frame is below the threshold of hearing.
    silent: Vec<bool>,
    /// Whether nothing has been heard for so long that the performance waits.
    waits: Vec<bool>,
}

impl Sound {
    /// Frames of so many slow ones.
    pub(crate) fn new(features: &Features, group: usize) -> Self {
        let levels = features.levels(300.0);
        let frames = features.slow_frames() / group;
        let threshold = 0.00316 * features.loudness_at(0.95);
        let (mut rows, mut lengths, mut silent) = (Vec::new(), Vec::new(), Vec::new());
        for frame in 0..frames {
            let mut row = [0.0; BANDS];
            let codes = &features.slow[group * frame * BANDS..group * (frame + 1) * BANDS];
            for codes in codes.chunks_exact(BANDS) {
                for (band, code) in row.iter_mut().zip(codes) {
                    *band += levels[usize::from(*code)] / group as f32;
                }
            }
            let (row, length) = whitened(&row);
            rows.push(row);
            lengths.push(length);
            let step = group * QUICK / SLOW;
            let heard = features.loudness.get(frame * step..(frame + 1) * step).unwrap_or_default();
            silent.push(heard.iter().all(|level| *level <= threshold));
        }
        let audible = audible(&lengths);
        let quiet: Vec<bool> =
            lengths.iter().zip(&silent).map(|(length, silent)| *silent || *length < audible).collect();
        let rate = SLOW as f64 / group as f64;
        let said = (SAID * rate).ceil() as usize;
        let waits = (0..quiet.len())
            .map(|frame| frame >= said && quiet[frame - said..=frame].iter().all(|quiet| *quiet))
            .collect();
        Self { rate, rows, quiet, silent, waits }
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

    /// What each frame of the score costs at some frames of the recording, from `first` on.
    pub(crate) fn costs(&self, first: usize, plan: &Plan, out: &mut [Vec<f32>; BLOCK]) {
        const NOTHING: Row = [0.0; BANDS];
        let rows: [&Row; BLOCK] = std::array::from_fn(|n| self.rows.get(first + n).unwrap_or(&NOTHING));
        for (state, (template, audible)) in plan.rows.iter().zip(&plan.audible).enumerate() {
            let products = products(template, &rows);
            for (out, product) in out.iter_mut().zip(products) {
                out[state] = if *audible > 0.0 { 1.0 - product } else { REST };
            }
        }
        for (frame, out) in (first..).zip(out.iter_mut()) {
            if self.silent.get(frame) == Some(&true) {
                for (out, audible) in out.iter_mut().zip(&plan.audible) {
                    *out = QUIET + (SILENT - QUIET) * audible;
                }
            }
            if self.waits.get(frame) == Some(&true) {
                for out in out.iter_mut() {
                    *out = out.min(WAITING);
                }
            }
        }
    }

    /// What one frame of the score costs at one frame of the recording.
    pub(crate) fn cost(&self, frame: usize, plan: &Plan, state: usize) -> f32 {
        let (Some(row), Some(template), Some(audible)) =
            (self.rows.get(frame), plan.rows.get(state), plan.audible.get(state))
        else {
            return SILENT;
        };
        let cost = if self.silent.get(frame) == Some(&true) {
            QUIET + (SILENT - QUIET) * audible
        } else if *audible > 0.0 {
            1.0 - product(row, template)
        } else {
            REST
        };
        if self.waits.get(frame) == Some(&true) { cost.min(WAITING) } else { cost }
    }

    /// What a frame costs that is not music of the score, for each frame of the recording.
    pub(crate) fn noise(&self, plan: &Plan) -> Vec<f32> {
        let heard: Vec<usize> = (0..self.len()).filter(|frame| !self.quiet[*frame]).collect();
        let step = heard.len().div_ceil(200).max(1);
        let (mut least, mut mean) = (Vec::new(), Vec::new());
        for frame in heard.into_iter().step_by(step) {
            let costs: Vec<f32> = (0..plan.len()).map(|state| self.cost(frame, plan, state)).collect();
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
