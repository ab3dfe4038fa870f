//! The point between two others that is farthest from their chord, without looking at all of them.

use alloc::vec::Vec;

use super::grid::Grid;

/// The upper and lower convex hull of consecutive points, grown to the right.
#[derive(Debug, Default)]
pub(super) struct Hull {
    upper: Vec<usize>,
    lower: Vec<usize>,
}

impl Hull {
    pub(super) fn clear(&mut self) {
        self.upper.clear();
        self.lower.clear();
    }

    /// Adds a point to the right. Amortised O(1).
    pub(super) fn push(&mut self, grid: &Grid, point: usize) {
        while let [.., a, b] = *self.upper.as_slice()
            && grid.above(a, b, point) >= 0
        {
            self.upper.pop();
        }
        self.upper.push(point);
        while let [.., a, b] = *self.lower.as_slice()
            && grid.above(a, b, point) <= 0
        {
            self.lower.pop();
        }
        self.lower.push(point);
    }

    /// The largest vertical distance of a point of the hull from the line through `from` and `to`, in nanoseconds.
    /// O(log n).
    #[allow(clippy::cast_precision_loss)]
    pub(super) fn distance(&self, grid: &Grid, from: usize, to: usize) -> f64 {
        let (dx, dt) = (grid.x[to] - grid.x[from], grid.t[to] - grid.t[from]);
        // Along the upper hull slopes fall: the farthest point is where they fall below the slope of the chord.
        let steeper = |pair: [usize; 2]| {
            let [a, b] = pair;
            i128::from(grid.t[b] - grid.t[a]) * i128::from(dx)
                - i128::from(dt) * i128::from(grid.x[b] - grid.x[a])
        };
        let farthest = |hull: &[usize], sign: i128| {
            let (mut low, mut high) = (0, hull.len().saturating_sub(1));
            while low < high {
                let middle = usize::midpoint(low, high);
                let climbs = match hull.get(middle..middle + 2) {
                    Some(&[a, b]) => steeper([a, b]) * sign > 0,
                    _ => false,
                };
                if climbs {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            hull.get(low).map_or(0, |&point| grid.above(from, to, point).abs())
        };
        let area = farthest(&self.upper, 1).max(farthest(&self.lower, -1));
        area as f64 / dx as f64
    }
}
