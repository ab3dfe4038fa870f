//! What a path says in terms of bars.

use crate::graph::Graph;

use super::path::{Path, Place};
use super::plan::Plan;
use super::sound::Sound;

/// The most by which something is looked for later than where its place is reached, in seconds.
const WAIT: f64 = 0.5;

/// How the performance comes from one thing to the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Lead {
    /// At the pace that the bars before it have.
    #[default]
    Tempo,
    /// After a wait that is not written.
    Wait,
    /// As it likes: the score pauses, or does not lead there.
    Free,
}

/// The bars of a path.
#[derive(Clone, Debug, Default)]
pub(crate) struct Decoded {
    /// The written bars as played.
    pub(crate) order: Vec<usize>,
    /// How each bar is reached from the one before.
    pub(crate) leads: Vec<Lead>,
    /// When each bar begins and ends, in seconds.
    pub(crate) spans: Vec<(f64, f64)>,
    /// Places, in played bars, with their seconds; places do not decrease.
    pub(crate) points: Vec<(f64, f64)>,
    /// The mean distance of what sounds from what is written.
    pub(crate) match_: f64,
    /// The share of what is heard that some note explains.
    pub(crate) explained: f64,
}

impl Decoded {
    pub(crate) fn new(path: &Path, plan: &Plan, graph: &Graph, sound: &Sound) -> Self {
        let mut decoded = Self::default();
        let mut before: Option<usize> = None;
        let mut last: Option<usize> = None;
        let (mut sum, mut count, mut heard, mut explained) = (0.0, 0.0, 0.0, 0.0);
        for (frame, place) in path.places.iter().enumerate() {
            let loud = if sound.quiet.get(frame) == Some(&false) { 1.0 } else { 0.0 };
            heard += loud;
            let Place::At(state) = *place else {
                before = None;
                continue;
            };
            let state = state as usize;
            let bar = plan.place(state);
            let range = plan.frames(bar);
            let start = frame as f64 / sound.rate;
            let stays = before.is_some_and(|from| plan.place(from) == bar && from <= state);
            if !stays {
                let leads = |from: Option<usize>| from.is_some_and(|from| graph.leads(from, bar));
                let lead = match (leads(before.map(|from| plan.place(from))), leads(last)) {
                    (true, _) => Lead::Tempo,
                    (_, true) => Lead::Wait,
                    _ => Lead::Free,
                };
                decoded.order.push(graph.written[bar]);
                decoded.leads.push(lead);
                decoded.spans.push((start, start));
            }
            if let Some(span) = decoded.spans.last_mut() {
                span.1 = start + 1.0 / sound.rate;
            }
            let share = (state - range.start) as f64 / range.len() as f64;
            decoded.points.push(((decoded.order.len() - 1) as f64 + share, start + 0.5 / sound.rate));
            // A rest explains nothing, and is like nothing.
            if plan.audible.get(state).is_some_and(|audible| *audible > 0.0) {
                explained += loud;
                sum += loud * f64::from(sound.cost(frame, plan, state));
                count += loud;
            }
            (before, last) = (Some(state), Some(bar));
        }
        decoded.match_ = if count > 0.0 { sum / count } else { 1.0 };
        decoded.explained = if heard > 0.0 { explained / heard } else { 0.0 };
        decoded
    }

    /// About when something sounds that stands so many seconds after the first bar line as written; `lines` are the bar
    /// lines in the same measure.
    pub(crate) fn seconds(&self, lines: &[f64], places: impl Iterator<Item = f64>) -> Vec<f64> {
        // Each place with the first and the last second at which it is reached.
        let mut knots: Vec<(f64, f64, f64)> = Vec::new();
        for (place, seconds) in &self.points {
            let bar = (*place as usize).min(lines.len().saturating_sub(2));
            let (Some(from), Some(to)) = (lines.get(bar), lines.get(bar + 1)) else { continue };
            let at = from + (place - bar as f64) * (to - from);
            match knots.last_mut() {
                Some(last) if at <= last.0 => last.2 = *seconds,
                _ => knots.push((at, *seconds, *seconds)),
            }
        }
        let pace = match (knots.first(), knots.last()) {
            (Some(first), Some(last)) if last.0 > first.0 => (last.2 - first.1) / (last.0 - first.0),
            _ => 1.0,
        };
        let seconds = |at: f64| {
            let next = knots.partition_point(|(knot, ..)| *knot <= at);
            match (next.checked_sub(1).and_then(|before| knots.get(before)), knots.get(next)) {
                // Where the performance waits, what is struck there is struck before.
                (Some(a), _) if at <= a.0 => a.1 + (0.5 * (a.2 - a.1)).min(WAIT),
                (Some(a), Some(b)) => a.2 + (at - a.0) / (b.0 - a.0) * (b.1 - a.2),
                (Some(a), None) => a.2 + (at - a.0) * pace,
                (None, Some(b)) => b.1 - (b.0 - at) * pace,
                (None, None) => 0.0,
            }
        };
        places.map(seconds).collect()
    }
}
