//! A column of candidate frames for each event, and the cheapest way through all of them.

/// What is known of the time from one event to the next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Tempo {
    /// It takes about so many frames.
    Steady(f64),
    /// It takes so many frames or more: the performance waits, or begins anew.
    AtLeast(f64),
    /// The performance waits somewhere near, perhaps here.
    MayWait(f64),
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

impl Column {
    /// What each candidate costs so far, less what the frames before it would have cost if it were over.
    fn left(&self, prices: &[f32]) -> Vec<f32> {
        prices.iter().zip(&self.sustain).map(|(price, sum)| price - sum).collect()
    }

    /// What the frames from the first candidate on cost, so many of them.
    fn sustained(&self, frames: usize) -> f32 {
        self.sustain.get(frames).or(self.sustain.last()).copied().unwrap_or(0.0)
    }
}

#[derive(Default)]
pub(crate) struct Lattice {
    columns: Vec<Column>,
}

/// How far a step may be off beside its share, in frames of a hundredth of a second.
const LOOSE: f64 = 3.0;
/// How soon the price of an early and of a late event stops to grow: performers wait more often than they rush.
const EARLY: f64 = 8.0;
const LATE: f64 = 2.0;
/// What it costs to take no time at all for a step. Nobody plays a note in a third of its time.
const SHORT: f64 = 4.0;
/// What a step costs about which nothing is known.
const FREE: f64 = 0.5;
/// What a wait costs that may as well be elsewhere.
const WAIT: f64 = 4.0;
/// Candidates that are far from the median, in hundredths of a second, are not counted if all of them together are so unlikely.
const FAR: usize = 100;
const UNLIKELY: f64 = 0.01;
/// How much dearer paths count less in what is likely.
const TEMPERATURE: f32 = 0.5;

/// Candidates whose factors are taken together, and the most that one is, as a logarithm.
const BLOCK: usize = 250;
const MOST: f32 = 40.0;

/// What steps cost.
pub(crate) struct Rules {
    /// The weight of the tempo.
    pub(crate) weight: f64,
    /// Hundredths of a second from candidate to candidate.
    pub(crate) step: f64,
    /// The share of its length by which a step may be off.
    pub(crate) uneven: f64,
}

impl Lattice {
    /// Adds an event. Candidates must not begin or end before those of the event before.
    pub(crate) fn push(
        &mut self,
        low: usize,
        onset: Vec<f32>,
        sustain: Vec<f32>,
        tempo: Option<Tempo>,
        rules: &Rules,
    ) {
        let reach = self.columns.last().map_or(0, |before| (low + onset.len()).saturating_sub(before.low));
        let step = (1..=reach).map(|frames| {
            let Some(Tempo::Steady(expected) | Tempo::AtLeast(expected) | Tempo::MayWait(expected)) = tempo
            else {
                return 0.0;
            };
            let frames = frames as f64;
            let off = (frames - expected) / (LOOSE / rules.step + rules.uneven * expected);
            let shape = if off > 0.0 { LATE } else { EARLY };
            let mut price = rules.weight * shape * (off * off / shape).ln_1p();
            // Two notes that follow quickly like to be heard in one.
            let floor = expected / 3.0 - 2.0 / rules.step;
            if frames < floor {
                price += SHORT * (1.0 - frames / floor);
            }
            match tempo {
                Some(Tempo::AtLeast(_)) if off > 0.0 => price.min(FREE) as f32,
                Some(Tempo::MayWait(_)) if off > 0.0 => price.min(WAIT) as f32,
                _ => price as f32,
            }
        });
        let step = step.collect();
        self.columns.push(Column { low, onset, sustain, step });
    }

    /// The frame of each event on the cheapest path.
    pub(crate) fn cheapest(&self) -> Vec<usize> {
        let mut prices: Vec<Vec<f32>> = Vec::with_capacity(self.columns.len());
        let mut before: Option<&Column> = None;
        for column in &self.columns {
            let mut now = column.onset.clone();
            if let (Some(before), Some(prices)) = (before, prices.last()) {
                let left = before.left(prices);
                let steps: Vec<f32> = column.step.iter().rev().copied().collect();
                for (candidate, price) in now.iter_mut().enumerate() {
                    let distance = column.low + candidate - before.low;
                    let steps = &steps[steps.len() - distance.min(steps.len())..];
                    *price +=
                        least_sum(&left[..distance.min(left.len())], steps) + before.sustained(distance);
                }
            }
            // Only differences count, and small numbers are exact.
            let cheapest = least(now.iter().copied());
            if cheapest.is_finite() {
                for price in &mut now {
                    *price -= cheapest;
                }
            }
            prices.push(now);
            before = Some(column);
        }
        let Some(last) = prices.last() else { return Vec::new() };
        let mut candidate = position(last.iter().copied());
        let mut out = vec![0; self.columns.len()];
        for (index, column) in self.columns.iter().enumerate().rev() {
            let frame = column.low + candidate;
            out[index] = frame;
            if let Some(before) = index.checked_sub(1) {
                let (before, prices) = (&self.columns[before], &prices[before]);
                let left = before.left(prices);
                let distance = frame - before.low;
                let steps = column.step[..distance].iter().rev();
                candidate = position(left.iter().zip(steps).map(|(left, step)| left + step));
            }
        }
        out
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
        let mut forward: Vec<Vec<f32>> = Vec::with_capacity(self.columns.len());
        for (index, column) in self.columns.iter().enumerate() {
            let mut now = likely(column);
            if let (Some(before), Some(sums)) = (index.checked_sub(1), forward.last()) {
                let before = &self.columns[before];
                let steps: Vec<f32> = kernels[index].iter().rev().copied().collect();
                for (block, values) in now.chunks_mut(BLOCK).enumerate() {
                    // The frames between weigh less the more they cost. Factors are taken from the start of a block, or they
                    // would leave the range of numbers.
                    let start = column.low + block * BLOCK - before.low;
                    let origin = before.sustained(start);
                    let from: Vec<f32> = sums
                        .iter()
                        .zip(&before.sustain)
                        .map(|(sum, cost)| sum * ((cost - origin) / TEMPERATURE).min(MOST).exp())
                        .collect();
                    for (distance, value) in (start..).zip(values) {
                        let steps = &steps[steps.len() - distance.min(steps.len())..];
                        let sum = product(&from[..distance.min(from.len())], steps);
                        *value *= sum * ((origin - before.sustained(distance)) / TEMPERATURE).exp();
                    }
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
            let own: Vec<f32> = likely(column).iter().zip(&backward).map(|(own, rest)| own * rest).collect();
            let mut next = vec![0.0; before.onset.len()];
            for (block, values) in next.chunks_mut(BLOCK).enumerate() {
                let start = block * BLOCK;
                let origin = before.sustained(start);
                let onward: Vec<f32> = (column.low - before.low..)
                    .zip(&own)
                    .map(|(distance, own)| {
                        own * ((origin - before.sustained(distance)) / TEMPERATURE).min(MOST).exp()
                    })
                    .collect();
                for (candidate, value) in (start..).zip(values) {
                    let frame = before.low + candidate;
                    let first = (frame + 1).max(column.low);
                    let steps = kernels[index].get(first - frame - 1..).unwrap_or_default();
                    let onward = onward.get(first - column.low..).unwrap_or_default();
                    let held = ((before.sustained(candidate) - origin) / TEMPERATURE).exp();
                    *value = product(onward, steps) * held;
                }
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

/// Where the least value is.
fn position(values: impl Iterator<Item = f32> + Clone) -> usize {
    let wanted = least(values.clone());
    values.into_iter().position(|value| value <= wanted).unwrap_or(0)
}

/// The least sum of two values at the same place, of as many as the shorter slice has.
fn least_sum(a: &[f32], b: &[f32]) -> f32 {
    const LANES: usize = 8;
    let mut lanes = [f32::INFINITY; LANES];
    let (chunks_a, chunks_b) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let whole = LANES * chunks_a.len().min(chunks_b.len());
    for (a, b) in chunks_a.zip(chunks_b) {
        for (lane, (a, b)) in lanes.iter_mut().zip(a.iter().zip(b)) {
            let sum = a + b;
            *lane = if sum < *lane { sum } else { *lane };
        }
    }
    let rest = a[whole..].iter().zip(&b[whole..]).map(|(a, b)| a + b);
    least(rest.chain(lanes))
}

/// The sum of the products of values at the same place, of as many as the shorter slice has.
fn product(a: &[f32], b: &[f32]) -> f32 {
    const LANES: usize = 8;
    let mut lanes = [0.0_f32; LANES];
    let (chunks_a, chunks_b) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let whole = LANES * chunks_a.len().min(chunks_b.len());
    for (a, b) in chunks_a.zip(chunks_b) {
        for (lane, (a, b)) in lanes.iter_mut().zip(a.iter().zip(b)) {
            *lane += a * b;
        }
    }
    let rest: f32 = a[whole..].iter().zip(&b[whole..]).map(|(a, b)| a * b).sum();
    rest + lanes.iter().sum::<f32>()
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

/// The mean and the standard deviation of an event.
fn moments(low: usize, forward: &[f32], backward: &[f32]) -> (f64, f64) {
    let weights: Vec<f64> = forward.iter().zip(backward).map(|(a, b)| f64::from(a * b)).collect();
    let whole: f64 = weights.iter().sum();
    if whole <= 0.0 {
        return (low as f64 + 0.5 * forward.len() as f64, 0.3 * forward.len() as f64);
    }
    let mut sum = 0.0;
    let median = weights.iter().position(|weight| {
        sum += weight;
        sum >= 0.5 * whole
    });
    let median = median.unwrap_or(0);
    let near = median.saturating_sub(FAR)..(median + FAR + 1).min(weights.len());
    let likely: f64 = weights[near.clone()].iter().sum();
    let counted = if whole - likely < UNLIKELY * whole { near } else { 0..weights.len() };
    let (mut sum, mut first, mut second) = (0.0, 0.0, 0.0);
    for candidate in counted {
        let (weight, frame) = (weights[candidate], candidate as f64);
        sum += weight;
        first += weight * frame;
        second += weight * frame * frame;
    }
    let mean = first / sum;
    (low as f64 + mean, (second / sum - mean * mean).max(0.0).sqrt())
}
