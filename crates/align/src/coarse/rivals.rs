//! Other orders that fit nearly as well.
//!
//! Two paths through the same recording part somewhere and meet again, or end differently. Where another path meets the
//! cheapest one, the two go on alike, so what the other costs more is known there: it is the difference of the ways to reach
//! that place. One more run over the recording finds all of them.

use crate::graph::Graph;

use super::path::{Path, Place, Search, States};
use super::plan::Plan;

/// How many are kept that differ from the best in other places, and how many in all.
const KEPT: usize = 3;
const MOST: usize = 8;
/// What costs more than this in addition is not looked at.
const DEAR: f32 = 16.0;

/// Another order.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Rival {
    /// How much more it costs.
    pub(crate) price: f32,
    /// The frames in which it differs.
    pub(crate) frames: std::ops::Range<usize>,
    /// Its path in those frames.
    places: Vec<Place>,
    /// The bars that it begins in them.
    bars: Vec<usize>,
}

impl Rival {
    /// The other path as a whole.
    pub(crate) fn path(&self, best: &Path) -> Path {
        let mut places = best.places.clone();
        for (frame, place) in (self.frames.start..).zip(&self.places) {
            if let Some(slot) = places.get_mut(frame) {
                *slot = *place;
            }
        }
        Path { places }
    }
}

/// The orders nearest to that of the cheapest path, nearest first: those that differ from it in several places, and all that cost no
/// more than `equal` in addition, in distance added up over seconds.
pub(super) fn find(
    search: &mut Search<'_>,
    path: &Path,
    plan: &Plan,
    graph: &Graph,
    equal: f64,
) -> Vec<Rival> {
    // The ways that are dearer than the best, noted while the recording is gone through and followed back afterwards.
    let mut ways: Vec<(f32, usize, Place)> = Vec::new();
    let mut all: Vec<(f32, Place)> = Vec::new();
    let note =
        |ways: &mut Vec<(f32, usize, Place)>, all: &mut Vec<(f32, Place)>, frame: usize, best: Place| {
            let least = all.iter().fold(f32::INFINITY, |least, (price, _)| least.min(*price));
            let dearer = all.drain(..).filter(|(price, place)| *place != best && price - least < DEAR);
            ways.extend(dearer.map(|(price, place)| (price - least, frame, place)));
        };
    let view = View { places: &path.places, plan };
    let last = {
        let each = |frame: usize, now: &States| {
            if frame == 0 {
                return;
            }
            view.ways(now, path.places[frame], graph, &mut all);
            note(&mut ways, &mut all, frame, path.places[frame - 1]);
        };
        search.forward(each)
    };
    search.finals(&last, |price, place| all.push((price, place)));
    let frames = path.places.len();
    if let Some(end) = path.places.last() {
        note(&mut ways, &mut all, frames, *end);
    }
    ways.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let mut rivals: Vec<Rival> = Vec::new();
    let mut elsewhere = 0;
    for (price, meets, place) in ways {
        let Some(rival) = view.followed(search, price, meets, place) else { continue };
        let apart =
            |known: &Rival| known.frames.end <= rival.frames.start || rival.frames.end <= known.frames.start;
        if rivals.iter().all(apart) {
            elsewhere += 1;
        } else if price >= plan.price(equal as f32)
            || rivals.iter().any(|known| !apart(known) && known.bars == rival.bars)
        {
            continue;
        }
        rivals.push(rival);
        if elsewhere == KEPT || rivals.len() == MOST {
            break;
        }
    }
    rivals
}

struct View<'a> {
    places: &'a [Place],
    plan: &'a Plan,
}

impl View<'_> {
    fn ways(&self, now: &States, place: Place, graph: &Graph, out: &mut Vec<(f32, Place)>) {
        super::path::ways(self.plan, graph, now, place, |price, from| {
            if price.is_finite() {
                out.push((price, from));
            }
        });
    }

    /// The path that is at `place` in the frame before `meets`, back to where it left the best one. `None` if it plays the
    /// same bars.
    fn followed(&self, search: &Search<'_>, price: f32, meets: usize, place: Place) -> Option<Rival> {
        let mut places = Vec::new();
        let (mut frame, mut now) = (meets, place);
        while let Some(before) = frame.checked_sub(1) {
            if self.places.get(before) == Some(&now) {
                break;
            }
            places.push(now);
            now = search.origin(before, now);
            frame = before;
        }
        places.reverse();
        // From the last place in common, or from nowhere, to the first in common.
        let start = frame.checked_sub(1).and_then(|before| self.places.get(before)).copied();
        let end = self.places.get(meets).copied();
        let ours = start.into_iter().chain(self.places[frame..meets].iter().copied()).chain(end);
        let theirs = start.into_iter().chain(places.iter().copied()).chain(end);
        let bars = self.bars(theirs);
        (self.bars(ours) != bars).then_some(Rival { price, frames: frame..meets, places, bars })
    }

    /// The bars that are begun on the way.
    fn bars(&self, places: impl Iterator<Item = Place>) -> Vec<usize> {
        let mut before: Option<usize> = None;
        let plan = self.plan;
        let begun = places.filter_map(move |place| {
            let Place::At(state) = place else {
                before = None;
                return None;
            };
            let state = state as usize;
            let bar = plan.place(state);
            let stays = before.is_some_and(|from| from <= state && plan.place(from) == bar);
            before = Some(state);
            (!stays).then_some(bar)
        });
        begun.collect()
    }
}
