//! Musical bars: bars that were split around a repeat sign or a pickup, joined again.

use core::ops::Range;

use segno_syncpoint::BarGrid;

use crate::span::Span;

/// A bar is not split into more than this.
const MOST: usize = 32;

/// Groups bars in the order given (zero-based indexes of written bars, as they are played or as they are written)
/// so that each group is one musical bar. The ranges are positions in `order` and cover it without gaps.
///
/// Consecutive bars that are shorter than their metre and whose lengths add up to exactly its length are one musical
/// bar: the eighth before a repeat sign and the seven eighths after it. A short bar without such a partner, such as
/// an opening pickup, stands alone.
#[must_use]
pub fn musical_bars(grid: &BarGrid, order: &[usize]) -> Vec<Range<usize>> {
    let mut groups = Vec::new();
    let mut start = 0;
    while start < order.len() {
        let end = joined(grid, order, start).unwrap_or(start + 1);
        groups.push(start..end);
        start = end;
    }
    groups
}

/// Where the musical bar that begins with a short bar ends.
fn joined(grid: &BarGrid, order: &[usize], start: usize) -> Option<usize> {
    let short = |position: usize| {
        let bar = grid.bars.get(*order.get(position)?)?;
        (bar.actual < bar.nominal && !bar.actual.is_zero()).then_some(bar)
    };
    let whole = Span::from(short(start)?.nominal);
    let mut sum = Span::ZERO;
    let mut position = start;
    while let Some(bar) = short(position).filter(|_| position - start < MOST) {
        sum = sum.add(Span::from(bar.actual))?;
        position += 1;
        if sum == whole {
            return Some(position);
        }
        if sum > whole {
            return None;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use segno_syncpoint::{Fraction, GridBar, Metre};

    fn grid(lengths: &[(u32, u32)]) -> BarGrid {
        let nominal = Fraction::new(4, 4).unwrap();
        let bar = |&(beats, unit): &(u32, u32)| GridBar {
            nominal,
            actual: Fraction::new(beats, unit).unwrap(),
            metre: Metre::simple(4, 4),
            implicit: false,
        };
        BarGrid { bars: lengths.iter().map(bar).collect() }
    }

    #[test]
    fn a_pickup_joins_the_end_of_the_repeat_it_follows() {
        // 1/4 | 4/4 | 3/4 :| played twice, then a full bar.
        let grid = grid(&[(1, 4), (4, 4), (3, 4), (4, 4)]);
        let groups = musical_bars(&grid, &[0, 1, 2, 0, 1, 2, 3]);
        assert_eq!(groups, [0..1, 1..2, 2..4, 4..5, 5..6, 6..7]);
    }

    #[test]
    fn short_bars_that_do_not_fit_stand_alone() {
        let grid = grid(&[(1, 4), (1, 4), (7, 8)]);
        assert_eq!(musical_bars(&grid, &[0, 1, 2]), [0..1, 1..2, 2..3]);
        assert_eq!(musical_bars(&grid, &[]), []);
        assert_eq!(musical_bars(&grid, &[9, 9]), [0..1, 1..2]);
    }
}
