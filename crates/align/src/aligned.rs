//! What is found.

use std::ops::Range;

use segno_syncpoint::{MapError, Offset, Playthrough, Position, SyncMap, Syncpoint};

/// Which bar of a score sounds at which second of a recording.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Aligned {
    /// The bars as they were played.
    pub playthrough: Playthrough,
    /// When each played bar begins.
    pub bars: Vec<Bar>,
    /// When each note, or chord, is struck.
    pub notes: Vec<Note>,
    /// Seconds of the recording before the first bar begins.
    pub before: f64,
    /// Seconds of the recording after the last bar ends.
    pub after: f64,
    /// Where the performance stops, or goes on where the score does not lead.
    pub breaks: Vec<Break>,
    /// How far the recording is tuned above 440 Hz, in cents, -50..=50.
    pub tuning_cents: f64,
    /// Semitones by which the recording sounds above what is written.
    pub transposition: i32,
    /// How far what sounds is from what is written on average: 0 for the same, 1 for nothing in common. Recordings of the
    /// score have 0.2 to 0.4.
    pub match_: f64,
    /// How much worse the second best order fits, as the distance of [`match_`](Self::match_) added up over seconds. Below
    /// 0.1 the two cannot be told apart, and the bars in which they differ have spreads that say so.
    pub margin: f64,
    /// The length of the recording in seconds.
    pub seconds: f64,
}

/// A played bar.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Bar {
    /// The zero-based played bar.
    pub played: usize,
    /// The zero-based written bar.
    pub written: usize,
    /// When it begins: when the first note sounds that is written on its line, grace notes apart. Of a rolled chord, the
    /// first note.
    pub seconds: f64,
    /// The standard deviation of that, in seconds.
    pub spread: f64,
    /// What it rests on.
    pub basis: Basis,
}

/// What the time of a bar rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Basis {
    /// A note that is struck on its line.
    Struck,
    /// Notes before and after.
    Between,
    /// The tempo alone: no note is near.
    Silent,
}

/// A note or chord.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Note {
    /// The zero-based played bar.
    pub played: usize,
    /// Where in the bar, 0..480 as in [`Offset`].
    pub offset: f64,
    /// When it is struck.
    pub seconds: f64,
    /// The standard deviation of that, in seconds.
    pub spread: f64,
}

/// A stop of the performance, or a step where the score does not lead.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Break {
    /// The played bar before it. The next one, if there is one, comes after it.
    pub played: usize,
    /// From when to when nothing of the score sounds; empty if the recording was cut.
    pub seconds: Range<f64>,
}

/// The shortest time between two points of the map, in seconds.
pub(crate) const STEP: f64 = 0.001;

impl Aligned {
    /// The map at the level of notes: a syncpoint for each bar line and each note, one where the last bar ends, and the
    /// playhead hidden in breaks and after the end. [`SyncMap::simplified`] leaves out what nobody misses.
    ///
    /// # Errors
    /// [`MapError`] if the times were changed so that they are no map.
    pub fn map(&self) -> Result<SyncMap, MapError> {
        let mut points: Vec<Syncpoint> = Vec::with_capacity(self.bars.len() + self.notes.len() + 2);
        let mut notes = self.notes.iter().peekable();
        let mut breaks = self.breaks.iter().peekable();
        for bar in &self.bars {
            points.push(Syncpoint::bar_line(bar.played as u32, bar.seconds));
            while let Some(note) = notes.next_if(|note| note.played <= bar.played) {
                if note.played == bar.played
                    && note.offset > 0.0
                    && let Some(at) = place(bar.played, note.offset)
                {
                    points.push(Syncpoint::new(at, note.seconds));
                }
            }
            while let Some(stop) = breaks.next_if(|stop| stop.played <= bar.played) {
                // Long enough to be seen.
                if stop.seconds.end - stop.seconds.start < 1.0 {
                    continue;
                }
                let next = self.bars.get(bar.played + 1).map_or(self.seconds, |next| next.seconds);
                let last = points.last();
                let offset = last.map_or(0.0, |last| last.position.offset().value()).max(479.0);
                let after = last.map_or(0.0, |last| last.time + STEP);
                let hidden = stop.seconds.start.max(after);
                if let (Some(at), true) = (place(bar.played, 0.5 * (offset + 480.0)), hidden + STEP < next) {
                    points.push(Syncpoint::new(at, hidden).hidden(true));
                }
            }
        }
        let end = (self.seconds - self.after).max(points.last().map_or(0.0, |last| last.time + STEP));
        points.push(Syncpoint::bar_line(self.bars.len() as u32, end).hidden(self.after > 1.0));
        SyncMap::new(points)
    }

    /// The bars whose time is uncertain, the worst first: those that somebody should listen to.
    #[must_use]
    pub fn uncertain(&self, spread: f64) -> Vec<Bar> {
        let mut bars: Vec<Bar> = self.bars.iter().filter(|bar| bar.spread >= spread).copied().collect();
        bars.sort_by(|a, b| b.spread.total_cmp(&a.spread).then(a.played.cmp(&b.played)));
        bars
    }
}

/// A place inside of a played bar.
fn place(played: usize, offset: f64) -> Option<Position> {
    Position::new(u32::try_from(played).ok()?, Offset::float(offset).ok()?).ok()
}
