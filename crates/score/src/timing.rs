//! Seconds from tempo marks: how a metronome would play the score.

use segno_syncpoint::{Fraction, MapError, Offset, Playthrough, Position, SyncMap, Syncpoint};

use crate::score::{DEFAULT_TEMPO, Score};

/// A segment of a bar at one tempo.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct TempoSegment {
    /// Where in the bar it begins.
    pub offset: Fraction,
    /// Quarter notes a minute.
    pub quarter_bpm: f64,
    /// Its length in seconds.
    pub seconds: f64,
}

impl Score {
    /// The segments of equal tempo in each written bar, at least one a bar.
    ///
    /// A tempo mark holds until the next one in written order, whatever jumps lead across it, as notation software
    /// play it; before the first one it is [`DEFAULT_TEMPO`]. A mark beyond the end of its bar holds from the next
    /// bar on.
    ///
    /// ```
    /// use segno_score::{Options, read_any};
    ///
    /// let xml = b"<score-partwise><part id='P1'><measure number='1'><sound tempo='60'/></measure></part></score-partwise>";
    /// let score = read_any(xml, &Options::new())?;
    /// assert_eq!(score.tempo_segments()[0][0].seconds, 4.0);
    /// # Ok::<(), segno_score::Error>(())
    /// ```
    #[must_use]
    pub fn tempo_segments(&self) -> Vec<Vec<TempoSegment>> {
        let mut tempo = DEFAULT_TEMPO;
        let mut marks = self.tempos.iter().peekable();
        let mut bars = Vec::with_capacity(self.grid.bars.len());
        for (index, bar) in self.grid.bars.iter().enumerate() {
            let mut segments: Vec<TempoSegment> = Vec::with_capacity(1);
            segments.push(TempoSegment { offset: Fraction::ZERO, quarter_bpm: tempo, seconds: 0.0 });
            while let Some(mark) = marks.next_if(|mark| mark.bar <= index) {
                tempo = mark.quarter_bpm;
                match segments.last_mut() {
                    Some(last) if last.offset == mark.offset => last.quarter_bpm = tempo,
                    _ if mark.offset < bar.actual => {
                        segments.push(TempoSegment { offset: mark.offset, quarter_bpm: tempo, seconds: 0.0 });
                    }
                    _ => {}
                }
            }
            let ends: Vec<f64> = segments.iter().skip(1).map(|segment| segment.offset.quarters()).collect();
            let ends = ends.into_iter().chain([bar.actual.quarters()]);
            for (segment, end) in segments.iter_mut().zip(ends) {
                segment.seconds = (end - segment.offset.quarters()) * 60.0 / segment.quarter_bpm;
            }
            bars.push(segments);
        }
        bars
    }

    /// When each bar of `order` (written bars, zero-based, as they are played) begins, in seconds from the start,
    /// and at last when the final one ends. Indexes beyond the last bar take no time.
    ///
    /// ```
    /// use segno_score::{Options, read_any};
    /// use segno_syncpoint::Policy;
    ///
    /// let xml = b"<score-partwise><part id='P1'><measure number='1'>\
    ///     <barline location='right'><repeat direction='backward'/></barline></measure></part></score-partwise>";
    /// let score = read_any(xml, &Options::new())?;
    /// let play = score.structure.unroll(&Policy::CLASSICAL)?;
    /// // Twice a bar of four quarters, at 120 quarters a minute.
    /// assert_eq!(score.bar_times(play.order()), [0.0, 2.0, 4.0]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn bar_times(&self, order: impl IntoIterator<Item = usize>) -> Vec<f64> {
        let lengths: Vec<f64> =
            self.tempo_segments().iter().map(|bar| bar.iter().map(|segment| segment.seconds).sum()).collect();
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
    /// ```
    /// use segno_score::{Options, read_any};
    /// use segno_syncpoint::Policy;
    ///
    /// let xml = b"<score-partwise><part id='P1'><measure number='1'/><measure number='2'/></part></score-partwise>";
    /// let score = read_any(xml, &Options::new())?;
    /// let map = score.sync_map(&score.structure.unroll(&Policy::CLASSICAL)?)?;
    /// assert_eq!(map.time_at(1.5)?, 3.0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`MapError`] if the points make no map: nothing is played, or a bar takes no time.
    pub fn sync_map(&self, play: &Playthrough) -> Result<SyncMap, MapError> {
        let bars = self.tempo_segments();
        let mut points = Vec::with_capacity(play.len() + 1);
        let mut now = 0.0;
        let mut next = 0;
        for written in play.order() {
            let length = self.grid.bars.get(written).map_or(0.0, |bar| bar.actual.quarters());
            for segment in bars.get(written).into_iter().flatten() {
                points.extend(
                    place(next, segment.offset.quarters() / length).map(|at| Syncpoint::new(at, now)),
                );
                now += segment.seconds;
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
