//! When exactly each note of the played order begins.

mod attack;
mod events;
mod lattice;
mod pace;

use std::ops::Range;

use crate::coarse::Lead;
use crate::features::{Features, QUICK, SLOW};
use crate::onset::Onsets;
use crate::signal::bank::BANDS;
use crate::template::{Row, add, audible, compressed, product, whitened};

pub(crate) use events::{Event, Events};
use lattice::{Lattice, Tempo};
pub(crate) use pace::rates;
use pace::{paces, unevenness};

/// When an event begins, and how sure that is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Found {
    pub(crate) seconds: f64,
    /// The standard deviation in seconds.
    pub(crate) spread: f64,
}

/// What is found of all events.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Heard {
    pub(crate) events: Vec<Found>,
    /// How far the events lie from where they were looked for, in seconds: the median.
    pub(crate) moved: f64,
}

/// The recording as the fine search sees it.
pub(crate) struct Fine {
    onsets: Onsets,
    /// The whitened slow frames, as shares of 255; nothing where no note is heard.
    slow: Vec<u8>,
}

/// One look at all events.
#[derive(Clone, Copy)]
struct Pass {
    /// Quick frames from candidate to candidate.
    step: usize,
    /// Seconds to each side within which an event is looked for.
    window: f64,
    /// Seconds of music from which the tempo at a place is taken.
    memory: f64,
    /// The weight of the tempo.
    tempo: f64,
}

const PASSES: [Pass; 3] = [
    Pass { step: 4, window: 5.0, memory: 4.0, tempo: 0.2 },
    Pass { step: 1, window: 1.2, memory: 3.0, tempo: 0.35 },
    Pass { step: 1, window: 0.45, memory: 2.0, tempo: 0.35 },
];

/// The weight of an onset against the rest, and how much it grows with the notes of a chord.
const ONSET: f32 = 2.5;
const CHORD: f32 = 0.4;
/// The share of the event's own keys in its onset, and that of anything that begins.
const OWN: f32 = 0.75;
const ANY: f32 = 0.25;
/// What the keys of a rolled chord lose a frame after the first, and by how much a later beginning must be stronger.
const ROLL: f32 = 0.03;
const LATER: f32 = 0.2;
/// What the keys lose a frame behind a grace note, which may be as long as a note.
const GRACE: f32 = 0.0075;
/// The weight of what sounds between two events, a frame.
const SUSTAIN: f32 = 0.04;
/// What it costs the last event if its keys begin once more after it.
const AGAIN: f32 = 2.0;
/// Seconds after the last event in which they might.
const AGAIN_SECONDS: (f64, f64) = (0.15, 3.0);
/// How far steps may be off for each share that they usually are, and what that is at least and at most.
const UNEVEN: f64 = 1.5;
const UNEVEN_RANGE: (f64, f64) = (0.06, 0.18);
/// A step that is longer than it should be by so many seconds is a wait.
const WAIT: f64 = 1.5;
/// Seconds of music to each side of a wait in which it may be as well.
const AROUND_WAIT: f64 = 1.5;
/// Seconds of a wait in which events are looked for, from either end.
const LONGEST_WAIT: f64 = 30.0;
/// The paths of the lattice are surer of themselves than recordings bear out.
const SPREAD: f64 = 1.15;

impl Fine {
    pub(crate) fn new(features: &Features) -> Self {
        let levels = features.levels(300.0);
        let mut slow = Vec::with_capacity(features.slow.len());
        let mut lengths = Vec::with_capacity(features.slow_frames());
        for codes in features.slow.chunks_exact(BANDS) {
            let row: Row = std::array::from_fn(|band| levels[usize::from(codes[band])]);
            let (row, length) = whitened(&row);
            slow.extend(row.map(|value| (value * 255.0 + 0.5) as u8));
            lengths.push(length);
        }
        let audible = audible(&lengths);
        for (row, length) in slow.chunks_exact_mut(BANDS).zip(&lengths) {
            if *length < audible {
                row.fill(0);
            }
        }
        Self { onsets: Onsets::new(features), slow }
    }

    /// Looks for each event near the second that is given for it.
    pub(crate) fn find(&self, features: &Features, events: &[Event], rough: &[f64]) -> Heard {
        let mut times: Vec<f64> = rough.to_vec();
        let mut heard = Heard::default();
        for (pass, rules) in PASSES.iter().enumerate() {
            let rates = rates(events, &times, rules.memory);
            let lattice = self.lattice(events, &times, &rates, rules);
            let best = lattice.cheapest();
            times = best.iter().map(|frame| (frame * rules.step) as f64 / QUICK as f64).collect();
            if pass + 1 < PASSES.len() {
                continue;
            }
            let late = attack::lateness(features, &self.onsets, events, &best);
            let found = times.iter().zip(lattice.spreads()).zip(events.iter().zip(&best));
            heard.events = found
                .map(|((seconds, (_, spread)), (event, frame))| Found {
                    seconds: (seconds - late).max(0.0),
                    spread: (SPREAD * spread).hypot(self.roll(event, *frame)) / QUICK as f64,
                })
                .collect();
            heard.moved = moved(&heard.events, rough);
        }
        heard
    }

    fn lattice(&self, events: &[Event], times: &[f64], rates: &[f64], pass: &Pass) -> Lattice {
        let per_second = (QUICK / pass.step) as f64;
        let frames = self.onsets.len() / pass.step;
        let paces = paces(events, times, pass.memory);
        let uneven = UNEVEN * unevenness(events, times, &paces);
        let uneven = uneven.clamp(UNEVEN_RANGE.0, UNEVEN_RANGE.1);
        let waits = waits(events, times, &paces);
        let bounds = bounds(times, &waits, per_second, pass.window, frames);
        let mut lattice = Lattice::default();
        let mut ringing: Vec<(i32, f64, f64)> = Vec::new();
        for (index, event) in events.iter().enumerate() {
            let (low, high) = bounds[index];
            let mut onset = self.onset(event, low..high + 1, pass.step);
            if index + 1 == events.len() {
                self.add_again(event, low, pass.step, &mut onset);
            }
            let now = times[index];
            ringing.retain(|(key, since, until)| {
                now - since < 2.5 && until + 0.25 > now && event.keys.iter().all(|(own, _)| own != key)
            });
            ringing.extend(
                event.keys.iter().map(|(key, held)| (*key, now, now + (held * rates[index]).max(0.15))),
            );
            let mut row = [0.0; BANDS];
            for (key, since, _) in &ringing {
                add(&mut row, *key, (-(now - since) / 1.2).exp() as f32);
            }
            let (row, _) = whitened(&compressed(row));
            let end = bounds.get(index + 1).map_or(high, |(_, high)| *high) + 1;
            let sustain = self.sustain(low, end, &row, pass.step);
            let tempo = index.checked_sub(1).map(|before| {
                let expected = (event.at - events[before].at) * paces[index] * per_second;
                let both = before..index + 1;
                let waits =
                    || waits.iter().any(|wait| wait.near.start <= both.start && both.end <= wait.near.end);
                match event.lead {
                    Lead::Free => Tempo::AtLeast(expected),
                    _ if waits() => Tempo::MayWait(expected),
                    Lead::Wait => Tempo::AtLeast(expected),
                    Lead::Tempo => Tempo::Steady(expected),
                }
            });
            let rules = lattice::Rules { weight: pass.tempo, step: pass.step as f64, uneven };
            lattice.push(low, onset, sustain, tempo, &rules);
        }
        lattice
    }

    /// The mean strength of the event's own keys at a frame.
    fn own(&self, event: &Event, frame: usize) -> f32 {
        let sum: f32 = event.keys.iter().map(|(key, _)| self.onsets.key(frame, *key)).sum();
        sum / event.keys.len().max(1) as f32
    }

    /// How many frames from where an event is found one of its keys rather begins: chords are rolled, and a grace note may be
    /// taken for the note that it belongs to.
    fn roll(&self, event: &Event, frame: usize) -> f64 {
        if event.keys.len() < 2 && !event.grace {
            return 0.0;
        }
        let loss = if event.grace { GRACE } else { ROLL };
        let away = |key: i32| {
            let mut best = (self.onsets.key(frame, key).max(LATER), 0);
            for distance in 1..40_usize {
                let before = frame.checked_sub(distance).map_or(0.0, |frame| self.onsets.key(frame, key));
                let strength =
                    self.onsets.key(frame + distance, key).max(before) - LATER - loss * distance as f32;
                if strength > best.0 {
                    best = (strength, distance);
                }
            }
            best.1
        };
        event.keys.iter().map(|(key, _)| away(*key)).max().unwrap_or(0) as f64
    }

    /// Nothing that is written comes after the last notes, so they should not begin once more.
    fn add_again(&self, event: &Event, low: usize, step: usize, costs: &mut [f32]) {
        let per_second = (QUICK / step) as f64;
        let gap = (AGAIN_SECONDS.0 * per_second) as usize;
        let horizon = low + costs.len() + (AGAIN_SECONDS.1 * per_second) as usize;
        let mut later = 0.0_f32;
        for frame in (low..horizon).rev() {
            let frames = (frame + gap) * step..(frame + gap + 1) * step;
            later = frames.map(|frame| self.own(event, frame)).fold(later, f32::max);
            if let Some(cost) = costs.get_mut(frame - low) {
                *cost += AGAIN * later;
            }
        }
    }

    /// What it costs that an event begins at each of the candidates.
    fn onset(&self, event: &Event, candidates: Range<usize>, step: usize) -> Vec<f32> {
        let count = event.keys.len().max(1) as f32;
        let weight = ONSET * (1.0 + CHORD * count.ln());
        let frames = candidates.start * step..candidates.end * step;
        let chord = event.keys.len() > 1;
        let after = if chord { (1.0 / ROLL) as usize } else { 0 };
        let mut sums = vec![0.0_f32; frames.len()];
        for (key, _) in &event.keys {
            let mut ahead = 0.0_f32;
            for frame in (frames.start..frames.end + after).rev() {
                let now = self.onsets.key(frame, *key);
                let best = now.max(ahead - ROLL);
                ahead = (now - LATER).max(ahead - ROLL);
                if let Some(sum) = sums.get_mut(frame - frames.start) {
                    *sum += if chord { best } else { now } / count;
                }
            }
        }
        let costs: Vec<f32> = frames
            .zip(&sums)
            .map(|(frame, sum)| weight * (1.0 - OWN * sum - ANY * self.onsets.any(frame)))
            .collect();
        costs.chunks(step).map(|group| group.iter().copied().fold(f32::INFINITY, f32::min)).collect()
    }

    /// The sums of what the frames from `from` on cost if the row sounds, before each frame up to `to`.
    fn sustain(&self, from: usize, to: usize, row: &Row, step: usize) -> Vec<f32> {
        let ratio = QUICK / SLOW / step;
        let weight = SUSTAIN * step as f32;
        let mut sums = Vec::with_capacity(to.saturating_sub(from) + 1);
        let mut sum = 0.0;
        let (mut known, mut cost) = (usize::MAX, 0.0);
        sums.push(sum);
        for frame in from..to {
            let slow = ((frame + ratio / 2) / ratio).min((self.slow.len() / BANDS).saturating_sub(1));
            if slow != known {
                known = slow;
                let codes = self.slow.get(slow * BANDS..(slow + 1) * BANDS);
                let heard: Row = codes
                    .map_or([0.0; BANDS], |codes| std::array::from_fn(|band| f32::from(codes[band]) / 255.0));
                // Silence says nothing of what is held, however long it is.
                let silent = heard.iter().all(|level| *level == 0.0);
                cost = if silent { 0.0 } else { weight * (1.0 - product(&heard, row)) };
            }
            sum += cost;
            sums.push(sum);
        }
        sums
    }
}

/// A stretch of the recording in which the performance waits.
struct Wait {
    seconds: Range<f64>,
    /// The events of which it is not known whether they come before it or after it.
    near: Range<usize>,
}

/// Where the performance waits, as far as is known from the times of the events.
fn waits(events: &[Event], times: &[f64], paces: &[f64]) -> Vec<Wait> {
    let mut waits = Vec::new();
    for index in 1..events.len() {
        let written = events[index].at - events[index - 1].at;
        let (from, to) = (times[index - 1], times[index]);
        if to - from < written * paces[index] + WAIT {
            continue;
        }
        let reach = AROUND_WAIT / paces[index].max(1e-3);
        let first = events.partition_point(|event| event.at < events[index - 1].at - reach);
        let last = events.partition_point(|event| event.at <= events[index].at + reach);
        waits.push(Wait {
            seconds: (to - LONGEST_WAIT).max(from)..(from + LONGEST_WAIT).min(to),
            near: first..last,
        });
    }
    waits
}

/// The first and last candidate of each event, neither before that of the event before.
fn bounds(times: &[f64], waits: &[Wait], per_second: f64, window: f64, frames: usize) -> Vec<(usize, usize)> {
    let mut windows: Vec<(f64, f64)> = times.iter().map(|time| (time - window, time + window)).collect();
    for wait in waits {
        for (low, high) in windows.get_mut(wait.near.clone()).into_iter().flatten() {
            *low = low.min(wait.seconds.start - AROUND_WAIT);
            *high = high.max(wait.seconds.end + AROUND_WAIT);
        }
    }
    let (mut low, mut high) = (0, 0);
    let each = windows.into_iter().map(|(from, to)| {
        let before = (low, high);
        low = ((from * per_second).max(0.0) as usize).min(frames.saturating_sub(3)).max(before.0);
        high = ((to * per_second).max(2.0) as usize).min(frames.saturating_sub(1)).max(before.1);
        if high <= before.0 {
            high = (before.0 + 1).min(frames.saturating_sub(1));
        }
        low = low.min(high);
        (low, high)
    });
    each.collect()
}

fn moved(found: &[Found], rough: &[f64]) -> f64 {
    let mut ways: Vec<f64> =
        found.iter().zip(rough).map(|(found, rough)| (found.seconds - rough).abs()).collect();
    ways.sort_by(f64::total_cmp);
    ways.get(ways.len() / 2).copied().unwrap_or(0.0)
}
