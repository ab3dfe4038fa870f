//! Exact lengths that may be negative or intermediate, in whole notes.

use core::cmp::Ordering;

use segno_syncpoint::Fraction;

/// `num / den` whole notes; `den` is above 0. Not always in lowest terms: sums over one denominator stay over it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    num: i64,
    den: i64,
}

impl Span {
    pub(crate) const ZERO: Self = Self { num: 0, den: 1 };

    /// `num / den` in lowest terms; `None` if it does not fit or `den` is 0.
    pub(crate) fn ratio(num: i128, den: i128) -> Option<Self> {
        let (num, den) = if den < 0 { (-num, -den) } else { (num, den) };
        let divisor = divisor(num.unsigned_abs(), den.unsigned_abs());
        let divisor = i128::try_from(divisor).ok().filter(|&divisor| divisor > 0 && den > 0)?;
        Some(Self { num: i64::try_from(num / divisor).ok()?, den: i64::try_from(den / divisor).ok()? })
    }

    /// A decimal number as written in MusicXML: `12`, `-3`, `0.5`.
    pub(crate) fn decimal(text: &str) -> Option<Self> {
        if let Ok(num) = text.parse::<i64>() {
            return Some(Self { num, den: 1 });
        }
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if (whole.is_empty() && part.is_empty()) || !plain(whole) || !plain(part) || whole.len() > 17 {
            return None;
        }
        let part = part.get(..part.len().min(9))?;
        let scale = 10_i128.checked_pow(u32::try_from(part.len()).ok()?)?;
        let number = |text: &str| if text.is_empty() { Some(0) } else { text.parse::<i128>().ok() };
        let num = number(whole)?.checked_mul(scale)?.checked_add(number(part)?)?;
        Self::ratio(if negative { -num } else { num }, scale)
    }

    /// The length of a note type as MusicXML names it: `eighth`, `16th`, `breve`.
    pub(crate) fn of_type(kind: &str) -> Option<Self> {
        let (num, den) = match kind {
            "maxima" => (8, 1),
            "long" => (4, 1),
            "breve" => (2, 1),
            "whole" => (1, 1),
            "half" => (1, 2),
            "quarter" => (1, 4),
            "eighth" => (1, 8),
            "16th" => (1, 16),
            "32nd" => (1, 32),
            "64th" => (1, 64),
            "128th" => (1, 128),
            "256th" => (1, 256),
            "512th" => (1, 512),
            "1024th" => (1, 1024),
            _ => return None,
        };
        Self::ratio(num, den)
    }

    /// `self` divisions of a quarter note that has `divisions` of them, as a length.
    pub(crate) fn of_quarter(self, divisions: Self) -> Option<Self> {
        if self.den == 1 && divisions.den == 1 && divisions.num > 0 {
            return Some(Self { num: self.num, den: divisions.num.checked_mul(4)? });
        }
        let num = i128::from(self.num).checked_mul(i128::from(divisions.den))?;
        Self::ratio(num, i128::from(self.den).checked_mul(i128::from(divisions.num))?.checked_mul(4)?)
    }

    /// The divisions of a quarter note by which `self` divisions are as long as `length`.
    pub(crate) fn divisions(self, length: Self) -> Option<Self> {
        let num = i128::from(self.num).checked_mul(i128::from(length.den))?;
        Self::ratio(num, i128::from(self.den).checked_mul(i128::from(length.num))?.checked_mul(4)?)
            .filter(|divisions| divisions.is_positive())
    }

    /// The length of a note with so many dots.
    pub(crate) fn dotted(self, dots: u32) -> Option<Self> {
        let share = 1_i128.checked_shl(dots).filter(|_| dots < 16)?;
        self.times(Self::ratio(2 * share - 1, share)?)
    }

    pub(crate) fn times(self, factor: Self) -> Option<Self> {
        Self::ratio(
            i128::from(self.num).checked_mul(i128::from(factor.num))?,
            i128::from(self.den).checked_mul(i128::from(factor.den))?,
        )
    }

    /// How often `length` goes into this one.
    #[cfg(feature = "alphatex")]
    pub(crate) fn divided(self, length: Self) -> Option<Self> {
        self.times(Self::ratio(length.den.into(), length.num.into())?)
    }

    pub(crate) fn add(self, other: Self) -> Option<Self> {
        if self.den == other.den {
            return Some(Self { num: self.num.checked_add(other.num)?, den: self.den });
        }
        let left = i128::from(self.num) * i128::from(other.den);
        let sum = left.checked_add(i128::from(other.num) * i128::from(self.den))?;
        Self::ratio(sum, i128::from(self.den) * i128::from(other.den))
    }

    pub(crate) fn sub(self, other: Self) -> Option<Self> {
        self.add(Self { num: other.num.checked_neg()?, den: other.den })
    }

    /// The length in quarter notes.
    pub(crate) fn quarters(self) -> f64 {
        4.0 * self.num as f64 / self.den as f64
    }

    pub(crate) const fn is_negative(self) -> bool {
        self.num < 0
    }

    pub(crate) const fn is_positive(self) -> bool {
        self.num > 0
    }

    pub(crate) fn max(self, other: Self) -> Self {
        if other > self { other } else { self }
    }

    /// The same length in lowest terms, if it is not negative and fits.
    pub(crate) fn fraction(self) -> Option<Fraction> {
        let lowest = Self::ratio(i128::from(self.num), i128::from(self.den))?;
        Fraction::new(u32::try_from(lowest.num).ok()?, u32::try_from(lowest.den).ok()?)
    }
}

impl From<Fraction> for Span {
    fn from(fraction: Fraction) -> Self {
        Self { num: i64::from(fraction.numerator()), den: i64::from(fraction.denominator()) }
    }
}

impl PartialEq for Span {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Span {}

impl PartialOrd for Span {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Span {
    fn cmp(&self, other: &Self) -> Ordering {
        (i128::from(self.num) * i128::from(other.den)).cmp(&(i128::from(other.num) * i128::from(self.den)))
    }
}

fn divisor(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact() {
        let half = Span::ratio(1, 2);
        assert_eq!(Span::decimal("0.5"), half);
        assert_eq!(Span::decimal(".5"), half);
        assert_eq!(Span::decimal("-3"), Span::ratio(-3, 1));
        assert_eq!(Span::decimal("-0.25"), Span::ratio(-1, 4));
        assert_eq!(Span::decimal("+12.5"), Span::ratio(25, 2));
        // Nine decimals count, and seventeen digits before them.
        assert_eq!(Span::decimal("1.5000000009"), Span::ratio(3, 2));
        assert_eq!(Span::decimal("0.000000001"), Span::ratio(1, 1_000_000_000));
        assert!(Span::decimal("12345678901234567.0").is_some());
        assert_eq!(Span::decimal("123456789012345678.0"), None);
        for text in
            ["", "-", ".", "1e3", "1.2.3", "NaN", "999999999999999999999", "--3", "0.-5", "+-3", "x.5", "1.x"]
        {
            assert_eq!(Span::decimal(text), None, "{text}");
        }
    }

    #[test]
    fn divisions_of_a_quarter() {
        let twelve = Span::decimal("12").unwrap();
        assert_eq!(Span::decimal("4").unwrap().of_quarter(twelve), Span::ratio(1, 12));
        assert_eq!(
            Span::decimal("0.5").unwrap().of_quarter(Span::decimal("0.5").unwrap()),
            Span::ratio(1, 4)
        );
        assert_eq!(twelve.of_quarter(Span::ZERO), None);
    }

    #[test]
    fn overflow_is_no_length() {
        let huge = Span { num: i64::MAX, den: 1 };
        assert_eq!(huge.add(huge), None);
        assert_eq!(huge.fraction(), None);
        assert_eq!(Span::ratio(-1, 4).and_then(Span::fraction), None);
        assert_eq!(Span::ratio(1, 0), None);
    }

    #[test]
    fn the_sign_stands_above_the_line() {
        assert_eq!(Span::ratio(1, -4), Span::ratio(-1, 4));
        assert!(Span::ratio(1, -4).is_some_and(Span::is_negative));
        assert!(Span::ratio(-3, -4).is_some_and(Span::is_positive));
    }
}
