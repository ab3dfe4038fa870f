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
        let clock = Clock::new(self);
        let mut now = 0.0;
        let mut times = vec![now];
        let mut order = order.into_iter().peekable();
        while let Some(bar) = order.next() {
            now += clock.seconds(bar) + clock.break_between(bar, order.peek().copied());
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
        let clock = Clock::new(self);
        let mut points: Vec<Syncpoint> = Vec::with_capacity(play.len() + 1);
        let mut now = 0.0;
        let mut next = 0;
        let mut order = play.order().peekable();
        while let Some(written) = order.next() {
            for &(share, seconds) in
                clock.bars.get(written).map(|bar| bar.knots.as_slice()).unwrap_or_default()
            {
                points.extend(place(next, share).map(|at| Syncpoint::new(at, now + seconds)));
            }
            now += clock.seconds(written);
            let silence = clock.break_between(written, order.peek().copied());
            if silence > 0.0 {
                points.extend(place(next, 1.0 - PAUSE).map(|at| Syncpoint::new(at, now)));
                now += silence;
            }
            next += 1;
        }
        points.push(Syncpoint::bar_line(next, now));
        SyncMap::new(points)
    }
}

/// A map rises in bars and seconds alike, so a pause takes this share of its bar.
const PAUSE: f64 = 1.0 / 480.0;

/// Seconds of the written bars, with their pauses.
struct Clock {
    bars: Vec<BarClock>,
    /// By bar: its section.
    sections: Vec<usize>,
    /// By section: how long the pause behind it is.
    breaks: Vec<f64>,
}

/// Seconds of one written bar.
struct BarClock {
    /// Shares of the bar, 0.0 first, and the seconds to them.
    knots: Vec<(f64, f64)>,
    seconds: f64,
}

impl Clock {
    fn new(score: &Score) -> Self {
        let mut pauses = score.pauses.iter().peekable();
        let (mut bars, mut sections, mut breaks) = (Vec::new(), Vec::new(), Vec::new());
        let mut silence = 0.0;
        for (index, segments) in score.tempo_segments().into_iter().enumerate() {
            let length = score.grid.bars.get(index).map_or(0.0, |bar| bar.actual.quarters());
            let ends = score.structure.bars.get(index).is_some_and(|bar| bar.section_break);
            let mut inner = Vec::new();
            while let Some(pause) = pauses.next_if(|pause| pause.bar <= index) {
                if ends && pause.offset.quarters() >= length {
                    silence += pause.seconds;
                } else {
                    inner.push((pause.offset.quarters(), pause.seconds));
                }
            }
            bars.push(BarClock::new(&segments, &inner, length));
            sections.push(breaks.len());
            if ends {
                breaks.push(core::mem::take(&mut silence));
            }
        }
        Self { bars, sections, breaks }
    }

    fn seconds(&self, bar: usize) -> f64 {
        self.bars.get(bar).map_or(0.0, |bar| bar.seconds)
    }

    /// The pause between two bars that are played one after the other.
    fn break_between(&self, bar: usize, next: Option<usize>) -> f64 {
        let section = |bar: usize| self.sections.get(bar).copied();
        match (section(bar), next.and_then(section)) {
            (Some(from), Some(to)) if from != to => self.breaks.get(from).copied().unwrap_or(0.0),
            _ => 0.0,
        }
    }
}

impl BarClock {
    /// `pauses` are quarters and seconds, in order.
    fn new(segments: &[TempoSegment], pauses: &[(f64, f64)], length: f64) -> Self {
        let share = |quarters: f64| if length > 0.0 { (quarters / length).clamp(0.0, 1.0) } else { 0.0 };
        let mut pauses = pauses.iter().copied().peekable();
        let (mut knots, mut now): (Vec<(f64, f64)>, f64) = (Vec::with_capacity(segments.len()), 0.0);
        for (index, segment) in segments.iter().enumerate() {
            let mut from = segment.offset.quarters();
            let to = segments.get(index + 1).map_or(length, |next| next.offset.quarters());
            let last = index + 1 == segments.len();
            knots.push((share(from), now));
            while let Some((at, silence)) = pauses.next_if(|(at, _)| *at <= to || last) {
                let at = at.clamp(from, to);
                now += (at - from) * 60.0 / segment.quarter_bpm;
                let begins = share(at) - PAUSE;
                if begins > share(from) {
                    knots.push((begins, now - PAUSE * length * 60.0 / segment.quarter_bpm));
                    now += silence;
                    knots.push((share(at), now));
                } else {
                    now += silence;
                }
                from = at;
            }
            now += (to - from) * 60.0 / segment.quarter_bpm;
        }
        // At the bar line the next bar's first point stands.
        knots.retain(|knot| knot.0 < 1.0);
        knots.dedup_by(|later, earlier| later.0 <= earlier.0);
        Self { knots, seconds: now }
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
