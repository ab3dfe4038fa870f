//! A column of candidate frames for each event, and the cheapest way through all of them.

/// What is known of the time from one event to the next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Tempo {
    /// Nothing.
    Free,
    /// It takes about so many frames.
    Steady(f64),
}

/// A column: the candidates of one event.
struct Column {
    /// The first candidate.
    low: usize,
    /// What each candidate costs.
    onset: Vec<f32>,
    /// What the frames from `low` on cost after this event, summed up before each.
    sustain: Vec<f32>,
    /// What the step from the event before costs by its length, from 1 frame on.
    step: Vec<f32>,
}

#[derive(Default)]
pub(crate) struct Lattice {
    columns: Vec<Column>,
}

/// How far a step may be off: frames, and a share of its length.
const LOOSE: f64 = 3.0;
const LOOSER: f64 = 0.18;
/// The weight of the tempo.
const WEIGHT: f64 = 0.35;
/// How soon the price of an early and of a late event stops to grow: performers wait more often than they rush.
const EARLY: f64 = 8.0;
const LATE: f64 = 2.0;
/// What a step costs about which nothing is known.
const FREE: f32 = 0.5;
/// How much dearer paths count less in what is likely.
const TEMPERATURE: f32 = 0.5;

impl Lattice {
    /// Adds an event. Candidates must not begin or end before those of the event before.
    pub(crate) fn push(&mut self, low: usize, onset: Vec<f32>, sustain: Vec<f32>, tempo: Tempo) {
        let reach = self.columns.last().map_or(0, |before| (low + onset.len()).saturating_sub(before.low));
        let step = (1..=reach).map(|frames| match tempo {
            Tempo::Free => FREE,
            Tempo::Steady(expected) => {
                let off = (frames as f64 - expected) / (LOOSE + LOOSER * expected);
                let shape = if off > 0.0 { LATE } else { EARLY };
                (WEIGHT * shape * (off * off / shape).ln_1p()) as f32
            }
        });
        let step = step.collect();
        self.columns.push(Column { low, onset, sustain, step });
    }

    /// The frame of each event on the cheapest path.
    pub(crate) fn cheapest(&self) -> Vec<usize> {
        let mut prices: Vec<Vec<f32>> = Vec::with_capacity(self.columns.len());
        for (index, column) in self.columns.iter().enumerate() {
            let mut now = column.onset.clone();
            if let (Some(before), Some(prices)) =
                (index.checked_sub(1).map(|i| &self.columns[i]), prices.last())
            {
                for (candidate, price) in now.iter_mut().enumerate() {
                    let frame = column.low + candidate;
                    *price += least(Self::offers(before, prices, column, frame));
                }
            }
            prices.push(now);
        }
        let Some(last) = prices.last() else { return Vec::new() };
        let mut candidate = position(last, least(last.iter().copied()));
        let mut out = vec![0; self.columns.len()];
        for index in (0..self.columns.len()).rev() {
            let column = &self.columns[index];
            let frame = column.low + candidate;
            out[index] = frame;
            if let Some(before) = index.checked_sub(1) {
                let offers = Self::offers(&self.columns[before], &prices[before], column, frame);
                let offers: Vec<f32> = offers.collect();
                candidate = position(&offers, least(offers.iter().copied()));
            }
        }
        out
    }

    /// The prices of all ways to arrive at a frame from the column before.
    fn offers<'a>(
        before: &'a Column,
        prices: &'a [f32],
        column: &'a Column,
        frame: usize,
    ) -> impl Iterator<Item = f32> + 'a {
        let distance = frame - before.low;
        let count = distance.min(prices.len());
        let after = before.sustain.get(distance).or(before.sustain.last()).copied().unwrap_or(0.0);
        // From the first candidate it is `distance` frames, from each further one less.
        let steps = &column.step[distance - count..distance];
        prices[..count]
            .iter()
            .zip(&before.sustain)
            .zip(steps.iter().rev())
            .map(move |((price, sum), step)| price - sum + step + after)
    }

    /// The mean and the standard deviation of each event over all paths, the dearer the less.
    pub(crate) fn spreads(&self) -> Vec<(f64, f64)> {
        let kernels: Vec<Vec<f32>> = self
            .columns
            .iter()
            .map(|column| column.step.iter().map(|step| (-step / TEMPERATURE).exp()).collect())
            .collect();
        let likely = |column: &Column| -> Vec<f32> {
            let best = least(column.onset.iter().copied());
            column.onset.iter().map(|price| ((best - price) / TEMPERATURE).exp()).collect()
        };
        // What a frame of the column before has behind it, as a factor, and what a frame of this column has.
        let left = |column: &Column, candidate: usize| {
            column
                .sustain
                .get(candidate)
                .or(column.sustain.last())
                .map_or(1.0, |sum| (sum / TEMPERATURE).exp())
        };
        let mut forward: Vec<Vec<f32>> = Vec::with_capacity(self.columns.len());
        for (index, column) in self.columns.iter().enumerate() {
            let mut now = likely(column);
            if let (Some(before), Some(sums)) = (index.checked_sub(1), forward.last()) {
                let before = &self.columns[before];
                let from: Vec<f32> = sums.iter().enumerate().map(|(i, sum)| sum * left(before, i)).collect();
                for (candidate, value) in now.iter_mut().enumerate() {
                    let frame = column.low + candidate;
                    let count = frame.saturating_sub(before.low).min(from.len());
                    let steps = &kernels[index][(frame - before.low - count)..(frame - before.low)];
                    let sum: f32 = from[..count].iter().zip(steps.iter().rev()).map(|(a, b)| a * b).sum();
                    *value *= sum / left(before, frame - before.low);
                }
            }
            normalise(&mut now);
            forward.push(now);
        }
        let mut out = vec![(0.0, 0.0); self.columns.len()];
        let mut backward: Vec<f32> =
            self.columns.last().map_or(Vec::new(), |last| vec![1.0; last.onset.len()]);
        for index in (0..self.columns.len()).rev() {
            let column = &self.columns[index];
            out[index] = moments(column.low, &forward[index], &backward);
            let Some(before) = index.checked_sub(1) else { break };
            let before = &self.columns[before];
            let onward: Vec<f32> = likely(column)
                .iter()
                .zip(&backward)
                .enumerate()
                .map(|(i, (own, rest))| {
                    own * rest / left(before, (column.low + i).saturating_sub(before.low))
                })
                .collect();
            let mut next = vec![0.0; before.onset.len()];
            for (candidate, value) in next.iter_mut().enumerate() {
                let frame = before.low + candidate;
                let first = (frame + 1).max(column.low);
                let skipped = first - column.low;
                let steps = kernels[index].get(first - frame - 1..).unwrap_or_default();
                let onward = onward.get(skipped..).unwrap_or_default();
                let sum: f32 = onward.iter().zip(steps).map(|(a, b)| a * b).sum();
                *value = sum * left(before, candidate);
            }
            normalise(&mut next);
            backward = next;
        }
        out
    }
}

fn least(values: impl Iterator<Item = f32>) -> f32 {
    values.fold(f32::INFINITY, |least, value| if value < least { value } else { least })
}

fn position(values: &[f32], wanted: f32) -> usize {
    values.iter().position(|value| *value <= wanted).unwrap_or(0)
}

fn normalise(values: &mut [f32]) {
    let most = values.iter().copied().fold(0.0, f32::max);
    if most > 0.0 {
        for value in values {
            *value /= most;
        }
    } else {
        values.fill(1.0);
    }
}

fn moments(low: usize, forward: &[f32], backward: &[f32]) -> (f64, f64) {
    let (mut sum, mut first, mut second) = (0.0, 0.0, 0.0);
    for (candidate, (a, b)) in forward.iter().zip(backward).enumerate() {
        let weight = f64::from(a * b);
        let frame = candidate as f64;
        sum += weight;
        first += weight * frame;
        second += weight * frame * frame;
    }
    if sum <= 0.0 {
        return (low as f64 + 0.5 * forward.len() as f64, 0.3 * forward.len() as f64);
    }
    let mean = first / sum;
    (low as f64 + mean, (second / sum - mean * mean).max(0.0).sqrt())
}
