//! The piece that the demo publishes, as MuseScore has it: notation, recording, page images, times and boxes.

use segno_musescore::files::{self, File};
use segno_musescore::scores::{self, Filters, Score as Entry};
use segno_musescore::space::Boxes;
use segno_musescore::{Client, space, time};
use segno_score::{Options, Score, read_any};
use segno_syncpoint::formats::musescore::{End, Event, order, to_points};
use segno_syncpoint::{PlayedGrid, Playthrough, Policy, SyncMap};

use crate::say;

type Error = Box<dyn std::error::Error>;

/// A score with a recording and what is known of both.
pub(crate) struct Piece {
    pub(crate) title: String,
    pub(crate) composer: String,
    /// Compressed MusicXML.
    pub(crate) notation: Vec<u8>,
    /// MP3.
    pub(crate) recording: Vec<u8>,
    /// The pages as PNG images.
    pub(crate) pages: Vec<Vec<u8>>,
    /// Where each written bar stands on the pages.
    pub(crate) boxes: Boxes,
    pub(crate) score: Score,
    pub(crate) play: Playthrough,
    pub(crate) grid: PlayedGrid,
    /// A point at each bar line, and the end.
    pub(crate) map: SyncMap,
}

impl Piece {
    /// Searches for words in titles, and takes the first score with a recording's worth of measures.
    pub(crate) async fn find(client: &Client, words: &str) -> Result<Self, Error> {
        let mut found = client.pages(scores::Search::new(Filters::new().phrase(words))).items();
        let entry =
            found.next().await.ok_or_else(|| format!("MuseScore has no score called {words:?}"))??;
        let author = entry.author.as_ref().map_or("somebody", |author| &author.name);
        say(format_args!("MuseScore: score {} is {:?}, published by {author}", entry.id, entry.title));
        let entry = client.send(&scores::Get::new(entry.id)).await?;
        let times = client.send(&time::Get::new(entry.id)).await?;
        let boxes = client.send(&space::Get::new(entry.id)).await?;
        let notation = download(client, &entry, File::MusicXml).await?;
        let recording = download(client, &entry, File::Mp3).await?;
        let mut pages = Vec::new();
        for page in files::Get::pages(&entry) {
            pages.push(client.send(&page).await?.to_vec());
        }
        say(format_args!(
            "Downloaded {} bytes of MXL, {} bytes of MP3 and {} pages; {} times, {} boxes",
            notation.len(),
            recording.len(),
            pages.len(),
            times.0.len(),
            boxes.0.len()
        ));

        let score = read_any(&notation, &Options::new())?;
        let play = score.structure.unroll(&Policy::MUSESCORE)?;
        let played = times.played();
        let events: Vec<Event> = played
            .iter()
            .map(|played| Event { bar: played.measure as usize, time: played.start_ms / 1000.0 })
            .collect();
        let bars: Vec<usize> = play.order().collect();
        if order(&events) != bars {
            return Err("the recording plays other bars than the score".into());
        }
        let grid = score.grid.play(&bars)?;
        let map = SyncMap::new(to_points(&events, End::LastBar(last_bar(&score, &events))))?;
        let title = score.title.clone().unwrap_or_else(|| entry.title.clone());
        let composer = score.composer.clone().ok_or("the score has no composer")?;
        Ok(Self { title, composer, notation, recording, pages, boxes, score, play, grid, map })
    }

    /// The number of bars on the pages.
    pub(crate) fn written(&self) -> usize {
        self.score.structure.bars.len()
    }
}

async fn download(client: &Client, entry: &Entry, file: File) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    client.call(&files::Get::of(entry, file)).download(&mut bytes).await?;
    Ok(bytes)
}

/// The seconds of the last bar by its tempo mark: the events do not say when it ends.
fn last_bar(score: &Score, events: &[Event]) -> f64 {
    let bar = events.last().map_or(0, |event| event.bar);
    let tempo = score.tempos.iter().rfind(|tempo| tempo.bar <= bar).map_or(120.0, |tempo| tempo.quarter_bpm);
    let quarters = score.structure.bars.get(bar).map_or(4.0, |bar| bar.length().quarters());
    quarters * 60.0 / tempo
}
