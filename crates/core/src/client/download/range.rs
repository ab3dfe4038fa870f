//! Validators and ranges (RFC 9110, sections 8.8, 13.1.5 and 14.4).

use std::time::Duration;

use http::HeaderValue;
use http::header::{ACCEPT_RANGES, CONTENT_RANGE, DATE, ETAG, HeaderMap, LAST_MODIFIED};

/// How much older than the response a modification must be to tell two states of a file apart: RFC 9110 asks for one
/// second between clocks that agree, and for enough to cover the difference where they may not.
const SETTLED: Duration = Duration::from_secs(60);

/// What says that two responses are about the same bytes; only of the strong kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Validator {
    ETag(HeaderValue),
    LastModified(HeaderValue),
}

impl Validator {
    /// The strong validator of a response: its `ETag` unless weak, else its `Last-Modified` if that lies long enough
    /// before its `Date`. None if the service says that it knows no ranges.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        if headers.get(ACCEPT_RANGES).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"none")) {
            return None;
        }
        if let Some(etag) = headers.get(ETAG) {
            let tag = etag.as_bytes();
            let strong = tag.len() >= 2 && tag.starts_with(b"\"") && tag.ends_with(b"\"");
            // A weak tag says that the file may differ in bytes at one and the same date, so the date is no help.
            return strong.then(|| Self::ETag(etag.clone()));
        }
        let modified = headers.get(LAST_MODIFIED)?;
        let date = |value: &HeaderValue| httpdate::parse_http_date(value.to_str().ok()?).ok();
        let age = date(headers.get(DATE)?)?.duration_since(date(modified)?).ok()?;
        (age >= SETTLED).then(|| Self::LastModified(modified.clone()))
    }

    /// The value for `If-Range`.
    pub(super) fn value(&self) -> &HeaderValue {
        match self {
            Self::ETag(value) | Self::LastModified(value) => value,
        }
    }
}

/// `Content-Range` of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ContentRange {
    pub(super) first: u64,
    /// The length of the whole file.
    pub(super) total: Option<u64>,
}

impl ContentRange {
    /// `bytes 500-999/1234` or `bytes 500-999/*`.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let text = headers.get(CONTENT_RANGE)?.to_str().ok()?.trim();
        let (unit, rest) = text.split_once(' ')?;
        let (range, total) = rest.trim().split_once('/')?;
        let (first, last) = range.split_once('-')?;
        let (first, last) = (number(first)?, number(last)?);
        let total = if total == "*" { None } else { Some(number(total)?) };
        let fits = first <= last && total.is_none_or(|total| last < total);
        (unit.eq_ignore_ascii_case("bytes") && fits).then_some(Self { first, total })
    }
}

/// Digits alone: `parse` would take a sign.
fn number(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderName;

    fn headers(pairs: &[(HeaderName, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn which_validators_are_strong() {
        let of = |pairs: &[(HeaderName, &'static str)]| {
            Validator::of(&headers(pairs)).map(|validator| validator.value().to_str().unwrap().to_owned())
        };
        let modified = (LAST_MODIFIED, "Sat, 21 Nov 2026 20:00:00 GMT");
        let later = (DATE, "Sat, 21 Nov 2026 20:01:00 GMT");
        let too_soon = (DATE, "Sat, 21 Nov 2026 20:00:59 GMT");
        assert_eq!(of(&[(ETAG, "\"a\"")]).as_deref(), Some("\"a\""));
        assert_eq!(of(&[modified.clone(), later.clone()]).as_deref(), Some(modified.1));
        assert_eq!(of(&[modified.clone(), too_soon]), None);
        assert_eq!(of(std::slice::from_ref(&modified)), None);
        assert_eq!(of(&[(ETAG, "W/\"a\""), modified, later]), None);
        assert_eq!(of(&[(ETAG, "a")]), None);
        assert_eq!(of(&[(ETAG, "\"a\""), (ACCEPT_RANGES, "none")]), None);
        assert_eq!(of(&[]), None);
    }

    #[test]
    fn ranges_as_rfc_9110_section_14_4_writes_them() {
        let of = |text: &'static str| ContentRange::of(&headers(&[(CONTENT_RANGE, text)]));
        assert_eq!(of("bytes 42-1233/1234"), Some(ContentRange { first: 42, total: Some(1234) }));
        assert_eq!(of("bytes 42-1233/*"), Some(ContentRange { first: 42, total: None }));
        for wrong in [
            "bytes */1234",
            "bytes 5-4/10",
            "bytes 0-10/10",
            "bytes +0-9/10",
            "items 0-9/10",
            "0-9/10",
            "bytes -9/10",
            "",
        ] {
            assert_eq!(of(wrong), None, "{wrong}");
        }
    }
}
