//! `Retry-After` (RFC 9110, section 10.2.3), in all the forms in which services write it.

use std::time::Duration;

use http::header::{HeaderMap, RETRY_AFTER};

use crate::time::Timestamp;

/// How long a response asks to wait: `Retry-After` as seconds or as a date. A date that has passed asks for no wait.
///
/// Services also write fractions (`1.5`), units (`2s`, `500 ms`, `1m30s`), other dates (RFC 3339, RFC 2822) and several
/// values, in one header or in more; the longest of them counts. `None` if none of them can be read.
#[must_use]
pub fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    headers.get_all(RETRY_AFTER).iter().filter_map(|value| longest(value.to_str().ok()?, now)).max()
}

/// The longest wait of a list. A date has a comma in it, so two pieces may be one value.
fn longest(text: &str, now: Timestamp) -> Option<Duration> {
    let pieces: Vec<&str> = text.split(',').collect();
    let mut found = None;
    let mut rest = &pieces[..];
    while let [first, others @ ..] = rest {
        let date = others.first().and_then(|second| until(&format!("{first},{second}"), now));
        let (wait, used) = match date {
            Some(wait) => (Some(wait), 2),
            None => (until(first, now).or_else(|| span(first)), 1),
        };
        found = found.max(wait);
        rest = &rest[used..];
    }
    found
}

/// The time until a date.
fn until(text: &str, now: Timestamp) -> Option<Duration> {
    let text = text.trim();
    let date = match httpdate::parse_http_date(text) {
        Ok(date) => Timestamp::from(date),
        Err(_) => Timestamp::lenient(text)?,
    };
    Some(date.since(now))
}

/// A length of time: a number with or without a unit, or several of them in a row.
fn span(text: &str) -> Option<Duration> {
    let mut rest = text.trim().trim_matches('"').trim();
    let mut whole = Duration::ZERO;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (number, after) = rest.split_at(digits);
        let after = after.trim_start();
        let letters = after.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(after.len());
        let (unit, after) = after.split_at(letters);
        let part = seconds(number)?;
        whole = whole.saturating_add(match unit.to_ascii_lowercase().as_str() {
            "ms" | "msec" | "millis" | "millisecond" | "milliseconds" => part.div_f64(1000.0),
            "m" | "min" | "mins" | "minute" | "minutes" => part.saturating_mul(60),
            "h" | "hr" | "hrs" | "hour" | "hours" => part.saturating_mul(60 * 60),
            "d" | "day" | "days" => part.saturating_mul(24 * 60 * 60),
            "" | "s" | "sec" | "secs" | "second" | "seconds" => part,
            _ => return None,
        });
        rest = after.trim_start();
    }
    Some(whole)
}

/// A number of seconds; one that is beyond all counting is the longest time that there is.
fn seconds(number: &str) -> Option<Duration> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() || fraction.contains('.') {
        return None;
    }
    let whole = match whole {
        "" => 0,
        digits => digits.parse().unwrap_or(u64::MAX),
    };
    // Beyond nanoseconds there is nothing to wait for, but it is rounded up all the same.
    let nanos: u32 = format!("{fraction:0<9}").get(..9)?.parse().ok()?;
    let more = fraction.get(9..).is_some_and(|digits| digits.bytes().any(|digit| digit != b'0'));
    Some(Duration::from_secs(whole).saturating_add(Duration::from_nanos(u64::from(nanos) + u64::from(more))))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    const MS: Duration = Duration::from_millis(1);
    const S: Duration = Duration::from_secs(1);

    fn now() -> Timestamp {
        "2026-11-21T20:00:00Z".parse().unwrap()
    }

    fn wait(values: &[&str]) -> Option<Duration> {
        let values = values.iter().map(|value| (RETRY_AFTER, HeaderValue::from_str(value).unwrap()));
        let mut headers = HeaderMap::new();
        for (name, value) in values {
            headers.append(name, value);
        }
        retry_after(&headers, now())
    }

    #[test]
    fn the_forms_of_rfc_9110() {
        assert_eq!(wait(&["120"]), Some(120 * S));
        assert_eq!(wait(&[" 0 "]), Some(Duration::ZERO));
        // IMF-fixdate, RFC 850 and asctime (section 5.6.7).
        assert_eq!(wait(&["Sat, 21 Nov 2026 20:01:30 GMT"]), Some(90 * S));
        assert_eq!(wait(&["Saturday, 21-Nov-26 20:01:30 GMT"]), Some(90 * S));
        assert_eq!(wait(&["Sat Nov 21 20:01:30 2026"]), Some(90 * S));
        assert_eq!(wait(&["Sat, 21 Nov 2026 19:00:00 GMT"]), Some(Duration::ZERO));
    }

    #[test]
    fn the_forms_that_services_write() {
        for (value, expected) in [
            ("1.5", 1500 * MS),
            ("0.25", 250 * MS),
            (".5", 500 * MS),
            ("2.", 2 * S),
            ("2s", 2 * S),
            ("2 s", 2 * S),
            ("30 seconds", 30 * S),
            ("500ms", 500 * MS),
            ("1m", 60 * S),
            ("1m30s", 90 * S),
            ("1 h", 3600 * S),
            ("1 day", 86_400 * S),
            ("\"7\"", 7 * S),
            ("1, 2", 2 * S),
            ("2,1", 2 * S),
            ("5, Sat, 21 Nov 2026 20:01:30 GMT", 90 * S),
            ("Sat, 21 Nov 2026 20:01:30 GMT, 500", 500 * S),
            ("Sat, 21 Nov 2026 20:01:30 GMT, Sat, 21 Nov 2026 20:03:00 GMT", 180 * S),
            ("2026-11-21T20:01:30Z", 90 * S),
            ("2026-11-21T21:01:30+01:00", 90 * S),
            ("2026-11-21T20:01:30.500Z", 90_500 * MS),
            ("2026-11-21T20:01:30", 90 * S),
            ("2026-11-21 20:01:30", 90 * S),
            ("Sat, 21 Nov 2026 20:01:30 +0000", 90 * S),
            ("Sat, 21 Nov 2026 21:01:30 +0100", 90 * S),
            ("1.0000000001", S + Duration::from_nanos(1)),
        ] {
            assert_eq!(wait(&[value]), Some(expected), "{value}");
        }
    }

    #[test]
    fn of_several_the_longest_counts() {
        assert_eq!(wait(&["1", "7", "3"]), Some(7 * S));
        assert_eq!(wait(&["soon", "3"]), Some(3 * S));
        assert_eq!(wait(&["Sat, 21 Nov 2026 20:01:30 GMT", "3"]), Some(90 * S));
    }

    #[test]
    fn absurd_numbers_are_kept_and_nonsense_is_not_read() {
        assert_eq!(wait(&["99999999999999"]), Some(Duration::from_secs(99_999_999_999_999)));
        assert!(wait(&["99999999999999999999999999"]) >= Some(Duration::from_secs(u64::MAX)));
        assert_eq!(wait(&["9999999999999999999d"]), Some(Duration::MAX));
        for nonsense in ["soon", "-5", "", ",", ".", "1.2.3", "1e3", "inf", "NaN", "2 fortnights"] {
            assert_eq!(wait(&[nonsense]), None, "{nonsense}");
        }
    }

    proptest! {
        #[test]
        fn nothing_panics(value in "[ -~]{0,40}") {
            let _ = wait(&[&value]);
        }

        #[test]
        fn spans_of_any_form(value in "[0-9]{0,22}[.]?[0-9]{0,12} ?(ms|s|m|h|d|x|)(, ?[0-9]{1,3})?") {
            let _ = wait(&[&value]);
        }

        #[test]
        fn seconds_are_never_undercut(seconds in any::<u32>(), millis in 0u64..1000) {
            let asked = Duration::from_secs(seconds.into()) + Duration::from_millis(millis);
            prop_assert_eq!(wait(&[&format!("{seconds}.{millis:03}")]), Some(asked));
        }
    }
}
