//! One syncpoint, and the list of values that it is on the wire.

use crate::position::{Offset, Position};

/// A place in the music tied to a second of the recording.
///
/// Source: Soundslice data API, "Syncpoints": 2 to 4 numbers `[bar, time, offset, hide]`.
#[derive(Clone, Copy, Debug, PartialEq)]
#[doc(alias("sync point", "anchor"))]
pub struct Syncpoint {
    /// The place, in played bars.
    pub position: Position,
    /// Seconds from the start of the uncropped recording. [`validate`](crate::validate) asks for a finite number
    /// that is not negative.
    pub time: f64,
    /// The playhead is hidden from here to the next syncpoint.
    pub hide: bool,
}

impl Syncpoint {
    /// A point with a visible playhead.
    #[must_use]
    pub const fn new(position: Position, time: f64) -> Self {
        Self { position, time, hide: false }
    }

    /// The start of a played bar at `time` seconds.
    #[must_use]
    pub const fn bar_line(bar: u32, time: f64) -> Self {
        Self::new(Position::bar_line(bar), time)
    }

    /// The same point with the playhead hidden or shown.
    #[must_use]
    pub const fn hidden(self, hide: bool) -> Self {
        Self { hide, ..self }
    }

    /// How many values the point needs on the wire: 2, 3 or 4.
    #[must_use]
    pub fn arity(&self) -> usize {
        match (self.hide, self.position.offset() == Offset::ZERO) {
            (true, _) => 4,
            (false, false) => 3,
            (false, true) => 2,
        }
    }
}

/// A syncpoint as read, before anything is known about its values.
///
/// [`validate::raw`](crate::validate::raw) judges a list of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RawPoint {
    /// The first four values; those that are missing are [`RawValue::Null`].
    pub values: [RawValue; 4],
    /// How many values there were; `None` if the point was not a list.
    pub arity: Option<usize>,
}

/// One value of a [`RawPoint`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RawValue {
    /// `null`, or not there.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number without fraction or exponent.
    Integer(i64),
    /// Any other number. Not finite for `NaN`, `Infinity` (which Python writes) and numbers beyond the range.
    Float(f64),
    /// A text, a list or an object.
    Other,
}

impl RawPoint {
    /// A point of the given values; values after the fourth are counted and dropped.
    pub fn from_values(values: impl IntoIterator<Item = RawValue>) -> Self {
        let mut point = Self { values: [RawValue::Null; 4], arity: None };
        let mut arity = 0;
        for value in values {
            if let Some(slot) = point.values.get_mut(arity) {
                *slot = value;
            }
            arity += 1;
        }
        point.arity = Some(arity);
        point
    }

    /// What stands where a point should, but is not a list.
    #[must_use]
    pub const fn not_a_list() -> Self {
        Self { values: [RawValue::Null; 4], arity: None }
    }
}

impl From<&Syncpoint> for RawPoint {
    fn from(point: &Syncpoint) -> Self {
        let offset = point.position.offset();
        let values = [
            RawValue::Integer(i64::from(point.position.bar())),
            RawValue::Float(point.time),
            if offset.is_float() {
                RawValue::Float(offset.value())
            } else {
                RawValue::Integer(offset.value() as i64)
            },
            RawValue::Integer(i64::from(point.hide)),
        ];
        Self { values, arity: Some(point.arity()) }
    }
}
