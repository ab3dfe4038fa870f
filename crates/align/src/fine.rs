//! When exactly each note of the played order begins.

mod lattice;

use std::collections::BTreeMap;

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

/// Seconds to each side within which an event is looked for, in turn.
const WINDOWS: [f64; 2] = [1.2, 0.45];
/// Seconds of music from which the tempo at a place is taken.
const MEMORY: [f64; 2] = [3.0, 2.0];
/// By how much the strongest rise of a note comes after its beginning, in seconds.
const LATE: f64 = 0.016;
/// The weight of an onset against the rest.
const ONSET: f32 = 3.0;
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
    pub(crate) fn find(&self, events: &[Event], rough: &[f64]) -> Vec<Found> {
        let mut times: Vec<f64> = rough.to_vec();
        let mut found = Vec::new();
        for pass in 0..WINDOWS.len() {
            let last = pass + 1 == WINDOWS.len();
            let rates = rates(events, &times, MEMORY[pass]);
            let lattice = self.lattice(events, &times, &rates, WINDOWS[pass]);
            let best = lattice.cheapest();
            times = best.iter().map(|frame| *frame as f64 / QUICK as f64).collect();
            if last {
                let spreads = lattice.spreads();
                found = times
                    .iter()
                    .zip(spreads)
                    .map(|(seconds, (_, spread))| Found {
                        seconds: (seconds - LATE).max(0.0),
                        spread: spread / QUICK as f64,
                    })
                    .collect();
            }
        }
        found
    }

    fn lattice(&self, events: &[Event], times: &[f64], rates: &[f64], window: f64) -> Lattice {
        let frames = self.onsets.len();
        let reach = window * QUICK as f64;
        let mut lattice = Lattice::default();
        let (mut low, mut high) = (0, 0);
        let mut ringing: Vec<(i32, f64, f64)> = Vec::new();
        let bounds: Vec<(usize, usize)> = times
            .iter()
            .map(|time| {
                let before = (low, high);
                let time = time * QUICK as f64;
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
            let onset = (low..=high)
                .map(|frame| {
                    let own: f32 = event.keys.iter().map(|(key, _)| self.onsets.key(frame, *key)).sum();
                    let own = own / event.keys.len().max(1) as f32;
                    ONSET * (1.0 - OWN * own - (1.0 - OWN) * self.onsets.any(frame))
                })
                .collect();
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
            let sustain = self.sustain(low, end, &row);
            let tempo = match index.checked_sub(1) {
                Some(before) if !event.fresh => {
                    let rate = 0.5 * (rates[before] + rates[index]);
                    Tempo::Steady((event.at - events[before].at) * rate * QUICK as f64)
                }
                _ => Tempo::Free,
            };
            lattice.push(low, onset, sustain, tempo);
        }
        lattice
    }

    /// The sums of what the frames from `from` on cost if the row sounds, before each frame up to `to`.
    fn sustain(&self, from: usize, to: usize, row: &Row) -> Vec<f32> {
        let ratio = QUICK / SLOW;
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
                cost = SUSTAIN * (1.0 - product(&heard, row));
            }
            sum += cost;
            sums.push(sum);
        }
        sums
    }
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
