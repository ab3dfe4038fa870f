//! Positions and times as whole numbers.

use alloc::vec::Vec;

use super::error::SimplifyError;

/// The largest size of a position or time.
const LIMIT: f64 = 1e6;
const PER_UNIT: f64 = 480.0;

/// A map as whole numbers, and the points that must stay.
#[derive(Debug)]
pub(super) struct Grid {
    /// Positions in a unit that is the same for all.
    pub(super) x: Vec<i64>,
    /// Times in nanoseconds.
    pub(super) t: Vec<i64>,
    /// The points that must stay, ascending, with first and last.
    pub(super) forced: Vec<usize>,
}

/// Seconds as whole nanoseconds.
#[allow(clippy::cast_possible_truncation)]
pub(super) fn nanoseconds(seconds: f64) -> Option<i64> {
    rounded(seconds, 1e9)
}

#[allow(clippy::cast_possible_truncation)]
fn rounded(value: f64, scale: f64) -> Option<i64> {
    // Beyond the limit, and for NaN, there is no whole number; below it the product is far inside i64.
    (value.abs() <= LIMIT).then(|| {
        let scaled = value * scale;
        (if scaled < 0.0 { scaled - 0.5 } else { scaled + 0.5 }) as i64
    })
}

/// How many grid steps make a position unit: the fewest of 1, 480, 960, ..., 480 * 2^20 that put every position onto the
/// grid but for the last bits of floating point, and otherwise so many that only those bits are rounded.
fn scale(x: &[f64]) -> f64 {
    if x.iter().all(|&x| lies_on(x, 1.0)) {
        return 1.0;
    }
    let mut scale = PER_UNIT;
    for _ in 0..=20 {
        if x.iter().all(|&x| lies_on(x, scale)) {
            return scale;
        }
        scale *= 2.0;
    }
    // 52 bits, or fewer if the sums of so many squares of them would leave 127.
    let largest = x.iter().fold(1.0, |largest: f64, x| largest.max(x.abs())).min(LIMIT);
    let bits = ((124 - (usize::BITS - x.len().leading_zeros())) / 2).min(52);
    let mut scale = PER_UNIT;
    #[allow(clippy::cast_precision_loss)]
    while largest * scale * 2.0 <= (1_u64 << bits) as f64 {
        scale *= 2.0;
    }
    scale
}

/// Whether a position is a whole number of grid steps, but for what `bar + part / 480` and this product round.
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)]
fn lies_on(x: f64, scale: f64) -> bool {
    let scaled = x * scale;
    let nearest = (if scaled < 0.0 { scaled - 0.5 } else { scaled + 0.5 }) as i64;
    (scaled - nearest as f64).abs() <= 2.0 * f64::EPSILON * scaled.abs()
}

impl Grid {
    pub(super) fn new(x: &[f64], t: &[f64], forced: &[usize]) -> Result<Self, SimplifyError> {
        let last = x.len().checked_sub(1).ok_or(SimplifyError::Empty)?;
        if x.len() != t.len() {
            return Err(SimplifyError::LengthsDiffer);
        }
        let scale = scale(x);
        let mut grid =
            Self { x: Vec::with_capacity(x.len()), t: Vec::with_capacity(t.len()), forced: Vec::new() };
        for (index, (&x, &t)) in x.iter().zip(t).enumerate() {
            let (Some(x), Some(t)) = (rounded(x, scale), nanoseconds(t)) else {
                return Err(SimplifyError::OutOfRange { index });
            };
            let increasing = |before: Option<&i64>, now| before.is_none_or(|&before| before < now);
            if !increasing(grid.x.last(), x) || !increasing(grid.t.last(), t) {
                return Err(SimplifyError::NotIncreasing { index });
            }
            grid.x.push(x);
            grid.t.push(t);
        }
        if let Some(&index) = forced.iter().find(|&&index| index > last) {
            return Err(SimplifyError::Forced { index });
        }
        grid.forced.push(0);
        grid.forced.extend_from_slice(forced);
        grid.forced.push(last);
        grid.forced.sort_unstable();
        grid.forced.dedup();
        Ok(grid)
    }

    pub(super) fn len(&self) -> usize {
        self.x.len()
    }

    /// For each point the next one that must stay; for the last point itself.
    pub(super) fn next_forced(&self) -> Vec<usize> {
        let mut next: Vec<usize> = (0..self.len()).collect();
        for span in self.forced.windows(2) {
            if let [from, to] = *span {
                next[from..to].fill(to);
            }
        }
        next
    }

    /// Twice the signed area of the triangle of three points: positive if `c` lies above the line from `a` to `b`.
    pub(super) fn above(&self, a: usize, b: usize, c: usize) -> i128 {
        let (bx, by) = (self.x[b] - self.x[a], self.t[b] - self.t[a]);
        let (cx, cy) = (self.x[c] - self.x[a], self.t[c] - self.t[a]);
        i128::from(cy) * i128::from(bx) - i128::from(by) * i128::from(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_steps_as_the_positions_need() {
        for (positions, steps) in [
            (&[0.0, 1.0, 7.0][..], 1.0),
            (&[-3.0, -1.0], 1.0),
            (&[0.0, 0.5, 1.0 / 480.0], 480.0),
            (&[-1.25, -1.0 / 3.0, 0.0], 480.0),
            (&[0.0, 1.0 / 960.0], 960.0),
            (&[0.0, 1.0 / 1920.0, 5.5], 1920.0),
            (&[-1.0 / 7_680.0, 0.0], 7_680.0),
        ] {
            assert_eq!(scale(positions), steps, "{positions:?}");
        }
        // A seventh is on none of these grids: as fine as whole numbers of 52 bits allow.
        let fine = scale(&[0.0, 1.0 / 7.0, 1.0]);
        assert!(fine > 480.0 * f64::from(1 << 20) && fine <= (1_u64 << 52) as f64, "{fine}");
        assert!(lies_on(-0.5, 480.0) && lies_on(-1.0 / 3.0, 480.0) && !lies_on(-0.501, 480.0));
        assert!(!lies_on(0.25, 1.0) && !lies_on(-0.75, 1.0) && lies_on(-4.0, 1.0));
    }

    #[test]
    fn whole_nanoseconds() {
        for (seconds, whole) in [
            (0.0, Some(0)),
            (1.5e-9, Some(2)),
            (1.4e-9, Some(1)),
            (-1.6e-9, Some(-2)),
            (-1.4e-9, Some(-1)),
            (-2.0, Some(-2_000_000_000)),
            (1e6, Some(1_000_000_000_000_000)),
            (1.1e6, None),
            (-1.1e6, None),
            (f64::NAN, None),
        ] {
            assert_eq!(nanoseconds(seconds), whole, "{seconds}");
        }
    }
}
