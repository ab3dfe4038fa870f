//! The piece that the demo publishes: notation, recording, and when each played bar begins in it.

use segno_score::{Options, Score, read_any};
use segno_syncpoint::bridge::musescore::{End, Event, order, to_points};
use segno_syncpoint::{PlayedGrid, Playthrough, Policy, SyncMap};

const NOTATION: &[u8] = include_bytes!("../../../crates/sandbox/assets/minuet-in-g.musicxml");
const RECORDING: &[u8] = include_bytes!("../../../crates/sandbox/assets/minuet-in-g.mp3");
const POSITIONS: &str = include_str!("../../../crates/sandbox/assets/minuet-in-g.mpos");

type Error = Box<dyn std::error::Error>;

/// A score with a recording and what is known of both.
pub(crate) struct Piece {
    pub(crate) title: String,
    pub(crate) composer: String,
    pub(crate) notation: Vec<u8>,
    pub(crate) recording: Vec<u8>,
    pub(crate) score: Score,
    pub(crate) play: Playthrough,
    pub(crate) grid: PlayedGrid,
    /// A point at each bar line, and the end.
    pub(crate) map: SyncMap,
}

impl Piece {
    /// Reads the score and ties its played bars to the recording.
    pub(crate) fn load() -> Result<Self, Error> {
        let score = read_any(NOTATION, &Options::new())?;
        let play = score.structure.unroll(&Policy::MUSESCORE)?;
        let events = events(POSITIONS);
        let played: Vec<usize> = play.order().collect();
        if order(&events) != played {
            return Err("the recording plays other bars than the score".into());
        }
        let grid = score.grid.play(&played)?;
        let map = SyncMap::new(to_points(&events, End::LastBar(last_bar(&score, &events))))?;
        let title = score.title.clone().ok_or("the score has no title")?;
        let composer = score.composer.clone().ok_or("the score has no composer")?;
        Ok(Self {
            title,
            composer,
            notation: NOTATION.into(),
            recording: RECORDING.into(),
            score,
            play,
            grid,
            map,
        })
    }

    /// The number of bars on the page.
    pub(crate) fn written(&self) -> usize {
        self.score.structure.bars.len()
    }
}

/// The events of a `.mpos` file: `<event elid="0" position="1500"/>`, in milliseconds.
fn events(text: &str) -> Vec<Event> {
    let attribute = |event: &str, name: &str| {
        let (_, rest) = event.split_once(&format!("{name}=\""))?;
        rest.split_once('"')?.0.parse::<f64>().ok()
    };
    let event = |event: &str| {
        Some(Event { bar: attribute(event, "elid")? as usize, time: attribute(event, "position")? / 1000.0 })
    };
    text.split("<event ").skip(1).filter_map(event).collect()
}

/// The seconds of the last bar by its tempo mark: the events do not say when it ends.
fn last_bar(score: &Score, events: &[Event]) -> f64 {
    let bar = events.last().map_or(0, |event| event.bar);
    let tempo = score.tempos.iter().rfind(|tempo| tempo.bar <= bar).map_or(120.0, |tempo| tempo.quarter_bpm);
    let quarters = score.structure.bars.get(bar).map_or(4.0, |bar| bar.length().quarters());
    quarters * 60.0 / tempo
}
