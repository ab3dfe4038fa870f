//! Shifting, stretching, and finding out by how much.

use alloc::vec::Vec;

use super::{EditError, above_zero, finite};
use crate::float;
use crate::map::SyncMap;
use crate::point::Syncpoint;

/// A change of speed and start: `t -> offset + factor * t`.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Affine {
    /// What is added to each time after it is multiplied, in seconds.
    pub offset: f64,
    /// Seconds of the new recording for a second of the old one.
    pub factor: f64,
    /// What is left after the fit, as the root of the mean square, in seconds. 0 for a change that was not fitted.
    pub rms: f64,
    /// What is left at worst, in seconds.
    pub largest: f64,
}

impl Affine {
    /// A change that is known.
    #[must_use]
    pub const fn new(offset: f64, factor: f64) -> Self {
        Self { offset, factor, rms: 0.0, largest: 0.0 }
    }

    /// The least-squares fit to pairs of (old, new) times in seconds. One pair, or the same one several times, fixes only the offset. Cost: O(pairs).
    ///
    /// # Errors
    /// If there are no pairs, numbers are not finite, all old times are the same while the new ones are not, or the factor is
    /// not above 0.
    pub fn fit(pairs: &[(f64, f64)]) -> Result<Self, EditError> {
        if pairs.is_empty() || pairs.iter().any(|(old, new)| !old.is_finite() || !new.is_finite()) {
            return Err(EditError::BadNumber { what: "a time of the fit" });
        }
        let count = pairs.len() as f64;
        // Around the mean, so that large times do not eat the digits.
        let mean_old = pairs.iter().map(|(old, _)| old).sum::<f64>() / count;
        let mean_new = pairs.iter().map(|(_, new)| new).sum::<f64>() / count;
        let (mut square, mut product) = (0.0, 0.0);
        for (old, new) in pairs {
            square += (old - mean_old) * (old - mean_old);
            product += (old - mean_old) * (new - mean_new);
        }
        let one_place = pairs.iter().all(|pair| Some(pair) == pairs.first());
        let factor = if one_place { 1.0 } else { above_zero(product / square, "the factor of the fit")? };
        let offset = mean_new - factor * mean_old;
        let (mut rest, mut largest) = (0.0, 0.0_f64);
        for (old, new) in pairs {
            let error = (offset + factor * old - new).abs();
            rest += error * error;
            largest = largest.max(error);
        }
        Ok(Self { offset, factor, rms: float::sqrt(rest / count), largest })
    }

    /// The new time of an old one.
    #[must_use]
    pub fn apply(&self, time: f64) -> f64 {
        self.offset + self.factor * time
    }
}

impl SyncMap {
    /// All times later by `seconds`, or earlier if negative. Cost: O(points).
    ///
    /// # Errors
    /// If a time would become negative.
    pub fn shifted(&self, seconds: f64) -> Result<Self, EditError> {
        self.changed(&Affine::new(finite(seconds, "the shift")?, 1.0))
    }

    /// All times multiplied: 2 for a recording played at half speed. Cost: O(points).
    ///
    /// # Errors
    /// If the factor is not finite and above 0, or so small that times coincide.
    pub fn scaled(&self, factor: f64) -> Result<Self, EditError> {
        self.changed(&Affine::new(0.0, above_zero(factor, "the factor")?))
    }

    /// All times shifted and stretched. Cost: O(points).
    ///
    /// # Errors
    /// If a time would become negative, or times coincide.
    pub fn changed(&self, change: &Affine) -> Result<Self, EditError> {
        above_zero(change.factor, "the factor")?;
        finite(change.offset, "the shift")?;
        let points: Vec<Syncpoint> = self
            .points()
            .iter()
            .map(|point| Syncpoint { time: change.apply(point.time), ..*point })
            .collect();
        Ok(self.rebuilt(points)?)
    }

    /// The shift and stretch that brings this map nearest to another of the same score, by least squares over the points of
    /// both that the two maps have in common. Cost: O((points of both) log points).
    ///
    /// # Errors
    /// If the two maps have no bar in common.
    pub fn fit_to(&self, other: &Self) -> Result<Affine, EditError> {
        let places = self.points().iter().chain(other.points()).map(|point| point.position.bars());
        let pairs: Vec<(f64, f64)> =
            places.filter_map(|bars| Some((self.curve().y_at(bars)?, other.curve().y_at(bars)?))).collect();
        if pairs.is_empty() {
            return Err(EditError::NothingLeft);
        }
        Affine::fit(&pairs)
    }
}
