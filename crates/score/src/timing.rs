//! Seconds from tempo marks: how a metronome would play the score.

use segno_syncpoint::{Fraction, MapError, Offset, Playthrough, Position, SyncMap, Syncpoint};

use crate::score::{DEFAULT_TEMPO, Score};

/// A stretch of a bar at one tempo.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stretch {
    /// Where in the bar it begins.
    pub offset: Fraction,
    /// Quarter notes a minute.
    pub quarter_bpm: f64,
    /// Its length in seconds.
    pub seconds: f64,
}

impl Score {
    /// The stretches of equal tempo in each written bar, at least one a bar.
    ///
    /// A tempo mark holds until the next one in written order, whatever jumps lead across it, as notation programs
    /// play it; before the first one it is [`DEFAULT_TEMPO`]. A mark beyond the end of its bar holds from the next
    /// bar on.
    #[must_use]
    pub fn stretches(&self) -> Vec<Vec<Stretch>> {
        let mut tempo = DEFAULT_TEMPO;
        let mut marks = self.tempos.iter().peekable();
        let mut bars = Vec::with_capacity(self.grid.bars.len());
        for (index, bar) in self.grid.bars.iter().enumerate() {
            let mut stretches: Vec<Stretch> = Vec::with_capacity(1);
            stretches.push(Stretch { offset: Fraction::ZERO, quarter_bpm: tempo, seconds: 0.0 });
            while let Some(mark) = marks.next_if(|mark| mark.bar <= index) {
                tempo = mark.quarter_bpm;
                match stretches.last_mut() {
                    Some(last) if last.offset == mark.offset => last.quarter_bpm = tempo,
                    _ if mark.offset < bar.actual => {
                        stretches.push(Stretch { offset: mark.offset, quarter_bpm: tempo, seconds: 0.0 });
                    }
                    _ => {}
                }
            }
            let ends: Vec<f64> = stretches.iter().skip(1).map(|stretch| stretch.offset.quarters()).collect();
            let ends = ends.into_iter().chain([bar.actual.quarters()]);
            for (stretch, end) in stretches.iter_mut().zip(ends) {
                stretch.seconds = (end - stretch.offset.quarters()) * 60.0 / stretch.quarter_bpm;
            }
            bars.push(stretches);
        }
        bars
    }

    /// When each bar of `order` (written bars, zero-based, as they are played) begins, in seconds from the start,
    /// and at last when the final one ends. Indexes beyond the last bar take no time.
    #[must_use]
    pub fn bar_times(&self, order: impl IntoIterator<Item = usize>) -> Vec<f64> {
        let lengths: Vec<f64> =
            self.stretches().iter().map(|bar| bar.iter().map(|stretch| stretch.seconds).sum()).collect();
        let mut now = 0.0;
        let mut times = vec![now];
        for bar in order {
            now += lengths.get(bar).copied().unwrap_or(0.0);
            times.push(now);
        }
        times
    }

    /// The metronomic map of a playthrough of this score: a syncpoint at every bar line and every change of tempo
    /// inside a bar, and one where the last bar ends, in seconds from the start.
    ///
    /// # Errors
    /// [`MapError`] if the points are no map: nothing is played, or a bar takes no time.
    pub fn sync_map(&self, play: &Playthrough) -> Result<SyncMap, MapError> {
        let bars = self.stretches();
        let mut points = Vec::with_capacity(play.len() + 1);
        let mut now = 0.0;
        let mut next = 0;
        for written in play.order() {
            let length = self.grid.bars.get(written).map_or(0.0, |bar| bar.actual.quarters());
            for stretch in bars.get(written).into_iter().flatten() {
                points.extend(
                    place(next, stretch.offset.quarters() / length).map(|at| Syncpoint::new(at, now)),
                );
                now += stretch.seconds;
            }
            next += 1;
        }
        points.push(Syncpoint::bar_line(next, now));
        SyncMap::new(points)
    }
}

/// The place at this share of a played bar.
fn place(bar: u32, share: f64) -> Option<Position> {
    if share > 0.0 {
        Position::new(bar, Offset::float(share * 480.0).ok()?).ok()
    } else {
        Some(Position::bar_line(bar))
    }
}
