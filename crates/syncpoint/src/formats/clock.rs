//! Times of day in subtitles: hours, minutes, seconds and a fraction.

use core::fmt;

use crate::float;

/// Whole milliseconds as `hours:minutes:seconds` with a separator before the milliseconds.
pub(super) struct Clock {
    pub(super) milliseconds: u64,
    pub(super) separator: char,
}

impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seconds, thousandths) = (self.milliseconds / 1000, self.milliseconds % 1000);
        let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        write!(f, "{hours:02}:{minutes:02}:{seconds:02}{}{thousandths:03}", self.separator)
    }
}

/// The nearest whole number of milliseconds; 0 for negative times.
pub(super) fn milliseconds(seconds: f64) -> u64 {
    // The cast saturates.
    float::round(seconds * 1000.0) as u64
}

/// Seconds of `1:02:03.5`, `02:03,500` or `3.5`: up to three numbers, the last with a fraction. `None` for anything else.
pub(super) fn seconds(text: &str) -> Option<f64> {
    let mut parts = text.split(':').rev();
    let last = parts.next()?;
    let (whole, fraction) = last.split_once(['.', ',']).unwrap_or((last, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(fraction) || text.len() > 32 {
        return None;
    }
    let mut whole_seconds: u64 = whole.parse().ok()?;
    let mut unit = 60;
    for part in parts {
        if part.is_empty() || !digits(part) || unit > 3600 {
            return None;
        }
        whole_seconds = whole_seconds.checked_add(part.parse::<u64>().ok()?.checked_mul(unit)?)?;
        unit *= 60;
    }
    // One rounding: the digits are read together.
    alloc::format!("{whole_seconds}.{fraction}0").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn times_of_day() {
        assert_eq!(seconds("1:02:03.5"), Some(3723.5));
        assert_eq!(seconds("02:03,25"), Some(123.25));
        assert_eq!(seconds("7"), Some(7.0));
        for text in ["", ":", "1:2:3:4", "-1", "1:-2", "1.2.3", "a", "1e3", "99999999999999999999:00"] {
            assert_eq!(seconds(text), None, "{text}");
        }
        for text in ["1.a", "a.1", ".5", "1:.5", "1::2", "1:a:2", "a:1", ":1", "1:"] {
            assert_eq!(seconds(text), None, "{text}");
        }
        assert_eq!(
            (seconds("1."), seconds("90:00"), seconds("1:00:00")),
            (Some(1.0), Some(5400.0), Some(3600.0))
        );
        let long = |digits: usize| seconds(&("1.".to_string() + &"0".repeat(digits)));
        assert_eq!((long(30), long(31)), (Some(1.0), None));
        assert_eq!(Clock { milliseconds: 3_723_004, separator: ',' }.to_string(), "01:02:03,004");
        assert_eq!((milliseconds(1.2345), milliseconds(-1.0)), (1235, 0));
    }
}
