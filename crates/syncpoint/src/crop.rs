//! The part of a recording that is played.

use core::fmt;
use core::ops::RangeInclusive;

use crate::edit::EditError;
use crate::map::{Outside, SyncMap};
use crate::point::Syncpoint;

/// Where playback begins and ends. Both are times in the uncropped recording: the end is not moved by the start.
///
/// Source: Soundslice data API, `crop_start` and `crop_end` of "set syncpoints".
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Crop {
    start: f64,
    end: Option<f64>,
}

/// Numbers that make no [`Crop`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CropError {
    /// A value is negative or not finite.
    Negative,
    /// The end is at or before the start.
    Inverted,
}

impl fmt::Display for CropError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Negative => "a crop value is negative or not a finite number",
            Self::Inverted => "the crop ends before it starts",
        })
    }
}

impl core::error::Error for CropError {}

impl Crop {
    /// A crop in seconds of the uncropped recording; without an end it lasts as long as the recording.
    ///
    /// # Errors
    /// If a value is negative or not finite, or the end is not after the start.
    pub fn new(start: f64, end: Option<f64>) -> Result<Self, CropError> {
        let bad = |value: f64| !value.is_finite() || value < 0.0;
        if bad(start) || end.is_some_and(bad) {
            Err(CropError::Negative)
        } else if end.is_some_and(|end| end <= start) {
            Err(CropError::Inverted)
        } else {
            Ok(Self { start: start + 0.0, end })
        }
    }

    /// Where playback begins, in seconds.
    #[must_use]
    pub fn start(self) -> f64 {
        self.start
    }

    /// Where playback ends, in seconds.
    #[must_use]
    pub fn end(self) -> Option<f64> {
        self.end
    }

    /// True if the time is played; both ends are.
    #[must_use]
    pub fn contains(self, time: f64) -> bool {
        time >= self.start && self.end.is_none_or(|end| time <= end)
    }

    /// The length of what is played of a recording, in seconds: 60 s with the first 10 s cropped are 50.
    #[must_use]
    pub fn duration_of(self, recording: f64) -> f64 {
        (self.end.unwrap_or(recording) - self.start).max(0.0)
    }
}

/// A map of which only the cropped part can be reached. Times stay those of the uncropped recording.
#[derive(Clone, Copy, Debug)]
pub struct CropView<'a> {
    map: &'a SyncMap,
    crop: Crop,
}

impl CropView<'_> {
    /// As [`SyncMap::time_at`], for places inside the crop. Cost: as [`SyncMap::time_at`].
    ///
    /// # Errors
    /// Also for places that the crop hides.
    pub fn time_at(&self, bars: f64) -> Result<f64, Outside> {
        self.map.time_at(bars).and_then(|time| self.inside(time))
    }

    /// As [`SyncMap::bars_at`], for times inside the crop. Cost: as [`SyncMap::bars_at`].
    ///
    /// # Errors
    /// Also for times that the crop hides.
    pub fn bars_at(&self, time: f64) -> Result<f64, Outside> {
        self.map.bars_at(self.inside(time)?)
    }

    /// The bars that can be reached, as numbers of bars: from the crop or the first point to the crop or the last point.
    /// `None` if the crop holds no bar. Cost: as [`SyncMap::bars_at`].
    #[must_use]
    pub fn bars(&self) -> Option<RangeInclusive<f64>> {
        let (first, last) = (self.map.first(), self.map.last());
        let from = self.crop.start.max(first.time);
        let to = self.crop.end.map_or(last.time, |end| end.min(last.time));
        if from > to {
            return None;
        }
        Some(self.map.curve().x_at(from)?..=self.map.curve().x_at(to)?)
    }

    /// The points inside the crop, with their indexes.
    pub fn points(&self) -> impl Iterator<Item = (usize, &Syncpoint)> {
        self.map.points().iter().enumerate().filter(|(_, point)| self.crop.contains(point.time))
    }

    fn inside(&self, time: f64) -> Result<f64, Outside> {
        if time.is_nan() {
            Err(Outside::NotANumber)
        } else if time < self.crop.start {
            Err(Outside::Before)
        } else if self.crop.contains(time) {
            Ok(time)
        } else {
            Err(Outside::After)
        }
    }
}

impl SyncMap {
    /// The map with everything outside the crop out of reach: cropping never changes stored times. Cost: O(1).
    #[must_use]
    pub fn cropped(&self, crop: Crop) -> CropView<'_> {
        CropView { map: self, crop }
    }

    /// The map of the recording that is left when everything outside the crop is cut away: times count from the crop's
    /// start, and where the crop cuts a segment there is a new point. Bars keep their numbers, so that the result is a
    /// fragment if it begins after the first bar. Cost: O(points).
    ///
    /// # Errors
    /// [`EditError::NothingLeft`] if no part of the map is inside.
    pub fn cut(&self, crop: Crop) -> Result<Self, EditError> {
        let from = crop.start().max(self.first().time);
        let to = crop.end().map_or(self.last().time, |end| end.min(self.last().time));
        if from > to {
            return Err(EditError::NothingLeft);
        }
        let mut points = self.points_between(from, to)?;
        for point in &mut points {
            point.time = (point.time - crop.start()).max(0.0);
        }
        Ok(Self::part_of(points, self.options())?)
    }

    /// The points from one time within the map to another, with new points at both ends if need be.
    pub(crate) fn points_between(&self, from: f64, to: f64) -> Result<alloc::vec::Vec<Syncpoint>, EditError> {
        let at = |time: f64| -> Result<Syncpoint, EditError> {
            let hide = self.hidden_at(time, crate::Side::Right);
            Ok(Syncpoint { position: self.position_at(time)?, time, hide })
        };
        let mut points = alloc::vec![at(from)?];
        points.extend(self.points().iter().filter(|point| point.time > from && point.time < to));
        points.push(at(to)?);
        // Where the cut is nearer to a point than a position can tell, or has no length, its end goes.
        points.dedup_by(|later, kept| later.position.bars() <= kept.position.bars());
        Ok(points)
    }
}
