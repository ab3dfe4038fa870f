//! A place in the music: a played bar and how far into it.

use core::cmp::Ordering;
use core::fmt;

use crate::float;

/// How many parts a bar is divided into, whatever its metre.
pub const BAR_PARTS: u32 = 480;

/// A played bar and an offset into it.
///
/// Bars count from 0 in *played* order: repeats and jumps count as if they were written out. The offset is a share
/// of the whole bar on a scale of 0 to 480. It is kept exactly as given, because 1/480 has no finite binary form;
/// `(3, 480)` is the same place as `(4, 0)`, legal, and changed only by [`Position::normalised`].
///
/// Equality and order are by place: `(3, 480) == (4, 0)`, and `240` equals `240.0`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Position {
    bar: u32,
    offset: Offset,
}

impl Position {
    /// The start of the first bar.
    pub const START: Self = Self { bar: 0, offset: Offset::ZERO };

    /// The highest bar number: so many that no score has them, so few that an `f64` number of bars still tells
    /// places apart that are 1e-9 bar from each other.
    pub const MAX_BAR: u32 = (1 << 20) - 1;

    /// The start of a played bar. Bars above [`Self::MAX_BAR`] are taken for it.
    #[must_use]
    pub const fn bar_line(bar: u32) -> Self {
        Self { bar: if bar > Self::MAX_BAR { Self::MAX_BAR } else { bar }, offset: Offset::ZERO }
    }

    /// A played bar and an offset into it.
    ///
    /// # Errors
    /// If the bar is above [`Self::MAX_BAR`].
    pub const fn new(bar: u32, offset: Offset) -> Result<Self, PositionError> {
        if bar > Self::MAX_BAR { Err(PositionError::BarTooLarge) } else { Ok(Self { bar, offset }) }
    }

    /// The place that is `bars` bars from the start; the inverse of [`Self::bars`] but for the last bit.
    ///
    /// # Errors
    /// If the number is not finite, negative or after the end of the bar [`Self::MAX_BAR`].
    pub fn from_bars(bars: f64) -> Result<Self, PositionError> {
        if !bars.is_finite() {
            return Err(PositionError::NotFinite);
        }
        if bars < 0.0 {
            return Err(PositionError::Negative);
        }
        if bars > f64::from(Self::MAX_BAR + 1) {
            return Err(PositionError::BarTooLarge);
        }
        // The end of the last bar has no other name than its offset 480.
        let bar = float::floor(bars).min(f64::from(Self::MAX_BAR));
        // In range by the tests above; the fraction is at most 1, so the product is at most 480.
        let offset = ((bars - bar) * f64::from(BAR_PARTS)).min(f64::from(BAR_PARTS));
        let whole = Self { bar: bar as u32, offset: Offset::shortest(float::round(offset)) };
        // 7 + 160/480 has no finite binary form: a whole offset that means the same number is what was meant.
        Ok(if whole.bars() == bars { whole } else { Self { offset: Offset::shortest(offset), ..whole } })
    }

    /// The played bar, as given.
    #[must_use]
    pub const fn bar(self) -> u32 {
        self.bar
    }

    /// The offset into the bar, as given.
    #[must_use]
    pub const fn offset(self) -> Offset {
        self.offset
    }

    /// The place as a number of bars from the start: `bar + offset / 480`.
    #[must_use]
    pub fn bars(self) -> f64 {
        f64::from(self.bar) + self.offset.share()
    }

    /// The same place with an offset of 480 written as the start of the next bar.
    #[must_use]
    pub fn normalised(self) -> Self {
        if self.offset.value() >= f64::from(BAR_PARTS) && self.bar < Self::MAX_BAR {
            Self { bar: self.bar + 1, offset: Offset::ZERO }
        } else {
            self
        }
    }

    /// True if the place is on a bar line, written either way.
    #[must_use]
    pub fn is_bar_line(self) -> bool {
        self.offset.value() == 0.0 || self.offset.value() >= f64::from(BAR_PARTS)
    }
}

impl PartialEq for Position {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Position {}

impl PartialOrd for Position {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Position {
    fn cmp(&self, other: &Self) -> Ordering {
        let (a, b) = (self.normalised(), other.normalised());
        a.bar.cmp(&b.bar).then(a.offset.value().total_cmp(&b.offset.value()))
    }
}

impl fmt::Display for Position {
    /// `bar 3` or `bar 3 + 240/480`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "bar {}", self.bar)?;
        if self.offset.value() == 0.0 { Ok(()) } else { write!(f, " + {}/{BAR_PARTS}", self.offset) }
    }
}

/// How far into a bar, on a scale of 0 to 480.
///
/// Remembers whether it was given as an integer or as a float. Equality is by value.
#[derive(Clone, Copy, Debug)]
pub struct Offset {
    value: f64,
    float: bool,
}

impl Offset {
    /// The bar line: no share of the bar.
    pub const ZERO: Self = Self { value: 0.0, float: false };

    /// An offset given as an integer.
    ///
    /// # Errors
    /// If it is above 480.
    pub const fn integer(value: u16) -> Result<Self, PositionError> {
        if value as u32 > BAR_PARTS {
            Err(PositionError::OffsetOutOfRange)
        } else {
            Ok(Self { value: value as f64, float: false })
        }
    }

    /// An offset given as a float; a whole one (`240.0`) is remembered as such.
    ///
    /// # Errors
    /// If it is not finite or outside 0..=480.
    pub const fn float(value: f64) -> Result<Self, PositionError> {
        if !value.is_finite() {
            Err(PositionError::NotFinite)
        } else if value < 0.0 || value > BAR_PARTS as f64 {
            Err(PositionError::OffsetOutOfRange)
        } else {
            // Adding 0 turns -0 into 0.
            Ok(Self { value: value + 0.0, float: true })
        }
    }

    /// An offset in its shortest form; the caller has checked the range.
    pub(crate) fn shortest(value: f64) -> Self {
        Self { value: value + 0.0, float: !float::is_whole(value) }
    }

    /// The offset in parts of a bar, 0.0..=480.0.
    #[must_use]
    pub const fn value(self) -> f64 {
        self.value
    }

    /// The share of the bar, 0.0..=1.0.
    #[must_use]
    pub fn share(self) -> f64 {
        self.value / f64::from(BAR_PARTS)
    }

    /// True if it was given as a float.
    #[must_use]
    pub const fn is_float(self) -> bool {
        self.float
    }
}

impl Default for Offset {
    fn default() -> Self {
        Self::ZERO
    }
}

impl PartialEq for Offset {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl Eq for Offset {}

impl fmt::Display for Offset {
    /// As given: `240`, `240.0` or `0.1`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.float && float::is_whole(self.value) {
            write!(f, "{:.1}", self.value)
        } else {
            write!(f, "{}", self.value)
        }
    }
}

/// Why a number or an offset makes no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PositionError {
    /// Not a finite number.
    NotFinite,
    /// A negative number of bars.
    Negative,
    /// The bar is above [`Position::MAX_BAR`].
    BarTooLarge,
    /// The offset is not in 0..=480.
    OffsetOutOfRange,
}

impl fmt::Display for PositionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotFinite => "a position must be a finite number",
            Self::Negative => "a position must not be negative",
            Self::BarTooLarge => "a bar number must be at most 1048575",
            Self::OffsetOutOfRange => "an offset must be within 0 and 480",
        })
    }
}

impl core::error::Error for PositionError {}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn kept_as_given_and_normalised_on_request() {
        let end = Position::new(3, Offset::integer(480).unwrap()).unwrap();
        assert_eq!((end.bar(), end.offset().value()), (3, 480.0));
        assert_eq!((end.normalised().bar(), end.normalised().offset().value()), (4, 0.0));
        assert_eq!(end, Position::bar_line(4));
        assert_eq!(end.bars(), 4.0);
        assert_eq!(Offset::float(240.0).unwrap().to_string(), "240.0");
        assert_eq!(Offset::integer(240).unwrap().to_string(), "240");
        assert_eq!(Offset::float(0.1).unwrap().to_string(), "0.1");
        assert_eq!(Offset::float(-0.0).unwrap().value().to_bits(), 0);
    }

    #[test]
    fn out_of_range_is_refused() {
        assert_eq!(Offset::integer(481), Err(PositionError::OffsetOutOfRange));
        assert_eq!(Offset::float(480.000_1), Err(PositionError::OffsetOutOfRange));
        assert_eq!(Offset::float(-1.0), Err(PositionError::OffsetOutOfRange));
        assert_eq!(Offset::float(f64::NAN), Err(PositionError::NotFinite));
        assert_eq!(Position::from_bars(f64::INFINITY), Err(PositionError::NotFinite));
        assert_eq!(Position::from_bars(-0.5), Err(PositionError::Negative));
        assert_eq!(Position::from_bars(2_000_000.0), Err(PositionError::BarTooLarge));
        assert_eq!(Position::new(1 << 20, Offset::ZERO), Err(PositionError::BarTooLarge));
    }

    #[test]
    fn the_end_of_the_last_bar_comes_back() {
        let end = Position::new(Position::MAX_BAR, Offset::integer(480).unwrap()).unwrap();
        assert_eq!(end.bars(), 1_048_576.0);
        let back = Position::from_bars(end.bars()).unwrap();
        assert_eq!((back, back.bar(), back.offset().value()), (end, Position::MAX_BAR, 480.0));
        assert!(Position::bar_line(Position::MAX_BAR) < end);
        assert!(end.is_bar_line() && Position::START.is_bar_line());
        assert_eq!(Position::from_bars(end.bars().next_up()), Err(PositionError::BarTooLarge));
    }

    #[test]
    fn ordered_by_place() {
        let at = |bar, offset| Position::new(bar, Offset::float(offset).unwrap()).unwrap();
        assert!(at(1, 479.0) < at(2, 0.0));
        assert!(at(1, 480.0) < at(2, 0.5));
        assert!(at(1, 0.0) < at(1, 0.5));
        assert_eq!(at(1, 240.0).to_string(), "bar 1 + 240.0/480");
        assert_eq!(Position::bar_line(7).to_string(), "bar 7");
    }

    #[test]
    fn from_a_number_of_bars() {
        let place = Position::from_bars(2.5).unwrap();
        assert_eq!((place.bar(), place.offset()), (2, Offset::integer(240).unwrap()));
        assert!(!place.offset().is_float());
        for offset in 0..480 {
            let place = Position::new(7, Offset::integer(offset).unwrap()).unwrap();
            let back = Position::from_bars(place.bars()).unwrap();
            assert_eq!((back, back.offset().is_float()), (place, false));
        }
    }
}
