//! When exactly each note of the played order begins.

mod attack;
mod lattice;

use std::collections::BTreeMap;
use std::ops::Range;

use crate::features::{Features, QUICK, SLOW};
use crate::music::Music;
use crate::onset::Onsets;
use crate::signal::bank::BANDS;
use crate::template::{Row, add, compressed, product, whitened};

use lattice::{Lattice, Tempo};

/// Notes that begin together.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    /// The played bar.
    pub(crate) bar: usize,
    /// Quarters from the bar line.
    pub(crate) offset: f64,
    /// Seconds from the first bar line at the written tempo.
    pub(crate) at: f64,
    /// The keys with the seconds for which they are held as written.
    pub(crate) keys: Vec<(i32, f64)>,
    /// No tempo leads here from the event before.
    pub(crate) fresh: bool,
}

/// The events of a played order.
pub(crate) struct Events {
    pub(crate) events: Vec<Event>,
    /// The bar lines in seconds at the written tempo, with the last one.
    pub(crate) lines: Vec<f64>,
    /// The length of each played bar in quarters.
    pub(crate) quarters: Vec<f64>,
}

impl Events {
    pub(crate) fn new(music: &Music, order: &[usize], fresh: &[bool], transposition: i32) -> Self {
        let mut events = Vec::new();
        let mut lines = vec![0.0];
        let mut quarters = Vec::with_capacity(order.len());
        let mut now = 0.0;
        for (bar, written) in order.iter().enumerate() {
            let Some(written) = music.bars.get(*written) else { continue };
            let mut places: BTreeMap<i64, Event> = BTreeMap::new();
            for note in &written.notes {
                let place = places.entry((note.offset * 1e4).round() as i64).or_insert_with(|| Event {
                    bar,
                    offset: note.offset,
                    at: now + note.at,
                    keys: Vec::new(),
                    fresh: false,
                });
                place.keys.push((i32::from(note.key) + transposition, note.held));
            }
            let begin = events.len();
            events.extend(places.into_values());
            if fresh.get(bar) == Some(&true)
                && let Some(first) = events.get_mut(begin)
            {
                first.fresh = true;
            }
            now += written.seconds;
            lines.push(now);
            quarters.push(written.quarters);
        }
        Self { events, lines, quarters }
    }
}

/// When an event begins, and how sure that is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Found {
    pub(crate) seconds: f64,
    /// The standard deviation in seconds.
    pub(crate) spread: f64,
}

/// The recording as the fine search sees it.
pub(crate) struct Fine {
    onsets: Onsets,
    /// The whitened slow frames, as shares of 255.
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

/// The weight of an onset against the rest.
const ONSET: f32 = 2.5;
/// The share of the event's own keys in its onset; the rest is anything that begins.
const OWN: f32 = 0.75;
/// The weight of what sounds between two events, a frame.
const SUSTAIN: f32 = 0.04;

impl Fine {
    pub(crate) fn new(features: &Features) -> Self {
        let levels = features.levels(300.0);
        let mut slow = Vec::with_capacity(features.slow.len());
        for codes in features.slow.chunks_exact(BANDS) {
            let row: Row = std::array::from_fn(|band| levels[usize::from(codes[band])]);
            slow.extend(whitened(&row).0.map(|value| (value * 255.0 + 0.5) as u8));
        }
        Self { onsets: Onsets::new(features), slow }
    }

    /// Looks for each event near the second that is given for it.
    pub(crate) fn find(&self, features: &Features, events: &[Event], rough: &[f64]) -> Vec<Found> {
        let mut times: Vec<f64> = rough.to_vec();
        let mut found = Vec::new();
        for (pass, rules) in PASSES.iter().enumerate() {
            let last = pass + 1 == PASSES.len();
            let mut rules = *rules;
            if pass == 0 {
                if crate::tune::get("SKIP0", 0.0) > 0.0 { continue; }
                rules.window = crate::tune::get("WIN0", rules.window);
                rules.memory = crate::tune::get("MEM0", rules.memory);
                rules.tempo = crate::tune::get("TEMPO0", rules.tempo);
            }
            if pass == 1 { rules.window = crate::tune::get("WIN1", rules.window); rules.memory = crate::tune::get("MEM1", rules.memory); rules.tempo = crate::tune::get("TEMPO1", rules.tempo);}
            if pass == 2 { rules.window = crate::tune::get("WIN2", rules.window); rules.memory = crate::tune::get("MEM2", rules.memory); rules.tempo = crate::tune::get("TEMPO2", rules.tempo);}
            let rules = &rules;
            let rates = rates(events, &times, rules.memory);
            let lattice = self.lattice(events, &times, &rates, rules);
            let best = lattice.cheapest();
            times = best.iter().map(|frame| *frame as f64 * rules.step as f64 / QUICK as f64).collect();
            if last {
                let spreads = lattice.spreads();
                let late = attack::lateness(features, &self.onsets, events, &best);
                {
                    let mut sum = 0.0; let mut any = 0.0; let mut base = 0.0;
                    for (e, f) in events.iter().zip(&best) {
                        let at = |f: usize| e.keys.iter().map(|(k, _)| self.onsets.key(f, *k)).sum::<f32>() / e.keys.len() as f32;
                        sum += (f.saturating_sub(2)..f + 3).map(at).fold(0.0, f32::max); any += self.onsets.any(*f);
                        base += (f.saturating_sub(60)..f + 60).map(at).sum::<f32>() / 120.0;
                    }
                    let n = events.len() as f32;
                    crate::tune::log("own", (sum / n).into()); crate::tune::log("base", (base / n).into()); crate::tune::log("any", (any / n).into()); crate::tune::log("ev", n.into()); crate::tune::log("usual", usual_offs(events, &times));
                }
                let scale = crate::tune::get("SCALE", 1.15);
                let rolled = crate::tune::get("ROLLED", 1.0);
                found = times
                    .iter()
                    .zip(spreads)
                    .enumerate()
                    .map(|(i, (seconds, (_, spread)))| Found {
                        seconds: (seconds - late).max(0.0),
                        spread: (scale * spread).hypot(rolled * self.roll(&events[i], best[i])) / QUICK as f64,
                    })
                    .collect();
            }
        }
        found
    }

    fn lattice(&self, events: &[Event], times: &[f64], rates: &[f64], pass: &Pass) -> Lattice {
        let per_second = (QUICK / pass.step) as f64;
        let frames = self.onsets.len() / pass.step;
        let paces = paces(events, times, pass.memory);
        let mut offs: Vec<f64> = (1..events.len()).filter(|i| !events[*i].fresh).filter_map(|i| {
            let expected = (events[i].at - events[i - 1].at) * paces[i];
            let found = times[i] - times[i - 1];
            (expected > 0.1 && found > 0.02).then(|| ((found - expected).abs() - 0.02).max(0.0) / expected)
        }).collect();
        offs.sort_by(f64::total_cmp);
        let usual = offs.get(offs.len() * 3 / 4).copied().unwrap_or(0.2);
        let looser = if crate::tune::get("ADAPT", 1.5) > 0.0 { (crate::tune::get("ADAPT", 1.5) * usual).clamp(crate::tune::get("LMIN", 0.06), crate::tune::get("LMAX", 0.18)) } else { 0.18 };
        if crate::tune::get("PROF", 0.0) > 0.0 { println!("USUAL {} {usual:.3} {looser:.3}", pass.step); }
        let reach = pass.window * per_second;
        let mut lattice = Lattice::default();
        let (mut low, mut high) = (0, 0);
        let mut ringing: Vec<(i32, f64, f64)> = Vec::new();
        let bounds: Vec<(usize, usize)> = times
            .iter()
            .map(|time| {
                let before = (low, high);
                let time = time * per_second;
                low = ((time - reach).max(0.0) as usize).min(frames.saturating_sub(3)).max(before.0);
                high = ((time + reach).max(2.0) as usize).min(frames.saturating_sub(1)).max(before.1);
                if high <= before.0 {
                    high = (before.0 + 1).min(frames.saturating_sub(1));
                }
                low = low.min(high);
                (low, high)
            })
            .collect();
        for (index, event) in events.iter().enumerate() {
            let (low, high) = bounds[index];
            let mut onset = self.onset(event, low..high + 1, pass);
            let again = crate::tune::get("AGAIN", 2.0) as f32;
            if index + 1 == events.len() && again > 0.0 {
                // Nothing that is written comes after the last notes.
                let mut later = 0.0_f32;
                let weight = again;
                let gap = (0.15 * per_second) as usize;
                let horizon = high + (3.0 * per_second) as usize;
                let own = |frame: usize| -> f32 {
                    let frames = frame * pass.step..(frame + 1) * pass.step;
                    let strength = |f: usize| event.keys.iter().map(|(key, _)| self.onsets.key(f, *key)).sum::<f32>() / event.keys.len() as f32;
                    frames.map(strength).fold(0.0, f32::max)
                };
                for frame in (low..horizon).rev() {
                    later = later.max(own(frame + gap));
                    if let Some(cost) = frame.checked_sub(low).and_then(|at| onset.get_mut(at)) {
                        *cost += weight * later;
                    }
                }
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
                if event.fresh { Tempo::AtLeast(expected) } else { Tempo::Steady(expected) }
            });
            lattice.push(low, onset, sustain, tempo, pass.tempo, pass.step as f64, looser);
        }
        lattice
    }

    /// How many frames after its first note the last one of an event begins.
    fn roll(&self, event: &Event, frame: usize) -> f64 {
        if event.keys.len() < 2 { return 0.0; }
        let last = |key: i32| {
            let mut best = (self.onsets.key(frame, key).max(0.2), 0);
            for later in 1..40_usize {
                let strength = self.onsets.key(frame + later, key) - 0.2 - 0.03 * later as f32;
                if strength > best.0 { best = (strength, later); }
            }
            best.1
        };
        event.keys.iter().map(|(key, _)| last(*key)).max().unwrap_or(0) as f64
    }

    /// What it costs that an event begins at each of the candidates.
    fn onset(&self, event: &Event, candidates: Range<usize>, pass: &Pass) -> Vec<f32> {
        let g = |n: &str, d: f64| crate::tune::get(n, d) as f32;
        let (roll, first, any, slope) = (g("ROLL", 0.75), g("FIRST", 0.0), g("ANY", 0.25), g("SLOPE", 0.03));
        let count = event.keys.len().max(1) as f32;
        let weight = k!(ONSET) as f32 * (1.0 + g("MANY", 0.4) * count.ln());
        let frames = candidates.start * pass.step..candidates.end * pass.step;
        let start = g("START", 0.2);
        let after = if event.keys.len() > 1 && slope < 1.0 { (1.0 / slope) as usize } else { 0 };
        let mut sums = vec![0.0_f32; frames.len()];
        let mut firsts = vec![0.0_f32; frames.len()];
        for (key, _) in &event.keys {
            let mut ahead = 0.0_f32;
            for frame in (frames.start..frames.end + after).rev() {
                let now = self.onsets.key(frame, *key);
                let best = now.max(ahead - slope);
                ahead = (now - start).max(ahead - slope);
                if let Some(place) = frame.checked_sub(frames.start)
                    && let (Some(sum), Some(first)) = (sums.get_mut(place), firsts.get_mut(place))
                {
                    *sum += if event.keys.len() > 1 { best } else { now } / count;
                    *first = first.max(now);
                }
            }
        }
        let costs: Vec<f32> = frames
            .zip(sums.iter().zip(&firsts))
            .map(|(frame, (sum, best))| weight * (1.0 - roll * sum - first * best - any * self.onsets.any(frame)))
            .collect();
        costs.chunks(pass.step).map(|group| group.iter().copied().fold(f32::INFINITY, f32::min)).collect()
    }

    /// The sums of what the frames from `from` on cost if the row sounds, before each frame up to `to`.
    fn sustain(&self, from: usize, to: usize, row: &Row, step: usize) -> Vec<f32> {
        let ratio = QUICK / SLOW / step;
        let weight = (k!(SUSTAIN) * step as f64) as f32;
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
                cost = weight * (1.0 - product(&heard, row));
            }
            sum += cost;
            sums.push(sum);
        }
        sums
    }
}

/// The local tempo on the way to each event from the one before: the weighted median over the steps around it, so that a
/// single step that is wrong or held does not count.
pub(crate) fn paces(events: &[Event], seconds: &[f64], memory: f64) -> Vec<f64> {
    let whole = match (events.first(), events.last()) {
        (Some(first), Some(last)) if last.at > first.at => {
            (seconds[seconds.len() - 1] - seconds[0]) / (last.at - first.at)
        }
        _ => 1.0,
    };
    let whole = if whole > 1e-3 { whole } else { 1.0 };
    let width = memory / whole;
    let least = crate::tune::get("LEAST", 3.0) as usize;
    let own = crate::tune::get("OWNSTEP", 1.0);
    // The middle of each step, its length and its tempo.
    let steps: Vec<(f64, f64, f64)> = (0..events.len())
        .map(|index| match index.checked_sub(1) {
            Some(before) if !events[index].fresh => {
                let length = events[index].at - events[before].at;
                let pace = (seconds[index] - seconds[before]) / length.max(1e-6);
                (0.5 * (events[index].at + events[before].at), length, pace)
            }
            _ => (events[index].at, 0.0, whole),
        })
        .collect();
    let mut out = Vec::with_capacity(events.len());
    let (mut from, mut to) = (0, 0);
    let mut around: Vec<(f64, f64)> = Vec::new();
    for (index, (middle, _, _)) in steps.iter().enumerate() {
        while steps[from].0 < middle - width {
            from += 1;
        }
        while to < steps.len() && steps[to].0 <= middle + width {
            to += 1;
        }
        let (a, b) = (from.min(index.saturating_sub(least)), to.max((index + least + 1).min(steps.len())));
        around.clear();
        let reach = (steps[b - 1].0 - middle).max(middle - steps[a].0).max(1e-6) * 1.05;
        around.extend((a..b).map(|other| {
            let (place, length, pace) = steps[other];
            let near = 1.0 - (place - middle).abs() / reach;
            (pace, near * length.min(1.0) * if other == index { own } else { 1.0 })
        }));
        around.sort_by(|a, b| a.0.total_cmp(&b.0));
        let half = 0.5 * around.iter().map(|(_, weight)| weight).sum::<f64>();
        let mut sum = 0.0;
        let pace = around.iter().find(|(_, weight)| {
            sum += weight;
            sum >= half && *weight > 0.0
        });
        let pace = pace.map_or(whole, |(pace, _)| *pace);
        out.push(if pace > 0.05 { pace.clamp(0.2 * whole, 5.0 * whole) } else { whole });
    }
    out
}

/// The local tempo at each event: seconds for a second as written, from a line through the events around it.
pub(crate) fn rates(events: &[Event], seconds: &[f64], memory: f64) -> Vec<f64> {
    let whole = match (events.first(), events.last()) {
        (Some(first), Some(last)) if last.at > first.at => {
            (seconds[seconds.len() - 1] - seconds[0]) / (last.at - first.at)
        }
        _ => 1.0,
    };
    let whole = if whole > 1e-3 { whole } else { 1.0 };
    let width = memory / whole;
    let mut out = Vec::with_capacity(events.len());
    let (mut from, mut to) = (0, 0);
    for (index, event) in events.iter().enumerate() {
        while events[from].at < event.at - width {
            from += 1;
        }
        while to < events.len() && events[to].at <= event.at + width {
            to += 1;
        }
        let (mut a, mut b) = (from, to);
        if b - a < 2 || events[b - 1].at - events[a].at < 1e-6 {
            (a, b) = (index.saturating_sub(2), (index + 3).min(events.len()));
        }
        let weight =
            |other: usize| (1.0 - (events[other].at - event.at).abs() / (1.01 * width + 1e-9)).max(0.05);
        let (mut sum, mut at, mut time) = (0.0, 0.0, 0.0);
        for other in a..b {
            let weight = weight(other);
            sum += weight;
            at += weight * events[other].at;
            time += weight * seconds[other];
        }
        let (at, time) = (at / sum, time / sum);
        let (mut square, mut mixed) = (0.0, 0.0);
        for other in a..b {
            let distance = events[other].at - at;
            square += weight(other) * distance * distance;
            mixed += weight(other) * distance * (seconds[other] - time);
        }
        let rate = if square > 1e-9 { mixed / square } else { whole };
        let rate = if rate > 0.05 { rate } else { whole };
        out.push(rate.clamp(0.25 * whole, 4.0 * whole));
    }
    out
}

fn usual_offs(events: &[Event], times: &[f64]) -> f64 {
    let paces = paces(events, times, 3.0);
    let mut offs: Vec<f64> = (1..events.len()).filter(|i| !events[*i].fresh).filter_map(|i| {
        let expected = (events[i].at - events[i - 1].at) * paces[i];
        let found = times[i] - times[i - 1];
        (expected > 0.1 && found > 0.02).then(|| ((found - expected).abs() - 0.02).max(0.0) / expected)
    }).collect();
    offs.sort_by(f64::total_cmp);
    offs.get(offs.len() * 3 / 4).copied().unwrap_or(0.2)
}
