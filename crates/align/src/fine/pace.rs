//! The tempo at each place of a performance. All functions take a time in seconds for each event.

use super::events::Event;
use crate::coarse::Lead;

/// Steps to each side that are looked at even if they are far away.
const LEAST: usize = 3;
/// How far steps are off their tempo by what the grid of frames and the fingers do anyway, in seconds.
const GRID: f64 = 0.02;
/// The share that is taken if nothing is known.
const UNKNOWN: f64 = 0.2;

/// Seconds for a second as written, over all.
fn whole(events: &[Event], seconds: &[f64]) -> f64 {
    let whole = match (events.first().zip(seconds.first()), events.last().zip(seconds.last())) {
        (Some((first, begin)), Some((last, end))) if last.at > first.at => {
            (end - begin) / (last.at - first.at)
        }
        _ => 1.0,
    };
    if whole > 1e-3 { whole } else { 1.0 }
}

/// By which share of their length three of four steps are off the tempo around them at most.
pub(super) fn unevenness(events: &[Event], seconds: &[f64], paces: &[f64]) -> f64 {
    let mut shares: Vec<f64> = (1..events.len())
        .filter(|index| events[*index].lead == Lead::Tempo)
        .filter_map(|index| {
            let expected = (events[index].at - events[index - 1].at) * paces[index];
            let found = seconds[index] - seconds[index - 1];
            (expected > 0.1 && found > GRID).then(|| ((found - expected).abs() - GRID).max(0.0) / expected)
        })
        .collect();
    shares.sort_by(f64::total_cmp);
    shares.get(shares.len() * 3 / 4).copied().unwrap_or(UNKNOWN)
}

/// The local tempo on the way to each event from the one before: the weighted median over the steps around it, so that a
/// single step that is wrong or held does not count.
pub(crate) fn paces(events: &[Event], seconds: &[f64], memory: f64) -> Vec<f64> {
    let whole = whole(events, seconds);
    let width = memory / whole;
    // The middle of each step, its length and its tempo.
    let steps: Vec<(f64, f64, f64)> = (0..events.len())
        .map(|index| match index.checked_sub(1) {
            Some(before) if events[index].lead == Lead::Tempo => {
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
        let (a, b) = (from.min(index.saturating_sub(LEAST)), to.max((index + LEAST + 1).min(steps.len())));
        around.clear();
        let reach = (steps[b - 1].0 - middle).max(middle - steps[a].0).max(1e-6) * 1.05;
        around.extend((a..b).map(|other| {
            let (place, length, pace) = steps[other];
            let near = 1.0 - (place - middle).abs() / reach;
            (pace, near * length.min(1.0))
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
    let whole = whole(events, seconds);
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
