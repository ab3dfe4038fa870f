//! The notes and pauses of a score in the form that alignment needs.

use segno_score::{Score, TempoSegment};

/// Tempo marks outside of these are taken for mistakes: quarters a minute.
const TEMPOS: (f64, f64) = (15.0, 600.0);

/// The written bars with their pitched notes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Music {
    pub(crate) bars: Vec<Bar>,
    /// By bar: its section, and whether a pause is written behind that section.
    sections: Vec<(usize, bool)>,
}

/// A written bar.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bar {
    /// Its length in seconds at the written tempo, above 0.
    pub(crate) seconds: f64,
    /// Its length in quarters.
    pub(crate) quarters: f64,
    /// The pitched notes but for grace notes, by time, then by key.
    pub(crate) notes: Vec<Note>,
    /// Where grace notes stand before a note, in quarters from the bar line.
    pub(crate) graces: Vec<f64>,
    /// Where a silence of any length may come, in quarters from the bar line: breath marks, caesuras.
    pub(crate) pauses: Vec<f64>,
}

/// A note that is struck.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Note {
    /// Seconds from the bar line.
    pub(crate) at: f64,
    /// Quarters from the bar line.
    pub(crate) offset: f64,
    /// Seconds that it is held.
    pub(crate) held: f64,
    /// The sounding MIDI key.
    pub(crate) key: u8,
}

impl Music {
    pub(crate) fn new(score: &Score) -> Self {
        let mut bars: Vec<Bar> = Vec::with_capacity(score.grid.bars.len());
        let clocks: Vec<Clock> =
            score.tempo_segments().iter().map(|stretches| Clock::new(stretches)).collect();
        for (bar, clock) in score.grid.bars.iter().zip(&clocks) {
            let quarters = bar.actual.quarters().clamp(0.0, 1000.0);
            bars.push(Bar { seconds: clock.at(quarters).max(0.01), quarters, ..Bar::default() });
        }
        for onset in &score.onsets {
            let Some(key) = onset.key else { continue };
            let (Some(bar), Some(clock)) = (bars.get_mut(onset.bar), clocks.get(onset.bar)) else { continue };
            let offset = onset.offset.quarters().clamp(0.0, bar.quarters);
            if onset.grace {
                bar.graces.push(offset);
                continue;
            }
            let at = clock.at(offset);
            let held = clock.at(offset + onset.duration.quarters().min(1000.0)) - at;
            bar.notes.push(Note { at, offset, held, key });
        }
        for bar in &mut bars {
            bar.notes.sort_by(|a, b| {
                a.at.total_cmp(&b.at).then(a.key.cmp(&b.key)).then(b.held.total_cmp(&a.held))
            });
            bar.notes.dedup_by(|b, a| a.key == b.key && b.at - a.at < 1e-4);
        }
        let mut music = Self { bars, sections: Vec::new() };
        music.pause(score);
        music
    }

    /// Notes where the score pauses. How long is left to the performer, so it takes no time here.
    fn pause(&mut self, score: &Score) {
        let mut pauses = score.pauses.iter().peekable();
        let (mut section, mut begin, mut behind) = (0, 0, false);
        for (index, bar) in self.bars.iter_mut().enumerate() {
            let ends = score.structure.bars.get(index).is_some_and(|bar| bar.section_break);
            self.sections.push((section, false));
            while let Some(pause) = pauses.next_if(|pause| pause.bar <= index) {
                let offset = pause.offset.quarters().min(bar.quarters);
                if ends && offset >= bar.quarters {
                    behind = true;
                } else {
                    bar.pauses.push(offset);
                }
            }
            if ends {
                for (_, pauses) in self.sections.iter_mut().skip(begin) {
                    *pauses = behind;
                }
                (section, begin, behind) = (section + 1, index + 1, false);
            }
        }
    }

    /// Whether the score pauses between two written bars that are played one after the other.
    pub(crate) fn pauses_between(&self, bar: usize, next: usize) -> bool {
        let at_end = self.bars.get(bar).is_some_and(|bar| bar.pauses.last() == Some(&bar.quarters));
        let at_start = self.bars.get(next).is_some_and(|bar| bar.pauses.first() == Some(&0.0));
        let behind = match (self.sections.get(bar), self.sections.get(next)) {
            (Some((from, pauses)), Some((to, _))) => *pauses && from != to,
            _ => false,
        };
        at_end || at_start || behind
    }

    /// Whether two written bars have the same notes.
    pub(crate) fn alike(&self, one: Option<usize>, other: Option<usize>) -> bool {
        let notes = |bar: Option<usize>| bar.and_then(|bar| self.bars.get(bar)).map(|bar| &bar.notes);
        let same = |(a, b): (&Note, &Note)| a.key == b.key && (a.offset - b.offset).abs() < 1e-4;
        notes(one)
            .zip(notes(other))
            .is_some_and(|(one, other)| one.len() == other.len() && one.iter().zip(other).all(same))
    }

    /// Whether no pitched note is written at all.
    pub(crate) fn is_silent(&self) -> bool {
        self.bars.iter().all(|bar| bar.notes.is_empty())
    }
}

/// From quarters to seconds inside a bar.
struct Clock {
    /// Where each stretch begins, in quarters and seconds, and its seconds a quarter.
    stretches: Vec<(f64, f64, f64)>,
}

impl Clock {
    fn new(stretches: &[TempoSegment]) -> Self {
        let mut out: Vec<(f64, f64, f64)> = Vec::with_capacity(stretches.len());
        for stretch in stretches {
            let from = stretch.offset.quarters();
            let seconds = out.last().map_or(0.0, |&(start, at, pace)| at + (from - start) * pace);
            let bpm = if stretch.quarter_bpm.is_finite() { stretch.quarter_bpm } else { 120.0 };
            out.push((from, seconds, 60.0 / bpm.clamp(TEMPOS.0, TEMPOS.1)));
        }
        Self { stretches: out }
    }

    /// Seconds from the bar line; beyond the bar the last tempo goes on.
    fn at(&self, quarters: f64) -> f64 {
        let before = self.stretches.iter().rev().find(|(from, _, _)| *from <= quarters);
        before
            .or(self.stretches.first())
            .map_or(0.5 * quarters, |&(from, at, pace)| at + (quarters - from) * pace)
    }
}
