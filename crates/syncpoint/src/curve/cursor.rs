//! The two directions of a curve, and a cursor that walks along it.

use core::marker::PhantomData;

use super::{Curve, Knot};

/// Which way a [`Curve`] is read: [`Forward`] from x to y, [`Backward`] from y to x.
pub trait Direction: sealed::Sealed {
    /// True for [`Forward`].
    const FORWARD: bool;
}

/// From x to y: from bars to seconds.
#[derive(Clone, Copy, Debug)]
pub enum Forward {}

/// From y to x: from seconds to bars.
#[derive(Clone, Copy, Debug)]
pub enum Backward {}

impl Direction for Forward {
    const FORWARD: bool = true;
}

impl Direction for Backward {
    const FORWARD: bool = false;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Forward {}
    impl Sealed for super::Backward {}
}

impl Knot {
    #[inline]
    pub(crate) fn key<D: Direction>(&self) -> f64 {
        if D::FORWARD { self.x } else { self.y }
    }

    #[inline]
    pub(crate) fn value<D: Direction>(&self) -> f64 {
        if D::FORWARD { self.y } else { self.x }
    }

    #[inline]
    pub(crate) fn slope<D: Direction>(&self) -> f64 {
        if D::FORWARD { self.dy_dx } else { self.dx_dy }
    }

    /// The value on the line that begins here. Each step is monotone under rounding; the clamp keeps the end from
    /// overshooting the next knot.
    #[inline]
    pub(crate) fn line<D: Direction>(&self, next: &Self, at: f64) -> f64 {
        let value = self.value::<D>() + (at - self.key::<D>()) * self.slope::<D>();
        let (low, high) = (self.value::<D>(), next.value::<D>());
        // One instruction each; `f64::max` would also look for NaN, which a finite slope cannot make.
        let value = if value < low { low } else { value };
        if value > high { high } else { value }
    }
}

/// Remembers the segment of the last lookup. Playback at 60 frames a second nearly always stays in it or goes to the next.
#[derive(Clone, Debug)]
pub struct CurveCursor<'a, D> {
    curve: &'a Curve,
    at: usize,
    /// The ends of the segment, at hand.
    from: Knot,
    to: Knot,
    direction: PhantomData<D>,
}

impl<'a, D: Direction> CurveCursor<'a, D> {
    pub(crate) fn new(curve: &'a Curve) -> Self {
        Self { curve, at: 0, from: curve.knots[0], to: curve.knots[1], direction: PhantomData }
    }

    /// The value; `None` outside the knots. Cost: O(1) near the last one, O(log distance) otherwise, in either direction.
    #[inline]
    pub fn at(&mut self, value: f64) -> Option<f64> {
        if value >= self.from.key::<D>() && value < self.to.key::<D>() {
            Some(self.from.line::<D>(&self.to, value))
        } else {
            self.elsewhere(value)
        }
    }

    fn elsewhere(&mut self, value: f64) -> Option<f64> {
        let knots = self.curve.all();
        let (first, last) = (knots.first()?, knots.last()?);
        if !(value >= first.key::<D>() && value <= last.key::<D>()) {
            return None;
        }
        self.at = self.curve.seek::<D>(self.at, value);
        (self.from, self.to) = (self.curve.knots[self.at], self.curve.knots[self.at + 1]);
        Some(self.from.line::<D>(&self.to, value))
    }

    /// The segment of the last lookup: the index of the knot at which it begins.
    #[must_use]
    pub fn segment(&self) -> usize {
        self.at
    }
}
