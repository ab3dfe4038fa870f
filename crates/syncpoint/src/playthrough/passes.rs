//! From a written bar back to its playings.

use super::Playthrough;

/// Which playing of a written bar is meant, when somebody points at the page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PassChoice {
    /// The first playing of the bar.
    First,
    /// The last playing of the bar.
    Last,
    /// The one of this number, from 1.
    Pass(u32),
    /// The one nearest to this place, in played bars (5.5 is the middle of played bar 5); of two equally near ones the
    /// later.
    Nearest(f64),
    /// The first at or after this played bar, or else the first of all.
    Next(usize),
}

impl Playthrough {
    /// All playings of a written bar, as ascending played bars. Empty for bars that are never played and for indexes
    /// beyond the score. O(1).
    #[must_use]
    pub fn passes_of(&self, written: usize) -> &[usize] {
        let range = || Some(*self.offsets.get(written)?..*self.offsets.get(written.checked_add(1)?)?);
        range().and_then(|range| self.by_written.get(range)).unwrap_or_default()
    }

    /// The played bar of one pass (from 1) of a written bar. O(1).
    #[must_use]
    pub fn played(&self, written: usize, pass: u32) -> Option<usize> {
        let place = usize::try_from(pass).ok()?.checked_sub(1)?;
        self.passes_of(written).get(place).copied()
    }

    /// The playing of a written bar that is meant; `None` if the bar is never played or has no such pass.
    /// O(log passes).
    #[must_use]
    pub fn choose(&self, written: usize, choice: PassChoice) -> Option<usize> {
        let passes = self.passes_of(written);
        match choice {
            PassChoice::First => passes.first().copied(),
            PassChoice::Last => passes.last().copied(),
            PassChoice::Pass(pass) => self.played(written, pass),
            PassChoice::Next(from) => {
                let next = passes.partition_point(|&played| played < from);
                passes.get(next).or_else(|| passes.first()).copied()
            }
            #[allow(clippy::cast_precision_loss)]
            PassChoice::Nearest(place) => nearest(passes, place, |played| played as f64 + 0.5),
        }
    }

    /// The playing of a written bar whose start is nearest to a time. `start` tells when a played bar begins, in
    /// seconds; it must not decrease. O(log passes) calls of `start`.
    #[must_use]
    pub fn nearest_in_time(
        &self,
        written: usize,
        seconds: f64,
        start: impl FnMut(usize) -> f64,
    ) -> Option<usize> {
        nearest(self.passes_of(written), seconds, start)
    }
}

fn nearest(passes: &[usize], place: f64, mut at: impl FnMut(usize) -> f64) -> Option<usize> {
    let next = passes.partition_point(|&played| at(played) < place);
    let after = passes.get(next).copied();
    let before = next.checked_sub(1).and_then(|before| passes.get(before)).copied();
    match (before, after) {
        (Some(before), Some(after)) => {
            Some(if place - at(before) < at(after) - place { before } else { after })
        }
        (before, after) => before.or(after),
    }
}
