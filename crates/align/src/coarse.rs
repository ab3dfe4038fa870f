//! Which bars are played, roughly when: the cheapest path through the score for the whole recording at once.

mod decoded;
mod path;
mod plan;
mod rivals;
mod sound;
mod transposition;

pub(crate) use decoded::{Decoded, Lead};

use crate::features::Features;
use crate::graph::Graph;
use crate::music::Music;
use path::Search;
use plan::Plan;
use sound::Sound;

/// Slow frames in a frame of the search, and in one of the first look at the tempo.
const GROUP: usize = 3;
const FIRST_GROUP: usize = 9;
/// The most frames of the recording times frames of the score; longer ones are searched in larger frames.
const CELLS: f64 = 6e7;

/// How often the tempo is looked at.
const LOOKS: usize = 4;
/// The share of the price that another transposition must come down to.
const CLEARLY: f32 = 0.85;

/// Another order that fits less.
struct Rival {
    /// How much less, as distance added up over seconds.
    margin: f64,
    /// The share of the music for which it says something else.
    share: f64,
    /// For how long it does.
    seconds: f64,
    decoded: Decoded,
}

/// Orders that fit less by no more than this are as good, and differ if they do so for more than this share of the music.
const EQUAL: f64 = 0.1;
const DIFFERENT: f64 = 0.5;

/// What was found, and what else could be.
pub(crate) struct Found {
    pub(crate) best: Decoded,
    /// Other orders, the nearest first.
    rivals: Vec<Rival>,
    /// The length of a frame of the search in seconds: places are no finer.
    pub(crate) frame: f64,
    /// Semitones by which the recording sounds above the score.
    pub(crate) transposition: i32,
    /// The transposition in which single frames of the recording are nearest to frames of the score.
    pub(crate) nearest_transposition: i32,
    evidence: Evidence,
}

/// Finds the order. `seconds` is how long the score takes as written, as it is usually played. `None` if nothing is heard.
pub(crate) fn search(features: &Features, music: &Music, graph: &Graph, seconds: f64) -> Option<Found> {
    // A first look in large frames, for the tempo.
    let sound = Sound::new(features, group(features, FIRST_GROUP));
    if sound.heard() == 0 {
        return None;
    }
    let scale = sound.heard() as f64 / sound.rate / seconds;
    let scales = vec![scale; graph.written.len()];
    let other = transposition::find(&sound, &Plan::new(music, graph, sound.rate, &scales, 0));
    let mut look = Look::new(&sound, music, graph, scales.clone(), 0);
    if other != 0 {
        // Frames without their order are easily taken for others, an octave away above all.
        let moved = Look::new(&sound, music, graph, scales, other);
        if moved.price < CLEARLY * look.price {
            look = moved;
        }
    }
    let Look { scales, transposition, .. } = look;
    let sound = Sound::new(features, group(features, GROUP));
    let plan = Plan::new(music, graph, sound.rate, &scales, transposition);
    let mut search = Search::new(&sound, &plan, graph);
    let path = search.path();
    let best = Decoded::new(&path, &plan, graph, &sound);
    let evidence = Evidence::new(&sound, &plan);
    let rivals = rivals::find(&mut search, &path, &plan, graph, EQUAL);
    let music = path.places.iter().filter(|place| matches!(place, path::Place::At(_))).count().max(1);
    let rivals = rivals.iter().map(|rival| Rival {
        margin: f64::from(rival.price) / sound.rate,
        share: rival.frames.len() as f64 / music as f64,
        seconds: rival.frames.len() as f64 / sound.rate,
        decoded: Decoded::new(&rival.path(&path), &plan, graph, &sound),
    });
    let (rivals, frame) = (rivals.collect(), 1.0 / sound.rate);
    Some(Found { best, rivals, frame, transposition, nearest_transposition: other, evidence })
}

/// A sound that is as like any frame of a score as it is like the nearest one is noise.
const ROOM: f64 = 0.2;
/// The least product of fit and share explained of a recording of the score.
const FITTING: f64 = 0.5;
/// The same for one in which much else is heard: it must fit well.
const FITTING_PART: (f64, f64) = (0.88, 0.25);

impl Found {
    /// How much less the next best order fits, as distance added up over seconds.
    pub(crate) fn margin(&self) -> f64 {
        self.rivals.first().map_or(f64::INFINITY, |rival| rival.margin)
    }

    /// Other orders that fit as well and say something else altogether.
    pub(crate) fn equal(&self) -> Vec<&Decoded> {
        let equal = self.rivals.iter().filter(|rival| rival.margin < EQUAL && rival.share > DIFFERENT);
        equal.map(|rival| &rival.decoded).collect()
    }

    /// By how much each bar of the best order lies elsewhere, in seconds, in another order that fits as well; a bar that the other
    /// order does not play may be anywhere where the two differ. What is in doubt of one bar is in doubt of its neighbours too, as
    /// far as those have the same notes.
    pub(crate) fn doubts(&self, music: &Music) -> Vec<f64> {
        let ours = &self.best;
        let count = ours.order.len();
        let mut doubts = vec![0.0_f64; count];
        for rival in self.rivals.iter().filter(|rival| rival.margin < EQUAL) {
            let theirs = &rival.decoded;
            let same = |(own, other): &(&usize, &usize)| own == other;
            let before = ours.order.iter().zip(&theirs.order).take_while(same).count();
            let behind = ours.order.iter().rev().zip(theirs.order.iter().rev()).take_while(same).count();
            let behind = behind.min(count - before).min(theirs.order.len() - before);
            let (end, their_end) = (count - behind, theirs.order.len() - behind);
            let common = (0..before).zip(0..before).chain((end..count).zip(their_end..));
            for (bar, place) in common {
                let both = ours.spans.get(bar).zip(theirs.spans.get(place));
                let moved = both.map_or(0.0, |(own, other)| (own.0 - other.0).abs());
                doubts[bar] = doubts[bar].max(moved);
            }
            let mut unsure = before..end;
            let ends = |end: usize| end.checked_sub(1).filter(|last| *last >= before);
            let own = ends(end).and_then(|last| Some((ours.order.get(before)?, ours.order.get(last)?)));
            let other =
                ends(their_end).and_then(|last| Some((theirs.order.get(before)?, theirs.order.get(last)?)));
            if let (Some((first, last)), Some((their_first, their_last))) = (own, other) {
                let alike = |bar: Option<usize>, own: Option<usize>, other: Option<usize>| {
                    let played = bar.and_then(|bar| ours.order.get(bar)).copied();
                    own.is_some() && played == own && own != other && music.alike(own, other)
                };
                let mut by = 1;
                while alike(before.checked_sub(by), first.checked_sub(by), their_first.checked_sub(by)) {
                    (unsure.start, by) = (before - by, by + 1);
                }
                let mut by = 1;
                while alike(Some(end + by - 1), Some(last + by), Some(their_last + by)) {
                    (unsure.end, by) = (end + by, by + 1);
                }
            }
            for doubt in &mut doubts[unsure] {
                *doubt = doubt.max(rival.seconds);
            }
        }
        doubts
    }

    /// Whether the recording is one of the score. Any score has frames that are like those of the recording; they come in the
    /// order of the score only if it is played.
    pub(crate) fn fits(&self) -> bool {
        let room = self.evidence.any - self.evidence.nearest;
        if room < ROOM {
            return false;
        }
        let fit = (self.evidence.any - self.best.match_) / room;
        fit * self.best.explained >= FITTING || fit >= FITTING_PART.0 && self.best.explained >= FITTING_PART.1
    }
}

/// What the frames of the recording would cost if the score said nothing of their order.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Evidence {
    /// The mean distance to the nearest frame of the score.
    nearest: f64,
    /// The mean distance to any frame of it.
    any: f64,
}

/// Frames of the recording that are looked at for that.
const SAMPLE: usize = 300;

impl Evidence {
    fn new(sound: &Sound, plan: &Plan) -> Self {
        let heard: Vec<usize> = (0..sound.len()).filter(|frame| !sound.quiet[*frame]).collect();
        let sample: Vec<usize> = heard.iter().step_by(heard.len().div_ceil(SAMPLE).max(1)).copied().collect();
        let mut evidence = Self::default();
        for frame in &sample {
            let costs = (0..plan.len()).map(|state| f64::from(sound.cost(*frame, plan, state)));
            let (least, sum) = costs.fold((1.0_f64, 0.0), |(least, sum), cost| (least.min(cost), sum + cost));
            evidence.nearest += least / sample.len() as f64;
            evidence.any += sum / plan.len() as f64 / sample.len() as f64;
        }
        evidence
    }
}

/// A first look at the tempo.
struct Look {
    /// Seconds of the recording for a second as written, for each place.
    scales: Vec<f64>,
    transposition: i32,
    /// What the best path costs.
    price: f32,
}

impl Look {
    fn new(sound: &Sound, music: &Music, graph: &Graph, scales: Vec<f64>, transposition: i32) -> Self {
        let mut look = Self { scales, transposition, price: f32::INFINITY };
        for _ in 0..LOOKS {
            let plan = Plan::new(music, graph, sound.rate, &look.scales, transposition);
            let search = Search::new(sound, &plan, graph);
            look.price = search.price();
            let paces = search.path().paces(&plan);
            for (scale, pace) in look.scales.iter_mut().zip(&paces) {
                *scale /= pace;
            }
            if paces.iter().all(|pace| (0.9..1.1).contains(pace)) {
                break;
            }
        }
        look
    }
}

/// The size of frames for this recording: at least so many slow ones.
fn group(features: &Features, least: usize) -> usize {
    let frames = features.slow_frames() as f64;
    let needed = (frames * frames / CELLS).sqrt();
    least * (needed / least as f64).ceil().max(1.0) as usize
}
