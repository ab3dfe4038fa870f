//! GET and HEAD of an object, with ranges (RFC 9110 section 14) and conditions (section 13).

use std::ops::Range;
use std::time::{Duration, SystemTime};

use http::StatusCode;
use http::header::{ACCEPT_RANGES, CONTENT_RANGE, CONTENT_TYPE, ETAG, LAST_MODIFIED};

use super::object::Object;
use super::xml;
use crate::kit::clock::http_date;
use crate::kit::{Request, Response, ResponseBody, Result};

/// Serves an object whose signature is right.
pub(crate) fn get(request: &Request, object: &Object) -> Result {
    let etag = format!("\"{}\"", object.md5);
    let len = object.content.len();
    let dated = |response: Response| {
        let modified = http_date(object.modified);
        response.header(ETAG, &etag).header(LAST_MODIFIED, &modified).header(ACCEPT_RANGES, "bytes")
    };
    if let Some(wanted) = request.header("if-match")
        && !names_tag(wanted, &etag)
    {
        let details = "<Condition>If-Match</Condition>";
        let message = "At least one of the pre-conditions you specified did not hold";
        return Err(xml::error(StatusCode::PRECONDITION_FAILED, "PreconditionFailed", message, details));
    }
    if let Some(known) = request.header("if-none-match") {
        if names_tag(known, &etag) {
            return Ok(dated(Response::empty(StatusCode::NOT_MODIFIED)));
        }
    } else if let Some(since) = request.header("if-modified-since").and_then(date)
        && since >= whole_seconds(object.modified)
    {
        return Ok(dated(Response::empty(StatusCode::NOT_MODIFIED)));
    }
    let content_type = object.content_type.as_deref().unwrap_or("binary/octet-stream");
    let range = request.header("range").filter(|_| applies(request, object, &etag));
    let (status, part) = match range.map_or(Part::Whole, |range| part(range, len)) {
        Part::Whole => (StatusCode::OK, 0..len),
        Part::Range(part) => (StatusCode::PARTIAL_CONTENT, part),
        Part::Unsatisfiable => {
            let details = format!("<ActualObjectSize>{len}</ActualObjectSize>");
            let message = "The requested range is not satisfiable";
            let error = xml::error(StatusCode::RANGE_NOT_SATISFIABLE, "InvalidRange", message, &details);
            return Err(error.header(CONTENT_RANGE, &format!("bytes */{len}")));
        }
    };
    let mut response = dated(Response::empty(status)).header(CONTENT_TYPE, content_type);
    if status == StatusCode::PARTIAL_CONTENT {
        response = response.header(CONTENT_RANGE, &format!("bytes {}-{}/{len}", part.start, part.end - 1));
    }
    Ok(response.with(ResponseBody::Stored(object.content.clone(), part)))
}

/// Whether `Range` counts: without `If-Range` always, else only if it names this very object.
fn applies(request: &Request, object: &Object, etag: &str) -> bool {
    match request.header("if-range") {
        None => true,
        Some(tag) if tag.starts_with('"') => tag == etag,
        // A weak tag never matches; a date must be the exact one.
        Some(other) => date(other).is_some_and(|date| date == whole_seconds(object.modified)),
    }
}

fn names_tag(list: &str, etag: &str) -> bool {
    list.split(',').map(str::trim).any(|tag| tag == "*" || tag.trim_start_matches("W/") == etag)
}

fn date(text: &str) -> Option<SystemTime> {
    httpdate::parse_http_date(text).ok()
}

fn whole_seconds(time: SystemTime) -> SystemTime {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    SystemTime::UNIX_EPOCH + Duration::from_secs(since.as_secs())
}

#[derive(Debug, PartialEq, Eq)]
enum Part {
    Whole,
    Range(Range<u64>),
    Unsatisfiable,
}

/// A `Range` value. What is malformed, in another unit or for several parts is ignored, as the store does.
fn part(value: &str, len: u64) -> Part {
    let Some((first, last)) = value.strip_prefix("bytes=").and_then(|range| range.split_once('-')) else {
        return Part::Whole;
    };
    let (first, last) = (first.trim(), last.trim());
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(first) || !digits(last) {
        return Part::Whole;
    }
    let number = |text: &str| text.parse::<u64>().unwrap_or(u64::MAX);
    let range = match (first.is_empty(), last.is_empty()) {
        (true, true) => return Part::Whole,
        (true, false) => len.saturating_sub(number(last))..len,
        (false, true) => number(first)..len,
        (false, false) if number(last) < number(first) => return Part::Whole,
        (false, false) => number(first)..number(last).saturating_add(1).min(len),
    };
    if range.start >= range.end { Part::Unsatisfiable } else { Part::Range(range) }
}

#[cfg(test)]
mod tests {
    use super::{Part, part};

    // RFC 9110 section 14.1.2 gives these for a representation of 10000 bytes.
    #[test]
    fn ranges_of_the_specification() {
        assert_eq!(part("bytes=0-499", 10_000), Part::Range(0..500));
        assert_eq!(part("bytes=500-999", 10_000), Part::Range(500..1000));
        assert_eq!(part("bytes=-500", 10_000), Part::Range(9500..10_000));
        assert_eq!(part("bytes=9500-", 10_000), Part::Range(9500..10_000));
        assert_eq!(part("bytes=9500-20000", 10_000), Part::Range(9500..10_000));
        assert_eq!(part("bytes=-20000", 10_000), Part::Range(0..10_000));
        assert_eq!(part("bytes=10000-", 10_000), Part::Unsatisfiable);
        assert_eq!(part("bytes=-0", 10_000), Part::Unsatisfiable);
        assert_eq!(part("bytes=0-", 0), Part::Unsatisfiable);
        for ignored in ["bytes=5-4", "bytes=0-1,3-4", "bytes=-", "items=0-1", "bytes=a-b", "bytes"] {
            assert_eq!(part(ignored, 10_000), Part::Whole, "{ignored}");
        }
    }
}
