//! Curves made of curves.

use alloc::vec::Vec;

use super::{Backward, Curve, CurveError, Forward};

impl Curve {
    /// The inverse function: y to x. Cost: O(knots).
    #[must_use]
    pub fn inverse(&self) -> Self {
        // The same knots with both numbers exchanged are as increasing as before: nothing can fail, nothing is rounded.
        let mut knots = self.knots.clone();
        for knot in &mut knots {
            (knot.x, knot.y, knot.dy_dx, knot.dx_dy) = (knot.y, knot.x, knot.dx_dy, knot.dy_dx);
        }
        Self { knots, by_x: self.by_y.clone(), by_y: self.by_x.clone() }
    }

    /// First this curve, then `next`: `x -> next(self(x))`, where both are defined. Cost: O(knots of both).
    ///
    /// # Errors
    /// [`CurveError::Apart`] if the values of this curve and the knots of `next` have nothing in common.
    pub fn then(&self, next: &Self) -> Result<Self, CurveError> {
        let low = self.first().1.max(next.first().0);
        let high = self.last().1.min(next.last().0);
        if low > high {
            return Err(CurveError::Apart);
        }
        // Every place in the middle at which one of the two bends, in order.
        let mut knots: Vec<(f64, f64)> = Vec::with_capacity(self.len() + next.len());
        let (mut ours, mut theirs) = (self.cursor::<Backward>(), next.cursor::<Forward>());
        let mut add = |middle: f64| {
            if let (Some(x), Some(y)) = (ours.at(middle), theirs.at(middle))
                // Bends closer to each other than the numbers can tell are one.
                && knots.last().is_none_or(|(before_x, before_y)| x > *before_x && y > *before_y)
            {
                knots.push((x, y));
            }
        };
        let (mut left, mut right) = (
            self.all().iter().map(|knot| knot.y).peekable(),
            next.all().iter().map(|knot| knot.x).peekable(),
        );
        loop {
            let middle = match (left.peek().copied(), right.peek().copied()) {
                (Some(a), Some(b)) => a.min(b),
                (Some(a), None) => a,
                (None, Some(b)) => b,
                (None, None) => break,
            };
            left.next_if_eq(&middle);
            right.next_if_eq(&middle);
            add(middle);
        }
        Self::new(knots)
    }

    /// The part between two numbers, with new knots at its ends. Cost: O(knots).
    ///
    /// # Errors
    /// [`CurveError::Apart`] if the curve has no part there.
    pub fn part(&self, from: f64, to: f64) -> Result<Self, CurveError> {
        let (from, to) = (from.max(self.first().0), to.min(self.last().0));
        let (Some(start), Some(end)) = (self.y_at(from), self.y_at(to)) else {
            return Err(CurveError::Apart);
        };
        if from > to {
            return Err(CurveError::Apart);
        }
        let mut knots = alloc::vec![(from, start)];
        knots.extend(self.knots().filter(|(x, y)| *x > from && *x < to && *y > start && *y < end));
        if to > from && end > start {
            knots.push((to, end));
        }
        Self::new(knots)
    }
}
