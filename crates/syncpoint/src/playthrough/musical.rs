//! Musical bars: a bar that the page splits around a repeat sign counts once.

use alloc::vec::Vec;
use core::ops::Range;

use super::Playthrough;
use crate::{Structure, WrittenBar};

impl Playthrough {
    /// The played bars grouped into musical bars, as ranges of played bars that follow each other without a gap.
    ///
    /// Consecutive partial bars, in played order, whose true lengths add up exactly to the length that their common
    /// metre promises are one musical bar. A partial bar without such partners stands alone, and so does everything
    /// else. O(played bars).
    ///
    /// `structure` must be the one that was unrolled; bars that it lacks stand alone.
    #[must_use]
    pub fn musical_bars(&self, structure: &Structure) -> Vec<Range<usize>> {
        let bar = |played: usize| self.bars.get(played).and_then(|bar| structure.bars.get(bar.written));
        let mut groups = Vec::new();
        let mut first = 0;
        while first < self.bars.len() {
            let past =
                bar(first).and_then(|opening| completed(opening, first + 1, &bar)).unwrap_or(first + 1);
            groups.push(first..past);
            first = past;
        }
        groups
    }
}

/// Where the musical bar ends that a partial bar opens; `None` if the following bars do not complete it.
fn completed<'a>(
    opening: &WrittenBar,
    mut next: usize,
    bar: &impl Fn(usize) -> Option<&'a WrittenBar>,
) -> Option<usize> {
    let mut sum = opening.length();
    while !sum.is_zero() && sum < opening.nominal {
        let part = bar(next)?;
        if part.length().is_zero() || part.nominal != opening.nominal {
            return None;
        }
        sum = sum.checked_add(part.length())?;
        next += 1;
        if sum == opening.nominal {
            return Some(next);
        }
    }
    None
}
