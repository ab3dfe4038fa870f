//! Exact lengths in whole notes.

use core::cmp::Ordering;
use core::fmt;
use core::str::FromStr;

/// A length as a fraction of a whole note: `3/4` is three quarters.
///
/// The two numbers are kept as given, because a length is often written as a time signature and `6/8` is not
/// counted like `3/4`; comparison and equality are by value, so `6/8 == 3/4`.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(into = "FractionText", try_from = "FractionText")
)]
pub struct Fraction {
    numerator: u32,
    denominator: u32,
}

impl Fraction {
    /// No length at all.
    pub const ZERO: Self = Self { numerator: 0, denominator: 1 };

    /// `numerator / denominator`; `None` if the denominator is 0.
    #[must_use]
    pub const fn new(numerator: u32, denominator: u32) -> Option<Self> {
        if denominator == 0 { None } else { Some(Self { numerator, denominator }) }
    }

    /// The upper number, as given.
    #[must_use]
    pub const fn numerator(self) -> u32 {
        self.numerator
    }

    /// The lower number, as given; never 0.
    #[must_use]
    pub const fn denominator(self) -> u32 {
        self.denominator
    }

    /// The length in quarter notes.
    #[must_use]
    pub fn quarters(self) -> f64 {
        4.0 * f64::from(self.numerator) / f64::from(self.denominator)
    }

    /// True if there is no length.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.numerator == 0
    }

    /// The sum in lowest terms; `None` if it does not fit.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        let numerator = u64::from(self.numerator) * u64::from(other.denominator)
            + u64::from(other.numerator) * u64::from(self.denominator);
        Self::reduced(numerator, u64::from(self.denominator) * u64::from(other.denominator))
    }

    /// The same value in lowest terms.
    #[must_use]
    pub fn lowest(self) -> Self {
        Self::reduced(u64::from(self.numerator), u64::from(self.denominator)).unwrap_or(self)
    }

    fn reduced(numerator: u64, denominator: u64) -> Option<Self> {
        let divisor = greatest_common_divisor(numerator, denominator).max(1);
        Some(Self {
            numerator: u32::try_from(numerator / divisor).ok()?,
            denominator: u32::try_from(denominator / divisor).ok()?,
        })
    }
}

const fn greatest_common_divisor(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

impl PartialEq for Fraction {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Fraction {}

impl PartialOrd for Fraction {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Fraction {
    fn cmp(&self, other: &Self) -> Ordering {
        let left = u64::from(self.numerator) * u64::from(other.denominator);
        left.cmp(&(u64::from(other.numerator) * u64::from(self.denominator)))
    }
}

impl core::hash::Hash for Fraction {
    fn hash<H: core::hash::Hasher>(&self, state: &mut H) {
        let lowest = self.lowest();
        (lowest.numerator, lowest.denominator).hash(state);
    }
}

impl fmt::Display for Fraction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.numerator, self.denominator)
    }
}

/// The text is not two whole numbers with a slash between them, the second above 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FractionError;

impl fmt::Display for FractionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a length is written like 3/4: two whole numbers, the second above 0")
    }
}

impl core::error::Error for FractionError {}

impl FromStr for Fraction {
    type Err = FractionError;

    fn from_str(text: &str) -> Result<Self, FractionError> {
        let (numerator, denominator) = text.split_once('/').ok_or(FractionError)?;
        let number = |part: &str| part.parse::<u32>().map_err(|_| FractionError);
        Self::new(number(numerator)?, number(denominator)?).ok_or(FractionError)
    }
}

/// How a fraction looks in serialised form: `"3/4"`.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
struct FractionText(alloc::string::String);

#[cfg(feature = "serde")]
impl From<Fraction> for FractionText {
    fn from(fraction: Fraction) -> Self {
        Self(alloc::string::ToString::to_string(&fraction))
    }
}

#[cfg(feature = "serde")]
impl TryFrom<FractionText> for Fraction {
    type Error = FractionError;

    fn try_from(text: FractionText) -> Result<Self, FractionError> {
        text.0.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    fn fraction(text: &str) -> Fraction {
        text.parse().unwrap()
    }

    #[test]
    fn equal_by_value_but_kept_as_written() {
        assert_eq!(fraction("6/8"), fraction("3/4"));
        assert_eq!(fraction("6/8").to_string(), "6/8");
        assert!(fraction("5/8") < fraction("3/4"));
    }

    #[test]
    fn sums_are_exact() {
        assert_eq!(fraction("1/4").checked_add(fraction("1/2")), Some(fraction("3/4")));
        assert_eq!(fraction("1/3").checked_add(fraction("1/6")).unwrap().to_string(), "1/2");
        assert_eq!(fraction("4294967295/1").checked_add(fraction("1/1")), None);
    }

    #[test]
    fn garbage_is_refused() {
        for text in ["", "3", "3/0", "-1/4", "1/4/4", "a/b", "1/99999999999"] {
            assert_eq!(text.parse::<Fraction>(), Err(FractionError), "{text}");
        }
    }
}
