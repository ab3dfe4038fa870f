//! The grid in played order: how long each played bar is and where its beats are.

use alloc::vec::Vec;
use core::fmt;

use super::BarGrid;
use crate::float;
use crate::position::Position;

/// Shorter than this counts as no length, in quarters; the lengths themselves are exact fractions.
const TINY: f64 = 1e-9;

/// Metres that come again after more others than this are worked out again.
const RECENT: usize = 16;

/// Lengths and beats of the played bars.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PlayedGrid {
    bars: Vec<Bar>,
    patterns: Vec<Pattern>,
    /// By written bar: its pattern.
    pattern_of: Vec<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Bar {
    written: usize,
    /// Quarters and beats from the start of the piece to the start of the bar.
    quarters_before: f64,
    beats_before: f64,
    /// The true length.
    quarters: f64,
    beats: f64,
    /// How far into the bar of its metre a partial bar begins, in quarters.
    start: f64,
}

/// The beats of one written bar.
#[derive(Clone, Debug, PartialEq)]
struct Pattern {
    /// Lengths in quarters, all above 0, at least one.
    beats: Vec<f64>,
    /// Their sum.
    total: f64,
}

impl Pattern {
    /// The number of beats in the first `quarters` of the bar; goes on with the same beats past its end.
    fn beats_in(&self, quarters: f64) -> f64 {
        let rounds = float::floor(quarters / self.total);
        let mut left = quarters - rounds * self.total;
        let mut count = rounds * self.beats.len() as f64;
        for beat in &self.beats {
            if left < *beat {
                return count + left / beat;
            }
            left -= beat;
            count += 1.0;
        }
        count
    }

    /// The quarters that the first `beats` beats last: the inverse.
    fn quarters_in(&self, beats: f64) -> f64 {
        let rounds = float::floor(beats / self.beats.len() as f64);
        let mut left = beats - rounds * self.beats.len() as f64;
        let mut quarters = rounds * self.total;
        for beat in &self.beats {
            if left < 1.0 {
                return quarters + left * beat;
            }
            left -= 1.0;
            quarters += beat;
        }
        quarters
    }
}

/// A place as musicians count it.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct BeatPlace {
    /// The played bar, from 0.
    pub bar: u32,
    /// The beat, from 1.0 for the downbeat; 2.5 is half-way through the second beat. A pickup begins later than 1.
    pub beat: f64,
}

/// A played order that does not fit the written bars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum GridError {
    /// A played bar that was not written.
    NoSuchBar {
        /// Which entry of the order.
        played: usize,
        /// The written bar that is not there.
        written: usize,
    },
    /// More bars are played than [`Position::MAX_BAR`] allows.
    TooManyBars,
}

impl fmt::Display for GridError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuchBar { played, written } => {
                write!(f, "played bar {played} is written bar {written}, which does not exist")
            }
            Self::TooManyBars => write!(f, "more than {} bars are played", Position::MAX_BAR),
        }
    }
}

impl core::error::Error for GridError {}

impl BarGrid {
    /// The grid in the order in which the bars are played. Cost: O(written + played bars).
    ///
    /// A bar shorter than its metre is the end of a bar if it comes first (a pickup) or completes the partial bar played
    /// before it, and the beginning of one otherwise.
    ///
    /// # Errors
    /// If `order` names a bar that the grid has not, or is too long.
    pub fn play(&self, order: &[usize]) -> Result<PlayedGrid, GridError> {
        if order.len() > Position::MAX_BAR as usize {
            return Err(GridError::TooManyBars);
        }
        let (patterns, pattern_of) = self.patterns();
        let mut bars: Vec<Bar> = Vec::with_capacity(order.len());
        let (mut quarters_before, mut beats_before, mut open) = (0.0, 0.0, 0.0);
        for (played, &written) in order.iter().enumerate() {
            let (Some(bar), Some(pattern)) =
                (self.bars.get(written), pattern_of.get(written).and_then(|&place| patterns.get(place)))
            else {
                return Err(GridError::NoSuchBar { played, written });
            };
            let (nominal, quarters) = (bar.nominal.quarters(), bar.actual.quarters());
            let partial = quarters < nominal - TINY;
            let missing = nominal - quarters;
            let completes = partial && open > 0.0 && open <= missing + TINY;
            let start = if partial && played == 0 {
                missing
            } else if completes {
                open
            } else {
                0.0
            };
            let end = start + quarters;
            open = if partial && end < nominal - TINY { end } else { 0.0 };
            let beats = pattern.beats_in(end) - pattern.beats_in(start);
            bars.push(Bar { written, quarters_before, beats_before, quarters, beats, start });
            quarters_before += quarters;
            beats_before += beats;
        }
        Ok(PlayedGrid { bars, patterns, pattern_of })
    }

    /// The beats of each metre, and by written bar which of them is its own: a metre mostly holds for many bars.
    fn patterns(&self) -> (Vec<Pattern>, Vec<usize>) {
        let mut patterns: Vec<Pattern> = Vec::new();
        let mut firsts: Vec<usize> = Vec::new();
        let mut pattern_of = Vec::with_capacity(self.bars.len());
        for (index, bar) in self.bars.iter().enumerate() {
            let same = |&&place: &&usize| {
                let first = firsts.get(place).and_then(|&first| self.bars.get(first));
                first.is_some_and(|first| first.nominal == bar.nominal && first.metre == bar.metre)
            };
            // The metres of the bars just before are the likely ones.
            let recent: Vec<usize> = (patterns.len().saturating_sub(RECENT)..patterns.len()).rev().collect();
            let place = recent.iter().find(same).copied().unwrap_or(patterns.len());
            if place == patterns.len() {
                patterns.push(pattern(bar.nominal.quarters(), &bar.metre));
                firsts.push(index);
            }
            pattern_of.push(place);
        }
        (patterns, pattern_of)
    }

    /// The grid of bars that are played once each as written. Cost: O(bars).
    ///
    /// # Errors
    /// If there are too many bars.
    pub fn play_straight(&self) -> Result<PlayedGrid, GridError> {
        self.play(&(0..self.bars.len()).collect::<Vec<_>>())
    }
}

fn pattern(nominal: f64, metre: &super::Metre) -> Pattern {
    let mut beats = metre.beats();
    beats.retain(|beat| *beat > 0.0);
    if beats.is_empty() {
        // Senza misura: quarters, and what is left of one.
        let whole = float::floor(nominal).min(4096.0);
        beats.extend(core::iter::repeat_n(1.0, whole as usize));
        if nominal - whole > TINY || beats.is_empty() {
            beats.push(if nominal - whole > TINY { nominal - whole } else { 1.0 });
        }
    }
    let total = beats.iter().sum();
    Pattern { beats, total }
}

impl PlayedGrid {
    /// The beats of a written bar.
    fn pattern(&self, written: usize) -> Option<&Pattern> {
        self.pattern_of.get(written).and_then(|&place| self.patterns.get(place))
    }

    /// The number of played bars.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bars.len()
    }

    /// True if nothing is played.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bars.is_empty()
    }

    /// The written bar that a played bar is. Cost: O(1).
    #[must_use]
    pub fn written(&self, bar: usize) -> Option<usize> {
        self.bars.get(bar).map(|bar| bar.written)
    }

    /// The true length of a played bar in quarters. Cost: O(1).
    #[must_use]
    pub fn quarters(&self, bar: usize) -> Option<f64> {
        self.bars.get(bar).map(|bar| bar.quarters)
    }

    /// The number of beats in the true length of a played bar. Cost: O(1).
    #[must_use]
    pub fn beats(&self, bar: usize) -> Option<f64> {
        self.bars.get(bar).map(|bar| bar.beats)
    }

    /// Quarters from the start of the piece to a place, given as a number of bars. `None` outside the grid. Cost: O(1).
    #[must_use]
    pub fn quarters_before(&self, bars: f64) -> Option<f64> {
        let (bar, share) = self.locate(bars)?;
        Some(bar.quarters_before + share * bar.quarters)
    }

    /// Beats from the start of the piece to a place, given as a number of bars. `None` outside the grid.
    /// Cost: O(beats of the bar).
    #[must_use]
    pub fn beats_before(&self, bars: f64) -> Option<f64> {
        let (bar, share) = self.locate(bars)?;
        let pattern = self.pattern(bar.written)?;
        let beats = pattern.beats_in(bar.start + share * bar.quarters) - pattern.beats_in(bar.start);
        Some(bar.beats_before + beats)
    }

    /// The number of beats between two places, negative if `to` comes first. `None` if one is outside the grid.
    /// Cost: O(beats of a bar).
    #[must_use]
    pub fn beats_between(&self, from: f64, to: f64) -> Option<f64> {
        Some(self.beats_before(to)? - self.beats_before(from)?)
    }

    /// The place that is so many quarters from the start, as a number of bars. `None` outside the grid.
    /// Cost: O(log bars).
    #[must_use]
    pub fn bars_at_quarters(&self, quarters: f64) -> Option<f64> {
        if !(0.0..).contains(&quarters) {
            return None;
        }
        // The last bar that starts at or before; bars without a length are passed over.
        let index = self.bars.partition_point(|bar| bar.quarters_before <= quarters).checked_sub(1)?;
        let bar = self.bars.get(index)?;
        let into = quarters - bar.quarters_before;
        let last = index + 1 == self.bars.len();
        if last && into > bar.quarters {
            return None;
        }
        Some(index as f64 + if bar.quarters > 0.0 { (into / bar.quarters).min(1.0) } else { 0.0 })
    }

    /// A place as bar and beat. The end of the piece is a beat after the last. `None` outside the grid.
    /// Cost: O(beats of the bar).
    #[must_use]
    pub fn beat_place(&self, bars: f64) -> Option<BeatPlace> {
        let (bar, share) = self.locate(bars)?;
        let pattern = self.pattern(bar.written)?;
        let index = float::floor(bars).min(self.bars.len() as f64 - 1.0);
        Some(BeatPlace { bar: index as u32, beat: pattern.beats_in(bar.start + share * bar.quarters) + 1.0 })
    }

    /// The place of a bar and beat, as a number of bars. `None` if the bar has no such beat. Cost: O(beats of the bar).
    #[must_use]
    pub fn bars_at_beat(&self, place: BeatPlace) -> Option<f64> {
        let bar = self.bars.get(place.bar as usize)?;
        let pattern = self.pattern(bar.written)?;
        if !(1.0..=pattern.beats.len() as f64 * 1024.0).contains(&place.beat) {
            return None;
        }
        let into = pattern.quarters_in(place.beat - 1.0) - bar.start;
        if into < -TINY || into > bar.quarters + TINY || bar.quarters <= 0.0 {
            return None;
        }
        Some(f64::from(place.bar) + (into / bar.quarters).clamp(0.0, 1.0))
    }

    /// Every beat of a played bar as a number of bars, the bar line included if a beat falls on it.
    /// Cost: O(beats of the bar).
    #[must_use]
    pub fn beats_of(&self, bar: u32) -> Vec<f64> {
        let Some(found) = self.bars.get(bar as usize) else { return Vec::new() };
        let Some(pattern) = self.pattern(found.written) else { return Vec::new() };
        let (from, to) = (pattern.beats_in(found.start), pattern.beats_in(found.start + found.quarters));
        let mut beats = Vec::new();
        let mut beat = -float::floor(-(from - TINY));
        while beat < to - TINY {
            let into = (pattern.quarters_in(beat) - found.start) / found.quarters;
            beats.push(f64::from(bar) + into.clamp(0.0, 1.0));
            beat += 1.0;
        }
        beats
    }

    /// The bar of a place and the share of it that has passed.
    fn locate(&self, bars: f64) -> Option<(&Bar, f64)> {
        if !(0.0..=self.bars.len() as f64).contains(&bars) {
            return None;
        }
        // In range; the end of the last bar belongs to it.
        let index = (float::floor(bars) as usize).min(self.bars.len().checked_sub(1)?);
        Some((self.bars.get(index)?, bars - index as f64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Fraction, GridBar, Metre, MetrePart};

    fn bar(nominal: (u32, u32), actual: (u32, u32)) -> GridBar {
        GridBar {
            nominal: Fraction::new(nominal.0, nominal.1).unwrap(),
            actual: Fraction::new(actual.0, actual.1).unwrap(),
            metre: Metre::simple(nominal.0, nominal.1),
            implicit: false,
        }
    }

    #[test]
    fn beats_as_musicians_count_them() {
        assert_eq!(Metre::simple(4, 4).beats(), [1.0; 4]);
        assert_eq!(Metre::simple(6, 8).beats(), [1.5; 2]);
        assert_eq!(Metre::simple(12, 8).beats(), [1.5; 4]);
        assert_eq!(Metre::simple(3, 8).beats(), [0.5; 3]);
        let sum = Metre { parts: alloc::vec![MetrePart { groups: alloc::vec![3, 2], unit: 8 }] };
        assert_eq!(sum.beats(), [1.5, 1.0]);
        assert!(Metre::default().beats().is_empty());
        assert!(
            Metre { parts: alloc::vec![MetrePart { groups: alloc::vec![4], unit: 0 }] }.beats().is_empty()
        );
    }

    #[test]
    fn pickups_and_split_bars_count_by_their_true_length() {
        // A pickup of one quarter, a full bar, a bar split 3 + 1 around a repeat sign.
        let grid = BarGrid {
            bars: [((4, 4), (1, 4)), ((4, 4), (4, 4)), ((4, 4), (3, 4)), ((4, 4), (1, 4))]
                .map(|(n, a)| bar(n, a))
                .into(),
        };
        let played = grid.play_straight().unwrap();
        assert_eq!([0, 1, 2, 3].map(|bar| played.beats(bar).unwrap()), [1.0, 4.0, 3.0, 1.0]);
        assert_eq!(played.beat_place(0.0), Some(BeatPlace { bar: 0, beat: 4.0 }));
        assert_eq!(played.beat_place(1.5), Some(BeatPlace { bar: 1, beat: 3.0 }));
        assert_eq!(played.beat_place(3.0), Some(BeatPlace { bar: 3, beat: 4.0 }));
        assert_eq!(played.beat_place(4.0), Some(BeatPlace { bar: 3, beat: 5.0 }));
        assert_eq!(played.bars_at_beat(BeatPlace { bar: 0, beat: 4.5 }), Some(0.5));
        assert_eq!(played.bars_at_beat(BeatPlace { bar: 0, beat: 1.0 }), None);
        assert_eq!(played.beats_of(0), [0.0]);
        assert_eq!(played.beats_of(1), [1.0, 1.25, 1.5, 1.75]);
        assert_eq!(played.beats_between(0.0, 4.0), Some(9.0));
        assert_eq!(played.quarters_before(2.0), Some(5.0));
        assert_eq!(played.bars_at_quarters(3.0), Some(1.5));
        assert_eq!(played.bars_at_quarters(9.0), Some(4.0));
        assert_eq!(played.bars_at_quarters(9.5), None);
        assert_eq!(played.quarters_before(4.5), None);
    }

    #[test]
    fn unequal_beats() {
        let metre = Metre { parts: alloc::vec![MetrePart { groups: alloc::vec![3, 2], unit: 8 }] };
        let length = Fraction::new(5, 8).unwrap();
        let grid = BarGrid {
            bars: alloc::vec![GridBar { nominal: length, actual: length, metre, implicit: false }],
        };
        let played = grid.play(&[0, 0]).unwrap();
        assert_eq!(played.beats_before(0.6), Some(1.0));
        assert_eq!(played.bars_at_beat(BeatPlace { bar: 1, beat: 2.5 }), Some(1.8));
    }

    /// Seven eighths as 2 + 2 + 3: beats of one, one and one and a half quarters, of bars that hold so many eighths.
    #[test]
    fn where_partial_bars_begin() {
        let metre = Metre { parts: alloc::vec![MetrePart { groups: alloc::vec![2, 2, 3], unit: 8 }] };
        let nominal = Fraction::new(7, 8).unwrap();
        let beats = |eighths: &[u32]| -> Vec<f64> {
            let bar = |&eighths: &u32| GridBar {
                nominal,
                actual: Fraction::new(eighths, 8).unwrap(),
                metre: metre.clone(),
                implicit: false,
            };
            let played = BarGrid { bars: eighths.iter().map(bar).collect() }.play_straight().unwrap();
            (0..eighths.len()).map(|bar| played.beats(bar).unwrap()).collect()
        };
        let cases: [(&[u32], &[f64]); 10] = [
            (&[7, 7], &[3.0, 3.0]),
            // What comes first is the end of a bar: two of the last three eighths; one of two and all three.
            (&[2, 7], &[2.0 / 3.0, 3.0]),
            (&[4, 7], &[1.5, 3.0]),
            // The second completes the first, up to the last eighth.
            (&[7, 4, 3], &[3.0, 2.0, 1.0]),
            (&[7, 2, 2, 3], &[3.0, 1.0, 1.0, 1.0]),
            // Too long to complete it: another beginning.
            (&[7, 5, 5], &[3.0, 7.0 / 3.0, 7.0 / 3.0]),
            (&[7, 3, 5], &[3.0, 1.5, 7.0 / 3.0]),
            // What is complete stays so.
            (&[7, 4, 3, 3], &[3.0, 2.0, 1.0, 1.5]),
            (&[7, 4, 7, 3], &[3.0, 2.0, 3.0, 1.5]),
            // Longer than its metre: it begins with it.
            (&[9, 7], &[4.0, 3.0]),
        ];
        for (eighths, expected) in cases {
            let found = beats(eighths);
            let close = found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-9);
            assert!(close, "{eighths:?}: {found:?}");
        }
    }

    #[test]
    fn a_play_order_that_does_not_fit() {
        let grid = BarGrid::uniform(2, 3, 4).unwrap();
        assert_eq!(grid.play(&[0, 1, 2]), Err(GridError::NoSuchBar { played: 2, written: 2 }));
        assert!(BarGrid::uniform(1, 3, 0).is_none());
        assert_eq!(grid.play(&[]).unwrap().beat_place(0.0), None);
    }
}
