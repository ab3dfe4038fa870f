//! Seconds as milliseconds and back without a second rounding.

use alloc::format;
use alloc::string::String;
use core::fmt;

/// The number a thousand times smaller, correctly rounded from the digits themselves.
pub(super) fn thousandths(text: &str) -> Option<f64> {
    let plain = !text.is_empty() && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'-' | b'+'));
    let number = if plain {
        // An exponent moves the point exactly.
        format!("{text}e-3").parse::<f64>().ok()?
    } else {
        text.parse::<f64>().ok()? / 1000.0
    };
    number.is_finite().then_some(number)
}

/// A number of seconds as milliseconds: its shortest digits with the point moved, so that [`thousandths`] gives the same
/// number back.
pub(super) struct Milliseconds(pub(super) f64);

impl fmt::Display for Milliseconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{:e}", self.0 + 0.0);
        let parts =
            text.split_once('e').and_then(|(digits, power)| Some((digits, power.parse::<i32>().ok()?)));
        let Some((digits, power)) = parts else { return f.write_str("0") };
        let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |digits| ("-", digits));
        let digits: String = digits.chars().filter(|c| *c != '.').collect();
        // The point stands after this many digits.
        let point = power + 4;
        f.write_str(sign)?;
        if point <= 0 {
            f.write_str("0.")?;
            (point..0).try_for_each(|_| f.write_str("0"))?;
            return f.write_str(&digits);
        }
        let point = usize::try_from(point).unwrap_or(0);
        if digits == "0" {
            f.write_str("0")
        } else if digits.len() <= point {
            f.write_str(&digits)?;
            (digits.len()..point).try_for_each(|_| f.write_str("0"))
        } else {
            let (whole, rest) = digits.split_at(point);
            write!(f, "{whole}.{rest}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn the_point_moves_and_nothing_is_rounded() {
        for (seconds, text) in [
            (0.0, "0"),
            (9.6, "9600"),
            (0.001, "1"),
            (0.000_25, "0.25"),
            (0.000_002_5, "0.0025"),
            (1.234_567, "1234.567"),
            (-1.5, "-1500"),
            (12_345.0, "12345000"),
        ] {
            assert_eq!(Milliseconds(seconds).to_string(), text);
            assert_eq!(thousandths(text), Some(seconds));
        }
        for bits in 0..5000_u64 {
            let seconds = f64::from_bits(0x4059_0000_0000_0000 + bits * 0x0123_4567_89ab);
            assert_eq!(thousandths(&Milliseconds(seconds).to_string()), Some(seconds));
        }
        assert_eq!(thousandths("1e3"), Some(1.0));
        assert_eq!(thousandths("1.2.3"), None);
        assert_eq!(thousandths(""), None);
    }
}
