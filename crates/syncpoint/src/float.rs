//! Rounding and the square root, which `core` does not have in the oldest supported compiler.

/// From here on an `f64` has no fraction.
const WHOLE: f64 = 4_503_599_627_370_496.0;

/// The number without its fraction.
pub(crate) fn trunc(x: f64) -> f64 {
    // The cast is exact below 2^52 and truncates; everything above, and NaN, is its own integer part.
    if x.abs() < WHOLE { (x as i64 as f64).copysign(x) } else { x }
}

/// The largest whole number that is not above `x`.
pub(crate) fn floor(x: f64) -> f64 {
    let t = trunc(x);
    if t > x { t - 1.0 } else { t }
}

/// The nearest whole number, halves away from zero.
pub(crate) fn round(x: f64) -> f64 {
    let t = trunc(x);
    // `x - t` is exact, so that 0.49999999999999994 is not rounded up by `x + 0.5`.
    if (x - t).abs() >= 0.5 { t + 1.0_f64.copysign(x) } else { t }
}

/// True if the number is finite and has no fraction.
pub(crate) fn is_whole(x: f64) -> bool {
    x.is_finite() && trunc(x) == x
}

/// The square root, within an ulp; 0 for numbers that have none.
pub(crate) fn sqrt(x: f64) -> f64 {
    if x.is_nan() || x <= 0.0 {
        return 0.0;
    }
    if !x.is_finite() {
        return x;
    }
    // Halving the exponent gives a guess within a few per cent; Newton doubles the digits each time.
    let mut root = f64::from_bits((x.to_bits() >> 1) + (0x3ff << 51));
    for _ in 0..6 {
        root = 0.5 * (root + x / root);
    }
    root
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;

    const SAMPLES: [f64; 18] = [
        0.0,
        -0.0,
        0.5,
        -0.5,
        0.499_999_999_999_999_94,
        1.5,
        2.5,
        -2.5,
        -1.000_000_1,
        3.0,
        1e15,
        1e15 + 0.5,
        -4_503_599_627_370_495.5,
        1e18,
        1e300,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::MIN_POSITIVE,
    ];

    #[test]
    fn agrees_with_the_standard_library() {
        for x in SAMPLES {
            assert_eq!(trunc(x), x.trunc(), "trunc {x}");
            assert_eq!(floor(x), x.floor(), "floor {x}");
            assert_eq!(round(x), x.round(), "round {x}");
        }
        assert!(trunc(f64::NAN).is_nan() && floor(f64::NAN).is_nan() && round(f64::NAN).is_nan());
    }

    #[test]
    fn square_roots_are_within_an_ulp() {
        for x in [1e-300, 0.25, 2.0, 3.0, 1e-9, 123_456.789, 1e300] {
            assert!((sqrt(x) - x.sqrt()).abs() <= x.sqrt() * f64::EPSILON, "{x}");
        }
        assert_eq!(sqrt(0.0), 0.0);
        assert_eq!(sqrt(-1.0), 0.0);
    }
}
