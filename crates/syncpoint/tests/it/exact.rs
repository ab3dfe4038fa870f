//! The map once more, in rational numbers without rounding.

use num_rational::BigRational;
use segno_syncpoint::{Position, Syncpoint};

pub(crate) fn exact(number: f64) -> BigRational {
    BigRational::from_float(number).unwrap()
}

/// `bar + offset / 480` without rounding.
pub(crate) fn bars(position: Position) -> BigRational {
    exact(f64::from(position.bar())) + exact(position.offset().value()) / exact(480.0)
}

/// Seconds at a place within the points, by the definition.
pub(crate) fn time(points: &[Syncpoint], at: &BigRational) -> BigRational {
    for pair in points.windows(2) {
        let (b0, b1) = (bars(pair[0].position), bars(pair[1].position));
        if *at >= b0 && *at <= b1 {
            let (t0, t1) = (exact(pair[0].time), exact(pair[1].time));
            return &t0 + (at - &b0) * (t1 - &t0) / (b1 - &b0);
        }
    }
    assert_eq!(*at, bars(points[0].position), "the place is outside the points");
    exact(points[0].time)
}

/// How far a number is from an exact one.
pub(crate) fn error(number: f64, exactly: &BigRational) -> f64 {
    let difference = exact(number) - exactly;
    let (top, bottom) = (difference.numer(), difference.denom());
    // Both can be far beyond the range of an f64: scale the quotient to whole 2^-80ths first.
    let scaled = (top << 80_u32) / bottom;
    let digits = scaled.to_string();
    digits.parse::<f64>().unwrap().abs() / 2_f64.powi(80)
}

/// Fractions are compared by their value.
#[test]
fn equal_fractions() {
    let of = |numerator, denominator| segno_syncpoint::Fraction::new(numerator, denominator).unwrap();
    assert!(of(1, 2) == of(2, 4) && of(0, 1) == of(0, 8) && of(6, 8) == of(3, 4));
    assert!(of(1, 2) != of(1, 3) && of(1, 2) != of(2, 3) && of(0, 4) != of(1, 4));
    assert!(of(1, 3) < of(1, 2) && of(3, 4) > of(2, 3) && of(7, 8) < of(1, 1));
}
