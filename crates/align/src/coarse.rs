//! Which bars are played, roughly when: the cheapest path through the score for the whole recording at once.

mod decoded;
mod path;
mod plan;
mod rivals;
mod sound;
mod transposition;

pub(crate) use decoded::Decoded;

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

/// What was found, and what else could be.
pub(crate) struct Found {
    pub(crate) best: Decoded,
    /// How much less other orders fit, as distance added up over seconds, with what they say. The nearest comes first.
    pub(crate) rivals: Vec<(f64, Decoded)>,
    /// Semitones by which the recording sounds above the score.
    pub(crate) transposition: i32,
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
    let rivals = rivals::find(&mut search, &path, &plan, graph);
    let rivals = rivals.iter().map(|rival| {
        (f64::from(rival.price) / sound.rate, Decoded::new(&rival.path(&path), &plan, graph, &sound))
    });
    Some(Found { best, rivals: rivals.collect(), transposition })
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
